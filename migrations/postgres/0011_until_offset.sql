-- The customer's offset from UTC at `until`, where it is not that of `at`: a wait across a change of the clocks.
ALTER TABLE trace ADD COLUMN until_offset bigint;
