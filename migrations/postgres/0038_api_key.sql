-- Keys of programs and pages that speak HTTP: `nk_<id>_<secret>`, of which only the hash of the secret is kept.
-- `role`: what it may do at most, as a colleague would; NULL: exactly what `scopes` says (words with blanks
-- between). `rep`: for whom it speaks.
CREATE TABLE api_key (
  id         text COLLATE "C" NOT NULL PRIMARY KEY,
  hash       text COLLATE "C" NOT NULL,
  name       text COLLATE "C" NOT NULL,
  role       text COLLATE "C" CHECK (role IN ('admin', 'operator', 'marketer', 'manager', 'rep', 'viewer')),
  rep        text COLLATE "C",
  scopes     text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint,
  revoked_at bigint,
  used_at    bigint,
  CHECK (role IS NULL OR role NOT IN ('manager', 'rep') OR rep IS NOT NULL)
);
