-- Mails to customers by sender and day (of the project's zone), for senders whose day has a most.
CREATE TABLE sender_day (
  sender TEXT NOT NULL,
  day    TEXT NOT NULL,
  sent   INTEGER NOT NULL,
  PRIMARY KEY (sender, day)
) WITHOUT ROWID;
