"""One request as a page sees it: what is asked, with which form, and who asks. No page reads more of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from starlette.responses import Response

from sepakat.exchange.ports import Node
from sepakat.exchange.records import User
from sepakat.web.sessions import Session


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to one page. `session` and `user` are None only on public pages."""

    node: Node
    now: datetime
    page: str
    method: str
    path: str
    named: Mapping[str, str]
    """What stands in the path: the id of an object, a party."""
    query: Mapping[str, str]
    form: Mapping[str, str]
    cookies: Mapping[str, str]
    headers: Mapping[str, str]
    address: str
    is_https: bool
    session: Session | None = None
    user: User | None = None
    form_token: str = field(default="", repr=False)
    """What the forms on the page must carry."""


Handler: TypeAlias = Callable[[Ask], Response]
