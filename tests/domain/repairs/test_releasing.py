"""Payment before release, the way out, the report and afterwards: REP-7, REP-8, REP-11, REG-5."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.approvals import ApproverPrepared, Names
from domain.messages import Actor, Forbidden, Role
from domain.money import Money
from domain.policies import Pin
from domain.registry.authority import ManagesTheStation
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from domain.repairs.repair.events import ReleaseGround
from domain.repairs.repair.refusals import (
    NothingToPay,
    NotPaid,
    OutboundNotSigned,
    PaidTooMuch,
    PartsNotIssued,
    RepairNotPossibleNow,
)
from domain.repairs.repair.state import RepairOrder, RepairStage
from domain.vocabulary import Interruption
from domain.warranty import OutOfUse
from tests.clock import NOON
from tests.repair_stories import (
    at_counter,
    by_papers,
    callback,
    counter_story,
    file_report,
    hand_back,
    inform,
    inspect,
    outbound,
    part,
    pay,
    repair_id,
    return_story,
    told_upto,
    wish,
)
from tests.rules import rule
from tests.scenario import DORA, ENZO, FINN, GINA, HELEN, SUSI, decided, given
from tests.stories import MAKER, STATION, yuan

RELEASE = wish(c.ReleaseItem)
CLOSE = wish(c.CloseRepair)
PERMIT = wish(c.PermitUnpaidRelease, reason="a hospital")
LATER = NOON + timedelta(days=2)
BY_SUSI = Names(person=SUSI.id)


def stage_of(story) -> RepairStage:
    return story.state(RepairOrder, repair_id()).stage


# ── payment ─────────────────────────────────────────────────────────────────


@rule("REP-7")
@pytest.mark.parametrize("paid", [(), ("169.99",), ("100.00", "69.99")])
def test_nothing_leaves_before_it_is_paid_in_full(paid):
    story = counter_story("ready")
    for amount in paid:
        story.tell(pay(amount=amount), FINN)
    left = Decimal("170.00") - sum(map(Decimal, paid))
    given(story.histories).when(RELEASE, actor=SUSI).then_refused(NotPaid, f"{left.normalize():f}")
    story.tell(pay(amount=str(left)), FINN)
    given(story.histories).when(RELEASE, actor=SUSI).then(
        e.ItemReleased(release=ReleaseGround.PAID, released_by=BY_SUSI)
    )


@rule("REP-7")
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.FINANCE}))
def test_nobody_but_finance_records_a_payment_least_of_all_a_dealer(role):
    somebody = Actor(SUSI.id, frozenset({role}))
    given(counter_story("ready").histories).when(pay(), actor=somebody).then_refused(Forbidden)


@rule("REP-7")
def test_payments_add_up_and_never_exceed_what_is_owed():
    story = counter_story("ready").tell(pay(amount="100.00"), FINN)
    given(story.histories).when(pay(amount="70.00"), actor=FINN).then(
        e.RepairPaymentReceived(
            amount=yuan("70.00"),
            paid=yuan("170.00"),
            reference="till 3",
            recorded_by=Names(person=FINN.id),
        )
    )
    given(story.histories).when(pay(amount="70.01"), actor=FINN).then_refused(PaidTooMuch, "70")
    euros = pay().model_copy(update={"amount": Money(amount=Decimal(1), currency="EUR")})
    given(story.histories).when(euros, actor=FINN).then_refused(PaidTooMuch)
    story.tell(pay(amount="70.00"), FINN)
    given(story.histories).when(pay(amount="0.01"), actor=FINN).then_refused(NothingToPay)


@rule("SEG-2")
@pytest.mark.parametrize(
    ("command", "role"), [(pay(), Role.FINANCE), (PERMIT, Role.SERVICE_DIRECTOR)]
)
def test_whoever_manages_the_station_neither_books_nor_excuses_a_payment(command, role):
    manager = Actor(FINN.id, frozenset({role, Role.STATION_MANAGER}), STATION)
    given(counter_story("ready").histories).when(command, actor=manager).then_refused(
        ManagesTheStation
    )


# ── the exception ───────────────────────────────────────────────────────────


@rule("REP-7")
def test_headquarters_may_permit_an_exception_before_the_act():
    story = counter_story("ready")
    given(story.histories).when(PERMIT, actor=SUSI).then_refused(Forbidden)
    given(story.histories).when(PERMIT, actor=DORA).then(
        e.UnpaidReleasePermitted(
            reason="a hospital", permitted_at=NOON, permitted_by=Names(person=DORA.id)
        )
    )
    story.tell(PERMIT, DORA)
    given(story.histories).when(RELEASE, actor=SUSI).then(
        e.ItemReleased(release=ReleaseGround.PERMITTED, released_by=BY_SUSI)
    )
    story.tell(outbound(), SUSI).tell(RELEASE, SUSI).tell(hand_back(), SUSI)
    given(story.histories).when(CLOSE, actor=SUSI).then_refused(NotPaid)
    story.tell(pay(), FINN).tell(CLOSE, SUSI)
    assert stage_of(story) is RepairStage.CLOSED


@rule("REP-7")
def test_an_exception_that_is_permitted_afterwards_is_none():
    """A release that is told late, as if it had been before the permission, is still unpaid."""
    story = counter_story("ready").tell(PERMIT, GINA, LATER)
    given(story.histories).when(RELEASE, actor=SUSI, now=NOON).then_refused(NotPaid, "after")
    released = counter_story("released")
    given(released.histories).when(PERMIT, actor=DORA).then_refused(NothingToPay)
    unpaid = counter_story("ready").tell(PERMIT, DORA).tell(RELEASE, SUSI)
    given(unpaid.histories).when(PERMIT, actor=GINA).then_refused(RepairNotPossibleNow, "before")


@rule("SEG-1")
def test_who_permits_the_exception_does_not_release():
    both = Actor(SUSI.id, SUSI.roles | DORA.roles)
    story = counter_story("ready").tell(PERMIT, both)
    given(story.histories).when(RELEASE, actor=SUSI).then_refused(ApproverPrepared)


# ── free, declined, cancelled ───────────────────────────────────────────────


@rule("REP-7")
def test_what_is_under_warranty_leaves_free():
    given(return_story("ready").histories).when(RELEASE, actor=SUSI).then(
        e.ItemReleased(release=ReleaseGround.FREE, released_by=BY_SUSI)
    )


@pytest.mark.parametrize(
    "command", [wish(c.DeclineQuote, reason="too dear"), wish(c.CancelRepair, reason="sold")]
)
def test_what_is_not_repaired_goes_back_and_costs_nothing(command):
    story = counter_story("quoted").tell(command, SUSI)
    given(story.histories).when(RELEASE, actor=SUSI).then(
        e.ItemReleased(release=ReleaseGround.FREE, released_by=BY_SUSI)
    )
    story.tell(outbound(), SUSI).tell(RELEASE, SUSI).tell(hand_back(), SUSI).tell(CLOSE, SUSI)
    assert stage_of(story) is RepairStage.CLOSED


@pytest.mark.parametrize("upto", ["received", "quoted", "in work", "finished", "released"])
def test_nothing_is_released_before_it_is_ready_or_twice(upto):
    given(counter_story(upto).histories).when(RELEASE, actor=SUSI).then_refused(
        RepairNotPossibleNow, upto.replace(" ", "_")
    )


# ── the way out ─────────────────────────────────────────────────────────────


@rule("REP-8")
def test_the_inspection_on_the_way_out_is_signed_by_both_sides():
    story = counter_story("paid")
    alone = outbound(signed_by=None)
    given(story.histories).when(alone, actor=SUSI).then_refused(OutboundNotSigned)
    story.tell(RELEASE, SUSI)
    given(story.histories).when(hand_back(), actor=SUSI).then_refused(OutboundNotSigned)
    given(story.histories).when(outbound(), actor=SUSI).then(
        e.OutboundInspected(
            findings="as agreed",
            subject_id=story.state(RepairOrder, repair_id()).subject_id,
            signed_by="Wang Fang",
            signature=None,
            inspected_by=BY_SUSI,
        )
    )
    parcel = return_story("ready").tell(RELEASE, SUSI).tell(alone, SUSI)
    assert stage_of(parcel.tell(hand_back(), SUSI)) is RepairStage.RETURNED


@rule("REG-5")
def test_a_return_says_how_long_the_item_was_out_of_use():
    story = counter_story("in work").tell(wish(c.AwaitRepairParts, parts=(part(),)), ENZO, LATER)
    arrived = LATER + timedelta(days=3)
    story.tell(wish(c.RecordPartsArrival), ENZO, arrived)
    story.tell(wish(c.FinishRepair, work_done="done"), ENZO)
    steps = dict(at_counter())
    for stage in ("ready", "paid", "released"):
        story.tell_all(steps[stage])
    story.tell(hand_back(), SUSI, arrived + timedelta(days=1))
    returned = story.happened[-1].event
    assert isinstance(returned, e.ItemReturned)
    assert returned.out_of_use == (
        OutOfUse(because=Interruption.IN_REPAIR, since=date(2026, 3, 6), until=date(2026, 3, 12)),
        OutOfUse(
            because=Interruption.WAITING_FOR_PARTS,
            since=date(2026, 3, 8),
            until=date(2026, 3, 11),
        ),
    )


@rule("REG-5")
def test_of_imported_history_without_a_receipt_nothing_is_made_up():
    story = counter_story("released")
    stream = hand_back().stream
    known = tuple(ev for ev in story.events(stream) if not isinstance(ev, e.ItemReceived))
    known = tuple(ev for ev in known if not isinstance(ev, e.RepairPartsArrived))
    [on] = decided({**story.histories, stream: known}, hand_back(), SUSI, NOON)
    assert isinstance(on.event, e.ItemReturned) and on.event.out_of_use == ()


# ── the report, and afterwards ──────────────────────────────────────────────


@rule("CLM-1")
@pytest.mark.parametrize("covered", [True, False])
def test_the_report_says_whether_a_claim_is_due(covered):
    steps = dict(at_counter())
    if covered:
        steps |= {"warranty determined": [(by_papers(), SUSI)], "quoted": [], "agreed": []}
    story = told_upto(steps.items(), "finished")
    [on] = given(story.histories).when(file_report(), actor=ENZO).outcome()
    filed = on.event
    assert isinstance(filed, e.RepairReportFiled)
    due = [Pin(policy_id="deadline.claim_opening", version=1)] if covered else []
    assert filed.under_warranty is covered
    assert [claim.policy for claim in (filed.claim_due,) if claim] == due
    assert (filed.number, filed.manufacturer_id) == ("R-1", MAKER)


@rule("REP-11")
def test_the_parts_of_the_report_were_issued_for_the_order():
    story = counter_story("finished")
    too_many = file_report(parts=(part(), part("P-78"), part()))
    refused = given(story.histories).when(too_many, actor=ENZO).then_refused(PartsNotIssued)
    assert refused.reasons == ("P-77", "P-78")


def test_one_report_is_filed_of_finished_work():
    given(counter_story("in work").histories).when(file_report(), actor=ENZO).then_refused(
        RepairNotPossibleNow
    )
    given(counter_story("reported").histories).when(file_report(), actor=ENZO).then_refused(
        RepairNotPossibleNow
    )


def test_an_order_is_closed_when_the_item_is_back_and_called_about_when_it_is_closed():
    given(counter_story("released").histories).when(CLOSE, actor=SUSI).then_refused(
        RepairNotPossibleNow
    )
    given(counter_story("returned").histories).when(callback(), actor=HELEN).then_refused(
        RepairNotPossibleNow
    )
    given(counter_story("closed").histories).when(callback(), actor=HELEN).then(
        e.RepairCallbackMade(satisfied=True, remark="sounds well", made_by=Names(person=HELEN.id))
    )


@pytest.mark.parametrize("upto", ["received", "quoted", "in work", "closed"])
def test_the_customer_is_told_at_any_time(upto):
    given(counter_story(upto).histories).when(inform(), actor=HELEN).then(
        e.CustomerInformed(
            about=c.ToldAbout.READY,
            message="please come by",
            informed_by=Names(person=HELEN.id),
        )
    )
    given(counter_story("finished").histories).when(inspect(), actor=SUSI).then_refused(
        RepairNotPossibleNow
    )
