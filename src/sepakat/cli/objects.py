"""`sepakat objects`: what this node holds, and what its persons put on it: markings, holds, topics, regions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sepakat.cli.options import ByOption, JsonOption, NodeOption, open_named, person
from sepakat.cli.printing import instant, say, say_fields, say_json, say_raw, say_table

if TYPE_CHECKING:
    from sepakat.exchange.ports import Node
    from sepakat.exchange.records import StoredVersion
    from sepakat.exchange.releasing import ReleaseSummary
    from sepakat.exchange.viewing import HeldObject
    from sepakat.stix.identifiers import StixId

app = typer.Typer(help="What this node holds, and what its persons put on it.", no_args_is_help=True)

ObjectArgument = Annotated[str, typer.Argument(metavar="ID", help="The object's STIX id.", show_default=False)]


@app.command("list")
def list_(
    *,
    type_: Annotated[str | None, typer.Option("--type", help="Only objects of this type.")] = None,
    after: Annotated[str | None, typer.Option(metavar="ID", help="Go on after this id.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    recalled: Annotated[bool, typer.Option("--recalled", help="Also what is revoked, or was recalled.")] = False,
    content: Annotated[bool, typer.Option("--content", help="With --json: the content too.")] = False,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the newest version of each held object, by id."""
    from sepakat.stix.identifiers import StixId

    start = StixId(after) if after else None
    page, has_more = _page(open_named(node), type_, start, limit, with_recalled=recalled)
    if as_json:
        say_json({"objects": [_as_json(one, content=content) for one in page], "more": has_more})
        return
    rows = [
        (one.object.id, title_of(one.object.content), markings_of(one), ", ".join(sorted(one.origins))) for one in page
    ]
    say_table(("id", "what", "marked", "origin"), rows, "No objects.")
    if has_more:
        say(f"There are more: add --after {page[-1].object.id}")


