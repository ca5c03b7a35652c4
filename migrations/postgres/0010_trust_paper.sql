-- The authorities that a hub believes and their lists of revocations, each with the entry that holds its bytes.
-- `authority_key`: SHA-256 of the authority's subjectPublicKeyInfo. Times are microseconds since 1970-01-01 UTC.
CREATE TABLE trust_paper (
    sha256        BYTEA NOT NULL PRIMARY KEY,
    kind          TEXT COLLATE "C" NOT NULL,
    authority_key BYTEA NOT NULL,
    valid_from    BIGINT NOT NULL,
    valid_to      BIGINT NOT NULL,
    log_index     BIGINT NOT NULL
);
