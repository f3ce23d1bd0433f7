-- How fast a workflow goes, by minute: when it goes too fast, or errs too often, it pauses itself. A bucket per
-- worker, readers sum.
CREATE TABLE pace (
  workflow TEXT NOT NULL,
  minute   INTEGER NOT NULL,
  bucket   INTEGER NOT NULL DEFAULT 0,
  messages INTEGER NOT NULL DEFAULT 0,
  errors   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (workflow, minute, bucket)
) WITHOUT ROWID;

-- Customers whose turn failed in a way that another try does not mend: they are left alone for a while, so that
-- nobody waits behind them. `held`: they are left alone now; else they were, and the tries are remembered.
CREATE TABLE aside (
  slot     INTEGER NOT NULL,
  customer TEXT NOT NULL,
  held     INTEGER NOT NULL CHECK (held IN (0, 1)),
  until    INTEGER NOT NULL,
  tries    INTEGER NOT NULL,
  workflow TEXT,
  why      TEXT NOT NULL,
  PRIMARY KEY (slot, customer)
) WITHOUT ROWID;
