-- What heads have signed off and assigned, by the entries of type 17.

-- A period that is closed. `agencies`: JSON, whose books are closed with it; `digest`: SHA-256 of its figures (src/domain/report/figures/period_book.rs).
CREATE TABLE report_closing (
    agency      TEXT    NOT NULL,
    period      TEXT    NOT NULL,
    agencies    TEXT    NOT NULL,
    digest      BLOB    NOT NULL,
    officer     TEXT    NOT NULL,
    closed_time INTEGER NOT NULL,
    log_index   INTEGER NOT NULL,
    PRIMARY KEY (agency, period)
) STRICT;
CREATE INDEX report_closing_newest ON report_closing (agency, log_index);

-- Up to which month (`YYYY-MM`) the books of an agency are closed, and by which entry.
CREATE TABLE closed_books (
    agency     TEXT    NOT NULL PRIMARY KEY,
    last_month TEXT    NOT NULL,
    log_index  INTEGER NOT NULL
) STRICT;

-- The targets of a statistical year as they are. `targets`: JSON.
CREATE TABLE report_targets (
    agency    TEXT    NOT NULL,
    year      INTEGER NOT NULL,
    targets   TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    officer   TEXT    NOT NULL,
    set_time  INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    PRIMARY KEY (agency, year)
) STRICT;

-- Campaigns as they are. `campaign`: JSON.
CREATE TABLE report_campaign (
    agency    TEXT    NOT NULL,
    code      TEXT    NOT NULL,
    campaign  TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    officer   TEXT    NOT NULL,
    set_time  INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    PRIMARY KEY (agency, code)
) STRICT;
