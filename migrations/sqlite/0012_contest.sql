-- Splits whose arms compete: when the first customer was measured, and the arm that won. A decision stands.
CREATE TABLE contest (
  workflow   TEXT NOT NULL,
  split      TEXT NOT NULL,
  started_at INTEGER,
  winner     TEXT,
  decided_at INTEGER,
  PRIMARY KEY (workflow, split),
  CHECK ((winner IS NULL) = (decided_at IS NULL))
) WITHOUT ROWID;

-- What each arm has brought: customers measured, and those of them who did what is measured.
CREATE TABLE contest_arm (
  workflow TEXT NOT NULL,
  split    TEXT NOT NULL,
  arm      TEXT NOT NULL,
  people   INTEGER NOT NULL DEFAULT 0,
  reached  INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (workflow, split, arm)
) WITHOUT ROWID;
