//! The SQL texts of supervision. Which agencies are supervised comes in as a set, made by the one rule in `domain::supervision`.

use super::backend::Sql;
use super::sql::{request_columns, texts};

/// Requests `r` of which a party is in the JSON array $1.
macro_rules! of_supervised {
    ($after:expr) => {
        Sql::pair(
            concat!(
                "SELECT ",
                request_columns!(),
                " FROM enforcement_request r WHERE (r.sender IN (SELECT value FROM json_each($1)) ",
                "OR r.recipient IN (SELECT value FROM json_each($1)))",
                $after
            ),
            concat!(
                "SELECT ",
                request_columns!(),
                " FROM enforcement_request r ",
                "WHERE (r.sender IN (SELECT value FROM json_array_elements_text($1::json) AS value) ",
                "OR r.recipient IN (SELECT value FROM json_array_elements_text($1::json) AS value))",
                $after
            ),
        )
    };
}

macro_rules! read_columns {
    () => {
        "s.log_index, s.agency, s.officer, s.read_time, s.action, s.hours, s.cited, s.shown"
    };
}

/// Reads `s` that showed the request $2, older than $3, by agencies whose role is not in the JSON array $1.
macro_rules! reads_of_request {
    ($roles:literal) => {
        concat!(
            "SELECT ",
            read_columns!(),
            " FROM supervision_shown h JOIN supervision_read s ON s.log_index = h.log_index ",
            "JOIN agency a ON a.code = s.agency WHERE h.enforcement_request_id = $2 AND h.log_index < $3 ",
            "AND a.role NOT IN ",
            $roles,
            " ORDER BY h.log_index DESC LIMIT $4"
        )
    };
}

/// The day in Viet Nam (UTC+7, no summer time) of a read, as days since 1970-01-01.
macro_rules! day {
    () => {
        "((s.read_time + 25200000000) / 86400000000)"
    };
}

texts! {
    SUPERVISED_REQUEST = of_supervised!(" AND r.id = $2");
    SUPERVISED_PAGE = of_supervised!(
        " AND r.id < $2 AND ($3 = '' OR r.state = $3) AND ($4 = '' OR r.kind = $4) AND ($5 = '' OR r.sender = $5) \
         AND ($6 = '' OR r.recipient = $6) ORDER BY r.id DESC LIMIT $7"
    );
    READS_OF_REQUEST = Sql::pair(
        reads_of_request!("(SELECT value FROM json_each($1))"),
        reads_of_request!("(SELECT value FROM json_array_elements_text($1::json) AS value)")
    );
    READS_OF_AGENCY = Sql::both(concat!(
        "SELECT ", read_columns!(), " FROM supervision_read s WHERE s.agency = $1 AND s.log_index < $2 ",
        "AND ($3 = '' OR s.officer = $3) AND ($4 = '' OR EXISTS (SELECT 1 FROM supervision_shown h ",
        "WHERE h.log_index = s.log_index AND h.enforcement_request_id = $4)) ORDER BY s.log_index DESC LIMIT $5"
    ));
    SHOWN_BY_READS = Sql::pair(
        "SELECT log_index, enforcement_request_id FROM supervision_shown WHERE log_index IN \
         (SELECT value FROM json_each($1)) ORDER BY log_index, enforcement_request_id",
        "SELECT log_index, enforcement_request_id FROM supervision_shown WHERE log_index IN \
         (SELECT value::bigint FROM json_array_elements_text($1::json) AS value) \
         ORDER BY log_index, enforcement_request_id"
    );
    // $2 and $3: the first day and the last; $4 and $5: the day and officer of the last line before.
    READ_COUNTS = Sql::both(concat!(
        "SELECT ", day!(), " AS day, s.officer, COUNT(*) AS reads, CAST(SUM(s.shown) AS BIGINT) AS shown, ",
        "SUM(CASE WHEN s.hours = 'OFF' THEN 1 ELSE 0 END) AS off_hours, ",
        "SUM(CASE WHEN s.hours = 'UNKNOWN' THEN 1 ELSE 0 END) AS hours_unknown, ",
        "SUM(CASE WHEN s.cited THEN 0 ELSE 1 END) AS not_cited, ",
        "SUM(CASE WHEN s.shown = 0 THEN 1 ELSE 0 END) AS in_vain ",
        "FROM supervision_read s WHERE s.agency = $1 ",
        "AND s.read_time >= $2 * 86400000000 - 25200000000 AND s.read_time < (CAST($3 AS BIGINT) + 1) * 86400000000 - 25200000000 ",
        "AND (", day!(), ", s.officer) > ($4, $5) GROUP BY ", day!(), ", s.officer ORDER BY ", day!(), ", s.officer LIMIT $6"
    ));
}
