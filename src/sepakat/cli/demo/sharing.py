"""Steps 2 and 3: `us` takes in its bundle, the others synchronise, and what each has is compared with the data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sepakat.cli.demo import taxii_client
from sepakat.cli.demo.cast import Cast, everything
from sepakat.cli.demo.comparison import SCAFFOLD, Holding, broken_references, digests_of, words_kept_from
from sepakat.cli.demo.machine import together
from sepakat.cli.demo.material import AGREEMENTS_OF, OUT, VARIANT, WHOLE

BUNDLE = "5d3b3c0a-4a55-4f0c-9d0a-3f1f6f7f9c1e"
LEAST_OBJECTS = 40


def take_in(cast: Cast) -> None:
    """Play step 2. Who speaks comes first and is annotated, so that what is said is decided once and for all."""
    story, material = cast.story, cast.material
    story.tell(
        "A group, places, people in office, who said what and how sure, indicators, markings of every TLP level."
    )
    taken = 0
    for of_people, name in ((True, "people"), (False, "bundle")):
        file = cast.place / f"{name}.json"
        bundle = material.bundle(BUNDLE, of_people=of_people)
        file.write_text(json.dumps(bundle, ensure_ascii=False, indent=2), encoding="utf-8")
        story.command("us", f"sepakat take-in {name}.json")
        taken += len(cast.us.ask("take-in", str(file))["taken"])
        together(lambda one: _annotate(cast, *one), material.annotations(of_people=of_people))
    words = f"{taken} objects taken in, each file whole in one transaction"
    story.check(words, taken == len(material.objects) >= LEAST_OBJECTS)


def _annotate(cast: Cast, ids: Sequence[str], put: Mapping[str, Any]) -> None:
    options = [part for topic in put.get("topics", ()) for part in ("--topic", topic)]
    options += [part for region in put.get("regions", ()) for part in ("--region", region)]
    options += ["--person", put["person"]] if "person" in put else []
    options += ["--necessity", put["necessity"]] if "necessity" in put else []
    cast.us.run("objects", "annotate", *ids, *options)


def share(cast: Cast) -> None:
    """Play step 3."""
    story, takers = cast.story, cast.takers
    for machine in takers:
        story.command(machine.party, "sepakat sync us")
    refused = [each for of_one in together(lambda one: one.synchronise("us"), takers) for each in of_one]
    story.check("nothing that came was refused", not refused, *refused)
    mine, *theirs = together(everything, (cast.us, *takers))
    views = together(lambda one: cast.us.ask("view", one.party), takers)
    holdings = [Holding.of(one.party, listed, view) for one, listed, view in zip(takers, theirs, views, strict=True)]
    digests = {one["id"]: one["digest"] for one in mine["objects"]}
    identities = {one["identity"]["id"] for one in cast.us.ask("party", "list")}
    _show_table(cast, holdings, digests)
    for holding in holdings:
        _check_outcomes(cast, holding, digests)
        _check_nothing_else(cast, holding, identities)
    _read_with_a_plain_client(cast, holdings[-1])


def _show_table(cast: Cast, holdings: Sequence[Holding], digests: Mapping[str, str]) -> None:
    rows = []
    for entry in cast.material.entries:
        cells = []
        for holding in holdings:
            found, wanted = holding.outcome(entry, digests[entry.id]), entry.for_party(holding.party)
            cells.append(found if found == wanted else f"{found} ≠ {wanted}")
        rows.append((entry.key, entry.id.split("--")[0], " ".join(entry.marked) or "nothing", *cells, entry.why))
    cast.story.table(("object", "type", "marked", *(one.party for one in holdings), "because"), rows)


def _check_outcomes(cast: Cast, holding: Holding, digests: Mapping[str, str]) -> None:
    story, entries, party = cast.story, cast.material.entries, holding.party
    count = {one: sum(entry.for_party(party) == one for entry in entries) for one in (WHOLE, VARIANT, OUT)}
    wrong = [
        f"{entry.key}: {found}, expected {entry.for_party(party)}"
        for entry in entries
        if (found := holding.outcome(entry, digests[entry.id])) != entry.for_party(party)
    ]
    words = f"{party} has {count[WHOLE]} whole, {count[VARIANT]} as a tear-line variant, {count[OUT]} not at all"
    story.check(words, not wrong, *wrong)
    for agreement in AGREEMENTS_OF[party]:
        wrong = [
            f"{entry.key}: {found}, expected {entry.expected[agreement]}"
            for entry in entries
            if (found := holding.outcome_under(entry, agreement)) != entry.expected[agreement]
        ]
        story.check(f"  and so us released it under {agreement}", not wrong, *wrong)


def _check_nothing_else(cast: Cast, holding: Holding, identities: set[str]) -> None:
    story, entries, party = cast.story, cast.material.entries, holding.party
    unexpected = holding.unexpected(entries)
    story.check(f"  {party} holds nothing else", not unexpected, *unexpected)
    kept = words_kept_from(party, entries)
    found = holding.found_words(kept)
    story.check(f"  none of {len(kept)} withheld words stands in anything that {party} holds", not found, *found)
    broken = broken_references([one["content"] for one in holding.held.values()], identities)
    story.check("  nothing points to something that did not come", not broken, *broken)


def _read_with_a_plain_client(cast: Cast, holding: Holding) -> None:
    """What is in a collection and not in the node is scaffold that the node has from the standard or from a card."""
    story, account = cast.story, cast.us.ask("account", "add", holding.party)
    cast.account = {
        "discovery": account["discovery"],
        "user": account["name"],
        "password": account["password"],
        "bearer token": account["token"],
    }
    if not taxii_client.is_installed():
        story.note("Not shown: a plain TAXII client (pip install taxii2-client)")
        return
    story.tell(f"A plain TAXII client (taxii2-client) logs in as {account['name']} at {account['discovery']}")
    collections = taxii_client.read_everything(account["discovery"], account["name"], account["password"])
    read = digests_of([made for objects in collections.values() for made in objects])
    held = {id_: one["digest"] for id_, one in holding.received_from("us").items()}
    differing = [
        id_
        for id_ in sorted(read.keys() | held.keys())
        if read.get(id_) != held.get(id_) and not (id_ not in held and id_.split("--")[0] in SCAFFOLD)
    ]
    words = f"  it reads {len(read)} objects in {', '.join(collections)}: the same as the node of {holding.party}"
    story.check(words, bool(read) and not differing, *differing)
