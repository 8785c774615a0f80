"""A sample of every type of event, made from its declaration alone, the same every time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from itertools import islice
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from application import shipped
from domain.messages import About, Event, Sealed
from domain.policies import PolicyPublished

SUBJECT = UUID(int=7)
SEALED = Sealed(subject=SUBJECT, sealed="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISI=")
NOON = datetime(2026, 3, 6, 12, tzinfo=UTC)
CANDIDATES: tuple[Any, ...] = (
    "Hydraulic pump",
    "EUR",
    "word",
    "Asia/Shanghai",
    "0" * 64,
    Decimal("1250.50"),
    Decimal("12.5"),
    Decimal(5),
    3,
    True,
    UUID(int=5),
    NOON,
    NOON.date(),
    time(9, 30),
    timedelta(days=14),
)
EXACT: dict[type[Any], Any] = {bool: True, int: 3, date: NOON.date(), AwareDatetime: NOON}


def samples(event: type[Event]) -> Iterator[tuple[str, Event]]:
    """A sample, or several where one field decides about all others, each with a name."""
    if event is PolicyPublished:
        for kind, content in {each.policy: each for each in shipped.contents()}.items():
            yield kind, sample(event).model_copy(update={"content": content})
    else:
        yield "", sample(event)


def sample(model: type[BaseModel]) -> Any:
    values = {name: of_field(field) for name, field in model.model_fields.items()}
    return model.model_validate(values)


def of_field(field: FieldInfo) -> Any:
    if any(isinstance(mark, About) for mark in field.metadata):
        return SEALED
    return of(field.rebuild_annotation())


def of(annotation: Any) -> Any:
    """A value that the annotation accepts."""
    for candidate in islice(proposals(annotation), 200):
        try:
            return TypeAdapter(annotation).validate_python(candidate)
        except (ValidationError, TypeError):
            continue
    raise LookupError(f"Say in samples.py what is an example of {annotation}.")


def proposals(annotation: Any) -> Iterator[Any]:
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        yield from (value for part in inside for value in proposals(part))
    elif origin is Literal:
        yield inside[0]
    elif origin in (tuple, frozenset, list):
        yield from ([value] for value in proposals(inside[0]))
    elif origin in (dict, Mapping):
        yield {of(inside[0]): of(inside[1])}
    elif hasattr(annotation, "__metadata__"):
        yield from proposals(inside[0])
    elif isinstance(annotation, type):
        yield from of_class(annotation)


def of_class(kind: type[Any]) -> Iterator[Any]:
    if issubclass(kind, BaseModel):
        yield sample(kind)
    elif issubclass(kind, Enum):
        yield from kind
    else:
        if kind in EXACT:
            yield EXACT[kind]
        yield from (candidate for candidate in CANDIDATES if isinstance(candidate, kind))
