-- What is kept of a customer between turns beside walks: membership in segments that a trigger watches, the
-- bands and the re-arming of scores, the clock of a lead that a rep was given. One row a kind and name.
CREATE TABLE standing (
  slot     INTEGER NOT NULL,
  customer TEXT NOT NULL,
  kind     TEXT NOT NULL,
  name     TEXT NOT NULL,
  at       INTEGER NOT NULL,
  state    TEXT NOT NULL,
  PRIMARY KEY (slot, customer, kind, name)
) WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('standing', 'standing', '1000000 245 2 1 1');
