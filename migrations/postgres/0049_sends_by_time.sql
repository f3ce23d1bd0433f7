-- The list of all messages, the latest first: what is made goes to its end.
CREATE INDEX send_made ON send (created_at, id);
