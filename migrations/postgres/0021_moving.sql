-- Workflows whose people a publish takes along into the live version, batch by batch in the order of the rows:
-- `after_slot`, `after_id` is the last one looked at. `moved`: where those go whose step is gone.
CREATE TABLE moving (
  workflow   text COLLATE "C" NOT NULL PRIMARY KEY,
  moved      text COLLATE "C" NOT NULL,
  after_slot bigint NOT NULL,
  after_id   text COLLATE "C" NOT NULL
);
