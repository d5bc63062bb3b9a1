from __future__ import annotations

import pytest

from sepakat.agreements.regions import Region, RegionTable, load_regions

TABLE = load_regions()

# STIX 2.1, vocabulary region-ov.
REGION_OV = [
    "africa",
    "eastern-africa",
    "middle-africa",
    "northern-africa",
    "southern-africa",
    "western-africa",
    "americas",
    "caribbean",
    "central-america",
    "latin-america-caribbean",
    "northern-america",
    "south-america",
    "asia",
    "central-asia",
    "eastern-asia",
    "southern-asia",
    "south-eastern-asia",
    "western-asia",
    "europe",
    "eastern-europe",
    "northern-europe",
    "southern-europe",
    "western-europe",
    "oceania",
    "antarctica",
    "australia-new-zealand",
    "melanesia",
    "micronesia",
    "polynesia",
]


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("IQ", "IQ"),
        ("IQ", "IQ-AN"),
        ("western-asia", "IQ"),
        ("western-asia", "IQ-AN"),
        ("asia", "IQ-AN"),
        ("middle-east", "SY-HL"),
        ("middle-east", "EG"),
        ("IQ-KR", "IQ-AR"),
        ("northern-europe", "NO"),
        ("africa", "NG"),
        ("latin-america-caribbean", "caribbean"),
        ("US", "US-CA"),
        ("northern-america", "US-CA"),
    ],
)
def test_a_region_contains_what_lies_in_it(outer: str, inner: str) -> None:
    assert TABLE.contains(outer, inner)


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("IQ-AN", "IQ"),
        ("IQ", "western-asia"),
        ("IQ-AN", "IQ-NI"),
        ("middle-east", "western-asia"),
        ("middle-east", "AM"),
        ("southern-africa", "northern-africa"),
        ("ZZ", "ZZ"),
        ("Atlantis", "Atlantis"),
        ("US", "USA"),
        ("IQ", "IQ-ZZ"),
        ("iq", "IQ"),
    ],
)
def test_a_region_contains_nothing_else(outer: str, inner: str) -> None:
    assert not TABLE.contains(outer, inner)


@pytest.mark.parametrize("slug", REGION_OV)
def test_every_region_of_stix_is_known_with_its_number(slug: str) -> None:
    assert TABLE.is_region(slug)
    number = TABLE.regions[slug].m49
    assert number is not None
    assert TABLE.resolve(number) == slug


def test_every_country_has_its_codes_and_lies_in_a_region_of_the_un() -> None:
    countries = [row for code, row in TABLE.regions.items() if TABLE.is_country(code)]
    assert len(countries) == 249
    for row in countries:
        assert row.alpha3 is not None
        assert len(row.alpha3) == 3
        assert row.m49 is not None
        assert len(row.m49) == 3
        assert TABLE.ancestors(row.code) & {"africa", "americas", "antarctica", "asia", "europe", "oceania"}
    assert len({row.alpha3 for row in countries}) == len({row.m49 for row in countries}) == 249


def test_ancestors_include_the_region_itself_and_all_above() -> None:
    assert TABLE.ancestors("IQ-AN") == {"IQ-AN", "IQ", "western-asia", "asia", "middle-east"}
    assert TABLE.ancestors("US-CA") == {"US-CA", "US", "northern-america", "americas"}
    assert TABLE.ancestors("nowhere") == frozenset()


@pytest.mark.parametrize(
    ("code", "country"),
    [("IQ", "IQ"), ("IQ-AN", "IQ"), ("US-CA", "US"), ("western-asia", None), ("ZZ-AN", None), ("IQ-ZZ", None)],
)
def test_the_country_of_a_region(code: str, country: str | None) -> None:
    assert TABLE.country_of(code) == country


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("iq", "IQ"),
        ("IRQ", "IQ"),
        ("368", "IQ"),
        ("Iraq", "IQ"),
        (" western asia ", "western-asia"),
        ("145", "western-asia"),
        ("anbar", "IQ-AN"),
        ("us-ca", "US-CA"),
        ("010", "antarctica"),
        ("Atlantis", None),
        ("", None),
    ],
)
def test_other_spellings_are_resolved(text: str, code: str | None) -> None:
    assert TABLE.resolve(text) == code


@pytest.mark.parametrize("code", ["USA", "368", "us", "Iraq", "US-", "US-CALI", "US-ca", "-CA", "", "IQ-AN "])
def test_a_code_has_one_spelling(code: str) -> None:
    assert not TABLE.is_region(code)


def test_a_region_is_named() -> None:
    assert [TABLE.name(code) for code in ("IQ-NI", "FR", "US-CA", "nowhere")] == [
        "Nineveh",
        "France",
        "US-CA",
        "nowhere",
    ]


def test_only_alpha_2_codes_are_countries() -> None:
    assert TABLE.is_country("NO")
    assert not any(TABLE.is_country(code) for code in ("IQ-AN", "asia", "ZZ", "NOR"))


def test_in_the_empty_table_nothing_is_a_region() -> None:
    empty = RegionTable.empty()
    assert not empty.is_region("IQ")
    assert not empty.contains("IQ", "IQ-AN")


@pytest.mark.parametrize(
    "rows",
    [
        (Region("a", "A"), Region("a", "B")),
        (Region("a", "A", ("b",)),),
        (Region("a", "A", ("b",)), Region("b", "B", ("a",))),
        (Region("a", "A", ("a",)),),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(rows: tuple[Region, ...]) -> None:
    with pytest.raises(ValueError, match="region"):
        RegionTable.of(rows)


def test_the_table_is_read_once() -> None:
    assert load_regions() is TABLE


def test_a_table_shows_its_regions_and_not_what_is_worked_out_of_them() -> None:
    shown = repr(RegionTable.of((Region("id", "Here"),)))
    assert shown.startswith("RegionTable(regions=")
    assert "_ancestors" not in shown
    assert "_spellings" not in shown
    assert "_with_listed_areas" not in shown
