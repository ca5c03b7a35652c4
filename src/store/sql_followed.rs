//! The SQL texts of requests that are followed to their end: how those stand that were sent in a period.

use super::backend::Sql;
use super::sql::{request_columns, texts};

/// The requests `r` of the agencies $1 on the side `$side` and of the kinds $2 (JSON arrays), sent from $4 to before $5: how each stands at
/// $3 by its clocks of the duty `$duty`, and when they were due at the latest. `$is_done`: whether it is answered. Standings are those of
/// `Standing` in `domain/report/followed.rs`; a clock is 3 if it is overdue, 2 if it was missed, 1 if it was met.
macro_rules! standing {
    ($side:literal, $duty:literal, $is_done:literal, $agencies:literal, $kinds:literal) => {
        concat!(
            "(SELECT q.*, CASE WHEN ",
            $is_done,
            " THEN CASE WHEN q.clock >= 2 THEN 'late' WHEN q.clock = 1 THEN 'in_time' ELSE 'no_limit' END ",
            "WHEN q.state IN ('RETURNED', 'WITHDRAWN', 'CLOSED') THEN 'returned' ",
            "WHEN q.clock = 3 THEN 'overdue' WHEN q.clock > 0 THEN 'under_way' ELSE 'open' END AS standing FROM (SELECT r.*, ",
            "COALESCE((SELECT MAX(CASE WHEN d.status = 'RUNNING' AND d.sort_time < $3 THEN 3 WHEN d.status = 'BREACHED' THEN 2 ",
            "WHEN d.status = 'MET' THEN 1 ELSE 0 END) FROM deadline d WHERE d.enforcement_request_id = r.id AND d.duty = '",
            $duty,
            "'), 0) AS clock, (SELECT MAX(d.due_time) FROM deadline d WHERE d.enforcement_request_id = r.id AND d.duty = '",
            $duty,
            "') AS duty_due FROM enforcement_request r WHERE r.",
            $side,
            " IN (SELECT value FROM ",
            $agencies,
            ") AND r.kind IN (SELECT value FROM ",
            $kinds,
            ") AND r.submit_time >= $4 AND r.submit_time < $5) q) r"
        )
    };
}

/// A text with the requests that are followed, for both databases.
macro_rules! followed {
    ($before:expr, $side:literal, $duty:literal, $is_done:literal, $after:expr) => {
        Sql::pair(
            concat!(
                $before,
                standing!($side, $duty, $is_done, "json_each($1)", "json_each($2)"),
                $after
            ),
            concat!(
                $before,
                standing!(
                    $side,
                    $duty,
                    $is_done,
                    "json_array_elements_text($1::json) AS value",
                    "json_array_elements_text($2::json) AS value"
                ),
                $after
            ),
        )
    };
}

/// How many stand how, by agency `$agency`, kind and outcome.
macro_rules! counts {
    ($agency:literal, $side:literal, $duty:literal, $is_done:literal) => {
        followed!(
            concat!(
                "SELECT r.",
                $agency,
                " AS agency, r.kind, r.standing, COALESCE(r.outcome, '') AS outcome, COUNT(*) AS requests, MIN(r.submit_time) AS first FROM "
            ),
            $side,
            $duty,
            $is_done,
            concat!(
                " GROUP BY r.",
                $agency,
                ", r.kind, r.standing, COALESCE(r.outcome, '') ORDER BY 1, 2, 3, 4"
            )
        )
    };
}

/// Them one by one: $6 the other side, empty for any; $7 standings, each between commas; $8 the only outcome, $9 one that is left out,
/// empty for any; after $10; $11: how many.
macro_rules! page {
    ($side:literal, $other:literal, $duty:literal, $is_done:literal) => {
        followed!(
            concat!("SELECT ", request_columns!(), ", r.standing, r.duty_due FROM "),
            $side,
            $duty,
            $is_done,
            concat!(
                " WHERE ($6 = '' OR r.",
                $other,
                " = $6) AND $7 LIKE '%,' || r.standing || ',%' AND ($8 = '' OR r.outcome = $8) ",
                "AND ($9 = '' OR r.outcome <> $9) AND r.id > $10 ORDER BY r.id LIMIT $11"
            )
        )
    };
}

texts! {
    ANSWERED_BY = counts!("recipient", "recipient", "ANSWER", "q.outcome IS NOT NULL");
    ANSWERED_TO = counts!("recipient", "sender", "ANSWER", "q.outcome IS NOT NULL");
    ASKED_BY_EACH = counts!("sender", "recipient", "ANSWER", "q.outcome IS NOT NULL");
    SENT_BY = counts!("sender", "sender", "OWN", "q.state <> 'WITHDRAWN'");
    SENT_TO = counts!("sender", "recipient", "OWN", "q.state <> 'WITHDRAWN'");
    FOLLOWED_AT_RECIPIENT = page!("recipient", "sender", "ANSWER", "q.outcome IS NOT NULL");
    FOLLOWED_AT_SENDER = page!("sender", "recipient", "ANSWER", "q.outcome IS NOT NULL");
    FOLLOWED_SENT = page!("sender", "recipient", "OWN", "q.state <> 'WITHDRAWN'");
}
