-- The authorities that a hub believes and their lists of revocations, each with the entry that holds its bytes.
-- `authority_key`: SHA-256 of the authority's subjectPublicKeyInfo. Times are microseconds since 1970-01-01 UTC.
CREATE TABLE trust_paper (
    sha256        BLOB NOT NULL PRIMARY KEY,
    kind          TEXT NOT NULL,
    authority_key BLOB NOT NULL,
    valid_from    INTEGER NOT NULL,
    valid_to      INTEGER NOT NULL,
    log_index     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
