"""TAXII 2.1 as plain values: what a request asks and what an answer says, without HTTP, store or clock.

Paths, media types, query parameters, cursors, resources and error bodies, each by its section of the standard. Who may
read what is left to `exchange`, sending it to `taxii_server`.
"""

from __future__ import annotations

from sepakat.taxii.endpoints import ENDPOINTS
from sepakat.taxii.media_types import TAXII
from sepakat.taxii.queries import MAX_LIMIT, MAX_VALUES
from sepakat.taxii.resources import MAX_CONTENT_LENGTH

_PARAMETERS = (
    ("added_after", "objects added after this instant, which is not among them; UTC with `Z`, any number of decimals"),
    ("limit", f"at most so many objects on a page; {MAX_LIMIT} at most, and {MAX_LIMIT} if it is absent, 0 or less"),
    ("next", "goes on where a page with `more: true` ended; holds the filters, so they may be repeated or left out"),
    ("match[id]", "objects with one of these ids"),
    ("match[type]", "objects of one of these types"),
    ("match[version]", "`all`, or any of `first`, `last` and timestamps; `last` if absent"),
    ("match[spec_version]", "objects of one of these versions of STIX; everything here is 2.1"),
)
_STATUSES = (
    (200, "here it is; nothing found is an empty object"),
    (202, "added; the body is the status, object by object"),
    (400, "a parameter is malformed; all that are, with what was expected and found"),
    (401, "no account, or not its password, token or signature"),
    (403, "seen, but not to be written or deleted"),
    (404, "not there, or not for this account: both look alike"),
    (405, "not a method of this path"),
    (406, "the Accept header asks for something else than TAXII 2.1 in JSON"),
    (408, "the body came too slowly"),
    (413, f"the body has more than {MAX_CONTENT_LENGTH} bytes"),
    (415, "the body is labelled as something else than JSON of TAXII or STIX 2.1"),
    (422, "the body is no envelope and no bundle"),
    (429, "too many requests, or too many wrong passwords; `Retry-After` says when to come back"),
    (431, "the request line and the headers are too long"),
    (503, "the store is busy; `Retry-After` says when to come back"),
    (507, "the disk is full"),
)


def reference_page() -> str:
    """The page of the reference on the TAXII server, in Markdown."""
    lines = [
        "# TAXII",
        "",
        "<!-- Written by `make docs` from the source; changes made here are lost. -->",
        "",
        "A node is a TAXII 2.1 server for its partners' clients. Every account sees one collection for each agreement",
        "under which its party takes, and one inbox for each under which its party gives. Every answer is",
        f"`{TAXII}`, errors too.",
        "",
        "## Endpoints",
        "",
        "Each path is also served without its last slash.",
        "",
        *_table(
            ("method", "path", "section", "what"),
            [(one.method, f"`{one.path}`", one.section, one.summary) for one in ENDPOINTS],
        ),
        "",
        "## Parameters",
        "",
        "Of objects and manifest; one object takes no `id` and `type`, its versions neither these nor `version`.",
        f"Values of a list are separated by commas, {MAX_VALUES} at most. What the standard does not know is ignored.",
        "",
        *_table(("parameter", "meaning"), [(f"`{name}`", meaning) for name, meaning in _PARAMETERS]),
        "",
        "## Logging in",
        "",
        "HTTP Basic with name and password, or the account's token: as `Bearer`, as `Token`, in the header",
        "`X-API-Key`, or in place of the password. The names of the schemes are taken in any case.",
        "",
        "## Answers",
        "",
        *_table(("status", "meaning"), [(str(status), meaning) for status, meaning in _STATUSES]),
    ]
    return "\n".join(lines) + "\n"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows)]
