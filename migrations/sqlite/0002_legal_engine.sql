-- Measures that stand by themselves, one register per book, places, service on paper.

CREATE TABLE measure_new (
    id                     TEXT    NOT NULL PRIMARY KEY,
    enforcement_request_id TEXT,
    kind                   TEXT    NOT NULL,
    holder                 TEXT    NOT NULL,
    issuer                 TEXT    NOT NULL,
    decision_number        TEXT    NOT NULL,
    decision_date          TEXT    NOT NULL,
    decision_office        TEXT,
    in_force               INTEGER NOT NULL CHECK (in_force IN (0, 1)),
    amounts                TEXT    NOT NULL,
    since_time             INTEGER NOT NULL,
    ended_time             INTEGER,
    changed_by             TEXT,
    taken                  TEXT NOT NULL DEFAULT '{}'
) STRICT;
-- A measure of the first version did not state its decision; its request's order does.
INSERT INTO measure_new (id, enforcement_request_id, kind, holder, issuer, decision_number, decision_date,
    decision_office, in_force, amounts, since_time, ended_time, changed_by)
SELECT id, enforcement_request_id, kind, holder, sender, '?', '0001-01-01', NULL, in_force, amounts, since_time, ended_time, NULL
FROM measure;
DROP TABLE measure;
ALTER TABLE measure_new RENAME TO measure;
CREATE INDEX measure_by_request ON measure (enforcement_request_id, id);
CREATE INDEX measure_by_holder ON measure (holder, id);
CREATE INDEX measure_by_issuer ON measure (issuer, id);
CREATE INDEX measure_by_decision ON measure (holder, decision_date);

CREATE TABLE register_counter_new (
    agency      TEXT    NOT NULL,
    register    TEXT    NOT NULL,
    year        INTEGER NOT NULL,
    last_number INTEGER NOT NULL,
    PRIMARY KEY (agency, register, year)
) STRICT, WITHOUT ROWID;
INSERT INTO register_counter_new SELECT agency, 'incoming', year, last_number FROM register_counter;
DROP TABLE register_counter;
ALTER TABLE register_counter_new RENAME TO register_counter;

ALTER TABLE enforcement_request ADD COLUMN register TEXT;
ALTER TABLE enforcement_request ADD COLUMN served_time INTEGER;
ALTER TABLE enforcement_request ADD COLUMN measure_ended_by TEXT;
UPDATE enforcement_request SET register = 'incoming' WHERE registry_number IS NOT NULL;
CREATE INDEX enforcement_request_by_register ON enforcement_request (recipient, register, registered_time, id)
    WHERE register IS NOT NULL;
CREATE INDEX enforcement_request_by_registry_number ON enforcement_request (recipient, registry_number)
    WHERE registry_number IS NOT NULL;

ALTER TABLE agency ADD COLUMN territory TEXT NOT NULL DEFAULT '[]';
