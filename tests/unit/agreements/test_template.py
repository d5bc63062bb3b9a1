from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sepakat.agreements.lint import lint
from sepakat.agreements.parsing import parse_agreement
from sepakat.agreements.template import template
from sepakat.agreements.vocabulary import KEYS
from sepakat.stix.identifiers import PartyId
from tests.unit.agreements.samples import RU, US

NOW = datetime(2030, 6, 15, 13, 14, 15, tzinfo=UTC)


def test_the_template_is_valid_and_nothing_is_to_be_said_about_it() -> None:
    agreement = parse_agreement(template(US, (RU,), NOW))
    assert (agreement.id, agreement.giver, agreement.takers) == ("us-ru-2030", "us", ("ru",))
    assert agreement.window.from_ == datetime(2030, 6, 15, tzinfo=UTC)
    assert agreement.window.to == datetime(2031, 6, 15, tzinfo=UTC)
    assert agreement.window.data_from == datetime(2030, 1, 1, tzinfo=UTC)
    assert lint(agreement) == ()


def test_the_template_for_a_community_is_valid() -> None:
    agreement = parse_agreement(template(US, (), NOW, community="coalition"))
    assert (agreement.id, agreement.takers, agreement.community) == ("us-coalition-2030", (), "coalition")


def test_the_template_takes_an_id() -> None:
    assert parse_agreement(template(US, (RU,), NOW, agreement_id="mine")).id == "mine"


def test_a_year_from_a_leap_day_is_the_last_of_february() -> None:
    agreement = parse_agreement(template(US, (RU,), datetime(2028, 2, 29, 23, tzinfo=UTC)))
    assert agreement.window.to == datetime(2029, 2, 28, tzinfo=UTC)


@pytest.mark.parametrize("party", ["no", "on", "true", "007", "1e3", "cert-nl"])
def test_a_party_whose_id_yaml_would_take_for_something_else_is_itself(party: str) -> None:
    agreement = parse_agreement(template(PartyId(party), (RU,), NOW))
    assert agreement.giver == party


@pytest.mark.parametrize("key", [key for key in KEYS if key.path != "community"], ids=lambda key: key.path)
def test_the_template_has_every_key(key: object) -> None:
    name = getattr(key, "name", "")
    assert f"{name}:" in template(US, (RU,), NOW)
