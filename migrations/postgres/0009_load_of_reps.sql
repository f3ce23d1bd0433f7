-- What a rep has open, and who has customers of a company, are counted for those who are asked for only: an
-- assignment costs what its team holds, not what the base holds.
CREATE INDEX entity_owner ON entity (owner) WHERE owner IS NOT NULL;
CREATE INDEX customer_company ON customer ((attributes ->> 'company')) WHERE owner IS NOT NULL;
