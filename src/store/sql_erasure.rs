//! The SQL texts of erasure.

use super::backend::Sql;
use super::sql::{event_columns, in_list, request_columns, texts};

macro_rules! erasure_columns {
    () => {
        "x.proposed_index, x.subject, x.body_index, x.agency, x.proposed_by, x.proposed_time, x.state, x.decided_index, \
         x.decided_by, x.decided_time"
    };
}

/// Open requests that relate to those in the JSON array $1, or to measures that came of them.
macro_rules! open_relations {
    ($list:literal) => {
        concat!(
            "SELECT n.related_id AS id, o.id AS open_id FROM request_relation n ",
            "JOIN enforcement_request o ON o.id = n.enforcement_request_id ",
            "WHERE n.related_id IN ",
            $list,
            " AND o.state IN ('SUBMITTED', 'ACKNOWLEDGED', 'CLARIFYING', 'WITHDRAWAL_PENDING') ",
            "UNION SELECT m.enforcement_request_id, o.id FROM measure m ",
            "JOIN request_relation n ON n.related_id = m.id ",
            "JOIN enforcement_request o ON o.id = n.enforcement_request_id ",
            "WHERE m.enforcement_request_id IN ",
            $list,
            " AND o.state IN ('SUBMITTED', 'ACKNOWLEDGED', 'CLARIFYING', 'WITHDRAWAL_PENDING') ORDER BY 1, 2"
        )
    };
}

/// The keys of content that goes with the requests in the JSON array $1: of their entries, and of documents that no request
/// names whose content stays.
macro_rules! keys_of_requests {
    ($list:literal) => {
        concat!(
            "SELECT k.log_index FROM content_key k JOIN event e ON e.log_index = k.log_index ",
            "WHERE e.entry_type = 1 AND k.wrapped IS NOT NULL AND e.subject IN ",
            $list,
            " UNION SELECT k.log_index FROM request_attachment n JOIN attachment a ON a.id = n.document_id ",
            "JOIN content_key k ON k.log_index = a.log_index ",
            "WHERE k.wrapped IS NOT NULL AND n.enforcement_request_id IN ",
            $list,
            " AND NOT EXISTS (SELECT 1 FROM request_attachment p ",
            "JOIN enforcement_request r ON r.id = p.enforcement_request_id ",
            "WHERE p.document_id = a.id AND r.erased_index IS NULL AND r.id NOT IN ",
            $list,
            ") ORDER BY 1"
        )
    };
}

/// Those of the requests in the JSON array $1 that have content without a key, or name documents without one.
macro_rules! unsealed {
    ($list:literal) => {
        concat!(
            "SELECT e.subject AS id FROM event e JOIN body b ON b.log_index = e.log_index ",
            "WHERE e.entry_type = 1 AND NOT EXISTS (SELECT 1 FROM content_key k WHERE k.log_index = b.log_index) ",
            "AND e.subject IN ",
            $list,
            " UNION SELECT n.enforcement_request_id FROM request_attachment n JOIN attachment a ON a.id = n.document_id ",
            "WHERE NOT EXISTS (SELECT 1 FROM content_key k WHERE k.log_index = a.log_index) ",
            "AND n.enforcement_request_id IN ",
            $list
        )
    };
}

/// Requests `r` of the agencies in the JSON array $1 that have ended and of which, as far as dates tell, the retention is over: $2
/// holds the newest end of each kind and revision.
macro_rules! due_requests {
    ($senders:literal, $kinds:literal) => {
        concat!(
            "SELECT ",
            request_columns!(),
            " FROM enforcement_request r JOIN ",
            $kinds,
            " WHERE r.sender IN ",
            $senders,
            " AND r.erased_index IS NULL AND r.state IN ('CLOSED', 'WITHDRAWN') AND r.id > $3 ORDER BY r.id LIMIT $4"
        )
    };
}

