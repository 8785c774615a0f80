"""How every command is handled: authorise, load, decide, append (design §3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from typing import Any, Final

from application.aggregates import AGGREGATE_OF, EVOLVE
from application.finishing import Appending, finished, finished_soon
from application.histories import timeline
from application.instruction import Instruction, Recording
from application.log import Decision, EventLog, History, Receipt
from application.log_refusals import Conflict, Unavailable
from application.observing import REPEATED, Step, Watched
from domain import policies
from domain.contacts.inquiry_counts import InquiryPeriod
from domain.contacts.standard_answer import StandardAnswer
from domain.corrections import (
    AboutTimes,
    CorrectTime,
    EffectiveBeforeBeginning,
    TimeCorrected,
    Timeline,
)
from domain.credits.reconciliation_period import ReconciliationPeriod
from domain.messages import NotFound, NotLoaded, On, Refusal, RefusalCode, Stream, World
from domain.registry import authority
from domain.repairs.exchange.dealer_credit import DealerCredit
from domain.repairs.freight_account import FreightAccount
from domain.uniqueness import Bearer

ATTEMPTS = 4  # one, and three more on a version conflict
WITHOUT_BEGINNING: Final = {
    Bearer.kind,
    DealerCredit.kind,
    FreightAccount.kind,
    InquiryPeriod.kind,
    ReconciliationPeriod.kind,
    StandardAnswer.kind,
}


class EffectiveInTheFuture(Refusal):
    """A fact cannot have taken effect in the future. Leave the time out, or name an earlier one."""

    code = RefusalCode.INVALID
    rule = "AUD-1"


class BackdatedWithoutReason(Refusal):
    """A fact that took effect earlier needs the reason why it is told only now."""

    code = RefusalCode.INVALID
    rule = "AUD-1"


def handle(log: EventLog, instruction: Instruction) -> Receipt:
    """Decide on fresh history. Deciding is pure, so losing a race only means deciding again.

    Raises a Refusal if the command may not be given, breaks a rule, reuses another command's id,
    or loses every race. The same instruction again returns the first receipt.
    """
    return finished(log.recorder, handling(log, instruction))


async def handle_soon(log: EventLog, instruction: Instruction) -> Receipt:
    """As handle(), for the tasks of a server: its commit is not waited for by a thread."""
    return await finished_soon(log.recorder, handling(log, instruction))


def handling(log: EventLog, instruction: Instruction) -> Appending[Receipt]:
    with log.observer.watch(Step.COMMAND, type(instruction.command).__name__) as watched:
        check_times(instruction)
        try:
            return (yield from attempted(log, instruction, watched))
        except Unavailable:
            raise
        except Refusal:  # perhaps only for what it did itself when it was given before
            receipt = log.receipt(instruction)
            if receipt is None:
                raise
            watched.outcome = REPEATED
            return receipt


def attempted(log: EventLog, instruction: Instruction, watched: Watched) -> Appending[Receipt]:
    for _ in range(ATTEMPTS - 1):
        try:
            return (yield from attempt(log, instruction))
        except Conflict:
            watched.conflicts += 1
    return (yield from attempt(log, instruction))


def check_times(instruction: Instruction) -> None:
    if instruction.effective_at and instruction.effective_at > instruction.now:
        raise EffectiveInTheFuture
    if instruction.effective_at and not instruction.reason:
        raise BackdatedWithoutReason


def attempt(log: EventLog, instruction: Instruction) -> Appending[Receipt]:
    events, recording, histories = considered(log, instruction)
    check_beginnings(log, instruction, events)
    return (yield from log.appending(Decision(recording, events, histories)))


def check_beginnings(log: EventLog, instruction: Instruction, events: Iterable[On]) -> None:
    """What is told late took effect after each thing it concerns began, or beginning it.

    A name is no such thing, it is taken and released over and over; nor is a count or an account
    of what others are. Raises EffectiveBeforeBeginning.
    """
    if instruction.effective_at is None:
        return
    for stream in {on.stream for on in events if on.stream.kind not in WITHOUT_BEGINNING}:
        known = timeline(log.history(stream.id))
        if known and instruction.effective_at < next(iter(known.happenings.values())).effective_at:
            raise EffectiveBeforeBeginning(
                f"The {stream.kind} began only later. Leave the time out, or name a later one.",
                fields=("effective_at",),
            )


def foreseen(log: EventLog, instruction: Instruction) -> list[On]:
    """What the command would record if it were given now. Raises the Refusal it would meet."""
    check_times(instruction)
    events, _, _ = considered(log, instruction)
    check_beginnings(log, instruction, events)
    return events


def considered(
    log: EventLog, instruction: Instruction
) -> tuple[list[On], Recording, dict[Stream, History]]:
    """Load what the decision looks at, until it has seen enough to decide."""
    histories = loaded(log, {instruction.command.stream})
    while True:
        try:
            with log.observer.watch(Step.DECIDE, type(instruction.command).__name__):
                events, recording = decided(log, instruction, histories)
        except NotLoaded as missing:
            histories |= loaded(log, set(missing.streams))
        except Refusal:
            insist_unmoved(log, histories)
            raise
        else:
            unseen = {on.stream for on in events} - histories.keys()
            return events, recording, histories | loaded(log, unseen)


def loaded(log: EventLog, streams: Collection[Stream]) -> dict[Stream, History]:
    if not streams:
        return {}
    with log.observer.watch(Step.LOAD) as watched:
        histories = log.histories(streams)
        watched.size = sum(len(history.events) for history in histories.values())
        return histories


def insist_unmoved(log: EventLog, histories: Mapping[Stream, History]) -> None:
    """A refusal counts only if all that led to it was so at one moment. Raises Conflict.

    The append insists on that by itself, but a refusal appends nothing.
    """
    if len(histories) > 1:
        for stream, history in log.histories(set(histories)).items():
            if history.version != histories[stream].version:
                raise Conflict


def decided(
    log: EventLog, instruction: Instruction, histories: Mapping[Stream, History]
) -> tuple[list[On], Recording]:
    command, now = instruction.command, instruction.now
    states = {stream: evolved(stream, history) for stream, history in histories.items()}
    times = None
    if isinstance(command, AboutTimes):
        times = timeline(log.history(command.stream.id))
        states[Stream(Timeline.kind, command.stream.id)] = times
    world = World(now, instruction.actor, instruction.effective_at or now, states)
    mandate = authority.authorised(world, command.roles)
    # a time is corrected in the history itself, whosever it is
    state = times if isinstance(command, CorrectTime) else states[command.stream]
    outcome = AGGREGATE_OF[type(command)].decide(state, command, world)
    events = [e if isinstance(e, On) else On(command.stream, e) for e in outcome]
    return events, Recording(instruction, mandate.roles, policies.consulted(states, now))


def evolved(stream: Stream, history: History) -> Any:
    """What the decisions of its context remember of a stream. A corrected time is not theirs."""
    if stream.kind not in EVOLVE:
        raise NotFound(f"There is no kind of thing called {stream.kind}.")
    facts = (event for event in history.events if not isinstance(event, TimeCorrected))
    return reduce(EVOLVE[stream.kind], facts, None)
