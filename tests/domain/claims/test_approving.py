"""Approving in the order of the chain, and taking a signature back: SEG-1, SEG-4 to SEG-6."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.approvals import (
    ApproverPrepared,
    NextStepTaken,
    NoSuchSignature,
    NotYourTurn,
    Signature,
    SignedTwice,
)
from domain.claims.commands import (
    AmendClaim,
)
from domain.claims.events import (
    ClaimApproved,
    ClaimSigned,
    SignatureRevoked,
)
from domain.claims.state import Claim, Status
from domain.messages import Actor, Forbidden, Role
from domain.registry.person import AssignRoles
from domain.vocabulary import (
    PaperKind,
)
from tests.domain.claims.asked import APPROVE, REVOKE, delegation, large
from tests.rules import rule
from tests.scenario import (
    ADAM,
    DORA,
    ENZO,
    FINN,
    GINA,
    MAX,
    MIA,
    NOON,
    SAM,
    STAN,
    given,
    standing_in,
)
from tests.stories import (
    amounts,
    attach,
    claim_id,
    claim_story,
    judged,
    report,
    yuan,
)

DAY = timedelta(days=1)


def signature(actor: Actor, role: Role, on_behalf_of: Actor | None = None) -> Signature:
    return Signature(
        person=actor.id, role=role, on_behalf_of=on_behalf_of.id if on_behalf_of else None
    )


AMEND = AmendClaim(
    claim_id=claim_id(), report=report(), amounts=amounts("900.00"), reason="fewer hours"
)
BY_DORA = signature(DORA, Role.SERVICE_DIRECTOR)
BY_FINN = signature(FINN, Role.FINANCE)
BY_GINA = signature(GINA, Role.GENERAL_MANAGER)


@rule("SEG-4")
def test_the_last_signature_approves_the_claim():
    small = given(claim_story("claimable").histories)
    small.when(APPROVE, actor=DORA).then(
        ClaimSigned(signature=BY_DORA), ClaimApproved(total=yuan("1000.00"))
    )
    story = large("claimable")
    given(story.histories).when(APPROVE, actor=DORA).then(ClaimSigned(signature=BY_DORA))
    story.tell(APPROVE, DORA)
    given(story.histories).when(APPROVE, actor=FINN).then(ClaimSigned(signature=BY_FINN))
    story.tell(APPROVE, FINN)
    given(story.histories).when(APPROVE, actor=GINA).then(
        ClaimSigned(signature=BY_GINA), ClaimApproved(total=yuan("150000.00"))
    )


@rule("SEG-4")
@pytest.mark.parametrize("actor", [GINA, FINN])
def test_nobody_signs_out_of_turn(actor):
    given(large("claimable").histories).when(APPROVE, actor=actor).then_refused(
        NotYourTurn, "service_director"
    )


@rule("SEG-4")
def test_one_person_of_two_roles_gives_one_signature():
    both = Actor(DORA.id, frozenset({Role.SERVICE_DIRECTOR, Role.FINANCE}))
    story = large("claimable").tell(APPROVE, both)
    given(story.histories).when(APPROVE, actor=both).then_refused(SignedTwice)


@rule("SEG-1")
@pytest.mark.parametrize(
    ("preparer", "command"),
    [
        pytest.param(STAN, None, id="who opened it"),
        pytest.param(MAX, None, id="who judged it"),
        pytest.param(SAM, None, id="who judged it with them"),
        pytest.param(ENZO, None, id="who did the work"),
        pytest.param(MIA, attach(PaperKind.OTHER), id="who filed a paper"),
        pytest.param(MIA, AMEND, id="who corrected it"),
    ],
)
def test_who_prepared_the_claim_does_not_approve_it(preparer, command):
    story = claim_story("with papers")
    if command:
        story.tell(command, preparer)
    story.tell_all(judged())
    promoted = Actor(preparer.id, frozenset({Role.SERVICE_DIRECTOR}))
    given(story.histories).when(APPROVE, actor=promoted).then_refused(ApproverPrepared)


@rule("SEG-1", "SEG-6")
def test_who_prepared_the_claim_does_not_approve_it_for_another():
    story = claim_story("claimable").tell(delegation(DORA, MAX, Role.SERVICE_DIRECTOR), ADAM)
    for_dora = standing_in(MAX, DORA)
    given(story.histories).when(APPROVE, actor=for_dora).then_refused(ApproverPrepared)


@rule("SEG-6")
def test_a_delegate_signs_under_both_names_while_the_delegation_runs():
    story = claim_story("claimable").tell(delegation(DORA, FINN, Role.SERVICE_DIRECTOR), ADAM)
    for_dora = standing_in(FINN, DORA)
    signed = ClaimSigned(signature=signature(FINN, Role.SERVICE_DIRECTOR, on_behalf_of=DORA))
    approved = ClaimApproved(total=yuan("1000.00"))
    scenario = given(story.histories)
    scenario.when(APPROVE, actor=for_dora).then(signed, approved)
    scenario.when(APPROVE, actor=for_dora, now=NOON + DAY).then_refused(Forbidden)


# ── revoking ────────────────────────────────────────────────────────────────


@rule("SEG-5")
def test_a_signature_is_taken_back_before_the_next_step():
    revoked = SignatureRevoked(signature=BY_DORA, reason="signed the wrong one")
    for stage in (claim_story("approved"), large("claimable").tell(APPROVE, DORA)):
        given(stage.histories).when(REVOKE, actor=DORA).then(revoked)
    story = claim_story("approved").tell(REVOKE, DORA)
    assert story.state(Claim, claim_id()).status == Status.CLAIMABLE
    assert story.tell(APPROVE, DORA).state(Claim, claim_id()).status == Status.APPROVED


@rule("SEG-5")
def test_a_signature_stands_once_the_next_step_was_taken():
    story = large("claimable").tell(APPROVE, DORA).tell(APPROVE, FINN)
    given(story.histories).when(REVOKE, actor=DORA).then_refused(NextStepTaken)
    submitted = given(claim_story("submitted").histories)
    submitted.when(REVOKE, actor=DORA).then_refused(NextStepTaken)


@rule("SEG-5")
def test_only_who_signed_revokes():
    given(claim_story("approved").histories).when(REVOKE, actor=FINN).then_refused(NoSuchSignature)
    given(claim_story("opened").histories).when(REVOKE, actor=DORA).then_refused(NoSuchSignature)


@rule("SEG-1", "SEG-6")
def test_nor_is_it_approved_for_who_prepared_it():
    director = Actor(MAX.id, MAX.roles | {Role.SERVICE_DIRECTOR})
    story = claim_story("claimable")
    story.tell(AssignRoles(person_id=MAX.id, held=director.roles), ADAM)
    story.tell(delegation(director, FINN, Role.SERVICE_DIRECTOR), ADAM)
    for_max = standing_in(FINN, MAX)
    given(story.histories).when(APPROVE, actor=for_max).then_refused(ApproverPrepared)


@rule("SEG-4", "SEG-6")
def test_nobody_gives_the_second_signature_for_who_gave_the_first():
    director = Actor(DORA.id, DORA.roles | {Role.FINANCE})
    story = claim_story("claimable", total="25000.00")
    story.tell(AssignRoles(person_id=DORA.id, held=director.roles), ADAM)
    story.tell(delegation(director, GINA, Role.FINANCE), ADAM).tell(APPROVE, director)
    for_dora = standing_in(GINA, DORA)
    given(story.histories).when(APPROVE, actor=for_dora).then_refused(SignedTwice)
