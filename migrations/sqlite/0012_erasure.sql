-- Content that two persons erased: what was proposed and decided, and whose keys were destroyed by it.

-- `state`: PROPOSED, ERASED or REJECTED. One that nobody decides in time lapses by itself.
CREATE TABLE erasure (
    proposed_index INTEGER NOT NULL PRIMARY KEY,
    subject        TEXT    NOT NULL,
    body_index     INTEGER NOT NULL,
    agency         TEXT    NOT NULL,
    proposed_by    TEXT    NOT NULL,
    proposed_time  INTEGER NOT NULL,
    state          TEXT    NOT NULL,
    decided_index  INTEGER,
    decided_by     TEXT,
    decided_time   INTEGER,
    CHECK ((state = 'PROPOSED') = (decided_index IS NULL)),
    CHECK ((decided_index IS NULL) = (decided_by IS NULL)),
    CHECK ((decided_index IS NULL) = (decided_time IS NULL))
) STRICT;
CREATE INDEX erasure_by_agency ON erasure (agency, proposed_index);
CREATE INDEX erasure_by_subject ON erasure (subject, proposed_index);

-- The entry of an erasure holds the digest of its rows here: the entries whose content can be opened no more.
CREATE TABLE erased_content (
    log_index     INTEGER NOT NULL PRIMARY KEY,
    erasure_index INTEGER NOT NULL
) STRICT;
CREATE INDEX erased_content_by_erasure ON erased_content (erasure_index, log_index);

CREATE TRIGGER erased_content_is_append_only_update BEFORE UPDATE ON erased_content BEGIN SELECT RAISE(ABORT, 'erased_content is append-only'); END;
CREATE TRIGGER erased_content_is_append_only_delete BEFORE DELETE ON erased_content BEGIN SELECT RAISE(ABORT, 'erased_content is append-only'); END;

ALTER TABLE enforcement_request ADD COLUMN erased_index INTEGER;
CREATE INDEX enforcement_request_by_body ON enforcement_request (body_index);
CREATE INDEX enforcement_request_to_erase ON enforcement_request (sender, id)
    WHERE erased_index IS NULL AND state IN ('CLOSED', 'WITHDRAWN');
