"""Taking in files: what was booked, what is known already, what was refused and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from application.files import LARGEST
from application.intake.booking import CreditNoteIntake, Outcome, Report
from application.intake.faults import Unreadable
from application.intake.mapping import TableMapping, mapping_in
from domain.credits.document import CreditNoteDocument, ReferenceKind, Root
from domain.messages import Role
from recourse.bootstrap import adopt_policies, built, settle, utc_now
from recourse.commands.options import AsJson
from recourse.exits import Exit
from recourse.operator import operator
from recourse.output import complaints, console, print_json, print_table
from recourse.settings import Settings

COLOURS = {Outcome.BOOKED: "green", Outcome.DUPLICATE: "yellow", Outcome.REFUSED: "red"}
DOCUMENTS = {ReferenceKind.INVOICE, ReferenceKind.CREDIT_NOTE}


Files: TypeAlias = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE…",
        exists=True,
        dir_okay=False,
        help="XML (UBL 2.1, UN/CEFACT CII), a Factur-X or ZUGFeRD PDF; with --map CSV or XLSX.",
    ),
]
Mapping: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--map",
        metavar="MAP.toml",
        exists=True,
        dir_okay=False,
        help="What the columns of a table mean.",
    ),
]


def credit_note(
    files: Files,
    mapping: Mapping = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and check; book nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take in credit notes from files, each once, and match them to the claims they name.

    A table (CSV, XLSX) is read as a mapping file says, and may hold many notes.

    A file that is booked already, or a note whose issuer and number are, is a duplicate. An
    invalid file is refused whole, with every error and its place; the others are booked all the
    same, and a file that was refused is kept with its reasons. Exit code 1 if any was refused.
    What is odd about a note that is booked is a warning; it is kept with the note.
    What was broken off is simply done again.
    """
    reports = take_in(files, None if mapping is None else read_mapping(mapping), dry_run=dry_run)
    if as_json:
        print_json([described(report) for report in reports])
    else:
        show(reports, dry_run=dry_run)
    if any(report.outcome is Outcome.REFUSED for report in reports):
        raise typer.Exit(Exit.NOT_IN_ORDER)


def take_in(files: list[Path], table: TableMapping | None, *, dry_run: bool) -> list[Report]:
    """What became of each file, once everything that follows from them has happened."""
    with built(Settings.from_env()) as program:
        adopt_policies(program)
        intake = CreditNoteIntake(program.log, program.files, operator(Role.FINANCE), utc_now)
        reports = list(taken(intake, files, table, dry_run=dry_run))
        if not dry_run:
            settle(program)
    return reports


def read_mapping(file: Path) -> TableMapping:
    try:
        return mapping_in(file.read_text(encoding="utf-8"), file.name)
    except (Unreadable, UnicodeDecodeError) as error:
        reasons = error.reasons if isinstance(error, Unreadable) else (str(error),)
        raise typer.BadParameter("\n".join(reasons), param_hint="--map") from error


def taken(
    intake: CreditNoteIntake, files: Iterable[Path], table: TableMapping | None, *, dry_run: bool
) -> Iterator[Report]:
    """One after the other, with a bar on standard error."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=complaints, transient=True) as bar:
        for file in bar.track(list(files), description="taking in"):
            with file.open("rb") as opened:
                content = opened.read(LARGEST + 1)  # so much that it is seen to be too much
            if table:
                yield from intake.take_table(str(file), content, table, dry_run=dry_run)
            else:
                yield intake.take(str(file), content, dry_run=dry_run)


# ── what is said of each ────────────────────────────────────────────────────


def described(report: Report) -> dict[str, object]:
    """What a program wants to know of a file."""
    document = report.document or CreditNoteDocument(root=Root.CREDIT_NOTE)
    return {
        "file": report.file,
        "outcome": report.outcome,
        "note_id": report.note_id,
        "sha256": report.sha256,
        "number": document.number,
        "issuer": issuer(report.document),
        "currency": document.currency,
        "payable": str(document.totals.payable) if document.totals.payable is not None else None,
        "line_count": len(document.lines),
        "referenced_documents": referenced(document),
        "references": [r.model_dump(mode="json") for r in document.all_references()],
        "errors": report.errors,
        "warnings": report.warnings,
    }


def issuer(document: CreditNoteDocument | None) -> str | None:
    if document is None:
        return None
    party = document.issuer
    return party.name or (party.identity[1] if party.identity else None)


def referenced(document: CreditNoteDocument) -> list[str]:
    """The invoices and credit notes that the paper and its lines refer to, as often as they do."""
    return [r.id for r in document.all_references() if r.kind in DOCUMENTS]


def show(reports: list[Report], *, dry_run: bool) -> None:
    columns = ["~file", "=outcome", "~number", "~issuer", "#payable", "#lines"]
    print_table(columns, map(row, reports))
    for report in reports:
        tell(f"{report.file}: {report.outcome}", COLOURS[report.outcome], report.errors)
        tell(f"{report.file}: {report.outcome}, with warnings", "yellow", report.warnings)
    counts = Counter(report.outcome for report in reports)
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome)
    console.print(f"{'Dry run, nothing was booked: ' if dry_run else ''}{told}.")


def tell(what: str, colour: str, reasons: tuple[str, ...]) -> None:
    if reasons:
        console.print(Text(what, colour))
        for reason in reasons:
            console.print(Text(f"  {reason}"))


def row(report: Report) -> list[object]:
    facts = described(report)
    return [
        Path(report.file).name,
        Text(report.outcome, style=COLOURS[report.outcome]),
        facts["number"],
        facts["issuer"],
        f"{facts['payable']} {facts['currency']}" if facts["payable"] else None,
        facts["line_count"] or None,
    ]
