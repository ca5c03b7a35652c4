//! The SQL texts of cases against the requests that publish debtors.

use super::backend::Sql;
use super::sql::texts;

/// Whether the request `r` of the case `q.case_id` was posted and nobody said since that it no longer is. CROSS JOIN keeps SQLite from
/// beginning with all requests of the kind.
macro_rules! is_posted {
    () => {
        "r.outcome = 'POSTED' AND NOT EXISTS (SELECT 1 FROM request_relation n CROSS JOIN enforcement_request e \
           WHERE e.id = n.enforcement_request_id AND n.related_id = r.id AND e.kind = 'debtor-publication-change' \
           AND e.outcome IN ('ENDED', 'NOTHING_POSTED')) \
         AND NOT EXISTS (SELECT 1 FROM case_request x CROSS JOIN enforcement_request e WHERE e.id = x.enforcement_request_id \
           AND x.case_id = q.case_id AND e.kind = 'debtor-publication-change' AND e.outcome IN ('ENDED', 'NOTHING_POSTED') \
           AND e.recipient = r.recipient AND e.submit_time >= r.submit_time)"
    };
}

/// Whether a clock of that duty of the request `r` was missed.
macro_rules! was_late {
    ($duty:literal) => {
        concat!(
            "CASE WHEN EXISTS (SELECT 1 FROM deadline d WHERE d.enforcement_request_id = r.id AND d.duty = '",
            $duty,
            "' AND d.status = 'BREACHED') THEN 1 ELSE 0 END"
        )
    };
}

/// The cases `c` of agency $1, unit $3 and officer $4 that are without conditions or published, and how each stands to that; a case
/// that is so since $2 or later still has time. Words are those of `Publicity` in `domain/report/publications.rs`.
macro_rules! publicities {
    () => {
        concat!(
            "(SELECT c.id, c.decision_number, c.decision_date, c.status, c.ground, c.since_date, c.unit, c.officer, ",
            "CASE WHEN c.status NOT IN ('NO_CONDITIONS', 'SEPARATE_REGISTER') THEN 'still_public' WHEN p.posted = 1 THEN 'published' ",
            "WHEN p.waiting = 1 THEN 'sent' WHEN c.status = 'NO_CONDITIONS' AND c.since_date >= $2 THEN 'not_due' ELSE 'missing' END AS publicity, ",
            "CAST(COALESCE(p.sent_late, 0) AS BIGINT) AS sent_late, CAST(COALESCE(p.posted_late, 0) AS BIGINT) AS posted_late, p.request ",
            "FROM enforcement_case c LEFT JOIN (SELECT u.case_id, MAX(u.posted) AS posted, MAX(u.waiting) AS waiting, ",
            "MAX(CASE WHEN u.posted = 1 OR u.waiting = 1 THEN u.sent_late ELSE 0 END) AS sent_late, ",
            "MAX(CASE WHEN u.posted = 1 THEN u.posted_late ELSE 0 END) AS posted_late, MAX(u.id) AS request FROM (",
            "SELECT q.case_id, r.id, CASE WHEN ",
            is_posted!(),
            " THEN 1 ELSE 0 END AS posted, CASE WHEN r.outcome IS NULL AND r.state NOT IN ('RETURNED', 'WITHDRAWN', 'CLOSED') THEN 1 ELSE 0 END AS waiting, ",
            was_late!("OWN"),
            " AS sent_late, ",
            was_late!("ANSWER"),
            " AS posted_late FROM enforcement_request r JOIN case_request q ON q.enforcement_request_id = r.id ",
            "WHERE r.sender = $1 AND r.kind = 'debtor-publication') u GROUP BY u.case_id) p ON p.case_id = c.id ",
            "WHERE c.agency = $1 AND (c.status IN ('NO_CONDITIONS', 'SEPARATE_REGISTER') OR p.posted = 1) ",
            "AND ($3 = '' OR ($3 = '-' AND c.unit IS NULL) OR c.unit = $3) AND ($4 = '' OR ($4 = '-' AND c.officer IS NULL) OR c.officer = $4)) v"
        )
    };
}

macro_rules! counts {
    ($division:literal) => {
        concat!(
            "SELECT v.",
            $division,
            " AS division, v.publicity, COUNT(*) AS cases, CAST(SUM(v.sent_late) AS BIGINT) AS sent_late, ",
            "CAST(SUM(v.posted_late) AS BIGINT) AS posted_late FROM ",
            publicities!(),
            " GROUP BY v.",
            $division,
            ", v.publicity ORDER BY 1, 2"
        )
    };
}

texts! {
    PUBLICITIES_BY_UNIT = Sql::both(counts!("unit"));
    PUBLICITIES_BY_OFFICER = Sql::both(counts!("officer"));
    // $5: how they stand, each between commas; $6: what must have been late, empty for anything; after $7; $8: how many.
    PUBLICITY_PAGE = Sql::both(concat!(
        "SELECT v.id, v.decision_number, v.decision_date, v.status, v.ground, v.since_date, v.publicity, v.sent_late, v.posted_late, v.request FROM ",
        publicities!(),
        " WHERE $5 LIKE '%,' || v.publicity || ',%' AND ($6 = '' OR ($6 = 'sent' AND v.sent_late = 1) OR ($6 = 'posted' AND v.posted_late = 1)) AND v.id > $7 ORDER BY v.id LIMIT $8"
    ));
    PUBLICATIONS_OF_NO_CASE = Sql::both(
        "SELECT COUNT(*) AS requests FROM enforcement_request r WHERE r.sender = $1 AND r.kind = 'debtor-publication' \
         AND r.state NOT IN ('RETURNED', 'WITHDRAWN') \
         AND NOT EXISTS (SELECT 1 FROM case_request q WHERE q.enforcement_request_id = r.id)"
    );
}
