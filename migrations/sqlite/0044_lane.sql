-- Mails to one mailbox provider on one channel: what was spent of its rate, and what its refusals taught.
CREATE TABLE lane (
  channel    TEXT NOT NULL,
  provider   TEXT NOT NULL,
  state      TEXT NOT NULL,
  touched_at INTEGER NOT NULL,
  PRIMARY KEY (channel, provider)
) WITHOUT ROWID;
