//! Every table: what it is for the auditor, and how rows are written.

use super::bulk::{
    ColumnType::{Bytes, Flag, Integer, Text},
    OnExisting, Table,
};

/// What a table is for the auditor (DESIGN section 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Its digest is in a leaf.
    Evidence,
    /// Equal to a replay of the events.
    Projection,
    /// Needed to run; no evidence.
    Operational,
}

/// Every table of the database with its class. A test holds this list against the real schema.
pub const TABLES: &[(&str, Class)] = &[
    ("_sqlx_migrations", Class::Operational),
    // They follow from sealed documents and a key that is not in the log.
    ("account_document", Class::Operational),
    ("account_key", Class::Operational),
    ("agency", Class::Projection),
    ("attachment", Class::Projection),
    ("body", Class::Evidence),
    ("calendar_day", Class::Projection),
    ("case_book", Class::Projection),
    ("case_movement", Class::Projection),
    ("case_request", Class::Projection),
    ("checkpoint", Class::Evidence),
    ("closed_books", Class::Projection),
    ("content_key", Class::Projection),
    ("credential", Class::Projection),
    ("deadline", Class::Projection),
    ("enforcement_case", Class::Projection),
    ("enforcement_request", Class::Projection),
    ("erased_content", Class::Evidence),
    ("erasure", Class::Projection),
    ("event", Class::Evidence),
    ("hub_key", Class::Projection),
    ("idempotency", Class::Evidence),
    ("job", Class::Operational),
    ("ledger_head", Class::Projection),
    ("log_entry", Class::Evidence),
    ("mailbox_cursor", Class::Operational),
    ("mailbox_entry", Class::Projection),
    ("mailbox_head", Class::Projection),
    ("measure", Class::Projection),
    ("notice", Class::Projection),
    ("officer", Class::Projection),
    ("operator_action", Class::Operational),
    ("register_counter", Class::Projection),
    ("report_campaign", Class::Projection),
    ("report_closing", Class::Projection),
    ("report_targets", Class::Projection),
    ("request_attachment", Class::Projection),
    ("request_relation", Class::Projection),
    ("response_count", Class::Projection),
    ("response_histogram", Class::Projection),
    ("supervision_read", Class::Projection),
    ("supervision_shown", Class::Evidence),
    ("timer", Class::Operational),
    ("tree_node", Class::Projection),
    ("trust_paper", Class::Projection),
    ("webhook_cursor", Class::Operational),
    ("webhook_delivery", Class::Operational),
    ("webhook_endpoint", Class::Projection),
    // A secret cannot follow from a log that everybody may read.
    ("webhook_key", Class::Operational),
];

macro_rules! table {
    ($name:ident, $text:literal, $on_existing:ident, [$($key:literal),*], { $($column:literal: $type:ident),* $(,)? }) => {
        pub(crate) static $name: Table = Table {
            name: $text,
            columns: &[$(($column, $type)),*],
            key: &[$($key),*],
            on_existing: OnExisting::$on_existing,
        };
    };
}

