-- Who supervised what: one row for each read through supervision, and the requests that it showed.

-- `hours`: WORKING, OFF or UNKNOWN, by the calendar as it stood then. `cited`: whether a case or purpose was named.
CREATE TABLE supervision_read (
    log_index BIGINT  NOT NULL PRIMARY KEY,
    agency    TEXT COLLATE "C" NOT NULL,
    officer   TEXT COLLATE "C" NOT NULL,
    read_time BIGINT  NOT NULL,
    action    TEXT COLLATE "C" NOT NULL,
    hours     TEXT COLLATE "C" NOT NULL,
    cited     BOOLEAN NOT NULL,
    shown     BIGINT  NOT NULL CHECK (shown >= 0)
);
CREATE INDEX supervision_read_by_agency ON supervision_read (agency, log_index);
CREATE INDEX supervision_read_by_time ON supervision_read (agency, read_time);

-- The entry of a read holds the digest of its rows here.
CREATE TABLE supervision_shown (
    log_index              BIGINT NOT NULL,
    enforcement_request_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (log_index, enforcement_request_id)
);
CREATE INDEX supervision_shown_by_request ON supervision_shown (enforcement_request_id, log_index);

CREATE TRIGGER supervision_shown_is_append_only BEFORE UPDATE OR DELETE ON supervision_shown FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER supervision_shown_is_not_truncated BEFORE TRUNCATE ON supervision_shown FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
