"""Step 8: one story reaches `us` by three ways from one origin, and counts once.

Three partners have read the same public report; each says so with the token that anybody can work out from it, and
gives `us` a claim of its own under an agreement. `us` counts three reports, one origin, and may not call it confirmed.
"""

from __future__ import annotations

from typing import Any

from sepakat.cli.demo.cast import Cast
from sepakat.cli.demo.machine import Machine, together
from sepakat.cli.demo.material import press_agreement_text

KEY = "state/bridge:iq-an:2014-11"
ADDRESS = "https://news.example/2014/bridge"
REPORT = "The bridge over the river was blown up in the night, a resident told our agency.\n"
WORDS = {
    "ru": "The bridge is destroyed.",
    "iq": "We hear that the bridge over the river no longer stands.",
    "fr": "According to the press the bridge has been blown up.",
}
REFUSED = 4


def count(cast: Cast) -> None:
    """Play the step."""
    story, us = cast.story, cast.us
    file = cast.place / "report.txt"
    file.write_text(REPORT, encoding="utf-8")
    story.command("ru", f"sepakat claims token --url {ADDRESS} --file report.txt")

    def tell(machine: Machine) -> str:
        token = str(machine.ask("claims", "token", "--url", ADDRESS, "--file", str(file))["token"])
        name = f"press-{machine.party}-us"
        text = press_agreement_text(machine.party, cast.now)
        (cast.place / f"{name}.yaml").write_text(text, encoding="utf-8")
        machine.run("agreements", "offer", str(cast.place / f"{name}.yaml"))
        us.run("agreements", "accept", name)
        words = WORDS[machine.party]
        asked = ("--kind", "report", "--question", KEY, "--root", token, "--marking", "tlp:green")
        machine.run("claims", "make", words, *asked)
        us.ask("sync", machine.party)
        return token

    tokens = set(together(tell, cast.takers))
    story.check("all three work out the same token for the public report", len(tokens) == 1)
    for machine in cast.takers:
        story.command(machine.party, f"sepakat claims make {WORDS[machine.party]!r} --kind report --root TOKEN ...")
    story.command("us", f"sepakat questions show {KEY}")
    shown = us.ask("questions", "show", KEY)
    claims = [one for answer in shown["answers"] for one in answer["claims"]]
    story.table(("from", "what", "root"), [(_origin(one), one["statement"], _root(one)) for one in claims])
    came = sorted(_origin(one) for one in claims)
    story.check("us has a report from each of the three", came == ["fr", "iq", "ru"], str(came))
    words = shown["support"]["sentence"]
    story.check(f"  and counts: {words}", words == "3 reports, 1 origin")
    basis = [part for one in claims for part in ("--basis", f"supports={one['id']}")]
    confirmed = ("claims", "make", "The bridge is gone.", "--kind", "fact", "--credibility", "1", *basis)
    story.command("us", "sepakat claims make 'The bridge is gone.' --kind fact --credibility 1 --basis supports=...")
    ran = us.run(*confirmed, statuses=(0, REFUSED))
    story.quote(ran.complaint)
    story.check("credibility 1, confirmed by other sources, is refused", ran.status == REFUSED, ran.output)


def _origin(one: dict[str, Any]) -> str:
    return ", ".join(one["origins"])


def _root(one: dict[str, Any]) -> str:
    roots = one["claim"].get("lineage", {}).get("roots", [])
    return ", ".join(root[:12] for root in roots) or "none declared"
