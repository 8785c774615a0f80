"""GraphQL types made from the declarations of the domain and of the views, each once, by name.

What a client sends and what it gets are types of their own: `MoneyInput` and `Money`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from enum import Enum, StrEnum
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin

import strawberry
from pydantic import AwareDatetime, BaseModel, TypeAdapter
from strawberry.scalars import JSON
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType

from api.context import FACT, read
from api.fields import Given, Info, Resolve, field, list_of
from domain.messages import Erased, Sealed
from projections.columns import alternatives, bare

GENERAL: Final = frozenset(
    {"Kind", "Line", "Lines", "Outcome", "Party", "Reference", "Root", "State", "Status", "Totals"}
)
"""Words that say nothing alone: the name of their module or context goes before them."""

PLACES: Final = frozenset({"state", "events", "commands"})
"""Modules that say nothing themselves: they are parts of a context."""

SEQUENCES: Final = (tuple, list, set, frozenset)


class NameClash(Exception):
    """Two things would have the same name in GraphQL. Rename one of them in the domain."""


@dataclass(frozen=True, eq=False)
class Later(LazyType[Any, Any]):
    """A type that is made later: views are related in circles.

    Each is equal to itself only: Python remembers unions of equal types, and would hand those of
    one schema to another.
    """

    types: dict[str, Any] = dataclass_field(default_factory=dict)

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def resolve_type(self) -> Any:
        return self.types[self.type_name]


def name_of(kind: type[Any]) -> str:
    if kind.__name__ not in GENERAL:
        return kind.__name__
    *_, context, module = kind.__module__.split(".")
    return camel(context.removesuffix("s") if module in PLACES else module) + kind.__name__


def camel(words: str) -> str:
    return "".join(word.capitalize() for word in words.split("_"))


def personal(annotation: Any) -> bool:
    return Sealed in alternatives(annotation)


class Types:
    """All types by name. `output` and `input` turn a Python annotation into a GraphQL one."""

    def __init__(self) -> None:
        self.made: dict[str, Any] = {}
        self.laters: dict[str, Later] = {}
        self.meanings: dict[str, Any] = {}

    def later(self, name: str) -> Later:
        return self.laters.setdefault(name, Later(name, __name__, types=self.made))

    def new(self, name: str, meaning: Any) -> bool:
        """Whether the name still has to be made. Raises NameClash if it means something else."""
        if name in self.meanings and self.meanings[name] != meaning:
            raise NameClash(f"{name}: {self.meanings[name]} and {meaning}")
        fresh = name not in self.meanings
        self.meanings[name] = meaning
        return fresh

    def make(
        self,
        name: str,
        fields: Iterable[StrawberryField],
        description: str | None = None,
        *,
        meaning: Any = None,
        interface: type[Any] | None = None,
        is_input: bool = False,
    ) -> Later:
        if self.new(name, meaning or name):
            bases = (interface,) if interface else ()
            self.made[name] = made(name, list(fields), description, bases, is_input)
        return self.later(name)

    def enum(self, kind: type[Enum], description: str | None = None) -> Any:
        name = name_of(kind)
        if self.new(name, kind):
            self.made[name] = strawberry.enum(kind, name=name, description=description)
        return self.made[name]

    # ── what a client gets ──────────────────────────────────────────────────

    def output(self, annotation: Any) -> Any:
        kinds = [kind for kind in alternatives(annotation) if kind is not NoneType]
        shown = self.output_of([bare(kind) for kind in kinds], personal(annotation))
        return shown | None if NoneType in alternatives(annotation) else shown

    def output_of(self, kinds: list[Any], is_personal: bool) -> Any:
        if is_personal:
            return str | None
        if len(kinds) != 1:
            return JSON
        [kind] = kinds
        if get_origin(kind) in SEQUENCES:
            return list_of(self.output(get_args(kind)[0]))
        return self.model(kind) if is_model(kind) else self.leaf(kind)

    def leaf(self, kind: Any) -> Any:
        if get_origin(kind) is Literal:
            return str
        if get_origin(kind) in (dict, Mapping) or kind in (dict, Any, object):
            return JSON
        if kind is AwareDatetime:
            return datetime
        return self.enum(kind) if issubclass(kind, StrEnum) else kind

    def model(self, model: type[BaseModel]) -> Later:
        return self.make(name_of(model), self.facts(model), documented(model), meaning=model)

    def facts(
        self, model: type[BaseModel], taken: Collection[str] = ()
    ) -> Iterator[StrawberryField]:
        """The fields of a model, as a client sees them; `taken` are names of something else."""
        for own_name, declared in model.model_fields.items():
            annotation: Any = declared.annotation
            name = f"{FACT}{own_name}" if own_name in taken else own_name
            shown = self.output(annotation)
            resolve = opened(name) if personal(annotation) else None
            if JSON in (shown, *get_args(shown)):
                resolve = dumped(name, annotation)
            yield field(name, shown, declared.description, resolve=resolve)

    # ── what a client sends ─────────────────────────────────────────────────

    def input(self, annotation: Any) -> Any:
        kinds = [
            kind for kind in alternatives(annotation) if kind not in (NoneType, Sealed, Erased)
        ]
        given = self.input_of([bare(kind) for kind in kinds])
        return given | None if NoneType in alternatives(annotation) else given

    def input_of(self, kinds: list[Any]) -> Any:
        if len(kinds) != 1:
            return JSON
        [kind] = kinds
        if get_origin(kind) in SEQUENCES:
            return list_of(self.input(get_args(kind)[0]))
        return (
            self.input_model(kind, f"{name_of(kind)}Input") if is_model(kind) else self.leaf(kind)
        )

    def input_model(self, model: type[BaseModel], name: str) -> Later:
        fields = (self.wish(*item) for item in model.model_fields.items())
        return self.make(name, fields, documented(model), meaning=(model, "input"), is_input=True)

    def wish(self, name: str, declared: Any) -> StrawberryField:
        """A field of an input. One with a default may be left out."""
        annotation = self.input(declared.annotation)
        made = field(name, annotation if declared.is_required() else annotation | None)
        made.description = declared.description
        if type(None) in alternatives(made.type_annotation.annotation):  # type: ignore[union-attr]
            made.default = made.default_value = strawberry.UNSET
        return made


def is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def documented(model: type[Any]) -> str | None:
    """Its own docstring; one that is inherited says nothing about it."""
    doc = vars(model).get("__doc__")
    return " ".join(doc.split()) if doc else None


def made(
    name: str,
    fields: list[StrawberryField],
    description: str | None,
    bases: tuple[type[Any], ...],
    is_input: bool,
) -> Any:
    names = [str(each.python_name) for each in fields]
    body: dict[str, Any] = dict(zip(names, fields, strict=True))
    body["__annotations__"] = {n: each.type_annotation for n, each in body.items()}
    if bases:
        body["is_type_of"] = classmethod(lambda cls, value, info: True)  # the interface decides
    return strawberry.type(type(name, bases, body), is_input=is_input, description=description)


def opened(name: str) -> Resolve:
    """Personal text in the clear, for those who may read it, while its key exists."""

    async def resolve(root: Any, info: Info, given: Given) -> str | None:
        return await info.context.opened(read(root, name))

    return resolve


def dumped(name: str, annotation: Any) -> Resolve:
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)

    async def resolve(root: Any, info: Info, given: Given) -> Any:
        return adapter.dump_python(read(root, name), mode="json")

    return resolve
