-- What requests with an `Idempotency-Key` were answered, for a day: asked again, they are not done again.
CREATE TABLE answered (
  api_key text COLLATE "C" NOT NULL,
  word    text COLLATE "C" NOT NULL,
  digest  text COLLATE "C" NOT NULL,
  status  bigint NOT NULL,
  body    text COLLATE "C" NOT NULL,
  at      bigint NOT NULL,
  PRIMARY KEY (api_key, word)
);
CREATE INDEX answered_at ON answered (at);
