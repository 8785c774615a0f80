"""Names that only one thing may bear: serial numbers, claim numbers, numbers of credit notes.

A name is a stream of its own, so two that want it at once meet at its version, and never at a
query of a view. It becomes free again only by an event.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID, uuid5

from domain.messages import Event, On, Refusal, RefusalCode, Stream, World

NAMES = UUID("6f1a1d3e-5f0c-5c2b-9d55-2c7d2f6f9a10")


class NameTaken(Event):
    """A name was given to a thing."""

    context = "uniqueness"
    of: str
    bearer: UUID


class NameReleased(Event):
    """A name may be given again."""

    context = "uniqueness"
    of: str


UniquenessEvent: TypeAlias = NameTaken | NameReleased


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who bears a name now."""

    kind: ClassVar[str] = "uniqueness.Name"
    id: UUID | None


def evolve(_: Bearer | None, event: UniquenessEvent) -> Bearer:
    match event:
        case NameTaken(bearer=bearer):
            return Bearer(bearer)
        case NameReleased():
            return Bearer(None)
        case never:
            assert_never(never)


class AlreadyTaken(Refusal):
    """Something else already bears this name."""

    code = RefusalCode.CONFLICT

    def __init__(self, message: str | None = None, *, bearer: UUID | None = None) -> None:
        super().__init__(message)
        self.bearer = bearer


def name_id(of: str, *parts: str) -> UUID:
    """The stream of a name: what it is a name of, and its parts, NFC, trimmed, case-folded."""
    words = (unicodedata.normalize("NFC", part).strip().casefold() for part in parts)
    return uuid5(NAMES, json.dumps([of, *words]))


def bearer(world: World, of: str, *parts: str) -> UUID | None:
    """The thing that bears the name."""
    found = world.of(Bearer, name_id(of, *parts))
    return found.id if found else None


def take(world: World, by: UUID, of: str, *parts: str, taken: type[AlreadyTaken]) -> list[On]:
    """Give the name to a thing; nothing to do if it has it, `taken` if another one has."""
    match bearer(world, of, *parts):
        case None:
            return [On(Stream(Bearer.kind, name_id(of, *parts)), NameTaken(of=of, bearer=by))]
        case holder if holder == by:
            return []
        case holder:
            raise taken(bearer=holder)


def release(of: str, *parts: str) -> On:
    return On(Stream(Bearer.kind, name_id(of, *parts)), NameReleased(of=of))
