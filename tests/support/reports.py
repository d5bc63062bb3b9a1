"""A short report in Indonesian for tests of the review; every event and person is invented."""

from __future__ import annotations

from datetime import UTC, datetime

from sepakat.exchange.ports import Node
from sepakat.exchange.report_view import ReportView, show_report
from sepakat.exchange.reports import ReportTaken
from sepakat.exchange.taking_in import Provenance, Wishes, take_in

PAGE = b"""<!DOCTYPE html><html lang="id"><head><title>Patroli Bersama Mulai Berlayar - Kabar Contoh</title>
<meta property="og:site_name" content="Kabar Contoh">
<meta property="article:published_time" content="2029-06-04T10:15:00+07:00"></head><body>
<nav><a>Beranda</a><a>Dunia</a></nav>
<h1>Patroli Bersama Mulai Berlayar</h1>
<p>Selasa, 4 Juni 2029 10:15 WIB</p>
<p>Medan - Menteri Pertahanan Malaysia Azmi Harun mengatakan sekitar 30 kapal akan berlayar pekan depan.</p>
<p>"Kami siap," katanya di Medan.</p>
<p>Jakarta membantah menunda patroli itu.
Kelompok bersenjata Elang Laut menculik sedikitnya dua belas nelayan, kata Azmi.</p>
<div>Berita terkait</div><div>Nelayan Ditemukan Selamat</div><div>3 hari lalu</div>
<footer>Copyright 2029 Kabar Contoh</footer></body></html>
"""

OTHER = PAGE.replace(b"Patroli Bersama Mulai", b"Patroli Kedua Sudah").replace(b"sekitar 30", b"sekitar 22")
"""Another page that names the same people and places."""

CAPTURED = datetime(2029, 6, 5, 3, 0, tzinfo=UTC)


ADDRESS = "https://kabar.example/1"


def take_page(node: Node, page: bytes = PAGE, address: str | None = ADDRESS) -> ReportTaken:
    """A page as a person takes it in."""
    provenance = Provenance("page.html", "ann", captured_at=CAPTURED)
    taken = take_in(node, page, provenance, Wishes(options={} if address is None else {"address": address})).report
    assert taken is not None
    return taken


def view(node: Node, report: str = "newest") -> ReportView:
    """A report as it is reviewed."""
    return show_report(node, report)


def number_of(node: Node, kind: str, words: str = "", report: str = "newest") -> int:
    """The number of the first proposal of a kind whose words have these."""
    return next(one.number for one in view(node, report).proposals if one.proposal.kind == kind and words in one.words)
