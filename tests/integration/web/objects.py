"""The objects of the world that the pages show, by what becomes of each."""

from __future__ import annotations

from sepakat.stix.identifiers import StixId

GROUP = StixId("threat-actor--3b1c9a52-6c1e-4f0a-9d57-000000000001")
CUT = StixId("campaign--3b1c9a52-6c1e-4f0a-9d57-000000000002")
SECRET = StixId("campaign--3b1c9a52-6c1e-4f0a-9d57-000000000003")
FOR_FRANCE = StixId("campaign--3b1c9a52-6c1e-4f0a-9d57-000000000004")
OPEN = StixId("campaign--3b1c9a52-6c1e-4f0a-9d57-000000000005")
HELD = StixId("campaign--3b1c9a52-6c1e-4f0a-9d57-000000000006")
TAKEN_BACK = StixId("campaign--3b1c9a52-6c1e-4f0a-9d57-000000000007")
WANTED = StixId("campaign--3b1c9a52-6c1e-4f0a-9d57-000000000008")
PLACE = StixId("location--3b1c9a52-6c1e-4f0a-9d57-000000000009")
