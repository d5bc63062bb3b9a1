"""The one way to every page: who asks, whether the role may, whether a form is ours; then the page, or words why not.

Each route is a `Guard` around a plain function; the function runs in a thread. Order: method, session, role, form,
page. A page sees only what passed. Whatever goes wrong becomes a page in words, and nothing of the inside is shown.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from email.message import EmailMessage
from urllib.parse import parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from sepakat.errors import InputError, NotPermitted, SepakatError
from sepakat.exchange.people import find_user
from sepakat.exchange.ports import Node
from sepakat.web.access import is_public, may_open
from sepakat.web.answers import cookie_name, drop_cookie, protect, put_cookie, status_of
from sepakat.web.asking import Ask, Handler
from sepakat.web.languages import language_of
from sepakat.web.rendering import page
from sepakat.web.sessions import ID_BYTES, Sessions
from sepakat.web.signing_in import SIGN_IN_PATH, sign_in_address

MOST_FORM_BYTES = 16_384
MOST_FIELDS = 90
SIGN_IN = "sign-in"

_PARAMETER = re.compile(r'(\w+)="([^"\r\n]*)"')

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Guard:
    """One page behind its checks, as an ASGI application."""

    node: Node
    sessions: Sessions
    name: str
    handler: Handler
    methods: tuple[str, ...] = ("GET",)
    is_behind_proxy: bool = False
    """Browsers reach us over HTTPS, whatever the proxy speaks to us."""
    most_bytes: int = MOST_FORM_BYTES
    """How long a form for this page may be; more only where documents and files are sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        is_https = self.is_behind_proxy or request.url.scheme == "https"
        body = b""
        if request.method == "POST":
            async for chunk in request.stream():
                body += chunk
                if len(body) > self.most_bytes:
                    break
        response = await run_in_threadpool(self._answer, request, body, is_https)
        await protect(response, is_https=is_https)(scope, receive, send)

    def _answer(self, request: Request, body: bytes, is_https: bool) -> Response:
        ask = Ask(
            node=self.node,
            now=self.node.clock.now(),
            page=self.name,
            method="GET" if request.method == "HEAD" else request.method,
            path=request.url.path,
            named=dict(request.path_params),
            query=dict(request.query_params),
            form={},
            cookies=request.cookies,
            headers=request.headers,
            address=request.client.host if request.client else "",
            is_https=is_https,
            language=language_of(
                request.cookies.get(cookie_name("language", is_https=is_https), ""),
                request.headers.get("accept-language", ""),
            ),
        )
        try:
            ask, holder = self._recognised(ask)
            return self._checked(ask, holder, body, request.url.query)
        except SepakatError as error:
            return page(ask, "refused.html", status_of(error), message=error.message, hint=error.hint)
        except Exception:  # noqa: BLE001 -- fail closed: say that it broke and where to look, show nothing of the inside
            reference = self.node.ids.secret(4).hex()
            _log.exception("page %s failed, reference %s", self.name, reference)
            return page(ask, "refused.html", 500, reference=reference)

    def _checked(self, ask: Ask, holder: str, body: bytes, query: str) -> Response:
        # (1) The method.
        if ask.method not in self.methods:
            refused = page(ask, "refused.html", 405)
            refused.headers["Allow"] = ", ".join((*self.methods, "HEAD") if "GET" in self.methods else self.methods)
            return refused
        # (2) Who asks.
        if ask.user is None and not is_public(self.name):
            away = RedirectResponse(sign_in_address(ask.path, query) if ask.method == "GET" else SIGN_IN_PATH, 303)
            drop_cookie(away, "session", is_https=ask.is_https)
            return away
        # (3) The role.
        if ask.user is not None and not may_open(self.name, ask.user.role):
            raise NotPermitted(
                "role-insufficient",
                f"page not shown: the role {ask.user.role.value} may not open it",
                "ask the node's administrator",
            )
        # (4) The form.
        if ask.method == "POST":
            fields, brought = _form(body, ask.headers.get("content-type", ""), self.most_bytes)
            ask = replace(ask, form=fields, files=brought)
            self._check_form(ask, holder)
        # (5) The page.
        response = self.handler(ask)
        if self.name == SIGN_IN and ask.session is None and response.status_code < 300:
            put_cookie(response, "form", holder, is_https=ask.is_https)
        elif ask.session and ask.user and ask.method == "GET" and ask.session.wants_renewal(ask.now):
            cookie = self.sessions.written(ask.session.used(ask.now), ask.user)
            put_cookie(response, "session", cookie, is_https=ask.is_https)
        return response

    def _recognised(self, ask: Ask) -> tuple[Ask, str]:
        """The request with who asks, and the holder of the forms on its page: the session, or a cookie before it."""
        cookie = ask.cookies.get(cookie_name("session", is_https=ask.is_https), "")
        name = self.sessions.claimed_user(cookie)
        user = find_user(self.node, name) if name is not None else None
        session = self.sessions.read(cookie, user, ask.now) if user is not None and user.disabled_at is None else None
        if session is not None:
            self.sessions.note(session, ask.address, ask.headers.get("user-agent", ""), ask.now)
            ask = replace(ask, session=session, user=user)
            holder = session.id
        else:
            given = ask.cookies.get(cookie_name("form", is_https=ask.is_https), "")
            holder = given or self.node.ids.secret(ID_BYTES).hex()
        return replace(ask, form_token=self.sessions.form_token(holder)), holder

    def _check_form(self, ask: Ask, holder: str) -> None:
        origin = ask.headers.get("origin")
        is_other = origin is not None and urlsplit(origin).netloc != ask.headers.get("host")
        is_cross = ask.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
        if is_other or is_cross or not self.sessions.is_form_token(holder, ask.form.get("token", "")):
            raise NotPermitted(
                "form-stale",
                "form not taken: it is too old, or did not come from a page of this node",
                "open the page again and send the form from there",
            )


def _form(body: bytes, kind: str, most: int) -> tuple[dict[str, str], dict[str, tuple[str, bytes]]]:
    """The fields of a form, and the files that it brought.

    Raises:
        InputError: it is too long, or no form.
    """
    if len(body) > most:
        raise InputError("form-too-long", f"form not taken: it is longer than {most} bytes")
    try:
        if kind.startswith("multipart/form-data"):
            return _parts(body, kind)
        return dict(parse_qsl(body.decode("utf-8"), max_num_fields=MOST_FIELDS, keep_blank_values=True)), {}
    except ValueError:
        raise InputError("form-unreadable", "form not taken: it cannot be read") from None


def _parts(body: bytes, kind: str) -> tuple[dict[str, str], dict[str, tuple[str, bytes]]]:
    """A form with files, read from memory: its length was checked before."""
    message = EmailMessage()
    message["content-type"] = kind
    boundary = message.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise ValueError("no boundary")
    fields: dict[str, str] = {}
    brought: dict[str, tuple[str, bytes]] = {}
    parts = body.split(b"--" + boundary.encode("ascii"))[1:-1]
    if len(parts) > MOST_FIELDS:
        raise ValueError("too many parts")
    for part in parts:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        headers = dict(line.partition(":")[::2] for line in head.decode("utf-8").split("\r\n"))
        disposition = next((value for name, value in headers.items() if name.lower() == "content-disposition"), "")
        given = dict(_PARAMETER.findall(disposition))
        if "name" not in given:
            raise ValueError("a part without a name")
        if "filename" in given:
            brought[given["name"]] = (given["filename"], content)
        else:
            fields[given["name"]] = content.decode("utf-8")
    return fields, brought
