"""Arguments and options that several commands have."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from application.recorded import Position

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
AsOf: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="MOMENT",
        help="As it was known then: a time as 2026-03-06T12:00Z, a date (its end, in UTC), "
        "or an exact position.",
    ),
]


def moment(text: str) -> datetime | Position:
    """A moment as people type it. Raises typer.BadParameter."""
    return Position(int(text)) if text.isdecimal() else instant(text)


def at(as_of: str | None) -> str | None:
    """A moment as the API takes it. Raises typer.BadParameter."""
    if as_of is None:
        return None
    read = moment(as_of)
    return str(read) if isinstance(read, int) else read.isoformat()


def instant(text: str) -> datetime:
    """A time as people type it; a date stands for its end, in UTC. Raises typer.BadParameter."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no time: write it as 2026-03-06 or 2026-03-06T12:00Z."
        ) from None
    if "T" not in text.upper() and " " not in text:
        read = read.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def text_of(file: Path) -> str:
    """What a text file says. Raises typer.BadParameter."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{file} is no text in UTF-8.") from None
