"""HTML to lines: what a person would see as one line or paragraph each, and what the page's metadata says.

Takes any HTML, however broken; nothing is fetched, no entity of a document type is expanded, the walk is without
recursion and ends after a fixed number of lines. Which line is what is decided in `layout`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sepakat.errors import InputError
from sepakat.intake.reports.times import is_date_alone

MOST_LINES = 20_000
MOST_ELEMENTS = 400_000
_MOST_METADATA = 2**19

_BLOCKS = frozenset(
    """address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody
    td tfoot th thead tr ul""".split()
)
_SKIPPED = frozenset(
    """script style noscript template svg math iframe object embed canvas audio video select textarea head
    button map title""".split()
)
_NOT_OF_THE_STORY = {"nav": "nav", "aside": "aside", "footer": "footer", "figcaption": "caption", "amp-sidebar": "nav"}
_CAPTION_CLASS = re.compile(
    r"(?:^|[\s_-])(?:wp-caption-text|caption|fig-?caption|photo-?credit|foto-?ket)", re.IGNORECASE
)
_HEADING = re.compile(r"h[1-6]")
_SPACE = re.compile(r"\s+")
_BETWEEN = re.compile(r"[\s|\u00b7\u2022/,\u2013\u2014-]*")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page: its text, what element it stood in, in which container, and in which part of the page."""

    text: str
    tag: str = "text"
    container: int = 0
    part: str = ""
    is_link: bool = False
    after_gap: bool = False


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of itself without showing it. Empty where it says nothing."""

    title: str = ""
    headlines: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    language: str = ""


@dataclass(slots=True)
class _Run:
    text: str
    element: int
    is_link: bool


@dataclass(slots=True)
class _Reader:
    """Gathers runs of text until a block ends."""

    lines: list[Line] = field(default_factory=list)
    runs: list[_Run] = field(default_factory=list)
    gap: bool = False

    def add(self, text: str | None, element: int, is_link: bool) -> None:
        """Take text of an inline element; `element` 0 is text that stands by itself."""
        if not text:
            return
        if self.runs and self.runs[-1].element == element:
            self.runs[-1].text += text
        else:
            self.runs.append(_Run(text, element, is_link))

    def end(self, tag: str, container: int, part: str) -> None:
        """What was gathered is a line."""
        runs, self.runs = self.runs, []
        for text, is_link in _split(runs, tag):
            plain = _SPACE.sub(" ", text).strip()
            if plain:
                self.lines.append(Line(plain, tag, container, part, is_link, self.gap))
                self.gap = False


def _split(runs: list[_Run], tag: str) -> Iterator[tuple[str, bool]]:
    """One line, or several where elements stand side by side: links of a menu, a title beside its date."""
    told = [run for run in runs if run.text.strip()]
    bare = [run for run in told if run.element == 0 and not _BETWEEN.fullmatch(run.text)]
    inner = [run for run in told if run.element != 0]
    apart = len(inner) > 1 and not bare and tag not in {"p", *(f"h{n}" for n in range(1, 7))}
    if apart and (all(run.is_link for run in inner) or any(is_date_alone(run.text) for run in inner)):
        yield from ((run.text, run.is_link) for run in inner)
    else:
        yield "".join(run.text for run in runs), bool(inner) and not bare and all(run.is_link for run in inner)


def read_markup(text: str, name: str = "") -> tuple[list[Line], Metadata]:
    """The lines of an HTML page, and its metadata.

    Raises:
        InputError: `report-not-text` when there is nothing that could be read as HTML, `report-too-large` when there
            are more elements than a page has.
    """
    # lxml is compiled code that only HTML needs.
    from lxml import etree  # noqa: PLC0415

    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise InputError("report-not-text", f"report {name!r} refused: no element of HTML could be read in it", None)
    return list(_lines(root, etree, name)), _metadata(root)


def _lines(root: Any, etree: Any, name: str) -> Iterator[Line]:
    reader = _Reader()
    walk = etree.iterwalk(root, events=("start", "end"))
    blocks: list[tuple[str, int, str]] = [("body", 0, "")]
    inline: list[tuple[int, bool]] = []
    count = 0
    for event, element in walk:
        tag = element.tag.lower() if isinstance(element.tag, str) else ""
        is_block = tag in _BLOCKS or tag.startswith("amp-")
        if event == "start":
            count += 1
            if count > MOST_ELEMENTS or len(reader.lines) > MOST_LINES:
                raise InputError("report-too-large", f"report {name!r} refused: more elements than a page has", None)
            if tag in _SKIPPED and tag != "html":
                walk.skip_subtree()
                continue
            if is_block:
                reader.end(*_of_line(blocks))
                reader.gap = True
                blocks.append((tag, count, _part(tag, element, blocks[-1][2])))
                inline.append((0, False))
            elif tag == "br":
                reader.gap = reader.gap or not reader.runs
                reader.end(*_of_line(blocks))
            else:
                outer, linked = inline[-1] if inline else (0, False)
                inline.append((outer or count, linked or tag == "a"))
            if tag != "br":
                reader.add(element.text, *inline[-1])
            continue
        if tag in _SKIPPED:
            reader.add(element.tail, *(inline[-1] if inline else (0, False)))
            continue
        if is_block:
            reader.end(*_of_line(blocks))
            reader.gap = True
            blocks.pop()
            inline.pop()
        elif tag != "br" and inline:
            inline.pop()
        reader.add(element.tail, *(inline[-1] if inline else (0, False)))
    reader.end(*_of_line(blocks))
    yield from reader.lines


def _of_line(blocks: list[tuple[str, int, str]]) -> tuple[str, int, str]:
    tag, _, part = blocks[-1]
    container = blocks[-2][1] if len(blocks) > 1 and tag in {"p", "div", "li", "span"} else blocks[-1][1]
    return tag, container, part


def _part(tag: str, element: Any, outer: str) -> str:
    if tag in _NOT_OF_THE_STORY:
        return _NOT_OF_THE_STORY[tag]
    name = f"{element.get('class') or ''} {element.get('id') or ''}"
    return "caption" if not outer and len(name) < 200 and _CAPTION_CLASS.search(name) else outer


def _metadata(root: Any) -> Metadata:
    found: dict[str, list[str]] = {"headline": [], "published": [], "author": [], "publisher": []}
    for meta in root.iterfind(".//meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").strip().lower()
        value = _SPACE.sub(" ", meta.get("content") or "").strip()
        kind = _META.get(name)
        if kind and value and len(value) < 400:
            found[kind].append(value)
    for script in root.iterfind(".//script"):
        if (script.get("type") or "").strip().lower() == "application/ld+json" and script.text:
            _read_linked_data(script.text, found)
    title = root.find(".//title")
    text = "" if title is None else _SPACE.sub(" ", "".join(title.itertext())[:600]).strip()
    return Metadata(
        title=text,
        headlines=tuple(dict.fromkeys(found["headline"])),
        published=tuple(dict.fromkeys(found["published"])),
        authors=tuple(dict.fromkeys(found["author"])),
        publishers=tuple(dict.fromkeys(found["publisher"])),
        language=(root.get("lang") or "")[:2].lower(),
    )


_META: Mapping[str, str] = {
    "og:title": "headline",
    "twitter:title": "headline",
    "headline": "headline",
    "og:site_name": "publisher",
    "application-name": "publisher",
    "article:published_time": "published",
    "datepublished": "published",
    "publishdate": "published",
    "pubdate": "published",
    "publish_date": "published",
    "date": "published",
    "dc.date": "published",
    "dc.date.issued": "published",
    "dcterms.created": "published",
    "content_publisheddate": "published",
    "author": "author",
    "article:author": "author",
    "dc.creator": "author",
    "content_author": "author",
}
_ARTICLES = re.compile(r"(?:News|Reportage|Analysis|Opinion|Blog)?(?:Article|Posting)|Report")


def _read_linked_data(text: str, found: dict[str, list[str]]) -> None:
    if len(text) > _MOST_METADATA:
        return
    try:
        waiting: list[Any] = [json.loads(text)]
    except (ValueError, RecursionError):
        return
    seen = 0
    while waiting and seen < 2000:
        seen += 1
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            waiting += [one[name] for name in ("@graph", "mainEntity") if name in one]
            kinds = one.get("@type")
            if any(_ARTICLES.fullmatch(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])):
                _read_article(one, found)


def _read_article(article: Mapping[str, Any], found: dict[str, list[str]]) -> None:
    for name, kind in (("headline", "headline"), ("datePublished", "published")):
        if isinstance(article.get(name), str):
            found[kind].append(_SPACE.sub(" ", article[name]).strip()[:400])
    for name in ("author", "publisher"):
        value = article.get(name)
        for one in value if isinstance(value, list) else [value]:
            text = one.get("name") if isinstance(one, Mapping) else one
            if isinstance(text, str) and text.strip() and len(text) < 200:
                found[name].append(_SPACE.sub(" ", text).strip())
