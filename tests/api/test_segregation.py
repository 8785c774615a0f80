"""Whoever has a valid token tries to get round SEG-1 to SEG-6: refused, and nothing has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.approvals import Names
from domain.claims import commands as c
from domain.claims import part_order as po
from domain.claims.commercial import commands as g
from domain.contacts.requests import commands as kc
from domain.credits.commands import AllocationWish, MatchCreditNote
from domain.messages import Actor, Role
from domain.registry.person import DelegateRole, RecordDeparture, RevokeDelegation
from domain.repairs.exchange import commands as ec
from domain.repairs.freight import FreightLeg
from domain.repairs.repair import commands as rc
from domain.vocabulary import Outcome
from recourse.bootstrap import adopt_policies
from tests.api import asking, world
from tests.api.asking import Asking
from tests.clock import NOON, Clock
from tests.contact_stories import contact_id, contact_story
from tests.databases import Databases
from tests.domain.claims.asked import request_write_off, sign_write_off
from tests.exchange_stories import (
    CORA,
    KURT,
    OLGA,
    PETRA,
    exchange_id,
    exchange_story,
    refund_story,
)
from tests.exchange_stories import sign as sign_exchange
from tests.field_stories import (
    ask_correction,
    correction_id,
    field_order_id,
    field_story,
    file_report,
)
from tests.repair_stories import counter_story, repair_id
from tests.request_stories import product_story, request_id, request_story
from tests.rules import rule
from tests.scenario import (
    ADAM,
    CHAN,
    DIVA,
    DORA,
    ENZO,
    FINN,
    GINA,
    HELEN,
    LENA,
    MAX,
    MIA,
    SAM,
    SAUL,
    STAN,
    SUSI,
    SVEN,
    SYSTEM,
    Story,
    standing_in,
)
from tests.stories import (
    MACHINE,
    PAPERS,
    STATION,
    amounts,
    attach,
    book,
    claim_id,
    claim_story,
    commercial_id,
    goodwill_story,
    judge,
    judged,
    note_id,
    part_order_id,
    part_order_story,
    partly_paid_claim,
    register_person,
    report,
    reported,
    setting,
    yuan,
)

DAY = timedelta(days=1)
LARGE = "150000.00"  # signed by service director, finance and general manager
CLAIMABLE, SIGNED, APPROVED, SUBMITTED, SIGNED_FOR_DORA, TO_SIGN_FOR_DORA = range(1, 7)
ASKED, HALF_SIGNED, WITH_PAPERS, HALF_JUDGED, SHORT_PAID, PAID = range(7, 13)
REQUESTED, ORDER_SIGNED, PLACED = 1, 2, 3
FIXED, COSIGNED, FILED = 1, 2, 3
UNPAID, PERMITTED, TO_CHECK, TO_SUPPLY = 1, 2, 3, 4
TO_REVIEW, TO_EXCUSE, TO_CORRECT, OPENED_ON_REPORT = 1, 2, 3, 13
APPLIED, COUNTERSIGNED, LET_IN, REFUND_ASKED, REFUND_SIGNED, CREDITED = range(1, 7)
DAMAGED, EXCUSED, DELIVERED, FREIGHT_SIGNED = range(7, 11)
CONTACTED, ROUTED = 51, 52
TO_APPROVE, TO_PROMISE, KEPT, QUESTION, UNDATED, SIGNED_QUESTION = range(51, 57)


# ── the world that is attacked ──────────────────────────────────────────────


def delegate(principal: Actor, role: Role, to: Actor, first: int = -1, last: int = 1) -> Any:
    since, until = NOON + first * DAY, NOON + last * DAY
    return DelegateRole(person_id=principal.id, role=role, to=to.id, since=since, until=until)


def people() -> Story:
    """Everybody stands in for somebody, so that who is tried is never refused for that."""
    story = setting()
    for name, actor in (("Gina", GINA), ("Stan", STAN), ("Helen", HELEN), ("Susi", SUSI)):
        story.tell(register_person(actor, name), ADAM)
    for wish in (
        delegate(DORA, Role.SERVICE_DIRECTOR, STAN),
        delegate(DORA, Role.SERVICE_DIRECTOR, FINN),
        delegate(DORA, Role.SERVICE_DIRECTOR, DIVA),
        delegate(DORA, Role.SERVICE_DIRECTOR, SUSI, first=-2, last=2),
        delegate(DORA, Role.SERVICE_DIRECTOR, SVEN, first=1, last=2),
        delegate(FINN, Role.FINANCE, DORA),
        delegate(GINA, Role.GENERAL_MANAGER, MIA),
        delegate(MAX, Role.CLAIMS_MANAGER, ENZO),
        delegate(MAX, Role.CLAIMS_MANAGER, HELEN),
        delegate(SAM, Role.SERVICE_SUPERVISOR, MAX),
        delegate(SAM, Role.SERVICE_SUPERVISOR, ENZO),
    ):
        story.tell(wish, ADAM)
    ended = RevokeDelegation(person_id=DORA.id, role=Role.SERVICE_DIRECTOR, to=SUSI.id)
    story.tell(register_person(LENA, "Lena"), ADAM)
    story.tell(delegate(DORA, Role.SERVICE_DIRECTOR, LENA), ADAM)
    story.tell(RecordDeparture(person_id=LENA.id, reason="moved away"), ADAM)
    return story.tell(ended, ADAM)


def claims(story: Story) -> Story:
    for number in (CLAIMABLE, SIGNED, SIGNED_FOR_DORA, TO_SIGN_FOR_DORA):
        claim_story("claimable", number, LARGE, story=story)
    story.tell(c.ApproveClaim(claim_id=claim_id(SIGNED)), DORA)
    story.tell(c.ApproveClaim(claim_id=claim_id(SIGNED_FOR_DORA)), standing_in(FINN, DORA))
    claim_story("approved", APPROVED, LARGE, story=story)
    claim_story("submitted", SUBMITTED, story=story)
    for number in (ASKED, HALF_SIGNED):
        claim_story("accepted", number, "5000.00", story=story)
        story.tell(request_write_off("2000.00", number), MIA)
    story.tell(sign_write_off(HALF_SIGNED), DORA)
    for number in (WITH_PAPERS, HALF_JUDGED):
        claim_story("with papers", number, story=story)
    story.tell(judge(HALF_JUDGED), MAX)
    claim_story("accepted", SHORT_PAID, story=story)
    short = AllocationWish(
        claim_id=claim_id(SHORT_PAID),
        amount=yuan("900.00"),
        reason="labour_hours",
        outcome=Outcome.WRITTEN_OFF,
    )
    story.tell(book(1, payable="900.00", names=()), FINN)
    story.tell(MatchCreditNote(note_id=note_id(1), allocations=(short,)), FINN)
    return partly_paid_claim(PAID, story)


def orders_and_goodwill(story: Story) -> Story:
    for number, stage in (
        (REQUESTED, "requested"),
        (ORDER_SIGNED, "requested"),
        (PLACED, "placed"),
    ):
        part_order_story(stage, number, story=story)
    story.tell(po.SignPartOrder(part_order_id=part_order_id(ORDER_SIGNED)), DORA)
    for number, stage in ((FIXED, "amount fixed"), (COSIGNED, "amount fixed"), (FILED, "filed")):
        goodwill_story(stage, number, story=story)
    return story.tell(g.SignCommercialClaim(commercial_claim_id=commercial_id(COSIGNED)), SAUL)


def repairs(story: Story) -> Story:
    for number, stage in (
        (UNPAID, "ready"),
        (PERMITTED, "ready"),
        (TO_CHECK, "finished"),
        (TO_SUPPLY, "assigned"),
    ):
        counter_story(stage, number, story)
    permit = rc.PermitUnpaidRelease(repair_order_id=repair_id(PERMITTED), reason="a hospital")
    return story.tell(permit, promoted(SUSI, Role.SERVICE_DIRECTOR))


def field_orders(story: Story) -> Story:
    """One whose report waits for review, one without a stamp, one with a time to be corrected."""
    field_story("repaired", TO_REVIEW, story).tell(file_report(TO_REVIEW), SUSI)
    field_story("repaired", TO_EXCUSE, story)
    story.tell(file_report(TO_EXCUSE, stamped=False), promoted(DIVA, Role.SERVICE_AGENT))
    field_story("report filed", TO_CORRECT, story)
    return story.tell(ask_correction(TO_CORRECT, 1), promoted(DORA, Role.SERVICE_SUPERVISOR))


def opened_on_report(story: Story) -> Story:
    """A claim that a report opened which somebody filed for the engineer."""
    id, filed_by = claim_id(OPENED_ON_REPORT), Names(person=SUSI.id)
    story.tell(reported(OPENED_ON_REPORT, reported_by=filed_by), SYSTEM)
    for paper in PAPERS:
        story.tell(attach(paper, OPENED_ON_REPORT), MIA)
    priced = c.AmendClaim(claim_id=id, report=report(), amounts=amounts(), reason="by their list")
    return story.tell(priced, MIA).tell_all(judged(OPENED_ON_REPORT))


def attacked() -> Story:
    story = repairs(orders_and_goodwill(claims(people())))
    return contacts(exchanges(opened_on_report(field_orders(story))))


def contacts(story: Story) -> Story:
    """One whose customer was contacted; requests to commerce and to a product unit."""
    contact_story("contacted", CONTACTED, story=story)
    contact_story("routed", ROUTED, story=story)
    for number, step in ((TO_APPROVE, "requested"), (TO_PROMISE, "approved"), (KEPT, "promised")):
        request_story(step, number, story)
    for number, step in ((QUESTION, "agreed"), (UNDATED, "put"), (SIGNED_QUESTION, "approved")):
        product_story(step, number, story)
    return story.tell(kc.ApproveWorkRequest(work_request_id=request_id(UNDATED)), GINA)


def exchanges(story: Story) -> Story:
    for number, stage in (
        (APPLIED, "applied"),
        (COUNTERSIGNED, "applied"),
        (LET_IN, "received"),
        (DAMAGED, "charged"),
        (EXCUSED, "confirmed"),
        (DELIVERED, "delivered"),
        (FREIGHT_SIGNED, "delivered"),
    ):
        exchange_story(stage, number, story)
    story.tell(sign_exchange(COUNTERSIGNED), CHAN)
    permitted = ec.PermitUnpaidReplacement(exchange_id=exchange_id(EXCUSED), reason="a hospital")
    story.tell(permitted, promoted(SUSI, Role.SERVICE_DIRECTOR))
    signed = ec.SignExchangeFreight(exchange_id=exchange_id(FREIGHT_SIGNED), leg=FreightLeg.BACK)
    story.tell(signed, OLGA)
    for number in (REFUND_ASKED, REFUND_SIGNED):
        refund_story("refund asked", number, story)
    story.tell(sign_exchange(REFUND_SIGNED), PETRA)
    return refund_story("refunded", CREDITED, story)


@pytest.fixture(scope="module")
def office(databases: Databases, directory: Path) -> Iterator[Asking]:
    clock = Clock()
    with databases.new() as database, asking.program(database, directory, clock) as program:
        world.fill(program.log, clock, attacked().happened)
        clock.now = max(NOON, clock.now)
        adopt_policies(program)
        with asking.following(program), asking.asking(program) as api:
            yield api


# ── attempts ────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Attempt:
    """A command by somebody with a valid token, perhaps standing in for another."""

    mutation: str
    of: tuple[str, UUID]
    by: Actor
    facts: dict[str, Any] = field(default_factory=dict)

    def made(self, api: Asking) -> Any:
        """The answer to it."""
        owned = {} if self.by.station is None else {"station": self.by.station}
        asking = api.as_(*self.by.roles, person=self.by.id, **owned)
        principal = self.by.on_behalf_of
        given = {"onBehalfOf": str(principal)} if principal else {}
        key, id = self.of
        return asking.do(self.mutation, {key: str(id), **self.facts}, **given)


def promoted(actor: Actor, *roles: Role) -> Actor:
    """The same person, whose token says that they have these roles too."""
    return Actor(actor.id, actor.roles | {*roles}, actor.station)


def claim(mutation: str, number: int, by: Actor, **facts: Any) -> Attempt:
    return Attempt(mutation, ("claimId", claim_id(number)), by, facts)


def order(mutation: str, number: int, by: Actor, **facts: Any) -> Attempt:
    return Attempt(mutation, ("partOrderId", part_order_id(number)), by, facts)


def goodwill(mutation: str, number: int, by: Actor, **facts: Any) -> Attempt:
    return Attempt(mutation, ("commercialClaimId", commercial_id(number)), by, facts)


def deputy(mutation: str, of: Actor, by: Actor, *, to: Actor) -> Attempt:
    """About standing in for a person as service director."""
    facts: dict[str, Any] = {"role": "SERVICE_DIRECTOR", "to": str(to.id)}
    if mutation == "delegateRole":
        facts |= {"since": NOON.isoformat(), "until": (NOON + DAY).isoformat()}
    return Attempt(mutation, ("personId", of.id), by, facts)


def work(mutation: str, number: int, by: Actor, **facts: Any) -> Attempt:
    return Attempt(mutation, ("workRequestId", request_id(number)), by, facts)


def contact(mutation: str, number: int, by: Actor, **facts: Any) -> Attempt:
    return Attempt(mutation, ("contactId", contact_id(number)), by, facts)


def repair(mutation: str, number: int, by: Actor, **facts: Any) -> Attempt:
    return Attempt(mutation, ("repairOrderId", repair_id(number)), by, facts)


def field_order(mutation: str, number: int, by: Actor, **facts: Any) -> Attempt:
    return Attempt(mutation, ("fieldOrderId", field_order_id(number)), by, facts)


def exchange(mutation: str, number: int, by: Actor, **facts: Any) -> Attempt:
    return Attempt(mutation, ("exchangeId", exchange_id(number)), by, facts)


DIRECTOR, FINANCE, SUPERVISOR = Role.SERVICE_DIRECTOR, Role.FINANCE, Role.SERVICE_SUPERVISOR
WHY = {"reason": "signed the wrong one"}
MANAGER = Actor(HELEN.id, frozenset({Role.STATION_MANAGER, DIRECTOR, Role.SALES_DIRECTOR}), STATION)
PAYMENT = {"amount": {"amount": "170.00", "currency": "CNY"}, "reference": "till 3"}
CHANNEL, PRODUCT, SALES = Role.CHANNEL_DEPT, Role.PRODUCT_DEPT, Role.SALES_DIRECTOR
BACK = {"leg": "BACK"}
SHIPPED = {"replacementSerial": "356-8", "carrier": "SF", "trackingNumber": "SF-77"}
DAMAGE = {"amount": {"amount": "120.00", "currency": "CNY"}, "reference": "till 3"}
PROMISED = {"promisedOn": "2026-03-09", "forfeit": {"about": "lunch for the desk"}}
SOUND = {"passed": True, "findings": "sound"}
ACCEPTED = {"accepted": True}
SEALS = {"parts": [{"number": "P-77", "name": "seal", "quantity": 1}]}
TO_CORRECTED = {"correctionId": str(correction_id(1))}
JUDGES = {"claimable": True, "reason": "within terms"}

ATTEMPTS = {
    "SEG-1": {
        "who asked for work approves it": work(
            "approveWorkRequest", TO_APPROVE, promoted(SAM, DIRECTOR)
        ),
        "who asked a product unit signs": work(
            "approveWorkRequest", QUESTION, promoted(SUSI, Role.GENERAL_MANAGER)
        ),
        "who asked for work promises it": work(
            "promiseWork", TO_PROMISE, promoted(SAM, Role.COMMERCE_DEPT), **PROMISED
        ),
        "who spoke to the customer confirms it": contact(
            "confirmSpokenTo", CONTACTED, promoted(SAM, Role.HOTLINE_AGENT), happened=True
        ),
        "who opened a claim approves it": claim("approveClaim", 1, promoted(STAN, DIRECTOR)),
        "or for the director": claim("approveClaim", 1, standing_in(STAN, DORA)),
        "who judged it approves it": claim("approveClaim", 1, promoted(SAM, DIRECTOR)),
        "or has it approved": claim("approveClaim", 1, standing_in(HELEN, MAX)),
        "who did the work approves it": claim("approveClaim", 1, promoted(ENZO, DIRECTOR)),
        "who asked for a write-off signs": claim("approveWriteOff", ASKED, promoted(MIA, DIRECTOR)),
        "or for another": claim("approveWriteOff", ASKED, standing_in(MIA, GINA)),
        "who decided a difference writes it off": claim(
            "approveWriteOff", SHORT_PAID, promoted(FINN, Role.CLAIMS_MANAGER)
        ),
        "who asked for parts signs": order("signPartOrder", 1, promoted(STAN, DIRECTOR)),
        "or for the director, parts": order("signPartOrder", 1, standing_in(STAN, DORA)),
        "who fixed the amount signs": goodwill(
            "signCommercialClaim", FIXED, promoted(MAX, Role.SALES_DIRECTOR)
        ),
        "who applied signs": goodwill(
            "signCommercialClaim", FIXED, promoted(DIVA, Role.SALES_DIRECTOR)
        ),
        "who permitted an unpaid release releases": repair("releaseItem", PERMITTED, SUSI),
        "who filed the report that opened a claim": claim(
            "approveClaim", OPENED_ON_REPORT, promoted(SUSI, DIRECTOR)
        ),
        "who did the work that opened it": claim(
            "approveClaim", OPENED_ON_REPORT, promoted(ENZO, DIRECTOR)
        ),
        "who filed a report accepts it": field_order(
            "reviewFieldReport", TO_REVIEW, promoted(SUSI, SUPERVISOR), **ACCEPTED
        ),
        "or for the supervisor": field_order(
            "reviewFieldReport", TO_REVIEW, standing_in(ENZO, SAM), **ACCEPTED
        ),
        "who filed it without a stamp excuses that": field_order(
            "excuseMissingSignature", TO_EXCUSE, DIVA, **WHY
        ),
        "who asked for another time grants it": field_order(
            "signNodeCorrection", TO_CORRECT, DORA, **TO_CORRECTED
        ),
        "or has it granted": field_order(
            "signNodeCorrection", TO_CORRECT, standing_in(STAN, DORA), **TO_CORRECTED
        ),
        "who applied for an exchange signs": exchange(
            "signExchange", APPLIED, promoted(SUSI, CHANNEL)
        ),
        "or declines it": exchange("declineExchange", APPLIED, promoted(SUSI, CHANNEL), **WHY),
        "who asked for a refund signs": exchange(
            "signExchange", REFUND_ASKED, promoted(SUSI, PRODUCT)
        ),
        "who recorded freight signs": exchange(
            "signExchangeFreight", DELIVERED, promoted(KURT, SALES), **BACK
        ),
        "who excused the damage ships": exchange(
            "shipReplacement", EXCUSED, promoted(SUSI, Role.STOREKEEPER), **SHIPPED
        ),
    },
    "SEG-2": {
        "a manager approves their claim": claim("approveClaim", 1, MANAGER),
        "signs their write-off": claim("approveWriteOff", ASKED, MANAGER),
        "orders their parts": order("signPartOrder", 1, MANAGER),
        "signs goodwill": goodwill("signCommercialClaim", FIXED, MANAGER),
        "excuses a payment": repair("permitUnpaidRelease", UNPAID, MANAGER, **WHY),
        "books a payment": repair(
            "recordRepairPayment", UNPAID, promoted(MANAGER, FINANCE), **PAYMENT
        ),
        "hands out parts": repair(
            "issueRepairParts", TO_SUPPLY, promoted(MANAGER, Role.STOREKEEPER), **SEALS
        ),
        "approves a claim that a report opened": claim("approveClaim", OPENED_ON_REPORT, MANAGER),
        "signs an exchange": exchange("signExchange", APPLIED, promoted(MANAGER, CHANNEL)),
        "signs for freight": exchange("signExchangeFreight", FREIGHT_SIGNED, MANAGER, **BACK),
        "books damage": exchange(
            "recordDamagePayment", DAMAGED, promoted(MANAGER, FINANCE), **DAMAGE
        ),
        "excuses damage": exchange("permitUnpaidReplacement", DAMAGED, MANAGER, **WHY),
    },
    "SEG-4": {
        "the receiving side promises at once": work("promiseWork", TO_APPROVE, CORA, **PROMISED),
        "the product unit signs first": work("promiseWork", QUESTION, PETRA, **PROMISED),
        "another head approves": work("approveWorkRequest", TO_APPROVE, CORA),
        "who approved promises": work(
            "promiseWork", TO_PROMISE, promoted(DORA, Role.COMMERCE_DEPT), **PROMISED
        ),
        "the general manager for the product unit": work(
            "promiseWork", SIGNED_QUESTION, promoted(GINA, Role.PRODUCT_DEPT), **PROMISED
        ),
        "the general manager corrects a time at once": field_order(
            "signNodeCorrection", TO_CORRECT, GINA, **TO_CORRECTED
        ),
        "finance before the director": claim("approveClaim", 1, FINN),
        "the general manager at once": claim("approveClaim", 1, GINA),
        "finance writes off first": claim("approveWriteOff", ASKED, FINN),
        "finance orders first": order("signPartOrder", 1, FINN),
        "the general manager grants it": goodwill("signCommercialClaim", FIXED, GINA),
        "the same person in another role": claim("approveClaim", SIGNED, promoted(DORA, FINANCE)),
        "the same person for another": claim("approveClaim", SIGNED, standing_in(DORA, FINN)),
        "another for the same person": claim("approveClaim", SIGNED, standing_in(FINN, DORA)),
        "who signed for another": claim("approveClaim", SIGNED_FOR_DORA, FINN),
        "who was signed for": claim("approveClaim", SIGNED_FOR_DORA, promoted(DORA, FINANCE)),
        "a write-off twice": claim("approveWriteOff", HALF_SIGNED, promoted(DORA, FINANCE)),
        "a write-off twice for another": claim(
            "approveWriteOff", HALF_SIGNED, standing_in(DORA, FINN)
        ),
        "an order twice": order("signPartOrder", ORDER_SIGNED, promoted(DORA, FINANCE)),
        "an order twice for another": order("signPartOrder", ORDER_SIGNED, standing_in(DORA, FINN)),
        "the product department first": exchange("signExchange", APPLIED, PETRA),
        "finance refunds first": exchange("signExchange", REFUND_ASKED, FINN),
        "an exchange twice": exchange("signExchange", COUNTERSIGNED, promoted(CHAN, PRODUCT)),
        "a refund twice": exchange("signExchange", REFUND_SIGNED, promoted(PETRA, FINANCE)),
        "sales before the store": exchange("signExchangeFreight", DELIVERED, SAUL, **BACK),
        "both sides of the freight": exchange(
            "signExchangeFreight", FREIGHT_SIGNED, promoted(OLGA, SALES), **BACK
        ),
        "goodwill twice": goodwill("signCommercialClaim", COSIGNED, promoted(SAUL, SUPERVISOR)),
        "two seats": claim(
            "judgeClaim", HALF_JUDGED, Actor(MAX.id, frozenset({SUPERVISOR})), **JUDGES
        ),
        "two seats for another": claim("judgeClaim", HALF_JUDGED, standing_in(MAX, SAM), **JUDGES),
    },
    "SEG-5": {
        "an approval after the promise": work("revokeWorkRequestSignature", KEPT, DORA, **WHY),
        "a promise": work("revokeWorkRequestSignature", KEPT, CORA, **WHY),
        "after the next signed": claim("revokeSignature", APPROVED, DORA, **WHY),
        "or for the director": claim("revokeSignature", APPROVED, standing_in(DIVA, DORA), **WHY),
        "after submission": claim("revokeSignature", SUBMITTED, DORA, **WHY),
        "another's": claim("revokeSignature", SIGNED, FINN, **WHY),
        "another's write-off": claim("revokeWriteOffSignature", HALF_SIGNED, FINN, **WHY),
        "after parts were ordered": order("revokePartOrderSignature", PLACED, FINN, **WHY),
        "after it was filed": goodwill("revokeCommercialSignature", FILED, GINA, **WHY),
        "after the goods came": exchange("revokeExchangeSignature", LET_IN, PETRA, **WHY),
        "after the money was credited": exchange("revokeExchangeSignature", CREDITED, FINN, **WHY),
        "an acceptance that was paid": claim("revokeAcceptance", PAID, MIA, **WHY),
    },
    "CON-2": {
        "who is not in charge speaks for who is": contact(
            "speakToCustomer", ROUTED, SUSI, result="told them"
        ),
    },
    "CON-7": {
        "the product unit signs without a date": work("promiseWork", UNDATED, PETRA, **PROMISED),
    },
    "SEG-6": {
        "another's role to oneself": deputy("delegateRole", DORA, SUSI, to=SUSI),
        "or as their delegate": deputy("delegateRole", DORA, standing_in(FINN, DORA), to=SUSI),
        "a role that one has not": deputy("delegateRole", FINN, FINN, to=SUSI),
        "a role to who left": deputy("delegateRole", DORA, DORA, to=LENA),
        "the end of another's delegation": deputy("revokeDelegation", DORA, FINN, to=STAN),
        "the end of what ended": deputy("revokeDelegation", DORA, DORA, to=SUSI),
    },
    "CLM-4": {
        "who did the work judges": claim(
            "judgeClaim", WITH_PAPERS, promoted(ENZO, Role.CLAIMS_MANAGER), **JUDGES
        ),
        "or for a judge": claim("judgeClaim", WITH_PAPERS, standing_in(ENZO, MAX), **JUDGES),
    },
    "REP-7": {
        "an unpaid repair leaves": repair("releaseItem", UNPAID, SUSI),
        "also if the supervisor says so": repair("releaseItem", UNPAID, SAM),
        "more is paid than the damage": exchange("recordDamagePayment", DAMAGED, FINN, **PAYMENT),
    },
    "EXC-1": {
        "goods come before the approval": exchange(
            "receiveFaultyGoods", COUNTERSIGNED, KURT, condition="in its box"
        ),
    },
    "REP-8": {
        "who repaired checks": repair(
            "checkQuality", TO_CHECK, promoted(ENZO, Role.QUALITY_INSPECTOR), **SOUND
        ),
        "or for an inspector": repair("checkQuality", TO_CHECK, standing_in(ENZO, SAM), **SOUND),
    },
    "Forbidden": {
        "for one who did not ask": claim("approveClaim", 1, standing_in(HELEN, DORA)),
        "after the delegation ended": claim("approveClaim", 1, standing_in(SUSI, DORA)),
        "after the delegate left": claim("approveClaim", 1, standing_in(LENA, DORA)),
        "before it begins": claim("approveClaim", 1, standing_in(SVEN, DORA)),
        "in another role": claim("approveWriteOff", ASKED, standing_in(ENZO, GINA)),
        "a report, after the delegation ended": field_order(
            "reviewFieldReport", TO_REVIEW, standing_in(SUSI, DORA), **ACCEPTED
        ),
        "a repair, before it begins": repair(
            "permitUnpaidRelease", UNPAID, standing_in(SVEN, DORA), **WHY
        ),
        "a warranty, by hand": Attempt(
            "recordOutOfUse", ("equipmentId", MACHINE), DORA, {"orderId": str(MACHINE)}
        ),
        "without any role": order("signPartOrder", 1, Actor(DORA.id, frozenset({Role.AUDITOR}))),
    },
}
CASES = [
    pytest.param(rule, attempt, id=f"{rule}: {name}")
    for rule, attempts in ATTEMPTS.items()
    for name, attempt in attempts.items()
]


@rule("SEG-1", "SEG-2", "SEG-4", "SEG-5", "SEG-6")
@pytest.mark.parametrize(("rule", "attempt"), CASES)
def test_an_attempt_is_refused_by_its_rule_and_changes_nothing(
    office: Asking, rule: str, attempt: Attempt
) -> None:
    before = office.program.log.last()
    answer = attempt.made(office)
    assert (answer["__typename"], answer.get("rule")) == ("Problem", rule), answer
    assert office.program.log.last() == before


# ── what is allowed ─────────────────────────────────────────────────────────

SIGNATURES = """query ($id: UUID!, $after: Position) {
  claim(claimId: $id, minPosition: $after) {
    signatures { role person onBehalfOf }
    history(types: [ClaimSigned], last: 1) { edges { node {
      actor onBehalfOf ... on ClaimSigned { signature { role person onBehalfOf } }
    } } }
  }
}"""


@rule("SEG-6")
def test_a_delegates_signature_shows_both_names_wherever_it_is_shown(office: Asking) -> None:
    receipt = claim("approveClaim", TO_SIGN_FOR_DORA, standing_in(FINN, DORA)).made(office)
    assert receipt["__typename"] == "Receipt", receipt
    asked = {"id": str(claim_id(TO_SIGN_FOR_DORA)), "after": receipt["position"]}
    shown = office.as_(Role.AUDITOR).ask(SIGNATURES, **asked)["claim"]
    both = {"person": str(FINN.id), "onBehalfOf": str(DORA.id)}
    signature = {"role": "SERVICE_DIRECTOR", **both}
    assert shown["signatures"] == [signature]
    [edge] = shown["history"]["edges"]
    assert edge["node"] == {
        "actor": str(FINN.id),
        "onBehalfOf": str(DORA.id),
        "signature": signature,
    }


@rule("SEG-5")
def test_the_last_signature_is_taken_back_and_may_be_given_again(office: Asking) -> None:
    revoked = claim("revokeSignature", SIGNED, DORA, **WHY).made(office)
    assert revoked["__typename"] == "Receipt", revoked
    again = claim("approveClaim", SIGNED, DORA).made(office)
    assert again["__typename"] == "Receipt", again
