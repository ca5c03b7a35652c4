"""What the second verifier reads in DER (X.690): certificates and revocation lists (RFC 5280). Written from the standards."""

from datetime import datetime, timedelta, timezone

INTEGER, BIT_STRING, OCTET_STRING, OID, SEQUENCE = 0x02, 0x03, 0x04, 0x06, 0x30
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
EC_KEY, P256 = bytes.fromhex("2a8648ce3d0201"), bytes.fromhex("2a8648ce3d030107")
RSA_KEY, KEY_USAGE = bytes.fromhex("2a864886f70d010101"), bytes.fromhex("551d0f")
# The sizes of RSA keys that are taken, in bits (docs/signing.md).
RSA_BITS = range(2_048, 4_097)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class NotDer(ValueError):
    """It is not what it should be."""


def require(holds):
    if not holds:
        raise NotDer


def element(data, at=0):
    """Tag, content, and where the next element begins. A length has one right form."""
    require(len(data) >= at + 2 and data[at] & 0x1F != 0x1F)
    tag, length, begin = data[at], data[at + 1], at + 2
    if length >= 0x80:
        count = length & 0x7F
        require(1 <= count <= 4 and len(data) >= begin + count and data[begin])
        length, begin = int.from_bytes(data[begin:begin + count], "big"), begin + count
        require(length >= 0x80)
    require(len(data) >= begin + length)
    return tag, data[begin:begin + length], begin + length


def elements(data):
    """All elements, one behind the other, as tag, content and the bytes of both."""
    found, at = [], 0
    while at < len(data):
        tag, content, end = element(data, at)
        found.append((tag, content, data[at:end]))
        at = end
    return found


def sequence(data):
    """The elements of one sequence with nothing behind it."""
    tag, content, end = element(data)
    require(tag == SEQUENCE and end == len(data))
    return elements(content)


def moment(tag, content):
    """Microseconds since 1970."""
    text = content.decode("ascii")
    require(text.endswith("Z") and text[:-1].isdigit())
    if tag == UTC_TIME:
        require(len(text) == 13)
        text = ("20" if text < "5" else "19") + text
    require(tag in (UTC_TIME, GENERALIZED_TIME) and len(text) == 15)
    time = datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)
    return (time - EPOCH) // timedelta(microseconds=1)


def positive(tag, content):
    """An integer above zero in its one right form."""
    require(tag == INTEGER and content and content[0] < 0x80)
    require(len(content) == 1 or content[0] or content[1] >= 0x80)
    number = int.from_bytes(content, "big")
    require(number > 0)
    return number


class Certificate:
    """Issuer, subject, days, key and what the key may do."""

    def __init__(self, der):
        body, _, _ = sequence(der)
        fields = sequence(body[2])
        at = 1 if fields[0][0] == 0xA0 else 0
        self.issuer, validity, self.subject, self.key = (fields[at + place][2] for place in (2, 3, 4, 5))
        (first, last) = sequence(validity)
        self.not_before, self.not_after = moment(*first[:2]), moment(*last[:2])
        self.usage = None
        for tag, content, _ in fields[at + 6:]:
            if tag == 0xA3:
                self.extensions(content)

    def extensions(self, content):
        for _, _, extension in sequence(content):
            parts = sequence(extension)
            require(parts[0][0] == OID and parts[-1][0] == OCTET_STRING)
            if parts[0][1] == KEY_USAGE:
                tag, bits, end = element(parts[-1][1])
                require(self.usage is None and tag == BIT_STRING and end == len(parts[-1][1]) and len(bits) >= 2)
                self.usage = bits[1]

    def may_sign(self):
        """digitalSignature or nonRepudiation, or nothing is said."""
        return self.usage is None or bool(self.usage & 0xC0)


def algorithm_of(key):
    """What a key (SubjectPublicKeyInfo) signs documents with; ES256 or PS256."""
    (_, _, algorithm), (tag, bits, _) = sequence(key)
    require(tag == BIT_STRING and bits[:1] == b"\0")
    names, bits = sequence(algorithm), bits[1:]
    require(names[0][0] == OID)
    if names[0][1] == EC_KEY:
        require(len(names) == 2 and names[1][:2] == (OID, P256) and len(bits) == 65 and bits[0] == 4)
        return "ES256"
    require(names[0][1] == RSA_KEY)
    modulus, exponent = sequence(bits)
    require(positive(*modulus[:2]).bit_length() in RSA_BITS and positive(*exponent[:2]))
    return "PS256"


class RevocationList:
    """Issuer, from when to when it speaks, and what is signed how."""

    def __init__(self, der):
        body, algorithm, (tag, bits, _) = sequence(der)
        require(tag == BIT_STRING and bits[:1] == b"\0")
        self.signed, self.algorithm, self.signature = body[2], sequence(algorithm[2])[0][1], bits[1:]
        fields = sequence(body[2])
        at = 1 if fields[0][0] == INTEGER else 0
        self.issuer = fields[at + 1][2]
        self.this_update = moment(*fields[at + 2][:2])
        ends = len(fields) > at + 3 and fields[at + 3][0] in (UTC_TIME, GENERALIZED_TIME)
        self.next_update = moment(*fields[at + 3][:2]) if ends else None
