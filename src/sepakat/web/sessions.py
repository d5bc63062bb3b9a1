"""Sessions of the pages: what the cookie says, signed, and the tokens that forms carry against cross-site requests.

A session is not stored: its cookie names the user and the instants it began and was last seen, under a MAC with a key
derived from the node's secret and bound to the user's password hash, so that every process of a node can read it and a
new password ends it. What signing out ended is remembered in this process for as long as such a session could live.
Invariant: no cookie outlives `LONGEST` since sign-in or `IDLE` since its last use. OWASP ASVS 5.0, chapter 7.
"""

from __future__ import annotations

import hmac
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import orjson

from sepakat.exchange.records import User

LONGEST = timedelta(hours=12)
"""After this a person signs in again, however busy."""

IDLE = timedelta(hours=1)
"""After so long without a request a session is over."""

RENEW = timedelta(minutes=1)
"""How old the last-seen instant may be before the cookie is written anew."""

ID_BYTES = 32
MOST_NOTED = 10_000
_MOST_LENGTH = 1024


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in of one user."""

    id: str
    user: str
    began: datetime
    seen: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether it lasted too long, lay idle too long, or comes from a clock ahead of ours."""
        return now >= self.began + LONGEST or now >= self.seen + IDLE or self.seen > now

    def wants_renewal(self, now: datetime) -> bool:
        """Whether the cookie should say that the person is still here."""
        return now >= self.seen + RENEW

    def used(self, now: datetime) -> Session:
        """The same session, seen now."""
        return replace(self, seen=now)


@dataclass(frozen=True, slots=True)
class Noted:
    """A session as this process last saw it, for the list that its user reads."""

    session: Session
    address: str
    browser: str
    at: datetime


@dataclass(slots=True)
class Sessions:
    """Writes and reads the cookies of one node; `secret` is the node's."""

    secret: bytes
    _ended: dict[str, datetime] = field(default_factory=dict)
    _noted: dict[str, Noted] = field(default_factory=dict)
    # Guards `_ended` and `_noted`, for as long as the process lives.
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def written(self, session: Session, user: User) -> str:
        """The cookie's value."""
        content = orjson.dumps(
            [session.id, session.user, int(session.began.timestamp()), int(session.seen.timestamp())]
        )
        return f"{_text(content)}.{_text(self._mac(content, user))}"

    def claimed_user(self, cookie: str) -> str | None:
        """Whose session a cookie says it is, before anything is proved; None if it cannot be read."""
        read = _read(cookie)
        return None if read is None else read[1].user

    def read(self, cookie: str, user: User, now: datetime) -> Session | None:
        """The session of this user that a cookie proves; None if it is forged, over, ended or another user's."""
        read = _read(cookie)
        if read is None:
            return None
        content, session, mac = read
        if not hmac.compare_digest(mac, self._mac(content, user)) or session.user != user.name:
            return None
        with self._lock:
            has_ended = session.id in self._ended
        return None if has_ended or session.is_over(now) else session

    def note(self, session: Session, address: str, browser: str, now: datetime) -> None:
        """Remember where a session is used from."""
        with self._lock:
            self._noted.pop(session.id, None)
            while len(self._noted) >= MOST_NOTED:
                del self._noted[next(iter(self._noted))]
            self._noted[session.id] = Noted(session, address, browser[:200], now)

    def of_user(self, user: str, now: datetime) -> list[Noted]:
        """The sessions of a user that this process saw and that can still be used, the newest first."""
        with self._lock:
            noted = [one for one in self._noted.values() if one.session.user == user]
        return [one for one in reversed(noted) if not replace(one.session, seen=one.at).is_over(now)]

    def end(self, session: Session, now: datetime) -> None:
        """Let nobody use this session again."""
        with self._lock:
            self._noted.pop(session.id, None)
            self._ended = {known: until for known, until in self._ended.items() if until > now}
            self._ended[session.id] = session.began + LONGEST

    def form_token(self, holder: str) -> str:
        """What a form must carry: `holder` is the id of the session, or of the cookie of a form before sign-in."""
        return hmac.digest(self._key("form"), holder.encode(), sha256).hex()

    def is_form_token(self, holder: str, token: str) -> bool:
        """Whether a form came from a page that was given to this holder."""
        return hmac.compare_digest(self.form_token(holder).encode(), token.encode())

    def _mac(self, content: bytes, user: User) -> bytes:
        bound = sha256(user.password_hash.encode()).digest()
        return hmac.digest(self._key("session"), bound + content, sha256)

    def _key(self, use: str) -> bytes:
        return hmac.digest(self.secret, f"sepakat/pages/{use}/1".encode(), sha256)


def _read(cookie: str) -> tuple[bytes, Session, bytes] | None:
    """Content, what it says, and the MAC beside it; nothing is proved by that."""
    if len(cookie) > _MOST_LENGTH or cookie.count(".") != 1:
        return None
    try:
        content, mac = (urlsafe_b64decode(part.encode("ascii") + b"==") for part in cookie.split("."))
        id_, user, began, seen = orjson.loads(content)
        if not (isinstance(id_, str) and isinstance(user, str)):
            return None
        return content, Session(id_, user, datetime.fromtimestamp(began, UTC), datetime.fromtimestamp(seen, UTC)), mac
    except (UnicodeEncodeError, Base64Error, ValueError, TypeError, OverflowError, OSError):
        return None


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
