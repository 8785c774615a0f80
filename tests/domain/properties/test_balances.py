"""CRN-13: whatever is wished of claims and notes, every cent is accounted for."""

from __future__ import annotations

from copy import copy
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.claims import commands as c
from domain.claims.state import Claim, Status
from domain.credits.commands import MatchByReference, UndoMatch
from domain.credits.state import CreditNote
from domain.messages import Actor, Command, Event, Refusal
from domain.money import total
from tests.domain.claims.asked import request_write_off, sign_write_off
from tests.scenario import DORA, FINN, GINA, MAX, MIA, SYSTEM, Story
from tests.stories import (
    book,
    claim_id,
    claim_story,
    judge,
    maker_number,
    match,
    note_id,
    reject,
    setting,
    submit,
    yuan,
)

CLAIMS, NOTES = (1, 2, 3), (1, 2, 3, 4)
claims, notes = st.sampled_from(CLAIMS), st.sampled_from(NOTES)
cents = st.integers(1, 1500_00).map(lambda n: Decimal(n).scaleb(-2))
round_amounts = st.sampled_from(["100.00", "400.00", "500.00", "1000.00", "1400.00"]).map(Decimal)
sums = st.one_of(round_amounts, cents)
signers = st.sampled_from([MAX, DORA, FINN, GINA])


@cache
def submitted_claims() -> Story:
    """Three claims of 1000 that wait for their answer."""
    story = setting()
    for number in CLAIMS:
        claim_story("submitted", number, story=story)
    return story


class Reconciliation(RuleBasedStateMachine):
    """Random wishes; those that are refused change nothing."""

    @initialize()
    def begin(self) -> None:
        start = submitted_claims()
        self.story = Story(start.histories, copy(start.happened), copy(start.told))
        self.checked = len(self.story.happened)

    def wish(self, command: Command, actor: Actor) -> bool:
        """Whether it came about."""
        before = self.story.histories
        try:
            self.story.tell(command, actor)
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

    # ── what may be wished ──────────────────────────────────────────────────

    @rule(number=claims, accepted=st.one_of(st.none(), sums))
    def accept(self, number: int, accepted: Decimal | None) -> None:
        amount = yuan(accepted) if accepted else None
        id = claim_id(number)
        self.wish(c.RecordAcceptance(claim_id=id, accepted=amount, reasons=("labour_hours",)), MIA)

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

    @rule(number=notes, payable=sums, named=st.sets(claims, max_size=2))
    def book(self, number: int, payable: Decimal, named: set[int]) -> None:
        names = tuple(maker_number(claim) for claim in named)
        booked_before = self.note(number) is not None
        came_about = self.wish(book(number, payable=str(payable), names=names), FINN)
        assert came_about is not booked_before

    @rule(number=notes)
    def match_by_reference(self, number: int) -> None:
        self.wish(MatchByReference(note_id=note_id(number)), SYSTEM)

    @rule(number=notes, wishes=st.dictionaries(claims, sums, min_size=1, max_size=3))
    def match_by_hand(self, number: int, wishes: dict[int, Decimal]) -> None:
        allocations = [(claim, str(amount), "part_payment") for claim, amount in wishes.items()]
        self.wish(match(number, *allocations), FINN)

    @rule(number=notes)
    def undo(self, number: int) -> None:
        self.wish(UndoMatch(note_id=note_id(number), reason="wrong claim"), FINN)

    @rule(number=notes, claim=claims, amount=sums)
    def match_and_undo(self, number: int, claim: int, amount: Decimal) -> None:
        """Every balance is as it was (CRN-6)."""
        before = self.balances()
        note = self.note(number)
        assume(note is not None and not note.allocations)
        if self.wish(match(number, (claim, str(amount), "part_payment")), FINN):
            assert self.balances() != before
            assert self.wish(UndoMatch(note_id=note_id(number), reason="wrong claim"), FINN)
        assert self.balances() == before

    def balances(self) -> list[object]:
        of_claims = [(claim.open, claim.credits) for claim in map(self.claim, CLAIMS)]
        of_notes = [note and (note.unapplied, note.allocations) for note in map(self.note, NOTES)]
        return [*of_claims, *of_notes]

    # ── what always holds ───────────────────────────────────────────────────

    @invariant()
    def a_note_is_its_allocations_and_what_is_unapplied(self) -> None:
        for note in filter(None, map(self.note, NOTES)):
            amounts = [allocation.amount for allocation in note.allocations.values()]
            assert note.payable == total(amounts, "CNY") + note.unapplied
            assert note.unapplied.amount >= 0

    @invariant()
    def a_claim_is_what_was_credited_refused_written_off_and_is_open(self) -> None:
        for claim in map(self.claim, CLAIMS):
            assert claim.accepted == claim.credited + claim.written_off + claim.open
            assert min(claim.open.amount, claim.refused.amount, claim.written_off.amount) >= 0
            if claim.status != Status.SUBMITTED:
                assert claim.total == claim.accepted + claim.refused + claim.abandoned

    @invariant()
    def what_notes_applied_is_what_claims_were_credited(self) -> None:
        applied = {
            (id, note_id(number), allocation.claim_id): allocation.amount
            for number in NOTES
            for id, allocation in getattr(self.note(number), "allocations", {}).items()
        }
        credited = {
            (id, credit.note_id, claim_id(number)): credit.amount
            for number in CLAIMS
            for id, credit in self.claim(number).credits.items()
        }
        assert applied == credited

    @invariant()
    def nothing_is_closed_while_something_is_open(self) -> None:
        for claim in map(self.claim, CLAIMS):
            if claim.status == Status.CLOSED:
                assert (claim.open, claim.write_off) == (yuan(0), None)

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


Reconciliation.TestCase.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
TestEveryCentIsAccountedFor = pytest.mark.rule("CRN-13")(Reconciliation.TestCase)
