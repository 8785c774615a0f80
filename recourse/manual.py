"""Pages of the manual that follow from the program: commands, settings, views, access, policies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import typer
from pydantic.alias_generators import to_camel
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from api.principal import AT_HEADQUARTERS_TOO, OUTSIDE, SCOPES, STATION_ROLES
from application import shipped
from application.intake import cii_terms, syntax_rules, ubl_terms
from application.intake.terms import Shape
from domain.credits.en16931 import peppol
from domain.credits.en16931.findings import ADVICE, RULES
from domain.credits.en16931.rules import PAPER, Rule
from domain.messages import Role
from domain.policy_content import Content, Deadline
from projections.catalogue import VIEWS, AnyView
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
start, with its name. Where spans are sent is said by OpenTelemetry's own variables
([operations](operations.md#watching)).

| variable | meaning | default |
| --- | --- | --- |
"""


def commands() -> Iterator[tuple[str, TyperCommand]]:
    """Every command with its full name, as in `recourse claims show`."""
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


# ── views and policies ──────────────────────────────────────────────────────

VIEWS_INTRODUCTION = """\
# Views

What can be looked at. Each view is a list and a look-up in [GraphQL](graphql.md), both with `asOf`;
`recourse views status` says how they fare. A reader needs the view's scope, and sees the rows of
their own station, dealer or person only, where the view belongs to such.
"""

POLICIES_INTRODUCTION = """\
# Policies

The numbers and lists that the rules refer to. They are data, published as events: a change is a new
version, in force from a moment on, and what was decided keeps the version it was decided under.
Those below ship with the program and are put into force where none was published;
`recourse policies show POLICY` prints what one says, `recourse policies publish FILE` replaces it.

| policy | about |
| --- | --- |
"""


def views() -> str:
    return VIEWS_INTRODUCTION + "".join(view_page(view) for view in VIEWS.values())


def view_page(view: AnyView) -> str:
    said = {
        "a row is": f"`{view.row.__name__}`, by `{view.key_column}`",
        "needs": f"`{view.scope}`",
        "belongs to": ", ".join(view.owners) or "everyone who holds the scope",
        "narrowed by": ", ".join(f"`{to_camel(each.argument)}`" for each in view.filters),
        "ordered by": ", ".join(f"`{order}`" for order in view.order_by),
        "leads to": ", ".join(f"`{to_camel(name)}`" for name in view.relations),
        "tells of a day": ", ".join(f"`{to_camel(name)}`" for name in view.on_day),
    }
    about = " ".join((view.row.__doc__ or "").split())
    facts = "".join(f"- {name} {value}\n" for name, value in said.items() if value)
    return f"\n## `{view.name}`\n\n{about}\n\n{facts}"


ACCESS_INTRODUCTION = """\
# Who reads what

By role. A reader with several roles has the scopes of all, and the reach of headquarters if any of
them has it. What each view needs stands with the [views](views.md); a row that is out of reach is
not found, whichever way it is asked for: in lists, counts, relations, histories, by id, in figures.

| role | sees rows of | scopes |
| --- | --- | --- |
"""


def access() -> str:
    rows = (
        f"| `{role}` | {whose(role)} | {', '.join(f'`{s}`' for s in sorted(SCOPES[role]))} |\n"
        for role in Role
    )
    return ACCESS_INTRODUCTION + "".join(rows)


def whose(role: Role) -> str:
    if role in AT_HEADQUARTERS_TOO:
        return "their station; all, if they have none"
    if role in STATION_ROLES:
        return "their station"
    return f"this {role}" if role in OUTSIDE else "all"


def policies() -> str:
    rows = (f"| `{content.policy_id}` | {about(content)} |\n" for content in shipped.contents())
    return POLICIES_INTRODUCTION + "".join(rows)


RULES_INTRODUCTION = """\
# Rules on credit notes

Every rule that a file is held to, by its id, and in which syntax it is looked for. Those marked
refuse a paper that claims to comply with EN 16931; of any other paper, and wherever there is no
mark, a breach is a warning that is kept with the note ([credit notes](credit-notes.md)).

Not here are rules that nothing can be found by. Whether a code and the words beside it mean the
same (BR-CO-05 to BR-CO-08) no program can tell, and the published validation lets it pass.
BR-CO-25 was withdrawn, BR-CO-27 is now CII-SR-470. In UBL the published BR-DEC-13 and BR-DEC-15
never apply; UBL-DT-01 says the same. Left out are rules on elements that EN 16931 has no use for
(UBL-CR-*, most CII-SR-* and CII-DT-*), rules of syntax on the payee and on several payments,
national rules but SE-R-013, and those of Peppol that bear on nothing we book.

| rule | UBL | CII | refuses | says |
| --- | --- | --- | --- | --- |
"""


def rules() -> str:
    """A row for each id; a rule of several lists is asked wherever one of them is."""
    rows: dict[str, Row] = {}
    for rule in RULES:
        asked = in_syntax(rule, ubl_terms.PAPER), in_syntax(rule, cii_terms.PAPER)
        rows[rule.id] = joined(rows.get(rule.id), Row(*asked, rule.id not in ADVICE, rule.says))
    rows |= {rule.id: Row(True, False, False, rule.says) for rule in peppol.RULES}
    rows |= {rule.id: Row(True, False, False, rule.says) for rule in syntax_rules.UBL}
    rows |= {rule.id: Row(False, True, False, rule.says) for rule in syntax_rules.CII}
    written = (f"| {id} | {rows[id].cells()} |\n" for id in sorted(rows))
    return RULES_INTRODUCTION + "".join(written)


class Row(NamedTuple):
    ubl: bool
    cii: bool
    refuses: bool
    says: str

    def cells(self) -> str:
        marks = ("yes" if each else "" for each in (self.ubl, self.cii, self.refuses))
        return " | ".join((*marks, self.says))


def joined(first: Row | None, row: Row) -> Row:
    if first is None:
        return row
    return first._replace(ubl=first.ubl or row.ubl, cii=first.cii or row.cii)


def in_syntax(rule: Rule, paper: Shape) -> bool:
    if rule.id in ("BR-DEC-13", "BR-DEC-15") and paper is ubl_terms.PAPER:
        return False
    return rule.of == PAPER or rule.of in set(groups_in(paper))


def groups_in(shape: Shape) -> Iterator[str]:
    for name, (_, inner) in shape.groups.items():
        yield name
        yield from groups_in(inner)


def about(content: Content) -> str:
    if isinstance(content, Deadline):
        return f"{content.about} ({', '.join(content.rules)})"
    return " ".join((type(content).__doc__ or "").split())
