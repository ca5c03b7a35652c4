-- What heads have signed off and assigned, by the entries of type 17.

-- A period that is closed. `agencies`: JSON, whose books are closed with it; `digest`: SHA-256 of its figures (src/domain/report/figures/period_book.rs).
CREATE TABLE report_closing (
    agency      TEXT COLLATE "C" NOT NULL,
    period      TEXT COLLATE "C" NOT NULL,
    agencies    TEXT COLLATE "C" NOT NULL,
    digest      BYTEA NOT NULL,
    officer     TEXT COLLATE "C" NOT NULL,
    closed_time BIGINT NOT NULL,
    log_index   BIGINT NOT NULL,
    PRIMARY KEY (agency, period)
);
CREATE INDEX report_closing_newest ON report_closing (agency, log_index);

-- Up to which month (`YYYY-MM`) the books of an agency are closed, and by which entry.
CREATE TABLE closed_books (
    agency     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    last_month TEXT COLLATE "C" NOT NULL,
    log_index  BIGINT NOT NULL
);

-- The targets of a statistical year as they are. `targets`: JSON.
CREATE TABLE report_targets (
    agency    TEXT COLLATE "C" NOT NULL,
    year      BIGINT NOT NULL,
    targets   TEXT COLLATE "C" NOT NULL,
    version   BIGINT NOT NULL,
    officer   TEXT COLLATE "C" NOT NULL,
    set_time  BIGINT NOT NULL,
    log_index BIGINT NOT NULL,
    PRIMARY KEY (agency, year)
);

-- Campaigns as they are. `campaign`: JSON.
CREATE TABLE report_campaign (
    agency    TEXT COLLATE "C" NOT NULL,
    code      TEXT COLLATE "C" NOT NULL,
    campaign  TEXT COLLATE "C" NOT NULL,
    version   BIGINT NOT NULL,
    officer   TEXT COLLATE "C" NOT NULL,
    set_time  BIGINT NOT NULL,
    log_index BIGINT NOT NULL,
    PRIMARY KEY (agency, code)
);
