"""Alerts by e-mail (SMTP) and webhook (HTTP POST of JSON). What they say is decided in `exchange.alerting`.

A webhook goes to HTTPS, or to this machine. Redirects are not followed. Each try has a time limit, so that a channel
that hangs holds up nothing else for long.
"""

from __future__ import annotations

import ipaddress
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import urlsplit

import httpx

from sepakat.errors import PeerError
from sepakat.exchange.alerting import Ring
from sepakat.shapes import instant_text

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Bells:
    """The port `Bell`. `smtp` is `HOST:PORT` of the mail server, `sender` the address that mail is from."""

    smtp: str | None = None
    sender: str | None = None

    def ring(self, channel: str, ring: Ring) -> None:
        """Tell one channel.

        Raises:
            PeerError: it did not take it.
        """
        kind, _, where = channel.partition(":")
        if kind == "mail":
            self._mail(where, ring)
        else:
            _post(where, ring)

    def _mail(self, to: str, ring: Ring) -> None:
        if self.smtp is None:
            raise PeerError("mail-not-set-up", "no mail sent: the settings name no mail server", "set `smtp`")
        host, _, port = self.smtp.rpartition(":")
        try:
            message = EmailMessage()
            message["From"] = self.sender or f"sepakat@{ring.party}.invalid"
            message["To"] = to
            message["Subject"] = f"Sepakat {ring.party}: {ring.what} in watch area {ring.area}"
            # The same for every try, so that a mailbox can tell a repeated one.
            message["Message-ID"] = f"<{ring.id}@{ring.party}.invalid>"
            message.set_content(
                f"{ring.what} in watch area {ring.area} at {instant_text(ring.at)}.\n\nAlert {ring.id}\n"
            )
            with smtplib.SMTP(host, int(port), timeout=SECONDS) as server:
                server.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise PeerError("mail-refused", f"no mail sent to {to}: {type(error).__name__}") from error


def _post(url: str, ring: Ring) -> None:
    if not _is_safe(url):
        raise PeerError("webhook-unsafe", f"webhook {url} not called: expected https, or this machine")
    body = {"alert": ring.id, "party": ring.party, "area": ring.area, "what": ring.what, "at": instant_text(ring.at)}
    try:
        answer = httpx.post(url, json=body, timeout=SECONDS, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise PeerError("webhook-refused", f"webhook {url} not called: {type(error).__name__}") from error
    if not answer.is_success:
        raise PeerError("webhook-refused", f"webhook {url} answered {answer.status_code}")


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "https" or (
            parts.scheme == "http" and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
        )
    except ValueError:
        return False
