-- Content at rest is sealed: each entry's under a key of its own, which stands here wrapped by a master key that is not in the
-- database. `wrapped` NULL: the key was destroyed, and with it the content. A sealed body has no salt of its own: it is sealed
-- with the content. Bodies from before are as they came, and have no row here.
CREATE TABLE content_key (
    log_index INTEGER NOT NULL PRIMARY KEY,
    master    TEXT NOT NULL,
    wrapped   BLOB
) STRICT;

CREATE TRIGGER content_key_is_not_deleted BEFORE DELETE ON content_key BEGIN SELECT RAISE(ABORT, 'content_key is append-only'); END;
CREATE TRIGGER content_key_does_not_come_back BEFORE UPDATE ON content_key
    WHEN NEW.log_index <> OLD.log_index OR (OLD.wrapped IS NULL AND NEW.wrapped IS NOT NULL)
    BEGIN SELECT RAISE(ABORT, 'a destroyed key does not come back'); END;

-- A body never changes any more: whoever destroys its key has erased it.
DROP TRIGGER body_is_only_erased;
CREATE TRIGGER body_is_not_changed BEFORE UPDATE ON body BEGIN SELECT RAISE(ABORT, 'body is append-only'); END;
ALTER TABLE body DROP COLUMN key_id;
ALTER TABLE body DROP COLUMN nonce;
