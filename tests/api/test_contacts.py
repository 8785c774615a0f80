"""Contacts by real tokens: inquiries counted and the counts delivered."""

from __future__ import annotations

from typing import Any

import pytest

from domain.messages import Actor
from recourse.bootstrap import adopt_policies
from tests.api.asking import Asking
from tests.api.world import record
from tests.clock import Clock
from tests.contact_stories import contact_id
from tests.rules import rule
from tests.scenario import DORA, HELEN, SUSI
from tests.stories import STATION, setting

PERIODS = """query ($after: Position, $overdueAt: DateTime) {
  all: inquiryPeriods(first: 9, together: WEEK, minPosition: $after) { edges { node {
    firstDay inquiries counts { category inquiries } delivered inTime deliveredTo
    deliveredCounts { category inquiries }
    history(first: 9) { edges { node { __typename } } }
  } } }
  overdue: inquiryPeriods(
    first: 9, delivered: false, dueAtBefore: $overdueAt, minPosition: $after
  ) { edges { node { together } } }
}"""


@pytest.fixture
def desk(api: Asking, clock: Clock) -> Asking:
    """Stations, people and a customer; nobody called yet, and it is the morning of a Friday."""
    adopt_policies(api.program)
    record(api.program.log, clock, setting().happened)
    return api


def gives(desk: Asking, actor: Actor, mutation: str, facts: Any, **given: Any) -> Any:
    owned = {"station": actor.station} if actor.station else {}
    return desk.as_(*actor.roles, person=actor.id, **owned).do(mutation, facts, **given)


def done(desk: Asking, mutation: str, facts: Any, **given: Any) -> Any:
    receipt = gives(desk, HELEN, mutation, facts, **given)
    assert receipt["__typename"] == "Receipt", receipt
    return receipt


def logged(desk: Asking, number: int) -> str:
    id = str(contact_id(number))
    facts = {"contactId": id, "channel": "HOTLINE", "caller": "Wang Min", "reason": "a price"}
    done(desk, "logContact", facts)
    return id


def inquired(desk: Asking, number: int, category: str, **given: Any) -> Any:
    facts = {"contactId": logged(desk, number), "category": category}
    return done(desk, "classifyContact", facts, **given)


def delivery(week: str, **numbers: int) -> Any:
    counts = [{"category": name, "inquiries": number} for name, number in numbers.items()]
    return {"week": week, "counts": counts, "deliveredTo": [str(DORA.id)]}


def shown(desk: Asking, receipt: Any, overdue_at: str | None = None) -> Any:
    asking = desk.as_(*HELEN.roles, person=HELEN.id)
    at = overdue_at or desk.program.clock().isoformat()
    told = asking.ask(PERIODS, after=receipt["position"], overdueAt=at)
    return {name: [edge["node"] for edge in page["edges"]] for name, page in told.items()}


@rule("CON-4")
def test_the_counts_of_a_week_are_delivered_once_and_as_history_says(
    desk: Asking, clock: Clock
) -> None:
    inquired(desk, 1, "PRICE_INQUIRY")
    receipt = inquired(desk, 2, "PARTS_INQUIRY")
    [week] = shown(desk, receipt)["all"]
    assert (week["inquiries"], week["delivered"], week["inTime"]) == (2, False, None)
    clock.forward(days=9)  # Sunday of the next week
    wrong = delivery(week["firstDay"], PRICE_INQUIRY=2)
    for actor, asked, code in (
        (HELEN, wrong, "INVALID"),
        (DORA, delivery(week["firstDay"], PRICE_INQUIRY=1, PARTS_INQUIRY=1), "FORBIDDEN"),
        (
            Actor(SUSI.id, SUSI.roles, STATION),
            delivery(week["firstDay"], PRICE_INQUIRY=1, PARTS_INQUIRY=1),
            "FORBIDDEN",
        ),
    ):
        refused = gives(desk, actor, "deliverWeeklyInquiries", asked)
        assert (refused["__typename"], refused["code"]) == ("Problem", code), refused
    told = shown(desk, receipt)
    assert told["all"] == [week], "a refusal changes nothing"
    assert told["overdue"] == [{"together": "WEEK"}]
    right = delivery(week["firstDay"], PARTS_INQUIRY=1, PRICE_INQUIRY=1)
    told = shown(desk, done(desk, "deliverWeeklyInquiries", right))
    assert told["overdue"] == []
    week, following = told["all"]
    assert (following["inquiries"], following["delivered"]) == (0, False), "due all the same"
    assert (week["delivered"], week["inTime"]) == (True, False)
    assert week["deliveredTo"] == [str(DORA.id)]
    assert {"category": "PARTS_INQUIRY", "inquiries": 1} in week["deliveredCounts"]
    kinds = [edge["node"]["__typename"] for edge in week["history"]["edges"]]
    assert kinds == ["InquiryWeekBegun", "WeeklyInquiriesDelivered"]
    again = gives(desk, HELEN, "deliverWeeklyInquiries", right)
    assert (again["code"], again["rule"]) == ("CONFLICT", "CON-4")


@rule("AUD-1", "CON-4")
def test_an_inquiry_may_be_told_late_that_was_classified_before_the_first_of_its_day(
    desk: Asking, clock: Clock
) -> None:
    early = logged(desk, 1)
    known_at = clock.forward(minutes=1)
    clock.forward(minutes=1)
    inquired(desk, 2, "PRICE_INQUIRY")
    facts = {"contactId": early, "category": "PARTS_INQUIRY"}
    late = {"effectiveAt": known_at.isoformat(), "reason": "the system was down"}
    [week] = shown(desk, done(desk, "classifyContact", facts, **late))["all"]
    assert week["inquiries"] == 2
