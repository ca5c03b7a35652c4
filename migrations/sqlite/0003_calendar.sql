-- The calendar as data: every state that a day had, and how far the hub's own jobs have come.

ALTER TABLE ledger_head ADD COLUMN calendar_version INTEGER NOT NULL DEFAULT 0;

CREATE TABLE calendar_day (
    date       TEXT    NOT NULL,
    version    INTEGER NOT NULL CHECK (version > 0),
    kind       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    basis      TEXT    NOT NULL,
    certainty  TEXT    NOT NULL,
    known_from TEXT,
    origin     TEXT    NOT NULL,
    PRIMARY KEY (date, version)
) STRICT, WITHOUT ROWID;

-- `position` is the last request that was looked at; NULL: the job is done for this version.
CREATE TABLE job (
    name     TEXT    NOT NULL PRIMARY KEY,
    version  INTEGER NOT NULL,
    position TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX deadline_open ON deadline (enforcement_request_id)
    WHERE status IN ('RUNNING', 'PAUSED', 'PENDING_CALENDAR');
