"""Contacts of the demonstration beside the call for the stopped loader: a price that is asked for,
and asked again, with a machine that may be sold; a call that was missed; and what service asks of
other departments because of them (CON-1 to CON-7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from domain.contacts import commands as k
from domain.contacts.inquiry_counts import DeliverWeeklyInquiries, InquiryCount
from domain.contacts.requests import commands as w
from domain.money import Money
from domain.policy_content import Period
from domain.sla.periods import after, first_day_of
from domain.vocabulary import ContactCategory, ContactChannel, WorkRequestKind
from recourse.demo import cast
from recourse.demo.cast import id_of
from recourse.demo.field_call import LOADER, WORK
from recourse.demo.plans import model
from recourse.demo.reported import Told, planned_work
from recourse.demo.stage import Agenda, Stage

PRICES: Final = (id_of("contact about seal kits"), id_of("contact about seal kits, again"))
MISSED: Final = id_of("missed call")
PRICE_LIST: Final = id_of("work request for a price list")
QUESTION: Final = id_of("question to the product unit")
SEAL_KITS: Final = "A seal kit for loaders is 1,280 CNY; it is on page 12 of the parts price list."
FORFEIT: Final = w.Forfeit(
    about="The receiving lead buys lunch for the parts desk",
    amount=Money(amount="200.00", currency="CNY"),
)


def contacts(planned: Agenda) -> None:
    stage = planned.stage
    told = [*prices(), *counts(stage), *missed(), *price_list(stage), *question(stage)]
    planned_work(planned, told)


def logged(id: UUID, caller: str, reason: str, **facts: Any) -> k.LogContact:
    known = {"channel": ContactChannel.HOTLINE, "station_id": WORK.station.id, **facts}
    return k.LogContact(contact_id=id, caller=caller, reason=reason, **known)


def prices() -> Iterator[Told]:
    """Two ask the same: the answer is a standard answer from then on (CON-4)."""
    first, second = PRICES
    agent, price = cast.AGENTS[WORK.station], ContactCategory.PRICE_INQUIRY
    yield 8, 9, 12, cast.HOTLINE, logged(first, "Gu Wei", "What does a seal kit cost?")
    yield 9, 9, 12, cast.HOTLINE, logged(second, "Shao Yun", "The price of a seal kit")
    for day, id in enumerate(PRICES, start=8):
        yield day, 9, 13, cast.HOTLINE, k.ClassifyContact(contact_id=id, category=price)
        yield day, 9, 14, cast.HOTLINE, k.RouteContact(contact_id=id, person_id=agent.id)
        yield day, 9, 22, agent, k.SpeakToCustomer(contact_id=id, result="Told the price.")
        yield day, 9, 23, agent, k.AnswerInquiry(contact_id=id, answer=SEAL_KITS)
        yield day, 10, 5, cast.HOTLINE, k.ConfirmSpokenTo(contact_id=id, happened=True)
    chance = {"contact_id": second, "opportunity_id": id_of("opportunity of Shao Yun")}
    yield 9, 9, 25, agent, k.RecordOpportunity(**chance, about=f"A {model(LOADER)} for spring")
    yield 9, 16, 0, cast.SALES_DIRECTOR, k.FollowUpOpportunity(**chance, result="Visits us in May.")
    for day, id in enumerate(PRICES, start=8):
        yield day, 17, 0, cast.HOTLINE, k.CloseContact(contact_id=id, outcome="Knows the price.")


def counts(stage: Stage) -> Iterator[Told]:
    """The inquiries of the first week are counted on Monday of the next; those of later ones, and
    of the month, wait to be (CON-4)."""
    monday = first_day_of(Period.WEEK, stage.day(8))
    asked = sum(first_day_of(Period.WEEK, stage.day(day)) == monday for day in (8, 9))
    delivered = DeliverWeeklyInquiries(
        week=monday,
        counts=(InquiryCount(category=ContactCategory.PRICE_INQUIRY, inquiries=asked),),
        delivered_to=(cast.DIRECTOR.id,),
    )
    next_monday = (after(Period.WEEK, monday) - stage.first_day).days
    yield next_monday, 9, 30, cast.HOTLINE, delivered


def missed() -> Iterator[Told]:
    """Returned after half an hour, in time for the hotline, and not yet routed."""
    note = k.LogMissedCall(contact_id=MISSED, phone="+86 451 5555 0183")
    yield 26, 12, 40, cast.HOTLINE, note
    yield 26, 13, 10, cast.HOTLINE, k.ReturnCall(contact_id=MISSED, reached=True)
    about = logged(MISSED, "Pang Bo", "Looks for a used excavator", station_id=None)
    yield 26, 13, 12, cast.HOTLINE, about
    used = ContactCategory.USED_MACHINE
    yield 26, 13, 13, cast.HOTLINE, k.ClassifyContact(contact_id=MISSED, category=used)


def price_list(stage: Stage) -> Iterator[Told]:
    """Promised for the 14th day, and done a day late: the forfeit is enforced (CON-5)."""
    id, lead = PRICE_LIST, cast.COMMERCE
    asked = w.RequestWork(
        work_request_id=id,
        kind=WorkRequestKind.GENERAL,
        number="W-0014",
        content="A price list for seal kits of all loaders",
        person_id=lead.id,
        latest=stage.moment(13, 18),
        from_department="service",
        to_department="commerce",
        contact_id=PRICES[0],
    )
    yield 9, 10, 10, cast.AGENTS[WORK.station], asked
    yield 9, 14, 30, cast.DIRECTOR, w.ApproveWorkRequest(work_request_id=id)
    by = w.PromiseWork(work_request_id=id, promised_on=stage.day(13), forfeit=FORFEIT)
    yield 10, 9, 45, lead, by
    done = w.FulfilWork(work_request_id=id, result="The list is out, with all 14 loaders.")
    yield 14, 11, 20, lead, done


def question(stage: Stage) -> Iterator[Told]:
    """Put by technical support, dated, and signed by the general manager; not yet by the unit."""
    id, engineer = QUESTION, cast.ENGINEERS[WORK.station]
    asked = w.RequestWork(
        work_request_id=id,
        kind=WorkRequestKind.RD_REQUEST,
        number="W-0019",
        content=f"Why does the {WORK.fault.part.lower()} of the {model(LOADER)} fail in the cold?",
        person_id=cast.PRODUCT.id,
        latest=stage.moment(20, 18) + timedelta(days=20),
        from_department="service",
        to_department="product",
    )
    yield 20, 9, 30, cast.SUPERVISORS[WORK.station], asked
    yield 20, 11, 5, engineer, w.PutToProductUnit(work_request_id=id)
    yield 21, 10, 0, engineer, w.AgreeDate(work_request_id=id, promised_on=stage.day(38))
    yield 21, 15, 40, cast.GENERAL_MANAGER, w.ApproveWorkRequest(work_request_id=id)
