-- Days on which an address did not work for the moment. Five of them without a sign that a mail was seen, and it is
-- left alone for a while.
CREATE TABLE soft_bounce (
  slot     bigint NOT NULL,
  customer text COLLATE "C" NOT NULL,
  medium   text COLLATE "C" NOT NULL CHECK (medium IN ('email', 'sms', 'message')),
  day      text COLLATE "C" NOT NULL,
  PRIMARY KEY (slot, customer, medium, day)
);
