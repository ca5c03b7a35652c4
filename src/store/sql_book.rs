//! The SQL texts of the books of cases.

use super::backend::Sql;
use super::sql::{in_list, texts};

/// Agencies in the JSON array $1.
macro_rules! of_agencies {
    ($text:ident) => {
        Sql::pair(
            $text!("IN (SELECT value FROM json_each($1))"),
            $text!("IN (SELECT value FROM json_array_elements_text($1::json) AS value)"),
        )
    };
}

/// The stocks at the beginning, under the month before $3, and what moved from $3 to $4, under tag $2; $5: DIVISION or MONTH.
macro_rules! book {
    ($among:literal) => {
        concat!(
            "SELECT b.agency, b.unit, b.officer, b.initiative, b.tag, b.month, b.line, CAST(SUM(b.cases) AS BIGINT) AS cases, ",
            "CAST(SUM(b.dong) AS BIGINT) AS dong FROM (SELECT $6 AS month, ",
            "agency, unit, officer, initiative, tag, line, cases, dong FROM case_book WHERE agency ",
            $among,
            " AND tag = $2 AND month < $3 \
             AND line IN ('in_progress', 'postponed', 'suspended', 'no_conditions', 'separate') UNION ALL \
             SELECT CASE WHEN $5 = 'MONTH' THEN month ELSE $4 END AS month, ",
            "agency, unit, officer, initiative, tag, line, cases, dong FROM case_book WHERE agency ",
            $among,
            " AND tag = $2 AND month >= $3 AND month <= $4) b \
             GROUP BY b.agency, b.unit, b.officer, b.initiative, b.tag, b.month, b.line \
             HAVING SUM(b.cases) <> 0 OR SUM(b.dong) <> 0 \
             ORDER BY b.agency, b.unit, b.officer, b.initiative, b.month, b.line"
        )
    };
}

/// $5 to $7: unit, officer and initiative, `*` for any, empty for none.
macro_rules! which {
    () => {
        "($5 = '*' OR m.unit = $5) AND ($6 = '*' OR m.officer = $6) AND ($7 = '*' OR m.initiative = $7)"
    };
}

macro_rules! movement_columns {
    () => {
        "m.case_id, m.version, m.ordinal, m.agency, m.unit, m.officer, m.initiative, m.tag, m.line, m.month, m.change_date, \
         m.cases, m.dong, c.decision_number, c.decision_date"
    };
}

/// Movements that came late under tag $2 in the months $3 to $4, after the place $8 to $12, at most $13.
macro_rules! late {
    ($among:literal) => {
        concat!(
            "SELECT ",
            movement_columns!(),
            " FROM case_movement m JOIN enforcement_case c ON c.id = m.case_id WHERE m.agency ",
            $among,
            " AND m.late AND m.tag = $2 AND m.month >= $3 AND m.month <= $4 AND ",
            which!(),
            " AND (m.agency, m.month, m.case_id, m.version, m.ordinal) > ($8, $9, $10, $11, $12) \
             ORDER BY m.agency, m.month, m.case_id, m.version, m.ordinal LIMIT $13"
        )
    };
}

/// All of it: the stocks of the months before $2, under month $4, and what moved from $2 to $3, under $3; whatever the tag.
macro_rules! closing_sums {
    ($among:literal) => {
        concat!(
            "SELECT b.agency, b.unit, b.officer, b.initiative, b.tag, b.month, b.line, CAST(SUM(b.cases) AS BIGINT) AS cases, ",
            "CAST(SUM(b.dong) AS BIGINT) AS dong FROM (SELECT CASE WHEN month < $2 THEN $4 ELSE $3 END AS month, agency, unit, \
             officer, initiative, tag, line, cases, dong FROM case_book WHERE agency ",
            $among,
            " AND month <= $3 AND (month >= $2 OR line IN ('in_progress', 'postponed', 'suspended', 'no_conditions', 'separate'))) b \
             GROUP BY b.agency, b.unit, b.officer, b.initiative, b.tag, b.month, b.line"
        )
    };
}

texts! {
    SUMS_TO_CLOSE = of_agencies!(closing_sums);
    CLOSED_BOOKS = in_list!("SELECT agency, last_month, log_index FROM closed_books WHERE agency IN ", "");
    CLOSING_OF_PERIOD = Sql::both(
        "SELECT agency, period, agencies, digest, officer, closed_time, log_index FROM report_closing \
         WHERE agency = $1 AND period = $2"
    );
    CLOSINGS_OF_AGENCY = Sql::both(
        "SELECT agency, period, agencies, digest, officer, closed_time, log_index FROM report_closing \
         WHERE agency = $1 AND log_index < $2 ORDER BY log_index DESC LIMIT $3"
    );
    TARGETS_OF_YEAR = Sql::both(
        "SELECT agency, year, targets, version, officer, set_time, log_index FROM report_targets WHERE agency = $1 AND year = $2"
    );
    TARGETS_OF_AGENCY = Sql::both(
        "SELECT agency, year, targets, version, officer, set_time, log_index FROM report_targets \
         WHERE agency = $1 AND year < $2 ORDER BY year DESC LIMIT $3"
    );
    CAMPAIGN_OF_CODE = Sql::both(
        "SELECT agency, code, campaign, version, officer, set_time, log_index FROM report_campaign \
         WHERE agency = $1 AND code = $2"
    );
    CAMPAIGNS_OF_AGENCY = Sql::both(
        "SELECT agency, code, campaign, version, officer, set_time, log_index FROM report_campaign \
         WHERE agency = $1 AND code > $2 ORDER BY code LIMIT $3"
    );
    BOOK_OF_PERIOD = of_agencies!(book);
    MOVEMENTS_LATE = of_agencies!(late);
}
