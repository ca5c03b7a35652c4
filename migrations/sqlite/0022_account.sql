-- Which documents name which account, without telling the account: they are sealed, and its number stands here as a digest
-- under a key. So all that is known to hold one account is found without opening everything.

-- One row: the key, wrapped by a master key as the keys of content are. Documents from entries before `indexed_from` are still
-- to be looked through, the newest first; 0: all are. `hubs`: JSON, the hubs that have started with a program that writes what stands
-- below; with each new one everything is looked through once more, since it may have written before without.
CREATE TABLE account_key (
    number       INTEGER NOT NULL PRIMARY KEY CHECK (number = 1),
    master       TEXT NOT NULL,
    wrapped      BLOB NOT NULL,
    indexed_from INTEGER NOT NULL CHECK (indexed_from >= 0),
    hubs         TEXT NOT NULL
) STRICT;

-- `subject`: a request, or a measure from before or outside the hub. `log_index`: the entry of the document.
CREATE TABLE account_document (
    digest    TEXT NOT NULL,
    subject   TEXT NOT NULL,
    log_index INTEGER NOT NULL,
    PRIMARY KEY (digest, subject, log_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_document_by_entry ON account_document (log_index);
