-- How fast a workflow goes, by minute: when it goes too fast, or errs too often, it pauses itself. A bucket per
-- worker, readers sum.
CREATE TABLE pace (
  workflow text COLLATE "C" NOT NULL,
  minute   bigint NOT NULL,
  bucket   bigint NOT NULL DEFAULT 0,
  messages bigint NOT NULL DEFAULT 0,
  errors   bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (workflow, minute, bucket)
);

-- Customers whose turn failed in a way that another try does not mend: they are left alone for a while, so that
-- nobody waits behind them. `held`: they are left alone now; else they were, and the tries are remembered.
CREATE TABLE aside (
  slot     bigint NOT NULL,
  customer text COLLATE "C" NOT NULL,
  held     bigint NOT NULL CHECK (held IN (0, 1)),
  until    bigint NOT NULL,
  tries    bigint NOT NULL,
  workflow text COLLATE "C",
  why      text COLLATE "C" NOT NULL,
  PRIMARY KEY (slot, customer)
);
