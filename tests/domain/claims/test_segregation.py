"""Who manages a station neither approves nor edits its finance and stock records: SEG-2."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.claims import commands as c
from domain.claims import part_order as po
from domain.claims.commercial import commands as g
from domain.messages import Actor, Role
from domain.registry.authority import ManagesTheStation
from domain.registry.person import RegisterPerson
from domain.vocabulary import PaperKind
from tests.domain.claims.asked import delegation, request_write_off, sign_write_off
from tests.rules import rule
from tests.scenario import ADAM, DORA, FINN, given, person_id, standing_in
from tests.stories import (
    OTHER_STATION,
    STATION,
    attach,
    claim_id,
    claim_story,
    commercial_id,
    goodwill_story,
    part_order_id,
    part_order_story,
    request_parts,
    setting,
)

DAY = timedelta(days=1)
GUS = Actor(person_id(73), frozenset({Role.GM_ASSISTANT}))
EVERYTHING = frozenset(Role) - {Role.SYSTEM}
MANAGER = Actor(person_id(70), EVERYTHING, STATION)
OF_ANOTHER = Actor(person_id(70), EVERYTHING, OTHER_STATION)
BEFORE = {
    "claim": claim_story("claimable"),
    "write-off": claim_story("accepted").tell(request_write_off("100.00"), FINN),
    "accepted claim": claim_story("accepted"),
    "order": part_order_story("requested"),
    "approved order": part_order_story("approved"),
    "commercial": goodwill_story("amount fixed"),
}
WISHES = [
    pytest.param("claim", c.ApproveClaim(claim_id=claim_id()), id="approves a claim"),
    pytest.param("accepted claim", request_write_off("1.00"), id="asks for a write-off"),
    pytest.param("write-off", sign_write_off(), id="signs a write-off"),
    pytest.param(
        "write-off", c.DeclineWriteOff(claim_id=claim_id(), reason="no"), id="declines it"
    ),
    pytest.param("order", po.SignPartOrder(part_order_id=part_order_id()), id="signs an order"),
    pytest.param(
        "order",
        po.DeclinePartOrder(part_order_id=part_order_id(), reason="no"),
        id="declines an order",
    ),
    pytest.param(
        "approved order", po.PlacePartOrder(part_order_id=part_order_id()), id="places an order"
    ),
    pytest.param(
        "commercial",
        g.SignCommercialClaim(commercial_claim_id=commercial_id()),
        id="signs goodwill",
    ),
]


@rule("SEG-2")
@pytest.mark.parametrize(("before", "wish"), WISHES)
def test_whatever_other_roles_they_have_not_for_their_own_station(before, wish):
    scenario = given(BEFORE[before].histories)
    scenario.when(wish, actor=MANAGER).then_refused(ManagesTheStation)
    assert scenario.when(wish, actor=OF_ANOTHER).outcome()


@rule("SEG-2", "SEG-6")
def test_nor_standing_in_for_another_nor_through_one_who_stands_in_for_them():
    roles = frozenset({Role.STATION_MANAGER, Role.SERVICE_DIRECTOR})
    here = Actor(person_id(71), frozenset({Role.STATION_MANAGER}), STATION)
    both = RegisterPerson(person_id=person_id(72), name="Bea", held=roles, station_id=STATION)
    story = setting().tell(both, ADAM)
    story.tell(delegation(DORA, here, Role.SERVICE_DIRECTOR), ADAM)
    bea = Actor(both.person_id, roles, STATION)
    story.tell(delegation(bea, GUS, Role.SERVICE_DIRECTOR), ADAM)
    story.tell(delegation(DORA, GUS, Role.SERVICE_DIRECTOR), ADAM)
    scenario = given(claim_story("claimable", story=story).histories)
    approve = c.ApproveClaim(claim_id=claim_id())
    scenario.when(approve, actor=standing_in(here, DORA)).then_refused(ManagesTheStation)
    scenario.when(approve, actor=standing_in(GUS, bea)).then_refused(ManagesTheStation)
    assert scenario.when(approve, actor=standing_in(GUS, DORA)).outcome()


@rule("SEG-2")
def test_a_station_manager_still_asks_for_parts_and_prepares_claims():
    manager = Actor(person_id(70), frozenset({Role.STATION_MANAGER}), STATION)
    scenario = given(claim_story("opened").histories)
    for wish in (request_parts(), attach(PaperKind.OTHER)):
        assert scenario.when(wish, actor=manager).outcome()
