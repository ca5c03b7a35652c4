//! Everything that the verifier asks of a database: plain SELECTs, the same text for SQLite and PostgreSQL, one for each table
//! that is evidence or a projection. An auditor can run each of them by hand.
//!
//! A new table comes in here with its columns; a test holds the list against the schema, so that none is forgotten.

/// A table, read whole in an order.
#[derive(Debug)]
pub struct Select {
    /// The table.
    pub table: &'static str,
    /// The text. Its columns stand in the order in which the verifier takes them apart.
    pub text: &'static str,
    /// The columns that name a row to people.
    pub key: &'static [&'static str],
    /// How many rows are fetched at a time: few where a row may hold megabytes.
    pub at_once: usize,
    /// Only the entries of this type.
    pub entry_type: Option<u8>,
}

impl Select {
    const fn of(table: &'static str, key: &'static [&'static str], text: &'static str) -> Self {
        Self {
            table,
            text,
            key,
            at_once: 128,
            entry_type: None,
        }
    }

    const fn few(self) -> Self {
        Self { at_once: 2, ..self }
    }

    const fn only(self, entry_type: u8) -> Self {
        Self {
            entry_type: Some(entry_type),
            ..self
        }
    }

    fn between(&self, from: &str, to: &str) -> impl Iterator<Item = &'static str> {
        let rest = self.text.split_once(from).map_or("", |(_, rest)| rest);
        let list = rest.split_once(to).map_or(rest, |(list, _)| list);
        list.split(", ").filter(|name| !name.is_empty())
    }

    /// Its columns, in the order of a row.
    pub fn columns(&self) -> Vec<&'static str> {
        self.between("SELECT ", " FROM ").collect()
    }

    /// The columns that it is ordered by.
    pub fn order(&self) -> Vec<&'static str> {
        self.between(" ORDER BY ", ";").collect()
    }

    /// Where these columns stand in a row.
    pub(super) fn places(&self, names: &[&str]) -> Vec<usize> {
        let columns = self.columns();
        let place = |name: &&str| columns.iter().position(|column| column == name);
        names.iter().filter_map(place).collect()
    }
}

pub(super) static LOG_ENTRY: Select = Select::of(
    "log_entry",
    &["log_index"],
    "SELECT log_index, leaf FROM log_entry ORDER BY log_index",
);

pub(super) static EVENT: Select = Select::of(
    "event",
    &["log_index"],
    "SELECT log_index, entry_type, subject, version, action, from_state, to_state, agency, officer, party, counterparty, \
     hub_time, details FROM event ORDER BY log_index",
);

pub(super) static REQUEST_EVENT: Select = Select::of(
    "event",
    &["log_index"],
    "SELECT log_index, entry_type, subject, version, action, from_state, to_state, agency, officer, party, counterparty, \
     hub_time, details FROM event WHERE entry_type = 1 ORDER BY subject, version, log_index",
)
.only(1);

pub(super) static BODY: Select = Select::of(
    "body",
    &["log_index"],
    "SELECT log_index, media_type, salt, content FROM body ORDER BY log_index",
)
.few();

pub(super) static CONTENT_KEY: Select = Select::of(
    "content_key",
    &["log_index"],
    "SELECT log_index, master, wrapped FROM content_key ORDER BY log_index",
);

pub(super) static CHECKPOINT: Select = Select::of(
    "checkpoint",
    &["tree_size"],
    "SELECT tree_size, root_hash, hub_time, hub_id, note_signature, seal_signature FROM checkpoint ORDER BY tree_size",
);

pub(super) static IDEMPOTENCY: Select = Select::of(
    "idempotency",
    &["log_index", "agency"],
    "SELECT agency, key, content_sha256, log_index, entry_count FROM idempotency ORDER BY log_index, agency, key",
);

pub(super) static ATTACHMENT: Select = Select::of(
    "attachment",
    &["id"],
    "SELECT id, owner, name, media_type, size, sha256, upload_time, log_index FROM attachment ORDER BY log_index, id",
);

