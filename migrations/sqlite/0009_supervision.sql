-- Who supervised what: one row for each read through supervision, and the requests that it showed.

-- `hours`: WORKING, OFF or UNKNOWN, by the calendar as it stood then. `cited`: whether a case or purpose was named.
CREATE TABLE supervision_read (
    log_index INTEGER NOT NULL PRIMARY KEY,
    agency    TEXT    NOT NULL,
    officer   TEXT    NOT NULL,
    read_time INTEGER NOT NULL,
    action    TEXT    NOT NULL,
    hours     TEXT    NOT NULL,
    cited     INTEGER NOT NULL CHECK (cited IN (0, 1)),
    shown     INTEGER NOT NULL CHECK (shown >= 0)
) STRICT;
CREATE INDEX supervision_read_by_agency ON supervision_read (agency, log_index);
CREATE INDEX supervision_read_by_time ON supervision_read (agency, read_time);

-- The entry of a read holds the digest of its rows here.
CREATE TABLE supervision_shown (
    log_index              INTEGER NOT NULL,
    enforcement_request_id TEXT    NOT NULL,
    PRIMARY KEY (log_index, enforcement_request_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX supervision_shown_by_request ON supervision_shown (enforcement_request_id, log_index);

CREATE TRIGGER supervision_shown_is_append_only_update BEFORE UPDATE ON supervision_shown BEGIN SELECT RAISE(ABORT, 'supervision_shown is append-only'); END;
CREATE TRIGGER supervision_shown_is_append_only_delete BEFORE DELETE ON supervision_shown BEGIN SELECT RAISE(ABORT, 'supervision_shown is append-only'); END;
