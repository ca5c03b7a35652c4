-- The core: ledger, requests, mailboxes, registry. Times are microseconds since 1970-01-01 UTC.
-- Which table is evidence, projection or operational stands in src/store/tables.rs.

CREATE TABLE ledger_head (
    id               BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    tree_size        BIGINT NOT NULL CHECK (tree_size >= 0),
    root_hash        BYTEA  NOT NULL,
    frontier         BYTEA  NOT NULL,
    hub_time         BIGINT NOT NULL,
    registry_version BIGINT NOT NULL
);

CREATE TABLE log_entry (
    log_index BIGINT NOT NULL PRIMARY KEY,
    leaf      BYTEA  NOT NULL
);

CREATE TABLE checkpoint (
    tree_size      BIGINT NOT NULL PRIMARY KEY,
    root_hash      BYTEA  NOT NULL,
    hub_time       BIGINT NOT NULL,
    hub_id         TEXT COLLATE "C"   NOT NULL,
    note_signature BYTEA,
    seal_signature BYTEA
);

CREATE TABLE event (
    log_index    BIGINT NOT NULL PRIMARY KEY,
    entry_type   BIGINT NOT NULL,
    subject      TEXT COLLATE "C"   NOT NULL,
    version      BIGINT NOT NULL,
    action       TEXT COLLATE "C"   NOT NULL,
    from_state   TEXT COLLATE "C",
    to_state     TEXT COLLATE "C",
    agency       TEXT COLLATE "C"   NOT NULL,
    officer      TEXT COLLATE "C"   NOT NULL,
    party        TEXT COLLATE "C",
    counterparty TEXT COLLATE "C",
    hub_time     BIGINT NOT NULL,
    details      TEXT COLLATE "C"   NOT NULL
);
CREATE INDEX event_by_subject ON event (subject, version);

CREATE TABLE body (
    log_index  BIGINT NOT NULL PRIMARY KEY,
    media_type TEXT COLLATE "C"   NOT NULL,
    salt       BYTEA,
    content    BYTEA,
    key_id     TEXT COLLATE "C",
    nonce      BYTEA
);

CREATE TABLE idempotency (
    agency         TEXT COLLATE "C"   NOT NULL,
    key            TEXT COLLATE "C"   NOT NULL,
    content_sha256 BYTEA  NOT NULL,
    log_index      BIGINT NOT NULL,
    entry_count    BIGINT NOT NULL CHECK (entry_count > 0),
    PRIMARY KEY (agency, key)
);

CREATE TABLE enforcement_request (
    id                 TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    broadcast_id       TEXT COLLATE "C",
    kind               TEXT COLLATE "C"    NOT NULL,
    kind_revision      BIGINT  NOT NULL,
    sender             TEXT COLLATE "C"    NOT NULL,
    recipient          TEXT COLLATE "C"    NOT NULL,
    channel            TEXT COLLATE "C"    NOT NULL,
    lane               TEXT COLLATE "C"    NOT NULL,
    recipient_position BIGINT  NOT NULL,
    submit_index       BIGINT  NOT NULL,
    body_index         BIGINT  NOT NULL,
    submit_time        BIGINT  NOT NULL,
    state              TEXT COLLATE "C"    NOT NULL,
    version            BIGINT  NOT NULL CHECK (version > 0),
    update_time        BIGINT  NOT NULL,
    registry_number    TEXT COLLATE "C",
    registered_time    BIGINT,
    assigned_unit      TEXT COLLATE "C",
    assigned_officer   TEXT COLLATE "C",
    extended           BOOLEAN NOT NULL,
    outcome            TEXT COLLATE "C",
    answer_index       BIGINT,
    answer_count       BIGINT  NOT NULL,
    due_time           BIGINT,
    CHECK ((registry_number IS NULL) = (registered_time IS NULL)),
    CHECK ((outcome IS NULL) = (answer_index IS NULL))
);
CREATE INDEX enforcement_request_by_recipient ON enforcement_request (recipient, id);
CREATE INDEX enforcement_request_by_kind ON enforcement_request (kind, kind_revision);
CREATE INDEX enforcement_request_by_sender ON enforcement_request (sender, id);
CREATE INDEX enforcement_request_by_broadcast ON enforcement_request (broadcast_id, id) WHERE broadcast_id IS NOT NULL;

CREATE TABLE request_relation (
    enforcement_request_id TEXT COLLATE "C" NOT NULL,
    relation               TEXT COLLATE "C" NOT NULL,
    related_id             TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (enforcement_request_id, relation, related_id)
);
CREATE INDEX request_relation_by_related ON request_relation (related_id);

CREATE TABLE deadline (
    enforcement_request_id TEXT COLLATE "C"   NOT NULL,
    name                   TEXT COLLATE "C"   NOT NULL,
    occurrence             BIGINT NOT NULL,
    status                 TEXT COLLATE "C"   NOT NULL,
    due_time               BIGINT,
    state                  TEXT COLLATE "C"   NOT NULL,
    PRIMARY KEY (enforcement_request_id, name, occurrence)
);
CREATE INDEX deadline_by_due_time ON deadline (due_time, enforcement_request_id) WHERE status = 'RUNNING';

