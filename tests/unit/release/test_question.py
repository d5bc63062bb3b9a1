"""What a world says where nobody said anything: nothing is allowed by default, and nothing recalled."""

from __future__ import annotations

from sepakat.agreements.terms import Onward
from sepakat.release.question import NO_POLICY, ObjectPolicy, ReceivedTerms
from sepakat.stix.identifiers import AgreementId
from tests.unit.release.small import FR


def test_terms_allow_no_clients_and_have_no_roster_unless_stated() -> None:
    terms = ReceivedTerms(FR, AgreementId("a"), Onward())
    assert (terms.clients_allowed, terms.roster) == (False, frozenset())


def test_nobody_put_anything_on_an_object_unless_stated() -> None:
    assert ObjectPolicy() == NO_POLICY
    assert (NO_POLICY.recalled, NO_POLICY.recalled_views, NO_POLICY.hold) == (False, frozenset(), None)
    assert (NO_POLICY.topics, NO_POLICY.regions, NO_POLICY.markings) == (frozenset(), frozenset(), ())
    assert (NO_POLICY.person_category, NO_POLICY.necessity, NO_POLICY.expires_at) == (None, None, None)
