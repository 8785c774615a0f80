"""What equipment is covered on a day, as the API says it: today, or any day that is named."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.handling import handle
from application.instruction import Instruction
from application.log import Receipt
from application.recorded import Channel
from domain.messages import Actor, Command, Role
from domain.registry.equipment import RecordExclusion
from domain.registry.registration import Owner, OwnerKind
from domain.vocabulary import ExclusionGround, Part
from recourse.bootstrap import adopt_policies
from recourse.commands.equipment import answered
from tests.api.asking import Asking
from tests.api.world import record
from tests.clock import NOON, Clock
from tests.rules import rule
from tests.scenario import MIA, STAN
from tests.stories import CUSTOMER, DELIVERED, MACHINE, file_of, register_equipment, setting

OTHERS = tuple(UUID(int=0xE9_0100 + number) for number in range(5))
WARRANTY = """query ($on: Date, $id: UUID!, $after: Position, $asOf: Moment) {
  equipment(equipmentId: $id, minPosition: $after, asOf: $asOf) {
    terms { part rule term { endsOn } }
    warranty(on: $on) {
      part covered rule on explanation
      term { startsOn nominalEnd daysAdded endBeforeHolidays endsOn holidayRule }
    }
  }
}"""


@pytest.fixture
def registry(api: Asking, clock: Clock) -> Asking:
    """A machine with a year of warranty; it is noon of a day in March of the next year."""
    adopt_policies(api.program)
    record(api.program.log, clock, setting().happened)
    clock.now = max(NOON, clock.now)
    return api


def gives(registry: Asking, command: Command, actor: Actor) -> Receipt:
    asked = Instruction(
        command=command,
        id=uuid4(),
        actor=actor,
        now=registry.program.clock(),
        channel=Channel.CLI,
    )
    return handle(registry.program.log, asked)


def shown(registry: Asking, **given: Any) -> Any:
    given.setdefault("after", registry.program.log.last())
    asking = registry.as_(Role.CUSTOMER, customer=CUSTOMER)
    return asking.ask(WARRANTY, id=str(MACHINE), **given)["equipment"]


def covered(registry: Asking, **given: Any) -> tuple[bool, str]:
    [told] = shown(registry, **given)["warranty"]
    return told["covered"], told["rule"]


@rule("REG-4", "REG-5")
def test_a_warranty_that_ended_by_the_mere_passing_of_time_is_shown_to_have_ended(
    registry: Asking, clock: Clock
) -> None:
    before = shown(registry)
    [term] = before["terms"]
    assert covered(registry) == (True, term["rule"])
    clock.forward(days=400)
    after = shown(registry)
    assert after["terms"] == before["terms"], "nothing happened to it"
    [told] = after["warranty"]
    assert (told["covered"], told["part"]) == (False, "MAIN_UNIT")
    assert told["on"] == clock.now.date().isoformat()
    assert "expired" in told["explanation"]


@rule("REG-4", "REG-5")
@pytest.mark.parametrize("years", [0, 1, 2])
def test_on_any_day_it_says_what_a_decision_would_find(registry: Asking, years: int) -> None:
    on = date(DELIVERED.year + years, DELIVERED.month, DELIVERED.day).isoformat()
    [told] = shown(registry, on=on)["warranty"]
    found = answered(registry.program, MACHINE, Part.MAIN_UNIT, on)
    assert (told["covered"], told["explanation"]) == (found.covered, found.explanation)
    assert (told["rule"], told["on"]) == (found.rule, on)
    assert found.term and told["term"]["endsOn"] == found.term.ends_on.isoformat()
    assert found.covered is (years < 2)


@rule("REG-6")
def test_what_was_excluded_is_not_covered_from_that_day_on_as_far_as_it_was_known(
    registry: Asking,
) -> None:
    known = registry.program.log.last()
    since = date(2026, 1, 15)
    exclusion = RecordExclusion(
        equipment_id=MACHINE,
        ground=ExclusionGround.LIQUID_INGRESS,
        since=since,
        evidence=(file_of("photo"),),
    )
    gives(registry, exclusion, MIA)
    assert covered(registry, on="2026-01-14")[0] is True
    assert covered(registry, on="2026-01-15") == (False, "REG-6")
    assert covered(registry, on="2026-01-15", asOf=str(known))[0] is True


def test_many_are_told_with_the_queries_of_one(
    registry: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, id in enumerate(OTHERS):
        machine = register_equipment(
            equipment_id=id,
            serial_number=f"SN-9{number}",
            owner=Owner(kind=OwnerKind.CUSTOMER, id=CUSTOMER),
        )
        gives(registry, machine, STAN)
    asked, reader, log = [], registry.program.reader, registry.program.log
    rows, select = reader.rows, log.select

    async def counted(query: bytes, params: Any) -> Any:
        asked.append("views")
        return await rows(query, params)

    def counting(**wanted: Any) -> Any:
        asked.append("log")
        return select(**wanted)

    shown(registry)
    monkeypatch.setattr(reader, "rows", counted)
    monkeypatch.setattr(log, "select", counting)

    def queries(first: int) -> list[str]:
        asked.clear()
        query = "query ($n: Int) { equipmentList(first: $n) { edges { node { <told> } } } }"
        told = query.replace("<told>", "warranty { covered } serialNumber")
        edges = registry.as_(Role.AUDITOR).ask(told, n=first)["equipmentList"]["edges"]
        assert len(edges) == first and all(each["node"]["warranty"] for each in edges)
        return sorted(asked)

    assert queries(6) == queries(1) != []
