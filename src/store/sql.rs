//! Every SQL text that is not a bulk write. A test prepares each one on both databases. Sets travel as one JSON text,
//! so one statement serves any number of keys.

use super::backend::Sql;

macro_rules! texts {
    ($($name:ident = $sql:expr;)+) => {
        $(pub(crate) const $name: Sql = $sql;)+

        /// Every text by name.
        pub(crate) const ALL: &[(&str, Sql)] = &[$((stringify!($name), $name),)+];
    };
}

macro_rules! request_columns {
    () => {
        "r.id, r.broadcast_id, r.kind, r.kind_revision, r.sender, r.recipient, r.channel, r.lane, \
         r.recipient_position, r.submit_index, r.body_index, r.submit_time, r.state, r.version, r.update_time, \
         r.registry_number, r.registered_time, r.assigned_unit, r.assigned_officer, r.extended, r.outcome, \
         r.answer_index, r.answer_count, r.due_time, r.register, r.served_time, r.measure_ended_by, \
         r.registered_by, r.sender_officer, r.sender_unit, r.erased_index, \
         r.first_answer_index"
    };
}

macro_rules! measure_columns {
    () => {
        "m.id, m.enforcement_request_id, m.kind, m.holder, m.issuer, m.decision_number, m.decision_date, \
         m.decision_office, m.in_force, m.amounts, m.since_time, m.ended_time, m.changed_by, m.taken"
    };
}

macro_rules! event_columns {
    () => {
        "e.log_index, e.entry_type, e.subject, e.version, e.action, e.from_state, e.to_state, e.agency, e.officer, \
         e.party, e.counterparty, e.hub_time, e.details"
    };
}

macro_rules! checkpoint_columns {
    () => {
        "tree_size, root_hash, hub_time, hub_id, note_signature, seal_signature"
    };
}

macro_rules! agency_columns {
    () => {
        "a.code, a.role, a.name, a.name_en, a.province_code, a.commune_code, a.parent, a.successor, a.channel, \
         a.suspended, a.aliases, a.units, a.territory, a.version"
    };
}

macro_rules! attachment_columns {
    () => {
        "a.id, a.owner, a.name, a.media_type, a.size, a.sha256, a.upload_time, a.log_index"
    };
}

/// Whether a viewer of the sender's agency may see the request `r` (`Viewer::reaches`): the scope is the parameter of this
/// number, the officer and the unit reached are the two after it.
macro_rules! reaches_sent {
    ($scope:literal, $officer:literal, $unit:literal) => {
        concat!(
            "($",
            $scope,
            " = 'ALL' OR r.sender_officer = $",
            $officer,
            " OR r.sender_unit = $",
            $unit,
            ")"
        )
    };
}

/// Likewise for a viewer of the recipient's agency.
macro_rules! reaches_received {
    ($scope:literal, $officer:literal, $unit:literal) => {
        concat!(
            "($",
            $scope,
            " = 'ALL' OR r.assigned_officer = $",
            $officer,
            " OR r.assigned_unit = $",
            $unit,
            ")"
        )
    };
}

/// Whether a viewer may see the request `r` (`EnforcementRequest::party_of`): agency, scope, officer, unit reached.
macro_rules! may_see {
    ($agency:literal, $scope:literal, $officer:literal, $unit:literal) => {
        concat!(
            "((r.sender = $",
            $agency,
            " AND ",
            reaches_sent!($scope, $officer, $unit),
            ") ",
            "OR (r.recipient = $",
            $agency,
            " AND ",
            reaches_received!($scope, $officer, $unit),
            "))"
        )
    };
}

/// Whether the viewer $2 to $5 may read the document `a`: its agency uploaded it (he himself, if he does not see all), or he
/// may see a request that names it.
macro_rules! may_read_attachment {
    () => {
        concat!(
            "((a.owner = $2 AND ($3 = 'ALL' OR EXISTS ",
            "(SELECT 1 FROM event u WHERE u.log_index = a.log_index AND u.officer = $4))) ",
            "OR EXISTS (SELECT 1 FROM request_attachment n ",
            "JOIN enforcement_request r ON r.id = n.enforcement_request_id ",
            "WHERE n.document_id = a.id AND ",
            may_see!(2, 3, 4, 5),
            "))"
        )
    };
}

