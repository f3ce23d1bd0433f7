-- How often anybody began to write what turns rest on: a batch that was decided on a steady view is kept only while
-- this is the same. Of a file and its processes, not of the project: it is never carried over.
CREATE TABLE write_count (
  one   INTEGER PRIMARY KEY CHECK (one = 1),
  times INTEGER NOT NULL
);
