-- Keys that sign the links of our mails and the addresses of their bounces. The highest number signs; all are
-- accepted, for a link never expires.
CREATE TABLE signing_key (
  id      INTEGER NOT NULL PRIMARY KEY CHECK (id BETWEEN 1 AND 255),
  secret  TEXT NOT NULL,
  made_at INTEGER NOT NULL
) WITHOUT ROWID;
