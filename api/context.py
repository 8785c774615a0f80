"""What a resolver may reach: commands, views, files' keys, a clock, and who is asking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from anyio.to_thread import run_sync
from strawberry.dataloader import DataLoader

from api.principal import Principal, Scope
from application.handling import handle_soon
from application.instruction import Instruction
from application.log import EventLog, Receipt
from application.personal import Vault
from application.personal_reads import Reading
from application.recorded import Channel, Position, Recorded, UnknownEvent
from domain.messages import Erased, Event, Sealed
from processes.reactions import Reactions
from projections.catalogue import AnyView
from projections.reading import Reader, Seen
from projections.reference import Reference
from projections.statements import Part


@dataclass(frozen=True)
class Sources:
    """Where answers come from: the same for every request."""

    log: EventLog
    reader: Reader
    vault: Vault
    clock: Callable[[], datetime]
    reactions: Reactions


@dataclass
class Context:
    """One request: the sources, and who asks."""

    sources: Sources
    principal: Principal
    correlate: Callable[[], str]
    channel: Channel = Channel.GRAPHQL
    as_of: dict[str, Position | None] = field(default_factory=dict)  # by root field
    loaders: dict[Any, DataLoader[Any, Seen | None]] = field(default_factory=dict)

    @cached_property
    def correlation_id(self) -> str:
        """Under which everything that comes of this request is found, if anything does."""
        return self.correlate()

    @property
    def log(self) -> EventLog:
        return self.sources.log

    @property
    def reader(self) -> Reader:
        return self.sources.reader

    async def give(self, instruction: Instruction) -> Receipt:
        return await handle_soon(self.log, instruction)

    def may(self, scope: str) -> bool:
        return scope in self.principal.scopes

    # ── related rows ────────────────────────────────────────────────────────

    async def related(self, view: AnyView, key: Any, as_of: Position | None) -> Seen | None:
        """A row by its key. All that are wanted at the same time come with one query."""
        if (view.name, as_of) not in self.loaders:

            async def load(keys: Sequence[Any]) -> list[Seen | None]:
                reach = self.principal.reach
                found = await self.reader.some(view, keys, as_of=as_of, reach=reach)
                return [found.get(each) for each in keys]

            self.loaders[view.name, as_of] = DataLoader(load_fn=load)
        return await self.loaders[view.name, as_of].load(key)

    # ── policies ────────────────────────────────────────────────────────────

    async def known(self, as_of: Position | None) -> Reference:
        """The policies as they were known then: read once for all rows that are told by them."""
        return await self.policies.load(as_of)

    @cached_property
    def policies(self) -> DataLoader[Position | None, Reference]:
        async def load(positions: Sequence[Position | None]) -> list[Reference]:
            return [await self.reader.reference(position) for position in positions]

        return DataLoader(load_fn=load)

    # ── personal data ───────────────────────────────────────────────────────

    async def opened(self, value: Sealed | Erased | str | None) -> str | None:
        """Personal text in the clear for those who may read it; None if erased or masked."""
        if not self.may(Scope.PERSONAL) or not isinstance(value, Sealed):
            return None
        return await self.opening.load(value)

    @cached_property
    def opening(self) -> DataLoader[Sealed, str | None]:
        return DataLoader(load_fn=self.open_all)

    async def open_all(self, sealed: Sequence[Sealed]) -> list[str | None]:
        """All of them with one query."""
        found = await run_sync(self.open_many, sealed)
        return [None if isinstance(text, Erased) else text for text in found]

    def open_many(self, sealed: Sequence[Sealed]) -> list[str | Erased]:
        """For who is asking, which goes on record (AUD-4)."""
        reading = Reading(self.principal.actor.id, self.channel, self.correlation_id)
        return self.sources.vault.open_many(reading, sealed)


# ── reading a field of what a resolver returned ─────────────────────────────

ENVELOPE: Final[dict[str, Callable[[Recorded], Any]]] = {
    "event_id": lambda r: r.envelope.event_id,
    "event_type": lambda r: as_stored(r.event)[0],
    "schema_version": lambda r: as_stored(r.event)[1],
    "position": lambda r: r.position,
    "stream_id": lambda r: r.stream_id,
    "stream_kind": lambda r: r.envelope.stream.kind,
    "stream_version": lambda r: r.envelope.version,
    "recorded_at": lambda r: r.recorded_at,
    "effective_at": lambda r: r.effective_at,
    "actor": lambda r: r.envelope.actor,
    "on_behalf_of": lambda r: r.envelope.on_behalf_of,
    "roles_used": lambda r: sorted(r.envelope.roles),
    "channel": lambda r: r.envelope.channel,
    "command_id": lambda r: r.envelope.command_id,
    "correlation_id": lambda r: r.envelope.correlation_id,
    "causation_id": lambda r: r.envelope.causation_id,
    "stated_reason": lambda r: r.envelope.reason,
    "policies": lambda r: [ConsultedPolicy(*item) for item in sorted(r.envelope.policies.items())],
}
"""What every event tells beside its facts, by the field's name."""


FACT: Final = "fact_"
"""Goes before a fact of an event that is called like something in the envelope."""


def as_stored(event: Event) -> tuple[str, int]:
    """The type and the version of its schema, also of an event that we do not understand."""
    if isinstance(event, UnknownEvent):
        return event.stored_type, event.stored_version
    return event.type_name(), event.schema_version


@dataclass(frozen=True)
class ConsultedPolicy:
    """A policy that was consulted, in the version that was in force."""

    policy_id: str
    version: int


def read(root: Any, name: str) -> Any:
    """A field of a row as it was seen, of an event with its envelope, or of anything else."""
    value = kept(root, name)
    return sorted(value) if isinstance(value, frozenset) else value


def kept(root: Any, name: str) -> Any:
    match root:
        case Seen(row, stale):
            return stale if name == "stale" else getattr(row, name)
        case Part():
            return root.field(name)
        case Recorded():
            told = ENVELOPE.get(name)
            return told(root) if told else getattr(root.event, name.removeprefix(FACT))
        case _:
            return getattr(root, name)
