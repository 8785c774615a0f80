"""One machine or phone at the command line: until when it is under warranty, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final
from uuid import UUID

import typer

from application.handling import evolved, loaded
from domain import policies
from domain.calendar import local_day
from domain.messages import Stream, World
from domain.policy_content import PublicHolidays
from domain.registry.equipment import Equipment
from domain.vocabulary import Part
from domain.warranty import WarrantyAnswer
from processes.reactions import ITSELF
from recourse.asking import ask
from recourse.bootstrap import Program, built, caught_up
from recourse.commands.options import AsJson
from recourse.exits import NotInOrder
from recourse.output import console, print_facts, print_json
from recourse.settings import Settings

BY_SERIAL: Final = """
query ($serial: String!) {
  found: equipmentList(serialNumber: $serial, first: 2) { edges { node { equipmentId } } }
}"""


def warranty(
    equipment: Annotated[
        str, typer.Argument(metavar="EQUIPMENT", help="Its id, or its serial number.")
    ],
    part: Annotated[Part, typer.Option(help="Of which part.")] = Part.MAIN_UNIT,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="On which day; today if it is not said.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Whether a part is under warranty on a day: by which rule, from when until when, and why.

    Days that repair and field orders kept it out of use are added, and an end on a holiday is
    moved by the calendar as it is published now (REG-4 to REG-6).
    """
    with built(Settings.from_env()) as program:
        id = id_of(caught_up(program), equipment)
        answer = answered(program, id, part, on)
    if as_json:
        print_json(answer.model_dump(mode="json"))
        return
    print_facts(facts(answer))
    console.print(answer.explanation)


def id_of(program: Program, equipment: str) -> UUID:
    """The id of what is named by its id or its serial number. Raises NotInOrder."""
    try:
        return UUID(equipment)
    except ValueError:
        found = ask(program, BY_SERIAL, serial=equipment)["found"]["edges"]
    if len(found) != 1:
        raise NotInOrder(
            f"Several manufacturers gave the serial number {equipment}: name one by its id."
            if found
            else f"There is no equipment {equipment}."
        )
    return UUID(found[0]["node"]["equipmentId"])


def answered(program: Program, id: UUID, part: Part, on: str | None) -> WarrantyAnswer:
    """As a decision of this moment would find it. Raises NotInOrder, typer.BadParameter."""
    named = Stream(Equipment.kind, id)
    streams = {named, *map(policies.stream_of, ("organisation", "public_holidays"))}
    histories = loaded(program.log, streams)
    if not histories[named].events:
        raise NotInOrder(f"There is no equipment {id}.")
    states = {stream: evolved(stream, history) for stream, history in histories.items()}
    now = program.clock()
    world = World(now, ITSELF, now, states)
    day = day_of(on) if on else local_day(now, policies.zone(world))
    holidays = policies.in_force(world, PublicHolidays)
    return world.the(Equipment, id).under_warranty(part, day, holidays)


def day_of(text: str) -> date:
    """Raises typer.BadParameter."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day: write it as 2026-03-06.") from None


def facts(answer: WarrantyAnswer) -> Mapping[str, object]:
    term = answer.term
    told = {"covered": "yes" if answer.covered else "no", "on": answer.on, "rule": answer.rule}
    if term is None:
        return told
    return told | {
        "starts": term.starts_on,
        "ends, nominally": term.nominal_end,
        "days added": term.days_added,
        "ends": term.ends_on,
        "holidays": term.holiday_rule,
    }
