"""The form beside an agreement's document: what it shows of the document, and the document with what was filled in.

The form knows the head and the first clause, which most agreements have alone; everything else of a document stays as
it stands there. What is filled in goes through the agreement language like what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sepakat.agreements.parsing import from_document, parse_agreement
from sepakat.agreements.terms import Agreement
from sepakat.agreements.writing import complete_document_of, to_yaml
from sepakat.errors import SepakatError

LISTS = ("takers", "topics", "not_topics", "regions", "types")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "tlp": ("clear", "green", "amber", "amber+strict", "red"),
    "onward": ("none", "ask", "named"),
    "approval": ("auto", "one", "two"),
    "tear_line": ("none", "if-needed", "always"),
    "source": ("none", "rating", "descriptor", "identity"),
    "persons": ("none", "pseudonym", "categories"),
}


def shown(text: str) -> dict[str, str]:
    """What the form shows of a document; empty if it cannot be read."""
    try:
        agreement = parse_agreement(text)
    except SepakatError:
        return {}
    document = complete_document_of(agreement)
    if not document["share"]:
        return {}
    clause, window = document["share"][0], document["window"]
    return {
        "id": document["id"],
        "title": document["title"],
        "takers": ", ".join(document.get("takers") or ()),
        "from": str(window["from"])[:10],
        "to": str(window["to"] or "")[:10],
        "max_age": str(window["max_age"]),
        "topics": _joined(clause["topics"]["any"]),
        "not_topics": _joined(clause["topics"]["none"]),
        "regions": _joined(clause["regions"]["any"]),
        "types": _joined(clause["types"]),
        "tlp": clause["ceiling"]["tlp"] or "clear",
        "onward": document["onward"]["default"],
        "approval": clause["release"]["approval"],
        "tear_line": clause["fields"]["tear_line"],
        "source": clause["source"],
        "persons": clause["persons"]["rule"],
    }


def filled(text: str, form: Mapping[str, str]) -> str:
    """The document with what the form says.

    Raises:
        InputError: the document, or what was filled in, has faults; all are named.
    """
    document = complete_document_of(parse_agreement(text))
    clause, window = document["share"][0], document["window"]
    document["id"], document["title"] = form["id"].strip(), form["title"].strip()
    if document.get("takers") is not None:
        document["takers"] = _listed(form["takers"])
    window["from"] = f"{form['from'].strip()}T00:00:00Z"
    window["to"] = f"{form['to'].strip()}T00:00:00Z" if form["to"].strip() else None
    window["max_age"] = form["max_age"].strip()
    clause["topics"] |= {"any": _listed(form["topics"]), "none": _listed(form["not_topics"])}
    clause["regions"] |= {"any": _listed(form["regions"])}
    clause["types"] = _listed(form["types"])
    clause["ceiling"] |= {"tlp": form["tlp"]}
    document["onward"] |= {"default": form["onward"]}
    clause["release"] |= {"approval": form["approval"]}
    clause["fields"] |= {"tear_line": form["tear_line"]}
    clause["source"] = form["source"]
    clause["persons"] |= {"rule": form["persons"]}
    made: Agreement = from_document(document)
    return to_yaml(made)


def _joined(value: Any) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _listed(text: str) -> Any:
    """What a field lists; the word `any` alone means everything."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return "any" if parts == ["any"] else parts
