"""Service stations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID

from domain import messages
from domain.messages import NotFound, Refusal, RefusalCode, Role, Stream, Text, World


class RegisterStation(messages.Command):
    """Enter a service station."""

    roles = frozenset({Role.ADMIN, Role.SERVICE_DIRECTOR})
    station_id: UUID
    name: Text

    @property
    def stream(self) -> Stream:
        return Stream(Station.kind, self.station_id)


class RenameStation(messages.Command):
    """Give a service station another name."""

    roles = frozenset({Role.ADMIN, Role.SERVICE_DIRECTOR})
    station_id: UUID
    name: Text

    @property
    def stream(self) -> Stream:
        return Stream(Station.kind, self.station_id)


Command: TypeAlias = RegisterStation | RenameStation


class StationRegistered(messages.Event):
    """There is a service station of this name."""

    context = "registry"
    name: str


class StationRenamed(messages.Event):
    """A service station has another name."""

    context = "registry"
    name: str


Event: TypeAlias = StationRegistered | StationRenamed


class StationExists(Refusal):
    """This station is registered already."""

    code = RefusalCode.CONFLICT


class StationNotFound(NotFound):
    """There is no such station."""


@dataclass(frozen=True, slots=True)
class Station:
    kind: ClassVar[str] = "registry.Station"
    name: str


State = Station


def evolve(_: Station | None, event: Event) -> Station:
    match event:
        case StationRegistered(name=name) | StationRenamed(name=name):
            return Station(name)
        case never:
            assert_never(never)


def decide(station: Station | None, command: Command, world: World) -> list[Event]:
    match command:
        case RegisterStation(name=name):
            if station:
                raise StationExists
            return [StationRegistered(name=name)]
        case RenameStation(name=name):
            if station is None:
                raise StationNotFound
            return [StationRenamed(name=name)] if name != station.name else []
        case never:
            assert_never(never)
