"""Other tools read claims as the notes and reports that they are, with number, hedge and rating in plain words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import stix2
from misp_stix_converter import ExternalSTIX2toMISPParser, MISPtoSTIX21Parser
from taxii2client.v21 import Server

from sepakat.claims.building import Carrier, build_claim
from sepakat.claims.reading import read_claim
from tests.support.served import served
from tests.support.taxii import PASSWORD, taxii_node
from tests.unit.claims.examples import AT, FULL, SPEAKER, UUID, full_note

WORDS = (
    'about 500 or more people (as said: "perhaps around 500 people or more")',
    "likely (ICD 203: 55 to 80 %)",
    "Admiralty B2 (source: usually reliable; information: probably true)",
)


def bundle() -> dict[str, Any]:
    """An indicator, a note that carries a claim about it, and a report that carries one and names both."""
    note = full_note()
    stamps = {"spec_version": "2.1", "created": note["created"], "modified": note["modified"]}
    identity = {"type": "identity", "id": SPEAKER, "name": "Us", "identity_class": "organization", **stamps}
    indicator = {"type": "indicator", "id": f"indicator--{UUID}", "name": "a.example", "pattern_type": "stix", **stamps}
    indicator |= {"pattern": "[domain-name:value = 'a.example']", "valid_from": note["created"]}
    note["object_refs"] = [indicator["id"], SPEAKER]
    properties = {"name": "R", "published": note["created"], "object_refs": [indicator["id"], note["id"]]}
    carrier = Carrier(_id("report"), AT, AT, SPEAKER, properties)
    report = build_claim(replace(FULL, person=None), carrier, "A minister gave an estimate.", "the minister")
    return {"type": "bundle", "id": f"bundle--{UUID}", "objects": [identity, indicator, note, report]}


def _id(kind: str) -> Any:
    return f"{kind}--{UUID}"


def test_stix2_reads_a_claim_and_writes_it_as_it_was() -> None:
    claims = [one for one in bundle()["objects"] if "extensions" in one]
    assert [one["type"] for one in claims] == ["note", "report"]
    for content in claims:
        assert read_claim(json.loads(stix2.parse(json.dumps(content)).serialize())) == read_claim(content)
    note = stix2.parse(json.dumps(full_note()))
    assert isinstance(note, stix2.Note)
    assert json.loads(note.serialize()) == full_note()
    assert read_claim(json.loads(note.serialize())) == FULL


def test_misp_has_the_plain_words_as_a_note_and_gives_them_back_as_one() -> None:
    reader = ExternalSTIX2toMISPParser()
    reader.load_stix_bundle(stix2.parse(bundle()))
    reader.parse_stix_bundle()
    assert not reader.errors
    event = json.loads(reader.misp_event.to_json())
    [attribute] = event["Attribute"]
    [note] = attribute["Note"]
    [report] = event["EventReport"]
    for text in (note["note"], report["content"]):
        assert [word for word in WORDS if word not in text] == []
    writer = MISPtoSTIX21Parser()
    writer.parse_misp_event(event)
    back = [json.loads(one.serialize()) for one in writer.stix_objects]
    notes = [one["content"] for one in back if one["type"] == "note"]
    assert any(all(word in text for word in WORDS) for text in notes)


def test_a_taxii_client_reads_a_claim_as_it_was_given(tmp_path: Path) -> None:
    note = full_note()
    with taxii_node(tmp_path) as node:
        made = node.share()
        node.publish(made, [note])
        with served(node.door) as address, Server(f"{address}/taxii2/", user="ru", password=PASSWORD) as server:
            collection = next(one for one in server.api_roots[0].collections if not one.can_write)
            [found] = [one for one in collection.get_objects()["objects"] if one["id"] == note["id"]]
    assert found == note
    assert read_claim(found) == FULL
