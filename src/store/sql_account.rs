//! The SQL texts of accounts: the key of their digests, and the documents that name them.

use super::backend::Sql;
use super::sql::{in_list, may_see, reaches_received, reaches_sent, texts};

macro_rules! documents_of_account {
    ($subjects:literal) => {
        concat!(
            "SELECT i.subject, i.log_index, e.action, e.hub_time FROM account_document i ",
            "JOIN event e ON e.log_index = i.log_index WHERE i.digest = $1 AND i.subject IN ",
            $subjects,
            " ORDER BY i.subject, i.log_index"
        )
    };
}

texts! {
    ACCOUNT_KEY = Sql::both("SELECT master, wrapped, indexed_from, hubs FROM account_key WHERE number = 1");
    ANY_ACCOUNT = Sql::both("SELECT log_index FROM account_document LIMIT 1");
    // $3: whether something could not be read: then every hub has all looked through again at its next start.
    ACCOUNTS_INDEXED = Sql::both(
        "UPDATE account_key SET indexed_from = $2, hubs = CASE WHEN CAST($3 AS BIGINT) = 0 THEN hubs ELSE '[]' END \
         WHERE number = 1 AND indexed_from = $1 RETURNING indexed_from"
    );
    ACCOUNTS_NOT_NAMED = Sql::both("UPDATE account_key SET indexed_from = $1 WHERE number = 1 RETURNING indexed_from");
    // What may name an account. An order to several stands once.
    DOCUMENTS_BETWEEN = Sql::both(
        "SELECT e.log_index, e.action, r.id, r.kind, r.kind_revision FROM event e \
         JOIN body b ON b.log_index = e.log_index JOIN enforcement_request r ON r.body_index = e.log_index \
         WHERE e.log_index >= $1 AND e.log_index < $2 AND e.action = 'submit' \
         UNION ALL SELECT e.log_index, e.action, r.id, r.kind, r.kind_revision FROM event e \
         JOIN body b ON b.log_index = e.log_index JOIN enforcement_request r ON r.id = e.subject \
         WHERE e.log_index >= $1 AND e.log_index < $2 AND e.action IN \
         ('answer_interim', 'answer_final', 'record_answer', 'report', 'correct') ORDER BY 1"
    );
    // $2: after this one; $3: the holder, or empty; $4 to $7: the viewer.
    SUBJECTS_OF_ACCOUNT = Sql::both(concat!(
        "SELECT DISTINCT i.subject FROM account_document i WHERE i.digest = $1 AND i.subject > $2 AND (EXISTS ",
        "(SELECT 1 FROM enforcement_request r WHERE r.id = i.subject AND ($3 = '' OR r.recipient = $3) AND ",
        may_see!(4, 5, 6, 7),
        ") OR ($5 = 'ALL' AND EXISTS (SELECT 1 FROM measure m WHERE m.id = i.subject AND (m.holder = $4 OR m.issuer = $4) ",
        "AND ($3 = '' OR m.holder = $3)))) ORDER BY i.subject LIMIT $8"
    ));
    DOCUMENTS_OF_ACCOUNT = Sql::pair(
        documents_of_account!("(SELECT value FROM json_each($2))"),
        documents_of_account!("(SELECT value FROM json_array_elements_text($2::json) AS value)"),
    );
    FORGET_ACCOUNTS = Sql::both(
        "DELETE FROM account_document WHERE log_index IN \
         (SELECT log_index FROM erased_content WHERE erasure_index = $1) RETURNING log_index"
    );
    FORGET_ACCOUNTS_BETWEEN = Sql::both(
        "DELETE FROM account_document WHERE log_index >= $1 AND log_index < $2 AND log_index IN \
         (SELECT log_index FROM erased_content WHERE log_index >= $1 AND log_index < $2) RETURNING log_index"
    );
    // Of these requests the entry of the newest report since the last dispute.
    NEWEST_REPORTS = in_list!(
        "SELECT e.subject, MAX(e.log_index) AS log_index FROM event e WHERE e.action = 'report' AND e.subject IN ",
        " AND NOT EXISTS (SELECT 1 FROM event d WHERE d.subject = e.subject AND d.version > e.version \
           AND d.action = 'dispute') GROUP BY e.subject"
    );
    FORGET_ACCOUNTS_AGAIN = Sql::both(
        "DELETE FROM account_document WHERE log_index IN (SELECT log_index FROM erased_content) RETURNING log_index"
    );
}