texts! {
    REQUESTS_OF_BODIES = Sql::pair(
        concat!(
            "SELECT ", request_columns!(), " FROM enforcement_request r WHERE r.body_index IN ",
            "(SELECT value FROM json_each($1)) ORDER BY r.submit_index"
        ),
        concat!(
            "SELECT ", request_columns!(), " FROM enforcement_request r WHERE r.body_index IN ",
            "(SELECT value::bigint FROM json_array_elements_text($1::json) AS value) ORDER BY r.submit_index"
        ),
    );
    OPEN_RELATIONS = Sql::pair(
        open_relations!("(SELECT value FROM json_each($1))"),
        open_relations!("(SELECT value FROM json_array_elements_text($1::json) AS value)"),
    );
    UNSEALED = Sql::pair(
        unsealed!("(SELECT value FROM json_each($1))"),
        unsealed!("(SELECT value FROM json_array_elements_text($1::json) AS value)"),
    );
    KEYS_OF_REQUESTS = Sql::pair(
        keys_of_requests!("(SELECT value FROM json_each($1))"),
        keys_of_requests!("(SELECT value FROM json_array_elements_text($1::json) AS value)"),
    );
    DUE_REQUESTS = Sql::pair(
        due_requests!(
            "(SELECT value FROM json_each($1))",
            "json_each($2) k ON r.kind = k.value ->> 0 AND r.kind_revision = k.value ->> 1 AND r.update_time < k.value ->> 2"
        ),
        due_requests!(
            "(SELECT value FROM json_array_elements_text($1::json) AS value)",
            "json_array_elements($2::json) AS k ON r.kind = (k ->> 0) AND r.kind_revision = (k ->> 1)::bigint \
             AND r.update_time < (k ->> 2)::bigint"
        ),
    );
    ERASURES_OF_SUBJECTS = in_list!(
        concat!("SELECT ", erasure_columns!(), " FROM erasure x WHERE x.subject IN "),
        " ORDER BY x.proposed_index"
    );
    ERASURE_BY_INDEX = Sql::both(concat!(
        "SELECT ", erasure_columns!(), " FROM erasure x WHERE x.proposed_index = $1 AND x.agency = $2"
    ));
    // $2: after every index that is to be shown; $3: not to be shown if empty; else those not decided and proposed since $4.
    ERASURES_OF_AGENCY = Sql::both(concat!(
        "SELECT ", erasure_columns!(), " FROM erasure x WHERE x.agency = $1 AND x.proposed_index < $2 ",
        "AND ($3 = '' OR (x.decided_index IS NULL AND x.proposed_time >= $4)) ORDER BY x.proposed_index DESC LIMIT $5"
    ));
    DESTROY_KEYS = Sql::both(
        "UPDATE content_key SET wrapped = NULL, master = '' WHERE wrapped IS NOT NULL AND log_index IN \
         (SELECT log_index FROM erased_content WHERE erasure_index = $1) RETURNING log_index"
    );
    FORGET_NAMES = Sql::both(
        "UPDATE attachment SET name = '' WHERE log_index IN \
         (SELECT log_index FROM erased_content WHERE erasure_index = $1) RETURNING log_index"
    );
    DESTROY_KEYS_AGAIN = Sql::both(
        "UPDATE content_key SET wrapped = NULL, master = '' WHERE wrapped IS NOT NULL AND log_index IN \
         (SELECT log_index FROM erased_content) RETURNING log_index"
    );
    FORGET_NAMES_AGAIN = Sql::both(
        "UPDATE attachment SET name = '' WHERE name <> '' AND log_index IN \
         (SELECT log_index FROM erased_content) RETURNING log_index"
    );
    ERASED_DOCUMENTS = in_list!("SELECT a.id FROM attachment a WHERE a.name = '' AND a.id IN ", "");
    DOCUMENTS_ERASED_AFTER = Sql::both(
        "SELECT c.erasure_index, a.id FROM erased_content c JOIN attachment a ON a.log_index = c.log_index \
         WHERE c.erasure_index > $1 ORDER BY c.erasure_index, a.id"
    );
    LAST_ERASURE = Sql::both("SELECT COALESCE(MAX(erasure_index), -1) AS last FROM erased_content");
    ERASURES_OF_ENTRIES = Sql::pair(
        "SELECT DISTINCT erasure_index FROM erased_content WHERE log_index IN (SELECT value FROM json_each($1))",
        "SELECT DISTINCT erasure_index FROM erased_content WHERE log_index IN \
         (SELECT value::bigint FROM json_array_elements_text($1::json) AS value)",
    );
    ERASED_WITH = Sql::both("SELECT log_index FROM erased_content WHERE erasure_index = $1 ORDER BY log_index");
    EVENT_BY_INDEX = Sql::both(concat!("SELECT ", event_columns!(), " FROM event e WHERE e.log_index = $1"));
}
