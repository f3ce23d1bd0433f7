-- Workflows whose people a publish takes along into the live version, batch by batch in the order of the rows:
-- `after_slot`, `after_id` is the last one looked at. `moved`: where those go whose step is gone.
CREATE TABLE moving (
  workflow   TEXT NOT NULL PRIMARY KEY,
  moved      TEXT NOT NULL CHECK (json_valid(moved)),
  after_slot INTEGER NOT NULL,
  after_id   TEXT NOT NULL
) WITHOUT ROWID;
