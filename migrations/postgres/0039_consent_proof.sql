-- What shows that a word of consent was said: the hash of the exact words, and of the link by which it was confirmed
-- (double opt-in) with the time at which that was asked.
ALTER TABLE consent ADD COLUMN wording text COLLATE "C";
ALTER TABLE consent ADD COLUMN asked_at bigint;
ALTER TABLE consent ADD COLUMN token text COLLATE "C";

-- The record of consent is only added to. Whose it is may change: two customers turn out to be one.
CREATE FUNCTION consent_is_append_only() RETURNS trigger LANGUAGE plpgsql
  AS $$BEGIN RAISE EXCEPTION 'the record of consent is append-only'; END $$;
CREATE TRIGGER consent_stays BEFORE DELETE ON consent
  FOR EACH ROW EXECUTE FUNCTION consent_is_append_only();
CREATE TRIGGER consent_as_said BEFORE UPDATE OF topic, medium, at, granted, source, basis, wording, asked_at, token
  ON consent FOR EACH ROW EXECUTE FUNCTION consent_is_append_only();

-- Who was asked by mail to confirm a topic, and has not (double opt-in).
CREATE TABLE opt_in (
  slot     bigint NOT NULL,
  customer text COLLATE "C" NOT NULL,
  topic    text COLLATE "C" NOT NULL,
  medium   text COLLATE "C" NOT NULL CHECK (medium IN ('email', 'sms', 'message')),
  asked_at bigint NOT NULL,
  source   text COLLATE "C" NOT NULL,
  basis    text COLLATE "C",
  wording  text COLLATE "C",
  PRIMARY KEY (slot, customer, topic, medium, asked_at)
);
