from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[3]
LINES = re.findall(r"^\| `([^`]+)` \|.*`([0-9a-f]{64})` \|$", (ROOT / "vendor" / "README.md").read_text("utf-8"), re.M)


def test_every_vendored_file_is_the_one_that_is_written_down() -> None:
    assert LINES
    for path, digest in LINES:
        assert sha256((ROOT / path).read_bytes()).hexdigest() == digest, path
