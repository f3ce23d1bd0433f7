-- Who said yes to a version that needs somebody's yes before it sends.
CREATE TABLE approval (
  workflow text COLLATE "C" NOT NULL,
  version  text COLLATE "C" NOT NULL,
  at       bigint NOT NULL,
  who      text COLLATE "C" NOT NULL,
  PRIMARY KEY (workflow, version)
);

-- How far the portions of a release have come: the portion that is being filled, and how many are in it.
CREATE TABLE release (
  workflow text COLLATE "C" PRIMARY KEY,
  at       bigint NOT NULL,
  taken    bigint NOT NULL CHECK (taken >= 0)
);
