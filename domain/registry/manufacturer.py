"""Manufacturers: who they are on paper, and what they want of claims.

Each tax id, registration id and name belongs to one manufacturer, so that the issuer of a credit
note is found by what the paper says (rulebook, section 1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, ClassVar, Final, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from domain import messages, uniqueness
from domain.messages import Message, NotFound, On, Refusal, RefusalCode, Role, Stream, Text, World
from domain.policy_content import ReasonWord

KEEPERS = frozenset({Role.FINANCE, Role.CLAIMS_MANAGER})
SubmissionDays = Annotated[int, Field(ge=1, le=3650)]


class IdentityKind(StrEnum):
    """By what a manufacturer is known on paper."""

    TAX_ID = "tax_id"
    REGISTRATION_ID = "registration_id"
    NAME = "name"


NAME_OF: Final = {
    IdentityKind.TAX_ID: "registry.TaxId",
    IdentityKind.REGISTRATION_ID: "registry.RegistrationId",
    IdentityKind.NAME: "registry.ManufacturerName",
}


class Identity(Message):
    """One of the things by which a manufacturer is known."""

    kind: IdentityKind
    value: Text

    @property
    def key(self) -> str:
        """The value as papers vary it: ids without separators, names without double spaces."""
        separators, instead = (r"\s+", " ") if self.kind == IdentityKind.NAME else (r"[\s.\-]", "")
        return re.sub(separators, instead, self.value)


# ── commands ────────────────────────────────────────────────────────────────


class ManufacturerCommand(messages.Command):
    roles = KEEPERS
    manufacturer_id: UUID

    @property
    def stream(self) -> Stream:
        return Stream(Manufacturer.kind, self.manufacturer_id)


class RegisterManufacturer(ManufacturerCommand):
    """Enter a manufacturer. Its name is one of its identities."""

    name: Text
    identities: tuple[Identity, ...] = ()
    submission_days: SubmissionDays | None = None


class AddManufacturerIdentity(ManufacturerCommand):
    """Record one more id or name under which a manufacturer appears on paper."""

    identity: Identity


class RemoveManufacturerIdentity(ManufacturerCommand):
    """Take back an id or a name that was recorded by mistake; another may then be known by it."""

    identity: Identity
    reason: Text


class SetClaimLimit(ManufacturerCommand):
    """Say within how many calendar days claims are wanted; None: as the policy says."""

    submission_days: SubmissionDays | None


class AddReasonWord(ManufacturerCommand):
    """Record a word that this manufacturer uses for differences (CRN-12)."""

    word: ReasonWord


Command: TypeAlias = (
    RegisterManufacturer
    | AddManufacturerIdentity
    | RemoveManufacturerIdentity
    | SetClaimLimit
    | AddReasonWord
)  # ── events ──────────────────────────────────────────────────────────────────


class ManufacturerRegistered(messages.Event):
    """There is a manufacturer of this name, known by these identities."""

    context = "registry"
    name: str
    identities: tuple[Identity, ...]
    submission_days: int | None


class ManufacturerIdentityAdded(messages.Event):
    """A manufacturer is known by one more id or name."""

    context = "registry"
    identity: Identity


class ManufacturerIdentityRemoved(messages.Event):
    """A manufacturer is not known by that id or name after all."""

    context = "registry"
    identity: Identity
    reason: str


class ClaimLimitSet(messages.Event):
    """A manufacturer wants claims within so many calendar days, or as the policy says."""

    context = "registry"
    submission_days: int | None


class ReasonWordAdded(messages.Event):
    """A manufacturer has a word of its own for a difference."""

    context = "registry"
    word: ReasonWord


Event: TypeAlias = (
    ManufacturerRegistered
    | ManufacturerIdentityAdded
    | ManufacturerIdentityRemoved
    | ClaimLimitSet
    | ReasonWordAdded
)

# ── refusals ────────────────────────────────────────────────────────────────


class ManufacturerNotFound(NotFound):
    """There is no such manufacturer."""


class ManufacturerExists(Refusal):
    """This manufacturer is registered already."""

    code = RefusalCode.CONFLICT


class NoSuchIdentity(Refusal):
    """The manufacturer is not known by this id or name."""

    code = RefusalCode.NOT_FOUND


class IdentityTaken(uniqueness.AlreadyTaken):
    """Another manufacturer is already known by this tax id, registration id or name."""


# ── state ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Manufacturer:
    """What decisions need to remember of a manufacturer."""

    kind: ClassVar[str] = "registry.Manufacturer"
    name: str
    submission_days: int | None
    identities: tuple[Identity, ...]
    reason_words: frozenset[str] = frozenset()


State = Manufacturer


def evolve(manufacturer: Manufacturer | None, event: Event) -> Manufacturer:
    if isinstance(event, ManufacturerRegistered):
        return Manufacturer(event.name, event.submission_days, event.identities)
    assert manufacturer is not None, "a manufacturer is registered first"
    match event:
        case ManufacturerIdentityAdded(identity=identity):
            return replace(manufacturer, identities=(*manufacturer.identities, identity))
        case ManufacturerIdentityRemoved(identity=identity):
            kept = tuple(other for other in manufacturer.identities if other != identity)
            return replace(manufacturer, identities=kept)
        case ClaimLimitSet(submission_days=days):
            return replace(manufacturer, submission_days=days)
        case ReasonWordAdded(word=word):
            return replace(manufacturer, reason_words=manufacturer.reason_words | {word.word})
        case never:
            assert_never(never)


# ── decisions ───────────────────────────────────────────────────────────────


def decide(manufacturer: Manufacturer | None, command: Command, world: World) -> list[Event | On]:
    if isinstance(command, RegisterManufacturer):
        return register(manufacturer, command, world)
    if manufacturer is None:
        raise ManufacturerNotFound
    match command:
        case AddManufacturerIdentity(identity=identity):
            taken = take_all(world, command.manufacturer_id, [identity])
            return [ManufacturerIdentityAdded(identity=identity), *taken] if taken else []
        case RemoveManufacturerIdentity():
            return remove(manufacturer, command)
        case SetClaimLimit(submission_days=days):
            same = days == manufacturer.submission_days
            return [] if same else [ClaimLimitSet(submission_days=days)]
        case AddReasonWord(word=word):
            return [] if word.word in manufacturer.reason_words else [ReasonWordAdded(word=word)]
        case never:
            assert_never(never)


def register(
    manufacturer: Manufacturer | None, command: RegisterManufacturer, world: World
) -> list[Event | On]:
    if manufacturer:
        raise ManufacturerExists
    named = Identity(kind=IdentityKind.NAME, value=command.name)
    identities = tuple(dict.fromkeys((named, *command.identities)))
    registered = ManufacturerRegistered(
        name=command.name, identities=identities, submission_days=command.submission_days
    )
    return [registered, *take_all(world, command.manufacturer_id, identities)]


def remove(manufacturer: Manufacturer, command: RemoveManufacturerIdentity) -> list[Event | On]:
    """Every spelling of the identity is taken back, and the name is free (CRN-1)."""
    of, key = NAME_OF[command.identity.kind], command.identity.key.casefold()
    meant = [i for i in manufacturer.identities if (NAME_OF[i.kind], i.key.casefold()) == (of, key)]
    if not meant:
        raise NoSuchIdentity(fields=("identity",))
    removed = [ManufacturerIdentityRemoved(identity=i, reason=command.reason) for i in meant]
    return [*removed, uniqueness.release(of, key)]


def take_all(world: World, by: UUID, identities: Iterable[Identity]) -> list[On]:
    """Give the manufacturer its names. Two spellings of one identity are one name."""
    once = {(NAME_OF[i.kind], i.key.casefold()): i for i in identities}.values()
    taken = [uniqueness.take(world, by, NAME_OF[i.kind], i.key, taken=IdentityTaken) for i in once]
    return [event for events in taken for event in events]


def known_by(world: World, identity: Identity) -> UUID | None:
    """The manufacturer that a paper means by a tax id, a registration id or a name."""
    return uniqueness.bearer(world, NAME_OF[identity.kind], identity.key)
