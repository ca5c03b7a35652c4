-- Content that two persons erased: what was proposed and decided, and whose keys were destroyed by it.

-- `state`: PROPOSED, ERASED or REJECTED. One that nobody decides in time lapses by itself.
CREATE TABLE erasure (
    proposed_index BIGINT NOT NULL PRIMARY KEY,
    subject        TEXT COLLATE "C" NOT NULL,
    body_index     BIGINT NOT NULL,
    agency         TEXT COLLATE "C" NOT NULL,
    proposed_by    TEXT COLLATE "C" NOT NULL,
    proposed_time  BIGINT NOT NULL,
    state          TEXT COLLATE "C" NOT NULL,
    decided_index  BIGINT,
    decided_by     TEXT COLLATE "C",
    decided_time   BIGINT,
    CHECK ((state = 'PROPOSED') = (decided_index IS NULL)),
    CHECK ((decided_index IS NULL) = (decided_by IS NULL)),
    CHECK ((decided_index IS NULL) = (decided_time IS NULL))
);
CREATE INDEX erasure_by_agency ON erasure (agency, proposed_index);
CREATE INDEX erasure_by_subject ON erasure (subject, proposed_index);

-- The entry of an erasure holds the digest of its rows here: the entries whose content can be opened no more.
CREATE TABLE erased_content (
    log_index     BIGINT NOT NULL PRIMARY KEY,
    erasure_index BIGINT NOT NULL
);
CREATE INDEX erased_content_by_erasure ON erased_content (erasure_index, log_index);

CREATE TRIGGER erased_content_is_append_only BEFORE UPDATE OR DELETE ON erased_content FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER erased_content_is_not_truncated BEFORE TRUNCATE ON erased_content FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE enforcement_request ADD COLUMN erased_index BIGINT;
CREATE INDEX enforcement_request_by_body ON enforcement_request (body_index);
CREATE INDEX enforcement_request_to_erase ON enforcement_request (sender, id)
    WHERE erased_index IS NULL AND state IN ('CLOSED', 'WITHDRAWN');
