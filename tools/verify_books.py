"""The books of cases: what each entry of a case moves, line by line, told from what the entry says. Used by verify_cases.py.

A case counts once under no tag and once more under each of its tags. Whatever enters or leaves a stock does so by a flow."""

from collections import Counter, defaultdict

STOCK = {"IN_PROGRESS": "in_progress", "POSTPONED": "postponed", "SUSPENDED": "suspended", "NO_CONDITIONS": "no_conditions",
         "SEPARATE_REGISTER": "separate"}
END = {"COMPLETED": "completed", "DISCONTINUED": "discontinued", "ENTRUSTED": "entrusted", "REVOKED": "revoked",
       "REQUEST_SENT_BACK": "sent_back"}
# The lines in their order.
LINES = ("brought opened reopened from_separate to_separate moved amended entrusted revoked sent_back completed discontinued "
         "discharged in_progress postponed suspended no_conditions separate").split()
INITIATIVES = ("PROACTIVE", "ON_REQUEST")
# The ground of a part that was entrusted: it is not done.
ENTRUSTED_PART = "L106_49"


def order(key, tags):
    """Agency, unit, officer, initiative, tag, line; nothing before everything else."""
    return (*key[:3], INITIATIVES.index(key[3]), tags.index(key[4]) if key[4] else -1, LINES.index(key[5]))


class Moves:
    """Cases and đồng by division and line."""

    def __init__(self, tags):
        self.tags, self.sums = tags, defaultdict(Counter)

    def add(self, case, line, cases, dong):
        for tag in ["", *case["tags"]]:
            sum_ = self.sums[(case["agency"], case["unit"] or "", case["officer"] or "", case["initiative"], tag, line)]
            sum_["cases"] += cases
            sum_["dong"] += dong

    def rows(self):
        """Those that come to something, in the order of divisions, then of lines."""
        return [(key, self.sums[key]) for key in sorted(self.sums, key=lambda key: order(key, self.tags))
                if self.sums[key]["cases"] or self.sums[key]["dong"]]


def opened(moves, case, owed):
    flow = "brought" if case["carried_over_from"] else "opened"
    status = case["status"]
    if status == "SEPARATE_REGISTER":
        moves.add(case, "separate", 1, owed)
        return
    moves.add(case, flow, 1, owed)
    if status in STOCK:
        moves.add(case, STOCK[status], 1, owed)
    else:
        leave(moves, case, END[status], owed)


def brought(moves, case, owed):
    """A case from before there were books comes into them as it stood."""
    if case["status"] in STOCK:
        moves.add(case, STOCK[case["status"]], 1, owed)
        if case["status"] != "SEPARATE_REGISTER":
            moves.add(case, "brought", 1, owed)


def leave(moves, case, line, owed):
    if line == "completed":
        moves.add(case, "completed", 1, 0)
        moves.add(case, "amended", 0, -owed)
    else:
        moves.add(case, line, 1, owed)


def settled(change):
    amount = int(change.get("amount") or 0)
    return {"collected": ("completed", amount), "collection_reversed": ("completed", -amount),
            "discharged": ("entrusted" if change.get("ground") == ENTRUSTED_PART else "discharged", amount),
            "discharge_reversed": ("discharged", -amount)}.get(change["change"], ("amended", 0))


def changed(moves, before, owed_before, after, owed, change):
    line, taken = settled(change)
    difference, status, to = owed - owed_before, before["status"], after["status"]
    moves.add(before, line, 0, taken)
    if status == "SEPARATE_REGISTER":
        moves.add(before, "from_separate", 0, taken)
        moves.add(before, "separate", 0, difference)
    elif status in STOCK:
        moves.add(before, "amended", 0, difference + taken)
        moves.add(before, STOCK[status], 0, difference)
    else:
        moves.add(before, "reopened", 0, taken)
    if status != to:
        if status in STOCK:
            moves.add(before, STOCK[status], -1, -owed)
        if status == "SEPARATE_REGISTER":
            moves.add(before, "from_separate", 1, owed)
        elif status in END:
            moves.add(before, "reopened", 1, owed)
        if to == "SEPARATE_REGISTER":
            moves.add(before, "to_separate", 1, owed)
        if to in STOCK:
            moves.add(before, STOCK[to], 1, owed)
        else:
            leave(moves, before, END[to], owed)
    passed(moves, before, after, owed)


def passed(moves, before, after, owed):
    """To another unit, officer, tag or agency."""
    if after["status"] not in STOCK:
        return
    for case, sign in ((before, -1), (after, 1)):
        # The case as it stands now, with whoever had it.
        moves.add(case, STOCK[after["status"]], sign, sign * owed)
        if after["status"] != "SEPARATE_REGISTER":
            moves.add(case, "moved", sign, sign * owed)
