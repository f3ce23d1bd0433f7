-- The processes that work on a database of PostgreSQL, each with its number; `until`, by the clock of the
-- database, is moved on while it lives. `shares`: it takes a part of the slots. On SQLite there is one process
-- and no row.
CREATE TABLE worker (
  name   text COLLATE "C" NOT NULL,
  epoch  bigint NOT NULL,
  until  bigint NOT NULL,
  shares bigint NOT NULL CHECK (shares IN (0, 1)),
  PRIMARY KEY (name, epoch)
);
