//! The SQL texts of reports and of the lists behind their figures. Whose they may be is decided before, in `app::reports`.

use super::backend::Sql;
use super::sql::{in_list, request_columns, texts};

/// A column that is the parameter; any if that is empty, none if it is `-`.
macro_rules! is_chosen {
    ($column:literal, $parameter:literal) => {
        concat!(
            "($",
            $parameter,
            " = '' OR ($",
            $parameter,
            " = '-' AND ",
            $column,
            " IS NULL) OR ",
            $column,
            " = $",
            $parameter,
            ")"
        )
    };
}

/// What was counted of requests on the side $1 from $2 to before $3, by entries that hold the text $4, after the place ($5, $6): by
/// request, then by version. $7: how many.
macro_rules! counted_acts {
    ($side:literal) => {
        concat!(
            "SELECT ",
            request_columns!(),
            ", e.version AS event_version, e.hub_time AS event_time, e.action AS event_action, e.details AS event_details ",
            "FROM enforcement_request r JOIN event e ON e.subject = r.id WHERE r.",
            $side,
            " = $1 AND r.update_time >= $2 AND r.submit_time < $3 AND e.hub_time >= $2 AND e.hub_time < $3 AND e.details LIKE $4 ",
            "AND r.id >= $5 AND (r.id > $5 OR e.version > $6) ORDER BY r.id, e.version LIMIT $7"
        )
    };
}

/// What $1 owes that is overdue at $2, each request once by its oldest duty; see `overdue!` in `sql_tracking`. $3: to whom, empty for any.
macro_rules! overdue_duties {
    () => {
        "(SELECT d.enforcement_request_id AS id, d.agency, MIN(d.sort_time) AS due, \
         CAST(MAX(CASE WHEN d.duty = 'ANSWER' THEN 1 ELSE 0 END) AS BIGINT) AS silent \
         FROM deadline d WHERE d.status IN ('RUNNING', 'PAUSED', 'PENDING_CALENDAR', 'BREACHED') AND d.status = 'RUNNING' \
         AND d.sort_time < $2 AND d.duty <> 'REFUSE' AND "
    };
}

/// The transfers of judgments (kind $2) of the side $1 that came from $3 to before $4; $5: the other side, empty for any.
macro_rules! transfers {
    ($side:literal, $other:literal) => {
        concat!(
            " FROM enforcement_request r LEFT JOIN deadline d ON d.enforcement_request_id = r.id AND d.name = 'transfer' AND d.occurrence = 1 ",
            "WHERE r.", $side, " = $1 AND r.kind = $2 AND r.submit_time >= $3 AND r.submit_time < $4 AND ($5 = '' OR r.", $other, " = $5)"
        )
    };
}

macro_rules! transfer_counts {
    ($side:literal, $other:literal) => {
        concat!(
            "SELECT r.",
            $other,
            " AS partner, COUNT(*) AS transferred, ",
            "CAST(SUM(CASE WHEN d.status = 'MET' THEN 1 ELSE 0 END) AS BIGINT) AS in_time, ",
            "CAST(SUM(CASE WHEN d.status = 'BREACHED' THEN 1 ELSE 0 END) AS BIGINT) AS late",
            transfers!($side, $other),
            " GROUP BY r.",
            $other,
            " ORDER BY r.",
            $other
        )
    };
}

/// $6: how the clock ended, empty for any, `-` for no verdict; after $7; $8: how many.
macro_rules! transfer_page {
    ($side:literal, $other:literal) => {
        concat!(
            "SELECT ", request_columns!(), ", d.status AS transfer_status, d.due_time AS transfer_due",
            transfers!($side, $other),
            " AND ($6 = '' OR d.status = $6 OR ($6 = '-' AND (d.status IS NULL OR d.status NOT IN ('MET', 'BREACHED')))) ",
            "AND r.id > $7 ORDER BY r.id LIMIT $8"
        )
    };
}

