"""What happened to one thing, as it was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import typer
from pydantic import BaseModel
from rich.padding import Padding
from rich.text import Text

from application.personal import Vault
from application.personal_reads import Reading
from application.recorded import Channel, Recorded, UnknownEvent
from domain.messages import Erased, Sealed
from domain.registry.person import Person, PersonRegistered
from processes.reactions import ITSELF
from recourse.asking import ask
from recourse.bootstrap import Program, built, caught_up
from recourse.commands.options import AsJson, AsOf, moment
from recourse.exits import NotInOrder
from recourse.operator import operator_id
from recourse.output import console, print_json
from recourse.settings import Settings

BY_NUMBER: Final = """
query ($number: String!) {
  ours: claims(number: $number, first: 2) { edges { node { thing: claimId } } }
  theirs: claims(manufacturerNumber: $number, first: 2) { edges { node { thing: claimId } } }
  notes: creditNotes(number: $number, first: 2) { edges { node { thing: noteId } } }
  equipment: equipmentList(serialNumber: $number, first: 2) {
    edges { node { thing: equipmentId } }
  }
}"""
INDENT: Final = 9


def history(
    thing: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="An id, or the number of a claim, a credit note or equipment."
        ),
    ],
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Everything that happened to one thing, oldest first: what, when, who, why."""
    with built(Settings.from_env()) as program:
        id = id_of(caught_up(program), thing)
        records = up_to(program, program.log.history(id), as_of)
        if not records:
            raise NotInOrder(f"Nothing is recorded of {thing}{f' as of {as_of}' if as_of else ''}.")
        names = people(program, records)
        facts = [opened(program.vault, record) for record in records]
    if as_json:
        told = zip(records, facts, strict=True)
        print_json([described(record, known, names) for record, known in told])
        return
    for record, known in zip(records, facts, strict=True):
        tell(record, known, names)
    kind = records[0].envelope.stream.kind
    console.print(
        f"{kind} {id}: {len(records)} events, times in UTC{f', as of {as_of}' if as_of else ''}."
    )


def id_of(program: Program, thing: str) -> UUID:
    """Raises NotInOrder unless it names exactly one thing."""
    try:
        return UUID(thing)
    except ValueError:
        found = ask(program, BY_NUMBER, number=thing)
    things = {edge["node"]["thing"] for page in found.values() for edge in page["edges"]}
    if len(things) != 1:
        raise NotInOrder(
            f"{len(things)} things have the number {thing}: name one by its id."
            if things
            else f"Nothing has the id or the number {thing}."
        )
    return UUID(things.pop())


def up_to(program: Program, records: list[Recorded], as_of: str | None) -> list[Recorded]:
    if as_of is None:
        return records
    at = moment(as_of)
    last = at if isinstance(at, int) else program.log.position_at(at)
    return [record for record in records if record.position <= last]


# ── who ─────────────────────────────────────────────────────────────────────


def people(program: Program, records: Iterable[Recorded]) -> dict[UUID, str]:
    """The names of those who did it, as far as they are registered and not erased."""
    actors = {record.envelope.actor for record in records}
    actors |= {r.envelope.on_behalf_of for r in records if r.envelope.on_behalf_of}
    sealed = {id: name for id in actors if (name := registered_name(program, id))}
    opened = program.vault.open_many(reading(), list(sealed.values()))
    return {id: str(name) for id, name in zip(sealed, opened, strict=True) if isinstance(name, str)}


def reading() -> Reading:
    """Whoever operates the program reads it."""
    return Reading(operator_id(), Channel.CLI, "the command line")


def registered_name(program: Program, person: UUID) -> Sealed | None:
    first = program.log.select(stream_id=person, limit=1)
    match first:
        case [Recorded(event=PersonRegistered(name=Sealed() as name), envelope=envelope)]:
            return name if envelope.stream.kind == Person.kind else None
        case _:
            return None


def who(record: Recorded, names: dict[UUID, str]) -> str:
    """Their name, in whose place, and in which roles."""
    envelope = record.envelope
    roles = ", ".join(sorted(envelope.roles)).replace("_", " ")
    itself = {ITSELF.id: "the program"}
    name = (names | itself).get(envelope.actor, str(envelope.actor)[:8])
    principal = envelope.on_behalf_of
    instead = f" for {names.get(principal, str(principal)[:8])}" if principal else ""
    return f"{name}{instead} ({roles})"


# ── what ────────────────────────────────────────────────────────────────────


def opened(vault: Vault, record: Recorded) -> dict[str, Any]:
    """The facts of an event, what is personal in the clear or None."""
    event = record.event
    if isinstance(event, UnknownEvent):
        return {"unknown": repr(event)}
    return {name: in_the_clear(vault, value) for name, value in event}


def in_the_clear(vault: Vault, value: Any) -> Any:
    match value:
        case Sealed():
            [text] = vault.open_many(reading(), [value])
            return text if isinstance(text, str) else None
        case Erased():
            return None
        case BaseModel():
            return {name: in_the_clear(vault, inner) for name, inner in value}
        case tuple() | list() | frozenset():
            return [in_the_clear(vault, inner) for inner in value]
        case _:
            return value


def tell(record: Recorded, facts: dict[str, Any], names: dict[UUID, str]) -> None:
    """Two lines: what and who, then the facts."""
    envelope = record.envelope
    line = Text(f"{envelope.position:>7}  {shown(envelope.recorded_at)}  ")
    line.append(record.event.type_name().rpartition(".")[2], style="bold")
    console.print(line.append(f"  {who(record, names)}"))
    told = [
        *brief(facts),
        *([f"in fact {shown(envelope.effective_at)}"] if is_earlier(record) else []),
        *([f"“{envelope.reason}”"] if envelope.reason else []),
    ]
    if told:
        console.print(Padding(Text(" · ".join(told), style="dim"), (0, 0, 0, INDENT)))


def is_earlier(record: Recorded) -> bool:
    return record.effective_at < record.recorded_at


def shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def brief(facts: dict[str, Any]) -> Iterator[str]:
    """The plain facts, amounts as amounts; what has parts of its own is left to --json."""
    plain = {name: text for name, value in facts.items() if (text := short(value))}
    yield from (f"{name.replace('_', ' ')} {text}" for name, text in plain.items())


def short(value: Any) -> str | None:
    match value:
        case {"amount": amount, "currency": currency, **rest} if not rest:
            return f"{amount} {currency}"
        case dict() | UUID() | None | False:
            return None
        case list():
            texts = [text for each in value if (text := short(each))]
            return ", ".join(texts) if len(texts) == len(value) and texts else None
        case datetime():
            return shown(value)
        case str() if len(value) == 64 and " " not in value:
            return None  # a hash says nothing to a person
        case _:
            return str(value)


def described(record: Recorded, facts: dict[str, Any], names: dict[UUID, str]) -> dict[str, object]:
    """Everything about an event, for programs."""
    envelope = record.envelope
    return {
        "position": envelope.position,
        "type": record.event.type_name(),
        "stream": {"kind": envelope.stream.kind, "id": envelope.stream.id},
        "version": envelope.version,
        "event_id": envelope.event_id,
        "recorded_at": envelope.recorded_at,
        "effective_at": envelope.effective_at,
        "actor": {"id": envelope.actor, "name": names.get(envelope.actor)},
        "on_behalf_of": envelope.on_behalf_of,
        "roles": sorted(envelope.roles),
        "channel": envelope.channel,
        "command_id": envelope.command_id,
        "correlation_id": envelope.correlation_id,
        "causation_id": envelope.causation_id,
        "reason": envelope.reason,
        "policies": envelope.policies,
        "facts": facts,
    }
