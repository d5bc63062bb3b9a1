"""Requests of TAXII answered, one function per endpoint: the synchronous inside of the door.

The order of checks is the same for all: path, method, who asks, media types, then the endpoint. Nothing that an answer
says about a collection comes from anywhere but `exchange.reading` and `exchange.inbox`.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

from sepakat.errors import InputError, NotFound, NotPermitted, SepakatError
from sepakat.exchange import inbox, reading
from sepakat.exchange.known import Known
from sepakat.exchange.ports import BodyPage, Node, RowQuery
from sepakat.taxii import resources
from sepakat.taxii.cursors import Cursor, CursorSeal, Scope, check_repeated
from sepakat.taxii.endpoints import API_ROOT_PATH, Place, Resource, methods_of, place_of
from sepakat.taxii.media_types import TAXII, is_acceptable, is_writable
from sepakat.taxii.queries import Filters, parse_query
from sepakat.taxii.resources import CollectionResource
from sepakat.taxii_server.access_log import AccessLog
from sepakat.taxii_server.authentication import Authenticator
from sepakat.taxii_server.limits import ServerLimits
from sepakat.taxii_server.metrics import Metrics, Series
from sepakat.taxii_server.refusals import MethodNotAllowed, failed, refused
from sepakat.taxii_server.request import Answer, Reader, Request

_EMPTY = BodyPage(b"", 0, more=False)


class TaxiiService:
    """One node's TAXII server, without HTTP."""

    def __init__(self, node: Node, limits: ServerLimits) -> None:
        self._node = node
        self._known = Known(node)
        self.authenticator = Authenticator(self._known, limits)
        self._seal = CursorSeal(node.secret)
        self.access_log = AccessLog(node, limits)
        self.metrics = Metrics()

    def admit(self, request: Request) -> Reader | Answer:
        """Who asks, or why not; for a request whose body is worth reading only then."""
        try:
            _place(request)
            reader = self.authenticator.reader(request)
            _check_media_types(request)
        except SepakatError as refusal:
            return refused(refusal, request.id)
        return reader

    def answer_at_once(self, request: Request) -> Answer | None:
        """The answer that takes less time than handing it to a thread: of one object, to one known. None for others."""
        place = place_of(request.path)
        if place is None or place.resource is not Resource.OBJECT or not self._node.store.is_at_hand:
            return None
        with self._known.one_moment():
            try:
                is_quick = not self.access_log.is_behind and self.authenticator.is_known(request)
            except Exception:  # noqa: BLE001 -- whatever it is, it is met again, and answered, where time is taken
                return None
            return self.answer(request) if is_quick else None

    def answer(self, request: Request, reader: Reader | None = None) -> Answer:
        """Answer a request, of `reader` if it was admitted before."""
        try:
            place = _place(request)
            with self._known.one_moment():
                if reader is None:
                    reader = self.authenticator.reader(request)
                    _check_media_types(request)
                return self._counted(request, place, reader)
        except SepakatError as refusal:
            return refused(refusal, request.id)
        except Exception:  # noqa: BLE001 -- whatever it is, the client gets a TAXII error and the log the reason
            return failed(request.id)

    def new_request_id(self) -> str:
        """An id for one request."""
        return self._node.ids.uuid()

    def _counted(self, request: Request, place: Place, reader: Reader) -> Answer:
        begun = self._node.clock.now()
        answer = self._answer(request, place, reader)
        if place.collection:
            seconds = (self._node.clock.now() - begun).total_seconds()
            series = Series(reader.account, place.collection, _logged(request, place))
            self.metrics.read(series, answer.objects, len(answer.body), seconds)
        return answer

    def _answer(self, request: Request, place: Place, reader: Reader) -> Answer:
        if request.method == "POST":
            return self._add(request, place, reader)
        if request.method == "DELETE":
            return self._delete(place, reader)
        match place.resource:
            case Resource.DISCOVERY:
                body = self._discovery()
            case Resource.API_ROOT:
                body = self._api_root()
            case Resource.STATUS:
                body = inbox.status_for(self._node, reader.account, place.status).document
            case Resource.COLLECTIONS:
                body = resources.collections(self._collections(reader))
            case Resource.COLLECTION:
                body = resources.collection(self._collection(place.collection, reader))
            case _:
                return self._read(request, place, reader)
        return Answer(200, body)

    def _discovery(self) -> bytes:
        title = resources.plain_title(f"Sepakat at {self._name()}")
        return resources.discovery(title, "Shares what was agreed", [API_ROOT_PATH])

    def _api_root(self) -> bytes:
        title = resources.plain_title(f"Sharing by {self._name()}")
        return resources.api_root(title, "One collection per agreement, and inboxes")

    def _name(self) -> str:
        with self._node.store.reading() as unit:
            party = unit.parties.get(self._node.party)
        return party.name if party else self._node.party

    def _collections(self, reader: Reader) -> list[CollectionResource]:
        views = [_view_resource(one) for one in reading.collections_for(self._known, reader.party)]
        return [*views, *self._inboxes(reader)]

    def _inboxes(self, reader: Reader) -> list[CollectionResource]:
        # A node sends what it has by its own collections, so it is not shown ours.
        if reader.is_node:
            return []
        return [
            # Readable, though there is never anything in it: some clients give up everything at the first collection
            # in the list that they may not read.
            CollectionResource(one.id, one.title, f"{one.description} (add here; nothing is read back)", True, True)
            for one in inbox.inboxes_for(self._node, reader.party)
        ]

    def _collection(self, collection_id: str, reader: Reader) -> CollectionResource:
        found = next((one for one in self._collections(reader) if one.id == collection_id), None)
        if found is None:
            raise reading.absent(collection_id)
        return found

    def _read(self, request: Request, place: Place, reader: Reader) -> Answer:
        query = parse_query(place.resource, parse_qsl(request.query, keep_blank_values=True, max_num_fields=100))
        scope = Scope(reader.party, place.collection, _reading(place))
        filters, sequence = _asked(place, query.filters), 0
        if query.next is not None:
            cursor = self._seal.open(query.next, scope)
            check_repeated(cursor.filters, query.filters)
            filters, sequence = cursor.filters, cursor.sequence
        rows = _row_query(place, filters, sequence, query.limit)
        page = self._page(request, place, reader, rows)
        if not page.count and place.object_id and not self._holds(place, reader):
            raise NotFound("object-absent", f"no object {place.object_id[:100]} in this collection")
        next_ = self._seal.seal(Cursor(page.last_sequence, _again(filters)), scope) if page.more else None
        body = _body(place.resource, page, next_)
        return Answer(200, body, tuple(resources.date_headers(page.added)), page.count)

    def _page(self, request: Request, place: Place, reader: Reader, query: RowQuery) -> BodyPage:
        is_dated = place.resource in (Resource.MANIFEST, Resource.VERSIONS)
        asking = reading.Asking(reader.party, reader.account, _logged(request, place))
        try:
            return reading.read_bodies(self._known, asking, query, self.access_log.note, is_dated=is_dated)
        except NotFound:
            if not any(one.id == place.collection for one in self._inboxes(reader)):
                raise
            return _EMPTY

    def _holds(self, place: Place, reader: Reader) -> bool:
        try:
            return reading.holds(self._known, reader.party, place.collection, place.object_id)
        except NotFound:
            return False

    def _add(self, request: Request, place: Place, reader: Reader) -> Answer:
        # Whether there is such an inbox is looked up once, where it is written; only a refusal looks again, and says
        # nothing of the body to who may not add here.
        try:
            if reader.is_node:
                raise reading.absent(place.collection)
            added = inbox.push(self._node, reader.party, reader.account, place.collection, request.body)
        except (NotFound, InputError):
            self._known.waited()
            if self._collection(place.collection, reader).can_write:
                raise
            raise _read_only() from None
        return Answer(202, added.document)

    def _delete(self, place: Place, reader: Reader) -> Answer:
        # Section 5.7: a client that may see an object need not be one that may delete it, and none here may.
        if self._collection(place.collection, reader).can_write:
            raise NotFound("object-absent", f"no object {place.object_id[:100]} in this collection")
        raise NotPermitted("delete-refused", "objects cannot be deleted here", "ask the giver to recall what is to go")


