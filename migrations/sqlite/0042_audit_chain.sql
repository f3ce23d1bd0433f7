-- Each act holds the hash of itself and of the act before it: whoever changes one, or takes one away in the middle,
-- breaks the chain (`nurture audit verify`). NULL: an act of before there was a chain. The triggers are the one
-- exception to having none: what an operator's hand does by mistake is refused.
ALTER TABLE audit ADD COLUMN hash TEXT;
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit is only ever added to');
END;
CREATE TRIGGER audit_never_goes BEFORE DELETE ON audit
BEGIN
  SELECT RAISE(ABORT, 'the audit is only ever added to');
END;
