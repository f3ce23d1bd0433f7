-- How far imports of files came: a re-run of the same file begins behind these rows. `import`: of what, how, by which
-- model and beginning with which row; `digest`: of all these rows as they stand in the file.
CREATE TABLE import_progress (
  import  TEXT NOT NULL PRIMARY KEY,
  kind    TEXT NOT NULL,
  rows    INTEGER NOT NULL CHECK (rows > 0),
  digest  TEXT NOT NULL,
  told    TEXT NOT NULL,
  kept_at INTEGER NOT NULL
) WITHOUT ROWID;
