"""Work, parts, factory and vendor, quality: REP-2, REP-4, REP-6, REP-8 to REP-12."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.approvals import Names
from domain.messages import Actor, Forbidden, Role
from domain.policies import Pin, PublishPolicy
from domain.policy_content import FactoryRepairs, FactoryTerms
from domain.registry.authority import ManagesTheStation
from domain.repairs.freight import FreightLeg, FreightPayer
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from domain.repairs.repair.refusals import (
    ComponentMissing,
    ComponentTestMissing,
    DataLossNotAcknowledged,
    NothingCancelledAfterStart,
    NotTheirRepair,
    NotUnderWarrantyForFactory,
    NotWaitingForParts,
    OneTesterAlone,
    ReleaseTestMissing,
    RepairerChecked,
    RepairNotPossibleNow,
    StillWaitingForParts,
)
from domain.repairs.repair.state import RepairOrder, RepairStage
from domain.sla.starting import DueBy
from domain.sla.targets import Due
from domain.vocabulary import MajorComponent
from tests.clock import NOON
from tests.repair_stories import (
    ERNA,
    KURT,
    QING,
    WALT,
    by_papers,
    check,
    counter_story,
    exchange_component,
    finish,
    freight,
    freight_posted,
    from_dealer,
    hand_back,
    in_workshop,
    inspect,
    issue,
    outbound,
    part,
    quote,
    repair_id,
    return_story,
    told_upto,
    wish,
    workshop_story,
)
from tests.rules import rule
from tests.scenario import ADAM, DORA, ENZO, SAM, SUSI, given, standing_in
from tests.stories import MAKER, STATION, file_of

START = wish(c.StartRepair)
CANCEL = wish(c.CancelRepair, reason="bought a new one")
TO_FACTORY = wish(c.SendToFactory)
BACK = wish(c.TakeItemBack)
ENGINEER = Names(person=ENZO.id)


def stage_of(story) -> RepairStage:
    return story.state(RepairOrder, repair_id()).stage


def without(steps, *stages):
    return [(stage, told) for stage, told in steps if stage not in stages]


# ── cancelling ──────────────────────────────────────────────────────────────


@rule("REP-1")
@pytest.mark.parametrize("upto", ["received", "inspected", "quoted", "assigned"])
def test_a_repair_is_cancelled_until_work_starts(upto):
    given(counter_story(upto).histories).when(CANCEL, actor=SUSI).then(
        e.RepairCancelled(reason="bought a new one", cancelled_by=Names(person=SUSI.id))
    )


@rule("REP-1")
@pytest.mark.parametrize("upto", ["in work", "finished", "ready", "returned", "closed"])
def test_no_repair_is_cancelled_after_work_started(upto):
    story = counter_story(upto)
    given(story.histories).when(CANCEL, actor=SUSI).then_refused(NothingCancelledAfterStart)


@rule("REP-1")
def test_what_is_at_the_factory_is_not_cancelled_either():
    story = return_story("at factory")
    given(story.histories).when(CANCEL, actor=SUSI).then_refused(NothingCancelledAfterStart)


# ── labels and parts ────────────────────────────────────────────────────────


@rule("REP-9")
def test_a_faulty_component_is_labelled_with_order_engineer_symptom_and_fault_code():
    given(counter_story("in work").histories).when(exchange_component(), actor=ENZO).then(
        e.ComponentExchanged(
            order_number="R-1",
            engineer=ENGINEER,
            component="loudspeaker",
            symptom="no sound",
            fault_code="6",
            old_serial="L-1",
            new_serial="L-2",
        )
    )


@rule("REP-11")
def test_parts_are_issued_by_the_store_against_the_order():
    story = counter_story("in work")
    given(story.histories).when(issue(), actor=KURT).then(
        e.RepairPartsIssued(parts=(part(),), issued_by=Names(person=KURT.id))
    )
    given(story.histories).when(issue(), actor=ENZO).then_refused(Forbidden)
    given(counter_story("quoted").histories).when(issue(), actor=KURT).then_refused(
        RepairNotPossibleNow
    )


@rule("SEG-2")
def test_whoever_manages_the_station_issues_none_of_its_parts():
    both = Actor(KURT.id, KURT.roles | {Role.STATION_MANAGER}, STATION)
    given(counter_story("in work").histories).when(issue(), actor=both).then_refused(
        ManagesTheStation
    )


@rule("REP-11")
def test_the_time_of_waiting_for_parts_is_kept():
    story, wait = counter_story("in work"), wish(c.AwaitRepairParts, parts=(part(),))
    arrived = wish(c.RecordPartsArrival)
    given(story.histories).when(arrived, actor=KURT).then_refused(NotWaitingForParts)
    given(story.histories).when(wait, actor=ENZO).then(
        e.RepairPartsAwaited(parts=(part(),), since=NOON)
    )
    story.tell(wait, ENZO)
    given(story.histories).when(wait, actor=ENZO).then_nothing()
    given(story.histories).when(finish(), actor=ENZO).then_refused(StillWaitingForParts)
    later = NOON + timedelta(days=3)
    given(story.histories).when(arrived, actor=KURT, now=later).then(
        e.RepairPartsArrived(since=NOON, until=later)
    )


# ── factory and vendor ──────────────────────────────────────────────────────


@rule("REP-2")
def test_what_goes_to_the_factory_is_processed_there_in_time():
    story = return_story("acknowledged")
    leg = freight(FreightLeg.TO_FACTORY, carrier="SF", tracking_number="SF-1")
    given(story.histories).when(wish(c.SendToFactory, freight=leg), actor=KURT).then(
        e.ItemSentToFactory(
            manufacturer_id=MAKER,
            sent_by=Names(person=KURT.id),
            late=False,
            processing_due=DueBy(
                policy=Pin(policy_id="deadline.factory_processing", version=1),
                since=NOON,
                due=Due(at=datetime(2026, 3, 13, 16, tzinfo=UTC), with_day=True),
            ),
        ),
        e.FreightRecorded(freight=leg, manufacturer_id=MAKER),
        freight_posted(leg),
    )


@rule("REP-4")
def test_nothing_goes_to_the_factory_before_the_loss_of_data_is_acknowledged():
    story = return_story("warranty determined")
    given(story.histories).when(TO_FACTORY, actor=KURT).then_refused(DataLossNotAcknowledged)


@rule("REP-6")
def test_a_faulty_item_that_is_sent_back_lacks_no_component():
    steps = dict(from_dealer())
    steps["inspected"] = [(inspect(missing_components=("lid", "screw")), SUSI)]
    story = told_upto(steps.items(), "acknowledged")
    given(story.histories).when(TO_FACTORY, actor=KURT).then_refused(ComponentMissing, "lid")


@rule("REP-6")
@pytest.mark.parametrize(
    ("policy", "goes"),
    [
        (None, False),
        (FactoryRepairs(paid_repair=True), True),
        (
            FactoryRepairs(factories=(FactoryTerms(manufacturer_id=MAKER, paid_repair=True),)),
            True,
        ),
        (
            FactoryRepairs(paid_repair=True, factories=(FactoryTerms(manufacturer_id=MAKER),)),
            False,
        ),
    ],
)
def test_what_is_not_under_warranty_goes_only_to_a_factory_that_repairs_for_money(policy, goes):
    steps = dict(from_dealer())
    steps["warranty determined"] = [
        (by_papers(covered=False), SUSI),
        (quote(), SUSI),
        (wish(c.AcceptQuote, accepted_by="Wu"), SUSI),
    ]
    story = told_upto(steps.items(), "acknowledged")
    if policy:
        story.tell(PublishPolicy(content=policy), ADAM)
    asked = given(story.histories).when(TO_FACTORY, actor=KURT)
    if goes:
        assert isinstance(asked.outcome()[0].event, e.ItemSentToFactory)
    else:
        asked.then_refused(NotUnderWarrantyForFactory)


@rule("REP-2")
def test_an_item_is_taken_back_when_the_factory_is_done_with_it():
    story = return_story("at factory")
    given(story.histories).when(BACK, actor=KURT).then_refused(RepairNotPossibleNow, "factory")
    done = wish(c.RecordFactoryProcessing, outcome=c.FactoryOutcome.REFUSED, explanation="opened")
    given(story.histories).when(done, actor=SUSI).then(
        e.FactoryProcessed(
            outcome=c.FactoryOutcome.REFUSED, explanation="opened", new_serial=None, late=False
        )
    )
    story.tell(done, SUSI)
    given(story.histories).when(done, actor=SUSI).then_refused(RepairNotPossibleNow)
    assert stage_of(story.tell(BACK, KURT)) is RepairStage.DECLINED
    assert stage_of(return_story("back")) is RepairStage.FINISHED


@rule("REP-2")
def test_whatever_is_late_is_flagged_and_never_refused():
    story, late = return_story("acknowledged"), NOON + timedelta(days=30)
    story.tell(TO_FACTORY, KURT, late)
    done = {"outcome": c.FactoryOutcome.REPAIRED, "explanation": "new disk"}
    story.tell(wish(c.RecordFactoryProcessing, **done), SUSI, late + timedelta(days=8))
    story.tell(BACK, KURT).tell(check(), QING).tell(outbound(signed_by=None), SUSI)
    story.tell(wish(c.ReleaseItem), SUSI).tell(hand_back(), SUSI, late + timedelta(days=9))
    ends = (e.ItemSentToFactory, e.FactoryProcessed, e.ItemReturned)
    assert [on.event.late for on in story.happened if isinstance(on.event, ends)] == [True] * 3
    in_time = return_story("returned")
    assert not any(on.event.late for on in in_time.happened if isinstance(on.event, ends))


@rule("REP-10")
def test_the_freight_of_each_leg_is_recorded_with_its_payer():
    payers = [
        (on.event.freight.leg, on.event.freight.payer)
        for on in return_story().happened
        if isinstance(on.event, e.FreightRecorded)
    ]
    assert payers == [
        (FreightLeg.TO_US, FreightPayer.DEALER),
        (FreightLeg.TO_FACTORY, FreightPayer.US),
        (FreightLeg.FROM_FACTORY, FreightPayer.FACTORY),
        (FreightLeg.BACK, FreightPayer.US),
    ]
    late = freight(FreightLeg.BACK, "12.00", payer=FreightPayer.CUSTOMER)
    given(return_story().histories).when(wish(c.RecordFreight, freight=late), actor=SUSI).then(
        e.FreightRecorded(freight=late, manufacturer_id=MAKER), freight_posted(late)
    )


# ── quality ─────────────────────────────────────────────────────────────────


@rule("REP-8")
def test_who_repaired_does_not_check_nor_has_it_checked_in_their_place():
    story = counter_story("finished")
    promoted = Actor(ENZO.id, QING.roles)
    for command in (check(), check(passed=False), wish(c.BeginQualityCheck)):
        given(story.histories).when(command, actor=promoted).then_refused(RepairerChecked)
    lead_who_worked = told_upto(without(in_workshop(), "at vendor", "back"), "finished")
    lead_who_worked.tell(check(passed=False), QING).tell(START, WALT).tell(finish(), WALT)
    given(lead_who_worked.histories).when(check(), actor=WALT).then_refused(RepairerChecked)
    given(story.histories).when(check(), actor=standing_in(QING, ENZO)).then_refused(Forbidden)


@rule("REP-8")
def test_who_exchanged_a_component_or_repaired_before_the_rework_repaired_too():
    story = counter_story("failed").tell(START, ERNA).tell(finish(), ERNA)
    for engineer in (ENZO, ERNA):
        promoted = Actor(engineer.id, QING.roles)
        given(story.histories).when(check(), actor=promoted).then_refused(RepairerChecked)


@rule("REP-8")
def test_a_failed_check_means_rework_at_once_and_reworks_are_counted():
    story = counter_story("finished")
    for rework in (1, 2, 3):
        given(story.histories).when(check(passed=False), actor=QING).then(
            e.QualityCheckFailed(findings="crackles", checked_by=Names(person=QING.id)),
            e.ReworkOrdered(rework=rework),
        )
        story.tell(check(passed=False), QING)
        assert stage_of(story) is RepairStage.REWORK
        story.tell(START, ENZO).tell(finish(), ENZO)
    assert story.state(RepairOrder, repair_id()).reworks == 3
    assert stage_of(story.tell(check(), QING)) is RepairStage.READY


@rule("REP-12")
@pytest.mark.parametrize("component", list(MajorComponent))
def test_engine_pump_and_valve_need_their_test_report(component):
    story = counter_story("supplied").tell(finish(components={component}), ENZO)
    given(story.histories).when(check(), actor=QING).then_refused(ComponentTestMissing, component)
    filed = wish(c.FileComponentTest, component=component, report=file_of("test"))
    story.tell(filed, ENZO)
    given(story.histories).when(check(), actor=QING).then(
        e.QualityCheckPassed(findings="sound", checked_by=Names(person=QING.id))
    )
    story.tell(check(passed=False), QING).tell(START, ENZO).tell(finish(), ENZO)
    given(story.histories).when(check(), actor=QING).then_refused(ComponentTestMissing)


@rule("REP-12")
def test_an_overhaul_is_tested_with_its_engineer_and_then_again_with_its_owner():
    story = workshop_story("ready")
    release = wish(c.ReleaseItem)
    test = {"findings": "runs", "engineer_id": ENZO.id}
    inside = wish(c.RecordReleaseTest, with_owner=False, **test)
    outside = wish(c.RecordReleaseTest, with_owner=True, **test)
    given(story.histories).when(outside, actor=WALT).then_refused(ReleaseTestMissing)
    stranger = inside.model_copy(update={"engineer_id": ERNA.id})
    given(story.histories).when(stranger, actor=WALT).then_refused(NotTheirRepair)
    given(story.histories).when(inside, actor=SAM).then_refused(Forbidden)
    for command in (inside, outside):
        given(story.histories).when(release, actor=WALT).then_refused(ReleaseTestMissing)
        story.tell(command, WALT)
    assert stage_of(story.tell(release, WALT)) is RepairStage.RELEASED


@rule("REP-12")
def test_a_head_who_repaired_it_does_not_test_it_alone():
    story = workshop_story("assigned").tell(START, WALT).tell(finish(), WALT)
    story.tell(check(), QING)
    test = {"engineer_id": WALT.id, "findings": "runs", "with_owner": False}
    alone = wish(c.RecordReleaseTest, **test)
    given(story.histories).when(alone, actor=WALT).then_refused(OneTesterAlone)
    assert given(story.histories).when(alone, actor=DORA).outcome()
