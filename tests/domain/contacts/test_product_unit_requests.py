"""Questions to product units: put by technical support, dated, signed, disputed: CON-5, CON-7."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.approvals import ApproverPrepared, NotYourTurn, SignedTwice
from domain.contacts.requests import commands as c
from domain.contacts.requests import events as e
from domain.contacts.requests import refusals as r
from domain.contacts.requests.state import WorkRequestStage
from domain.messages import Actor, Forbidden, Role
from domain.policies import PublishPolicy
from domain.policy_content import WorkRequests
from domain.policy_content.contacts import InPlaceOf
from tests.exchange_stories import PETRA
from tests.request_stories import (
    AGREE,
    APPROVE,
    DISPUTE,
    GUS,
    MONDAY,
    NEEDLESS,
    PUT,
    SETTLE,
    STREAM,
    ask_product_unit,
    asked,
    by,
    product_story,
    promise,
    report_incident,
    request_story,
    request_work,
    signed,
    stage,
)
from tests.rules import rule
from tests.scenario import ADAM, DORA, ENZO, GINA, SAM, SUSI, shipped_policies
from tests.stories import setting

DAY = timedelta(days=1)


@rule("CON-5", "CON-7")
def test_a_question_to_a_product_unit_goes_through_technical_support() -> None:
    story = product_story()
    assert [type(event) for event in story.events(STREAM)] == [
        e.WorkRequested,
        e.RequestPutToProductUnit,
        e.DateAgreed,
        e.WorkRequestSigned,
        e.WorkRequestPromised,
        e.WorkRequestDone,
    ]


@rule("CON-7")
@pytest.mark.parametrize(
    "aside",
    [
        pytest.param(request_work(to_department="product"), id="a question as any other request"),
        pytest.param(ask_product_unit(to_department="commerce"), id="as to a unit, to another"),
    ],
)
def test_nobody_goes_round_technical_support_to_a_product_unit(aside: c.RequestWork) -> None:
    asked(setting()).when(aside, actor=SAM).then_refused(r.NotTheWayToProductUnits)


@rule("CON-5")
def test_a_product_unit_hears_of_a_quality_incident_as_anybody_does() -> None:
    incident = report_incident(to_department="product")
    assert asked(setting()).when(incident, actor=SAM).outcome()


@rule("CON-7")
def test_only_technical_support_puts_questions_to_product_units_or_refuses_them() -> None:
    story = product_story("requested")
    asked(story).when(PUT, actor=ENZO).then(e.RequestPutToProductUnit(put_by=by(ENZO)))
    needless = e.RequestFoundNeedless(reason="it is in the manual", refused_by=by(ENZO))
    asked(story).when(NEEDLESS, actor=ENZO).then(needless)
    refused = product_story("requested").tell(NEEDLESS, ENZO)
    asked(refused).when(PUT, actor=ENZO).then_refused(r.WorkRequestNotReady, "needless")
    for command in (PUT, NEEDLESS):
        asked(story).when(command, actor=SUSI).then_refused(Forbidden)
        asked(request_story("requested")).when(command, actor=ENZO).then_refused(r.NoProductUnit)
    asked(product_story("put")).when(AGREE, actor=SUSI).then_refused(Forbidden)


@rule("CON-7")
def test_the_date_is_agreed_before_the_product_unit_signs_it() -> None:
    story = product_story("put").tell(APPROVE, GINA)
    asked(story).when(promise(), actor=PETRA).then_refused(r.DateNotAgreed)
    story.tell(AGREE, ENZO)
    another = promise(promised_on=MONDAY + DAY)
    asked(story).when(another, actor=PETRA).then_refused(r.DateNotAgreed)
    [promised] = asked(story).when(promise(), actor=PETRA).outcome()
    assert isinstance(promised.event, e.WorkRequestPromised)


@rule("CON-5", "SEG-4")
def test_the_general_manager_or_their_deputy_signs_before_the_product_unit() -> None:
    story = product_story("agreed")
    asked(story).when(promise(), actor=PETRA).then_refused(NotYourTurn)
    asked(story).when(APPROVE, actor=DORA).then_refused(NotYourTurn)
    manager = e.WorkRequestSigned(signature=signed(GINA, Role.GENERAL_MANAGER))
    asked(story).when(APPROVE, actor=GINA).then(manager)
    deputy = e.WorkRequestSigned(signature=signed(GUS, Role.GM_ASSISTANT))
    asked(story).when(APPROVE, actor=GUS).then(deputy)
    story.tell(APPROVE, GUS)
    both = Actor(GUS.id, frozenset({Role.PRODUCT_DEPT}))
    asked(story).when(promise(), actor=both).then_refused(SignedTwice)
    assert stage(story) is WorkRequestStage.APPROVED


@rule("CON-5")
def test_whoever_signs_as_a_deputy_signs_in_the_role_of_a_deputy_that_they_have() -> None:
    shipped = [events[0].content for events in shipped_policies().values()]
    policy = next(each for each in shipped if isinstance(each, WorkRequests))
    deputies = (
        InPlaceOf(role=Role.PRODUCT_DEPT, deputy=Role.COMMERCE_DEPT),
        InPlaceOf(role=Role.GENERAL_MANAGER, deputy=Role.SERVICE_DIRECTOR),
        InPlaceOf(role=Role.GENERAL_MANAGER, deputy=Role.GM_ASSISTANT),
    )
    more = PublishPolicy(content=policy.model_copy(update={"deputies": deputies}))
    story = product_story("agreed", story=setting().tell(more, ADAM))
    of_two = Actor(GUS.id, GUS.roles | {Role.COMMERCE_DEPT})
    signers = ((DORA, Role.SERVICE_DIRECTOR), (GUS, Role.GM_ASSISTANT), (of_two, Role.GM_ASSISTANT))
    for actor, role in signers:
        given_as = e.WorkRequestSigned(signature=signed(actor, role))
        asked(story).when(APPROVE, actor=actor).then(given_as)


@rule("CON-7")
def test_a_dispute_goes_to_the_deputy_general_manager_and_nothing_is_signed_meanwhile() -> None:
    story = product_story("agreed")
    disputed = e.RequestDisputed(
        about="whose seal it is", to=Role.GM_ASSISTANT, disputed_by=by(PETRA)
    )
    asked(story).when(DISPUTE, actor=PETRA).then(disputed)
    asked(story).when(DISPUTE, actor=SUSI).then_refused(Forbidden)
    asked(story).when(SETTLE, actor=GUS).then_refused(r.NoDispute)
    asked(request_story("approved")).when(DISPUTE, actor=PETRA).then_refused(r.NoProductUnit)
    story.tell(DISPUTE, ENZO)
    asked(story).when(APPROVE, actor=GINA).then_refused(r.InDispute)
    asked(story).when(DISPUTE, actor=PETRA).then_refused(r.InDispute)
    late = product_story("approved").tell(DISPUTE, PETRA)
    asked(late).when(promise(), actor=PETRA).then_refused(r.InDispute)
    asked(story).when(SETTLE, actor=GINA).then_refused(Forbidden)
    asker = Actor(SUSI.id, GUS.roles)
    asked(story).when(SETTLE, actor=asker).then_refused(ApproverPrepared)
    settled = e.DisputeSettled(outcome="the product unit looks", settled_by=by(GUS))
    asked(story).when(SETTLE, actor=GUS).then(settled)
    asked(story.tell(SETTLE, GUS)).when(APPROVE, actor=GINA).then(
        e.WorkRequestSigned(signature=signed(GINA, Role.GENERAL_MANAGER))
    )
