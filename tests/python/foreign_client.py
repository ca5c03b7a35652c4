"""A client that shares nothing with the hub but the .proto files and the certificates.

It plays an operator who connects three agencies, an enforcement office that sends an account freeze, and the bank that
takes it in: submit, pull, acknowledge, answer, get. It also does what must be refused. Every step is checked; the
first check that fails ends the program with status 1.

What a partner's team needs is in here: stubs from the .proto files (`make_stubs`), the mutual TLS channel and the
token made by hand (`Caller`), and an error read in full (`refusal`). The documents start from the examples that the
hub itself hands out (GetKind), so this file knows of a kind only what is asserted.
"""

import argparse
import base64
import contextlib
import datetime
import hashlib
import importlib
import json
import pathlib
import sys
import tempfile
import time
import uuid

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from google.rpc import error_details_pb2, status_pb2
from grpc_tools import protoc

PACKAGE = "lienthong.hub.v1"
KIND = "account-freeze"
OUTCOME = "HELD_FULL"
OFFICER_NAME = "Nguyễn Thử Nghiệm"
CALL_TIMEOUT_SECONDS = 20
# A change of the registry holds on every hub within 5 seconds.
REGISTRY_SECONDS = 5


def make_stubs(proto_root: pathlib.Path, out: pathlib.Path) -> dict:
    """Generates the Python code of every .proto file below `proto_root` and imports it, by file name."""
    files = sorted(str(path.relative_to(proto_root)) for path in proto_root.glob("lienthong/**/*.proto"))
    check(files, f"no .proto files below {proto_root}")
    arguments = ["protoc", f"-I{proto_root}", f"--python_out={out}", f"--grpc_python_out={out}", *files]
    # The path of google/protobuf/timestamp.proto, which every protobuf tool brings along.
    arguments.insert(2, f"-I{pathlib.Path(protoc.__file__).parent / '_proto'}")
    check(protoc.main(arguments) == 0, "the .proto files compile")
    sys.path.insert(0, str(out))
    modules = {}
    for name in files:
        module = name.removesuffix(".proto").replace("/", ".")
        for suffix in ("_pb2", "_pb2_grpc"):
            modules[pathlib.Path(name).stem + suffix] = importlib.import_module(module + suffix)
    return modules


class CheckFailed(Exception):
    """A promise that did not hold."""


def check(condition, promise: str) -> None:
    if not condition:
        raise CheckFailed(promise)


def equal(found, wanted, promise: str) -> None:
    if found != wanted:
        raise CheckFailed(f"{promise}: wanted {wanted!r}, found {found!r}")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