CREATE TABLE measure (
    id                     TEXT COLLATE "C"   NOT NULL PRIMARY KEY,
    enforcement_request_id TEXT COLLATE "C"   NOT NULL,
    holder                 TEXT COLLATE "C"   NOT NULL,
    sender                 TEXT COLLATE "C"   NOT NULL,
    kind                   TEXT COLLATE "C"   NOT NULL,
    in_force               BOOLEAN NOT NULL,
    amounts                TEXT COLLATE "C"   NOT NULL,
    since_time             BIGINT NOT NULL,
    ended_time             BIGINT
);
CREATE INDEX measure_by_request ON measure (enforcement_request_id, id);

CREATE TABLE register_counter (
    agency      TEXT COLLATE "C"   NOT NULL,
    year        BIGINT NOT NULL,
    last_number BIGINT NOT NULL,
    PRIMARY KEY (agency, year)
);

CREATE TABLE mailbox_head (
    agency             TEXT COLLATE "C"   NOT NULL,
    lane               TEXT COLLATE "C"   NOT NULL,
    last_position      BIGINT NOT NULL,
    delivered_position BIGINT NOT NULL,
    PRIMARY KEY (agency, lane),
    CHECK (delivered_position BETWEEN 0 AND last_position)
);

CREATE TABLE mailbox_entry (
    agency                 TEXT COLLATE "C"    NOT NULL,
    lane                   TEXT COLLATE "C"    NOT NULL,
    position               BIGINT  NOT NULL,
    log_index              BIGINT  NOT NULL,
    enforcement_request_id TEXT COLLATE "C"    NOT NULL,
    unit                   TEXT COLLATE "C",
    officer                TEXT COLLATE "C",
    lifted                 BOOLEAN NOT NULL,
    PRIMARY KEY (agency, lane, position, log_index)
);

CREATE TABLE mailbox_cursor (
    agency   TEXT COLLATE "C"   NOT NULL,
    name     TEXT COLLATE "C"   NOT NULL,
    lane     TEXT COLLATE "C"   NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (agency, name, lane)
);

CREATE TABLE agency (
    code          TEXT COLLATE "C"    NOT NULL PRIMARY KEY,
    role          TEXT COLLATE "C"    NOT NULL,
    name          TEXT COLLATE "C"    NOT NULL,
    name_en       TEXT COLLATE "C"    NOT NULL,
    province_code TEXT COLLATE "C"    NOT NULL,
    commune_code  TEXT COLLATE "C"    NOT NULL,
    parent        TEXT COLLATE "C",
    successor     TEXT COLLATE "C",
    channel       TEXT COLLATE "C"    NOT NULL,
    suspended     BOOLEAN NOT NULL,
    aliases       TEXT COLLATE "C"    NOT NULL,
    units         TEXT COLLATE "C"    NOT NULL,
    version       BIGINT  NOT NULL
);

CREATE TABLE officer (
    agency     TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    full_name  TEXT COLLATE "C" NOT NULL,
    position   TEXT COLLATE "C" NOT NULL,
    unit       TEXT COLLATE "C",
    valid_from TEXT COLLATE "C" NOT NULL,
    valid_to   TEXT COLLATE "C",
    PRIMARY KEY (agency, id)
);

CREATE TABLE credential (
    fingerprint     BYTEA  NOT NULL,
    purpose         TEXT COLLATE "C"   NOT NULL,
    agency          TEXT COLLATE "C"   NOT NULL,
    certificate     BYTEA  NOT NULL,
    not_before      BIGINT NOT NULL,
    not_after       BIGINT NOT NULL,
    registered_time BIGINT NOT NULL,
    revoked_time    BIGINT,
    PRIMARY KEY (fingerprint, purpose)
);
CREATE INDEX credential_by_agency ON credential (agency, purpose);

-- Evidence is append-only. A body's content may be erased (set to NULL), never changed.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER log_entry_is_append_only BEFORE UPDATE OR DELETE ON log_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_entry_is_not_truncated BEFORE TRUNCATE ON log_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_is_append_only BEFORE UPDATE OR DELETE ON checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER checkpoint_is_not_truncated BEFORE TRUNCATE ON checkpoint FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_is_not_truncated BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER idempotency_is_append_only BEFORE UPDATE OR DELETE ON idempotency FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER idempotency_is_not_truncated BEFORE TRUNCATE ON idempotency FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER body_is_not_deleted BEFORE DELETE ON body FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER body_is_not_truncated BEFORE TRUNCATE ON body FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER body_is_only_erased BEFORE UPDATE ON body FOR EACH ROW
    WHEN (NEW.content IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.log_index <> OLD.log_index)
    EXECUTE FUNCTION refuse_change();

-- The empty tree (RFC 6962: SHA-256 of nothing).
INSERT INTO ledger_head (id, tree_size, root_hash, frontier, hub_time, registry_version)
VALUES (1, 0, '\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '\x', 0, 0);
