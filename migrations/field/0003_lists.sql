-- State: what the lists of stations, visits, findings and photos show, are sorted, filtered and counted by. `owner` is the visit, or the
-- station of the list of stations. A row repeats its station's name and township, so that sorting by them needs no other table.
-- The *_grams tables index pairs of characters (`domain::search`) and keep no text; their rowid is `n`.

CREATE TABLE station_list (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    owner BLOB NOT NULL,
    station BLOB NOT NULL,
    name TEXT NOT NULL,
    township TEXT NOT NULL,
    village TEXT NOT NULL,
    code TEXT NOT NULL,
    manager TEXT NOT NULL,
    phone TEXT NOT NULL,
    address TEXT NOT NULL,
    position TEXT NOT NULL,
    approval TEXT NOT NULL,
    visits INTEGER NOT NULL,
    last_visit_ms INTEGER NOT NULL,
    UNIQUE (id, owner)
) STRICT;
CREATE VIRTUAL TABLE station_grams USING fts5 (grams, content = '', contentless_delete = 1, tokenize = 'ascii');

CREATE TABLE visit_list (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    owner BLOB NOT NULL,
    station BLOB NOT NULL,
    station_name TEXT NOT NULL,
    township TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL,
    phase TEXT NOT NULL,
    team TEXT NOT NULL,
    answered INTEGER NOT NULL,
    findings INTEGER NOT NULL,
    photos INTEGER NOT NULL,
    pack TEXT NOT NULL,
    station_approval TEXT NOT NULL,
    disputed INTEGER NOT NULL,
    uncovered INTEGER NOT NULL,
    changed_at_ms INTEGER NOT NULL,
    UNIQUE (id, owner)
) STRICT;
CREATE VIRTUAL TABLE visit_grams USING fts5 (grams, content = '', contentless_delete = 1, tokenize = 'ascii');

CREATE TABLE finding_list (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    owner BLOB NOT NULL,
    station BLOB NOT NULL,
    facts TEXT NOT NULL,
    severity TEXT NOT NULL,
    standing TEXT NOT NULL,
    station_name TEXT NOT NULL,
    township TEXT NOT NULL,
    requirement TEXT NOT NULL,
    deadline TEXT NOT NULL,
    units TEXT NOT NULL,
    item TEXT NOT NULL,
    photos INTEGER NOT NULL,
    phase TEXT NOT NULL,
    recorded_at_ms INTEGER NOT NULL,
    fixed TEXT NOT NULL,
    withdrawn TEXT NOT NULL,
    UNIQUE (id, owner)
) STRICT;
CREATE VIRTUAL TABLE finding_grams USING fts5 (grams, content = '', contentless_delete = 1, tokenize = 'ascii');

CREATE TABLE photo_list (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    owner BLOB NOT NULL,
    station BLOB NOT NULL,
    name TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    station_name TEXT NOT NULL,
    township TEXT NOT NULL,
    caption TEXT NOT NULL,
    item_codes TEXT NOT NULL,
    distance_m INTEGER NOT NULL,
    time_grade TEXT NOT NULL,
    device TEXT NOT NULL,
    mime TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    validity TEXT NOT NULL,
    phase TEXT NOT NULL,
    attached_at_ms INTEGER NOT NULL,
    withdrawn TEXT NOT NULL,
    UNIQUE (id, owner)
) STRICT;
CREATE VIRTUAL TABLE photo_grams USING fts5 (grams, content = '', contentless_delete = 1, tokenize = 'ascii');

CREATE INDEX station_list_name ON station_list (name, n);
CREATE INDEX visit_list_started ON visit_list (started_at_ms, n);
CREATE INDEX visit_list_station ON visit_list (station);
CREATE INDEX finding_list_recorded ON finding_list (recorded_at_ms, n);
CREATE INDEX finding_list_owner ON finding_list (owner);
CREATE INDEX photo_list_attached ON photo_list (attached_at_ms, n);
CREATE INDEX photo_list_owner ON photo_list (owner);
