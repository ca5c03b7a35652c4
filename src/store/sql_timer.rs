//! The SQL texts of timers and of the notices that they draft.

use super::backend::Sql;
use super::sql::{event_columns, texts};

macro_rules! notice_columns {
    () => {
        "n.drafted_index, n.enforcement_request_id, n.state, n.addressee, n.decided_index"
    };
}

texts! {
    TIMERS_DUE = Sql::both(
        "SELECT r.id, r.sender, r.recipient FROM timer t JOIN enforcement_request r ON r.id = t.enforcement_request_id \
         WHERE t.due_time <= $1 ORDER BY t.due_time, t.enforcement_request_id LIMIT $2",
    );
    OLDEST_TIMER = Sql::both("SELECT due_time FROM timer WHERE due_time > 0 ORDER BY due_time LIMIT 1");
    TIMED_REQUESTS = Sql::both(
        "SELECT r.id, r.sender, r.recipient FROM timer t JOIN enforcement_request r ON r.id = t.enforcement_request_id \
         WHERE t.enforcement_request_id > $1 ORDER BY t.enforcement_request_id LIMIT $2",
    );
    REQUESTS_WITHOUT_TIMER = Sql::both(
        "SELECT r.id, r.sender, r.recipient FROM enforcement_request r WHERE r.id > $1 AND NOT EXISTS \
         (SELECT 1 FROM timer t WHERE t.enforcement_request_id = r.id) AND (r.state NOT IN ('WITHDRAWN', 'CLOSED') OR EXISTS \
         (SELECT 1 FROM deadline d WHERE d.enforcement_request_id = r.id \
          AND d.status IN ('RUNNING', 'PAUSED', 'PENDING_CALENDAR'))) ORDER BY r.id LIMIT $2",
    );
    REMOVE_TIMERS = Sql::pair(
        "DELETE FROM timer WHERE enforcement_request_id IN (SELECT value FROM json_each($1)) \
         RETURNING enforcement_request_id",
        "DELETE FROM timer WHERE enforcement_request_id IN \
         (SELECT value FROM json_array_elements_text($1::json) AS value) RETURNING enforcement_request_id",
    );
    NOTICES_BY_INDEXES = Sql::pair(
        concat!("SELECT ", notice_columns!(), " FROM notice n WHERE n.drafted_index IN (SELECT value FROM json_each($1))"),
        concat!(
            "SELECT ", notice_columns!(), " FROM notice n WHERE n.drafted_index IN ",
            "(SELECT value::bigint FROM json_array_elements_text($1::json) AS value)"
        ),
    );
    // $2: before every index that is to be shown; $3: the state, or empty.
    NOTICES_OF_SENDER = Sql::both(concat!(
        "SELECT ", notice_columns!(), ", ", event_columns!(), " FROM notice n ",
        "JOIN enforcement_request r ON r.id = n.enforcement_request_id JOIN event e ON e.log_index = n.drafted_index ",
        "WHERE r.sender = $1 AND n.drafted_index < $2 AND ($3 = '' OR n.state = $3) ",
        "ORDER BY n.drafted_index DESC LIMIT $4"
    ));
    NOTICE_OF_SENDER = Sql::both(concat!(
        "SELECT ", notice_columns!(), ", ", event_columns!(), " FROM notice n ",
        "JOIN enforcement_request r ON r.id = n.enforcement_request_id JOIN event e ON e.log_index = n.drafted_index ",
        "WHERE r.sender = $1 AND n.drafted_index = $2"
    ));
    EVENTS_BY_INDEXES = Sql::pair(
        concat!("SELECT ", event_columns!(), " FROM event e WHERE e.log_index IN (SELECT value FROM json_each($1))"),
        concat!(
            "SELECT ", event_columns!(), " FROM event e WHERE e.log_index IN ",
            "(SELECT value::bigint FROM json_array_elements_text($1::json) AS value)"
        ),
    );
}
