//! The SQL texts of suspensions. The type stands in the text, for the index that holds these entries alone.

use super::backend::Sql;
use super::sql::{event_columns, request_columns, texts};

texts! {
    SUSPENSION_ENTRIES = Sql::both(concat!(
        "SELECT ", event_columns!(), " FROM event e WHERE e.entry_type = 15 AND e.log_index > $1 ORDER BY e.log_index"
    ));
    REQUESTS_WITH_CLOCKS = Sql::both(concat!(
        "SELECT ", request_columns!(), " FROM enforcement_request r WHERE r.id IN ",
        "(SELECT DISTINCT d.enforcement_request_id FROM deadline d ",
        "WHERE d.status IN ('RUNNING', 'PAUSED', 'PENDING_CALENDAR') AND d.enforcement_request_id > $1 ",
        "ORDER BY d.enforcement_request_id LIMIT $2) ORDER BY r.id"
    ));
}
