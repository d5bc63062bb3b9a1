"""The two other TAXII 2.1 servers, each from PyPI in an environment of its own, started on a free port of this machine.

Not part of any test that CI runs: `make test-peers` and `make bench-taxii` install them into `build/peers`. Medallion
keeps everything in memory, OpenTAXII in SQLite. Each has one collection that its one account may read and write.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

PLACE = Path(__file__).resolve().parents[2] / "build" / "peers"
ACCOUNT, PASSWORD = "sepakat", "correct horse battery"
COLLECTION = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
PATIENCE = 60.0
"""Seconds that a server may take to answer for the first time."""

REQUIREMENTS = {
    "medallion": ("medallion==3.0.0", "gunicorn>=23"),
    "opentaxii": ("opentaxii==0.9.3", "SQLAlchemy<2", "marshmallow<4", "gunicorn>=23"),
}

_MEDALLION = """
import medallion
application = medallion.load_app("medallion.json")
"""

_OPENTAXII = """
import json, os
json.JSONEncoder.default = lambda self, value: str(value)
os.environ["OPENTAXII_CONFIG"] = "opentaxii.yml"
from opentaxii.http import app as application
with application.app_context():
    server = application.taxii_server
    stored = server.servers.taxii2.persistence.api
    if not stored.get_api_roots():
        server.auth.api.create_account(ACCOUNT, PASSWORD, is_admin=True)
        root = stored.add_api_root(title="Peer", default=True)
        made = stored.add_collection(api_root_id=root.id, title="Shared")
        with open("ids.json", "w") as ids:
            json.dump([f"/taxii2/{root.id}/", str(made.id)], ids)
"""


@dataclass(frozen=True, slots=True)
class PeerServer:
    """A running server: where its API root and its collection are."""

    name: str
    port: int
    api_root: str
    collection: str

    @property
    def objects_path(self) -> str:
        """The path of the collection's objects."""
        return f"{self.api_root}collections/{self.collection}/objects/"

    @property
    def url(self) -> str:
        """The URL of the API root."""
        return f"http://127.0.0.1:{self.port}{self.api_root}"


def interpreter(name: str) -> Path:
    """The Python of a peer's environment, which is made and filled if need be."""
    place = PLACE / name
    python, done = place / "bin" / "python", place / ".installed"
    wanted = "\n".join(REQUIREMENTS[name])
    if not done.exists() or done.read_text(encoding="utf-8") != wanted:
        print(f"Installing {name} into {place} ...", file=sys.stderr)
        venv.create(place, with_pip=True, clear=True)
        pip: Sequence[str] = (str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install")
        subprocess.run([*pip, *REQUIREMENTS[name]], check=True)
        done.write_text(wanted, encoding="utf-8")
    return python


@contextmanager
def peer_server(name: str, folder: Path) -> Iterator[PeerServer]:
    """A peer that serves from `folder` with nothing in its collection."""
    python = interpreter(name)
    folder.mkdir(parents=True, exist_ok=True)
    script = {"medallion": _medallion, "opentaxii": _opentaxii}[name](folder)
    (folder / "served.py").write_text(script, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serve = ("-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-k", "gthread", "--threads", "16", "-t", "600")
    log = folder / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(python), *serve, "served:application"], cwd=folder, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _await_answer(process, port, log)
            root, collection = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
            yield PeerServer(name, port, root, collection)
        finally:
            process.terminate()
            process.wait(30)


def _medallion(folder: Path) -> str:
    collection = {
        "id": COLLECTION,
        "title": "Shared",
        "can_read": True,
        "can_write": True,
        "media_types": ["application/stix+json;version=2.1"],
        "objects": [],
        "manifest": [],
    }
    root = {
        "information": {
            "title": "Peer",
            "versions": ["application/taxii+json;version=2.1"],
            "max_content_length": 100 << 20,
        },
        "status": [],
        "collections": [collection],
    }
    data = {"/discovery": {"title": "Peer", "default": "root", "api_roots": ["/root/"]}, "root": root}
    backend = {
        "module": "medallion.backends.memory_backend",
        "module_class": "MemoryBackend",
        "filename": "data.json",
    }
    settings = {"users": {ACCOUNT: PASSWORD}, "taxii": {"max_page_size": 1000}, "backend": backend}
    for name, content in (("data.json", data), ("medallion.json", settings), ("ids.json", ["/root/", COLLECTION])):
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return _MEDALLION


def _opentaxii(folder: Path) -> str:
    settings = {
        "domain": "localhost",
        "support_basic_auth": True,
        "auth_api": {
            "class": "opentaxii.auth.sqldb.SQLDatabaseAPI",
            "parameters": {
                "db_connection": f"sqlite:///{folder}/accounts.sqlite",
                "create_tables": True,
                "secret": "only for tests",
            },
        },
        "taxii1": None,
        "taxii2": {
            "title": "Peer",
            "max_content_length": 100 << 20,
            "allow_custom_properties": True,
            "persistence_api": {
                "class": "opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI",
                "parameters": {"db_connection": f"sqlite:///{folder}/data.sqlite", "create_tables": True},
            },
        },
        "logging": {"root": "error", "opentaxii": "error"},
    }
    # JSON is YAML.
    (folder / "opentaxii.yml").write_text(json.dumps(settings), encoding="utf-8")
    return f"ACCOUNT, PASSWORD = {ACCOUNT!r}, {PASSWORD!r}\n{_OPENTAXII}"


def _await_answer(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(Request(f"http://127.0.0.1:{port}/taxii2/"), timeout=5):
                return
        except HTTPError:
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the peer does not answer:\n{log.read_text(encoding='utf-8')[-3000:]}")
