-- Blobs that lie in the second copy made last.
CREATE TABLE copied (
  sha256 BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
