"""Dealers, transfers and people as whoever has a token finds them: REG-1, REG-7, SEG-6."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.messages import Role
from recourse.bootstrap import adopt_policies
from tests.api import asking, world
from tests.api.asking import Asking
from tests.clock import NOON, Clock
from tests.databases import Databases
from tests.rules import rule
from tests.scenario import CHAN, MAX
from tests.stories import (
    DEALER,
    MACHINE,
    OTHER_DEALER,
    STATION,
    dealer_contact,
    dealer_story,
    hand_over_dealer,
    register_equipment,
    setting,
    transfer,
)

DEALERS = "{ dealers { edges { node { dealerId name contact birthday toBeCalled } } } }"
MOVED = """{
  transfers { edges { node { fee feeOwed fromDealer { dealerId } toDealer { dealerId } } } }
  equipmentList { edges { node { equipmentId dealer { dealerId } transfers { totalCount } } } }
}"""


@pytest.fixture(scope="module")
def office(databases: Databases, directory: Path) -> Iterator[Asking]:
    """Two dealers, one of them new, and a machine that moved from the one to the other."""
    clock = Clock()
    story = dealer_story(story=setting(register_equipment(dealer_id=DEALER)))
    other = dealer_contact(contact_id=OTHER_DEALER, name="Ye Mei")
    story.tell(hand_over_dealer(dealer_id=OTHER_DEALER, contact=other, station_id=None), CHAN)
    story.tell(transfer(), MAX)
    with databases.new() as database, asking.program(database, directory, clock) as program:
        world.fill(program.log, clock, story.happened)
        clock.now = max(NOON, clock.now)
        adopt_policies(program)
        with asking.following(program), asking.asking(program) as api:
            yield api


def nodes(answer: Any, name: str) -> list[Any]:
    return [edge["node"] for edge in answer[name]["edges"]]


def of_dealer(api: Asking, dealer_id: Any) -> Asking:
    return api.as_(Role.DEALER, dealer=dealer_id)


@rule("REG-1")
def test_the_channel_department_has_the_complete_record_in_the_clear(office: Asking) -> None:
    found = nodes(office.as_(Role.CHANNEL_DEPT).ask(DEALERS), "dealers")
    shown = {dealer["dealerId"]: (dealer["contact"], dealer["birthday"]) for dealer in found}
    assert shown == {
        str(DEALER): ("Zhou Ping", "1980-02-29"),
        str(OTHER_DEALER): ("Ye Mei", "1980-02-29"),
    }


def test_a_dealer_finds_itself_alone_and_a_station_those_it_looks_after(office: Asking) -> None:
    [itself] = nodes(of_dealer(office, DEALER).ask(DEALERS), "dealers")
    assert (itself["dealerId"], itself["contact"]) == (str(DEALER), None)
    at_station = office.as_(Role.SERVICE_AGENT, station=STATION)
    assert [d["dealerId"] for d in nodes(at_station.ask(DEALERS), "dealers")] == [str(DEALER)]


@rule("REG-7")
def test_who_gave_equipment_away_finds_the_fee_and_who_has_it_the_equipment(
    office: Asking,
) -> None:
    gave, has = (of_dealer(office, each).ask(MOVED) for each in (DEALER, OTHER_DEALER))
    [fee] = nodes(gave, "transfers")
    assert (fee["fee"], fee["feeOwed"]) == ("5000.00", True)
    assert fee["fromDealer"] == {"dealerId": str(DEALER)} and fee["toDealer"] is None
    assert nodes(gave, "equipmentList") == [] and nodes(has, "transfers") == []
    [machine] = nodes(has, "equipmentList")
    assert machine["equipmentId"] == str(MACHINE)
    assert machine["dealer"] == {"dealerId": str(OTHER_DEALER)}


@rule("SEG-2")
@pytest.mark.parametrize(
    ("mutation", "facts", "role"),
    [
        ("recordFirstCall", {"contact": {"contactId": str(DEALER)}}, Role.DEALER),
        ("returnDealerRecord", {}, Role.CHANNEL_DEPT),
        ("fileDealerRecord", {}, Role.AUDITOR),
        (
            "settleEncroachmentFee",
            {"equipmentId": str(MACHINE), "transferId": str(transfer().transfer_id)},
            Role.STATION_MANAGER,
        ),
    ],
)
def test_what_is_not_for_a_role_is_refused_and_changes_nothing(
    office: Asking, mutation: str, facts: dict[str, Any], role: Role
) -> None:
    of = {} if "equipmentId" in facts else {"dealerId": str(OTHER_DEALER)}
    paid = {"reference": "B-17"} if "equipmentId" in facts else {}
    before = office.program.log.last()
    answer = office.as_(role, dealer=OTHER_DEALER).do(mutation, {**of, **facts, **paid})
    assert (answer["__typename"], answer["code"]) == ("Problem", "FORBIDDEN"), answer
    assert office.program.log.last() == before
