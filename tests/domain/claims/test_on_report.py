"""A claim that the report of an order opens (CLM-1): what it carries over, and when it cannot."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.approvals import ApproverPrepared, Names
from domain.claims import commands as c
from domain.claims.events import ClaimAmended, ClaimOpened, PaperAttached
from domain.claims.refusals import (
    ClaimNotFound,
    DatesDisagree,
    NothingClaimed,
    NotRegisteredWithUs,
    OpenedOnAnotherReport,
)
from domain.claims.state import Claim
from domain.messages import Actor, Forbidden, Role
from domain.registry.station import StationNotFound
from domain.vocabulary import ClaimKind, PaperKind
from tests.field_stories import field_order_id
from tests.rules import rule
from tests.scenario import DORA, ENZO, MAX, MIA, SAM, STAN, SYSTEM, Story, given
from tests.stories import (
    COMPLETED,
    CUSTOMER,
    FAILED,
    MACHINE,
    MAKER,
    amounts,
    attach,
    claim_id,
    file_of,
    open_claim,
    report,
    reported,
    setting,
    yuan,
)

FIELD_ORDER = field_order_id()
BY_ENZO = Names(person=ENZO.id)
SEAL = c.PartListed(number="P-77", name="seal", quantity=2)
[SLIP] = reported().papers


def opened(**changes: Any) -> Story:
    return setting().tell(reported(**changes), SYSTEM)


def events(story: Story, number: int = 1) -> list[Any]:
    return list(story.events(reported(number).stream))


def claim(story: Story) -> Claim:
    return story.state(Claim, claim_id())


def amended(**changes: Any) -> c.AmendClaim:
    fields = {"report": report(), "amounts": amounts(), "reason": "priced by the maker's list"}
    return c.AmendClaim(claim_id=claim_id(), **fields | changes)


@rule("CLM-4")
def test_who_worked_on_a_later_visit_is_known_from_the_report_that_is_filed_again() -> None:
    story = opened(worked_by={ENZO.id}).tell(reported(worked_by={ENZO.id, MAX.id}), SYSTEM)
    last = events(story)[-1]
    assert isinstance(last, ClaimAmended) and last.worked_by == (MAX.id,)
    assert claim(story).done_by == {ENZO.id, MAX.id}
    story.so_far().when(reported(worked_by={MAX.id}), actor=SYSTEM).then_nothing()


# ── opening ─────────────────────────────────────────────────────────────────


@rule("CLM-1")
@rule("CLM-2")
def test_parts_and_papers_are_carried_over_and_nothing_is_asked_for_yet() -> None:
    first, paper = events(opened())
    assert isinstance(first, ClaimOpened)
    assert (first.number, first.order_reference) == ("C-FO-1", "FO-1")
    assert (first.field_order_id, first.repair_order_id) == (FIELD_ORDER, None)
    assert (first.manufacturer_id, first.equipment_id) == (MAKER, MACHINE)
    assert (first.report, first.total) == (report(), yuan("0"))
    [part] = first.amounts.parts
    assert (part.number, part.name, part.quantity) == ("P-77", "seal", 2)
    assert first.opened_by == BY_ENZO
    assert paper == PaperAttached(
        paper=SLIP.paper, sha256=SLIP.sha256, dated=COMPLETED, attached_by=BY_ENZO
    )


@rule("CLM-1")
def test_parts_of_one_number_are_listed_together() -> None:
    [part] = claim(opened(parts=(SEAL, SEAL))).amounts.parts
    assert part.quantity == 4


@rule("CLM-3")
def test_equipment_is_found_by_its_serial_number_and_whose_it_is_by_the_registry() -> None:
    found = claim(opened(equipment_id=None, manufacturer_id=MAKER, customer_id=None))
    assert (found.equipment_id, found.customer_id) == (MACHINE, CUSTOMER)


@rule("CLM-8")
def test_our_number_is_counted_on_where_somebody_has_it() -> None:
    taken = open_claim(2, order_reference="FO-2").model_copy(update={"number": "C-FO-1"})
    story = setting().tell(taken, STAN)
    assert claim(story.tell(reported(), SYSTEM)).number == "C-FO-1-2"


# ── what stands in the way ──────────────────────────────────────────────────


@rule("CLM-3")
@pytest.mark.parametrize("maker", [None, MAKER])
def test_no_claim_is_opened_for_what_is_not_registered(maker: UUID | None) -> None:
    wish = reported(equipment_id=None, manufacturer_id=maker, report=report(serial_number="SN-9"))
    refused = given(setting().histories).when(wish, actor=SYSTEM).then_refused(NotRegisteredWithUs)
    assert "Register it" in str(refused)


@rule("CLM-3")
def test_no_claim_is_opened_on_dates_that_cannot_be() -> None:
    wish = reported(report=report(completed_on=FAILED))
    given(setting().histories).when(wish, actor=SYSTEM).then_refused(DatesDisagree)


def test_no_claim_is_opened_for_no_station() -> None:
    wish = reported(station_id=None)
    given(setting().histories).when(wish, actor=SYSTEM).then_refused(StationNotFound)


@pytest.mark.parametrize("somebody", [STAN, MIA, MAX, DORA])
def test_only_the_program_itself_opens_claims_on_reports(somebody: Actor) -> None:
    given(setting().histories).when(reported(), actor=somebody).then_refused(Forbidden)


# ── once ────────────────────────────────────────────────────────────────────


@rule("CLM-8")
@pytest.mark.parametrize("field_order_id", [FIELD_ORDER, None])
def test_what_somebody_claimed_by_hand_is_not_claimed_again(field_order_id: UUID | None) -> None:
    story = setting().tell(open_claim(2, order_reference="FO-1", field_order_id=field_order_id))
    given(story.histories).when(reported(), actor=SYSTEM).then_nothing()


@rule("CLM-8")
def test_what_could_not_be_opened_is_settled_by_opening_it_by_hand() -> None:
    unknown = reported(equipment_id=None, report=report(serial_number="SN-9"))
    story = setting()
    given(story.histories).when(unknown, actor=SYSTEM).then_refused(NotRegisteredWithUs)
    story.tell(open_claim(2, order_reference="letter 7", field_order_id=FIELD_ORDER))
    given(story.histories).when(unknown, actor=SYSTEM).then_nothing()


def test_the_same_report_again_changes_nothing() -> None:
    given(opened().histories).when(reported(), actor=SYSTEM).then_nothing()


# ── filed again ─────────────────────────────────────────────────────────────


@rule("CLM-1")
def test_a_claim_follows_the_report_that_is_filed_again_and_keeps_amounts_of_the_same_parts():
    story = opened().tell(amended(), STAN)
    hose = c.PartListed(number="P-9", name="hose", quantity=1)
    again = reported(report=report(cause="seal cracked"), parts=(SEAL, hose))
    [event] = [on.event for on in given(story.histories).when(again, actor=SYSTEM).outcome()]
    assert isinstance(event, ClaimAmended)
    assert event.report.cause == "seal cracked"
    assert [(p.number, p.amount.amount) for p in event.amounts.parts] == [
        ("P-77", Decimal("649.50")),
        ("P-9", Decimal(0)),
    ]
    assert (event.total, event.amended_by) == (yuan("1000.00"), BY_ENZO)


@rule("CLM-2")
def test_a_paper_that_comes_with_a_later_report_is_filed() -> None:
    photo = SLIP.model_copy(update={"paper": PaperKind.PART_PHOTO, "sha256": file_of("photo")})
    story = opened().tell(reported(papers=(SLIP, photo)), SYSTEM)
    assert [paper.sha256 for paper in claim(story).papers] == [SLIP.sha256, photo.sha256]


def judged_claim() -> Story:
    story = opened().tell(amended(), STAN)
    for paper in PaperKind:
        story.tell(attach(paper), STAN)
    for judge in (MAX, SAM):
        story.tell(c.JudgeClaim(claim_id=claim_id(), claimable=True, reason="ok"), judge)
    return story


@rule("CLM-1")
def test_a_judged_claim_does_not_follow_a_later_report() -> None:
    later = reported(report=report(cause="seal cracked"))
    given(judged_claim().histories).when(later, actor=SYSTEM).then_refused(OpenedOnAnotherReport)


@rule("CLM-1")
def test_a_claim_does_not_become_one_of_another_kind_or_machine() -> None:
    for wrong in (
        reported(claim=ClaimKind.SERVICE_FEE, parts=()),
        reported(equipment_id=UUID(int=9), report=report(serial_number="SN-9")),
    ):
        given(opened().histories).when(wrong, actor=SYSTEM).then_refused(OpenedOnAnotherReport)


# ── afterwards ──────────────────────────────────────────────────────────────


@rule("CLM-4")
def test_a_claim_that_asks_for_nothing_cannot_be_judged_claimable() -> None:
    judge = c.JudgeClaim(claim_id=claim_id(), claimable=True, reason="ok")
    given(opened().histories).when(judge, actor=MAX).then_refused(NothingClaimed)
    against = c.JudgeClaim(claim_id=claim_id(), claimable=False, reason="worn out")
    assert given(opened().histories).when(against, actor=MAX).outcome()


@rule("SEG-1")
def test_whoever_filed_the_report_does_not_approve_the_claim() -> None:
    filed_by = Actor(STAN.id, frozenset({Role.SERVICE_DIRECTOR}))
    story = opened(reported_by=Names(person=STAN.id)).tell(amended(), MIA)
    for judge in (MAX, SAM):
        story.tell(c.JudgeClaim(claim_id=claim_id(), claimable=True, reason="ok"), judge)
    approve = c.ApproveClaim(claim_id=claim_id())
    given(story.histories).when(approve, actor=filed_by).then_refused(ApproverPrepared)


def test_there_is_no_claim_before_its_report() -> None:
    given(setting().histories).when(amended(), actor=STAN).then_refused(ClaimNotFound)
