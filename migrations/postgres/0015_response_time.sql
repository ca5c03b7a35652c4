-- Whose duty each clock is and to whom it is owed, so that what is due is read from an index; and how partners keep their times,
-- counted by the entries themselves.

-- `agency` owes the act, `counterparty` waits for it. `duty`: as in src/domain/deadline/duty.rs. `sort_time`: the due time, or
-- the end of time for a clock that has none now.
ALTER TABLE deadline ADD COLUMN agency TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE deadline ADD COLUMN counterparty TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE deadline ADD COLUMN duty TEXT COLLATE "C" NOT NULL DEFAULT 'FOLLOW_UP';
ALTER TABLE deadline ADD COLUMN sort_time BIGINT NOT NULL DEFAULT 9223372036854775807;
UPDATE deadline SET
    agency = (SELECT CASE (deadline.state::json ->> 'obligor') WHEN 'SENDER' THEN r.sender ELSE r.recipient END
              FROM enforcement_request r WHERE r.id = deadline.enforcement_request_id),
    counterparty = (SELECT CASE (deadline.state::json ->> 'obligor') WHEN 'SENDER' THEN r.recipient ELSE r.sender END
                    FROM enforcement_request r WHERE r.id = deadline.enforcement_request_id),
    duty = CASE WHEN (state::json ->> 'obligor') = 'SENDER' THEN 'OWN'
                WHEN name = 'acknowledge' THEN 'REGISTER'
                WHEN name = 'refuse' THEN 'REFUSE'
                WHEN (state::json ->> 'stops_on') LIKE '%"answer_final"%' THEN 'ANSWER'
                ELSE 'FOLLOW_UP' END,
    sort_time = COALESCE(due_time, 9223372036854775807);
-- Clocks that ended in time or without a verdict are in nobody's list.
CREATE INDEX deadline_owed_by ON deadline (agency, status, sort_time, enforcement_request_id, name, occurrence, duty)
    WHERE status IN ('RUNNING', 'PAUSED', 'PENDING_CALENDAR', 'BREACHED');
CREATE INDEX deadline_owed_to ON deadline (counterparty, status, sort_time, enforcement_request_id, name, occurrence, duty)
    WHERE status IN ('RUNNING', 'PAUSED', 'PENDING_CALENDAR', 'BREACHED');

-- The entry of the first final answer. A dispute takes the answer back, and this stays: a second one is counted as a second.
ALTER TABLE enforcement_request ADD COLUMN first_answer_index BIGINT;
UPDATE enforcement_request SET first_answer_index = (
    SELECT MIN(e.log_index) FROM event e
    WHERE e.subject = enforcement_request.id AND e.action IN ('answer_final', 'record_answer'));

-- What was counted in a month of Viet Nam (`YYYY-MM`). `level`: AGENCY, whatever it is about; PAIR, by the other side too; DETAIL,
-- by unit, kind and the sender's province too. What a level does not tell apart is empty. Each column is a sum of what the
-- entries say; entries of before say nothing and are not counted.
CREATE TABLE response_count (
    level               TEXT COLLATE "C" NOT NULL,
    agency              TEXT COLLATE "C" NOT NULL,
    month               TEXT COLLATE "C" NOT NULL,
    counterparty        TEXT COLLATE "C" NOT NULL,
    unit                TEXT COLLATE "C" NOT NULL,
    kind                TEXT COLLATE "C" NOT NULL,
    province            TEXT COLLATE "C" NOT NULL,
    received            BIGINT NOT NULL,
    taken_over          BIGINT NOT NULL,
    handed_over         BIGINT NOT NULL,
    registered_in_time  BIGINT NOT NULL,
    registered_late     BIGINT NOT NULL,
    registered_untimed  BIGINT NOT NULL,
    interim             BIGINT NOT NULL,
    answered_in_time    BIGINT NOT NULL,
    answered_late       BIGINT NOT NULL,
    answered_untimed    BIGINT NOT NULL,
    refused             BIGINT NOT NULL,
    answered_again      BIGINT NOT NULL,
    answered_again_late BIGINT NOT NULL,
    sent_back           BIGINT NOT NULL,
    sent_back_late      BIGINT NOT NULL,
    disputed            BIGINT NOT NULL,
    corrected           BIGINT NOT NULL,
    withdrawn           BIGINT NOT NULL,
    extended            BIGINT NOT NULL,
    paused              BIGINT NOT NULL,
    duty_in_time        BIGINT NOT NULL,
    duty_late           BIGINT NOT NULL,
    own_in_time         BIGINT NOT NULL,
    own_late            BIGINT NOT NULL,
    paused_seconds      BIGINT NOT NULL,
    PRIMARY KEY (level, agency, month, counterparty, unit, kind, province)
);
CREATE INDEX response_count_by_counterparty ON response_count (counterparty, level, month, agency) WHERE counterparty <> '';

-- How long first final answers took: packed histograms as in src/domain/response_time/histogram.rs.
CREATE TABLE response_histogram (
    level        TEXT COLLATE "C" NOT NULL,
    agency       TEXT COLLATE "C" NOT NULL,
    month        TEXT COLLATE "C" NOT NULL,
    counterparty TEXT COLLATE "C" NOT NULL,
    unit         TEXT COLLATE "C" NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    province     TEXT COLLATE "C" NOT NULL,
    working      BYTEA NOT NULL,
    wall         BYTEA NOT NULL,
    PRIMARY KEY (level, agency, month, counterparty, unit, kind, province)
);
CREATE INDEX response_histogram_by_counterparty ON response_histogram (counterparty, level, month, agency) WHERE counterparty <> '';
