from __future__ import annotations

from typing import Any

from sepakat.release.order import dependency_ranks, release_order
from sepakat.release.question import ViewKey
from sepakat.stix.identifiers import AgreementId
from sepakat.stix.markings import TLP_2
from sepakat.stix.objects import StixObject
from tests.unit.release.small import FR, VIEW, malware, related, sid, stix

SECRET = b"a secret of the node"


def made(*contents: dict[str, Any]) -> list[StixObject]:
    return [StixObject.from_content(content) for content in contents]


def test_what_is_referred_to_comes_first() -> None:
    link = related(malware("a"), malware("b"))
    objects = made(link, malware("a"), malware("b"))
    ordered = [item.id for item in release_order([*objects, TLP_2["green"]], VIEW, SECRET)]
    assert ordered[0] == TLP_2["green"].id
    assert ordered[-1] == link["id"]


def test_order_does_not_show_the_row_of_intake() -> None:
    objects = made(*(malware(f"m{number}") for number in range(20)))
    forwards, backwards = (release_order(row, VIEW, SECRET) for row in (objects, objects[::-1]))
    assert forwards == backwards
    assert list(forwards) != objects


def test_order_differs_between_views_and_secrets() -> None:
    objects = made(*(malware(f"m{number}") for number in range(20)))
    orders = {
        release_order(objects, view, secret)
        for view, secret in ((VIEW, SECRET), (ViewKey(AgreementId("a"), FR), SECRET), (VIEW, b"another"))
    }
    assert len(orders) == 3


def test_circle_has_one_rank_and_what_hangs_on_it_a_higher_one() -> None:
    ids = [sid("note", f"c{number}") for number in range(3000)]
    notes = [
        stix("note", f"c{number}", content="c", object_refs=[ids[(number + 1) % 3000]], tlp=None)
        for number in range(3000)
    ]
    above = stix("note", "above", content="c", object_refs=[ids[0]], tlp=None)
    ranks = dependency_ranks(made(above, *notes))
    assert {ranks[note["id"]] for note in notes} == {0}
    assert ranks[above["id"]] == 1


def test_versions_of_one_object_stand_in_their_order() -> None:
    versions = made(*({**malware(), "modified": f"2026-01-0{day}T00:00:00.000Z"} for day in (3, 1, 2)))
    assert [item.version[:10] for item in release_order(versions, VIEW, SECRET)] == [
        "2026-01-01",
        "2026-01-02",
        "2026-01-03",
    ]
