"""Certificates and lists of revocations (RFC 5280) for the second verifier, and what a bundle's steps say of them. What stands in
their DER is read here; their signatures are checked by the `openssl` command. Written from docs/verify-bundle.md and decision 0015.
"""

import functools
import os
import subprocess
import tempfile
from datetime import datetime, timedelta, timezone

from verify import REQUEST

PAPER_BYTES = 16 * 1024 * 1024
LEEWAY = 5 * 60 * 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
SEQUENCE, INTEGER, OID, BOOLEAN = 0x30, 0x02, 0x06, 0x01
# SHA-256 and longer with RSA, RSA-PSS or ECDSA; Ed25519.
ALGORITHMS = {bytes.fromhex(oid) for oid in (
    "2a864886f70d01010b", "2a864886f70d01010c", "2a864886f70d01010d", "2a864886f70d01010a", "2a8648ce3d040302", "2a8648ce3d040303",
    "2b6570")}
DISTRIBUTION_POINT, DELTA = bytes.fromhex("551d1c"), bytes.fromhex("551d1b")
# Extensions that do not narrow a list: authorityKeyIdentifier, cRLNumber, issuerAltName, authorityInfoAccess.
KNOWN = {bytes.fromhex(oid) for oid in ("551d23", "551d14", "551d12", "2b06010505070101")}


def value(data, at, end):
    """Tag, start and end of the value at a place in DER."""
    tag, length, at = data[at], data[at + 1], at + 2
    if length & 0x80:
        octets = length & 0x7f
        if not 1 <= octets <= 4:
            raise ValueError("a length")
        length, at = int.from_bytes(data[at:at + octets], "big"), at + octets
    if at + length > end:
        raise ValueError("an end")
    return tag, at, at + length


def values(data, at, end):
    """All values between two places: tag, start of the value, its end, and where it begins with its tag."""
    while at < end:
        tag, start, stop = value(data, at, end)
        yield tag, start, stop, at
        at = stop


def micros(tag, text):
    """A UTCTime or GeneralizedTime."""
    text = text.decode("ascii")
    if tag == 0x17:
        year = int(text[:2])
        text = f"{1900 + year if year >= 50 else 2000 + year}{text[2:]}"
    time = datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)
    return (time - EPOCH) // timedelta(microseconds=1)


class Certificate:
    """Serial number, issuer, subject (both DER) and validity of a certificate."""

    def __init__(self, der):
        _, start, end = value(der, 0, len(der))
        _, start, end = value(der, start, end)
        fields = [field for field in values(der, start, end) if field[0] != 0xa0]
        serial, _, issuer, validity, subject = fields[:5]
        self.serial = der[serial[1]:serial[2]].lstrip(b"\0")
        self.issuer, self.subject = der[issuer[3]:issuer[2]], der[subject[3]:subject[2]]
        self.first, self.last = (micros(tag, der[a:b]) for tag, a, b, _ in values(der, validity[1], validity[2]))

    def is_valid_at(self, hub_time):
        return self.first <= hub_time // 1_000_000 * 1_000_000 <= self.last


