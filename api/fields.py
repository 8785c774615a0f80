"""Fields made at run time, and how a value is read from what a resolver returned."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from inspect import Parameter, Signature
from typing import Any, Final, TypeAlias

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from api.context import Context
from projections.columns import alternatives

Info: TypeAlias = strawberry.Info[Context, None]
Given: TypeAlias = dict[str, Any]
Resolve: TypeAlias = Callable[[Any, Info, Given], Awaitable[Any]]
Arguments: TypeAlias = Mapping[str, Any]

ABSENT: Final = (None, strawberry.UNSET)


def field(
    name: str,
    annotation: Any,
    description: str | None = None,
    arguments: Arguments | None = None,
    resolve: Resolve | None = None,
) -> StrawberryField:
    return StrawberryField(
        python_name=name,
        type_annotation=StrawberryAnnotation(annotation),
        description=" ".join(description.split()) if description else None,
        base_resolver=resolver(resolve, arguments or {}) if resolve else None,
    )


def resolver(resolve: Resolve, arguments: Arguments) -> StrawberryResolver[Any]:
    """A function whose signature is made at run time; null and absent are the same to it."""

    async def answer(root: Any, info: Info, **given: Any) -> Any:
        present = {name: value for name, value in given.items() if value not in ABSENT}
        return await resolve(root, info, present)

    parameters = [
        Parameter("root", Parameter.POSITIONAL_OR_KEYWORD, annotation=Any),
        Parameter("info", Parameter.POSITIONAL_OR_KEYWORD, annotation=Info),
        *(parameter(name, annotation) for name, annotation in arguments.items()),
    ]
    answer.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return StrawberryResolver(answer)


def parameter(name: str, annotation: Any) -> Parameter:
    default = strawberry.UNSET if optional(annotation) else Parameter.empty
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def optional(annotation: Any) -> bool:
    return type(None) in alternatives(annotation)


def nullable(annotation: Any) -> Any:
    return annotation if optional(annotation) else annotation | None


def list_of(item: Any) -> Any:
    return list[item]
