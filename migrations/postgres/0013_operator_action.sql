-- What operators did beside the API and what is no entry of the log yet. A hub takes a line out in the transaction that enters
-- it. `details`: JSON, as in src/domain/operator.rs.
CREATE TABLE operator_action (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    action  TEXT COLLATE "C" NOT NULL,
    details TEXT COLLATE "C" NOT NULL
);

-- Entries of type 10 are few among millions.
CREATE INDEX event_operator ON event (log_index) WHERE entry_type = 10;
