"""Orders of parts for failure claims: CLM-5, CLM-6a, SEG-1, SEG-4, SEG-5."""

from __future__ import annotations

import pytest

from domain.approvals import (
    ApproverPrepared,
    Names,
    NextStepTaken,
    NotYourTurn,
    Signature,
    SignedTwice,
)
from domain.claims import part_order as po
from domain.claims.part_order import PartOrder, PartOrderStage
from domain.claims.refusals import ClaimNotFound, CurrenciesMixed, NothingClaimed
from domain.messages import Actor, Forbidden, On, Role, Stream
from domain.money import Money
from domain.registry.station import StationNotFound
from domain.registry.stations_apart import AnotherStation
from domain.uniqueness import Bearer, NameTaken, name_id
from domain.vocabulary import ClaimKind
from tests.rules import rule
from tests.scenario import DORA, FINN, GINA, MAX, MIA, PIA, STAN, given, person_id
from tests.stories import (
    OTHER_STATION,
    STATION,
    claim_id,
    claim_story,
    open_claim,
    part_order_id,
    part_order_story,
    request_parts,
    seal,
    setting,
    yuan,
)

ID = part_order_id()
SIGN = po.SignPartOrder(part_order_id=ID)
REVOKE = po.RevokePartOrderSignature(part_order_id=ID, reason="too many")
DECLINE = po.DeclinePartOrder(part_order_id=ID, reason="one is in stock")
PLACE = po.PlacePartOrder(part_order_id=ID)
MATCH = po.MatchPartOrder(part_order_id=ID, claim_id=claim_id())
TWO = (Role.SERVICE_DIRECTOR, Role.FINANCE)
THREE = (*TWO, Role.GENERAL_MANAGER)


def signature(actor: Actor, role: Role) -> Signature:
    return Signature(person=actor.id, role=role)


def requested(total: str, signed_by: tuple[Role, ...]) -> po.PartOrderRequested:
    return po.PartOrderRequested(
        number="P-1",
        station_id=STATION,
        order_reference="FO-1",
        parts=(seal(total),),
        total=yuan(total),
        signed_by=signed_by,
        requested_by=Names(person=STAN.id),
    )


def stage_of(story) -> PartOrderStage:
    return story.state(PartOrder, ID).stage


# ── who signs ───────────────────────────────────────────────────────────────


@rule("CLM-5")
@pytest.mark.parametrize(
    ("total", "signed_by"),
    [("0.01", TWO), ("20000.00", TWO), ("20000.01", THREE), ("900000.00", THREE)],
)
def test_up_to_20000_director_and_finance_sign_together_above_the_general_manager_too(
    total, signed_by
):
    taken = NameTaken(of=po.ORDER_NUMBER, bearer=ID)
    given(setting().histories).when(request_parts(1, total), actor=STAN).then(
        requested(total, signed_by),
        On(Stream(Bearer.kind, name_id(po.ORDER_NUMBER, "P-1")), taken),
    )


@rule("CLM-5")
def test_an_amount_in_another_currency_needs_the_longest_chain():
    euros = seal("1.00").model_copy(update={"amount": Money(amount=1, currency="EUR")})
    story = setting().tell(request_parts(parts=(euros,)), STAN)
    assert story.state(PartOrder, ID).chain.steps == THREE


@rule("SEG-4")
def test_the_last_signature_approves_it():
    story = part_order_story("requested")
    given(story.histories).when(SIGN, actor=FINN).then_refused(NotYourTurn, "service_director")
    given(story.histories).when(SIGN, actor=DORA).then(
        po.PartOrderSigned(signature=signature(DORA, Role.SERVICE_DIRECTOR))
    )
    story.tell(SIGN, DORA)
    given(story.histories).when(SIGN, actor=FINN).then(
        po.PartOrderSigned(signature=signature(FINN, Role.FINANCE)),
        po.PartOrderApproved(total=yuan("900.00")),
    )
    large = part_order_story("requested", total="20000.01").tell(SIGN, DORA).tell(SIGN, FINN)
    assert stage_of(large) == PartOrderStage.REQUESTED
    assert stage_of(large.tell(SIGN, GINA)) == PartOrderStage.APPROVED


@rule("SEG-1")
def test_who_asked_for_the_parts_does_not_sign():
    promoted = Actor(STAN.id, frozenset({Role.SERVICE_DIRECTOR}))
    story = part_order_story("requested")
    given(story.histories).when(SIGN, actor=promoted).then_refused(ApproverPrepared)


@rule("SEG-4")
def test_nobody_signs_twice():
    both = Actor(DORA.id, frozenset(TWO))
    story = part_order_story("requested").tell(SIGN, both)
    given(story.histories).when(SIGN, actor=both).then_refused(SignedTwice)


