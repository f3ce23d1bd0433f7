-- Days on which an address did not work for the moment. Five of them without a sign that a mail was seen, and it is
-- left alone for a while.
CREATE TABLE soft_bounce (
  slot     INTEGER NOT NULL,
  customer TEXT NOT NULL,
  medium   TEXT NOT NULL CHECK (medium IN ('email', 'sms', 'message')),
  day      TEXT NOT NULL,
  PRIMARY KEY (slot, customer, medium, day)
) WITHOUT ROWID;
