"""A field order by real tokens: told from the first call to the callback, its times corrected by
approval alone, and whoever tries to get round that refused with nothing changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from domain.messages import Actor, Role
from recourse.bootstrap import adopt_policies
from tests.api.asking import Asking
from tests.api.world import record
from tests.clock import Clock
from tests.field_stories import field_order_id
from tests.rules import rule
from tests.scenario import DORA, ENZO, HELEN, SAM, SUSI
from tests.stories import CUSTOMER, MACHINE, STATION, setting

ID, CORRECTION = field_order_id(), UUID(int=0xC0_0001)


@pytest.fixture
def office(api: Asking, clock: Clock) -> Asking:
    """Stations, people, a customer and a machine; nothing else happened yet."""
    adopt_policies(api.program)
    for on in setting().happened:
        record(api.program.log, clock, [on])
    return api


def does(office: Asking, actor: Actor, mutation: str, **facts: Any) -> Any:
    asking = office.as_(*actor.roles, person=actor.id)
    return asking.do(mutation, {"fieldOrderId": str(ID), **facts})


def done(office: Asking, actor: Actor, mutation: str, **facts: Any) -> Any:
    receipt = does(office, actor, mutation, **facts)
    assert receipt["__typename"] == "Receipt", receipt
    return receipt


def reported(office: Asking) -> Any:
    facts = {
        "number": "FO-1",
        "customerId": str(CUSTOMER),
        "job": "call 1",
        "productType": "excavator",
        "service": "FAULT",
        "fault": "pump leaks",
        "region": "c",
        "machineStopped": True,
        "stationId": str(STATION),
        "caller": "Wang Fang",
    }
    return done(office, HELEN, "reportFault", **facts)


def visited(office: Asking, clock: Clock) -> None:
    """Contacted after ten minutes; with the customer after 37 hours, one too many."""
    clock.forward(minutes=10)
    findings = {"fault": "seal worn", "solvableByPhone": False}
    done(office, SUSI, "contactCustomer", findings=findings, place="Quarry Road 1")
    later = clock.now.replace(year=clock.now.year + 1).isoformat()
    done(office, SAM, "planDispatch", engineerId=str(ENZO.id), plannedFor=later)
    done(office, ENZO, "depart", expectedArrival=later)
    clock.forward(hours=36, minutes=50)
    done(office, ENZO, "arrive")


def finished(office: Asking) -> Any:
    done(office, ENZO, "identifyMachine", equipmentId=str(MACHINE))
    done(office, ENZO, "leaveCustomer", repaired=True, result="runs", customerConsents=True)
    report = {
        "model": "EX-200",
        "failedOn": "2026-02-27",
        "startedOn": "2026-02-28",
        "completedOn": "2026-03-02",
        "condition": "quarry",
        "serviceType": "repair",
        "cause": "seal worn",
        "workDone": "resealed",
        "engineerId": str(ENZO.id),
    }
    done(office, ENZO, "fileFieldReport", report=report, customerSigned=True, stamped=False)
    done(office, SAM, "reviewFieldReport", accepted=True)
    done(office, SAM, "closeFieldOrder")
    return done(office, HELEN, "callBackCustomer", satisfied=True)


ORDER = """query ($id: UUID!, $after: Position, $at: DateTime) {
  fieldOrder(fieldOrderId: $id, minPosition: $after, effectiveAt: $at) {
    stage queue caller place covered travelReimbursable repairedOnFirstVisit
    contactInTime arrivalInTime arrivalInTimeAsRecorded corrected
    nodes { node eventId at correctedAt notified { party about } }
    corrections { approved reason }
    station { name } customer { customerId } equipment { serialNumber } engineer { personId }
  }
}"""


def shown(office: Asking, receipt: Any, at: datetime | None = None) -> Any:
    asked = {"id": str(ID), "at": at.isoformat() if at else None}
    if at is None:
        asked["after"] = receipt["position"]
    return office.as_(*HELEN.roles, person=HELEN.id).ask(ORDER, **asked)["fieldOrder"]


def arrival(order: Any) -> Any:
    return next(node for node in order["nodes"] if node["node"] == "ARRIVED")


@rule("FLD-3", "FLD-4", "AUD-5")
def test_an_order_is_told_from_the_first_call_to_the_callback(office: Asking, clock: Clock) -> None:
    first = shown(office, reported(office))
    assert first["queue"].startswith("0 ")
    assert {each["party"] for each in first["nodes"][0]["notified"]} == {
        "SALES_DIRECTOR",
        "DIVISION_MANAGER",
    }
    visited(office, clock)
    order = shown(office, finished(office))
    assert (order["stage"], order["caller"], order["place"]) == (
        "CALLED_BACK",
        "Wang Fang",
        "Quarry Road 1",
    )
    assert (order["covered"], order["travelReimbursable"]) == (True, False)
    assert (order["contactInTime"], order["arrivalInTime"]) == (True, False)
    assert order["repairedOnFirstVisit"] is True
    assert order["equipment"] == {"serialNumber": "SN-1"}
    assert order["engineer"] == {"personId": str(ENZO.id)}


@rule("FLD-6", "SEG-1")
def test_a_nodes_time_is_corrected_by_approval_and_both_times_stay_visible(
    office: Asking, clock: Clock
) -> None:
    reported(office)
    visited(office, clock)
    log = office.program.log
    event_id = next(
        str(recorded.envelope.event_id)
        for recorded in log.history(ID)
        if recorded.event.type_name() == "repairs.EngineerArrived"
    )
    recorded_at = log.history(ID)[-1].effective_at
    clock.forward(hours=1)
    right = clock.now.replace(microsecond=0) - (clock.now - recorded_at) * 3
    asked = {
        "correctionId": str(CORRECTION),
        "eventId": event_id,
        "effectiveAt": right.isoformat(),
        "reason": "system_fault",
        "explanation": "no network in the quarry",
    }
    waiting = shown(office, done(office, ENZO, "requestNodeCorrection", **asked))
    assert waiting["corrections"] == [{"approved": None, "reason": "system_fault"}]
    assert arrival(waiting)["correctedAt"] is None

    promoted = Actor(ENZO.id, frozenset({Role.SERVICE_DIRECTOR}))
    before = log.last()
    of_correction = {"correctionId": str(CORRECTION)}
    refused = does(office, promoted, "signNodeCorrection", **of_correction)
    assert (refused["__typename"], refused["rule"]) == ("Problem", "SEG-1")
    edit = {
        "kind": "repairs.FieldOrder",
        "thingId": str(ID),
        "eventId": event_id,
        "effectiveAt": right.isoformat(),
        "reason": "late",
    }
    edited = office.as_(*DORA.roles, person=DORA.id).do("correctTime", edit)
    assert (edited["__typename"], edited["rule"]) == ("Problem", "FLD-6")
    assert log.last() == before

    order = shown(office, done(office, DORA, "signNodeCorrection", **of_correction))
    assert datetime.fromisoformat(arrival(order)["at"]) == recorded_at
    assert datetime.fromisoformat(arrival(order)["correctedAt"]) == right
    assert (order["arrivalInTime"], order["arrivalInTimeAsRecorded"]) == (True, False)
    assert order["corrected"] and order["corrections"][0]["approved"]
    in_fact = shown(office, None, at=right)
    assert in_fact["stage"] == "ARRIVED"


ORDERS = """query ($by: FieldOrderOrder) {
  fieldOrders(first: 20, orderBy: $by) { edges { node { queue open machineStopped } } }
}"""


@rule("FLD-4")
def test_a_stopped_machine_leads_every_list_unless_another_order_is_asked_for(
    lived: Asking,
) -> None:
    def asked(**given: str) -> list[Any]:
        answer = lived.as_(Role.AUDITOR).ask(ORDERS, **given)
        return [edge["node"] for edge in answer["fieldOrders"]["edges"]]

    listed = asked()
    assert len(listed) > 1
    assert [order["queue"] for order in listed] == sorted(order["queue"] for order in listed)
    for order in listed:
        rank = "2" if not order["open"] else "0" if order["machineStopped"] else "1"
        assert order["queue"].startswith(f"{rank} ")
    assert asked(by="QUEUE_DESC") == listed[::-1]
