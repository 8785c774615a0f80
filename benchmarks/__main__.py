"""`make bench`: every comparison against a throwaway server with PostgreSQL's own settings.

`python -m benchmarks projecting reading` measures these parts only, and writes nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

from rich.console import Console

from application.database import Database
from application.migrating import migrate
from benchmarks import appending, growing, handling, importing, projecting, reading, visibility
from benchmarks.comparing import Comparison, Shares, document, written
from recourse import embedded
from recourse.bootstrap import built
from recourse.settings import Settings

Part: TypeAlias = Callable[[embedded.Server], Sequence[Comparison | Shares]]


def fresh(server: embedded.Server, name: str) -> Database:
    """An empty database."""
    database = embedded.ensure_database(server, name)
    migrate(database)
    return database


def read(server: embedded.Server) -> list[Comparison]:
    with built(Settings.from_env({"RECOURSE_DATA_DIR": str(server.directory)})) as program:
        return reading.comparisons(program)


PARTS: Final[Mapping[str, Part]] = {
    "appending": lambda server: appending.comparisons(fresh(server, "appending")),
    "handling": lambda server: handling.comparisons(fresh(server, "handling")),
    "importing": lambda server: importing.comparisons(fresh(server, "importing")),
    "growing": lambda server: growing.comparisons(lambda name: fresh(server, name)),
    "projecting": lambda server: projecting.comparisons(lambda name: fresh(server, name)),
    "visibility": lambda server: visibility.comparisons(lambda name: fresh(server, name)),
    "reading": read,
}


def main(names: list[str]) -> None:
    console = Console()
    rows: list[Comparison | Shares] = []
    with TemporaryDirectory() as directory, embedded.running(Path(directory)) as server:
        for name in names or PARTS:
            with console.status(f"{name} …"):
                rows += PARTS[name](server)
        about = f"PostgreSQL {server.major}, fsync on"
    console.print(document(rows, about) if names else written(rows, about))


if __name__ == "__main__":
    main(sys.argv[1:])
