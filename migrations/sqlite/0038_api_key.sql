-- Keys of programs and pages that speak HTTP: `nk_<id>_<secret>`, of which only the hash of the secret is kept.
-- `role`: what it may do at most, as a colleague would; NULL: exactly what `scopes` says (words with blanks
-- between). `rep`: for whom it speaks.
CREATE TABLE api_key (
  id         TEXT NOT NULL PRIMARY KEY,
  hash       TEXT NOT NULL,
  name       TEXT NOT NULL,
  role       TEXT CHECK (role IN ('admin', 'operator', 'marketer', 'manager', 'rep', 'viewer')),
  rep        TEXT,
  scopes     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  used_at    INTEGER,
  CHECK (role IS NULL OR role NOT IN ('manager', 'rep') OR rep IS NOT NULL)
) WITHOUT ROWID;
