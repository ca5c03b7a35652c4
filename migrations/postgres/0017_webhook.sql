-- Addresses that the hub calls for an agency: what the log says of them, and what delivering needs.

-- `lanes`, `actions`, `keys`: JSON, as in src/domain/webhook. No secret is in it. `state`: ENABLED, DISABLED or REMOVED.
CREATE TABLE webhook_endpoint (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    agency          TEXT COLLATE "C" NOT NULL,
    url             TEXT COLLATE "C" NOT NULL,
    lanes           TEXT COLLATE "C" NOT NULL,
    actions         TEXT COLLATE "C" NOT NULL,
    signing         TEXT COLLATE "C" NOT NULL,
    keys            TEXT COLLATE "C" NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    reason          TEXT COLLATE "C",
    registered_time BIGINT NOT NULL,
    update_time     BIGINT NOT NULL,
    version         BIGINT NOT NULL CHECK (version > 0),
    CHECK ((state = 'DISABLED') = (reason IS NOT NULL))
);
CREATE INDEX webhook_endpoint_by_agency ON webhook_endpoint (agency, id);

-- The secret keys, each wrapped by a master key as the keys of content are.
CREATE TABLE webhook_key (
    endpoint_id TEXT COLLATE "C" NOT NULL,
    number      BIGINT NOT NULL,
    master      TEXT COLLATE "C" NOT NULL,
    wrapped     BYTEA NOT NULL,
    PRIMARY KEY (endpoint_id, number)
);

-- Up to where a lane was sent, and who is at work on it: an endpoint is no more than one hub's at a time.
CREATE TABLE webhook_cursor (
    endpoint_id TEXT COLLATE "C" NOT NULL,
    lane        TEXT COLLATE "C" NOT NULL,
    position    BIGINT NOT NULL,
    failed      BIGINT NOT NULL,
    next_time   BIGINT NOT NULL,
    lease_owner TEXT COLLATE "C" NOT NULL,
    lease_until BIGINT NOT NULL,
    PRIMARY KEY (endpoint_id, lane)
);

-- What was sent, for 30 days.
CREATE TABLE webhook_delivery (
    endpoint_id TEXT COLLATE "C" NOT NULL,
    lane        TEXT COLLATE "C" NOT NULL,
    position    BIGINT NOT NULL,
    log_index   BIGINT NOT NULL,
    delivered   BOOLEAN NOT NULL,
    attempts    BIGINT NOT NULL,
    first_time  BIGINT NOT NULL,
    last_time   BIGINT NOT NULL,
    outcome     TEXT COLLATE "C" NOT NULL,
    status      BIGINT,
    PRIMARY KEY (endpoint_id, lane, position)
);
CREATE INDEX webhook_delivery_by_entry ON webhook_delivery (endpoint_id, log_index, lane);
CREATE INDEX webhook_delivery_by_time ON webhook_delivery (last_time);
