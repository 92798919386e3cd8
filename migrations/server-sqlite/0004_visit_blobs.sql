-- State: which bytes a visit consists of as it stands. What only a refused entry names is in blob_named and not here.
CREATE TABLE visit_blob (
    scope BLOB NOT NULL,
    visit BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    part TEXT NOT NULL,
    PRIMARY KEY (scope, visit, sha256, part)
) STRICT, WITHOUT ROWID;
