"""Reactions: each event is reacted to once, whatever happens, and a refusal stops nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from threading import Event, Thread
from time import monotonic, sleep
from uuid import UUID, uuid5

import psycopg
import pytest

from application.connections import Connections
from application.database import Database, DatabaseRole
from application.handling import handle
from application.instruction import Instruction
from application.intake.booking import CreditNoteIntake
from application.log import EventLog
from application.recorded import Channel, Recorded
from domain.credits.commands import MatchByReference
from domain.credits.events import CreditNoteBooked
from domain.messages import Actor, Role
from domain.registry.customer import PlaceLegalHold
from domain.registry.station import RegisterStation, StationRegistered
from processes.catalogue import REACTIONS
from processes.following import Follower, FollowerState
from processes.matching import MATCH_BOOKED
from processes.reactions import ITSELF, Reaction, Reactions, command_id
from tests.clock import Clock
from tests.intake.papers import paper

ADMIN = Actor(UUID(int=0xAD), frozenset({Role.ADMIN}))
NOBODY = UUID(int=0xDEAD)


@pytest.fixture
def connect(database: Database) -> Callable[[], psycopg.Connection]:
    conninfo = database.conninfo(DatabaseRole.WRITER)
    return partial(psycopg.connect, conninfo, autocommit=True)


@pytest.fixture
def reactions(
    log: EventLog, connect: Callable[[], psycopg.Connection], clock: Clock
) -> Iterator[Reactions]:
    reactions = Reactions(log, REACTIONS, connect, clock)
    yield reactions
    reactions.record.close()


def catch_up(reactions: Reactions) -> None:
    while reactions.step():
        pass


def commands(connections: Connections) -> set[UUID]:
    return {id for (id,) in connections.read("SELECT command_id FROM receipts")}


def refusals(connections: Connections) -> list[tuple[str, str, str]]:
    query = "SELECT reaction, code, message FROM reaction_refusals ORDER BY position, reaction"
    return [tuple(row) for row in connections.read(query)]  # type: ignore[misc]


def booked(log: EventLog) -> list[Recorded]:
    return log.select(types=[CreditNoteBooked.type_name()], limit=100)


def hold(recorded: Recorded) -> PlaceLegalHold:
    """A command that is refused: the program itself may not give it."""
    return PlaceLegalHold(customer_id=NOBODY, ground="because")


def divide(recorded: Recorded) -> MatchByReference:
    raise ZeroDivisionError


HOLD = Reaction("hold", CreditNoteBooked, hold)
DIVIDE = Reaction("divide", CreditNoteBooked, divide)


# ── one at a time ───────────────────────────────────────────────────────────


def test_a_booked_note_is_matched_by_the_program_itself(
    intake: CreditNoteIntake, reactions: Reactions, log: EventLog, connections: Connections
) -> None:
    intake.take("note.xml", paper())
    [note] = booked(log)
    catch_up(reactions)
    id = command_id(MATCH_BOOKED, note)
    assert id == uuid5(note.envelope.event_id, "match a booked credit note")
    assert id in commands(connections)
    [[actor]] = connections.read("SELECT actor FROM receipts WHERE command_id = %s", (id,))
    assert actor == ITSELF.id
    assert reactions.record.position() == log.last()
    assert refusals(connections) == []


def test_seen_again_an_event_calls_for_nothing_more(
    intake: CreditNoteIntake,
    reactions: Reactions,
    log: EventLog,
    connections: Connections,
    database: Database,
) -> None:
    intake.take("note.xml", paper())
    reactions.react(booked(log))  # at once, as the command line does
    catch_up(reactions)
    before = commands(connections), log.last()
    with psycopg.connect(database.conninfo(DatabaseRole.OWNER)) as owner:
        owner.execute("UPDATE reaction_checkpoint SET position = 0")
    catch_up(reactions)
    assert (commands(connections), log.last()) == before
    assert reactions.record.position() == log.last()


def test_what_another_system_reacted_to_is_left_alone(
    log: EventLog, reactions: Reactions, clock: Clock, connections: Connections
) -> None:
    register = RegisterStation(station_id=UUID(int=5), name="North")
    asked = Instruction(
        command=register, id=UUID(int=6), actor=ADMIN, now=clock(), channel=Channel.IMPORT
    )
    handle(log, asked)
    reactions.reactions = [Reaction("hold", StationRegistered, hold)]
    catch_up(reactions)
    assert (refusals(connections), reactions.record.position()) == ([], log.last())

    handle(
        log,
        replace(
            asked,
            id=UUID(int=7),
            command=register.model_copy(update={"station_id": UUID(int=8), "name": "South"}),
            channel=Channel.CLI,
        ),
    )
    catch_up(reactions)
    assert len(refusals(connections)) == 1


def test_a_refusal_is_on_record_and_stops_no_other_reaction(
    intake: CreditNoteIntake, reactions: Reactions, log: EventLog, connections: Connections
) -> None:
    for number in ("CN-1", "CN-2"):
        intake.take(f"{number}.xml", paper(number))
    last = log.last()
    reactions.reactions = [HOLD, DIVIDE, MATCH_BOOKED]
    catch_up(reactions)
    found = refusals(connections)
    assert [(name, code) for name, code, _ in found] == [
        ("divide", "failed"),
        ("hold", "forbidden"),
    ] * 2
    assert "admin" in found[1][2]
    assert "ZeroDivisionError" in found[0][2]
    assert {command_id(MATCH_BOOKED, note) for note in booked(log)} <= commands(connections)
    assert (reactions.record.position(), log.last()) == (last, last)


def test_what_was_refused_can_be_asked_again(
    intake: CreditNoteIntake, reactions: Reactions, log: EventLog, connections: Connections
) -> None:
    intake.take("note.xml", paper())
    reactions.reactions = [HOLD, DIVIDE]
    catch_up(reactions)
    assert reactions.again() == (0, 2)
    assert len(refusals(connections)) == 2

    mended = replace(MATCH_BOOKED, name="divide")
    reactions.reactions = [HOLD, mended]
    assert reactions.again() == (1, 1)
    assert [name for name, _, _ in refusals(connections)] == ["hold"]
    assert command_id(mended, booked(log)[0]) in commands(connections)


# ── at work ─────────────────────────────────────────────────────────────────


def until(reached: Callable[[], bool]) -> None:
    deadline = monotonic() + 60
    while not reached():
        assert monotonic() < deadline, "It does not come to it."
        sleep(0.01)


@pytest.fixture
def start(
    log: EventLog, connect: Callable[[], psycopg.Connection], clock: Clock
) -> Iterator[Callable[[], tuple[Follower, Event]]]:
    """Starts a follower in a thread; all are stopped after the test."""
    started: list[tuple[Event, Thread]] = []

    def start() -> tuple[Follower, Event]:
        follower, stopping = Follower(Reactions(log, REACTIONS, connect, clock)), Event()
        thread = Thread(target=follower.run, args=[stopping])
        thread.start()
        started.append((stopping, thread))
        return follower, stopping

    yield start
    for stopping, thread in started:
        stopping.set()
        thread.join()


def test_a_follower_outlives_the_loss_of_its_connection(
    intake: CreditNoteIntake,
    log: EventLog,
    connections: Connections,
    database: Database,
    start: Callable[[], tuple[Follower, Event]],
) -> None:
    follower, _ = start()
    intake.take("one.xml", paper("CN-1"))
    until(lambda: follower.health.position == log.last())
    with psycopg.connect(database.conninfo(), autocommit=True) as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    intake.take("two.xml", paper("CN-2"))
    until(lambda: follower.health.position == log.last())
    assert follower.health.state is FollowerState.FOLLOWING
    assert {command_id(MATCH_BOOKED, note) for note in booked(log)} <= commands(connections)


def test_of_two_followers_one_stands_by_until_the_other_ends(
    intake: CreditNoteIntake,
    log: EventLog,
    start: Callable[[], tuple[Follower, Event]],
) -> None:
    first, stop_first = start()
    until(lambda: first.health.state is FollowerState.FOLLOWING)
    second, _ = start()
    until(lambda: second.health.state is FollowerState.STANDING_BY)
    stop_first.set()
    until(lambda: second.health.state is FollowerState.FOLLOWING)
    assert first.health.state is FollowerState.STOPPED
    intake.take("one.xml", paper("CN-1"))
    until(lambda: second.health.position == log.last())
