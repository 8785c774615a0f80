"""The reference for views: the event-sourcing library's own projection runner, on its own recorder,
as its manual has it. It keeps the current row of each station, with the indexes that ours has, and
no history; like ours, it need not wait until its views are on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from time import perf_counter
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from application.database import Database
from projections.catalogue import VIEWS
from projections.tables import Tables

RENAMED = 2  # times each


class Station(Aggregate):
    """What the library makes of a station."""

    @event("Registered")
    def __init__(self, name: str) -> None:
        self.name = name

    @event("Renamed")
    def rename(self, name: str) -> None:
        self.name = name


class Stations(Application[UUID]):
    """The library's application, on the library's recorder."""

    def enter(self, count: int) -> int:
        """So many stations, each named and renamed; the position of the last event."""
        stations = [Station(f"Station {number}") for number in range(count)]
        for station in stations:
            for _ in range(RENAMED):
                station.rename(f"{station.name} again")
        return self.save(*stations)[-1].notification.id


class Rows(PostgresTrackingRecorder):
    """The rows, in a table like ours."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        tables = Tables(VIEWS["stations"])
        self.sql_create_statements += [*tables.definition, tables.by_key, *tables.indexes]

    def put(self, event: Any, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                "INSERT INTO stations (from_position, station_id, name, registered_at)"
                " VALUES (%s, %s, %s, %s) ON CONFLICT (station_id)"
                " DO UPDATE SET name = excluded.name, from_position = excluded.from_position",
                (tracking.notification_id, event.originator_id, event.name, event.timestamp),
                prepare=True,
            )


class KeepStations(Projection[Rows]):
    """A transaction an event."""

    name = "stations"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.put(domain_event, tracking)


class Library:
    """A database of the library's own on the same server."""

    def __init__(self, database: Database) -> None:
        self.url = database.url
        with psycopg.connect(self.url, autocommit=True) as connection:
            name = Identifier(str(conninfo_to_dict(self.url)["dbname"]))
            connection.execute(SQL("ALTER DATABASE {} SET synchronous_commit TO off").format(name))

    @cached_property
    def env(self) -> dict[str, str]:
        where = conninfo_to_dict(self.url)
        return {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(where["dbname"]),
            "POSTGRES_HOST": str(where["host"]),
            "POSTGRES_PORT": str(where["port"]),
            "POSTGRES_USER": str(where["user"]),
            "POSTGRES_PASSWORD": str(where.get("password", "")),
        }

    @contextmanager
    def runner(self) -> Iterator[ProjectionRunner[Stations, Rows]]:
        """At the beginning of what was recorded, with the indexes in place."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DROP TABLE IF EXISTS stations_tracking, stations, stations_past")
        running: ProjectionRunner[Stations, Rows] = ProjectionRunner(
            application_class=Stations, projection_class=KeepStations, view_class=Rows, env=self.env
        )
        with running:
            yield running

    def enter(self, stations: int) -> None:
        with Stations(env=self.env) as application:
            application.enter(stations)

    def feeding(self, events: int) -> float:
        """Events a second, of so many that were recorded before."""
        with self.runner() as running:
            start, before = perf_counter(), 0
            while (reached := running.view.max_tracking_id("Stations") or 0) < events:
                if not before:
                    start, before = perf_counter(), reached
                running.run_forever(timeout=0.005)  # or until it fails
            return (reached - before) / (perf_counter() - start)
