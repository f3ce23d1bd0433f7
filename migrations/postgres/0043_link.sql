-- Where the links of our mails lead: a row for each distinct target, name and template, not for each mail. A link of
-- a mail names its row; nothing in an address from outside says where it leads.
CREATE TABLE link (
  id       text COLLATE "C" NOT NULL PRIMARY KEY,
  target   text COLLATE "C" NOT NULL,
  name     text COLLATE "C" NOT NULL,
  template text COLLATE "C" NOT NULL,
  made_at  bigint NOT NULL
);