class List:
    """A whole list of revocations; ValueError and its kin: it is none."""

    def __init__(self, der):
        self.der = der
        tag, start, end = value(der, 0, len(der))
        tbs, algorithm, _ = values(der, start, end)
        if tag != SEQUENCE or end != len(der) or tbs[0] != SEQUENCE:
            raise ValueError("no list")
        fields = [field for field in values(der, tbs[1], tbs[2]) if field[0] != INTEGER]
        _, issuer, this_update, *rest = fields
        _, first, last = value(der, algorithm[1], algorithm[2])
        self.algorithm, self.issuer = der[first:last], der[issuer[3]:issuer[2]]
        self.this_update = micros(this_update[0], der[this_update[1]:this_update[2]])
        if not rest or rest[0][0] not in (0x17, 0x18):
            raise ValueError("it does not say when the next one comes")
        next_update, *rest = rest
        self.next_update = micros(next_update[0], der[next_update[1]:next_update[2]])
        self.serials = set()
        if rest and rest[0][0] == SEQUENCE:
            revoked, *rest = rest
            for _, start, end, _ in values(der, revoked[1], revoked[2]):
                _, first, last = value(der, start, end)
                self.serials.add(der[first:last].lstrip(b"\0"))
        for _, start, end, _ in rest:
            _, start, end = value(der, start, end)
            for _, first, last, _ in values(der, start, end):
                self.extension(der, [*values(der, first, last)])

    @staticmethod
    def extension(der, parts):
        oid = der[parts[0][1]:parts[0][2]]
        is_critical = parts[1][0] == BOOLEAN and der[parts[1][1]] != 0
        if oid in (DISTRIBUTION_POINT, DELTA) or (is_critical and oid not in KNOWN):
            raise ValueError("it is a partial list")

    def is_signed_by(self, authority):
        return (self.algorithm in ALGORITHMS and self.issuer == Certificate(authority).subject
                and has_signed_list(authority, self.der))

    def names(self, certificate):
        return Certificate(certificate).serial in self.serials


def pem_of(der):
    return subprocess.run(["openssl", "x509", "-inform", "DER"], input=der, capture_output=True, check=False)


@functools.cache
def has_signed_list(authority, der):
    """Whether the authority's key has signed the list."""
    with tempfile.TemporaryDirectory() as folder:
        pem = pem_of(authority)
        path = os.path.join(folder, "authority")
        with open(path, "wb") as file:
            file.write(pem.stdout)
        done = subprocess.run(["openssl", "crl", "-inform", "DER", "-noout", "-CAfile", path], input=der, capture_output=True, check=False)
        return pem.returncode == 0 and done.returncode == 0 and b"verify OK" in done.stderr


@functools.cache
def issued_by(certificate, authority):
    """Whether the authority's key has signed the certificate; its days are no matter here."""
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for name, der in (("certificate", certificate), ("authority", authority)):
            pem = pem_of(der)
            if pem.returncode != 0:
                return False
            names.append(os.path.join(folder, name))
            with open(names[-1], "wb") as file:
                file.write(pem.stdout)
        if certificate == authority:
            command = ["openssl", "verify", "-no_check_time", "-check_ss_sig", "-CAfile", names[1], names[0]]
        else:
            command = ["openssl", "verify", "-no_check_time", "-partial_chain", "-trusted", names[1], names[0]]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


# ---- what the steps of a bundle say of papers -------------------------------------------------------------------------------


NO_PAPER = (ValueError, IndexError, OverflowError)
LIST, AUTHORITY = "revocation_list_sha256", "authority_sha256"


def check(bundle, entries):
    """What each signer's certificate was judged by, judged again as of the time of its step. `entries` in the order of the log."""
    kept, authorities, told, needed = {}, {}, [], set()
    for entry in entries:
        kind = entry.get("paper")
        if kind is None:
            continue
        digest, file = entry["leaf"]["subject"], entry["files"][-1]
        if kind == "AUTHORITY":
            der = bundle.read(file, PAPER_BYTES) or b""
            try:
                Certificate(der)
                authorities[digest] = der
            except NO_PAPER:
                bundle.add(file, "MALFORMED")
        kept[kind, digest] = entry["leaf"]["log_index"], file
    for entry in entries:
        if entry["leaf"]["entry_type"] == REQUEST:
            bundle.guarded(entry["files"][0], judgements, bundle, entry, told)
    for one in told:
        needed |= check_chain(bundle, one, kept, authorities)
    lists = sorted((place, digest) for (kind, digest), place in kept.items() if kind == "REVOCATION_LIST")
    for (_, file), digest in lists:
        check_list(bundle, file, digest, told, authorities)
    for (kind, digest), (_, file) in sorted(kept.items()):
        if (kind, digest) not in needed:
            bundle.add(file, "UNNEEDED")
    for one in told:
        has_list = one["chain"] and LIST in one["chain"][0]
        bundle.counts["with_list" if has_list else "without_list"] += 1


