-- Each act holds the hash of itself and of the act before it: whoever changes one, or takes one away in the middle,
-- breaks the chain (`nurture audit verify`). NULL: an act of before there was a chain. The triggers are the one
-- exception to having none: what an operator's hand does by mistake is refused.
ALTER TABLE audit ADD COLUMN hash text COLLATE "C";
CREATE FUNCTION audit_is_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit is only ever added to';
END $$;
CREATE TRIGGER audit_never_changes BEFORE UPDATE OR DELETE ON audit
  FOR EACH ROW EXECUTE FUNCTION audit_is_added_to();
CREATE TRIGGER audit_never_goes BEFORE TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_added_to();
