from __future__ import annotations

import pytest

from sepakat.agreements.topics import (
    TopicDefinition,
    TopicTable,
    ancestors,
    lies_in,
    protected_attribute,
    protected_attribute_of,
)

GROUP = "intrusion-set--6b1f3c9e-1d2a-4c55-9c55-0d6d0e1f2a3b"
TABLE = TopicTable(
    (
        TopicDefinition("terrorism/isis", frozenset({GROUP}), frozenset({"Islamic State"}), frozenset({"Daesh"})),
        TopicDefinition("terrorism", labels=frozenset({"terror", "extremism"})),
        TopicDefinition("cyber", labels=frozenset({"extremism"})),
    )
)


@pytest.mark.parametrize(
    ("labels", "ids", "names", "topics"),
    [
        (["terror"], [], [], {"terrorism"}),
        (["extremism"], [], [], {"terrorism", "cyber"}),
        (["cyber"], [], [], {"cyber"}),
        (["Terror", "unknown", "terrorism/other"], [], [], set()),
        ([], [GROUP], [], {"terrorism/isis"}),
        ([], ["identity--other"], [], set()),
        ([], [], ["ISLAMIC  state"], {"terrorism/isis"}),
        ([], [], ["daesh"], {"terrorism/isis"}),
        ([], [], ["state"], set()),
        (["terror"], [GROUP], ["daesh"], {"terrorism", "terrorism/isis"}),
        ([], [], [], set()),
    ],
)
def test_what_stands_for_a_topic(labels: list[str], ids: list[str], names: list[str], topics: set[str]) -> None:
    assert TABLE.topics_of(labels, ids, names) == topics


def test_in_the_empty_table_nothing_stands_for_a_topic() -> None:
    assert TopicTable.empty().topics_of(["terrorism"], [GROUP], ["Daesh"]) == frozenset()


@pytest.mark.parametrize(
    ("inner", "outer", "lies"),
    [
        ("terrorism/isis", "terrorism", True),
        ("terrorism", "terrorism", True),
        ("terrorism/isis/finance", "terrorism/isis", True),
        ("terrorism", "terrorism/isis", False),
        ("terrorism-finance", "terrorism", False),
        ("cyber/terrorism", "terrorism", False),
    ],
)
def test_a_topic_lies_in_what_its_path_begins_with(inner: str, outer: str, lies: bool) -> None:
    assert lies_in(inner, outer) is lies


def test_ancestors_go_from_the_topic_up() -> None:
    assert ancestors("a/b/c") == ("a/b/c", "a/b", "a")


@pytest.mark.parametrize(
    ("topic", "attribute"),
    [
        ("ethnicity", "ethnicity"),
        ("groups/ethnic-minorities", "ethnicity"),
        ("iraq/kurds", "ethnicity"),
        ("religion", "religion"),
        ("persons/muslims", "religion"),
        ("Jewish community", "religion"),
        ("people/faith", "belief"),
        ("atheists", "belief"),
        ("people/health", "health"),
        ("persons/hiv-positive", "health"),
        ("sexual-orientation", "sexual orientation"),
        ("lgbtq", "sexual orientation"),
        ("politics", "politics"),
        ("political-opinion", "politics"),
        ("trade-union", "politics"),
        ("RELIGION", "religion"),
        ("réligion", "religion"),
        ("public-health/patients", "health"),
    ],
)
def test_a_topic_built_on_a_protected_attribute_is_found(topic: str, attribute: str) -> None:
    assert protected_attribute(topic) == attribute


@pytest.mark.parametrize(
    "topic",
    [
        *("terrorism/isis", "terrorism/islamic-state", "sectors/health-care", "sectors/health-sector", "drugs"),
        *("sexual-violence", "political-violence", "race-condition", "cyber/embrace", "orientation", "geopolitics"),
        *("western-asia", "middle-east", "sexual/orientation"),
    ],
)
def test_a_topic_that_is_not_is_not(topic: str) -> None:
    assert protected_attribute(topic) is None


@pytest.mark.parametrize("field", ["names", "aliases", "labels"])
def test_a_definition_is_judged_by_everything_that_stands_for_it(field: str) -> None:
    assert protected_attribute_of(TopicDefinition("group/x", **{field: frozenset({"Muslims in town"})})) == "religion"
    assert protected_attribute_of(TopicDefinition("group/x", **{field: frozenset({"A gang"})})) is None
