"""A process that feeds or builds the views of names, until it is done or killed."""

from __future__ import annotations

import sys
from functools import partial
from threading import Event

import psycopg

from application.database import Database, DatabaseRole
from application.log import EventLog
from application.recorded import Position
from projections.engine import Engine
from projections.rebuilding import rebuild
from projections.running import Runner
from tests.projections.names import VIEWS


def main(url: str, schema: str, roles_log_in: str, work: str) -> None:
    database = Database(url, schema, roles_log_in == "True")
    connect = partial(psycopg.connect, database.conninfo(DatabaseRole.WRITER), autocommit=True)
    with EventLog(database) as log:
        engine = Engine(log, VIEWS, connect)
        if work == "feed":
            Runner(engine).run(Event())
        else:
            rebuild(engine, VIEWS, said, memory=int(work))


def said(reached: Position, goal: Position) -> None:
    print(reached, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
