"""Reviews, lists and checks of every working day or month: CLM-6, 6a, 7, 10, CRN-8."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from domain.approvals import Names
from domain.claims import routine as r
from domain.messages import Actor, Forbidden
from domain.policies import Pin
from tests.rules import rule
from tests.scenario import DORA, ENZO, FINN, MAX, MIA, PIA, STAN, Story, given

MARCH = date(2026, 3, 1)
BY_DAY = [
    pytest.param(r.ReviewOpenClaims, r.OpenClaimsReviewed, MIA, id="open claims"),
    pytest.param(r.MatchClaimParts, r.ClaimPartsMatched, PIA, id="parts and orders"),
]
BY_THE_TENTH = [
    pytest.param(r.SendCommercialLedger, r.CommercialLedgerSent, MIA, id="CLM-6 ledger"),
    pytest.param(r.CheckClaimPartList, r.ClaimPartListChecked, MAX, id="CRN-8 part list"),
]
BY_THE_FIFTH = [
    pytest.param(r.MeasureClaims, r.ClaimsMeasured, DORA, id="CLM-10 audit"),
]
IN_THE_MONTH = [
    pytest.param(r.ListUnresubmittable, r.UnresubmittableListed, MIA, id="CLM-7 list"),
    pytest.param(r.ReconcileCommercialParts, r.CommercialPartsReconciled, PIA, id="CRN-8 parts"),
]


def done(event, actor: Actor, clock: str, first_day: date, due_on: date, late: bool):
    return event(
        first_day=first_day,
        due_on=due_on,
        late=late,
        findings=("all well",),
        clock=Pin(policy_id=f"deadline.{clock}", version=1),
        done_by=Names(person=actor.id),
    )


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 4, tzinfo=UTC)  # in Shanghai


@rule("CLM-6a")
@pytest.mark.parametrize(("command", "event", "actor"), BY_DAY)
@pytest.mark.parametrize(("day", "late"), [(6, False), (7, True)])
def test_what_is_due_every_working_day_is_done_on_it_or_late(command, event, actor, day, late):
    wish = command(day=date(2026, 3, 6), findings=("all well",))
    expected = done(event, actor, command.clock, wish.day, wish.day, late)
    given().when(wish, actor=actor, now=noon(2026, 3, day)).then(expected)


@rule("CRN-8", "CLM-6")
@pytest.mark.parametrize(("command", "event", "actor"), BY_THE_TENTH)
@pytest.mark.parametrize(("day", "late"), [(1, False), (10, False), (11, True)])
def test_what_is_due_by_the_tenth_is_about_the_month_before(command, event, actor, day, late):
    wish = command(month=date(2026, 3, 17), findings=("all well",))
    expected = done(event, actor, command.clock, MARCH, date(2026, 4, 10), late)
    given().when(wish, actor=actor, now=noon(2026, 4, day)).then(expected)
    given().when(wish, actor=actor, now=noon(2026, 3, 31)).then_refused(r.PeriodToCome)


@rule("CLM-10")
@pytest.mark.parametrize(("command", "event", "actor"), BY_THE_FIFTH)
@pytest.mark.parametrize(("day", "late"), [(1, False), (5, False), (6, True)])
def test_the_director_audits_the_figures_of_a_month_that_is_over(command, event, actor, day, late):
    wish = command(month=MARCH, findings=("all well",))
    expected = done(event, actor, command.clock, MARCH, date(2026, 4, 5), late)
    given().when(wish, actor=actor, now=noon(2026, 4, day)).then(expected)
    given().when(wish, actor=actor, now=noon(2026, 3, 31)).then_refused(r.PeriodToCome)


@rule("CLM-7", "CRN-8")
@pytest.mark.parametrize(("command", "event", "actor"), IN_THE_MONTH)
@pytest.mark.parametrize(
    ("now", "late"),
    [(noon(2026, 3, 1), False), (noon(2026, 3, 31), False), (noon(2026, 4, 1), True)],
)
def test_what_is_due_monthly_is_done_within_the_month_or_late(command, event, actor, now, late):
    wish = command(month=MARCH, findings=("all well",))
    given().when(wish, actor=actor, now=now).then(
        done(event, actor, command.clock, MARCH, date(2026, 3, 31), late)
    )
    given().when(wish, actor=actor, now=noon(2026, 2, 28)).then_refused(r.PeriodToCome)


def test_a_day_to_come_is_not_reviewed():
    wish = r.ReviewOpenClaims(day=date(2026, 3, 7))
    given().when(wish, actor=MIA, now=noon(2026, 3, 6)).then_refused(r.PeriodToCome)


def test_each_period_has_a_record_of_its_own_which_may_grow():
    first, again = r.MeasureClaims(month=MARCH), r.MeasureClaims(month=date(2026, 3, 9))
    other = r.MeasureClaims(month=date(2026, 4, 1))
    assert first.stream == again.stream != other.stream
    assert r.ListUnresubmittable(month=MARCH).stream != first.stream
    april = noon(2026, 4, 1)
    story = Story().tell(first, DORA, april).tell(again, DORA, april)
    assert story.state(r.Routine, first.stream.id).times == 2


@rule("CRN-8")
@pytest.mark.parametrize(
    ("command", "actor"),
    [
        (r.ReviewOpenClaims(day=MARCH), STAN),
        (r.MatchClaimParts(day=MARCH), ENZO),
        (r.CheckClaimPartList(month=MARCH), MIA),
        (r.ReconcileCommercialParts(month=MARCH), MIA),
        (r.MeasureClaims(month=MARCH), MAX),
        (r.SendCommercialLedger(month=MARCH), FINN),
        (r.ListUnresubmittable(month=MARCH), STAN),
    ],
)
def test_each_has_its_people(command, actor):
    given().when(command, actor=actor).then_refused(Forbidden)
