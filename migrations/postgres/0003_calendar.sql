-- The calendar as data: every state that a day had, and how far the hub's own jobs have come.

ALTER TABLE ledger_head ADD COLUMN calendar_version BIGINT NOT NULL DEFAULT 0;

CREATE TABLE calendar_day (
    date       TEXT COLLATE "C" NOT NULL,
    version    BIGINT NOT NULL CHECK (version > 0),
    kind       TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    basis      TEXT COLLATE "C" NOT NULL,
    certainty  TEXT COLLATE "C" NOT NULL,
    known_from TEXT COLLATE "C",
    origin     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (date, version)
);

-- `position` is the last request that was looked at; NULL: the job is done for this version.
CREATE TABLE job (
    name     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version  BIGINT NOT NULL,
    position TEXT COLLATE "C"
);

CREATE INDEX deadline_open ON deadline (enforcement_request_id)
    WHERE status IN ('RUNNING', 'PAUSED', 'PENDING_CALENDAR');
