"""Stories of work requests between departments (CON-5, CON-7)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from domain.approvals import Names, Signature
from domain.contacts.requests import commands as c
from domain.contacts.requests.state import WorkRequest, WorkRequestStage
from domain.messages import Actor, Command, Role, Stream
from domain.vocabulary import WorkRequestKind
from tests.clock import NOON
from tests.contact_stories import contact_id
from tests.exchange_stories import CORA, PETRA
from tests.scenario import DORA, ENZO, FINN, GINA, SAM, SUSI, Scenario, Story, given, person_id
from tests.stories import setting, yuan

Told = tuple[Command, Actor]
MONDAY = date(2026, 3, 9)
FORFEIT = c.Forfeit(about="half a day of the commerce lead", amount=yuan("200.00"))
GUS = Actor(person_id(40), frozenset({Role.GM_ASSISTANT}))
LISTED = (Role.SERVICE_DIRECTOR, Role.PRODUCT_DEPT, Role.GENERAL_MANAGER)


def request_id(number: int = 1) -> UUID:
    return UUID(int=0x3E_0000_0000 + number)


def request_work(number: int = 1, **changes: Any) -> c.RequestWork:
    fields: dict[str, Any] = {
        "work_request_id": request_id(number),
        "kind": WorkRequestKind.GENERAL,
        "number": f"W-{number}",
        "content": "a price list for seal kits",
        "person_id": FINN.id,
        "latest": NOON + timedelta(days=5),
        "from_department": "service",
        "to_department": "commerce",
        "contact_id": contact_id(),
    }
    return c.RequestWork(**fields | changes)


def ask_product_unit(number: int = 1, **changes: Any) -> c.RequestWork:
    to = {"kind": WorkRequestKind.RD_REQUEST, "to_department": "product", "person_id": ENZO.id}
    return request_work(number, **to | {"content": "why does the seal fail?"} | changes)


def report_incident(number: int = 1, **changes: Any) -> c.RequestWork:
    known = {"kind": WorkRequestKind.QUALITY_INCIDENT, "known_at": NOON}
    return request_work(number, **known | {"content": "three seals failed"} | changes)


def wish(kind: type[c.WorkRequestCommand], number: int = 1, **facts: Any) -> Any:
    return kind(work_request_id=request_id(number), **facts)


def promise(number: int = 1, **changes: Any) -> c.PromiseWork:
    facts: dict[str, Any] = {"promised_on": MONDAY, "forfeit": FORFEIT}
    return c.PromiseWork(work_request_id=request_id(number), **facts | changes)


ID = request_id()
STREAM = Stream(WorkRequest.kind, ID)
APPROVE = wish(c.ApproveWorkRequest)
REVOKE = wish(c.RevokeWorkRequestSignature, reason="the wrong form")
DECLINE = wish(c.DeclineWorkRequest, reason="not ours to do")
WITHDRAW = wish(c.WithdrawWorkRequest, reason="found it")
PUT = wish(c.PutToProductUnit)
NEEDLESS = wish(c.RefuseNeedlessRequest, reason="it is in the manual")
AGREE = wish(c.AgreeDate, promised_on=MONDAY)
DISPUTE = wish(c.DisputeRequest, about="whose seal it is")
SETTLE = wish(c.SettleDispute, outcome="the product unit looks")
FULFIL = wish(c.FulfilWork, result="the list is out")
ENFORCE = wish(c.EnforceForfeit)
TOLD = wish(c.ReportQualityIncident, told=LISTED)


def by(actor: Actor) -> Names:
    return Names(person=actor.id)


def signed(actor: Actor, role: Role) -> Signature:
    return Signature(person=actor.id, role=role)


def asked(story: Story) -> Scenario:
    return given(story.histories)


def stage(story: Story) -> WorkRequestStage | None:
    found: WorkRequest = story.state(WorkRequest, ID)
    return found.stage


def steps_of_request(number: int = 1) -> Iterable[tuple[str, list[Told]]]:
    """What leads a general request to its end."""
    yield "requested", [(request_work(number), SAM)]
    yield "approved", [(wish(c.ApproveWorkRequest, number), DORA)]
    yield "promised", [(promise(number), CORA)]
    yield "done", [(wish(c.FulfilWork, number, result="the list is out"), CORA)]


def steps_of_product_question(number: int = 1) -> Iterable[tuple[str, list[Told]]]:
    """What leads a request to a product unit to its end."""
    yield "requested", [(ask_product_unit(number), SUSI)]
    yield "put", [(wish(c.PutToProductUnit, number), ENZO)]
    yield "agreed", [(wish(c.AgreeDate, number, promised_on=MONDAY), ENZO)]
    yield "approved", [(wish(c.ApproveWorkRequest, number), GINA)]
    yield "promised", [(promise(number), PETRA)]
    yield "done", [(wish(c.FulfilWork, number, result="another rubber"), PETRA)]


def upto(steps: Iterable[tuple[str, list[Told]]], last: str, story: Story | None = None) -> Story:
    """The story up to a step, all at NOON."""
    story = story or setting()
    for step, told in steps:
        story.tell_all(told)
        if step == last:
            return story
    raise ValueError(f"There is no step {last!r}.")


def request_story(last: str = "done", number: int = 1, story: Story | None = None) -> Story:
    return upto(steps_of_request(number), last, story)


def product_story(last: str = "done", number: int = 1, story: Story | None = None) -> Story:
    return upto(steps_of_product_question(number), last, story)


# ── random histories ────────────────────────────────────────────────────────

NUMBERS = (31, 32, 33)


def script(number: int) -> Iterable[Told]:
    """What usually happens: a general request, a quality incident, a request to a product unit."""
    steps = steps_of_product_question(number) if number == NUMBERS[2] else steps_of_request(number)
    for step, told in steps:
        if step == "requested" and number == NUMBERS[1]:
            yield report_incident(number), SAM
            yield wish(c.ReportQualityIncident, number, told=LISTED), SAM
        else:
            yield from told


def request_wish(random: Random) -> Told:
    """Something wished of a work request, by somebody who may wish it."""
    number = random.choice(NUMBERS)
    wishes: list[Told] = [
        (request_work(number), SAM),
        (wish(c.RefuseNeedlessRequest, number, reason="it is in the manual"), ENZO),
        (wish(c.AgreeDate, number, promised_on=MONDAY), ENZO),
        (wish(c.ApproveWorkRequest, number), random.choice([DORA, GINA, GUS])),
        (wish(c.RevokeWorkRequestSignature, number, reason="unsure"), random.choice([DORA, GINA])),
        (wish(c.DeclineWorkRequest, number, reason="no"), random.choice([DORA, CORA])),
        (promise(number), random.choice([CORA, PETRA])),
        (wish(c.DisputeRequest, number, about="whose seal"), random.choice([PETRA, ENZO])),
        (wish(c.SettleDispute, number, outcome="the product unit looks"), GUS),
        (wish(c.WithdrawWorkRequest, number, reason="found it"), SAM),
        (wish(c.FulfilWork, number, result="done"), CORA),
        (wish(c.EnforceForfeit, number), DORA),
    ]
    return random.choice(wishes)
