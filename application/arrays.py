"""PostgreSQL's binary values, rows and arrays, straight from values and back.

psycopg can write them too, but looks at every value to find out how; here the type of the row says
it once. The elements of an array are written apart from its head, so that each append's can be
written before it is known what it goes out with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from struct import Struct, unpack
from typing import Any, Final, NamedTuple
from uuid import UUID, SafeUUID

from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

HEAD: Final = Struct("!iiiii")  # dimensions, any nulls, type, length, lower bound
EMPTY: Final = Struct("!iii").pack
LENGTH: Final = Struct("!i").pack
SMALL: Final = Struct("!ii").pack
LARGE: Final = Struct("!iq").pack
NULL: Final = LENGTH(-1)
UUID_BYTES: Final = 16
UUID_LENGTH: Final = LENGTH(UUID_BYTES)
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


class Type(IntEnum):
    """PostgreSQL's number of a type."""

    BYTEA = 17
    BIGINT = 20
    INTEGER = 23
    TEXT = 25
    JSON = 114
    TIMESTAMPTZ = 1184
    UUID = 2950
    UUIDS = 2951  # an array


NO_UUIDS: Final = EMPTY(0, 0, Type.UUID)
UUIDS_HEAD: Final = EMPTY(1, 0, Type.UUID)  # then come their number and lower bound
SIZES: Final = {Type.BIGINT: 8, Type.INTEGER: 4, Type.UUID: UUID_BYTES}


class Nullable(NamedTuple):
    """A column that may hold null."""

    type: Type


class Wire(bytes):
    """A parameter in PostgreSQL's own binary form. The statement says of which type it is."""


class WireDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Wire) -> Buffer:
        return obj


# ── writing ─────────────────────────────────────────────────────────────────


def array(type: int, pieces: Iterable[bytes], length: int | None = None) -> bytes:
    """An array of elements of this type, each as one of the following writes it.

    `length`: of how many, if a piece may hold several.
    """
    pieces = list(pieces)
    length = len(pieces) if length is None else length
    if not length:
        return EMPTY(0, 0, type)
    return HEAD.pack(1, 1, type, length, 1) + b"".join(pieces)


class RowType:
    """Rows with columns of these types: what PostgreSQL calls a composite type.

    A value brings its length, unless all of its column have the same: then that stands here.
    """

    def __init__(self, *columns: Type | Nullable) -> None:
        heads = [head(column).replace(b"%", b"%%") for column in columns]
        self.template = LENGTH(len(columns)) + b"".join(head + b"%b" for head in heads)

    def row(self, *values: bytes) -> bytes:
        return blob(self.template % values)


def head(column: Type | Nullable) -> bytes:
    if isinstance(column, Nullable):
        return LENGTH(column.type)
    return LENGTH(column) + (LENGTH(SIZES[column]) if column in SIZES else b"")


integer: Final = Struct("!i").pack  # four bytes, without their length
bigint: Final = Struct("!q").pack  # eight


def uuid(value: UUID | None) -> bytes:
    return NULL if value is None else UUID_LENGTH + value.int.to_bytes(UUID_BYTES)


def text(value: str) -> bytes:
    return blob(value.encode())


def uuids(values: Sequence[UUID]) -> bytes:
    """An array of ids. Each append has one, so it is written with fewer calls than by array()."""
    if not values:
        return NO_UUIDS
    pieces = [UUID_LENGTH + value.int.to_bytes(UUID_BYTES) for value in values]
    return UUIDS_HEAD + SMALL(len(pieces), 1) + b"".join(pieces)


@lru_cache(maxsize=1024)
def word(value: str) -> bytes:
    """A text of which there are few."""
    return text(value)


def blob(value: bytes) -> bytes:
    return LENGTH(len(value)) + value


def moment(value: datetime | None) -> bytes:
    return NULL if value is None else LARGE(8, microseconds(value))


def instant(value: datetime | None) -> bytes | None:
    """Alone, not in an array."""
    return None if value is None else bigint(microseconds(value))


def microseconds(moment: datetime) -> int:
    """Since PostgreSQL's epoch, exactly."""
    return (moment - EPOCH) // MICROSECOND


# ── reading ─────────────────────────────────────────────────────────────────


def as_integer(value: bytes) -> int:
    return int.from_bytes(value, "big", signed=True)


def as_integers(values: Sequence[bytes]) -> Sequence[Any]:
    """Of bigints."""
    return unpack(f"!{len(values)}q", b"".join(values))


@lru_cache(maxsize=1024)
def as_moment(value: bytes) -> datetime:
    """What follows from one command has one moment, which several look at."""
    return EPOCH + as_integer(value) * MICROSECOND


def as_uuid(value: bytes) -> UUID:
    """As UUID(bytes=…), which takes five times as long, since it looks at what it is given."""
    id = object.__new__(UUID)
    put_int(id, int.from_bytes(value, "big"))
    put_is_safe(id, UNKNOWN)
    return id


UNKNOWN: Final = SafeUUID.unknown  # which to look up takes as long as the rest
put_int, put_is_safe = (UUID.__dict__[slot].__set__ for slot in ("int", "is_safe"))


def as_uuids(value: bytes) -> tuple[UUID, ...]:
    """The elements of an array of one dimension, none of them null."""
    step = len(UUID_LENGTH) + UUID_BYTES
    ends = range(HEAD.size + step, len(value) + 1, step)
    return tuple(UUID(bytes=value[end - UUID_BYTES : end]) for end in ends)
