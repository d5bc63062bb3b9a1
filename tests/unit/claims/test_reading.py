from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.claims.extension import CLAIM_EXTENSION, VARIANT_EXTENSION, variant_document
from sepakat.claims.reading import carries_claim, claim_faults, read_claim
from sepakat.claims.schema import CLAIM
from sepakat.errors import InputError
from tests.unit.claims.examples import FULL, ROOT, full_note

PREFIX = f"extensions.{CLAIM_EXTENSION}."


def changed(path: str, value: Any, **beside: Any) -> dict[str, Any]:
    """The full note with one member of the claim set, or removed with `...`, and members beside the claim."""
    content = deepcopy(full_note())
    target = content["extensions"][CLAIM_EXTENSION]
    *steps, last = path.split(".")
    for step in steps:
        target = target[int(step[1:-1])] if step.startswith("[") else target[step]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    for name, other in beside.items():
        if other is ...:
            content.pop(name, None)
        else:
            content[name] = other
    return content


def fault_paths(content: Any) -> list[str]:
    return [fault.path.removeprefix(PREFIX) for fault in claim_faults(content)]


def test_claim_with_everything_has_no_fault_and_reads_back() -> None:
    assert claim_faults(full_note()) == ()
    assert read_claim(full_note()) == FULL


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"type": "note"},
        {"extensions": {}},
        {"extensions": []},
        {"extensions": None},
        {"type": "indicator", "extensions": {"extension-definition--x": {}}},
    ],
)
def test_object_without_the_extension_carries_no_claim(content: dict[str, Any]) -> None:
    assert claim_faults(content) == ()
    assert read_claim(content) is None
    assert not carries_claim(content)


@pytest.mark.parametrize("content", [None, 1, "text", []])
def test_what_is_no_object_has_no_claim_and_no_fault_here(content: Any) -> None:
    assert claim_faults(content) == ()


@pytest.mark.parametrize("document", [None, [], "text", 1, {}, {"extension_type": "new-sdo", "kind": "fact"}])
def test_extension_of_another_form_is_a_fault(document: Any) -> None:
    content = {"type": "note", "id": "note--x", "extensions": {CLAIM_EXTENSION: document}}
    assert claim_faults(content)
    with pytest.raises(InputError, match="claim on note--x refused"):
        read_claim(content)


@pytest.mark.parametrize("kind", ["indicator", "observed-data", "identity", None, 7])
def test_claim_on_a_type_that_cannot_carry_one_is_a_fault(kind: Any) -> None:
    assert "type" in fault_paths(full_note() | {"type": kind})


@pytest.mark.parametrize("name", [name for name in CLAIM.fields if name not in ("extension_type", "kind")])
def test_any_member_but_the_kind_may_be_absent(name: str) -> None:
    confidence = {"confidence": ...} if name == "credibility" else {}
    assert claim_faults(changed(name, ..., **confidence)) == ()


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("kind", "rumour", "kind"),
        ("kind", ..., "kind"),
        ("winner", True, "winner"),
        ("quantity.average", 3, "quantity.average"),
        ("speaker_ref", "someone", "speaker_ref"),
        ("question", "Not A Key", "question"),
        ("quantity.point", "500", "quantity.point"),
        ("quantity.point", True, "quantity.point"),
        ("quantity.point", float("nan"), "quantity.point"),
        ("quantity.point", ..., "quantity.point"),
        ("quantity.unit", ..., "quantity.unit"),
        ("quantity.qualifier", ..., "quantity.qualifier"),
        ("quantity.qualifier", "roughly", "quantity.qualifier"),
        ("quantity.min", 400, "quantity.min"),
        ("quantity", {}, "quantity.qualifier"),
        ("source.reliability", "G", "source.reliability"),
        ("source.reliability", "X", "source.reliability"),
        ("source.scheme", ..., "source.scheme"),
        ("source.scheme", "nato", "source.scheme"),
        ("source.evaluation", 2, "source.evaluation"),
        ("credibility", 0, "credibility"),
        ("credibility", 7, "credibility"),
        ("credibility", "2", "credibility"),
        ("analytic_confidence", "very high", "analytic_confidence"),
        ("likelihood.term", "quite likely", "likelihood.term"),
        ("likelihood.low", 60, "likelihood.low"),
        ("likelihood.high", 79, "likelihood.high"),
        ("likelihood.scheme", "phia", "likelihood.high"),
        ("likelihood.scheme", ..., "likelihood.scheme"),
        ("valid.from", "2014-10-16T00:00:00Z", "valid.to"),
        ("valid.from", "14 October", "valid.from"),
        ("valid.precision", "week", "valid.precision"),
        ("valid", {}, "valid"),
        ("basis", [], "basis"),
        ("basis.[0].role", "inspired", "basis.[0].role"),
        ("basis.[0].role", ..., "basis.[0].role"),
        ("basis.[0].digest", ROOT, "basis.[0]"),
        ("basis.[1].digest", ..., "basis.[1]"),
        ("lineage.roots", [ROOT, ROOT], "lineage.roots.[1]"),
        ("lineage.roots", [], "lineage.roots"),
        ("lineage.depth", 1, "lineage.depth"),
        ("lineage.via", ["US"], "lineage.via.[0]"),
        ("lineage", {}, "lineage"),
        ("person.category", "enemy", "person.category"),
        ("person", {}, "person.category"),
        ("status", "true", "status"),
        ("made_by", {}, "made_by.maker"),
        ("span.end", 9, "span.end"),
        ("span.start", -1, "span.start"),
    ],
)
def test_fault_of_a_claim_is_named_by_its_path(path: str, value: Any, fault: str) -> None:
    assert fault in fault_paths(changed(path, value))


