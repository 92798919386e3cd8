-- Filters of lists under a name, by person. They may hold names, so they lie where the data lies.
CREATE TABLE saved_filter (
    person BLOB NOT NULL,
    list TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    PRIMARY KEY (person, list, name)
) STRICT, WITHOUT ROWID;
