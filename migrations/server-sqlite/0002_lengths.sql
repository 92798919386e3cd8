-- A digest may be named with several lengths: a wrong one must not keep the right one out. So the length is part of both keys.
CREATE TABLE blob_named_2 (
    scope BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    ent BLOB NOT NULL,
    part TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    PRIMARY KEY (scope, sha256, ent, part, size_bytes)
) STRICT, WITHOUT ROWID;
INSERT INTO blob_named_2 (scope, sha256, ent, part, size_bytes) SELECT scope, sha256, ent, part, size_bytes FROM blob_named;
DROP TABLE blob_named;
ALTER TABLE blob_named_2 RENAME TO blob_named;
CREATE INDEX blob_named_ent ON blob_named (scope, ent);

DROP INDEX upload_blob;
CREATE UNIQUE INDEX upload_blob ON upload (scope, sha256, size_bytes);

-- A visit's photos are dropped and made again whenever it is folded.
CREATE INDEX photo_visit ON photo (scope, visit);
