-- The list of all messages, the latest first: what is made goes to its end.
CREATE INDEX send_made ON send (created_at, id);
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('send', 'send_made', '5000000 20 1');
