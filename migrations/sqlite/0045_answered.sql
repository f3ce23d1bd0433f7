-- What requests with an `Idempotency-Key` were answered, for a day: asked again, they are not done again.
CREATE TABLE answered (
  api_key TEXT NOT NULL,
  word    TEXT NOT NULL,
  digest  TEXT NOT NULL,
  status  INTEGER NOT NULL,
  body    TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (api_key, word)
) WITHOUT ROWID;
CREATE INDEX answered_at ON answered (at);
