"""Names that no table knows: a conditional random field over Indonesian words, for proposals only.

Sees tokens and nothing else, and answers a BIO tag (PER, LOC, ORG) for each. Trained by
`python -m benchmarks.intake_train` on idner-news-2k (MIT licence); the model is a file in `data/`. What it finds is a
proposal of the weakest kind, and a rule that knows better wins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources

from sepakat.intake.reports.gazetteer import Gazetteer, key_of, load_gazetteer

_DIGIT = re.compile(r"\d")
_MOST_WORDS = 200

Features = list[str]


def features_of(tokens: Sequence[str], gazetteer: Gazetteer | None = None) -> list[Features]:
    """What the field sees of each token: the word, its shape and ends, its neighbours, and the tables' verdict."""
    tables = gazetteer or load_gazetteer()
    marks = _table_marks(tokens, tables)
    words = [token.casefold() for token in tokens]
    shapes = [_shape(token) for token in tokens]
    kinds = [_kind(words[at], tokens[at], tables) for at in range(len(tokens))]
    return [_features(at, words, shapes, marks, kinds) for at in range(len(tokens))]


def _features(
    at: int, words: Sequence[str], shapes: Sequence[str], marks: Sequence[Sequence[str]], kinds: Sequence[str]
) -> Features:
    word = words[at]
    found = [
        "b",
        "w=" + word,
        "s=" + shapes[at],
        "s3=" + _near(shapes, at, -1) + shapes[at] + _near(shapes, at, 1),
        "l=" + str(min(len(word), 8)),
        *("p=" + word[:size] for size in (2, 3, 4) if len(word) > size),
        *("e=" + word[-size:] for size in (1, 2, 3, 4) if len(word) > size),
        *("g=" + mark for mark in marks[at]),
        "k=" + kinds[at],
    ]
    for step in (-3, -2, -1, 1, 2, 3):
        found.append(f"w{step}={_near(words, at, step)}")
        found.append(f"s{step}={_near(shapes, at, step)}")
        found.append(f"k{step}={_near(kinds, at, step)}")
    for step in (-1, 1):
        if 0 <= at + step < len(marks):
            found += [f"g{step}={mark}" for mark in marks[at + step]]
            found.append(f"e{step}={words[at + step][-3:]}")
    found.append("w-10=" + _near(words, at, -1) + "/" + word)
    found.append("w01=" + word + "/" + _near(words, at, 1))
    found.append("k-1s0=" + _near(kinds, at, -1) + shapes[at])
    found.append("k-2s=" + _near(kinds, at, -2) + _near(shapes, at, -1) + shapes[at])
    if at == 0:
        found.append("first")
    return found


def _near(values: Sequence[str], at: int, step: int) -> str:
    place = at + step
    return values[place] if 0 <= place < len(values) else ("<" if place < 0 else ">")


def _shape(token: str) -> str:
    """Letters as A and a, digits as 0, runs of one kind once."""
    if token.isupper() and len(token) > 1 and token.isalpha():
        return "AA"
    mapped = "".join("A" if c.isupper() else "a" if c.islower() else "0" if c.isdigit() else c for c in token)
    return re.sub(r"(.)\1+", r"\1", mapped)[:12]


def _kind(word: str, token: str, tables: Gazetteer) -> str:
    """What part a word plays: verb of saying, office, head of an organisation, preposition."""
    if word in tables.verbs:
        return "say"
    if word in tables.offices["id"]:
        return "office:" + tables.offices["id"][word]
    if word in _ORGANISATION_HEADS:
        return "org"
    if word in _PLACE_HEADS:
        return "place"
    if word in {"di", "ke", "dari"}:
        return "locative"
    if _DIGIT.search(token):
        return "digit"
    return "-"


_ORGANISATION_HEADS = frozenset(
    """kementerian departemen dinas badan lembaga komisi komite dewan majelis mahkamah partai fraksi bank pt cv
    universitas institut politeknik sekolah rumah yayasan asosiasi ikatan persatuan perhimpunan himpunan serikat
    organisasi koalisi forum front gerakan aliansi polda polres polsek mabes kodam kejaksaan pengadilan direktorat
    biro kantor pusat perusahaan grup group klub tim satgas densus brigade tentara pasukan radio harian majalah tabloid
    televisi stasiun kelompok laskar kpu dpr dprd pansus panja panwaslu bawaslu""".split()
)
_PLACE_HEADS = frozenset(
    """kota kabupaten provinsi propinsi kecamatan kelurahan desa dusun kampung jalan jl gang pulau kepulauan gunung
    sungai danau laut selat teluk tanjung bandara stasiun terminal pelabuhan hotel gedung lapangan stadion pasar
    kawasan wilayah daerah perairan distrik komplek kompleks perumahan""".split()
)


def _table_marks(tokens: Sequence[str], tables: Gazetteer) -> list[list[str]]:
    marks: list[list[str]] = [[] for _ in tokens]
    at = 0
    while at < len(tokens):
        if not tokens[at][:1].isupper():
            at += 1
            continue
        for size in range(min(5, len(tokens) - at), 0, -1):
            kind = _table_kind(" ".join(tokens[at : at + size]), tables)
            if kind:
                for place in range(size):
                    marks[at + place].append(("B" if place == 0 else "I") + kind)
                at += size - 1
                break
        at += 1
    return marks


def _table_kind(name: str, tables: Gazetteer) -> str:
    key = key_of(name)
    if name in tables.countries or key in tables.countries:
        return "country"
    found = tables.organisations.get(name) or tables.organisations.get(key)
    if found is not None:
        return "org:" + found.kind
    if name in tables.groups or key in tables.groups:
        return "group"
    areas = tables.areas(key)
    if not areas:
        return ""
    best = max(areas, key=lambda area: (area.country == "ID", area.people))
    size = "big" if best.people > 300_000 else "mid" if best.people > 60_000 else "small"
    return best.type + ("@" if best.country == "ID" else "") + size


class Tagger:
    """The model, read once; safe to share, since it keeps nothing between calls."""

    def __init__(self, model: bytes) -> None:
        # pycrfsuite is compiled code that only reports in two languages need.
        import pycrfsuite  # noqa: PLC0415

        self._model = model
        self._field = pycrfsuite.Tagger()
        self._field.open_inmemory(model)

    def tags(self, tokens: Sequence[str]) -> list[str]:
        """A tag for each token; a sentence that is too long for one look is read in parts."""
        found: list[str] = []
        for start in range(0, len(tokens), _MOST_WORDS):
            found += self._field.tag(features_of(tokens[start : start + _MOST_WORDS]))
        return found


@cache
def load_tagger() -> Tagger:
    """The tagger shipped with the product."""
    return Tagger(resources.files("sepakat.intake.reports").joinpath("data", "indonesian-names.crfsuite").read_bytes())
