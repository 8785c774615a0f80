"""Credit notes that come as files: kept, read, and booked once, whole or not at all (CRN-1, CRN-2).

Everything about a file follows from its hash: the id of the note, of the command, of the event. So
it may break off anywhere and be done again, by anybody, at the same time: the original may have
been kept already, the note may have been booked already, and nothing is ever half done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from application.files import FileStore
from application.handling import foreseen, handle
from application.instruction import Instruction
from application.intake import ubl
from application.intake.faults import Unreadable
from application.log import EventLog
from application.recorded import Channel
from domain.credits.commands import BookCreditNote, SourceFile
from domain.credits.document import CreditNoteDocument
from domain.credits.refusals import DuplicateCreditNote, InvalidCreditNote
from domain.messages import Actor

NOTES: Final = UUID("0d1f6a3c-7c5e-5f0e-8a55-9f6f1b0c2d77")  # the ids of notes, by their files
MEDIA_TYPE: Final = "application/xml"


class Outcome(StrEnum):
    """What became of a file."""

    BOOKED = "booked"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file and, as far as it could be read, which credit note it is.

    `note_id` is the note that is booked: the first one, if the file is a duplicate.
    """

    file: str
    sha256: str
    outcome: Outcome
    note_id: UUID | None
    document: CreditNoteDocument | None
    errors: tuple[str, ...] = ()


def note_id_of(sha256: str) -> UUID:
    """The id of the credit note that comes as this file."""
    return uuid5(NOTES, sha256)


@dataclass(frozen=True)
class CreditNoteIntake:
    """Takes in credit notes on behalf of one person, or of the program itself."""

    log: EventLog
    files: FileStore
    actor: Actor
    clock: Callable[[], datetime]

    def take(self, file: str, content: bytes, *, dry_run: bool = False) -> Report:
        """Book the note in a file. A dry run reads and checks, and writes nothing.

        Raises a Refusal only if it is not about this file: Forbidden, Unavailable, Conflict.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        try:
            document = ubl.read(content)
        except Unreadable as unreadable:
            found, errors = unreadable.document, unreadable.reasons
            return Report(file, sha256, Outcome.REFUSED, None, found, errors)
        return self._book(file, sha256, content, document, dry_run=dry_run)

    def _book(
        self, file: str, sha256: str, content: bytes, document: CreditNoteDocument, *, dry_run: bool
    ) -> Report:
        """The original is kept before it is booked, so that no note is without its paper."""
        note_id = note_id_of(sha256)
        try:
            foreseen(self.log, self._instruction(file, sha256, document))
            if not dry_run:
                self.files.put([content], MEDIA_TYPE)
                handle(self.log, self._instruction(file, sha256, document))
        except DuplicateCreditNote as duplicate:
            first = duplicate.bearer
            return Report(file, sha256, Outcome.DUPLICATE, first, document, (str(duplicate),))
        except InvalidCreditNote as invalid:
            return Report(file, sha256, Outcome.REFUSED, None, document, invalid.reasons)
        return Report(file, sha256, Outcome.BOOKED, note_id, document)

    def _instruction(self, file: str, sha256: str, document: CreditNoteDocument) -> Instruction:
        """Who asks and what the file is called are part of the command, and so of its id."""
        note_id = note_id_of(sha256)
        name = file.replace("\\", "/").rpartition("/")[2] or file
        command = BookCreditNote(
            note_id=note_id, source=SourceFile(sha256=sha256, name=name), document=document
        )
        return Instruction(
            command=command,
            id=uuid5(note_id, f"{self.actor.id} books {name}"),
            actor=self.actor,
            now=self.clock(),
            channel=Channel.INTAKE,
        )