def judgements(bundle, entry, told):
    """What a step tells of each signer's certificate. One that is not registered is found where the signature is checked."""
    signed = entry["told"].get("signed") or {}
    for member in ("seal", "officer"):
        fact = signed.get(member)
        if not fact:
            continue
        chain = fact.get("chain", [])
        for link in chain:
            if not {AUTHORITY} <= set(link) <= {AUTHORITY, LIST} or not all(isinstance(digest, str) for digest in link.values()):
                raise ValueError("no link")
        known = [bundle.certificates.get((fact["certificate_sha256"], purpose)) for purpose in ("SEAL", "OFFICER")]
        known = [one["certificate"] for one in known if one]
        if known:
            told.append({"index": entry["leaf"]["log_index"], "hub_time": entry["leaf"]["hub_time"], "file": entry["files"][0],
                         "place": f"details.signed.{member}.chain", "certificate": known[0], "chain": chain})


def check_chain(bundle, told, kept, authorities):
    """The papers were in the log before the step, and the authorities could sign what they signed. Which papers it needs."""
    signed, chain, needed, are_there = told["certificate"], told["chain"], set(), True
    if not chain:
        looking = [signed]
        while looking:
            signed = looking.pop()
            for digest, authority in authorities.items():
                if ("AUTHORITY", digest) not in needed and issued_by(signed, authority):
                    needed.add(("AUTHORITY", digest))
                    looking.append(authority)
        return needed
    for number, link in enumerate(chain):
        for kind, member in (("AUTHORITY", AUTHORITY), ("REVOCATION_LIST", LIST)):
            if member not in link:
                continue
            place = f"{told['place']}[{number}].{member}"
            if (kind, link[member]) not in kept:
                bundle.add(told["file"], "MISSING", place)
                are_there = False
                continue
            needed.add((kind, link[member]))
            if kept[kind, link[member]][0] > told["index"]:
                bundle.add(told["file"], "NOT_YET_KEPT", place)
    for number, link in enumerate(chain if are_there else []):
        authority = authorities.get(link[AUTHORITY])
        if authority is None:
            continue
        # Whoever is believed is believed for itself: of those above the first one the days are no matter.
        is_valid = number > 0 or Certificate(authority).is_valid_at(told["hub_time"])
        if not is_valid or not issued_by(signed, authority):
            bundle.add(told["file"], "CHAIN_NOT_TRUSTED", f"{told['place']}[{number}].{AUTHORITY}")
        signed = authority
    return needed


def check_list(bundle, file, digest, told, authorities):
    """The list is its authority's, spoke at the time of the step, and does not name what was looked up in it."""
    try:
        found = List(bundle.read(file, PAPER_BYTES) or b"")
    except NO_PAPER:
        return bundle.add(file, "MALFORMED")
    asked = [(one, number) for one in told for number, link in enumerate(one["chain"]) if link.get(LIST) == digest]
    signers = {one["chain"][number][AUTHORITY] for one, number in asked}
    if not all(found.is_signed_by(authorities[signer]) for signer in signers if signer in authorities):
        return bundle.add(file, "CHAIN", "issuer")
    for one, number in asked:
        below = one["certificate"] if number == 0 else authorities.get(one["chain"][number - 1][AUTHORITY])
        # An authority's own list must still speak; of one above it what it names counts as long as no other comes.
        speaks = found.this_update <= one["hub_time"] + LEEWAY and (number > 0 or one["hub_time"] < found.next_update)
        place = f"{one['place']}[{number}].{LIST}"
        if below is not None and found.names(below):
            bundle.add(one["file"], "CHAIN_REVOKED", place)
        elif not speaks:
            bundle.add(one["file"], "CHAIN_UNKNOWN", place)
