"""`sepakat topics`: what this node's topics stand for. Internal: definitions are never sent."""

from __future__ import annotations

from typing import Annotated

import typer

from sepakat.cli.objects import say_released
from sepakat.cli.options import JsonOption, NodeOption, open_named
from sepakat.cli.printing import say_json, say_table

app = typer.Typer(help="What this node's topics stand for (internal, never sent).", no_args_is_help=True)


@app.command("define")
def define(
    topic: Annotated[str, typer.Argument(help="The topic, a path: terrorism/isis.", show_default=False)],
    *,
    name: Annotated[list[str] | None, typer.Option(help="A name or alias that stands for it; repeatable.")] = None,
    label: Annotated[list[str] | None, typer.Option(help="A STIX label that stands for it; repeatable.")] = None,
    entity: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="An object that stands for it; repeatable.")
    ] = None,
    node: NodeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Define a topic, or replace its definition; every view is decided anew."""
    from sepakat.exchange.marking import define_topic
    from sepakat.exchange.records import Topic
    from sepakat.stix.identifiers import StixId

    made = Topic(topic, frozenset(StixId(one) for one in entity or ()), frozenset(name or ()), frozenset(label or ()))
    say_released(define_topic(open_named(node), made), f"Topic {topic} is defined.", as_json=as_json)


@app.command("list")
def list_(*, node: NodeOption = None, as_json: JsonOption = False) -> None:
    """List the topics with what stands for them."""
    with open_named(node).store.reading() as unit:
        topics = sorted(unit.policies.topics(), key=lambda topic: topic.id)
    if as_json:
        say_json(
            [
                {
                    "id": one.id,
                    "names": sorted(one.names),
                    "labels": sorted(one.labels),
                    "entities": sorted(one.entities),
                }
                for one in topics
            ]
        )
        return
    rows = [[one.id, *("\n".join(sorted(them)) for them in (one.names, one.labels, one.entities))] for one in topics]
    say_table(("topic", "names", "labels", "entities"), rows, "No topics; `sepakat topics define TOPIC` makes one.")