/// Cases of $1 that are not done and of the tag, initiative, unit and officer $2 to $5.
macro_rules! open_cases {
    () => {
        concat!(
            " FROM enforcement_case c WHERE c.agency = $1 AND c.status IN ",
            "('IN_PROGRESS', 'POSTPONED', 'SUSPENDED', 'NO_CONDITIONS', 'SEPARATE_REGISTER') ",
            "AND ($2 = '' OR c.tags LIKE $2) AND ($3 = '' OR c.initiative = $3) AND ",
            is_chosen!("c.unit", 4),
            " AND ",
            is_chosen!("c.officer", 5)
        )
    };
}

/// Their sums by age ($6 to $9: the latest beginnings, the oldest age first), status and a division.
macro_rules! case_ages {
    ($division:literal) => {
        concat!(
            "SELECT a.division, a.age, a.status, COUNT(*) AS cases, CAST(SUM(a.rest) AS BIGINT) AS dong FROM (SELECT ",
            $division,
            " AS division, CAST(CASE WHEN c.opened_date <= $6 THEN 4 WHEN c.opened_date <= $7 THEN 3 WHEN c.opened_date <= $8 THEN 2 ",
            "WHEN c.opened_date <= $9 THEN 1 ELSE 0 END AS BIGINT) AS age, c.status, c.rest",
            open_cases!(),
            ") a GROUP BY a.division, a.age, a.status ORDER BY a.division, a.age, a.status"
        )
    };
}

/// The cases of agency $1 under tag $2 behind a figure of the months $3 to $4: the sum of the lines that `$terms` names, each before or
/// within those months. $5 and $6: units and officers as JSON arrays, empty for any; $7: initiative, `*` for any; after $8; $9: how many.
macro_rules! cases_behind {
    ($terms:literal, $units:literal, $officers:literal) => {
        concat!(
            "SELECT m.case_id, c.decision_number, c.decision_date, c.status, CAST(SUM(m.cases * t.factor) AS BIGINT) AS cases, ",
            "CAST(SUM(m.dong * t.factor) AS BIGINT) AS dong FROM (SELECT value ->> 0 AS line, value ->> 1 AS term, ",
            "CAST(value ->> 2 AS BIGINT) AS factor FROM ", $terms, ") t JOIN case_movement m ON m.agency = $1 AND m.tag = $2 AND m.line = t.line ",
            "AND ((t.term = 'before' AND m.month < $3) OR (t.term = 'within' AND m.month >= $3 AND m.month <= $4)) ",
            "JOIN enforcement_case c ON c.id = m.case_id WHERE ($5 = '[]' OR m.unit IN (SELECT value FROM ",
            $units,
            ")) AND ($6 = '[]' OR m.officer IN (SELECT value FROM ",
            $officers,
            ")) AND ($7 = '*' OR m.initiative = $7) AND m.case_id > $8 ",
            "GROUP BY m.case_id, c.decision_number, c.decision_date, c.status ",
            "HAVING SUM(m.cases * t.factor) <> 0 OR SUM(m.dong * t.factor) <> 0 ORDER BY m.case_id LIMIT $9"
        )
    };
}

