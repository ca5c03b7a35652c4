//! A database as an older hub left it.

/// Undoes every migration from the one on that brought the notes of operators (13), the newest first. No table of before changes
/// by it.
pub(crate) const BEFORE_OPERATORS: &[&str] = &[
    "DROP INDEX event_suspension",
    "DROP TABLE webhook_endpoint",
    "DROP TABLE webhook_key",
    "DROP TABLE webhook_cursor",
    "DROP TABLE webhook_delivery",
    "DROP TABLE report_closing",
    "DROP TABLE closed_books",
    "DROP TABLE report_targets",
    "DROP TABLE report_campaign",
    "DROP TABLE case_book",
    "DROP TABLE case_movement",
    "DROP TABLE enforcement_case",
    "DROP TABLE case_request",
    "DROP INDEX deadline_owed_by",
    "DROP INDEX deadline_owed_to",
    "ALTER TABLE deadline DROP COLUMN agency",
    "ALTER TABLE deadline DROP COLUMN counterparty",
    "ALTER TABLE deadline DROP COLUMN duty",
    "ALTER TABLE deadline DROP COLUMN sort_time",
    "ALTER TABLE enforcement_request DROP COLUMN first_answer_index",
    "DROP TABLE response_count",
    "DROP TABLE response_histogram",
    "DROP TABLE timer",
    "DROP TABLE notice",
    "DROP TABLE operator_action",
    "DROP INDEX event_operator",
    "DELETE FROM _sqlx_migrations WHERE version >= 13",
];
