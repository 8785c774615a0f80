"""The name of a row among all things: opaque to clients, the same in SQL and here."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from pydantic import TypeAdapter, ValidationError

from projections.catalogue import AnyView, Views
from projections.columns import shapes


def name_of(view: AnyView, key: Any) -> str:
    """The opaque id of the row with this key."""
    return b64encode(f"{view.row.__name__}:{key}".encode()).decode()


def named(views: Views, name: str) -> tuple[AnyView, Any] | None:
    """The view and the key that a name stands for; None if no such thing was ever named."""
    try:
        row, _, key = b64decode(name, validate=True).decode().partition(":")
        [view] = (view for view in views.values() if view.row.__name__ == row)
        kind = shapes(view.row)[view.key_column].type
        return view, TypeAdapter(kind).validate_python(key)
    except (ValueError, ValidationError):
        return None
