-- The core: ledger, requests, mailboxes, registry. Times are microseconds since 1970-01-01 UTC.
-- Which table is evidence, projection or operational stands in src/store/tables.rs.

CREATE TABLE ledger_head (
    id               INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    tree_size        INTEGER NOT NULL CHECK (tree_size >= 0),
    root_hash        BLOB  NOT NULL,
    frontier         BLOB  NOT NULL,
    hub_time         INTEGER NOT NULL,
    registry_version INTEGER NOT NULL
) STRICT;

CREATE TABLE log_entry (
    log_index INTEGER NOT NULL PRIMARY KEY,
    leaf      BLOB  NOT NULL
) STRICT;

CREATE TABLE checkpoint (
    tree_size      INTEGER NOT NULL PRIMARY KEY,
    root_hash      BLOB  NOT NULL,
    hub_time       INTEGER NOT NULL,
    hub_id         TEXT   NOT NULL,
    note_signature BLOB,
    seal_signature BLOB
) STRICT;

CREATE TABLE event (
    log_index    INTEGER NOT NULL PRIMARY KEY,
    entry_type   INTEGER NOT NULL,
    subject      TEXT   NOT NULL,
    version      INTEGER NOT NULL,
    action       TEXT   NOT NULL,
    from_state   TEXT,
    to_state     TEXT,
    agency       TEXT   NOT NULL,
    officer      TEXT   NOT NULL,
    party        TEXT,
    counterparty TEXT,
    hub_time     INTEGER NOT NULL,
    details      TEXT   NOT NULL
) STRICT;
CREATE INDEX event_by_subject ON event (subject, version);

CREATE TABLE body (
    log_index  INTEGER NOT NULL PRIMARY KEY,
    media_type TEXT   NOT NULL,
    salt       BLOB,
    content    BLOB,
    key_id     TEXT,
    nonce      BLOB
) STRICT;

