from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Barrier, Thread
from uuid import UUID

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from application.appends import Append
from application.connections import Connections, know_wire
from application.database import Database, DatabaseRole
from application.encoding import asked
from application.log import EventLog, History, Receipt
from application.log_refusals import (
    CommandIdReused,
    Conflict,
    IdOfAnotherKind,
    NotYet,
    TimeRunsBackwards,
    Unrecordable,
)
from application.personal import Vault
from application.recorded import BEGINNING, Channel, Position
from domain.messages import Actor, Event, On, Role, Stream
from domain.registry.person import PersonRegistered
from domain.uniqueness import NameTaken
from tests.application.told import (
    MIA,
    RELEASED,
    TOM,
    Rename,
    append,
    instruction,
    on_the_wire,
    recording,
    stream,
    taken,
)
from tests.clock import NOON, Clock


def positions(log: EventLog) -> list[int]:
    return [record.position for record in log.after(BEGINNING, 1000)]


# ── what is kept ────────────────────────────────────────────────────────────


def test_what_is_appended_is_read_back_with_its_envelope(log: EventLog) -> None:
    cause, correlation, boss = UUID(int=7), UUID(int=8), UUID(int=9)
    append(
        log,
        1,
        (1, taken()),
        actor=Actor(MIA.id, MIA.roles, on_behalf_of=boss),
        effective_at=NOON - timedelta(days=2),
        reason="found in the post",
        correlation_id=correlation,
        causation_id=cause,
    )
    [found] = log.history(UUID(int=1))
    assert (found.event, found.position) == (taken(), 1)
    kept = found.envelope
    assert (kept.stream, kept.version) == (stream(1), 1)
    assert (kept.recorded_at, kept.effective_at) == (NOON, NOON - timedelta(days=2))
    assert (kept.actor, kept.on_behalf_of, kept.roles) == (MIA.id, boss, MIA.roles)
    assert (kept.channel, kept.reason) == (Channel.CLI, "found in the post")
    assert (kept.command_id, kept.policies) == (instruction(1).id, {"tolerance": 2})
    assert (kept.correlation_id, kept.causation_id) == (correlation, cause)


def test_a_fact_takes_effect_when_it_is_recorded_unless_told_otherwise(log: EventLog) -> None:
    append(log, 1, (1, taken()))
    [found] = log.history(UUID(int=1))
    assert found.effective_at == found.recorded_at == NOON
    assert found.envelope.correlation_id == found.envelope.command_id


def test_positions_have_no_gaps_also_where_appends_failed(log: EventLog) -> None:
    append(log, 1, (1, taken()), (2, taken()))
    with pytest.raises(Conflict):
        append(log, 2, (1, RELEASED), seen={stream(1): History(0, [])})
    append(log, 3, (1, RELEASED))
    assert positions(log) == [1, 2, 3]


def test_each_event_has_an_id_of_its_own(log: EventLog) -> None:
    append(log, 1, (1, taken()), (1, RELEASED), (2, taken()))
    append(log, 2, (1, taken(2)))
    assert len({record.envelope.event_id for record in log.after(BEGINNING, 10)}) == 4


def test_the_bytes_of_an_event_do_not_depend_on_the_order_of_a_set(
    log: EventLog, database: Database
) -> None:
    held = frozenset(Role)
    person = PersonRegistered.model_construct(
        person_id=UUID(int=1), name=None, held=held, station_id=None, level=None
    )
    append(log, 1, (1, person))
    with psycopg.connect(database.conninfo(DatabaseRole.READER)) as reader:
        [facts] = reader.execute("SELECT facts FROM readable_events").fetchone() or [{}]
    assert facts["held"] == sorted(held)


# ── conflicts ───────────────────────────────────────────────────────────────


def test_two_writers_of_the_same_version_conflict(log: EventLog) -> None:
    seen = log.histories({stream(1)})
    append(log, 1, (1, taken()), seen=seen)
    with pytest.raises(Conflict):
        append(log, 2, (1, taken(2)), seen=seen)
    assert [record.event for record in log.history(UUID(int=1))] == [taken()]


def test_a_stream_that_was_only_looked_at_must_not_have_moved(log: EventLog) -> None:
    seen = log.histories({stream(1), stream(2)})
    append(log, 1, (2, taken()))
    with pytest.raises(Conflict):
        append(log, 2, (1, taken()), seen=seen)
    assert positions(log) == [1]
    assert log.receipt(instruction(2)) is None


