-- Words about customers (identify, alias, group) that a client has told: told again within two days, they are not
-- taken again. `source`: the key.
CREATE TABLE told (
  source  TEXT NOT NULL,
  message TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (source, message)
) WITHOUT ROWID;
CREATE INDEX told_at ON told (at);

-- What clients told and was not taken, as it came (JSON as a text: it may hold what the databases' own JSON refuses).
-- `why`: the catalogue's key with its values. Kept for thirty days.
CREATE TABLE rejected (
  id       TEXT NOT NULL PRIMARY KEY,
  at       INTEGER NOT NULL,
  source   TEXT NOT NULL,
  kind     TEXT NOT NULL,
  message  TEXT,
  customer TEXT,
  pointer  TEXT NOT NULL,
  why      TEXT NOT NULL,
  body     TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX rejected_at ON rejected (at, id);
CREATE INDEX rejected_customer ON rejected (customer) WHERE customer IS NOT NULL;
