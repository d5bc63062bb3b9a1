"""Who asks: Basic, Bearer, `Token` or a bare key of an account, or the signature of a partner's node (RFC 9421).

Real clients differ: scheme names come in any case, some send a bare key after `basic`, some the token as a password.
A token is tried first, since it costs nothing; a password that was right is remembered by a keyed digest, together with
the hash that it was right for, so that a changed or disabled account is noticed at once. Wrong, unknown and disabled
look alike.
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from binascii import Error as Base64Error
from collections import OrderedDict
from threading import BoundedSemaphore, Lock

from sepakat.errors import NotPermitted
from sepakat.exchange.known import Known
from sepakat.exchange.people import check_account
from sepakat.exchange.records import Account
from sepakat.exchange.signing import authenticate_request, has_signature
from sepakat.taxii_server.limits import ServerLimits
from sepakat.taxii_server.rates import FailedAttempts, RequestRates
from sepakat.taxii_server.refusals import TryLater
from sepakat.taxii_server.request import Reader, Request

KEY_HEADERS = ("x-api-key", "api-key", "apikey", "x-auth-token")
_TOKEN_SCHEMES = frozenset({"bearer", "token", "apikey", "api-key", "key"})
_MOST_CHECKS = 2
_WAIT_FOR_CHECK = 5.0


class Authenticator:
    """Settles who asks, and whether it may ask again so soon."""

    def __init__(self, known: Known, limits: ServerLimits) -> None:
        self._known = known
        self._node = node = known.node
        self._rates = RequestRates(limits)
        self._attempts = FailedAttempts(limits)
        self._verified = _VerifiedPasswords(node.ids.secret(32), limits.verified_credentials)
        # A check of a password takes a tenth of a second and 64 MB by design: not too many at once.
        self._checks = BoundedSemaphore(_MOST_CHECKS)
        self.checked = 0
        """How many passwords were checked the slow way."""

    def reader(self, request: Request) -> Reader:
        """Who asks.

        Raises:
            NotPermitted: nobody whom we know, or (as `TryLater`) too much in too short a time.
        """
        if has_signature(request.lines):
            party = authenticate_request(self._node, request.method, request.target, request.lines, request.body)
            # The nonce was written, and whoever writes may have waited for its turn.
            self._known.waited()
            reader = Reader(party, f"node of {party}", is_node=True)
        else:
            account = self._account(request)
            reader = Reader(account.party, account.name)
        self._rates.take(reader.account, self._node.clock.now())
        return reader

    def is_known(self, request: Request) -> bool:
        """Whether `reader` recognises who asks without a slow check: a token, or a password that was right before."""
        if has_signature(request.lines):
            return False
        scheme, _, credentials = request.headers.get("authorization", "").strip().partition(" ")
        if scheme.lower() in _TOKEN_SCHEMES:
            return True
        pair = _decoded(credentials.strip()) if scheme.lower() == "basic" else None
        account = self._known.now().accounts.get(pair[0]) if pair else None
        return account is not None and pair is not None and self._verified.has(account, pair[1])

    def _account(self, request: Request) -> Account:
        for name in KEY_HEADERS:
            if request.headers.get(name):
                return self._known.now().account_of_token(request.headers[name].strip())
        header = request.headers.get("authorization", "").strip()
        if not header:
            raise NotPermitted(
                "credentials-missing", "request refused: it names no account", "log in with HTTP Basic or a token"
            )
        scheme, _, rest = header.partition(" ")
        credentials = rest.strip()
        if not credentials:
            return self._known.now().account_of_token(header)
        if scheme.lower() in _TOKEN_SCHEMES:
            return self._known.now().account_of_token(credentials)
        if scheme.lower() == "basic":
            return self._basic(credentials, request.address)
        raise NotPermitted(
            "not-recognised", f"scheme {scheme[:20]} refused: expected Basic, Bearer or Token", "use one of those"
        )

    def _basic(self, credentials: str, address: str) -> Account:
        pair = _decoded(credentials)
        if pair is None:
            # A bare key after `basic`, as MISP sends it.
            return self._known.now().account_of_token(credentials)
        name, password = pair
        account = self._by_token(password or name)
        if account is not None and name in ("", account.name, password or name):
            return account
        return self._by_password(name, password, address)

    def _by_token(self, token: str) -> Account | None:
        try:
            return self._known.now().account_of_token(token)
        except NotPermitted:
            return None

    def _by_password(self, name: str, password: str, address: str) -> Account:
        account = self._known.now().accounts.get(name)
        if account is not None and account.disabled_at is None and self._verified.has(account, password):
            return account
        self._attempts.check(name, address, self._node.clock.now())
        self._known.waited()
        if not self._checks.acquire(timeout=_WAIT_FOR_CHECK):
            raise TryLater("too-many-requests", "request refused: too many passwords to check", 5)
        try:
            self.checked += 1
            account = check_account(self._node, name, password)
        except NotPermitted:
            self._attempts.failed(name, address, self._node.clock.now())
            raise
        finally:
            self._checks.release()
        self._attempts.succeeded(name, address)
        self._verified.add(account, password)
        return account


class _VerifiedPasswords:
    """Passwords that were right, as keyed digests with the hash that they were right for."""

    def __init__(self, key: bytes, size: int) -> None:
        self._key = key
        self._size = size
        # Guards the digests; an entry counts as long as its account has the hash it was checked against.
        self._lock = Lock()
        self._digests: OrderedDict[bytes, None] = OrderedDict()

    def has(self, account: Account, password: str) -> bool:
        digest = self._digest(account, password)
        with self._lock:
            if digest not in self._digests:
                return False
            self._digests.move_to_end(digest)
            return True

    def add(self, account: Account, password: str) -> None:
        with self._lock:
            self._digests[self._digest(account, password)] = None
            while len(self._digests) > self._size:
                self._digests.popitem(last=False)

    def _digest(self, account: Account, password: str) -> bytes:
        # A hash has no line break, so the three parts cannot be shifted against each other.
        said = "\n".join((account.password_hash, account.name, password))
        return hmac.digest(self._key, said.encode(), "sha256")


def _decoded(credentials: str) -> tuple[str, str] | None:
    """Name and password of Basic credentials; None if they are none."""
    try:
        raw = b64decode(credentials, validate=True)
    except (Base64Error, ValueError):
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    name, colon, password = text.partition(":")
    return (name, password) if colon else None
