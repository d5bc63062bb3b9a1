"""Nothing dangles and nothing is named that the taker has not got (I5, I6, I7), read off what the engine lets out."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given, settings

from sepakat.release.decision import Outcome
from sepakat.release.question import ViewKey
from sepakat.release.variants import same_as, variant_id
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.stix.selectors import resolve
from tests.oracle.content import leaves
from tests.property.examples import releasing, seeds
from tests.property.releases import Given
from tests.support.worlds import NOW

EXAMPLES = settings(max_examples=40)
ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def named_in(content: Any) -> set[str]:
    """Every id in the text of an object but for the names of its extensions, also where selectors name them."""
    without_names = dict(content)
    names = without_names.pop("extensions", {})
    return {found.lower() for found in ID.findall(json.dumps([without_names, list(names.values())]))} - set(names)


@EXAMPLES
@given(seeds)
def test_every_reference_leads_to_something_in_the_same_view(seed: int) -> None:
    _, found = releasing(seed)
    for released in found.views.values():
        there = {one.content["id"] for one in released}
        for one in released:
            assert named_in(one.content) <= there, (one.content["id"], named_in(one.content) - there)


@EXAMPLES
@given(seeds)
def test_no_original_of_a_variant_is_named(seed: int) -> None:
    _, found = releasing(seed)
    for released in found.views.values():
        whole = {one.version[0] for one in released if one.outcome is Outcome.WHOLE}
        text = json.dumps([dict(one.content) for one in released]).lower()
        for identifier in found.world.versions:
            if identifier not in whole and not found.is_scaffold(identifier):
                assert identifier not in text
                assert identifier.partition("--")[2] not in text


@EXAMPLES
@given(seeds)
def test_every_selector_names_something_that_is_there(seed: int) -> None:
    _, found = releasing(seed)
    for _, one in found.objects():
        if one.outcome is Outcome.VARIANT:
            for entry in one.content.get("granular_markings", []):
                assert entry["selectors"]
                assert all(resolve(one.content, selector) is not None for selector in entry["selectors"])


@EXAMPLES
@given(seeds)
def test_a_cut_leaves_no_empty_shell(seed: int) -> None:
    _, found = releasing(seed)
    for _, one in found.objects():
        before = {path for path, value in leaves(one.original) if value in ({}, [])}
        after = {path for path, value in leaves(one.content) if value in ({}, [])}
        assert len(after) <= len(before)


@EXAMPLES
@given(seeds)
def test_sums_go_when_part_of_their_list_is_gone(seed: int) -> None:
    _, found = releasing(seed)
    sums = {"sighting": ("count", "first_seen", "last_seen", "summary"), "observed-data": ("number_observed",)}
    lists = {"sighting": ("observed_data_refs", "where_sighted_refs"), "observed-data": ("object_refs",)}
    for _, one in found.objects():
        kind = one.original["type"]
        for name in lists.get(kind, ()):
            if len(one.content.get(name, [])) < len(one.original.get(name, [])):
                assert not set(sums[kind]) & set(one.content)


@EXAMPLES
@given(seeds)
def test_ids_of_variants_hang_on_the_secret_and_the_view_alone(seed: int) -> None:
    world, found = releasing(seed)
    other = Given(found.world, NOW, secret=b"another secret of another node!!")
    for key, one in found.objects():
        if one.outcome is not Outcome.VARIANT:
            assert one.content["id"] == one.version[0]
            continue
        assert one.content["id"] not in found.world.versions
        assert one.content["id"].partition("--")[0] == one.version[0].partition("--")[0]
        again = next(twin for twin in other.views[key] if twin.version == one.version)
        assert again.content["id"] != one.content["id"]
        elsewhere = ViewKey(AgreementId("elsewhere"), key.taker)
        somebody = ViewKey(key.agreement, PartyId("somebody"))
        ids = {variant_id(found.secret, view, one.version[0], 0) for view in (key, elsewhere, somebody)}
        assert len(ids | {variant_id(found.secret, key, one.version[0], 1)}) == 4
    assert world.node == found.world.node


@EXAMPLES
@given(seeds)
def test_variants_of_one_original_carry_one_token_for_all_takers_of_an_agreement(seed: int) -> None:
    world, found = releasing(seed)
    tokens: dict[tuple[AgreementId, StixId], set[str]] = {}
    for key, one in found.objects():
        if one.outcome is Outcome.VARIANT:
            mark = one.content["extensions"][world.variant_extension]
            assert set(mark) == {"extension_type", "incomplete", "same_as"}
            tokens.setdefault((key.agreement, one.version[0]), set()).add(mark["same_as"])
    assert all(len(same) == 1 for same in tokens.values())
    assert len({token for same in tokens.values() for token in same}) == len(tokens)
    for (agreement, identifier), same in tokens.items():
        assert same_as(b"another secret of another node!!", agreement, identifier) not in same
