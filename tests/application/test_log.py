from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from application.log import (
    EventLog,
)
from application.recorded import Channel
from tests.application.told import (
    MIA,
    append,
    instruction,
    stream,
    taken,
)
from tests.clock import NOON


def test_what_is_appended_is_read_back_with_its_envelope(log: EventLog) -> None:
    cause, correlation = UUID(int=7), UUID(int=8)
    append(
        log,
        1,
        (1, taken()),
        effective_at=NOON - timedelta(days=2),
        reason="found in the post",
        correlation_id=correlation,
        causation_id=cause,
    )
    [found] = log.history(UUID(int=1))
    assert found.event == taken()
    assert found.position == 1
    kept = found.envelope
    assert (kept.stream, kept.version) == (stream(1), 1)
    assert (kept.recorded_at, kept.effective_at) == (NOON, NOON - timedelta(days=2))
    assert (kept.actor, kept.on_behalf_of, kept.roles) == (MIA.id, None, MIA.roles)
    assert (kept.channel, kept.reason) == (Channel.CLI, "found in the post")
    assert (kept.command_id, kept.policies) == (instruction(1).id, {"tolerance": 2})
    assert (kept.correlation_id, kept.causation_id) == (correlation, cause)


def test_a_fact_takes_effect_when_it_is_recorded_unless_told_otherwise(log: EventLog) -> None:
    append(log, 1, (1, taken()))
    [found] = log.history(UUID(int=1))
    assert found.effective_at == found.recorded_at == NOON
    assert found.envelope.correlation_id == found.envelope.command_id
