"""Answers requests with cedarpy and says how long each took: run by `benchmarks.release` in an environment of its own.

Reads policies and requests as JSON from standard input; imports nothing of Sepakat. Policies and the entities that all
requests share are parsed once, before the clock runs; each request carries the entity of its own object.
"""

from __future__ import annotations

import json
import sys
import time

import cedarpy  # type: ignore[import-not-found]


def main() -> None:
    asked = json.load(sys.stdin)
    policies = cedarpy.PolicySet.from_str(asked["policies"])
    shared = cedarpy.Entities.from_json_str(json.dumps(asked["entities"]))
    begun = time.perf_counter()
    answers = [
        cedarpy.is_authorized(one["request"], policies, shared.with_added_json_str(one["object"])).allowed
        for one in asked["requests"]
    ]
    json.dump({"seconds": time.perf_counter() - begun, "answers": answers}, sys.stdout)


if __name__ == "__main__":
    main()
