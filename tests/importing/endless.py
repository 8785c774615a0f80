"""Imports a log and says each time that more of it was read, until it is killed. Run by a test."""

from __future__ import annotations

import sys
from pathlib import Path

from application.database import Database
from application.importing.recording import import_history
from application.importing.xes import traces
from application.log import EventLog
from tests.clock import NOON, Clock
from tests.importing.logs import phone_repair
from tests.importing.test_recording import IMPORTER


def main(url: str, roles_log_in: str, file: str) -> None:
    database = Database(url, roles_log_in=roles_log_in == "True")
    with EventLog(database, clock=Clock()) as log:
        pieces = traces(Path(file), lambda _: print("more", flush=True))
        import_history(log, pieces, phone_repair(), IMPORTER, NOON)


if __name__ == "__main__":
    main(*sys.argv[1:])
