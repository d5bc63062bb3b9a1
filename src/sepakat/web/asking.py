"""One request as a page sees it: what is asked, with which form, and who asks. No page reads more of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from starlette.responses import Response

from sepakat.errors import InputError
from sepakat.exchange.ports import Node
from sepakat.exchange.records import User
from sepakat.stix.identifiers import AgreementId, PartyId, StixId
from sepakat.web.languages import DEFAULT
from sepakat.web.sessions import Session

_LONGEST_NUMBER = 18


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
    language: str = DEFAULT
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    """What a form brought along: name and bytes of each file."""

    @property
    def party(self) -> PartyId:
        """The party in the path."""
        return PartyId(self.named["party"])

    @property
    def object_id(self) -> StixId:
        """The object in the path."""
        return StixId(self.named["object"])

    @property
    def agreement(self) -> AgreementId:
        """The agreement in the path."""
        return AgreementId(self.named["agreement"])

    @property
    def who(self) -> str:
        """The name of the person who asks."""
        return self.user.name if self.user else ""

    @property
    def is_part(self) -> bool:
        """Whether the page's own script asks for a part of a page, to put into the one that is shown."""
        return self.headers.get("hx-request") == "true"

    def number(self, name: str) -> int | None:
        """A place in a list that a link named.

        Raises:
            InputError: it is no number.
        """
        text = self.query.get(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
            raise InputError("place-invalid", f"page not shown: `{name}` in its address is no place in a list")
        return int(text)

    def said(self, name: str) -> str:
        """What stands in a field of the form, without blanks around it.

        Raises:
            InputError: nothing does.
        """
        text = self.form.get(name, "").strip()
        if not text:
            raise InputError("field-empty", f"form not taken: `{name}` is empty", "fill it in and send the form again")
        return text

    def listed(self, name: str) -> tuple[str, ...]:
        """What stands in a field that lists things, separated by commas or lines."""
        parts = self.form.get(name, "").replace("\n", ",").split(",")
        return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


Handler: TypeAlias = Callable[[Ask], Response]
