"""TAXII 2.1 section 8.2.2: HTTPS as `sepakat serve` offers it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sepakat.cli.serving import TLS_SUITES
from tests.support.clock import START
from tests.support.served import served

BLACKLISTED = "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA:AES128-GCM-SHA256"


async def nothing(scope: object, receive: object, send: object) -> None:
    """The handshake is all that is looked at."""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    chain, key = certificate(tmp_path_factory.mktemp("tls"))
    with served(nothing, ssl_certfile=chain, ssl_keyfile=key, ssl_ciphers=TLS_SUITES) as address:
        yield int(address.rpartition(":")[2])


def certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "us.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(START - timedelta(days=9000))
        .not_valid_after(START + timedelta(days=9000))
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, private


def handshake(port: int, version: ssl.TLSVersion, suites: str | None = None) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    if suites:
        context.set_ciphers(suites)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw, context.wrap_socket(raw) as wrapped:
        return str(wrapped.version())


@pytest.mark.parametrize(
    ("version", "found"), [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")]
)
def test_8_2_2_tls_1_2_and_1_3_are_accepted(port: int, version: ssl.TLSVersion, found: str) -> None:
    assert handshake(port, version) == found


@pytest.mark.parametrize("suite", BLACKLISTED.split(":"))
def test_8_2_2_suites_of_the_blacklist_are_refused(port: int, suite: str) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        handshake(port, ssl.TLSVersion.TLSv1_2, suite)
