#!/usr/bin/env python3
"""The golden tables of due dates, counted by a second program that shares nothing with the hub but the calendar's data.

    python3 tests/golden/make.py           writes due.csv and law_examples.csv
    python3 tests/golden/make.py --check   says whether the committed files are what it makes

What it reads: `law.csv` here (the law, transcribed by hand from docs/law.md; never from catalogue/kinds) and
`catalogue/calendar/vn-holidays.csv`. How it counts: Civil Code 91/2015/QH13 Art. 145-148 as docs/law.md section 7 states
it, and where the law is silent the hub's conventions as documented (marked D there). The Rust test
`domain::catalogue::tests::golden` holds the catalogue and its counting against these files.

Python's standard library only. The output depends on nothing but the files read.
"""

import csv
import io
import sys
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
CALENDAR = HERE.parents[1] / "catalogue" / "calendar" / "vn-holidays.csv"
LAW = HERE / "law.csv"
NEW_LAW = date(2026, 7, 1)  # Law 106/2025/QH15 Art. 115.1
LAST_MOMENT = time(23, 59, 59, 999999)  # "24:00" of Art. 148.1, written so that it carries the date people read
SESSIONS = ((time(8), time(12)), (time(13), time(17)))  # hub policy (D)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY = timedelta(days=1)


# --- The calendar -----------------------------------------------------------------------------------------------------


def read_calendar():
    """Days off and make-up working days; what is not announced yet is left out."""
    off, makeup, years = set(), set(), set()
    with CALENDAR.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["date"])
            years.add(day.year)
            if row["certainty"].startswith("unverified-alternative") or row["kind"] == "alternative":
                continue
            if row["kind"] in ("holiday", "day_in_lieu", "swapped_day_off"):
                off.add(day)
            elif row["kind"] == "makeup_working_day":
                makeup.add(day)
            else:
                raise ValueError(f"unknown kind of day: {row}")
    return off, makeup, years


OFF, MAKEUP, YEARS = read_calendar()


def works(day):
    """Labour Code Art. 111: Monday to Friday, less the days off, plus the make-up days."""
    if day.year not in YEARS:
        raise ValueError(f"no calendar data for {day.year}")
    if day in MAKEUP:
        return True
    return day.weekday() < 5 and day not in OFF


def next_working(day, step=DAY):
    """The nearest working day after `day` (before it for a negative step)."""
    day += step
    while not works(day):
        day += step
    return day


# --- Counting ---------------------------------------------------------------------------------------------------------


def end_of(day):
    """Art. 148.1: a limit of days ends when its last day ends."""
    return datetime.combine(day, LAST_MOMENT)


