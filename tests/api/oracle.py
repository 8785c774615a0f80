"""What the answer to a question must be, found by folding the log in memory and plain Python.

Nothing here knows of tables, SQL, plans or resolvers.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from operator import eq, ge, gt, lt, ne
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from application.recorded import Recorded
from domain.messages import Erased, Sealed
from projections.view import Many, One
from tests.api.questions import Ask, Fragment, camel, type_name
from tests.projections.figuring import Told, found

HOLDS = {"=": eq, "<>": ne, "<": lt, ">": gt, ">=": ge}


class AnyText:
    """Equal to every text: cursors are opaque."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str)

    __hash__ = None


@dataclass(frozen=True)
class Eyes:
    """What somebody may see: whose rows, which views, and personal data or not."""

    scopes: frozenset[str]
    owners: frozenset[tuple[str, UUID]] | None
    personal: bool

    def see(self, view: Any, row: Any) -> bool:
        if self.owners is None or not view.owners:
            return True
        return any((k, getattr(row, column)) in self.owners for k, column in view.owners.items())


class Past:
    """The rows of every view at every position."""

    def __init__(self, views: Mapping[str, Any], records: Sequence[tuple[Recorded, Any]]) -> None:
        self.views = views
        self.records = [record for record, _ in records]
        rows: dict[str, dict[Any, Any]] = {name: {} for name in views}
        self.snapshots = [{name: dict(of) for name, of in rows.items()}]
        for record, reference in records:
            for name, view in views.items():
                for key in view.touched_by(record):
                    row = view.fold(rows[name].get(key), record, reference)
                    rows[name] = {k: v for k, v in rows[name].items() if k != key}
                    if row is not None:
                        rows[name][key] = row
            self.snapshots.append(dict(rows))

    def position(self, moment: int | datetime | None) -> int:
        if moment is None:
            return len(self.records)
        if isinstance(moment, int):
            return min(moment, len(self.records))
        return sum(record.recorded_at <= moment for record in self.records)


