-- Aggregates with entries that the program did not understand: a later version folds them again.
CREATE TABLE unapplied (
  ent BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
