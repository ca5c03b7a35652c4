"""Cases (entries of type 14) and the orders that name one, replayed from what the events say. Used by verify.py."""

import calendar
from datetime import date, datetime, timedelta, timezone

import verify_books

VIET_NAM = timezone(timedelta(hours=7))
# Marks stand in this order.
TAGS = ("CREDIT", "CORRUPTION_ECONOMIC", "KEY_CASE", "STATE_ASSET_RECOVERY", "MAINTENANCE", "COERCION", "LARGE_VALUE", "COMPLEX")
OBLIGATION = ("id", "kind", "amount", "joint", "interest_until", "settled_before")
BOOK = "agency tag month line unit officer initiative cases dong".split()
FINAL = ("COMPLETED", "DISCONTINUED", "ENTRUSTED", "REVOKED", "REQUEST_SENT_BACK")


def months_after(text, months):
    day = date.fromisoformat(text)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last)).isoformat()


def due_of(case):
    if case["coercion_date"]:
        return (date.fromisoformat(case["coercion_date"]) + timedelta(days=10)).isoformat(), "COERCE"
    if case["status"] != "NO_CONDITIONS":
        return None, None
    months = {"SIX_MONTHS": 6, "TWELVE_MONTHS": 12}[case["verify_every"]]
    verify = months_after(case["verified_date"] or case["since_date"], months)
    leave = months_after(case["since_date"], 24)
    if verify < leave:
        return verify, "VERIFY"
    return leave, "SEPARATE_REGISTER" if case["initiative"] == "PROACTIVE" else "SEND_BACK"


def rest_of(owed):
    told = owed["obligation"]
    return int(told.get("amount", 0)) - int(told.get("settled_before", 0)) - owed["collected"] - owed["discharged"]


