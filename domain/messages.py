"""What a decision is made of: a command, the world it may know, events, or a refusal."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, NamedTuple, Protocol, TypeVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints


def without_nul(text: str) -> str:
    """PostgreSQL text cannot hold U+0000."""
    if "\x00" in text:
        raise ValueError("A text must not contain U+0000.")
    return text


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(without_nul),
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The address of a kept file."""

Moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]


class Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Role(StrEnum):
    """Who people are in the organisation (rulebook, section 0)."""

    HOTLINE_AGENT = "hotline_agent"
    SERVICE_AGENT = "service_agent"
    SERVICE_SUPERVISOR = "service_supervisor"
    STATION_MANAGER = "station_manager"
    ENGINEER = "engineer"
    WORKSHOP_LEAD = "workshop_lead"
    QUALITY_INSPECTOR = "quality_inspector"
    STOREKEEPER = "storekeeper"
    PARTS_ADMIN = "parts_admin"
    FINANCE = "finance"
    CLAIMS_SPECIALIST = "claims_specialist"
    CLAIMS_MANAGER = "claims_manager"
    SERVICE_DIRECTOR = "service_director"
    DIVISION_MANAGER = "division_manager"
    SALES_DIRECTOR = "sales_director"
    CHANNEL_DEPT = "channel_dept"
    PRODUCT_DEPT = "product_dept"
    COMMERCE_DEPT = "commerce_dept"
    PROCUREMENT = "procurement"
    GENERAL_MANAGER = "general_manager"
    GM_ASSISTANT = "gm_assistant"
    DEALER = "dealer"
    CUSTOMER = "customer"
    AUDITOR = "auditor"
    ADMIN = "admin"
    SYSTEM = "system"  # what acts by itself: reactions and the timekeeper


# ── streams ─────────────────────────────────────────────────────────────────


class Stream(NamedTuple):
    """One history: of one thing, or of one name that only one thing may bear."""

    kind: str  # as in `claims.Claim`; stable, stored
    id: UUID


# ── events ──────────────────────────────────────────────────────────────────


class Event(Message):
    """A fact, in the past tense. `context.ClassName` is its name on disk: never reuse one."""

    context: ClassVar[str]
    schema_version: ClassVar[int] = 1

    @classmethod
    def type_name(cls) -> str:
        return f"{cls.context}.{cls.__name__}"

    @property
    def erases(self) -> tuple[UUID, ...]:
        """The people whose personal data ends here: their keys are destroyed with it (AUD-5)."""
        return ()


@dataclass(frozen=True, slots=True)
class On:
    """An event for another stream than the command's own, recorded in the same transaction."""

    stream: Stream
    event: Event


class Sealed(Message):
    """Personal data as it is stored: only who holds the subject's key can open it (AUD-5)."""

    subject: UUID
    sealed: str  # base64 of nonce and ciphertext, AES-256-GCM


class Erased(Message):
    """Personal data whose key was destroyed (AUD-5). Decisions and folds accept it."""

    erased: bool = True


@dataclass(frozen=True, slots=True)
class About:
    """Marks a field as personal data about the person that another field names."""

    subject: str


PersonalText = Text | Sealed | Erased
"""Declare a personal field as `name: Annotated[PersonalText, About("customer_id")]`."""


# ── commands ────────────────────────────────────────────────────────────────


class Command(Message, ABC):
    """A wish, in the imperative. It may be refused."""

    roles: ClassVar[frozenset[Role]]  # who may give it; a delegate acts in the delegator's role

    @property
    @abstractmethod
    def stream(self) -> Stream:
        """The history that decides. Others are loaded, and checked, when it looks at them."""


# ── refusals ────────────────────────────────────────────────────────────────


class RefusalCode(StrEnum):
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    RULE_BROKEN = "rule_broken"
    CONFLICT = "conflict"
    FORBIDDEN = "forbidden"
    COMMAND_ID_REUSED = "command_id_reused"
    UNAVAILABLE = "unavailable"


class Refusal(Exception):
    """The domain says no. The docstring is the default message, `rule` the rulebook's id.

    `fields` names the inputs at fault; `reasons` lists every one, where there are several.
    """

    code: ClassVar[RefusalCode] = RefusalCode.RULE_BROKEN
    rule: ClassVar[str] = ""

    def __init__(
        self,
        message: str | None = None,
        *,
        fields: tuple[str, ...] = (),
        reasons: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message or " ".join((self.__doc__ or "").split()))
        self.fields = fields
        self.reasons = reasons


class NotFound(Refusal):
    """There is no such thing."""

    code = RefusalCode.NOT_FOUND


class Forbidden(Refusal):
    """Your roles do not allow this."""

    code = RefusalCode.FORBIDDEN


# ── what a decision may know ────────────────────────────────────────────────


class State(Protocol):
    """What decisions need to remember of one stream."""

    kind: ClassVar[str]


S = TypeVar("S", bound=State)


class NotLoaded(Exception):
    """A decision looked at a stream that was not loaded. Load it, then decide again.

    Deciding is pure, so deciding again costs nothing, and every stream that a decision has
    looked at is known, so that the append can insist that none of them has moved.
    """

    def __init__(self, stream: Stream, *others: Stream) -> None:
        super().__init__(stream, *others)
        self.stream = stream
        self.streams = frozenset((stream, *others))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command, and in whose place (SEG-6)."""

    id: UUID
    roles: frozenset[Role]
    station: UUID | None = None
    on_behalf_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class World:
    """What a decision may know besides its own history: now, who asks, and other streams."""

    now: datetime
    actor: Actor
    effective_at: datetime
    known: Mapping[Stream, Any] = field(default_factory=dict)

    def of(self, kind: type[S], id: UUID) -> S | None:
        """The state of another stream, or None if nothing ever happened there."""
        stream = Stream(kind.kind, id)
        if stream not in self.known:
            raise NotLoaded(stream)
        state: S | None = self.known[stream]
        return state

    def gather(self, streams: Iterable[Stream]) -> None:
        """Have many streams loaded at once that a decision is about to look at one by one."""
        if missing := [stream for stream in streams if stream not in self.known]:
            raise NotLoaded(*missing)

    def the(self, kind: type[S], id: UUID) -> S:
        """The state of another stream that must exist."""
        state = self.of(kind, id)
        if state is None:
            raise NotFound(f"There is no {kind.__name__} {id}.")
        return state