@app.command("show")
def show(
    object_id: ObjectArgument,
    *,
    versions: Annotated[bool, typer.Option("--versions", help="Every held version, not only the newest.")] = False,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one object: its content, where it comes from, and what was put on it."""
    from sepakat.exchange.viewing import show_object
    from sepakat.stix.identifiers import StixId

    held = show_object(open_named(node), StixId(object_id))
    shown = held.versions if versions else held.versions[-1:]
    if as_json:
        say_json({"versions": [_as_json(one, content=True) for one in shown], "policy": _policy(held)})
        return
    for one in shown:
        _say_version(one)
    say_fields([(name.replace("_", " "), _worded(value)) for name, value in _policy(held).items()])


@app.command("mark")
def mark(
    object_id: ObjectArgument,
    marking: Annotated[
        str, typer.Argument(help="`tlp:amber`, `pap:red`, or the id of a marking-definition.", show_default=False)
    ],
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Take back a marking that was added so.")] = False,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a marking of our own to an object; it only tightens, and is never sent."""
    from sepakat.exchange import marking as use_case
    from sepakat.stix.identifiers import StixId

    opened, identifier = open_named(node), StixId(marking_id(marking))
    if remove:
        summary = use_case.unmark(opened, StixId(object_id), identifier)
    else:
        summary = use_case.mark(opened, StixId(object_id), identifier)
    say_released(summary, f"{object_id} is {'no longer ' if remove else ''}marked {marking} by us.", as_json=as_json)


@app.command("hold")
def hold(
    object_id: ObjectArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why it is stopped.", show_default=False)],
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Stop an object: it leaves every view until it is unheld."""
    from sepakat.exchange import marking as use_case
    from sepakat.stix.identifiers import StixId

    say_released(use_case.hold(open_named(node), StixId(object_id), reason), f"{object_id} is held.", as_json=as_json)


@app.command("unhold")
def unhold(object_id: ObjectArgument, *, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """Lift the stop on an object."""
    from sepakat.exchange import marking as use_case
    from sepakat.stix.identifiers import StixId

    say_released(use_case.unhold(open_named(node), StixId(object_id)), f"{object_id} is not held.", as_json=as_json)


@app.command("annotate")
def annotate(
    object_ids: Annotated[
        list[str], typer.Argument(metavar="ID...", help="The objects' STIX ids.", show_default=False)
    ],
    *,
    topic: Annotated[list[str] | None, typer.Option(help="A topic that it is about; repeatable.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="A region that it is about; repeatable.")] = None,
    person_category: Annotated[
        str | None, typer.Option("--person", metavar="CATEGORY", help="The category of the person that it is about.")
    ] = None,
    necessity: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Why personal data in it needs to be shared.")
    ] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what objects are about: topics, regions, persons and why they need to be named. Internal, and never sent."""
    from sepakat.exchange import marking as use_case
    from sepakat.stix.identifiers import StixId

    opened = open_named(node)
    for object_id in object_ids:
        summary = use_case.annotate(
            opened,
            StixId(object_id),
            topics=topic or (),
            regions=region or (),
            person_category=person_category,
            necessity=necessity,
        )
        say_released(summary, f"{object_id} is annotated.", as_json=as_json)


@app.command("relate")
def relate(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The object it goes from.", show_default=False)],
    kind: Annotated[str, typer.Argument(metavar="TYPE", help="`uses`, `attributed-to`, ...", show_default=False)],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The object it goes to.", show_default=False)],
    *,
    description: Annotated[str, typer.Option(metavar="WORDS", help="What is known of it.", show_default=False)] = "",
    marking: Annotated[
        list[str] | None, typer.Option(metavar="MARKING", help="tlp:green or an id; repeatable. Unmarked stays here.")
    ] = None,
    by: ByOption = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a relationship between two held objects."""
    from sepakat.exchange import relating
    from sepakat.stix.identifiers import StixId

    markings = tuple(StixId(marking_id(one)) for one in marking or ())
    link = relating.Link(StixId(source), kind, StixId(target), description, markings)
    made = relating.relate(open_named(node), link, person(by))
    if as_json:
        say_json({"id": made, "source": source, "relationship_type": kind, "target": target})
        return
    say(f"Made {made}: {source} {kind} {target}.")


def _page(
    node: Node, type_: str | None, after: StixId | None, limit: int, *, with_recalled: bool
) -> tuple[list[StoredVersion], bool]:
    """So many objects after an id, and whether there are more; what was recalled is left out unless asked for."""
    from sepakat.exchange.viewing import list_objects

    with node.store.reading() as unit:
        recalled = {policy.object_id for policy in unit.policies.everything() if policy.recalled}
    found: list[StoredVersion] = []
    while len(found) <= limit:
        page = list_objects(node, type_=type_, after=after, limit=limit + 1)
        shown = (one for one in page if with_recalled or not (one.object.is_revoked or one.object.id in recalled))
        found += shown
        if len(page) <= limit:
            break
        after = page[-1].object.id
    return found[:limit], len(found) > limit


def title_of(content: Any) -> str:
    """A few words that tell an object from others."""
    for name in ("name", "abstract", "opinion", "value", "path", "subject"):
        if isinstance(content.get(name), str):
            return str(content[name])
    if content.get("type") == "relationship":
        return f"{_kind(content['source_ref'])} {content['relationship_type']} {_kind(content['target_ref'])}"
    for name in ("content", "description", "explanation"):
        if isinstance(content.get(name), str):
            text = " ".join(content[name].split())
            return text if len(text) <= 60 else text[:57] + "..."
    return ""


def markings_of(stored: StoredVersion) -> str:
    """The markings of the whole object, in words where they have some."""
    from sepakat.stix.markings import FIXED_MARKINGS

    words = []
    for reference in stored.object.content.get("object_marking_refs", ()):
        known = FIXED_MARKINGS.get(reference)
        words.append(str(known.content["name"]) if known else reference)
    if stored.object.content.get("granular_markings"):
        words.append("and parts")
    return ", ".join(words)


def marking_id(text: str) -> str:
    """The id of a marking given as `tlp:amber` or as an id."""
    from sepakat.stix.markings import PAP, TLP_2

    scheme, _, level = text.lower().partition(":")
    table = {"tlp": TLP_2, "pap": PAP}.get(scheme)
    return table[level].id if table is not None and level in table else text


def say_released(summary: ReleaseSummary, text: str, *, as_json: bool) -> None:
    """What a change did to the views."""
    changes = [
        {
            "agreement": change.view.agreement,
            "taker": change.view.taker,
            "published": change.published,
            "withdrawn": change.withdrawn,
        }
        for change in summary.changes
    ]
    if as_json:
        say_json({"released": changes})
        return
    say(text)
    for change in changes:
        say(
            f"To {change['taker']} under {change['agreement']}: "
            f"{change['published']} released, {change['withdrawn']} withdrawn."
        )


def _say_version(stored: StoredVersion) -> None:
    import json

    say_fields(
        (
            ("origin", ", ".join(sorted(stored.origins))),
            ("received", instant(stored.received_at)),
            ("from", ", ".join(f"{terms.sender} under {terms.agreement}" for terms in stored.received)),
            ("marked", markings_of(stored)),
        )
    )
    say_raw(json.dumps(dict(stored.object.content), indent=2, ensure_ascii=True))


def _as_json(stored: StoredVersion, *, content: bool = False) -> dict[str, Any]:
    made = stored.object
    short = {
        "id": made.id,
        "type": made.content["type"],
        "version": made.version,
        "title": title_of(made.content),
        "digest": made.digest,
        "origins": sorted(stored.origins),
        "received_at": instant(stored.received_at),
        "received": [{"sender": terms.sender, "agreement": terms.agreement} for terms in stored.received],
        "take_in": stored.take_in,
        "revoked": bool(made.content.get("revoked", False)),
    }
    return {**short, "content": dict(made.content)} if content else short


def _policy(held: HeldObject) -> dict[str, Any]:
    policy = held.policy
    if policy is None:
        return {}
    return {
        "topics": sorted(policy.topics),
        "regions": sorted(policy.regions),
        "person_category": policy.person_category,
        "necessity": policy.necessity,
        "added_markings": list(policy.markings),
        "hold": policy.hold,
        "recalled": policy.recalled or bool(policy.recalled_views),
        "expires_at": instant(policy.expires_at),
    }


def _worded(value: object) -> object:
    if isinstance(value, list):
        return ", ".join(value)
    return {True: "yes", False: None}.get(value, value) if isinstance(value, bool) else value


def _kind(reference: str) -> str:
    return reference.split("--", maxsplit=1)[0]