class Oracle:
    """Answers one reader's questions."""

    def __init__(self, past: Past, eyes: Eyes, opened: Any) -> None:
        self.past = past
        self.views = past.views
        self.eyes = eyes
        self.opened = opened
        self.rows: Mapping[str, Mapping[Any, Any]] = {}

    def answer(self, roots: Sequence[Ask]) -> Any:
        return {"data": dict(self.root(ask) for ask in roots if not ask.hidden)}

    def root(self, ask: Ask) -> tuple[str, Any]:
        self.rows = self.past.snapshots[self.past.position(ask.value("asOf"))]
        match ask.kind:
            case "typename":
                return ask.key, "Query"
            case "list":
                return ask.key, self.connection(ask.view, self.rows[ask.view.name].values(), [ask])
            case "figures":
                return ask.key, self.figures(ask)
            case "lookup":
                return ask.key, self.found(ask.view, ask.key_value, [ask])
            case _:
                view = ask.view if ask.view and ask.view.scope in self.eyes.scopes else None
                return ask.key, self.found(view, ask.key_value, [ask]) if view else None

    def found(self, view: Any, key: Any, asks: Sequence[Ask]) -> Any:
        row = self.rows[view.name].get(key)
        return self.row(view, row, asks) if row and self.eyes.see(view, row) else None

    # ── figures ─────────────────────────────────────────────────────────────

    def figures(self, ask: Ask) -> Any:
        seen = {
            name: [row for row in self.rows[name].values() if self.eyes.see(self.views[name], row)]
            for name in ask.named.views
        }
        given = {name: ask.value(camel(name)) for name in ask.named.arguments}
        told = found(ask.named.name, seen, given, self.past.position(ask.value("asOf")))
        if isinstance(told, list):
            return [self.told(each, [ask]) for each in told]
        return self.told(told, [ask])

    def told(self, told: Told, asks: Sequence[Ask]) -> Any:
        return {key: self.of_told(told, same) for key, same in merged(asks, told.name).items()}

    def of_told(self, told: Told, asks: Sequence[Ask]) -> Any:
        ask = asks[0]
        if ask.name == "__typename":
            return told.name
        fields = {camel(name): value for name, value in told.fields.items()}
        if ask.name not in fields:
            return self.connection(self.views[told.view], told.rows, asks)
        value = fields[ask.name]
        return self.told(value, asks) if isinstance(value, Told) else plain(value)

    # ── objects ─────────────────────────────────────────────────────────────

    def row(self, view: Any, row: Any, asks: Sequence[Ask]) -> Any:
        return {
            key: self.field(view, row, same)
            for key, same in merged(asks, view.row.__name__, "Node").items()
        }

    def field(self, view: Any, row: Any, asks: Sequence[Ask]) -> Any:
        ask = asks[0]
        if ask.name == "__typename":
            return view.row.__name__
        if ask.name == "id":
            key = getattr(row, view.key_column)
            return b64encode(f"{view.row.__name__}:{key}".encode()).decode()
        if ask.name == "stale":
            return False
        match view.relations.get(ask.attribute):
            case One(other, via):
                return self.found(self.views[other], getattr(row, via), asks)
            case Many(other, via):
                key = getattr(row, view.key_column)
                rows = [r for r in self.rows[other].values() if getattr(r, via) == key]
                return self.connection(self.views[other], rows, asks)
        return self.value(getattr(row, ask.attribute), asks)

    def value(self, value: Any, asks: Sequence[Ask]) -> Any:
        match value:
            case Sealed():
                return self.opened(value) if self.eyes.personal else None
            case Erased():
                return None
            case tuple():
                return [self.value(each, asks) for each in value]
            case BaseModel():
                return self.part(value, asks)
            case _:
                return plain(value)

    def part(self, part: BaseModel, asks: Sequence[Ask]) -> Any:
        name = type_name(type(part))
        return {
            key: name
            if same[0].name == "__typename"
            else self.value(getattr(part, same[0].attribute), same)
            for key, same in merged(asks, name).items()
        }

    # ── lists ───────────────────────────────────────────────────────────────

    def connection(self, view: Any, rows: Any, asks: Sequence[Ask]) -> Any:
        ask, name = asks[0], f"{view.row.__name__}Connection"
        every = [row for row in rows if self.eyes.see(view, row) and self.wanted(view, row, ask)]
        every.sort(key=lambda row: place(view, row, ask), reverse=descending(view, ask))
        first, last = ask.value("first"), ask.value("last")
        page = every[-last:] if last else every[: first or 100]
        ends = {
            "hasNextPage": not last and len(every) > len(page),
            "hasPreviousPage": bool(last) and len(every) > len(page),
            "startCursor": AnyText() if page else None,
            "endCursor": AnyText() if page else None,
            "__typename": "PageInfo",
        }
        return {
            key: self.of_connection(view, page, ends, len(every), same, name)
            for key, same in merged(asks, name).items()
        }

    def of_connection(
        self, view: Any, page: Any, ends: Any, total: int, asks: Sequence[Ask], name: str
    ) -> Any:
        match asks[0].name:
            case "__typename":
                return name
            case "totalCount":
                return total
            case "pageInfo":
                return {k: ends[same[0].name] for k, same in merged(asks, "PageInfo").items()}
            case _:
                return [self.edge(view, row, asks) for row in page]

    def edge(self, view: Any, row: Any, asks: Sequence[Ask]) -> Any:
        name = f"{view.row.__name__}Edge"
        shown = {
            "__typename": lambda _: name,
            "cursor": lambda _: AnyText(),
            "node": lambda same: self.row(view, row, same),
        }
        return {key: shown[same[0].name](same) for key, same in merged(asks, name).items()}

    def wanted(self, view: Any, row: Any, ask: Ask) -> bool:
        for filter in view.filters:
            value, held = ask.value(camel(filter.argument)), getattr(row, filter.column)
            if value is None:
                continue
            if held is None:
                return False
            if not HOLDS[filter.operator](held, value):
                return False
        return True


def place(view: Any, row: Any, ask: Ask) -> Any:
    order = view.order_by[ask.value("orderBy") or next(iter(view.order_by))]
    return getattr(row, order.column), getattr(row, view.key_column)


def descending(view: Any, ask: Ask) -> bool:
    return view.order_by[ask.value("orderBy") or next(iter(view.order_by))].descending


def merged(asks: Sequence[Ask], *types: str) -> dict[str, list[Ask]]:
    """The fields below, by their keys, in the order in which they come first."""
    found: dict[str, list[Ask]] = {}
    for ask in asks:
        for below in flat(ask.below, types):
            found.setdefault(below.key, []).append(below)
    return found


def flat(below: Sequence[Ask | Fragment], types: tuple[str, ...]) -> Iterator[Ask]:
    for each in below:
        if each.hidden:
            continue
        if isinstance(each, Ask):
            yield each
        elif each.on is None or each.on in types:
            yield from flat(each.below, types)


def plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.name
        case datetime():
            text = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
            return f"{text}+00:00"
        case Decimal():
            return f"{value:f}"
        case date() | UUID():
            return str(value)
        case _:
            return value
