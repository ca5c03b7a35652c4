//! The SQL texts of cases.

use super::backend::Sql;
use super::sql::{in_list, measure_columns, request_columns, texts};

macro_rules! case_columns {
    () => {
        "c.id, c.agency, c.decision_number, c.decision_date, c.initiative, c.opened_date, c.carried_over_from, c.transfer, \
         c.status, c.ground, c.since_date, c.verified_date, c.verify_every, c.obligations, c.tags, c.unit, c.officer, \
         c.reminded_date, c.version, c.update_time, c.body_index, c.item, c.booked_month, c.coercion_date"
    };
}

macro_rules! case_request_columns {
    () => {
        "q.enforcement_request_id, q.case_id, q.obligations, q.purpose, q.amount, q.costs, q.debited, q.debited_time, q.arrived"
    };
}

/// Whether a viewer of the agency may see the case `c` (`Viewer::reaches`): scope, officer, unit reached.
macro_rules! reaches_case {
    ($scope:literal, $officer:literal, $unit:literal) => {
        concat!(
            "($",
            $scope,
            " = 'ALL' OR c.officer = $",
            $officer,
            " OR c.unit = $",
            $unit,
            ")"
        )
    };
}

texts! {
    CASES_BY_IDS = in_list!(concat!("SELECT ", case_columns!(), " FROM enforcement_case c WHERE c.id IN "), "");
    CASES_BY_DECISIONS = Sql::pair(
        concat!("SELECT ", case_columns!(), " FROM json_each($1) k JOIN enforcement_case c ",
            "ON c.agency = json_extract(k.value, '$[0]') AND c.decision_number = json_extract(k.value, '$[1]')"),
        concat!("SELECT ", case_columns!(), " FROM json_array_elements($1::json) AS k JOIN enforcement_case c ",
            "ON c.agency = k->>0 AND c.decision_number = k->>1"),
    );
    CASE_SEEN = Sql::both(concat!(
        "SELECT ", case_columns!(), " FROM enforcement_case c WHERE c.id = $1 AND c.agency = $2 AND ", reaches_case!(3, 4, 5)
    ));
    CASES_OF_AGENCY = Sql::both(concat!(
        "SELECT ", case_columns!(), " FROM enforcement_case c WHERE c.agency = $1 AND c.id < $2 AND ", reaches_case!(3, 4, 5),
        " AND ($6 = '' OR c.status = $6) AND ($7 = '' OR c.officer = $7) AND ($8 = '' OR c.unit = $8) ",
        "AND ($9 = '' OR c.tags LIKE $9) AND ($10 = '' OR c.decision_number = $10) ",
        "AND ($11 = '' OR c.opened_date <= $11) AND ($12 = '' OR c.due_date <= $12) ",
        "AND ($14 = CAST(0 AS BIGINT) OR EXISTS (SELECT 1 FROM case_request q JOIN measure m \
            ON m.enforcement_request_id = q.enforcement_request_id \
            WHERE q.case_id = c.id AND q.purpose = 'HOLDS' AND m.in_force AND m.since_time < $14 \
            AND NOT EXISTS (SELECT 1 FROM request_relation n JOIN case_request d \
              ON d.enforcement_request_id = n.enforcement_request_id \
              WHERE n.related_id IN (m.id, m.enforcement_request_id) AND d.purpose IN ('TAKES', 'RELEASES')))) ",
        "AND ($15 = CAST(0 AS BIGINT) OR EXISTS (SELECT 1 FROM case_request q \
            WHERE q.case_id = c.id AND q.debited > q.arrived AND q.debited_time < $15)) ",
        "ORDER BY c.id DESC LIMIT $13"
    ));
    CASES_TO_REMIND = Sql::both(concat!(
        "SELECT ", case_columns!(), " FROM enforcement_case c WHERE c.due_date IS NOT NULL AND c.due_date <= $1 ",
        "AND (c.reminded_date IS NULL OR c.reminded_date <> c.due_date) ORDER BY c.due_date, c.id LIMIT $2"
    ));
    CASES_TO_PASS_ON = Sql::both(
        "SELECT c.id FROM enforcement_case c WHERE c.agency = $1 AND c.id > $2 ORDER BY c.id LIMIT $3"
    );
    CASE_REQUESTS_BY_IDS = in_list!(
        concat!("SELECT ", case_request_columns!(), " FROM case_request q WHERE q.enforcement_request_id IN "), "");
    CASE_REQUESTS_BY_CASES = in_list!(
        concat!("SELECT ", case_request_columns!(), " FROM case_request q WHERE q.case_id IN "),
        " ORDER BY q.enforcement_request_id");
    REQUESTS_OF_CASES = in_list!(
        concat!("SELECT ", request_columns!(), " FROM case_request q JOIN enforcement_request r \
            ON r.id = q.enforcement_request_id WHERE q.case_id IN "),
        " ORDER BY r.id");
    DECIDED_IN_CASES = in_list!(
        "SELECT n.related_id FROM case_request q JOIN request_relation n \
            ON n.enforcement_request_id = q.enforcement_request_id \
            WHERE q.purpose IN ('TAKES', 'RELEASES') AND q.case_id IN ",
        "");
    MEASURES_OF_CASES = in_list!(
        concat!("SELECT ", measure_columns!(), " FROM case_request q JOIN measure m \
            ON m.enforcement_request_id = q.enforcement_request_id WHERE q.case_id IN "),
        " ORDER BY m.id");
}
