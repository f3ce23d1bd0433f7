-- Other customers are referred to by their id alone (`customer.invited_by.tier`): their slot is not known to the
-- database, which would read the whole table for each without this.
CREATE INDEX customer_id ON customer (id);
