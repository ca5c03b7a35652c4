"""Certificates of silence for the second verifier (tools/verify.py), written from docs/silence.md, not from the first verifier's code."""

import json

from verify import REQUEST, Unreadable, leaf_of, row_digest, sha256
from verify_evidence import Keys, Refused, base64_of, leads_to, load, pretty, require, witnesses_of

SCHEMA, MOST_BYTES = "lienthong/silence/1", 2 * 1024 * 1024
MEMBERS, ENTRY_MEMBERS = ["schema", "checkpoint", "entries", "party", "details"], ["leaf", "inclusion_proof"]
ANSWERS = ("answer_interim", "answer_final", "record_answer", "send_back")


def read_silence(data):
    """A certificate in its one form."""
    malformed = "SILENCE_MALFORMED"
    value = load(data) if len(data) <= MOST_BYTES else None
    require(isinstance(value, dict) and list(value) == MEMBERS and value["schema"] == SCHEMA, malformed)
    require(isinstance(value["entries"], list) and all(isinstance(value[name], str) for name in ("checkpoint", "details")), malformed)
    require(value["party"] is None or isinstance(value["party"], str), malformed)
    for entry in value["entries"]:
        require(isinstance(entry, dict) and list(entry) == ENTRY_MEMBERS and isinstance(entry["inclusion_proof"], list), malformed)
    require(pretty(value) == data, malformed)
    return value


def leaf_in(entry, told):
    """The fields of an entry's leaf, if it stands in the tree."""
    leaf, proof = base64_of(entry["leaf"]), [base64_of(hash_) for hash_ in entry["inclusion_proof"]]
    require(leaf is not None and all(hash_ is not None and len(hash_) == 32 for hash_ in proof), "SILENCE_MALFORMED")
    fields = leaf_of(leaf)
    require(fields is not None, "LEAF_WRONG")
    require(leads_to(sha256(b"\0", leaf), fields["log_index"], told["size"], proof, told["root"]), "PROOF_WRONG")
    require(fields["hub_time"] <= told["hub_time"], "TIME_WRONG")
    return fields


def is_over(clock, hub_time):
    """Whether it is an answer clock, past its due time and open."""
    due = clock.get("due")
    return (clock["obligor"] == "RECIPIENT" and "answer_final" in clock.get("stops_on", [])
            and clock["name"] not in ("acknowledge", "refuse") and clock.get("stopped") is None
            and due is not None and due < hub_time)


def verify_silence(data, keys):
    """The clock that was over, or why the certificate proves nothing."""
    file = read_silence(data)
    told = keys.checkpoint(file["checkpoint"])
    leaves = [leaf_in(entry, told) for entry in file["entries"]]
    whole = bool(leaves) and all(
        leaf["entry_type"] == REQUEST and leaf["subject"] == leaves[0]["subject"] and leaf["version"] == version
        for version, leaf in enumerate(leaves, 1))
    in_order = all(one["log_index"] < other["log_index"] and one["hub_time"] <= other["hub_time"]
                   for one, other in zip(leaves, leaves[1:]))
    require(whole and in_order and leaves[0]["action"] == "submit" and leaves[-1]["action"] == "overdue", "ENTRIES_MISSING")
    last = leaves[-1]
    row = [last["log_index"], last["entry_type"], last["subject"], last["version"], last["action"], last["from_state"] or None,
           last["to_state"] or None, last["agency"], last["officer"], file["party"], last["counterparty"] or None, last["hub_time"],
           file["details"]]
    require(row_digest(row) == last["row_digest"], "DETAILS_WRONG")
    actions = [leaf["action"] for leaf in leaves]
    owed = actions[len(actions) - actions[::-1].index("dispute"):] if "dispute" in actions else actions
    require(not any(action in ANSWERS for action in owed), "ANSWERED")
    try:
        over = [clock for clock in json.loads(file["details"]).get("deadlines", []) if is_over(clock, last["hub_time"])]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("DETAILS_WRONG") from error
    require(over, "CLOCK_NOT_OVER")
    return over[0], file["checkpoint"]


def arguments_of(commands):
    silence = commands.add_parser("silence", help="a certificate that nobody answered in time")
    silence.add_argument("path")
    silence.add_argument("--hub-keys", required=True, help="the hub's published keys")
    silence.add_argument("--witness-keys", help="keys of witnesses, each of whom must have signed the checkpoint")


def run_silence(arguments):
    keys, witnesses = Keys.read(arguments.hub_keys), witnesses_of(arguments)
    try:
        with open(arguments.path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise Unreadable(str(error)) from error
    try:
        _, checkpoint = verify_silence(data, keys)
        reason = witnesses.require(checkpoint) if witnesses else None
    except Refused as refused:
        reason = refused.code
    print(reason or "HELD")
    return 1 if reason else 0
