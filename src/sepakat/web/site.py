"""The routes of the pages, each behind its guard. The wiring serves them at `/`, after every other door's.

The last route catches what no page has, so that also a wrong address is answered in words.
"""

from __future__ import annotations

from starlette.routing import Route

from sepakat.exchange.ports import Node
from sepakat.web import (
    acting,
    administration,
    agreements,
    answering,
    bringing,
    log,
    objects,
    pages,
    partners,
    questions,
    reports,
    retention,
    today,
    trying,
    watches,
)
from sepakat.web.asking import Handler
from sepakat.web.guard import MOST_FORM_BYTES, Guard
from sepakat.web.sessions import Sessions
from sepakat.web.signing_in import SIGN_IN_PATH, SigningIn
from sepakat.web.static_files import static

DOCUMENT_BYTES = 200_000
"""How long a form with an agreement in it may be."""

FILE_BYTES = 20_000_000
"""How large a file that is brought may be; larger ones go by the command line."""

POST = ("POST",)


def routes(
    node: Node, *, is_behind_proxy: bool = False, change_key: administration.ChangeKey | None = None
) -> list[Route]:
    """Every route of the pages of a node.

    `is_behind_proxy`: browsers come over HTTPS through a proxy that speaks plain HTTP to us. `change_key` gives the
    node another signing key; None where the pages cannot.
    """
    sessions = Sessions(node.secret)
    signing = SigningIn(sessions)

    def route(
        name: str, path: str, handler: Handler, methods: tuple[str, ...] = ("GET",), most_bytes: int = MOST_FORM_BYTES
    ) -> Route:
        guard = Guard(node, sessions, name, handler, methods, is_behind_proxy, most_bytes)
        return Route(path, guard, name=name)

    return [
        route("static", "/static/{file}", static),
        route("sign-in", SIGN_IN_PATH, signing.sign_in, ("GET", "POST")),
        route("sign-out", "/sign-out", signing.sign_out, POST),
        route("language", "/language", signing.choose_language, POST),
        route("sessions", "/sessions", signing.sessions),
        route("session-end", "/sessions/end", signing.end_session, POST),
        route("today", "/", today.today),
        route("approvals", "/approvals", today.approvals),
        route("approve", "/approvals/give", answering.approve, POST),
        route("recalls", "/recalls", today.recalls),
        route("recall-answer", "/recalls/{recall}/answer", answering.answer_recall, POST),
        route("notices", "/notices", today.notices),
        route("notice-acknowledge", "/notices/{notice}/acknowledge", answering.acknowledge, POST),
        route("consents", "/consents", today.consents),
        route("consent-answer", "/consents/{consent}/answer", answering.answer_consent, POST),
        route("consent-withdraw", "/consents/{consent}/withdraw", answering.withdraw_consent, POST),
        route("decisions", "/decisions", pages.decisions),
        route("objects", "/objects", objects.objects),
        route("objects-bundle", "/objects-bundle", objects.bundle),
        route("search-save", "/searches/save", objects.save, POST),
        route("search-forget", "/searches/forget", objects.forget, POST),
        route("object", "/objects/{object}", pages.object_),
        route("object-consult", "/objects/{object}/consult", pages.consult, POST),
        route("object-why", "/objects/{object}/why/{party}", pages.why),
        route("object-bundle", "/objects/{object}/bundle", pages.bundle),
        route("object-mark", "/objects/{object}/mark", acting.mark, POST),
        route("object-unmark", "/objects/{object}/unmark", acting.unmark, POST),
        route("object-hold", "/objects/{object}/hold", acting.hold, POST),
        route("object-unhold", "/objects/{object}/unhold", acting.unhold, POST),
        route("object-annotate", "/objects/{object}/annotate", acting.annotate, POST),
        route("object-ask-consent", "/objects/{object}/ask-consent", acting.ask_consent, POST),
        route("object-relate", "/objects/{object}/relate", acting.relate, POST),
        route("object-claim", "/objects/{object}/claim", acting.claim, POST),
        route("object-rate", "/objects/{object}/rate", acting.rate, POST),
        route("object-withdraw-claim", "/objects/{object}/withdraw-claim", acting.withdraw_claim, POST),
        route("object-correct", "/objects/{object}/correct", acting.correct, POST),
        route("object-notice", "/objects/{object}/notice", acting.notice, POST),
        route("object-recall", "/objects/{object}/recall", acting.recall, POST),
        route("reports", "/reports", reports.list_),
        route("report", "/reports/{report}", reports.show),
        *(
            route(f"report-{verb}", f"/reports/{{report}}/{verb}", handler, POST)
            for verb, handler in reports.ACTS.items()
        ),
        route("questions", "/questions", questions.list_),
        # No key of a question is a hyphen or begins with one.
        *(route(f"question-{verb}", f"/questions/-/{verb}", handler, POST) for verb, handler in questions.ACTS.items()),
        route("question", "/questions/{question:path}", questions.show),
        route("watches", "/watches", watches.list_),
        route("watch-add", "/watches/add", watches.add, POST),
        route("watch", "/watches/{area}", watches.show),
        route("watch-look", "/watches/{area}/look", watches.look, POST),
        route("watch-end", "/watches/{area}/end", watches.end, POST),
        route("watch-acknowledge", "/watches/{area}/acknowledge", watches.acknowledge, POST),
        route("try", "/try", trying.try_, ("GET", "POST"), DOCUMENT_BYTES),
        route("take-in", "/take-in", bringing.bring, ("GET", "POST"), FILE_BYTES),
        route("agreements", "/agreements", agreements.list_),
        route("agreement-editor", "/agreement-editor", agreements.editor, ("GET", "POST"), DOCUMENT_BYTES),
        route("agreement", "/agreements/{agreement}", agreements.show),
        *(
            route(f"agreement-{verb}", f"/agreements/{{agreement}}/{verb}", handler, POST)
            for verb, handler in agreements.ACTS.items()
        ),
        route("parties", "/parties", partners.parties),
        route("partner", "/parties/{party}", partners.partner),
        route("came", "/parties/{party}/came", pages.came),
        route("went", "/parties/{party}/went/{agreement}", pages.went),
        route("as-party", "/parties/{party}/sees", pages.as_party),
        route("log", "/log", log.logs),
        route("log-verify", "/log/verify", log.verify, POST),
        route("log-entries", "/log/{party}", log.entries),
        route("administration", "/administration", administration.show),
        route("key-change", "/administration/key-change", administration.key_change(change_key), POST),
        route("retention", "/administration/retention", retention.show),
        *(
            route(f"retention-{verb}", f"/administration/retention/{verb}", handler, POST)
            for verb, handler in retention.ACTS.items()
        ),
        *(route(name, f"/administration/{name}", handler, POST) for name, handler in administration.ACTS.items()),
        route("nowhere", "/{path:path}", pages.nowhere),
    ]
