"""The clock engine, asked about cases from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from recourse.clock_cases import (
    Case,
    Compared,
    DueCase,
    SemanticsCase,
    cases_in,
    compare,
    due_in,
    moment,
    working_time,
)
from recourse.commands.options import AsJson, text_of
from recourse.exits import Exit
from recourse.output import console, print_json, print_table


def cases(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="Cases, in JSON.")
    ],
    as_json: AsJson = False,
) -> None:
    """Compare what others expect of a clock with our own answers.

    Each mismatch is printed with the segments that explain our answer; then the exit code is 1.
    What a case may say is described in docs/deadlines.md.
    """
    told = cases_in(text_of(file))
    compared = tuple(each for case in told for each in compare(case))
    if as_json:
        print_json(report(told, compared))
    else:
        print_report(told, compared)
    if not all(each.agrees for each in compared):
        raise typer.Exit(Exit.NOT_IN_ORDER)


def report(told: Sequence[Case], compared: Sequence[Compared]) -> dict[str, object]:
    return {
        "cases": len(told),
        "expectations": len(compared),
        "mismatches": [json_of(each) for each in compared if not each.agrees],
        "divergent": [
            {"id": case.id, "ours": ours, "theirs": theirs}
            for case, ours, theirs in divergent(told)
        ],
        "in_words": in_words(told),
    }


def json_of(mismatch: Compared) -> dict[str, object]:
    return {
        "id": mismatch.case,
        "what": mismatch.what,
        "expected": mismatch.expected,
        "computed": mismatch.computed,
        "segments": [segment.model_dump(mode="json") for segment in mismatch.segments],
    }


def print_report(told: Sequence[Case], compared: Sequence[Compared]) -> None:
    mismatches = [each for each in compared if not each.agrees]
    for each in mismatches:
        print_mismatch(each)
    for case, ours, theirs in divergent(told):
        console.print(f"{case.id} diverges on purpose: due {ours} here, {theirs} there.")
    if words := in_words(told):
        console.print(f"Rules in words, for people to read: {', '.join(words)}.")
    console.print(f"{len(compared)} expectations of {len(told)} cases: {verdict(len(mismatches))}.")


def verdict(mismatches: int) -> str:
    match mismatches:
        case 0:
            return "all agree"
        case 1:
            return "1 does not agree"
        case many:
            return f"{many} do not agree"


def print_mismatch(mismatch: Compared) -> None:
    """Our answer beside what is expected, and how ours comes about, in the zone of the case."""
    zone = ZoneInfo(mismatch.zone)
    ours, theirs = shown(mismatch.computed, zone), shown(mismatch.expected, zone)
    print_table(
        ["=", "=since", "=until", "#used", "reason"],
        [
            (
                segment.kind,
                shown(segment.since, zone),
                shown(segment.until, zone),
                segment.used,
                segment.reason,
            )
            for segment in mismatch.segments
        ],
        title=f"{mismatch.case}, {mismatch.what}: {ours}; {theirs} is expected ({zone.key})",
    )


def shown(value: datetime | int, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    return f"{value} s"


def divergent(told: Sequence[Case]) -> Iterator[tuple[DueCase, datetime, datetime]]:
    """Where another engine answers differently on purpose: our answer and theirs."""
    for case in told:
        if isinstance(case, DueCase) and case.their_expected_due:
            theirs = moment(case, case.their_expected_due)
            yield case, due_in(case, working_time(case)), theirs


def in_words(told: Sequence[Case]) -> list[str]:
    return [case.id for case in told if isinstance(case, SemanticsCase)]
