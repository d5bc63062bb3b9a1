"""Which line of a page is what: headline, stamp, byline, credits, body, other stories, boilerplate.

Works on lines alone, so that saved HTML and scraped text are read by the same rules; what markup and metadata say is
one voice among several. The visible stamp wins over metadata. A related story is never part of the body.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sepakat.intake.reports.credits import BYLINE, is_credit, is_speech, person_of_byline, photo_of, split_dateline
from sepakat.intake.reports.markup import Line, Metadata
from sepakat.intake.reports.times import find_stamps, is_ago, is_date_alone

RELATED_HEADING = re.compile(
    r"""^\W*(?:berita\ (?:terkait|sebelumnya|populer)|(?:artikel|konten|topik|video|foto)\ terkait|terkait
    |related(?:\ (?:stories|articles|news|content|posts|links|topics|coverage|reading|items))?|more\ on\ this(?:\ story)?
    |you\ (?:may|might)\ also\ (?:like|be\ interested\ in)|recommended(?:\ for\ you)?|rekomendasi(?:\ untuk\ (?:anda|kamu))?
    |read\ (?:also|next)|baca\ juga|simak\ juga|lihat\ juga)\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
OTHER_HEADING = re.compile(
    r"""^\W*(?:berita\ (?:lain(?:nya)?|terbaru|terkini|terpopuler|pilihan|utama)|(?:ter|paling\ )populer|terbaru|terkini|pilihan\ editor
    |trending(?:\ now)?|more\ (?:from|in|news|stories|headlines)\b.{0,40}|(?:other|more|latest|top|popular|editor'?s)\ (?:stories|news|headlines|picks|articles)
    |most\ (?:read|popular|viewed)|see\ also|also\ (?:read|in\ the\ news|on\ .{2,30})|in\ other\ news|elsewhere|popular|latest|artikel\ lain(?:nya)?|kabar\ lain(?:nya)?|indeks|headline[s]?|what\ to\ read\ next|don'?t\ miss|jangan\ lewatkan|sorotan)\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_INLINE_STORY = re.compile(
    r"^\W*(?P<label>baca\s+juga|simak\s+juga|lihat\s+juga|baca|read\s+(?:also|more)|also\s+read|see\s+also|related|more)\s*:\s*(?P<title>\S.{8,})$",
    re.IGNORECASE,
)
BOILERPLATE = re.compile(
    r"""^\W*(?:(?:baca\ )?selengkapnya|baca\ (?:berita\ )?selengkapnya|(?:read|see|show|load|view)\ (?:more|all|full\ story|the\ full\ story)|continue\ reading|lanjut(?:kan)?(?:\ membaca)?|lihat\ semua|muat\ lainnya
    |iklan|advertisement|advertising|sponsored|ads?|promosi|scroll\ (?:to|untuk)\ .{1,40}|lanjutkan\ membaca\ di\ bawah|gulir\ ke\ bawah.*
    |share(?:\ (?:this|on)\b.{0,40})?|bagikan(?:\ .{0,30})?|print(?:er\ friendly\ version)?|cetak|komentar(?:\ .{0,20})?|comments?(?:\ \(\d+\))?|tweet|whatsapp|facebook|twitter|email|copy\ link|salin\ (?:tautan|link)
    |menu|home|beranda|search|cari|sign\ in|log\ ?in|masuk|daftar|register|subscribe.{0,60}|berlangganan.{0,60}|newsletter|sign\ up\b.{0,80}|get\ (?:our|the)\b.{0,80}(?:email|inbox|newsletter).{0,20}
    |follow\ us\b.{0,60}|ikuti\ kami\b.{0,60}|(?:tags?|topik|topics|kata\ kunci|keywords)\s*:?.{0,120}|skip\ to\ .{0,30}|loading.{0,5}|close|tutup|next|previous|sebelumnya|selanjutnya|staff\ report(?:er|s)?|by\ staff|editor\s*:.{0,60}
    |.{0,30}(?:all\ rights\ reserved|hak\ cipta\ dilindungi|seluruh\ hak\ cipta|dilarang\ (?:mengutip|menyalin)|printer\ friendly).{0,80}|(?:©|\(c\)|copyright|hak\ cipta).{0,120}|©.{0,140}
    |we\ use\ cookies.{0,200}|(?:this|our)\ (?:web)?site\ uses\ cookies.{0,200}|situs\ (?:web\ )?ini\ menggunakan\ cookie.{0,200}|(?:terms|privacy|cookie)s?\b.{0,60}|syarat\ dan\ ketentuan.{0,40}|kebijakan\ privasi.{0,40}
    |dapatkan\ (?:update|berita|informasi)\b.{0,160}|(?:ikuti|simak|cek)\ (?:berita|artikel|update|breaking)\b.{0,120}|baca\ berita\ tanpa\ iklan.{0,80}
    |tentang\ kami.{0,80}|about\ us.{0,60}|contact\ us.{0,40}|hubungi\ kami.{0,40}|redaksi.{0,60}|pedoman\ media\ siber.{0,40}|listen\ to\ (?:this|the)\ .{0,30}|dengarkan.{0,30}|download\ .{0,40}app.{0,30}|unduh\ aplikasi.{0,40}
    |\d+\ (?:min(?:ute)?s?|menit)\ (?:read|baca).{0,10}|(?:last\ )?updated\b.{0,60}|diperbarui\b.{0,60})\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_END_OF_SENTENCE = re.compile(r"""[.!?\u2026]["'\u201d\u2019)\]]*$|["\u201d]$""")
_PUBLISHED_LABEL = re.compile(
    r"^\W*(?:published|posted|first published|terbit|diterbitkan|dipublikasikan|tayang|date|tanggal|rilis)\b",
    re.IGNORECASE,
)
_CHANGED_LABEL = re.compile(
    r"^\W*(?:last\s+)?(?:updated?|modified|revised|diperbarui|diubah|pembaruan|update)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Story:
    """Another story that the page points to: numbers of its lines, without a date for those that have none."""

    title: int
    when: int | None = None
    teaser: int | None = None


@dataclass(slots=True)
class Layout:
    """Numbers of lines by what they are; -1 or empty for what the page does not have."""

    title: int = -1
    title_text: str = ""
    stamp: int = -1
    byline: str = ""
    byline_empty: bool = False
    caption: str = ""
    photo: str = ""
    credit: int = -1
    agency_byline: int = -1
    body: list[int] = field(default_factory=list)
    related: list[Story] = field(default_factory=list)
    other: list[tuple[int, str]] = field(default_factory=list)
    boilerplate: list[str] = field(default_factory=list)


_INITIALS = re.compile(r"\s*[\[(][A-Za-z]{2,5}(?:\s?[/-]\s?[A-Za-z]{2,5}){0,3}[\])]\s*$")
"""Of those who wrote and edited, behind the last sentence: `[na/ka]`, `(fjp/ygs)`."""


def is_sentence(text: str) -> bool:
    """Whether a line reads like a paragraph of running text."""
    text = _INITIALS.sub("", text)
    words = text.split()
    if len(words) < 3 or is_date_alone(text):
        return False
    return (bool(_END_OF_SENTENCE.search(text)) and (len(words) >= 6 or text[:1] in "\"\u201c'")) or len(text) >= 160


def find_layout(lines: Sequence[Line], metadata: Metadata, agencies: frozenset[str]) -> Layout:
    """What each line is; `agencies` are the names of news agencies, in lower case."""
    found = Layout()
    _find_title(lines, metadata, found)
    first = _first_of_body(lines, found)
    end = _read_body(lines, first, agencies, found)
    _read_header(lines, first, agencies, found)
    _read_stories(lines, end, found)
    _read_menu(lines, first, found)
    return found


def _read_menu(lines: Sequence[Line], first: int, found: Layout) -> None:
    """What is above the headline, and what is marked as a menu, is boilerplate."""
    upto = found.title if found.title >= 0 else min(first, 3)
    for at, line in enumerate(lines):
        if line.part in {"nav", "footer"} or (at < upto and at != found.title):
            if line.text not in found.boilerplate and (line.part == "footer" or not is_sentence(line.text)):
                found.boilerplate.append(line.text)
        elif BOILERPLATE.match(line.text) and at not in found.body and line.text not in found.boilerplate:
            found.boilerplate.append(line.text)


def _find_title(lines: Sequence[Line], metadata: Metadata, found: Layout) -> None:
    wanted = [_plain(text) for text in metadata.headlines]
    wanted += [_plain(part) for part in _title_parts(metadata.title)]
    ranked: list[tuple[int, int, int]] = []
    for at, line in enumerate(lines[:400]):
        if line.part in {"nav", "footer", "aside", "caption"} or len(line.text) < 8:
            continue
        plain = _plain(line.text)
        score = 8 if plain in wanted and len(plain.split()) > 2 else 0
        score += {"h1": 5, "h2": 2, "h3": 1}.get(line.tag, 0)
        if score:
            ranked.append((-score, at, len(plain)))
    if ranked:
        found.title = min(ranked)[1]
    elif not metadata.title and not metadata.headlines:
        # Where the text has begun there is no headline any more.
        begun = next((at for at, line in enumerate(lines[:40]) if _begins_text(line)), 40)
        found.title = next((at for at, line in enumerate(lines[:begun]) if _may_be_title(lines, at)), -1)
    if found.title >= 0:
        found.title_text = lines[found.title].text
    else:
        parts = _title_parts(metadata.title)
        found.title_text = next(iter(metadata.headlines), "") or max(parts, key=len, default="")


def _begins_text(line: Line) -> bool:
    """Whether this is plainly a paragraph of running text."""
    return is_sentence(line.text) and (len(line.text) >= 160 or bool(split_dateline(line.text)[0]))


def _may_be_title(lines: Sequence[Line], at: int) -> bool:
    text = lines[at].text
    if BOILERPLATE.match(text) or is_date_alone(text) or is_menu(text) or BYLINE.match(text) or find_stamps(text):
        return False
    heading = RELATED_HEADING.match(text) or OTHER_HEADING.match(text)
    return len(text.split()) >= 3 and len(text) <= 200 and not heading and not _INITIALS.sub("", text).endswith(".")


def is_menu(text: str) -> bool:
    """Whether a line is a row of links: short words between wide spaces, bars or arrows."""
    parts = [part for part in re.split(r"\s{2,}|\s*[|>\u00bb\u203a\u2022\u00b7]\s*", text.strip()) if part]
    return len(parts) >= 3 and all(len(part.split()) <= 3 for part in parts)


def _title_parts(title: str) -> list[str]:
    return [part.strip() for part in re.split(r"\s+[|\u2013\u2014\u00bb:-]+\s+|\s*\|\s*", title) if part.strip()]


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()


def _first_of_body(lines: Sequence[Line], found: Layout) -> int:
    """The first paragraph behind the headline: one with a dateline if there is one near, else the first sentence."""
    start = found.title + 1
    near: list[int] = []
    for at in range(start, len(lines)):
        line = lines[at]
        if line.part in {"nav", "aside", "footer", "caption"}:
            continue
        if RELATED_HEADING.match(line.text) and near:
            break
        if is_sentence(line.text) and not _is_no_paragraph(line, at, lines):
            near.append(at)
        if len(near) >= 6:
            break
    dated = next((at for at in near[:3] if split_dateline(lines[at].text)[0]), None)
    if dated is not None:
        return dated
    return next(iter(near), len(lines))


def _is_no_paragraph(line: Line, at: int, lines: Sequence[Line]) -> bool:
    text = line.text
    label = BYLINE.match(text)
    return (
        bool(BOILERPLATE.match(text))
        or bool(_INLINE_STORY.match(text))
        or (label is not None and len(text) < 80 and not text.endswith("."))
        or (len(text) < 240 and photo_of(text) is not None)
        or (at + 1 < len(lines) and is_ago(lines[at + 1].text))
    )


def _read_body(lines: Sequence[Line], first: int, agencies: frozenset[str], found: Layout) -> int:
    """The paragraphs of the body; the answer is the line where other things begin."""
    at, odd = first, 0
    end = len(lines)
    while at < len(lines):
        line = lines[at]
        text = line.text
        if line.part in {"nav", "aside", "footer"}:
            if line.part == "aside" and found.body and not any(_back_in_body(lines, at, found)):
                end = at
                break
            above = lines[at - 1].text if at else ""
            if (
                line.part == "aside"
                and (RELATED_HEADING.match(above) or OTHER_HEADING.match(above))
                and _can_be_story(text)
            ):
                found.other.append((at, text))
            at += 1
            continue
        inline = _INLINE_STORY.match(text)
        if inline is not None and len(text) < 220:
            found.other.append((at, inline["title"]))
            found.boilerplate.append(inline["label"] + ":")
        elif RELATED_HEADING.match(text) or OTHER_HEADING.match(text):
            back = next(iter(_back_in_body(lines, at, found)), None)
            if back is None:
                end = at
                break
            _read_inline_stories(lines, at, back, found)
            at = back
            continue
        elif is_credit(text, agencies) and found.body:
            found.credit = at
            if not any(is_sentence(other.text) and len(other.text) > 100 for other in lines[at + 1 : at + 4]):
                end = at + 1
                break
        elif is_ago(text) and found.body:
            # A dated story without a heading before it: its title was the line above.
            end = at - 1
            if found.body[-1] == at - 1:
                found.body.pop()
            break
        elif line.part == "caption" or (len(text) < 240 and photo_of(text) is not None and not is_speech(text)):
            pass
        elif BOILERPLATE.match(text):
            if found.body and re.match(
                r"\W*(?:©|\(c\)|copyright|hak cipta|follow us|ikuti kami|we use cookies)", text, re.IGNORECASE
            ):
                end = at
                break
            found.boilerplate.append(text)
        elif _is_paragraph(line, found) and not (odd >= 3 and len(text) < 80):
            found.body.append(at)
            odd = 0
        elif _PUBLISHED_LABEL.match(text) or is_date_alone(text):
            pass
        else:
            odd += 1
            if odd >= 4 and found.body:
                end = at - odd + 1
                break
        at += 1
    return end


def _is_paragraph(line: Line, found: Layout) -> bool:
    if line.tag in {"h1", "h2", "h3", "h4", "h5", "h6"} or (
        BYLINE.match(line.text) and len(line.text) < 60 and not line.text.endswith(".")
    ):
        return False
    text = _INITIALS.sub("", line.text)
    return is_sentence(text) or (len(text.split()) >= 3 and bool(_END_OF_SENTENCE.search(text)))


def _back_in_body(lines: Sequence[Line], at: int, found: Layout) -> Iterable[int]:
    """Where the body goes on behind a box of links: a long paragraph of the same container, no dated stories before it."""
    containers = {lines[one].container for one in found.body}
    if not found.body or 0 in containers:
        return
    for later in range(at + 1, min(at + 12, len(lines))):
        line = lines[later]
        if is_ago(line.text) or line.part in {"footer"}:
            return
        same = line.container in containers and line.tag == lines[found.body[-1]].tag
        if same and is_sentence(line.text) and len(line.text) >= 80 and not line.is_link:
            yield later
            return


def _read_inline_stories(lines: Sequence[Line], at: int, back: int, found: Layout) -> None:
    found.boilerplate.append(lines[at].text)
    for number in range(at + 1, back):
        if len(lines[number].text.split()) >= 3:
            found.other.append((number, lines[number].text))


def _read_header(lines: Sequence[Line], first: int, agencies: frozenset[str], found: Layout) -> None:
    """Stamp, byline and picture between the headline and the body, or just before or behind them."""
    around = range(max(0, found.title - 3) if found.title >= 0 else 0, min(first, len(lines)))
    behind = range(found.body[-1] + 1, min(found.body[-1] + 4, len(lines))) if found.body else range(0)
    for at in (*around, *behind):
        text = lines[at].text
        if at == found.title or is_ago(text) or len(text) > 400:
            continue
        inside = at in around
        if len(text) <= 140 and find_stamps(text) and found.stamp < 0 and not _CHANGED_LABEL.match(text):
            found.stamp = at
        if (inside and found.title < at) or at in behind:
            _read_byline(lines, at, first, agencies, found)
        if inside:
            _read_picture(lines[at], found)
    for at in (*around, *(number for number, line in enumerate(lines) if line.part == "caption")):
        if lines[at].part == "caption":
            _read_picture(lines[at], found)


def _read_picture(line: Line, found: Layout) -> None:
    if found.photo or found.caption:
        return
    for part in re.split(r"\s+\|\s+", line.text) if line.part != "caption" else [line.text]:
        photo = photo_of(part)
        if photo is not None and not BYLINE.match(part):
            found.caption, found.photo = photo
            return
        if _PHOTO_ALONE.match(part):
            found.photo = part
            return
    if line.part == "caption" and is_sentence(line.text):
        found.caption = line.text


_PHOTO_ALONE = re.compile(r"^(?:[A-Z]{2,8}|Reuters|Antara|Getty Images)\s?/\s?[A-Z][\w.'-]+(?: [A-Z][\w.'-]+){0,3}$")


def _read_byline(lines: Sequence[Line], at: int, first: int, agencies: frozenset[str], found: Layout) -> None:
    for part in re.split(r"\s+[|\u00b7\u2022]\s+", lines[at].text):
        match = BYLINE.match(part)
        if match is None or found.byline:
            if re.search(r"\bstaff\b", part, re.IGNORECASE) and any(
                re.search(rf"\b{re.escape(name)}\b", part.casefold()) for name in agencies
            ):
                found.agency_byline = at
            continue
        rest = re.split(r"\s*[|\u00b7\u2022]\s*|\s{2,}", match["rest"].strip())[0] if match["rest"].strip() else ""
        if rest and person_of_byline(rest, agencies):
            found.byline = person_of_byline(rest, agencies)
        elif not rest and len(part.strip(" :")) <= 14:
            below = lines[at + 1].text if at + 1 < len(lines) and at + 1 < first else ""
            if below and len(below.split()) >= 2 and person_of_byline(below, agencies) and not is_menu(below):
                found.byline = person_of_byline(below, agencies)
            else:
                found.byline_empty = True
            found.boilerplate.append(part)
        elif any(re.search(rf"\b{re.escape(name)}\b", rest.casefold()) for name in agencies):
            found.agency_byline = at


def _read_stories(lines: Sequence[Line], end: int, found: Layout) -> None:
    """Other stories behind the body: dated ones are related, undated ones others, each once."""
    seen = {_plain(found.title_text)} | {_plain(title) for _, title in found.other}
    kind = ""
    pending: list[int] = []
    at = end
    while at < len(lines):
        text = lines[at].text
        if RELATED_HEADING.match(text) or OTHER_HEADING.match(text):
            _keep_others(lines, pending, kind, seen, found)
            kind, pending = ("related" if RELATED_HEADING.match(text) else "other"), []
            found.boilerplate.append(text)
        elif lines[at].part in {"nav", "footer"} or BOILERPLATE.match(text):
            if re.match(r"\W*(?:©|\(c\)|copyright|follow us|ikuti kami)", text, re.IGNORECASE):
                _keep_others(lines, pending, kind, seen, found)
                kind, pending = "", []
        elif is_ago(text) or (is_date_alone(text) and kind):
            at = _read_dated(lines, at, pending, seen, found)
            continue
        elif kind and len(text.split()) >= 2:
            pending.append(at)
        at += 1
    _keep_others(lines, pending, kind, seen, found)


def _read_dated(lines: Sequence[Line], at: int, pending: list[int], seen: set[str], found: Layout) -> int:
    """One dated story; the answer is the line behind it."""
    title, after = _title_of_dated(lines, at, pending)
    if title < 0:
        return at + 1
    plain = _plain(lines[title].text)
    while after < len(lines) and _plain(lines[after].text) == plain:
        after += 1
    if title in pending:
        kept = [one for one in pending if _plain(lines[one].text) != plain]
        _keep_others(lines, kept, "other", seen, found)
    pending.clear()
    teaser = after if _is_teaser(lines, after) else None
    if plain not in seen:
        seen.add(plain)
        found.related.append(Story(title, at, teaser))
    return after + (teaser is not None)


def _title_of_dated(lines: Sequence[Line], at: int, pending: list[int]) -> tuple[int, int]:
    """The title: the line above the date, else, where dates come first, the one below."""
    above = at - 1
    if above >= 0 and _can_be_story(lines[above].text) and (above in pending or not pending):
        return above, at + 1
    below = at + 1
    if below < len(lines) and _can_be_story(lines[below].text):
        return below, below + 1
    return -1, at + 1


def _can_be_story(text: str) -> bool:
    heading = RELATED_HEADING.match(text) or OTHER_HEADING.match(text)
    return len(text.split()) >= 2 and not (heading or BOILERPLATE.match(text) or is_date_alone(text))


def _is_teaser(lines: Sequence[Line], at: int) -> bool:
    if at >= len(lines) or not _can_be_story(lines[at].text) or lines[at].part in {"nav", "footer"}:
        return False
    following = lines[at + 1].text if at + 1 < len(lines) else ""
    if is_ago(following):
        return False
    return (
        bool(_END_OF_SENTENCE.search(lines[at].text)) or bool(BOILERPLATE.match(following)) or len(lines[at].text) > 90
    )


def _keep_others(lines: Sequence[Line], pending: list[int], kind: str, seen: set[str], found: Layout) -> None:
    if not kind:
        return
    for at in pending:
        text = lines[at].text
        plain = _plain(text)
        if plain not in seen and 3 <= len(text.split()) <= 30:
            seen.add(plain)
            found.other.append((at, text))
