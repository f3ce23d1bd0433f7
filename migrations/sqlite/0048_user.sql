-- People who sign in, and where they are signed in. Of a password only its argon2id hash is kept, of a session only
-- the SHA-256 of what the cookie holds. (`user` is a word of SQL.)
CREATE TABLE console_user (
  name         TEXT NOT NULL PRIMARY KEY,
  role         TEXT NOT NULL CHECK (role IN ('admin', 'operator', 'marketer', 'manager', 'rep', 'viewer')),
  rep          TEXT,
  password     TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  signed_in_at INTEGER,
  CHECK (role NOT IN ('manager', 'rep') OR rep IS NOT NULL)
) WITHOUT ROWID;
CREATE TABLE session (
  id         TEXT NOT NULL PRIMARY KEY,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_of ON session (name);
