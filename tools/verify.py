#!/usr/bin/env python3
"""A second verifier, written from the documents (docs/verify.md, src/evidence/leaf.rs) and not from the first one's code.

    tools/verify.py database hub.db [--checkpoint FILE [--witness-keys FILE]] [-o json]
    tools/verify.py receipt FILE --hub-keys FILE [--document FILE] [--witness-keys FILE]
    tools/verify.py bundle DIR [--hub-keys FILE] [-o json]
    tools/verify.py silence FILE --hub-keys FILE [--witness-keys FILE]

Receipts and bundles are in verify_evidence.py beside it, certificates of silence in verify_silence.py, witnesses in verify_witness.py, certificates in verify_der.py. Python's standard library alone; signatures are checked by the
`openssl` command. Of databases SQLite only: it holds them in memory. Exit status as `lienthong verify`: 0 sound, 1 damage was found, 2 it cannot be read, or wrong usage.
"""

import argparse
import base64
import functools
import hashlib
import json
import os
import re
import sqlite3
import struct
import subprocess
import sys
import tempfile
import urllib.parse
from datetime import datetime, timedelta, timezone

import verify_cases
import verify_reports
import verify_content
import verify_der

try:
    import tomllib
except ImportError:
    # Before Python 3.11: the kinds of a catalogue are not held against its files.
    tomllib = None

REQUEST, REGISTRY, DELIVERY, CALENDAR, MEASURE, DOCUMENT, READ, ERASURE, CATALOGUE, OPERATOR, HUB_KEY, TRUST = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
CASE, SUSPENSION, WEBHOOK, REPORT, CLOCK = 14, 15, 16, 17, 18
TYPES = (REQUEST, REGISTRY, DELIVERY, CALENDAR, MEASURE, DOCUMENT, READ, ERASURE, CATALOGUE, OPERATOR, HUB_KEY, TRUST, CASE,
         SUSPENSION, WEBHOOK, REPORT, CLOCK)
OPEN_STATES = ("SUBMITTED", "ACKNOWLEDGED", "CLARIFYING", "WITHDRAWAL_PENDING")
NO_CONTENT = bytes(32)
VIET_NAM = timezone(timedelta(hours=7))

# Every table that is evidence or a projection: its columns, and how many of the first are its key.
TABLES = {
    "log_entry": (1, "log_index leaf"),
    "event": (1, "log_index entry_type subject version action from_state to_state agency officer party counterparty "
                 "hub_time details"),
    "body": (1, "log_index media_type salt content"),
    "content_key": (1, "log_index master wrapped"),
    "checkpoint": (1, "tree_size root_hash hub_time hub_id note_signature seal_signature"),
    "idempotency": (2, "agency key content_sha256 log_index entry_count"),
    "hub_key": (1, "public_keys registered_index registered_time retired_index retired_time"),
    "trust_paper": (1, "sha256 kind authority_key valid_from valid_to log_index"),
    "tree_node": (2, "level position hash"),
    "ledger_head": (1, "id tree_size root_hash frontier hub_time registry_version calendar_version"),
    "agency": (1, "code role name name_en province_code commune_code parent successor channel suspended aliases units "
                  "version territory"),
    "officer": (2, "agency id full_name position unit valid_from valid_to scope"),
    "credential": (2, "fingerprint purpose agency certificate not_before not_after registered_time revoked_time officer"),
    "calendar_day": (2, "date version kind name basis certainty known_from origin"),
    "attachment": (1, "id owner name media_type size sha256 upload_time log_index"),
    "enforcement_request": (1, "id broadcast_id kind kind_revision sender recipient channel lane recipient_position "
                               "submit_index body_index submit_time state version update_time registry_number "
                               "registered_time assigned_unit assigned_officer extended outcome answer_index answer_count "
                               "due_time register served_time measure_ended_by registered_by sender_officer sender_unit "
                               "erased_index first_answer_index"),
    "request_relation": (3, "enforcement_request_id relation related_id"),
    "request_attachment": (3, "enforcement_request_id log_index position document_id"),
    "deadline": (3, "enforcement_request_id name occurrence status due_time state agency counterparty duty sort_time"),
    "notice": (1, "drafted_index enforcement_request_id state addressee decided_index"),
    "mailbox_entry": (4, "agency lane position log_index enforcement_request_id unit officer lifted"),
    "mailbox_head": (2, "agency lane last_position delivered_position"),
    "measure": (1, "id enforcement_request_id kind holder issuer decision_number decision_date decision_office in_force "
                   "amounts since_time ended_time changed_by taken"),
    "register_counter": (3, "agency register year last_number"),
    "response_count": (7, "level agency month counterparty unit kind province "
                          "received taken_over handed_over registered_in_time registered_late registered_untimed "
                          "interim answered_in_time answered_late answered_untimed refused answered_again "
                          "answered_again_late sent_back sent_back_late disputed corrected withdrawn extended "
                          "paused duty_in_time duty_late own_in_time own_late paused_seconds"),
    "response_histogram": (7, "level agency month counterparty unit kind province working wall"),
    "supervision_read": (1, "log_index agency officer read_time action hours cited shown"),
    "supervision_shown": (2, "log_index enforcement_request_id"),
    "erasure": (1, "proposed_index subject body_index agency proposed_by proposed_time state decided_index decided_by "
                   "decided_time"),
    "erased_content": (2, "log_index erasure_index"),
    "webhook_endpoint": (1, "id agency url lanes actions signing keys state reason registered_time update_time version"),
    "enforcement_case": (1, "id agency decision_number decision_date initiative opened_date carried_over_from transfer status "
                            "ground since_date verified_date verify_every obligations tags unit officer rest due_date due_kind "
                            "reminded_date version update_time body_index item booked_month coercion_date"),
    "case_request": (1, "enforcement_request_id case_id obligations purpose amount costs debited debited_time arrived"),
    "case_movement": (3, "case_id version ordinal agency unit officer initiative tag line month change_date late cases dong"),
    "case_book": (7, "agency tag month line unit officer initiative cases dong"),
    "report_closing": (2, "agency period agencies digest officer closed_time log_index"),
    "closed_books": (1, "agency last_month log_index"),
    "report_targets": (2, "agency year targets version officer set_time log_index"),
    "report_campaign": (2, "agency code campaign version officer set_time log_index"),
}

# What operators do, and what is said of each action.
def _count(value):
    return type(value) is int and value >= 0


def _text(value):
    return isinstance(value, str)


def _flag(value):
    return isinstance(value, bool)


def _or_none(check):
    return lambda value: value is None or check(value)