macro_rules! officer_columns {
    () => {
        "agency, id, full_name, position, unit, valid_from, valid_to, scope"
    };
}

macro_rules! credential_columns {
    () => {
        "fingerprint, purpose, agency, certificate, not_before, not_after, registered_time, revoked_time, officer"
    };
}

macro_rules! head {
    ($suffix:literal) => {
        concat!(
            "SELECT tree_size, root_hash, frontier, hub_time, registry_version, calendar_version FROM ledger_head \
             WHERE id = 1",
            $suffix
        )
    };
}

/// A text whose only difference is how a JSON array of texts becomes rows.
macro_rules! in_list {
    ($before:expr, $after:expr) => {
        Sql::pair(
            concat!($before, "(SELECT value FROM json_each($1))", $after),
            concat!(
                $before,
                "(SELECT value FROM json_array_elements_text($1::json) AS value)",
                $after
            ),
        )
    };
}

/// Likewise for a JSON array of pairs of texts.
macro_rules! in_pairs {
    ($before:expr, $after:expr) => {
        Sql::pair(
            concat!($before, "(SELECT value ->> 0, value ->> 1 FROM json_each($1))", $after),
            concat!(
                $before,
                "(SELECT value ->> 0, value ->> 1 FROM json_array_elements($1::json) AS value)",
                $after
            ),
        )
    };
}

pub(super) use {
    event_columns, in_list, may_see, measure_columns, reaches_received, reaches_sent, request_columns, texts,
};

