"""A node's time is never edited; a correction is asked for and approved (FLD-6)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.approvals import ApproverPrepared, Names, Signature, SignedTwice
from domain.corrections import (
    CorrectionNeedsApproval,
    CorrectTime,
    EffectiveAfterRecorded,
    EventNotFound,
    TimeCorrected,
)
from domain.messages import Actor, Role, Stream
from domain.policies import PublishPolicy
from domain.policy_content import ApprovalMatrix, Approved
from domain.repairs.field import commands as f
from domain.repairs.field import events as e
from domain.repairs.field import refusals as r
from domain.repairs.field.state import FieldOrder
from domain.vocabulary import Approver, FieldNode
from tests.clock import NOON
from tests.domain.repairs.test_field_orders import field_service
from tests.field_stories import field_order_id, field_story
from tests.rules import rule
from tests.scenario import (
    ADAM,
    DORA,
    ENZO,
    GINA,
    MAX,
    Story,
    event_id,
    given,
    shipped_policies,
)
from tests.stories import MACHINE

ID = field_order_id()
STREAM = Stream(FieldOrder.kind, ID)
CORRECTION = UUID(int=0xC0_0001)
HOUR = timedelta(hours=1)
SIGN = f.SignNodeCorrection(field_order_id=ID, correction_id=CORRECTION)
DECLINE = f.DeclineNodeCorrection(field_order_id=ID, correction_id=CORRECTION, reason="no proof")
OF_MAKER = f.RecordManufacturerApproval(
    field_order_id=ID, correction_id=CORRECTION, reference="HQ-77"
)
REPORTED, CONTACTED, ARRIVED = 1, 3, 6  # places in the history


def ask(version: int = ARRIVED, **changes) -> f.RequestNodeCorrection:
    fields = {
        "field_order_id": ID,
        "correction_id": CORRECTION,
        "event_id": event_id(STREAM, version),
        "effective_at": NOON - HOUR,
        "reason": "system_fault",
        "explanation": "no network in the quarry",
    }
    return f.RequestNodeCorrection(**fields | changes)


def asked(story: Story | None = None, version: int = ARRIVED) -> Story:
    return (story or backdated()).tell(ask(version), ENZO)


def backdated() -> Story:
    """An order whose report may be corrected, since all else comes later."""
    return field_story("repaired")


def by_maker(story: Story) -> Story:
    return story.tell(field_service(corrections_approved_by=Approver.MANUFACTURER), ADAM)


@pytest.fixture(autouse=True)
def reported_earlier(monkeypatch: pytest.MonkeyPatch) -> None:
    """In scenarios everything takes effect at NOON: here the report came the day before."""
    from domain.corrections import Happening, Timeline
    from tests import scenario

    original = scenario.timeline

    def earlier(stream, events):
        known = original(stream, events)
        if known is None:
            return None
        first, *_ = known.happenings
        happening = known.happenings[first]
        moved = Happening(
            happening.recorded_at, NOON - 30 * HOUR, happening.is_correction, happening.event_type
        )
        return Timeline({**known.happenings, first: moved})

    monkeypatch.setattr(scenario, "timeline", earlier)


@rule("FLD-6")
def test_a_correction_is_asked_for_with_a_reason_from_the_list():
    story = field_story("repaired")
    given(story.histories).when(ask(), actor=ENZO).then(
        e.NodeCorrectionRequested(
            correction_id=CORRECTION,
            event_id=event_id(STREAM, ARRIVED),
            node=FieldNode.ARRIVED,
            recorded=NOON,
            corrected=NOON - HOUR,
            reason="system_fault",
            explanation="no network in the quarry",
            approver=Approver.OURS,
            signed_by=(Role.SERVICE_DIRECTOR,),
            requested_by=Names(person=ENZO.id),
        )
    )
    given(story.histories).when(ask(reason="forgot"), actor=ENZO).then_refused(
        r.UnknownCorrectionReason, "unknown_serial", "system_fault"
    )


@rule("FLD-6")
def test_once_approved_the_right_time_stands_beside_the_recorded_one():
    story = asked()
    order = story.state(FieldOrder, ID)
    outcome = given(story.histories).when(SIGN, actor=DORA).outcome()
    signed, approved, corrected = (on.event for on in outcome)
    assert signed == e.NodeCorrectionSigned(
        correction_id=CORRECTION,
        signature=Signature(person=DORA.id, role=Role.SERVICE_DIRECTOR),
    )
    assert (approved.recorded, approved.corrected) == (NOON, NOON - HOUR)
    assert approved.contact_due == order.contact_due
    assert corrected == TimeCorrected(
        event_id=event_id(STREAM, ARRIVED), effective_at=NOON - HOUR, reason="system_fault"
    )
    assert all(on.stream == STREAM for on in outcome)
    story.tell(SIGN, DORA)
    given(story.histories).when(SIGN, actor=DORA).then_refused(r.CorrectionNotFound)


@rule("FLD-6", "SLA-4")
def test_what_starts_at_a_corrected_node_falls_due_anew():
    story = asked()
    before = story.state(FieldOrder, ID).entry_due
    story.tell(SIGN, DORA)
    after = story.state(FieldOrder, ID).entry_due
    assert (before.since, after.since) == (NOON, NOON - HOUR)
    assert after.policy == before.policy


@rule("FLD-6")
def test_no_time_of_a_field_order_is_corrected_without_approval():
    edit = CorrectTime(
        kind=FieldOrder.kind,
        thing_id=ID,
        event_id=event_id(STREAM, ARRIVED),
        effective_at=NOON - HOUR,
        reason="late",
    )
    given(field_story("repaired").histories).when(edit, actor=DORA).then_refused(
        CorrectionNeedsApproval
    )


@rule("FLD-6", "SEG-1")
def test_who_asked_does_not_decide():
    director = Actor(ENZO.id, frozenset({Role.SERVICE_DIRECTOR}))
    story = asked()
    for command in (SIGN, DECLINE):
        given(story.histories).when(command, actor=director).then_refused(ApproverPrepared)
    maker = asked(by_maker(field_story("repaired")))
    given(maker.histories).when(OF_MAKER, actor=director).then_refused(ApproverPrepared)


@rule("FLD-6")
def test_the_policy_names_whose_headquarters_approve():
    story = asked(by_maker(field_story("repaired")))
    given(story.histories).when(SIGN, actor=DORA).then_refused(r.OtherHeadquartersApprove)
    outcome = given(story.histories).when(OF_MAKER, actor=MAX).outcome()
    approved = outcome[0].event
    assert (approved.approver, approved.reference) == (Approver.MANUFACTURER, "HQ-77")
    given(asked().histories).when(OF_MAKER, actor=MAX).then_refused(r.OtherHeadquartersApprove)


@rule("SEG-4")
def test_a_longer_chain_is_signed_in_its_order_by_different_people():
    [published] = next(
        events
        for events in shipped_policies().values()
        if isinstance(events[0].content, ApprovalMatrix)
    )
    matrix = published.content
    two = (Role.SERVICE_DIRECTOR, Role.GENERAL_MANAGER)
    chains = tuple(
        chain.model_copy(update={"bands": (chain.bands[0].model_copy(update={"signed_by": two}),)})
        if chain.of is Approved.NODE_CORRECTION
        else chain
        for chain in matrix.chains
    )
    publish = PublishPolicy(content=matrix.model_copy(update={"chains": chains}))
    story = asked(field_story("repaired").tell(publish, ADAM))
    both = Actor(DORA.id, frozenset(two))
    story.tell(SIGN, both)
    given(story.histories).when(SIGN, actor=both).then_refused(SignedTwice)
    before = story.state(FieldOrder, ID).corrections[CORRECTION]
    assert before.open
    assert not story.tell(SIGN, GINA).state(FieldOrder, ID).corrections[CORRECTION].open


@rule("FLD-6")
def test_a_declined_correction_leaves_the_time_as_it_was():
    story = asked()
    given(story.histories).when(DECLINE, actor=DORA).then(
        e.NodeCorrectionDeclined(
            correction_id=CORRECTION, reason="no proof", declined_by=Names(person=DORA.id)
        )
    )
    story.tell(DECLINE, DORA)
    given(story.histories).when(SIGN, actor=DORA).then_refused(r.CorrectionNotFound)
    again = ask(correction_id=UUID(int=0xC0_0002))
    assert story.tell(again, ENZO)


@rule("FLD-6")
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"event_id": UUID(int=9)}, EventNotFound),
        ({"event_id": event_id(STREAM, 7)}, r.NotANode),  # the machine was identified
        ({"effective_at": NOON + HOUR}, EffectiveAfterRecorded),
    ],
)
def test_a_correction_that_cannot_be_is_refused(changes, refusal):
    given(field_story("repaired").histories).when(ask(**changes), actor=ENZO).then_refused(refusal)


@rule("FLD-6")
def test_a_node_has_one_open_correction():
    story = asked()
    for again in (ask(), ask(correction_id=UUID(int=0xC0_0002)), ask(CONTACTED)):
        given(story.histories).when(again, actor=ENZO).then_refused(r.CorrectionExists)
    same = ask(CONTACTED, correction_id=UUID(int=0xC0_0003), effective_at=NOON)
    given(story.histories).when(same, actor=ENZO).then_nothing()


def days_out_of_use(story: Story) -> tuple[UUID | None, list[tuple[date, date]]]:
    approved = story.happened[-2].event
    assert isinstance(approved, e.NodeCorrectionApproved)
    return approved.equipment_id, [(each.since, each.until) for each in approved.out_of_use]


@rule("REG-5", "FLD-6")
def test_days_out_of_use_that_were_reported_are_told_anew_by_the_right_times():
    repaired, yesterday = field_story("repaired"), NOON - 21 * HOUR
    reported = field_story("report filed")
    for story, expected in (
        (repaired, (None, [])),
        (reported, (MACHINE, [(date(2026, 3, 5), date(2026, 3, 6))])),
    ):
        story.tell(ask(effective_at=yesterday), ENZO).tell(SIGN, DORA)
        assert days_out_of_use(story) == expected
