"""Receiving, inspecting, accepting a return, and discrepancies: REP-1, REP-2, REP-3."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from domain.approvals import Names
from domain.messages import Actor, Forbidden, On, Stream
from domain.policies import Pin, PublishPolicy
from domain.policy_content import FactoryRepairs, FactoryTerms
from domain.registry.equipment import EquipmentNotFound
from domain.registry.manufacturer import ManufacturerNotFound
from domain.registry.station import StationNotFound
from domain.registry.stations_apart import AnotherStation
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from domain.repairs.repair.receiving import ORDER_NUMBER
from domain.repairs.repair.refusals import (
    DiscrepancyOpen,
    InspectionNotSigned,
    NobodysItem,
    NoDealerReturn,
    NoDiscrepancy,
    RepairExists,
    RepairNotFound,
    RepairNotPossibleNow,
    RepairNumberTaken,
    ReturnNotAccepted,
    SupervisorSettles,
)
from domain.repairs.repair.state import RepairOrder
from domain.sla.starting import DueBy
from domain.sla.targets import Due
from domain.uniqueness import Bearer, NameTaken, name_id
from domain.vocabulary import RepairChannel
from tests.clock import NOON
from tests.repair_stories import (
    KURT,
    WALT,
    by_papers,
    counter_story,
    countersign,
    inspect,
    receive,
    repair_id,
    return_story,
    wish,
)
from tests.rules import rule
from tests.scenario import ADAM, ENZO, SAM, SUSI, Story, given, person_id, standing_in
from tests.stories import CUSTOMER, MACHINE, MAKER, OTHER_MAKER, OTHER_STATION, setting

RETURN = RepairChannel.DEALER_RETURN
BY_SUSI = Names(person=SUSI.id)
EXEMPT = FactoryRepairs(
    factories=(FactoryTerms(manufacturer_id=MAKER, exempt_from_deadlines=True),)
)


def due_by(name: str, at: datetime, with_day: bool = False) -> DueBy:
    """Counted from NOON, Friday the 6th of March 2026, 20:00 in Shanghai."""
    pin = Pin(policy_id=f"deadline.{name}", version=1)
    return DueBy(policy=pin, since=NOON, due=Due(at=at, with_day=with_day))


def shanghai(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def with_exempt_factory() -> Story:
    return setting().tell(PublishPolicy(content=EXEMPT), ADAM)


# ── receipt ─────────────────────────────────────────────────────────────────


@rule("REP-1")
def test_a_receipt_records_the_item_all_that_came_with_it_and_who_handed_it_over():
    received = e.ItemReceived(
        number="R-1",
        channel=RepairChannel.COUNTER,
        station_id=receive().station_id,
        customer_id=CUSTOMER,
        manufacturer_id=MAKER,
        item="Phone T2",
        serial_number="356-1",
        accessories=("charger",),
        reported_fault="no sound",
        condition="scratched",
        subject_id=CUSTOMER,
        handed_over_by="Wang Fang",
        received_at=NOON,
        received_by=BY_SUSI,
    )
    taken = NameTaken(of=ORDER_NUMBER, bearer=repair_id())
    given(setting().histories).when(receive(), actor=SUSI).then(
        received, On(Stream(Bearer.kind, name_id(ORDER_NUMBER, "R-1")), taken)
    )


@rule("REP-1")
def test_of_a_registered_item_the_registry_says_who_made_it_and_its_serial_number():
    story = setting().tell(receive(equipment_id=MACHINE, manufacturer_id=None), SUSI)
    received = story.happened[-2].event
    assert isinstance(received, e.ItemReceived)
    assert (received.manufacturer_id, received.serial_number) == (MAKER, "SN-1")


@rule("REP-1")
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"customer_id": None}, NobodysItem),
        ({"channel": RETURN, "dealer_id": None}, NobodysItem),
        ({"station_id": person_id(90)}, StationNotFound),
        ({"equipment_id": person_id(90)}, EquipmentNotFound),
        ({"manufacturer_id": person_id(90)}, ManufacturerNotFound),
    ],
)
def test_an_item_that_cannot_be_received_is_refused(changes, refusal):
    given(setting().histories).when(receive(**changes), actor=SUSI).then_refused(refusal)


@rule("REP-1")
def test_an_item_is_received_once_under_a_number_of_its_own():
    story = counter_story("received")
    given(story.histories).when(receive(), actor=SUSI).then_refused(RepairExists)
    same = receive(2).model_copy(update={"number": "r-1 "})
    given(story.histories).when(same, actor=SUSI).then_refused(RepairNumberTaken)


def test_a_station_deals_with_its_own_items_only():
    elsewhere = Actor(SUSI.id, SUSI.roles, OTHER_STATION)
    given(setting().histories).when(receive(), actor=elsewhere).then_refused(AnotherStation)
    story = counter_story("received")
    given(story.histories).when(inspect(), actor=elsewhere).then_refused(RepairNotFound)


@pytest.mark.parametrize("command", [inspect(), wish(c.CloseRepair), wish(c.AcceptReturn)])
def test_nothing_is_said_of_what_never_came(command):
    given(setting().histories).when(command, actor=SUSI).then_refused(RepairNotFound)


@pytest.mark.parametrize(
    ("command", "actor"), [(receive(2), KURT), (inspect(), KURT), (by_papers(), KURT)]
)
def test_each_step_of_the_reception_has_its_people(command, actor):
    given(counter_story("received").histories).when(command, actor=actor).then_refused(Forbidden)


# ── inspection ──────────────────────────────────────────────────────────────


@rule("REP-1")
def test_the_inspection_names_main_and_secondary_faults_and_both_sides_sign():
    story = counter_story("received")
    given(story.histories).when(inspect(), actor=SUSI).then(
        e.ItemInspected(
            main_fault="loudspeaker dead",
            fault_code="6",
            secondary_faults=("dirty",),
            test_run_with_owner=False,
            inspected_by=BY_SUSI,
        )
    )
    given(story.histories).when(countersign(), actor=SUSI).then_refused(RepairNotPossibleNow)
    story.tell(inspect(), SUSI)
    given(story.histories).when(countersign(), actor=SUSI).then(
        e.InspectionCountersigned(
            subject_id=CUSTOMER, signed_by="Wang Fang", signature=countersign().signature
        )
    )


@rule("REP-1")
def test_what_is_inspected_anew_is_signed_anew_before_work_starts():
    story = counter_story("countersigned").tell(inspect(main_fault="water inside"), SUSI)
    assert not story.state(RepairOrder, repair_id()).countersigned
    unsigned = counter_story("inspected")
    for command in (by_papers(), wish(c.QuoteRepair, lines=({"code": "simple_repair"},))):
        unsigned.tell(command, SUSI)
    unsigned.tell(wish(c.AcceptQuote, accepted_by="Wang Fang"), SUSI)
    unsigned.tell(
        wish(c.AssignRepair, team="Bench", engineers={ENZO.id}, fault="water", days=1), WALT
    )
    given(unsigned.histories).when(wish(c.StartRepair), actor=ENZO).then_refused(
        InspectionNotSigned
    )
    unsigned.tell(countersign(), SUSI)
    given(unsigned.histories).when(wish(c.StartRepair), actor=ENZO).then(
        e.RepairStarted(started_by=Names(person=ENZO.id))
    )


# ── a dealer's return ───────────────────────────────────────────────────────


@rule("REP-2")
@pytest.mark.parametrize(
    ("channel", "due"),
    [
        (RETURN, due_by("dealer_return_to_factory", shanghai(3, 11, 18))),
        (RepairChannel.COUNTER, None),
        (RepairChannel.WORKSHOP, None),
    ],
)
def test_only_a_dealers_return_is_to_be_on_its_way_in_time(channel, due):
    story = setting().tell(receive(channel=channel), SUSI)
    [received] = [on.event for on in story.happened if isinstance(on.event, e.ItemReceived)]
    assert received.to_factory_due == due


@rule("REP-2")
@pytest.mark.parametrize(("maker", "runs"), [(MAKER, False), (OTHER_MAKER, True)])
def test_a_factory_may_be_exempt_by_policy(maker: UUID, runs: bool):
    story = with_exempt_factory().tell(receive(channel=RETURN, manufacturer_id=maker), SUSI)
    story.tell(inspect(), SUSI).tell(wish(c.AcceptReturn), SUSI).tell(by_papers(), SUSI)
    story.tell(wish(c.AcknowledgeDataLoss, acknowledged_by="Wu"), SUSI)
    story.tell(wish(c.SendToFactory), KURT)
    order = story.state(RepairOrder, repair_id())
    clocks = (order.to_factory_due, order.return_due, order.processing_due)
    assert [clock is not None for clock in clocks] == [runs] * 3


@rule("REP-2")
def test_a_return_is_accepted_once_and_is_then_due_back_with_the_dealer():
    story = return_story("inspected")
    accept = wish(c.AcceptReturn)
    given(story.histories).when(accept, actor=SUSI).then(
        e.ReturnAccepted(
            accepted_by=BY_SUSI,
            return_due=due_by("dealer_return_to_dealer", shanghai(3, 18, 18)),
        )
    )
    story.tell(accept, SUSI)
    given(story.histories).when(accept, actor=SUSI).then_nothing()
    given(counter_story("inspected").histories).when(accept, actor=SUSI).then_refused(
        NoDealerReturn
    )


@rule("REP-2")
def test_nothing_is_done_with_a_return_that_is_not_accepted():
    story = return_story("inspected").tell(by_papers(), SUSI)
    story.tell(wish(c.AcknowledgeDataLoss, acknowledged_by="Wu"), SUSI)
    given(story.histories).when(wish(c.SendToFactory), actor=KURT).then_refused(ReturnNotAccepted)


# ── discrepancies ───────────────────────────────────────────────────────────

FIND = wish(c.FindDiscrepancy, discrepancy=c.DiscrepancyKind.MODEL, explanation="a T3, not a T2")
RAISE = wish(c.RaiseDiscrepancy, told="it is a T3")
DISPUTE = wish(c.DisputeDiscrepancy, dispute="the paper says T3")
SETTLE = wish(c.SettleDiscrepancy, agreed="it is a T3")


@rule("REP-3")
def test_a_discrepancy_is_to_be_raised_with_the_dealer_the_same_day():
    story = return_story("received")
    given(story.histories).when(FIND, actor=KURT).then(
        e.DiscrepancyFound(
            discrepancy=c.DiscrepancyKind.MODEL,
            explanation="a T3, not a T2",
            found_by=Names(person=KURT.id),
            raising_due=due_by("repair_discrepancy", shanghai(3, 7), with_day=True),
        )
    )
    story.tell(FIND, KURT)
    given(story.histories).when(RAISE, actor=SUSI).then(
        e.DiscrepancyRaised(told="it is a T3", raised_at=NOON, late=False, raised_by=BY_SUSI)
    )
    next_day = NOON + timedelta(hours=4)
    given(story.histories).when(RAISE, actor=SUSI, now=next_day).then(
        e.DiscrepancyRaised(told="it is a T3", raised_at=next_day, late=True, raised_by=BY_SUSI)
    )


@rule("REP-3")
@pytest.mark.parametrize("upto", ["discrepancy found", "raised", "disputed"])
def test_work_waits_until_a_discrepancy_is_settled(upto):
    story = return_story(upto).tell(inspect(), SUSI)
    for command in (wish(c.AcceptReturn), by_papers(), FIND):
        given(story.histories).when(command, actor=SUSI).then_refused(DiscrepancyOpen)


@rule("REP-3")
def test_work_that_was_ready_to_start_waits_too():
    story = return_story("acknowledged").tell(FIND, KURT)
    given(story.histories).when(wish(c.SendToFactory), actor=KURT).then_refused(DiscrepancyOpen)


@rule("REP-3")
def test_what_the_dealer_disputes_a_supervisor_settles():
    story = return_story("disputed")
    given(story.histories).when(SETTLE, actor=SUSI).then_refused(SupervisorSettles)
    in_his_place = standing_in(SUSI, SAM)
    given(story.histories).when(SETTLE, actor=in_his_place).then_refused(Forbidden)
    given(story.histories).when(SETTLE, actor=SAM).then(settled(story, Names(person=SAM.id)))
    undisputed = return_story("raised")
    given(undisputed.histories).when(SETTLE, actor=SUSI).then(settled(undisputed, BY_SUSI))


def settled(story: Story, by: Names) -> e.DiscrepancySettled:
    """In no time, so that nothing is due later."""
    return e.DiscrepancySettled(
        agreed="it is a T3",
        settled_at=NOON,
        to_factory_due=story.state(RepairOrder, repair_id()).to_factory_due,
        return_due=None,
        settled_by=by,
    )


@rule("REP-2")
def test_what_is_due_waits_while_a_discrepancy_is_with_the_dealer():
    """Received on Friday evening: Monday counts as its day, so that it is due on Wednesday."""
    story = return_story("received").tell(FIND, KURT).tell(RAISE, SUSI)
    on_thursday = shanghai(3, 12, 12)
    story.tell(SETTLE, SUSI, on_thursday)
    order = story.state(RepairOrder, repair_id())
    assert order.to_factory_due == due_by("dealer_return_to_factory", shanghai(3, 13, 18))
    story.tell(FIND, KURT, on_thursday).tell(RAISE, SUSI, on_thursday)
    story.tell(SETTLE, SUSI, shanghai(3, 16, 12))
    order = story.state(RepairOrder, repair_id())
    assert order.to_factory_due == due_by("dealer_return_to_factory", shanghai(3, 17, 18))


@rule("REP-3")
@pytest.mark.parametrize(
    ("upto", "commands"),
    [
        ("received", [RAISE, DISPUTE, SETTLE]),
        ("discrepancy found", [DISPUTE, SETTLE]),
        ("raised", [RAISE]),
        ("settled", [RAISE, DISPUTE, SETTLE]),
    ],
)
def test_a_discrepancy_goes_step_by_step(upto, commands):
    story = return_story(upto)
    for command in commands:
        given(story.histories).when(command, actor=SAM).then_refused(NoDiscrepancy)


@rule("REP-3")
def test_no_discrepancy_is_found_once_work_goes_on():
    found = given(counter_story("in work").histories).when(FIND, actor=SUSI)
    found.then_refused(RepairNotPossibleNow, "in_work")
