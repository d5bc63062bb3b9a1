from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sepakat.errors import Fault, InputError
from sepakat.taxii.endpoints import Resource
from sepakat.taxii.queries import DEFAULT_LIMIT, MAX_LIMIT, MAX_VALUES, Filters, Query, parse_query

ID = "indicator--00000000-0000-4000-8000-000000000001"


def parsed(*pairs: tuple[str, str], resource: Resource = Resource.OBJECTS) -> Query:
    return parse_query(resource, pairs)


def faults(*pairs: tuple[str, str], resource: Resource = Resource.OBJECTS) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as refusal:
        parse_query(resource, pairs)
    return [(fault.path, fault.found) for fault in refusal.value.faults]


def test_no_parameters_ask_for_the_last_versions_of_everything() -> None:
    assert parsed() == Query(Filters(), DEFAULT_LIMIT, None)


def test_all_parameters_are_read() -> None:
    assert parsed(
        ("added_after", "2030-05-01T12:00:00.123456Z"),
        ("limit", "7"),
        ("next", "abc"),
        ("match[id]", ID),
        ("match[type]", "indicator,x-own"),
        ("match[version]", "first,2030-05-01T12:00:00.5Z,last"),
        ("match[spec_version]", "2.0,2.1"),
    ) == Query(
        Filters(
            datetime(2030, 5, 1, 12, 0, 0, 123456, tzinfo=UTC),
            frozenset({ID}),
            frozenset({"indicator", "x-own"}),
            frozenset({"first", "last", "2030-05-01T12:00:00.500000"}),
            frozenset({"2.0", "2.1"}),
        ),
        7,
        "abc",
    )


@pytest.mark.parametrize(
    ("text", "limit"),
    [("0", DEFAULT_LIMIT), ("-1", DEFAULT_LIMIT), ("+5", 5), ("1", 1), ("99999999999999999999", MAX_LIMIT)],
)
def test_a_limit_of_zero_or_less_is_the_default_and_a_large_one_is_cut(text: str, limit: int) -> None:
    assert parsed(("limit", text)).limit == limit


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2030-05-01T12:00:00Z", datetime(2030, 5, 1, 12, tzinfo=UTC)),
        ("2030-05-01T12:00:00.1Z", datetime(2030, 5, 1, 12, 0, 0, 100000, tzinfo=UTC)),
        ("2030-05-01T12:00:00.123Z", datetime(2030, 5, 1, 12, 0, 0, 123000, tzinfo=UTC)),
        ("2030-05-01T12:00:00.123456789Z", datetime(2030, 5, 1, 12, 0, 0, 123456, tzinfo=UTC)),
    ],
)
def test_added_after_is_read_at_any_precision(text: str, instant: datetime) -> None:
    assert parsed(("added_after", text)).filters.added_after == instant


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("added_after", ""),
        ("added_after", "yesterday"),
        ("added_after", "2030-02-30T00:00:00Z"),
        ("added_after", "2030-05-01T12:00:00+00:00"),
        ("added_after", "2030-05-01"),
        ("limit", ""),
        ("limit", "ten"),
        ("limit", "1.5"),
        ("limit", "\u0661"),
        ("match[id]", ""),
        ("match[id]", "indicator"),
        ("match[id]", f"{ID}, {ID}"),
        ("match[type]", ""),
        ("match[type]", "Indicator"),
        ("match[type]", "indicator,,malware"),
        ("match[version]", ""),
        ("match[version]", "newest"),
        ("match[version]", "2030-05-01"),
        ("match[spec_version]", "two"),
        ("match[spec_version]", "2"),
    ],
)
def test_a_malformed_value_is_refused_with_its_name(name: str, value: str) -> None:
    assert [path for path, _ in faults((name, value))] == [name]


@pytest.mark.parametrize("name", ["added_after", "limit", "next", "match[id]", "match[version]", "match[x]"])
def test_a_parameter_twice_is_refused(name: str) -> None:
    value = {"limit": "1", "next": "a", "match[id]": ID, "match[version]": "last"}.get(name, "2030-05-01T12:00:00Z")
    assert (name, "2 of them") in faults((name, value), (name, value))


@pytest.mark.parametrize("value", ["all,last", "first,first", "all,all", "2030-05-01T12:00:00Z,2030-05-01T12:00:00Z"])
def test_versions_are_named_once_and_all_by_itself(value: str) -> None:
    assert faults(("match[version]", value)) == [("match[version]", repr(value))]


@pytest.mark.parametrize("name", ["match[", "match[]", "match[type", "match[type]x", "match[a b]"])
def test_a_match_without_a_field_is_refused(name: str) -> None:
    assert [path for path, _ in faults((name, "indicator"))] == [name]


def test_all_faults_are_told_at_once() -> None:
    found = faults(("limit", "x"), ("added_after", "x"), ("match[type]", "X"), ("match[version]", "x"))
    assert {path for path, _ in found} == {"limit", "added_after", "match[type]", "match[version]"}


def test_what_the_standard_lets_us_ignore_is_ignored() -> None:
    assert parsed(("match[colour]", "blue"), ("cache", "no"), ("format", "json")) == Query()


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        (Resource.OBJECT, "match[id]"),
        (Resource.OBJECT, "match[type]"),
        (Resource.VERSIONS, "match[version]"),
        (Resource.VERSIONS, "match[id]"),
    ],
)
def test_a_filter_of_another_endpoint_is_refused(resource: Resource, name: str) -> None:
    value = {"match[id]": ID, "match[type]": "indicator", "match[version]": "last"}[name]
    assert [path for path, _ in faults((name, value), resource=resource)] == [name]


def test_an_empty_next_is_none() -> None:
    assert parsed(("next", "")).next is None


def test_too_many_values_are_refused() -> None:
    assert parsed(("match[type]", ",".join(["a"] * 1))).filters.types == {"a"}
    assert faults(("match[type]", ",".join(["a"] * (MAX_VALUES + 1)))) == [
        ("match[type]", repr(f"{MAX_VALUES + 1} values"))
    ]


def attempted(pairs: list[tuple[str, str]], resource: Resource) -> tuple[Query | None, tuple[Fault, ...]]:
    try:
        return parse_query(resource, pairs), ()
    except InputError as refusal:
        return None, refusal.faults


NAMES = st.sampled_from(
    ["added_after", "limit", "next", "match[id]", "match[type]", "match[version]", "match[spec_version]", "match[", "x"]
)


@given(st.lists(st.tuples(NAMES, st.text(max_size=40)), max_size=6), st.sampled_from(list(Resource)[5:]))
def test_any_parameters_give_a_query_or_named_faults(pairs: list[tuple[str, str]], resource: Resource) -> None:
    query, found = attempted(pairs, resource)
    assert {fault.path for fault in found} <= {name for name, _ in pairs}
    assert query is None or 1 <= query.limit <= MAX_LIMIT
    assert (query is None) == bool(found)