CREATE TABLE idempotency (
    agency         TEXT   NOT NULL,
    key            TEXT   NOT NULL,
    content_sha256 BLOB  NOT NULL,
    log_index      INTEGER NOT NULL,
    entry_count    INTEGER NOT NULL CHECK (entry_count > 0),
    PRIMARY KEY (agency, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE enforcement_request (
    id                 TEXT    NOT NULL PRIMARY KEY,
    broadcast_id       TEXT,
    kind               TEXT    NOT NULL,
    kind_revision      INTEGER  NOT NULL,
    sender             TEXT    NOT NULL,
    recipient          TEXT    NOT NULL,
    channel            TEXT    NOT NULL,
    lane               TEXT    NOT NULL,
    recipient_position INTEGER  NOT NULL,
    submit_index       INTEGER  NOT NULL,
    body_index         INTEGER  NOT NULL,
    submit_time        INTEGER  NOT NULL,
    state              TEXT    NOT NULL,
    version            INTEGER  NOT NULL CHECK (version > 0),
    update_time        INTEGER  NOT NULL,
    registry_number    TEXT,
    registered_time    INTEGER,
    assigned_unit      TEXT,
    assigned_officer   TEXT,
    extended           INTEGER NOT NULL CHECK (extended IN (0, 1)),
    outcome            TEXT,
    answer_index       INTEGER,
    answer_count       INTEGER  NOT NULL,
    due_time           INTEGER,
    CHECK ((registry_number IS NULL) = (registered_time IS NULL)),
    CHECK ((outcome IS NULL) = (answer_index IS NULL))
) STRICT;
CREATE INDEX enforcement_request_by_recipient ON enforcement_request (recipient, id);
CREATE INDEX enforcement_request_by_kind ON enforcement_request (kind, kind_revision);
CREATE INDEX enforcement_request_by_sender ON enforcement_request (sender, id);
CREATE INDEX enforcement_request_by_broadcast ON enforcement_request (broadcast_id, id) WHERE broadcast_id IS NOT NULL;

CREATE TABLE request_relation (
    enforcement_request_id TEXT NOT NULL,
    relation               TEXT NOT NULL,
    related_id             TEXT NOT NULL,
    PRIMARY KEY (enforcement_request_id, relation, related_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_relation_by_related ON request_relation (related_id);

CREATE TABLE deadline (
    enforcement_request_id TEXT   NOT NULL,
    name                   TEXT   NOT NULL,
    occurrence             INTEGER NOT NULL,
    status                 TEXT   NOT NULL,
    due_time               INTEGER,
    state                  TEXT   NOT NULL,
    PRIMARY KEY (enforcement_request_id, name, occurrence)
) STRICT, WITHOUT ROWID;
CREATE INDEX deadline_by_due_time ON deadline (due_time, enforcement_request_id) WHERE status = 'RUNNING';

CREATE TABLE measure (
    id                     TEXT   NOT NULL PRIMARY KEY,
    enforcement_request_id TEXT   NOT NULL,
    holder                 TEXT   NOT NULL,
    sender                 TEXT   NOT NULL,
    kind                   TEXT   NOT NULL,
    in_force               INTEGER NOT NULL CHECK (in_force IN (0, 1)),
    amounts                TEXT   NOT NULL,
    since_time             INTEGER NOT NULL,
    ended_time             INTEGER
) STRICT;
CREATE INDEX measure_by_request ON measure (enforcement_request_id, id);

CREATE TABLE register_counter (
    agency      TEXT   NOT NULL,
    year        INTEGER NOT NULL,
    last_number INTEGER NOT NULL,
    PRIMARY KEY (agency, year)
) STRICT, WITHOUT ROWID;

CREATE TABLE mailbox_head (
    agency             TEXT   NOT NULL,
    lane               TEXT   NOT NULL,
    last_position      INTEGER NOT NULL,
    delivered_position INTEGER NOT NULL,
    PRIMARY KEY (agency, lane),
    CHECK (delivered_position BETWEEN 0 AND last_position)
) STRICT, WITHOUT ROWID;

CREATE TABLE mailbox_entry (
    agency                 TEXT    NOT NULL,
    lane                   TEXT    NOT NULL,
    position               INTEGER  NOT NULL,
    log_index              INTEGER  NOT NULL,
    enforcement_request_id TEXT    NOT NULL,
    unit                   TEXT,
    officer                TEXT,
    lifted                 INTEGER NOT NULL CHECK (lifted IN (0, 1)),
    PRIMARY KEY (agency, lane, position, log_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE mailbox_cursor (
    agency   TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    lane     TEXT   NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (agency, name, lane)
) STRICT, WITHOUT ROWID;

CREATE TABLE agency (
    code          TEXT    NOT NULL PRIMARY KEY,
    role          TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    name_en       TEXT    NOT NULL,
    province_code TEXT    NOT NULL,
    commune_code  TEXT    NOT NULL,
    parent        TEXT,
    successor     TEXT,
    channel       TEXT    NOT NULL,
    suspended     INTEGER NOT NULL CHECK (suspended IN (0, 1)),
    aliases       TEXT    NOT NULL,
    units         TEXT    NOT NULL,
    version       INTEGER  NOT NULL
) STRICT;

CREATE TABLE officer (
    agency     TEXT NOT NULL,
    id         TEXT NOT NULL,
    full_name  TEXT NOT NULL,
    position   TEXT NOT NULL,
    unit       TEXT,
    valid_from TEXT NOT NULL,
    valid_to   TEXT,
    PRIMARY KEY (agency, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE credential (
    fingerprint     BLOB  NOT NULL,
    purpose         TEXT   NOT NULL,
    agency          TEXT   NOT NULL,
    certificate     BLOB  NOT NULL,
    not_before      INTEGER NOT NULL,
    not_after       INTEGER NOT NULL,
    registered_time INTEGER NOT NULL,
    revoked_time    INTEGER,
    PRIMARY KEY (fingerprint, purpose)
) STRICT;
CREATE INDEX credential_by_agency ON credential (agency, purpose);

-- Evidence is append-only. A body's content may be erased (set to NULL), never changed.
CREATE TRIGGER log_entry_is_append_only_update BEFORE UPDATE ON log_entry BEGIN SELECT RAISE(ABORT, 'log_entry is append-only'); END;
CREATE TRIGGER log_entry_is_append_only_delete BEFORE DELETE ON log_entry BEGIN SELECT RAISE(ABORT, 'log_entry is append-only'); END;
CREATE TRIGGER checkpoint_is_append_only_update BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END;
CREATE TRIGGER checkpoint_is_append_only_delete BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only'); END;
CREATE TRIGGER event_is_append_only_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
CREATE TRIGGER event_is_append_only_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;
CREATE TRIGGER idempotency_is_append_only_update BEFORE UPDATE ON idempotency BEGIN SELECT RAISE(ABORT, 'idempotency is append-only'); END;
CREATE TRIGGER idempotency_is_append_only_delete BEFORE DELETE ON idempotency BEGIN SELECT RAISE(ABORT, 'idempotency is append-only'); END;
CREATE TRIGGER body_is_not_deleted BEFORE DELETE ON body BEGIN SELECT RAISE(ABORT, 'body is append-only'); END;
CREATE TRIGGER body_is_only_erased BEFORE UPDATE ON body
    WHEN NEW.content IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.log_index <> OLD.log_index
    BEGIN SELECT RAISE(ABORT, 'body is append-only'); END;

-- The empty tree (RFC 6962: SHA-256 of nothing).
INSERT INTO ledger_head (id, tree_size, root_hash, frontier, hub_time, registry_version)
VALUES (1, 0, x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', x'', 0, 0);
