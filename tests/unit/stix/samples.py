"""Small objects that the tests of this folder start from."""

from __future__ import annotations

import json
from typing import Any

IDENTITY = "identity--11111111-1111-4111-8111-111111111111"
MALWARE = "malware--22222222-2222-4222-8222-222222222222"
INDICATOR = "indicator--33333333-3333-4333-8333-333333333333"
REPORT = "report--44444444-4444-4444-8444-444444444444"
HIDDEN = "threat-actor--55555555-5555-4555-8555-555555555555"
MARKING = "marking-definition--66666666-6666-4666-8666-666666666666"
TIME = "2024-01-31T09:00:00.000Z"
LATER = "2024-02-01T09:00:00.000Z"

Content = dict[str, Any]


def sdo(identifier: str, **properties: Any) -> Content:
    common = {"type": identifier.partition("--")[0], "spec_version": "2.1", "id": identifier}
    return {**common, "created": TIME, "modified": TIME, **properties}


def malware(**properties: Any) -> Content:
    return sdo(MALWARE, **{"name": "Zeus", "is_family": True, **properties})


def indicator(**properties: Any) -> Content:
    pattern = {"pattern": "[ipv4-addr:value = '198.51.100.3']", "pattern_type": "stix", "valid_from": TIME}
    return sdo(INDICATOR, **{**pattern, **properties})


def report(**properties: Any) -> Content:
    return sdo(REPORT, **{"name": "Weekly", "published": TIME, "object_refs": [MALWARE, INDICATOR], **properties})


def raw(value: Any) -> bytes:
    return json.dumps(value).encode()


def bundle(*objects: Content) -> bytes:
    return raw({"type": "bundle", "id": "bundle--77777777-7777-4777-8777-777777777777", "objects": list(objects)})
