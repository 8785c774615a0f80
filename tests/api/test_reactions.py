"""What reactions were refused, by real tokens: read in pages, and given once more."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from application.handling import handle
from application.instruction import Instruction
from application.recorded import Channel
from domain.claims.events import ClaimOpened
from domain.messages import Actor, Command, Role
from domain.repairs.repair.commands import FileRepairReport
from domain.vocabulary import EquipmentKind
from recourse.bootstrap import Program, adopt_policies
from tests.api.asking import Asking
from tests.api.world import record
from tests.clock import NOON, Clock
from tests.processes.test_claiming import unregistered
from tests.repair_stories import repair_id, service_report
from tests.rules import rule
from tests.scenario import ENZO, SUSI
from tests.stories import register_equipment

REFUSED = """query ($first: Int, $after: String, $last: Int, $before: String) {
  refusedReactions(first: $first, after: $after, last: $last, before: $before) {
    edges { node { eventId position reaction code rule message refusedAt } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
AGAIN = "mutation { tryReactionsAgain { done refusedStill } }"


@pytest.fixture
def office(api: Asking, clock: Clock) -> Asking:
    """A phone under warranty was repaired that nobody registered: no claim could be opened."""
    adopt_policies(api.program)
    for on in unregistered().happened:
        record(api.program.log, clock, [on])
    clock.now = max(clock.now, NOON)
    give(api.program, FileRepairReport(repair_order_id=repair_id(), report=service_report()), ENZO)
    while api.program.reactions.step():  # the views follow by themselves
        pass
    return api


def give(program: Program, command: Command, actor: Actor) -> None:
    asked = Instruction(
        command=command, id=uuid4(), actor=actor, now=program.clock(), channel=Channel.CLI
    )
    handle(program.log, asked)


def refused(office: Asking, **page: Any) -> Any:
    return office.as_(Role.AUDITOR).ask(REFUSED, **page)["refusedReactions"]


def reactions(page: Any) -> list[str]:
    return [edge["node"]["reaction"] for edge in page["edges"]]


def again(office: Asking, role: Role) -> Any:
    return office.as_(role).post(AGAIN).json()


@rule("CLM-3")
def test_what_was_refused_is_read_and_given_once_more_when_it_is_mended(office: Asking) -> None:
    [edge] = refused(office)["edges"]
    node = edge["node"]
    assert (node["reaction"], node["code"]) == ("claim a reported repair", "rule_broken")
    assert "Register it" in node["message"] and node["refusedAt"] and node["eventId"]

    before = office.program.log.last()
    [error] = again(office, Role.AUDITOR)["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    tried = again(office, Role.ADMIN)["data"]["tryReactionsAgain"]
    assert tried == {"done": 0, "refusedStill": 1}
    assert office.program.log.last() == before, "nothing was mended, so nothing happened"

    phone = register_equipment(
        equipment_id=UUID(int=0xE9_0002),
        serial_number="356-1",
        model="T2",
        equipment=EquipmentKind.PHONE,
    )
    give(office.program, phone, SUSI)
    tried = again(office, Role.ADMIN)["data"]["tryReactionsAgain"]
    assert tried == {"done": 1, "refusedStill": 0}
    [opened] = office.program.log.select(types=[ClaimOpened.type_name()], limit=9)
    assert opened.envelope.channel is Channel.REACTION
    assert refused(office)["edges"] == []
    tried = again(office, Role.ADMIN)["data"]["tryReactionsAgain"]
    assert tried == {"done": 0, "refusedStill": 0}


def test_what_was_refused_is_listed_in_pages_in_the_order_of_the_log(api: Asking) -> None:
    with api.program.log.recorder.connections.transaction() as cursor:
        for position, reaction in ((1, "b"), (2, "a"), (1, "a")):
            cursor.execute(
                "INSERT INTO reaction_refusals (event_id, reaction, position, code, rule, message)"
                " VALUES (%s, %s, %s, 'failed', '', 'why')",
                (UUID(int=position), reaction, position),
            )
    first = refused(api, first=2)
    assert reactions(first) == ["a", "b"] and first["pageInfo"]["hasNextPage"]
    rest = refused(api, first=2, after=first["pageInfo"]["endCursor"])
    assert reactions(rest) == ["a"] and not rest["pageInfo"]["hasNextPage"]
    assert rest["pageInfo"]["hasPreviousPage"]
    back = refused(api, last=1, before=rest["pageInfo"]["startCursor"])
    assert reactions(back) == ["b"] and back["pageInfo"]["hasPreviousPage"]
    asking = api.as_(Role.AUDITOR)
    for cursor in ("W10=", "nonsense", "WyJ4IiwgInkiXQ=="):
        [error] = asking.post(REFUSED, first=1, after=cursor).json()["errors"]
        assert error["extensions"] == {"code": "INVALID"}
