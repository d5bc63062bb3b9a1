"""How common TAXII clients page, resume and authenticate: their state machines in our own words.

Each class says where its behaviour was read, and names the one thing in it that a naive server breaks. A model keeps
what it was given and in how many requests, nothing else of the product it stands for.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

import httpx
import orjson

from sepakat.stix.instants import format_instant, parse_instant

TAXII_2_0 = "application/vnd.oasis.taxii+json; version=2.0"
TAXII_2_1 = "application/taxii+json;version=2.1"


class GaveUp(Exception):
    """The client stops with an error."""


@dataclass
class Settings:
    """What a partner is given to type into its client."""

    discovery: str
    api_root: str
    collection: str
    title: str
    account: str
    password: str
    token: str


class Reader(Protocol):
    """A client that polls again and again."""

    name: str
    seen: list[tuple[str, str]]

    def poll(self, now: datetime) -> int:
        """One scheduled run; how many objects it was given."""


@dataclass
class Model:
    """What all models have: the way to the server, the settings, and what was given so far."""

    http: httpx.Client
    settings: Settings
    seen: list[tuple[str, str]] = field(default_factory=list)
    requests: int = 0
    name: ClassVar[str] = ""
    most_requests: ClassVar[int] = 100

    def __post_init__(self) -> None:
        """What a client remembers between its runs; nothing by itself."""

    def get(self, url: str, accept: str = TAXII_2_1, **params: str) -> httpx.Response:
        self.requests += 1
        if self.requests > self.most_requests:
            raise GaveUp("it would go on for ever")
        answer = self.http.get(url, params=params or None, headers={"accept": accept, **self.credentials()})
        if answer.status_code not in (200, 206):
            raise GaveUp(f"{answer.status_code} for {url}")
        return answer

    def credentials(self) -> dict[str, str]:
        pair = f"{self.settings.account}:{self.settings.password}"
        return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}

    def keep(self, objects: list[dict[str, Any]]) -> int:
        self.seen += [(one["id"], str(one.get("modified", ""))) for one in objects]
        return len(objects)

    @property
    def objects_url(self) -> str:
        return f"{self.settings.api_root}collections/{self.settings.collection}/objects/"


class CortexXsoar(Model):
    """Cortex XSOAR "TAXII 2 Feed": demisto/content, FeedTAXII2 and TAXII2ApiModule as of 2024.

    Tries TAXII 2.0 first and goes over to 2.1 only when the error says 406 or names version 2.1. Takes the default API
    root, finds the collection by its title or reads all, pages by `taxii2-client`'s pager, ends at a page without
    objects, and resumes from the newest `modified` that it saw, leaving out what it had last time.

    A naive server: answers an Accept of TAXII 2.0 with 200, and the client stays with 2.0.
    """

    name = "XSOAR"
    page = 3

    def __post_init__(self) -> None:
        self.version = ""
        self.since: str | None = None
        self.last: set[tuple[str, str]] = set()

    def poll(self, now: datetime) -> int:
        root = self._root()
        listed = self._document(self.get(f"{root}collections/")).get("collections", [])
        found = [one for one in listed if one["title"] == self.settings.title] if self.settings.title else listed
        if not found:
            raise GaveUp("could not find the provided collection name")
        before = len(self.seen)
        for one in found:
            if not one["can_read"]:
                raise GaveUp(f"collection {one['title']} does not allow reading")
            self._read(f"{root}collections/{one['id']}/objects/")
        return len(self.seen) - before

    def _root(self) -> str:
        for version, accept in (("2.0", TAXII_2_0), ("2.1", TAXII_2_1)):
            try:
                answer = self.get(self.settings.discovery, accept)
            except GaveUp as error:
                if "406" not in str(error):
                    raise
                continue
            if version == "2.0" and "version=2.1" in answer.headers["content-type"]:
                continue
            self.version = version
            return str(self.http.base_url.join(self._document(answer)["default"]))
        raise GaveUp("neither version is spoken")

    def _read(self, url: str) -> None:
        if self.version != "2.1":
            raise GaveUp("it asks in TAXII 2.0 for ranges of items")
        params = {"limit": str(self.page)} | ({"added_after": self.since} if self.since else {})
        had, self.last = self.last, set()
        envelope = self._document(self.get(url, **params))
        while objects := envelope.get("objects"):
            named = {(one["id"], str(one.get("modified", ""))) for one in objects}
            self.last |= named
            self.keep([one for one in objects if (one["id"], str(one.get("modified", ""))) not in had])
            dates = [modified for _, modified in named if modified]
            self.since = max([*dates, self.since or ""]) or None
            if not envelope.get("more"):
                break
            envelope = self._document(self.get(url, **params, next=envelope.get("next", "")))

    def _document(self, answer: httpx.Response) -> dict[str, Any]:
        return orjson.loads(answer.content)  # type: ignore[no-any-return]


class OpenCtiConnector(Model):
    """The OpenCTI external-import connector "taxii2": OpenCTI-Platform/connectors, 2024.

    Named by `root.title` pairs, split at "." and ",". Resumes from the clock: everything added since one interval ago.
    Never sends a limit, repeats its filters beside `next`, and looks at `spec_version` of the first object, whatever
    that is. Takes `objects` and `next` for granted once there is more.

    A naive server: leaves `spec_version` out of cyber-observables, as STIX allows.
    """

    name = "OpenCTI connector"
    interval = timedelta(hours=1)
    history = timedelta(hours=24 * 365)

    def __post_init__(self) -> None:
        self.has_run = False

    def poll(self, now: datetime) -> int:
        if len(f"{self.settings.title}.{self.settings.title}".split(",")) != 1 or "." in self.settings.title:
            raise GaveUp("its settings cannot name the collection")
        back = self.interval if self.has_run else self.history
        self.has_run = True
        filters = {"added_after": format_instant(now - back, 6)}
        response = orjson.loads(self.get(self.objects_url, **filters).content)
        taken: list[dict[str, Any]] = []
        if response.get("objects"):
            self._version(response)
            while True:
                taken += self._needed(response, "objects")
                if response.get("more") is not True:
                    break
                filters["next"] = self._needed(response, "next")
                response = orjson.loads(self.get(self.objects_url, **filters).content)
        had = set(self.seen)
        return self.keep([one for one in taken if (one["id"], str(one.get("modified", ""))) not in had])

    def _version(self, response: dict[str, Any]) -> str:
        return str(self._needed(response["objects"][0], "spec_version"))

    def _needed(self, response: dict[str, Any], key: str) -> Any:
        if key not in response:
            raise GaveUp(f"KeyError: {key}")
        return response[key]


class OpenCtiIngester(Model):
    """OpenCTI's own TAXII feeds: opencti-graphql, ingestionManager.ts, 6.x.

    One page per run, of a size that can be set. Sends its last `next` and its `added_after` together, drops the first
    only when it can be dropped, and keeps the date header cut to milliseconds as JavaScript dates are; a run without
    objects changes nothing. Some versions never drop the cursor: then the old one comes with a newer date.

    A naive server: writes dates with microseconds, so that the cut date finds the last object again for ever.
    """

    name = "OpenCTI ingester"
    keeps_cursor = False

    def __post_init__(self) -> None:
        self.cursor: str | None = None
        self.after: str | None = None

    def credentials(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.settings.token}"}

    def poll(self, now: datetime) -> int:
        both = (("next", self.cursor), ("added_after", self.after), ("limit", "4"))
        params = {name: value for name, value in both if value}
        answer = self.get(self.objects_url, **params)
        document = orjson.loads(answer.content)
        objects = document.get("objects") or []
        if not objects:
            return 0
        if document.get("more") and document.get("next"):
            self.cursor = document["next"]
        else:
            last = answer.headers.get("x-taxii-date-added-last")
            self.after = format_instant(parse_instant(last) if last else now, 3)
            self.cursor = self.cursor if self.keeps_cursor else None
        return self.keep(objects)


class OpenCtiIngesterWithoutLettingGo(OpenCtiIngester):
    """The same where setting the cursor to nothing leaves it as it was: the cursor has to win over the newer date.

    It reads its last page again until there is more than a page; it must never lose what came since.
    """

    name = "OpenCTI ingester that keeps its cursor"
    keeps_cursor = True


class ElasticAgent(Model):
    """Elastic's Custom Threat Intelligence integration: elastic/integrations, ti_custom, its CEL program for TAXII.

    Goes on while `next` is there, whatever `more` says, and sends `next` and `limit` alone: no other filter is
    repeated. Resumes from the date header of its last page, or from its initial interval if that page had none.

    A naive server: leaves the date headers out on the last page, and everything is read again at every poll.
    """

    name = "Elastic"
    limit = "4"
    key_type: ClassVar[str] = "Token"

    def __post_init__(self) -> None:
        self.last: str | None = None

    def credentials(self) -> dict[str, str]:
        return {"authorization": f"{self.key_type} {self.settings.token}"}

    def poll(self, now: datetime) -> int:
        after = self.last or format_instant(now - timedelta(days=365), 0)
        params = {"added_after": after, "limit": self.limit}
        given = 0
        while True:
            answer = self.get(self.objects_url.rstrip("/") + "/", **params)
            document = orjson.loads(answer.content)
            if "objects" not in document:
                # Its program fails here, and keeps what it had.
                return given
            given += self.keep(document["objects"])
            self.last = answer.headers.get("x-taxii-date-added-last")
            if not document.get("next"):
                return given
            params = {"next": document["next"], "limit": self.limit}


class Sentinel(Model):
    """Microsoft Sentinel's "Threat intelligence - TAXII" connector, by its documentation and what servers see of it.

    Is given an API root, a collection id and Basic credentials; asks with `added_after` of the last date header, reads
    on by `added_after` again and not by `next`, and ends at an empty page. The scheme's name and the last slash vary.

    A naive server: takes `added_after` as "from" instead of "after", and the last object is read for ever.
    """

    name = "Sentinel"

    def __post_init__(self) -> None:
        self.after: str | None = None

    def poll(self, now: datetime) -> int:
        given = 0
        while True:
            params = {"added_after": self.after} if self.after else {}
            answer = self.get(self.objects_url.rstrip("/"), "application/taxii+json; version=2.1", **params)
            objects = orjson.loads(answer.content).get("objects", [])
            if not objects:
                return given
            given += self.keep(objects)
            self.after = answer.headers["x-taxii-date-added-last"]


class Misp(Model):
    """MISP's TAXII servers: MISP/MISP 2.5, TaxiiServer.php and taxii_push.py.

    Sends `Authorization: basic` in lower case with the key as it was typed in, pages of 50 with `next` always there
    though empty at first, and a Content-Type with GET. Pushes envelopes cut to `max_content_length`.

    A naive server: knows the scheme only as `Basic`.
    """

    name = "MISP"
    bare_key = False

    def credentials(self) -> dict[str, str]:
        pair = f"{self.settings.account}:{self.settings.password}"
        key = self.settings.token if self.bare_key else base64.b64encode(pair.encode()).decode()
        return {"authorization": f"basic {key}", "content-type": TAXII_2_1}

    def poll(self, now: datetime) -> int:
        next_ = ""
        self.seen = []
        while True:
            document = orjson.loads(self.get(self.objects_url, limit="50", next=next_).content)
            self.keep(self._objects(document))
            if not document.get("more"):
                return len(self.seen)
            next_ = document["next"]

    def _objects(self, document: dict[str, Any]) -> list[dict[str, Any]]:
        if not document.get("objects"):
            raise GaveUp("no objects found in collection with the given query parameters")
        return document["objects"]  # type: ignore[no-any-return]

    def push(self, inbox: str, objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
        root = orjson.loads(self.get(self.settings.api_root.rstrip("/")).content)
        most = root["max_content_length"]
        statuses = []
        envelope: list[bytes] = []
        for made in [*map(orjson.dumps, objects), None]:
            size = sum(len(one) + 1 for one in envelope) + len(b'{"objects":[]}')
            if envelope and (made is None or size + len(made) > most):
                statuses.append(self._post(inbox, b'{"objects":[' + b",".join(envelope) + b"]}"))
                envelope = []
            envelope += [made] if made else []
        return statuses

    def _post(self, inbox: str, body: bytes) -> dict[str, Any]:
        url = f"{self.settings.api_root}collections/{inbox}/objects/"
        answer = self.http.post(url, content=body, headers={"accept": TAXII_2_1, **self.credentials()})
        if answer.status_code != 202:
            raise GaveUp(f"{answer.status_code}: {answer.text}")
        return orjson.loads(answer.content)  # type: ignore[no-any-return]


class SplunkCtis(Model):
    """Splunk's CTIS TAXII app: splunk/ctis-taxii-splunk-app, common.py, through `taxii2-client`.

    Lists the collections of an API root to find one by id, then posts a whole STIX bundle where TAXII wants an
    envelope, labelled as TAXII, and waits for the status to be complete.

    A naive server: takes envelopes only.
    """

    name = "Splunk"

    def push(self, inbox: str, objects: list[dict[str, Any]]) -> dict[str, Any]:
        listed = orjson.loads(self.get(f"{self.settings.api_root}collections/").content)["collections"]
        if inbox not in {one["id"] for one in listed if one["can_write"]}:
            raise GaveUp("collection id not found in TAXII server")
        bundle = {"type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "objects": objects}
        url = f"{self.settings.api_root}collections/{inbox}/objects/"
        headers = {"accept": TAXII_2_1, "content-type": TAXII_2_1, **self.credentials()}
        answer = self.http.post(url, content=orjson.dumps(bundle), headers=headers)
        if answer.status_code != 202:
            raise GaveUp(f"{answer.status_code}: {answer.text}")
        status = orjson.loads(answer.content)
        while status["status"] != "complete":
            status = orjson.loads(self.get(f"{self.settings.api_root}status/{status['id']}/").content)
        return status  # type: ignore[no-any-return]
