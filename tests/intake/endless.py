"""Takes in the papers of a directory and says so, until it is killed. Run by test_killed.py."""

from __future__ import annotations

import sys
from pathlib import Path

from application.connections import Connections
from application.database import Database, DatabaseRole
from application.files import FileStore
from application.intake.booking import CreditNoteIntake
from application.log import EventLog
from application.personal import Vault
from tests.clock import Clock
from tests.conftest import MASTER_KEY
from tests.intake.papers import FINANCE


def main(url: str, roles_log_in: str, directory: str) -> None:
    database = Database(url, roles_log_in=roles_log_in == "True")
    connections = Connections(database.conninfo(DatabaseRole.WRITER), size=2)
    vault, clock = Vault(connections, MASTER_KEY), Clock()
    with EventLog(database, vault, clock) as log:
        intake = CreditNoteIntake(log, FileStore(connections, vault), FINANCE, clock)
        for file in sorted(Path(directory).iterdir()):
            print(file.name, intake.take(file.name, file.read_bytes()).outcome, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
