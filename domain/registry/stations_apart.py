"""Whoever is confined to a station deals with what is of it; others' is hidden from them."""

from __future__ import annotations

from uuid import UUID

from domain.messages import NotFound, Refusal, RefusalCode, World
from domain.registry.authority import confined_to


class AnotherStation(Refusal):
    """You can open something for your own station only."""

    code = RefusalCode.FORBIDDEN


def refuse_other_stations(
    world: World, *, opening_for: UUID | None, of: UUID | None, hidden: type[NotFound]
) -> None:
    """`opening_for` is the station that something is opened for, `of` that of what there is.

    Raises AnotherStation for the former, `hidden` for the latter.
    """
    station = confined_to(world)
    if station is None:
        return
    if opening_for not in (None, station):
        raise AnotherStation(fields=("station_id",))
    if of not in (None, station):
        raise hidden
