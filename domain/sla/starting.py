"""What an event states that starts a clock: by when something is due, as computed then (SLA-2).

The version of the deadline is pinned, so that a later one does not move it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from domain import policies
from domain.messages import Message, Moment, World
from domain.policies import Pin, Policy, PolicyMissing, PolicyPublished
from domain.policy_content import Deadline, OpeningHours, PublicHolidays
from domain.sla.targets import Aim, Due, due_of
from domain.working_time import Instants, WorkingTime


class DueBy(Message):
    """By when something is due, counted from a moment, under a version of a deadline for good."""

    policy: Pin
    since: Moment
    due: Due


def late(due: DueBy | None, world: World) -> bool:
    """Whether it was due before now. That is on record, and never a refusal."""
    return due is not None and due.due.passed_by(world.effective_at)


def started(world: World, name: str, at: datetime, stated: date | datetime | None = None) -> DueBy:
    """By when it is due under the deadline in force, counted from a moment.

    `stated` is what an event says, where the deadline leaves it to one. Raises PolicyMissing.
    """
    return due_by(world, policies.published(world, f"{Deadline.PREFIX}{name}"), at, stated)


def restarted(world: World, pinned: Pin, at: datetime, pauses: Sequence[Instants] = ()) -> DueBy:
    """The same deadline, where its start was corrected (SLA-4) or it waited meanwhile (SLA-1a).

    Raises PolicyMissing.
    """
    policy = world.of(Policy, policies.stream_of(pinned.policy_id).id)
    versions = policy.versions if policy else ()
    found = next((each for each in versions if each.version == pinned.version), None)
    if found is None:
        raise PolicyMissing(f"Version {pinned.version} of {pinned.policy_id} was never published.")
    return due_by(world, found, at, pauses=pauses)


def due_by(
    world: World,
    published: PolicyPublished,
    at: datetime,
    stated: date | datetime | None = None,
    pauses: Sequence[Instants] = (),
) -> DueBy:
    assert isinstance(published.content, Deadline), f"{published.policy_id} is no deadline"
    pin = Pin(policy_id=published.policy_id, version=published.version)
    aim = Aim(published.content, pin, working_time(world), stated)
    return DueBy(policy=pin, since=at, due=due_of(aim, at, pauses))


def working_time(world: World) -> WorkingTime:
    """The organisation's opening hours and holidays in force. Raises PolicyMissing."""
    hours = policies.in_force(world, OpeningHours)
    holidays = policies.in_force(world, PublicHolidays)
    return WorkingTime(policies.zone(world), hours, holidays)