pub(super) static ENFORCEMENT_REQUEST: Select = Select::of(
    "enforcement_request",
    &["id"],
    "SELECT id, broadcast_id, kind, kind_revision, sender, recipient, channel, lane, recipient_position, submit_index, \
     body_index, submit_time, state, version, update_time, registry_number, registered_time, assigned_unit, \
     assigned_officer, extended, outcome, answer_index, answer_count, due_time, register, served_time, measure_ended_by, \
     registered_by, sender_officer, sender_unit, erased_index, first_answer_index FROM enforcement_request ORDER BY id",
);

pub(super) static REQUEST_RELATION: Select = Select::of(
    "request_relation",
    &["enforcement_request_id", "relation", "related_id"],
    "SELECT enforcement_request_id, relation, related_id FROM request_relation \
     ORDER BY enforcement_request_id, relation, related_id",
);

pub(super) static REQUEST_ATTACHMENT: Select = Select::of(
    "request_attachment",
    &["enforcement_request_id", "log_index", "position"],
    "SELECT enforcement_request_id, log_index, position, document_id FROM request_attachment \
     ORDER BY enforcement_request_id, log_index, position",
);

pub(super) static DEADLINE: Select = Select::of(
    "deadline",
    &["enforcement_request_id", "name", "occurrence"],
    "SELECT enforcement_request_id, name, occurrence, status, due_time, state, agency, counterparty, duty, sort_time \
     FROM deadline \
     ORDER BY enforcement_request_id, name, occurrence",
);

pub(super) static NOTICE: Select = Select::of(
    "notice",
    &["drafted_index"],
    "SELECT enforcement_request_id, drafted_index, state, addressee, decided_index FROM notice \
     ORDER BY enforcement_request_id, drafted_index",
);

pub(super) static MAILBOX_ENTRY: Select = Select::of(
    "mailbox_entry",
    &["agency", "lane", "position", "log_index"],
    "SELECT enforcement_request_id, agency, lane, position, log_index, unit, officer, lifted FROM mailbox_entry \
     ORDER BY enforcement_request_id, agency, lane, position, log_index",
);

pub(super) static MAILBOX_HEAD: Select = Select::of(
    "mailbox_head",
    &["agency", "lane"],
    "SELECT agency, lane, last_position, delivered_position FROM mailbox_head ORDER BY agency, lane",
);

pub(super) static MEASURE: Select = Select::of(
    "measure",
    &["id"],
    "SELECT id, enforcement_request_id, kind, holder, issuer, decision_number, decision_date, decision_office, in_force, \
     amounts, since_time, ended_time, changed_by, taken FROM measure ORDER BY id",
);

pub(super) static REGISTER_COUNTER: Select = Select::of(
    "register_counter",
    &["agency", "register", "year"],
    "SELECT agency, register, year, last_number FROM register_counter ORDER BY agency, register, year",
);

pub(super) static RESPONSE_COUNT: Select = Select::of(
    "response_count",
    &["level", "agency", "month", "counterparty", "unit", "kind", "province"],
    "SELECT level, agency, month, counterparty, unit, kind, province, received, taken_over, handed_over, registered_in_time, registered_late, registered_untimed, \
     interim, answered_in_time, answered_late, answered_untimed, refused, answered_again, \
     answered_again_late, sent_back, sent_back_late, disputed, corrected, withdrawn, extended, paused, \
     duty_in_time, duty_late, own_in_time, own_late, paused_seconds \
     FROM response_count ORDER BY level, agency, month, counterparty, unit, kind, province",
);

pub(super) static RESPONSE_HISTOGRAM: Select = Select::of(
    "response_histogram",
    &["level", "agency", "month", "counterparty", "unit", "kind", "province"],
    "SELECT level, agency, month, counterparty, unit, kind, province, working, wall FROM response_histogram \
     ORDER BY level, agency, month, counterparty, unit, kind, province",
);

pub(super) static AGENCY: Select = Select::of(
    "agency",
    &["code"],
    "SELECT code, role, name, name_en, province_code, commune_code, parent, successor, channel, suspended, aliases, units, \
     version, territory FROM agency ORDER BY code",
);

pub(super) static OFFICER: Select = Select::of(
    "officer",
    &["agency", "id"],
    "SELECT agency, id, full_name, position, unit, valid_from, valid_to, scope FROM officer ORDER BY agency, id",
);

pub(super) static CREDENTIAL: Select = Select::of(
    "credential",
    &["fingerprint", "purpose"],
    "SELECT fingerprint, purpose, agency, certificate, not_before, not_after, registered_time, revoked_time, \
     officer FROM credential ORDER BY fingerprint, purpose",
);

