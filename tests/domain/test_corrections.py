"""A time that was recorded wrongly is corrected by a further event (AUD-1)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.corrections import (
    CorrectionOfCorrection,
    CorrectTime,
    EffectiveAfterRecorded,
    EffectiveBeforeBeginning,
    EventNotFound,
    TimeCorrected,
)
from domain.messages import Forbidden, Stream
from tests.rules import rule
from tests.scenario import FINN, MAX, NOON, event_id, given
from tests.stories import claim_id, claim_story

CLAIM = Stream("claims.Claim", claim_id())
HOUR = timedelta(hours=1)


def correct(version: int = 1, effective_at=NOON - HOUR) -> CorrectTime:
    return CorrectTime(
        kind=CLAIM.kind,
        thing_id=CLAIM.id,
        event_id=event_id(CLAIM, version),
        effective_at=effective_at,
        reason="the report came in the morning",
    )


def corrected(version: int = 1) -> TimeCorrected:
    return TimeCorrected(
        event_id=event_id(CLAIM, version),
        effective_at=NOON - HOUR,
        reason="the report came in the morning",
    )


@rule("AUD-1")
def test_the_right_time_of_an_event_is_recorded_with_the_reason():
    opened = given(claim_story("opened").histories)
    opened.when(correct(), actor=MAX).then(corrected())
    opened.when(correct(effective_at=NOON), actor=MAX).then_nothing()


@rule("AUD-1")
@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (correct(version=99), EventNotFound),
        (correct(effective_at=NOON + HOUR), EffectiveAfterRecorded),
    ],
)
def test_a_correction_that_cannot_be_is_refused(command, refusal):
    given(claim_story("opened").histories).when(command, actor=MAX).then_refused(refusal)


@rule("AUD-1")
def test_a_correction_is_not_itself_corrected():
    story = claim_story("opened")
    version = len(story.events(CLAIM)) + 1
    scenario = given({**story.histories, CLAIM: (*story.events(CLAIM), corrected())})
    scenario.when(correct(version), actor=MAX).then_refused(CorrectionOfCorrection)


def test_nothing_is_corrected_where_nothing_happened():
    given().when(correct(), actor=MAX).then_refused(EventNotFound)


def test_finance_corrects_no_times():
    given(claim_story("opened").histories).when(correct(), actor=FINN).then_refused(Forbidden)


@rule("AUD-2")
def test_a_thing_begins_before_whatever_else_happened_to_it():
    story = claim_story("with papers")
    scenario = given(story.histories)
    scenario.when(correct(version=2), actor=MAX).then_refused(EffectiveBeforeBeginning)
    scenario.when(correct(version=1), actor=MAX).then(corrected())
    earlier = given({**story.histories, CLAIM: (*story.events(CLAIM), corrected())})
    earlier.when(correct(version=2), actor=MAX).then(corrected(2))
