-- What shows that a word of consent was said: the hash of the exact words, and of the link by which it was confirmed
-- (double opt-in) with the time at which that was asked.
ALTER TABLE consent ADD COLUMN wording TEXT;
ALTER TABLE consent ADD COLUMN asked_at INTEGER;
ALTER TABLE consent ADD COLUMN token TEXT;

-- The record of consent is only added to. Whose it is may change: two customers turn out to be one.
CREATE TRIGGER consent_stays BEFORE DELETE ON consent
  BEGIN SELECT RAISE(ABORT, 'the record of consent is append-only'); END;
CREATE TRIGGER consent_as_said BEFORE UPDATE OF topic, medium, at, granted, source, basis, wording, asked_at, token
  ON consent BEGIN SELECT RAISE(ABORT, 'the record of consent is append-only'); END;

-- Who was asked by mail to confirm a topic, and has not (double opt-in).
CREATE TABLE opt_in (
  slot     INTEGER NOT NULL,
  customer TEXT NOT NULL,
  topic    TEXT NOT NULL,
  medium   TEXT NOT NULL CHECK (medium IN ('email', 'sms', 'message')),
  asked_at INTEGER NOT NULL,
  source   TEXT NOT NULL,
  basis    TEXT,
  wording  TEXT,
  PRIMARY KEY (slot, customer, topic, medium, asked_at)
) WITHOUT ROWID;
