-- The signed log: nodes of its tree for proofs, and the hubs' public keys. Checkpoints of before stay without signatures.

-- Perfect nodes of every eighth level; all others are computed from them and from the leaves.
CREATE TABLE tree_node (
    level    BIGINT NOT NULL CHECK (level > 0 AND level % 8 = 0),
    position BIGINT NOT NULL CHECK (position >= 0),
    hash     BYTEA  NOT NULL,
    PRIMARY KEY (level, position)
);

-- `public_keys`: two verifier keys as in src/evidence/hub_key.rs. `retired_index`: the entry from which on it signs no more.
CREATE TABLE hub_key (
    public_keys      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    registered_index BIGINT NOT NULL,
    registered_time  BIGINT NOT NULL,
    retired_index    BIGINT,
    retired_time     BIGINT,
    CHECK ((retired_index IS NULL) = (retired_time IS NULL))
);
