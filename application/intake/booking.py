"""Credit notes that come as files: kept, read, and booked once, whole or not at all (CRN-1, CRN-2).

Everything about a file follows from its hash: the id of the note, of the command, of the event. So
it may break off anywhere and be done again, by anybody, at the same time: the original may have
been kept already, the note may have been booked already, and nothing is ever half done.

A file that is refused is kept too, with every reason, for finance to see; so is one that is too
large to be read, up to what the file store takes. Of what is larger still, the refusal says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from application.files import LARGEST as LARGEST_KEPT
from application.files import FileStore
from application.handling import foreseen, handle
from application.handling_together import handle_all
from application.instruction import Instruction
from application.intake import documents
from application.intake.faults import Unreadable
from application.intake.mapping import TableMapping
from application.intake.paper import Reading
from application.log import EventLog, Receipt
from application.recorded import Channel
from domain.credits.checking import refusing, warnings
from domain.credits.commands import BookCreditNote, SourceFile
from domain.credits.document import CreditNoteDocument
from domain.credits.refusals import DuplicateCreditNote, InvalidCreditNote
from domain.credits.refused_file import KeepRefusedFile
from domain.messages import Actor, Command, Refusal

NOTES: Final = UUID("0d1f6a3c-7c5e-5f0e-8a55-9f6f1b0c2d77")  # the ids of notes, by their files
LONGEST_REASON: Final = 2000  # characters, of what is kept on record
MOST_REASONS: Final = 500


class Outcome(StrEnum):
    """What became of a file, or of one note in it."""

    BOOKED = "booked"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file and, as far as it could be read, which credit note it is.

    `note_id` is the note that is booked: the first one, if the file is a duplicate. `warnings` are
    what is odd about a note that is booked all the same. There is no `sha256` of a file that is too
    large to be kept: it was not read to its end.
    """

    file: str
    sha256: str | None
    outcome: Outcome
    note_id: UUID | None
    document: CreditNoteDocument | None
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def note_id_of(sha256: str, part: str | None = None) -> UUID:
    """The id of the credit note that comes as this file, or as this part of it."""
    return uuid5(NOTES, f"{sha256} {part}" if part else sha256)


@dataclass(frozen=True, slots=True)
class Original:
    """A file as it came."""

    file: str
    content: bytes
    sha256: str

    @property
    def source(self) -> SourceFile:
        name = self.file.replace("\\", "/").rpartition("/")[2] or self.file
        return SourceFile(sha256=self.sha256, name=name)


