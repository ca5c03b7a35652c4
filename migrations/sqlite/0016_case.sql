-- Cases (việc thi hành án), one for each quyết định thi hành án: what the entries of type 14 have made of each.

-- `obligations` and `tags`: JSON. `rest`: what is still owed in money, đồng. `due_date`: the day on which conditions must be
-- verified again, or the case leaves the current books; `reminded_date`: the one of which the hub has reminded.
CREATE TABLE enforcement_case (
    id                TEXT NOT NULL PRIMARY KEY,
    agency            TEXT NOT NULL,
    decision_number   TEXT NOT NULL,
    decision_date     TEXT NOT NULL,
    initiative        TEXT NOT NULL,
    opened_date       TEXT NOT NULL,
    carried_over_from TEXT,
    transfer          TEXT,
    status            TEXT NOT NULL,
    ground            TEXT,
    since_date        TEXT NOT NULL,
    verified_date     TEXT,
    verify_every      TEXT NOT NULL,
    obligations       TEXT NOT NULL,
    tags              TEXT NOT NULL,
    unit              TEXT,
    officer           TEXT,
    rest              INTEGER NOT NULL CHECK (rest >= 0),
    due_date          TEXT,
    due_kind          TEXT,
    reminded_date     TEXT,
    version           INTEGER NOT NULL,
    update_time       INTEGER NOT NULL,
    body_index        INTEGER NOT NULL,
    item              INTEGER NOT NULL
) STRICT;
CREATE INDEX enforcement_case_by_agency ON enforcement_case (agency, id);
CREATE INDEX enforcement_case_by_status ON enforcement_case (agency, status, id);
CREATE INDEX enforcement_case_by_officer ON enforcement_case (agency, officer, id);
CREATE INDEX enforcement_case_by_unit ON enforcement_case (agency, unit, id);
CREATE INDEX enforcement_case_by_decision ON enforcement_case (agency, decision_number, decision_date);
CREATE INDEX enforcement_case_due ON enforcement_case (due_date, id) WHERE due_date IS NOT NULL;

-- The case that an order names. `obligations`: JSON, the ids for which it is; `purpose`: what it does; `amount`: what it states of them in đồng, and `costs` of costs;
-- `debited`: what its answer debited, when; `arrived`: what has come in of it.
CREATE TABLE case_request (
    enforcement_request_id TEXT NOT NULL PRIMARY KEY,
    case_id                TEXT NOT NULL,
    obligations            TEXT NOT NULL,
    purpose                TEXT NOT NULL,
    amount                 INTEGER,
    costs                  INTEGER,
    debited                INTEGER,
    debited_time           INTEGER,
    arrived                INTEGER NOT NULL CHECK (arrived >= 0)
) STRICT;
CREATE INDEX case_request_by_case ON case_request (case_id, enforcement_request_id);
