-- The county server's store. Ids and digests are blobs of their raw bytes; times are milliseconds since 1970 UTC.

-- Things said once about the whole store: the epoch, also kept in a file beside the database.
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row a county (县). The authority's key stands here only wrapped under its passphrase.
CREATE TABLE county (
    scope BLOB NOT NULL PRIMARY KEY CHECK (length(scope) = 16),
    name TEXT NOT NULL,
    authority_certificate BLOB NOT NULL,
    authority_wrapped TEXT NOT NULL,
    server_certificate BLOB NOT NULL,
    recovery_recipient TEXT NOT NULL,
    card BLOB NOT NULL,
    made_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The end of each scope's stream. Numbers are taken from here inside the transaction that stores the entry, so that commit order is
-- stream order; never from a sequence.
CREATE TABLE scope_head (
    scope BLOB NOT NULL PRIMARY KEY,
    sseq INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE log (
    log BLOB NOT NULL PRIMARY KEY,
    scope BLOB NOT NULL,
    spki BLOB NOT NULL,
    kid BLOB NOT NULL,
    is_server INTEGER NOT NULL,
    -- Set on logs that this server writes or wrote, one a scope and epoch.
    epoch BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX log_scope ON log (scope);
CREATE UNIQUE INDEX log_epoch ON log (scope, epoch) WHERE epoch IS NOT NULL;

-- The truth: every entry's exact bytes. Everything below `entry` that is called state can be dropped and made again.
CREATE TABLE entry (
    id BLOB NOT NULL PRIMARY KEY,
    scope BLOB NOT NULL,
    sseq INTEGER NOT NULL,
    stream_hash BLOB NOT NULL,
    log BLOB NOT NULL,
    seq INTEGER NOT NULL,
    prev BLOB,
    ent BLOB NOT NULL,
    kind TEXT NOT NULL,
    deps BLOB NOT NULL,
    received_ms INTEGER NOT NULL,
    frame BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX entry_stream ON entry (scope, sseq);
CREATE INDEX entry_place ON entry (log, seq);
CREATE INDEX entry_prev ON entry (prev) WHERE prev IS NOT NULL;
CREATE INDEX entry_aggregate ON entry (scope, ent);

CREATE TABLE fork (
    log BLOB NOT NULL,
    seq INTEGER NOT NULL,
    scope BLOB NOT NULL,
    found_ms INTEGER NOT NULL,
    PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;

-- Every checkpoint ever signed.
CREATE TABLE checkpoint (
    scope BLOB NOT NULL,
    number INTEGER NOT NULL,
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    time_ms INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (scope, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX checkpoint_size ON checkpoint (scope, size);

-- State: one document an aggregate, with how far its entries are folded into it.
CREATE TABLE aggregate (
    scope BLOB NOT NULL,
    ent BLOB NOT NULL,
    type TEXT NOT NULL,
    state TEXT NOT NULL,
    folded INTEGER NOT NULL,
    folded_hash BLOB NOT NULL,
    PRIMARY KEY (scope, ent)
) STRICT, WITHOUT ROWID;
CREATE INDEX aggregate_type ON aggregate (scope, type);

-- State: what the list of visits is sorted, filtered and counted by.
CREATE TABLE visit (
    scope BLOB NOT NULL,
    visit BLOB NOT NULL,
    station BLOB NOT NULL,
    pack TEXT NOT NULL,
    phase TEXT NOT NULL,
    team TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    findings INTEGER NOT NULL,
    photos INTEGER NOT NULL,
    PRIMARY KEY (scope, visit)
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_started ON visit (scope, started_ms DESC, visit);

-- State: photos by id.
CREATE TABLE photo (
    scope BLOB NOT NULL,
    photo BLOB NOT NULL,
    visit BLOB NOT NULL,
    original TEXT NOT NULL,
    thumbnail TEXT,
    mime TEXT NOT NULL,
    PRIMARY KEY (scope, photo, visit)
) STRICT, WITHOUT ROWID;

-- State: which entries name which bytes.
CREATE TABLE blob_named (
    scope BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    ent BLOB NOT NULL,
    part TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    PRIMARY KEY (scope, sha256, ent, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_named_ent ON blob_named (scope, ent);

-- Bytes that arrived, hash to their name and lie in the folder.
CREATE TABLE blob_stored (
    scope BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    stored_ms INTEGER NOT NULL,
    PRIMARY KEY (scope, sha256)
) STRICT, WITHOUT ROWID;

-- Unfinished uploads, one a blob; the offset is the length of the file of this name.
CREATE TABLE upload (
    id TEXT NOT NULL PRIMARY KEY,
    scope BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX upload_blob ON upload (scope, sha256);

-- Tokens are kept hashed.
CREATE TABLE device_session (
    token BLOB NOT NULL PRIMARY KEY,
    scope BLOB NOT NULL,
    kid BLOB NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE enrolment (
    request BLOB NOT NULL PRIMARY KEY,
    scope BLOB NOT NULL,
    envelope BLOB NOT NULL,
    received_ms INTEGER NOT NULL,
    approved_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX enrolment_scope ON enrolment (scope, received_ms);

CREATE TABLE account (
    account TEXT NOT NULL PRIMARY KEY,
    person BLOB NOT NULL,
    name TEXT NOT NULL,
    password TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What an account may be, and where.
CREATE TABLE account_grant (
    account TEXT NOT NULL REFERENCES account (account),
    scope BLOB NOT NULL REFERENCES county (scope),
    role TEXT NOT NULL,
    PRIMARY KEY (account, scope, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE console_session (
    token BLOB NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (account),
    expires_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Wrong passwords since the last right one.
CREATE TABLE login_failure (
    account TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (account, number)
) STRICT, WITHOUT ROWID;
