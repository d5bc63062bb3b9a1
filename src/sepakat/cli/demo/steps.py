"""The seven steps of the story, each with what must be so at its end."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sepakat.cli.demo import taxii_client
from sepakat.cli.demo.comparison import (
    SCAFFOLD,
    Holding,
    broken_references,
    digests_of,
    words_kept_from,
)
from sepakat.cli.demo.machine import Machine, together
from sepakat.cli.demo.material import (
    AGREEMENTS_OF,
    COALITION,
    ONWARD,
    OUT,
    PACT,
    VARIANT,
    WHOLE,
    Entry,
    Material,
    agreement_text,
    load,
)
from sepakat.cli.demo.story import Story, StoryEnded
from sepakat.errors import SepakatError

PARTIES = {"us": ("United States", "US"), "ru": ("Russia", "RU"), "iq": ("Iraq", "IQ"), "fr": ("France", "FR")}
TAKERS = ("ru", "iq", "fr")
ORIGIN_AND_LABEL = {"OriginAllows", "AmongReaders"}
ANSWER_SECONDS = 30


class Demo:
    """Four nodes and the story that is played through them."""

    def __init__(self, story: Story, place: Path) -> None:
        self.story = story
        self.place = place
        self.machines = {party: Machine(party, *names, place) for party, names in PARTIES.items()}
        self.us, self.ru, self.iq, self.fr = self.machines.values()
        self.material: Material
        self.account: dict[str, str] = {}
        self._account_password = ""

    def play(self) -> bool:
        """Play all steps; whether everything was as it should be."""
        steps = (
            self._agree,
            self._take_in,
            self._share,
            self._explain,
            self._pass_on,
            self._recall,
            self._verify,
        )
        try:
            for step in steps:
                step()
            self.story.end_step()
        except StoryEnded:
            self.story.note("The story ends here: what follows builds on this step.")
        except SepakatError as error:
            self.story.check(error.message, False)
        return self.story.close()

    def say_settings(self) -> None:
        """Where the nodes are, who may sign in, and what a TAXII client needs."""
        story = self.story
        story.tell("\nThe nodes keep running; Ctrl-C ends them. Sign in to the pages with user `demo`:")
        story.fields(
            (one.party, f"{one.address}  password {one.password}  folder {one.folder}") for one in self._served()
        )
        if self.account:
            story.tell("A plain TAXII 2.1 client reads what us gives fr with:")
            story.fields(self.account.items())
        story.tell(
            "Your own commands: sepakat objects list --node FOLDER, sepakat explain ID --to fr --node FOLDER, ..."
        )

    def stop(self) -> None:
        """Stop every node."""
        together(Machine.stop, self.machines.values())

    def _served(self) -> list[Machine]:
        return [machine for machine in self.machines.values() if machine.is_served]

    # 1

    def _agree(self) -> None:
        story = self.story
        story.step(1, "Four parties set up their nodes, exchange cards and agree")
        together(self._set_up, self.machines.values())
        story.command("us", 'sepakat init us --party us --name "United States" --country US')
        story.command("us", "sepakat serve us --port 0")
        for machine in self.machines.values():
            story.check(f"{machine.name}: served at {machine.address}", machine.is_served)
        self._exchange_cards()
        self._define()
        self._conclude()

    def _set_up(self, machine: Machine) -> None:
        machine.run(
            "init", str(machine.folder), "--party", machine.party, "--name", machine.name, "--country", machine.country
        )
        machine.serve()
        machine.password = machine.ask("user", "add", "demo", "--role", "analyst")["password"]

    def _exchange_cards(self) -> None:
        story = self.story
        machines = self.machines.values()
        prints = dict(
            together(lambda one: (one.party, one.run("party", "card", "--fingerprint").output.strip()), machines)
        )
        story.command("us", f'sepakat party add {self.ru.address} --fingerprint "{prints["ru"][:19]} ..."')

        def add_others(machine: Machine) -> set[str]:
            others = [other for other in machines if other is not machine]
            add = [("party", "add", other.address, "--fingerprint", prints[other.party]) for other in others]
            return {machine.party, *(machine.ask(*arguments)["id"] for arguments in add)}

        known = together(add_others, machines)
        story.check("each knows the other three by card and fingerprint", all(one == set(PARTIES) for one in known))

    def _define(self) -> None:
        identity = self.us.ask("party", "show", "us")["identity"]["id"]
        from sepakat.composition import SystemClock

        self.now = SystemClock().now()
        self.material = load(self.now, identity)
        group = self.material.id_of("group")
        topic = ("topics", "define", "terrorism/isis", "--label", "isis")
        self.us.run(*topic, "--name", "Islamic State", "--entity", group)
        self.us.run("topics", "define", "terrorism/sources", "--label", "source-report")
        self.ru.run(*topic)
        self.us.run("communities", "create", "coalition", *PARTIES)

    def _conclude(self) -> None:
        story = self.story

        def offer(giver: Machine, name: str) -> None:
            file = self.place / f"{name}.yaml"
            file.write_text(agreement_text(name, self.now), encoding="utf-8")
            giver.run("agreements", "offer", str(file))

        for name in (PACT, COALITION):
            story.command("us", f"sepakat agreements offer {name}.yaml")
            offer(self.us, name)
        story.command("ru", f"sepakat agreements offer {ONWARD}.yaml")
        offer(self.ru, ONWARD)

        def accept(machine: Machine) -> None:
            offered = {"ru": (PACT, COALITION), "iq": (COALITION,), "fr": (COALITION, ONWARD)}[machine.party]
            for name in offered:
                machine.run("agreements", "accept", name)

        story.command("ru", f"sepakat agreements accept {PACT}")
        together(accept, [self.machines[party] for party in TAKERS])
        listed = dict(together(lambda one: (one.party, one.ask("agreements", "list")), self.machines.values()))
        concluded = [(PACT, "us", "ru"), *((COALITION, "us", taker) for taker in TAKERS), (ONWARD, "ru", "fr")]
        for name, giver, taker in concluded:
            ours, theirs = _agreement(listed[giver], name), _agreement(listed[taker], name)
            states = [one.get("standings", {}).get(taker, {}).get("state") for one in (ours, theirs)]
            same = ours.get("hash") == theirs.get("hash") and states == ["in-force", "in-force"]
            words = f"{name}: {giver} gives {taker}, signed by both over {str(ours.get('hash'))[:16]}, in force"
            story.check(words, same, f"states: {states}, hashes: {ours.get('hash')} and {theirs.get('hash')}")

    # 2

    def _take_in(self) -> None:
        story = self.story
        story.step(2, "us takes in what it knows")
        story.tell(
            "A group, places, people in office, who said what and how sure, indicators, markings of every TLP level."
        )
        taken = 0
        for of_people, name in ((True, "people"), (False, "bundle")):
            file = self.place / f"{name}.json"
            bundle = self.material.bundle("5d3b3c0a-4a55-4f0c-9d0a-3f1f6f7f9c1e", of_people=of_people)
            file.write_text(json.dumps(bundle, ensure_ascii=False, indent=2), encoding="utf-8")
            story.command("us", f"sepakat take-in {name}.json")
            report = self.us.ask("take-in", str(file))
            taken += len(report["taken"])
            for ids, put in self.material.annotations(of_people=of_people):
                options = [part for topic in put.get("topics", ()) for part in ("--topic", topic)]
                options += [part for region in put.get("regions", ()) for part in ("--region", region)]
                options += ["--person", put["person"]] if "person" in put else []
                self.us.run("objects", "annotate", *ids, *options)
        everything = len(self.material.objects)
        story.check(f"{taken} objects taken in, the larger bundle whole in one transaction", taken == everything >= 40)

    # 3

    def _share(self) -> None:
        story = self.story
        story.step(3, "The others synchronise; each gets what was agreed, and nothing else")
        takers = [self.machines[party] for party in TAKERS]
        for machine in takers:
            story.command(machine.party, "sepakat sync us")
        together(lambda one: one.ask("sync", "us"), takers)
        listed = together(_everything, [self.us, *takers])
        mine = {one["id"]: one["digest"] for one in listed[0]["objects"]}
        views = together(lambda one: self.us.ask("view", one.party), takers)
        holdings = [
            Holding.of(machine.party, held, view) for machine, held, view in zip(takers, listed[1:], views, strict=True)
        ]
        self._show_table(holdings, mine)
        for holding in holdings:
            self._check_holding(holding, mine)
        self._read_with_a_plain_client(holdings[-1])

    def _show_table(self, holdings: Sequence[Holding], mine: Mapping[str, str]) -> None:
        rows = []
        for entry in self.material.entries:
            got = []
            for holding in holdings:
                found, wanted = holding.outcome(entry, mine[entry.id]), entry.for_party(holding.party)
                got.append(found if found == wanted else f"{found} ≠ {wanted}")
            rows.append((entry.key, entry.id.split("--")[0], " ".join(entry.marked) or "nothing", *got, entry.why))
        self.story.table(("object", "type", "marked", *(one.party for one in holdings), "because"), rows)

    def _check_holding(self, holding: Holding, mine: Mapping[str, str]) -> None:
        story, entries, party = self.story, self.material.entries, holding.party
        wrong = [
            f"{entry.key}: {found}, expected {entry.for_party(party)}"
            for entry in entries
            if (found := holding.outcome(entry, mine[entry.id])) != entry.for_party(party)
        ]
        counts = {
            outcome: sum(entry.for_party(party) == outcome for entry in entries) for outcome in (WHOLE, VARIANT, OUT)
        }
        words = f"{party} has {counts[WHOLE]} whole, {counts[VARIANT]} as a tear-line variant, {counts[OUT]} not at all"
        story.check(words, not wrong, *wrong)
        for agreement in AGREEMENTS_OF[party]:
            wrong = [
                f"{entry.key}: {found}, expected {entry.expected[agreement]}"
                for entry in entries
                if (found := holding.outcome_under(entry, agreement)) != entry.expected[agreement]
            ]
            story.check(f"  and so us released it under {agreement}", not wrong, *wrong)
        unexpected = holding.unexpected(entries)
        story.check(f"  {party} holds nothing else", not unexpected, *unexpected)
        kept = words_kept_from(party, entries)
        found_words = holding.found_words(kept)
        story.check(
            f"  none of {len(kept)} withheld words stands in anything that {party} holds", not found_words, *found_words
        )
        broken = broken_references([one["content"] for one in holding.held.values()], self._parties_known())
        story.check("  nothing points to something that did not come", not broken, *broken)

    def _parties_known(self) -> set[str]:
        """Ids that every node knows from cards: the identities of the parties."""
        if not hasattr(self, "_identities"):
            self._identities = {one["identity"]["id"] for one in self.us.ask("party", "list")}
        return self._identities

    def _read_with_a_plain_client(self, holding: Holding) -> None:
        story = self.story
        account = self.us.ask("account", "add", "fr")
        self.account = {
            "discovery": account["discovery"],
            "user": account["name"],
            "password": account["password"],
            "bearer token": account["token"],
        }
        if not taxii_client.is_installed():
            story.note("Not shown: a plain TAXII client (pip install taxii2-client)")
            return
        story.tell(f"A plain TAXII client (taxii2-client) logs in as fr at {account['discovery']}")
        collections = taxii_client.read_everything(account["discovery"], account["name"], account["password"])
        read = digests_of([made for objects in collections.values() for made in objects])
        held = {id_: one["digest"] for id_, one in holding.held.items()}
        theirs = {id_: digest for id_, digest in read.items() if id_.split("--")[0] not in SCAFFOLD or id_ in held}
        differing = sorted({id_ for id_ in theirs.keys() | held.keys() if theirs.get(id_) != held.get(id_)})
        differing = [id_ for id_ in differing if id_ in theirs or id_.split("--")[0] not in SCAFFOLD]
        words = f"  it reads {len(read)} objects in {', '.join(collections)}: the same as fr's node"
        story.check(words, bool(read) and not differing, *differing)

    # 4

    def _explain(self) -> None:
        story = self.story
        story.step(4, "Why, and why not")
        shown = {WHOLE: "five-hundred", VARIANT: "relay-address", OUT: "safehouse"}
        rules = []
        for outcome, key in shown.items():
            command = ("explain", self.material.id_of(key), "--to", "ru", "--agreement", PACT)
            story.command("us", f"sepakat {' '.join(command)}")
            story.quote(self.us.run(*command).output)
            [decision] = self.us.ask(*command)
            rules.append([finding["rule"] for finding in decision["findings"]])
            verdicts = {finding["verdict"] for finding in decision["findings"]}
            fitting = {
                WHOLE: not verdicts & {"withholds", "cuts"},
                VARIANT: "cuts" in verdicts,
                OUT: "withholds" in verdicts,
            }
            words = f"{key}: {outcome}, with what each of {len(rules[-1])} rules found"
            story.check(words, decision["outcome"] == outcome and fitting[outcome], json.dumps(decision["findings"]))
        story.check(
            "every rule has its say, also after the first refusal", bool(rules[0]) and rules[0] == rules[1] == rules[2]
        )

    # 5

    def _pass_on(self) -> None:
        story, crossing = self.story, self.material.id_of("crossing")
        story.step(5, "ru wants to pass an AMBER object of us on to fr")
        self.fr.ask("sync", "ru")
        story.check("fr has not got it", crossing not in _held(self.fr))
        story.command("ru", f"sepakat explain {crossing} --to fr")
        story.quote(self.ru.run("explain", crossing, "--to", "fr").output)
        [decision] = self.ru.ask("explain", crossing, "--to", "fr")
        failing = {finding["rule"] for finding in decision["findings"] if finding["verdict"] == "withholds"}
        words = "withheld: its origin and its label are the only rules that say no"
        story.check(words, decision["outcome"] == OUT and failing == ORIGIN_AND_LABEL, f"failing: {sorted(failing)}")
        story.command("ru", f'sepakat consent request {crossing} --to fr --purpose "Joint watch on the border"')
        asked = self.ru.ask("consent", "request", crossing, "--to", "fr", "--purpose", "Joint watch on the border")
        request = asked["consents"][0]["id"]
        waiting = [one["id"] for one in self.us.ask("consent", "list") if one["granted"] is None]
        story.check("us has the request", waiting == [request], str(waiting))
        story.command("us", f"sepakat consent grant {request}")
        self.us.run("consent", "grant", request)
        story.command("fr", "sepakat sync ru")
        self.fr.ask("sync", "ru")
        here, there = together(_everything, (self.us, self.fr))
        digest = {one["id"]: one["digest"] for one in here["objects"]}[crossing]
        held = {one["id"]: one for one in there["objects"]}
        story.check("now fr has it, byte for byte as us wrote it", held.get(crossing, {}).get("digest") == digest)
        story.check("  with us as its origin", held.get(crossing, {}).get("origins") == ["us"])
        others = [
            id_ for id_ in held if id_ == self.material.id_of("siege") or id_ == self.material.id_of("forum-domain")
        ]
        story.check("  and nothing else of what us gave ru alone", not others, *others)

    # 6

    def _recall(self) -> None:
        story, crossing = self.story, self.material.id_of("crossing")
        story.step(6, "us takes it back")
        story.command("us", f'sepakat recall {crossing} --reason "The source is in danger"')
        recall = self.us.ask("recall", crossing, "--reason", "The source is in danger")
        answers = self._wait_for_answers(recall["id"], {"ru", "fr"})
        held = dict(zip(("ru", "fr"), together(_held, (self.ru, self.fr)), strict=True))
        for party, ids in held.items():
            story.check(f"it has disappeared at {party}", crossing not in ids)
        rows = [row for view in self.ru.ask("view", "fr") for row in view["objects"] if row["original"] == crossing]
        live = [row["id"] for row in rows if row["standing"] == "live"]
        story.check("ru gives it to nobody any more", not live, *live)
        for party in ("ru", "fr"):
            said = answers.get(party)
            story.check(f"the answer of {party} stands at us: {said or 'none'}", said in ("restricted", "deleted"))
        story.command("us", "sepakat recalls list")
        story.quote(self.us.run("recalls", "list").output)

    def _wait_for_answers(self, recall: str, parties: set[str]) -> dict[str, str]:
        """The answers, once all are there: messages travel in the background."""
        answers: dict[str, str] = {}

        def all_answered() -> bool:
            for one in self.us.ask("recalls", "list"):
                if one["id"] == recall:
                    answers.update({answer["party"]: answer["action"] for answer in one["answers"] if answer["action"]})
            return parties <= answers.keys()

        _wait_until(all_answered)
        return answers

    # 7

    def _verify(self) -> None:
        story = self.story
        story.step(7, "The proof: every log verifies, and one changed byte is found")
        story.command("us", "sepakat log verify")
        machines = list(self.machines.values())
        verified = together(lambda one: one.ask("log", "verify", statuses=(0, 1)), machines)
        for machine, logs in zip(machines, verified, strict=True):
            damage = [finding["message"] for log in logs for finding in log["findings"] if finding["damage"]]
            sizes = ", ".join(f"{log['size']} for {log['counterpart']}" for log in logs if not log["mirror"])
            words = f"{machine.party}: {len(logs)} logs verify offline (leaves: {sizes})"
            story.check(words, bool(logs) and all(log["sound"] for log in logs), *damage)
        self._change_one_byte()

    def _change_one_byte(self) -> None:
        story = self.story
        row = next(
            row
            for view in self.us.ask("view", "ru", "--agreement", PACT)
            for row in view["objects"]
            if row["outcome"] == VARIANT
        )
        copy = copied(self.us.folder, self.place / "us-copy")
        token = next(
            extension["same_as"] for extension in row["content"]["extensions"].values() if "same_as" in extension
        )
        place = change_a_byte(copy / "store.sqlite", token.encode())
        story.tell(f"In a copy of us's store, byte {place} is changed: one digit inside an object that ru was given.")
        story.command("us", "sepakat log verify --node us-copy")
        ran = self.us.run("log", "verify", statuses=(0, 1), folder=copy)
        story.quote("\n".join(line for line in ran.output.splitlines() if "✗" in line))
        logs = self.us.ask("log", "verify", statuses=(0, 1), folder=copy)
        damage = [finding for log in logs for finding in log["findings"] if finding["damage"]]
        names = [(one["leaf"], (one["object"] or "").split(" ")[0]) for one in damage]
        words = f"verification says no, and names the place: leaf {row['leaf']}, object {row['id']}"
        story.check(words, ran.status == 1 and (row["leaf"], row["id"]) in names, str(names))
        story.check("  and nothing else", len(damage) == 1, *(one["message"] for one in damage))


def copied(folder: Path, target: Path) -> Path:
    """A copy of a node's folder that is whole although the node is being served."""
    import shutil

    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("store.sqlite*"))
    source, copy = sqlite3.connect(folder / "store.sqlite"), sqlite3.connect(target / "store.sqlite")
    try:
        source.backup(copy)
    finally:
        source.close()
        copy.close()
    (target / "store.sqlite").chmod(0o600)
    return target


def change_a_byte(file: Path, where: bytes) -> int:
    """Change the first byte of the first place in a file that holds `where`; its offset."""
    data = bytearray(file.read_bytes())
    offset = data.index(where)
    data[offset] = ord("0") if data[offset] != ord("0") else ord("1")
    file.write_bytes(data)
    return offset


def _wait_until(is_so: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(ANSWER_SECONDS * 2):
        if is_so():
            return
        pause.wait(0.5)


def _everything(machine: Machine) -> dict[str, Any]:
    listed: dict[str, Any] = machine.ask("objects", "list", "--content", "--limit", "5000")
    return listed


def _held(machine: Machine) -> set[str]:
    return {one["id"] for one in _everything(machine)["objects"]}


def _agreement(listed: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    return next((one for one in listed if one["id"] == name), {})


__all__ = ["Demo", "Entry"]
