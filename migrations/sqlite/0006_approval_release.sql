-- Who said yes to a version that needs somebody's yes before it sends.
CREATE TABLE approval (
  workflow TEXT NOT NULL,
  version  TEXT NOT NULL,
  at       INTEGER NOT NULL,
  who      TEXT NOT NULL,
  PRIMARY KEY (workflow, version)
) WITHOUT ROWID;

-- How far the portions of a release have come: the portion that is being filled, and how many are in it.
CREATE TABLE release (
  workflow TEXT PRIMARY KEY,
  at       INTEGER NOT NULL,
  taken    INTEGER NOT NULL CHECK (taken >= 0)
) WITHOUT ROWID;
