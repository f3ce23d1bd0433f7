-- When a workflow was held, and by whom: what would have fired in between is missed, also when it is looked at
-- later. No end: it is held still.
CREATE TABLE pause (
  workflow TEXT NOT NULL,
  from_at  INTEGER NOT NULL,
  until_at INTEGER,
  who      TEXT NOT NULL,
  PRIMARY KEY (workflow, from_at)
) WITHOUT ROWID;

-- What a pause took out of the outbox, and a resume puts back.
CREATE INDEX send_paused ON send (workflow) WHERE state = 'cancelled' AND reason = 'paused';
