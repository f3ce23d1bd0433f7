-- People who sign in, and where they are signed in. Of a password only its argon2id hash is kept, of a session only
-- the SHA-256 of what the cookie holds. (`user` is a word of SQL.)
CREATE TABLE console_user (
  name         text COLLATE "C" NOT NULL PRIMARY KEY,
  role         text COLLATE "C" NOT NULL CHECK (role IN ('admin', 'operator', 'marketer', 'manager', 'rep', 'viewer')),
  rep          text COLLATE "C",
  password     text COLLATE "C" NOT NULL,
  created_at   bigint NOT NULL,
  signed_in_at bigint,
  CHECK (role NOT IN ('manager', 'rep') OR rep IS NOT NULL)
);
CREATE TABLE session (
  id         text COLLATE "C" NOT NULL PRIMARY KEY,
  name       text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  seen_at    bigint NOT NULL
);
CREATE INDEX session_of ON session (name);