table!(LOG_ENTRY, "log_entry", Fail, ["log_index"], { "log_index": Integer, "leaf": Bytes });
table!(CHECKPOINT, "checkpoint", Fail, ["tree_size"], {
    "tree_size": Integer, "root_hash": Bytes, "hub_time": Integer, "hub_id": Text, "note_signature": Bytes,
    "seal_signature": Bytes,
});
table!(TREE_NODE, "tree_node", Fail, ["level", "position"], { "level": Integer, "position": Integer, "hash": Bytes });
table!(HUB_KEY, "hub_key", Replace, ["public_keys"], {
    "public_keys": Text, "registered_index": Integer, "registered_time": Integer, "retired_index": Integer,
    "retired_time": Integer,
});
table!(TRUST_PAPER, "trust_paper", Fail, ["sha256"], {
    "sha256": Bytes, "kind": Text, "authority_key": Bytes, "valid_from": Integer, "valid_to": Integer,
    "log_index": Integer,
});
table!(EVENT, "event", Fail, ["log_index"], {
    "log_index": Integer, "entry_type": Integer, "subject": Text, "version": Integer, "action": Text,
    "from_state": Text, "to_state": Text, "agency": Text, "officer": Text, "party": Text, "counterparty": Text,
    "hub_time": Integer, "details": Text,
});
table!(BODY, "body", Fail, ["log_index"], {
    "log_index": Integer, "media_type": Text, "salt": Bytes, "content": Bytes,
});
table!(CONTENT_KEY, "content_key", Replace, ["log_index"], { "log_index": Integer, "master": Text, "wrapped": Bytes });
table!(IDEMPOTENCY, "idempotency", Fail, ["agency", "key"], {
    "agency": Text, "key": Text, "content_sha256": Bytes, "log_index": Integer, "entry_count": Integer,
});
table!(ENFORCEMENT_REQUEST, "enforcement_request", Replace, ["id"], {
    "id": Text, "broadcast_id": Text, "kind": Text, "kind_revision": Integer, "sender": Text, "recipient": Text,
    "channel": Text, "lane": Text, "recipient_position": Integer, "submit_index": Integer, "body_index": Integer,
    "submit_time": Integer, "state": Text, "version": Integer, "update_time": Integer, "registry_number": Text,
    "registered_time": Integer, "assigned_unit": Text, "assigned_officer": Text, "extended": Flag, "outcome": Text,
    "answer_index": Integer, "answer_count": Integer, "due_time": Integer, "register": Text, "served_time": Integer,
    "measure_ended_by": Text, "registered_by": Text, "sender_officer": Text, "sender_unit": Text,
    "erased_index": Integer, "first_answer_index": Integer,
});
table!(REQUEST_RELATION, "request_relation", Fail, ["enforcement_request_id", "relation", "related_id"], {
    "enforcement_request_id": Text, "relation": Text, "related_id": Text,
});
table!(DEADLINE, "deadline", Replace, ["enforcement_request_id", "name", "occurrence"], {
    "enforcement_request_id": Text, "name": Text, "occurrence": Integer, "status": Text, "due_time": Integer,
    "state": Text, "agency": Text, "counterparty": Text, "duty": Text, "sort_time": Integer,
});
table!(MEASURE, "measure", Replace, ["id"], {
    "id": Text, "enforcement_request_id": Text, "kind": Text, "holder": Text, "issuer": Text,
    "decision_number": Text, "decision_date": Text, "decision_office": Text, "in_force": Flag, "amounts": Text,
    "since_time": Integer, "ended_time": Integer, "changed_by": Text, "taken": Text,
});
table!(REGISTER_COUNTER, "register_counter", Replace, ["agency", "register", "year"], {
    "agency": Text, "register": Text, "year": Integer, "last_number": Integer,
});
table!(MAILBOX_HEAD, "mailbox_head", Replace, ["agency", "lane"], {
    "agency": Text, "lane": Text, "last_position": Integer, "delivered_position": Integer,
});
table!(MAILBOX_ENTRY, "mailbox_entry", Fail, ["agency", "lane", "position", "log_index"], {
    "agency": Text, "lane": Text, "position": Integer, "log_index": Integer, "enforcement_request_id": Text,
    "unit": Text, "officer": Text, "lifted": Flag,
});
table!(MAILBOX_CURSOR, "mailbox_cursor", Replace, ["agency", "name", "lane"], {
    "agency": Text, "name": Text, "lane": Text, "position": Integer,
});
table!(AGENCY, "agency", Replace, ["code"], {
    "code": Text, "role": Text, "name": Text, "name_en": Text, "province_code": Text, "commune_code": Text,
    "parent": Text, "successor": Text, "channel": Text, "suspended": Flag, "aliases": Text, "units": Text,
    "version": Integer, "territory": Text,
});
table!(OFFICER, "officer", Replace, ["agency", "id"], {
    "agency": Text, "id": Text, "full_name": Text, "position": Text, "unit": Text, "valid_from": Text,
    "valid_to": Text, "scope": Text,
});
table!(CREDENTIAL, "credential", Replace, ["fingerprint", "purpose"], {
    "fingerprint": Bytes, "purpose": Text, "agency": Text, "certificate": Bytes, "not_before": Integer,
    "not_after": Integer, "registered_time": Integer, "revoked_time": Integer, "officer": Text,
});
table!(CALENDAR_DAY, "calendar_day", Fail, ["date", "version"], {
    "date": Text, "version": Integer, "kind": Text, "name": Text, "basis": Text, "certainty": Text, "known_from": Text,
    "origin": Text,
});
table!(OPERATOR_ACTION, "operator_action", Fail, ["id"], { "id": Text, "action": Text, "details": Text });
table!(JOB, "job", Replace, ["name"], { "name": Text, "version": Integer, "position": Text });

table!(ATTACHMENT, "attachment", Fail, ["id"], {
    "id": Text, "owner": Text, "name": Text, "media_type": Text, "size": Integer, "sha256": Bytes,
    "upload_time": Integer, "log_index": Integer,
});
table!(REQUEST_ATTACHMENT, "request_attachment", Fail, ["enforcement_request_id", "log_index", "position"], {
    "enforcement_request_id": Text, "log_index": Integer, "position": Integer, "document_id": Text,
});

