"""`sepakat serve`: the node over HTTP, for partners and for its own people, until it is told to stop."""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from sepakat.cli.options import FolderArgument, close_all, named_folder, open_named, passphrase_of
from sepakat.cli.printing import say
from sepakat.errors import ConfigurationError

if TYPE_CHECKING:
    from sepakat.settings import Settings

TLS_SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2 those that RFC 7540 does not list as unfit (TAXII 2.1 section 8.2.2); TLS 1.3 has its own."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("serve")(serve)


def serve(
    folder: FolderArgument = None,
    *,
    host: Annotated[str | None, typer.Option(help="The address to listen on; that of the settings if absent.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port; that of the settings if absent; 0 takes a free one.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Serve HTTPS with this certificate chain (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The certificate's private key (PEM).")] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy in front does HTTPS; needs --address the first time.")
    ] = False,
    address: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Where partners reach the node, if not at the host and port listened on."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="How many processes; more than one on PostgreSQL only.")
    ] = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Another port, on loopback, where /metrics answers whoever asks."),
    ] = None,
) -> None:
    """Serve the node: TAXII at /taxii2/, messages at /peer/v1/, pages at /; /health, /ready and /metrics.

    Meanwhile it sends its outbox, asks its givers every `sync_seconds`, does jobs that wait and lets time change its
    views; of several workers, here or on other machines, one does each of these at a time. Plain HTTP is served on
    loopback only, unless a proxy in front does HTTPS. When its address has changed, its card is issued anew and sent to
    all partners. Ctrl-C or SIGTERM stops it.
    """
    place = named_folder(folder)
    node = open_named(place)
    from sepakat.cli.serving_process import Listening, Serving
    from sepakat.cli.workers import Workers, check_workers
    from sepakat.composition import effective_settings, read_settings, store_address, write_settings
    from sepakat.exchange.parties import issue_card

    settings = effective_settings(place)
    count = workers or settings.workers
    check_workers(count, store_address(settings))
    wanted = host or settings.host
    certificate = _certificate(tls_cert, tls_key)
    _check_is_private(wanted, has_tls=certificate is not None, behind_proxy=behind_proxy)
    with ExitStack() as sockets:
        listening = sockets.enter_context(_bind(wanted, _ports(settings, wanted, port)))
        asked = None if metrics_port is None else sockets.enter_context(_bind("127.0.0.1", [metrics_port]))
        scheme = "https" if certificate or behind_proxy else "http"
        reached = address or _address(settings, scheme, wanted, listening.getsockname()[1], behind_proxy=behind_proxy)
        # The card first: an address that cannot stand on it is not kept in the settings either.
        issue_card(node, address=reached, loopback=_is_loopback(wanted) and not behind_proxy)
        kept = read_settings(place)
        if reached != kept.address:
            write_settings(place, replace(kept, address=reached))
        greeting = f"Serving {node.party} at {reached}"
        here = _url(scheme, wanted, listening.getsockname()[1])
        if reached != here:
            # What the proxy in front is to be told.
            greeting += f", listening on {here.partition('://')[2]}"
        serving = Serving(settings, Listening(listening, asked, certificate), is_behind_proxy=behind_proxy)
        party = node.party
        if count == 1:
            serving.run(node, lambda: _greet(greeting))
        else:
            # Connections do not survive a fork: each worker opens the node for itself.
            phrase = passphrase_of(place)
            close_all()
            folder_of_counts = sockets.enter_context(TemporaryDirectory(prefix="sepakat-"))
            counting = replace(serving, counts=Path(folder_of_counts))
            Workers(count, lambda number, pipe: counting.work(place, phrase, number, pipe)).run(
                lambda: _greet(f"{count} workers: {greeting}")
            )
    say(f"Stopped serving {party}.")


def _greet(greeting: str) -> None:
    """Say where we are. Who started us through a pipe waits for the line that says where we are."""
    say(greeting)
    sys.stdout.flush()


def _certificate(chain: Path | None, key: Path | None) -> tuple[Path, Path] | None:
    if chain is None and key is None:
        return None
    if chain is None or key is None:
        raise ConfigurationError("tls-incomplete", "not served: --tls-cert and --tls-key go together", "give both")
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(chain, key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            "tls-unusable", f"not served: certificate {chain} with key {key} cannot be used: {error}"
        ) from error
    return chain, key


def _check_is_private(host: str, *, has_tls: bool, behind_proxy: bool) -> None:
    if not (has_tls or behind_proxy or _is_loopback(host)):
        raise ConfigurationError(
            "plain-http",
            f"not served on {host}: passwords and objects would go over the network in the clear",
            "give --tls-cert and --tls-key, or --behind-proxy when a proxy in front does HTTPS",
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _ports(settings: Settings, host: str, port: int | None) -> list[int]:
    """The ports to try: for a free one, first the one that partners know from the last time."""
    from urllib.parse import urlsplit

    wanted = settings.port if port is None else port
    try:
        last = urlsplit(settings.address or "").port
    except ValueError:
        # The address was written into the settings by hand; what is wrong with it is said when it goes on the card.
        last = None
    if wanted == 0 and last and host == settings.host:
        return [last, 0]
    return [wanted]


def _bind(host: str, ports: list[int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for position, port in enumerate(ports, 1):
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            # Without this, two processes could be bound to one port and the second notice nothing.
            listening.listen(128)
            return listening
        except OSError as error:
            listening.close()
            if position == len(ports):
                raise _not_bound(host, port, error) from error
    raise AssertionError("there is always a port to try")


def _not_bound(host: str, port: int, error: OSError) -> ConfigurationError:
    if error.errno == errno.EADDRINUSE:
        return ConfigurationError(
            "port-in-use",
            f"not served: port {port} on {host} is in use by another program",
            "stop that program, or choose another port with --port (0 takes a free one)",
        )
    if error.errno == errno.EACCES:
        return ConfigurationError(
            "port-refused", f"not served: this user may not listen on port {port}", "choose a port above 1023"
        )
    why = error.strerror or str(error)
    return ConfigurationError("address-unusable", f"not served: cannot listen on {host}: {why}", "check --host")


def _address(settings: Settings, scheme: str, host: str, port: int, *, behind_proxy: bool) -> str:
    is_everywhere = host in ("0.0.0.0", "::")  # noqa: S104 -- compared with, not bound to
    if behind_proxy or is_everywhere:
        if settings.address is None:
            raise ConfigurationError(
                "address-missing",
                "not served: where partners reach the node is not known",
                "give it once with --address https://...; it is kept in the settings",
            )
        return settings.address
    return _url(scheme, host, port)


def _url(scheme: str, host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}"
