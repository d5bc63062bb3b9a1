"""Who wrote and who photographed: bylines, credits of photos and of agencies, and the dateline of a paragraph.

Each reads one line by its form. Which line of a page it is, and whether it counts, is for `layout` and `page`.
"""

from __future__ import annotations

import re

from sepakat.intake.reports.times import find_stamps

BYLINE = re.compile(
    r"""^\W*(?P<label>(?:di)?tulis\s+oleh|dilaporkan\s+oleh|laporan|oleh|penulis|reporter|rep(?=\s*:)|pewarta|wartawan|kontributor|jurnalis
    |(?:written|reported|story|words|text|report)\s+by|by|author)(?:\s*[:\u2013-]\s*|\s+|$)(?P<rest>.*)$""",
    re.IGNORECASE | re.VERBOSE,
)
_PHOTO_LABEL = re.compile(
    r"""^(?P<caption>.*?)[\s(\[/|\u2013-]*\b(?:photograph|photo|foto|picture|pictures|gambar|image|kredit\ foto|sumber\ foto|photo\ credit|file\ photo)
    (?:\s+(?:by|oleh|courtesy(?:\ of)?|courtesy))?\s*[:/]?\s*(?P<credit>(?<=[:/ ])[^()\[\]]{2,70})[)\]]*\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_PHOTO_FILE = re.compile(
    r"^(?P<caption>.{10,200}?)\s*[(\[](?:file|foto|photo|handout|arsip)\s*:\s*(?P<credit>[A-Z][^()\[\]]{2,60})[)\]]$",
    re.IGNORECASE,
)
_PHOTO_FIRST = re.compile(
    r"^(?:foto|photo|gambar|picture)\s*:\s*(?P<caption>[^()]{15,200}?)\s*\((?P<credit>[^()]{2,60})\)\.?$", re.IGNORECASE
)
_PHOTO_SLASH = re.compile(
    r"^(?P<caption>.*[.!?\u201d\"\w])(?:\s+|\s*[(\[])(?P<credit>[A-Z][\w.&' -]{1,28}/[A-Z][\w.&' -]{1,40}(?:/[\w .&'-]{2,30})?)[)\]]?\.?\s*$"
)
_PHOTO_BRACKET = re.compile(r"^(?P<caption>.*[.!?])\s*[(\[](?P<credit>[A-Z][\w.&'/ -]{1,40})[)\]]\s*$")
_CREDIT_SPLIT = re.compile(r"\s*(?:\||/|;)\s*")
_NAME = re.compile(
    r"^(?:[A-Z\u00c0-\u00de][\w'\u2019.-]*|al-[A-Z]\w+)(?:\s+(?:[A-Z\u00c0-\u00de][\w'\u2019.-]*|bin|binti|al|el|de|del|der|van|von|da|la|al-\w+)){0,4}$"
)
_NO_NAMES = re.compile(
    r"\b(?:admin|administrator|redaksi|editor|staff|staf|tim|team|desk|newsroom|correspondents?|reporters?|writer|penulis|wartawan|agency|agencies|news|berita|kontributor|web|online|media|report|user|root|and)\b",
    re.IGNORECASE,
)
_SITE = re.compile(r"^[\w-]+(?:\.[\w-]+)*\.(?:com|co|id|co\.id|net|org|news|tv|info)$", re.IGNORECASE)
_DASH = re.compile(r"\s*(?:[\u2013\u2014]|--|\s-\s?|(?<=\))\s*-|(?<=[A-Z]{3}):|(?<=\)):)\s*")
_LOWER = re.compile(
    r"(?<![\w.])(?!(?:di|dan|of|the|al|el|de|la|bin|ar|and)\b)[a-z\u00e0-\u00ff]\w+(?![\w.]*\.(?:com|co|id|net))"
)


def is_speech(text: str) -> bool:
    """Whether a line holds direct speech."""
    return bool(re.search(r"[\"\u201c\u201d]", text))


def is_credit(text: str, agencies: frozenset[str]) -> bool:
    """Whether a line credits an agency or names who wrote: `REUTERS | DAMAR`, `(ANTARA/Dewi)`, `Source: AFP`."""
    if len(text) > 70 or len(text.split()) > 8:
        return False
    agency, writer = split_credit(text, agencies)
    return bool(agency or writer)


def split_credit(text: str, agencies: frozenset[str]) -> tuple[str, str]:
    """Agency and writer of a credit line; empty where it has none."""
    plain = re.sub(r"^(?:sumber|source|via)\s*:\s*", "", text.strip().strip("()[]").strip(), flags=re.IGNORECASE)
    labelled = plain != text.strip().strip("()[]").strip()
    parts = [part.strip(" .") for part in _CREDIT_SPLIT.split(plain) if part.strip(" .")]
    if not parts or len(parts) > 4 or any(len(part.split()) > 4 for part in parts):
        return "", ""
    known = [part for part in parts if part.casefold() in agencies]
    if not known and all(part.islower() and len(part) <= 4 for part in parts):
        # `(ynd/rht)`: initials, which name nobody to a reader.
        return "", ""
    upper = text.strip().isupper() and len(parts) > 1
    closed = text.strip()[:1] in "([" and text.strip()[-1:] in ")]"
    if not known and not upper and not (closed and len(parts) > 1):
        return "", ""
    if known and len(parts) == 1 and not (closed or labelled or text.strip().isupper()):
        return "", ""
    agency = " | ".join(known) if known else (parts[0] if upper else "")
    writers = [part for part in parts if part not in known and part != agency and not _SITE.match(part)]
    return agency, writers[-1] if writers and _is_person_or_initials(writers[-1]) else ""


def _is_person_or_initials(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z\u00c0-\u024f][\w'\u2019. -]{0,40}", text)) and not re.search(r"\d", text)


def photo_of(text: str) -> tuple[str, str] | None:
    """Caption and credit of a line under a picture; None when it does not look like one."""
    labelled = _PHOTO_FILE.match(text) or _PHOTO_FIRST.match(text)
    if labelled is not None and not is_speech(labelled["credit"]):
        return labelled["caption"].strip(), labelled["credit"].strip()
    for pattern in (_PHOTO_LABEL, _PHOTO_SLASH, _PHOTO_BRACKET):
        match = pattern.match(text)
        if match and len(match["credit"].split()) <= 9 and not is_speech(match["credit"]):
            credit = match["credit"].strip(" .")
            if pattern is not _PHOTO_LABEL or credit[:1].isupper():
                return match["caption"].strip(" (["), credit
    return None


def split_photo(credit: str, agencies: frozenset[str]) -> tuple[str, str]:
    """Agency and person of a photo credit."""
    plain = re.sub(r"\s+via\s+.*$", "", credit, flags=re.IGNORECASE)
    parts = [part.strip() for part in re.split(r"\s*[/|]\s*", plain) if part.strip()]
    known = [part for part in parts if part.casefold() in agencies or part.isupper() or _SITE.match(part)]
    people = [part for part in parts if part not in known and _NAME.match(part) and len(part.split()) >= 2]
    if (len(parts) == 1 and not known and not people) or re.match(r"(?i)dok\b", plain):
        return plain, ""
    if len(parts) == 1 and people and re.match(r"(?i)(?:dok|handout|courtesy|humas|ist)\b", plain):
        return plain, ""
    agency = known[0] if known else next((part for part in parts if part not in people), "")
    return agency, next(iter(people), "")


def person_of_byline(text: str, agencies: frozenset[str]) -> str:
    """The name in what stands behind a byline's label; empty when it names nobody."""
    stamps = find_stamps(text)
    plain = text[: stamps[0].start] if stamps else text
    of_paper = re.match(r"(?i)(?:wartawan|reporter|kontributor|koresponden)\b[^,]*,\s*(?P<name>.+)$", plain)
    plain = of_paper["name"] if of_paper is not None else plain
    plain = re.split(r"\s+(?:in|di|at|for|untuk|dari)\s+|\s*[,;|/(]\s*|\s+-\s+", plain)[0].strip(" .,:")
    names = re.split(r"\s+(?:and|dan|&)\s+", plain)
    if not all(_NAME.match(name) and name.casefold() not in agencies for name in names):
        return ""
    return "" if _NO_NAMES.search(re.sub(r"\s+and\s+", " ", plain)) else plain


def split_dateline(text: str) -> tuple[list[str], int]:
    """The parts of a dateline (`["TEMPO.CO", "Washington"]`) and where the paragraph goes on; no parts when none."""
    head = text[:110]
    match = next(
        (
            one
            for one in re.finditer(r"\s*(?:[\u2013\u2014]+|--+)\s*|\s+-\s+|(?<=\))\s*-\s*|:\s+|(?<=[A-Z]{3})-\s+", head)
        ),
        None,
    )
    if match is None or match.start() < 3:
        return [], 0
    front = head[: match.start()].strip()
    if match.group().strip() == ":" and "," not in front and "(" not in front:
        return [], 0
    bare = re.sub(r"\([^)]*\)", "", front)
    if len(front.split()) > 9 or is_speech(front) or _LOWER.search(bare) or re.search(r"[.!?]\s+[A-Z]", front):
        return [], 0
    parts = [part.strip(" .") for part in re.split(r"[,()\[\]/|]+", front) if part.strip(" .")]
    return (parts, match.end()) if parts and len(parts) <= 4 else ([], 0)
