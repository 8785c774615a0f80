"""A dealer's parcel: a phone under warranty, inspected, repaired, checked, sent back, claimed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from domain.repairs.freight import Freight, FreightLeg, FreightPayer
from domain.repairs.repair import commands as r
from domain.repairs.service_report import PartReplaced, ServiceReport
from domain.vocabulary import RepairChannel
from recourse.demo import cast
from recourse.demo.dealers import YANGTZE
from recourse.demo.plans import EQUIPMENT, model
from recourse.demo.reported import (
    ReportedWork,
    Told,
    claimed,
    planned_work,
    report_of,
    reported_work,
)
from recourse.demo.stage import Agenda, Stage

PHONE: Final = 4
WORK: Final = reported_work(100, PHONE, opened=9)
AGENT: Final = cast.AGENTS[WORK.station]


def parcel(planned: Agenda) -> ReportedWork:
    """From the parcel to the callback; what the claim comes to is paid with the others."""
    stage, id = planned.stage, WORK.order_id
    planned_work(planned, [*arrival(), *repair(), *way_back()])
    back = r.ReturnItem(
        repair_order_id=id, taken_by="Yu Chen", freight=freight(FreightLeg.BACK, "18.00")
    )
    planned.at(8, 17, 15, partial(sent_back, stage, back))
    report = ServiceReport(**report_of(stage, WORK))
    claimed(planned, WORK, r.FileRepairReport(repair_order_id=id, report=report))
    planned_work(planned, afterwards())
    return WORK


def sent_back(stage: Stage, back: r.ReturnItem) -> None:
    """The days that it was away are added to its warranty by the program itself (REG-5)."""
    stage.give(AGENT, back)
    stage.react()


def freight(leg: FreightLeg, amount: str) -> Freight:
    payer = FreightPayer.DEALER if leg is FreightLeg.TO_US else FreightPayer.US
    cost = {"amount": amount, "currency": "CNY"}
    facts = {"leg": leg, "payer": payer, "amount": cost, "carrier": "SF Express"}
    return Freight.model_validate(facts)


def arrival() -> Iterator[Told]:
    id = WORK.order_id
    received = r.ReceiveItem(
        repair_order_id=id,
        number=WORK.order_number,
        channel=RepairChannel.DEALER_RETURN,
        station_id=WORK.station.id,
        dealer_id=YANGTZE,
        equipment_id=WORK.equipment_id,
        item=model(WORK.number % EQUIPMENT),
        accessories=("charger", "case"),
        reported_fault=WORK.fault.cause,
        condition="No outer damage, seals whole",
        handed_over_by="Yu Chen",
        freight=freight(FreightLeg.TO_US, "18.00"),
    )
    yield 4, 10, 12, AGENT, received
    yield 4, 11, 2, AGENT, r.InspectItem(repair_order_id=id, main_fault=WORK.fault.cause)
    yield 4, 11, 10, AGENT, r.AcceptReturn(repair_order_id=id)
    yield 4, 11, 15, AGENT, r.DetermineWarranty(repair_order_id=id)


def repair() -> Iterator[Told]:
    id, engineer = WORK.order_id, cast.ENGINEERS[WORK.station]
    supervisor = cast.SUPERVISORS[WORK.station]
    part = (PartReplaced(number=WORK.fault.number, name=WORK.fault.part, quantity=1),)
    team = r.AssignRepair(
        repair_order_id=id,
        team="Bench 1",
        engineers=frozenset({engineer.id}),
        fault=WORK.fault.cause,
        parts=part,
        days=2,
    )
    yield 4, 14, 5, supervisor, team
    yield 4, 14, 35, engineer, r.StartRepair(repair_order_id=id)
    yield 4, 15, 0, engineer, r.AwaitRepairParts(repair_order_id=id, parts=part)
    yield 7, 9, 40, cast.PARTS_ADMIN, r.RecordPartsArrival(repair_order_id=id)
    yield 7, 9, 50, cast.PARTS_ADMIN, r.IssueRepairParts(repair_order_id=id, parts=part)
    yield 8, 11, 20, engineer, r.FinishRepair(repair_order_id=id, work_done=WORK.fault.work)
    sound = r.CheckQuality(repair_order_id=id, passed=True, findings="Works; seals renewed.")
    yield 8, 14, 10, supervisor, sound


def way_back() -> Iterator[Told]:
    id = WORK.order_id
    told = r.InformCustomer(
        repair_order_id=id, about=r.ToldAbout.READY, message="Repaired under warranty; sent today."
    )
    yield 8, 14, 30, AGENT, told
    inspected = r.InspectOutbound(repair_order_id=id, findings="Phone, charger and case packed.")
    yield 8, 16, 40, AGENT, inspected
    yield 8, 16, 50, AGENT, r.ReleaseItem(repair_order_id=id)


def afterwards() -> Iterator[Told]:
    id = WORK.order_id
    yield 10, 10, 20, AGENT, r.CloseRepair(repair_order_id=id)
    asked = r.RecordRepairCallback(
        repair_order_id=id, satisfied=True, remark="The dealer's customer has it again."
    )
    yield 12, 10, 20, cast.HOTLINE, asked
