"""Who has news: a giver that has just pushed a statement, until it was read."""

from __future__ import annotations

from sepakat.exchange.news import givers_with_news
from sepakat.stix.identifiers import PartyId
from tests.support.simulator import Simulation

ONE = "campaign--7c9e4ad4-62b4-4a3c-9d3c-0a5ad1f0e001"


def test_giver_has_news_from_its_statement_until_it_was_read(giving: Simulation) -> None:
    giving.sync("ru", "us")
    assert givers_with_news(giving["ru"]) == []
    giving.clock.advance(seconds=1)
    giving.take_in("us", giving.written_by("us", ONE, "amber"))
    assert givers_with_news(giving["ru"]) == []
    giving.settle()
    assert givers_with_news(giving["ru"]) == [PartyId("us")]
    giving.clock.advance(seconds=1)
    giving.sync("ru", "us")
    assert givers_with_news(giving["ru"]) == []
    assert ONE in giving.held("ru")


def test_giver_that_could_not_be_read_still_has_news(giving: Simulation) -> None:
    giving.sync("ru", "us")
    giving.clock.advance(seconds=1)
    giving.take_in("us", giving.written_by("us", ONE, "amber"))
    giving.settle()
    giving.network.cut_off.add(PartyId("us"))
    giving.clock.advance(seconds=1)
    assert givers_with_news(giving["ru"]) == [PartyId("us")]
