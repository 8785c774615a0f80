"""A row as it was in fact at a time, as far as was known at a position (AUD-2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from application.histories import in_effect
from application.log import EventLog
from application.recorded import Position, Recorded
from domain.messages import Refusal, RefusalCode
from projections.catalogue import AnyView
from projections.reference import References
from projections.view import Row, stream_id


class NotTellable(Refusal):
    """In the order in which they took effect, the events do not fit together up to then."""

    code = RefusalCode.UNAVAILABLE


def tells_effective(view: AnyView) -> bool:
    """Whether a row of the view is made from one history, so that it can be told again."""
    return view.keys is stream_id


def effective_row(
    log: EventLog, view: AnyView, key: UUID, at: datetime, upto: Position | None
) -> Row | None:
    """The row, told anew from its history. Raises NotTellable."""
    facts = [record for record in in_effect(log.history(key), at, upto) if view.touched_by(record)]
    return folded(view, facts, References(log)) if facts else None


def folded(view: AnyView, facts: Sequence[Recorded], references: References) -> Row | None:
    references.read_up_to(max(fact.position for fact in facts))
    row: Row | None = None
    for fact in facts:
        try:
            row = view.fold(row, fact, references.at(fact.position))
        except (LookupError, ValueError) as error:
            raise NotTellable from error
    return row
