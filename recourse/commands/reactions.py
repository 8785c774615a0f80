"""Reactions: what the program was to do by itself, and was refused."""

from __future__ import annotations

import typer

from application.reaction_record import Refused
from recourse.bootstrap import built, caught_up
from recourse.commands.options import AsJson
from recourse.exits import Exit
from recourse.output import console, print_json, print_table
from recourse.settings import Settings


def refused(as_json: AsJson = False) -> None:
    """What waits: which event called for what, and why it was refused. Exit code 1 if any does."""
    with built(Settings.from_env()) as program:
        waiting = program.reactions.record.refused()
    tell(waiting, {}, as_json)


def again(as_json: AsJson = False) -> None:
    """Try again what was refused, once it is mended. Exit code 1 if something still is.

    What somebody has done by hand meanwhile is found done.
    """
    with built(Settings.from_env()) as program:
        tried = program.reactions.again()
        waiting = program.reactions.record.refused()
        caught_up(program)
    if not as_json:
        console.print(f"Done: {tried.done}. Refused still: {tried.refused_still}.")
    tell(waiting, {"done": tried.done}, as_json)


def tell(waiting: list[Refused], facts: dict[str, object], as_json: bool) -> None:
    if as_json:
        print_json({**facts, "refused": [shown(each) for each in waiting]})
    elif waiting:
        rows = [(r.position, r.reaction, r.code, r.rule, r.message) for r in waiting]
        print_table(["#position", "reaction", "=code", "=rule", "why, and what to do"], rows)
    else:
        console.print("No reaction was refused.")
    if waiting:
        raise typer.Exit(Exit.NOT_IN_ORDER)


def shown(each: Refused) -> dict[str, object]:
    return {
        "position": each.position,
        "event_id": each.event_id,
        "reaction": each.reaction,
        "code": each.code,
        "rule": each.rule,
        "message": each.message,
        "refused_at": each.refused_at,
    }
