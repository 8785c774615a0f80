"""How every command is handled: authorise, load, decide, append (design §3)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

from application.aggregates import AGGREGATE_OF, EVOLVE
from application.instruction import Instruction, Recording
from application.log import Conflict, EventLog, History, Receipt
from domain import policies
from domain.messages import NotLoaded, On, Refusal, RefusalCode, Stream, World
from domain.registry import person

ATTEMPTS = 4  # one, and three more on a version conflict


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
    check_times(instruction)
    if receipt := log.receipt(instruction):
        return receipt
    for _ in range(ATTEMPTS - 1):
        try:
            return attempt(log, instruction)
        except Conflict:
            continue
    return attempt(log, instruction)


def check_times(instruction: Instruction) -> None:
    if instruction.effective_at and instruction.effective_at > instruction.now:
        raise EffectiveInTheFuture
    if instruction.effective_at and not instruction.reason:
        raise BackdatedWithoutReason


def attempt(log: EventLog, instruction: Instruction) -> Receipt:
    """Load what the decision looks at, until it has seen enough to decide."""
    histories: dict[Stream, History] = log.histories({instruction.command.stream})
    while True:
        states = {stream: evolved(stream, history) for stream, history in histories.items()}
        try:
            events, recording = decided(instruction, states)
        except NotLoaded as missing:
            histories |= log.histories(set(missing.streams))
        else:
            return log.append(recording, events, histories)


def evolved(stream: Stream, history: History) -> Any:
    return reduce(EVOLVE[stream.kind], history.events, None)


def decided(
    instruction: Instruction, states: Mapping[Stream, Any]
) -> tuple[list[On], Recording]:
    command, now = instruction.command, instruction.now
    world = World(now, instruction.actor, instruction.effective_at or now, states)
    signature = person.authorised(world, command.roles)
    decide = AGGREGATE_OF[type(command)].decide
    outcome = decide(states[command.stream], command, world)
    events = [e if isinstance(e, On) else On(command.stream, e) for e in outcome]
    return events, Recording(instruction, signature.roles, policies.consulted(states, now))
