"""Field orders from the first call to the callback: FLD-1 to FLD-11, SEG-1."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.approvals import ApproverPrepared, Names
from domain.messages import Actor, Forbidden, On, Role, Stream
from domain.policies import Pin, PublishPolicy
from domain.policy_content import FieldService
from domain.registry.customer import CustomerNotFound
from domain.registry.equipment import EquipmentNotFound
from domain.registry.person import PersonNotFound
from domain.registry.station import StationNotFound
from domain.registry.stations_apart import AnotherStation
from domain.repairs.field import commands as f
from domain.repairs.field import events as e
from domain.repairs.field import refusals as r
from domain.repairs.field.reporting import JOB, ORDER_NUMBER
from domain.repairs.field.state import FieldOrder, FieldStage
from domain.repairs.field.unrepaired_list import NotUnrepaired
from domain.repairs.service_report import ServiceReport
from domain.sla.starting import DueBy
from domain.sla.targets import Due
from domain.uniqueness import Bearer, NameTaken, name_id
from domain.vocabulary import EngineerLevel, FieldParty, FieldServiceKind
from tests.clock import NOON
from tests.field_stories import (
    contact,
    depart,
    field_order_id,
    field_story,
    file_report,
    leave,
    leave_unrepaired,
    list_unrepaired,
    plan,
    report_fault,
    unrepaired_story,
    work_report,
)
from tests.rules import rule
from tests.scenario import (
    ADAM,
    DIVA,
    DORA,
    ENZO,
    HELEN,
    MIA,
    SAM,
    STAN,
    SUSI,
    SVEN,
    Story,
    given,
    person_id,
    shipped_policies,
    state_of,
)
from tests.stories import (
    CUSTOMER,
    MACHINE,
    OTHER_STATION,
    STATION,
    file_of,
    register_person,
    setting,
    yuan,
)

ID = field_order_id()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ASSIGN = f.AssignStation(field_order_id=ID, station_id=STATION)
ARRIVE = f.Arrive(field_order_id=ID)
CLOSE = f.CloseFieldOrder(field_order_id=ID)
IDENTIFY = f.IdentifyMachine(field_order_id=ID, equipment_id=MACHINE)
ACCEPT = f.ReviewFieldReport(field_order_id=ID, accepted=True)
RETURN = f.ReviewFieldReport(field_order_id=ID, accepted=False, findings=("no hours",))
ON_PAPER = f.FileFieldPaperReport(field_order_id=ID)
EXCUSE = f.ExcuseMissingSignature(field_order_id=ID, reason="the quarry was closed")
TRAVEL = f.ClaimTravelCost(field_order_id=ID, amount=yuan("320.00"))
CALL_BACK = f.CallBackCustomer(field_order_id=ID, satisfied=False, remark="still drips")
FOLLOW_UP = f.FollowUpUnrepaired(
    field_order_id=ID, reason="the seal is on its way", next_step="go on Monday"
)
PHONE = f.ResolveByPhone(field_order_id=ID, solution="reset the pressure valve")


def due(clock: str, at, *, with_day: bool = False, since=NOON) -> DueBy:
    policy = Pin(policy_id=f"deadline.{clock}", version=1)
    return DueBy(policy=policy, since=since, due=Due(at=at, with_day=with_day))


def end_of(day: date):
    """Midnight in Shanghai."""
    return NOON.replace(year=day.year, month=day.month, day=day.day, hour=16)


def outcomes(story: Story, command, actor: Actor, now=NOON):
    """The events of what would come of it."""
    told = given(story.histories).when(command, actor=actor, now=now).outcome()
    return [on.event for on in told]


def outcome(story: Story, command, actor: Actor, now=NOON):
    """The first event of what would come of it."""
    return outcomes(story, command, actor, now)[0]


def order(story: Story) -> FieldOrder:
    return story.state(FieldOrder, ID)


def told(event) -> set[tuple[FieldParty, str]]:
    return {(each.party, each.about) for each in event.notified}


def parties(event) -> set[FieldParty]:
    return {each.party for each in event.notified}


def field_service(**changes) -> PublishPolicy:
    """The shipped policy with changes, published."""
    [published] = next(
        events
        for events in shipped_policies().values()
        if isinstance(events[0].content, FieldService)
    )
    return PublishPolicy(content=published.content.model_copy(update=changes))


# ── its life, in the order of the handbook ──────────────────────────────────


@rule("FLD-3")
def test_from_the_first_call_to_the_callback():
    story = field_story()
    assert [type(event) for event in story.events(Stream(FieldOrder.kind, ID))] == [
        e.FaultReported,
        e.StationAssigned,
        e.FieldCustomerContacted,
        e.DispatchPlanned,
        e.EngineerDeparted,
        e.EngineerArrived,
        e.MachineIdentified,
        e.EngineerLeft,
        e.FieldReportFiled,
        e.FieldWorkReported,
        e.FieldReportReviewed,
        e.FieldOrderClosed,
        e.FieldCallbackMade,
    ]
    assert order(story).stage == FieldStage.CALLED_BACK


@rule("FLD-3")
@pytest.mark.parametrize(
    ("upto", "command", "actor"),
    [
        ("reported", contact(), SUSI),
        ("assigned", plan(), SAM),
        ("assigned", PHONE, SUSI),
        ("contacted", depart(), ENZO),
        ("dispatch planned", ARRIVE, ENZO),
        ("departed", leave(), ENZO),
        ("departed", ASSIGN, HELEN),
        ("departed", f.MakeJobEntry(field_order_id=ID, entry="day 8"), ENZO),
        ("arrived", file_report(), ENZO),
        ("departed", ON_PAPER, SUSI),
        ("repaired", ACCEPT, SAM),
        ("repaired", plan(), SAM),
        ("repaired", FOLLOW_UP, SUSI),
        ("report filed", CLOSE, SAM),
        ("report reviewed", CALL_BACK, HELEN),
        ("closed", IDENTIFY, ENZO),
        ("closed", f.SayMachineStopped(field_order_id=ID, stopped=True), ENZO),
        ("called back", CALL_BACK, HELEN),
    ],
)
def test_no_node_is_left_out(upto, command, actor):
    given(field_story(upto).histories).when(command, actor=actor).then_refused(r.FieldOrderNotReady)


@pytest.mark.parametrize(
    ("command", "actor"),
    [(ASSIGN, HELEN), (ARRIVE, ENZO), (CLOSE, SAM), (contact(), SUSI), (PHONE, SUSI)],
)
def test_nothing_is_said_of_an_order_nobody_entered(command, actor):
    given(setting().histories).when(command, actor=actor).then_refused(r.FieldOrderNotFound)


@pytest.mark.parametrize(
    ("command", "actor"),
    [(report_fault(), ENZO), (plan(), ENZO), (ACCEPT, ENZO), (CALL_BACK, ENZO), (EXCUSE, SAM)],
)
def test_each_step_has_its_people(command, actor):
    given(field_story("report filed").histories).when(command, actor=actor).then_refused(Forbidden)


# ── the report ──────────────────────────────────────────────────────────────


@rule("FLD-1", "CON-3")
def test_a_report_sets_by_when_the_customer_is_contacted_and_reached():
    taken = [
        (name_id(ORDER_NUMBER, "FO-1"), NameTaken(of=ORDER_NUMBER, bearer=ID)),
        (name_id(JOB, "call 1", "excavator"), NameTaken(of=JOB, bearer=ID)),
    ]
    command = report_fault()
    given(setting().histories).when(command, actor=HELEN).then(
        e.FaultReported(
            **command.model_dump(exclude={"field_order_id", "station_id"}),
            contact_due=due("field_first_contact", NOON + 15 * MINUTE),
            arrival_due=due("field_arrival", NOON + 36 * HOUR),
            notified=(
                e.Notified(party=FieldParty.SALES_DIRECTOR, about="the fault and where it is"),
            ),
            reported_by=Names(person=HELEN.id),
        ),
        *(On(Stream(Bearer.kind, id), event) for id, event in taken),
    )


@rule("FLD-1")
def test_arrival_is_due_only_where_the_policy_of_the_region_says_so():
    assert outcome(setting(), report_fault(region="a"), HELEN).arrival_due is None
    there = field_story("departed", region="a")
    assert outcome(there, ARRIVE, ENZO, NOON + 90 * DAY).late is None


@rule("SLA-2")
def test_a_later_policy_does_not_move_what_is_due():
    story = field_story("assigned")
    before = order(story).contact_due
    story.tell(field_service(arrival=()), ADAM)
    assert order(story).contact_due == before
    assert order(story).arrival_due is not None


@rule("FLD-7")
def test_a_job_has_one_order_for_a_product_type():
    story = field_story("reported")
    again = report_fault(2, job="Call 1 ")
    given(story.histories).when(again, actor=HELEN).then_refused(r.JobHasItsOrder)
    other_type = report_fault(2, job="call 1", product_type="crane")
    story.tell(other_type, HELEN)
    number_again = report_fault(3).model_copy(update={"number": "fo-1"})
    given(story.histories).when(number_again, actor=HELEN).then_refused(r.FieldOrderNumberTaken)
    given(story.histories).when(report_fault(), actor=HELEN).then_refused(r.FieldOrderExists)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"customer_id": person_id(50)}, CustomerNotFound),
        ({"station_id": person_id(50)}, StationNotFound),
        ({"equipment_id": person_id(50)}, EquipmentNotFound),
        ({"equipment_id": MACHINE, "serial_number": "SN-2"}, r.SerialOfAnotherMachine),
    ],
)
def test_a_report_that_cannot_be_is_refused(changes, refusal):
    given(setting().histories).when(report_fault(**changes), actor=HELEN).then_refused(refusal)


def test_a_station_enters_and_sees_its_own_orders_only():
    at_home = Actor(SUSI.id, SUSI.roles, STATION)
    elsewhere = Actor(SUSI.id, SUSI.roles, OTHER_STATION)
    own = setting().tell(report_fault(), at_home)
    assert order(own).station_id == STATION
    for other in (
        given(setting().histories).when(report_fault(station_id=STATION), actor=elsewhere),
        given(own.histories).when(
            f.AssignStation(field_order_id=ID, station_id=STATION),
            actor=Actor(STAN.id, STAN.roles, OTHER_STATION),
        ),
    ):
        other.then_refused(AnotherStation)
    given(own.histories).when(contact(), actor=elsewhere).then_refused(r.FieldOrderNotFound)
    unassigned = field_story("reported")
    given(unassigned.histories).when(contact(), actor=at_home).then_refused(r.FieldOrderNotFound)


def test_an_order_moves_to_another_station_until_somebody_leaves():
    story = field_story("dispatch planned")
    given(story.histories).when(ASSIGN, actor=HELEN).then_nothing()
    story.tell(f.AssignStation(field_order_id=ID, station_id=OTHER_STATION), HELEN)
    assert (order(story).station_id, order(story).stage) == (
        OTHER_STATION,
        FieldStage.DISPATCH_PLANNED,
    )


# ── stopped machines ────────────────────────────────────────────────────────


@rule("FLD-4")
def test_a_stopped_machine_is_told_to_the_division_manager():
    assert parties(outcome(setting(), report_fault(), HELEN)) == {FieldParty.SALES_DIRECTOR}
    stopped = outcome(setting(), report_fault(machine_stopped=True), HELEN)
    assert parties(stopped) == {FieldParty.SALES_DIRECTOR, FieldParty.DIVISION_MANAGER}


@rule("FLD-4")
def test_a_machine_stops_and_runs_again():
    story = field_story("contacted")
    stop, run = (f.SayMachineStopped(field_order_id=ID, stopped=s) for s in (True, False))
    assert parties(outcome(story, stop, ENZO)) == {FieldParty.DIVISION_MANAGER}
    given(story.histories).when(run, actor=ENZO).then_nothing()
    story.tell(stop, ENZO)
    assert order(story).machine_stopped
    given(story.histories).when(run, actor=ENZO).then(e.MachineRunning())
    assert not order(story.tell(run, ENZO)).machine_stopped


# ── the contact ─────────────────────────────────────────────────────────────


@rule("FLD-1")
@pytest.mark.parametrize(("after", "late"), [(15 * MINUTE, False), (16 * MINUTE, True)])
def test_the_first_response_is_measured_once(after, late):
    story = field_story("assigned")
    assert outcome(story, contact(), SUSI, NOON + after).late is late
    story.tell(contact(), SUSI, NOON + after)
    assert outcome(story, contact(), SUSI, NOON + DAY).late is None


@rule("FLD-2")
def test_the_contact_establishes_fault_phone_place_parts_and_arrears():
    findings = f.ContactFindings(
        fault="seal worn",
        solvable_by_phone=False,
        parts_in_stock=False,
        arrears=yuan("1200.00"),
        prepayment=yuan("500.00"),
    )
    command = f.ContactCustomer(field_order_id=ID, findings=findings, place="Quarry Road 1")
    given(field_story("assigned").histories).when(command, actor=SUSI).then(
        e.FieldCustomerContacted(
            customer_id=CUSTOMER,
            findings=findings,
            place="Quarry Road 1",
            late=False,
            contacted_by=Names(person=SUSI.id),
        )
    )


@rule("FLD-2", "FLD-5")
def test_a_phone_solution_closes_the_order_though_the_serial_number_is_unknown():
    story = field_story("assigned").tell(contact(by_phone=True), SUSI)
    by = Names(person=SUSI.id)
    given(story.histories).when(PHONE, actor=SUSI).then(
        e.ResolvedByPhone(solution="reset the pressure valve", resolved_by=by),
        e.FieldOrderClosed(closed_by=by),
    )
    story.tell(PHONE, SUSI)
    assert (order(story).stage, order(story).serial_number) == (FieldStage.CLOSED, None)
    assert order(story.tell(CALL_BACK, HELEN)).stage == FieldStage.CALLED_BACK


@rule("FLD-2")
def test_what_the_phone_cannot_solve_is_contacted_again_first():
    story = field_story("contacted")
    given(story.histories).when(PHONE, actor=SUSI).then_refused(r.PhoneCannotSolveIt)
    story.tell(contact(by_phone=True), SUSI).tell(PHONE, SUSI)
    assert order(story).stage == FieldStage.CLOSED


# ── the machine ─────────────────────────────────────────────────────────────


@rule("FLD-5")
def test_the_serial_number_is_known_before_the_order_closes():
    story = field_story("arrived")
    for command, actor in ((leave(), ENZO), (file_report(), ENZO), (ACCEPT, SAM)):
        story.tell(command, actor)
    given(story.histories).when(CLOSE, actor=SAM).then_refused(r.SerialUnknown)
    story.tell(IDENTIFY, ENZO)
    assert order(story).serial_number == "SN-1"
    assert order(story.tell(CLOSE, SAM)).stage == FieldStage.CLOSED


@rule("FLD-5")
def test_a_machine_identified_after_the_report_names_its_photos_and_its_warranty():
    story = field_story("arrived").tell(leave(), ENZO).tell(file_report(), ENZO)
    filed = story.happened[-1].event
    assert isinstance(filed, e.FieldReportFiled) and filed.warranty is None
    assert [p.name for p in filed.photos][0] == "FO-1-EX-200-unknown-812-repair-2026-03-02"
    identified = outcome(story, IDENTIFY, ENZO)
    assert [p.name for p in identified.photos] == [
        "FO-1-EX-200-SN-1-812-repair-2026-03-02",
        "FO-1-EX-200-SN-1-812-repair-2026-03-02-2",
    ]
    assert identified.warranty.covered


@rule("FLD-5")
def test_a_machine_is_named_by_its_serial_number_if_it_is_not_registered():
    story = field_story("contacted")
    unnamed = f.IdentifyMachine(field_order_id=ID)
    given(story.histories).when(unnamed, actor=ENZO).then_refused(r.MachineNotNamed)
    unregistered = f.IdentifyMachine(field_order_id=ID, serial_number="X-9")
    given(story.histories).when(unregistered, actor=ENZO).then(
        e.MachineIdentified(
            equipment_id=None, serial_number="X-9", identified_by=Names(person=ENZO.id)
        )
    )
    story.tell(unregistered, ENZO)
    given(story.histories).when(unregistered, actor=ENZO).then_nothing()


# ── going there ─────────────────────────────────────────────────────────────


@rule("FLD-9")
@pytest.mark.parametrize("level", [None, *EngineerLevel])
def test_maintenance_needs_an_engineer_of_level_1_at_least(level):
    novice = Actor(person_id(60), frozenset({Role.ENGINEER}))
    story = field_story("contacted", service=FieldServiceKind.MAINTENANCE)
    story.tell(register_person(novice, "Novice", level), ADAM)
    asked = given(story.histories).when(plan(engineer_id=novice.id), actor=SAM)
    if level is None:
        asked.then_refused(r.LevelTooLow, "TCL1")
    else:
        assert asked.outcome()[0].event.level == level


@rule("FLD-9")
def test_an_engineer_goes_whom_we_know():
    story = field_story("contacted")
    nobody, clerk = plan(engineer_id=person_id(50)), plan(engineer_id=MIA.id)
    given(story.histories).when(nobody, actor=SAM).then_refused(PersonNotFound)
    given(story.histories).when(clerk, actor=SAM).then_refused(r.NotAnEngineer)


@rule("FLD-3")
def test_a_departure_states_companions_and_expected_arrival_and_who_is_told():
    story = field_story("dispatch planned")
    expected = NOON + 3 * HOUR
    departed = outcome(story, depart(expected_arrival=expected), ENZO)
    assert (departed.companions, departed.expected_arrival) == ((SUSI.id,), expected)
    assert told(departed) == {
        (FieldParty.CUSTOMER, "engineer, phone and arrival"),
        (FieldParty.STATION_MANAGER, "companions and expected arrival"),
        (FieldParty.SALES_MANAGER, "companions and expected arrival"),
    }
    early = depart(expected_arrival=NOON - MINUTE)
    given(story.histories).when(early, actor=ENZO).then_refused(r.ArrivalBeforeDeparture)


@rule("FLD-3")
def test_whom_a_node_notifies_is_what_the_policy_says_then():
    story = field_story("dispatch planned").tell(field_service(notices=()), ADAM)
    assert outcome(story, depart(), ENZO).notified == ()


@rule("FLD-1")
@pytest.mark.parametrize(("after", "late"), [(36 * HOUR, False), (36 * HOUR + MINUTE, True)])
def test_arrival_within_36_hours_of_the_report_is_measured_once(after, late):
    story = field_story("departed")
    assert outcome(story, ARRIVE, ENZO, NOON + after).late is late
    again = unrepaired_story().tell(plan(), SAM).tell(depart(), ENZO)
    assert outcome(again, ARRIVE, ENZO, NOON + 9 * DAY).late is None


@rule("FLD-7")
def test_a_job_over_a_week_has_an_entry_at_least_weekly():
    story = field_story("arrived")
    entry = f.MakeJobEntry(field_order_id=ID, entry="waits for the crane")
    assert order(story).entry_due == due(
        "field_weekly_entry", end_of(date(2026, 3, 13)), with_day=True
    )
    week = NOON + 7 * DAY
    given(story.histories).when(entry, actor=ENZO, now=week).then(
        e.JobEntryMade(
            entry="waits for the crane",
            late=False,
            entry_due=due(
                "field_weekly_entry", end_of(date(2026, 3, 20)), with_day=True, since=week
            ),
            made_by=Names(person=ENZO.id),
        )
    )
    story.tell(entry, ENZO, week)
    assert outcome(story, entry, ENZO, NOON + 15 * DAY).late is True


# ── leaving ─────────────────────────────────────────────────────────────────


@rule("FLD-11")
def test_the_customer_consents_before_the_engineer_leaves_or_it_is_said_why_not():
    story = field_story("arrived")
    silent = leave(customer_consents=False)
    given(story.histories).when(silent, actor=ENZO).then_refused(r.NoConsent)
    explained = leave(customer_consents=False, no_consent_because="nobody was there")
    left = outcome(story, explained, ENZO)
    assert (left.customer_consents, left.no_consent_because) == (False, "nobody was there")


@rule("FLD-11")
def test_the_sales_manager_hears_result_and_opinion():
    left = outcome(field_story("arrived"), leave(), ENZO)
    assert (FieldParty.SALES_MANAGER, "result and opinion of the customer") in told(left)
    assert (left.result, left.customer_opinion) == ("pump resealed, runs", "quick")


@rule("FLD-8")
def test_what_is_left_unrepaired_has_its_reason():
    story = field_story("arrived")
    for wrong in (leave(repaired=False), leave(unrepaired_because="no seal")):
        given(story.histories).when(wrong, actor=ENZO).then_refused(r.ReasonMissing)
    left = outcome(story, leave_unrepaired(), ENZO)
    assert (left.repaired, left.unrepaired_because) == (False, "no seal in stock")


@rule("FLD-8")
@pytest.mark.parametrize(
    ("at", "late"), [(NOON + 12 * HOUR, False), (NOON + 20 * HOUR + 31 * MINUTE, True)]
)
def test_an_unrepaired_order_is_followed_up_every_day_by_half_past_four(at, late):
    story = unrepaired_story()
    saturday = date(2026, 3, 7)
    by = NOON + 20 * HOUR + 30 * MINUTE
    given(story.histories).when(FOLLOW_UP, actor=SUSI, now=at).then(
        e.UnrepairedFollowedUp(
            day=saturday,
            reason="the seal is on its way",
            next_step="go on Monday",
            due_at=by,
            late=late,
            followed_up_by=Names(person=SUSI.id),
        )
    )
    assert order(story.tell(FOLLOW_UP, SUSI)).stage == FieldStage.UNREPAIRED


@rule("FLD-8")
def test_an_unrepaired_order_goes_on_with_another_visit():
    story = unrepaired_story().tell(plan(), SAM).tell(depart(), ENZO).tell(ARRIVE, ENZO)
    story.tell(leave(), ENZO)
    assert (order(story).stage, order(story).visits) == (FieldStage.REPAIRED, 2)


REVIEW = f.ReviewFieldReport(field_order_id=ID, accepted=True)


@rule("FLD-8", "FLD-7")
@pytest.mark.parametrize("told", [[(file_report(), ENZO)], [(file_report(), ENZO), (REVIEW, SAM)]])
def test_an_order_whose_report_is_in_stays_unrepaired_until_it_is_repaired(told):
    story = unrepaired_story().tell_all(told)
    assert order(story).unrepaired
    for wish, actor in ((FOLLOW_UP, SUSI), (list_unrepaired(1), SUSI), (contact(), SUSI)):
        assert given(story.histories).when(wish, actor=actor).outcome()
    for wish, actor in ((plan(), SAM), (depart(), ENZO), (ARRIVE, ENZO), (leave(), ENZO)):
        story.tell(wish, actor)
    story.tell(file_report(), ENZO)
    assert (order(story).stage, order(story).unrepaired) == (FieldStage.REPORT_FILED, False)
    for wish in (FOLLOW_UP, contact()):
        given(story.histories).when(wish, actor=SUSI).then_refused(r.FieldOrderNotReady)
    given(story.histories).when(list_unrepaired(1), actor=SUSI).then_refused(NotUnrepaired)


# ── the report on the work ──────────────────────────────────────────────────


@rule("FLD-7")
@pytest.mark.parametrize(("at", "late"), [(date(2026, 3, 9), False), (date(2026, 3, 10), True)])
def test_the_service_report_is_filed_within_three_calendar_days(at, late):
    story = field_story("repaired")
    assert outcome(story, file_report(), ENZO, end_of(at) - MINUTE).late is late


@rule("FLD-11")
def test_where_the_texts_differ_the_policy_says_when_the_report_is_due():
    story = field_story("arrived").tell(field_service(report_clock="field_report_same_day"), ADAM)
    assert outcome(story, leave(), ENZO).report_due == due(
        "field_report_same_day", end_of(date(2026, 3, 6)), with_day=True
    )


@rule("FLD-7")
@pytest.mark.parametrize(("at", "late"), [(date(2026, 3, 13), False), (date(2026, 3, 14), True)])
def test_the_service_report_is_on_paper_within_seven_calendar_days(at, late):
    story = field_story("called back")
    assert outcome(story, ON_PAPER, SUSI, end_of(at) - MINUTE) == e.FieldPaperReportFiled(
        late=late, received_by=Names(person=SUSI.id)
    )
    story.tell(ON_PAPER, SUSI)
    given(story.histories).when(ON_PAPER, actor=SUSI).then_refused(r.PaperReportHere)


@rule("FLD-7")
def test_photos_are_named_after_order_model_serial_hours_service_and_date():
    filed = outcome(field_story("repaired"), file_report(), ENZO)
    assert [(p.name, p.sha256) for p in filed.photos] == [
        ("FO-1-EX-200-SN-1-812-repair-2026-03-02", file_of("before")),
        ("FO-1-EX-200-SN-1-812-repair-2026-03-02-2", file_of("after")),
    ]
    odd = file_report(report=work_report(service_type="first / second", operating_hours=None))
    first = outcome(field_story("repaired"), odd, ENZO).photos[0]
    assert first.name == "FO-1-EX-200-SN-1-unknown-first_second-2026-03-02"


@rule("REG-4")
@pytest.mark.parametrize(
    ("failed_on", "covered"), [(date(2026, 2, 27), True), (date(2026, 6, 3), False)]
)
def test_a_report_says_whether_the_work_was_under_warranty(failed_on, covered):
    wish = file_report(report=work_report(failed_on=failed_on))
    filed, reported = outcomes(field_story("repaired"), wish, ENZO)
    assert filed.warranty == reported.warranty and filed.warranty.covered is covered
    assert reported.report == ServiceReport(**dict(filed.report), serial_number="SN-1")
    assert (reported.claim_due is not None) is covered


@rule("CLM-1")
@rule("FLD-5")
def test_a_claim_is_due_once_the_work_is_done_reported_and_its_machine_known():
    story = field_story("arrived").tell(leave_unrepaired(), ENZO).tell(IDENTIFY, ENZO)
    assert len(outcomes(story, file_report(), ENZO)) == 1, "the work is not done"

    story = field_story("arrived").tell(leave(), ENZO)
    assert len(outcomes(story, file_report(), ENZO)) == 1, "the machine is not known"
    _, reported = outcomes(story.tell(file_report(), ENZO), IDENTIFY, SUSI)
    assert isinstance(reported, e.FieldWorkReported)
    assert (reported.equipment_id, reported.report.serial_number) == (MACHINE, "SN-1")
    assert reported.reported_by.person == ENZO.id
    assert reported.claim_due and reported.claim_due.due.at == end_of(NOON.date())

    unregistered = f.IdentifyMachine(field_order_id=ID, serial_number="X-9")
    _, reported = outcomes(story, unregistered, ENZO)
    assert reported.warranty is None and reported.claim_due, "whether it is covered is not known"


@rule("CLM-1")
def test_nobody_is_asked_to_pay_for_a_handover():
    story = field_story("repaired", service=FieldServiceKind.HANDOVER)
    assert outcomes(story, file_report(), ENZO)[1].claim_due is None


@rule("FLD-10", "SEG-1")
def test_a_report_is_reviewed_by_somebody_else():
    story = field_story("repaired").tell(file_report(), SAM)
    given(story.histories).when(ACCEPT, actor=SAM).then_refused(ApproverPrepared)
    engineer_too = Actor(ENZO.id, frozenset({Role.SERVICE_SUPERVISOR}))
    given(story.histories).when(ACCEPT, actor=engineer_too).then_refused(ApproverPrepared)
    assert order(story.tell(ACCEPT, SVEN)).stage == FieldStage.REPORT_REVIEWED


@rule("FLD-10")
def test_a_report_with_faults_is_returned_and_filed_again():
    story = field_story("report filed")
    for wrong in (
        f.ReviewFieldReport(field_order_id=ID, accepted=False),
        f.ReviewFieldReport(field_order_id=ID, accepted=True, findings=("no hours",)),
    ):
        given(story.histories).when(wrong, actor=SAM).then_refused(r.FindingsMissing)
    given(story.histories).when(RETURN, actor=SAM).then(
        e.FieldReportReturned(findings=("no hours",), returned_by=Names(person=SAM.id))
    )
    assert order(story.tell(RETURN, SAM)).stage == FieldStage.REPAIRED
    assert order(story.tell(file_report(), ENZO)).stage == FieldStage.REPORT_FILED


# ── travel cost ─────────────────────────────────────────────────────────────


@rule("FLD-7")
def test_travel_cost_is_paid_with_signature_and_stamp():
    before = field_story("repaired")
    given(before.histories).when(TRAVEL, actor=ENZO).then_refused(r.TravelCostNotReimbursable)
    story = field_story("report filed")
    given(story.histories).when(TRAVEL, actor=ENZO).then(
        e.TravelCostClaimed(amount=yuan("320.00"), claimed_by=Names(person=ENZO.id))
    )
    story.tell(TRAVEL, ENZO)
    given(story.histories).when(TRAVEL, actor=ENZO).then_refused(r.TravelCostClaimedBefore)
    given(story.histories).when(EXCUSE, actor=DIVA).then_refused(r.NothingToExcuse)


@rule("FLD-7")
@pytest.mark.parametrize("missing", ["customer_signed", "stamped"])
def test_without_them_only_if_the_regional_manager_excuses_it(missing):
    story = field_story("repaired").tell(file_report(**{missing: False}), ENZO)
    given(story.histories).when(TRAVEL, actor=ENZO).then_refused(r.TravelCostNotReimbursable)
    given(story.histories).when(EXCUSE, actor=DORA).then_refused(Forbidden)
    given(story.histories).when(EXCUSE, actor=DIVA).then(
        e.MissingSignatureExcused(reason="the quarry was closed", excused_by=Names(person=DIVA.id))
    )
    story.tell(EXCUSE, DIVA).tell(TRAVEL, ENZO)
    assert order(story).travel_claimed


@rule("SEG-1")
def test_nobody_excuses_what_they_filed():
    both = Actor(DIVA.id, frozenset({Role.DIVISION_MANAGER, Role.SERVICE_SUPERVISOR}))
    story = field_story("repaired").tell(file_report(stamped=False), both)
    given(story.histories).when(EXCUSE, actor=both).then_refused(ApproverPrepared)


# ── histories from elsewhere ────────────────────────────────────────────────


@pytest.mark.parametrize("reversed_", [False, True])
def test_a_history_from_elsewhere_may_have_gaps_and_any_order(reversed_):
    story = field_story()
    stream = Stream(FieldOrder.kind, ID)
    events = [*story.events(stream)][:: -1 if reversed_ else 1]
    for left_out in range(len(events)):
        some = events[:left_out] + events[left_out + 1 :]
        assert isinstance(state_of(stream, some), FieldOrder)


def test_a_correction_of_something_unknown_changes_nothing():
    declined = e.NodeCorrectionDeclined(
        correction_id=UUID(int=1), reason="no", declined_by=Names(person=DORA.id)
    )
    assert state_of(Stream(FieldOrder.kind, ID), [declined]) == FieldOrder()
