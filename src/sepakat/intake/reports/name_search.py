"""What every search for names shares: the words of the text, what has been found, and how a find is kept.

Decides which country a word stands for and whether two names mean one entity, and nothing about what makes words a
name: that is for the searches of places, organisations and people. A mention inside a longer name is forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sepakat.intake.reports.entities import Entity, Mention, Names, is_short_of
from sepakat.intake.reports.gazetteer import Area, Gazetteer, key_of
from sepakat.intake.reports.words import Sentence, Word

_LONGEST_RUN = 12
NEVER_NAMES = frozenset(
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
COMPLEMENTS_ID = frozenset(
    """luar negeri dalam pertahanan keamanan keuangan kesehatan hukum ham perhubungan perdagangan agama sosial
    koordinator bidang politik dan energi umum besar operasi militer polisi kepolisian angkatan laut darat udara pemerintah
    parlemen terpilih ad interim urusan negara sumber daya mineral pendidikan kebudayaan pariwisata pertanian kehutanan kelautan
    perikanan perindustrian ketenagakerjaan tenaga kerja komunikasi informatika informasi riset teknologi pemuda olahraga desa
    dalam-negeri luar-negeri minyak gas perminyakan lingkungan hidup investasi bumn pertama kedua ketiga tertinggi agung
    kriminal khusus reserse narkoba lalu lintas intelijen penerangan hubungan masyarakat humas media utama pelaksana harian
    nasional daerah pusat wilayah keadilan imigrasi kepresidenan senat kerajaan republik kesejahteraan rakyat
    perencanaan pembangunan ekonomi perekonomian administrasi operasional teknik penindakan penyidikan""".split()
)


class NameSearch:
    """The ground of all searches in the sentences of one text; keeps nothing but what was found so far."""

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

    def _head(self, words: Sequence[Word], at: int, language: str) -> int:
        """How many words the longest office head at this place has."""
        offices = self.tables.offices[language]
        for size in range(min(4, len(words) - at), 0, -1):
            phrase = " ".join(word.low.rstrip(".") for word in words[at : at + size])
            if phrase in offices:
                return size
        return 0

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

    def _run_end(self, words: Sequence[Word], at: int) -> int:
        end = at
        while end < len(words) and end - at < _LONGEST_RUN and words[end].is_word and words[end].is_capital:
            end += 1
        return end

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

    def _mention_at(self, index: int, at: int) -> Mention | None:
        return self.found.at(index, at)

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
            if entity.kind == "person" and is_short_of(entity.name, other.name):
                return other
            if entity.kind in {"organisation", "group"} and key_of(entity.name) in {key_of(one) for one in other.also}:
                return other
        return entity

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
