"""Closed periods, targets and campaigns (entries of type 17), told from what the entries say. Used by verify.py."""

import calendar
import json
import re
from datetime import date, datetime, timedelta, timezone
from hashlib import sha256

import verify_books

VIET_NAM = timezone(timedelta(hours=7))


def months_of(period):
    """First and last month, YYYY-MM, of TK2027, TK2027/6, 2026H1, 2026-11."""
    year = re.fullmatch(r"TK(\d{4})(?:/([1-9]\d?))?", period)
    half = re.fullmatch(r"(\d{4})H([12])", period)
    if year:
        months = int(year[2] or 12)
        last = int(year[1]) * 12 - 12 + 9 + months - 1
        return f"{int(year[1]) - 1:04}-10", f"{last // 12:04}-{last % 12 + 1:02}"
    if half:
        return (f"{half[1]}-01", f"{half[1]}-06") if half[2] == "1" else (f"{half[1]}-07", f"{half[1]}-12")
    if not re.fullmatch(r"\d{4}-\d\d", period):
        raise ValueError("a period that cannot be closed")
    return period, period


class Reports:
    """What heads have signed off and assigned."""

    def __init__(self, require, text_of, cases):
        self.require, self.text_of, self.cases = require, text_of, cases
        self.closings, self.closed, self.targets, self.campaigns = {}, {}, {}, {}

    def follow(self, event, told):
        said = [name for name in ("closed", "targets", "campaign") if told.get(name) is not None]
        self.require(len(said) == 1)
        getattr(self, said[0] + "_told")(event, told[said[0]])

    def stated(self, event, action, subject, version):
        self.require((event["action"], event["subject"], event["version"]) == (action, subject, version))
        return {"agency": event["agency"], "officer": event["officer"], "log_index": event["log_index"]}

    def closed_told(self, event, told):
        by = self.stated(event, "period_closed", f"{event['agency']}/{told['period']}", 1)
        first, last = months_of(told["period"])
        year, month = map(int, last.split("-"))
        end = date(year, month, calendar.monthrange(year, month)[1])
        today = datetime.fromtimestamp(event["hub_time"] // 1_000_000, VIET_NAM).date()
        self.require(today > end and event["subject"] not in self.closings and event["agency"] in told["agencies"])
        for agency in told["agencies"]:
            if agency not in self.closed or self.closed[agency]["last_month"] < last:
                self.closed[agency] = {"agency": agency, "last_month": last, "log_index": event["log_index"]}
        # What stands in the books now is what was signed off.
        text = self.figures(told["period"], told["agencies"], first, last)
        self.require(sha256(text.encode()).hexdigest() == told["digest"])
        self.closings[event["subject"]] = dict(by, period=told["period"], agencies=self.text_of(told["agencies"]),
                                               digest=bytes.fromhex(told["digest"]), closed_time=event["hub_time"])

    def may_count(self, agency, month):
        """No change of an agency counts where its books are closed."""
        self.require(month is None or agency not in self.closed or month > self.closed[agency]["last_month"])

    def figures(self, period, agencies, first, last):
        opening, within = {}, {}
        for (agency, tag, month, line, unit, officer, initiative), (cases, dong) in self.cases.book.items():
            if agency not in agencies or month > last or (month < first and line not in verify_books.STOCK.values()):
                continue
            lines, key = within if month >= first else opening, (agency, unit, officer, initiative, tag, line)
            before = lines.get(key, (0, 0))
            lines[key] = (before[0] + cases, before[1] + dong)

        def rows(lines):
            told = [key for key in sorted(lines, key=lambda key: verify_books.order(key, self.cases.tags)) if any(lines[key])]
            return [[key[0], key[1] or None, key[2] or None, key[3], key[4] or None, key[5], lines[key][0], str(lines[key][1])]
                    for key in told]

        whole = {"period": period, "agencies": agencies, "opening": rows(opening), "within": rows(within)}
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))

    def targets_told(self, event, told):
        subject = f"{event['agency']}/targets/{told['year']}"
        version = self.targets.get(subject, {}).get("version", 0) + 1
        by = self.stated(event, "targets_set", subject, version)
        self.targets[subject] = dict(by, year=told["year"], targets=self.text_of(told["targets"]), version=version,
                                     set_time=event["hub_time"])

    def campaign_told(self, event, told):
        subject = f"{event['agency']}/campaigns/{told['code']}"
        version = self.campaigns.get(subject, {}).get("version", 0) + 1
        by = self.stated(event, "campaign_set", subject, version)
        self.campaigns[subject] = dict(by, code=told["code"], campaign=self.text_of(told["campaign"]), version=version,
                                       set_time=event["hub_time"])

    def rows(self):
        return {"report_closing": list(self.closings.values()), "closed_books": list(self.closed.values()),
                "report_targets": list(self.targets.values()), "report_campaign": list(self.campaigns.values())}
