-- Filters of lists under a name, by account and county.
CREATE TABLE saved_filter (
    account TEXT NOT NULL REFERENCES account (account),
    scope BLOB NOT NULL REFERENCES county (scope),
    list TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    PRIMARY KEY (account, scope, list, name)
) STRICT, WITHOUT ROWID;
