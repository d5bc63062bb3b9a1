"""From an agreement to a document: the canonical JSON form, its hash, what is signed, and YAML for people.

The canonical form leaves out every key whose value is what its absence means. So it has one spelling for one meaning,
and a key that a later version of the language adds changes no hash of an agreement that does not use it.
RFC 8785 (JCS), SHA-256; DESIGN section 3.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sepakat.agreements.terms import Agreement, Clause, Duration, Named, Selection
from sepakat.agreements.value_kinds import Group, Groups
from sepakat.agreements.vocabulary import CHILDREN, LANGUAGE, Key
from sepakat.stix.canonical import canonical_bytes, digest
from sepakat.stix.instants import format_instant

_PREFIX = b"sepakat/agreement/1\n"
_WIDTH = 120


def document_of(agreement: Agreement) -> dict[str, Any]:
    """The canonical JSON form: what is left out has the value of its absence."""
    return _without_absent(complete_document_of(agreement), "")


def canonical_form(agreement: Agreement) -> bytes:
    """The bytes that are hashed."""
    return canonical_bytes(document_of(agreement))


# An agreement never changes, and its hash is asked for with every batch that is released under it.
@lru_cache(maxsize=4096)
def agreement_hash(agreement: Agreement) -> str:
    """SHA-256 over the canonical form, in lower-case hex: the name of this very version."""
    return digest(document_of(agreement))


def signing_input(agreement_hash: str) -> bytes:
    """The bytes that giver and taker sign."""
    return _PREFIX + agreement_hash.encode("ascii")


def complete_document_of(agreement: Agreement) -> dict[str, Any]:
    """The JSON form with every key of the language written out."""
    window, onward, use, duties, end = (
        agreement.window,
        agreement.onward,
        agreement.use,
        agreement.duties,
        agreement.end,
    )
    return {
        "sepakat": LANGUAGE,
        "id": agreement.id,
        "version": agreement.version,
        "supersedes": agreement.supersedes,
        "title": agreement.title,
        "giver": agreement.giver,
        "takers": list(agreement.takers),
        "community": agreement.community,
        "scope": agreement.scope.value,
        "purpose": list(agreement.purpose),
        "basis": {
            "text": agreement.basis.text,
            "reference": agreement.basis.reference,
            "regime": agreement.basis.regime,
        },
        "window": {
            "from": instant_text(window.from_),
            "to": None if window.to is None else instant_text(window.to),
            "data_from": "any" if window.data_from is None else instant_text(window.data_from),
            "max_age": "any" if window.max_age is None else window.max_age.text,
        },
        "share": [_clause(clause) for clause in agreement.share],
        "onward": {
            "default": onward.default.value,
            "named": list(onward.named),
            "derivatives": onward.derivatives,
        },
        "use": {
            "actions": use.actions,
            "court": use.court,
            "attribution": use.attribution,
            "resale": use.resale,
            "automated_decision": use.automated_decision,
        },
        "duties": {
            "receipt": duties.receipt.text,
            "recall": duties.recall.text,
            "correction": duties.correction.text,
            "delete_at_end": duties.delete_at_end,
            "review": _text_or_none(duties.review),
        },
        "match": list(agreement.match),
        "end": {
            "suspend": end.suspend,
            "narrow": end.narrow,
            "widen": end.widen,
            "terminate": end.terminate.text,
        },
    }


def instant_text(instant: datetime) -> str:
    """The shortest text of an instant that names it exactly."""
    text = format_instant(instant, 6).removesuffix("Z")
    return text.rstrip("0").removesuffix(".") + "Z"


def to_yaml(agreement: Agreement) -> str:
    """The agreement as YAML with every key written out; reading it gives the same agreement and hash."""
    return "".join(f"{line}\n" for line in _block(complete_document_of(agreement), "", 0))


def _clause(clause: Clause) -> dict[str, Any]:
    ceiling, minimum, fields, persons = clause.ceiling, clause.minimum, clause.fields, clause.persons
    return {
        "id": clause.id,
        "topics": _selection(clause.topics),
        "regions": _selection(clause.regions),
        "types": _names(clause.types),
        "kinds": _names(clause.kinds),
        "ceiling": {
            "tlp": None if ceiling.tlp is None else ceiling.tlp.value,
            "pap": None if ceiling.pap is None else ceiling.pap.value,
            "classification": ceiling.classification,
            "releasable_to": list(ceiling.releasable_to),
        },
        "minimum": {
            "reliability": "any" if minimum.reliability is None else minimum.reliability,
            "credibility": "any" if minimum.credibility is None else minimum.credibility,
            "unrated": minimum.unrated.value,
        },
        "fields": {
            "allow": "standard" if fields.allow.names == ("standard",) else _names(fields.allow),
            "deny": list(fields.deny),
            "external_references": _names(fields.external_references) or "none",
            "tear_line": fields.tear_line.value,
        },
        "source": clause.source.value,
        "persons": {
            "rule": persons.rule.value,
            "allow": list(persons.allow),
            "necessity": persons.necessity,
            "retention": _text_or_none(persons.retention),
        },
        "release": {"approval": clause.release.approval.value, "delay": clause.release.delay.text},
    }


def _selection(selection: Selection) -> dict[str, Any]:
    return {"any": "any" if selection.any_written else list(selection.any), "none": list(selection.none)}


def _names(named: Named) -> str | list[str]:
    return "any" if named.any_written else list(named.names)


def _text_or_none(duration: Duration | None) -> str | None:
    return None if duration is None else duration.text


def _without_absent(document: Mapping[str, Any], table: str) -> dict[str, Any]:
    slim: dict[str, Any] = {}
    for name, key in CHILDREN[table].items():
        value = _slim(document[name], key)
        if key.is_required or value != key.absent:
            slim[name] = value
    return slim


def _slim(value: Any, key: Key) -> Any:
    if isinstance(key.kind, Group):
        return _without_absent(value, key.path)
    if isinstance(key.kind, Groups):
        return [_without_absent(entry, key.path) for entry in value]
    return value


def _block(value: Mapping[str, Any], table: str, depth: int) -> list[str]:
    """Lines of a mapping; inner mappings stand on one line where they fit."""
    lines: list[str] = []
    indent = "  " * depth
    for name, entry in value.items():
        key = CHILDREN[table][name]
        if isinstance(key.kind, Groups) and entry:
            lines.append(f"{indent}{name}:")
            for clause in entry:
                first, *others = _block(clause, key.path, depth + 2)
                lines += [f"{indent}  - {first.lstrip()}", *others]
        elif len(line := f"{indent}{name}: {flow(entry)}") <= _WIDTH or not isinstance(key.kind, Group):
            lines.append(line)
        else:
            lines += [f"{indent}{name}:", *_block(entry, key.path, depth + 1)]
    return lines


def flow(value: Any) -> str:
    """A JSON value as YAML on one line; strings are quoted where they could be taken for something else."""
    match value:
        case dict():
            return "{" + ", ".join(f"{name}: {flow(entry)}" for name, entry in value.items()) + "}"
        case list():
            return "[" + ", ".join(flow(entry) for entry in value) + "]"
        case str() if _is_plain(value):
            return value
    return json.dumps(value, ensure_ascii=False)


def _is_plain(text: str) -> bool:
    """Whether a string can stand without quotes: a word or an instant, with nothing in it that YAML acts on."""
    word = text.replace("/", "").replace("-", "").replace("+", "").replace(":", "").replace(".", "").replace("_", "")
    is_safe = word.isascii() and word.isalnum() and text[0].isalnum() and not text.endswith(":")
    return is_safe and text.lower() not in ("null", "true", "false", "yes", "no", "on", "off", "y", "n")
