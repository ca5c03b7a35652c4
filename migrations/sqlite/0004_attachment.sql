-- Uploaded documents, and which request names which of them.

CREATE TABLE attachment (
    id          TEXT NOT NULL PRIMARY KEY,
    owner       TEXT NOT NULL,
    name        TEXT NOT NULL,
    media_type  TEXT NOT NULL,
    size        INTEGER NOT NULL CHECK (size > 0),
    sha256      BLOB NOT NULL,
    upload_time INTEGER NOT NULL,
    log_index   INTEGER NOT NULL
) STRICT;
CREATE INDEX attachment_by_sha256 ON attachment (sha256, owner);

CREATE TABLE request_attachment (
    enforcement_request_id TEXT NOT NULL,
    log_index              INTEGER NOT NULL,
    position               INTEGER NOT NULL,
    document_id            TEXT NOT NULL,
    PRIMARY KEY (enforcement_request_id, log_index, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_attachment_by_document ON request_attachment (document_id, enforcement_request_id);
