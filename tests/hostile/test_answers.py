"""Attacks by what a node answers when we ask it: redirects, bombs, dribbles, false certificates, wrong names."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sepakat.errors import PeerError
from sepakat.exchange.news import read_if_new, stream_of
from sepakat.exchange.parties import show_party
from sepakat.exchange.ports import Peer
from sepakat.exchange.synchronising import synchronise_all
from sepakat.remote.peers import HttpPeers
from tests.hostile.stage import RU, Stage

EVENTS = {"Content-Type": "text/event-stream"}


def answering(stage: Stage, answer: httpx.Response) -> str:
    """What a synchronisation says when every answer is this one."""
    stage.node.lie = lambda _: httpx.Response(
        answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content)
    )
    error = stage.sync().error
    assert error is not None
    return error


@pytest.mark.parametrize(
    "place",
    [
        "https://elsewhere.example/peer/v1/messages",
        "http://127.0.0.1/admin",
        "http://[::1]:6379/",
        "http://169.254.169.254/latest/meta-data",
        "https://liar.example/again",
        "//fr.example/",
        "file:///etc/passwd",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_is_never_followed(stage: Stage, place: str, status: int) -> None:
    asked = len(stage.node.asked)
    error = answering(stage, httpx.Response(status, headers={"location": place}))
    assert "redirects, which is never followed" in error
    assert stage.router.strays == []
    assert {one.url.host for one in stage.node.asked[asked:]} == {"liar.example"}


def test_gzip_bomb_is_not_unpacked(stage: Stage) -> None:
    bomb = gzip.compress(b" " * 20_000_000)
    answer = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(bomb))
    stage.node.lie = lambda _: answer
    assert "compressed answer, which was not asked for" in str(stage.sync().error)


def test_gzip_without_its_name_is_no_json(stage: Stage) -> None:
    assert "not a list of messages" in answering(stage, httpx.Response(200, content=gzip.compress(b"[]")))


def test_answer_without_end_is_cut_off(stage: Stage) -> None:
    given = 0

    class Endless(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            nonlocal given
            while True:
                given += 1
                yield b" " * (1 << 20)

    stage.node.lie = lambda _: httpx.Response(200, stream=Endless())
    assert "more than" in str(stage.sync().error)
    assert given == 65


def test_answer_that_dribbles_past_its_deadline_is_cut_off(stage: Stage) -> None:
    given = 0

    class Dribble(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            nonlocal given
            while True:
                given += 1
                stage.world.clock.advance(seconds=7)
                yield b" "

    stage.node.lie = lambda _: httpx.Response(200, stream=Dribble())
    assert "took too long to arrive" in str(stage.sync().error)
    assert given == 9


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b'{"messages":1}', b'{"messages":[1]}', b'{"messages":["x"]}', b"{" * 100_000, b"\xff"],
)
def test_answer_that_is_no_list_of_messages_ends_the_synchronisation_without_a_crash(
    stage: Stage, content: bytes
) -> None:
    stage.node.lie = lambda _: httpx.Response(200, content=content)
    report = stage.sync()
    assert report.error is not None


@pytest.mark.parametrize("content", [b'{"collections":1}', b'{"collections":["x"]}', b"[]", b'{"collections":[{}]}'])
def test_answer_that_is_no_list_of_collections_ends_the_synchronisation(stage: Stage, content: bytes) -> None:
    stage.node.lie = lambda request: (
        httpx.Response(200, content=content) if request.url.path.endswith("/collections/") else None
    )
    assert stage.sync().error is not None


def test_words_of_a_refusal_are_shown_without_control_characters(stage: Stage) -> None:
    answer = httpx.Response(403, json={"message": "no\x1b[2J\r\nsepakat: all is well" + "x" * 5_000})
    error = answering(stage, answer)
    assert error.isprintable()
    assert len(error) < 500


def test_one_liar_does_not_keep_us_from_reading_the_others(stage: Stage) -> None:
    stage.liar.sent.append(b'{"no":"message"}')
    reports = {one.giver: one for one in synchronise_all(stage.us)}
    assert reports[RU].alarms
    assert reports[stage.world["fr"].party].error is None


@pytest.mark.parametrize("ip", ["127.0.0.1", "::1", "0.0.0.0", "169.254.169.254", "::ffff:127.0.0.1", "fe80::1%eth0"])
def test_name_that_leads_to_this_machine_is_not_asked(stage: Stage, ip: str) -> None:
    peers = HttpPeers(stage.us, stage.router, resolve=lambda _: ["192.0.2.7", ip])
    before = len(stage.node.asked)
    with pytest.raises(PeerError, match="its name leads to"):
        peers.to(show_party(stage.us, RU))
    assert len(stage.node.asked) == before


def test_name_that_leads_elsewhere_is_asked(stage: Stage) -> None:
    peers = HttpPeers(stage.us, stage.router, resolve=lambda _: ["192.0.2.7"])
    assert peers.to(show_party(stage.us, RU)).messages(10_000) == []


# A certificate of somebody else.


@pytest.fixture
def tls(stage: Stage, tmp_path: Path) -> Iterator[int]:
    """A real TLS server on the loopback whose certificate nobody vouches for; its port."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = stage.world.clock.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=3_650))
        .not_valid_after(now + timedelta(days=3_650))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    chain, secret = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain, secret)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_accept, args=(listener, context), daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
    thread.join(5)


def _accept(listener: socket.socket, context: ssl.SSLContext) -> None:
    try:
        connection, _ = listener.accept()
    except OSError:
        return
    with connection:
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                secured.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n" + b'{"messages":[]}')
        except (ssl.SSLError, OSError):
            return


def test_certificate_that_nobody_vouches_for_is_refused(stage: Stage, tls: int) -> None:
    party = replace(show_party(stage.us, RU), address=f"https://127.0.0.1:{tls}", loopback=True)
    peers = HttpPeers(stage.us)
    peer: Peer = peers.to(party)
    try:
        with pytest.raises(PeerError, match=r"(?i)certificate"):
            peer.messages(0)
    finally:
        peers.close()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(200, json={"last": 1}), "not a stream of events"),
        (httpx.Response(302, headers={"Location": "https://elsewhere.example/"}), "redirects"),
        (httpx.Response(200, headers=EVENTS, content=b"event: more\ndata: " + b"1" * 5_000), "more than 1000 bytes"),
    ],
    ids=["no stream", "a redirect", "an event without end"],
)
def test_stream_that_is_none_is_closed(stage: Stage, answer: httpx.Response, words: str) -> None:
    stage.router.hosts["liar.example"] = lambda _: answer
    with pytest.raises(PeerError, match=words):
        list(stream_of(stage.us, RU))
    assert stage.router.strays == []


def test_events_that_make_no_sense_say_nothing(stage: Stage) -> None:
    odd = (b"event: more\ndata: []", b"event: less\ndata: {}", b"x", b'event: more\ndata: {"last":-1}')
    content = b"\n\n".join((*odd, b'event: more\ndata: {"last":7}', b""))
    stage.router.hosts["liar.example"] = lambda _: httpx.Response(200, headers=EVENTS, content=content)
    assert list(stream_of(stage.us, RU)) == [7]


def test_stream_that_promises_more_for_ever_costs_a_synchronisation_and_no_crash(stage: Stage) -> None:
    for _ in range(2):
        report = read_if_new(stage.us, RU, 10**17)
        assert report is not None
        assert report.error is None
