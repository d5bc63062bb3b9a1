"""Who and where: countries, places, organisations, armed groups and people of a text, each with all its mentions.

Tables first, then words that tell what follows them ("Kementerian ...", "kelompok bersenjata ...", "Presiden ..."), then
names that the text itself has introduced. Countries inside the name of a group are no places. A name that could be
several places is settled by what stands behind it, by the countries that the text names, by size; peoples, religions and
beliefs are never looked for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sepakat.intake.reports.gazetteer import Area, Gazetteer, Group, Organisation, key_of
from sepakat.intake.reports.words import Sentence, Word


@dataclass(slots=True)
class Entity:
    """Something that the text names. `kind` is country, place, organisation, group or person; `type` tells it apart further."""

    kind: str
    name: str
    start: int
    end: int
    rule: str
    score: float
    type: str = ""
    country: str | None = None
    area: Area | None = None
    long: str | None = None
    office: str | None = None
    category: str = "other"
    gazetteer: Group | Organisation | None = None
    also: set[str] = field(default_factory=set)
    metonym: str | None = None
    in_dateline: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where an entity is named; `first` and `last` count words of the sentence, last excluded."""

    entity: Entity
    sentence: int
    first: int
    last: int
    start: int
    end: int


@dataclass(slots=True)
class Names:
    """All entities of a text and their mentions, by sentence."""

    entities: list[Entity] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    countries: dict[str, int] = field(default_factory=dict)

    _by_sentence: dict[int, list[Mention]] = field(default_factory=dict)

    def of(self, sentence: int) -> list[Mention]:
        """The mentions of one sentence, in order."""
        return sorted(self._by_sentence.get(sentence, ()), key=lambda one: one.start)

    def at(self, sentence: int, word: int) -> Mention | None:
        """The mention that holds a word of a sentence."""
        return next((one for one in self._by_sentence.get(sentence, ()) if one.first <= word < one.last), None)

    def add(self, mention: Mention) -> None:
        """Keep a mention."""
        self.mentions.append(mention)
        self._by_sentence.setdefault(mention.sentence, []).append(mention)

    def drop(self, mention: Mention) -> None:
        """Forget a mention."""
        self.mentions.remove(mention)
        self._by_sentence[mention.sentence].remove(mention)


_ORGANISATION_HEADS_ID = {
    "kementerian": "government", "departemen": "government", "dinas": "government", "polda": "government",
    "polres": "government", "polresta": "government", "polsek": "government", "kodam": "military", "kejaksaan": "government",
    "pengadilan": "government", "mahkamah": "government", "badan": "government", "komisi": "government", "kepolisian": "government",
    "pemprov": "government", "pemkot": "government", "pemkab": "government", "dirjen": "government", "ditjen": "government",
    "direktorat": "government", "bank": "company", "pt": "company", "universitas": "other", "institut": "other", "yayasan": "other",
    "partai": "other", "lembaga": "other", "asosiasi": "other", "ikatan": "other", "harian": "media", "radio": "media",
    "majalah": "media", "stasiun": "media", "kedutaan": "government", "konsulat": "government", "dewan": "government",
    "otoritas": "government", "perusahaan": "company", "maskapai": "company", "rumah": "", "organisasi": "other",
    "penjaga": "government", "koalisi": "other",
}  # fmt: skip
_ORGANISATION_TAILS_EN = {
    "ministry": "government", "department": "government", "agency": "government", "office": "government",
    "police": "government", "army": "military", "navy": "military", "university": "other", "college": "other", "bank": "company",
    "inc": "company", "corp": "company", "ltd": "company", "company": "company", "group": "company", "airlines": "company",
    "airways": "company", "news": "media", "times": "media", "post": "media", "radio": "media", "tv": "media",
    "television": "media", "herald": "media", "tribune": "media", "gazette": "media", "union": "other", "party": "other",
    "council": "government", "commission": "government", "court": "government", "parliament": "government",
    "foundation": "other", "institute": "other", "association": "other", "authority": "government", "observatory": "other",
    "coalition": "other", "committee": "government", "centre": "other", "center": "other", "technologies": "company",
    "systems": "company", "labs": "company", "security": "company", "hospital": "other", "guard": "government",
}  # fmt: skip
_ORGANISATION_LEADS_EN = {
    "ministry": "government", "department": "government", "bank": "company", "university": "other", "radio": "media",
    "office": "government", "bureau": "government", "embassy": "government", "port": "",
}  # fmt: skip
_DESCRIBED = {
    "firm": "company", "company": "company", "carrier": "company", "airline": "company", "startup": "company",
    "contractor": "company", "manufacturer": "company", "bank": "company", "retailer": "company", "operator": "company",
    "newspaper": "media", "broadcaster": "media", "station": "media", "channel": "media", "website": "media",
    "magazine": "media", "daily": "media", "charity": "other", "monitor": "other", "watchdog": "other", "ngo": "other",
    "union": "other", "party": "other", "tank": "other", "perusahaan": "company", "firma": "company", "maskapai": "company",
    "operator ": "company", "harian": "media", "televisi": "media", "stasiun": "media", "majalah": "media", "situs": "media", "portal": "media", "lembaga": "other",
    "organisasi": "other", "pemantau": "other", "yayasan": "other", "lsm": "other", "partai": "other",
}  # fmt: skip
_GROUP_BEFORE = frozenset(
    """kelompok kelompok-kelompok milisi geng kartel gerombolan jaringan sindikat faksi pemberontak militan group groups gang
    militia cartel faction syndicate network rebels militants insurgents outfit crew collective""".split()
)
_GROUP_KINDS = frozenset(
    """bersenjata militan teroris teror separatis pemberontak milisi peretas ransomware kriminal ekstremis radikal
    gerilya jihadis peretasan pelaku ancaman armed militant terrorist separatist rebel insurgent hacker hacking
    ransomware criminal extremist jihadist paramilitary guerrilla""".split()
)
_NOT_ARMED = frozenset(
    """pemantau hak relawan aktivis masyarakat tani nelayan kerja usaha studi diskusi bantuan advokasi pakar ahli etnis
    suku agama minoritas umat monitoring rights aid campaign advocacy civil support working study research expert
    pressure lobby volunteer ethnic minority religious media""".split()
)
_GROUP_HEADS = frozenset("brigade brigades front tentara laskar gerakan mujahidin milisi katibah liwa batalyon".split())
_GROUP_TAILS = frozenset("brigades brigade front army movement militia cartel battalion resistance".split())
_KNOWN_AS = frozenset("known called dubbed named bernama disebut dijuluki dikenal".split())
_PLACE_HEADS_ID = {
    "kota": "settlement", "kabupaten": "admin", "provinsi": "admin", "propinsi": "admin", "kecamatan": "admin", "kelurahan": "settlement",
    "desa": "settlement", "pulau": "region", "kepulauan": "region", "laut": "region", "selat": "region", "teluk": "region",
    "distrik": "admin", "negara": "", "kawasan": "", "wilayah": "", "dusun": "settlement", "danau": "region", "gunung": "region",
    "sungai": "region", "bandara": "site", "pelabuhan": "site", "ibu": "", "semenanjung": "region", "lembah": "region",
}  # fmt: skip
_PLACE_TAILS_EN = {
    "county": "admin", "province": "admin", "governorate": "admin", "district": "admin", "state": "admin", "region": "admin", "city": "settlement", "island": "region",
    "islands": "region", "sea": "region", "strait": "region", "oblast": "admin", "peninsula": "region", "valley": "region",
}  # fmt: skip
_LOCATIVE = frozenset(
    """di ke dari dekat menuju sekitar asal pulau kota in at near from to of outside around toward towards via inside
    through across between across into off""".split()
)
_COMPLEMENTS_ID = frozenset(
    """luar negeri dalam pertahanan keamanan keuangan kesehatan hukum ham perhubungan perdagangan agama sosial
    koordinator bidang politik dan energi umum besar operasi militer polisi kepolisian angkatan laut darat udara pemerintah
    parlemen terpilih ad interim urusan negara sumber daya mineral pendidikan kebudayaan pariwisata pertanian kehutanan kelautan
    perikanan perindustrian ketenagakerjaan tenaga kerja komunikasi informatika informasi riset teknologi pemuda olahraga desa
    dalam-negeri luar-negeri minyak gas perminyakan lingkungan hidup investasi bumn pertama kedua ketiga tertinggi agung
    kriminal khusus reserse narkoba lalu lintas intelijen penerangan hubungan masyarakat humas media utama pelaksana harian
    nasional daerah pusat wilayah keadilan imigrasi kepresidenan senat kerajaan republik kesejahteraan rakyat
    perencanaan pembangunan ekonomi perekonomian administrasi operasional teknik penindakan penyidikan""".split()
)
_RANKS = re.compile(
    r"""(?ix)(?:jenderal|letnan|mayor|brigadir|brigjen|kolonel|kapten|sersan|laksamana|marsekal|komisaris|ajun|inspektur|letjen|mayjen
    |irjen|komjen|kombes|akbp|akp|kompol|iptu|ipda|kol|letkol|general|lieutenant|colonel|major|captain|sergeant|admiral|brigadier|gen
    |lt|maj|brig|col|capt|sgt|adm|air\ marshal|inspector|superintendent|constable|detective|dr|mr|mrs|ms|sir|prof|professor|lord|dame|haji
    |bapak|ibu|tuan|ustaz|ustadz|kiai)\b.*"""
)
_GENERIC = frozenset("officer official pejabat perwira anggota army-officer member prajurit warga resident".split())
_LONGEST_RUN = 12
_LOCAL_OFFICES = frozenset(
    """bupati gubernur kota walikota camat lurah kapolres kapolresta kapolda wakapolda kapolsek dandim danrem pangdam
    kajari kajati kalapas syahbandar wakapolres""".split()
)
_PARTICLES = frozenset("bin binti al el de del der van von da la ibn abu bint dos du".split())
_NEVER_NAMES = frozenset(
    """presiden menteri the a an in on at as but and for he she it they we you i his her its their this that these those
    there when while after before since if who what why how no not yes dia ia mereka kami kita saya anda ini itu para
    sang si pak bu tuan nyonya menurut namun tetapi sementara selain setelah sebelum ketika saat pada di ke dari dengan
    untuk oleh karena bahwa jika kalau apabila meski meskipun walau hingga sejak dalam sebagai seperti juga tidak tak
    bukan belum sudah telah akan masih sedang polisi militer tentara pemerintah petugas warga korban tersangka pelaku
    kelompok serangan ledakan kementerian seorang sebuah dua tiga empat lima enam tujuh delapan sembilan sepuluh
    senin selasa rabu kamis jumat sabtu minggu januari februari maret april mei juni juli agustus september oktober
    november desember monday tuesday wednesday thursday friday saturday sunday january february march may june july
    august october december police officials government army security state western eastern northern southern former
    two three four five six seven eight nine ten hundreds thousands dozens several some many most all both each
    prosecutors investigators doctors witnesses residents authorities experts analysts hal terkait adapun sampai lalu
    kemudian maka bahkan apa siapa mengapa bagaimana kapan berita baca foto jumlah kerugian rumah sakit suku-suku
    """.split()
)