class Caller:
    """One agency's officer: a mutual TLS channel, and tokens bound to its certificate."""

    def __init__(self, hub: argparse.Namespace, certificate_name: str, agency: str, officer: str, role: str):
        certificate_path = hub.certs / f"{certificate_name}.pem"
        key_path = hub.certs / f"{certificate_name}.key"
        self.hub_id = hub.hub_id
        self.agency, self.officer, self.role = agency, officer, role
        self.certificate_pem = certificate_path.read_bytes()
        certificate = x509.load_pem_x509_certificate(self.certificate_pem)
        self.fingerprint = certificate.fingerprint(hashes.SHA256())
        key_pem = key_path.read_bytes()
        self.key = serialization.load_pem_private_key(key_pem, password=None)
        check(isinstance(self.key, ec.EllipticCurvePrivateKey), f"{key_path} is a P-256 key")
        seal_path = hub.certs / f"{certificate_name}.seal.pem"
        self.seal_pem = seal_path.read_bytes()
        self.seal_fingerprint = x509.load_pem_x509_certificate(self.seal_pem).fingerprint(hashes.SHA256())
        seal_key_pem = (hub.certs / f"{certificate_name}.seal.key").read_bytes()
        self.seal_key = serialization.load_pem_private_key(seal_key_pem, password=None)
        self.channel = grpc.secure_channel(
            hub.address,
            grpc.ssl_channel_credentials((hub.certs / "ca.pem").read_bytes(), key_pem, self.certificate_pem),
            options=[("grpc.ssl_target_name_override", hub.server_name)],
        )

    def token(self) -> str:
        """A JWT in compact form, ES256, bound to the TLS certificate (RFC 7515, RFC 8705), without a library."""
        now = int(time.time())
        header = {"typ": "lienthong+jwt", "alg": "ES256", "kid": base64url(self.fingerprint)}
        claims = {
            "iss": self.agency,
            "sub": self.officer,
            "aud": self.hub_id,
            "iat": now,
            "nbf": now,
            "exp": now + 240,
            "jti": uuid.uuid4().hex,
            "roles": [self.role],
            "cnf": {"x5t#S256": base64url(self.fingerprint)},
        }
        signing_input = ".".join(base64url(json.dumps(part).encode("utf-8")) for part in (header, claims))
        r, s = utils.decode_dss_signature(self.key.sign(signing_input.encode("ascii"), ec.ECDSA(hashes.SHA256())))
        return signing_input + "." + base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def seal(self, document: str) -> str:
        """A document as a JWS in compact form, ES256 (docs/signing.md), without a library."""
        now = int(time.time())
        header = {
            "alg": "ES256",
            "typ": "lienthong+jws",
            "kid": base64url(self.seal_fingerprint),
            "nonce": base64url(uuid.uuid4().bytes),
            "iat": now,
            "exp": now + 3600,
        }
        signing_input = base64url(json.dumps(header).encode("utf-8")) + "." + base64url(document.encode("utf-8"))
        r, s = utils.decode_dss_signature(self.seal_key.sign(signing_input.encode("ascii"), ec.ECDSA(hashes.SHA256())))
        return signing_input + "." + base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def call(self, method, message, token=None):
        metadata = [("authorization", f"Bearer {token or self.token()}")]
        return method(message, metadata=metadata, timeout=CALL_TIMEOUT_SECONDS)


class Refusal:
    """An error of the hub with its google.rpc details."""

    def __init__(self, error: grpc.RpcError):
        self.code = error.code()
        self.text = error.details()
        self.reason, self.fields, self.languages = "", [], []
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                check(len(value) <= 4096, "an error has at most 4 KiB of details")
                self._read_details(status_pb2.Status.FromString(value))

    def _read_details(self, status) -> None:
        equal(status.code, self.code.value[0], "the details repeat the code")
        for detail in status.details:
            info = error_details_pb2.ErrorInfo()
            request = error_details_pb2.BadRequest()
            localized = error_details_pb2.LocalizedMessage()
            if detail.Unpack(info):
                self.reason = info.reason
            elif detail.Unpack(request):
                self.fields = [violation.field for violation in request.field_violations]
            elif detail.Unpack(localized):
                check(localized.message, "a localized message has a text")
                self.languages.append(localized.locale)


def refusal(call, promise: str) -> Refusal:
    """Runs `call`, which the hub must refuse, with a reason and a Vietnamese text."""
    try:
        call()
    except grpc.RpcError as error:
        refused = Refusal(error)
        check(refused.reason, f"{promise}: the error has an ErrorInfo (it was {refused.code}: {refused.text})")
        check("vi" in refused.languages, f"{promise}: the error has a Vietnamese text")
        return refused
    raise CheckFailed(f"{promise}: the hub accepted it")


def document(members: dict) -> str:
    return json.dumps(members, ensure_ascii=False, indent=1)


def changed(example: str, **members) -> dict:
    """A document made from an example of the hub. Only members that the example has can be set."""
    result = json.loads(example)
    for name, value in members.items():
        check(name in result, f"the hub's example has the member {name!r}; it has {sorted(result)}")
        result[name] = value
    return result


def viet_nam_now() -> str:
    """The time now as documents state it: RFC 3339, +07:00."""
    zone = datetime.timezone(datetime.timedelta(hours=7))
    return datetime.datetime.now(zone).isoformat(timespec="seconds")


