-- The plans of an account, of all products, from the newest on.
CREATE INDEX cl_plan_list ON cl_plan (account, number);

-- What adapters keep.
CREATE TABLE cl_row (
    key TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
) STRICT;
