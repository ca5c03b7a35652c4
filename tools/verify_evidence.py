"""Receipts and bundles for the second verifier (tools/verify.py), written from docs/verify-receipt.md, docs/verify-bundle.md and
docs/signing.md, not from the first verifier's code.

Python's standard library; signatures are checked by the `openssl` command, each once however many receipts share it.
"""

import base64
import hashlib
import json
import os
import re
import stat
import subprocess
import unicodedata
from datetime import date, datetime, timedelta, timezone

import verify_papers as papers
from verify_der import Certificate, algorithm_of
from verify import (DOCUMENT, ERASURE, NO_CONTENT, REGISTRY, REQUEST, TRUST, Unreadable, der_of, leaf_of, openssl, row_digest,
                    sha256)

RECEIPT_BYTES, EVIDENCE_BYTES, NOTE_BYTES = 64 * 1024, 8 * 1024 * 1024, 16 * 1024
JWS_BYTES, PAYLOAD_BYTES, HEADER_BYTES = 512 * 1024, 256 * 1024, 1024
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
COLUMNS = ("log_index entry_type subject version action from_state to_state agency officer party counterparty hub_time "
           "details").split()
COMPACT, GENERAL, PROTOBUF = "application/jose", "application/jose+json", "application/protobuf"
FORMATS = {"JWS_COMPACT": COMPACT, "JWS_GENERAL": GENERAL}
ENDINGS = {COMPACT: "document.jws", GENERAL: "document.jws.json", PROTOBUF: "message.pb"}


class Refused(Exception):
    """It does not hold: a code, and the file and member if there are any."""

    def __init__(self, code, field="", file=None):
        super().__init__(code)
        self.code, self.field, self.file = code, field, file


def require(holds, code, field="", file=None):
    if not holds:
        raise Refused(code, field, file)


# ---- forms ----------------------------------------------------------------------------------------------------------------


