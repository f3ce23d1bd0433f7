-- What is kept of a customer between turns beside walks: membership in segments that a trigger watches, the
-- bands and the re-arming of scores, the clock of a lead that a rep was given. One row a kind and name.
CREATE TABLE standing (
  slot     bigint NOT NULL,
  customer text COLLATE "C" NOT NULL,
  kind     text COLLATE "C" NOT NULL,
  name     text COLLATE "C" NOT NULL,
  at       bigint NOT NULL,
  state    text COLLATE "C" NOT NULL,
  PRIMARY KEY (slot, customer, kind, name)
);
