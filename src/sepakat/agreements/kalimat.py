"""An agreement in plain Indonesian sentences, beside `sentences`, which has the English ones, in the same order.

Says what the terms say, for people who decide whether to sign; decides nothing. Names of topics, types and properties
stay as the document has them, regions as the region table has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from sepakat.agreements.lint import why_nothing
from sepakat.agreements.regions import load_regions
from sepakat.agreements.sentences import tlp_words
from sepakat.agreements.terms import (
    Agreement,
    ApprovalRule,
    Ceiling,
    Clause,
    Duration,
    Fields,
    Minimum,
    Named,
    Onward,
    OnwardRule,
    Persons,
    PersonsRule,
    Scope,
    Selection,
    SourceDisclosure,
    TearLine,
    Unrated,
)
from sepakat.agreements.writing import instant_text

_NO_NAMES: Mapping[str, str] = MappingProxyType({})

_SCOPE = {
    Scope.PERSONS: "Hanya orang di {takers} yang diberi akses yang boleh membacanya; tidak diteruskan ke klien.",
    Scope.ORGANISATION: "Isinya tetap di dalam {takers}.",
    Scope.ORGANISATION_AND_CLIENTS: "Di dalam {takers}, dan ke kliennya yang terdaftar sejauh TLP:AMBER membolehkan.",
    Scope.COMMUNITY: "Boleh sampai ke anggota komunitas sejauh TLP:GREEN membolehkan.",
    Scope.PUBLIC: "Boleh menjadi publik sejauh penandaannya membolehkan.",
}
_SOURCE = {
    SourceDisclosure.NONE: "Tidak ada yang dikatakan tentang sumber.",
    SourceDisclosure.RATING: "Dari sumber hanya penilaiannya yang diberikan.",
    SourceDisclosure.DESCRIPTOR: "Dari sumber diberikan penilaian dan gambaran, bukan siapa mereka.",
    SourceDisclosure.IDENTITY: "Sumber disebut namanya.",
}
_TEAR_LINE = {
    TearLine.NONE: "Sebuah objek dikirim utuh atau tidak sama sekali.",
    TearLine.IF_NEEDED: "Yang tidak boleh dikirim dipotong, dan sisanya dikirim sebagai varian.",
    TearLine.ALWAYS: "Setiap objek dikirim sebagai varian, dipotong atau tidak.",
}
_APPROVAL = {
    ApprovalRule.AUTO: "tanpa persetujuan siapa pun",
    ApprovalRule.ONE: "setelah disetujui satu orang",
    ApprovalRule.TWO: "setelah disetujui dua orang",
}
_NOTHING = {
    "no topic is wanted": "tidak ada topik yang diminta",
    "every topic that is wanted is excluded too": "setiap topik yang diminta juga dikecualikan",
    "no region is wanted": "tidak ada wilayah yang diminta",
    "no type is wanted": "tidak ada jenis yang diminta",
    "no property is allowed": "tidak ada properti yang dibolehkan",
}
_ALLOWED = {"must-not": "tidak", "ask": "setelah bertanya", "may": "ya", "must": "wajib"}


def sentences(agreement: Agreement, names: Mapping[str, str] = _NO_NAMES) -> tuple[str, ...]:
    """The agreement in sentences, in the order of the document; `names` gives parties other names than their ids."""
    giver = names.get(agreement.giver, agreement.giver)
    takers = _takers(agreement, names)
    lines = [
        f"{agreement.title} (versi {agreement.version}): {giver} memberi {takers} apa yang dikatakan pasal di bawah."
    ]
    lines += _window(agreement)
    if not agreement.share:
        lines.append("Tidak ada yang dibagikan: tidak ada pasal.")
    for clause in agreement.share:
        lines.append(_grant(clause, agreement, giver, takers))
        lines += _conditions(clause)
    lines.append(_SCOPE[agreement.scope].format(takers=takers))
    lines.append(_onward(agreement.onward, takers, giver, names))
    lines += _use(agreement)
    lines += _duties(agreement, takers)
    lines.append(
        "Kedua pihak boleh menangguhkan seketika, dan yang menangguhkan melanjutkan; pemberi boleh mempersempit, "
        "memperluas perlu keduanya; " + _notice(agreement.end.terminate)
    )
    return tuple(lines)


def duration_words(duration: Duration) -> str:
    """A duration in words: `180 hari`, `1 tahun dan 6 bulan`."""
    years, months = divmod(duration.months, 12)
    seconds = int(duration.length.total_seconds())
    days, seconds = divmod(seconds, 86400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    parts = (
        (years, "tahun"),
        (months, "bulan"),
        (days, "hari"),
        (hours, "jam"),
        (minutes, "menit"),
        (seconds, "detik"),
    )
    return _and(f"{count} {unit}" for count, unit in parts if count) or "0 detik"


def _takers(agreement: Agreement, names: Mapping[str, str]) -> str:
    if agreement.community is not None:
        return f"anggota {names.get(agreement.community, agreement.community)}"
    return _and(names.get(taker, taker) for taker in agreement.takers)


def _window(agreement: Agreement) -> list[str]:
    window = agreement.window
    until = "tanpa akhir" if window.to is None else f"sampai {instant_text(window.to)}"
    lines = [f"Berlaku dari {instant_text(window.from_)} {until}, begitu keduanya menandatangani."]
    limits = []
    if window.data_from is not None:
        limits.append(f"dibuat pada atau setelah {instant_text(window.data_from)}")
    if window.max_age is not None:
        limits.append(f"tidak lebih tua dari {duration_words(window.max_age)}")
    lines.append(f"Hanya yang {_and(limits)} yang dikirim." if limits else "Data berumur berapa pun dikirim.")
    return lines


def _grant(clause: Clause, agreement: Agreement, giver: str, takers: str) -> str:
    reasons = tuple(_NOTHING.get(reason, reason) for _, reason in why_nothing(clause))
    if reasons:
        return f"{clause.id}: {giver} tidak memberi {takers} apa pun, sebab {_and(reasons)}."
    parts = [
        f"{clause.id}: {giver} memberi {takers} {_types(clause.types)}",
        _selected(clause.topics, "tentang", lambda topic: topic),
        _selected(clause.regions, "di", load_regions().name),
        f"sampai {tlp_words(clause.ceiling.tlp)}",
    ]
    age = agreement.window.max_age
    words = " ".join(part for part in parts if part)
    return f"{words}, tidak lebih tua dari {duration_words(age)}." if age is not None else f"{words}."


def _types(types: Named) -> str:
    return "objek dari setiap jenis baku" if types.any_written else f"objek berjenis {_or(types.names)}"


def _selected(selection: Selection, preposition: str, say: Callable[[str], str]) -> str:
    wanted = "" if selection.any_written else f"{preposition} {_or(say(path) for path in selection.any)}"
    excluded = f"tetapi tidak {preposition} {_or(say(path) for path in selection.none)}" if selection.none else ""
    return " ".join(part for part in (wanted, excluded) if part)


def _conditions(clause: Clause) -> list[str]:
    if why_nothing(clause):
        return []
    lines = [_kinds(clause.kinds), *_ceiling(clause.ceiling), *_minimum(clause.minimum), *_fields(clause.fields)]
    lines += [_SOURCE[clause.source], _persons(clause.persons), _release(clause)]
    return [f"{clause.id}: {line}" for line in lines]


def _kinds(kinds: Named) -> str:
    if kinds.any_written:
        return "Klaim dari setiap macam dikirim."
    if kinds.names:
        return f"Dari klaim, hanya yang bermacam {_or(kinds.names)} yang dikirim."
    return "Yang memuat klaim tidak dikirim."


def _ceiling(ceiling: Ceiling) -> list[str]:
    countries = [load_regions().name(country) for country in ceiling.releasable_to]
    return [
        f"PAP sampai {(ceiling.pap or 'clear').upper()}; tidak ada yang berklasifikasi.",
        f"Yang bertanda REL-TO hanya dikirim bila ditandai untuk {_and(countries)}."
        if countries
        else "Yang bertanda REL-TO tidak dikirim.",
    ]


def _minimum(minimum: Minimum) -> list[str]:
    asked = []
    if minimum.reliability is not None:
        asked.append(f"sumber dinilai {minimum.reliability} atau lebih baik")
    if minimum.credibility is not None:
        asked.append(f"kredibilitas {minimum.credibility} atau lebih baik")
    return [
        f"Yang diminta: {_and(asked)}." if asked else "Tidak ada penilaian yang diminta.",
        "Yang tidak dinilai juga dikirim." if minimum.unrated is Unrated.ALLOW else "Yang tidak dinilai tidak dikirim.",
    ]


def _fields(fields: Fields) -> list[str]:
    if fields.allow.any_written:
        allowed = "Setiap properti dikirim, juga yang khusus"
    elif fields.allow.names == ("standard",):
        allowed = "Properti yang didefinisikan STIX 2.1 dikirim"
    else:
        allowed = f"Hanya properti ini yang dikirim: {', '.join(fields.allow.names)}"
    denied = f", kecuali {', '.join(fields.deny)}" if fields.deny else ""
    references = fields.external_references
    if references.any_written:
        outside = "Rujukan luar dikirim."
    elif references.names:
        outside = f"Rujukan luar hanya dikirim yang ke {_and(references.names)}."
    else:
        outside = "Rujukan luar tidak dikirim."
    return [f"{allowed}{denied}.", outside, _TEAR_LINE[fields.tear_line]]


def _persons(persons: Persons) -> str:
    if persons.rule is PersonsRule.NONE:
        return "Tidak ada data pribadi yang dikirim."
    if persons.rule is PersonsRule.PSEUDONYM:
        words = "Orang dikirim dengan nama samaran"
    elif persons.allow:
        words = f"Dari data pribadi, hanya milik orang dalam kategori {_or(persons.allow)} yang dikirim"
    else:
        return "Tidak ada data pribadi yang dikirim, sebab tidak ada kategori orang yang ditulis."
    if persons.necessity is not None:
        words += ", dengan keperluan yang dinyatakan"
    if persons.retention is not None:
        words += f", selama {duration_words(persons.retention)} sejak dibuat"
    return f"{words}."


def _release(clause: Clause) -> str:
    delay = clause.release.delay
    when = f", paling cepat {duration_words(delay)} setelah masuk" if delay.length else ""
    return f"Dikirim {_APPROVAL[clause.release.approval]}{when}."


def _onward(onward: Onward, takers: str, giver: str, names: Mapping[str, str]) -> str:
    match onward.default:
        case OnwardRule.NONE:
            return f"{takers} tidak boleh meneruskan apa pun, juga yang diturunkan darinya."
        case OnwardRule.ASK:
            return (
                f"{takers} tidak boleh meneruskan apa pun tanpa bertanya kepada {giver}, juga yang diturunkan darinya."
            )
    named = _and(names.get(party, party) for party in onward.named) or "tidak seorang pun"
    return (
        f"{takers} boleh meneruskannya, dan yang diturunkan darinya, kepada {named} tanpa bertanya, "
        "kepada yang lain hanya setelah bertanya."
    )


def _use(agreement: Agreement) -> list[str]:
    use, words = agreement.use, _ALLOWED
    lines = [f"Tujuan: {_and(agreement.purpose)}." if agreement.purpose else "Tidak ada tujuan yang dinyatakan."]
    lines.append(
        f"Penggunaan: tindakan {use.actions}; di pengadilan: {words[use.court]}; menyebut pemberi: "
        f"{words[use.attribution]}; menjual kembali: {words[use.resale]}; keputusan otomatis tentang orang: "
        f"{words[use.automated_decision]}."
    )
    if agreement.basis.text is not None:
        lines.append(f"Dasar: {agreement.basis.text.removesuffix('.')}.")
    return lines


def _duties(agreement: Agreement, takers: str) -> list[str]:
    duties = agreement.duties
    lines = [
        f"{takers} berutang tanda terima dalam {duration_words(duties.receipt)}, jawaban atas penarikan dalam "
        f"{duration_words(duties.recall)}, dan menindaklanjuti koreksi dalam {duration_words(duties.correction)}."
    ]
    lines.append(
        f"Pada akhirnya {takers} menghapus yang telah diterima."
        if duties.delete_at_end
        else f"Pada akhirnya {takers} boleh menyimpan yang telah diterima."
    )
    if duties.review is not None:
        lines.append(f"Keduanya meninjaunya {duration_words(duties.review)} setelah dimulai.")
    return lines


def _notice(terminate: Duration) -> str:
    if not terminate.length:
        return "masing-masing boleh mengakhirinya seketika."
    return f"masing-masing boleh mengakhirinya dengan pemberitahuan {duration_words(terminate)}."


def _and(words: Iterable[str]) -> str:
    return _listed(words, "dan")


def _or(words: Iterable[str]) -> str:
    return _listed(words, "atau")


def _listed(words: Iterable[str], last: str) -> str:
    said = list(words)
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {last} {said[-1]}" if said else ""
