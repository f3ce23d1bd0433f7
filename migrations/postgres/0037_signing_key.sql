-- Keys that sign the links of our mails and the addresses of their bounces. The highest number signs; all are
-- accepted, for a link never expires.
CREATE TABLE signing_key (
  id      bigint NOT NULL PRIMARY KEY CHECK (id BETWEEN 1 AND 255),
  secret  text COLLATE "C" NOT NULL,
  made_at bigint NOT NULL
);
