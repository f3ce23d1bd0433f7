-- Where the links of our mails lead: a row for each distinct target, name and template, not for each mail. A link of
-- a mail names its row; nothing in an address from outside says where it leads.
CREATE TABLE link (
  id       TEXT NOT NULL PRIMARY KEY,
  target   TEXT NOT NULL,
  name     TEXT NOT NULL,
  template TEXT NOT NULL,
  made_at  INTEGER NOT NULL
) WITHOUT ROWID;
