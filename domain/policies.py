"""Policies: the numbers and lists the rules refer to, published as events, versioned and dated.

A decision asks for the policy in force; the version it was given is kept with its events. What
was published is never rewritten: a change is a new version, from an instant that is not past
(SLA-2), so that what was in force at any past moment stays so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, TypeAlias, TypeVar, assert_never
from uuid import UUID, uuid5

from domain import messages
from domain.messages import Message, Moment, Refusal, RefusalCode, Role, Stream, World
from domain.policy_content import Content, Deadline, Organisation, PolicyContent

POLICIES: Final = UUID("1c5b6f6e-52a5-5a0e-8d0c-7d4d3c1b2a61")


def stream_of(policy_id: str) -> Stream:
    return Stream(Policy.kind, uuid5(POLICIES, policy_id))


# ── commands ────────────────────────────────────────────────────────────────


class PublishPolicy(messages.Command):
    """Put a policy into force, at once or from a moment to come."""

    roles = frozenset({Role.ADMIN})
    content: PolicyContent
    effective_from: Moment | None = None

    @property
    def stream(self) -> Stream:
        return stream_of(self.content.policy_id)


class AdoptShippedPolicy(messages.Command):
    """Put a policy that ships with the program into force, unless there is one already."""

    roles = frozenset({Role.ADMIN, Role.SYSTEM})
    content: PolicyContent
    effective_from: Moment

    @property
    def stream(self) -> Stream:
        return stream_of(self.content.policy_id)


Command: TypeAlias = PublishPolicy | AdoptShippedPolicy

# ── events ──────────────────────────────────────────────────────────────────


class PolicyPublished(messages.Event):
    """A version of a policy is in force from a moment, until the next one is."""

    context = "policies"
    schema_version = 2
    policy_id: str
    version: int
    effective_from: Moment
    content: PolicyContent


Event: TypeAlias = PolicyPublished


class Pin(Message):
    """The version of a policy that applies to something for good (SLA-2)."""

    policy_id: str
    version: int


# ── refusals ────────────────────────────────────────────────────────────────


class PolicyWouldRewriteThePast(Refusal):
    """A policy can change only from now on. Leave the moment out, or name one to come."""

    rule = "SLA-2"


class PolicyOutOfOrder(Refusal):
    """A later version of this policy is already published from a later moment."""

    rule = "SLA-2"


class PolicyMissing(Refusal):
    """A policy that this decision needs is not in force."""

    code = RefusalCode.UNAVAILABLE


# ── state and decisions ─────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Policy:
    """The versions of one policy, oldest first."""

    kind: ClassVar[str] = "policies.Policy"
    versions: tuple[PolicyPublished, ...]

    @property
    def latest(self) -> PolicyPublished:
        return self.versions[-1]

    def at(self, moment: datetime) -> PolicyPublished | None:
        """The version in force: the last published of those whose time has come."""
        begun = (v for v in reversed(self.versions) if v.effective_from <= moment)
        return next(begun, None)


State = Policy


def evolve(policy: Policy | None, event: Event) -> Policy:
    return Policy((*(policy.versions if policy else ()), event))


def decide(policy: Policy | None, command: Command, world: World) -> list[Event]:
    match command:
        case AdoptShippedPolicy(content=content, effective_from=effective_from):
            return [] if policy else [version(1, content, effective_from)]
        case PublishPolicy(content=content) if policy and unchanged(policy, command):
            return []
        case PublishPolicy(content=content):
            effective_from = command.effective_from or world.now
            return [version(next_version(policy, effective_from, world), content, effective_from)]
        case never:
            assert_never(never)


def unchanged(policy: Policy, command: PublishPolicy) -> bool:
    return command.effective_from is None and policy.latest.content == command.content


def next_version(policy: Policy | None, effective_from: datetime, world: World) -> int:
    if policy is None:
        return 1
    if effective_from < world.now:
        raise PolicyWouldRewriteThePast(fields=("effective_from",))
    if effective_from < policy.latest.effective_from:
        raise PolicyOutOfOrder(fields=("effective_from",))
    return policy.latest.version + 1


def version(number: int, content: PolicyContent, effective_from: datetime) -> PolicyPublished:
    return PolicyPublished(
        policy_id=content.policy_id, version=number, effective_from=effective_from, content=content
    )


# ── asking for what is in force ─────────────────────────────────────────────

C = TypeVar("C", bound=Content)


def in_force(world: World, content: type[C]) -> C:
    """What the one policy of a kind says now. Raises PolicyMissing."""
    found = published(world, content.model_fields["policy"].default).content
    assert isinstance(found, content), f"{found.policy_id} is no {content.__name__}"
    return found


def clock(world: World, name: str) -> Pin:
    """The version of a deadline that a clock starting now keeps (SLA-2). Raises PolicyMissing."""
    found = published(world, f"{Deadline.PREFIX}{name}")
    return Pin(policy_id=found.policy_id, version=found.version)


def deadline(world: World, name: str) -> Deadline:
    """What a deadline says now. Raises PolicyMissing."""
    found = published(world, f"{Deadline.PREFIX}{name}").content
    assert isinstance(found, Deadline), f"{found.policy_id} is no deadline"
    return found


def pin(world: World, content: type[Content]) -> Pin:
    """The version in force of the one policy of a kind (SLA-2). Raises PolicyMissing."""
    found = published(world, content.model_fields["policy"].default)
    return Pin(policy_id=found.policy_id, version=found.version)


def zone(world: World) -> str:
    """The organisation's time zone."""
    return in_force(world, Organisation).zone


def published(world: World, policy_id: str) -> PolicyPublished:
    policy = world.of(Policy, stream_of(policy_id).id)
    found = policy.at(world.now) if policy else None
    if found is None:
        raise PolicyMissing(
            f"No policy {policy_id} is in force. Publish one: recourse policies publish FILE."
        )
    return found


def consulted(states: Mapping[Stream, Any], now: datetime) -> dict[str, int]:
    """The versions in force of the policies that a decision looked at, by policy id."""
    policies = (state for state in states.values() if isinstance(state, Policy))
    in_force_now = (policy.at(now) for policy in policies)
    return {found.policy_id: found.version for found in in_force_now if found}
