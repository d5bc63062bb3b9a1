"""One partner as a whole: agreements both ways, what came and went, what is owed, recalls, consents, logs, its clients.

Puts together what other use cases tell, for people. Decides nothing and writes nothing; what the partner sees is
`accounting`'s to say, and nothing here is ever shown to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sepakat.errors import NotFound
from sepakat.exchange.overview import AgreementLine, PartnerLine, agreement_lines, partner_lines
from sepakat.exchange.owing import Owed, list_owed
from sepakat.exchange.ports import Node
from sepakat.exchange.records import Account, Consent, Party, Recall
from sepakat.exchange.titles import titles_of
from sepakat.exchange.today import Traffic, last_days, traffic_of
from sepakat.stix.identifiers import PartyId, StixId


@dataclass(frozen=True, slots=True)
class Partnership:
    """Everything between this node and one partner."""

    party: Party
    line: PartnerLine
    agreements: tuple[AgreementLine, ...]
    owed: tuple[Owed, ...]
    recalls: tuple[Recall, ...]
    consents: tuple[Consent, ...]
    titles: dict[StixId, str]
    accounts: tuple[Account, ...]
    days: tuple[date, ...]
    traffic: Traffic


def list_partners(node: Node) -> tuple[PartnerLine, ...]:
    """Every partner with where things stand, by id."""
    with node.store.reading() as unit:
        everyone = [party for party in unit.parties.everyone() if not party.is_self]
        return tuple(partner_lines(unit, everyone, unit.views.collections()))


def partnership(node: Node, party: PartyId) -> Partnership:
    """Everything between this node and one partner.

    Raises:
        NotFound: the party is not known.
    """
    now = node.clock.now()
    lines = [line for line in agreement_lines(node) if line.counterpart == party]
    owed = [one for one in list_owed(node) if party in (one.debtor, one.creditor)]
    with node.store.reading() as unit:
        known = unit.parties.get(party)
        if known is None or known.is_self:
            raise NotFound("party-unknown", f"no partner {party}", "`sepakat party list` shows them")
        recalls = [
            recall
            for recall in unit.obligations.recalls()
            if party == recall.counterpart or any(answer.party == party for answer in recall.answers)
        ]
        consents = [one for one in unit.obligations.consents() if party in (one.counterpart, one.party)]
        days = last_days(now)
        moved = unit.recent.movements(datetime.combine(days[0], datetime.min.time(), now.tzinfo))
        ids = [*(recall.original for recall in recalls), *(consent.object_id for consent in consents)]
        return Partnership(
            party=known,
            line=next(iter(partner_lines(unit, [known], unit.views.collections()))),
            agreements=tuple(lines),
            owed=tuple(owed),
            recalls=tuple(recalls),
            consents=tuple(consents),
            titles=dict(titles_of(unit, ids)),
            accounts=tuple(account for account in unit.people.accounts() if account.party == party),
            days=days,
            traffic=traffic_of([known], moved, days)[0],
        )