table!(SUPERVISION_READ, "supervision_read", Fail, ["log_index"], {
    "log_index": Integer, "agency": Text, "officer": Text, "read_time": Integer, "action": Text, "hours": Text,
    "cited": Flag, "shown": Integer,
});
table!(SUPERVISION_SHOWN, "supervision_shown", Fail, ["log_index", "enforcement_request_id"], {
    "log_index": Integer, "enforcement_request_id": Text,
});

table!(ERASURE, "erasure", Replace, ["proposed_index"], {
    "proposed_index": Integer, "subject": Text, "body_index": Integer, "agency": Text, "proposed_by": Text,
    "proposed_time": Integer, "state": Text, "decided_index": Integer, "decided_by": Text, "decided_time": Integer,
});
table!(ERASED_CONTENT, "erased_content", Fail, ["log_index"], { "log_index": Integer, "erasure_index": Integer });

table!(RESPONSE_COUNT, "response_count", Add, ["level", "agency", "month", "counterparty", "unit", "kind", "province"], {
    "level": Text, "agency": Text, "month": Text, "counterparty": Text, "unit": Text, "kind": Text, "province": Text,
    "received": Integer, "taken_over": Integer, "handed_over": Integer, "registered_in_time": Integer,
    "registered_late": Integer, "registered_untimed": Integer, "interim": Integer, "answered_in_time": Integer,
    "answered_late": Integer, "answered_untimed": Integer, "refused": Integer, "answered_again": Integer,
    "answered_again_late": Integer, "sent_back": Integer, "sent_back_late": Integer, "disputed": Integer,
    "corrected": Integer, "withdrawn": Integer, "extended": Integer, "paused": Integer, "duty_in_time": Integer,
    "duty_late": Integer, "own_in_time": Integer, "own_late": Integer, "paused_seconds": Integer,
});
table!(RESPONSE_HISTOGRAM, "response_histogram", Replace, ["level", "agency", "month", "counterparty", "unit", "kind", "province"], {
    "level": Text, "agency": Text, "month": Text, "counterparty": Text, "unit": Text, "kind": Text, "province": Text,
    "working": Bytes, "wall": Bytes,
});

table!(WEBHOOK_ENDPOINT, "webhook_endpoint", Replace, ["id"], {
    "id": Text, "agency": Text, "url": Text, "lanes": Text, "actions": Text, "signing": Text, "keys": Text, "state": Text,
    "reason": Text, "registered_time": Integer, "update_time": Integer, "version": Integer,
});
table!(WEBHOOK_KEY, "webhook_key", Replace, ["endpoint_id", "number"], {
    "endpoint_id": Text, "number": Integer, "master": Text, "wrapped": Bytes,
});
table!(WEBHOOK_CURSOR, "webhook_cursor", Replace, ["endpoint_id", "lane"], {
    "endpoint_id": Text, "lane": Text, "position": Integer, "failed": Integer, "next_time": Integer, "lease_owner": Text,
    "lease_until": Integer,
});
table!(WEBHOOK_DELIVERY, "webhook_delivery", Replace, ["endpoint_id", "lane", "position"], {
    "endpoint_id": Text, "lane": Text, "position": Integer, "log_index": Integer, "delivered": Flag, "attempts": Integer,
    "first_time": Integer, "last_time": Integer, "outcome": Text, "status": Integer,
});
table!(ENFORCEMENT_CASE, "enforcement_case", Replace, ["id"], {
    "id": Text, "agency": Text, "decision_number": Text, "decision_date": Text, "initiative": Text, "opened_date": Text,
    "carried_over_from": Text, "transfer": Text, "status": Text, "ground": Text, "since_date": Text, "verified_date": Text,
    "verify_every": Text, "obligations": Text, "tags": Text, "unit": Text, "officer": Text, "rest": Integer,
    "due_date": Text, "due_kind": Text, "reminded_date": Text, "version": Integer, "update_time": Integer,
    "body_index": Integer, "item": Integer, "booked_month": Text, "coercion_date": Text,
});
table!(CASE_MOVEMENT, "case_movement", Fail, ["case_id", "version", "ordinal"], {
    "case_id": Text, "version": Integer, "ordinal": Integer, "agency": Text, "unit": Text, "officer": Text, "initiative": Text,
    "tag": Text, "line": Text, "month": Text, "change_date": Text, "late": Flag, "cases": Integer, "dong": Integer,
});
table!(CASE_BOOK, "case_book", Add, ["agency", "tag", "month", "line", "unit", "officer", "initiative"], {
    "agency": Text, "tag": Text, "month": Text, "line": Text, "unit": Text, "officer": Text, "initiative": Text,
    "cases": Integer, "dong": Integer,
});
table!(CASE_REQUEST, "case_request", Replace, ["enforcement_request_id"], {
    "enforcement_request_id": Text, "case_id": Text, "obligations": Text, "purpose": Text, "amount": Integer, "costs": Integer,
    "debited": Integer, "debited_time": Integer, "arrived": Integer,
});
table!(REPORT_CLOSING, "report_closing", Fail, ["agency", "period"], {
    "agency": Text, "period": Text, "agencies": Text, "digest": Bytes, "officer": Text, "closed_time": Integer, "log_index": Integer,
});
table!(CLOSED_BOOKS, "closed_books", Replace, ["agency"], { "agency": Text, "last_month": Text, "log_index": Integer });
table!(REPORT_TARGETS, "report_targets", Replace, ["agency", "year"], {
    "agency": Text, "year": Integer, "targets": Text, "version": Integer, "officer": Text, "set_time": Integer, "log_index": Integer,
});
table!(REPORT_CAMPAIGN, "report_campaign", Replace, ["agency", "code"], {
    "agency": Text, "code": Text, "campaign": Text, "version": Integer, "officer": Text, "set_time": Integer, "log_index": Integer,
});
table!(TIMER, "timer", Replace, ["enforcement_request_id"], { "enforcement_request_id": Text, "due_time": Integer });
table!(NOTICE, "notice", Replace, ["drafted_index"], {
    "drafted_index": Integer, "enforcement_request_id": Text, "state": Text, "addressee": Text, "decided_index": Integer,
});

