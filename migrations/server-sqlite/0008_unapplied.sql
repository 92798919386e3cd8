-- Aggregates with entries that the program did not understand: a later version folds them again.
CREATE TABLE unapplied (
    scope BLOB NOT NULL REFERENCES county (scope),
    ent BLOB NOT NULL,
    PRIMARY KEY (scope, ent)
) STRICT, WITHOUT ROWID;
