-- Mails to customers by sender and day (of the project's zone), for senders whose day has a most.
CREATE TABLE sender_day (
  sender text COLLATE "C" NOT NULL,
  day    text COLLATE "C" NOT NULL,
  sent   bigint NOT NULL,
  PRIMARY KEY (sender, day)
);