class Story:
    def __init__(self, hub: argparse.Namespace, stubs: dict):
        self.proto = stubs
        self.common = stubs["common_pb2"]
        self.requests_pb = stubs["request_service_pb2"]
        self.mailbox_pb = stubs["mailbox_service_pb2"]
        # Each run has keys of its own; a hub that was used before does not mind.
        self.run = uuid.uuid4().hex
        self.operator = Caller(hub, "operator", hub.operator_code, hub.operator_officer, "OPERATOR")
        self.office = Caller(hub, hub.office_cert, hub.office_code, "chv-001", "ENFORCEMENT")
        self.bank = Caller(hub, hub.bank_cert, hub.bank_code, "gdv-001", "BANK")
        self.stranger = Caller(hub, hub.stranger_cert, hub.stranger_code, "gdv-001", "BANK")

    def key(self, name: str) -> str:
        return f"{name}-{self.run}"

    def service(self, caller: Caller, file: str, name: str):
        return getattr(self.proto[f"{file}_pb2_grpc"], f"{name}Stub")(caller.channel)

    def requests(self, caller: Caller):
        return self.service(caller, "request_service", "RequestService")

    def mailbox(self, caller: Caller):
        return self.service(caller, "mailbox_service", "MailboxService")

    # The steps, in the order of `play`.

    def unregistered_certificate_is_refused(self) -> None:
        admin = self.service(self.office, "admin_service", "AdminService")
        asked = self.proto["admin_service_pb2"].GetServerInfoRequest()
        refused = refusal(lambda: self.office.call(admin.GetServerInfo, asked), "a certificate not yet registered")
        equal(refused.code, grpc.StatusCode.UNAUTHENTICATED, "a certificate not yet registered")

    def operator_connects_agencies(self) -> None:
        agencies = self.service(self.operator, "agency_service", "AgencyService")
        pb = self.proto["agency_service_pb2"]
        purposes = [self.common.CREDENTIAL_PURPOSE_TLS, self.common.CREDENTIAL_PURPOSE_TOKEN]
        for caller, name, position in (
            (self.office, "Thi hành án dân sự tỉnh (thử nghiệm)", "Chấp hành viên"),
            (self.bank, "Ngân hàng thử nghiệm A", "Giao dịch viên"),
            (self.stranger, "Ngân hàng thử nghiệm B", "Giao dịch viên"),
        ):
            wanted = pb.CreateAgencyRequest(
                idempotency_key=self.key(f"create-{caller.agency}"),
                agency=pb.Agency(
                    code=caller.agency,
                    role=self.common.Role.Value(f"ROLE_{caller.role}"),
                    name=name,
                    channel=self.common.CHANNEL_DIGITAL,
                ),
                first_officer=pb.Officer(
                    officer_id=caller.officer, full_name=OFFICER_NAME, position=position, valid_from="2026-01-01"
                ),
                credentials=[
                    pb.NewCredential(certificate_pem=caller.certificate_pem.decode("ascii"), purposes=purposes),
                    pb.NewCredential(
                        certificate_pem=caller.seal_pem.decode("ascii"), purposes=[self.common.CREDENTIAL_PURPOSE_SEAL]
                    ),
                ],
            )
            receipt = self.operator.call(agencies.CreateAgency, wanted).receipt
            equal(receipt.action, self.common.ACTION_CREATE_AGENCY, "the receipt says that an agency was entered")
            check(receipt.leaf, "the receipt holds the leaf of the log")

    def registry_takes_effect(self) -> None:
        pb = self.proto["admin_service_pb2"]
        for caller in (self.office, self.bank, self.stranger):
            admin = self.service(caller, "admin_service", "AdminService")
            until = time.monotonic() + REGISTRY_SECONDS
            while True:
                try:
                    info = caller.call(admin.GetServerInfo, pb.GetServerInfoRequest())
                    break
                except grpc.RpcError as error:
                    if error.code() != grpc.StatusCode.UNAUTHENTICATED or time.monotonic() > until:
                        raise
                time.sleep(0.2)
            equal(info.hub_id, caller.hub_id, "the hub is the one that tokens are made for")

    def bad_tokens_are_refused(self) -> None:
        admin = self.service(self.office, "admin_service", "AdminService")
        asked = self.proto["admin_service_pb2"].GetServerInfoRequest()
        good = self.office.token()
        forged = good[:-4] + ("AAAA" if not good.endswith("AAAA") else "BBBB")
        for name, token in (("a forged token", forged), ("another agency's token", self.bank.token())):
            refused = refusal(lambda token=token: self.office.call(admin.GetServerInfo, asked, token), name)
            equal(refused.code, grpc.StatusCode.UNAUTHENTICATED, name)

    def office_submits(self) -> None:
        catalogue = self.service(self.office, "catalogue_service", "CatalogueService")
        pb = self.proto["catalogue_service_pb2"]
        self.kind = self.office.call(catalogue.GetKind, pb.GetKindRequest(code=KIND)).kind
        check(OUTCOME in [outcome.code for outcome in self.kind.outcomes], f"{KIND} has the outcome {OUTCOME}")
        self.order_members = changed(
            self.kind.order_example,
            idempotency_key=self.key("order"),
            agency=self.office.agency,
            recipients=[self.bank.agency],
        )
        self.order_members["head"]["signer"] = {
            "officer_id": self.office.officer,
            "full_name": OFFICER_NAME,
            "position": "Chấp hành viên",
        }
        self.order = document(self.order_members)
        check(self.common.ACTION_SUBMIT in self.kind.signed_actions, f"{KIND} must be signed")
        submit = self.requests(self.office).Submit
        self.refuse_bad_signatures(submit)
        self.sealed = self.office.seal(self.order)
        reply = self.office.call(submit, self.requests_pb.SubmitRequest(jws=self.sealed))
        equal(len(reply.receipts), 1, "one receipt per recipient")
        receipt = reply.receipts[0]
        self.receipts = [receipt]
        self.request_id = receipt.enforcement_request_id
        check(self.request_id.startswith("req_"), "the receipt names the request")
        self.check_receipt(receipt, "SUBMIT", "SUBMITTED", 1, self.order)

        for jws in (self.sealed, self.office.seal(self.order)):
            again = self.office.call(submit, self.requests_pb.SubmitRequest(jws=jws))
            same = "a retry, signed anew or not, returns the first reply, byte for byte"
            equal(again.SerializeToString(), reply.SerializeToString(), same)
        other = self.office.seal(document(self.order_members) + "\n")
        refused = refusal(
            lambda: self.office.call(submit, self.requests_pb.SubmitRequest(jws=other)), "same key, other content"
        )
        equal(refused.code, grpc.StatusCode.ALREADY_EXISTS, "same key, other content")

    def refuse_bad_signatures(self, submit) -> None:
        """What the hub must not take in place of the sealed order."""
        unsigned = self.requests_pb.SubmitRequest(document=self.order)
        refused = refusal(lambda: self.office.call(submit, unsigned), "an unsigned order")
        equal(refused.reason, "SIGNATURE_REQUIRED", "an unsigned order")
        header, payload, signature = self.office.seal(self.order).split(".")
        spoilt = base64url(self.order.replace("Nguyễn Văn Giả", "Nguyễn Văn Già", 1).encode("utf-8"))
        stolen = self.bank.seal(self.order)
        for name, jws in (
            ("another debtor", f"{header}.{spoilt}.{signature}"),
            ("no signature", f"{header}.{payload}."),
            ("another agency's seal", stolen),
        ):
            bad = self.requests_pb.SubmitRequest(jws=jws)
            refused = refusal(lambda bad=bad: self.office.call(submit, bad), name)
            equal((refused.reason, refused.fields), ("SIGNATURE_INVALID", ["jws"]), name)

    def wrong_order_changes_nothing(self) -> None:
        before = self.sent_count()
        wrong = dict(self.order_members, idempotency_key=self.key("wrong"), khong_co_truong_nay="x")
        sealed = self.office.seal(document(wrong))
        submit = self.requests(self.office).Submit
        refused = refusal(
            lambda: self.office.call(submit, self.requests_pb.SubmitRequest(jws=sealed)),
            "an unknown member",
        )
        equal(refused.code, grpc.StatusCode.INVALID_ARGUMENT, "an unknown member")
        equal(refused.fields, ["/khong_co_truong_nay"], "an unknown member is named by its pointer")
        equal(self.sent_count(), before, "a refused order stores nothing")

    def sent_count(self) -> int:
        asked = self.requests_pb.ListRequest(filter=f"direction = OUT AND kind = {KIND}", page_size=500)
        return len(self.office.call(self.requests(self.office).List, asked).enforcement_requests)

    def bank_pulls(self) -> None:
        pull = self.mailbox_pb.PullRequest(wait_seconds=5, include_documents=True)
        reply = self.bank.call(self.mailbox(self.bank).Pull, pull)
        entries = [entry for entry in reply.entries if entry.enforcement_request_id == self.request_id]
        equal(len(entries), 1, "the order stands in the bank's mailbox once")
        entry = entries[0]
        equal(entry.action, self.common.ACTION_SUBMIT, "the entry tells of the submit")
        equal(entry.log_index, self.receipts[0].log_index, "entry and receipt name one log entry")
        equal(entry.document.content, self.sealed.encode("ascii"), "the bank reads the very bytes that the office sent")
        equal(entry.document.media_type, "application/jose", "signed, in compact form")
        equal(entry.document.sha256, hashlib.sha256(self.order.encode("utf-8")).digest(), "and their digest")
        equal(entry.enforcement_request.sender_agency_code, self.office.agency, "the entry names its sender")
        check(not entry.withdrawn and not entry.lifted, "the order is to be carried out")
        check(not self.get(self.office).enforcement_request.delivered, "reading does not make it delivered")

        advance = self.mailbox_pb.AdvanceRequest(positions=reply.advance_to)
        moved = self.bank.call(self.mailbox(self.bank).Advance, advance)
        check(moved.receipts, "moving the intake cursor is receipted")
        check(self.get(self.office).enforcement_request.delivered, "passing the entry makes it delivered")
        left = self.bank.call(self.mailbox(self.bank).Pull, self.mailbox_pb.PullRequest())
        check(
            self.request_id not in [entry.enforcement_request_id for entry in left.entries],
            "what the cursor has passed does not come again",
        )

    def bank_acknowledges(self) -> None:
        self.acknowledgement = document(
            {
                "schema": "lienthong/acknowledge/1",
                "idempotency_key": self.key("acknowledge"),
                "agency": self.bank.agency,
                "enforcement_request_id": self.request_id,
                "registry_number": f"{self.run[:6]}/PT",
                "officer_id": self.bank.officer,
            }
        )
        asked = self.requests_pb.AcknowledgeRequest(document=self.acknowledgement, expected_version=1)
        receipt = self.bank.call(self.requests(self.bank).Acknowledge, asked).receipt
        self.check_receipt(receipt, "ACKNOWLEDGE", "ACKNOWLEDGED", 2, self.acknowledgement)
        self.receipts.append(receipt)

    def bank_answers(self) -> None:
        examples = {example.outcome: example.document for example in self.kind.answer_examples}
        members = changed(
            examples[OUTCOME],
            idempotency_key=self.key("answer"),
            agency=self.bank.agency,
            enforcement_request_id=self.request_id,
        )
        members["payload"]["executed_time"] = viet_nam_now()
        self.answer = document(members)
        answer = self.requests(self.bank).Answer
        stale = self.requests_pb.AnswerRequest(document=self.answer, expected_version=1)
        refused = refusal(lambda: self.bank.call(answer, stale), "a stale version")
        equal(refused.code, grpc.StatusCode.ABORTED, "a stale version")

        asked = self.requests_pb.AnswerRequest(document=self.answer, expected_version=2)
        receipt = self.bank.call(answer, asked).receipt
        self.check_receipt(receipt, "ANSWER_FINAL", "ANSWERED", 3, self.answer)
        self.receipts.append(receipt)

    def office_reads_the_answer(self) -> None:
        reply = self.get(self.office, include_documents=True)
        found = reply.enforcement_request
        equal(found.state, self.common.STATE_ANSWERED, "the sender sees the state")
        equal(found.version, 3, "the sender sees the version")
        equal(found.outcome, OUTCOME, "the sender sees the outcome")
        equal(found.registry_number, f"{self.run[:6]}/PT", "the sender sees the registry number")
        sent = [text.encode("utf-8") for text in (self.sealed, self.acknowledgement, self.answer)]
        equal([part.content for part in reply.documents], sent, "every document stands as it was sent")
        check(found.measures and found.measures[0].in_force, "the freeze is a measure in force")

        pulled = self.office.call(self.mailbox(self.office).Pull, self.mailbox_pb.PullRequest(wait_seconds=5))
        actions = [entry.action for entry in pulled.entries if entry.enforcement_request_id == self.request_id]
        for action in ("ACKNOWLEDGE", "ANSWER_FINAL"):
            check(self.common.Action.Value(f"ACTION_{action}") in actions, f"the sender's mailbox tells of {action}")

    def stranger_sees_nothing(self) -> None:
        missing = "req_" + uuid.uuid4().hex
        own = [
            refusal(lambda name=name: self.get(self.stranger, name), "a request of others")
            for name in (self.request_id, missing)
        ]
        for refused in own:
            equal(refused.code, grpc.StatusCode.NOT_FOUND, "a request of others")
        foreign, absent = own
        equal((foreign.text, foreign.reason), (absent.text, absent.reason), "foreign and missing have the same words")
        pulled = self.stranger.call(self.mailbox(self.stranger).Pull, self.mailbox_pb.PullRequest())
        check(
            self.request_id not in [entry.enforcement_request_id for entry in pulled.entries],
            "another bank's mailbox does not tell of it",
        )

    def get(self, caller: Caller, request_id=None, include_documents=False):
        asked = self.requests_pb.GetRequest(
            enforcement_request_id=request_id or self.request_id, include_documents=include_documents
        )
        return caller.call(self.requests(caller).Get, asked)

    def check_receipt(self, receipt, action: str, state: str, version: int, text: str) -> None:
        equal(receipt.enforcement_request_id, self.request_id, "the receipt names the request")
        equal(receipt.action, self.common.Action.Value(f"ACTION_{action}"), "the receipt names the action")
        equal(receipt.state, self.common.State.Value(f"STATE_{state}"), "the receipt names the state")
        equal(receipt.version, version, "the receipt names the version")
        equal(receipt.content_sha256, hashlib.sha256(text.encode("utf-8")).digest(), "the receipt digests the bytes")
        check(receipt.leaf, "the receipt holds the leaf of the log")
        check(receipt.checkpoint.tree_size > receipt.log_index, "the checkpoint covers the entry")
        equal(receipt.checkpoint.origin, self.office.hub_id, "the checkpoint names the log")
        if self.receipts and self.receipts[-1] is not receipt:
            check(receipt.log_index > self.receipts[-1].log_index, "the log only grows")

    def play(self) -> None:
        for step in (
            self.unregistered_certificate_is_refused,
            self.operator_connects_agencies,
            self.registry_takes_effect,
            self.bad_tokens_are_refused,
            self.office_submits,
            self.wrong_order_changes_nothing,
            self.bank_pulls,
            self.bank_acknowledges,
            self.bank_answers,
            self.office_reads_the_answer,
            self.stranger_sees_nothing,
        ):
            step()
            print(f"foreign client: {step.__name__.replace('_', ' ')}", flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--proto", type=pathlib.Path, required=True, help="folder of the .proto files")
    parser.add_argument("--certs", type=pathlib.Path, required=True, help="folder with ca.pem and NAME.pem, NAME.key")
    parser.add_argument("--address", required=True, help="host:port of the hub")
    parser.add_argument("--server-name", default="localhost", help="name in the hub's certificate")
    parser.add_argument("--hub-id", required=True, help="audience of tokens")
    parser.add_argument("--operator-code", default="OPERATOR", help="agency code of the operator")
    parser.add_argument("--operator-officer", required=True, help="officer id of the operator")
    for party, code in (("office", "G99.01.001"), ("bank", "Z99.01.001"), ("stranger", "Z99.01.002")):
        parser.add_argument(f"--{party}-cert", required=True, help=f"NAME of the {party}'s certificate")
        parser.add_argument(f"--{party}-code", default=code, help=f"code to register the {party} under; invented")
    return parser.parse_args()


def main() -> int:
    hub = arguments()
    try:
        with contextlib.ExitStack() as stack:
            out = stack.enter_context(tempfile.TemporaryDirectory(prefix="lienthong-stubs-"))
            Story(hub, make_stubs(hub.proto.resolve(), pathlib.Path(out))).play()
    except CheckFailed as failed:
        print(f"foreign client: NOT HELD: {failed}", file=sys.stderr)
        return 1
    except grpc.RpcError as error:
        refused = Refusal(error)
        print(
            f"foreign client: refused: {refused.code} {refused.reason} {refused.text} {refused.fields}", file=sys.stderr
        )
        return 1
    print("foreign client: everything held")
    return 0


if __name__ == "__main__":
    sys.exit(main())
