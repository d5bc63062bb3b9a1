"""What a served node answers, as an OpenAPI description: made from its routes, so that a new route is in it by itself.

Of TAXII the endpoints of the standard with their parameters; of the pages the fields that their code reads from
queries and forms. `samples` are values that lead somewhere (ids of what is there), beside any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.routing import Route

from sepakat import web
from sepakat.taxii.endpoints import ENDPOINTS
from sepakat.taxii.media_types import TAXII

_FIELD = re.compile(r'ask\.(query|form)(?:\.get\(|\[)"([a-z_-]+)"').finditer
_NAMED = re.compile(r"{([A-Za-z_-]+)(?::[a-z]+)?}")
_TAXII_QUERY = (
    "added_after",
    "limit",
    "next",
    "match[id]",
    "match[type]",
    "match[version]",
    "match[spec_version]",
)
_TAXII_SAMPLES = ("0", "1", "-1", "all", "first,last", "2.1", "2024-01-01T00:00:00.000Z", "indicator")


def describe(routes: Iterable[Route], samples: Sequence[str], token: str) -> dict[str, Any]:
    """The description; `token` is what a form of the signed-in user has to bring."""
    paths: dict[str, dict[str, Any]] = {}
    for path, method, operation in (*_taxii(samples), *_others(routes, samples, token)):
        paths.setdefault(path, {})[method.lower()] = operation
    return {"openapi": "3.1.0", "info": {"title": "Sepakat", "version": "1"}, "paths": paths}


def _taxii(samples: Sequence[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    values = (*samples, *_TAXII_SAMPLES)
    envelope = {"type": "object", "properties": {"objects": {"type": "array", "items": {"type": "object"}}}}
    body = {TAXII: {"schema": {"anyOf": [envelope, {}]}}}
    for endpoint in ENDPOINTS:
        query = _TAXII_QUERY if "{id}" in endpoint.path else ()
        yield endpoint.path, endpoint.method, _operation(endpoint.path, query, values, body, endpoint.method)


def _others(routes: Iterable[Route], samples: Sequence[str], token: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    fields = _fields()
    form = {
        "type": "object",
        "properties": {"token": {"const": token}, **{name: _text(samples) for name in fields["form"]}},
        "required": ["token"],
        "additionalProperties": False,
    }
    page = {kind: {"schema": form} for kind in ("application/x-www-form-urlencoded", "multipart/form-data")}
    for route in routes:
        if route.path.startswith("/taxii2"):
            continue
        is_peer = route.path.startswith("/peer/")
        # A page says by itself which methods it answers.
        methods = route.methods or getattr(route.endpoint, "methods", None) or {"GET"}
        for method in sorted(set(methods) - {"HEAD"}):
            query = ("after",) if is_peer else () if method == "POST" else fields["query"]
            body = {"application/json": {"schema": {}}} if is_peer else page
            path = _NAMED.sub(r"{\1}", route.path)
            yield path, method, _operation(path, query, samples, body, method)


def _fields() -> Mapping[str, Sequence[str]]:
    """The names that pages read from queries and from forms."""
    found: dict[str, set[str]] = {"query": set(), "form": set()}
    for source in sorted(Path(web.__file__).parent.glob("*.py")):
        for kind, name in (match.groups() for match in _FIELD(source.read_text(encoding="utf-8"))):
            found[kind].add(name)
    return {kind: sorted(names - {"token"}) for kind, names in found.items()}


def _operation(
    path: str, query: Iterable[str], samples: Sequence[str], body: dict[str, Any], method: str
) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _text(samples)} for name in _NAMED.findall(path)
    ]
    parameters += [{"name": name, "in": "query", "schema": _text(samples)} for name in query]
    more = {"requestBody": {"required": True, "content": body}} if method == "POST" else {}
    return {"parameters": parameters, "responses": {"default": {"description": "an answer"}}, **more}


def _text(samples: Sequence[str]) -> dict[str, Any]:
    return {"anyOf": [{"enum": list(samples)}, {"type": "string"}]}