_LOG = {"tree_size": _count, "root_hash": _text, "rows": _count}
OPERATOR_FACTS = {
    "hub_start": {"hub_id": _text, "signer": _text, "settings_sha256": _or_none(_text), "master_key": _or_none(_text),
                  "schema_version": _count,
                  "tree_size": _count, "read_only": _or_none(_text)},
    "hub_stop": {"signer": _text, "drained": _flag},
    "backup": dict(_LOG, documents=_count, document_bytes=_count, documents_missing=_count, tree_fits=_flag,
                   manifest_sha256=_text),
    "restore": dict(_LOG, documents=_count, manifest_sha256=_text, made_time=_text, made_by=_text, made_from=_text),
    "copy_in": dict(_LOG, **{"from": _text}),
    "copy_out": dict(_LOG, to=_text),
    "migrate": {"from": _or_none(_count), "to": _count},
}

# The members of a clock, in the order in which they are written.
CLOCK_MEMBERS = ("name occurrence obligor status starts_on start due stopped stopped_by limit extendable_to extended_to stops_on "
                 "done_at done_at_required pauses_on fired suspensions basis nature certainty regime calendar_version").split()


class Unreadable(Exception):
    """The database or file cannot be read: status 2."""


class Impossible(Exception):
    """An event cannot follow what went before."""


# ---- bytes ----------------------------------------------------------------------------------------------------------------


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def row_digest(values):
    """Each column: 0 for NULL; else 1 text, 2 integer, 3 bytes, then the length (4 bytes, big-endian) and the bytes."""
    parts = []
    for value in values:
        if value is None:
            parts.append(b"\0")
            continue
        if isinstance(value, str):
            tag, content = 1, value.encode()
        elif isinstance(value, int):
            tag, content = 2, struct.pack(">q", value)
        elif isinstance(value, bytes):
            tag, content = 3, value
        else:
            return None
        parts.append(struct.pack(">BI", tag, len(content)) + content)
    return sha256(*parts)


def leaf_of(data):
    """The fields of a leaf of version 1, or None."""
    if not isinstance(data, bytes) or data[:4] != b"LTL\x01" or len(data) < 29:
        return None
    entry_type = data[4]
    log_index, hub_time, version = struct.unpack(">Qqq", data[5:29])
    rest, texts = data[29:], []
    for _ in range(7):
        if len(rest) < 2:
            return None
        (length,) = struct.unpack(">H", rest[:2])
        if len(rest) < 2 + length:
            return None
        try:
            texts.append(rest[2:2 + length].decode())
        except UnicodeDecodeError:
            return None
        rest = rest[2 + length:]
    if len(rest) != 64 or entry_type not in TYPES:
        return None
    names = ("subject", "action", "from_state", "to_state", "agency", "officer", "counterparty")
    leaf = dict(zip(names, texts))
    leaf.update(entry_type=entry_type, log_index=log_index, hub_time=hub_time, version=version)
    leaf.update(content_digest=rest[:32], row_digest=rest[32:])
    return leaf


class Tree:
    """RFC 6962: a leaf is hashed behind 0x00, a node behind 0x01. The frontier holds the perfect subtrees, largest first."""

    def __init__(self):
        self.size, self.frontier = 0, []

    def append(self, leaf):
        digest, size = sha256(b"\0", leaf), self.size
        while size & 1:
            digest = sha256(b"\1", self.frontier.pop(), digest)
            size >>= 1
        self.frontier.append(digest)
        self.size += 1

    def root(self):
        if not self.frontier:
            return sha256()
        root = self.frontier[-1]
        for left in reversed(self.frontier[:-1]):
            root = sha256(b"\1", left, root)
        return root