table!(ACCOUNT_KEY, "account_key", Replace, ["number"], {
    "number": Integer, "master": Text, "wrapped": Bytes, "indexed_from": Integer, "hubs": Text,
});
table!(ACCOUNT_DOCUMENT, "account_document", Replace, ["digest", "subject", "log_index"], {
    "digest": Text, "subject": Text, "log_index": Integer,
});
table!(LEDGER_HEAD, "ledger_head", Replace, ["id"], {
    "id": Integer, "tree_size": Integer, "root_hash": Bytes, "frontier": Bytes, "hub_time": Integer,
    "registry_version": Integer, "calendar_version": Integer,
});

/// The tables that the ledger writes in bulk.
pub(crate) static WRITTEN: &[&Table] = &[
    &LOG_ENTRY,
    &CHECKPOINT,
    &TREE_NODE,
    &HUB_KEY,
    &TRUST_PAPER,
    &EVENT,
    &BODY,
    &CONTENT_KEY,
    &IDEMPOTENCY,
    &ENFORCEMENT_REQUEST,
    &REQUEST_RELATION,
    &DEADLINE,
    &MEASURE,
    &REGISTER_COUNTER,
    &MAILBOX_HEAD,
    &MAILBOX_ENTRY,
    &MAILBOX_CURSOR,
    &AGENCY,
    &OFFICER,
    &CREDENTIAL,
    &ATTACHMENT,
    &REQUEST_ATTACHMENT,
    &SUPERVISION_READ,
    &SUPERVISION_SHOWN,
    &ERASURE,
    &ERASED_CONTENT,
    &RESPONSE_COUNT,
    &RESPONSE_HISTOGRAM,
    &ENFORCEMENT_CASE,
    &CASE_REQUEST,
    &CASE_MOVEMENT,
    &CASE_BOOK,
    &REPORT_CLOSING,
    &CLOSED_BOOKS,
    &REPORT_TARGETS,
    &REPORT_CAMPAIGN,
    &NOTICE,
    &CALENDAR_DAY,
    &TIMER,
    &JOB,
    &OPERATOR_ACTION,
    &WEBHOOK_ENDPOINT,
    &WEBHOOK_KEY,
    &WEBHOOK_CURSOR,
    &WEBHOOK_DELIVERY,
    &ACCOUNT_KEY,
    &ACCOUNT_DOCUMENT,
];

/// The tables that nearly every batch writes, in the order in which the ledger gives them.
pub(crate) static TOGETHER: &[&Table] = &[
    &BODY,
    &CONTENT_KEY,
    &EVENT,
    &LOG_ENTRY,
    &IDEMPOTENCY,
    &ENFORCEMENT_REQUEST,
    &DEADLINE,
    &TIMER,
    &MAILBOX_ENTRY,
    &MAILBOX_HEAD,
    &CHECKPOINT,
];
