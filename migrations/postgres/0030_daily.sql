-- The colleague whose daily message a send belongs to; NULL: it goes by itself. Whoever takes up one of a day takes up
-- all that is due of it, in whosever part of the slots.
ALTER TABLE send ADD COLUMN digest text COLLATE "C";
UPDATE send SET digest = outgoing->>'digest'
WHERE state IN ('due', 'claimed') AND outgoing->>'digest' IS NOT NULL AND outgoing->'to'->>'channel' IS NULL;
CREATE INDEX send_digest ON send (due_at) WHERE state = 'due' AND digest IS NOT NULL;
