"""Stories of contacts: from the first call to the end (CON-1 to CON-6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from domain.contacts import commands as c
from domain.contacts.inquiry_counts import DeliverWeeklyInquiries, InquiryCount
from domain.contacts.standard_answer import KeepStandardAnswer, WithdrawStandardAnswer, id_of
from domain.messages import Actor, Command
from domain.repairs.field.commands import ReportFault
from domain.vocabulary import ContactCategory, ContactChannel
from tests.field_stories import report_fault
from tests.scenario import ADAM, DORA, HELEN, SAM, SUSI, Story
from tests.stories import CUSTOMER, MACHINE, STATION, TODAY, setting, yuan

Told = tuple[Command, Actor]
ORDERS = 900
"""Field orders that contacts lead to are numbered from here."""

LEAFLET = "The seal kit is in the price list of 2026, page 12."


def contact_id(number: int = 1) -> UUID:
    return UUID(int=0xCA_0000 + number)


def opportunity_id(number: int = 1) -> UUID:
    return UUID(int=0x0B_0000_0000 + number)


def log_contact(number: int = 1, **changes: Any) -> c.LogContact:
    fields: dict[str, Any] = {
        "contact_id": contact_id(number),
        "channel": ContactChannel.HOTLINE,
        "caller": "Wang Fang",
        "organisation": "Northern Quarries",
        "phone": "+86 10 5555 0101",
        "reason": "the pump leaks",
        "product": "EX-200 excavator",
        "need": "somebody to come",
        "customer_id": CUSTOMER,
        "equipment_id": MACHINE,
        "station_id": STATION,
    }
    return c.LogContact(**fields | changes)


def log_stranger(number: int = 1, **changes: Any) -> c.LogContact:
    """Of somebody who is not registered with us."""
    unknown = {"customer_id": None, "equipment_id": None, "caller": "Wang Min"}
    return log_contact(number, **unknown | changes)


def miss_call(number: int = 1, **changes: Any) -> c.LogMissedCall:
    fields: dict[str, Any] = {
        "contact_id": contact_id(number),
        "phone": "+86 10 5555 0101",
        "station_id": STATION,
    }
    return c.LogMissedCall(**fields | changes)


def about(kind: type[c.ContactCommand], number: int = 1, **facts: Any) -> Any:
    return kind(contact_id=contact_id(number), **facts)


def classify(category: ContactCategory, number: int = 1) -> c.ClassifyContact:
    return c.ClassifyContact(contact_id=contact_id(number), category=category)


def route(number: int = 1, to: Actor = SAM) -> c.RouteContact:
    return c.RouteContact(contact_id=contact_id(number), person_id=to.id)


def speak(number: int = 1) -> c.SpeakToCustomer:
    return c.SpeakToCustomer(contact_id=contact_id(number), result="an engineer comes tomorrow")


def confirm(number: int = 1, *, happened: bool = True) -> c.ConfirmSpokenTo:
    return c.ConfirmSpokenTo(contact_id=contact_id(number), happened=happened)


def answer(number: int = 1, text: str | None = LEAFLET, **changes: Any) -> c.AnswerInquiry:
    return c.AnswerInquiry(contact_id=contact_id(number), answer=text, **changes)


def refer(number: int = 1, department: str = "commerce") -> c.ReferInquiry:
    return c.ReferInquiry(
        contact_id=contact_id(number), department=department, reason="asks for a discount"
    )


def find_opportunity(number: int = 1, **changes: Any) -> c.RecordOpportunity:
    fields: dict[str, Any] = {
        "contact_id": contact_id(number),
        "opportunity_id": opportunity_id(number),
        "about": "a second excavator",
        "estimate": yuan("900000.00"),
    }
    return c.RecordOpportunity(**fields | changes)


def follow_opportunity(number: int = 1, **changes: Any) -> c.FollowUpOpportunity:
    fields: dict[str, Any] = {
        "contact_id": contact_id(number),
        "opportunity_id": opportunity_id(number),
        "result": "wants an offer",
    }
    return c.FollowUpOpportunity(**fields | changes)


def order(number: int = 1) -> ReportFault:
    """The field order that a contact leads to."""
    return report_fault(ORDERS + number, contact_id=contact_id(number))


def close(number: int = 1) -> c.CloseContact:
    return c.CloseContact(contact_id=contact_id(number), outcome="order FO-1")


def deliver_week(*, day: date = TODAY, to: Actor = DORA, **numbers: int) -> DeliverWeeklyInquiries:
    """The counts of the inquiries of the week of a day: so many of each category."""
    counts = tuple(
        InquiryCount(category=ContactCategory(category), inquiries=number)
        for category, number in numbers.items()
    )
    return DeliverWeeklyInquiries(week=day, counts=counts, delivered_to=(to.id,))


def steps_of_contact(
    number: int = 1, category: ContactCategory = ContactCategory.TECHNICAL_SERVICE, **changes: Any
) -> Iterable[tuple[str, list[Told]]]:
    """What leads a contact to its end, step by step."""
    yield "logged", [(log_contact(number, **changes), HELEN)]
    yield "classified", [(classify(category, number), HELEN)]
    yield "routed", [(route(number), HELEN)]
    yield "contacted", [(speak(number), SAM)]
    yield "confirmed", [(confirm(number), HELEN)]
    if category is ContactCategory.TECHNICAL_SERVICE:
        yield "ordered", [(order(number), HELEN)]
    if category.is_inquiry:
        yield "answered", [(answer(number), SAM)]
    yield "closed", [(close(number), HELEN)]


def contact_story(
    upto: str = "closed",
    number: int = 1,
    category: ContactCategory = ContactCategory.TECHNICAL_SERVICE,
    story: Story | None = None,
    **changes: Any,
) -> Story:
    """A contact up to a step, all at NOON."""
    story = story or setting()
    for step, told in steps_of_contact(number, category, **changes):
        story.tell_all(told)
        if step == upto:
            return story
    raise ValueError(f"There is no step {upto!r}.")


# ── random histories ────────────────────────────────────────────────────────

NUMBERS = (1, 31, 32)
STAFF = (HELEN, SUSI, SAM)


def script(number: int) -> Iterable[Told]:
    """What usually happens: of three contacts the second is an inquiry, the third a missed call."""
    if number == NUMBERS[2]:
        yield miss_call(number), HELEN
        yield about(c.ReturnCall, number, reached=True), HELEN
        yield log_stranger(number), HELEN
    inquiry = number == NUMBERS[1]
    category = ContactCategory.PRICE_INQUIRY if inquiry else ContactCategory.TECHNICAL_SERVICE
    for step, told in steps_of_contact(number, category):
        if step == "closed" and inquiry:
            yield find_opportunity(number), SAM
            yield follow_opportunity(number), SAM
        yield from told


def contact_wish(random: Random) -> Told:
    """Something wished of a contact, or of an answer, by somebody who may wish it."""
    number = random.choice(NUMBERS)
    wishes: list[Told] = [
        (log_contact(number), random.choice(STAFF)),
        (log_stranger(number), random.choice(STAFF)),
        (miss_call(number, called_person_id=SAM.id), SUSI),
        (about(c.ReturnCall, number, reached=random.random() < 0.5), SUSI),
        (about(c.IdentifyCaller, number, customer_id=CUSTOMER), SUSI),
        (about(c.EraseCaller, number, legal_basis="GDPR 17"), ADAM),
        (classify(random.choice(list(ContactCategory)), number), SUSI),
        (route(number), HELEN),
        (speak(number), SAM),
        (confirm(number, happened=random.random() < 0.5), HELEN),
        (answer(number, random.choice([LEAFLET, "Ask your dealer."])), SAM),
        (answer(number, None, standard_answer_id=id_of(LEAFLET)), SUSI),
        (refer(number), SUSI),
        (find_opportunity(number), SUSI),
        (follow_opportunity(number, won=random.choice([True, False, None])), SUSI),
        (about(c.DropContact, number, reason="wrong number"), HELEN),
        (KeepStandardAnswer(text=LEAFLET, category=ContactCategory.PRICE_INQUIRY), HELEN),
        (WithdrawStandardAnswer(standard_answer_id=id_of(LEAFLET), reason="old"), HELEN),
        (deliver_week(day=TODAY - timedelta(weeks=random.randint(1, 3))), HELEN),
    ]
    return random.choice(wishes)
