"""What the command line prints: tables for people, JSON for programs, faults on standard error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

console = Console(highlight=False)
complaints = Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """One JSON value on standard output, keys as given, nothing else."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z
    console.file.write(orjson.dumps(value, default=str, option=options).decode() + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """A table whose columns keep words whole. Numbers stand to the right: name them with a '#'."""
    table = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for column in columns:
        name = column.removeprefix("#")
        table.add_column(name, justify="left" if name == column else "right", overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else shown(cell) for cell in row))
    console.print(table)


def print_facts(facts: Mapping[str, object]) -> None:
    """Names and values, one a line."""
    table = Table.grid(padding=(0, 2))
    for name, value in facts.items():
        table.add_row(Text(name, style="dim"), value if isinstance(value, Text) else shown(value))
    console.print(table)


def shown(value: object) -> Text:
    """A value as people read it. Text is shown as it is: it is data, never markup."""
    return Text("–" if value is None else str(value))


def complain(message: str, *details: str) -> None:
    complaints.print(Text(message, style="bold red"))
    for detail in details:
        complaints.print(Text(f"  {detail}"))
