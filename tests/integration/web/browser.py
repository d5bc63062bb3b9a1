"""A browser without a screen: keeps cookies, finds the token of a form and sends it back, as a person's does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

import httpx
from starlette.applications import Starlette

from sepakat.exchange.ports import Node
from sepakat.web.site import routes
from tests.support.asgi import AsgiTransport

PASSWORD = "correct horse battery"


class _Text(HTMLParser):
    """What a page says, tags left out."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def text_of(html: str) -> str:
    """The words of a page, white space as single blanks."""
    reader = _Text()
    reader.feed(html)
    return " ".join(" ".join(reader.said).split())


def section(html: str, name: str) -> str:
    """The part of a page whose element has this id, up to the end of that element."""
    start = html.index(f'id="{name}"')
    end = html.find("</section>", start)
    return html[start:end]


@dataclass
class Browser:
    """One person's browser at one node."""

    client: httpx.Client

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers)

    def text(self, path: str) -> str:
        """The words of a page that must open."""
        response = self.get(path)
        assert response.status_code == 200, (path, response.status_code, response.headers.get("location"))
        return text_of(response.text)

    def token(self, path: str = "/sign-in") -> str:
        """The token of the first form of a page."""
        found = re.search(r'name="token" value="([0-9a-f]+)"', self.get(path).text)
        assert found is not None
        return found[1]

    def sign_in(self, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        """Fill in the form of the sign-in page and send it."""
        form = {"token": self.token(), "name": name, "password": password, **more}
        return self.client.post("/sign-in", data=form)

    def sign_out(self, **headers: str) -> httpx.Response:
        """Press the button of the overview."""
        return self.client.post("/sign-out", data={"token": self.token("/")}, headers=headers)


def browser(node: Node, address: str = "192.0.2.1", scheme: str = "https", *, is_behind_proxy: bool = False) -> Browser:
    """A browser at a node of its own: sessions and attempts are counted from nothing."""
    application = Starlette(routes=routes(node, is_behind_proxy=is_behind_proxy))
    return another(application, address, scheme)


def another(application: Starlette, address: str = "192.0.2.1", scheme: str = "https") -> Browser:
    """One more browser at the same served node."""
    client = httpx.Client(transport=AsgiTransport(application, address), base_url=f"{scheme}://us.example")
    return Browser(client)
