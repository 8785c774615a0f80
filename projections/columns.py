"""What a field of a row can hold, and what PostgreSQL keeps for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from functools import cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin
from uuid import UUID

import orjson
from psycopg.sql import SQL
from pydantic import BaseModel, TypeAdapter

from domain.messages import Erased, Sealed

JSONB: Final = b"\x01"  # its version, with which PostgreSQL's binary form begins
REMEMBERED: Final = 20_000  # values of a column, as they are written

SQL_TYPES: dict[type, str] = {
    UUID: "uuid",
    str: "text",
    int: "bigint",
    bool: "boolean",
    datetime: "timestamptz",
    date: "date",
    Decimal: "numeric",
}


class Width(IntEnum):
    """How much room a value takes in a row, from that of which it is always the same."""

    FIXED = 1
    OPEN = 2
    JSON = 3


class NoColumn(TypeError):
    """A row may hold plain values, enums, personal text, models, and tuples of them."""


class Unsealed(ValueError):
    """Personal data must be sealed before it is kept: the key comes from the log, not a view."""


@dataclass(frozen=True)
class Shape:
    """What a field holds: a plain type, an enum, a model or personal text; perhaps none, or many.

    `type` is `Sealed` where the field is personal.
    """

    type: type[Any]
    nullable: bool = False
    many: bool = False  # a tuple of them

    @property
    def personal(self) -> bool:
        return self.type is Sealed

    @property
    def model(self) -> bool:
        """Whether it has fields of its own."""
        return issubclass(self.type, BaseModel) and not self.personal

    @property
    def enum(self) -> bool:
        return issubclass(self.type, StrEnum)

    @property
    def plain(self) -> bool:
        """Whether it has a place in an order and can be compared: one value, in the open."""
        return not (self.many or self.personal or self.model)

    @cached_property
    def sql(self) -> SQL:
        if not self.plain:
            return SQL("jsonb")
        return SQL(SQL_TYPES[str if self.enum else self.type])

    @property
    def width(self) -> Width:
        if not self.plain:
            return Width.JSON
        return Width.OPEN if self.enum or self.type in (str, Decimal) else Width.FIXED

    @cached_property
    def fields(self) -> Mapping[str, Shape]:
        """The fields of a model."""
        return shapes(self.type)

    @cached_property
    def decode(self) -> Callable[[Any], Any] | None:
        """What turns PostgreSQL's value, or JSON, into the row's, if it is not the same."""
        if self.plain:
            return self.type if self.enum else None
        one: Any = self.type
        kind: TypeAdapter[Any] = TypeAdapter(tuple[one, ...] if self.many else one)
        parse, check = kind.validate_json, kind.validate_python
        return lambda value: parse(value) if isinstance(value, bytes) else check(value)

    @cached_property
    def written(self) -> Callable[[Any], Any]:
        """What turns a value into what JSON can hold: decimals as text, moments as PostgreSQL
        writes them. It is put together once, since most of the engine's time goes there."""
        one = self.written_one
        if not self.many:
            return one
        if self.type in AS_THEY_ARE or self.enum:
            return list
        return lambda values: None if values is None else [one(value) for value in values]

    def remembering(self) -> Callable[[Any], bytes]:
        """What writes values that are kept as JSON in PostgreSQL's binary form, and remembers what
        they and their elements look like. Raises Unsealed."""
        if self.many and self.model:
            one = self.written_one
            element = Remembering(lambda value: orjson.dumps(one(value)))
            return Remembering(lambda values: b"%b[%b]" % (JSONB, b",".join(map(element, values))))
        written = self.written
        return Remembering(lambda value: JSONB + orjson.dumps(written(value)))

    @cached_property
    def written_one(self) -> Callable[[Any], Any]:
        if self.personal:
            return sealed
        if self.model:
            return written_model({name: shape.written for name, shape in self.fields.items()})
        return WRITTEN.get(self.type, same)


class Remembering:
    """What values look like, each written once.

    Most parts of a row are the very same from one version to the next. They are remembered for a
    while with what they look like, since another might come to lie in their place.
    """

    def __init__(self, write: Callable[[Any], bytes]) -> None:
        self.write = write
        self.known: dict[int, tuple[Any, bytes]] = {}

    def __call__(self, value: Any) -> bytes:
        found = self.known.get(id(value))
        if found is None:
            if len(self.known) > REMEMBERED:
                self.known.clear()
            found = self.known[id(value)] = value, self.write(value)
        return found[1]


def written_model(fields: Mapping[str, Callable[[Any], Any]]) -> Callable[[Any], Any]:
    pairs = list(fields.items())

    def written(model: Any) -> Any:
        if model is None:
            return None
        values = model.__dict__
        return {name: write(values[name]) for name, write in pairs}

    return written


SHAPES: dict[type[BaseModel], Mapping[str, Shape]] = {}


def shapes(model: type[BaseModel]) -> Mapping[str, Shape]:
    """The shape of every field. Raises NoColumn for one that cannot be kept."""
    if model not in SHAPES:
        fields = model.model_fields.items()
        SHAPES[model] = {name: shape_of(field.annotation) for name, field in fields}
    return SHAPES[model]


def shape_of(annotation: Any) -> Shape:
    kinds = [bare(kind) for kind in alternatives(annotation)]
    nullable, kinds = NoneType in kinds, [kind for kind in kinds if kind is not NoneType]
    if Sealed in kinds:
        return Shape(Sealed, nullable)
    if len(kinds) != 1:
        raise NoColumn(f"{annotation}: {NoColumn.__doc__}")
    [kind] = kinds
    if get_origin(kind) is tuple:
        return Shape(shape_of(get_args(kind)[0]).type, nullable, many=True)
    if kind in SQL_TYPES or (isinstance(kind, type) and issubclass(kind, StrEnum | BaseModel)):
        return Shape(kind, nullable)
    raise NoColumn(f"{annotation}: {NoColumn.__doc__}")


def alternatives(annotation: Any) -> tuple[Any, ...]:
    """The kinds of a union, or the one kind."""
    kind = bare(annotation)
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def bare(annotation: Any) -> Any:
    """The type itself, without what is noted beside it."""
    while get_origin(annotation) is Annotated or hasattr(annotation, "__supertype__"):
        annotation = getattr(annotation, "__supertype__", None) or get_args(annotation)[0]
    return annotation


def sealed(value: Any) -> dict[str, str] | None:
    match value:
        case Sealed(subject=subject, sealed=text):
            return {"subject": str(subject), "sealed": text}
        case Erased() | None:
            return None
        case _:
            raise Unsealed


def moment_text(moment: datetime) -> str:
    """As PostgreSQL writes a moment in JSON, in UTC."""
    text = (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat()
    return text.removesuffix("+00:00").rstrip("0") + "+00:00" if moment.microsecond else text


def same(value: Any) -> Any:
    return value


WRITTEN: dict[type, Callable[[Any], Any]] = {
    datetime: lambda moment: None if moment is None else moment_text(moment),
    Decimal: lambda amount: None if amount is None else format(amount, "f"),
}
AS_THEY_ARE = SQL_TYPES.keys() - WRITTEN.keys()
"""Of these orjson knows how to write them."""
