-- What is known of a channel beside its file: what was spent of its rate, and whether the other side has closed it
-- (HTTP 410), with the hash of the address that said so.
CREATE TABLE channel (
  name      text COLLATE "C" NOT NULL PRIMARY KEY,
  spent     text COLLATE "C",
  closed    text COLLATE "C",
  closed_at bigint,
  why       text COLLATE "C",
  CHECK ((closed IS NULL) = (closed_at IS NULL))
);
