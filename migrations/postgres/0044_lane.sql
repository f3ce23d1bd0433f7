-- Mails to one mailbox provider on one channel: what was spent of its rate, and what its refusals taught.
CREATE TABLE lane (
  channel    text COLLATE "C" NOT NULL,
  provider   text COLLATE "C" NOT NULL,
  state      text COLLATE "C" NOT NULL,
  touched_at bigint NOT NULL,
  PRIMARY KEY (channel, provider)
);