texts! {
    HEAD_LOCK = Sql::pair(head!(""), head!(" FOR UPDATE"));
    HEAD_READ = Sql::both(head!(""));
    HEAD_WRITE = Sql::both(
        "UPDATE ledger_head SET tree_size = $1, root_hash = $2, frontier = $3, hub_time = $4, registry_version = $5, \
         calendar_version = $6 WHERE id = 1 RETURNING tree_size",
    );
    SERVER_IS_THERE = Sql::both("SELECT 1");
    HEAD_TOUCH = Sql::both("UPDATE ledger_head SET hub_time = hub_time + $1 WHERE id = 1 RETURNING hub_time");

    CALENDAR_DAYS = Sql::both(
        "SELECT date, version, kind, name, basis, certainty, known_from, origin FROM calendar_day ORDER BY date, version",
    );
    DEADLINES_PENDING_CALENDAR = Sql::both(
        "SELECT COUNT(*) FROM deadline WHERE status = 'PENDING_CALENDAR' \
         AND status IN ('RUNNING', 'PAUSED', 'PENDING_CALENDAR')",
    );
    JOB = Sql::both("SELECT name, version, position FROM job WHERE name = $1");
    REQUESTS_WITH_OPEN_CLOCKS = Sql::both(
        "SELECT r.id, r.sender, r.recipient FROM enforcement_request r WHERE r.id IN \
         (SELECT DISTINCT d.enforcement_request_id FROM deadline d \
          WHERE d.status IN ('RUNNING', 'PAUSED', 'PENDING_CALENDAR') AND d.enforcement_request_id > $1 \
          ORDER BY d.enforcement_request_id LIMIT $2) ORDER BY r.id",
    );
    // What has not ended, or has ended and still binds a holder.
    REQUESTS_TO_PASS_ON = Sql::both(
        "SELECT r.id, r.sender, r.recipient FROM enforcement_request r WHERE r.id IN \
         (SELECT s.id FROM enforcement_request s WHERE s.sender = $1 AND s.recipient <> $2 AND s.id > $3 \
          UNION SELECT t.id FROM enforcement_request t WHERE t.recipient = $1 AND t.sender <> $2 AND t.id > $3) \
         AND (r.state NOT IN ('WITHDRAWN', 'CLOSED') OR EXISTS \
              (SELECT 1 FROM measure m WHERE m.enforcement_request_id = r.id AND m.in_force)) \
         ORDER BY r.id LIMIT $4",
    );
    MEASURES_TO_PASS_ON = Sql::both(
        "SELECT m.id FROM measure m WHERE (m.holder = $1 OR m.issuer = $1) AND m.enforcement_request_id IS NULL \
         AND m.in_force AND m.id > $2 ORDER BY m.id LIMIT $3",
    );
    SUCCESSIONS = Sql::both("SELECT code, successor FROM agency WHERE successor IS NOT NULL ORDER BY code");

    IDEMPOTENCY_BY_KEYS = in_pairs!(
        "SELECT agency, key, content_sha256, log_index, entry_count FROM idempotency WHERE (agency, key) IN ",
        ""
    );

    REQUESTS_BY_IDS = in_list!(
        concat!("SELECT ", request_columns!(), " FROM enforcement_request r WHERE r.id IN "), "");
    REQUESTS_SEEN_BY_IDS = in_list!(
        concat!("SELECT ", request_columns!(), " FROM enforcement_request r WHERE r.id IN "),
        concat!(" AND ", may_see!(2, 3, 4, 5))
    );
    REQUEST_SEEN = Sql::both(concat!(
        "SELECT ", request_columns!(), " FROM enforcement_request r WHERE r.id = $1 AND ", may_see!(2, 3, 4, 5)
    ));
    REQUESTS_SENT = Sql::both(concat!(
        "SELECT ", request_columns!(), " FROM enforcement_request r WHERE r.sender = $1 AND r.id < $2 ",
        "AND ($3 = '' OR r.state = $3) AND ($4 = '' OR r.kind = $4) AND ($5 = '' OR r.recipient = $5) ",
        "AND ", reaches_sent!(7, 8, 9), " ORDER BY r.id DESC LIMIT $6"
    ));
    REQUESTS_RECEIVED = Sql::both(concat!(
        "SELECT ", request_columns!(), " FROM enforcement_request r WHERE r.recipient = $1 AND r.id < $2 ",
        "AND ($3 = '' OR r.state = $3) AND ($4 = '' OR r.kind = $4) AND ($5 = '' OR r.sender = $5) ",
        "AND ", reaches_received!(7, 8, 9), " ORDER BY r.id DESC LIMIT $6"
    ));
    REQUESTS_OF_BROADCAST = Sql::both(concat!(
        "SELECT ", request_columns!(), " FROM enforcement_request r ",
        "WHERE r.broadcast_id = $1 AND r.sender = $2 AND ", reaches_sent!(3, 4, 5), " ORDER BY r.id"
    ));

    RELATIONS_OF_REQUEST = Sql::both(
        "SELECT relation, related_id FROM request_relation WHERE enforcement_request_id = $1 \
         ORDER BY relation, related_id",
    );
    DEADLINES_BY_REQUESTS = in_list!(
        "SELECT enforcement_request_id, state FROM deadline WHERE enforcement_request_id IN ",
        " ORDER BY enforcement_request_id, name, occurrence"
    );
    MEASURES_BY_REQUESTS = in_list!(
        concat!("SELECT ", measure_columns!(), " FROM measure m WHERE m.enforcement_request_id IN "),
        " ORDER BY m.enforcement_request_id, m.id"
    );
    MEASURES_BY_IDS = in_list!(concat!("SELECT ", measure_columns!(), " FROM measure m WHERE m.id IN "), "");
    MEASURES_BY_DECISIONS = in_pairs!(
        concat!("SELECT ", measure_columns!(), " FROM measure m WHERE (m.holder, m.decision_date) IN "),
        ""
    );
    MEASURE_PAGE = Sql::both(concat!(
        "SELECT ", measure_columns!(), " FROM measure m WHERE (m.holder = $1 OR m.issuer = $1) AND m.id < $2 ",
        "AND ($3 = '' OR m.kind = $3) AND ($4 = '' OR m.holder = $4 OR m.issuer = $4) ",
        "AND (CAST($5 AS BIGINT) = 0 OR m.in_force) ",
        "AND ($7 = 'ALL' OR EXISTS (SELECT 1 FROM enforcement_request r WHERE r.id = m.enforcement_request_id AND ",
        may_see!(1, 7, 8, 9), ")) ORDER BY m.id DESC LIMIT $6"
    ));
    REGISTER_PAGE = Sql::both(concat!(
        "SELECT ", request_columns!(), " FROM enforcement_request r WHERE r.registered_by = $1 AND r.register = $2 ",
        "AND r.registered_time >= $3 AND r.registered_time < $4 ",
        "AND (r.registered_time, LENGTH(r.registry_number), r.registry_number, r.id) > ($3, CAST($5 AS BIGINT), $6, $7) ",
        "AND ($10 = 'ALL' OR ", may_see!(9, 10, 11, 12), ") ",
        "ORDER BY r.registered_time, LENGTH(r.registry_number), r.registry_number, r.id LIMIT $8"
    ));
    SERVICES_OF_REQUESTS = in_list!(
        concat!("SELECT ", event_columns!(), " FROM event e WHERE e.subject IN "),
        " AND e.action = 'serve' ORDER BY e.log_index"
    );
    REGISTER_COUNTERS = Sql::pair(
        "SELECT agency, register, year, last_number FROM register_counter WHERE (agency, year) IN \
         (SELECT value ->> 0, value ->> 1 FROM json_each($1))",
        "SELECT agency, register, year, last_number FROM register_counter WHERE (agency, year) IN \
         (SELECT value ->> 0, (value ->> 1)::bigint FROM json_array_elements($1::json) AS value)",
    );
    REQUESTS_BY_REGISTRY_NUMBERS = in_pairs!(
        concat!(
            "SELECT ", request_columns!(),
            " FROM enforcement_request r WHERE (r.registered_by, r.registry_number) IN "
        ),
        ""
    );

    MAILBOX_HEADS = in_list!(
        "SELECT agency, lane, last_position, delivered_position FROM mailbox_head WHERE agency IN ", "");
    MAILBOX_HEADS_OF_AGENCY = Sql::both(
        "SELECT agency, lane, last_position, delivered_position FROM mailbox_head WHERE agency = $1",
    );
    CURSORS_BY_NAMES = in_pairs!(
        "SELECT agency, name, lane, position FROM mailbox_cursor WHERE (agency, name) IN ", "");
    MAILBOX_PAGE = Sql::both(concat!(
        "SELECT m.agency AS m_agency, m.lane AS m_lane, m.position AS m_position, m.unit AS m_unit, ",
        "m.officer AS m_officer, m.lifted AS m_lifted, ", event_columns!(),
        " FROM mailbox_entry m JOIN event e ON e.log_index = m.log_index ",
        "WHERE m.agency = $1 AND m.lane = $2 AND m.position > $3 ORDER BY m.position LIMIT $4"
    ));

    MAILBOX_HINT = Sql::pair("SELECT $1, $2", "SELECT CAST(pg_notify($1, $2) AS TEXT)");

    EVENTS_OF_SUBJECT = Sql::both(concat!(
        "SELECT ", event_columns!(), " FROM event e WHERE e.subject = $1 AND e.version > $2 ",
        "ORDER BY e.version LIMIT $3"
    ));
    DELIVERED_TIME = Sql::both(
        "SELECT hub_time FROM event WHERE subject = $1 AND version >= $2 ORDER BY version LIMIT 1",
    );
    BODIES_BY_INDEXES = Sql::pair(
        "SELECT log_index, media_type, salt, content, master, wrapped FROM body LEFT JOIN content_key USING (log_index) \
         WHERE log_index IN (SELECT value FROM json_each($1))",
        "SELECT log_index, media_type, salt, content, master, wrapped FROM body LEFT JOIN content_key USING (log_index) \
         WHERE log_index IN (SELECT value::bigint FROM json_array_elements_text($1::json) AS value)",
    );
    BODY_SIZES_BY_INDEXES = Sql::pair(
        "SELECT log_index, COALESCE(LENGTH(content), 0) AS size FROM body WHERE log_index IN \
         (SELECT value FROM json_each($1))",
        "SELECT log_index, COALESCE(LENGTH(content), 0)::bigint AS size FROM body WHERE log_index IN \
         (SELECT value::bigint FROM json_array_elements_text($1::json) AS value)",
    );
    CONTENT_KEYS_BY_INDEXES = Sql::pair(
        "SELECT log_index, master, wrapped FROM content_key WHERE log_index IN (SELECT value FROM json_each($1))",
        "SELECT log_index, master, wrapped FROM content_key WHERE log_index IN \
         (SELECT value::bigint FROM json_array_elements_text($1::json) AS value)",
    );
    NEWEST_MASTER = Sql::both("SELECT master FROM content_key WHERE wrapped IS NOT NULL ORDER BY log_index DESC LIMIT 1");
    MASTER_USES = Sql::both(
        "SELECT master, COUNT(*) AS keys FROM (SELECT master FROM content_key WHERE wrapped IS NOT NULL \
         UNION ALL SELECT master FROM webhook_key UNION ALL SELECT master FROM account_key) k GROUP BY master ORDER BY master",
    );
    KEYS_OF_OTHER_MASTERS = Sql::both(
        "SELECT log_index FROM content_key WHERE master <> $1 AND wrapped IS NOT NULL AND log_index >= $2 AND log_index < $3 \
         ORDER BY log_index LIMIT $4",
    );
    LOG_RANGE = Sql::both(
        "SELECT log_index, leaf FROM log_entry WHERE log_index >= $1 AND log_index < $2 ORDER BY log_index",
    );
    LEAVES_IN_RANGES = Sql::pair(
        "SELECT e.log_index, e.leaf FROM json_each($1) AS r \
         JOIN log_entry e ON e.log_index >= r.value ->> 0 AND e.log_index < r.value ->> 1",
        "SELECT e.log_index, e.leaf FROM json_array_elements($1::json) AS r \
         JOIN log_entry e ON e.log_index >= (r ->> 0)::bigint AND e.log_index < (r ->> 1)::bigint",
    );
    NODES_IN_RANGES = Sql::pair(
        "SELECT n.level, n.position, n.hash FROM json_each($1) AS r JOIN tree_node n ON n.level = r.value ->> 0 \
         AND n.position >= r.value ->> 1 AND n.position < r.value ->> 2",
        "SELECT n.level, n.position, n.hash FROM json_array_elements($1::json) AS r \
         JOIN tree_node n ON n.level = (r ->> 0)::bigint \
         AND n.position >= (r ->> 1)::bigint AND n.position < (r ->> 2)::bigint",
    );
    TREE_NODES_END = Sql::both("SELECT COALESCE(MAX(position), -1) + 1 FROM tree_node WHERE level = 8");
    HUB_KEYS = Sql::both(
        "SELECT public_keys, registered_index, registered_time, retired_index, retired_time FROM hub_key \
         ORDER BY registered_index",
    );
    SUBJECTS_KNOWN = in_list!("SELECT DISTINCT subject FROM event WHERE subject IN ", "");
    TRUST_PAPERS = Sql::both(
        "SELECT sha256, kind, authority_key, valid_from, valid_to, log_index FROM trust_paper ORDER BY log_index",
    );
    CHECKPOINT_COVERING = Sql::both(concat!(
        "SELECT ", checkpoint_columns!(), " FROM checkpoint WHERE tree_size > $1 ORDER BY tree_size LIMIT 1"
    ));
    CHECKPOINT_AT = Sql::both(concat!("SELECT ", checkpoint_columns!(), " FROM checkpoint WHERE tree_size = $1"));

    ATTACHMENT_OF_READER = Sql::both(concat!(
        "SELECT ", attachment_columns!(), " FROM attachment a WHERE a.id = $1 AND ", may_read_attachment!()
    ));
    ATTACHMENTS_BY_DIGESTS = Sql::pair(
        concat!(
            "SELECT ", attachment_columns!(), " FROM attachment a WHERE a.sha256 IN ",
            "(SELECT unhex(value) FROM json_each($1)) AND ", may_read_attachment!(),
            " ORDER BY a.owner <> $2, a.log_index"
        ),
        concat!(
            "SELECT ", attachment_columns!(), " FROM attachment a WHERE a.sha256 IN ",
            "(SELECT decode(value, 'hex') FROM json_array_elements_text($1::json) AS value) AND ",
            may_read_attachment!(), " ORDER BY a.owner <> $2, a.log_index"
        ),
    );
    ATTACHMENTS_AMONG = in_list!(
        "SELECT a.id FROM attachment a LEFT JOIN content_key k USING (log_index) WHERE a.id IN ",
        " AND (k.log_index IS NULL OR k.wrapped IS NOT NULL)"
    );
    REQUESTS_NAMING_ATTACHMENT = Sql::both(concat!(
        "SELECT DISTINCT r.id FROM request_attachment n JOIN enforcement_request r ON r.id = n.enforcement_request_id ",
        "WHERE n.document_id = $1 AND ", may_see!(2, 3, 4, 5), " ORDER BY r.id DESC LIMIT $6"
    ));
    ATTACHMENTS_OF_REQUEST = Sql::both(concat!(
        "SELECT ", attachment_columns!(), ", n.log_index AS named_index, n.position ",
        "FROM request_attachment n JOIN attachment a ON a.id = n.document_id ",
        "WHERE n.enforcement_request_id = $1 ORDER BY n.log_index, n.position"
    ));

    HUB_ID = Sql::both("SELECT hub_id FROM checkpoint ORDER BY tree_size LIMIT 1");
    NEXT_KIND_IN_USE = Sql::both(
        "SELECT kind, kind_revision FROM enforcement_request WHERE (kind, kind_revision) > ($1, $2) \
         ORDER BY kind, kind_revision LIMIT 1",
    );
    MIGRATIONS_APPLIED = Sql::both("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version");

    AGENCIES_BY_CODES = in_list!(
        concat!(
            "SELECT ", agency_columns!(), ", ",
            "(SELECT MAX(c.not_after) FROM credential c WHERE c.agency = a.code AND c.purpose = 'TLS' ",
            "AND c.revoked_time IS NULL) AS tls_until, ",
            "(SELECT MAX(c.not_after) FROM credential c WHERE c.agency = a.code AND c.purpose = 'TOKEN' ",
            "AND c.revoked_time IS NULL) AS token_until, ",
            "(SELECT MAX(COALESCE(o.valid_to, '9999-12-31')) FROM officer o WHERE o.agency = a.code) AS officer_until ",
            "FROM agency a WHERE a.code IN "
        ),
        ""
    );
    AGENCY_PAGE = Sql::both(concat!(
        "SELECT ", agency_columns!(), " FROM agency a WHERE a.code > $1 AND ($2 = '' OR a.role = $2) ",
        "AND ($3 = '' OR a.province_code = $3) ORDER BY a.code LIMIT $4"
    ));
    AGENCY_COUNT = Sql::both("SELECT COUNT(*) AS count FROM agency");
    OFFICERS_BY_IDS = in_pairs!(concat!("SELECT ", officer_columns!(), " FROM officer WHERE (agency, id) IN "), "");
    OFFICERS_OF_AGENCY = Sql::both(concat!("SELECT ", officer_columns!(), " FROM officer WHERE agency = $1 ORDER BY id"));
    CREDENTIALS_BY_FINGERPRINTS = Sql::pair(
        concat!(
            "SELECT ", credential_columns!(), " FROM credential WHERE fingerprint IN ",
            "(SELECT unhex(value) FROM json_each($1))"
        ),
        concat!(
            "SELECT ", credential_columns!(), " FROM credential WHERE fingerprint IN ",
            "(SELECT decode(value, 'hex') FROM json_array_elements_text($1::json) AS value)"
        ),
    );
    CREDENTIAL_FOR_PURPOSE = Sql::both(concat!(
        "SELECT ", credential_columns!(), " FROM credential WHERE fingerprint = $1 AND purpose = $2"
    ));
    CREDENTIALS_OF_AGENCY = Sql::both(concat!(
        "SELECT ", credential_columns!(), " FROM credential WHERE agency = $1 ORDER BY registered_time, fingerprint, purpose"
    ));

    // The newest first: what an officer was on a day is what the newest entry says whose first day has come.
    OFFICERS_ENTERED = Sql::both(concat!(
        "SELECT ", event_columns!(), " FROM event e WHERE e.subject = $1 AND e.entry_type = 2 ",
        "AND e.action IN ('init', 'create_agency', 'register_officer', 'end_officer') ORDER BY e.version DESC"
    ));

    TABLES_PRESENT = Sql::pair(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name",
        "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename",
    );
    NO_STATEMENT_LIMIT = Sql::pair("SELECT 0 AS limit_millis", "SET LOCAL statement_timeout = 0");
    NO_IDLE_LIMIT = Sql::pair("SELECT 0 AS limit_millis", "SET LOCAL idle_in_transaction_session_timeout = 0");

    CHECKPOINT_LAST = Sql::both(concat!(
        "SELECT ", checkpoint_columns!(), " FROM checkpoint ORDER BY tree_size DESC LIMIT 1"
    ));
    LOG_SHAPE = Sql::both(
        "SELECT (SELECT COUNT(*) FROM log_entry) AS entries, (SELECT COUNT(*) FROM event) AS events, \
         (SELECT COUNT(*) FROM log_entry l WHERE l.log_index < 0 OR l.log_index >= $1) AS outside, \
         (SELECT COUNT(*) FROM log_entry l LEFT JOIN event e ON e.log_index = l.log_index \
          WHERE e.log_index IS NULL) AS unmatched",
    );
    EVENTS_FROM = Sql::both(concat!(
        "SELECT ", event_columns!(), " FROM event e WHERE e.log_index >= $1 ORDER BY e.log_index"
    ));
    BODY_OF_ENTRY = Sql::both("SELECT log_index, media_type, salt, content FROM body WHERE log_index = $1");
    LANES_WRONG = Sql::both(
        "SELECT (SELECT COUNT(*) FROM mailbox_head h LEFT JOIN \
          (SELECT agency, lane, COUNT(*) AS entries, MAX(position) AS last FROM mailbox_entry GROUP BY agency, lane) e \
          ON e.agency = h.agency AND e.lane = h.lane \
          WHERE h.last_position <> COALESCE(e.entries, 0) OR h.last_position <> COALESCE(e.last, 0)) \
         + (SELECT COUNT(*) FROM mailbox_entry m WHERE NOT EXISTS \
          (SELECT 1 FROM mailbox_head h WHERE h.agency = m.agency AND h.lane = m.lane)) AS count",
    );
    REQUESTS_WRONG = Sql::both(
        "SELECT (SELECT COUNT(*) FROM enforcement_request r WHERE r.version <> \
          COALESCE((SELECT MAX(e.version) FROM event e WHERE e.subject = r.id), 0)) \
         + (SELECT COUNT(*) FROM event e WHERE e.entry_type = 1 AND e.version = 1 AND NOT EXISTS \
          (SELECT 1 FROM enforcement_request r WHERE r.id = e.subject)) AS count",
    );
    KEYS_WRONG = Sql::both("SELECT COUNT(*) AS count FROM idempotency WHERE log_index + entry_count > $1");
    EVENTS_OF_TYPE = Sql::both("SELECT COUNT(*) AS count FROM event WHERE entry_type = $1");
    CREDENTIALS_ENDING = Sql::both(
        "SELECT c.agency, c.purpose, MAX(c.not_after) AS until FROM credential c JOIN agency a ON a.code = c.agency \
         WHERE c.revoked_time IS NULL AND NOT a.suspended AND a.successor IS NULL \
         GROUP BY c.agency, c.purpose HAVING MAX(c.not_after) < $1 ORDER BY c.agency, c.purpose",
    );
    OFFICERS_ENDING = Sql::both(
        "SELECT o.agency, COUNT(*) AS count FROM officer o JOIN agency a ON a.code = o.agency \
         WHERE o.valid_to >= $1 AND o.valid_to < $2 AND NOT a.suspended AND a.successor IS NULL \
         GROUP BY o.agency ORDER BY o.agency",
    );
}
