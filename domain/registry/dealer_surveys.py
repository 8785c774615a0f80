"""When dealers are surveyed: once in every quarter, as the policy says (REG-1)."""

from __future__ import annotations

from datetime import date

from domain import policies
from domain.messages import Message, World
from domain.policies import Pin
from domain.policy_content import Every
from domain.sla import periods
from domain.sla.targets import Due

SURVEY = "dealer_survey"


class SurveyDue(Message):
    """By when the survey of a period is due; the period is named by its first day."""

    policy: Pin
    first_day: date
    last_day: date
    due: Due


def survey_target(world: World) -> Every:
    target = policies.deadline(world, SURVEY).target
    assert isinstance(target, Every), f"{SURVEY} is due in every period"
    return target


def passed_over(target: Every, first: date, until: date) -> tuple[date, ...]:
    """The periods from one until another that is not one of them, by their first days."""
    missed = []
    while first < until:
        missed.append(first)
        first = periods.after(target.period, first)
    return tuple(missed)


def next_survey(day: date, world: World) -> SurveyDue:
    """That of the period after the one in which a day lies."""
    target = survey_target(world)
    first = periods.after(target.period, periods.first_day_of(target.period, day))
    return SurveyDue(
        policy=policies.clock(world, SURVEY),
        first_day=first,
        last_day=periods.last_day(target, first),
        due=periods.due_in(target, first, policies.zone(world)),
    )