pub(super) static CALENDAR_DAY: Select = Select::of(
    "calendar_day",
    &["date", "version"],
    "SELECT date, version, kind, name, basis, certainty, known_from, origin FROM calendar_day ORDER BY date, version",
);

pub(super) static HUB_KEY: Select = Select::of(
    "hub_key",
    &["public_keys"],
    "SELECT public_keys, registered_index, registered_time, retired_index, retired_time FROM hub_key ORDER BY public_keys",
);

pub(super) static TRUST_PAPER: Select = Select::of(
    "trust_paper",
    &["sha256"],
    "SELECT sha256, kind, authority_key, valid_from, valid_to, log_index FROM trust_paper ORDER BY sha256",
);

pub(super) static TREE_NODE: Select = Select::of(
    "tree_node",
    &["level", "position"],
    "SELECT level, position, hash FROM tree_node ORDER BY level, position",
);

pub(super) static READ_EVENT: Select = Select::of(
    "event",
    &["log_index"],
    "SELECT log_index, entry_type, subject, version, action, from_state, to_state, agency, officer, party, counterparty, \
     hub_time, details FROM event WHERE entry_type = 7 ORDER BY log_index",
)
.only(7);

pub(super) static SUPERVISION_READ: Select = Select::of(
    "supervision_read",
    &["log_index"],
    "SELECT log_index, agency, officer, read_time, action, hours, cited, shown FROM supervision_read ORDER BY log_index",
);

pub(super) static SUPERVISION_SHOWN: Select = Select::of(
    "supervision_shown",
    &["log_index", "enforcement_request_id"],
    "SELECT log_index, enforcement_request_id FROM supervision_shown ORDER BY log_index, enforcement_request_id",
);

pub(super) static ERASURE_EVENT: Select = Select::of(
    "event",
    &["log_index"],
    "SELECT log_index, entry_type, subject, version, action, from_state, to_state, agency, officer, party, counterparty, \
     hub_time, details FROM event WHERE entry_type = 8 ORDER BY subject, version, log_index",
)
.only(8);

pub(super) static ERASURE: Select = Select::of(
    "erasure",
    &["proposed_index"],
    "SELECT subject, proposed_index, body_index, agency, proposed_by, proposed_time, state, decided_index, decided_by, \
     decided_time FROM erasure ORDER BY subject, proposed_index",
);

pub(super) static ERASED_CONTENT: Select = Select::of(
    "erased_content",
    &["log_index", "erasure_index"],
    "SELECT log_index, erasure_index FROM erased_content ORDER BY log_index",
);

pub(super) static ERASED_BY: Select = Select::of(
    "erased_content",
    &["log_index", "erasure_index"],
    "SELECT log_index, erasure_index FROM erased_content ORDER BY erasure_index, log_index",
);

pub(super) static WEBHOOK_ENDPOINT: Select = Select::of(
    "webhook_endpoint",
    &["id"],
    "SELECT id, agency, url, lanes, actions, signing, keys, state, reason, registered_time, update_time, \
     version FROM webhook_endpoint ORDER BY id",
);

pub(super) static CASE_EVENT: Select = Select::of(
    "event",
    &["log_index"],
    "SELECT log_index, entry_type, subject, version, action, from_state, to_state, agency, officer, party, counterparty, \
     hub_time, details FROM event WHERE entry_type = 14 ORDER BY subject, version, log_index",
)
.only(14);

pub(super) static ENFORCEMENT_CASE: Select = Select::of(
    "enforcement_case",
    &["id"],
    "SELECT id, agency, decision_number, decision_date, initiative, opened_date, carried_over_from, transfer, status, ground, \
     since_date, verified_date, verify_every, obligations, tags, unit, officer, rest, due_date, due_kind, reminded_date, \
     version, update_time, body_index, item, booked_month, coercion_date FROM enforcement_case ORDER BY id",
);

pub(super) static CASE_MOVEMENT: Select = Select::of(
    "case_movement",
    &["case_id", "version", "ordinal"],
    "SELECT case_id, version, ordinal, agency, unit, officer, initiative, tag, line, month, change_date, late, cases, dong \
     FROM case_movement ORDER BY case_id, version, ordinal",
);

