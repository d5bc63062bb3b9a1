"""Who plays: the four machines, and what they have between them while the story goes on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sepakat.cli.demo.machine import Machine, together
from sepakat.cli.demo.material import Material
from sepakat.cli.demo.story import Story

PARTIES = {"us": ("United States", "US"), "ru": ("Russia", "RU"), "iq": ("Iraq", "IQ"), "fr": ("France", "FR")}
TAKERS = ("ru", "iq", "fr")
USER = "demo"


class Cast:
    """The machines by party, the material, and the TAXII account that `us` makes for `fr`."""

    def __init__(self, story: Story, place: Path) -> None:
        self.story = story
        self.place = place
        self.machines = {party: Machine(party, *names, place) for party, names in PARTIES.items()}
        self.us, self.ru, self.iq, self.fr = self.machines.values()
        self.now: datetime
        """The instant of the run."""
        self.material: Material
        self.account: Mapping[str, str] = {}

    @property
    def takers(self) -> list[Machine]:
        """The partners that take from `us`."""
        return [self.machines[party] for party in TAKERS]

    def say_settings(self) -> None:
        """Where the nodes are, who may sign in, and what a TAXII client needs."""
        story = self.story
        story.tell(f"\nThe nodes keep running; Ctrl-C ends them. Sign in to the pages as user {USER}:")
        served = (one for one in self.machines.values() if one.is_served)
        story.fields((one.party, f"{one.address}  password {one.password}  folder {one.folder}") for one in served)
        if self.account:
            story.tell("A plain TAXII 2.1 client reads what us gives fr with:")
            story.fields(self.account.items())
        story.tell(
            "Your own commands: sepakat objects list --node FOLDER, sepakat explain ID --to fr --node FOLDER, ..."
        )

    def stop(self) -> None:
        """Stop every node."""
        together(Machine.stop, self.machines.values())


def everything(machine: Machine) -> dict[str, Any]:
    """What a node shows of all that it holds."""
    listed: dict[str, Any] = machine.ask("objects", "list", "--content", "--limit", "5000")
    return listed


def held(machine: Machine) -> set[str]:
    """The ids of what a node shows."""
    return {one["id"] for one in everything(machine)["objects"]}
