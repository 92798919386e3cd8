-- The log (kept for ever, exact bytes), what only this laptop knows, and the state derived from the log.

-- Settings of this store: scope, card, positions of sync, own log.
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Secrets of this device; the whole file is encrypted under the database key.
CREATE TABLE secret (
  name TEXT PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE log (
  log BLOB PRIMARY KEY,
  scope BLOB NOT NULL,
  public_key TEXT NOT NULL,
  server INTEGER NOT NULL,
  forked INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- n is the order of storing: an entry always comes after its prev.
CREATE TABLE entry (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  log BLOB NOT NULL REFERENCES log (log),
  seq INTEGER NOT NULL,
  prev BLOB,
  kind TEXT NOT NULL,
  ent BLOB NOT NULL,
  has_deps INTEGER NOT NULL,
  own INTEGER NOT NULL,
  stored_ms INTEGER NOT NULL,
  sseq INTEGER,
  server_refused TEXT,
  frame BLOB NOT NULL
) STRICT;
CREATE INDEX entry_place ON entry (log, seq);
CREATE INDEX entry_ent ON entry (ent, n);
CREATE INDEX entry_prev ON entry (prev);
CREATE INDEX entry_pending ON entry (n) WHERE sseq IS NULL AND server_refused IS NULL;

CREATE TABLE receipt (
  entry BLOB PRIMARY KEY,
  receipt TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE fork (
  log BLOB NOT NULL,
  seq INTEGER NOT NULL,
  ids TEXT NOT NULL,
  PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;

-- Entries from the server that did not hold; named, never stored.
CREATE TABLE refused (
  id BLOB PRIMARY KEY,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Requests for certification, as signed.
CREATE TABLE enrolment (
  fingerprint TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  made_ms INTEGER NOT NULL,
  sent_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE draft (
  visit BLOB NOT NULL,
  slot TEXT NOT NULL,
  raw TEXT NOT NULL,
  saved_at_ms INTEGER NOT NULL,
  PRIMARY KEY (visit, slot)
) STRICT, WITHOUT ROWID;

-- Bytes that this laptop holds, thumbnails in the database and the others in the vault.
CREATE TABLE blob (
  sha256 BLOB PRIMARY KEY,
  len INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('thumb', 'original', 'strokes', 'record', 'statement'))
) STRICT, WITHOUT ROWID;

CREATE TABLE thumb (
  sha256 BLOB PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;

-- Derived from here on: dropped and made again from the log by a rebuild.

-- folded_n: the last entry (in the order of storing) that the state contains.
CREATE TABLE aggregate (
  ent BLOB PRIMARY KEY,
  json TEXT NOT NULL,
  folded_n INTEGER NOT NULL
) STRICT;

CREATE TABLE station_row (
  ent BLOB PRIMARY KEY,
  township TEXT NOT NULL,
  name TEXT NOT NULL,
  search TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE person_row (
  ent BLOB PRIMARY KEY,
  name TEXT NOT NULL,
  org TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE certificate_row (
  kid TEXT NOT NULL,
  ent BLOB NOT NULL,
  certificate TEXT NOT NULL,
  PRIMARY KEY (kid, ent)
) STRICT, WITHOUT ROWID;

CREATE TABLE visit_row (
  ent BLOB PRIMARY KEY,
  station BLOB NOT NULL,
  pack TEXT NOT NULL,
  pack_sha256 TEXT NOT NULL,
  phase TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  answered INTEGER NOT NULL,
  findings INTEGER NOT NULL,
  photos INTEGER NOT NULL,
  team TEXT NOT NULL,
  changed_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_by_start ON visit_row (started_at_ms);
CREATE INDEX visit_by_station ON visit_row (station, started_at_ms);

CREATE TABLE photo_row (
  photo BLOB PRIMARY KEY,
  visit BLOB NOT NULL,
  original BLOB NOT NULL,
  thumb BLOB,
  mime TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX photo_by_visit ON photo_row (visit, original);

-- Blobs that a visit names.
CREATE TABLE visit_blob (
  visit BLOB NOT NULL,
  sha256 BLOB NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('thumb', 'original', 'record')),
  PRIMARY KEY (visit, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_by_blob ON visit_blob (sha256);

-- Storage receipts.
CREATE TABLE stored_row (
  sha256 BLOB PRIMARY KEY,
  len INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