def corresponding(day, months):
    """Art. 148.3: the date of that number in the last month, or that month's last day if it has none."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def nominal_end(start, amount, unit):
    """The last day of a limit in calendar days, months or years before Art. 148.5 is looked at."""
    day = start.date()
    if unit == "days":
        return day + amount * DAY  # Art. 147: the first day does not count, so day 1 is tomorrow
    return corresponding(day, amount * {"months": 1, "years": 12}[unit])


def working_time(start, left):
    """Time runs only inside the sessions of working days (hub convention, D)."""
    day = start.date()
    while True:
        if works(day):
            for opens, closes in SESSIONS:
                begin = max(start, datetime.combine(day, opens))
                room = datetime.combine(day, closes) - begin
                if room >= left and room > timedelta(0):
                    return begin + left
                if room > timedelta(0):
                    left -= room
        day += DAY


def count(start, amount, unit):
    """When a limit ends."""
    if unit == "hours":
        return start + timedelta(hours=amount)  # by the wall clock; Art. 148.5 does not move hours (D)
    if unit == "working_hours":
        return working_time(start, timedelta(hours=amount))
    if unit == "working_days":
        day = start.date()
        for _ in range(amount):
            day = next_working(day)
        return end_of(day)
    day = nominal_end(start, amount, unit)
    return end_of(day if works(day) else next_working(day))  # Art. 148.5


def count_back(event, amount, unit):
    """The last moment to act at least that long before an event; an end on a day off moves away from the event (D)."""
    day = event.date()
    if unit == "working_days":
        for _ in range(amount):
            day = next_working(day, -DAY)
        return end_of(day)
    if unit != "days":
        raise ValueError(f"counting back {unit} is not needed")
    day -= amount * DAY
    return end_of(day if works(day) else next_working(day, -DAY))


def within(start, opens, closes, otherwise, target):
    """A service level with hours of receipt. Outside them: due at a fixed hour, or counted from the next opening."""
    day = start.date()
    if works(day) and opens <= start.time() <= closes:
        return target(start)
    came_before = works(day) and start.time() < opens
    day = day if came_before else next_working(day)
    return datetime.combine(day, otherwise) if otherwise else target(datetime.combine(day, opens))


def due(clock, start):
    """When a clock of the table is due."""
    amount, unit = int(clock["amount"]), clock["unit"]
    if clock["starts_on"] == "BEFORE":
        return count_back(start, amount, unit)

    def target(moment):
        if (amount, unit) == (0, "working_days"):
            return end_of(moment.date())
        return count(moment, amount, unit)

    if clock["opens"]:
        opens, closes = time.fromisoformat(clock["opens"]), time.fromisoformat(clock["closes"])
        otherwise = time.fromisoformat(clock["otherwise"]) if clock["otherwise"] else None
        end = within(start, opens, closes, otherwise, target)
    else:
        end = target(start)
    if clock["cap"]:
        cap_amount, cap_unit = clock["cap"].split(maxsplit=1)
        end = min(end, count(start, int(cap_amount), cap_unit))
    return end


# --- The moments from which the clocks are counted --------------------------------------------------------------------

# When, the weekday it must be, what it exercises.
MOMENTS = {
    "2008": [
        ("2024-02-29T09:30:00", "Thu", "29 February of a leap year"),
        ("2025-08-29T15:30:00", "Fri", "before 01-02/09/2025"),
        ("2025-11-21T09:00:00", "Fri", "24/11 was still a working day in 2025"),
        ("2025-12-31T15:00:00", "Wed", "year change; 02/01 swapped for the make-up Saturday 10/01"),
        ("2026-01-08T09:00:00", "Thu", "the make-up Saturday 10/01 counts"),
        ("2026-01-10T10:00:00", "Sat", "starts on the make-up Saturday"),
        ("2026-01-31T09:00:00", "Sat", "month end; there is no 31 February"),
        ("2026-02-13T16:00:00", "Fri", "before Tết 16-20/02/2026"),
        ("2026-02-18T09:00:00", "Wed", "starts within Tết"),
        ("2026-02-28T10:00:00", "Sat", "last day of February"),
        ("2026-03-10T17:45:00", "Tue", "evening after hours"),
        ("2026-03-11T09:15:00", "Wed", "plain midweek"),
        ("2026-03-11T23:30:00", "Wed", "night"),
        ("2026-03-13T10:30:00", "Fri", "weekend between"),
        ("2026-03-15T11:00:00", "Sun", "starts on a Sunday"),
        ("2026-04-22T09:00:00", "Wed", "Giỗ Tổ on Sunday 26/04; Monday 27/04 off in lieu"),
        ("2026-04-29T16:30:00", "Wed", "before 30/04 and 01/05"),
        ("2026-06-30T23:59:59", "Tue", "last second of the 2008 law; ends under the new one"),
    ],
    "2025": [
        ("2026-07-01T00:00:00", "Wed", "first moment of the 2025 law"),
        ("2026-07-14T17:45:00", "Tue", "evening after hours"),
        ("2026-07-15T09:15:00", "Wed", "plain midweek"),
        ("2026-07-15T23:30:00", "Wed", "night"),
        ("2026-07-17T10:30:00", "Fri", "weekend between"),
        ("2026-07-19T11:00:00", "Sun", "starts on a Sunday"),
        ("2026-08-19T14:00:00", "Wed", "the make-up Saturday 22/08 counts"),
        ("2026-08-22T09:00:00", "Sat", "starts on the make-up Saturday"),
        ("2026-08-28T15:30:00", "Fri", "before the swapped 31/08 and 01-02/09"),
        ("2026-09-02T08:00:00", "Wed", "starts on National Day"),
        ("2026-10-31T10:00:00", "Sat", "month end; 30 November has no 31"),
        ("2026-11-20T16:00:00", "Fri", "weekend and 24/11/2026"),
        ("2026-11-23T09:00:00", "Mon", "the day before 24/11/2026 works"),
        ("2026-11-24T10:00:00", "Tue", "starts on 24/11/2026"),
        ("2026-12-31T15:00:00", "Thu", "year change 2026 to 2027"),
        ("2027-01-31T09:00:00", "Sun", "month end; there is no 31 February"),
        ("2027-02-03T16:00:00", "Wed", "before Tết 2027; the open 04/02 and 11/02 count as working"),
        ("2027-02-28T10:00:00", "Sun", "last day of February"),
        ("2027-04-14T09:00:00", "Wed", "Giỗ Tổ on Friday 16/04/2027"),
        ("2027-04-29T16:30:00", "Thu", "before 30/04; 01/05 on Saturday with 03/05 in lieu"),
    ],
}
# A plain Wednesday and the Friday after it, from which edges within a day are taken.
PLAIN = {"2008": (date(2026, 3, 11), date(2026, 3, 13)), "2025": (date(2026, 7, 15), date(2026, 7, 17))}
SATURDAY_AT_WORK = {"2008": date(2026, 1, 10), "2025": date(2026, 8, 22)}
# Where a limit is to end: the search goes day by day through the year of the regime.
ROLLS = {
    "2008": ((date(2026, 1, 5), date(2026, 6, 30)), (date(2026, 2, 17), date(2026, 4, 27), date(2026, 5, 1))),
    "2025": ((date(2026, 7, 6), date(2027, 6, 30)), (date(2026, 9, 2), date(2026, 11, 24), date(2027, 2, 8))),
}


def general(clock):
    """Moments of every clock of the regime; of dates that a document states, only the dates."""
    dates = clock["start_is"] == "date"
    seen = set()
    for text, weekday, note in MOMENTS[clock["regime"]]:
        start = datetime.fromisoformat(text)
        if WEEKDAYS[start.weekday()] != weekday:
            raise ValueError(f"{text} is no {weekday}")
        if dates:
            if "evening" in note or "night" in note:
                continue
            start = datetime.combine(start.date(), time())
            note = note.replace("last second", "last day").replace("first moment", "first day")
        if start not in seen:
            seen.add(start)
            yield start, f"{weekday}: {note}"


def rolling(clock):
    """For limits whose end may roll: ends on a Saturday, on a Sunday, on public holidays."""
    (first, last), holidays = ROLLS[clock["regime"]]
    hour = time() if clock["start_is"] == "date" else time(14, 20)
    wanted = [("Saturday", lambda end: end.weekday() == 5 and end.year in YEARS and not works(end))]
    wanted += [("Sunday", lambda end: end.weekday() == 6)]
    wanted += [(f"the holiday {day:%d/%m/%Y}", lambda end, day=day: end == day) for day in holidays]
    for name, matches in wanted:
        day = first
        while day <= last:
            start = datetime.combine(day, hour)
            if matches(nominal_end(start, int(clock["amount"]), clock["unit"])):
                yield start, f"{WEEKDAYS[day.weekday()]}: nominal end on {name}; rolls"
                break
            day += DAY


def edges(clock, moments, what):
    """One second around each edge, on a Wednesday, a Friday, a Saturday off and a Saturday at work."""
    wednesday, friday = PLAIN[clock["regime"]]
    days = (("Wed", wednesday), ("Fri", friday), ("Sat off", friday + DAY),
            ("Sat at work", SATURDAY_AT_WORK[clock["regime"]]))
    for weekday, day in days:
        for name, moment in moments:
            for shift, side in ((-1, "one second before"), (0, "exactly at"), (1, "one second after")):
                start = datetime.combine(day, moment) + timedelta(seconds=shift)
                if start.date() == day:
                    yield start, f"{weekday}: {side} {name} of the {what}"


def is_reached(clock, start):
    """Whether the calendar knows the days around the end of the limit; that of a limit of years may lie beyond it."""
    if clock["starts_on"] == "BEFORE" or clock["unit"] not in ("days", "months", "years"):
        return True
    return (nominal_end(start, int(clock["extended_to"] or clock["amount"]), clock["unit"]) + 10 * DAY).year in YEARS


def starts(clock):
    """All starts of a clock, each once, in order of time."""
    found = list(general(clock))
    if clock["starts_on"] != "BEFORE" and clock["unit"] in ("days", "months", "years"):
        found += rolling(clock)
    if clock["start_is"] == "moment" and clock["opens"]:
        ends = [(clock["opens"], "opening"), (clock["closes"], "closing")]
        found += edges(clock, [(f"the {name} {text}", time.fromisoformat(text)) for text, name in ends], "window")
    if clock["start_is"] == "moment" and clock["unit"] == "working_hours":
        found += edges(clock, [(f"{edge:%H:%M}", edge) for session in SESSIONS for edge in session], "sessions")
    unique = {}
    for start, note in found:
        if not is_reached(clock, start):
            continue
        regime = "2008" if start.date() < NEW_LAW else "2025"
        if regime != clock["regime"]:
            raise ValueError(f"{start} is not under the law of {clock['regime']}")
        unique.setdefault(start, note)
    return sorted(unique.items())


# --- The tables -------------------------------------------------------------------------------------------------------

COLUMNS = (
    "kind", "clock", "regime", "condition", "starts_on", "stated_in", "counts_from", "obligor", "nature", "certainty",
    "start", "due", "due_extended", "law_row", "exercises",
)


def rfc3339(moment):
    return moment.isoformat() + "+07:00"


def read_law():
    with LAW.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def due_table():
    """A row for each clock and start."""
    for clock in read_law():
        for start, note in starts(clock):
            extended = due({**clock, "amount": clock["extended_to"]}, start) if clock["extended_to"] else None
            yield {
                **{name: clock[name] for name in COLUMNS if name in clock},
                "start": rfc3339(start),
                "due": rfc3339(due(clock, start)),
                "due_extended": rfc3339(extended) if extended else "",
                "exercises": note,
            }


# Section 7 of docs/law.md, its due dates as printed there: they bind this program too.
SECTION_7 = (
    ("2026-11-20", 3, "working_days", "2026-11-26", "weekend + 24/11 holiday"),
    ("2026-11-02", 30, "days", "2026-12-02", "no roll"),
    ("2026-01-31", 1, "months", "2026-03-02", "no 31/02 -> 28/02 (Sat) -> rolls"),
    ("2026-01-08", 3, "working_days", "2026-01-12", "make-up Saturday 10/01 counts"),
    ("2026-04-22", 3, "working_days", "2026-04-28", "Giỗ Tổ on Sunday -> Monday off"),
)
# Limits of section 4, also of rows that are no kind yet: row, direction, amount, unit.
SECTION_4 = (
    ("C01", "after", 1, "months"), ("C01 (silent kinds)", "after", 15, "days"), ("C02", "after", 15, "days"),
    ("C02 (formerly)", "after", 25, "days"), ("C05", "after", 10, "days"), ("C06", "after", 3, "working_days"),
    ("C09", "after", 5, "working_days"), ("C10 (missing information)", "after", 1, "working_days"),
    ("C11", "after", 30, "days"), ("C11 (complex)", "after", 45, "days"), ("C13", "after", 3, "months"),
    ("C13 (complex)", "after", 4, "months"), ("C13 (criminal)", "after", 90, "days"),
    ("C13 (criminal complex)", "after", 120, "days"), ("C17 (accept)", "after", 2, "working_days"),
    ("C17 (session)", "after", 20, "days"), ("C17 (protest)", "after", 7, "days"), ("V02", "after", 24, "hours"),
    ("V04", "before", 3, "working_days"), ("V08 (closed case)", "after", 1, "years"), ("V09", "after", 15, "days"),
    ("X10 (complex)", "after", 45, "days"), ("M05", "after", 1, "working_days"), ("M12", "before", 5, "working_days"),
    ("M15", "before", 1, "working_days"), ("A03", "after", 10, "days"), ("F09", "after", 6, "months"),
    ("F09 (prison)", "after", 12, "months"), ("F10", "after", 2, "years"), ("K02", "after", 60, "days"),
)
# One start per row would always meet the same calendar; three of them meet a weekend, a holiday and a short month.
SECTION_4_STARTS = ("2024-09-30T10:00:00", "2025-01-24T16:30:00", "2025-08-31T09:00:00")


def example_table():
    """The examples of section 7 as printed, and the limits of section 4."""
    for start, amount, unit, last_day, note in SECTION_7:
        printed = end_of(date.fromisoformat(last_day))
        moment = datetime.fromisoformat(start + "T00:00:00")
        if count(moment, amount, unit) != printed:
            raise ValueError(f"section 7 is not met from {start}")
        yield {"source": "section 7", "direction": "after", "amount": amount, "unit": unit,
               "start": rfc3339(moment), "due": rfc3339(printed), "exercises": note}
    for row, direction, amount, unit in SECTION_4:
        for text in SECTION_4_STARTS:
            start = datetime.fromisoformat(text)
            end = (count if direction == "after" else count_back)(start, amount, unit)
            yield {"source": f"section 4 {row}", "direction": direction, "amount": amount, "unit": unit,
                   "start": rfc3339(start), "due": rfc3339(end),
                   "exercises": f"{WEEKDAYS[start.weekday()]} to {WEEKDAYS[end.weekday()]}"}


def as_csv(columns, rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        for value in row.values():
            # The readers split lines at commas and know no quotes.
            if any(sign in str(value) for sign in ',"\n'):
                raise ValueError(f"no commas or quotes: {value}")
        writer.writerow(row)
    return text.getvalue()


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    tables = {
        HERE / "due.csv": as_csv(COLUMNS, due_table()),
        HERE / "law_examples.csv": as_csv(
            ("source", "direction", "amount", "unit", "start", "due", "exercises"), example_table()
        ),
    }
    stale = False
    for path, text in tables.items():
        if not arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"{path.name} is not up to date; write it: python3 tests/golden/make.py", file=sys.stderr)
            stale = True
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
