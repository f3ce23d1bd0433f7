-- Words about customers (identify, alias, group) that a client has told: told again within two days, they are not
-- taken again. `source`: the key.
CREATE TABLE told (
  source  text COLLATE "C" NOT NULL,
  message text COLLATE "C" NOT NULL,
  at      bigint NOT NULL,
  PRIMARY KEY (source, message)
);
CREATE INDEX told_at ON told (at);

-- What clients told and was not taken, as it came (JSON as a text: it may hold what the databases' own JSON refuses).
-- `why`: the catalogue's key with its values. Kept for thirty days.
CREATE TABLE rejected (
  id       text COLLATE "C" NOT NULL PRIMARY KEY,
  at       bigint NOT NULL,
  source   text COLLATE "C" NOT NULL,
  kind     text COLLATE "C" NOT NULL,
  message  text COLLATE "C",
  customer text COLLATE "C",
  pointer  text COLLATE "C" NOT NULL,
  why      text COLLATE "C" NOT NULL,
  body     text COLLATE "C" NOT NULL
);
CREATE INDEX rejected_at ON rejected (at, id);
CREATE INDEX rejected_customer ON rejected (customer) WHERE customer IS NOT NULL;
