-- Addresses that the hub calls for an agency: what the log says of them, and what delivering needs.

-- `lanes`, `actions`, `keys`: JSON, as in src/domain/webhook. No secret is in it. `state`: ENABLED, DISABLED or REMOVED.
CREATE TABLE webhook_endpoint (
    id              TEXT NOT NULL PRIMARY KEY,
    agency          TEXT NOT NULL,
    url             TEXT NOT NULL,
    lanes           TEXT NOT NULL,
    actions         TEXT NOT NULL,
    signing         TEXT NOT NULL,
    keys            TEXT NOT NULL,
    state           TEXT NOT NULL,
    reason          TEXT,
    registered_time INTEGER NOT NULL,
    update_time     INTEGER NOT NULL,
    version         INTEGER NOT NULL CHECK (version > 0),
    CHECK ((state = 'DISABLED') = (reason IS NOT NULL))
) STRICT;
CREATE INDEX webhook_endpoint_by_agency ON webhook_endpoint (agency, id);

-- The secret keys, each wrapped by a master key as the keys of content are.
CREATE TABLE webhook_key (
    endpoint_id TEXT NOT NULL,
    number      INTEGER NOT NULL,
    master      TEXT NOT NULL,
    wrapped     BLOB NOT NULL,
    PRIMARY KEY (endpoint_id, number)
) STRICT;

-- Up to where a lane was sent, and who is at work on it: an endpoint is no more than one hub's at a time.
CREATE TABLE webhook_cursor (
    endpoint_id TEXT NOT NULL,
    lane        TEXT NOT NULL,
    position    INTEGER NOT NULL,
    failed      INTEGER NOT NULL,
    next_time   INTEGER NOT NULL,
    lease_owner TEXT NOT NULL,
    lease_until INTEGER NOT NULL,
    PRIMARY KEY (endpoint_id, lane)
) STRICT;

-- What was sent, for 30 days.
CREATE TABLE webhook_delivery (
    endpoint_id TEXT NOT NULL,
    lane        TEXT NOT NULL,
    position    INTEGER NOT NULL,
    log_index   INTEGER NOT NULL,
    delivered   INTEGER NOT NULL CHECK (delivered IN (0, 1)),
    attempts    INTEGER NOT NULL,
    first_time  INTEGER NOT NULL,
    last_time   INTEGER NOT NULL,
    outcome     TEXT NOT NULL,
    status      INTEGER,
    PRIMARY KEY (endpoint_id, lane, position)
) STRICT;
CREATE INDEX webhook_delivery_by_entry ON webhook_delivery (endpoint_id, log_index, lane);
CREATE INDEX webhook_delivery_by_time ON webhook_delivery (last_time);
