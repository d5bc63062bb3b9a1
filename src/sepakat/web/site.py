"""The routes of the pages, each behind its guard. The wiring serves them at `/`, after every other door's.

The last route catches what no page has, so that also a wrong address is answered in words.
"""

from __future__ import annotations

from starlette.routing import Route

from sepakat.exchange.ports import Node
from sepakat.web import pages
from sepakat.web.asking import Handler
from sepakat.web.guard import Guard
from sepakat.web.sessions import Sessions
from sepakat.web.signing_in import SIGN_IN_PATH, SigningIn
from sepakat.web.static_files import static


def routes(node: Node, *, is_behind_proxy: bool = False) -> list[Route]:
    """Every route of the pages of a node.

    `is_behind_proxy`: browsers come over HTTPS through a proxy that speaks plain HTTP to us.
    """
    sessions = Sessions(node.secret)
    signing = SigningIn(sessions)

    def route(name: str, path: str, handler: Handler, methods: tuple[str, ...] = ("GET",)) -> Route:
        guard = Guard(node, sessions, name, handler, methods, is_behind_proxy)
        return Route(path, guard, name=name)

    return [
        route("static", "/static/{file}", static),
        route("sign-in", SIGN_IN_PATH, signing.sign_in, ("GET", "POST")),
        route("sign-out", "/sign-out", signing.sign_out, ("POST",)),
        route("overview", "/", pages.overview),
        route("decisions", "/decisions", pages.decisions),
        route("object", "/objects/{object}", pages.object_),
        route("came", "/parties/{party}/came", pages.came),
        route("went", "/parties/{party}/went/{agreement}", pages.went),
        route("as-party", "/parties/{party}/sees", pages.as_party),
        route("nowhere", "/{path:path}", pages.nowhere),
    ]
