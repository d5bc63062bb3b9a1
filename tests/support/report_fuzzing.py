"""Pages that nobody would write, and what must hold of any of them: a target for `make fuzz` and for the unit tests.

Any bytes are read or refused in words; every offset lies in the text; whatever is proposed keeps the standard's rules
and our own, whoever wrote the page.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import orjson
from hypothesis import strategies as st

from sepakat.claims.reading import claim_faults
from sepakat.errors import InputError
from sepakat.intake.reports.as_stix import propose_objects
from sepakat.intake.reports.kept_reading import document_of
from sepakat.intake.reports.proposing import Origin
from sepakat.intake.reports.reading import read_report
from sepakat.stix.identifiers import StixId
from sepakat.stix.validation import faults_of

US = StixId("identity--11111111-1111-4111-8111-111111111111")
ORIGIN = Origin(US, datetime(2026, 1, 1, tzinfo=UTC))
_WORDS = (
    "Jakarta|kata |Presiden |Joko Widodo|Rp 2,5 |miliar |antara |dan |Senin |(1/11) |menurut |yang |tidak |said |he |",
    "The group |of |(ISIS) |31/02/2020 |0000-00-00 |Menteri Luar Negeri |sekitar |lima ratus |orang |atau lebih |al-|",
    'membantah |serangan udara |ditangkap |bertemu |dua atau tiga |between 5 and 2 |"|\u201c|\u201d|. |, |? |\n\n|',
    "(ANTARA/Rina)|Berita terkait\n|3 hari lalu\n|99999999999 hari lalu\n|WIB |1e400 |-0 |\u202e|\u200b|katanya |'s |",
)
_TAGS = (
    '<p>|</div>|<div>|<h1>|<table><tr><td>|<!--|]]>|<script>|<a href="x">|&amp;|&#0;|&#x110000;|<time datetime="0">|',
    '<meta property="article:published_time" content="|"/>|<script type="application/ld+json">|{"@type":"NewsArticle"|',
    '"author":|}</script>|</p>|<figcaption>|</figcaption>',
)
_PIECES = st.sampled_from([piece for group in (*_WORDS, *_TAGS) for piece in group.split("|") if piece])

TEXTS = st.lists(_PIECES, max_size=60).map("".join)
CONTENTS = st.one_of(
    st.binary(max_size=400),
    TEXTS.map(str.encode),
    TEXTS.map(lambda text: f"<html><body><p>{text}</p></body></html>".encode()),
    TEXTS.map(lambda text: text.encode("utf-16")),
    st.tuples(TEXTS, st.binary(max_size=20)).map(lambda pair: pair[0].encode() + pair[1]),
)


def check_any_page(content: bytes) -> None:
    """What must hold of any bytes that are taken in as a page."""
    with suppress(InputError):
        reading = read_report(content, "page.html")
        length = len(reading.page.text)
        orjson.dumps(document_of(reading))
        for one in propose_objects(reading, ORIGIN):
            assert not faults_of(one.content), (one.content, faults_of(one.content))
            assert not claim_faults(one.content), (one.content, claim_faults(one.content))
            assert one.start is None or one.end is None or 0 <= one.start <= one.end <= length
            orjson.dumps(one.content)