@dataclass(frozen=True)
class CreditNoteIntake:
    """Takes in credit notes on behalf of one person, or of the program itself."""

    log: EventLog
    files: FileStore
    actor: Actor
    clock: Callable[[], datetime]

    def take(self, file: str, content: bytes, *, dry_run: bool = False) -> Report:
        """Book the note in an XML or PDF file. A dry run reads and checks, and writes nothing.

        Raises a Refusal only if it is not about this file: Forbidden, Unavailable, Conflict.
        """
        if len(content) > LARGEST_KEPT:
            return turned_away(file)
        original = Original(file, content, hashlib.sha256(content).hexdigest())
        try:
            reading = documents.read(content)
        except Unreadable as unreadable:
            return self._refused(original, unreadable.reasons, None, dry_run=dry_run)
        if reading.faults:
            reasons = everything_wrong(reading)
            return self._refused(original, reasons, reading.document, dry_run=dry_run)
        return self._book_all(original, {None: reading}, dry_run=dry_run)[0]

    def take_table(
        self, file: str, content: bytes, mapping: TableMapping, *, dry_run: bool = False
    ) -> tuple[Report, ...]:
        """Book every note in a CSV or XLSX file, or none if anything in it is wrong."""
        if len(content) > LARGEST_KEPT:
            return (turned_away(file),)
        original = Original(file, content, hashlib.sha256(content).hexdigest())
        try:
            readings = documents.read_table(content, mapping)
        except Unreadable as unreadable:
            return (self._refused(original, unreadable.reasons, None, dry_run=dry_run),)
        notes = {reading.document.number: reading for reading in readings}
        return self._book_all(original, notes, dry_run=dry_run)

    def _book_all(
        self, original: Original, notes: dict[str | None, Reading], *, dry_run: bool
    ) -> tuple[Report, ...]:
        """The original is kept before it is booked, so that no note is without its paper."""
        wishes = [self._booking(original, part, reading) for part, reading in notes.items()]
        answers: dict[int, Receipt | Refusal] = {}
        fresh: dict[int, Instruction] = {}
        for number, wish in enumerate(wishes):
            instruction = self._instruction(original, wish)
            try:
                foreseen(self.log, instruction)
                fresh[number] = instruction
            except InvalidCreditNote as invalid:
                reasons = invalid.reasons
                return (self._refused(original, reasons, wish.document, dry_run=dry_run),)
            except DuplicateCreditNote as duplicate:
                answers[number] = duplicate
        if fresh and not dry_run:
            self._keep(original)
            booked = handle_all(self.log, list(fresh.values()))
            answers |= dict(zip(fresh, booked, strict=True))
        return tuple(
            self._booked(original, wish, answers.get(number)) for number, wish in enumerate(wishes)
        )

    def _booked(
        self, original: Original, wish: BookCreditNote, answer: Receipt | Refusal | None
    ) -> Report:
        file, sha256, document = original.file, original.sha256, wish.document
        match answer:
            case DuplicateCreditNote():
                reasons = (str(answer),)
                return Report(file, sha256, Outcome.DUPLICATE, answer.bearer, document, reasons)
            case Refusal():
                raise answer
            case _:
                odd = warnings(document, wish.findings)
                return Report(file, sha256, Outcome.BOOKED, wish.note_id, document, warnings=odd)

    def _refused(
        self,
        original: Original,
        reasons: tuple[str, ...],
        document: CreditNoteDocument | None,
        *,
        dry_run: bool,
    ) -> Report:
        """Nothing is booked; the file is kept whole, with its hash and its reasons (CRN-2)."""
        wish = KeepRefusedFile(
            source=original.source, size=len(original.content), reasons=shortened(reasons)
        )
        foreseen(self.log, self._instruction(original, wish))
        if not dry_run:
            self._keep(original)
            handle(self.log, self._instruction(original, wish))
        return Report(original.file, original.sha256, Outcome.REFUSED, None, document, reasons)

    def _keep(self, original: Original) -> None:
        self.files.put([original.content], documents.media_type(original.content))

    def _booking(self, original: Original, part: str | None, reading: Reading) -> BookCreditNote:
        return BookCreditNote(
            note_id=note_id_of(original.sha256, part),
            source=original.source.model_copy(update={"part": part}),
            document=reading.document,
            findings=reading.findings,
        )

    def _instruction(self, original: Original, command: Command) -> Instruction:
        """Who asks and what is asked are part of the command's id, so that each is done once."""
        asked = command.model_dump_json()
        return Instruction(
            command=command,
            id=uuid5(command.stream.id, f"{self.actor.id} {type(command).__name__} {asked}"),
            actor=self.actor,
            now=self.clock(),
            channel=Channel.INTAKE,
        )


def turned_away(file: str) -> Report:
    """The one refusal that leaves nothing behind, and says so."""
    reason = (
        f"The file is larger than {LARGEST_KEPT // 2**20} MB. It is not kept: keep it yourself."
    )
    return Report(file, None, Outcome.REFUSED, None, None, (reason,))


def everything_wrong(reading: Reading) -> tuple[str, ...]:
    """What cannot be read, and what else would be refused, where that is not the same thing."""
    refused = (f for f in refusing(reading.document, reading.findings) if f.place)
    return (*map(str, reading.faults), *map(str, refused))


def shortened(reasons: tuple[str, ...]) -> tuple[str, ...]:
    """As many reasons as are worth keeping on record, none of them endless."""
    kept = tuple(reason[:LONGEST_REASON] for reason in reasons[:MOST_REASONS])
    more = len(reasons) - len(kept)
    return (*kept, f"And {more} more.") if more else kept