def once(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member twice")
    return found


def no_constant(name):
    raise ValueError(name)


def whole(text):
    if text == "-0":
        raise ValueError(text)
    return int(text)


def load(data):
    """JSON, UTF-8, each member once; None: it is none."""
    try:
        value = json.loads(data.decode(), object_pairs_hook=once, parse_constant=no_constant, parse_int=whole)
        if b"\\u" in data:
            # Half of a surrogate pair is no character.
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except (ValueError, RecursionError):
        return None


def pretty(value):
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def base64_of(text, url=False):
    """The bytes of base64 in its one right form; None: it is none."""
    try:
        data = text.encode("ascii") if isinstance(text, str) else None
        if data is None:
            return None
        if url:
            require(re.fullmatch(rb"[A-Za-z0-9_-]*", data) and len(data) % 4 != 1, "")
            decoded = base64.urlsafe_b64decode(data + b"=" * (-len(data) % 4))
            return decoded if base64.urlsafe_b64encode(decoded).rstrip(b"=") == data else None
        decoded = base64.b64decode(data, validate=True)
        return decoded if base64.b64encode(decoded) == data else None
    except (ValueError, Refused):
        return None


def hex_of(text):
    if not isinstance(text, str) or not re.fullmatch(r"(?:[0-9a-f]{2})*", text):
        return None
    return bytes.fromhex(text)


# ---- checkpoints and receipts ---------------------------------------------------------------------------------------------


class Keys:
    """The hub's public keys: name, and for each of the two algorithms its id and its key as openssl takes it."""

    PREFIX = {b"\x01": "302a300506032b6570032100", b"\xffes256": "3059301306072a8648ce3d020106082a8648ce3d030107034200"}

    def __init__(self, lines, statements=()):
        self.lines, self.keys, self.checked, self.retired = lines, [], {}, {}
        for line in lines:
            parts = line.split(" ")
            require(len(parts) == 2, "MALFORMED")
            keys = []
            for part, algorithm, length in zip(parts, (b"\x01", b"\xffes256"), (32, 65)):
                fields = part.split("+", 2)
                data = base64_of(fields[2]) if len(fields) == 3 else None
                require(data is not None and data.startswith(algorithm) and len(data) == len(algorithm) + length, "MALFORMED")
                name, key = fields[0], data[len(algorithm):]
                require(is_name(name) and (length == 32 or key[0] == 4), "MALFORMED")
                key_id = sha256(name.encode(), b"\n", data)[:4]
                require(fields[1] == key_id.hex(), "MALFORMED")
                keys.append((name, key_id, bytes.fromhex(self.PREFIX[algorithm]) + key))
            require(keys[0][0] == keys[1][0], "MALFORMED")
            self.keys.append(keys)
        for statement in statements:
            self.retire(statement.removeprefix("#!").split())

    def retire(self, words):
        """A statement `#! retired INDEX NAME+ID`; there is no other."""
        require(len(words) == 3 and words[0] == "retired" and re.fullmatch(r"0|[1-9][0-9]{0,18}", words[1]), "MALFORMED")
        _, index, name = words
        named = [line for line in self.lines if line.startswith(f"{name}+")]
        require(len(named) == 1 and name.count("+") == 1 and name not in self.retired, "MALFORMED")
        self.retired[name] = int(index)

    def may_sign(self, keys, size):
        """Whether they are not retired by an entry of that tree."""
        name, key_id, _ = keys[0]
        return size <= self.retired.get(f"{name}+{key_id.hex()}", size)

    @classmethod
    def read(cls, path):
        try:
            with open(path, encoding="utf-8") as file:
                lines = [line.strip() for line in file]
            statements = [line for line in lines if line.startswith("#!")]
            return cls([line for line in lines if line and not line.startswith("#")], statements)
        except (OSError, ValueError, Refused) as error:
            raise Unreadable(f"--hub-keys: {path}: {error}") from error

    def checkpoint(self, note):
        """What a signed checkpoint says; its signatures are computed once."""
        if note not in self.checked:
            try:
                self.checked[note] = self.verify(note), None
            except Refused as refused:
                self.checked[note] = None, refused.code
        told, code = self.checked[note]
        require(code is None, code)
        return told

    def verify(self, note):
        text, signatures = read_note(note)
        told = checkpoint_of(text)
        require(told is not None, "CHECKPOINT_MALFORMED")
        named = []
        for keys in self.keys:
            if keys[0][0] == told["origin"] and any(
                    (name, key_id) == keys[n][:2] for name, key_id, _ in signatures for n in (0, 1)):
                named.append(keys)
        require(named, "KEY_UNKNOWN")
        standing = [keys for keys in named if self.may_sign(keys, told["size"])]
        require(any(self.has_signed(keys, text.encode(), signatures) for keys in standing or named), "SIGNATURE_WRONG")
        require(standing, "KEY_RETIRED")
        return told

    @staticmethod
    def has_signed(keys, text, signatures):
        for place, (name, key_id, key) in enumerate(keys):
            own = [signature for signer, by, signature in signatures if (signer, by) == (name, key_id)]
            if not own:
                return False
            for signature in own:
                if len(signature) != 64 or not (ed25519, es256)[place](key, text, signature):
                    return False
        return True


def read_note(note):
    """The text of a signed note, and its signatures: name, key id, bytes."""
    malformed = "CHECKPOINT_MALFORMED"
    require(isinstance(note, str) and len(note.encode("utf-8", "surrogatepass")) <= NOTE_BYTES, malformed)
    require(not any(unicodedata.category(c) == "Cc" and c != "\n" for c in note), malformed)
    text, gap, lines = note.rpartition("\n\n")
    require(gap and text and lines.endswith("\n"), malformed)
    signatures = []
    for line in lines[:-1].split("\n"):
        require(line.startswith("\u2014 "), malformed)
        name, space, encoded = line[2:].partition(" ")
        data = base64_of(encoded)
        require(space and is_name(name) and data is not None and len(data) >= 4, malformed)
        signatures.append((name, data[:4], data[4:]))
    require(len(signatures) <= 16, malformed)
    return text + "\n", signatures


def ed25519(key, text, signature):
    return openssl(["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "KEY", "-rawin", "-in", "TEXT",
                    "-sigfile", "SIGNATURE"], key, text, signature)


def es256(key, text, signature):
    return len(signature) == 64 and openssl(
        ["dgst", "-sha256", "-keyform", "DER", "-verify", "KEY", "-signature", "SIGNATURE", "TEXT"], key, text, der_of(signature))


def ps256(key, text, signature):
    return openssl(["dgst", "-sha256", "-keyform", "DER", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32",
                    "-sigopt", "rsa_mgf1_md:sha256", "-verify", "KEY", "-signature", "SIGNATURE", "TEXT"], key, text, signature)


def is_name(name):
    return bool(name) and not any(c.isspace() or unicodedata.category(c) == "Cc" or c == "+" for c in name)


def checkpoint_of(text):
    """Origin, size, root and time; None: these are not the four lines, or not written in their one way."""
    lines = text.split("\n")
    if len(lines) != 5 or lines[4] or not is_name(lines[0]) or not re.fullmatch(r"0|[1-9][0-9]{0,19}", lines[1]):
        return None
    root, size = base64_of(lines[2]), int(lines[1])
    match = re.fullmatch(r"hub-time (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})Z", lines[3], re.ASCII)
    if root is None or len(root) != 32 or not match or size >= 1 << 64:
        return None
    try:
        time = datetime.strptime(match[1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    micros = (time - EPOCH) // timedelta(microseconds=1) + int(match[2])
    return {"origin": lines[0], "size": size, "root": root, "hub_time": micros}


def leads_to(leaf_hash, index, size, proof, root):
    """RFC 9162 section 2.1.3.2."""
    if index >= size:
        return False
    node, last, found = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = sha256(b"\1", sibling, found)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            found = sha256(b"\1", found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


MEMBERS = ("schema", "log_index", "leaf", "inclusion_proof", "checkpoint", "content_sha256")


def read_receipt(data):
    """A receipt's parts."""
    malformed = "RECEIPT_MALFORMED"
    value = load(data) if len(data) <= RECEIPT_BYTES else None
    require(isinstance(value, dict) and set(MEMBERS) <= set(value) <= {*MEMBERS, "content_salt"}, malformed)
    index, proof, salt = value["log_index"], value["inclusion_proof"], value.get("content_salt")
    require(isinstance(index, int) and not isinstance(index, bool) and 0 <= index < 1 << 64, malformed)
    require(value["schema"] == "lienthong/receipt/1" if isinstance(value["schema"], str) else False, malformed)
    require(isinstance(proof, list) and isinstance(value["checkpoint"], str), malformed)
    leaf, proof, content = base64_of(value["leaf"]), [base64_of(hash_) for hash_ in proof], hex_of(value["content_sha256"])
    require(leaf is not None and all(hash_ is not None and len(hash_) == 32 for hash_ in proof), malformed)
    require(content is not None and len(content) == 32, malformed)
    require(salt is None or hex_of(salt) is not None, malformed)
    fields = leaf_of(leaf)
    require(fields is not None and fields["log_index"] == index, "LEAF_WRONG")
    return {"leaf": leaf, "fields": fields, "proof": proof, "checkpoint": value["checkpoint"], "content_sha256": content,
            "content_salt": None if salt is None else hex_of(salt)}


def verify_receipt(data, keys, document=None):
    """What a receipt proves, or why it proves nothing."""
    receipt = read_receipt(data)
    told, leaf = keys.checkpoint(receipt["checkpoint"]), receipt["fields"]
    holds = leads_to(sha256(b"\0", receipt["leaf"]), leaf["log_index"], told["size"], receipt["proof"], told["root"])
    require(holds, "PROOF_WRONG")
    require(leaf["hub_time"] <= told["hub_time"], "TIME_WRONG")
    if document is not None:
        salt = receipt["content_salt"]
        require(salt is not None and sha256(salt, document) == leaf["content_digest"], "CONTENT_WRONG")
    return receipt


# ---- signed documents -----------------------------------------------------------------------------------------------------


def open_jws(content):
    """Form, payload and parts of a JWS."""
    require(len(content) <= JWS_BYTES, "TOO_LARGE")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Refused("MALFORMED") from None
    if text.lstrip().startswith("{"):
        value = load(content)
        require(isinstance(value, dict) and set(value) == {"payload", "signatures"}, "MALFORMED")
        require(isinstance(value["payload"], str) and isinstance(value["signatures"], list), "MALFORMED")
        parts = []
        for part in value["signatures"]:
            require(isinstance(part, dict) and set(part) == {"protected", "signature"}, "MALFORMED")
            require(all(isinstance(member, str) for member in part.values()), "MALFORMED")
            parts.append((part["protected"], part["signature"]))
        form, payload = "JWS_GENERAL", value["payload"]
    else:
        fields = text.split(".")
        require(len(fields) == 3, "MALFORMED")
        form, payload, parts = "JWS_COMPACT", fields[1], [(fields[0], fields[2])]
    require(1 <= len(parts) <= 2, "SIGNATURE_COUNT")
    decoded = base64_of(payload, url=True)
    require(decoded is not None, "NOT_BASE64URL")
    require(len(decoded) <= PAYLOAD_BYTES, "PAYLOAD_TOO_LARGE")
    return form, decoded, payload, parts


def read_header(protected):
    data = base64_of(protected, url=True)
    require(data is not None, "NOT_BASE64URL")
    header = load(data) if len(data) <= HEADER_BYTES else None
    require(isinstance(header, dict), "HEADER_MALFORMED")
    require(set(header) <= {"alg", "typ", "kid", "nonce", "iat", "exp"}, "HEADER_NOT_ALLOWED")
    require(header.get("typ") == "lienthong+jws", "WRONG_TYPE")
    require(header.get("alg") in ("ES256", "PS256"), "ALGORITHM_NOT_ALLOWED")
    kid, nonce = base64_of(header.get("kid"), url=True), base64_of(header.get("nonce"), url=True)
    require(kid is not None and len(kid) == 32, "KID_MALFORMED")
    require(nonce is not None and 16 <= len(nonce) <= 64, "NONCE_MALFORMED")
    for name in ("iat", "exp"):
        value = header.get(name)
        require(isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 253_402_300_799, "TIME_MALFORMED")
    require(1 <= header["exp"] - header["iat"] <= 30 * 86_400, "LIFETIME_INVALID")
    return dict(header, kid=kid.hex())


def public_key(der):
    """The key of a certificate (DER, SubjectPublicKeyInfo) and what it signs with."""
    try:
        certificate = Certificate(der)
        require(certificate.may_sign(), "KEY_NOT_USABLE")
        return certificate.key, algorithm_of(certificate.key)
    except (ValueError, IndexError):
        raise Refused("KEY_NOT_USABLE") from None


def words(text):
    return [unicodedata.normalize("NFC", word.lower()) for word in text.split()]


# ---- bundles --------------------------------------------------------------------------------------------------------------


ROLES = (
    (r"checkpoint\.txt", "CHECKPOINT"), (r"hub\.keys", "HUB_KEYS"), (r"tom-tat\.html", "SUMMARY"),
    (r"entries/[a-z0-9_]+\.receipt\.json", "RECEIPT"), (r"entries/[a-z0-9_]+\.event\.json", "EVENT"),
    (r"entries/[a-z0-9_]+\.(?:document\.json|document\.jws|document\.jws\.json|message\.pb)", "DOCUMENT"),
    (r"entries/[a-z0-9_]+\.paper\.der", "PAPER"),
    (r"entries/[a-z0-9_]+\.erased\.txt", "ERASED"),
    (r"attachments/[a-z0-9_]+", "ATTACHMENT"), (r"certificates/[a-z0-9_]+\.der", "CERTIFICATE"),
)


# What brings a paper of an authority.
PAPERS = {"AUTHORITY": "trust_authority", "REVOCATION_LIST": "take_revocation_list"}


def without_chains(signed):
    """What the document itself tells of its signatures."""
    if not isinstance(signed, dict):
        return signed
    return {name: {key: value for key, value in fact.items() if key != "chain"} if isinstance(fact, dict) else fact
            for name, fact in signed.items()}


def role_of(path):
    return next((role for pattern, role in ROLES if re.fullmatch(pattern, path)), None)


class Bundle:
    """A folder, and what is wrong with it."""

    def __init__(self, root, trusted):
        self.root, self.trusted, self.faults = root, trusted, []
        self.names, self.entries = set(), {}
        self.certificates, self.officers = {}, {}
        names = ("entries", "documents", "signatures", "with_list", "without_list", "attachments", "erased")
        self.counts = dict.fromkeys(names, 0)

    def add(self, file, code, field=""):
        self.faults.append({"file": file, "field": field, "code": code})

    def listing(self, folder="", depth=0):
        for entry in os.scandir(os.path.join(self.root, folder)):
            name = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False) and depth < 4:
                self.listing(name, depth + 1)
            else:
                self.names.add(name)

    def is_file(self, name):
        return name in self.names and stat.S_ISREG(os.lstat(os.path.join(self.root, name)).st_mode)

    def read(self, name, most=EVIDENCE_BYTES):
        if not self.is_file(name):
            return None
        with open(os.path.join(self.root, name), "rb") as file:
            data = file.read(most + 1)
        return data if len(data) <= most else None

    def digest(self, name):
        digest, size = hashlib.sha256(), 0
        if self.is_file(name):
            with open(os.path.join(self.root, name), "rb") as file:
                while chunk := file.read(1 << 16):
                    digest.update(chunk)
                    size += len(chunk)
        return digest.hexdigest(), size

    def check(self):
        self.listing()
        manifest = self.manifest()
        if manifest is None or self.faults:
            return
        self.listed = {listed["path"]: listed["role"] for listed in manifest["files"]}
        try:
            keys = self.hub_keys()
            note = (self.read("checkpoint.txt") or b"\xff").decode()
            keys.checkpoint(note)
        except UnicodeDecodeError:
            return self.add("checkpoint.txt", "MALFORMED")
        except Refused as refused:
            return self.add(refused.file or "checkpoint.txt", refused.code)
        self.size, self.origin = keys.checkpoint(note)["size"], keys.checkpoint(note)["origin"]
        for path in self.of("RECEIPT"):
            self.guarded(path, self.entry, path, keys, note)
        if self.faults:
            return
        known = {name for entry in self.entries.values() for name in entry["files"]}
        for path in (*self.of("EVENT"), *self.of("DOCUMENT"), *self.of("PAPER")):
            if path not in known:
                self.add(path, "UNNEEDED")
        self.check_erased()
        if self.faults:
            return
        self.life(manifest["enforcement_request_id"])
        for entry in self.entries.values():
            if entry["leaf"]["entry_type"] == REGISTRY:
                self.guarded(entry["files"][0], self.registry, entry)
        self.check_certificates()
        papers.check(self, [entry for _, entry in sorted(self.entries.items())])
        self.check_attachments(manifest["attachments"])
        for entry in self.steps():
            self.guarded(entry["files"][-1], self.document, entry)

    def guarded(self, file, check, *arguments):
        try:
            check(*arguments)
        except Refused as refused:
            self.add(refused.file or file, refused.code, refused.field)
        except (AttributeError, KeyError, TypeError, ValueError):
            self.add(file, "MALFORMED")

    def of(self, role):
        return [path for path, is_role in self.listed.items() if is_role == role]

    def steps(self):
        return [entry for entry in self.entries.values() if entry["leaf"]["entry_type"] == REQUEST]

    def manifest(self):
        name = "manifest.json"
        if name not in self.names:
            return self.add(name, "MISSING")
        data = self.read(name)
        manifest = load(data) if data is not None else None
        if not self.is_manifest(manifest) or pretty(manifest) != data:
            return self.add(name, "MALFORMED")
        paths = [listed["path"] for listed in manifest["files"]]
        for path in ("checkpoint.txt", "hub.keys", "tom-tat.html"):
            if path not in paths:
                self.add(path, "MISSING")
        for listed in manifest["files"]:
            if listed["path"] not in self.names:
                self.add(listed["path"], "MISSING")
            elif self.digest(listed["path"]) != (listed["sha256"], listed["size"]):
                self.add(listed["path"], "DIFFERS")
        for path in sorted(self.names - set(paths) - {name}, key=str.encode):
            self.add(path, "UNLISTED")
        return manifest

    @staticmethod
    def is_manifest(manifest):
        if not isinstance(manifest, dict) or list(manifest) != [
                "schema", "enforcement_request_id", "attachments", "revocation_lists", "files"]:
            return False
        files = manifest["files"]
        if (manifest["schema"] != "lienthong/bundle/1" or not isinstance(manifest["enforcement_request_id"], str)
                or manifest["attachments"] not in ("INCLUDED", "LEFT_OUT") or manifest["revocation_lists"] != "INCLUDED"
                or not isinstance(files, list)):
            return False
        for listed in files:
            if not isinstance(listed, dict) or list(listed) != ["path", "role", "size", "sha256"]:
                return False
            path, size = listed["path"], listed["size"]
            if not isinstance(path, str) or role_of(path) is None or role_of(path) != listed["role"]:
                return False
            if not isinstance(size, int) or isinstance(size, bool) or size < 0 or not isinstance(listed["sha256"], str):
                return False
        paths = [listed["path"].encode() for listed in files]
        return all(left < right for left, right in zip(paths, paths[1:]))

    def hub_keys(self):
        try:
            text = (self.read("hub.keys") or b"").decode()
            keys = Keys(text.splitlines())
        except (UnicodeDecodeError, Refused):
            raise Refused("MALFORMED", file="hub.keys") from None
        require(keys.lines and "".join(f"{line}\n" for line in keys.lines) == text, "MALFORMED", file="hub.keys")
        if self.trusted is None:
            return keys
        if any(line not in self.trusted.lines for line in keys.lines):
            self.add("hub.keys", "OTHER_KEYS")
        return self.trusted

    def entry(self, path, keys, note):
        data = self.read(path) or b""
        receipt = read_receipt(data)
        require(receipt["checkpoint"] == note, "OTHER_CHECKPOINT", "checkpoint")
        receipt = verify_receipt(data, keys)
        leaf = receipt["fields"]
        prefix = f"entries/{leaf['log_index']:010}."
        require(path == f"{prefix}receipt.json", "OTHER_ENTRY", "log_index")
        self.counts["entries"] += 1
        file = f"{prefix}event.json"
        require(file in self.listed, "MISSING", file=file)
        data = self.read(file)
        event = load(data) if data is not None else None
        require(isinstance(event, dict) and list(event) == COLUMNS and pretty(event) == data, "MALFORMED", file=file)
        for column in COLUMNS:
            value = event[column]
            is_number = column in ("log_index", "entry_type", "version", "hub_time")
            if is_number:
                require(isinstance(value, int) and not isinstance(value, bool), "MALFORMED", column, file)
            elif column in ("from_state", "to_state", "party", "counterparty"):
                require(value is None or isinstance(value, str), "MALFORMED", column, file)
            else:
                require(isinstance(value, str), "MALFORMED", column, file)
            if column in leaf:
                must = leaf[column] if leaf[column] != "" or column not in ("from_state", "to_state", "counterparty") else None
                require(value == must, "EVENT_DIFFERS", column, file)
        try:
            digest = row_digest(event.values())
        except UnicodeEncodeError:
            digest = None
        require(digest == leaf["row_digest"] and event["party"] != "", "EVENT_DIFFERS", "details", file)
        entry = {"leaf": leaf, "files": [file], "told": load(event["details"].encode()), "document": None}
        if leaf["entry_type"] == REQUEST:
            require(isinstance(entry["told"], dict), "MALFORMED", "details", file)
            self.content(entry, receipt, prefix)
        if leaf["entry_type"] == TRUST:
            self.paper(entry, receipt, prefix)
        elif entry["document"] is None:
            require(receipt["content_sha256"] == NO_CONTENT and receipt["content_salt"] is None, "CONTENT", "content_sha256")
        self.entries[leaf["log_index"]] = entry

    def content(self, entry, receipt, prefix):
        told, leaf = entry["told"], entry["leaf"]
        signed = told.get("signed") or {}
        media_type = FORMATS.get(signed.get("format")) or (told.get("beside") or {}).get("media_type") or "application/json"
        file = prefix + ENDINGS.get(media_type, "document.json")
        if leaf["content_digest"] == NO_CONTENT:
            return
        if file not in self.listed:
            entry["absent"] = file
            return
        content, salt = self.read(file) or b"", receipt["content_salt"]
        require(salt is not None and sha256(salt, content) == leaf["content_digest"], "CONTENT", file=file)
        try:
            stated = open_jws(content)[1] if media_type in (COMPACT, GENERAL) else content
        except Refused:
            stated = None
        require(stated is not None and sha256(stated) == receipt["content_sha256"], "CONTENT", "content_sha256")
        self.counts["documents"] += 1
        entry.update(document=(media_type, content, stated))
        entry["files"].append(file)

    def paper(self, entry, receipt, prefix):
        """The certificate or the list of an authority: its bytes are those of the leaf and of the subject."""
        leaf, told = entry["leaf"], entry["told"]
        kind = told.get("kind") if isinstance(told, dict) else None
        require(leaf["action"] == PAPERS.get(kind, 0), "MALFORMED", "details", entry["files"][0])
        file = f"{prefix}paper.der"
        require(file in self.listed, "MISSING", file=file)
        content, salt = self.read(file, papers.PAPER_BYTES) or b"", receipt["content_salt"]
        digest = sha256(content)
        is_content = salt is not None and sha256(salt, content) == leaf["content_digest"]
        require(is_content and digest.hex() == leaf["subject"], "CONTENT", file=file)
        require(digest == receipt["content_sha256"], "CONTENT", "content_sha256")
        entry["paper"] = kind
        entry["files"].append(file)

    def check_erased(self):
        """Content that is not there is missing, unless an entry of the bundle destroyed its key by two persons' decision."""
        self.erased, known = set(), set()
        for index, entry in sorted(self.entries.items()):
            leaf, told = entry["leaf"], entry["told"]
            if leaf["entry_type"] != ERASURE:
                continue
            if leaf["action"] not in ("propose_erasure", "erase", "reject_erasure") or not isinstance(told, dict):
                self.add(entry["files"][0], "MALFORMED", "details")
                continue
            if leaf["action"] != "erase":
                continue
            first = (self.entries.get(told.get("proposed")) or {}).get("leaf", {})
            is_second = (first.get("entry_type") == ERASURE and first["action"] == "propose_erasure"
                         and all(first[name] == leaf[name] for name in ("subject", "agency"))
                         and first["officer"] != leaf["officer"] and first["log_index"] < index
                         and leaf["hub_time"] <= first["hub_time"] + 30 * 86_400_000_000)
            if not is_second:
                self.add(entry["files"][0], "ERASURE", "details.proposed")
                continue
            file = f"entries/{index:010}.erased.txt"
            known.add(file)
            if file not in self.listed:
                self.add(file, "MISSING")
                continue
            data = self.read(file) or b""
            places = {int(line) if re.fullmatch(rb"[0-9]{1,19}", line) else None for line in data.splitlines()}
            if sha256(data).hex() != told.get("keys_sha256") or None in places or len(places) != told.get("keys"):
                self.add(file, "CONTENT")
            else:
                self.erased |= places
        for path in self.of("ERASED"):
            if path not in known:
                self.add(path, "UNNEEDED")
        for index, entry in sorted(self.entries.items()):
            if "absent" in entry:
                if (entry["told"].get("opened") or {}).get("body_index", index) in self.erased:
                    self.counts["erased"] += 1
                else:
                    self.add(entry["absent"], "MISSING")

    def life(self, request):
        before = None
        for index in sorted(self.entries):
            entry, leaf = self.entries[index], self.entries[index]["leaf"]
            if leaf["entry_type"] not in (REQUEST, REGISTRY, DOCUMENT, TRUST, ERASURE):
                self.add(f"entries/{index:010}.receipt.json", "UNNEEDED", "leaf")
            if leaf["entry_type"] != REQUEST:
                continue
            if leaf["subject"] != request:
                self.add(entry["files"][0], "UNNEEDED", "subject")
                continue
            if before is None:
                follows = (leaf["version"], leaf["action"], leaf["from_state"]) == (1, "submit", "")
            else:
                follows = leaf["version"] == before["version"] + 1 and leaf["from_state"] == before["to_state"]
            if not follows:
                self.add(entry["files"][0], "GAP", "version")
            before = leaf
        if before is None:
            self.add("manifest.json", "GAP", "enforcement_request_id")

    def registry(self, entry):
        leaf, told = entry["leaf"], entry["told"]
        try:
            if told.get("officer"):
                officer = told["officer"]
                stated = (date.fromisoformat(officer["valid_from"]),
                          date.fromisoformat(officer["valid_to"]) if officer.get("valid_to") else None, officer)
                self.officers.setdefault((leaf["subject"], officer["id"]), []).append((leaf["log_index"], stated))
            for credential in told.get("credentials", []):
                certificate = base64_of(credential["certificate"])
                require(sha256(certificate).hex() == credential["sha256"], "MALFORMED", "details")
                key = credential["sha256"], credential["purpose"]
                if credential.get("revoked_time") is not None:
                    if key in self.certificates:
                        self.certificates[key].setdefault("revoked", leaf["log_index"])
                else:
                    self.certificates.setdefault(key, {
                        "agency": leaf["subject"], "officer": credential.get("officer"), "certificate": certificate,
                        "registered": leaf["log_index"], "not_before": credential["not_before"],
                        "not_after": credential["not_after"]})
        except (AttributeError, KeyError, TypeError, ValueError):
            raise Refused("MALFORMED", "details") from None

    def check_certificates(self):
        for path in self.of("CERTIFICATE"):
            der = self.read(path) or b""
            is_registered = any(known["certificate"] == der for known in self.certificates.values())
            if path != f"certificates/{sha256(der).hex()}.der" or not is_registered:
                self.add(path, "UNNEEDED")

    def check_attachments(self, included):
        uploads = {entry["leaf"]["subject"]: entry for entry in self.entries.values() if entry["leaf"]["entry_type"] == DOCUMENT}
        named = set()
        for entry in self.steps():
            for document in entry["told"].get("attachments", []):
                if document not in uploads:
                    self.add(entry["files"][0], "MISSING", "details.attachments")
                named.add(document)
        for document, upload in sorted(uploads.items()):
            path, told = f"attachments/{document}", upload["told"]
            if not isinstance(told, dict) or not isinstance(told.get("sha256"), str):
                self.add(upload["files"][0], "MALFORMED", "details.sha256")
                continue
            if document not in named:
                self.add(upload["files"][0], "UNNEEDED", "subject")
            if included == "LEFT_OUT":
                if path in self.listed:
                    self.add(path, "UNLISTED")
            elif path not in self.listed and upload["leaf"]["log_index"] in self.erased:
                self.counts["erased"] += 1
            elif path not in self.listed:
                self.add(path, "MISSING")
            elif self.digest(path)[0] != told["sha256"]:
                self.add(path, "CONTENT", "sha256")
            else:
                self.counts["attachments"] += 1
        for path in self.of("ATTACHMENT"):
            if path.removeprefix("attachments/") not in named:
                self.add(path, "UNNEEDED")

    def document(self, entry):
        if entry["document"] is None:
            return
        media_type, content, stated = entry["document"]
        leaf, told = entry["leaf"], entry["told"]
        if media_type == PROTOBUF:
            return
        document = load(stated)
        require(isinstance(document, dict) and isinstance(document.get("agency"), str), "MALFORMED")
        about = document.get("enforcement_request_id")
        is_about = about == leaf["subject"] or (about is None and leaf["action"] == "submit")
        require(document["agency"] == leaf["agency"] and is_about, "OTHER_AGENCY", "agency")
        found = self.signed(leaf, content) if media_type in (COMPACT, GENERAL) else None
        require(found == without_chains(told.get("signed")), "SIGNED_DIFFERS", "details.signed", entry["files"][0])
        if found is None:
            return
        for signer in (found["seal"], found.get("officer")):
            path = f"certificates/{signer['certificate_sha256']}.der" if signer else None
            require(path is None or path in self.listed, "MISSING", file=path)
        head = document.get("head") if leaf["action"] != "record_answer" else None
        if found.get("officer"):
            paper = head["signer"]["officer_id"] if head else leaf["officer"]
            require(found["officer"]["officer_id"] == paper, "OFFICER_MISMATCH", "signatures")
        if head:
            require(self.is_known(leaf, head), "SIGNER", "/head/signer")

    def is_known(self, leaf, head):
        signer, day = head["signer"], date.fromisoformat(head["date"])
        for index, (first, last, officer) in reversed(self.officers.get((leaf["agency"], signer["officer_id"]), [])):
            if index < leaf["log_index"] and first <= day:
                return ((last is None or day <= last) and words(officer["full_name"]) == words(signer["full_name"])
                        and words(officer["position"]) == words(signer["position"]))
        return False

    def signed(self, leaf, content):
        """What the signatures are, in the form in which the log tells them, if all are good."""
        form, _, payload, parts = open_jws(content)
        headers = []
        for number, (protected, signature) in enumerate(parts):
            try:
                headers.append((number, read_header(protected), protected, base64_of(signature, url=True)))
                require(headers[-1][3] is not None, "NOT_BASE64URL")
            except Refused as refused:
                raise Refused(refused.code, f"signatures[{number}]") from None
        found = {"format": form}
        for number, header, protected, signature in headers:
            place = f"signatures[{number}]"
            purpose, registered = self.signer(leaf, header, place)
            key, algorithm = public_key(registered["certificate"])
            require(algorithm == header["alg"], "ALGORITHM_MISMATCH", place)
            good = (es256 if algorithm == "ES256" else ps256)(key, f"{protected}.{payload}".encode(), signature)
            require(good, "BAD_SIGNATURE", place)
            fact = {"algorithm": header["alg"], "certificate_sha256": header["kid"]}
            if purpose == "OFFICER":
                fact = {"officer_id": registered["officer"], **fact}
            slot = "officer" if purpose == "OFFICER" else "seal"
            require(slot not in found, "SIGNER_REPEATED", place)
            found[slot] = fact
        require("seal" in found, "SEAL_MISSING")
        self.counts["signatures"] += len(parts)
        return found

    def signer(self, leaf, header, place):
        """The certificate that the header names, if it could sign where the document stands in the log."""
        seconds, index = leaf["hub_time"] // 1_000_000, leaf["log_index"]
        require(header["iat"] <= seconds + 300, "NOT_YET_VALID", place)
        # A sandbox's time goes ahead of the machine's, by which it judged what was signed: nothing has ended by it.
        is_sandbox = self.origin.startswith("sandbox.")
        require(is_sandbox or seconds < header["exp"], "EXPIRED", place)
        for purpose in ("SEAL", "OFFICER"):
            known = self.certificates.get((header["kid"], purpose))
            if known and known["agency"] == leaf["agency"]:
                break
        else:
            raise Refused("UNKNOWN_KEY", place)
        require(known["registered"] < index, "CERTIFICATE_NOT_REGISTERED", place)
        require(known.get("revoked", index + 1) > index, "CERTIFICATE_REVOKED", place)
        require(known["not_before"] <= leaf["hub_time"], "CERTIFICATE_NOT_YET_VALID", place)
        require(is_sandbox or leaf["hub_time"] <= known["not_after"], "CERTIFICATE_EXPIRED", place)
        return purpose, known


# ---- commands -------------------------------------------------------------------------------------------------------------


def arguments_of(commands):
    receipt = commands.add_parser("receipt", help="a receipt, or a file with one receipt on each line")
    receipt.add_argument("path")
    receipt.add_argument("--hub-keys", required=True, help="the hub's published keys")
    receipt.add_argument("--document", help="the document that the receipt is to be for")
    receipt.add_argument("--witness-keys", help="keys of witnesses, each of whom must have signed the checkpoint")
    receipt.add_argument("--lines", action="store_true", help="PATH has a receipt on each line; a line is printed for each")
    bundle = commands.add_parser("bundle", help="a folder of `lienthong evidence export`")
    bundle.add_argument("path")
    bundle.add_argument("--hub-keys", help="the hub's published keys; without it those in the folder are used")
    bundle.add_argument("-o", "--output", choices=("table", "json"), default="table")


def witnesses_of(arguments):
    # It uses what stands here.
    from verify_witness import Witnesses
    return Witnesses(arguments.witness_keys) if arguments.witness_keys else None


def run_receipt(arguments):
    keys = Keys.read(arguments.hub_keys)
    witnesses = witnesses_of(arguments)
    try:
        with open(arguments.path, "rb") as file:
            data = file.read()
        document = None
        if arguments.document:
            with open(arguments.document, "rb") as file:
                document = file.read()
    except OSError as error:
        raise Unreadable(str(error)) from error
    refused = 0
    for receipt in data.split(b"\n")[:-1] if arguments.lines else [data]:
        try:
            proved = verify_receipt(receipt, keys, document)
            reason = witnesses.require(proved["checkpoint"]) if witnesses else None
            refused += reason is not None
            print(reason or "HELD")
        except Refused as reason:
            refused += 1
            print(reason.code)
    return 1 if refused else 0


def run_bundle(arguments):
    bundle = Bundle(arguments.path, Keys.read(arguments.hub_keys) if arguments.hub_keys else None)
    try:
        bundle.check()
    except OSError as error:
        raise Unreadable(str(error)) from error
    verdict = "REFUSED" if bundle.faults else "HELD"
    if arguments.output == "json":
        print(json.dumps({"verdict": verdict, **bundle.counts, "faults": bundle.faults}, ensure_ascii=False))
    else:
        for fault in bundle.faults:
            field = f" [{fault['field']}]" if fault["field"] else ""
            print(f"  {fault['file']}{field}: {fault['code']}")
        print(f"{verdict}: {', '.join(f'{count} {name}' for name, count in bundle.counts.items())}")
    return 1 if bundle.faults else 0
