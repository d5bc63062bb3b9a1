"""Short pages that the tests of reports read; every event and person is invented."""

from __future__ import annotations

_FIRST = (
    "KABAR CONTOH, Medan - Menteri Pertahanan Malaysia Azmi Harun mengatakan sekitar 30 kapal akan berlayar pekan "
    'depan. "Kami siap," katanya di Medan.'
)
INDONESIAN = f"""Patroli Bersama Mulai Berlayar

Oleh: Wahyu Pramudita
Selasa, 4 Juni 2019 10:15 WIB

{_FIRST}

Jakarta membantah menunda patroli itu. Kelompok bersenjata Elang Laut menculik sedikitnya dua belas nelayan, kata Azmi.

(ANTARA/Rina)

Berita terkait

Nelayan Ditemukan Selamat
3 hari lalu
Nelayan Ditemukan Selamat
Mereka menumpang kapal barang.
Baca Selengkapnya
""".encode()

ENGLISH = """<html><head><title>Ministers meet in Oslo | The Example Post</title>
<meta property="article:published_time" content="2018-05-03T09:00:00Z"></head><body>
<nav><a>Home</a><a>World</a></nav><h1>Ministers meet in Oslo</h1><p>By Jane Doe</p><p>3 May 2018, 11:00 CEST</p>
<p>OSLO - Norwegian Foreign Minister Kari Holm said at least 20 people had been arrested on Monday.</p>
<p>\u201cWe will not wait,\u201d she said. Moscow denied the charge.</p>
<p>A company spokesman did not comment.</p>
<div>Related</div><div>Talks fail</div><div>2 days ago</div><div>Talks fail</div><div>Nobody said why.</div>
<footer>Copyright 2018 The Example Post</footer></body></html>""".encode()
