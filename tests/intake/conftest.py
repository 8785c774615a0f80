from __future__ import annotations

import pytest

from application import shipped
from application.connections import Connections
from application.files import FileStore
from application.handling import handle
from application.instruction import Instruction
from application.intake.booking import CreditNoteIntake
from application.log import EventLog
from application.personal import Vault
from application.recorded import Channel
from domain.messages import Actor, Role
from tests.clock import Clock
from tests.intake.papers import FINANCE, numbered_id


@pytest.fixture
def files(connections: Connections, vault: Vault) -> FileStore:
    return FileStore(connections, vault)


@pytest.fixture
def intake(log: EventLog, files: FileStore, clock: Clock) -> CreditNoteIntake:
    """Intake by somebody of finance, with the shipped policies in force."""
    adopt_policies(log, clock)
    return CreditNoteIntake(log, files, FINANCE, clock)


def adopt_policies(log: EventLog, clock: Clock) -> None:
    system = Actor(numbered_id(1), frozenset({Role.SYSTEM, Role.ADMIN}))
    for number, adoption in enumerate(shipped.adoptions()):
        given = Instruction(
            command=adoption,
            id=numbered_id(1000 + number),
            actor=system,
            now=clock(),
            channel=Channel.CLI,
        )
        handle(log, given)
