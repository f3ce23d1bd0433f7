-- When a workflow was held, and by whom: what would have fired in between is missed, also when it is looked at
-- later. No end: it is held still.
CREATE TABLE pause (
  workflow text COLLATE "C" NOT NULL,
  from_at  bigint NOT NULL,
  until_at bigint,
  who      text COLLATE "C" NOT NULL,
  PRIMARY KEY (workflow, from_at)
);

-- What a pause took out of the outbox, and a resume puts back.
CREATE INDEX send_paused ON send (workflow) WHERE state = 'cancelled' AND reason = 'paused';
