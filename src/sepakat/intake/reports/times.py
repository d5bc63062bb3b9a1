"""Times as news writes them, in Indonesian and English: stamps with zones, dates in a text, and how long ago.

Nothing is read off a clock. A date that leaves something out is completed from the day of publication, or not at all;
how long ago counts from the time of capture, and stays a length where that is not known. Weeks begin on Monday.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from types import MappingProxyType

_MONTH_NAMES = (
    "januari|january|jan",
    "februari|february|feb|peb|pebruari",
    "maret|march|mar",
    "april|apr",
    "mei|may",
    "juni|june|jun",
    "juli|july|jul",
    "agustus|august|agt|aug|ags|agu",
    "september|sept|sep",
    "oktober|october|okt|oct",
    "november|nov|nopember|nop",
    "desember|december|des|dec",
)
MONTHS = MappingProxyType({name: at for at, names in enumerate(_MONTH_NAMES, 1) for name in names.split("|")})
_DAY_NAMES = (
    "senin|monday|mon",
    "selasa|tuesday|tue|tues",
    "rabu|wednesday|wed",
    "kamis|thursday|thu|thurs|thur",
    "jumat|jum'at|friday|fri",
    "sabtu|saturday|sat",
    "minggu|ahad|sunday|sun",
)
WEEKDAYS = MappingProxyType({name: at for at, names in enumerate(_DAY_NAMES) for name in names.split("|")})

ZONES = MappingProxyType(
    {
        "WIB": 420, "WITA": 480, "WIT": 540, "GMT": 0, "UTC": 0, "Z": 0, "BST": 60, "WET": 0, "WEST": 60, "CET": 60,
        "CEST": 120, "EET": 120, "EEST": 180, "MSK": 180, "TRT": 180, "EAT": 180, "CAT": 120, "WAT": 60, "SAST": 120,
        "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
        "IST": 330, "PKT": 300, "AFT": 270, "IRST": 210, "GST": 240, "SGT": 480, "MYT": 480, "HKT": 480, "PHT": 480,
        "JST": 540, "KST": 540, "ICT": 420, "AEST": 600, "AEDT": 660, "ACST": 570, "AWST": 480, "NZST": 720,
        "NZDT": 780, "BRT": -180, "ART": -180, "NPT": 345, "MMT": 390, "ET": None, "PT": None,
    }
)  # fmt: skip
"""Minutes east of Greenwich; `ET` and `PT` depend on the season, which is decided by the date."""

_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_WEEKDAY = "(?:" + "|".join(sorted(WEEKDAYS, key=len, reverse=True)) + r")\b\.?"
_ZONE = r"(?:" + "|".join(sorted(ZONES, key=len, reverse=True)) + r")\b"
_CLOCK = rf"""(?:(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?:[:.][0-5]\d)?\s*(?P<half>[ap]\.?m\b\.?)?
    |(?P<hour12>1[0-2]|0?[1-9])\s*(?P<half12>[ap]\.?m\b\.?))
    (?:\s*\(?(?P<zone>{_ZONE}|[+-]\d\d:?\d\d)\)?)?"""
_DAY = rf"""(?:(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\s*[-\ ]\s*(?:of\s+)?(?P<month>{_MONTH}),?\s*[-\ ]?\s*(?P<year>\d{{4}})
    |(?P<month2>{_MONTH})\s+(?P<day2>[0-3]?\d)(?:st|nd|rd|th)?,?\s+(?P<year2>\d{{4}})
    |(?P<day3>[0-3]?\d)\s?[/.-]\s?(?P<month3>[01]?\d)\s?[/.-]\s?(?P<year3>\d{{4}})
    |(?P<year4>\d{{4}})-(?P<month4>[01]\d)-(?P<day4>[0-3]\d))"""
_STAMP = re.compile(
    rf"""(?<![\w/.-])(?:{_WEEKDAY}\s?,?\s*\(?)?{_DAY}\)?
    (?:\s*(?:[|,;\u00b7\u2022T@-]|\u2013|at|pukul|jam|-)*\s*(?:at\s+|pukul\s+|jam\s+)?{_CLOCK})?(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOCK_FIRST = re.compile(
    rf"(?<![\w/.:-]){_CLOCK}\s*[,|-]?\s*(?:on\s+)?(?:{_WEEKDAY},?\s*)?{_DAY}(?!\w)", re.IGNORECASE | re.VERBOSE
)

_UNITS = MappingProxyType(
    {
        "detik": 0, "second": 0, "menit": 1, "minute": 1, "min": 1, "mnt": 1, "jam": 2, "hour": 2, "hr": 2, "hari": 3, "day": 3,
        "minggu": 4, "pekan": 4, "week": 4, "bulan": 5, "month": 5, "tahun": 6, "year": 6,
    }
)  # fmt: skip
_SOME = MappingProxyType({"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "satu": 1, "dua": 2, "tiga": 3, "se": 1})
_AGO = re.compile(
    r"""^\W*(?:(?P<count>\d{1,3}|an?|one|two|three|satu|dua|tiga|se(?=jam|menit|hari|minggu|pekan|bulan|tahun))\s*
    (?P<unit>detik|menit|mnt|jam|hari|minggu|pekan|bulan|tahun|seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)
    \s+(?:yang\s+)?(?:lalu|silam|ago)
    |(?P<word>kemarin|yesterday|baru\ saja|just\ now|hari\ ini|today
    |(?:minggu|pekan|bulan|tahun)\ (?:lalu|kemarin)|last\ (?:week|month|year)))\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_WORD_AGO = MappingProxyType(
    {
        "kemarin": (1, 3), "yesterday": (1, 3), "baru saja": (0, 1), "just now": (0, 1), "hari ini": (0, 3), "today": (0, 3),
        "minggu lalu": (1, 4), "pekan lalu": (1, 4), "minggu kemarin": (1, 4), "pekan kemarin": (1, 4),
        "bulan lalu": (1, 5), "bulan kemarin": (1, 5), "tahun lalu": (1, 6), "tahun kemarin": (1, 6),
        "last week": (1, 4), "last month": (1, 5), "last year": (1, 6),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stamp:
    """A full date as it stands in a text, with its time of day and zone where they are given."""

    start: int
    end: int
    day: date
    hour: int | None = None
    minute: int | None = None
    offset: int | None = None
    """Minutes east of Greenwich."""

    def instant(self, offset: int | None = None) -> datetime | None:
        """The instant, in its own zone or else in the given one; None without a time of day or a zone."""
        zone = self.offset if self.offset is not None else offset
        if self.hour is None or self.minute is None or zone is None:
            return None
        where = timezone(timedelta(minutes=zone))
        return datetime(self.day.year, self.day.month, self.day.day, self.hour, self.minute, tzinfo=where)


@dataclass(frozen=True, slots=True)
class Ago:
    """How long ago: an ISO 8601 duration, and the day or instant where the time of capture is known."""

    duration: str
    when: str | None


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in a text. `value` is a day, a month or an interval `from/to`."""

    start: int
    end: int
    value: str
    kind: str
    rule: str


def find_stamps(text: str) -> list[Stamp]:
    """Every full date of a text, with its time and zone."""
    found = [stamp for match in _STAMP.finditer(text) if (stamp := _stamp(match)) is not None]
    for match in _CLOCK_FIRST.finditer(text):
        stamp = _stamp(match)
        if stamp is not None and not any(other.start <= stamp.start and other.hour is not None for other in found):
            found = [other for other in found if other.end <= stamp.start or other.start >= stamp.end]
            found.append(stamp)
    return sorted(found, key=lambda stamp: stamp.start)


def _stamp(match: re.Match[str]) -> Stamp | None:
    part = match.groupdict()
    day = next((int(part[name]) for name in ("day", "day2", "day3", "day4") if part[name]), 0)
    month = next((part[name] for name in ("month", "month2", "month3", "month4") if part[name]), "")
    year = next((int(part[name]) for name in ("year", "year2", "year3", "year4") if part[name]), 0)
    number = MONTHS.get(month.lower().rstrip("."), int(month) if month.isdigit() else 0)
    if number > 12 and day <= 12:
        day, number = number, day
    if not 1900 <= year <= 2200:
        return None
    try:
        when = date(year, number, day)
    except ValueError:
        return None
    hour, minute = part["hour"] or part["hour12"], part["minute"] or ("0" if part["hour12"] else None)
    if hour is None or minute is None:
        return Stamp(match.start(), match.end(), when)
    half = (part["half"] or part["half12"] or "").lower()[:1]
    hours = int(hour) % 12 + (12 if half == "p" else 0) if half and int(hour) <= 12 else int(hour)
    return Stamp(match.start(), match.end(), when, hours, int(minute), _offset(part["zone"], when))


def _offset(zone: str | None, when: date) -> int | None:
    if zone is None:
        return None
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        return (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if zone[0] == "-" else 1)
    name = zone.upper()
    if name in {"ET", "PT"}:
        # Second Sunday in March to first Sunday in November.
        march, november = date(when.year, 3, 8), date(when.year, 11, 1)
        first = march + timedelta(days=(6 - march.weekday()) % 7)
        last = november + timedelta(days=(6 - november.weekday()) % 7)
        return (-300 if name == "ET" else -480) + (60 if first <= when < last else 0)
    return ZONES[name]


def parse_instant(text: str) -> datetime | None:
    """An instant with its zone as metadata write it (ISO 8601); None for anything else."""
    value = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text.strip())
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None and 1900 <= found.year <= 2200 else None


def is_date_alone(text: str) -> bool:
    """Whether a text is a date or a length of time ago and nothing else."""
    plain = text.strip()
    if len(plain) > 60:
        return False
    if _AGO.match(plain):
        return True
    stamps = find_stamps(plain)
    return bool(stamps) and len(plain) - (stamps[0].end - stamps[0].start) <= 4


def is_ago(text: str) -> bool:
    """Whether a text says how long ago, and nothing else."""
    return len(text) <= 60 and _AGO.match(text.strip()) is not None


def read_ago(text: str, captured_at: datetime | None, offset: int) -> Ago | None:
    """How long ago a text says; days are those of the zone (minutes east of Greenwich) of the page."""
    match = _AGO.match(text.strip())
    if match is None:
        return None
    if match["word"]:
        count, unit = _WORD_AGO[re.sub(r"\s+", " ", match["word"].lower())]
    else:
        count = _SOME.get(match["count"].lower()) or int(match["count"])
        unit = _UNITS[match["unit"].lower().rstrip("s") if match["unit"].lower() != "hrs" else "hr"]
    duration = (f"PT{count}S", f"PT{count}M", f"PT{count}H", f"P{count}D", f"P{count}W", f"P{count}M", f"P{count}Y")[
        unit
    ]
    return Ago(duration, None if captured_at is None else _back(captured_at, count, unit, offset))


def _back(captured_at: datetime, count: int, unit: int, offset: int) -> str | None:
    if unit <= 2:
        when = captured_at.astimezone(UTC) - timedelta(seconds=count * (1, 60, 3600)[unit])
        return when.strftime("%Y-%m-%dT%H:%M:%SZ")
    here = captured_at.astimezone(timezone(timedelta(minutes=offset))).date()
    try:
        if unit in {3, 4}:
            return (here - timedelta(days=count * (1 if unit == 3 else 7))).isoformat()
        months = here.year * 12 + here.month - 1 - count * (1 if unit == 5 else 12)
        return f"{months // 12:04d}-{months % 12 + 1:02d}"
    except (OverflowError, ValueError):
        return None


_IN_TEXT = re.compile(
    rf"""(?<![\w-])(?:
    (?P<slash>(?:{_WEEKDAY},?\s*)?\(\s*(?P<sday>[0-3]?\d)\s?[/.-]\s?(?P<smonth>[01]?\d)(?:\s?[/.-]\s?(?P<syear>\d{{2,4}}))?\s*\))
    |(?P<full>(?:{_WEEKDAY},?\s*\(?)?{_DAY}\)?)
    |(?P<short>(?:{_WEEKDAY},?\s*\(?)?(?:(?P<eday>[0-3]?\d)(?:st|nd|rd|th)?\s+(?P<emonth>{_MONTH})
        |(?P<emonth2>{_MONTH})\s+(?P<eday2>[0-3]?\d)(?:st|nd|rd|th)?)(?!\s*\d|[.,]\d)\)?)
    |(?P<month_year>(?P<ymonth>{_MONTH})\s+(?P<yyear>(?:19|20)\d\d))
    |(?P<in_month>(?:in|since|by|until|last|next|pada|sejak|bulan|hingga)\s+(?:early\s+|late\s+|mid-?|awal\s+|akhir\s+)?(?P<imonth>{_MONTH}))
    |(?P<period>(?:(?:minggu|pekan|bulan)\s+(?:lalu|depan|ini))|(?:(?:last|next|this)\s+(?:week|month)))
    |(?P<word>kemarin|besok|lusa|hari\s+ini|yesterday|tomorrow|today)
    |(?P<named>(?:(?P<lead>early\s+on|late\s+on|on|since|until|by|last|next|this|hari|pada|sejak|hingga)\s+)?(?P<weekday>{_WEEKDAY})(?!,?\s*\(?\s*(?:[0-3]?\d\s?[/.-]\s?[01]?\d|[0-3]?\d(?:st|nd|rd|th)?\s+{_MONTH}|{_MONTH}\s+\d))(?:\s+(?P<after>lalu|depan|ini|pekan\s+lalu|pekan\s+depan|last|next))?)
    |(?P<same>pada\s+saat\s+(?:yang\s+)?bersamaan|(?:pada\s+)?(?:hari|tanggal)\s+(?:yang\s+sama|itu|tersebut)|(?:on\s+|later\s+)?(?:the\s+same|that\s+same)\s+(?:day|date)|(?:on\s+)?that\s+day)
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_AMBIGUOUS = frozenset({"mon", "sat", "sun", "mar", "may", "dec", "jan", "minggu", "ahad", "des", "wed", "fri"})


def find_dates(text: str, published: date | None) -> list[DateMention]:
    """The dates of a running text, in order; those that need the day of publication are left out without it."""
    found: list[DateMention] = []
    waiting: list[re.Match[str]] = []
    for match in _IN_TEXT.finditer(text):
        if match["same"]:
            waiting.append(match)
            continue
        value = _value(match, text, published)
        if value is not None:
            found.append(DateMention(match.start(), match.end(), *value))
    for match in waiting:
        days = [mention for mention in found if len(mention.value) == 10]
        before = [mention for mention in days if mention.end <= match.start()]
        chosen = before[-1] if before else days[0] if days else None
        if chosen is not None:
            found.append(DateMention(match.start(), match.end(), chosen.value, "anaphoric", "date-same"))
    return sorted(found, key=lambda mention: mention.start)


def _value(match: re.Match[str], text: str, published: date | None) -> tuple[str, str, str] | None:
    part = match.groupdict()
    if part["slash"]:
        year = _year(part["syear"])
        day = _near_day(int(part["sday"]), int(part["smonth"]), year, published)
        return None if day is None else (day.isoformat(), "absolute", "date-in-brackets")
    if part["full"]:
        stamp = _STAMP.match(text, match.start())
        full = _stamp(stamp) if stamp is not None else None
        return None if full is None else (full.day.isoformat(), "absolute", "date-full")
    if part["short"]:
        month = (part["emonth"] or part["emonth2"]).lower().rstrip(".")
        day = _near_day(int(part["eday"] or part["eday2"]), MONTHS[month], None, published)
        return None if day is None else (day.isoformat(), "absolute", "date-without-year")
    if part["month_year"]:
        return f"{part['yyear']}-{MONTHS[part['ymonth'].lower().rstrip('.')]:02d}", "absolute", "date-month"
    if published is None:
        return None
    if part["in_month"]:
        return _month(part["imonth"], match.group(), published)
    if part["period"]:
        return _period(part["period"].lower(), published), "relative", "date-period"
    if part["word"]:
        shift = {"kemarin": -1, "besok": 1, "lusa": 2, "yesterday": -1, "tomorrow": 1}.get(part["word"].lower(), 0)
        return (published + timedelta(days=shift)).isoformat(), "relative", "date-word"
    return _weekday(match, text, published)


def _year(text: str | None) -> int | None:
    return None if text is None else int(text) + (2000 if len(text) == 2 else 0)


def _near_day(day: int, month: int, year: int | None, published: date | None) -> date | None:
    """The day; without a year the one nearest to publication."""
    if year is None and published is None:
        return None
    years = [year] if year is not None else [published.year + step for step in (0, -1, 1)] if published else []
    days = []
    for one in years:
        try:
            days.append(date(one, month, day))
        except ValueError:
            continue
    if year is not None or published is None:
        return days[0] if days and days[0].year >= 1800 else None
    return min(days, key=lambda one: abs((one - published).days), default=None)


def _month(name: str, said: str, published: date) -> tuple[str, str, str] | None:
    plain = name.lower().rstrip(".")
    if plain in _AMBIGUOUS and not name[:1].isupper():
        return None
    if not name[:1].isupper():
        return None
    number = MONTHS[plain]
    year = published.year
    distance = number - published.month
    if said.lower().startswith("last") and distance >= 0:
        year -= 1
    elif said.lower().startswith(("since", "sejak")) and distance > 0:
        year -= 1
    elif said.lower().startswith("next") and distance <= 0:
        year += 1
    elif distance > 6:
        year -= 1
    elif distance < -6:
        year += 1
    return f"{year}-{number:02d}", "relative", "date-month-alone"


def _period(words: str, published: date) -> str:
    step = -1 if re.search("lalu|last", words) else 1 if re.search("depan|next", words) else 0
    if re.search("bulan|month", words):
        months = published.year * 12 + published.month - 1 + step
        return f"{months // 12:04d}-{months % 12 + 1:02d}"
    monday = published - timedelta(days=published.weekday()) + timedelta(weeks=step)
    return f"{monday.isoformat()}/{(monday + timedelta(days=6)).isoformat()}"


_FUTURE = re.compile(
    r"\b(?:akan|bakal|hendak|will|would|to be|is to|are to|due|scheduled|dijadwalkan)\b", re.IGNORECASE
)


def _weekday(match: re.Match[str], text: str, published: date) -> tuple[str, str, str] | None:
    name = match["weekday"]
    plain = name.lower().rstrip(".")
    if not name[:1].isupper() or (plain in _AMBIGUOUS and not match["lead"] and len(plain) == 3):
        return None
    if plain in {"minggu", "ahad"} and not (match["lead"] or re.match(r"\s*[,(]", text[match.end() :])):
        return None
    lead, after = (match["lead"] or "").lower(), (match["after"] or "").lower()
    back = (published.weekday() - WEEKDAYS[plain]) % 7
    if lead == "last" or after in {"lalu", "last"}:
        back = back or 7
    elif lead == "next" or after in {"depan", "next"}:
        back -= 7
    elif "pekan" in after:
        monday = published - timedelta(days=published.weekday()) + timedelta(weeks=-1 if "lalu" in after else 1)
        return (monday + timedelta(days=WEEKDAYS[plain])).isoformat(), "relative", "date-weekday"
    elif _FUTURE.search(text[text.rfind(".", 0, match.start()) + 1 : match.start()]) and lead != "since":
        clause = re.split(r"[,;:]", text[text.rfind(".", 0, match.start()) + 1 : match.start()])[-1]
        if _FUTURE.search(clause) and back:
            back -= 7
    return (published - timedelta(days=back)).isoformat(), "relative", "date-weekday"
