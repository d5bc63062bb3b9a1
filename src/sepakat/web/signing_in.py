"""Sign-in and sign-out. Whether name and password are right is `exchange.people`'s to say.

A wrong password, an unknown name and a disabled user get the same words at the same cost. No more than two passwords
are checked at once: each takes memory by design, and strangers may ask.
"""

from __future__ import annotations

import threading
from hashlib import sha256
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from sepakat.errors import NotFound, NotPermitted
from sepakat.exchange.people import check_user
from sepakat.web.answers import drop_cookie, put_cookie
from sepakat.web.asking import Ask
from sepakat.web.attempts import Attempts
from sepakat.web.languages import language_of
from sepakat.web.rendering import page
from sepakat.web.sessions import ID_BYTES, Session, Sessions

SIGN_IN_PATH = "/sign-in"

_AT_ONCE = 2
_PATIENCE_SECONDS = 10.0


def sign_in_address(path: str, query: str) -> str:
    """The sign-in page that leads on to what was asked for."""
    wanted = f"{path}?{query}" if query else path
    return SIGN_IN_PATH if wanted == "/" else f"{SIGN_IN_PATH}?{urlencode({'next': wanted})}"


class SigningIn:
    """The pages of sign-in and sign-out of one node."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._attempts = Attempts()
        # Guards the memory of the process against many password checks at once.
        self._checking = threading.BoundedSemaphore(_AT_ONCE)

    def sign_in(self, ask: Ask) -> Response:
        """The form, and what becomes of it."""
        if ask.method != "POST":
            return RedirectResponse(_local(ask.query.get("next", "")), 303) if ask.user else self._form(ask)
        name, password = ask.form.get("name", ""), ask.form.get("password", "")
        wait = self._attempts.begin(name, ask.address, ask.now)
        if wait is not None:
            return self._form(ask, 429, wait=max(1, round(wait.total_seconds())))
        if not self._checking.acquire(timeout=_PATIENCE_SECONDS):
            return self._form(ask, 429, wait=int(_PATIENCE_SECONDS))
        try:
            user = check_user(ask.node, name, password)
        except NotPermitted:
            return self._form(ask, 403, is_refused=True)
        finally:
            self._checking.release()
        self._attempts.succeeded(name, ask.address)
        # A fresh id at every sign-in: whatever cookie the browser had before is worth nothing afterwards.
        session = Session(ask.node.ids.secret(ID_BYTES).hex(), user.name, ask.now, ask.now)
        response = RedirectResponse(_local(ask.form.get("next", "")), 303)
        put_cookie(response, "session", self._sessions.written(session, user), is_https=ask.is_https)
        drop_cookie(response, "form", is_https=ask.is_https)
        return response

    def sign_out(self, ask: Ask) -> Response:
        """End the session here and in the browser."""
        if ask.session is not None:
            self._sessions.end(ask.session, ask.now)
        response = RedirectResponse(SIGN_IN_PATH, 303)
        drop_cookie(response, "session", is_https=ask.is_https)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def choose_language(self, ask: Ask) -> Response:
        """Keep which language a person reads, in a cookie that says nothing else."""
        response = RedirectResponse(_local(ask.form.get("next", ""), but_sign_in=False), 303)
        put_cookie(response, "language", language_of(ask.form.get("language", ""), ""), is_https=ask.is_https)
        return response

    def sessions(self, ask: Ask) -> Response:
        """Where the person is signed in."""
        noted = self._sessions.of_user(ask.who, ask.now)
        return page(ask, "sessions.html", shown=[(one, _shown_id(one.session.id)) for one in noted])

    def end_session(self, ask: Ask) -> Response:
        """End one of the person's own sessions."""
        named = ask.said("session")
        for one in self._sessions.of_user(ask.who, ask.now):
            if _shown_id(one.session.id) == named:
                self._sessions.end(one.session, ask.now)
                return RedirectResponse("/sessions?said=session-ended", 303)
        raise NotFound("session-unknown", "no such session", "the list of sessions shows those that there are")

    def _form(self, ask: Ask, status: int = 200, *, is_refused: bool = False, wait: int = 0) -> Response:
        wanted = _local(ask.form.get("next") or ask.query.get("next", ""))
        name = ask.form.get("name", "")
        response = page(ask, "sign_in.html", status, wanted=wanted, name=name, is_refused=is_refused, wait=wait)
        if wait:
            response.headers["Retry-After"] = str(wait)
        return response


def _shown_id(session: str) -> str:
    """What stands for a session on a page: it tells sessions apart and is worth nothing."""
    return sha256(session.encode()).hexdigest()[:16]


def _local(wanted: str, *, but_sign_in: bool = True) -> str:
    """Where to go on: a path of this node, never another host."""
    is_local = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    is_refused = but_sign_in and wanted.startswith(SIGN_IN_PATH)
    return wanted if is_local and "\\" not in wanted and not is_refused else "/"