@rule("SEG-5")
def test_a_signature_is_taken_back_until_the_parts_are_ordered():
    story = part_order_story("approved")
    given(story.histories).when(REVOKE, actor=DORA).then_refused(NextStepTaken)
    given(story.histories).when(REVOKE, actor=FINN).then(
        po.PartOrderSignatureRevoked(signature=signature(FINN, Role.FINANCE), reason="too many")
    )
    assert stage_of(story.tell(REVOKE, FINN)) == PartOrderStage.REQUESTED
    given(part_order_story("placed").histories).when(REVOKE, actor=FINN).then_refused(NextStepTaken)


# ── its life ────────────────────────────────────────────────────────────────


@rule("CLM-5")
def test_only_what_is_approved_is_ordered():
    story = part_order_story("requested")
    given(story.histories).when(PLACE, actor=PIA).then_refused(po.PartOrderNotReady)
    given(part_order_story("approved").histories).when(PLACE, actor=PIA).then(
        po.PartOrderPlaced(placed_by=Names(person=PIA.id))
    )


@rule("CLM-5")
def test_an_order_may_be_declined_until_it_is_approved():
    story = part_order_story("requested")
    given(story.histories).when(DECLINE, actor=FINN).then(
        po.PartOrderDeclined(reason="one is in stock", declined_by=Names(person=FINN.id))
    )
    story.tell(DECLINE, FINN)
    for command, actor in ((SIGN, DORA), (PLACE, PIA), (MATCH, MIA), (DECLINE, FINN)):
        given(story.histories).when(command, actor=actor).then_refused(po.PartOrderNotReady)
    given(part_order_story("approved").histories).when(DECLINE, actor=DORA).then_refused(
        po.PartOrderNotReady
    )


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"station_id": person_id(50)}, StationNotFound),
        ({"parts": (seal("0.00"),)}, NothingClaimed),
        (
            {
                "parts": (
                    seal("1.00"),
                    seal("1.00").model_copy(update={"amount": Money(amount=1, currency="EUR")}),
                )
            },
            CurrenciesMixed,
        ),
    ],
)
def test_an_order_that_cannot_be_is_refused(changes, refusal):
    given(setting().histories).when(request_parts(**changes), actor=STAN).then_refused(refusal)


def test_an_order_is_asked_for_once_under_a_number_of_its_own():
    story = part_order_story("requested")
    given(story.histories).when(request_parts(), actor=STAN).then_refused(po.PartOrderExists)
    same = request_parts(2).model_copy(update={"number": "p-1"})
    given(story.histories).when(same, actor=STAN).then_refused(po.PartOrderNumberTaken)


def test_a_station_orders_for_its_own_work_only():
    elsewhere = Actor(STAN.id, STAN.roles, OTHER_STATION)
    supervisor = Actor(person_id(71), frozenset({Role.SERVICE_SUPERVISOR}), OTHER_STATION)
    given(setting().histories).when(request_parts(), actor=elsewhere).then_refused(AnotherStation)
    given(part_order_story("requested").histories).when(SIGN, actor=supervisor).then_refused(
        po.PartOrderNotFound
    )


@pytest.mark.parametrize("command", [SIGN, REVOKE, DECLINE])
def test_nothing_is_said_of_parts_nobody_asked_for(command):
    given(setting().histories).when(command, actor=DORA).then_refused(po.PartOrderNotFound)


@pytest.mark.parametrize(("command", "actor"), [(SIGN, PIA), (PLACE, STAN), (MATCH, STAN)])
def test_each_step_has_its_people(command, actor):
    given(part_order_story("requested").histories).when(command, actor=actor).then_refused(
        Forbidden
    )


# ── matched to a claim ──────────────────────────────────────────────────────


@rule("CLM-6a")
def test_parts_are_matched_to_the_failure_claim_for_the_same_work():
    story = part_order_story(story=claim_story("opened"))
    given(story.histories).when(MATCH, actor=PIA).then(
        po.PartOrderMatched(claim_id=claim_id(), matched_by=Names(person=PIA.id))
    )
    story.tell(MATCH, PIA)
    given(story.histories).when(MATCH, actor=MIA).then_nothing()


@rule("CLM-6a")
@pytest.mark.parametrize(
    "changes",
    [
        {"order_reference": "FO-9"},
        {"station_id": OTHER_STATION},
        {"claim": ClaimKind.SERVICE_FEE},
    ],
)
def test_parts_are_not_matched_to_a_claim_for_other_work(changes):
    story = part_order_story(story=setting().tell(open_claim(**changes), STAN))
    given(story.histories).when(MATCH, actor=MIA).then_refused(po.OrderOfOtherWork)


@rule("CLM-6a")
def test_parts_are_matched_when_ordered_to_a_claim_that_there_is():
    given(part_order_story().histories).when(MATCH, actor=MAX).then_refused(ClaimNotFound)
    story = part_order_story("approved", story=claim_story("opened"))
    given(story.histories).when(MATCH, actor=MAX).then_refused(po.PartOrderNotReady)