def test_a_decision_without_events_also_insists_on_what_it_looked_at(log: EventLog) -> None:
    seen = log.histories({stream(1)})
    append(log, 1, (1, taken()))
    with pytest.raises(Conflict):
        append(log, 2, seen=seen)
    assert log.receipt(instruction(2)) is None


def test_nothing_of_an_append_stays_if_one_of_its_streams_moved(log: EventLog) -> None:
    seen = log.histories({stream(1), stream(2)})
    append(log, 1, (2, taken()))
    with pytest.raises(Conflict):
        append(log, 2, (1, taken()), (2, taken()), seen=seen)
    assert log.history(UUID(int=1)) == []


def test_an_event_on_a_stream_nobody_looked_at_is_a_mistake_in_the_code(log: EventLog) -> None:
    with pytest.raises(KeyError):
        append(log, 1, (1, taken()), seen={})
    assert log.last() == BEGINNING


def test_of_many_who_want_a_name_at_once_one_gets_it(log: EventLog) -> None:
    seen, outcomes, start = log.histories({stream(1)}), [], Barrier(6)

    def want(number: int) -> None:
        start.wait()
        try:
            outcomes.append(append(log, number, (1, taken(number)), seen=seen))
        except Conflict as conflict:
            outcomes.append(conflict)

    threads = [Thread(target=want, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [winner] = [outcome for outcome in outcomes if isinstance(outcome, Receipt)]
    [event] = log.history(UUID(int=1))
    assert event.envelope.command_id == winner.command_id
    assert len(outcomes) == 6


def test_an_id_belongs_to_things_of_one_kind(log: EventLog) -> None:
    append(log, 1, (1, taken()))
    with pytest.raises(IdOfAnotherKind, match=r"uniqueness\.Name, not a claims\.Claim"):
        log.histories({Stream("claims.Claim", UUID(int=1))})


# ── receipts ────────────────────────────────────────────────────────────────


def test_a_receipt_tells_where_the_outcome_is(log: EventLog) -> None:
    append(log, 1, (1, taken()))
    receipt = append(log, 2, (1, RELEASED), (2, taken()), (1, taken(3)))
    assert receipt == Receipt(
        instruction(2).id, (UUID(int=1), UUID(int=2)), Position(4), recorded_at=NOON
    )
    assert log.receipt(instruction(2)) == receipt
    assert log.receipt(instruction(3)) is None


def test_a_decision_without_events_leaves_a_receipt(log: EventLog) -> None:
    receipt = append(log, 1, seen={})
    assert receipt == Receipt(instruction(1).id, (), BEGINNING, NOON)
    assert log.receipt(instruction(1)) == receipt
    assert log.last() == BEGINNING


def test_the_same_instruction_again_gets_its_receipt_and_changes_nothing(log: EventLog) -> None:
    first = append(log, 1, (1, taken()))
    assert append(log, 1, (1, RELEASED)) == first
    assert positions(log) == [1]


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": TOM},
        {"command": Rename(thing=UUID(int=2))},
        {"command": Rename(thing=UUID(int=1), name="other")},
        {"effective_at": NOON, "reason": "late"},
    ],
    ids=["actor", "thing", "content", "time"],
)
def test_a_command_id_stands_for_one_command_of_one_actor(
    log: EventLog, changes: dict[str, object]
) -> None:
    append(log, 1, (1, taken()))
    with pytest.raises(CommandIdReused):
        log.receipt(instruction(1, **changes))
    with pytest.raises(CommandIdReused):
        append(log, 1, (1, RELEASED), **changes)
    assert positions(log) == [1]


class Count(Rename):
    numbers: frozenset[int]


def test_the_content_of_a_command_does_not_depend_on_the_order_of_a_set(log: EventLog) -> None:
    one, other = frozenset([0, 8]), frozenset([8, 0])
    assert list(one) != list(other)  # they collide, so the order is that of insertion
    append(log, 1, (1, taken()), command=Count(thing=UUID(int=1), numbers=one))
    assert log.receipt(instruction(1, command=Count(thing=UUID(int=1), numbers=other)))


