"""Checks that everything in the lock may be passed on with Sepakat: `python -m checks.licences`.

Looks at each locked distribution that this Python needs, by the licence it declares: the SPDX expression, else the
classifiers, else the free text, else the heading of its licence file. A licence that is not known to be permissive or
weak copyleft is a fault, an absent one too; of a choice (`OR`) one acceptable side is enough, of a conjunction (`AND`)
all must be.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

from checks.tree import ROOT

LOCK = ROOT / "requirements" / "dev.lock"
ACCEPTED = re.compile(
    r"""(?ix) ^ (the\ )? (osi\ approved\ ::\ )?
    ( mit (-0|-cmu)? | 0bsd | isc (l|\ license)? | zlib | unlicense | cc0-1\.0 | hpnd | blueoak-1\.0\.0
    | (new\ |modified\ |simplified\ |[23]-clause\ )? bsd ([-\ ][234](-clause)?)? (\ license)?
    | apache ([-\ ](license|software)([,\ ]*license)?)? [,\ ]* (v(ersion)?\ ?)? [-\ ]? (2(\.0)?)?
    | (mpl|mozilla\ public\ license) [-\ ]? 2\.0 (\ \(mpl\ 2\.0\))?
    | lgpl-(2\.1|3\.0)-(only|or-later) | gnu\ lesser\ general\ public\ license\ v[23] (\ or\ later)? \ \(lgplv[23]\+?\)
    | (psf|python(-software-foundation)?) ([-\ ]2\.0|\ software\ foundation\ license)?
    ) (\ license)? (\ \((isc|isclt?|mit|iscl)\))? $"""
)


def is_accepted(expression: str) -> bool:
    """Whether a licence, or a simple SPDX expression of several, may be passed on."""
    text = expression.strip()
    if text.startswith("(") and text.endswith(")") and _closes_at_end(text):
        return is_accepted(text[1:-1])
    for operator, combine in ((" OR ", any), (" AND ", all)):
        parts = _split(text, operator)
        if len(parts) > 1:
            return combine(is_accepted(part) for part in parts)
    return bool(ACCEPTED.match(text))


def declared(distribution: Distribution) -> list[str]:
    """List what a distribution says of its licence, of the most exact kind that it gives; all must be acceptable."""
    metadata = distribution.metadata
    if "License-Expression" in metadata:
        return [metadata["License-Expression"]]
    classifiers = [str(entry) for entry in metadata.get_all("Classifier") or []]
    named = [entry.removeprefix("License :: ") for entry in classifiers if entry.startswith("License :: ")]
    exact = [entry.removeprefix("OSI Approved :: ") for entry in named if entry != "OSI Approved"]
    if exact:
        return [" OR ".join(exact)]
    text = metadata["License"].strip().partition("\n")[0] if "License" in metadata else ""
    return [text] if text else _headed(distribution)


def _headed(distribution: Distribution) -> list[str]:
    """List the first line of each licence file: of a distribution that ships its licence and does not name it."""
    names = distribution.metadata.get_all("License-File") or []
    texts = [distribution.read_text(f"licenses/{name}") or distribution.read_text(name) or "" for name in names]
    return [text.strip().partition("\n")[0] for text in texts if text.strip()]


def needed(lines: Iterable[str]) -> Iterator[Requirement]:
    """Yield the lock's requirements whose marker holds for this Python."""
    for line in lines:
        if re.match(r"[A-Za-z0-9]", line):
            requirement = Requirement(line.rstrip(" \\"))
            if requirement.marker is None or requirement.marker.evaluate():
                yield requirement


def faults(lines: Iterable[str]) -> Iterator[str]:
    """Yield one line for every distribution of the lock that is absent or may not be passed on."""
    for requirement in needed(lines):
        try:
            licences = declared(distribution(requirement.name))
        except PackageNotFoundError:
            yield f"{requirement.name} stands in the lock and is not installed: run `make install`"
            continue
        if not licences:
            yield f"{requirement.name} declares no licence"
        yield from (
            f"{requirement.name} has a licence that is not accepted: {licence}"
            for licence in licences
            if not is_accepted(licence)
        )


def main() -> int:
    """Check the lock; give the exit status."""
    found = list(faults(LOCK.read_text(encoding="utf-8").splitlines()))
    for fault in found:
        print(f"licences: {fault}", file=sys.stderr)
    print("licences: all accepted" if not found else f"licences: {len(found)} faults")
    return 1 if found else 0


def _split(text: str, operator: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and text[place : place + len(operator)].upper() == operator:
            parts.append(text[start:place])
            start = place + len(operator)
    return [*parts, text[start:]]


def _closes_at_end(text: str) -> bool:
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


if __name__ == "__main__":
    sys.exit(main())
