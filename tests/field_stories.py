"""Stories of field orders: from the first call to the callback, node by node (rulebook 3.3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from domain.messages import Actor, Command, Stream
from domain.repairs.field import commands as f
from domain.repairs.field.itinerary import FileItinerary, PlannedStop
from domain.repairs.field.unrepaired_list import ListUnrepaired, UnrepairedOrder
from domain.repairs.service_report import PartReplaced, ReportPaper, WorkReport
from domain.vocabulary import FieldServiceKind, PaperKind
from tests.clock import NOON
from tests.scenario import DIVA, DORA, ENZO, HELEN, MAX, SAM, SUSI, Story, event_id
from tests.stories import (
    COMPLETED,
    CUSTOMER,
    FAILED,
    MACHINE,
    OTHER_STATION,
    STARTED,
    STATION,
    TODAY,
    file_of,
    setting,
    yuan,
)

Told = tuple[Command, Actor]


def field_order_id(number: int = 1) -> UUID:
    return UUID(int=0xF0_0000_0000 + number)


def report_fault(number: int = 1, **changes: Any) -> f.ReportFault:
    fields: dict[str, Any] = {
        "field_order_id": field_order_id(number),
        "number": f"FO-{number}",
        "customer_id": CUSTOMER,
        "contact_id": None,
        "job": f"call {number}",
        "product_type": "excavator",
        "service": FieldServiceKind.FAULT,
        "fault": "pump leaks",
        "region": "c",
        "machine_stopped": False,
        "caller": "Wang Fang",
        "phone": "+86 10 5555 0101",
    }
    return f.ReportFault(**fields | changes)


def contact(number: int = 1, *, by_phone: bool = False) -> f.ContactCustomer:
    findings = f.ContactFindings(fault="seal worn", solvable_by_phone=by_phone, parts_in_stock=True)
    return f.ContactCustomer(
        field_order_id=field_order_id(number), findings=findings, place="Quarry Road 1"
    )


def plan(number: int = 1, **changes: Any) -> f.PlanDispatch:
    fields: dict[str, Any] = {
        "field_order_id": field_order_id(number),
        "engineer_id": ENZO.id,
        "planned_for": NOON + timedelta(hours=20),
    }
    return f.PlanDispatch(**fields | changes)


def depart(number: int = 1, **changes: Any) -> f.Depart:
    fields: dict[str, Any] = {
        "field_order_id": field_order_id(number),
        "expected_arrival": NOON + timedelta(days=30),
        "companions": (SUSI.id,),
    }
    return f.Depart(**fields | changes)


def leave(number: int = 1, **changes: Any) -> f.LeaveCustomer:
    fields: dict[str, Any] = {
        "field_order_id": field_order_id(number),
        "repaired": True,
        "result": "pump resealed, runs",
        "customer_opinion": "quick",
        "customer_consents": True,
    }
    return f.LeaveCustomer(**fields | changes)


def leave_unrepaired(number: int = 1) -> f.LeaveCustomer:
    return leave(number, repaired=False, unrepaired_because="no seal in stock", result="leaks")


def work_report(**changes: Any) -> WorkReport:
    fields: dict[str, Any] = {
        "model": "EX-200",
        "failed_on": FAILED,
        "started_on": STARTED,
        "completed_on": COMPLETED,
        "operating_hours": 812,
        "condition": "quarry",
        "service_type": "repair",
        "cause": "seal worn",
        "work_done": "pump resealed",
        "engineer_id": ENZO.id,
        "parts": (PartReplaced(number="P-77", name="seal", quantity=2),),
        "papers": (
            ReportPaper(paper=PaperKind.SERVICE_REPORT, sha256=file_of("report"), dated=COMPLETED),
        ),
    }
    return WorkReport(**fields | changes)


def file_report(number: int = 1, **changes: Any) -> f.FileFieldReport:
    photos = tuple(
        f.Photo(sha256=file_of(name), taken_on=COMPLETED) for name in ("before", "after")
    )
    fields: dict[str, Any] = {
        "field_order_id": field_order_id(number),
        "report": work_report(),
        "photos": photos,
        "customer_signed": True,
        "stamped": True,
    }
    return f.FileFieldReport(**fields | changes)


def steps_of_field_order(number: int = 1, **changes: Any) -> Iterable[tuple[str, list[Told]]]:
    """What leads a field order to its callback, node by node."""
    id = field_order_id(number)
    yield "reported", [(report_fault(number, **changes), HELEN)]
    yield "assigned", [(f.AssignStation(field_order_id=id, station_id=STATION), HELEN)]
    yield "contacted", [(contact(number), SUSI)]
    yield "dispatch planned", [(plan(number), SAM)]
    yield "departed", [(depart(number), ENZO)]
    yield "arrived", [(f.Arrive(field_order_id=id), ENZO)]
    yield "identified", [(f.IdentifyMachine(field_order_id=id, equipment_id=MACHINE), ENZO)]
    yield "repaired", [(leave(number), ENZO)]
    yield "report filed", [(file_report(number), ENZO)]
    yield "report reviewed", [(f.ReviewFieldReport(field_order_id=id, accepted=True), SAM)]
    yield "closed", [(f.CloseFieldOrder(field_order_id=id), SAM)]
    yield "called back", [(f.CallBackCustomer(field_order_id=id, satisfied=True), HELEN)]


def field_story(
    upto: str = "called back", number: int = 1, story: Story | None = None, **changes: Any
) -> Story:
    """A field order up to a node, all at NOON."""
    story = story or setting()
    for node, told in steps_of_field_order(number, **changes):
        story.tell_all(told)
        if node == upto:
            return story
    raise ValueError(f"There is no node {upto!r}.")


def unrepaired_story(number: int = 1, story: Story | None = None) -> Story:
    return field_story("arrived", number, story).tell(leave_unrepaired(number), ENZO)


def list_unrepaired(*numbers: int, **changes: Any) -> ListUnrepaired:
    orders = tuple(
        UnrepairedOrder(field_order_id=field_order_id(n), reason="no seal in stock")
        for n in numbers
    )
    return ListUnrepaired(**{"station_id": STATION, "day": TODAY, "orders": orders} | changes)


def file_itinerary(number: int = 1, **changes: Any) -> FileItinerary:
    stop = PlannedStop(
        field_order_id=field_order_id(number),
        customer_id=CUSTOMER,
        work="reseal the pump",
        place="Quarry Road 1",
        contact="Wang Fang",
    )
    return FileItinerary(**{"engineer_id": ENZO.id, "day": TODAY, "stops": (stop,)} | changes)


# ── random histories ────────────────────────────────────────────────────────

NUMBERS = (31, 32, 33)
IN_THE_FIELD = (ENZO, SUSI, SAM, HELEN)


def script(number: int) -> Iterable[Told]:
    """What usually happens to a field order, in order; the second is left unrepaired first."""
    for node, told in steps_of_field_order(number, machine_stopped=number == NUMBERS[1]):
        if node == "repaired" and number == NUMBERS[1]:
            yield leave_unrepaired(number), ENZO
            yield follow_up(number), SUSI
            yield list_unrepaired(number), SUSI
            yield from ((plan(number), SAM), (depart(number), ENZO))
            yield f.Arrive(field_order_id=field_order_id(number)), ENZO
        if node == "departed":
            yield file_itinerary(number), ENZO
        yield from told


def follow_up(number: int = 1) -> f.FollowUpUnrepaired:
    return f.FollowUpUnrepaired(
        field_order_id=field_order_id(number), reason="the seal is on its way", next_step="go again"
    )


def correction_id(number: int) -> UUID:
    return UUID(int=0xC0_0000_0000 + number)


def ask_correction(number: int, asked: int) -> f.RequestNodeCorrection:
    """Of the report, which came an hour earlier: in scenarios all else is at NOON."""
    id = field_order_id(number)
    return f.RequestNodeCorrection(
        field_order_id=id,
        correction_id=correction_id(asked),
        event_id=event_id(Stream(f.FIELD_ORDER, id), 1),
        effective_at=NOON - timedelta(hours=asked),
        reason="system_fault",
        explanation="no network in the quarry",
    )


def field_wish(random: Random) -> Told:
    """Something wished of a field order, by somebody who may wish it."""
    number = random.choice(NUMBERS)
    id = field_order_id(number)
    of_correction = {"field_order_id": id, "correction_id": correction_id(random.randint(1, 2))}
    wishes: list[Told] = [
        (contact(number, by_phone=random.random() < 0.5), random.choice(IN_THE_FIELD)),
        (f.ResolveByPhone(field_order_id=id, solution="reset it"), SUSI),
        (f.AssignStation(field_order_id=id, station_id=OTHER_STATION), HELEN),
        (f.IdentifyMachine(field_order_id=id, serial_number="X-9"), ENZO),
        (f.SayMachineStopped(field_order_id=id, stopped=random.random() < 0.5), ENZO),
        (plan(number), SAM),
        (f.MakeJobEntry(field_order_id=id, entry="waits for the crane"), ENZO),
        (leave_unrepaired(number), ENZO),
        (follow_up(number), SUSI),
        (file_report(number, stamped=False), SAM),
        (f.FileFieldPaperReport(field_order_id=id), SUSI),
        (
            f.ReviewFieldReport(field_order_id=id, accepted=False, findings=("no hours",)),
            SAM,
        ),
        (f.ExcuseMissingSignature(field_order_id=id, reason="closed"), DIVA),
        (f.ClaimTravelCost(field_order_id=id, amount=yuan("320.00")), ENZO),
        (ask_correction(number, random.randint(1, 2)), ENZO),
        (f.SignNodeCorrection(**of_correction), DORA),
        (f.RecordManufacturerApproval(**of_correction, reference="HQ-77"), MAX),
        (f.DeclineNodeCorrection(**of_correction, reason="no proof"), DORA),
        (list_unrepaired(*NUMBERS[: random.randint(0, 3)]), SUSI),
        (file_itinerary(number), ENZO),
    ]
    return random.choice(wishes)
