"""The words of the pages for states that code names by a word of its own, marked for translation.

Sentences stand in the templates. What `exchange` and `release` word themselves (findings, refusals) is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def N_(text: str) -> str:  # noqa: N802 -- the name that extraction of texts looks for
    """Mark a text for translation; it is translated where it is shown."""
    return text


WORDS: Mapping[str, str] = MappingProxyType(
    {
        # Where an agreement stands.
        "draft": N_("draft"),
        "offered": N_("offered"),
        "in-force": N_("in force"),
        "suspended": N_("suspended"),
        "ended": N_("ended"),
        # What left.
        "whole": N_("whole"),
        "variant": N_("tear-line variant"),
        "out": N_("withheld"),
        # What a row of a view is.
        "live": N_("in the view"),
        "tombstone": N_("tombstone"),
        "withdrawn": N_("withdrawn"),
        # What a rule says.
        "permits": N_("permits"),
        "withholds": N_("withholds"),
        "cuts": N_("cuts"),
        "not-applicable": N_("does not apply"),
        # What a recalled party says it did.
        "deleted": N_("deleted"),
        "restricted": N_("restricted"),
        "kept-by-law": N_("kept by law"),
        "no answer yet": N_("no answer yet"),
        "acknowledged": N_("acknowledged"),
        "not acknowledged": N_("not acknowledged"),
        # What happened to an object or an intake.
        "recalled": N_("recalled"),
        "revoked": N_("revoked"),
        "held": N_("held"),
        "undone": N_("undone"),
        # Why something was erased.
        "request": N_("at a request"),
        "retention": N_("over its time"),
        # Who signs in.
        "analyst": N_("analyst"),
        "releaser": N_("releaser"),
        "administrator": N_("administrator"),
        "overseer": N_("overseer"),
        # What is owed.
        "receipt": N_("receipt"),
        "cosignature": N_("co-signature of the log"),
        "recall-answer": N_("answer to a recall"),
        "deletion": N_("confirmation of deletion"),
        "acknowledgement": N_("acknowledgement"),
        # Kinds of messages.
        "agreement-offer": N_("offer of an agreement"),
        "agreement-signature": N_("signature of an agreement"),
        "agreement-refusal": N_("refusal of an agreement"),
        "agreement-suspension": N_("suspension of an agreement"),
        "agreement-resumption": N_("end of a suspension"),
        "agreement-end": N_("end of an agreement"),
        "release-statement": N_("statement of what was released"),
        "checkpoint": N_("co-signed head of a log"),
        "recall": N_("recall"),
        "consent-request": N_("request for consent"),
        "consent-answer": N_("answer to a request for consent"),
        "consent-withdrawal": N_("withdrawal of a consent"),
        "correction": N_("correction"),
        "urgent-notice": N_("urgent notice"),
        "card": N_("card of a party"),
        "disabled": N_("disabled"),
        # What happened in the life of an agreement.
        "signed": N_("signed"),
        "attested": N_("attested on paper"),
        "rejected": N_("rejected"),
        "resumed": N_("resumed"),
        "superseded": N_("superseded"),
        # What a change of an agreement does.
        "narrower": N_("narrower"),
        "wider": N_("wider"),
        "carried": N_("changes no sharing"),
        "incomparable": N_("neither narrower nor wider"),
        # What was found in a report, and what was said of it.
        "proposed": N_("proposed"),
        "confirmed": N_("confirmed"),
        "joined": N_("joined"),
        "place": N_("place"),
        "country": N_("country"),
        "person": N_("person"),
        "group": N_("group"),
        "organisation": N_("organisation"),
        "medium": N_("medium"),
        "date": N_("date"),
        "number": N_("number"),
        "statement": N_("statement"),
        "event": N_("event"),
        "claim": N_("claim"),
        "relationship": N_("relationship"),
        "report": N_("report"),
        "assessment": N_("assessment"),
        "estimate": N_("estimate"),
        "denial": N_("denial"),
        "hypothesis": N_("hypothesis"),
        "question": N_("question"),
        "offer": N_("offer"),
        "commitment": N_("commitment"),
        "fact": N_("fact"),
        "accusation": N_("accusation"),
        "new": N_("new"),
        "changed": N_("changed"),
        # Where a question stands.
        "open": N_("open"),
        "contested": N_("contested"),
        "settled": N_("settled for us"),
        "consistent": N_("consistent"),
        "inconsistent": N_("inconsistent"),
        "neutral": N_("neutral"),
        "disputed": N_("judged differently"),
        # What the linter says.
        "refuse": N_("refused"),
        "warn": N_("warning"),
        # Categories of persons.
        "office-holder": N_("office-holder"),
        "suspect": N_("suspect"),
        "convicted": N_("convicted"),
        "witness": N_("witness"),
        "victim": N_("victim"),
        "other": N_("other"),
        # What a column of a table is.
        "value": N_("value"),
        "type": N_("type"),
        "name": N_("name"),
        "description": N_("description"),
        "first-seen": N_("first seen"),
        "last-seen": N_("last seen"),
        "valid-until": N_("valid until"),
        "confidence": N_("confidence"),
        "tlp": N_("TLP"),
        "labels": N_("labels"),
        "ignore": N_("left out"),
        # What a party thinks of a claim.
        "strongly-disagree": N_("strongly disagree"),
        "disagree": N_("disagree"),
        "agree": N_("agree"),
        "strongly-agree": N_("strongly agree"),
        "corrected": N_("corrected"),
        # How a number is given.
        "exactly": N_("exactly"),
        "about": N_("about"),
        "at-least": N_("at least"),
        "at-most": N_("at most"),
        "between": N_("between"),
        "about-or-more": N_("about, or more"),
        # What a claim rests on.
        "primary-source": N_("first said or seen there"),
        "quotes": N_("repeated from there"),
        "derived": N_("worked out from it"),
        "supports": N_("supported by it"),
        "contradicts": N_("speaks against it"),
        "assumption": N_("taken for granted"),
        # Codes of sources and of information, in the words of their schemes.
        "completely reliable": N_("completely reliable"),
        "usually reliable": N_("usually reliable"),
        "fairly reliable": N_("fairly reliable"),
        "not usually reliable": N_("not usually reliable"),
        "unreliable": N_("unreliable"),
        "reliability cannot be judged": N_("reliability cannot be judged"),
        "confirmed by other sources": N_("confirmed by other sources"),
        "probably true": N_("probably true"),
        "possibly true": N_("possibly true"),
        "doubtful": N_("doubtful"),
        "improbable": N_("improbable"),
        "truth cannot be judged": N_("truth cannot be judged"),
        "no doubt about the source, or reliable in all cases": N_(
            "no doubt about the source, or reliable in all cases"
        ),
        "reliable in most cases": N_("reliable in most cases"),
        "unreliable in most cases": N_("unreliable in most cases"),
        "reliability cannot be assessed": N_("reliability cannot be assessed"),
        "accuracy not in doubt": N_("accuracy not in doubt"),
        "known to the source itself, not to the officer who passes it on": N_(
            "known to the source itself, not to the officer who passes it on"
        ),
        "not known to the source itself, but supported by other information": N_(
            "not known to the source itself, but supported by other information"
        ),
        "not known to the source itself, and cannot be supported": N_(
            "not known to the source itself, and cannot be supported"
        ),
    }
)

SAID: Mapping[str, str] = MappingProxyType(
    {
        "marked": N_("The marking was added; every view was decided anew."),
        "unmarked": N_("The marking that was added here was taken back; every view was decided anew."),
        "held": N_("The object is on hold: it left every view."),
        "unheld": N_("The hold is lifted; every view was decided anew."),
        "annotated": N_("The annotation was kept; every view was decided anew."),
        "recalled": N_("The object was recalled; its holders were told."),
        "asked": N_("The origin was asked for its consent."),
        "corrected": N_("Whoever has the object was told what was wrong with it."),
        "noticed": N_("The urgent notice was signed and sent."),
        "acknowledgement-sent": N_("The acknowledgement was signed and sent."),
        "answered": N_("The answer was signed and sent."),
        "withdrawn": N_("The consent was withdrawn; what went on under it is recalled."),
        "approved": N_("The approval was kept; the view was decided anew."),
        "refused": N_("The refusal was kept."),
        "drafted": N_("The draft was kept. Nobody else learns of it before it is offered."),
        "offered": N_("The agreement was signed and offered."),
        "accepted": N_("The agreement was signed."),
        "rejected": N_("The offer was rejected; its giver was told."),
        "suspended": N_("The agreement is suspended: nothing but tombstones leaves."),
        "resumed": N_("Our suspension is lifted."),
        "ended": N_("Notice was given."),
        "attested": N_("The assent was recorded with its paper."),
        "disabled": N_("It can no longer be used."),
        "party-added": N_("The party was added."),
        "key-changed": N_("The signing key was changed; every partner with a node is being told."),
        "rule-set": N_("The rule is set: what is over its time goes within minutes."),
        "rule-removed": N_("The rule is removed."),
        "session-ended": N_("That session is over."),
        "taken-in": N_("The content was taken in; every view was decided anew."),
        "read": N_("The page was read. Nothing of it is held before a person confirms it."),
        "saved": N_("The search was saved."),
        "watched": N_("The area is watched from now on."),
        "looked": N_("Everything up to now counts as seen."),
        "unwatched": N_("The area is watched no more; its alerts stay."),
        "acknowledged": N_("The alert counts as seen."),
        "forgotten": N_("The search was removed."),
        "related": N_("The link was made; every view was decided anew."),
        "claimed": N_("The claim was made; every view was decided anew."),
        "rated": N_("Our opinion was kept. The claim stays as it is."),
        "claim-withdrawn": N_("The claim is withdrawn; whoever has it gets the new version."),
        "question-asked": N_("The question was asked."),
        "assigned": N_("The claims were assigned to the question."),
        "judged": N_("The judgement was kept under your name."),
        "settled": N_("The question is settled for us; every claim stays as it was."),
        "reopened": N_("The question is not settled for us any more."),
    }
)
"""What was done just now, by the word that the address of the next page carries."""

MARKINGS: Mapping[str, str] = MappingProxyType(
    {
        "tlp-2.0 red": N_("For the eyes of the persons it was given to, nobody else."),
        "tlp-2.0 amber+strict": N_("For those inside the organisation who need it."),
        "tlp-2.0 amber": N_("For those inside the organisation and among its clients who need it."),
        "tlp-2.0 green": N_("For the community; not in public."),
        "tlp-2.0 clear": N_("For everybody."),
        "tlp-1.0 red": N_("For the eyes of the persons it was given to, nobody else."),
        "tlp-1.0 amber": N_("For those inside the organisation and among its clients who need it."),
        "tlp-1.0 green": N_("For the community; not in public."),
        "tlp-1.0 white": N_("For everybody."),
        "pap red": N_("Use it unseen only: nothing that the adversary could notice."),
        "pap amber": N_("Look it up passively; do not touch what belongs to the adversary."),
        "pap green": N_("Active use is allowed, such as blocking."),
        "pap clear": N_("No limit on use."),
        "pap white": N_("No limit on use."),
        "statement": N_("A statement; it restricts nobody."),
        "unknown": N_("This node does not know what it means: nobody else may read what is marked so."),
        "unheld": N_("Its definition is not held here: nobody else may read what is marked so."),
    }
)
"""Who may read, or how to use, what is marked so: TLP 2.0 and 1.0, PAP."""

COLUMNS: Mapping[str, tuple[str, bool]] = MappingProxyType(
    {
        "type": (N_("Type"), True),
        "level": (N_("Marking"), True),
        "received": (N_("Here since"), True),
        "modified": (N_("Version"), False),
        "id": (N_("Id"), False),
    }
)
"""The columns of the table of objects beside the name, and whether they are shown where nobody chose."""
