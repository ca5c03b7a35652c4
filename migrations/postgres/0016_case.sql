-- Cases (việc thi hành án), one for each quyết định thi hành án: what the entries of type 14 have made of each.

-- `obligations` and `tags`: JSON. `rest`: what is still owed in money, đồng. `due_date`: the day on which conditions must be
-- verified again, or the case leaves the current books; `reminded_date`: the one of which the hub has reminded.
CREATE TABLE enforcement_case (
    id                TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    agency            TEXT COLLATE "C" NOT NULL,
    decision_number   TEXT COLLATE "C" NOT NULL,
    decision_date     TEXT COLLATE "C" NOT NULL,
    initiative        TEXT COLLATE "C" NOT NULL,
    opened_date       TEXT COLLATE "C" NOT NULL,
    carried_over_from TEXT COLLATE "C",
    transfer          TEXT COLLATE "C",
    status            TEXT COLLATE "C" NOT NULL,
    ground            TEXT COLLATE "C",
    since_date        TEXT COLLATE "C" NOT NULL,
    verified_date     TEXT COLLATE "C",
    verify_every      TEXT COLLATE "C" NOT NULL,
    obligations       TEXT COLLATE "C" NOT NULL,
    tags              TEXT COLLATE "C" NOT NULL,
    unit              TEXT COLLATE "C",
    officer           TEXT COLLATE "C",
    rest              BIGINT NOT NULL CHECK (rest >= 0),
    due_date          TEXT COLLATE "C",
    due_kind          TEXT COLLATE "C",
    reminded_date     TEXT COLLATE "C",
    version           BIGINT NOT NULL,
    update_time       BIGINT NOT NULL,
    body_index        BIGINT NOT NULL,
    item              BIGINT NOT NULL
);
CREATE INDEX enforcement_case_by_agency ON enforcement_case (agency, id);
CREATE INDEX enforcement_case_by_status ON enforcement_case (agency, status, id);
CREATE INDEX enforcement_case_by_officer ON enforcement_case (agency, officer, id);
CREATE INDEX enforcement_case_by_unit ON enforcement_case (agency, unit, id);
CREATE INDEX enforcement_case_by_decision ON enforcement_case (agency, decision_number, decision_date);
CREATE INDEX enforcement_case_due ON enforcement_case (due_date, id) WHERE due_date IS NOT NULL;

-- The case that an order names. `obligations`: JSON, the ids for which it is; `purpose`: what it does; `amount`: what it states of them in đồng, and `costs` of costs;
-- `debited`: what its answer debited, when; `arrived`: what has come in of it.
CREATE TABLE case_request (
    enforcement_request_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    case_id                TEXT COLLATE "C" NOT NULL,
    obligations            TEXT COLLATE "C" NOT NULL,
    purpose                TEXT COLLATE "C" NOT NULL,
    amount                 BIGINT,
    costs                  BIGINT,
    debited                BIGINT,
    debited_time           BIGINT,
    arrived                BIGINT NOT NULL CHECK (arrived >= 0)
);
CREATE INDEX case_request_by_case ON case_request (case_id, enforcement_request_id);
