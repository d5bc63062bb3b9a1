"""Step 1: nodes are made and served, cards exchanged, three agreements signed by both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sepakat.cli.demo.cast import PARTIES, TAKERS, USER, Cast
from sepakat.cli.demo.machine import Machine, together
from sepakat.cli.demo.material import COALITION, ONWARD, PACT, agreement_text, load

OFFERED_BY = {PACT: "us", COALITION: "us", ONWARD: "ru"}
OFFERED_TO = {"ru": (PACT, COALITION), "iq": (COALITION,), "fr": (COALITION, ONWARD)}


def agree(cast: Cast) -> None:
    """Play the step."""
    story, us = cast.story, cast.us
    together(_set_up, cast.machines.values())
    story.command("us", f'sepakat init us --party us --name "{us.name}" --country {us.country}')
    story.command("us", "sepakat serve us --port 0")
    for machine in cast.machines.values():
        story.check(f"{machine.name}: served at {machine.address}", machine.is_served)
    _exchange_cards(cast)
    _define(cast)
    _offer(cast)
    _accept(cast)


def _set_up(machine: Machine) -> None:
    who = ("--party", machine.party, "--name", machine.name, "--country", machine.country)
    machine.run("init", str(machine.folder), *who)
    machine.serve()
    machine.password = machine.ask("user", "add", USER, "--role", "analyst")["password"]


def _exchange_cards(cast: Cast) -> None:
    """Each adds the three others, by the fingerprint that these read out."""
    machines = cast.machines.values()
    fingerprints = dict(together(lambda one: (one.party, _fingerprint(one)), machines))
    shown = fingerprints["ru"][:19]
    cast.story.command("us", f'sepakat party add {cast.ru.address} --fingerprint "{shown} ..."')

    def add_others(machine: Machine) -> set[str]:
        others = [other for other in machines if other is not machine]
        add = [("party", "add", other.address, "--fingerprint", fingerprints[other.party]) for other in others]
        return {machine.party, *(machine.ask(*arguments)["id"] for arguments in add)}

    known = together(add_others, machines)
    cast.story.check("each knows the other three by card and fingerprint", all(one == set(PARTIES) for one in known))


def _fingerprint(machine: Machine) -> str:
    return machine.run("party", "card", "--fingerprint").output.strip()


def _define(cast: Cast) -> None:
    """What the topics stand for, at those who give, and who is in the coalition."""
    from sepakat.composition import SystemClock

    cast.now = SystemClock().now()
    cast.material = load(cast.now, cast.us.ask("party", "show", "us")["identity"]["id"])
    topic = ("topics", "define", "terrorism/isis", "--label", "isis")
    commands = (
        (cast.us, (*topic, "--name", "Islamic State", "--entity", cast.material.id_of("group"))),
        (cast.us, ("topics", "define", "terrorism/sources", "--label", "source-report")),
        (cast.us, ("communities", "create", "coalition", *PARTIES)),
        (cast.ru, topic),
    )
    together(lambda one: one[0].run(*one[1]), commands)


def _offer(cast: Cast) -> None:
    for name, giver in OFFERED_BY.items():
        (cast.place / f"{name}.yaml").write_text(agreement_text(name, cast.now), encoding="utf-8")
        cast.story.command(giver, f"sepakat agreements offer {name}.yaml")

    def offer(name: str) -> None:
        cast.machines[OFFERED_BY[name]].run("agreements", "offer", str(cast.place / f"{name}.yaml"))

    together(offer, OFFERED_BY)


def _accept(cast: Cast) -> None:
    def accept(machine: Machine) -> None:
        for name in OFFERED_TO[machine.party]:
            machine.run("agreements", "accept", name)

    cast.story.command("ru", f"sepakat agreements accept {PACT}")
    together(accept, cast.takers)
    listed = dict(together(lambda one: (one.party, one.ask("agreements", "list")), cast.machines.values()))
    for taker in TAKERS:
        for name in OFFERED_TO[taker]:
            _check_in_force(cast, name, taker, listed)


def _check_in_force(cast: Cast, name: str, taker: str, listed: Mapping[str, Any]) -> None:
    giver = OFFERED_BY[name]
    ours, theirs = _agreement(listed[giver], name), _agreement(listed[taker], name)
    states = [one.get("standings", {}).get(taker, {}).get("state") for one in (ours, theirs)]
    hashes = [str(one.get("hash")) for one in (ours, theirs)]
    cast.story.check(
        f"{name}: {giver} gives {taker}, signed by both over {hashes[0][:16]}, in force",
        hashes[0] == hashes[1] and states == ["in-force", "in-force"],
        f"states {states}, hashes {hashes}",
    )


def _agreement(listed: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    return next((one for one in listed if one["id"] == name), {})
