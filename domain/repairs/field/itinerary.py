"""Where an engineer goes on a day: in by a time of the morning (FLD-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, TypeAlias
from uuid import UUID, uuid5

from pydantic import Field

from domain import messages, policies
from domain.approvals import Names, names
from domain.messages import About, Message, Moment, PersonalText, Role, Stream, Text, World
from domain.policies import Pin
from domain.policy_content import Every
from domain.registry.person import Person, PersonNotFound
from domain.registry.stations_apart import refuse_other_stations
from domain.sla.periods import due_in

ITINERARY = "repairs.Itinerary"
ITINERARIES = UUID("0d5b7c1f-6f1f-5f0c-9c61-5b0e6d1b7a42")
CLOCK = "engineer_itinerary"

# ── commands and events ─────────────────────────────────────────────────────


class PlannedStop(Message):
    """Where an engineer goes, for what, and whom they meet there."""

    field_order_id: UUID | None = None
    work: Text
    customer_id: UUID | None = None
    place: Text
    contact: Text


class FileItinerary(messages.Command):
    """Say where an engineer goes on a day; again, if the plan changes (FLD-11)."""

    roles = frozenset({Role.ENGINEER, Role.SERVICE_SUPERVISOR, Role.STATION_MANAGER})
    engineer_id: UUID
    day: date
    stops: Annotated[tuple[PlannedStop, ...], Field(min_length=1)]

    @property
    def stream(self) -> Stream:
        return Stream(ITINERARY, uuid5(ITINERARIES, f"{self.engineer_id} {self.day}"))


Command: TypeAlias = FileItinerary


class SealedStop(Message):
    """A planned stop, of which the place and the contact are personal data.

    About the customer where one is known, else about the engineer.
    """

    field_order_id: UUID | None
    work: str
    customer_id: UUID | None
    subject: UUID
    place: Annotated[PersonalText, About("subject")]
    contact: Annotated[PersonalText, About("subject")]


class ItineraryFiled(messages.Event):
    """Where an engineer goes on a day is known (FLD-11)."""

    context = "repairs"
    engineer_id: UUID
    station_id: UUID | None
    day: date
    stops: tuple[SealedStop, ...]
    due_at: Moment | None
    late: bool | None
    clock: Pin | None
    filed_by: Names


Event: TypeAlias = ItineraryFiled

# ── state and decisions ─────────────────────────────────────────────────────


class ItineraryNotFound(messages.NotFound):
    """There is no such engineer at your station."""


@dataclass(frozen=True, slots=True)
class Itinerary:
    """How often it was filed for the day."""

    kind: ClassVar[str] = ITINERARY
    times: int


State = Itinerary


def evolve(itinerary: Itinerary | None, event: Event) -> Itinerary:
    return Itinerary((itinerary.times if itinerary else 0) + 1)


def decide(itinerary: Itinerary | None, command: Command, world: World) -> list[Event]:
    """Filing it again is recorded again; whether it was late, each says of itself."""
    engineer = world.of(Person, command.engineer_id)
    if engineer is None:
        raise PersonNotFound(fields=("engineer_id",))
    refuse_other_stations(world, opening_for=None, of=engineer.station_id, hidden=ItineraryNotFound)
    due_at, late = due_by(command.day, world)
    return [
        ItineraryFiled(
            engineer_id=command.engineer_id,
            station_id=engineer.station_id,
            day=command.day,
            stops=tuple(stop_about(stop, command.engineer_id) for stop in command.stops),
            due_at=due_at,
            late=late,
            clock=policies.clock(world, CLOCK),
            filed_by=names(world),
        )
    ]


def stop_about(stop: PlannedStop, engineer_id: UUID) -> SealedStop:
    return SealedStop(**stop.model_dump(), subject=stop.customer_id or engineer_id)


def due_by(day: date, world: World) -> tuple[datetime, bool]:
    """When the itinerary of the day is due, and whether that is past."""
    target = policies.deadline(world, CLOCK).target
    assert isinstance(target, Every), f"{CLOCK} is due every day"
    due = due_in(target, day, policies.zone(world))
    return due.at, due.passed_by(world.effective_at)
