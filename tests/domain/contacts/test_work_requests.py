"""Work requests from the asking to the promise kept or not: CON-5, SEG-1, SEG-4, SEG-5."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.approvals import (
    ApproverPrepared,
    NextStepTaken,
    NoSuchSignature,
    NotYourTurn,
    SignedTwice,
)
from domain.contacts.refusals import UnknownDepartment
from domain.contacts.requests import commands as c
from domain.contacts.requests import events as e
from domain.contacts.requests import refusals as r
from domain.contacts.requests.asking import REQUEST_NUMBER
from domain.contacts.requests.state import WorkRequestStage
from domain.messages import Actor, Forbidden, On, Role, Stream
from domain.policies import Pin
from domain.registry.person import PersonNotFound, RecordDeparture
from domain.sla.starting import DueBy
from domain.sla.targets import Due
from domain.uniqueness import Bearer, NameTaken, name_id
from domain.vocabulary import WorkRequestKind
from tests.clock import NOON
from tests.contact_stories import contact_id
from tests.exchange_stories import CORA, PETRA
from tests.request_stories import (
    AGREE,
    APPROVE,
    DECLINE,
    DISPUTE,
    ENFORCE,
    FORFEIT,
    FULFIL,
    GUS,
    ID,
    LISTED,
    MONDAY,
    NEEDLESS,
    PUT,
    REVOKE,
    SETTLE,
    STREAM,
    TOLD,
    WITHDRAW,
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
    wish,
)
from tests.rules import rule
from tests.scenario import (
    ADAM,
    DORA,
    ENZO,
    FINN,
    GINA,
    MAX,
    SAM,
    SAUL,
    SUSI,
    Story,
    given,
    person_id,
)
from tests.stories import setting

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAYS_END = NOON + 3 * DAY + 4 * HOUR  # midnight in Shanghai


def named(number: str) -> On:
    stream = Stream(Bearer.kind, name_id(REQUEST_NUMBER, number))
    return On(stream, NameTaken(of=REQUEST_NUMBER, bearer=ID))


def signed_by(*steps: Role) -> Story:
    """A request that these roles sign, by what the policy said when it was made."""
    [first, *others] = asked(setting()).when(request_work(), actor=SAM).outcome()
    changed = first.event.model_copy(update={"signed_by": steps})
    return Story(given(setting().histories, [On(STREAM, changed), *others]).histories)


def incident_story() -> Story:
    return setting().tell(report_incident(), SAM)


# ── its life ────────────────────────────────────────────────────────────────


@rule("CON-5")
def test_a_request_is_asked_approved_promised_and_done() -> None:
    story = request_story()
    assert [type(event) for event in story.events(STREAM)] == [
        e.WorkRequested,
        e.WorkRequestSigned,
        e.WorkRequestPromised,
        e.WorkRequestDone,
    ]
    assert stage(story) is WorkRequestStage.DONE


@rule("CON-5")
@pytest.mark.parametrize(
    ("story", "command", "actor"),
    [
        (request_story("approved"), APPROVE, DORA),
        (request_story("requested"), FULFIL, CORA),
        (request_story("approved"), ENFORCE, DORA),
        (request_story("promised"), DECLINE, CORA),
        (request_story("promised"), WITHDRAW, SAM),
        (request_story("promised"), promise(), CORA),
        (request_story("done"), FULFIL, CORA),
        (product_story("requested"), APPROVE, GINA),
        (product_story("requested"), AGREE, ENZO),
        (product_story("put"), PUT, ENZO),
        (product_story("put"), NEEDLESS, ENZO),
        (product_story("promised"), DISPUTE, PETRA),
        (product_story("done"), AGREE, ENZO),
    ],
)
def test_no_step_is_left_out(story: Story, command: c.WorkRequestCommand, actor: Actor) -> None:
    asked(story).when(command, actor=actor).then_refused(r.WorkRequestNotReady)


@pytest.mark.parametrize("command", [APPROVE, PUT, FULFIL, TOLD, WITHDRAW])
def test_nothing_is_said_of_a_request_nobody_made(command: c.WorkRequestCommand) -> None:
    asked(setting()).when(command, actor=SAM).then_refused(r.WorkRequestNotFound)
    asked(setting()).when(command, actor=ADAM).then_refused(Forbidden)


# ── asking ──────────────────────────────────────────────────────────────────


@rule("CON-5")
def test_a_request_states_content_person_and_latest_time_and_who_signs() -> None:
    asked(setting()).when(request_work(), actor=SAM).then(
        e.WorkRequested(
            number="W-1",
            kind=WorkRequestKind.GENERAL,
            content="a price list for seal kits",
            person_id=FINN.id,
            latest=NOON + 5 * DAY,
            from_department="service",
            to_department="commerce",
            contact_id=contact_id(),
            signed_by=(Role.SERVICE_DIRECTOR, Role.COMMERCE_DEPT),
            requested_by=by(SAM),
        ),
        named("W-1"),
    )
    [first, *_] = asked(setting()).when(ask_product_unit(), actor=SUSI).outcome()
    assert isinstance(first.event, e.WorkRequested)
    assert first.event.signed_by == (Role.GENERAL_MANAGER, Role.PRODUCT_DEPT)


@rule("CON-5")
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"from_department": "magic"}, UnknownDepartment),
        ({"to_department": "magic"}, UnknownDepartment),
        ({"from_department": "sales"}, r.NotYourDepartment),
        ({"to_department": "service"}, r.NotYourDepartment),
        ({"person_id": person_id(77)}, PersonNotFound),
        ({"person_id": MAX.id}, PersonNotFound),
        ({"known_at": NOON}, r.IncidentKnownWhen),
        ({"kind": WorkRequestKind.QUALITY_INCIDENT}, r.IncidentKnownWhen),
        (
            {"kind": WorkRequestKind.QUALITY_INCIDENT, "known_at": NOON + MINUTE},
            r.IncidentKnownWhen,
        ),
    ],
)
def test_a_request_is_between_departments_and_for_somebody(changes: dict, refusal: type) -> None:
    left = RecordDeparture(person_id=MAX.id, reason="another job")
    asked(setting().tell(left, ADAM)).when(request_work(**changes), actor=SAM).then_refused(refusal)


def test_a_request_and_its_number_are_there_once() -> None:
    story = request_story("requested")
    asked(story).when(request_work(), actor=SAM).then_refused(r.WorkRequestExists)
    second = request_work(2).model_copy(update={"number": "w-1"})
    asked(story).when(second, actor=SAM).then_refused(r.WorkRequestNumberTaken)


# ── quality incidents ───────────────────────────────────────────────────────


@rule("CON-5")
@pytest.mark.parametrize(("after", "late"), [(HOUR, False), (HOUR + MINUTE, True)])
def test_a_quality_incident_is_reported_to_all_on_the_list_within_an_hour_of_being_known(
    after: timedelta, late: bool
) -> None:
    known_at = NOON - HOUR
    entered = asked(setting()).when(report_incident(known_at=known_at), actor=SAM)
    policy = Pin(policy_id="deadline.quality_incident_report", version=1)
    known = e.QualityIncidentKnown(
        known_at=known_at,
        told_to=LISTED,
        report_due=DueBy(policy=policy, since=known_at, due=Due(at=NOON)),
    )
    assert entered.outcome()[1].event == known
    reported = e.QualityIncidentReported(told=LISTED, late=late, reported_by=by(SAM))
    asked(incident_story()).when(TOLD, actor=SAM, now=NOON + after).then(reported)


@rule("CON-5")
def test_nobody_on_the_list_is_left_out() -> None:
    some = wish(c.ReportQualityIncident, told=LISTED[:1])
    refused = asked(incident_story()).when(some, actor=SAM)
    refused.then_refused(r.NotAllTold, "product_dept", "general_manager")
    told = incident_story().tell(TOLD, SAM)
    asked(told).when(TOLD, actor=SAM).then_refused(r.NoQualityIncident)
    asked(request_story("requested")).when(TOLD, actor=SAM).then_refused(r.NoQualityIncident)


# ── signatures ──────────────────────────────────────────────────────────────


@rule("CON-5", "SEG-1", "SEG-4")
def test_the_requesters_head_approves_it_and_not_the_requester() -> None:
    story = request_story("requested")
    head = e.WorkRequestSigned(signature=signed(DORA, Role.SERVICE_DIRECTOR))
    asked(story).when(APPROVE, actor=DORA).then(head)
    promoted = Actor(SAM.id, frozenset({Role.SERVICE_DIRECTOR}))
    asked(story).when(APPROVE, actor=promoted).then_refused(ApproverPrepared)
    asked(story).when(APPROVE, actor=CORA).then_refused(NotYourTurn)
    asked(story).when(promise(), actor=CORA).then_refused(NotYourTurn)
    twice = Actor(DORA.id, frozenset({Role.COMMERCE_DEPT}))
    asked(story.tell(APPROVE, DORA)).when(promise(), actor=twice).then_refused(SignedTwice)


@rule("CON-5")
def test_a_deputy_signs_in_nobodys_place_under_a_request_to_another_department() -> None:
    """Here the general manager is the head of the department that asks."""
    management = request_work(from_department="management")
    story = setting().tell(management, Actor(person_id(41), GUS.roles))
    asked(story).when(APPROVE, actor=GUS).then_refused(NotYourTurn, "general_manager")
    asked(story).when(DECLINE, actor=GUS).then_refused(NotYourTurn)
    head = e.WorkRequestSigned(signature=signed(GINA, Role.GENERAL_MANAGER))
    asked(story).when(APPROVE, actor=GINA).then(head)


@rule("CON-5", "SEG-4")
def test_it_is_approved_once_all_but_the_receiving_lead_signed() -> None:
    steps = (Role.SERVICE_DIRECTOR, Role.FINANCE, Role.COMMERCE_DEPT)
    story = signed_by(*steps).tell(APPROVE, DORA)
    assert stage(story) is WorkRequestStage.REQUESTED
    asked(story).when(promise(), actor=CORA).then_refused(NotYourTurn, "finance")
    story.tell(APPROVE, FINN)
    assert stage(story) is WorkRequestStage.APPROVED
    asked(story).when(REVOKE, actor=DORA).then_refused(NextStepTaken)
    [promised] = asked(story).when(promise(), actor=CORA).outcome()
    assert isinstance(promised.event, e.WorkRequestPromised)


@rule("SEG-5")
def test_an_approval_is_taken_back_until_something_was_promised() -> None:
    story = request_story("approved")
    approval = signed(DORA, Role.SERVICE_DIRECTOR)
    revoked = e.WorkRequestSignatureRevoked(signature=approval, reason="the wrong form")
    asked(story).when(REVOKE, actor=DORA).then(revoked)
    asked(story).when(REVOKE, actor=CORA).then_refused(NoSuchSignature)
    for unsigned, head in ((request_story("requested"), DORA), (product_story("put"), GINA)):
        asked(unsigned).when(REVOKE, actor=head).then_refused(NoSuchSignature)
    assert stage(story.tell(REVOKE, DORA)) is WorkRequestStage.REQUESTED
    asked(story).when(APPROVE, actor=DORA).then(e.WorkRequestSigned(signature=approval))
    for actor in (DORA, CORA):
        asked(request_story("promised")).when(REVOKE, actor=actor).then_refused(NextStepTaken)
    to_product_unit = product_story("approved").tell(REVOKE, GINA)
    assert stage(to_product_unit) is WorkRequestStage.PUT


@rule("CON-5", "CON-7")
@pytest.mark.parametrize(
    ("story", "turn"),
    [
        (request_story("requested"), DORA),
        (request_story("approved"), CORA),
        (product_story("requested"), GINA),
        (product_story("put"), GUS),
        (product_story("approved"), PETRA),
    ],
)
def test_until_something_is_promised_it_is_declined_by_whose_turn_it_is_or_given_up(
    story: Story, turn: Actor
) -> None:
    declined = e.WorkRequestDeclined(reason="not ours to do", declined_by=by(turn))
    asked(story).when(DECLINE, actor=turn).then(declined)
    asked(story).when(DECLINE, actor=SAUL).then_refused(NotYourTurn)
    [first, *_] = story.events(STREAM)
    assert isinstance(first, e.WorkRequested)
    requester = Actor(first.requested_by.person, SAM.roles)
    withdrawn = e.WorkRequestWithdrawn(reason="found it", withdrawn_by=by(requester))
    asked(story).when(WITHDRAW, actor=requester).then(withdrawn)


def test_whose_turn_it_is_may_decline_and_whoever_asked_give_it_up() -> None:
    story = request_story("approved")
    declined = e.WorkRequestDeclined(reason="not ours to do", declined_by=by(CORA))
    asked(story).when(DECLINE, actor=CORA).then(declined)
    asked(story).when(DECLINE, actor=DORA).then_refused(NotYourTurn)
    withdrawn = e.WorkRequestWithdrawn(reason="found it", withdrawn_by=by(SAM))
    asked(story).when(WITHDRAW, actor=SAM).then(withdrawn)
    asked(story).when(WITHDRAW, actor=DORA).then_refused(r.NotTheirRequest)
    for over in (request_story("approved").tell(DECLINE, CORA), story.tell(WITHDRAW, SAM)):
        asked(over).when(promise(), actor=CORA).then_refused(r.WorkRequestNotReady)


# ── the promise ─────────────────────────────────────────────────────────────


def promised(day: date = MONDAY, *, later: bool = False) -> e.WorkRequestPromised:
    end = MONDAYS_END + (day - MONDAY)
    policy = Pin(policy_id="deadline.work_request", version=1)
    return e.WorkRequestPromised(
        signature=signed(CORA, Role.COMMERCE_DEPT),
        promised_on=day,
        forfeit=FORFEIT,
        due=DueBy(policy=policy, since=NOON, due=Due(at=end, with_day=True)),
        later_than_asked=later,
    )


@rule("CON-5")
@pytest.mark.parametrize(
    ("day", "later"),
    [
        pytest.param(date(2026, 3, 6), False, id="today"),
        (MONDAY, False),
        (date(2026, 3, 11), False),
        (date(2026, 3, 12), True),
    ],
)
def test_the_receiving_lead_signs_a_date_and_a_forfeit_declared_beforehand(
    day: date, later: bool
) -> None:
    story = request_story("approved")
    asked(story).when(promise(promised_on=day), actor=CORA).then(promised(day, later=later))


@rule("CON-5")
def test_nothing_is_promised_for_the_past() -> None:
    past = promise(promised_on=date(2026, 3, 5))
    asked(request_story("approved")).when(past, actor=CORA).then_refused(r.PromisedForThePast)


def forfeited(actor: Actor) -> e.ForfeitEnforced:
    return e.ForfeitEnforced(
        forfeit=FORFEIT, promised_on=MONDAY, promised_by=by(CORA), enforced_by=by(actor)
    )


def done(*, late: bool) -> e.WorkRequestDone:
    return e.WorkRequestDone(result="the list is out", late=late, done_by=by(CORA))


@rule("CON-5")
def test_a_promise_kept_costs_nothing_and_one_not_kept_its_forfeit() -> None:
    story = request_story("promised")
    in_time = MONDAYS_END - MINUTE
    asked(story).when(FULFIL, actor=CORA, now=in_time).then(done(late=False))
    asked(story).when(FULFIL, actor=CORA, now=MONDAYS_END).then(done(late=True), forfeited(CORA))
    asked(story).when(FULFIL, actor=FINN, now=in_time).then(
        e.WorkRequestDone(result="the list is out", late=False, done_by=by(FINN))
    )
    asked(story).when(FULFIL, actor=SAM, now=in_time).then_refused(r.NotTheirWork)


@rule("CON-5")
def test_the_forfeit_is_enforced_once_also_before_the_work_is_done() -> None:
    story = request_story("promised")
    asked(story).when(ENFORCE, actor=DORA).then_refused(r.PromiseStillRuns)
    asked(story).when(ENFORCE, actor=CORA, now=MONDAYS_END).then_refused(NotYourTurn)
    asked(story).when(ENFORCE, actor=DORA, now=MONDAYS_END).then(forfeited(DORA))
    story.tell(ENFORCE, DORA, MONDAYS_END)
    again = asked(story).when(ENFORCE, actor=DORA, now=MONDAYS_END)
    again.then_refused(r.ForfeitEnforcedBefore)
    asked(story).when(FULFIL, actor=CORA, now=MONDAYS_END).then(done(late=True))


# ── history from another system ─────────────────────────────────────────────


@pytest.mark.parametrize("story", [request_story(), product_story()])
def test_a_history_may_begin_anywhere_and_lack_anything(story: Story) -> None:
    events = story.events(STREAM)
    for skipped in range(len(events)):
        rest = events[skipped:]
        kept = given([On(STREAM, event) for event in rest])
        kept.when(FULFIL, actor=CORA).then_refused(r.WorkRequestNotReady)
    backwards = given([On(STREAM, event) for event in reversed(events)])
    backwards.when(request_work(), actor=SAM).then_refused(r.WorkRequestExists)


def test_what_another_system_did_not_say_of_a_request_stays_unknown() -> None:
    unsaid = dict.fromkeys(("number", "content", "person_id", "latest", "from_department"))
    unsaid |= dict.fromkeys(("to_department", "contact_id"))
    request = e.WorkRequested(
        **unsaid,
        kind=WorkRequestKind.GENERAL,
        signed_by=(Role.SERVICE_DIRECTOR, Role.COMMERCE_DEPT),
        requested_by=by(SAM),
    )
    approved = e.WorkRequestSigned(signature=signed(DORA, Role.SERVICE_DIRECTOR))
    kept = given(setting().histories, [On(STREAM, request), On(STREAM, approved)])
    [promised] = kept.when(promise(), actor=CORA).outcome()
    assert isinstance(promised.event, e.WorkRequestPromised)
    assert promised.event.later_than_asked is None
    unsigned = e.WorkRequestPromised(
        signature=None, promised_on=MONDAY, forfeit=None, due=None, later_than_asked=None
    )
    nobodys = given(kept.histories, [On(STREAM, unsigned)])
    nobodys.when(FULFIL, actor=CORA).then_refused(r.NotTheirWork)
    bare = given(setting().histories, [On(STREAM, unsigned)])
    bare.when(ENFORCE, actor=DORA).then_refused(NotYourTurn)
    done = e.WorkRequestDone(result=None, late=None, done_by=by(FINN))
    ended = given([On(STREAM, done), On(STREAM, request)])
    ended.when(WITHDRAW, actor=SAM).then_refused(r.WorkRequestNotReady, "done")
    nobody = given([On(STREAM, e.RequestPutToProductUnit(put_by=by(ENZO)))])
    nobody.when(WITHDRAW, actor=SAM).then_refused(r.NotTheirRequest)
    disputed = e.RequestDisputed(about="the seal", to=Role.GM_ASSISTANT, disputed_by=by(ENZO))
    settled = e.DisputeSettled(outcome="the product unit looks", settled_by=by(GUS))
    given([On(STREAM, disputed)]).when(SETTLE, actor=GUS).then(settled)