def _read_only() -> NotPermitted:
    return NotPermitted("collection-read-only", "this collection cannot be written", "add to an inbox instead")


def _place(request: Request) -> Place:
    place = place_of(request.path)
    if place is None:
        raise NotFound("path-absent", "there is nothing at this path", f"begin at {API_ROOT_PATH}collections/")
    allowed = methods_of(place.resource)
    if request.method not in allowed:
        raise MethodNotAllowed("method-not-allowed", f"method {request.method[:20]} refused at this path", allowed)
    return place


def _check_media_types(request: Request) -> None:
    accept = request.headers.get("accept", "")
    if not is_acceptable(accept):
        raise NotPermitted("not-acceptable", f"request refused: it accepts {accept[:200]!r}, expected {TAXII}")
    content_type = request.headers.get("content-type", "")
    if request.method == "POST" and not is_writable(content_type):
        raise InputError(
            "content-type-unsupported", f"request refused: its body is {content_type[:200]!r}, expected {TAXII}"
        )


def _body(resource: Resource, page: BodyPage, next_: str | None) -> bytes:
    """What was found, as the resource in JSON."""
    if resource is Resource.MANIFEST:
        return resources.manifest(page.joined, page.added, next_)
    if resource is Resource.VERSIONS:
        return resources.versions(page.joined, page.added, next_)
    return resources.envelope(page.joined, next_)


def _view_resource(one: reading.ReadableCollection) -> CollectionResource:
    said = one.description if one.is_in_force else f"{one.description} (not in force: only revoked objects are read)"
    return CollectionResource(one.collection.id, one.collection.title, said, can_read=True, can_write=False)


def _reading(place: Place) -> str:
    if not place.object_id:
        return "objects"
    return f"{place.resource} {place.object_id}"


def _asked(place: Place, filters: Filters) -> Filters:
    if place.resource is Resource.VERSIONS:
        return replace(filters, versions=frozenset({"all"}))
    return filters


def _again(filters: Filters) -> Filters:
    return replace(filters, added_after=None)


def _row_query(place: Place, filters: Filters, sequence: int, limit: int) -> RowQuery:
    return RowQuery(
        collection=place.collection,
        after_sequence=sequence,
        added_after=filters.added_after,
        ids=frozenset({place.object_id}) if place.object_id else filters.ids,
        types=filters.types,
        spec_versions=filters.spec_versions,
        versions=filters.versions,
        limit=limit,
    )


def _logged(request: Request, place: Place) -> str:
    return f"{request.method} {place.resource}"
