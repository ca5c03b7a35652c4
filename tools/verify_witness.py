"""Cosignatures of witnesses on checkpoints (C2SP tlog-cosignature v1) for the second verifier, written from docs/witness.md."""

from verify import Unreadable, sha256
from verify_evidence import Refused, base64_of, ed25519, is_name, read_note, require

ED25519 = "302a300506032b6570032100"


class Witnesses:
    """Whoever must have signed."""

    def __init__(self, path):
        self.keys = []
        try:
            with open(path, encoding="utf-8") as file:
                lines = [line.strip() for line in file]
        except (OSError, ValueError) as error:
            raise Unreadable(f"--witness-keys: {path}: {error}") from error
        for line in lines:
            if line and not line.startswith("#"):
                self.keys.append(self.key(path, line))
        if not self.keys:
            raise Unreadable(f"--witness-keys: no keys in {path}")

    @staticmethod
    def key(path, line):
        fields = line.split("+", 2)
        data = base64_of(fields[2]) if len(fields) == 3 else None
        if data is not None and len(data) == 33 and data[0] == 4 and is_name(fields[0]):
            key_id = sha256(fields[0].encode(), b"\n", data)[:4]
            if fields[1] == key_id.hex():
                return fields[0], key_id, bytes.fromhex(ED25519) + data[1:]
        raise Unreadable(f"--witness-keys: {path}: not the key of a witness: {line}")

    def check(self, note):
        """Each has signed the note, and no signature of theirs is wrong."""
        text, signatures = read_note(note)
        for name, key_id, key in self.keys:
            own = [signature for signer, by, signature in signatures if (signer, by) == (name, key_id)]
            require(own, "WITNESS_MISSING", name)
            require(all(has_signed(key, text, signature) for signature in own), "WITNESS_WRONG", name)

    def require(self, note):
        """The same; the reason as a text, or None."""
        try:
            self.check(note)
        except Refused as refused:
            return f"{refused.code} {refused.field}".rstrip()
        return None


def has_signed(key, text, signature):
    message = f"cosignature/v1\ntime {int.from_bytes(signature[:8], 'big')}\n{text}"
    return len(signature) == 72 and ed25519(key, message.encode(), signature[8:])
