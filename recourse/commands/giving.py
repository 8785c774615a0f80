"""Any command at the command line, from the domain's own declarations: nothing declared twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

import orjson
import typer
from pydantic import ValidationError
from pydantic.alias_generators import to_snake

from api.problems import InvalidInput
from application.aggregates import AGGREGATE_OF
from application.handling import handle
from application.instruction import Instruction
from application.log import Receipt
from application.recorded import Channel
from domain.messages import Command, Role
from recourse.bootstrap import built, caught_up, utc_now
from recourse.commands.options import AsJson, instant, text_of
from recourse.operator import operator
from recourse.output import console, print_json
from recourse.settings import Settings

COMMANDS: Final = {command.__name__.lower(): command for command in AGGREGATE_OF}


def give(
    command: Annotated[
        str, typer.Argument(metavar="COMMAND", help="Its name, as docs/events.md lists it.")
    ],
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME=VALUE]…", help="What it says; JSON where it is not text."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--input", metavar="FILE", exists=True, help="What it says, as JSON."),
    ] = None,
    role: Annotated[
        Role | None, typer.Option(metavar="ROLE", help="In which role, where several may.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why; kept with what happens.")] = None,
    effective_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it was so in fact, if earlier.")
    ] = None,
    id: Annotated[
        UUID | None, typer.Option("--id", help="The command's id: the same again changes nothing.")
    ] = None,
    describe: Annotated[
        bool, typer.Option("--describe", help="Say what it takes, as JSON Schema; give nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Give a command, and say at which position of the log it is done.

    It is refused like any other: with the rule, in words, and nothing recorded.
    """
    wanted = known(command)
    if describe:
        print_json(wanted.model_json_schema())
        return
    wish = read(wanted, file, values or ())
    instruction = instructed(wish, id, role or only_role(wanted), effective_at, reason)
    tell(carried_out(instruction), as_json)


def instructed(
    wish: Command, id: UUID | None, role: Role, effective_at: str | None, reason: str | None
) -> Instruction:
    """The wish, by who operates the program, now."""
    return Instruction(
        command=wish,
        id=id or uuid4(),
        actor=operator(role),
        now=utc_now(),
        channel=Channel.CLI,
        effective_at=instant(effective_at) if effective_at else None,
        reason=reason,
    )


def carried_out(instruction: Instruction) -> Receipt:
    """Handled, and seen by every view."""
    with built(Settings.from_env()) as program:
        receipt = handle(program.log, instruction)
        caught_up(program)
    return receipt


def tell(receipt: Receipt, as_json: bool) -> None:
    if as_json:
        print_json({"command_id": receipt.command_id, "position": receipt.position or None})
    elif receipt.position:
        console.print(f"Done, at position {receipt.position}.")
    else:
        console.print("It is so already; nothing was recorded.")


def known(name: str) -> type[Command]:
    """Raises typer.BadParameter."""
    plain = name.lower().replace("-", "").replace("_", "")
    if plain not in COMMANDS:
        near = ", ".join(c.__name__ for n, c in COMMANDS.items() if plain[-5:] in n)
        raise typer.BadParameter(
            f"There is no command {name!r}.{f' Similar: {near}.' if near else ''}",
            param_hint="COMMAND",
        )
    return COMMANDS[plain]


def only_role(command: type[Command]) -> Role:
    """The role in which it is given, if there is one only. Raises typer.BadParameter."""
    roles = sorted(command.roles - {Role.SYSTEM})
    if len(roles) != 1:
        choices = ", ".join(roles) or "nobody at the command line"
        raise typer.BadParameter(
            f"{command.__name__} may be given by {choices}.", param_hint="--role"
        )
    return roles[0]


def read(command: type[Command], file: Path | None, values: Sequence[str]) -> Command:
    """Raises InvalidInput, or typer.BadParameter for what is no JSON."""
    given: dict[str, Any] = in_file(file) if file else {}
    try:
        return command.model_validate_json(orjson.dumps(given | dict(map(pair, values))))
    except ValidationError as error:
        raise InvalidInput.of(error) from None


def in_file(file: Path) -> dict[str, Any]:
    try:
        given = orjson.loads(text_of(file))
    except orjson.JSONDecodeError as error:
        raise typer.BadParameter(f"{file} is no JSON: {error}.", param_hint="--input") from None
    if not isinstance(given, dict):
        raise typer.BadParameter(f"{file} holds no object.", param_hint="--input")
    return given


def pair(text: str) -> tuple[str, Any]:
    """NAME=VALUE, where a value that is an object, a list, or true, false or null is JSON."""
    name, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"{text!r}: write it as NAME=VALUE.", param_hint="NAME=VALUE")
    structured = value[:1] in ("{", "[") or value in ("true", "false", "null")
    try:
        return to_snake(name), orjson.loads(value) if structured else value
    except orjson.JSONDecodeError as error:
        raise typer.BadParameter(f"{name} is no JSON: {error}.", param_hint="NAME=VALUE") from None
