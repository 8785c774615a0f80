"""Corrections of the time at which something took effect (AUD-1, AUD-2).

Nothing recorded is changed: a correction is a further event in the same history, which names the
event whose time it replaces. Both times stay visible, and what was decided stays decided; only
the question how things were in fact, at some time, is answered anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final, TypeAlias
from uuid import UUID

from domain import messages
from domain.messages import Moment, NotFound, Refusal, RefusalCode, Role, Stream, Text, World

BY_APPROVAL: Final = frozenset({"repairs.FieldOrder"})
"""Kinds of things whose times only an approval corrects (FLD-6)."""


class AboutTimes(messages.Command):
    """A command that is decided on when the events of its own history took effect.

    The world then knows that history's `Timeline`.
    """


class CorrectTime(AboutTimes):
    """Say when something really took effect that was recorded with another time."""

    roles = frozenset({Role.SERVICE_SUPERVISOR, Role.CLAIMS_MANAGER, Role.SERVICE_DIRECTOR})
    kind: Text  # of the thing in whose history the event is, as in claims.Claim
    thing_id: UUID
    event_id: UUID
    effective_at: Moment
    reason: Text

    @property
    def stream(self) -> Stream:
        return Stream(self.kind, self.thing_id)


Command: TypeAlias = CorrectTime


class TimeCorrected(messages.Event):
    """An earlier event of the same history took effect at another time than was recorded."""

    context = "corrections"
    event_id: UUID
    effective_at: Moment
    reason: Text


Event: TypeAlias = TimeCorrected


class EventNotFound(NotFound):
    """No event with this id is in this history."""


class CorrectionOfCorrection(Refusal):
    """A correction has no time of its own to correct. Correct the event that it names once more."""

    code = RefusalCode.INVALID
    rule = "AUD-1"


class CorrectionNeedsApproval(Refusal):
    """Times of this kind of thing are corrected on request, once that is approved."""

    rule = "FLD-6"


class EffectiveAfterRecorded(Refusal):
    """What was recorded had happened by then: it cannot have taken effect later."""

    code = RefusalCode.INVALID
    rule = "AUD-1"


class EffectiveBeforeBeginning(Refusal):
    """Nothing takes effect for a thing before it began, nor does it begin after what followed."""

    code = RefusalCode.INVALID
    rule = "AUD-2"


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of a history, as far as its times go."""

    recorded_at: datetime
    effective_at: datetime
    is_correction: bool = False
    event_type: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """When the events of one history took effect, as far as is known, in the order recorded."""

    kind: ClassVar[str] = "corrections.Timeline"
    happenings: Mapping[UUID, Happening]


State = Timeline


def decide(timeline: Timeline | None, command: Command, world: World) -> list[Event]:
    if command.kind in BY_APPROVAL:
        raise CorrectionNeedsApproval
    corrected = TimeCorrected(
        event_id=command.event_id, effective_at=command.effective_at, reason=command.reason
    )
    return correction(timeline, corrected)


def correction(timeline: Timeline | None, corrected: TimeCorrected) -> list[Event]:
    """The correction, if it can be one; nothing if the time is so already."""
    happening = happening_of(timeline, corrected.event_id)
    if happening.is_correction:
        raise CorrectionOfCorrection
    if corrected.effective_at > happening.recorded_at:
        raise EffectiveAfterRecorded
    if corrected.effective_at == happening.effective_at:
        return []
    assert timeline is not None
    refuse_another_beginning(timeline, corrected)
    return [corrected]


def happening_of(timeline: Timeline | None, event_id: UUID) -> Happening:
    """Raises EventNotFound."""
    if timeline is None or event_id not in timeline.happenings:
        raise EventNotFound
    return timeline.happenings[event_id]


def refuse_another_beginning(timeline: Timeline, corrected: TimeCorrected) -> None:
    """The event that began the history stays the first also in the order of effect."""
    facts = {id: h.effective_at for id, h in timeline.happenings.items() if not h.is_correction}
    beginning, *_ = facts
    facts[corrected.event_id] = corrected.effective_at
    if facts[beginning] > min(facts.values()):
        raise EffectiveBeforeBeginning(fields=("effective_at",))


def evolve(timeline: Timeline | None, event: Event) -> Timeline:
    happenings = dict(timeline.happenings) if timeline else {}
    if happening := happenings.get(event.event_id):
        happenings[event.event_id] = replace(happening, effective_at=event.effective_at)
    return Timeline(happenings)
