"""CRN-13: whatever is wished of claims and notes, every cent is accounted for."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from uuid import UUID

from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.calendar import add_months
from domain.claims import commands as c
from domain.claims.state import Claim, Credit, Status
from domain.credits.commands import (
    AllocationWish,
    ConfirmProposal,
    DecideDifference,
    DeclineProposal,
    MatchByReference,
    MatchCreditNote,
    ReopenRemainder,
    SettleRemainder,
    UndoMatch,
)
from domain.credits.naming import MatchNotesNaming
from domain.credits.reconciliation_period import (
    ClosePeriod,
    Effect,
    PeriodClosed,
    PriorPeriodAdjusted,
    ReconciliationPeriod,
    month_of,
    stream_of,
)
from domain.credits.state import CreditNote
from domain.messages import Actor, Command, Event, Refusal
from domain.money import Money, total
from domain.vocabulary import Outcome
from tests import rules
from tests.clock import NOON
from tests.domain.claims.asked import request_write_off, sign_write_off
from tests.scenario import DORA, FINN, GINA, MAX, MIA, SYSTEM, Story
from tests.stories import (
    MAKER,
    TODAY,
    book,
    claim_id,
    claim_in,
    claim_story,
    judge,
    maker_number,
    match,
    note_id,
    reject,
    setting,
    submit,
)

IN_YUAN = (1, 2, 3)
CURRENCY = {**dict.fromkeys(IN_YUAN, "CNY"), 4: "EUR"}
CLAIMS = (*CURRENCY,)
NOTES = {1: "CNY", 2: "CNY", 3: "CNY", 4: "CNY", 5: "EUR", 6: "EUR"}
MARCH = date(2026, 3, 1)
claims, notes = st.sampled_from(CLAIMS), st.sampled_from([*NOTES])
outcomes = st.sampled_from(Outcome)
issue_days = st.sampled_from([TODAY, date(2026, 4, 3), date(2026, 5, 2)])
cents = st.integers(1, 1500_00).map(lambda n: Decimal(n).scaleb(-2))
round_amounts = st.sampled_from(["100.00", "400.00", "500.00", "1000.00", "1400.00"]).map(Decimal)
sums = st.one_of(round_amounts, cents)
signers = st.sampled_from([MAX, DORA, FINN, GINA])


CARRIED = Outcome.CARRIED_OVER


def paying(claim: Claim) -> dict[UUID, Credit]:
    """The allocations that pay it, also what is over."""
    return {**claim.credits, **claim.overpayments}


def paid(claim: Claim, allocation: UUID) -> Money:
    made = [c[allocation] for c in (claim.credits, claim.overpayments) if allocation in c]
    return total((credit.amount for credit in made), claim.total.currency)


# ── figures, counted from what decisions remember ───────────────────────────


def of_claim(claim: Claim) -> dict[str, Decimal]:
    parts = {
        "credited": claim.credited,
        "open": claim.open,
        "disputed": claim.disputed,
        "refused": claim.refused,
        "written_off": claim.written_off,
        "abandoned": claim.abandoned,
        "withdrawn": claim.withdrawn,
    }
    waits = claim.status == Status.SUBMITTED
    return {
        "submitted": claim.total.amount,
        **{name: money.amount for name, money in parts.items()},
        "undecided": claim.total.amount if waits else Decimal(0),
        "overpaid": claim.overpaid.amount,
    }


KEPT_AS = {
    Outcome.ACCEPTED: "kept",
    Outcome.DISPUTED: "disputed",
    Outcome.WRITTEN_OFF: "written_off",
}


def of_note(note: CreditNote) -> dict[str, Decimal]:
    figures = dict.fromkeys(("kept", "disputed", "written_off"), Decimal(0))
    for remainder in note.remainders.values():
        if remainder.outcome in KEPT_AS:
            figures[KEPT_AS[remainder.outcome]] += remainder.amount.amount
    return {
        "payable": note.payable.amount,
        "applied": note.applied.amount,
        **figures,
        "carried_over": note.carried_over.amount,
        "unapplied": (note.unapplied - note.carried_over).amount,
    }


def summed(figures: Iterable[dict[str, Decimal]]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for each in figures:
        totals = {name: totals.get(name, Decimal(0)) + amount for name, amount in each.items()}
    return totals


def spent(notes: dict[int, CreditNote]) -> dict[int, tuple[Decimal, Decimal]]:
    return {n: (note.payable.amount, note.applied.amount) for n, note in notes.items()}


def adjusted(events: Iterable[Event], number: int, effect: Effect) -> Decimal:
    """By how much this effect of a note was adjusted."""
    made = [e for e in events if isinstance(e, PriorPeriodAdjusted) and e.effect == effect]
    return sum((e.amount.amount for e in made if e.note_id == note_id(number)), Decimal(0))


# ── histories ───────────────────────────────────────────────────────────────


@cache
def submitted_claims() -> Story:
    """Three claims of 1000 yuan that wait for their answer, and one of euro that was accepted."""
    story = setting()
    for number in IN_YUAN:
        claim_story("submitted", number, story=story)
    return claim_in("EUR", 4, "1000.00", maker_number(4), story)


@dataclass(frozen=True)
class Closing:
    """A month of a currency as it stood when it was closed."""

    position: int
    currency: str
    month: date
    claims: dict[str, Decimal]
    notes: dict[str, Decimal]
    spent: dict[int, tuple[Decimal, Decimal]]  # by note: payable and applied


class Reconciliation(RuleBasedStateMachine):
    """Random wishes; those that are refused change nothing."""

    @initialize()
    def begin(self) -> None:
        start = submitted_claims()
        self.story = Story(start.histories, copy(start.happened), copy(start.told))
        self.checked = len(self.story.happened)
        self.now = NOON
        self.closings: list[Closing] = []

    def wish(self, command: Command, actor: Actor, effective_at: datetime | None = None) -> bool:
        """Whether it came about."""
        before = self.story.histories
        try:
            self.story.tell(command, actor, self.now, effective_at)
        except Refusal:
            assert self.story.histories is before
            return False
        return True

    def claim(self, number: int) -> Claim:
        claim = self.story.state(Claim, claim_id(number))
        assert isinstance(claim, Claim)
        return claim

    def note(self, number: int) -> CreditNote | None:
        note = self.story.state(CreditNote, note_id(number))
        assert note is None or isinstance(note, CreditNote)
        return note

    def booked(self, number: int) -> CreditNote:
        note = self.note(number)
        assume(note is not None)
        assert note is not None
        return note

    def closed(self, currency: str) -> date:
        """The last month that is."""
        periods = self.story.state(ReconciliationPeriod, stream_of(MAKER, currency).id)
        return periods.closed if periods else date.min

    # ── what may be wished ──────────────────────────────────────────────────

    @rule(
        number=claims,
        accepted=st.one_of(st.none(), sums),
        earlier=st.sampled_from([None, NOON]),
    )
    def accept(self, number: int, accepted: Decimal | None, earlier: datetime | None) -> None:
        """Dated back into a closed month it adjusts the next (CRN-13)."""
        amount = Money(amount=accepted, currency=CURRENCY[number]) if accepted else None
        wanted = c.RecordAcceptance(
            claim_id=claim_id(number), accepted=amount, reasons=("labour_hours",)
        )
        if self.wish(wanted, MIA, earlier):
            late = earlier is not None and self.closed(CURRENCY[number]) >= MARCH
            last = self.story.happened[-1].event
            assert isinstance(last, PriorPeriodAdjusted) is late

    @rule(number=claims)
    def reject(self, number: int) -> None:
        self.wish(reject(number), MIA)

    @rule(number=claims)
    def resubmit(self, number: int) -> None:
        self.wish(c.ResubmitClaim(claim_id=claim_id(number), different="photo"), MIA)

    @rule(number=claims)
    def revoke_acceptance(self, number: int) -> None:
        self.wish(c.RevokeAcceptance(claim_id=claim_id(number), reason="mistaken"), MIA)

    @rule(number=claims, amount=sums, by=st.sampled_from([MIA, MAX, FINN]))
    def request_write_off(self, number: int, amount: Decimal, by: Actor) -> None:
        self.wish(request_write_off(str(amount), number), by)

    @rule(number=claims, by=signers)
    def sign_write_off(self, number: int, by: Actor) -> None:
        self.wish(sign_write_off(number), by)

    @rule(number=claims, by=signers)
    def take_back_or_decline(self, number: int, by: Actor) -> None:
        id = claim_id(number)
        if not self.wish(c.RevokeWriteOffSignature(claim_id=id, reason="too early"), by):
            self.wish(c.DeclineWriteOff(claim_id=id, reason="dispute it"), by)

    @rule(number=claims)
    def close_or_reopen(self, number: int) -> None:
        id = claim_id(number)
        if self.claim(number).status == Status.CLOSED:
            assert self.wish(c.ReopenClaim(claim_id=id, reason="wrong note"), FINN)
        else:
            self.wish(c.CloseClaim(claim_id=id), SYSTEM)

    @rule(number=claims)
    def out_of_turn(self, number: int) -> None:
        """None of this is possible any more."""
        for command, actor in ((judge(number), MAX), (submit(number), MIA)):
            assert not self.wish(command, actor)

    @rule(number=notes, payable=sums, named=st.sets(claims, max_size=2), day=issue_days)
    def book(self, number: int, payable: Decimal, named: set[int], day: date) -> None:
        names = tuple(maker_number(claim) for claim in named)
        booked_before = self.note(number) is not None
        facts = {"names": names, "issue_date": day, "currency": NOTES[number]}
        came_about = self.wish(book(number, payable=str(payable), **facts), FINN)
        assert came_about is not booked_before

    @rule(number=notes)
    def match_by_reference(self, number: int) -> None:
        self.wish(MatchByReference(note_id=note_id(number)), SYSTEM)

    @rule(number=claims)
    def match_claim(self, number: int) -> None:
        self.wish(MatchNotesNaming(claim_id=claim_id(number)), SYSTEM)

    @rule(
        number=notes,
        wishes=st.dictionaries(claims, sums, min_size=1, max_size=3),
        outcome=st.one_of(st.none(), outcomes),
        overpay=st.booleans(),
    )
    def match_by_hand(
        self, number: int, wishes: dict[int, Decimal], outcome: Outcome | None, overpay: bool
    ) -> None:
        allocations = tuple(
            AllocationWish(
                claim_id=claim_id(claim),
                amount=Money(amount=amount, currency=NOTES[number]),
                reason="part_payment",
                outcome=outcome,
                overpay=overpay,
            )
            for claim, amount in wishes.items()
        )
        came_about = self.wish(
            MatchCreditNote(note_id=note_id(number), allocations=allocations), FINN
        )
        if came_about:
            assert {CURRENCY[claim] for claim in wishes} == {NOTES[number]}

    @rule(number=notes, pick=st.integers(0, 3), outcome=outcomes, confirmed=st.booleans())
    def answer_proposal(self, number: int, pick: int, outcome: Outcome, confirmed: bool) -> None:
        proposal = self.booked(number).proposal
        assume(proposal)
        about = {"note_id": note_id(number), "claim_id": proposal[pick % len(proposal)].claim_id}
        if confirmed:
            confirm = ConfirmProposal(**about, reason="part_payment", outcome=outcome)
            self.wish(confirm, FINN)
        else:
            assert self.wish(DeclineProposal(**about, reason="of another year"), FINN)

    @rule(number=notes, pick=st.integers(0, 3), outcome=outcomes)
    def decide_difference(self, number: int, pick: int, outcome: Outcome) -> None:
        made = [*self.booked(number).allocations]
        assume(made)
        about = {"note_id": note_id(number), "allocation_id": made[pick % len(made)]}
        self.wish(DecideDifference(**about, outcome=outcome, reason="labour_hours"), FINN)

    @rule(number=notes, amount=sums, outcome=outcomes)
    def settle_remainder(self, number: int, amount: Decimal, outcome: Outcome) -> None:
        money = Money(amount=amount, currency=NOTES[number])
        about = {"note_id": note_id(number), "amount": money, "reason": "part_payment"}
        self.wish(SettleRemainder(**about, outcome=outcome), FINN)

    @rule(number=notes, pick=st.integers(0, 3))
    def reopen_remainder(self, number: int, pick: int) -> None:
        settled = [*self.booked(number).remainders]
        assume(settled)
        about = {"note_id": note_id(number), "remainder_id": settled[pick % len(settled)]}
        self.wish(ReopenRemainder(**about, reason="decided anew"), FINN)

    @rule(number=notes, in_next_period=st.booleans())
    def undo(self, number: int, in_next_period: bool) -> None:
        about = {"note_id": note_id(number), "reason": "wrong claim"}
        self.wish(UndoMatch(**about, in_next_period=in_next_period), FINN)

    @rule(number=notes, claim=claims, amount=sums)
    def match_and_undo(self, number: int, claim: int, amount: Decimal) -> None:
        """Every balance is as it was (CRN-6)."""
        before = self.balances()
        assume(not self.booked(number).allocations)
        if self.wish(match(number, (claim, str(amount), "part_payment")), FINN):
            assert self.balances() != before
            about = {"note_id": note_id(number), "reason": "wrong claim"}
            assert self.wish(UndoMatch(**about, in_next_period=True), FINN)
        assert self.balances() == before

    def balances(self) -> list[object]:
        of_claims = [
            (claim.open, claim.credits, claim.disputed) for claim in map(self.claim, CLAIMS)
        ]
        of_notes = [note and (note.unapplied, note.allocations) for note in map(self.note, NOTES)]
        return [*of_claims, *of_notes]

    # ── months ──────────────────────────────────────────────────────────────

    @rule()
    def a_month_passes(self) -> None:
        month = add_months(self.now.date(), 1)
        assume(month < date(2026, 8, 1))
        self.now = datetime(month.year, month.month, 9, 4, tzinfo=UTC)

    @rule(currency=st.sampled_from(["CNY", "EUR"]))
    def close_month(self, currency: str) -> None:
        last = self.closed(currency)
        month = MARCH if last == date.min else add_months(last, 1)
        close = ClosePeriod(manufacturer_id=MAKER, currency=currency, month=month)
        came_about = self.wish(close, FINN)
        assert came_about is (month < month_of(self.now.date()))
        if came_about:
            self.closings.append(self.closing(currency, month))

    def closing(self, currency: str, month: date) -> Closing:
        return Closing(
            len(self.story.happened),
            currency,
            month,
            summed(map(of_claim, self.submitted(currency, month))),
            summed(map(of_note, self.issued(currency, month).values())),
            spent(self.issued(currency, month)),
        )

    def submitted(self, currency: str, month: date) -> list[Claim]:
        every = [self.claim(n) for n in CLAIMS if CURRENCY[n] == currency]
        return [c for c in every if c.submitted_on and month_of(c.submitted_on) == month]

    def issued(self, currency: str, month: date) -> dict[int, CreditNote]:
        every = {n: note for n in NOTES if NOTES[n] == currency and (note := self.note(n))}
        return {n: note for n, note in every.items() if month_of(note.issued_on) == month}

    @invariant()
    def the_figures_of_every_month_add_up(self) -> None:
        for currency in ("CNY", "EUR"):
            for month in (MARCH, add_months(MARCH, 1), add_months(MARCH, 2)):
                closing = self.closing(currency, month)
                for figures, whole in ((closing.claims, "submitted"), (closing.notes, "payable")):
                    parts = {n: f for n, f in figures.items() if n not in (whole, "overpaid")}
                    assert figures.get(whole, 0) == sum(parts.values())
                    assert min(figures.values(), default=0) >= 0

    @invariant()
    def nothing_posts_into_a_closed_period(self) -> None:
        """What belongs to one is posted into the first that is open."""
        closed = dict.fromkeys(("CNY", "EUR"), date.min)
        for on in self.story.happened:
            match on.event:
                case PeriodClosed(currency=currency, month=month):
                    closed[currency] = month
                case PriorPeriodAdjusted(currency=currency, month=month, corrects=corrects):
                    assert corrects <= closed[currency]
                    assert month == add_months(closed[currency], 1)

    @invariant()
    def what_changed_since_a_closing_is_what_was_adjusted(self) -> None:
        for closing in self.closings:
            made = [on.event for on in self.story.happened[closing.position :]]
            now = spent(self.issued(closing.currency, closing.month))
            for number, (payable, applied) in now.items():
                before = closing.spent.get(number, (Decimal(0), Decimal(0)))
                assert payable - before[0] == adjusted(made, number, Effect.BOOKED)
                moved = adjusted(made, number, Effect.ALLOCATED)
                assert applied - before[1] == moved - adjusted(made, number, Effect.TAKEN_BACK)

    # ── what always holds ───────────────────────────────────────────────────

    @invariant()
    def a_note_is_its_allocations_and_what_is_unapplied(self) -> None:
        for note in filter(None, map(self.note, NOTES)):
            amounts = [allocation.amount for allocation in note.allocations.values()]
            settled = [r.amount for r in note.remainders.values() if r.outcome != CARRIED]
            spent = total([*amounts, *settled], note.payable.currency)
            assert note.payable == spent + note.unapplied
            assert note.unapplied.amount >= 0

    @invariant()
    def a_claim_is_what_was_credited_refused_written_off_and_is_open(self) -> None:
        for claim in map(self.claim, CLAIMS):
            kept = claim.credited + claim.written_off + claim.disputed
            assert claim.accepted == kept + claim.open
            assert min(claim.open.amount, claim.refused.amount, claim.written_off.amount) >= 0
            if claim.status != Status.SUBMITTED:
                assert claim.total == claim.accepted + claim.refused + claim.abandoned

    @invariant()
    def what_notes_applied_is_what_claims_were_credited(self) -> None:
        """Allocation by allocation, so of every manufacturer, currency and period."""
        applied = {
            (id, note_id(number), allocation.claim_id): allocation.amount
            for number in NOTES
            for id, allocation in getattr(self.note(number), "allocations", {}).items()
        }
        credited = {
            (id, credit.note_id, claim_id(number)): paid(self.claim(number), id)
            for number in CLAIMS
            for id, credit in paying(self.claim(number)).items()
        }
        assert applied == credited

    @invariant()
    def nothing_is_closed_while_something_is_open(self) -> None:
        for claim in map(self.claim, CLAIMS):
            if claim.status == Status.CLOSED:
                assert (claim.open.amount, claim.disputed.amount, claim.write_off) == (0, 0, None)

    @invariant()
    def nobody_signs_what_they_asked_for_nor_twice(self) -> None:
        for claim in map(self.claim, CLAIMS):
            if claim.write_off:
                signed = [name for s in claim.write_off.chain.signatures for name in s.both]
                assert len(signed) == len(set(signed))
                assert not claim.write_off.prepared_by & set(signed)

    @invariant()
    def every_event_survives_the_disk(self) -> None:
        for on in self.story.happened[self.checked :]:
            kind: type[Event] = type(on.event)
            assert kind.model_validate_json(on.event.model_dump_json()) == on.event
        self.checked = len(self.story.happened)


Reconciliation.TestCase.settings = settings(max_examples=15, stateful_step_count=40, deadline=None)
TestEveryCentIsAccountedFor = rules.rule("CRN-13")(Reconciliation.TestCase)
