from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sepakat.claims.extension import VARIANT_EXTENSION
from sepakat.claims.reading import is_variant
from sepakat.errors import InputError
from sepakat.release.decision import Outcome
from sepakat.release.engine import decide_all
from sepakat.release.question import ViewKey, World
from sepakat.release.variants import (
    VariantKeys,
    project,
    projection_digest,
    same_as,
    variant_id,
    variant_object,
)
from sepakat.stix.identifiers import AgreementId, StixId
from sepakat.stix.validation import faults_of
from tests.unit.release.small import (
    FR,
    NOW,
    TLP,
    VIEW,
    agreement,
    clause,
    failing,
    malware,
    observable,
    outcome,
    party_id,
    policy,
    ref,
    related,
    stix,
    under,
    view,
    world,
)

SECRET = b"a secret of the node"
KEYS = VariantKeys(SECRET)
GIVER = StixId(party_id("us"))
M = StixId(malware()["id"])


def cut(called: str = "m", **content: Any) -> dict[str, Any]:
    hidden = [{"marking_ref": TLP["red"], "selectors": ["description"]}]
    return malware(called, description="d", granular_markings=hidden, **content)


def left(asked: World, content: dict[str, Any], keys: VariantKeys = KEYS, key: ViewKey = VIEW) -> dict[str, Any]:
    return project(asked, decide_all(asked, NOW), ref(content), key, keys)


def test_projection_has_no_id_and_no_times_and_names_the_giver() -> None:
    remains = left(world(cut()), cut())
    assert {"id", "created", "modified"}.isdisjoint(remains)
    assert remains["created_by_ref"] == GIVER


def test_hidden_change_does_not_change_the_projection() -> None:
    other = {**cut(), "description": "something else", "modified": "2026-01-05T00:00:00.000Z"}
    digests = {projection_digest(left(world(made), made)) for made in (cut(), other)}
    assert len(digests) == 1


def test_whole_version_has_no_projection() -> None:
    with pytest.raises(InputError, match="does not go to ru as a variant"):
        left(world(malware()), malware())


def test_id_of_a_variant_differs_by_view_original_epoch_and_secret() -> None:
    others = [
        variant_id(SECRET, VIEW, M, 0),
        variant_id(SECRET, VIEW, M, 1),
        variant_id(SECRET, ViewKey(VIEW.agreement, FR), M, 0),
        variant_id(SECRET, ViewKey(AgreementId("b"), VIEW.taker), M, 0),
        variant_id(SECRET, VIEW, StixId(malware("other")["id"]), 0),
        variant_id(b"another", VIEW, M, 0),
    ]
    assert len(set(others)) == len(others)
    assert all(made.startswith("malware--") for made in others)
    assert variant_id(SECRET, VIEW, M, 0) == others[0]


def test_token_is_the_same_for_all_takers_of_an_agreement_and_no_other() -> None:
    assert same_as(SECRET, AgreementId("a"), M) == same_as(SECRET, AgreementId("a"), M)
    assert same_as(SECRET, AgreementId("a"), M) != same_as(SECRET, AgreementId("b"), M)
    assert same_as(SECRET, AgreementId("a"), M) != same_as(b"another", AgreementId("a"), M)


def test_references_to_variants_are_to_their_keyed_ids() -> None:
    link = related(malware("other"), cut(), description=f"as {cut()['id'].upper()} shows")
    keys = VariantKeys(SECRET, {(VIEW, M): 2})
    remains = left(world(malware("other"), cut(), link), link, keys)
    made = variant_id(SECRET, VIEW, M, 2)
    assert remains["target_ref"] == made
    assert remains["description"] == f"as {made} shows"
    assert remains["source_ref"] == malware("other")["id"]


def test_longer_id_that_ends_alike_is_not_rewritten() -> None:
    note = cut(x_acme=f"x-{M} and {M}")
    asked = world(note, views=under(clause(fields={"allow": "any", "tear_line": "if-needed"})))
    # The longer id is a reference of its own to what is not held, so the whole text goes.
    assert "x_acme" not in left(asked, note)


