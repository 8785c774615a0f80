"""Many commands at a time, as intakes and imports bring them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from time import perf_counter
from typing import Final

from application.handling import check_beginnings, check_times, decided, handle, loaded
from application.instruction import Instruction
from application.log import Decision, EventLog, History, Receipt
from application.log_refusals import Unavailable
from application.observing import Step
from domain.messages import NotLoaded, Refusal, Stream

TOGETHER: Final = 500  # commands whose histories are held in memory at a time


def handle_all(log: EventLog, instructions: Sequence[Instruction]) -> list[Receipt | Refusal]:
    """What comes of each, in order. Raises Unavailable; given again, what was done is known.

    What they look at is read together, and what is decided goes out together: hundreds of commands
    take a few round trips and one commit. Each is on its own all the same. Whatever does not go
    smoothly, since it is refused, was given before, or rests on another of them, is afterwards
    handled by itself, in order.
    """
    answers: list[Receipt | Refusal] = []
    for start in range(0, len(instructions), TOGETHER):
        part = instructions[start : start + TOGETHER]
        began = perf_counter()
        smoothly = appended(log, decisions_on(log, part))
        tell(log, [part[number] for number in smoothly], perf_counter() - began)
        answers += [smoothly.get(number) or answer(log, each) for number, each in enumerate(part)]
    return answers


def decisions_on(log: EventLog, instructions: Sequence[Instruction]) -> dict[int, Decision]:
    """What can be decided without regard to the others, by its place. Each round reads all that
    any decision still misses."""
    decisions: dict[int, Decision] = {}
    seen: dict[Stream, History] = {}
    wanted = {number: {each.command.stream} for number, each in enumerate(instructions)}
    while wanted:
        seen |= loaded(log, set[Stream]().union(*wanted.values()) - seen.keys())
        for number, streams in list(wanted.items()):
            histories = {stream: seen[stream] for stream in streams}
            try:
                decisions[number] = decision(log, instructions[number], histories)
            except NotLoaded as missing:
                wanted[number] = streams | missing.streams
                continue
            except Unavailable:
                raise
            except Refusal:
                pass  # which may be different after the others: it is handled by itself
            del wanted[number]
    return decisions


def decision(
    log: EventLog, instruction: Instruction, histories: Mapping[Stream, History]
) -> Decision:
    """Raises NotLoaded if more must be looked at."""
    check_times(instruction)
    events, recording = decided(log, instruction, histories)
    if unseen := {on.stream for on in events} - histories.keys():
        raise NotLoaded(*unseen)
    check_beginnings(log, instruction, events)
    return Decision(recording, events, histories)


def appended(log: EventLog, decisions: Mapping[int, Decision]) -> dict[int, Receipt]:
    """The receipts of those that went smoothly, by their place."""
    try:
        answers = log.append_all(list(decisions.values()))
    except Unavailable:
        raise
    except Refusal:  # one cannot even be sealed, so none was sent
        return {}
    told = zip(decisions, answers, strict=True)
    return {number: answer for number, answer in told if isinstance(answer, Receipt)}


def tell(log: EventLog, instructions: Iterable[Instruction], seconds: float) -> None:
    """Whoever watches, that these were carried out. Each waited for all of them."""
    for each in instructions:
        with log.observer.watch(Step.COMMAND, type(each.command).__name__) as watched:
            watched.took = seconds


def answer(log: EventLog, instruction: Instruction) -> Receipt | Refusal:
    try:
        return handle(log, instruction)
    except Unavailable:
        raise
    except Refusal as refusal:
        return refusal
