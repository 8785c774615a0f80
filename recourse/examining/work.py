"""The work: who is at it, how far it is, whether it moves, and what stands still."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import sleep
from typing import Any, Final, LiteralString

from psycopg import Connection

from application import reaction_record
from application.lease import Lease
from projections import running
from recourse.bootstrap import Part
from recourse.findings import Findings
from recourse.standing import QUERY, Follows, Standing

MOMENT: Final = 2.0  # seconds in which whatever has work to do must have moved
LEASES: Final[Mapping[Part, Lease]] = {
    Part.VIEWS: running.LEASE,
    Part.REACTIONS: reaction_record.LEASE,
}
CONNECTED: Final[LiteralString] = """
    SELECT pid, application_name FROM pg_stat_activity
    WHERE datname = current_database() AND application_name ~ '^recourse (serve|work) '
    ORDER BY application_name
    """
ARE_BUILT: Final = "SELECT to_regclass('checkpoint') IS NOT NULL"


@dataclass(frozen=True)
class Crew:
    """Who is at work: the processes, and which of them plays which part."""

    processes: Sequence[str]
    playing: Mapping[Part, str | None]

    @property
    def told(self) -> list[dict[str, object]]:
        return [
            {
                "process": process,
                "active for": [
                    part.value for part, player in self.playing.items() if player == process
                ],
            }
            for process in self.processes
        ]


def crew(connection: Connection[Any]) -> Crew:
    names: dict[int, str] = dict(connection.execute(CONNECTED).fetchall())
    holders = {part: lease.holder(connection) for part, lease in LEASES.items()}
    return Crew(
        list(dict.fromkeys(names.values())),
        {
            part: None if pid is None else names.get(pid, f"PostgreSQL's process {pid}")
            for part, pid in holders.items()
        },
    )


def work(connection: Connection[Any], found: Findings) -> None:
    """`connection` is in the role that serves."""
    at_work = crew(connection)
    found.facts["processes"] = at_work.told
    [are_built] = connection.execute(ARE_BUILT).fetchone() or [False]
    if not are_built:
        [last] = connection.execute("SELECT coalesce(max(position), 0) FROM events").fetchone() or [
            0
        ]
        found.facts |= {"log": {"position": last}, "views": None, "reactions": None}
        return  # whatever needs the views first builds them
    first = standing(connection)
    now = later(connection, first)
    found.facts["log"] = {"position": now.last}
    for part, before, after in (
        (Part.VIEWS, first.views, now.views),
        (Part.REACTIONS, first.reactions, now.reactions),
    ):
        found.facts[part.value] = progress(at_work.playing[part], before, after)
        moves(part, at_work, before, after, found)
    stands_still(now, found)


def standing(connection: Connection[Any]) -> Standing:
    [row] = connection.execute(QUERY).fetchall()
    return Standing.of(row)


def later(connection: Connection[Any], first: Standing) -> Standing:
    """A moment later, if there is something to be done in it."""
    if first.views.lag or first.reactions.lag:
        sleep(MOMENT)
        return standing(connection)
    return first


def progress(player: str | None, before: Follows, after: Follows) -> dict[str, object]:
    return {
        "running": player is not None,
        "by": player,
        "position": after.position,
        "lag": after.lag,
        "seconds": round(after.seconds, 3),
        "moved": after.position - before.position,
    }


def moves(part: Part, at_work: Crew, before: Follows, after: Follows, found: Findings) -> None:
    player = at_work.playing[part]
    waiting = f"{after.lag} events wait, the first for {after.seconds:.0f} s"
    if player is None and at_work.processes:
        found.fault(
            f"Nobody is active for the {part}, although there are processes: {waiting}.",
            f"Start `recourse work {part}`; their output says why they fail.",
        )
    elif player is None and after.lag:
        found.warn(
            f"Nobody is active for the {part}: {waiting}.",
            f"Start `recourse serve`, or `recourse work {part}`.",
        )
    elif player and after.lag and after.position == before.position:
        found.fault(
            f"The {part} stand still at {after.position}, while {player} is active for them: "
            f"{waiting}.",
            "Its output says why it fails. Restart it: another one takes over.",
        )


def stands_still(now: Standing, found: Findings) -> None:
    found.facts["parked"] = {view: parked._asdict() for view, parked in now.parked.items()}
    found.facts["refused reactions"] = now.refused
    for view, parked in now.parked.items():
        found.fault(
            f"{parked.rows} rows of {view} stand still, with {parked.letters} dead letters.",
            "`recourse views status` shows the errors; after the fix, `recourse views requeue`.",
        )
    if now.refused:
        found.warn(
            f"{now.refused} reactions were refused.",
            "`recourse reactions refused` says why; once it is mended, `recourse reactions again`.",
        )
