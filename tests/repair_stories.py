"""Stories of repair orders, one for each channel, in the handbook's own order (rulebook 3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from domain.messages import Actor, Command, On, Role
from domain.repairs.freight import Freight, FreightLeg, FreightPayer
from domain.repairs.freight_account import FreightPosted, account_stream
from domain.repairs.repair import commands as c
from domain.repairs.service_report import PartReplaced, ReportPaper, ServiceReport
from domain.tariff import Wanted
from domain.vocabulary import MajorComponent, PaperKind, RepairChannel
from tests.clock import NOON
from tests.scenario import ENZO, FINN, HELEN, SAM, SUSI, Story, person_id
from tests.stories import (
    COMPLETED,
    CUSTOMER,
    DEALER,
    FAILED,
    MACHINE,
    MAKER,
    STARTED,
    STATION,
    file_of,
    setting,
    yuan,
)

WALT = Actor(person_id(31), frozenset({Role.WORKSHOP_LEAD}))
QING = Actor(person_id(32), frozenset({Role.QUALITY_INSPECTOR}))
KURT = Actor(person_id(33), frozenset({Role.STOREKEEPER}))
ERNA = Actor(person_id(34), frozenset({Role.ENGINEER}))

Told = tuple[Command, Actor]
Steps = Iterable[tuple[str, list[Told]]]


def repair_id(number: int = 1) -> UUID:
    return UUID(int=0xA1_0000_0000 + number)


def wish(kind: type[c.RepairCommand], number: int = 1, **facts: Any) -> Any:
    """A command about a repair order."""
    return kind(repair_order_id=repair_id(number), **facts)


def freight(leg: FreightLeg = FreightLeg.TO_US, amount: str = "35.00", **changes: Any) -> Freight:
    facts: dict[str, Any] = {"leg": leg, "payer": FreightPayer.US, "amount": yuan(amount)}
    return Freight(**facts | changes)


def freight_posted(carried: Freight, number: int = 1) -> On:
    """The leg in the factory's account of NOON's month (REP-10)."""
    march = date(2026, 3, 1)
    facts = {"manufacturer_id": MAKER, "month": march, "repair_order_id": repair_id(number)}
    return On(account_stream(MAKER, march), FreightPosted(**facts, freight=carried))


def part(number: str = "P-77", quantity: int = 1) -> PartReplaced:
    return PartReplaced(number=number, name="seal", quantity=quantity)


def receive(
    number: int = 1, channel: RepairChannel = RepairChannel.COUNTER, **changes: Any
) -> c.ReceiveItem:
    facts: dict[str, Any] = {
        "repair_order_id": repair_id(number),
        "number": f"R-{number}",
        "channel": channel,
        "station_id": STATION,
        "customer_id": CUSTOMER,
        "dealer_id": DEALER if channel is RepairChannel.DEALER_RETURN else None,
        "manufacturer_id": MAKER,
        "item": "Phone T2",
        "serial_number": "356-1",
        "accessories": ("charger",),
        "reported_fault": "no sound",
        "condition": "scratched",
        "handed_over_by": "Wang Fang",
    }
    return c.ReceiveItem(**facts | changes)


def inspect(number: int = 1, **changes: Any) -> c.InspectItem:
    facts = {"main_fault": "loudspeaker dead", "fault_code": "6", "secondary_faults": ("dirty",)}
    return wish(c.InspectItem, number, **facts | changes)


def countersign(number: int = 1) -> c.CountersignInspection:
    return wish(c.CountersignInspection, number, signed_by="Wang Fang", signature=file_of("pen"))


def by_papers(number: int = 1, covered: bool = True) -> c.DetermineWarranty:
    text = "bought last month" if covered else "bought in 2019"
    return wish(c.DetermineWarranty, number, by_papers=covered, explanation=text)


def quote(number: int = 1, *codes: str, **changes: Any) -> c.QuoteRepair:
    lines = tuple(Wanted(code=code) for code in codes or ("complex_repair",))
    return wish(c.QuoteRepair, number, lines=lines, **changes)


def assign(number: int = 1) -> c.AssignRepair:
    facts = {"team": "Bench 2", "engineers": {ENZO.id}, "fault": "loudspeaker", "days": 3}
    return wish(c.AssignRepair, number, **facts)


def finish(number: int = 1, **changes: Any) -> c.FinishRepair:
    return wish(c.FinishRepair, number, **{"work_done": "loudspeaker replaced"} | changes)


def check(number: int = 1, passed: bool = True) -> c.CheckQuality:
    return wish(c.CheckQuality, number, passed=passed, findings="sound" if passed else "crackles")


def exchange_component(number: int = 1) -> c.ExchangeComponent:
    facts = {"component": "loudspeaker", "symptom": "no sound", "fault_code": "6"}
    return wish(c.ExchangeComponent, number, old_serial="L-1", new_serial="L-2", **facts)


def pay(number: int = 1, amount: str = "170.00") -> c.RecordRepairPayment:
    return wish(c.RecordRepairPayment, number, amount=yuan(amount), reference="till 3")


def outbound(number: int = 1, signed_by: str | None = "Wang Fang") -> c.InspectOutbound:
    return wish(c.InspectOutbound, number, findings="as agreed", signed_by=signed_by)


def hand_back(number: int = 1, **changes: Any) -> c.ReturnItem:
    return wish(c.ReturnItem, number, **{"taken_by": "Wang Fang"} | changes)


def inform(number: int = 1, about: c.ToldAbout = c.ToldAbout.READY) -> c.InformCustomer:
    return wish(c.InformCustomer, number, about=about, message="please come by")


def service_report(**changes: Any) -> ServiceReport:
    facts: dict[str, Any] = {
        "serial_number": "356-1",
        "model": "T2",
        "failed_on": FAILED,
        "started_on": STARTED,
        "completed_on": COMPLETED,
        "condition": "office",
        "service_type": "repair",
        "cause": "worn out",
        "work_done": "loudspeaker replaced",
        "engineer_id": ENZO.id,
        "parts": (part(),),
        "papers": (
            ReportPaper(paper=PaperKind.PART_PHOTO, sha256=file_of("photo"), dated=COMPLETED),
        ),
    }
    return ServiceReport(**facts | changes)


def file_report(number: int = 1, **changes: Any) -> c.FileRepairReport:
    return wish(c.FileRepairReport, number, report=service_report(**changes))


def callback(number: int = 1) -> c.RecordRepairCallback:
    return wish(c.RecordRepairCallback, number, satisfied=True, remark="sounds well")


def at_counter(number: int = 1, **changes: Any) -> Steps:
    """A phone out of warranty: quoted, repaired twice, paid, collected (H2)."""
    yield "received", [(receive(number, **changes), SUSI)]
    yield "inspected", [(wish(c.BeginInspection, number), SUSI), (inspect(number), SUSI)]
    yield "countersigned", [(countersign(number), SUSI)]
    yield "warranty determined", [(by_papers(number, covered=False), SUSI)]
    yield "quoted", [(quote(number), SUSI), (inform(number, c.ToldAbout.QUOTE), SUSI)]
    yield "agreed", [(wish(c.AcceptQuote, number, accepted_by="Wang Fang"), SUSI)]
    yield "assigned", [(assign(number), WALT)]
    yield "in work", [(wish(c.StartRepair, number, difficulty=c.Difficulty.COMPLEX), ENZO)]
    waiting = wish(c.AwaitRepairParts, number, parts=(part(),))
    arrived = wish(c.RecordPartsArrival, number)
    yield "waiting", [(waiting, ENZO)]
    yield "supplied", [(arrived, KURT), (issue(number), KURT), (exchange_component(number), ENZO)]
    yield "finished", [(finish(number), ENZO)]
    yield "failed", [(wish(c.BeginQualityCheck, number), QING), (check(number, False), QING)]
    yield "repaired again", [(wish(c.StartRepair, number), ENZO), (finish(number), ENZO)]
    yield "ready", [(check(number), QING), (inform(number), HELEN)]
    yield "paid", [(pay(number), FINN)]
    yield "released", [(outbound(number), SUSI), (wish(c.ReleaseItem, number), SUSI)]
    yield "returned", [(hand_back(number), SUSI)]
    yield "reported", [(file_report(number), ENZO)]
    yield "closed", [(wish(c.CloseRepair, number), SUSI)]
    yield "called back", [(callback(number), HELEN)]


def issue(number: int = 1, *parts: PartReplaced) -> c.IssueRepairParts:
    return wish(c.IssueRepairParts, number, parts=parts or (part(),))


def from_dealer(number: int = 1, **changes: Any) -> Steps:
    """A dealer's parcel: one piece too few, disputed; to the factory and back (H3)."""
    returned = RepairChannel.DEALER_RETURN
    sent = receive(number, returned, freight=freight(payer=FreightPayer.DEALER), **changes)
    found = {"discrepancy": c.DiscrepancyKind.COUNT, "explanation": "one disk of two"}
    yield "received", [(sent, SUSI)]
    yield "discrepancy found", [(wish(c.FindDiscrepancy, number, **found), KURT)]
    yield "raised", [(wish(c.RaiseDiscrepancy, number, told="one is missing"), SUSI)]
    yield "disputed", [(wish(c.DisputeDiscrepancy, number, dispute="two were sent"), SUSI)]
    yield "settled", [(wish(c.SettleDiscrepancy, number, agreed="one is repaired"), SAM)]
    yield "inspected", [(inspect(number), SUSI)]
    yield "accepted", [(wish(c.AcceptReturn, number), SUSI)]
    yield "warranty determined", [(by_papers(number), SUSI)]
    known = wish(c.AcknowledgeDataLoss, number, acknowledged_by="Dealer Wu")
    yield "acknowledged", [(known, SUSI)]
    to_factory = freight(FreightLeg.TO_FACTORY, carrier="SF", tracking_number="SF-1")
    yield "at factory", [(wish(c.SendToFactory, number, freight=to_factory), KURT)]
    done = {"outcome": c.FactoryOutcome.REPLACED, "explanation": "new disk", "new_serial": "D-2"}
    yield "processed", [(wish(c.RecordFactoryProcessing, number, **done), SUSI)]
    back = freight(FreightLeg.FROM_FACTORY, payer=FreightPayer.FACTORY)
    yield "back", [(wish(c.TakeItemBack, number, freight=back), KURT)]
    yield "ready", [(check(number), QING)]
    yield "released", [(outbound(number, None), SUSI), (wish(c.ReleaseItem, number), SUSI)]
    yield "returned", [(hand_back(number, freight=freight(FreightLeg.BACK)), KURT)]
    yield "closed", [(wish(c.CloseRepair, number), SUSI)]
    yield "called back", [(callback(number), HELEN)]


