-- What operators did beside the API and what is no entry of the log yet. A hub takes a line out in the transaction that enters
-- it. `details`: JSON, as in src/domain/operator.rs.
CREATE TABLE operator_action (
    id      TEXT NOT NULL PRIMARY KEY,
    action  TEXT NOT NULL,
    details TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Entries of type 10 are few among millions.
CREATE INDEX event_operator ON event (log_index) WHERE entry_type = 10;