texts! {
    CASES_BEHIND = Sql::pair(
        cases_behind!("json_each($10)", "json_each($5)", "json_each($6)"),
        cases_behind!(
            "json_array_elements($10::json) AS value",
            "json_array_elements_text($5::json) AS value",
            "json_array_elements_text($6::json) AS value"
        ),
    );
    COUNTED_ACTS_AT_RECIPIENT = Sql::both(counted_acts!("recipient"));
    COUNTED_ACTS_AT_SENDER = Sql::both(counted_acts!("sender"));
    // $4 to $5: due from here to before there; $6: silent ones alone; after ($7, $8); $9: kinds, each between commas, empty for any; $10: how many.
    OVERDUE_PAGE = Sql::both(concat!(
        "SELECT ", request_columns!(), ", o.due AS due FROM ", overdue_duties!(),
        "d.agency = $1 AND ($3 = '' OR d.counterparty = $3) GROUP BY d.agency, d.enforcement_request_id) o ",
        "JOIN enforcement_request r ON r.id = o.id WHERE o.due >= $4 AND o.due < $5 AND o.silent >= $6 ",
        "AND o.due >= $7 AND (o.due > $7 OR r.id > $8) AND ($9 = '' OR $9 LIKE '%,' || r.kind || ',%') ",
        "ORDER BY o.due, r.id LIMIT $10"
    ));
    OVERDUE_BY_KIND = Sql::both(concat!(
        "SELECT o.agency, r.kind, COUNT(*) AS overdue, CAST(SUM(o.silent) AS BIGINT) AS silent FROM ", overdue_duties!(),
        "d.counterparty = $1 GROUP BY d.agency, d.enforcement_request_id) o ",
        "JOIN enforcement_request r ON r.id = o.id GROUP BY o.agency, r.kind ORDER BY o.agency, r.kind"
    ));
    TRANSFER_COUNTS_AT_RECIPIENT = Sql::both(transfer_counts!("recipient", "sender"));
    TRANSFER_COUNTS_AT_SENDER = Sql::both(transfer_counts!("sender", "recipient"));
    TRANSFERS_AT_RECIPIENT = Sql::both(transfer_page!("recipient", "sender"));
    TRANSFERS_AT_SENDER = Sql::both(transfer_page!("sender", "recipient"));
    CASE_AGES = Sql::both(case_ages!("''"));
    CASE_AGES_BY_UNIT = Sql::both(case_ages!("c.unit"));
    CASE_AGES_BY_OFFICER = Sql::both(case_ages!("c.officer"));
    CASE_AGES_BY_INITIATIVE = Sql::both(case_ages!("c.initiative"));
    // Those without conditions by ground; $6: what is due before this day is overdue.
    NO_CONDITION_GROUNDS = Sql::both(concat!(
        "SELECT c.ground, COUNT(*) AS cases, CAST(SUM(c.rest) AS BIGINT) AS dong, ",
        "CAST(SUM(CASE WHEN c.due_date < $6 THEN 1 ELSE 0 END) AS BIGINT) AS overdue",
        open_cases!(),
        " AND c.status = 'NO_CONDITIONS' GROUP BY c.ground ORDER BY c.ground"
    ));
    // How many requests of cases are overdue at $2.
    OVERDUE_IN_CASES = in_list!(
        "SELECT q.case_id, COUNT(DISTINCT d.enforcement_request_id) AS overdue FROM case_request q JOIN deadline d \
         ON d.enforcement_request_id = q.enforcement_request_id AND d.status = 'RUNNING' AND d.sort_time < $2 \
         AND d.duty NOT IN ('REFUSE', 'OWN') WHERE q.case_id IN ",
        " GROUP BY q.case_id"
    );
    // The last $2 entries of each case, the newest first.
    LAST_ENTRIES_OF_CASES = in_list!(
        "SELECT s.subject, s.details FROM (SELECT e.subject, e.details, \
         ROW_NUMBER() OVER (PARTITION BY e.subject ORDER BY e.version DESC) AS place \
         FROM event e WHERE e.entry_type = 14 AND e.subject IN ",
        ") s WHERE s.place <= $2 ORDER BY s.subject, s.place"
    );
    // $6 and $7: opened after this day, to that day; $8: statuses, each between commas; after ($9, $10); $11: how many; $12: the ground.
    OPEN_CASES = Sql::both(concat!(
        "SELECT c.id, c.decision_number, c.decision_date, c.opened_date, c.status, c.ground, c.since_date, c.unit, c.officer, c.rest",
        open_cases!(),
        " AND ", is_chosen!("c.ground", 12), " AND c.opened_date > $6 AND c.opened_date <= $7 AND $8 LIKE '%,' || c.status || ',%' ",
        "AND c.opened_date >= $9 AND (c.opened_date > $9 OR c.id > $10) ORDER BY c.opened_date, c.id LIMIT $11"
    ));
}
