from __future__ import annotations

from sepakat.claims.claim_extension import reference_page
from sepakat.claims.extension import CLAIM_EXTENSION, VARIANT_EXTENSION
from sepakat.claims.schema import CLAIM
from sepakat.claims.vocabulary import KINDS, LIKELIHOODS, QUALIFIERS, ROLES, STATUSES


def test_page_tells_every_member_word_and_scale() -> None:
    page = reference_page()
    for name in (*CLAIM.fields, *KINDS, *QUALIFIERS, *ROLES, *STATUSES, CLAIM_EXTENSION, VARIANT_EXTENSION):
        assert f"| `{name}` |" in page or f"| `{name}` |\n" in page
    for scheme in LIKELIHOODS.values():
        for word in scheme.words:
            assert f"| {', '.join(word.terms)} | {word.low} | {word.high} |" in page