def test_all_faults_of_a_claim_are_named_at_once() -> None:
    content = changed("kind", "rumour")
    document = content["extensions"][CLAIM_EXTENSION]
    document["status"] = "dead"
    document["extra"] = 1
    document["basis"][1]["role"] = "x"
    assert sorted(fault_paths(content)) == ["basis.[1].role", "extra", "kind", "status"]


@pytest.mark.parametrize(("credibility", "confidence"), [(1, 90), (2, 70), (3, 50), (4, 30), (5, 10)])
def test_confidence_is_that_of_the_credibility(credibility: int, confidence: int) -> None:
    assert claim_faults(changed("credibility", credibility, confidence=confidence)) == ()
    assert fault_paths(changed("credibility", credibility, confidence=confidence + 1)) == ["confidence"]
    assert fault_paths(changed("credibility", credibility, confidence=...)) == ["confidence"]


def test_what_cannot_be_judged_has_no_confidence() -> None:
    assert claim_faults(changed("credibility", 6, confidence=...)) == ()
    assert fault_paths(changed("credibility", 6, confidence=50)) == ["confidence"]


def test_confidence_without_credibility_is_a_fault() -> None:
    assert fault_paths(changed("credibility", ..., confidence=50)) == ["confidence"]


def test_scales_of_two_schemes_are_not_mixed() -> None:
    europol = {"scheme": "europol-4x4", "reliability": "X", "evaluation": 4}
    assert fault_paths(changed("source", europol)) == ["credibility"]
    alone = changed("source", europol, confidence=...)
    del alone["extensions"][CLAIM_EXTENSION]["credibility"]
    assert claim_faults(alone) == ()


def test_word_of_no_scale_keeps_the_range_that_was_said() -> None:
    said = changed("likelihood", {"scheme": "as-said", "term": "perhaps", "low": 20, "high": 60})
    assert claim_faults(said) == ()
    assert fault_paths(changed("likelihood", {"scheme": "as-said", "term": "perhaps", "low": 70, "high": 60})) == [
        "likelihood.high"
    ]


@pytest.mark.parametrize("text", [..., "", "  ", 5])
def test_rated_claim_without_plain_words_is_a_fault(text: Any) -> None:
    assert fault_paths(changed("status", "live", content=text)) == ["content"]


@pytest.mark.parametrize(
    ("qualifier", "numbers", "faults"),
    [
        ("exactly", {"point": 22}, []),
        ("exactly", {"min": 22}, ["quantity.min", "quantity.point"]),
        ("about", {"point": 20}, []),
        ("about", {"point": 20, "min": 18, "max": 22}, []),
        ("about", {"point": 30, "min": 18, "max": 22}, ["quantity.max"]),
        ("at-least", {"min": 5}, []),
        ("at-least", {"point": 5}, ["quantity.min", "quantity.point"]),
        ("at-most", {"max": 5}, []),
        ("at-most", {"min": 5, "max": 6}, ["quantity.min"]),
        ("between", {"min": 5, "max": 6}, []),
        ("between", {"min": 5, "max": 6, "point": 5.5}, []),
        ("between", {"min": 6, "max": 5}, ["quantity.max"]),
        ("between", {"min": 5}, ["quantity.max"]),
        ("about-or-more", {"point": 500}, []),
        ("about-or-more", {"point": 500, "max": 600}, ["quantity.max"]),
    ],
)
def test_qualifier_says_which_numbers_there_must_be(qualifier: str, numbers: dict[str, Any], faults: list[str]) -> None:
    content = changed("quantity", {"qualifier": qualifier, "unit": "people"} | numbers)
    # What contradicts itself is told first; what is missing only when nothing does.
    found = set(fault_paths(content))
    assert found <= set(faults)
    assert bool(found) == bool(faults)


def as_variant(content: dict[str, Any]) -> dict[str, Any]:
    content["extensions"][VARIANT_EXTENSION] = variant_document(ROOT)
    return content


@pytest.mark.parametrize(
    "path",
    [
        "kind",
        "quantity.unit",
        "quantity.point",
        "quantity.qualifier",
        "source.scheme",
        "likelihood.scheme",
        "basis.[0].role",
        "basis.[1].digest",
        "credibility",
    ],
)
def test_variant_may_have_lost_any_part(path: str) -> None:
    content = as_variant(changed(path, ...))
    assert claim_faults(content) == ()
    read_claim(content)


def test_variant_whose_kind_was_cut_reads_as_no_claim() -> None:
    assert read_claim(as_variant(changed("kind", ...))) is None


def test_variant_that_contradicts_itself_is_still_a_fault() -> None:
    assert fault_paths(as_variant(changed("likelihood.low", 60))) == ["likelihood.low"]
    assert fault_paths(as_variant(changed("unknown", 60))) == ["unknown"]
    assert fault_paths(as_variant(changed("credibility", 3))) == ["confidence"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(CLAIM.fields)), json_values)
def test_any_value_anywhere_gives_faults_or_a_claim_never_a_crash(name: str, value: Any) -> None:
    content = changed(name, value)
    if claim_faults(content):
        with pytest.raises(InputError):
            read_claim(content)
    else:
        assert read_claim(content) is not None


def test_confirmed_by_others_with_one_root_and_nothing_else_contradicts_itself() -> None:
    alone = changed("credibility", 1, confidence=90)
    del alone["extensions"][CLAIM_EXTENSION]["basis"]
    assert fault_paths(alone) == ["credibility"]
    with_two = deepcopy(alone)
    with_two["extensions"][CLAIM_EXTENSION]["lineage"]["roots"].append("ef" * 32)
    assert fault_paths(with_two) == []
    assert fault_paths(changed("credibility", 1, confidence=90)) == []
    assert fault_paths(as_variant(alone)) == []