class Finder:
    """Finds names in the sentences of one text; keeps nothing but what it has found so far."""

    def __init__(self, text: str, sentences: Sequence[Sentence], language: str, tables: Gazetteer) -> None:
        self.text = text
        self.sentences = sentences
        self.language = language
        self.tables = tables
        self.found = Names()
        self._taken: dict[tuple[int, int], Mention] = {}
        self._lower = {word.text for one in sentences for word in one.words if word.text[:1].islower()}
        self._known: dict[str, Entity] = {}
        self._settled: dict[str, Area] = {}
        self._counts = self._count_countries()

    def find(self) -> Names:
        """Everything, in two looks: the second knows the names that the first has found."""
        for index in range(len(self.sentences)):
            self._known_names(index)
            self._introduced(index)
        for index in range(len(self.sentences)):
            self._offices(index)
        for index in range(len(self.sentences)):
            self._again(index)
        self.found.mentions.sort(key=lambda one: one.start)
        self.found.entities.sort(key=lambda one: one.start)
        return self.found

    # Countries first: they settle which of several places is meant.

    def _count_countries(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for sentence in self.sentences:
            for at in range(len(sentence.words)):
                for size in (4, 3, 2, 1):
                    name = self._joined(sentence.words, at, size)
                    code = name and sentence.words[at].is_capital and self._country(name)
                    code = code or (name and size < 3 and self.tables.adjectives.get(key_of(name)))
                    if code:
                        counts[code] = counts.get(code, 0) + 1
                        break
        return counts

    def _joined(self, words: Sequence[Word], at: int, size: int) -> str:
        if at + size > len(words):
            return ""
        part = words[at : at + size]
        if any(not word.is_word and word.text not in {".", "'"} for word in part):
            return ""
        return self.text[part[0].start : part[-1].end]

    def _country(self, name: str) -> str | None:
        if len(name) <= 4 and (code := self.tables.countries.get(name)):
            if name in {"AS", "US", "RI", "UK", "UEA", "PNG"} or name[1:].islower() or "." in name or len(name) == 3:
                return code
            return None
        if (name.isupper() and len(name) > 4) or not name.isupper():
            return self.tables.countries.get(key_of(name)) if len(name) > 3 else None
        return None

    # Names that the tables know.

    def _known_names(self, index: int) -> None:
        sentence = self.sentences[index]
        words = sentence.words
        at = 0
        while at < len(words):
            if not words[at].is_capital or (not words[at].is_word and not re.match(r"[A-Z]\.", words[at].text)):
                at += 1
                continue
            at = self._known_at(index, at)

    def _known_at(self, index: int, at: int) -> int:
        words = self.sentences[index].words
        for size in range(min(8, len(words) - at), 0, -1):
            name = self._joined(words, at, size)
            if not name:
                continue
            last = words[at + size - 1]
            if not (last.is_capital or last.text[0].isdigit() or re.match(r"(?:[A-Z]\.)+$", last.text)):
                continue
            entity = self._group(name) or (self._organisation(index, at, size, name))
            if entity is not None:
                entity.start, entity.end = words[at].start, words[at + size - 1].end
                size = self._with_bracket(index, at, size, entity)
                self._keep(entity, index, at, at + size)
                return at + size
        after = self._organisation_by_head(index, at)
        if after is not None:
            return after
        for size in range(min(5, len(words) - at), 0, -1):
            name = self._joined(words, at, size)
            if name and words[at + size - 1].is_capital and self._place(index, at, size, name):
                return at + size
        return at + 1

    def _group(self, name: str) -> Entity | None:
        key = name if len(name) <= 5 and name.isupper() else key_of(name)
        group = self.tables.groups.get(key)
        if group is None or (len(name) <= 5 and not name.isupper() and key in self._lower):
            return None
        if group.name == "IS" or (
            name in {"IS", "MIT", "ETA", "JI", "ADF", "NPA", "IRA", "HTS"}
            and self._counts.get("ID", 0) == 0
            and name == "MIT"
        ):
            return None
        long = next((one for one in group.long if key_of(one) == key_of(name)), None)
        shown = group.name if long is not None else name
        if key_of(shown) == key_of("Kelompok " + group.name):
            shown = group.name
        return Entity("group", shown, 0, 0, "group-table", 0.9, "armed", None, None, long, gazetteer=group)

    def _with_bracket(self, index: int, at: int, size: int, entity: Entity) -> int:
        """`Negara Islam Irak dan Suriah (ISIS)`: the abbreviation belongs to the name."""
        words = self.sentences[index].words
        end = at + size
        if end + 2 < len(words) + 0 and words[end].text == "(" and end + 2 <= len(words) - 1:
            close = next((one for one in range(end + 1, min(end + 4, len(words))) if words[one].text == ")"), None)
            if close is not None:
                short = self.text[words[end + 1].start : words[close - 1].end]
                if re.fullmatch(r"[A-Z][\w-]{1,11}", short) and (
                    short.isupper() or any(c.isupper() for c in short[1:])
                ):
                    full = self.text[words[at].start : words[at + size - 1].end]
                    entity.also |= {short, full}
                    if entity.kind == "group":
                        entity.long, entity.name = full, short
                    return close + 1 - at
        return size

    def _organisation(self, index: int, at: int, size: int, name: str) -> Entity | None:
        key = name if len(name) <= 5 and name.isupper() else key_of(name)
        found = self.tables.organisations.get(key)
        if found is None or (size == 1 and not self._stands_alone(index, at, 1)):
            return None
        if (
            name
            in {
                "AS",
                "AP",
                "AU",
                "EU",
                "UE",
                "MIT",
                "PAN",
                "SPA",
                "BIN",
                "NU",
                "RIA",
                "SANA",
                "MENA",
                "WAM",
                "DW",
                "BP",
                "UN",
                "ISI",
                "NIS",
            }
            and not self._lower
        ):
            return None
        if (
            len(name) <= 5
            and not name.isupper()
            and found.kind != "company"
            and name not in (found.name, *found.others)
        ):
            return None
        if name in self._lower or (key in self._lower and name.istitle() and found.name.isupper()):
            return None
        return Entity("organisation", name, 0, 0, "organisation-table", 0.9, found.kind, found.country, gazetteer=found)

    def _stands_alone(self, index: int, at: int, size: int) -> bool:
        """Whether no capitalised word is joined to these, so that they are not a part of a longer name."""
        words = self.sentences[index].words
        before = words[at - 1] if at else None
        after = words[at + size] if at + size < len(words) else None
        joined_before = (
            before is not None
            and before.is_capital
            and before.is_word
            and (at > 1 or before.low not in _NEVER_NAMES)
            and not self._is_office_word(before)
        )
        joined_after = after is not None and after.is_capital and after.is_word and not self._is_office_word(after)
        return not joined_before and not (joined_after and after is not None and not self._country(after.text))

    def _is_office_word(self, word: Word) -> bool:
        return (
            word.low in self.tables.offices["id"]
            or word.low in self.tables.offices["en"]
            or word.low in _PLACE_HEADS_ID
            or word.low in _COMPLEMENTS_ID
        )

    def _organisation_by_head(self, index: int, at: int) -> int | None:
        """`Kementerian Luar Negeri Mesir`, `Polda Papua`, `Defence Ministry`, `Ministry of Defence`, `Radio Cedar`."""
        words = self.sentences[index].words
        low = words[at].low
        if low in {"the", "a", "an"}:
            return None
        if self.language == "id" and low in _ORGANISATION_HEADS_ID and _ORGANISATION_HEADS_ID[low]:
            end = at + 1
            while (
                end < len(words)
                and not (end > at + 1 and self._head(words, end, "id") and words[end].low not in _COMPLEMENTS_ID)
                and (
                    (words[end].is_capital and words[end].is_word)
                    or (
                        words[end].low in {"dan"}
                        and end + 1 < len(words)
                        and words[end + 1].is_capital
                        and low in {"kementerian", "badan", "komisi", "dinas"}
                    )
                )
            ):
                end += 1
            # "Penjaga pantai Tunisia": the kind of guard stands in lower case.
            if end - at >= 2 and end - at <= 7:
                return self._keep_organisation(index, at, end, _ORGANISATION_HEADS_ID[low])
        if self.language == "en":
            if (
                low in _ORGANISATION_LEADS_EN
                and at + 2 < len(words)
                and words[at + 1].low == "of"
                and words[at + 2].is_capital
                and _ORGANISATION_LEADS_EN[low]
            ):
                end = at + 3
                while end < len(words) and words[end].is_capital and words[end].is_word:
                    end += 1
                return self._keep_organisation(index, at, end, _ORGANISATION_LEADS_EN[low])
            if low == "radio" and at + 1 < len(words) and words[at + 1].is_capital:
                return self._keep_organisation(index, at, self._run_end(words, at), "media")
            end = self._run_end(words, at)
            start = at
            for size in range(min(end - start, 6), 1, -1):
                tail = words[start + size - 1].low
                if tail in _ORGANISATION_TAILS_EN and words[start].low not in _NEVER_NAMES - {
                    "state",
                    "army",
                    "security",
                }:
                    kind = _ORGANISATION_TAILS_EN[tail]
                    return self._keep_organisation(index, start, start + size, kind)
        return None

    def _run_end(self, words: Sequence[Word], at: int) -> int:
        end = at
        while end < len(words) and end - at < _LONGEST_RUN and words[end].is_word and words[end].is_capital:
            end += 1
        return end

    def _keep_organisation(self, index: int, at: int, end: int, kind: str) -> int:
        words = self.sentences[index].words
        name = self.text[words[at].start : words[end - 1].end]
        country = None
        if kind in {"government", "military"}:
            for place in range(at, end):
                for size in (3, 2, 1):
                    inner = self._joined(words, place, size)
                    code = self._country(inner) if inner and place + size <= end else None
                    if code:
                        country = code
                        self._keep_country(index, place, size, inner, code)
                        break
                    if inner and size == 1 and self.tables.adjectives.get(key_of(inner)):
                        country = self.tables.adjectives[key_of(inner)]
        entity = Entity(
            "organisation", name, words[at].start, words[end - 1].end, "organisation-head", 0.75, kind, country
        )
        self._keep(entity, index, at, end)
        return end

    # Places.

    def _place(self, index: int, at: int, size: int, name: str) -> bool:
        code = self._country(name)
        if code is not None and at and self.sentences[index].words[at - 1].low in {"dolar", "dollar"}:
            return False
        if code is not None:
            if self._is_nationality(index, at, size) or self._part_of_name(index, at, size):
                return False
            self._keep_country(index, at, size, name, code)
            return True
        words = self.sentences[index].words
        key = key_of(name)
        own = self.tables.own_areas.get(key, [])
        head = words[at - 1].low if at else ""
        tail = words[at + size].low if at + size < len(words) else ""
        if size > 1 and words[at].low in _PLACE_HEADS_ID and _PLACE_HEADS_ID[words[at].low]:
            return self._place_with_head(index, at, size)
        areas = self.tables.areas(key)
        if size > 1 and words[at + size - 1].low in _PLACE_TAILS_EN and self.language == "en" and not own:
            return self._place_with_tail(index, at, size)
        if (
            not areas
            or (size == 1 and name in self._lower)
            or len(key) < 3
            or (size == 1 and name.casefold() in self._lower)
        ):
            return False
        if not own and self._part_of_name(index, at, size):
            return False
        if own and size == 1 and self._part_of_name(index, at, size) and own[0].type != "settlement":
            return False
        area = self._settle(index, at, size, areas)
        if area is None:
            return False
        if words[at].low in _NEVER_NAMES and size == 1:
            return False
        located = (
            self.sentences[index].paragraph == -1
            or head in _LOCATIVE
            or (at > 1 and head == "," and self._is_place_before(index, at - 1))
            or bool(own)
            or area.is_capital
        )
        if not located and area.people < 100_000 and not (area.country and self._counts.get(area.country, 0)):
            return False
        if not located and area.people < 1_000_000 and (at == 0 or tail in {"'s", "\u2019s"}) and size == 1:
            return False
        kept = (
            at - 1
            if head in {"kota", "provinsi", "propinsi", "kabupaten", "pulau"} and words[at - 1].is_capital
            else at
        )
        self._keep_place(index, kept, at + size, area, "place-table" if own else "place-cities")
        return True

    def _place_with_head(self, index: int, at: int, size: int) -> bool:
        """`Provinsi Anbar`, `Kota Kobane`, `Pulau Jolo`, `Laut Sulu`."""
        words = self.sentences[index].words
        name = self._joined(words, at, size)
        inner = self._joined(words, at + 1, size - 1)
        wanted = _PLACE_HEADS_ID[words[at].low]
        following = words[at + size] if at + size < len(words) else None
        if following is not None and following.is_capital and following.is_word and not self._is_office_word(following):
            return False
        areas = self.tables.own_areas.get(key_of(name)) or self.tables.areas(key_of(inner))
        fitting = [area for area in areas if area.type == wanted] or (areas if wanted != "region" else [])
        area = self._settle(index, at, size, fitting) if fitting else None
        if area is None:
            if not areas or wanted == "region":
                return False
            area = self._settle(index, at, size, areas)
            if area is None:
                return False
        self._keep_place(
            index,
            at,
            at + size,
            area,
            "place-head",
            wanted if area.type == "settlement" and wanted == "admin" else None,
        )
        return True

    def _place_with_tail(self, index: int, at: int, size: int) -> bool:
        """`Lamar County`, `Anbar province`: the tail tells what it is; where it lies, the text's one country of that kind."""
        words = self.sentences[index].words
        tail = words[at + size - 1].low
        inner = self._joined(words, at, size - 1)
        areas = [area for area in self.tables.own_areas.get(key_of(inner), []) if area.type == _PLACE_TAILS_EN[tail]]
        if areas:
            self._keep_place(index, at, at + size, areas[0], "place-tail")
            return True
        if tail == "county":
            area = Area(self._joined(words, at, size), "admin", self._county_country(), None, None)
            self._keep_place(index, at, at + size, area, "place-tail")
            return True
        return False

    def _county_country(self) -> str | None:
        states = {one.area.country for one in self.found.entities if one.area is not None and one.kind == "place"}
        return next((code for code in ("US", "KE", "IE", "LR", "GB") if code in states or code in self._counts), None)

    def _is_place_before(self, index: int, at: int) -> bool:
        return any(
            one.sentence == index and one.last == at
            for one in self.found.mentions
            if one.entity.kind in {"place", "country"}
        )

    def _part_of_name(self, index: int, at: int, size: int) -> bool:
        """Whether the words are a part of a longer name that is no place."""
        words = self.sentences[index].words
        before = words[at - 1] if at else None
        after = words[at + size] if at + size < len(words) else None
        if (
            after is not None
            and after.is_capital
            and after.is_word
            and after.low not in _NEVER_NAMES
            and not self._is_office_word(after)
        ):
            own = self.tables.own_areas.get(key_of(words[at].text)) or self._country(self._joined(words, at, size))
            if not own:
                return True
        if before is None or not before.is_capital or not before.is_word:
            return False
        if before.low in _PLACE_HEADS_ID or self._is_office_word(before) or (at == 1 and before.low in _NEVER_NAMES):
            return False
        named = any(one.sentence == index and one.first <= at - 1 < one.last for one in self.found.mentions)
        return (
            not named and before.low not in self.tables.adjectives and not self._country(self._joined(words, at, size))
        )

    def _is_nationality(self, index: int, at: int, size: int) -> bool:
        """`Turkey` is a country; `Somali` is not, and `Saudi` is none before a noun."""
        words = self.sentences[index].words
        name = self._joined(words, at, size)
        after = words[at + size] if at + size < len(words) else None
        if self.language == "en" and key_of(name) in self.tables.adjectives and after is not None:
            return (
                after.is_word
                and after.low not in self.tables.verbs
                and after.low not in {"and", "or", "in", "on", "has", "is", "was"}
            )
        return (
            self.language == "en"
            and key_of(name) in self.tables.adjectives
            and key_of(name) not in {"vatican"}
            and name not in {"Georgia"}
            and self.tables.countries.get(key_of(name)) is None
        )

    def _settle(self, index: int, at: int, size: int, areas: Sequence[Area]) -> Area | None:
        """Which of several places of one name is meant."""
        explicit = self._behind(index, at + size)
        key = key_of(self._joined(self.sentences[index].words, at, size))
        if explicit is None and self._settled.get(key) in areas:
            return self._settled[key]
        own = [
            area
            for area in areas
            if area.type != "settlement" or area in self.tables.own_areas.get(key_of(area.name), [])
        ]
        ranked = []
        for area in areas:
            score = math.log10(max(area.people, 1000)) + (1.5 if area.is_capital else 0)
            mentioned = self._counts.get(area.country or "", 0)
            score += min(mentioned, 2) * 1.5 if area.country else 0
            if explicit and (area.country == explicit[0]) and (explicit[1] in {"", area.admin}):
                score += 12
            if area in own:
                score += 1
            primary = key_of(self._joined(self.sentences[index].words, at, size)) in {
                key_of(area.name),
                *map(key_of, area.others),
            }
            score += 0.5 if primary else -1.0
            ranked.append((score, area))
        if not ranked:
            return None
        chosen = max(ranked, key=lambda pair: pair[0])[1]
        self._settled.setdefault(key, chosen)
        return chosen

    def _behind(self, index: int, at: int) -> tuple[str, str] | None:
        """The country (and state) that stands behind a place: `Paris, Texas`, `Tripoli, ibu kota Libya`."""
        words = self.sentences[index].words
        if at >= len(words) or words[at].text not in {",", "("}:
            return None
        for step in range(at + 1, min(at + 8, len(words))):
            if words[step].text in {",", ".", ")", ";"} and step > at + 1:
                break
            for size in (3, 2, 1):
                name = self._joined(words, step, size)
                if not name or not words[step].is_capital:
                    continue
                code = self._country(name)
                if code:
                    return code, ""
                state = next(
                    (area for area in self.tables.own_areas.get(key_of(name), []) if area.type == "admin"), None
                )
                if state is not None and state.country:
                    return state.country, _STATE_CODES.get(state.name, "") if state.country == "US" else ""
            if (
                step > at + 1
                and words[step].is_capital
                and step - at > 1
                and words[step - 1].low
                not in {"ibu", "kota", "di", "in", "of", "capital", "the", "city", "town", "port"}
            ):
                break
        return None

    def _keep_country(self, index: int, at: int, size: int, name: str, code: str) -> None:
        words = self.sentences[index].words
        entity = Entity(
            "country", name, words[at].start, words[at + size - 1].end, "country-table", 0.95, "country", code
        )
        self.found.countries[code] = self.found.countries.get(code, 0) + 1
        self._keep(entity, index, at, at + size)

    def _keep_place(self, index: int, first: int, last: int, area: Area, rule: str, type_: str | None = None) -> None:
        words = self.sentences[index].words
        name = self.text[words[first].start : words[last - 1].end]
        score = 0.85 if rule != "place-cities" else 0.7
        entity = Entity(
            "place", name, words[first].start, words[last - 1].end, rule, score, type_ or area.type, area.country, area
        )
        self._keep(entity, index, first, last)

    # Names that the words before them introduce.

    def _introduced(self, index: int) -> None:
        words = self.sentences[index].words
        for at, word in enumerate(words):
            if word.low in _GROUP_BEFORE:
                self._introduced_group(index, at)
            elif (word.low in _DESCRIBED and at + 1 < len(words) and not word.is_capital) or (
                word.low in _DESCRIBED and at <= 1
            ):
                self._introduced_organisation(index, at)
            elif (word.low in _GROUP_HEADS and word.is_capital) or word.is_capital:
                self._group_by_form(index, at)

    def _free_run(self, index: int, at: int) -> int:
        """Where a run of capitalised words ends that no mention has taken; `at` when there is none."""
        words = self.sentences[index].words
        end = at
        while end < len(words) and end - at < 6:
            word = words[end]
            inner = (
                word.low in {"dan", "of", "the", "and", "al"}
                and end > at
                and end + 1 < len(words)
                and words[end + 1].is_capital
                and end + 1 < at + 5
                and word.low in {"of", "the"}
            )
            if not ((word.is_capital and word.is_word) or inner):
                break
            if self._mention_at(index, end) is not None and end == at:
                break
            end += 1
        return end

    def _mention_at(self, index: int, at: int) -> Mention | None:
        return self.found.at(index, at)

    def _introduced_group(self, index: int, at: int) -> None:
        words = self.sentences[index].words
        start = at + 1
        before = words[at - 1].low if at else ""
        kinds = 0
        while start < len(words) and words[start].low in _GROUP_KINDS:
            start, kinds = start + 1, kinds + 1
        kinds += before in _GROUP_KINDS
        if start < len(words) and words[start].low in _NOT_ARMED:
            if words[start].low in {"pemantau", "hak", "bantuan", "advokasi"}:
                self._introduced_organisation(index, start)
            return
        if before in _NOT_ARMED:
            end = self._free_run(index, start)
            if end > start and self.language == "en":
                self._keep_new("organisation", index, start, end, "organisation-described", 0.6, "other")
            return
        known_as = start < len(words) and words[start].low in _KNOWN_AS
        if known_as:
            start += 1 + (start + 1 < len(words) and words[start + 1].low in {"as", "sebagai", "dengan"})
        if start < len(words) and words[start].text in {'"', "\u201c"}:
            start += 1
        end = self._free_run(index, start)
        if end == start or self._mention_at(index, start) is not None:
            return
        # "kelompok X" alone is enough in Indonesian; in English "group X" needs a word that says what kind.
        plain = self.language == "id" and words[at].low != "jaringan"
        if plain or kinds or words[at].low in {"gang", "militia", "cartel"}:
            if words[start].low in _NEVER_NAMES or self._country(self._joined(words, start, end - start)):
                return
            self._keep_new("group", index, start, end, "group-introduced", 0.65, "armed")

    def _group_by_form(self, index: int, at: int) -> None:
        """`Brigade Sirte`, `Abdullah Azzam Brigades`."""
        words = self.sentences[index].words
        held = self._mention_at(index, at)
        if held is not None and held.entity.kind in {"group", "organisation"}:
            return
        if words[at].low in _GROUP_HEADS and self.language == "id" and words[at].is_capital:
            end = at + 1
            while end < len(words) and words[end].is_capital and words[end].is_word:
                end += 1
            if end > at + 1 and not self._country(self._joined(words, at + 1, end - at - 1)):
                self._drop(index, at, end)
                self._keep_new("group", index, at, end, "group-form", 0.65, "armed")
            return
        end = self._run_end(words, at)
        if (
            self.language == "en"
            and end - at >= 2
            and (at == 0 or not words[at - 1].is_capital or words[at - 1].low == "the")
        ):
            first = at + (words[at].low in {"the", "a"})
            if (
                words[end - 1].low in _GROUP_TAILS
                and end - first >= 2
                and words[first].low not in self.tables.adjectives
                and not self._country(words[first].text)
            ):
                self._drop(index, first, end)
                self._keep_new("group", index, first, end, "group-form", 0.65, "armed")

    def _introduced_organisation(self, index: int, at: int) -> None:
        words = self.sentences[index].words
        end = self._free_run(index, at + 1)
        if end == at + 1 or self._mention_at(index, at + 1) is not None or words[at + 1].low in _NEVER_NAMES:
            return
        if words[at].low in {"party", "union", "bank", "station", "channel", "partai"} and end - at < 2:
            return
        self._keep_new(
            "organisation", index, at + 1, end, "organisation-described", 0.65, _DESCRIBED.get(words[at].low, "other")
        )

    def _keep_new(self, kind: str, index: int, first: int, last: int, rule: str, score: float, type_: str) -> None:
        words = self.sentences[index].words
        name = self.text[words[first].start : words[last - 1].end]
        entity = Entity(kind, name, words[first].start, words[last - 1].end, rule, score, type_)
        size = self._with_bracket(index, first, last - first, entity)
        self._drop(index, first, first + size)
        self._keep(entity, index, first, first + size)
        self._known[key_of(entity.name)] = self._same(entity)

    def _drop(self, index: int, first: int, last: int) -> None:
        """Forget mentions inside a longer name."""
        inside = [
            one for one in self.found.mentions if one.sentence == index and first <= one.first and one.last <= last
        ]
        for one in inside:
            self.found.drop(one)
            if one.entity.kind == "country" and one.entity.country:
                self.found.countries[one.entity.country] -= 1
            if not any(other.entity is one.entity for other in self.found.mentions):
                self.found.entities = [entity for entity in self.found.entities if entity is not one.entity]

    # People with their office.

    def _offices(self, index: int) -> None:
        words = self.sentences[index].words
        at = 0
        while at < len(words):
            after = self._office_id(index, at) if self.language == "id" else self._office_en(index, at)
            at = after or at + 1

    def _head(self, words: Sequence[Word], at: int, language: str) -> int:
        """How many words the longest office head at this place has."""
        offices = self.tables.offices[language]
        for size in range(min(4, len(words) - at), 0, -1):
            phrase = " ".join(word.low.rstrip(".") for word in words[at : at + size])
            if phrase in offices:
                return size
        return 0

    def _category(self, words: Sequence[Word], at: int, size: int) -> str:
        phrase = " ".join(word.low.rstrip(".") for word in words[at : at + size])
        return self.tables.offices[self.language].get(phrase, "other")

    def _office_id(self, index: int, at: int) -> int | None:
        words = self.sentences[index].words
        if words[at].low in {"rekannya", "sejawatnya", "mitranya", "koleganya"}:
            return self._counterpart(index, at, at + 1)
        start = at
        while (
            at < len(words)
            and words[at].low in {"wakil", "mantan", "eks", "pelaksana", "plt", "calon"}
            and self._head(words, at, "id") < 2
        ):
            at += 1
        size = self._head(words, at, "id")
        if not size:
            return None
        end = at + size
        category = self._category(words, at, size)
        limit = end + 14
        lower = 0
        while end < min(limit, len(words)):
            mention = self._mention_at(index, end)
            if mention is not None and mention.entity.kind != "person":
                end = mention.last
            elif words[end].low in _COMPLEMENTS_ID:
                end += 1
            elif (split := self._split_in_run(index, end)) > end:
                end = split
            elif words[end].text == "(" and end + 2 < len(words) and words[end + 2].text == ")":
                end += 3
            elif words[end].is_word and not words[end].is_capital and lower < 4 and self._comma_name(index, end):
                end, lower = end + 1, lower + 1
            else:
                break
        if end < len(words) and words[end].is_capital:
            end = self._body_before_comma(index, end)
        comma = end < len(words) and words[end].text == ","
        name_at = end + comma
        rank = self._head(words, name_at, "id") if name_at < len(words) else 0
        if rank and not (comma or end == at + size or _RANKS.match(words[name_at].low + " ")):
            rank = 0
        if comma and not rank and end == at + size and category == "other":
            return None
        second = name_at
        while rank:
            second += rank
            rank = self._head(words, second, "id")
        while (
            second > name_at
            and second < len(words) - 1
            and words[second].text in {"TNI", "Inf", "Pol", "Polisi", "Mar"}
        ):
            second += 1
        last = self._name_end(index, second)
        if last == second:
            return None
        if comma and not (
            last >= len(words)
            or words[last].text in {",", "."}
            or words[last].low in self.tables.verbs
            or self._head(words, last, "id")
        ):
            return None
        office = self.text[words[start].start : words[end - 1].end]
        country = self._country_in(index, start, end)
        if _RANKS.fullmatch(office) and second > name_at and not comma:
            office = self.text[words[start].start : words[second - 1].end]
        office, country, category, last_used = self._apposition_id(index, last, office, country, category)
        self._keep_person(index, second, last, office, country, category, "person-office")
        return last_used

    def _split_in_run(self, index: int, at: int) -> int:
        """In a run of capitalised words behind an office, where the last country, place, abbreviation or body ends."""
        words = self.sentences[index].words
        end = self._run_end(words, at)
        if end - at < 2:
            return at
        for size in range(min(4, end - at - 1), 0, -1):
            name = self._joined(words, at, size)
            if name and (
                self._country(name)
                or self.tables.organisations.get(name)
                or self.tables.organisations.get(key_of(name))
            ):
                return at + size
            governs = words[at - 1].low in _LOCAL_OFFICES
            best = (
                max(self.tables.areas(key_of(name)), key=lambda area: area.people, default=None)
                if name and governs
                else None
            )
            if best is not None and best.country in {"ID", *self._counts}:
                return at + size
        ranks = [
            one for one in range(at, end - 1) if self._head(words, one, "id") and _RANKS.match(words[one].low + " ")
        ]
        if ranks and ranks[0] > at:
            return ranks[0]
        inner = [one for one in range(at, end - 1) if self._country(words[one].text)]
        if inner:
            return inner[-1] + 1
        upper = words[at].text.isupper() and 2 <= len(words[at].text) <= 8
        return at + 1 if upper else at

    def _body_before_comma(self, index: int, at: int) -> int:
        """`Direktur Institute for Policy Analysis (IPAC), Sidney Jones,`: the body up to the comma belongs to the office."""
        words = self.sentences[index].words
        end = at
        while end < len(words) and end - at < 12:
            word = words[end]
            if word.text == ",":
                last = self._name_end(index, end + 1)
                closed = last >= len(words) or words[last].text in {",", "."} or words[last].low in self.tables.verbs
                return end if last - end - 1 >= 2 and closed else at
            if not (
                word.is_capital
                or word.low in {"of", "for", "the", "dan", "and", "untuk"}
                or word.text in {"(", ")", "-"}
                or word.text[0].isdigit()
            ):
                return at
            end += 1
        return at

    def _comma_name(self, index: int, at: int) -> bool:
        """Whether lower-case words run up to a comma and a name behind it."""
        words = self.sentences[index].words
        end = at
        while (
            end < len(words)
            and end - at < 5
            and words[end].is_word
            and not words[end].is_capital
            and words[end].low not in self.tables.verbs
            and words[end].low
            not in {"yang", "di", "dan", "dari", "untuk", "pada", "akan", "telah", "itu", "ini", "the", "who", "of"}
        ):
            end += 1
        return end > at and end + 1 < len(words) and words[end].text == "," and words[end + 1].is_capital

    def _apposition_id(
        self, index: int, at: int, office: str, country: str | None, category: str
    ) -> tuple[str, str | None, str, int]:
        words = self.sentences[index].words
        if at < len(words) and words[at].text == "," and _RANKS.fullmatch(office):
            size = self._head(words, at + 1, "id")
            if size:
                end = at + 1 + size
                while (
                    end < len(words)
                    and end < at + 9
                    and words[end].text not in {",", ".", ";"}
                    and words[end].low not in {"di", "yang", "pada", "untuk", "dari"}
                ):
                    end += 1
                phrase = self.text[words[at + 1].start : words[end - 1].end]
                return phrase, self._country_in(index, at + 1, end) or country, self._category(words, at + 1, size), end
        return office, country, category, at

    def _counterpart(self, index: int, start: int, at: int) -> int | None:
        """`rekannya dari Rusia Sergey Lavrov`, `His Ethiopian counterpart, Tesfaye Birhanu`: the office of who was named before."""
        words = self.sentences[index].words
        before = [
            one
            for one in self.found.mentions
            if one.entity.kind == "person" and one.start < words[start].start and one.entity.office
        ]
        end = at
        while end < len(words) and (words[end].low in {"dari", "asal"} or self._mention_at(index, end) is not None):
            mention = self._mention_at(index, end)
            end = mention.last if mention is not None else end + 1
        end += end < len(words) and words[end].text == ","
        last = self._name_end(index, end)
        if last == end or not before:
            return None
        model = max(before, key=lambda one: one.start).entity
        country = self._country_in(index, start, end)
        office = self._office_of_country(model, country)
        self._keep_person(index, end, last, office, country or None, model.category, "person-counterpart")
        return last

    def _office_of_country(self, model: Entity, country: str | None) -> str | None:
        if model.office is None or country is None or model.country is None:
            return model.office
        others = [adjective for adjective, code in self.tables.adjectives.items() if code == country]
        names = self.tables.country_names.get(country, [])
        shown = next(
            (
                name
                for name in names
                if any(
                    key_of(name) == key_of(one.entity.name)
                    for one in self.found.mentions
                    if one.entity.kind == "country"
                )
            ),
            names[0] if names else "",
        )
        for word in [
            *self.tables.country_names.get(model.country, []),
            *(one for one, code in self.tables.adjectives.items() if code == model.country),
        ]:
            pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
            if pattern.search(model.office):
                new = others[0].title() if self.language == "en" and others else shown
                return pattern.sub(new, model.office)
        return model.office

    def _office_en(self, index: int, at: int) -> int | None:
        words = self.sentences[index].words
        if words[at].low == "counterpart":
            start = at
            while start > 0 and (
                words[start - 1].low in self.tables.adjectives or words[start - 1].low in {"his", "her", "their"}
            ):
                start -= 1
            return self._counterpart(index, start, at + 1)
        size = self._head(words, at, "en")
        if not size or (at and self._person_at(index, at)):
            return None
        category = self._category(words, at, size)
        start, end = self._office_start(index, at), at + size
        while (
            end + 1 < len(words)
            and words[end].low in {"of", "for"}
            and (words[end + 1].is_capital or words[end + 1].low in {"the", "state"})
        ):
            end += 2
            while end < len(words) and (
                (words[end].is_capital and words[end].is_word)
                or words[end].low
                in {
                    "region",
                    "province",
                    "state",
                    "city",
                    "district",
                    "governorate",
                    "county",
                    "oblast",
                    "ministry",
                    "department",
                    "committee",
                    "police",
                }
            ):
                end += 1
        comma = end < len(words) and words[end].text == ","
        name_at = end + comma
        rank = self._head(words, name_at, "en")
        if rank and (comma or not words[name_at].text[:1].islower()):
            inner = self._name_end(index, name_at + rank)
            if inner > name_at + rank:
                generic = words[end - 1].low in _GENERIC
                office = (
                    self._office_text(words, name_at, name_at + rank)
                    if generic
                    else self._office_text(words, start, end)
                )
                self._keep_person(
                    index, name_at + rank, inner, office, self._country_in(index, start, end), category, "person-office"
                )
                return inner
        last = self._name_end(index, name_at)
        if last == name_at:
            return None
        closes = last >= len(words) or words[last].text in {",", ".", ")"} or words[last].low in self.tables.verbs
        if comma and (not closes or last - name_at < 2):
            return None
        if not comma and not words[at].is_capital and words[at + size - 1].low in _GENERIC:
            return None
        if not comma and last - name_at == 1 and not words[at].is_capital and start == at:
            return None
        office = self._office_text(words, start, end)
        self._keep_person(index, name_at, last, office, self._country_in(index, start, end), category, "person-office")
        return last

    def _office_text(self, words: Sequence[Word], start: int, end: int) -> str:
        return self.text[words[start].start : words[end - 1].end]

    def _office_start(self, index: int, at: int) -> int:
        """Where an English office begins: countries, organisations and other words before the head belong to it."""
        words = self.sentences[index].words
        start = at
        while start > 0:
            before = words[start - 1]
            mention = self._mention_at(index, start - 1)
            if before.low in {"'s", "\u2019s"} and start > 1 and (words[start - 2].is_capital):
                held = self._mention_at(index, start - 2)
                start = held.first if held is not None else start - 2
                break
            if before.low in self.tables.adjectives and before.is_capital:
                start -= 1
            elif mention is not None and mention.entity.kind in {"organisation", "country", "place"}:
                start = mention.first
            elif before.low in _OFFICE_WORDS_EN:
                start -= 1
            else:
                break
        return start

    def _person_at(self, index: int, at: int) -> bool:
        held = self._mention_at(index, at)
        return held is not None and held.entity.kind == "person"

    def _country_in(self, index: int, first: int, last: int) -> str | None:
        words = self.sentences[index].words
        for at in range(first, last):
            for size in (3, 2, 1):
                name = self._joined(words, at, size) if at + size <= last + 1 else ""
                if name and at + size <= last:
                    code = self._country(name) if words[at].is_capital else None
                    code = code or (self.tables.adjectives.get(key_of(name)) if words[at].is_capital else None)
                    if code:
                        return code
        return None

    def _name_end(self, index: int, at: int) -> int:
        """Where the name of a person ends that begins here; the same place when none does."""
        words = self.sentences[index].words
        end = at
        while end < len(words) and end - at < 6:
            word = words[end]
            held = self._mention_at(index, end)
            if (
                held is not None
                and held.entity.kind in {"country", "organisation", "group"}
                and not (held.entity.kind == "organisation" and held.last - held.first == 1 and end > at)
            ):
                break
            initial = bool(re.fullmatch(r"[A-Z]\.?", word.text)) or bool(re.fullmatch(r"(?:[A-Z]\.)+", word.text))
            if (word.is_word and word.is_capital) or initial:
                if (end == at and word.low in _NEVER_NAMES) or (
                    word.low in self.tables.verbs and word.low in _NEVER_NAMES
                ):
                    break
                if end == at and self._country(word.text):
                    break
                end += 1
            elif word.low in _PARTICLES and end > at and end + 1 < len(words) and words[end + 1].is_capital:
                end += 1
            elif (
                word.text == "."
                and end > at
                and len(words[end - 1].text) == 1
                and end + 1 < len(words)
                and words[end + 1].is_capital
            ):
                end += 1
            else:
                break
        while end > at and (words[end - 1].text == "." or words[end - 1].low in _PARTICLES):
            end -= 1
        return end

    def _keep_person(
        self, index: int, first: int, last: int, office: str | None, country: str | None, category: str, rule: str
    ) -> None:
        words = self.sentences[index].words
        self._drop(index, first, last)
        name = self.text[words[first].start : words[last - 1].end]
        if category in {"suspect", "convicted", "witness", "victim"}:
            office = None
        elif office is not None and re.fullmatch(
            r"(?i)(?:mr|mrs|ms|dr|sir|bapak|ibu|tuan|nyonya|haji|warga|saksi|resident|witness)\.?", office
        ):
            office = None
        entity = Entity(
            "person",
            name,
            words[first].start,
            words[last - 1].end,
            rule,
            0.8,
            "",
            country,
            office=office,
            category=category,
        )
        self._keep(entity, index, first, last)

    def person_in(self, index: int, first: int, last: int, rule: str, score: float) -> Entity | None:
        """Take words as the name of a person because of what is said of them; None when they cannot be one."""
        words = self.sentences[index].words
        if any(self._mention_at(index, at) is not None for at in range(first, last)):
            return None
        name = self.text[words[first].start : words[last - 1].end]
        entity = Entity("person", name, words[first].start, words[last - 1].end, rule, score)
        kept = self._keep(entity, index, first, last)
        if self.language == "en" and kept.office is None:
            self._office_behind(index, last, kept)
        return kept

    def _office_behind(self, index: int, at: int, person: Entity) -> None:
        """`Corinne Dufka, the group's Sahel director`: the office stands between commas behind the name."""
        words = self.sentences[index].words
        if at >= len(words) or words[at].text != ",":
            return
        stop = next(
            (one for one in range(at + 1, min(at + 14, len(words))) if words[one].text in {",", ".", ";"}), None
        )
        if stop is None:
            return
        heads = [(one, size) for one in range(at + 1, stop) if (size := self._head(words, one, "en"))]
        if not heads or any(word.low in self.tables.verbs for word in words[at + 1 : heads[0][0]]):
            return
        first = at + 1 + (words[at + 1].low in {"the", "a", "an"})
        head, size = heads[-1]
        behind = head + size < stop and words[head + size].low in {"of", "for", "at"}
        if head + size == stop or behind:
            person.office = self._office_text(words, min(first, head), stop)
            person.country = self._country_in(index, first, stop)
            person.category = self._category(words, head, size)

    # Keeping, and finding again.

    def _keep(self, entity: Entity, index: int, first: int, last: int) -> Entity:
        kept = self._same(entity)
        if kept is entity:
            self.found.entities.append(entity)
        elif entity.kind == "person" and kept.office is None and entity.office is not None:
            kept.office, kept.country, kept.category = entity.office, entity.country, entity.category
        elif entity.kind == "group" and entity.long and not kept.long:
            kept.long = entity.long
        kept.also |= entity.also
        if kept is not entity:
            kept.also.add(self.text[entity.start : entity.end])
        words = self.sentences[index].words
        self.found.add(Mention(kept, index, first, last, words[first].start, words[last - 1].end))
        return kept

    def _same(self, entity: Entity) -> Entity:
        """The entity that the text has named before, or the new one."""
        for other in self.found.entities:
            if other.kind != entity.kind:
                continue
            if key_of(other.name) == key_of(entity.name):
                return other
            if entity.kind == "country" and other.country == entity.country:
                return other
            if entity.kind == "place" and other.area is not None and other.area == entity.area:
                return other
            if entity.gazetteer is not None and other.gazetteer is entity.gazetteer:
                if entity.kind == "group" and entity.long is None and other.long is not None:
                    other.name = entity.name
                return other
            if entity.kind == "person" and _is_short_of(entity.name, other.name):
                return other
            if entity.kind in {"organisation", "group"} and key_of(entity.name) in {key_of(one) for one in other.also}:
                return other
        return entity

    def _again(self, index: int) -> None:
        """Names found elsewhere in the text, in full or short."""
        words = self.sentences[index].words
        people = [one for one in self.found.entities if one.kind == "person"]
        new = [one for one in self.found.entities if one.kind in {"organisation", "group"} and one.gazetteer is None]
        at = 0
        while at < len(words):
            if not words[at].is_capital or self._mention_at(index, at) is not None:
                at += 1
                continue
            found = None
            for size in (5, 4, 3, 2, 1):
                name = self._joined(words, at, size)
                if not name:
                    continue
                key = key_of(name)
                found = next((one for one in new if key in {key_of(one.name), *map(key_of, one.also)}), None)
                found = found or next((one for one in people if key == key_of(one.name)), None)
                if found is None and size == 1 and len(name) > 2 and words[at].low not in _NEVER_NAMES:
                    found = next((one for one in people if _is_short_of(name, one.name)), None)
                if found is not None:
                    self.found.add(Mention(found, index, at, at + size, words[at].start, words[at + size - 1].end))
                    at += size - 1
                    break
            at += 1


def _is_short_of(short: str, full: str) -> bool:
    """Whether one name is a part of another by which a person is called: the first or the last word."""
    parts, pieces = key_of(full).split(), key_of(short).split()
    return len(parts) > len(pieces) >= 1 and (parts[: len(pieces)] == pieces or parts[-len(pieces) :] == pieces)


_OFFICE_WORDS_EN = frozenset(
    """deputy former foreign interior defence defense finance health justice ministry police military army navy airport
    provincial regional district city town state federal national senior chief acting assistant vice junior port coalition
    government presidential parliamentary opposition intelligence security public chief-of-staff special coast guard un eu nato
    hospital company bank border energy oil transport trade education environment information prison local top retired late
    president-elect air force ruling""".split()
)
_STATE_CODES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA", "Colorado": "CO",
    "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA", "Hawaii": "HI", "Idaho": "ID", "Illinois": "IL",
    "Indiana": "IN", "Iowa": "IA", "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA", "Maine": "ME", "Maryland": "MD",
    "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS", "Missouri": "MO", "Montana": "MT",
    "Nebraska": "NE", "Nevada": "NV", "New Hampshire": "NH", "New Jersey": "NJ", "New Mexico": "NM", "North Carolina": "NC",
    "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA", "Rhode Island": "RI",
    "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN", "Texas": "TX", "Utah": "UT", "Vermont": "VT",
    "Virginia": "VA", "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY",
}  # fmt: skip


def find_names(text: str, sentences: Sequence[Sentence], language: str, tables: Gazetteer) -> Finder:
    """The finder, with everything that it has found."""
    finder = Finder(text, sentences, language, tables)
    finder.find()
    return finder


def spans_of(mentions: Iterable[Mention]) -> list[tuple[int, int]]:
    """Where the mentions stand."""
    return [(one.start, one.end) for one in mentions]
