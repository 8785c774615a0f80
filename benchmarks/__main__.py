"""`make bench`: every comparison against a throwaway server with PostgreSQL's own settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from application.database import Database
from application.migrating import migrate
from benchmarks import appending, projecting, reading
from benchmarks.comparing import written
from recourse import embedded
from recourse.bootstrap import built
from recourse.settings import Settings


@contextmanager
def fresh(server: embedded.Server, name: str) -> Iterator[Database]:
    database = embedded.ensure_database(server, name)
    migrate(database)
    yield database


def main() -> None:
    console = Console()
    with TemporaryDirectory() as directory, embedded.running(Path(directory)) as server:
        with console.status("Appending …"), fresh(server, "appending") as database:
            rows = appending.comparisons(database)
        with console.status("Feeding views …"), fresh(server, "projecting") as database:
            rows += projecting.comparisons(database)
        env = {"RECOURSE_DATA_DIR": directory}
        with console.status("Reading …"), built(Settings.from_env(env)) as program:
            rows += reading.comparisons(program)
            program.engine.close()
        console.print(written(rows, f"PostgreSQL {server.major}, fsync on"))


if __name__ == "__main__":
    main()