def test_variant_object_is_valid_and_says_only_that_it_may_be_incomplete() -> None:
    projection = left(world(cut()), cut())
    token = same_as(SECRET, VIEW.agreement, M)
    made = variant_object(projection, variant_id(SECRET, VIEW, M, 0), NOW, NOW + timedelta(seconds=1), GIVER, token)
    assert faults_of(made.content) == ()
    assert is_variant(made.content)
    assert made.content["extensions"] == {
        VARIANT_EXTENSION: {"extension_type": "property-extension", "incomplete": True, "same_as": token}
    }
    assert (made.created, made.modified) == ("2026-03-01T12:00:00.000Z", "2026-03-01T12:00:01.000Z")


def test_variant_of_an_observable_has_no_times_and_no_creator() -> None:
    hidden = [{"marking_ref": TLP["red"], "selectors": ["size"]}]
    file = observable("file", "f", name="a", size=1, granular_markings=hidden)
    projection = left(world(file), file)
    made = variant_object(projection, variant_id(SECRET, VIEW, StixId(file["id"]), 0), NOW, NOW, GIVER, "0" * 64)
    assert {"created", "modified", "created_by_ref"}.isdisjoint(made.content)
    assert made.id != file["id"]


def test_with_tear_line_always_every_own_object_goes_as_a_variant() -> None:
    asked = world(malware(), views=under(clause(fields={"allow": "standard", "tear_line": "always"})))
    assert outcome(asked, malware()) is Outcome.VARIANT
    assert left(asked, malware())["name"] == "m"


def test_with_tear_line_none_what_must_be_cut_stays() -> None:
    asked = world(cut(), views=under(clause(fields={"allow": "standard", "tear_line": "none"})))
    assert failing(asked, cut()) == {"MarkingsOfProperties", "FormAllowed"}


def test_marking_definition_goes_whole_or_not_at_all() -> None:
    marking = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--00000000-0000-4000-8000-00000000dddd",
        "created": "2026-01-01T00:00:00.000Z",
        "definition_type": "x-other",
        "definition": {"x-other": 1},
        "object_marking_refs": [TLP["clear"]],
        "x_acme": 1,
    }
    assert "FormAllowed" in failing(world(marking), marking) or outcome(world(marking), marking) is Outcome.OUT


PERSON = stix(
    "identity",
    "somebody",
    name="A. Person",
    identity_class="individual",
    description="a cook",
    contact_information="tel",
    labels=["x"],
)
BY_PSEUDONYM = clause(persons={"rule": "pseudonym"})


def test_person_under_a_pseudonym_has_another_name_and_nothing_that_describes_them() -> None:
    asked = world(PERSON, views=(view(agreement(BY_PSEUDONYM)), view(agreement(BY_PSEUDONYM, name="b"))))
    remains = left(asked, PERSON)
    assert {"description", "contact_information", "labels"}.isdisjoint(remains)
    assert "A. Person" not in str(remains)
    elsewhere = left(asked, PERSON, key=ViewKey(AgreementId("b"), VIEW.taker))
    assert remains["name"] != elsewhere["name"]
    assert left(asked, PERSON)["name"] == remains["name"]


def test_other_personal_objects_do_not_go_by_pseudonym() -> None:
    actor = stix("threat-actor", "t", name="A. Person")
    asked = world(actor, views=under(BY_PSEUDONYM), policies=policy(actor, person_category="suspect"))
    assert failing(asked, actor) == {"PersonsRule", "ClauseMatches"}


def test_relationship_to_a_pseudonymous_person_names_the_variant() -> None:
    link = related(malware(), PERSON, "attributed-to")
    asked = world(malware(), PERSON, link, views=under(BY_PSEUDONYM))
    assert left(asked, link)["target_ref"] == variant_id(SECRET, VIEW, StixId(PERSON["id"]), 0)
