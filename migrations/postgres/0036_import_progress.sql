-- How far imports of files came: a re-run of the same file begins behind these rows. `import`: of what, how, by which
-- model and beginning with which row; `digest`: of all these rows as they stand in the file.
CREATE TABLE import_progress (
  import  text COLLATE "C" NOT NULL PRIMARY KEY,
  kind    text COLLATE "C" NOT NULL,
  rows    bigint NOT NULL CHECK (rows > 0),
  digest  text COLLATE "C" NOT NULL,
  told    text COLLATE "C" NOT NULL,
  kept_at bigint NOT NULL
);
