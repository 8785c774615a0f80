"""Answers to inquiries: one that is given again and again becomes a standard answer (CON-4).

An answer is known by its words, whatever their case and the space between them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias, assert_never
from uuid import UUID, uuid5

from domain import messages, policies
from domain.approvals import Names, names
from domain.messages import NotFound, On, Refusal, RefusalCode, Role, Stream, Text, World
from domain.policy_content import ContactHandling
from domain.vocabulary import ContactCategory

STANDARD_ANSWER = "contacts.StandardAnswer"
ANSWERS = UUID("5b0a7d1e-98a5-5a57-9a3f-4f2b1c7e6d90")
KEEPERS = frozenset(
    {Role.HOTLINE_AGENT, Role.SERVICE_SUPERVISOR, Role.SERVICE_DIRECTOR, Role.CHANNEL_DEPT}
)


def id_of(text: str) -> UUID:
    """The same for the same words."""
    words = unicodedata.normalize("NFC", text).casefold().split()
    return uuid5(ANSWERS, " ".join(words))


# ── commands and events ─────────────────────────────────────────────────────


class KeepStandardAnswer(messages.Command):
    """Make an answer a standard answer, before it is given again, or after it was withdrawn."""

    roles = KEEPERS
    text: Text
    category: ContactCategory

    @property
    def stream(self) -> Stream:
        return Stream(STANDARD_ANSWER, id_of(self.text))


class WithdrawStandardAnswer(messages.Command):
    """Have a standard answer given no more: it is no longer right."""

    roles = KEEPERS
    standard_answer_id: UUID
    reason: Text

    @property
    def stream(self) -> Stream:
        return Stream(STANDARD_ANSWER, self.standard_answer_id)


Command: TypeAlias = KeepStandardAnswer | WithdrawStandardAnswer


class AnswerGiven(messages.Event):
    """An inquiry was answered in these words (CON-4)."""

    context = "contacts"
    text: str
    category: ContactCategory | None
    contact_id: UUID
    given_by: Names


class AnswerBecameStandard(messages.Event):
    """These words are a standard answer: given so often, or kept by somebody (CON-4)."""

    context = "contacts"
    text: str
    category: ContactCategory | None
    times: int
    kept_by: Names | None


class StandardAnswerWithdrawn(messages.Event):
    """These words are no longer given."""

    context = "contacts"
    reason: str
    withdrawn_by: Names


Event: TypeAlias = AnswerGiven | AnswerBecameStandard | StandardAnswerWithdrawn

# ── refusals ────────────────────────────────────────────────────────────────


class AnswerNotFound(NotFound):
    """There is no such standard answer."""

    rule = "CON-4"


class AnswerWithdrawn(Refusal):
    """This answer was withdrawn: it is given no more, unless somebody keeps it again."""

    rule = "CON-4"


class NotStandard(Refusal):
    """This answer is no standard answer."""

    code = RefusalCode.CONFLICT
    rule = "CON-4"


# ── state and decisions ─────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class StandardAnswer:
    """How often an answer was given, and whether it is, or was, a standard one."""

    kind: ClassVar[str] = STANDARD_ANSWER
    text: str | None = None
    times: int = 0
    standard: bool = False
    withdrawn: bool = False


State = StandardAnswer


def evolve(answer: StandardAnswer | None, event: Event) -> StandardAnswer:
    answer = answer or StandardAnswer()
    match event:
        case AnswerGiven(text=text):
            return replace(answer, text=text, times=answer.times + 1)
        case AnswerBecameStandard(text=text):
            return replace(answer, text=text, standard=True, withdrawn=False)
        case StandardAnswerWithdrawn():
            return replace(answer, standard=False, withdrawn=True)
        case never:
            assert_never(never)


def decide(answer: StandardAnswer | None, command: Command, world: World) -> list[Event]:
    match command:
        case KeepStandardAnswer(text=text, category=category):
            known = answer or StandardAnswer()
            return [] if known.standard else [became(known, text, category, names(world))]
        case WithdrawStandardAnswer(reason=reason):
            if answer is None:
                raise AnswerNotFound
            if not answer.standard:
                raise NotStandard
            return [StandardAnswerWithdrawn(reason=reason, withdrawn_by=names(world))]
        case never:
            assert_never(never)


def became(
    answer: StandardAnswer, text: str, category: ContactCategory, kept_by: Names | None
) -> AnswerBecameStandard:
    return AnswerBecameStandard(text=text, category=category, times=answer.times, kept_by=kept_by)


def given(text: str, category: ContactCategory, contact_id: UUID, world: World) -> list[On]:
    """What an answer to an inquiry means for answers. Raises AnswerWithdrawn."""
    stream = Stream(STANDARD_ANSWER, id_of(text))
    known = world.of(StandardAnswer, stream.id) or StandardAnswer()
    if known.withdrawn:
        raise AnswerWithdrawn
    used = AnswerGiven(text=text, category=category, contact_id=contact_id, given_by=names(world))
    after = evolve(known, used)
    enough = policies.in_force(world, ContactHandling).standard_from
    if after.standard or after.times < enough:
        return [On(stream, used)]
    return [On(stream, used), On(stream, became(after, text, category, None))]
