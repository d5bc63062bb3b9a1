"""Generated reports of twelve parties, four of whom copy: the truth that the search for undeclared copying is held to.

Eight parties see events for themselves: each chooses what to tell, counts with its own error and rounding, spells names
in its own way, errs in its own typing. Four copy one of these reports, or a copy: one nearly word for word, three in
other words, orders and (one of them) another language, with figures mostly kept. Independent reports of one event share
true facts, official figures and names. Written before the detector, of which it knows nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

PARTIES = tuple(f"party-{number:02d}" for number in range(12))
OBSERVERS, COPIERS = PARTIES[:8], PARTIES[8:]
VERBATIM, TRANSLATOR = COPIERS[0], COPIERS[3]

SECOND_HAND = 0.2
"""How often a copier copies another copier, if there is one."""

_ONSETS = ("b", "d", "f", "g", "h", "j", "k", "kh", "l", "m", "n", "q", "r", "s", "sh", "t", "w", "y", "z")
_VOWELS = ("a", "aa", "i", "u", "e", "ee", "ou")
_CODAS = ("", "", "n", "r", "l", "m", "d", "s", "sh", "b")
_SPELLINGS = (("q", "k"), ("kh", "h"), ("ou", "u"), ("ee", "i"), ("aa", "a"), ("sh", "sch"), ("j", "dj"), ("y", "i"))

# What can be told of an event: figure (0: none), phrasings in English, phrasings in Indonesian.
_DETAILS: tuple[tuple[int, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        400,
        (
            "{n} fighters entered {place} on {day}",
            "on {day} a force of {n} men moved into {place}",
            "{place} was taken by {n} gunmen on {day}",
        ),
        ("{n} pejuang memasuki {place} pada {day}", "pada {day} pasukan {n} orang bergerak ke {place}"),
    ),
    (
        25,
        ("they came in {n} vehicles", "{n} cars were counted", "a column of {n} trucks was seen"),
        ("mereka datang dengan {n} kendaraan", "{n} mobil terlihat"),
    ),
    (
        60,
        ("{n} people were killed", "the dead number {n}", "{n} bodies were found"),
        ("{n} orang tewas", "korban meninggal berjumlah {n}"),
    ),
    (
        120,
        ("{n} were wounded", "hospitals took in {n} injured", "the injured number {n}"),
        ("{n} orang terluka", "rumah sakit menerima {n} korban luka"),
    ),
    (
        0,
        ("they were led by {person}", "{person} was in command", "the order came from {person}"),
        ("mereka dipimpin {person}", "{person} memegang komando"),
    ),
    (
        35,
        ("the place lies {n} kilometres from {other}", "fighting was heard {n} km away in {other}"),
        ("tempat itu {n} kilometer dari {other}", "pertempuran terdengar {n} km jauhnya di {other}"),
    ),
    (
        900,
        ("{n} families have fled", "{n} households left their homes", "the exodus counts {n} families"),
        ("{n} keluarga mengungsi", "{n} rumah tangga meninggalkan rumah"),
    ),
    (
        5000,
        ("{n} litres of fuel were taken", "the depot lost {n} litres of diesel"),
        ("{n} liter bahan bakar diambil", "gudang kehilangan {n} liter solar"),
    ),
    (
        14,
        ("{n} hostages are held", "{n} prisoners were led away"),
        ("{n} sandera ditahan", "{n} tawanan dibawa pergi"),
    ),
    (
        40,
        ("the bridge of {other} was closed for {n} hours", "for {n} hours nobody crossed at {other}"),
        ("jembatan {other} ditutup selama {n} jam", "selama {n} jam tidak ada yang menyeberang di {other}"),
    ),
    (
        0,
        ("{person} denied it", "a spokesman of {person} spoke of lies"),
        ("{person} membantahnya", "juru bicara {person} menyebutnya bohong"),
    ),
    (
        250,
        ("{n} rifles were shown", "a store with {n} weapons was opened"),
        ("{n} senapan diperlihatkan", "gudang dengan {n} senjata dibuka"),
    ),
)
_LEADS = {
    "en": (
        "",
        "Sources on the ground say:",
        "As we learn,",
        "According to our office,",
        "Residents report that",
        "Our people say:",
    ),
    "id": ("", "Menurut sumber di lapangan,", "Kantor kami mendengar:", "Warga melaporkan,", "Seperti diketahui,"),
}
_TAILS = {
    "en": ("", "More is not known.", "The picture is not complete.", "We keep watching.", "This could not be checked."),
    "id": ("", "Belum ada keterangan lain.", "Kami terus memantau.", "Ini belum dapat diperiksa."),
}
_SYNONYMS = {
    "fighters": "militants",
    "force": "unit",
    "moved": "advanced",
    "gunmen": "armed men",
    "taken": "seized",
    "killed": "slain",
    "wounded": "hurt",
    "found": "discovered",
    "seen": "spotted",
    "counted": "noted",
    "fled": "run away",
    "people": "persons",
    "families": "family groups",
    "closed": "shut",
    "shown": "displayed",
    "hospitals": "clinics",
    "led": "headed",
    "pejuang": "milisi",
    "tewas": "meninggal",
    "terluka": "cedera",
    "kendaraan": "mobil",
    "mengungsi": "pergi",
}
_MONTHS = {
    "en": ("January", "March", "June", "August", "October", "December"),
    "id": ("Januari", "Maret", "Juni", "Agustus", "Oktober", "Desember"),
}


@dataclass(frozen=True, slots=True)
class GeneratedReport:
    """One report. `origin`: the index of the report it comes from in the end, its own for one at first hand; `copied`:
    the index of the one it was copied from, None for one at first hand."""

    index: int
    party: str
    event: int
    text: str
    origin: int
    copied: int | None = None


@dataclass(frozen=True, slots=True)
class _Telling:
    """What a report tells, before it is put into words: details, figures, names as they are spelled."""

    details: tuple[int, ...]
    figures: tuple[int, ...]
    names: tuple[str, str, str]
    day: tuple[int, int]
    misspelled: tuple[str, str] | None
    language: str
    phrasings: tuple[int, ...]
    lead: int
    tail: int


@dataclass(frozen=True, slots=True)
class _Event:
    names: tuple[str, str, str]
    figures: tuple[int, ...]
    is_official: tuple[bool, ...]
    day: tuple[int, int]


def generate(count: int, seed: int = 7) -> Iterator[GeneratedReport]:
    """So many reports, events one after another; the last event may be cut short."""
    random = Random(seed)
    names = [_name(random) for _ in range(max(400, count // 40))]
    index = event = 0
    while index < count:
        for report in _reports_of_event(random, names, event, index):
            if index == count:
                return
            yield report
            index += 1
        event += 1


def _reports_of_event(random: Random, names: Sequence[str], number: int, first: int) -> Iterator[GeneratedReport]:
    event = _event(random, names)
    index = first
    tellings: list[tuple[int, int, _Telling, str]] = []
    for party in random.sample(OBSERVERS, random.randint(2, 4)):
        telling = _observe(random, event, OBSERVERS.index(party))
        text = _in_words(telling)
        tellings.append((index, index, telling, text))
        yield GeneratedReport(index, party, number, text, index)
        index += 1
    seen = len(tellings)
    for party in COPIERS:
        if random.random() < 0.5:
            of_copies = len(tellings) > seen and random.random() < SECOND_HAND
            source, origin, telling, text = random.choice(tellings[seen:] if of_copies else tellings[:seen])
            telling, text = _copy(random, party, telling, text)
            tellings.append((index, origin, telling, text))
            yield GeneratedReport(index, party, number, text, origin, source)
            index += 1


def _event(random: Random, names: Sequence[str]) -> _Event:
    figures = tuple(max(1, round(scale * random.uniform(0.3, 1.8))) for scale, _, _ in _DETAILS)
    official = tuple(random.random() < 0.12 for _ in _DETAILS)
    place, person, other = random.sample(names, 3)
    return _Event((place, person, other), figures, official, (random.randint(1, 28), random.randrange(6)))


def _observe(random: Random, event: _Event, party: int) -> _Telling:
    """What one party saw for itself."""
    details = (0, *random.sample(range(1, len(_DETAILS)), random.randint(3, 5)))
    figures = tuple(
        event.figures[detail] if event.is_official[detail] else _counted(random, event.figures[detail], party)
        for detail in details
    )
    names = tuple(_spelled(random, name, party) for name in event.names)
    misspelled = None
    if random.random() < 0.35:
        word = random.choice([*names, *(word for word in _SYNONYMS if len(word) > 5)])
        misspelled = (word, _mistyped(random, word))
    language = "id" if party in (2, 5) else "en"
    return _Telling(
        details,
        figures,
        (names[0], names[1], names[2]),
        event.day,
        misspelled,
        language,
        tuple(random.randrange(6) for _ in details),
        random.randrange(6),
        random.randrange(6),
    )


def _counted(random: Random, true: int, party: int) -> int:
    """A figure as one party counts it: small ones mostly right, large ones with its error and its habit of rounding."""
    if true < 10:
        return true if random.random() < 0.8 else max(1, true + random.choice((-1, 1)))
    if true < 100 and random.random() < 0.25:
        return true
    seen = max(1, round(true * random.gauss(1.0, 0.12)))
    step = (1, 1, 10, 1, 50, 1, 5, 1)[party]
    return max(1, round(seen / step) * step) if seen > step else seen


def _copy(random: Random, party: str, source: _Telling, text: str) -> tuple[_Telling, str]:
    """A copy and its words: the text as it was with a little changed, or everything said anew."""
    if party == VERBATIM:
        words = text.split(" ")
        for _ in range(random.randint(0, 2)):
            place = random.randrange(len(words))
            words[place] = _SYNONYMS.get(words[place], words[place])
        lead = random.choice(("", "", "Media say: ", "From our partners: "))
        return source, lead + " ".join(words)
    order = list(range(1, len(source.details)))
    random.shuffle(order)
    if len(order) > 3 and random.random() < 0.4:
        order.pop()
    places = [0, *order]
    figures = tuple(
        source.figures[place] if random.random() < 0.9 else max(1, round(source.figures[place], -1)) for place in places
    )
    names = tuple(
        name if random.random() < 0.85 else _spelled(random, name, random.randrange(8)) for name in source.names
    )
    telling = _Telling(
        tuple(source.details[place] for place in places),
        figures,
        (names[0], names[1], names[2]),
        source.day,
        source.misspelled if random.random() < 0.7 else None,
        {"en": "id", "id": "en"}[source.language] if party == TRANSLATOR else source.language,
        tuple(random.randrange(6) for _ in places),
        random.randrange(6),
        random.randrange(6),
    )
    said = _in_words(telling).split(" ")
    return telling, " ".join(_SYNONYMS.get(word, word) if random.random() < 0.7 else word for word in said)


def _in_words(telling: _Telling) -> str:
    day = f"{telling.day[0]} {_MONTHS[telling.language][telling.day[1]]}"
    said = []
    for detail, figure, phrasing in zip(telling.details, telling.figures, telling.phrasings, strict=True):
        _, english, indonesian = _DETAILS[detail]
        choices = english if telling.language == "en" else indonesian
        place, person, other = telling.names
        said.append(choices[phrasing % len(choices)].format(n=figure, place=place, person=person, other=other, day=day))
    lead, tail = (table[telling.language] for table in (_LEADS, _TAILS))
    sentences = ". ".join(one[0].upper() + one[1:] for one in said)
    text = " ".join(
        part for part in (lead[telling.lead % len(lead)], f"{sentences}.", tail[telling.tail % len(tail)]) if part
    )
    return text.replace(*telling.misspelled) if telling.misspelled else text


def _name(random: Random) -> str:
    parts = [
        random.choice(_ONSETS) + random.choice(_VOWELS) + random.choice(_CODAS) for _ in range(random.randint(2, 3))
    ]
    return "".join(parts).capitalize()


def _spelled(random: Random, name: str, party: int) -> str:
    """A name as a party writes it: its habits of transliteration, not always kept to."""
    old, new = _SPELLINGS[party]
    other_old, other_new = _SPELLINGS[(party * 3 + 1) % len(_SPELLINGS)]
    spelled = name.lower()
    if random.random() < 0.8:
        spelled = spelled.replace(old, new)
    if random.random() < 0.5:
        spelled = spelled.replace(other_old, other_new)
    return spelled.capitalize()


def _mistyped(random: Random, word: str) -> str:
    place = random.randrange(1, len(word) - 1)
    match random.randrange(3):
        case 0:
            return word[:place] + word[place + 1 :]
        case 1:
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        case _:
            return word[:place] + word[place] + word[place:]
