"""The manufacturers' credit notes, and what people do with those that are not clear."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Final
from uuid import UUID

from application.intake.booking import Report
from domain.credits.commands import AllocationWish, DecideDifference, MatchCreditNote
from domain.credits.credit_note import CreditNote
from domain.messages import Stream
from domain.money import Money
from domain.vocabulary import Outcome as Settled
from recourse.demo import cast
from recourse.demo.cast import Manufacturer
from recourse.demo.claims import ACCEPTED, ClaimStory
from recourse.demo.notes import Line, Note, ubl
from recourse.demo.plans import Outcome, Plan, order_reference
from recourse.demo.stage import Agenda, Stage

NOTE_DAYS: Final = (9, 13, 16, 20, 23, 26, 29)  # on which manufacturers send credit notes
LAST_DAY: Final = NOTE_DAYS[-1]
PAID: Final = ACCEPTED - {Outcome.AWAITING_CREDIT} | {Outcome.RESUBMITTED}
RATIO: Final = {  # of what was accepted, as far as another amount comes
    Outcome.SHORT_PAID: Decimal("0.93"),
    Outcome.PART_OPEN: Decimal("0.93"),
    Outcome.DISPUTED: Decimal("0.88"),
    Outcome.OVERPAID: Decimal("1.05"),
}


def paying(planned: Agenda, plans: Iterable[Plan]) -> None:
    """Each manufacturer's note of the day for exact amounts; one for each that is not."""
    stories = [ClaimStory(planned.stage, plan) for plan in plans]
    for day in NOTE_DAYS:
        due = [story for story in stories if pay_day(story.plan) == day]
        for place, maker in enumerate(cast.MANUFACTURERS):
            mine = [story for story in due if story.plan.manufacturer == maker]
            exactly_paid(planned, maker, day, 5 * place, mine)
            for story in mine:
                if story.plan.outcome in RATIO:
                    otherwise_paid(planned, UnclearNote(story, day))


def exactly_paid(
    planned: Agenda, maker: Manufacturer, day: int, minute: int, due: Iterable[ClaimStory]
) -> None:
    exact = [story for story in due if story.plan.outcome not in RATIO]
    if exact:
        planned.at(day, 10, minute, partial(pay, planned.stage, maker, day, exact))
        for story in exact:
            planned.at(day, 16, story.plan.number % 50, story.close)


def pay_day(plan: Plan) -> int | None:
    """The first day for notes after the claim was accepted, if it is paid at all."""
    if plan.outcome not in PAID:
        return None
    accepted = plan.opened + (9 if plan.outcome is Outcome.RESUBMITTED else 5)
    return next((day for day in NOTE_DAYS if day > accepted + 1), None)


def pay(stage: Stage, maker: Manufacturer, day: int, stories: Iterable[ClaimStory]) -> None:
    lines = (
        Line(f"Warranty credit, {s.plan.fault.cause}", s.accepted.amount, s.their_number)
        for s in stories
    )
    send(stage, note(stage, maker, day, f"{day:02}", tuple(lines)))


def note(stage: Stage, maker: Manufacturer, day: int, number: str, lines: tuple[Line, ...]) -> Note:
    issued = stage.day(day - 2)
    name = f"{maker.prefix}-CN-{issued:%Y}-{number}"
    return Note(name, issued, maker.party, cast.US, maker.currency, lines)


def send(stage: Stage, sent: Note) -> UUID:
    """Take the note in as the file it is; the reactions match what is clear."""
    report = taken(stage, f"{sent.number}.xml", ubl(sent))
    assert report.note_id is not None, report.errors
    return report.note_id


def taken(stage: Stage, name: str, content: bytes) -> Report:
    report = stage.intake(cast.FINANCE.actor).take(name, content)
    stage.react()
    return report


# ── another amount than was accepted ────────────────────────────────────────


