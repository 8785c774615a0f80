"""Commercial claims, step by step before the work: CLM-6, SEG-1, SEG-4, SEG-5, SEG-6."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from domain.approvals import (
    ApproverPrepared,
    Names,
    NextStepTaken,
    NoSuchSignature,
    NotYourTurn,
    Signature,
    SignedTwice,
)
from domain.claims.commercial import commands as c
from domain.claims.commercial import events as e
from domain.claims.commercial.commercial_claim import COMMERCIAL_NUMBER
from domain.claims.commercial.refusals import (
    AmountsDiffer,
    CommercialClaimExists,
    CommercialClaimNotFound,
    CommercialNumberTaken,
    InspectionToCome,
    OutOfOrder,
    WorkBeforeClaim,
    WorkToCome,
)
from domain.claims.commercial.state import CommercialClaim, Stage
from domain.messages import Actor, Forbidden, On, Role, Stream
from domain.money import Money
from domain.policies import Pin, PublishPolicy
from domain.policy_content import ApprovalMatrix, Approved, Band, Chain, NobodyApproves
from domain.registry.equipment import EquipmentNotFound
from domain.registry.person import DelegateRole
from domain.registry.station import StationNotFound
from domain.registry.stations_apart import AnotherStation
from domain.uniqueness import Bearer, NameTaken, name_id
from tests.rules import rule
from tests.scenario import (
    ADAM,
    DIVA,
    DORA,
    ENZO,
    FINN,
    GINA,
    HELEN,
    MAX,
    MIA,
    NOON,
    PIA,
    SAM,
    SAUL,
    STAN,
    SVEN,
    given,
    person_id,
    standing_in,
)
from tests.stories import (
    COMPLETED,
    CUSTOMER,
    DEALER,
    MACHINE,
    OTHER_STATION,
    STATION,
    TODAY,
    commercial_id,
    file_of,
    goodwill_story,
    inspect,
    setting,
    steps_of_goodwill,
    yuan,
)

DAY = timedelta(days=1)
ID = commercial_id()
STEPS = dict(steps_of_goodwill())
STAGES = list(STEPS)
FIND = c.FindNotClaimable(commercial_claim_id=ID, reason="the term is over")
APPLY = c.ApplyForCommercialClaim(commercial_claim_id=ID, reason="a customer of ten years")
FIX = c.FixCommercialAmount(commercial_claim_id=ID, amount=yuan("8000.00"))
SIGN = c.SignCommercialClaim(commercial_claim_id=ID)
REVOKE = c.RevokeCommercialSignature(commercial_claim_id=ID, reason="signed the wrong one")
DECLINE = c.DeclineCommercialClaim(commercial_claim_id=ID, reason="not this year")
[(FILE, _)] = STEPS["filed"]
[(ORDER, _)] = STEPS["parts ordered"]
[(WORK, _)] = STEPS["work done"]
[(CALL, _)] = STEPS["called back"]


def signature(actor: Actor, role: Role, on_behalf_of: Actor | None = None) -> Signature:
    return Signature(
        person=actor.id, role=role, on_behalf_of=on_behalf_of.id if on_behalf_of else None
    )


def at(stage: str):
    return given(goodwill_story(stage).histories)


def stage_of(story) -> Stage:
    return story.state(CommercialClaim, ID).stage


# ── from step to step ───────────────────────────────────────────────────────


@rule("CLM-6")
def test_it_begins_with_an_inspection_on_site():
    inspected = e.InspectedOnSite(
        number="G-1",
        equipment_id=MACHINE,
        station_id=STATION,
        dealer_id=DEALER,
        customer_id=CUSTOMER,
        inspected_on=COMPLETED,
        inspected_by=ENZO.id,
        damage="boom cracked",
        work_needed="weld and brace",
        opened_by=Names(person=STAN.id),
    )
    name = Stream(Bearer.kind, name_id(COMMERCIAL_NUMBER, "G-1"))
    given(setting().histories).when(inspect(), actor=STAN).then(
        inspected, On(name, NameTaken(of=COMMERCIAL_NUMBER, bearer=ID))
    )


@rule("CLM-6")
def test_found_not_claimable_it_may_be_applied_for():
    at("inspected").when(FIND, actor=MIA).then(
        e.FoundNotClaimable(
            reason="the term is over",
            applied_for_by=(Role.SERVICE_SUPERVISOR, Role.DIVISION_MANAGER),
            found_by=Names(person=MIA.id),
        )
    )


@rule("CLM-6")
def test_service_supervisor_and_division_manager_apply_for_it():
    by_sam = e.CommercialClaimApplied(
        reason="a customer of ten years", signature=signature(SAM, Role.SERVICE_SUPERVISOR)
    )
    by_diva = e.CommercialClaimApplied(
        reason="a customer of ten years", signature=signature(DIVA, Role.DIVISION_MANAGER)
    )
    story = goodwill_story("not claimable")
    given(story.histories).when(APPLY, actor=DIVA).then_refused(NotYourTurn, "service_supervisor")
    given(story.histories).when(APPLY, actor=SAM).then(by_sam)
    given(story.tell(APPLY, SAM).histories).when(APPLY, actor=DIVA).then(
        by_diva,
        e.CommercialApplicationCompleted(fixed_by=(Role.CLAIMS_MANAGER, Role.SERVICE_SUPERVISOR)),
    )


@rule("CLM-6")
def test_claims_manager_and_supervisor_fix_the_same_amount():
    amount = yuan("8000.00")
    story = goodwill_story("applied for")
    by_max = e.CommercialAmountSigned(amount=amount, signature=signature(MAX, Role.CLAIMS_MANAGER))
    by_sam = e.CommercialAmountSigned(
        amount=amount, signature=signature(SAM, Role.SERVICE_SUPERVISOR)
    )
    given(story.histories).when(FIX, actor=MAX).then(by_max)
    story.tell(FIX, MAX)
    for other in (yuan("8000.01"), Money(amount=8000, currency="EUR")):
        less = c.FixCommercialAmount(commercial_claim_id=ID, amount=other)
        given(story.histories).when(less, actor=SAM).then_refused(AmountsDiffer, "8000.00 CNY")
    given(story.histories).when(FIX, actor=SAM).then(
        by_sam,
        e.CommercialAmountFixed(
            amount=amount,
            signed_by=(
                Role.SALES_DIRECTOR,
                Role.SERVICE_SUPERVISOR,
                Role.SERVICE_DIRECTOR,
                Role.GENERAL_MANAGER,
            ),
        ),
    )


@rule("CLM-6")
def test_another_amount_may_be_named_once_the_first_is_taken_back():
    story = goodwill_story("applied for").tell(FIX, MAX).tell(REVOKE, MAX)
    less = c.FixCommercialAmount(commercial_claim_id=ID, amount=yuan("7000.00"))
    story.tell(less, MAX).tell(less, SAM)
    assert story.state(CommercialClaim, ID).amount == yuan("7000.00")


@rule("CLM-6", "SEG-4")
def test_the_joint_signatures_are_given_in_their_order_the_general_manager_last():
    story = goodwill_story("amount fixed")
    roles = (Role.SALES_DIRECTOR, Role.SERVICE_SUPERVISOR, Role.SERVICE_DIRECTOR)
    for signer, role in zip((SAUL, SVEN, DORA), roles, strict=True):
        given(story.histories).when(SIGN, actor=GINA).then_refused(NotYourTurn, role)
        given(story.histories).when(SIGN, actor=signer).then(
            e.CommercialClaimSigned(signature=signature(signer, role))
        )
        story.tell(SIGN, signer)
    given(story.histories).when(SIGN, actor=GINA).then(
        e.CommercialClaimSigned(signature=signature(GINA, Role.GENERAL_MANAGER)),
        e.CommercialClaimApproved(amount=yuan("8000.00")),
    )


@rule("CLM-6")
def test_the_order_of_the_joint_signatures_is_data():
    story = goodwill_story("applied for")
    turned = (Role.SERVICE_DIRECTOR, Role.SALES_DIRECTOR)
    story.tell(PublishPolicy(content=matrix(commercial_claim=turned)), ADAM)
    story.tell(FIX, MAX).tell(FIX, SAM)
    given(story.histories).when(SIGN, actor=SAUL).then_refused(NotYourTurn, "service_director")
    assert stage_of(story.tell(SIGN, DORA).tell(SIGN, SAUL)) == Stage.APPROVED


def matrix(**signers: tuple[Role, ...]) -> ApprovalMatrix:
    """A matrix in which everything is approved by a director, but for what is said."""
    chains = (
        Chain(
            of=of,
            currency="CNY",
            bands=(Band(signed_by=signers.get(of, (Role.SERVICE_DIRECTOR,))),),
        )
        for of in Approved
        if of not in signers or signers[of]
    )
    return ApprovalMatrix(chains=tuple(chains))


@rule("SEG-4")
def test_a_matrix_of_before_there_were_commercial_claims_names_nobody_for_them():
    story = goodwill_story("inspected")
    story.tell(PublishPolicy(content=matrix(commercial_application=())), ADAM)
    given(story.histories).when(FIND, actor=MIA).then_refused(
        NobodyApproves, "commercial_application"
    )


@rule("CLM-6")
def test_signed_it_is_filed_and_is_in_the_ledger_of_the_month():
    at("approved").when(FILE, actor=MIA).then(
        e.CommercialClaimFiled(
            form=file_of("form 1"),
            filed_on=TODAY,
            clock=Pin(policy_id="deadline.commercial_claims_ledger", version=1),
            filed_by=Names(person=MIA.id),
        )
    )


@rule("CLM-6")
def test_then_parts_are_ordered_the_work_is_done_and_the_customer_called_back():
    at("filed").when(ORDER, actor=PIA).then(
        e.CommercialPartsOrdered(
            order_number="PO-1", parts=ORDER.parts, ordered_by=Names(person=PIA.id)
        )
    )
    at("parts ordered").when(WORK, actor=STAN).then(
        e.CommercialWorkDone(done_on=TODAY, engineer_id=ENZO.id, work_done="welded")
    )
    at("work done").when(CALL, actor=HELEN).then(
        e.CommercialCallbackMade(
            satisfied=True, remark="runs well", called_by=Names(person=HELEN.id)
        )
    )
    assert stage_of(goodwill_story()) == Stage.CALLED_BACK


BEGINS = {
    "inspected": FIND,
    "not claimable": APPLY,
    "applied for": FIX,
    "amount fixed": SIGN,
    "approved": FILE,
    "filed": ORDER,
    "parts ordered": WORK,
    "work done": CALL,
}
OF_ANYBODY = Actor(person_id(70), frozenset(Role) - {Role.SYSTEM})


@rule("CLM-6")
@pytest.mark.parametrize(
    ("stage", "command"),
    [(s, c) for s, c in product(STAGES, BEGINS.values()) if BEGINS.get(s) != c],
    ids=lambda of: of if isinstance(of, str) else type(of).__name__,
)
def test_no_step_is_taken_before_or_after_its_turn(stage, command):
    at(stage).when(command, actor=OF_ANYBODY).then_refused(OutOfOrder)


@rule("CLM-6")
def test_the_work_comes_after_the_claim_and_is_recorded_when_done():
    before = WORK.model_copy(update={"done_on": TODAY - DAY})
    at("parts ordered").when(before, actor=STAN).then_refused(WorkBeforeClaim, str(TODAY))
    after = WORK.model_copy(update={"done_on": TODAY + DAY})
    at("parts ordered").when(after, actor=STAN).then_refused(WorkToCome)


# ── opening ─────────────────────────────────────────────────────────────────


@rule("CLM-6")
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"inspected_on": TODAY + DAY}, InspectionToCome),
        ({"station_id": person_id(50)}, StationNotFound),
        ({"equipment_id": person_id(50)}, EquipmentNotFound),
    ],
)
def test_an_inspection_that_cannot_be_is_refused(changes, refusal):
    given(setting().histories).when(inspect(**changes), actor=STAN).then_refused(refusal)


@rule("CLM-8")
def test_it_is_opened_once_and_its_number_is_unique():
    story = goodwill_story("inspected")
    given(story.histories).when(inspect(), actor=STAN).then_refused(CommercialClaimExists)
    same_number = inspect(2).model_copy(update={"number": " g-1 "})
    given(story.histories).when(same_number, actor=STAN).then_refused(CommercialNumberTaken)


def test_a_station_deals_with_its_own_only():
    here = Actor(STAN.id, STAN.roles, STATION)
    elsewhere = Actor(STAN.id, STAN.roles, OTHER_STATION)
    story = setting()
    assert given(story.histories).when(inspect(), actor=here).outcome()
    given(story.histories).when(inspect(), actor=elsewhere).then_refused(AnotherStation)
    at("parts ordered").when(WORK, actor=elsewhere).then_refused(CommercialClaimNotFound)


@pytest.mark.parametrize(
    "command",
    [FIND, APPLY, FIX, SIGN, REVOKE, DECLINE, FILE, ORDER, WORK, CALL],
    ids=lambda command: type(command).__name__,
)
def test_nothing_is_said_of_what_nobody_inspected(command):
    given(setting().histories).when(command, actor=OF_ANYBODY).then_refused(CommercialClaimNotFound)


# ── signatures ──────────────────────────────────────────────────────────────


def promoted(actor: Actor) -> Actor:
    return Actor(actor.id, frozenset({Role.SALES_DIRECTOR}))


@rule("SEG-1")
@pytest.mark.parametrize("preparer", [STAN, ENZO, MIA, SAM, DIVA, MAX])
def test_who_inspected_found_applied_or_fixed_does_not_sign(preparer):
    at("amount fixed").when(SIGN, actor=promoted(preparer)).then_refused(ApproverPrepared)


@rule("SEG-4")
@pytest.mark.parametrize(
    ("stage", "command", "roles"),
    [
        ("not claimable", APPLY, {Role.SERVICE_SUPERVISOR, Role.DIVISION_MANAGER}),
        ("applied for", FIX, {Role.CLAIMS_MANAGER, Role.SERVICE_SUPERVISOR}),
        ("amount fixed", SIGN, {Role.SALES_DIRECTOR, Role.SERVICE_SUPERVISOR}),
    ],
)
def test_nobody_gives_two_signatures_of_one_step(stage, command, roles):
    both = Actor(person_id(70), frozenset(roles))
    story = goodwill_story(stage).tell(command, both)
    given(story.histories).when(command, actor=both).then_refused(SignedTwice)


@rule("SEG-6")
def test_a_delegate_signs_under_both_names():
    delegation = DelegateRole(
        person_id=DORA.id,
        role=Role.SERVICE_DIRECTOR,
        to=FINN.id,
        since=NOON - DAY,
        until=NOON + DAY,
    )
    story = goodwill_story("amount fixed").tell(delegation, ADAM).tell(SIGN, SAUL).tell(SIGN, SVEN)
    given(story.histories).when(SIGN, actor=standing_in(FINN, DORA)).then(
        e.CommercialClaimSigned(signature=signature(FINN, Role.SERVICE_DIRECTOR, DORA))
    )


@rule("SEG-5")
@pytest.mark.parametrize(
    ("stage", "signed", "signer"),
    [
        ("not claimable", APPLY, SAM),
        ("applied for", FIX, MAX),
        ("amount fixed", SIGN, SAUL),
    ],
)
def test_a_signature_is_taken_back_before_the_next_step(stage, signed, signer):
    story = goodwill_story(stage).tell(signed, signer)
    role = next(iter(signer.roles))
    given(story.histories).when(REVOKE, actor=signer).then(
        e.CommercialSignatureRevoked(
            signature=signature(signer, role), reason="signed the wrong one"
        )
    )
    story.tell(REVOKE, signer)
    given(story.histories).when(REVOKE, actor=signer).then_refused(NoSuchSignature)
    assert given(story.histories).when(signed, actor=signer).outcome()


@rule("SEG-5")
def test_the_last_joint_signature_is_taken_back_until_the_claim_is_filed():
    approved = goodwill_story("approved")
    given(approved.histories).when(REVOKE, actor=DORA).then_refused(NextStepTaken)
    assert stage_of(approved.tell(REVOKE, GINA)) == Stage.AMOUNT_FIXED
    at("filed").when(REVOKE, actor=GINA).then_refused(NextStepTaken)


# ── declined ────────────────────────────────────────────────────────────────


@rule("CLM-6")
@pytest.mark.parametrize("stage", ["not claimable", "applied for", "amount fixed"])
def test_it_may_be_declined_until_it_is_approved_and_is_over_then(stage):
    story = goodwill_story(stage)
    given(story.histories).when(DECLINE, actor=GINA).then(
        e.CommercialClaimDeclined(reason="not this year", declined_by=Names(person=GINA.id))
    )
    story.tell(DECLINE, GINA)
    for command in BEGINS.values():
        given(story.histories).when(command, actor=OF_ANYBODY).then_refused(OutOfOrder)


@pytest.mark.parametrize("stage", ["inspected", "approved", "filed", "called back"])
def test_only_what_was_applied_for_and_not_granted_is_declined(stage):
    at(stage).when(DECLINE, actor=GINA).then_refused(OutOfOrder)


@pytest.mark.parametrize(
    ("command", "actor"), [(FIND, STAN), (SIGN, MIA), (FILE, STAN), (CALL, PIA), (DECLINE, MIA)]
)
def test_each_step_has_its_people(command, actor):
    at("inspected").when(command, actor=actor).then_refused(Forbidden)