def test_a_receipt_does_not_betray_what_was_asked_to_who_only_has_the_database(
    log: EventLog, database: Database, connections: Connections
) -> None:
    append(log, 1, (1, taken()))
    with psycopg.connect(database.conninfo(DatabaseRole.READER)) as reader:
        [kept] = reader.execute("SELECT digest FROM receipts").fetchone() or [b""]
    content = asked(instruction(1))
    assert kept != sha256(content).digest()
    assert kept != Vault(connections, b"another key of 32 bytes, exactly").fingerprint(content)
    assert kept == log.vault.fingerprint(content)


# ── time ────────────────────────────────────────────────────────────────────


def test_the_time_of_recording_is_the_database_s_and_never_decreases(database: Database) -> None:
    with EventLog(database) as log:
        before = datetime.now(UTC)
        for number in range(20):
            append(log, number, (number, taken()))
        times = [record.recorded_at for record in log.after(BEGINNING, 100)]
    assert times == sorted(times)
    assert before - timedelta(minutes=1) < times[0] <= times[-1]


def test_nothing_is_recorded_before_what_was_recorded_last(log: EventLog, clock: Clock) -> None:
    append(log, 1, (1, taken()))
    clock.forward(seconds=-1)
    with pytest.raises(TimeRunsBackwards):
        append(log, 2, (1, RELEASED))
    assert positions(log) == [1]
    assert log.receipt(instruction(2)) is None


def test_nothing_is_recorded_in_the_future(log: EventLog, clock: Clock) -> None:
    clock.now = datetime.now(UTC) + timedelta(hours=1)
    with pytest.raises(NotYet):
        append(log, 1, (1, taken()))
    assert log.last() == BEGINNING


def test_nothing_took_effect_after_it_was_recorded(log: EventLog) -> None:
    with pytest.raises(NotYet):
        append(log, 1, (1, taken()), effective_at=NOON + timedelta(seconds=1), reason="hope")
    assert log.last() == BEGINNING


def test_a_moment_is_found_as_a_position(log: EventLog, clock: Clock) -> None:
    assert log.position_at(NOON) == BEGINNING
    for number in range(11):
        append(log, number, (number, taken()), (number, RELEASED))
        clock.forward(minutes=1)
    assert log.position_at(NOON - timedelta(microseconds=1)) == BEGINNING
    assert log.position_at(NOON) == 2
    assert log.position_at(NOON + timedelta(minutes=3, seconds=59)) == 8
    assert log.position_at(NOON + timedelta(minutes=4)) == 10
    assert log.position_at(NOON + timedelta(days=9)) == 22


# ── what cannot be recorded ─────────────────────────────────────────────────


class UnversionedNameTaken(NameTaken):
    schema_version = 0

    @classmethod
    def type_name(cls) -> str:
        return NameTaken.type_name()


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (taken(), "text without U+0000: \x00"),
        (UnversionedNameTaken(of="x", bearer=UUID(int=1)), "schema versions begin at 1"),
    ],
    ids=["reason", "schema version"],
)
def test_bad_data_is_told_apart_from_a_conflict(log: EventLog, event: Event, reason: str) -> None:
    bad = recording(1, reason=reason)
    with pytest.raises(Unrecordable):
        log.append(bad, [On(stream(1), event)], {stream(1): History(0, [])})
    assert log.last() == BEGINNING
    assert log.receipt(bad.instruction) is None


def test_no_version_is_below_zero(log: EventLog) -> None:
    good, bad = (StoredEvent(UUID(int=1), version, "x.Happened", b"{}") for version in (1, -1))
    with pytest.raises(IntegrityError):
        log.recorder.insert_events([good, bad])
    assert log.last() == BEGINNING


def test_personal_data_is_not_stored_without_a_vault(database: Database) -> None:
    person = PersonRegistered(
        person_id=UUID(int=1), name="Li Wei", held=frozenset(), station_id=None, level=None
    )
    with EventLog(database) as log:
        with pytest.raises(LookupError, match="no vault"):
            append(log, 1, (1, person))
        assert log.last() == BEGINNING


def test_an_append_from_within_another_isolation_is_refused(database: Database) -> None:
    with psycopg.connect(database.conninfo(DatabaseRole.WRITER)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        know_wire(connection)
        arguments = on_the_wire(database, Append())
        places = ", ".join(["%b"] * len(arguments))
        with pytest.raises(psycopg.errors.RaiseException, match="READ COMMITTED"):
            connection.execute(f"SELECT append({places})", arguments)
