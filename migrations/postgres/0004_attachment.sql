-- Uploaded documents, and which request names which of them.

CREATE TABLE attachment (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    owner       TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    media_type  TEXT COLLATE "C" NOT NULL,
    size        BIGINT NOT NULL CHECK (size > 0),
    sha256      BYTEA NOT NULL,
    upload_time BIGINT NOT NULL,
    log_index   BIGINT NOT NULL
);
CREATE INDEX attachment_by_sha256 ON attachment (sha256, owner);

CREATE TABLE request_attachment (
    enforcement_request_id TEXT COLLATE "C" NOT NULL,
    log_index              BIGINT NOT NULL,
    position               BIGINT NOT NULL,
    document_id            TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (enforcement_request_id, log_index, position)
);
CREATE INDEX request_attachment_by_document ON request_attachment (document_id, enforcement_request_id);
