-- When the hub must look at a request again: reminders, what follows them, clarification limits, quiet periods. Kept by the
-- ledger with every change of a request; found out again for one that has no row. 9223372036854775807: not before it changes.
CREATE TABLE timer (
    enforcement_request_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    due_time               BIGINT NOT NULL
);
CREATE INDEX timer_by_due_time ON timer (due_time, enforcement_request_id);

-- Requests of before are looked at once.
INSERT INTO timer (enforcement_request_id, due_time)
SELECT r.id, 0 FROM enforcement_request r WHERE r.state NOT IN ('WITHDRAWN', 'CLOSED')
    OR EXISTS (SELECT 1 FROM deadline d WHERE d.enforcement_request_id = r.id AND d.status IN ('RUNNING', 'PAUSED', 'PENDING_CALENDAR'));

-- Notices to agencies above the recipient's line that the hub drafted: the sender's head decides. `drafted_index`: the entry that
-- says everything else. `state`: DRAFTED, CONFIRMED or DISCARDED.
CREATE TABLE notice (
    drafted_index          BIGINT NOT NULL PRIMARY KEY,
    enforcement_request_id TEXT COLLATE "C" NOT NULL,
    state                  TEXT COLLATE "C" NOT NULL,
    addressee              TEXT COLLATE "C",
    decided_index          BIGINT,
    CHECK ((state = 'DRAFTED') = (decided_index IS NULL))
);
CREATE INDEX notice_by_request ON notice (enforcement_request_id, drafted_index);
CREATE INDEX notice_drafted ON notice (drafted_index) WHERE state = 'DRAFTED';