def text_of(value):
    """JSON as the hub writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# ---- reading --------------------------------------------------------------------------------------------------------------


def decode(raw):
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return ("no text", raw)


def read(path):
    """Every table as a list of rows, each a dict, in one state of the database."""
    try:
        with open(path, "rb"):
            pass
        connection = sqlite3.connect(f"file:{urllib.parse.quote(path)}?mode=ro", uri=True, isolation_level=None)
        connection.text_factory = decode
        connection.execute("BEGIN")
        tables = {}
        for table, (_, columns) in TABLES.items():
            names = columns.split()
            there = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            strange = sorted(set(there) ^ set(names))
            if strange:
                raise Unreadable(f"another schema: {table}.{strange[0]}")
            rows = connection.execute(f"SELECT {', '.join(names)} FROM {table}")
            tables[table] = [dict(zip(names, row)) for row in rows]
        connection.close()
        return tables
    except (OSError, sqlite3.Error) as error:
        raise Unreadable(str(error)) from error


def read_checkpoint(path):
    """Origin, size and root of a signed note."""
    try:
        with open(path, encoding="utf-8") as file:
            origin, size, root = file.read().splitlines()[:3]
        size, root = int(size), base64.b64decode(root, validate=True)
        if not origin or size < 0 or len(root) != 32:
            raise ValueError("three lines: origin, size, root")
        return origin, size, root
    except (OSError, ValueError) as error:
        raise Unreadable(f"--checkpoint: {error}") from error


# ---- verdict --------------------------------------------------------------------------------------------------------------


class Faults(list):
    def add(self, table, row, code):
        self.append({"table": table, "row": row, "code": code})


def key_text(table, row):
    count, columns = TABLES[table]
    return ", ".join(f"{name}={row.get(name)!r}" for name in columns.split()[:count])


def compare(table, expected, stored, faults):
    """Sets of rows by key: what is missing, added or different."""
    count, columns = TABLES[table]
    names = columns.split()

    def keyed(rows):
        sorted_out = {}
        for row in rows:
            key = tuple((type(row[name]).__name__, row[name]) for name in names[:count])
            sorted_out.setdefault(key, []).append(tuple(row[name] for name in names))
        return sorted_out

    must, has = keyed(expected), keyed(stored)
    for key in sorted(must.keys() | has.keys(), key=repr):
        left, right = must.get(key, []), has.get(key, [])
        # 1 == True and 0 == False in Python, but not 1 == "1": the types of the key and of the values are compared by repr.
        if sorted(map(repr, left)) == sorted(map(repr, right)):
            continue
        code = "MISSING" if not right else "ADDED" if not left else "DIFFERS"
        faults.add(table, key_text(table, dict(zip(names, (right or left)[0]))), code)


# ---- the log --------------------------------------------------------------------------------------------------------------


class Log:
    """What the log says, entry by entry."""

    def __init__(self, tables, faults, masters):
        self.tables, self.faults, self.masters = tables, faults, masters
        self.tree, self.roots = Tree(), [sha256()]
        self.events, self.hashes, self.sound = [], [], True
        self.hub_time = 0

    def by(self, table, column):
        found = {}
        for row in self.tables[table]:
            found.setdefault((type(row[column]).__name__, row[column]), []).append(row)
        return found

    def check(self):
        entries = sorted(self.tables["log_entry"], key=lambda row: repr(type(row["log_index"])) + f"{row['log_index']!s:>20}")
        names = ("event", "body", "content_key", "idempotency")
        beside = {name: self.by(name, "log_index") for name in names}
        for place, row in enumerate(entries):
            leaf = row["leaf"]
            if row["log_index"] != place or not isinstance(leaf, bytes):
                self.faults.add("log_entry", f"log_index={place}", "NOT_DENSE")
                self.sound = False
                return
            self.tree.append(leaf)
            self.hashes.append(sha256(b"\0", leaf))
            self.roots.append(self.tree.root())
            self.entry(place, leaf, *(beside[name].pop(("int", place), []) for name in names))
        for table, rest in beside.items():
            for rows in rest.values():
                for row in rows:
                    self.faults.add(table, key_text(table, row), "ADDED")
                    self.sound = self.sound and table != "event"

    def entry(self, place, data, events, bodies, content_keys, keys):
        name = f"log_index={place}"
        leaf = leaf_of(data)
        if leaf is None or len(events) != 1:
            self.faults.add("event" if leaf else "log_entry", name, "ENTRY_DIFFERS")
            self.sound = False
            return
        (event,) = events
        told = ("entry_type", "log_index", "hub_time", "version", "subject", "action", "agency", "officer")
        same = all(event[member] == leaf[member] for member in told)
        same = same and all((event[m] or "") == leaf[m] for m in ("from_state", "to_state", "counterparty"))
        if not same or row_digest(event.values()) != leaf["row_digest"]:
            self.faults.add("event", name, "ENTRY_DIFFERS")
            self.sound = False
            return
        try:
            details = json.loads(event["details"])
        except ValueError:
            raise Impossible(place) from None
        event = dict(event, told=details, leaf=leaf, bodies=bodies)
        self.events.append(event)
        if place and event["hub_time"] < self.hub_time:
            self.faults.add("event", name, "DOES_NOT_FOLLOW")
        self.hub_time = event["hub_time"]
        beside = details.get("beside") or {}
        self.body(event, beside, bodies, content_keys)
        self.key(event, beside.get("key"), keys, bodies)

    def body(self, event, beside, bodies, content_keys):
        media_type, sealed = beside.get("media_type"), beside.get("sealed")
        place, digest = event["log_index"], event["leaf"]["content_digest"]
        shared = (event["told"].get("opened") or {}).get("body_index", place) if event["entry_type"] == REQUEST else place
        if shared != place:
            of_first = [first["leaf"]["content_digest"] for first in self.events if first["log_index"] == shared]
            if of_first != [digest]:
                self.faults.add("event", f"log_index={place}", "CONTENT")
        elif digest != NO_CONTENT:
            if len(bodies) != 1:
                self.faults.add("body", f"log_index={place}", "MISSING" if not bodies else "ADDED")
                return
            (body,) = bodies
            event["salt"] = body["salt"]
            salt, content = body["salt"], body["content"]
            if sealed is None:
                is_whole = isinstance(salt, bytes) and isinstance(content, bytes) and sha256(salt, content) == digest
            else:
                # Salt and bytes are sealed: they are held against the log as they were stored.
                is_whole = salt is None and isinstance(content, bytes) and sha256(content).hex() == sealed
                self.content_key(event, content, content_keys)
                content_keys = []
            is_type = body["media_type"] == media_type or (media_type is None and isinstance(body["media_type"], str))
            if not is_whole or not is_type:
                self.faults.add("body", f"log_index={place}", "CONTENT")
            bodies = []
        for table, rows in (("body", bodies), ("content_key", content_keys)):
            for row in rows:
                self.faults.add(table, key_text(table, row), "ADDED")

    def content_key(self, event, sealed, rows):
        """One key; with its master key it opens what the leaf says. Whether one that is gone was destroyed in order is told later."""
        place = event["log_index"]
        if len(rows) != 1:
            self.faults.add("content_key", f"log_index={place}", "MISSING" if not rows else "ADDED")
            return
        master, wrapped = rows[0]["master"], rows[0]["wrapped"]
        if (master, wrapped) == ("", None):
            return
        if not isinstance(master, str) or not isinstance(wrapped, bytes):
            self.faults.add("content_key", f"log_index={place}", "DIFFERS")
        elif self.masters and isinstance(sealed, bytes):
            opened = self.masters.open(place, master, wrapped, sealed)
            if opened is None:
                self.faults.add("content_key", f"log_index={place}", "KEY")
                return
            event["salt"], content = opened
            if sha256(event["salt"], content) != event["leaf"]["content_digest"]:
                self.faults.add("body", f"log_index={place}", "CONTENT")

    def key(self, event, digest, keys, bodies):
        place = event["log_index"]
        if digest is not None:
            digests = [(row_digest(row.values()) or b"").hex() for row in keys]
            if digests != [digest]:
                self.faults.add("idempotency", f"log_index={place}", "MISSING" if not keys else "DIFFERS")
            return
        for row in keys:
            # From before the log told of keys.
            content = bodies[0]["content"] if bodies else None
            fits = bool(bodies) and row["agency"] == event["agency"] and (
                content is None
                or (isinstance(row["key"], str) and row["key"].encode() in content and row["content_sha256"] == sha256(content)))
            if not fits:
                self.faults.add("idempotency", key_text("idempotency", row), "ADDED")

    def checkpoints(self, hub_id, keys):
        """One stands wherever time moves on and at the end; each is that of the tree and signed by a key of the log."""
        must_be = {size for size in range(1, len(self.events))
                   if self.events[size]["hub_time"] > self.events[size - 1]["hub_time"]} | ({self.tree.size} - {0})
        seen = set()
        for row in self.tables["checkpoint"]:
            size = row["tree_size"]
            is_known = isinstance(size, int) and 0 < size <= len(self.events) and size not in seen
            seen.add(size)
            if not is_known:
                self.faults.add("checkpoint", key_text("checkpoint", row), "ADDED")
                continue
            hub_id = hub_id if hub_id is not None else row["hub_id"]
            must = {"tree_size": size, "root_hash": self.roots[size], "hub_time": self.events[size - 1]["hub_time"],
                    "hub_id": hub_id, "note_signature": row["note_signature"], "seal_signature": row["seal_signature"]}
            if row != must:
                self.faults.add("checkpoint", f"tree_size={size}", "DIFFERS")
            elif not signed(row, [key for key in keys if key["registered_index"] < size]):
                self.faults.add("checkpoint", f"tree_size={size}", "SIGNATURE")
        for size in sorted(must_be - seen):
            self.faults.add("checkpoint", f"tree_size={size}", "MISSING")


def openssl(arguments, key, text, signature):
    return run_openssl(tuple(arguments), key, text, signature)


@functools.cache
def run_openssl(arguments, key, text, signature):
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, name) for name in ("key.der", "text", "signature")]
        for name, content in zip(names, (key, text, signature)):
            with open(name, "wb") as file:
                file.write(content)
        files = dict(zip(("KEY", "TEXT", "SIGNATURE"), names))
        command = ["openssl", *(files.get(argument, argument) for argument in arguments)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def der_of(signature):
    """r and s of an ES256 signature as DER."""
    def integer(part):
        part = part.lstrip(b"\0") or b"\0"
        part = b"\0" + part if part[0] & 0x80 else part
        return bytes([2, len(part)]) + part
    both = integer(signature[:32]) + integer(signature[32:])
    return bytes([0x30, len(both)]) + both


def signed(row, keys):
    """Both signatures, by one of the keys that stand in the log before this checkpoint and that no entry before it retires; a
    log without keys has none."""
    note, seal = row["note_signature"], row["seal_signature"]
    if not keys:
        return note is None and seal is None
    if not (isinstance(note, bytes) and isinstance(seal, bytes) and len(note) == 68 and len(seal) == 68):
        return False
    time = datetime.fromtimestamp(0, timezone.utc) + timedelta(microseconds=row["hub_time"])
    text = "".join(f"{line}\n" for line in (
        row["hub_id"], row["tree_size"], base64.b64encode(row["root_hash"]).decode(),
        "hub-time " + time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))).encode()
    for key in keys:
        if key["retired_index"] is not None and row["tree_size"] > key["retired_index"]:
            continue
        (_, note_id, note_key), (_, seal_id, seal_key) = (part.split("+", 2) for part in key["public_keys"].split(" "))
        if (note[:4].hex(), seal[:4].hex()) != (note_id, seal_id):
            continue
        note_der = bytes.fromhex("302a300506032b6570032100") + base64.b64decode(note_key)[1:]
        seal_der = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + base64.b64decode(seal_key)[6:]
        verify_note = ["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "KEY", "-rawin", "-in", "TEXT",
                       "-sigfile", "SIGNATURE"]
        verify_seal = ["dgst", "-sha256", "-keyform", "DER", "-verify", "KEY", "-signature", "SIGNATURE", "TEXT"]
        return (openssl(verify_note, note_der, text, note[4:])
                and openssl(verify_seal, seal_der, text, der_of(seal[4:])))
    return False


def content_of(event):
    """The bytes that an entry brought; what is missing is told where bodies are checked."""
    content = event["bodies"][0]["content"] if event["bodies"] else None
    return content if isinstance(content, bytes) else None


# How a list may be signed: the digest that `openssl dgst` takes. Another way (RSA-PSS, say) is left to the first verifier.
LIST_DIGESTS = {"2a8648ce3d040302": "sha256", "2a8648ce3d040303": "sha384", "2a8648ce3d040304": "sha512",
                "2a864886f70d01010b": "sha256", "2a864886f70d01010c": "sha384", "2a864886f70d01010d": "sha512"}


def is_signed_by(paper, key):
    digest = LIST_DIGESTS.get(paper.algorithm.hex())
    return digest is None or openssl(["dgst", f"-{digest}", "-keyform", "DER", "-verify", "KEY", "-signature", "SIGNATURE", "TEXT"],
                                     key, paper.signed, paper.signature)


# ---- the replay -----------------------------------------------------------------------------------------------------------


class Replay:
    """The projections, made of the events alone."""

    def __init__(self):
        self.rows = {table: [] for table in TABLES}
        self.agencies, self.officers, self.credentials = {}, {}, {}
        self.measures, self.counters, self.lanes, self.tallies = {}, {}, {}, {}
        self.requests, self.clocks, self.shown, self.operators = {}, {}, {}, set()
        self.erasures, self.destroyed, self.notices, self.webhooks = {}, {}, {}, {}
        self.cases = verify_cases.Cases(self.require, text_of)
        self.reports = verify_reports.Reports(self.require, text_of, self.cases)
        self.registry_version = self.calendar_version = 0
        self.hub_id, self.authority_keys, self.suspensions = None, {}, {}

    def follow(self, event, attachments):
        follow = {REQUEST: self.request, REGISTRY: self.registry, DELIVERY: self.delivery,
                  CALENDAR: self.calendar, MEASURE: self.outside_measure, READ: self.read,
                  CATALOGUE: self.catalogue, OPERATOR: self.operator, ERASURE: self.erasure,
                  HUB_KEY: self.hub_key, TRUST: self.trust_paper, CASE: self.case,
                  SUSPENSION: self.suspension, REPORT: self.reports.follow, WEBHOOK: self.webhook,
                  CLOCK: self.clock}.get(event["entry_type"])
        try:
            if follow is None:
                self.document(event, attachments)
            else:
                follow(event, event["told"])
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise Impossible(event["log_index"]) from error

    @staticmethod
    def require(holds):
        if not holds:
            raise ValueError("an event that cannot follow")

    def case(self, event, told):
        self.reports.may_count(event["agency"], told.get("booked"))
        self.cases.follow(event, told)

    def registry(self, event, told):
        self.registry_version += 1
        before = self.agencies.get(event["subject"], (0, None))
        agency = told.get("agency") or before[1]
        self.require(agency is not None and event["version"] == before[0] + 1 and agency["code"] == event["subject"])
        self.agencies[event["subject"]] = (event["version"], agency)
        officer = told.get("officer")
        if officer:
            self.officers[(officer["agency"], officer["id"])] = officer
        for credential in told.get("credentials", []):
            self.credentials[(credential["sha256"], credential["purpose"])] = (event["subject"], credential)

    def hub_key(self, event, told):
        name, key_id, _ = told["public_keys"].split(" ")[0].split("+", 2)
        self.require(event["subject"] == f"{name}+{key_id}")
        known = [row for row in self.rows["hub_key"] if row["public_keys"] == told["public_keys"]]
        if event["action"] == "retire_hub_key":
            self.require(event["version"] == 2 and known and known[0]["retired_index"] is None)
            known[0].update(retired_index=event["log_index"], retired_time=event["hub_time"])
            return
        self.require(event["action"] == "register_hub_key" and event["version"] == 1 and not known)
        self.hub_id = self.hub_id or name
        self.rows["hub_key"].append({
            "public_keys": told["public_keys"], "registered_index": event["log_index"],
            "registered_time": event["hub_time"], "retired_index": None, "retired_time": None})

    def catalogue(self, event, told):
        self.require(event["version"] == 1 and event["action"] == "state_catalogue" and told["kinds"])
        content = content_of(event)
        if content is None:
            return
        files = json.loads(content)
        parts = [part.encode() for path in sorted(files, key=str.encode) for part in (path, files[path])]
        self.require(event["subject"] == "catalogue/" + sha256(*(b"%d:%s" % (len(part), part) for part in parts)).hex())
        if tomllib:
            kinds = [tomllib.loads(files[path]) for path in files if re.fullmatch(r"kinds/[^/]+/kind\.toml", path)]
            kinds = sorted((kind["code"], kind["revision"]) for kind in kinds)
            self.require([(kind["code"], kind["revision"]) for kind in told["kinds"]] == kinds)

    def operator(self, event, told):
        """A line that a command left: whole, by the hub itself, and once."""
        self.require(set(told) == {"done_time", "by", "program_version", "facts"} and type(told["done_time"]) is int
                     and isinstance(told["program_version"], str) and isinstance(told["facts"], dict))
        (action, facts), = told["facts"].items()
        shape = OPERATOR_FACTS[action]
        self.require(set(facts) == set(shape) and all(shape[name](value) for name, value in facts.items()))
        by = told["by"]
        self.require(set(by) <= {"uid", "name", "login_uid", "login_name"} and type(by["uid"]) is int)
        subject = (rf"migration/{facts['to']}" if action == "migrate" else r"op_[0-9a-f]{32}")
        self.require(re.fullmatch(subject, event["subject"]) and event["subject"] not in self.operators)
        self.operators.add(event["subject"])
        self.require(event["action"] == action and event["version"] == 1
                     and (event["agency"], event["officer"]) == ("HUB", "hub")
                     and event["from_state"] is event["to_state"] is event["counterparty"] is None
                     and event["leaf"]["content_digest"] == NO_CONTENT)

    def webhook(self, event, told):
        """An endpoint, whole, as it is from this entry on: changed by its agency, disabled by the hub."""
        endpoint, before, action = told["endpoint"], self.webhooks.get(event["subject"]), event["action"]
        self.webhooks[event["subject"]] = endpoint
        version = before["version"] + 1 if before else 1
        self.require(event["subject"] == endpoint["id"] and event["version"] == endpoint["version"] == version
                     and endpoint["updated"] == event["hub_time"]
                     and (endpoint["state"] == "DISABLED") == (endpoint.get("reason") is not None))
        by_hub = (event["agency"], event["officer"]) == ("HUB", "hub")
        by_own = event["agency"] == endpoint["agency"]
        if action == "register_webhook":
            self.require(before is None and by_own and endpoint["registered"] == event["hub_time"]
                         and endpoint["state"] == "ENABLED" and len(endpoint["keys"]) == 1)
            return
        same = ("agency", "registered", "signing")
        self.require(before["state"] != "REMOVED" and all(before[name] == endpoint[name] for name in same))
        number = {name: found["keys"][0]["number"] for name, found in (("before", before), ("now", endpoint))}
        self.require({"update_webhook": by_own and endpoint["state"] != "REMOVED",
                      "rotate_webhook_key": by_own and number["now"] == number["before"] + 1,
                      "remove_webhook": by_own and endpoint["state"] == "REMOVED",
                      "disable_webhook": by_hub and endpoint.get("reason") in ("GONE", "FAILED")}[action])

    def trust_paper(self, event, told):
        """An authority's certificate or list of revocations, read again: its key, its dates, who signed the list."""
        actions = {"AUTHORITY": "trust_authority", "REVOCATION_LIST": "take_revocation_list"}
        self.require(event["version"] == 1 and event["action"] == actions.get(told["kind"]))
        content = content_of(event)
        if content is not None:
            self.require(sha256(content).hex() == event["subject"])
            if told["kind"] == "AUTHORITY":
                paper = verify_der.Certificate(content)
                self.require(sha256(paper.key).hex() == told["authority_key"])
                self.authority_keys[told["authority_key"]] = paper.key
                dates = paper.not_before, paper.not_after
            else:
                paper = verify_der.RevocationList(content)
                self.require(is_signed_by(paper, self.authority_keys[told["authority_key"]]))
                dates = paper.this_update, paper.next_update
            self.require(dates == (told["valid_from"], told["valid_to"]))
        self.rows["trust_paper"].append({
            "sha256": bytes.fromhex(event["subject"]), "kind": told["kind"],
            "authority_key": bytes.fromhex(told["authority_key"]), "valid_from": told["valid_from"],
            "valid_to": told["valid_to"], "log_index": event["log_index"]})

    def delivery(self, event, told):
        head = self.lanes.setdefault((event["agency"], told["lane"]), [0, 0])
        self.require(told["from"] == head[1] < told["to"] <= head[0] and event["version"] == told["to"])
        head[1] = told["to"]

    def suspension(self, event, told):
        """Clocks of many requests were to stand still, whole, once; or such a stretch was made shorter."""
        known = self.suspensions.get(event["subject"])
        if event["action"] == "end_suspension":
            version, start, end = known
            self.require(event["version"] == version + 1 and start <= told["to"] and (end is None or told["to"] < end)
                         and "suspension" not in told)
            self.suspensions[event["subject"]] = (version + 1, start, told["to"])
            return
        stated = told["suspension"]
        action = {"MAINTENANCE": "publish_maintenance", "OUTAGE": "record_outage", "DECREE": "suspend_by_decree"}
        self.require(known is None and event["version"] == 1 and "to" not in told and stated["id"] == event["subject"]
                     and re.fullmatch(r"sus_[0-9a-f]{32}", stated["id"]) and event["action"] == action[stated["cause"]])
        self.suspensions[stated["id"]] = (1, stated["from"], stated.get("to"))

    def clock(self, event, told):
        """The clock of a sandbox, and of nothing else, was moved ahead to the time of the entry."""
        self.require(event["version"] == 1 and event["subject"] == "clock" and event["action"] == "advance_clock"
                     and told["from"] < told["to"] == event["hub_time"] and (self.hub_id or "").startswith("sandbox."))

    def calendar(self, event, told):
        self.calendar_version += 1
        self.require(event["version"] == self.calendar_version)
        for day in told["days"]:
            row = {name: day.get(name) for name in ("date", "kind", "name", "basis", "certainty", "known_from")}
            self.rows["calendar_day"].append(dict(row, version=event["version"], origin=told["origin"]))

    def outside_measure(self, event, told):
        self.require(told["id"] == event["subject"] and (told["id"] in self.measures) == (event["version"] != 1))
        self.measures[told["id"]] = told

    def read(self, event, told):
        """Who looked; at what is held against the digest that the entry holds of it."""
        self.require(event["version"] == 1 and event["subject"] == f"supervision/{event['agency']}"
                     and event["action"] in ("supervise_request", "supervise_list", "supervise_events"))
        self.rows["supervision_read"].append({
            "log_index": event["log_index"], "agency": event["agency"], "officer": event["officer"],
            "read_time": event["hub_time"], "action": event["action"], "hours": told["hours"],
            "cited": int(told["cited"]), "shown": told["shown"]})
        self.shown[event["log_index"]] = (told["shown"], told["shown_sha256"])

    def erasure(self, event, told):
        """A proposal when none waits, or the decision of another officer of the same agency within 30 days."""
        place, now, (head, _, subject) = event["log_index"], event["hub_time"], event["subject"].partition("/")
        order = self.erasures.setdefault(subject, [])
        entries = sum(2 if erasure["decided_index"] is not None else 1 for erasure in order)
        last = order[-1] if order else None
        waits = last and last["state"] == "PROPOSED" and now <= last["proposed_time"] + 30 * 86_400_000_000
        self.require(head == "erasures" and event["version"] == entries + 1)
        if event["action"] != "reject_erasure":
            self.require(told["requests"] and isinstance(told["body_index"], int))
        if event["action"] == "propose_erasure":
            self.require(not waits and "proposed" not in told and "keys" not in told)
            order.append({
                "proposed_index": place, "subject": subject, "body_index": told["body_index"], "agency": event["agency"],
                "proposed_by": event["officer"], "proposed_time": now, "state": "PROPOSED", "decided_index": None,
                "decided_by": None, "decided_time": None})
            return
        self.require(waits and told["proposed"] == last["proposed_index"] and last["agency"] == event["agency"]
                     and last["proposed_by"] != event["officer"])
        last.update(decided_index=place, decided_by=event["officer"], decided_time=now)
        if event["action"] == "reject_erasure":
            self.require("keys" not in told)
            last["state"] = "REJECTED"
            return
        self.require(event["action"] == "erase" and told["body_index"] == last["body_index"])
        last["state"] = "ERASED"
        self.destroyed[place] = (told["keys"], told["keys_sha256"])
        for id_ in told["requests"]:
            self.require(self.requests[id_]["body_index"] == told["body_index"])
            self.requests[id_]["erased_index"] = place

    def check_erased(self, tables, faults):
        """A key is gone where an erasure says so, and nowhere else; so is the name of a document."""
        named = {index: [] for index in self.destroyed}
        for row in tables["erased_content"]:
            if type(row["erasure_index"]) is not int or row["erasure_index"] not in named:
                faults.add("erased_content", key_text("erased_content", row), "ADDED")
            else:
                named[row["erasure_index"]].append(row["log_index"])
        for index, (count, digest) in self.destroyed.items():
            places = named[index]
            is_number = all(type(place) is int for place in places)
            if not is_number or len(places) != count or sha256(*(f"{place}\n".encode() for place in sorted(places))).hex() != digest:
                faults.add("erased_content", f"erasure_index={index}", "MISSING" if len(places) < count else "DIFFERS")
        erased = {place for places in named.values() for place in places if type(place) is int}
        for table, column, gone in (("content_key", "wrapped", None), ("attachment", "name", "")):
            there = {row["log_index"]: row for row in tables[table] if type(row["log_index"]) is int}
            for place in sorted(there.keys() | (erased if table == "content_key" else set())):
                if place not in there:
                    faults.add(table, f"log_index={place}", "MISSING")
                elif place in erased and there[place][column] != gone:
                    faults.add(table, key_text(table, there[place]), "NOT_ERASED")
                elif place not in erased and there[place][column] == gone:
                    faults.add(table, key_text(table, there[place]), "ERASED")

    def check_shown(self, stored, faults):
        found = {index: [] for index in self.shown}
        for row in stored:
            if type(row["log_index"]) is not int or row["log_index"] not in found:
                faults.add("supervision_shown", key_text("supervision_shown", row), "ADDED")
            else:
                found[row["log_index"]].append(row["enforcement_request_id"])
        for index, (count, digest) in self.shown.items():
            ids = found[index]
            is_text = all(isinstance(id_, str) for id_ in ids)
            if not is_text or len(ids) != count or sha256(*(f"{id_}\n".encode() for id_ in sorted(ids))).hex() != digest:
                faults.add("supervision_shown", f"log_index={index}", "MISSING" if len(ids) < count else "DIFFERS")

    def document(self, event, attachments):
        told = event["told"]
        stored = [row for row in attachments if row["log_index"] == event["log_index"]]
        name = stored[0]["name"] if stored else None
        salt = event.get("salt")
        if not isinstance(name, str):
            name = ("no name",)
        elif name == "":
            pass  # Erased; whether in order is told later.
        elif "name_digest" in told and isinstance(salt, bytes) and sha256(salt, name.encode()).hex() != told["name_digest"]:
            name = ("another name",)
        self.rows["attachment"].append({
            "id": event["subject"], "owner": told["owner"], "name": name, "media_type": told["media_type"],
            "size": told["size"], "sha256": bytes.fromhex(told["sha256"]), "upload_time": event["hub_time"],
            "log_index": event["log_index"]})

    def request(self, event, told):
        id_, index, now = event["subject"], event["log_index"], event["hub_time"]
        request = self.requests.get(id_)
        if request is None:
            request = self.requests[id_] = self.opened(event, told)
            for relation in told["opened"].get("relations", []):
                self.rows["request_relation"].append({"enforcement_request_id": id_, **relation})
        else:
            self.require(event["from_state"] == request["state"] and event["version"] == request["version"] + 1)
            self.apply(request, event, told)
            self.count(request, told, now)
        for counted in told.get("counted", []):
            self.tally(self.requests[id_], counted, now)
        self.cases.order(event, told)
        self.enter(event, told)
        for position, document in enumerate(told.get("attachments", [])):
            self.rows["request_attachment"].append({"enforcement_request_id": id_, "log_index": index,
                                                    "position": position, "document_id": document})
        if told.get("notice"):
            self.notice(event, told["notice"])
        for clock in told.get("deadlines", []):
            self.clocks[(id_, clock["name"], clock["occurrence"])] = clock
        for measure in told.get("measures", []):
            self.measures[measure["id"]] = measure
        for restored in told.get("restored", []):
            self.requests[restored]["measure_ended_by"] = None
        for ended in told.get("ended", []):
            self.end(self.requests[ended], id_, event["action"], now)

    def tally(self, request, counted, now):
        """Adds what a step counts, on each of the three levels."""
        month = datetime.fromtimestamp(now // 1_000_000, VIET_NAM).strftime("%Y-%m")
        agency, other = counted["agency"], counted["counterparty"]
        detail = (other, counted.get("unit") or "", request["kind"], counted["province"])
        for level, rest in (("AGENCY", ("",) * 4), ("PAIR", (other,) + ("",) * 3), ("DETAIL", detail)):
            key = (level, agency, month) + rest
            sums = self.tallies.setdefault(key, ({}, {"working": {}, "wall": {}}))
            for what in counted.get("what", []):
                sums[0][what.lower()] = sums[0].get(what.lower(), 0) + 1
            sums[0]["paused_seconds"] = sums[0].get("paused_seconds", 0) + (counted.get("paused_seconds") or 0)
            for name, buckets in sums[1].items():
                seconds = counted.get(name + "_seconds")
                if seconds is not None:
                    buckets[bucket_of(seconds)] = buckets.get(bucket_of(seconds), 0) + 1

    def opened(self, event, told):
        opened = told["opened"]
        self.require(event["action"] == "submit" and event["version"] == 1 and event["from_state"] is None)
        recipient, sender, now = event["counterparty"], event["agency"], event["hub_time"]
        request = dict.fromkeys(TABLES["enforcement_request"][1].split())
        request.update(
            id=event["subject"], broadcast_id=opened.get("broadcast_id"), kind=opened["kind"],
            kind_revision=opened["kind_revision"], sender=sender, recipient=recipient, channel=opened["channel"],
            lane=opened["lane"], recipient_position=position_of(told, recipient) or 0, submit_index=event["log_index"],
            body_index=opened["body_index"], submit_time=now, state=event["to_state"], version=1, update_time=now,
            assigned_unit=told.get("unit"), extended=0, answer_count=0, due_time=told.get("due_time"),
            sender_officer=event["officer"],
            sender_unit=(self.officers.get((sender, event["officer"])) or {}).get("unit"))
        return request

    @staticmethod
    def apply(request, event, told):
        action, now = event["action"], event["hub_time"]
        request["state"], request["version"], request["update_time"] = event["to_state"], event["version"], now
        if told.get("registry_number") is not None:
            request.update(registry_number=told["registry_number"], registered_time=now,
                           register=told.get("register") or "incoming", registered_by=request["recipient"])
        if told.get("unit") is not None:
            request["assigned_unit"] = told["unit"]
        if told.get("officer") is not None or action == "forward":
            request["assigned_officer"] = told.get("officer")
        if told.get("served") is not None:
            request["served_time"] = told["served"]["at"]
        passed = told.get("succession")
        if passed and passed["party"] == "SENDER":
            request.update(sender=passed["to"], sender_officer=None, sender_unit=None)
        elif passed and passed["party"] == "RECIPIENT":
            place = None if passed.get("delivered") else position_of(told, passed["to"])
            request.update(recipient=passed["to"], recipient_position=place or 0, assigned_unit=None, assigned_officer=None)
        if action == "extend":
            request["extended"] = 1
        if action in ("answer_interim", "answer_final", "record_answer"):
            request["answer_count"] += 1
        if action in ("answer_final", "record_answer") and request["first_answer_index"] is None:
            request["first_answer_index"] = event["log_index"]
        if action in ("answer_final", "record_answer", "correct") and told.get("outcome") is not None:
            request.update(outcome=told["outcome"], answer_index=event["log_index"])
        if action == "dispute":
            request.update(outcome=None, answer_index=None)
        request["due_time"] = told.get("due_time")

    def count(self, request, told, now):
        """The books go on behind every number of their own form: 12, 012 and 12/2026."""
        if told.get("registry_number") is None:
            return
        year = datetime.fromtimestamp(now // 1_000_000, VIET_NAM).year
        digits = told["registry_number"].removesuffix(f"/{year}")
        if digits.isascii() and digits.isdigit() and 1 <= int(digits) <= 999_999_999:
            key = (request["recipient"], told.get("register") or "incoming", year)
            self.counters[key] = max(self.counters.get(key, 0), int(digits))

    def enter(self, event, told):
        for entered in told.get("entered", []):
            lifted = entered.get("lifted")
            id_ = lifted["request_id"] if lifted else event["subject"]
            request = self.requests.get(id_) or {}
            is_recipient = request.get("recipient") == entered["agency"]
            head = self.lanes.setdefault((entered["agency"], entered["lane"]), [0, 0])
            head[0] += 1
            self.require(entered["position"] == head[0])
            self.rows["mailbox_entry"].append({
                "agency": entered["agency"], "lane": entered["lane"], "position": entered["position"],
                "log_index": lifted["log_index"] if lifted else event["log_index"], "enforcement_request_id": id_,
                "unit": request.get("assigned_unit") if is_recipient else None,
                "officer": request.get("assigned_officer") if is_recipient else None, "lifted": int(lifted is not None)})

    def notice(self, event, told):
        """A notice that the hub drafted is decided once."""
        state = {"draft_notice": "DRAFTED", "confirm_notice": "CONFIRMED", "discard_notice": "DISCARDED"}.get(event["action"])
        if state is None:
            return
        is_draft = state == "DRAFTED"
        draft = event["log_index"] if is_draft else told["draft"]
        before = self.notices.get(draft)
        self.require(before is None if is_draft else before["state"] == "DRAFTED"
                     and before["enforcement_request_id"] == event["subject"])
        self.notices[draft] = {
            "drafted_index": draft, "enforcement_request_id": event["subject"], "state": state,
            "addressee": told.get("addressee"), "decided_index": None if is_draft else event["log_index"]}

    def end(self, request, by, action, now):
        request["measure_ended_by"] = by
        if request["state"] in OPEN_STATES:
            return
        for key, clock in self.clocks.items():
            if key[0] != request["id"] or clock.get("stopped") is not None:
                continue
            clock = dict(clock, stopped=now, stopped_by=action, status="CANCELLED")
            pauses = [dict(pause) for pause in clock.get("suspensions", [])]
            # One of its own and one that was decided for many may both be open.
            for pause in pauses:
                if pause.get("to") is None:
                    pause["to"] = max(now, pause["from"])
                    clock["suspensions"] = pauses
            self.clocks[key] = {name: clock[name] for name in CLOCK_MEMBERS if name in clock}
            request["due_time"] = None

    def owed(self, id_, clock):
        """Whose duty a clock is, to whom, and what it waits for."""
        request, is_own = self.requests[id_], clock["obligor"] == "SENDER"
        sides = (request["sender"], request["recipient"])
        if is_own:
            duty = "OWN"
        elif clock["name"] in ("acknowledge", "refuse"):
            duty = "REGISTER" if clock["name"] == "acknowledge" else "REFUSE"
        else:
            duty = "ANSWER" if "answer_final" in clock.get("stops_on", []) else "FOLLOW_UP"
        agency, counterparty = sides if is_own else sides[::-1]
        return {"agency": agency, "counterparty": counterparty, "duty": duty, "sort_time": clock.get("due", 2**63 - 1)}

    def tables(self, log):
        """Every table as it must be."""
        rows = self.rows
        rows["enforcement_request"] = list(self.requests.values())
        rows["notice"] = list(self.notices.values())
        for (id_, name, occurrence), clock in self.clocks.items():
            rows["deadline"].append({
                "enforcement_request_id": id_, "name": name, "occurrence": occurrence, "status": clock["status"],
                "due_time": clock.get("due"), "state": text_of(clock), **self.owed(id_, clock)})
        for measure in self.measures.values():
            decision = measure["decision"]
            rows["measure"].append({
                "id": measure["id"], "enforcement_request_id": measure.get("request_id"), "kind": measure["kind"],
                "holder": measure["holder"], "issuer": measure["issuer"], "decision_number": decision["number"],
                "decision_date": decision["date"], "decision_office": decision.get("office"),
                "in_force": int(measure["in_force"]), "amounts": text_of(measure["amounts"]),
                "since_time": measure["since"], "ended_time": measure.get("ended"),
                "changed_by": measure.get("changed_by"), "taken": text_of(measure.get("taken", {}))})
        for (agency, register, year), last in self.counters.items():
            rows["register_counter"].append({"agency": agency, "register": register, "year": year, "last_number": last})
        for key, (counts, durations) in self.tallies.items():
            names = TABLES["response_count"][1].split()
            known = dict(zip(names, key))
            rows["response_count"].append({**dict.fromkeys(names, 0), **known, **counts})
            if any(durations.values()):
                rows["response_histogram"].append({**known, **{name: packed(found) for name, found in durations.items()}})
        for (agency, lane), (last, delivered) in self.lanes.items():
            rows["mailbox_head"].append({"agency": agency, "lane": lane, "last_position": last,
                                         "delivered_position": delivered})
        plain = "code role name name_en province_code commune_code parent successor channel".split()
        for version, agency in self.agencies.values():
            lists = {name: text_of(agency.get(name, [])) for name in ("aliases", "units", "territory")}
            rows["agency"].append({**{name: agency.get(name) for name in plain}, **lists, "version": version,
                                   "suspended": int(agency["suspended"])})
        for officer in self.officers.values():
            names = TABLES["officer"][1].split()
            rows["officer"].append(dict({name: officer.get(name) for name in names}, scope=officer.get("scope", "ALL")))
        for agency, credential in self.credentials.values():
            rows["credential"].append({
                "fingerprint": bytes.fromhex(credential["sha256"]), "purpose": credential["purpose"], "agency": agency,
                "certificate": base64.b64decode(credential["certificate"]),
                **{name: credential.get(name) for name in ("not_before", "not_after", "registered_time", "revoked_time", "officer")}})
        for endpoint in self.webhooks.values():
            plain = {name: endpoint.get(name) for name in "id agency url signing state reason version".split()}
            lists = {name: text_of(endpoint[name]) for name in ("lanes", "actions", "keys")}
            rows["webhook_endpoint"].append({**plain, **lists, "registered_time": endpoint["registered"],
                                             "update_time": endpoint["updated"]})
        rows["ledger_head"].append({
            "id": 1, "tree_size": log.tree.size, "root_hash": log.tree.root(), "frontier": b"".join(log.tree.frontier),
            "hub_time": log.hub_time, "registry_version": self.registry_version, "calendar_version": self.calendar_version})
        level, hashes = 8, log.hashes
        while len(hashes) >= 256:
            hashes = [root_of(hashes[at:at + 256]) for at in range(0, len(hashes) // 256 * 256, 256)]
            rows["tree_node"] += [{"level": level, "position": at, "hash": hash_} for at, hash_ in enumerate(hashes)]
            level += 8
        checked = ("log_entry", "event", "body", "content_key", "checkpoint", "idempotency", "supervision_shown",
                   "erased_content")
        rows.update(self.cases.rows())
        rows.update(self.reports.rows())
        rows["erasure"] = [erasure for order in self.erasures.values() for erasure in order]
        return {table: found for table, found in rows.items() if table not in checked}


def root_of(hashes):
    while len(hashes) > 1:
        hashes = [sha256(b"\1", left, right) for left, right in zip(hashes[::2], hashes[1::2])]
    return hashes[0]


def bucket_of(seconds):
    """Eight buckets of the same width an octave; below 8 seconds each second has its own."""
    if seconds < 8:
        return max(seconds, 0)
    octave = seconds.bit_length() - 4
    return (octave + 1) * 8 + ((seconds >> octave) & 7)


def packed(buckets):
    """For each bucket, in order, how far it lies behind the one before and how many there are, as LEB128 numbers."""
    found, before = bytearray(), 0
    for bucket, count in sorted(buckets.items()):
        for number in (bucket - before, count):
            while number > 127:
                found.append(number & 127 | 128)
                number >>= 7
            found.append(number)
        before = bucket
    return bytes(found)


def position_of(told, agency):
    for entered in told.get("entered", []):
        if entered["agency"] == agency and entered.get("lifted") is None:
            return entered["position"]
    return None


# ---- commands -------------------------------------------------------------------------------------------------------------


def verify_database(path, known=None, masters=None):
    tables, faults = read(path), Faults()
    log, replay = Log(tables, faults, masters), Replay()
    try:
        log.check()
        if log.sound:
            for event in log.events:
                replay.follow(event, tables["attachment"])
            log.checkpoints(replay.hub_id, replay.rows["hub_key"])
            for table, expected in replay.tables(log).items():
                compare(table, expected, tables[table], faults)
            replay.check_shown(tables["supervision_shown"], faults)
            replay.check_erased(tables, faults)
    except Impossible as index:
        faults.add("event", f"log_index={index}", "DOES_NOT_FOLLOW")
    hub_id = replay.hub_id or next((row["hub_id"] for row in tables["checkpoint"]), None)
    if known:
        origin, size, root = known
        if size > log.tree.size:
            faults.add("log_entry", f"log_index={log.tree.size}", "CUT_OFF")
        elif log.roots[size] != root:
            faults.add("log_entry", f"tree_size={size}", "REWRITTEN")
        if hub_id is not None and origin != hub_id:
            faults.add("checkpoint", f"tree_size={size}", "OTHER_HUB")
    return {"verdict": "DAMAGED" if faults else "SOUND", "hub_id": hub_id, "size": log.tree.size,
            "root": log.tree.root().hex(), "fault_count": len(faults), "faults": faults[:100]}


def say(verdict):
    for fault in verdict["faults"]:
        print(f"  {fault['table']} {fault['row']}: {fault['code']}")
    print(f"{verdict['verdict']}: {verdict['hub_id']}, {verdict['size']} entries, root {verdict['root']}")


def read_masters(path):
    try:
        with open(path, encoding="ascii") as file:
            return verify_content.Masters(file.read())
    except (OSError, ValueError) as error:
        raise Unreadable(f"--master-keys: {error}") from None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    database = commands.add_parser("database", help="the whole database of a hub on SQLite, or several of them, one after the other")
    database.add_argument("path", nargs="+")
    database.add_argument("--checkpoint", help="a checkpoint (signed note) that the log must contain")
    database.add_argument("--master-keys", help="the file of master keys, to open what is sealed; without it content is held "
                                                "against the log as it is stored")
    database.add_argument("--witness-keys", help="keys of witnesses, each of whom must have signed the checkpoint")
    database.add_argument("-o", "--output", choices=("table", "json"), default="table")
    # They use what stands here.
    import verify_evidence
    import verify_silence
    verify_evidence.arguments_of(commands)
    verify_silence.arguments_of(commands)
    arguments = parser.parse_args()
    try:
        run = {"receipt": verify_evidence.run_receipt, "bundle": verify_evidence.run_bundle, "silence": verify_silence.run_silence}
        if arguments.command in run:
            return run[arguments.command](arguments)
        known = read_checkpoint(arguments.checkpoint) if arguments.checkpoint else None
        witnesses = verify_evidence.witnesses_of(arguments)
        if witnesses:
            if known is None:
                raise Unreadable("--witness-keys: --checkpoint must be given as well")
            with open(arguments.checkpoint, encoding="utf-8", newline="") as file:
                reason = witnesses.require(file.read())
            if reason:
                print(f"error: --checkpoint: {reason}", file=sys.stderr)
                return 1
        masters = read_masters(arguments.master_keys) if arguments.master_keys else None
        damaged = False
        for path in arguments.path:
            verdict = verify_database(path, known, masters)
            damaged = damaged or bool(verdict["faults"])
            if arguments.output == "json":
                print(json.dumps(verdict, default=str, ensure_ascii=False))
            else:
                say(verdict)
    except Unreadable as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 1 if damaged else 0


if __name__ == "__main__":
    # Under its own name, so that verify_evidence.py has the same classes.
    sys.modules["verify"] = sys.modules["__main__"]
    sys.exit(main())
