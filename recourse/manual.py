"""The pages of the manual that follow from the program itself: its commands and its settings."""

from __future__ import annotations

from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from recourse.cli import app
from recourse.exits import Exit
from recourse.settings import Settings

COMMANDS_INTRODUCTION = """\
# The command line

Everything the program does is a command of `recourse`. Each explains itself with `--help`; those
that a program may call answer in JSON with `--json`, on standard output and nothing else there.
Which database they work on is said by the [settings](settings.md).

| exit code | meaning |
| ---: | --- |
"""

SETTINGS_INTRODUCTION = """\
# Settings

The program is told by environment variables. None is needed: without any it starts a database of
its own and listens on loopback. An empty variable counts as unset; a wrong one is refused at the
start, with its name.

| variable | meaning | default |
| --- | --- | --- |
"""


def commands() -> Iterator[tuple[str, TyperCommand]]:
    """Every command with its full name, as in `recourse claims list`."""
    yield from below("recourse", typer.main.get_command(app()))


def below(name: str, command: object) -> Iterator[tuple[str, TyperCommand]]:
    if isinstance(command, TyperGroup):
        for word, inner in command.commands.items():
            yield from below(f"{name} {word}", inner)
    elif isinstance(command, TyperCommand):
        yield name, command


def command_line() -> str:
    codes = "".join(f"| {code.value} | {code.meaning} |\n" for code in Exit)
    pages = "".join(page(name, command) for name, command in commands())
    return COMMANDS_INTRODUCTION + codes + pages


def page(name: str, command: TyperCommand) -> str:
    return "\n".join(
        [
            f"\n## `{name}`\n",
            *paragraphs(command.help or ""),
            *options(command),
            *examples(command.epilog or ""),
        ]
    )


def paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.split("\n\n"):
        yield " ".join(paragraph.split()) + "\n"


def options(command: TyperCommand) -> Iterator[str]:
    rows = [row for parameter in command.params if (row := option(parameter))]
    if rows:
        yield "| argument or option | meaning |\n| --- | --- |"
        yield "\n".join(rows) + "\n"


def option(parameter: object) -> str:
    match parameter:
        case TyperArgument():
            return f"| `{parameter.metavar or str(parameter.name).upper()}` | {parameter.help} |"
        case TyperOption() if not parameter.hidden:
            names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
            return f"| {names} | {parameter.help} |"
        case _:
            return ""


def examples(epilog: str) -> Iterator[str]:
    """The lines of the epilog that are commands."""
    lines = [line.strip() for line in epilog.splitlines() if line.strip().startswith("recourse")]
    if lines:
        yield "```console\n" + "\n".join(f"$ {line}" for line in lines) + "\n```\n"


def settings() -> str:
    rows = (
        f"| `{field.alias}` | {field.description} | {default(name)} |\n"
        for name, field in Settings.model_fields.items()
    )
    return SETTINGS_INTRODUCTION + "".join(rows)


def default(name: str) -> str:
    field = Settings.model_fields[name]
    return "see there" if field.default_factory else f"`{field.default}`" if field.default else "–"
