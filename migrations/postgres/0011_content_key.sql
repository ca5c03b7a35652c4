-- Content at rest is sealed: each entry's under a key of its own, which stands here wrapped by a master key that is not in the
-- database. `wrapped` NULL: the key was destroyed, and with it the content. A sealed body has no salt of its own: it is sealed
-- with the content. Bodies from before are as they came, and have no row here.
CREATE TABLE content_key (
    log_index BIGINT NOT NULL PRIMARY KEY,
    master    TEXT COLLATE "C" NOT NULL,
    wrapped   BYTEA
);

CREATE TRIGGER content_key_is_not_deleted BEFORE DELETE ON content_key FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER content_key_is_not_truncated BEFORE TRUNCATE ON content_key FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER content_key_does_not_come_back BEFORE UPDATE ON content_key FOR EACH ROW
    WHEN (NEW.log_index <> OLD.log_index OR (OLD.wrapped IS NULL AND NEW.wrapped IS NOT NULL))
    EXECUTE FUNCTION refuse_change();

-- A body never changes any more: whoever destroys its key has erased it.
DROP TRIGGER body_is_only_erased ON body;
CREATE TRIGGER body_is_not_changed BEFORE UPDATE ON body FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE body DROP COLUMN key_id;
ALTER TABLE body DROP COLUMN nonce;
