"""What auditors look for at the command line: who read whose personal data."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

import typer

from recourse.asking import ask
from recourse.bootstrap import built
from recourse.commands.options import AsJson, instant
from recourse.output import console, print_json, print_table
from recourse.settings import Settings

READS: Final = """
query ($reader: UUID, $subject: UUID, $since: DateTime, $last: Int) {
  personalReads(reader: $reader, subject: $subject, since: $since, last: $last) {
    edges { node { number readAt reader channel correlationId subjects } }
    pageInfo { hasPreviousPage }
  }
}"""


def reads(
    of: Annotated[
        UUID | None, typer.Option("--of", metavar="ID", help="Only of this person's data.")
    ] = None,
    by: Annotated[
        UUID | None, typer.Option("--by", metavar="ID", help="Only what this person read.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only since then, as 2026-03-06T12:00Z.")
    ] = None,
    last: Annotated[int, typer.Option(min=1, max=100, metavar="N", help="The last so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Who had whose personal data in an answer or a file, and when, the latest last (AUD-4)."""
    wanted = {"reader": str(by) if by else None, "subject": str(of) if of else None, "last": last}
    wanted["since"] = instant(since).isoformat() if since else None
    with built(Settings.from_env()) as program:
        page = ask(program, READS, **wanted)["personalReads"]
    found = [edge["node"] for edge in page["edges"]]
    if as_json:
        print_json(found)
        return
    print_table(["=at", "=reader", "=channel", "=whose", "request"], [row(each) for each in found])
    earlier = " There are earlier ones." if page["pageInfo"]["hasPreviousPage"] else ""
    console.print(f"{len(found)} answers.{earlier}")


def row(read: Any) -> list[object]:
    return [
        read["readAt"][: len("2026-03-06T12:00:00")].replace("T", " "),
        read["reader"],
        read["channel"].lower(),
        "\n".join(read["subjects"]),
        read["correlationId"],
    ]
