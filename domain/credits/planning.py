"""Which notes pay which claims, as far as that is certain: a function of the papers (CRN-10).

It knows no order of arrival. Papers are taken by their day and number; what is exact comes before
what is nearly so; and where several notes could pay a claim, the paper issued first does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Final, NamedTuple
from uuid import UUID

from domain.credits.events import MatchedBy
from domain.credits.state import CreditNote
from domain.money import Money

ZERO: Final = Decimal(0)


class Share(NamedTuple):
    """What a note pays of a claim, and what that leaves within the tolerance."""

    claim_id: UUID
    amount: Money
    residue: Money


class Match(NamedTuple):
    """How a note is spent; `over` is what it leaves within the tolerance."""

    by: MatchedBy
    shares: tuple[Share, ...]
    over: Money


class Owing(NamedTuple):
    """A claim that can be paid: how much is open, and how much of that may be left."""

    open: Money
    tolerated: Money


class Paper(NamedTuple):
    """A note to be matched. `says` is what it pays to each claim, if it says so clearly."""

    note: CreditNote
    says: Mapping[UUID, Money]

    @property
    def amount(self) -> Money:
        return self.note.payable


@dataclass
class Plan:
    """Claims are paid as the plan grows."""

    papers: Mapping[UUID, Paper]
    owing: dict[UUID, Owing]
    matches: dict[UUID, Match] = field(default_factory=dict)

    @property
    def waiting(self) -> list[UUID]:
        """The notes without a match, in the order of the papers."""
        return sorted(self.papers.keys() - self.matches.keys(), key=self.order)

    def order(self, note_id: UUID) -> tuple[date, str, UUID]:
        note = self.papers[note_id].note
        return note.issued_on, note.number, note_id

    def add(self, note_id: UUID, match: Match) -> None:
        self.matches[note_id] = match
        for share in match.shares:
            claim = self.owing[share.claim_id]
            left = claim.open - share.amount - share.residue
            self.owing[share.claim_id] = claim._replace(open=left)


def planned(papers: Mapping[UUID, Paper], owing: Mapping[UUID, Owing]) -> Plan:
    """The order of CRN-10, as far as claims are named by number: exactly, nearly, many notes."""
    plan = Plan(papers, dict(owing))
    one_by_one(plan, exactly)
    one_by_one(plan, nearly)
    many_notes(plan)
    return plan


def one_by_one(plan: Plan, fit: Callable[[Paper, Mapping[UUID, Owing]], Match | None]) -> None:
    for note_id in plan.waiting:
        if match := fit(plan.papers[note_id], plan.owing):
            plan.add(note_id, match)


def exactly(paper: Paper, owing: Mapping[UUID, Owing]) -> Match | None:
    """It pays every claim that it names what is open of it, to the cent."""
    if not paper.says or not all(pays(owing, id, amount) for id, amount in paper.says.items()):
        return None
    return whole(MatchedBy.REFERENCE, paper.says)


def whole(by: MatchedBy, amounts: Mapping[UUID, Money]) -> Match:
    nothing = next(iter(amounts.values())).but(ZERO)
    shares = (Share(id, amount, nothing) for id, amount in amounts.items())
    return Match(by, tuple(shares), nothing)


def pays(owing: Mapping[UUID, Owing], claim_id: UUID, amount: Money) -> bool:
    claim = owing.get(claim_id)
    return claim is not None and amount.amount > 0 and claim.open == amount


def nearly(paper: Paper, owing: Mapping[UUID, Owing]) -> Match | None:
    """What it leaves of each claim is tolerated; or what is left of it, if it names only one."""
    shares = [near(owing.get(id), id, amount) for id, amount in paper.says.items()]
    fitting = [share for share in shares if share]
    if not fitting or len(fitting) < len(shares):
        return None
    over = paper.amount
    for share in fitting:
        over = over - share.amount
    if over.amount and len(fitting) > 1:
        return None
    return Match(MatchedBy.TOLERANCE, tuple(fitting), over)


def near(claim: Owing | None, claim_id: UUID, amount: Money) -> Share | None:
    if claim is None or amount.amount <= 0 or claim.open.amount <= 0:
        return None
    off = (claim.open - amount).amount
    if abs(off) > claim.tolerated.amount:
        return None
    paid = amount if off > 0 else claim.open
    return Share(claim_id, paid, claim.open - paid)


def many_notes(plan: Plan) -> None:
    """The first papers that name a claim, and nothing else, pay it exactly together."""
    for claim_id in sorted(plan.owing):
        naming = [id for id in plan.waiting if [*plan.papers[id].says] == [claim_id]]
        together = first_that_make(plan, naming, plan.owing[claim_id].open)
        for note_id in together:
            plan.add(note_id, whole(MatchedBy.MANY_NOTES, plan.papers[note_id].says))


def first_that_make(plan: Plan, note_ids: list[UUID], open: Money) -> list[UUID]:
    amounts = [plan.papers[id].amount for id in note_ids]
    if any(amount.currency != open.currency or amount.amount <= 0 for amount in amounts):
        return []
    sums = accumulate(amount.amount for amount in amounts)
    reached = [n for n, total in enumerate(sums, start=1) if total == open.amount]
    return note_ids[: reached[0]] if reached and open.amount else []
