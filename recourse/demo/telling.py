"""Loading the demonstration: once, into an empty database, and on from where it was broken off."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from application.intake.booking import note_id_of
from application.log import EventLog
from application.recorded import BEGINNING
from domain.policies import Policy
from recourse.bootstrap import Program, built, settle, utc_now
from recourse.demo.cast import ADMIN
from recourse.demo.notes import ubl
from recourse.demo.paying import LAST_DAY, last_note
from recourse.demo.stage import ZONE, Stage, StoryClock
from recourse.demo.story import agenda
from recourse.exits import NotInOrder
from recourse.settings import Settings

Report = Callable[[int, int], None]


def load(settings: Settings, report: Report = lambda done, of: None) -> bool:
    """Tell the story; False if it had been told before, to its end.

    Raises NotInOrder for a database that remembers something else: the story plays in the past,
    and nothing is ever recorded before what is recorded already.
    """
    clock = StoryClock(utc_now())
    with built(settings, clock) as program:
        first_day = begun_on(program.log)
        if first_day and is_over(program.log, first_day):
            return False
        play(program, clock, first_day or last_month(), report)
        settle(program)
    return True


def last_month() -> date:
    """So that the last day of the story is yesterday."""
    return utc_now().astimezone(ZONE).date() - timedelta(days=LAST_DAY + 1)


def begun_on(log: EventLog) -> date | None:
    """The first day of the story, if some of it was told. Raises NotInOrder."""
    first = log.after(BEGINNING, 1)
    if not first:
        return None
    envelope = first[0].envelope
    if envelope.actor != ADMIN.id or envelope.stream.kind != Policy.kind:
        raise NotInOrder(
            "The demonstration is loaded into an empty database only, and this one remembers "
            "something else already. Set RECOURSE_DATA_DIR to a new directory."
        )
    return envelope.recorded_at.astimezone(ZONE).date()


def is_over(log: EventLog, first_day: date) -> bool:
    """Whether the last note of the last day is there."""
    sha256 = hashlib.sha256(ubl(last_note(first_day))).hexdigest()
    return bool(log.history(note_id_of(sha256)))


def play(program: Program, clock: StoryClock, first_day: date, report: Report) -> None:
    stage = Stage(program.log, program.files, clock, first_day, partial(settle, program))
    clock.now = stage.moment(0, 7)
    agenda(stage).perform(report)
