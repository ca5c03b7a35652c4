//! The SQL texts of what operators do.

use super::backend::Sql;
use super::sql::{event_columns, texts};

texts! {
    OPERATOR_LINE_ADD = Sql::both(
        "INSERT INTO operator_action (id, action, details) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING RETURNING id"
    );
    OPERATOR_LINES_AFTER = Sql::both(
        "SELECT id, action, details FROM operator_action WHERE id > $1 ORDER BY id LIMIT $2"
    );
    OPERATOR_LINES_BY_IDS = Sql::pair(
        "SELECT id, action, details FROM operator_action WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id",
        "SELECT id, action, details FROM operator_action \
         WHERE id IN (SELECT value FROM json_array_elements_text($1::json) AS value) ORDER BY id"
    );
    OPERATOR_LINES_TAKE = Sql::pair(
        "DELETE FROM operator_action WHERE id IN (SELECT value FROM json_each($1)) RETURNING id",
        "DELETE FROM operator_action WHERE id IN (SELECT value FROM json_array_elements_text($1::json) AS value) RETURNING id"
    );
    KEPT_REQUESTS = Sql::both(
        "SELECT kind, kind_revision, COUNT(*) AS kept, CAST(SUM(CASE WHEN state IN ('SUBMITTED', 'ACKNOWLEDGED', 'CLARIFYING', \
         'WITHDRAWAL_PENDING') THEN 1 ELSE 0 END) AS BIGINT) AS open FROM enforcement_request GROUP BY kind, kind_revision ORDER BY 1, 2"
    );
    // The type stands in the text, for the index that holds these entries alone.
    OPERATOR_ENTRIES = Sql::both(concat!(
        "SELECT ", event_columns!(), " FROM event e WHERE e.entry_type = 10 AND e.log_index < $1 ",
        "ORDER BY e.log_index DESC LIMIT $2"
    ));
}
