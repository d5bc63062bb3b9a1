"""A text as sentences and words with their places in it. What the words mean is decided elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""(?:[A-Z]\.){2,}|[A-Za-z]\.(?=\s[A-Z]\w)|\d+(?:[.,:]\d+)*|[^\W\d_][^\W_]*(?:['\u2019\u02bc\u2011-](?!s\b)[^\W_]+)*
    |['\u2019]s\b|[^\w\s]|_""",
    re.VERBOSE,
)
_END = re.compile(r"""[.!?\u2026]+["'\u201d\u2019)\]]*(?=\s+["'\u201c\u2018(\[]*[A-Z\u00c0-\u00de\d]|\s*$)""")
_SHORT = frozenset(
    """mr mrs ms dr prof st sr jr gen col lt maj capt sgt adm gov sen rep rev hon no vs inc ltd co corp dept rp drs ir hj h
    kh jl jln tn ny bpk sdr kol letkol letjen mayjen brigjen irjen komjen kombes kompol akbp akp iptu ipda laks u.s u.k
    u.n p.m a.m jan feb mar apr jun jul aug sep sept oct nov dec dok hlm al""".split()
)
_ARTICLE = re.compile(r"(?:al|el|ar|as|an|at|ad)-[A-Z]")
MOST_OF_A_SENTENCE = 1500
OPENING, CLOSING = '"\u201c\u00ab', '"\u201d\u00bb'


@dataclass(frozen=True, slots=True)
class Word:
    """One word or sign, and where it stands; what every rule asks of it is worked out once."""

    text: str
    start: int
    end: int
    low: str = field(init=False, compare=False, repr=False)
    """In lower case."""
    is_capital: bool = field(init=False, compare=False, repr=False)
    """Whether it is a word that begins with a capital, or an Arabic article before one."""
    is_word: bool = field(init=False, compare=False, repr=False)
    """Whether it is a word, not a number or sign."""

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "low", self.text.casefold())
        put(self, "is_capital", self.text[:1].isupper() or _ARTICLE.match(self.text) is not None)
        put(self, "is_word", self.text[:1].isalpha())


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: where it stands, its words, and the number of its paragraph."""

    start: int
    end: int
    words: tuple[Word, ...]
    paragraph: int

    def at(self, index: int) -> Word | None:
        """The word at an index; None outside."""
        return self.words[index] if 0 <= index < len(self.words) else None


def words_of(text: str, start: int, end: int) -> tuple[Word, ...]:
    """The words of a part of a text."""
    return tuple(Word(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text, start, end))


def sentences_of(text: str, start: int, end: int, paragraph: int) -> list[Sentence]:
    """The sentences of a paragraph; direct speech is not cut from the words that tell who spoke."""
    cuts = []
    for match in _END.finditer(text, start, end):
        if not _is_end(text, start, match) or _is_inside_quote(text, start, match, end):
            continue
        cuts.append(match.end())
    found = []
    at = start
    for cut in _no_longer(text, [*cuts, end], start):
        while at < cut and text[at].isspace():
            at += 1
        if at < cut:
            found.append(Sentence(at, cut, words_of(text, at, cut), paragraph))
        at = cut
    return found


def _no_longer(text: str, cuts: list[int], start: int) -> list[int]:
    """The cuts, and more where a sentence would be longer than any that somebody wrote."""
    found = []
    at = start
    for cut in cuts:
        while cut - at > MOST_OF_A_SENTENCE:
            space = text.rfind(" ", at + 1, at + MOST_OF_A_SENTENCE)
            at = space if space > at else at + MOST_OF_A_SENTENCE
            found.append(at)
        found.append(cut)
        at = cut
    return found


def _is_inside_quote(text: str, start: int, match: re.Match[str], end: int) -> bool:
    """Whether direct speech is open here and goes on; what is never closed does not count."""
    before = text[max(start, match.end() - 3000) : match.end()]
    if "\u201c" in before:
        opened = before.rfind("\u201c") > before.rfind("\u201d")
        return opened and "\u201d" in text[match.end() : min(end, match.end() + 800)]
    return before.count('"') % 2 == 1 and '"' in text[match.end() : min(end, match.end() + 800)]


def _is_end(text: str, start: int, match: re.Match[str]) -> bool:
    if match.group()[0] != ".":
        return True
    before = re.search(r"[\w.]+$", text[max(start, match.start() - 24) : match.start()])
    word = before.group() if before else ""
    if (len(word) == 1 and word.isupper()) or word.casefold() in _SHORT:
        return match.end() >= len(text.rstrip())
    return not (word[-1:].isdigit() and text[match.end() : match.end() + 1].isdigit())
