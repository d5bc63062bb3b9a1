"""Taking in over HTTP, for programs of this party: `/api/v1/take-in`. The same answers as those of the command line.

Every request names a user of the pages and the password (HTTP Basic); cookies count for nothing here, so that no page
of another site can ask in a person's name. Who may take in by the table of roles may do it here. Wrong passwords wait
as they do at sign-in.

| request | what it does |
|---|---|
| `POST /api/v1/take-in?name=feed.csv&format=csv` | takes the body in; options as those of `sepakat take-in` |
| `GET /api/v1/take-in` | what was taken in, newest first |
| `DELETE /api/v1/take-in/INTAKE` | undoes an intake |
"""

from __future__ import annotations

import threading
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sepakat.errors import InputError, NotPermitted, SepakatError
from sepakat.exchange.intake_document import intake_document
from sepakat.exchange.people import check_user
from sepakat.exchange.ports import Node
from sepakat.exchange.records import User
from sepakat.exchange.taking_in import Provenance, Wishes, take_in, undo_take_in
from sepakat.stix.identifiers import PartyId
from sepakat.stix.instants import parse_instant
from sepakat.web.access import may_open
from sepakat.web.answers import protect, status_of
from sepakat.web.attempts import Attempts

PATH = "/api/v1/take-in"
MOST_BYTES = 64 << 20
"""How large a source may be over HTTP; larger ones go by the command line."""

_PAGE = "take-in"
_FLAGS = ("dry_run", "strict", "keep_good", "accept_mapping")
_TEXTS = ("name", "format", "origin", "captured_at", "address", "mapping", "save_mapping")
_PATIENCE_SECONDS = 10.0

Act = Callable[[Request, User, bytes], Any]


def routes(node: Node, *, is_behind_proxy: bool = False) -> list[Route]:
    """The routes of this door."""
    api = _Api(node)

    def route(path: str, method: str, act: Act) -> Route:
        async def endpoint(request: Request) -> Response:
            is_https = is_behind_proxy or request.url.scheme == "https"
            # Who asks comes before the body: a stranger's is not read.
            user, refused = await run_in_threadpool(api.user, request)
            if user is None:
                return protect(refused or _said({}, 403), is_https=is_https)
            body = b""
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    break
            return protect(await run_in_threadpool(api.answer, act, request, user, body), is_https=is_https)

        return Route(path, endpoint, methods=[method])

    return [
        route(PATH, "POST", api.take_in),
        route(PATH, "GET", api.list_),
        route(f"{PATH}/{{intake}}", "DELETE", api.undo),
    ]