@dataclass(frozen=True)
class UnclearNote:
    """A note that pays less or more: nobody but a person can say what that means (CRN-5)."""

    story: ClaimStory
    day: int

    def send(self) -> UUID:
        stage, plan = self.story.stage, self.story.plan
        text = f"Warranty credit, {plan.fault.cause}"
        line = Line(text, self.paid.amount, self.story.their_number)
        number = f"{self.day:02}{plan.number:02}"
        return send(stage, note(stage, plan.manufacturer, self.day, number, (line,)))

    @property
    def paid(self) -> Money:
        total = self.story.claim.total
        return total.but((total.amount * RATIO[self.story.plan.outcome]).quantize(Decimal("0.01")))

    def allocate(self) -> None:
        """Finance allocates it by hand, and says why the amount is another."""
        over = self.story.plan.outcome is Outcome.OVERPAID
        reason = "agreed_price" if over else "labour_rate"
        wish = AllocationWish(
            claim_id=self.story.plan.id, amount=self.paid, reason=reason, overpay=over
        )
        command = MatchCreditNote(note_id=self.send(), allocations=(wish,))
        self.story.stage.give(cast.FINANCE, command)

    def dispute(self) -> None:
        """The rate is in the contract: they are told so, and it is no longer just open."""
        note_id, stage = self.send(), self.story.stage
        booked = stage.state(CreditNote, Stream(CreditNote.kind, note_id))
        assert booked is not None, "it was booked before"
        [allocation] = booked.allocations
        decision = DecideDifference(
            note_id=note_id,
            allocation_id=allocation,
            outcome=Settled.DISPUTED,
            reason="labour_rate",
        )
        stage.give(cast.FINANCE, decision)

    def give_up_the_rest(self) -> None:
        self.story.write_off(self.story.claim.open, "Their labour rate; the contract allows it.")


def otherwise_paid(planned: Agenda, unclear: UnclearNote) -> None:
    day, minute = unclear.day, unclear.story.plan.number % 50
    planned.at(day, 11, minute, unclear.send)
    planned.at(day, 14, minute, unclear.allocate)
    match unclear.story.plan.outcome:
        case Outcome.SHORT_PAID:
            planned.at(day + 1, 10, minute, unclear.give_up_the_rest)
            planned.at(day + 2, 15, minute, unclear.story.sign_write_off)
            planned.at(day + 2, 17, minute, unclear.story.close)
        case Outcome.DISPUTED:
            planned.at(day + 1, 9, minute, unclear.dispute)
        case _:
            pass


# ── notes that name no claim, or nobody we know, or are wrong ───────────────


def puzzles(planned: Agenda, plans: Iterable[Plan]) -> None:
    stage = planned.stage
    waiting = next(plan for plan in plans if plan.outcome is Outcome.AWAITING_CREDIT)
    planned.at(16, 11, 55, partial(faulty_note, stage))
    planned.at(23, 11, 20, partial(note_with_an_order_in_its_text, stage, waiting))
    planned.at(24, 11, 50, partial(unmatched_note, stage))
    planned.at(LAST_DAY, 17, 30, partial(note_of_a_stranger, stage))


def faulty_note(stage: Stage) -> None:
    """Its sum is ten too high: it is refused whole, and kept (CRN-2)."""
    line = Line("Freight of exchanged parts", Decimal("240.00"))
    right = note(stage, cast.LINGYUN, 16, "16F", (line,))
    wrong = ubl(right).replace(b">240.00</cbc:PayableAmount>", b">250.00</cbc:PayableAmount>")
    report = taken(stage, f"{right.number}.xml", wrong)
    assert report.errors, "it adds up"


def note_with_an_order_in_its_text(stage: Stage, plan: Plan) -> None:
    """Text is only ever a suggestion: a person is asked (CRN-10). What is paid is not what is owed,
    or the amount would suggest it first."""
    claim = ClaimStory(stage, plan).claim
    text = f"Credit as agreed, your claim {claim.number}, order {order_reference(plan)}"
    line = Line(text, claim.open.amount - 40)
    send(stage, note(stage, plan.manufacturer, 23, "23S", (line,)))


def unmatched_note(stage: Stage) -> None:
    line = Line("Goodwill, as agreed by telephone", Decimal("1200.00"), "TS-G99999")
    send(stage, note(stage, cast.TAISHAN, 24, "24X", (line,)))


def note_of_a_stranger(stage: Stage) -> None:
    send(stage, last_note(stage.first_day))


def last_note(first_day: date) -> Note:
    """Of somebody whom nobody has registered; with it the story is over."""
    line = Line("Attachment returned", Decimal("310.00"))
    issued = first_day + timedelta(days=LAST_DAY - 3)
    return Note("BA-2210", issued, cast.STRANGER, cast.US, "EUR", (line,))
