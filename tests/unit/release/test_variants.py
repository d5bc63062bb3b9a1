from __future__ import annotations

import hashlib
import hmac
import json
import uuid
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
    has_times,
    project,
    projection_digest,
    pseudonym,
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
    return project(decide_all(asked, NOW), ref(content), key, keys)


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


def keyed(purpose: str, *parts: str | int) -> str:
    """The HMAC under the secret over the canonical form (RFC 8785) of what it is for."""
    text = json.dumps(["sepakat", purpose, 1, *parts], separators=(",", ":"))
    return hmac.new(SECRET, text.encode(), hashlib.sha256).hexdigest()


def test_ids_tokens_and_pseudonyms_are_the_same_for_ever() -> None:
    namespace = uuid.UUID("7d0f6c1c-4f0e-5b0c-9a86-2f1d4c9be2a7")
    assert variant_id(SECRET, VIEW, M, 3) == f"malware--{uuid.uuid5(namespace, keyed('variant', 'a', 'ru', M, 3))}"
    assert same_as(SECRET, AgreementId("a"), M) == keyed("same-as", "a", M)
    assert pseudonym(SECRET, VIEW, M) == f"Person {keyed('pseudonym', 'a', 'ru', M)[:12]}"


def test_epoch_is_none_until_a_recall_raises_it() -> None:
    keys = VariantKeys(SECRET, {(VIEW, M): 2})
    assert (keys.epoch(VIEW, M), KEYS.epoch(VIEW, M)) == (2, 0)
    assert (keys.id_of(VIEW, M), KEYS.id_of(VIEW, M)) == (
        variant_id(SECRET, VIEW, M, 2),
        variant_id(SECRET, VIEW, M, 0),
    )


def test_secret_and_ids_are_never_written_out_and_what_was_found_does_not_tell_keys_apart() -> None:
    one, other = VariantKeys(SECRET), VariantKeys(SECRET)
    one.id_of(VIEW, M)
    assert one == other
    assert repr(one) == repr(other)
    assert "secret" not in repr(one)
    assert M not in repr(one)


class Asked(dict[tuple[ViewKey, StixId], int]):
    """No epochs; notes for what one was asked."""

    def get(self, key: Any, default: Any = None) -> Any:
        self[key] = default
        return default


def test_only_what_goes_as_a_variant_gets_an_id() -> None:
    torn, whole = cut("torn"), malware("whole")
    hidden = malware("hidden", tlp="red")
    thing = cut(x_a_ref=torn["id"], x_b_ref=hidden["id"], x_c_ref=whole["id"], x_d_ref=malware("absent")["id"])
    asked = world(torn, whole, hidden, thing, views=under(clause(fields={"allow": "any", "tear_line": "if-needed"})))
    epochs = Asked()
    remains = left(asked, thing, VariantKeys(SECRET, epochs))
    assert {original for _, original in epochs} == {torn["id"]}
    assert {name for name in remains if name.startswith("x_")} == {"x_a_ref", "x_c_ref"}


def test_what_does_not_go_as_a_variant_is_named_with_the_view() -> None:
    hidden = malware("hidden", tlp="red")
    for thing in (malware(), hidden, malware("absent")):
        with pytest.raises(InputError) as refused:
            left(world(malware(), hidden), thing)
        assert refused.value.code == "not-a-variant"
        assert refused.value.message == f"{thing['id']} does not go to ru as a variant under a"


@pytest.mark.parametrize(
    ("projection", "expected"),
    [
        ({"type": "malware"}, True),
        ({"type": "relationship"}, True),
        ({"type": "url"}, False),
        ({"type": "url", "created_by_ref": GIVER}, False),
        ({"type": "x-acme", "created_by_ref": GIVER}, True),
        ({"type": "x-acme"}, False),
    ],
)
def test_times_are_of_what_has_versions_and_of_custom_types_with_a_creator(
    projection: dict[str, Any], expected: bool
) -> None:
    assert has_times(projection) is expected
