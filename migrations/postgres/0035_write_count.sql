-- How often anybody began to write what turns rest on: kept on SQLite only, where a batch is decided on a steady view
-- and kept while this is the same.
CREATE TABLE write_count (
  one   bigint PRIMARY KEY CHECK (one = 1),
  times bigint NOT NULL
);
