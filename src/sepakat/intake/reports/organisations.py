"""Organisations and groups: by table, by the word that every such name has, and by the word that introduces one.

"Kementerian ...", "... University", "kelompok bersenjata ...", "the newspaper ...". A country inside the name of a
ministry is kept as a country too; one inside the name of a group is no place. Groups of people by origin or belief are
never introduced by these words.
"""

from __future__ import annotations

from collections.abc import Sequence

from sepakat.intake.reports.entities import Entity
from sepakat.intake.reports.gazetteer import key_of
from sepakat.intake.reports.name_search import COMPLEMENTS_ID, NEVER_NAMES
from sepakat.intake.reports.places import PlaceSearch
from sepakat.intake.reports.words import Word

_ORGANISATION_HEADS_ID = {
    "kementerian": "government", "departemen": "government", "dinas": "government", "polda": "government",
    "polres": "government", "polresta": "government", "polsek": "government", "kodam": "military", "kejaksaan": "government",
    "pengadilan": "government", "mahkamah": "government", "badan": "government", "komisi": "government", "kepolisian": "government",
    "pemprov": "government", "pemkot": "government", "pemkab": "government", "dirjen": "government", "ditjen": "government",
    "direktorat": "government", "bank": "company", "pt": "company", "universitas": "other", "institut": "other", "yayasan": "other",
    "partai": "other", "lembaga": "other", "asosiasi": "other", "ikatan": "other", "harian": "media", "radio": "media",
    "majalah": "media", "stasiun": "media", "kedutaan": "government", "konsulat": "government", "dewan": "government",
    "otoritas": "government", "perusahaan": "company", "maskapai": "company", "rumah": "", "organisasi": "other",
    "penjaga": "government", "koalisi": "other", "serikat": "other", "persatuan": "other", "himpunan": "other",
    "federasi": "other", "perhimpunan": "other", "aliansi": "other", "forum": "other", "majelis": "other",
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
    "giant": "company", "conglomerate": "company", "lender": "company", "carmaker": "company", "automaker": "company",
    "insurer": "company", "outlet": "media", "tabloid": "media", "contractor": "company", "manufacturer": "company", "bank": "company", "retailer": "company", "operator": "company",
    "newspaper": "media", "broadcaster": "media", "station": "media", "channel": "media", "website": "media",
    "magazine": "media", "daily": "media", "charity": "other", "monitor": "other", "watchdog": "other", "ngo": "other",
    "union": "other", "party": "other", "tank": "other", "perusahaan": "company", "firma": "company", "maskapai": "company",
    "operator ": "company", "harian": "media", "televisi": "media", "stasiun": "media", "majalah": "media", "situs": "media", "portal": "media", "lembaga": "other",
    "organisasi": "other", "pemantau": "other", "yayasan": "other", "lsm": "other", "partai": "other",
}  # fmt: skip
_OF_SOMETHING = frozenset("association union council federation congress society institute academy commission".split())
_FIELDS_ID = frozenset(
    """luar dalam negeri pertahanan keuangan kesehatan perhubungan hukum dan ham agama pendidikan kebudayaan sosial energi
    perdagangan perindustrian pertanian kehutanan lingkungan hidup kelautan perikanan komunikasi informatika penerangan
    tenaga ketenagakerjaan kerja pariwisata ekonomi pemuda olahraga koperasi pekerjaan umum perumahan rakyat desa
    transmigrasi riset teknologi bidang koordinator politik keamanan maritim investasi imigrasi kehakiman minyak gas
    sumber daya mineral transportasi informasi kemaritiman pembangunan daerah industri keadilan""".split()
)
"""What ministries are for."""
_GROUP_BEFORE = frozenset(
    """kelompok kelompok-kelompok milisi geng kartel gerombolan jaringan sindikat faksi pemberontak militan group groups gang
    militia cartel faction syndicate network rebels militants insurgents outfit crew collective""".split()
)
_GROUP_KINDS = frozenset(
    """penyelundup perompak bersenjata militan teroris teror separatis pemberontak milisi peretas ransomware kriminal ekstremis radikal
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


class OrganisationSearch(PlaceSearch):
    """Finds organisations and groups, and the countries in their names."""

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
            and (at > 1 or before.low not in NEVER_NAMES)
            and not self._is_office_word(before)
        )
        joined_after = after is not None and after.is_capital and after.is_word and not self._is_office_word(after)
        return not joined_before and not (joined_after and after is not None and not self._country(after.text))

    def _organisation_by_head(self, index: int, at: int) -> int | None:
        """`Kementerian Luar Negeri Mesir`, `Polda Papua`, `Defence Ministry`, `Ministry of Defence`, `Radio Cedar`."""
        words = self.sentences[index].words
        low = words[at].low
        if low in {"the", "a", "an"}:
            return None
        hospital = low == "rumah" and words[at].is_capital and at + 2 < len(words) and words[at + 1].low == "sakit"
        kind_id = "other" if hospital else _ORGANISATION_HEADS_ID.get(low, "")
        if self.language == "id" and kind_id:
            end = at + 1
            while (
                end < len(words)
                and not (end > at + 1 and self._head(words, end, "id") and words[end].low not in COMPLEMENTS_ID)
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
            end = self._listed_name(words, self._before_holder(index, at, end))
            # "Penjaga pantai Tunisia": the kind of guard stands in lower case.
            if end - at >= 2 and end - at <= 7:
                return self._keep_organisation(index, at, end, kind_id)
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
            if at > 1 and words[at - 1].low in {"for", "of"} and words[at - 2].is_capital:
                # The rest of `Centre for Cyber Security`.
                return None
            end = self._run_end(words, at)
            start = at
            for size in range(min(end - start, 6), 1, -1):
                tail = words[start + size - 1].low
                if tail in _ORGANISATION_TAILS_EN and words[start].low not in NEVER_NAMES - {
                    "state",
                    "army",
                    "security",
                }:
                    kind = _ORGANISATION_TAILS_EN[tail]
                    if tail in {"police", "army", "navy"} and self._head(words, start + size, "en"):
                        # `Zanzibar Police Commissioner Ali Kombo` is an office.
                        return None
                    return self._keep_organisation(index, start, self._of_what(words, start + size, tail), kind)
        return None

    def _of_what(self, words: Sequence[Word], end: int, tail: str) -> int:
        """Where `Christian Association of Nigeria` ends."""
        if tail not in _OF_SOMETHING or end + 1 >= len(words) or words[end].low != "of":
            return end
        last = end + 1
        while last < len(words) and last < end + 5 and words[last].is_capital and words[last].is_word:
            last += 1
        return last if last > end + 1 else end

    def _listed_name(self, words: Sequence[Word], end: int) -> int:
        """Where `Badan Meteorologi, Klimatologi, dan Geofisika (BMKG)` and `Kodam XVI/Pattimura` end."""
        if end + 1 < len(words) and words[end].text == "/" and words[end + 1].is_capital:
            return end + 2
        at, parts = end, 0
        while at + 1 < len(words) and (words[at].text == "," or words[at].low == "dan") and at < end + 12:
            at += 1 + (words[at].text == "," and words[at + 1].low == "dan")
            if at >= len(words) or not words[at].is_capital:
                return end
            at, parts = at + 1, parts + 1
        return at if parts >= 2 and at < len(words) and words[at].text == "(" else end

    def _before_holder(self, index: int, at: int, end: int) -> int:
        """Where a ministry's name ends in `juru bicara Kementerian Luar Negeri Saeed Khatibzadeh`: the rest is a person."""
        words = self.sentences[index].words
        if words[at].low not in {"kementerian", "departemen", "dinas", "direktorat"} or not at:
            return end
        if not any(self._head(words, at - size, "id") == size for size in (1, 2, 3) if at >= size):
            return end
        last = at + 1
        while last < end and (
            words[last].low in _FIELDS_ID or self._country(words[last].text) or words[last].text.isupper()
        ):
            last += 1
        return last if last > at + 1 and end - last in (2, 3) else end

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
        size = self._with_bracket(index, at, end - at, entity)
        if size > end - at:
            self._drop(index, end, at + size)
        self._keep(entity, index, at, at + size)
        return at + size

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
        for lead in (("calling", "itself"), ("yang", "menamakan", "diri"), ("yang", "menyebut", "diri")):
            if tuple(word.low for word in words[start : start + len(lead)]) == lead:
                start, kinds = start + len(lead), kinds + 1
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
            if words[start].low in NEVER_NAMES or self._country(self._joined(words, start, end - start)):
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
        if end == at + 1 or self._mention_at(index, at + 1) is not None or words[at + 1].low in NEVER_NAMES:
            return
        if words[at].low in {"party", "union", "bank", "station", "channel", "partai"} and end - at < 2:
            return
        self._keep_new(
            "organisation", index, at + 1, end, "organisation-described", 0.65, _DESCRIBED.get(words[at].low, "other")
        )
