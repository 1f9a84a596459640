-- The plans of an account, of all products, from the newest on.
CREATE INDEX cl_plan_list ON cl_plan (account, number);

-- What adapters keep.
CREATE TABLE cl_row (
    key text COLLATE "C" PRIMARY KEY,
    value bytea NOT NULL
);
