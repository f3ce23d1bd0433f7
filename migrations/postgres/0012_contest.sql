-- Splits whose arms compete: when the first customer was measured, and the arm that won. A decision stands.
CREATE TABLE contest (
  workflow   text COLLATE "C" NOT NULL,
  split      text COLLATE "C" NOT NULL,
  started_at bigint,
  winner     text COLLATE "C",
  decided_at bigint,
  PRIMARY KEY (workflow, split),
  CHECK ((winner IS NULL) = (decided_at IS NULL))
);

-- What each arm has brought: customers measured, and those of them who did what is measured.
CREATE TABLE contest_arm (
  workflow text COLLATE "C" NOT NULL,
  split    text COLLATE "C" NOT NULL,
  arm      text COLLATE "C" NOT NULL,
  people   bigint NOT NULL DEFAULT 0,
  reached  bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (workflow, split, arm)
);
