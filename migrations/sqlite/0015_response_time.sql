-- Whose duty each clock is and to whom it is owed, so that what is due is read from an index; and how partners keep their times,
-- counted by the entries themselves.

-- `agency` owes the act, `counterparty` waits for it. `duty`: as in src/domain/deadline/duty.rs. `sort_time`: the due time, or
-- the end of time for a clock that has none now.
ALTER TABLE deadline ADD COLUMN agency TEXT NOT NULL DEFAULT '';
ALTER TABLE deadline ADD COLUMN counterparty TEXT NOT NULL DEFAULT '';
ALTER TABLE deadline ADD COLUMN duty TEXT NOT NULL DEFAULT 'FOLLOW_UP';
ALTER TABLE deadline ADD COLUMN sort_time INTEGER NOT NULL DEFAULT 9223372036854775807;
UPDATE deadline SET
    agency = (SELECT CASE json_extract(deadline.state, '$.obligor') WHEN 'SENDER' THEN r.sender ELSE r.recipient END
              FROM enforcement_request r WHERE r.id = deadline.enforcement_request_id),
    counterparty = (SELECT CASE json_extract(deadline.state, '$.obligor') WHEN 'SENDER' THEN r.recipient ELSE r.sender END
                    FROM enforcement_request r WHERE r.id = deadline.enforcement_request_id),
    duty = CASE WHEN json_extract(state, '$.obligor') = 'SENDER' THEN 'OWN'
                WHEN name = 'acknowledge' THEN 'REGISTER'
                WHEN name = 'refuse' THEN 'REFUSE'
                WHEN json_extract(state, '$.stops_on') LIKE '%"answer_final"%' THEN 'ANSWER'
                ELSE 'FOLLOW_UP' END,
    sort_time = COALESCE(due_time, 9223372036854775807);
-- Clocks that ended in time or without a verdict are in nobody's list.
CREATE INDEX deadline_owed_by ON deadline (agency, status, sort_time, enforcement_request_id, name, occurrence, duty)
    WHERE status IN ('RUNNING', 'PAUSED', 'PENDING_CALENDAR', 'BREACHED');
CREATE INDEX deadline_owed_to ON deadline (counterparty, status, sort_time, enforcement_request_id, name, occurrence, duty)
    WHERE status IN ('RUNNING', 'PAUSED', 'PENDING_CALENDAR', 'BREACHED');

-- The entry of the first final answer. A dispute takes the answer back, and this stays: a second one is counted as a second.
ALTER TABLE enforcement_request ADD COLUMN first_answer_index INTEGER;
UPDATE enforcement_request SET first_answer_index = (
    SELECT MIN(e.log_index) FROM event e
    WHERE e.subject = enforcement_request.id AND e.action IN ('answer_final', 'record_answer'));

-- What was counted in a month of Viet Nam (`YYYY-MM`). `level`: AGENCY, whatever it is about; PAIR, by the other side too; DETAIL,
-- by unit, kind and the sender's province too. What a level does not tell apart is empty. Each column is a sum of what the
-- entries say; entries of before say nothing and are not counted.
CREATE TABLE response_count (
    level               TEXT NOT NULL,
    agency              TEXT NOT NULL,
    month               TEXT NOT NULL,
    counterparty        TEXT NOT NULL,
    unit                TEXT NOT NULL,
    kind                TEXT NOT NULL,
    province            TEXT NOT NULL,
    received            INTEGER NOT NULL,
    taken_over          INTEGER NOT NULL,
    handed_over         INTEGER NOT NULL,
    registered_in_time  INTEGER NOT NULL,
    registered_late     INTEGER NOT NULL,
    registered_untimed  INTEGER NOT NULL,
    interim             INTEGER NOT NULL,
    answered_in_time    INTEGER NOT NULL,
    answered_late       INTEGER NOT NULL,
    answered_untimed    INTEGER NOT NULL,
    refused             INTEGER NOT NULL,
    answered_again      INTEGER NOT NULL,
    answered_again_late INTEGER NOT NULL,
    sent_back           INTEGER NOT NULL,
    sent_back_late      INTEGER NOT NULL,
    disputed            INTEGER NOT NULL,
    corrected           INTEGER NOT NULL,
    withdrawn           INTEGER NOT NULL,
    extended            INTEGER NOT NULL,
    paused              INTEGER NOT NULL,
    duty_in_time        INTEGER NOT NULL,
    duty_late           INTEGER NOT NULL,
    own_in_time         INTEGER NOT NULL,
    own_late            INTEGER NOT NULL,
    paused_seconds      INTEGER NOT NULL,
    PRIMARY KEY (level, agency, month, counterparty, unit, kind, province)
) STRICT, WITHOUT ROWID;
CREATE INDEX response_count_by_counterparty ON response_count (counterparty, level, month, agency) WHERE counterparty <> '';

-- How long first final answers took: packed histograms as in src/domain/response_time/histogram.rs.
CREATE TABLE response_histogram (
    level        TEXT NOT NULL,
    agency       TEXT NOT NULL,
    month        TEXT NOT NULL,
    counterparty TEXT NOT NULL,
    unit         TEXT NOT NULL,
    kind         TEXT NOT NULL,
    province     TEXT NOT NULL,
    working      BLOB NOT NULL,
    wall         BLOB NOT NULL,
    PRIMARY KEY (level, agency, month, counterparty, unit, kind, province)
) STRICT, WITHOUT ROWID;
CREATE INDEX response_histogram_by_counterparty ON response_histogram (counterparty, level, month, agency) WHERE counterparty <> '';