pub(super) static CASE_BOOK: Select = Select::of(
    "case_book",
    &["agency", "tag", "month", "line", "unit", "officer", "initiative"],
    "SELECT agency, tag, month, line, unit, officer, initiative, cases, dong FROM case_book \
     ORDER BY agency, tag, month, line, unit, officer, initiative",
);

pub(super) static CASE_REQUEST: Select = Select::of(
    "case_request",
    &["enforcement_request_id"],
    "SELECT enforcement_request_id, case_id, obligations, purpose, amount, costs, debited, debited_time, arrived FROM case_request \
     ORDER BY enforcement_request_id",
);

pub(super) static REPORT_CLOSING: Select = Select::of(
    "report_closing",
    &["agency", "period"],
    "SELECT agency, period, agencies, digest, officer, closed_time, log_index FROM report_closing ORDER BY agency, period",
);

pub(super) static CLOSED_BOOKS: Select = Select::of(
    "closed_books",
    &["agency"],
    "SELECT agency, last_month, log_index FROM closed_books ORDER BY agency",
);

pub(super) static REPORT_TARGETS: Select = Select::of(
    "report_targets",
    &["agency", "year"],
    "SELECT agency, year, targets, version, officer, set_time, log_index FROM report_targets ORDER BY agency, year",
);

pub(super) static REPORT_CAMPAIGN: Select = Select::of(
    "report_campaign",
    &["agency", "code"],
    "SELECT agency, code, campaign, version, officer, set_time, log_index FROM report_campaign ORDER BY agency, code",
);

pub(super) static LEDGER_HEAD: Select = Select::of(
    "ledger_head",
    &["id"],
    "SELECT id, tree_size, root_hash, frontier, hub_time, registry_version, calendar_version FROM ledger_head ORDER BY id",
);

/// Every table that is verified, each once.
pub static VERIFIED: &[&Select] = &[
    &LOG_ENTRY,
    &EVENT,
    &BODY,
    &CONTENT_KEY,
    &CHECKPOINT,
    &IDEMPOTENCY,
    &HUB_KEY,
    &TRUST_PAPER,
    &TREE_NODE,
    &LEDGER_HEAD,
    &ATTACHMENT,
    &ENFORCEMENT_REQUEST,
    &REQUEST_RELATION,
    &REQUEST_ATTACHMENT,
    &DEADLINE,
    &NOTICE,
    &MAILBOX_ENTRY,
    &MAILBOX_HEAD,
    &MEASURE,
    &REGISTER_COUNTER,
    &RESPONSE_COUNT,
    &RESPONSE_HISTOGRAM,
    &SUPERVISION_READ,
    &SUPERVISION_SHOWN,
    &ERASURE,
    &ERASED_CONTENT,
    &ENFORCEMENT_CASE,
    &CASE_REQUEST,
    &CASE_MOVEMENT,
    &CASE_BOOK,
    &REPORT_CLOSING,
    &CLOSED_BOOKS,
    &REPORT_TARGETS,
    &REPORT_CAMPAIGN,
    &AGENCY,
    &OFFICER,
    &CREDENTIAL,
    &CALENDAR_DAY,
    &WEBHOOK_ENDPOINT,
];

/// The name of every column of every table.
pub(super) static SQLITE_COLUMNS: &str =
    "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'";
/// The same on PostgreSQL.
pub(super) static POSTGRES_COLUMNS: &str = "SELECT table_name::text, column_name::text FROM information_schema.columns \
     WHERE table_schema = current_schema()";
/// Which state of the database this is: every write moves it.
pub(super) static STATE: &str = "SELECT tree_size, hub_time FROM ledger_head WHERE id = 1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_its_columns_and_its_order() {
        assert_eq!(LOG_ENTRY.columns(), ["log_index", "leaf"]);
        assert_eq!(REQUEST_EVENT.columns(), EVENT.columns());
        assert_eq!(READ_EVENT.columns(), EVENT.columns());
        assert_eq!(REQUEST_EVENT.order(), ["subject", "version", "log_index"]);
        for select in VERIFIED {
            let columns = select.columns();
            assert_eq!(select.places(select.key).len(), select.key.len(), "{}", select.table);
            assert!(
                select.order().iter().all(|name| columns.contains(name)),
                "{}",
                select.table
            );
        }
    }
}
