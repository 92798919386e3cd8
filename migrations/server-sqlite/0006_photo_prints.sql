-- State: what photos look like. Numbers rise and are never given again, so that a search in memory knows what it has not seen yet.

CREATE TABLE photo_print (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    scope BLOB NOT NULL,
    photo BLOB NOT NULL,
    visit BLOB NOT NULL,
    print INTEGER NOT NULL,
    UNIQUE (scope, visit, photo)
) STRICT;
CREATE INDEX photo_by_original ON photo (scope, original);
