-- What is known of a channel beside its file: what was spent of its rate, and whether the other side has closed it
-- (HTTP 410), with the hash of the address that said so.
CREATE TABLE channel (
  name      TEXT NOT NULL PRIMARY KEY,
  spent     TEXT,
  closed    TEXT,
  closed_at INTEGER,
  why       TEXT,
  CHECK ((closed IS NULL) = (closed_at IS NULL))
) WITHOUT ROWID;