def in_workshop(number: int = 1, **changes: Any) -> Steps:
    """A machine under warranty for overhaul, its pump included (H4)."""
    arriving = receive(number, RepairChannel.WORKSHOP, equipment_id=MACHINE, **changes)
    yield "received", [(arriving, WALT)]
    run = {"test_run_with_owner": True, "test_run_engineer_id": ENZO.id}
    yield "inspected", [(inspect(number, **run), WALT)]
    yield "countersigned", [(countersign(number), WALT)]
    yield "warranty determined", [(wish(c.DetermineWarranty, number), WALT)]
    contract = wish(c.SignContract, number, signed_by="Wang Fang", contract=file_of("contract"))
    yield "contract", [(contract, WALT)]
    yield "assigned", [(assign(number), WALT)]
    yield "in work", [(wish(c.StartRepair, number), ENZO)]
    valve = wish(c.SendToVendor, number, vendor="Valve Works", work="grind the seat")
    yield "at vendor", [(valve, WALT)]
    yield "back", [(wish(c.TakeItemBack, number), WALT)]
    tested = {"component": MajorComponent.PUMP, "report": file_of("pump test")}
    yield "pump tested", [(wish(c.FileComponentTest, number, **tested), ENZO)]
    yield "finished", [(finish(number, components={MajorComponent.PUMP}), ENZO)]
    yield "ready", [(check(number), QING)]
    test = {"engineer_id": ENZO.id, "findings": "runs"}
    with_engineer = wish(c.RecordReleaseTest, number, with_owner=False, **test)
    with_owner = wish(c.RecordReleaseTest, number, with_owner=True, **test)
    yield "tested", [(with_engineer, WALT), (with_owner, WALT)]
    yield "released", [(outbound(number), WALT), (wish(c.ReleaseItem, number), WALT)]
    yield "returned", [(hand_back(number), WALT)]
    yield "reported", [(file_report(number, parts=()), ENZO)]
    yield "closed", [(wish(c.CloseRepair, number), WALT)]
    yield "called back", [(callback(number), HELEN)]


def told_upto(steps: Steps, upto: str, story: Story | None = None) -> Story:
    """A story up to a stage of some steps, an hour apart, after `story` or the setting."""
    story = story or setting()
    for hours, (stage, told) in enumerate(steps):
        for command, actor in told:
            story.tell(command, actor, NOON + timedelta(hours=hours))
        if stage == upto:
            return story
    raise ValueError(f"There is no stage {upto!r}.")


def counter_story(upto: str = "called back", number: int = 1, story: Story | None = None) -> Story:
    return told_upto(at_counter(number), upto, story)


def return_story(upto: str = "called back", number: int = 1, story: Story | None = None) -> Story:
    return told_upto(from_dealer(number), upto, story)


def workshop_story(upto: str = "called back", number: int = 1, story: Story | None = None) -> Story:
    return told_upto(in_workshop(number), upto, story)
