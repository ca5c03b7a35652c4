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

texts! {
    DEADLINES_OWED_BY = Sql::both(deadlines!("agency", "counterparty"));
    DEADLINES_OWED_TO = Sql::both(deadlines!("counterparty", "agency"));
}
