"""What the command line prints: tables for people, JSON for programs, faults on standard error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPED = 160  # characters in a line where there is no terminal to fit into
MARKS = "#=~"
BETWEEN = 2  # characters between two columns
NARROWEST = 8

console = Console(highlight=False)
complaints = Console(stderr=True, highlight=False)
if not console.is_terminal:
    console.width = PIPED


def print_json(value: Any) -> None:
    """One JSON value on standard output, keys as given, nothing else."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z
    console.file.write(orjson.dumps(value, default=str, option=options).decode() + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """A table that fits the terminal. A mark before a column's name says how it gives way:

    `#` numbers, to the right, and `=` words are never broken; `~` text is cut short; else folded.
    """
    cells = [[cell if isinstance(cell, Text) else shown(cell) for cell in row] for row in rows]
    table = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", padding=(0, 0))
    for column, width in zip(columns, widths(columns, cells), strict=True):
        table.add_column(
            column.lstrip(MARKS),
            justify="right" if column.startswith("#") else "left",
            overflow="ellipsis" if column.startswith("~") else "fold",
            no_wrap=column[:1] in MARKS,
            width=width,
        )
    for row in cells:
        table.add_row(*row)
    console.print(table)


def widths(columns: Sequence[str], cells: Sequence[Sequence[Text]]) -> list[int]:
    """As wide as what is in them; what may give way does, the widest first."""
    wide = [
        max([cell_len(column.lstrip(MARKS)), *(widest(row[place]) for row in cells)])
        for place, column in enumerate(columns)
    ]
    yielding = [place for place, column in enumerate(columns) if column[:1] not in "#="]
    room = console.width - BETWEEN * (len(columns) + 1)
    while yielding and sum(wide) > room:
        place = max(yielding, key=lambda each: wide[each])
        if wide[place] <= NARROWEST:
            break
        wide[place] -= 1
    return wide


def widest(cell: Text) -> int:
    return max(map(cell_len, cell.plain.split("\n")))


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
    complaints.print(Text(message, style="bold red"), soft_wrap=True)
    for detail in details:
        complaints.print(Text(f"  {detail}"), soft_wrap=True)