class Cases:
    """Every case as its events have made it, and every order that names one."""

    def __init__(self, require, text_of):
        self.require, self.text_of, self.tags = require, text_of, TAGS
        self.cases, self.orders = {}, {}
        self.movements, self.book = [], {}
        self.has_books = False

    def order(self, event, told):
        """A step of a request: it may open an order of a case, or say what its answer debited."""
        named = (told.get("opened") or {}).get("case")
        if named:
            self.orders[event["subject"]] = {
                "enforcement_request_id": event["subject"], "case_id": named["case_id"],
                "obligations": self.text_of(named.get("obligations", [])), "purpose": named["purpose"],
                "amount": self.number(named.get("amount")), "costs": self.number(named.get("costs")),
                "debited": None, "debited_time": None, "arrived": 0}
        if told.get("debited") is not None:
            self.orders[event["subject"]].update(debited=int(told["debited"]), debited_time=event["hub_time"])

    @staticmethod
    def number(text):
        return None if text is None else int(text)

    def follow(self, event, told):
        change, case = told.get("change"), self.cases.get(event["subject"])
        before = None if case is None else (dict(case, tags=set(case["tags"])), self.rest(case))
        said = [name for name in ("change", "reminded", "successor") if told.get(name) is not None]
        action = change["change"] if change else {"reminded": "reminded", "successor": "succeeded"}[said[0]]
        self.require(len(said) == 1 and event["action"] == action)
        self.require((change is None) == (event["agency"] == "HUB") and event["version"] == (case["version"] + 1 if case else 1))
        if case is None:
            self.require(action == "opened")
            case = self.cases[event["subject"]] = self.opened(event, told, change)
        elif change:
            today = datetime.fromtimestamp(event["hub_time"] // 1_000_000, VIET_NAM).date().isoformat()
            self.require(action != "opened" and event["agency"] == case["agency"] and change["date"] <= today)
            getattr(self, action)(case, change)
        elif told.get("reminded"):
            case["reminded_date"] = told["reminded"]["date"]
        else:
            case.update(agency=told["successor"], unit=None, officer=None)
        case.update(version=event["version"], update_time=event["hub_time"])
        self.count(event, told, change, before, case)

    @staticmethod
    def rest(case):
        return sum(rest_of(owed) for owed in case["obligations"])

    def count(self, event, told, change, before, case):
        """What the entry moves in the books, in the month that it states."""
        month, last = told.get("booked"), before and before[0]["booked_month"]
        # Since the first entry that was counted every one is that moves anything.
        self.require(month is not None or not self.has_books or told.get("reminded") is not None)
        self.has_books = self.has_books or month is not None
        if month is None:
            self.require(not last or told.get("reminded") is not None)
            return
        day = datetime.fromtimestamp(event["hub_time"] // 1_000_000, VIET_NAM).date().isoformat()
        day = change["date"] if change else day
        self.require(told.get("reminded") is None and month >= day[:7] and month >= (last or ""))
        case["booked_month"] = month
        moves = verify_books.Moves(TAGS)
        if before and last is None:
            verify_books.brought(moves, *before)
        if before is None:
            verify_books.opened(moves, case, self.rest(case))
        elif change:
            verify_books.changed(moves, *before, case, self.rest(case), change)
        else:
            verify_books.passed(moves, before[0], case, self.rest(case))
        for ordinal, ((agency, unit, officer, initiative, tag, line), sum_) in enumerate(moves.rows()):
            self.movements.append({
                "case_id": case["id"], "version": event["version"], "ordinal": ordinal, "agency": agency, "unit": unit,
                "officer": officer, "initiative": initiative, "tag": tag, "line": line, "month": month, "change_date": day,
                "late": int(month != day[:7]), "cases": sum_["cases"], "dong": sum_["dong"]})
            place = (agency, tag, month, line, unit, officer, initiative)
            cases, dong = self.book.get(place, (0, 0))
            self.book[place] = (cases + sum_["cases"], dong + sum_["dong"])

    def opened(self, event, told, change):
        stated, decision = told["stated"], told["decision"]
        owed = [{"obligation": obligation, "collected": 0, "discharged": 0, "performed": False}
                for obligation in change["obligations"]]
        return {
            "id": event["subject"], "agency": event["agency"], "decision_number": decision["number"],
            "decision_date": decision["date"], "initiative": change["initiative"], "opened_date": change["date"],
            "carried_over_from": change.get("carried_over_from"), "transfer": change.get("transfer"),
            "status": change["status"], "ground": change.get("ground"), "since_date": change.get("since") or change["date"],
            "verified_date": change.get("verified"), "verify_every": change.get("verify_every") or "SIX_MONTHS",
            "obligations": owed, "tags": set(change.get("tags", [])), "unit": change.get("unit"),
            "officer": change.get("officer"), "reminded_date": None, "booked_month": None, "coercion_date": None,
            "body_index": stated["body_index"], "item": stated["item"]}

    def owed(self, case, change):
        (owed,) = [owed for owed in case["obligations"] if owed["obligation"]["id"] == change["obligation"]]
        return owed

    def status_changed(self, case, change):
        case.update(status=change["to"], ground=change["ground"], since_date=change["date"], coercion_date=None)
        if change["to"] == "NO_CONDITIONS":
            case.update(verified_date=change.get("verified") or change["date"],
                        verify_every=change.get("verify_every") or "SIX_MONTHS")

    def verified(self, case, change):
        case["verified_date"] = change["date"]
        case["verify_every"] = change.get("verify_every") or case["verify_every"]

    def coercion_ground(self, case, change):
        self.require(case["status"] == "IN_PROGRESS" and case["coercion_date"] is None)
        case["coercion_date"] = change["date"]

    def coercion_decided(self, case, change):
        self.require(case["coercion_date"] is not None)
        case["coercion_date"] = None

    def move(self, case, change, name, sign):
        owed = self.owed(case, change)
        owed[name] += sign * int(change["amount"])
        self.require(owed[name] >= 0 and rest_of(owed) >= 0)
        if change.get("request"):
            order = self.orders[change["request"]]
            order["arrived"] += sign * int(change["amount"])
            self.require(order["case_id"] == case["id"] and order["arrived"] >= 0)

    def collected(self, case, change):
        self.move(case, change, "collected", 1)

    def discharged(self, case, change):
        self.require(case["status"] not in FINAL)
        self.move(case, change, "discharged", 1)

    def collection_reversed(self, case, change):
        self.move(case, change, "collected", -1)

    def discharge_reversed(self, case, change):
        self.move(case, change, "discharged", -1)

    def amount_changed(self, case, change):
        owed = self.owed(case, change)
        told = dict(owed["obligation"], amount=change["amount"])
        if change.get("interest_until"):
            told["interest_until"] = change["interest_until"]
        owed["obligation"] = {name: told[name] for name in OBLIGATION if name in told}
        self.require(rest_of(owed) >= 0)

    def performed(self, case, change):
        self.owed(case, change)["performed"] = change["done"]

    def assigned(self, case, change):
        case.update(unit=change.get("unit"), officer=change.get("officer"))

    def tagged(self, case, change):
        case["tags"] = (case["tags"] | set(change.get("add", []))) - set(change.get("remove", []))

    def rows(self):
        """The tables as they must be."""
        return {"enforcement_case": [self.row(case) for case in self.cases.values()],
                "case_request": list(self.orders.values()), "case_movement": self.movements,
                "case_book": [dict(zip(BOOK, (*place, *sums))) for place, sums in self.book.items()]}

    def row(self, case):
        due_date, due_kind = due_of(case)
        owed = [dict(owed, collected=str(owed["collected"]), discharged=str(owed["discharged"])) for owed in case["obligations"]]
        return dict(case, obligations=self.text_of(owed), tags=self.text_of([tag for tag in TAGS if tag in case["tags"]]),
                    rest=self.rest(case), due_date=due_date, due_kind=due_kind)
