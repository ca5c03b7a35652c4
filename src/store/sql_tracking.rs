//! The SQL texts of lists of deadlines, and of what was counted.

use super::backend::Sql;
use super::sql::{may_see, reaches_received, reaches_sent, request_columns, texts};

/// The officer's or the unit's column on the viewer's own side ($1) of the request `r`.
macro_rules! own_side {
    ($of_recipient:literal, $of_sender:literal) => {
        concat!(
            "(CASE WHEN r.recipient = $1 THEN ",
            $of_recipient,
            " ELSE ",
            $of_sender,
            " END)"
        )
    };
}

/// A page of deadlines, soonest first. $1 to $4: the viewer; $5: the status; $6 to $9: after this place; $10: due at this time at the latest; $11 to
/// $14: kind, other side, unit and officer, empty for any; $15: how many.
macro_rules! deadlines {
    ($whose:literal, $other:literal) => {
        concat!(
            "SELECT ",
            request_columns!(),
            ", d.state AS clock FROM deadline d JOIN enforcement_request r ON r.id = d.enforcement_request_id WHERE d.",
            $whose,
            " = $1 AND d.status IN ('RUNNING', 'PAUSED', 'PENDING_CALENDAR', 'BREACHED') AND d.status = $5 ",
            "AND d.sort_time >= $6 AND (d.sort_time, d.enforcement_request_id, d.name, d.occurrence) > ($6, $7, $8, $9) ",
            "AND d.sort_time <= $10 AND ($11 = '' OR r.kind = $11) AND ($12 = '' OR d.",
            $other,
            " = $12) AND ($13 = '' OR ",
            own_side!("r.assigned_unit", "r.sender_unit"),
            " = $13) AND ($14 = '' OR ",
            own_side!("r.assigned_officer", "r.sender_officer"),
            " = $14) AND ",
            may_see!(1, 2, 3, 4),
            " ORDER BY d.sort_time, d.enforcement_request_id, d.name, d.occurrence LIMIT $15"
        )
    };
}

macro_rules! count_columns {
    () => {
        "c.received, c.taken_over, c.handed_over, c.registered_in_time, c.registered_late, \
         c.registered_untimed, c.interim, c.answered_in_time, c.answered_late, c.answered_untimed, \
         c.refused, c.answered_again, c.answered_again_late, c.sent_back, c.sent_back_late, c.disputed, \
         c.corrected, c.withdrawn, c.extended, c.paused, c.duty_in_time, c.duty_late, c.own_in_time, \
         c.own_late, c.paused_seconds"
    };
}

/// Sums `c` with their histograms.
macro_rules! sums {
    ($which:expr) => {
        concat!(
            "SELECT c.agency, c.month, c.unit, c.kind, c.province, ",
            count_columns!(),
            ", h.working, h.wall FROM response_count c LEFT JOIN response_histogram h ON h.level = c.level ",
            "AND h.agency = c.agency AND h.month = c.month AND h.counterparty = c.counterparty AND h.unit = c.unit ",
            "AND h.kind = c.kind AND h.province = c.province WHERE c.month >= $2 AND c.month <= $3 AND ",
            $which
        )
    };
}

/// The first final answers over all months that a limit held for: what a share is made of, without histograms.
macro_rules! timed {
    ($which:expr) => {
        concat!(
            "SELECT c.agency, CAST(SUM(c.answered_in_time) AS BIGINT) AS in_time, CAST(SUM(c.answered_late) AS BIGINT) AS late ",
            "FROM response_count c WHERE c.month >= $2 AND c.month <= $3 AND ",
            $which,
            " AND c.level = 'AGENCY' GROUP BY c.agency"
        )
    };
}

/// $4 to $7: agency, unit, kind and province, empty for any; $8: how many at most.
macro_rules! details {
    ($which:expr) => {
        sums!(concat!(
            $which,
            " AND c.level = 'DETAIL' AND ($4 = '' OR c.agency = $4) AND ($5 = '' OR c.unit = $5) AND ($6 = '' OR c.kind = $6) ",
            "AND ($7 = '' OR c.province = $7) LIMIT $8"
        ))
    };
}

/// What is overdue at $2 by age ($3 a day, $4 five, $5 a month ago), each request once by its oldest duty. When the time to refuse
/// has passed nothing is owed.
macro_rules! overdue {
    ($which:expr) => {
        concat!(
            "SELECT o.agency, CAST(SUM(CASE WHEN o.due >= $3 THEN 1 ELSE 0 END) AS BIGINT) AS day, ",
            "CAST(SUM(CASE WHEN o.due < $3 AND o.due >= $4 THEN 1 ELSE 0 END) AS BIGINT) AS week, ",
            "CAST(SUM(CASE WHEN o.due < $4 AND o.due >= $5 THEN 1 ELSE 0 END) AS BIGINT) AS month, ",
            "CAST(SUM(CASE WHEN o.due < $5 THEN 1 ELSE 0 END) AS BIGINT) AS older, ",
            "CAST(SUM(o.silent) AS BIGINT) AS silent FROM (SELECT d.agency, d.enforcement_request_id, MIN(d.sort_time) AS due, ",
            "MAX(CASE WHEN d.duty = 'ANSWER' THEN 1 ELSE 0 END) AS silent FROM deadline d ",
            "WHERE d.status IN ('RUNNING', 'PAUSED', 'PENDING_CALENDAR', 'BREACHED') AND d.status = 'RUNNING' ",
            "AND d.sort_time < $2 AND d.duty <> 'REFUSE' AND ",
            $which,
            " GROUP BY d.agency, d.enforcement_request_id) o GROUP BY o.agency"
        )
    };
}

/// A column in the JSON array $1.
macro_rules! among {
    ($text:ident, $column:literal $(, $after:literal)?) => {
        Sql::pair(
            $text!(concat!($column, " IN (SELECT value FROM json_each($1))" $(, $after)?)),
            $text!(concat!($column, " IN (SELECT value FROM json_array_elements_text($1::json) AS value)" $(, $after)?)),
        )
    };
}

texts! {
    DEADLINES_OWED_BY = Sql::both(deadlines!("agency", "counterparty"));
    DEADLINES_OWED_TO = Sql::both(deadlines!("counterparty", "agency"));
    SUMS_OF = among!(sums, "c.agency", " AND c.level = 'AGENCY'");
    TIMED_OF = among!(timed, "c.agency");
    SUMS_WITH = Sql::both(sums!("c.counterparty = $1 AND c.counterparty <> '' AND c.level = 'PAIR'"));
    DETAILS_OF = among!(details, "c.agency");
    DETAILS_WITH = Sql::both(details!("c.counterparty = $1 AND c.counterparty <> ''"));
    OVERDUE_OF = among!(overdue, "d.agency");
    OVERDUE_WITH = Sql::both(overdue!("d.counterparty = $1"));
    HISTOGRAMS_BY_KEYS = Sql::pair(
        "SELECT level, agency, month, counterparty, unit, kind, province, working, wall FROM response_histogram \
         WHERE (level, agency, month, counterparty, unit, kind, province) IN (SELECT value ->> 0, value ->> 1, value ->> 2, \
         value ->> 3, value ->> 4, value ->> 5, value ->> 6 FROM json_each($1))",
        "SELECT level, agency, month, counterparty, unit, kind, province, working, wall FROM response_histogram \
         WHERE (level, agency, month, counterparty, unit, kind, province) IN (SELECT value ->> 0, value ->> 1, value ->> 2, \
         value ->> 3, value ->> 4, value ->> 5, value ->> 6 FROM json_array_elements($1::json) AS value)",
    );
}
