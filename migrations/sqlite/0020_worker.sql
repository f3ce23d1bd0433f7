-- The processes that work on a database of PostgreSQL, each with its number; `until`, by the clock of the
-- database, is moved on while it lives. `shares`: it takes a part of the slots. On SQLite there is one process
-- and no row.
CREATE TABLE worker (
  name   TEXT NOT NULL,
  epoch  INTEGER NOT NULL,
  until  INTEGER NOT NULL,
  shares INTEGER NOT NULL CHECK (shares IN (0, 1)),
  PRIMARY KEY (name, epoch)
) WITHOUT ROWID;