class _Api:
    """What may be asked, of one node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._attempts = Attempts()
        # Guards the memory of the process against many password checks at once.
        self._checking = threading.BoundedSemaphore(2)

    def user(self, request: Request) -> tuple[User | None, Response | None]:
        """Who asks, if that is a user who may take in; else the answer that says why not."""
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        try:
            name, colon, password = b64decode(credentials, validate=True).decode().partition(":")
        except ValueError:
            name, colon, password = "", "", ""
        if scheme.lower() != "basic" or not colon:
            refusal = NotPermitted("credentials-missing", "request refused: it names no user", "send HTTP Basic")
            return None, _refused(refusal, 401)
        address = request.client.host if request.client else ""
        wait = self._attempts.begin(name, address, self._node.clock.now())
        if wait is not None or not self._checking.acquire(timeout=_PATIENCE_SECONDS):
            seconds = max(1, round(wait.total_seconds())) if wait is not None else int(_PATIENCE_SECONDS)
            later = NotPermitted("too-many-attempts", f"request refused: wait {seconds} seconds", "then ask again")
            answer = _refused(later, 429)
            answer.headers["Retry-After"] = str(seconds)
            return None, answer
        try:
            user = check_user(self._node, name, password)
        except SepakatError as error:
            return None, _refused(error, 401 if isinstance(error, NotPermitted) else status_of(error))
        finally:
            self._checking.release()
        self._attempts.succeeded(name, address)
        if not may_open(_PAGE, user.role):
            refusal = NotPermitted("role-insufficient", f"request refused: the role {user.role.value} may not take in")
            return None, _refused(refusal, 403)
        return user, None

    def answer(self, act: Act, request: Request, user: User, body: bytes) -> Response:
        """What comes of it, errors as documents."""
        try:
            return _said(act(request, user, body), 200)
        except SepakatError as error:
            return _refused(error, status_of(error))

    def take_in(self, request: Request, user: User, body: bytes) -> Any:
        """The report of an intake."""
        if len(body) > MOST_BYTES:
            raise InputError("source-too-large", f"source refused: expected at most {MOST_BYTES} bytes")
        provenance, wishes = _wishes(request, user)
        return intake_document(take_in(self._node, body, provenance, wishes))

    def list_(self, _request: Request, _user: User, _body: bytes) -> Any:
        """What was taken in."""
        with self._node.store.reading() as unit:
            return {"intakes": [_intake(one) for one in unit.intakes.latest()]}

    def undo(self, request: Request, _user: User, _body: bytes) -> Any:
        """The versions that an intake had brought."""
        removed = undo_take_in(self._node, request.path_params["intake"])
        return {"removed": [{"id": made.id, "modified": made.modified} for made in removed]}


def _wishes(request: Request, user: User) -> tuple[Provenance, Wishes]:
    """What the query asks for.

    Raises:
        InputError: an option that there is not, or one that is no such thing.
    """
    stated = request.query_params
    unknown = sorted(set(stated) - {*_FLAGS, *_TEXTS, "column"})
    if unknown:
        raise InputError("option-unknown", f"request refused: no option {', '.join(unknown)[:200]}")
    wrong = [name for name in _FLAGS if stated.get(name, "1") not in ("1", "0", "true", "false")]
    if wrong:
        raise InputError("option-invalid", f"request refused: expected true or false for {', '.join(wrong)}")
    is_set = {name: stated.get(name, "0") in ("1", "true") for name in _FLAGS}
    text = stated.get("captured_at")
    try:
        captured_at = None if text is None else parse_instant(text)
    except ValueError:
        raise InputError("option-invalid", "request refused: captured_at is no 2026-11-01T09:30:00Z") from None
    columns = dict(entry.rpartition("=")[::2] for entry in stated.getlist("column"))
    options = {
        "address": stated.get("address"),
        "mapping_name": stated.get("mapping"),
        "save_mapping": stated.get("save_mapping"),
        "accepts_mapping": is_set["accept_mapping"],
        "columns": columns,
    }
    origin = stated.get("origin")
    provenance = Provenance(stated.get("name", "-")[:500], user.name, PartyId(origin) if origin else None, captured_at)
    return provenance, Wishes(
        stated.get("format", "auto"),
        is_dry_run=is_set["dry_run"],
        is_strict=is_set["strict"],
        keeps_good=is_set["keep_good"],
        options={name: value for name, value in options.items() if value},
    )


def _intake(one: Any) -> dict[str, Any]:
    shown = ("id", "at", "by", "source", "form", "digest", "captured_at", "taken", "known", "refused", "undone_at")
    return {name: getattr(one, name) for name in shown}


def _said(document: Any, status: int) -> Response:
    return Response(orjson.dumps(document, option=orjson.OPT_UTC_Z), status, media_type="application/json")


def _refused(error: SepakatError, status: int) -> Response:
    faults = error.faults if isinstance(error, InputError) else ()
    listed = [{"path": one.path, "expected": one.expected, "found": one.found} for one in faults]
    document = {"code": error.code, "message": error.message, "hint": error.hint, "faults": listed}
    answer = _said({"error": document}, status)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="sepakat", charset="UTF-8"'
    return answer
