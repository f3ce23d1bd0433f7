-- What is in flight has a lease, what is settled has none: so the gate, which moves a send from claimed to handed and
-- changes nothing else, touches no index over sends.
UPDATE send SET lease = NULL WHERE state NOT IN ('claimed', 'handed') AND lease IS NOT NULL;
DROP INDEX send_in_flight;
CREATE INDEX send_in_flight ON send (lease) WHERE lease IS NOT NULL;
DROP INDEX send_open;
CREATE INDEX send_open ON send (slot, customer) WHERE settled_at IS NULL;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('send', 'send_in_flight', '1000 20'),
  ('send', 'send_open', '10000 3 2');
