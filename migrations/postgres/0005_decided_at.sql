-- When the gate said send: caps count from it. `due_at` moves with each try. NULL: from before this column.
ALTER TABLE send ADD COLUMN decided_at bigint;
