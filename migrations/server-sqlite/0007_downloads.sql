-- What accounts kept as files by the console. Not derived from entries, and kept when the state is.
CREATE TABLE download (
    n INTEGER PRIMARY KEY,
    scope BLOB NOT NULL REFERENCES county (scope),
    visit BLOB NOT NULL,
    -- None for a proof bundle, which holds all photos of the visit.
    photo BLOB,
    -- Digest of the file that left, hex.
    sha256 TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES account (account),
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX download_by_visit ON download (scope, visit);
