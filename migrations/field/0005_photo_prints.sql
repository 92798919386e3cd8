-- State: what photos look like. Numbers rise and are never given again, so that a search in memory knows what it has not seen yet.

CREATE TABLE photo_print (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  photo BLOB NOT NULL UNIQUE,
  visit BLOB NOT NULL,
  print INTEGER NOT NULL
) STRICT;
CREATE INDEX photo_print_visit ON photo_print (visit);
CREATE INDEX photo_by_original ON photo_row (original);
