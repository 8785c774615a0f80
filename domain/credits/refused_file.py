"""A file that was refused: kept whole, with its hash and every reason, until it is booked (CRN-2).

The file itself is in the file store; this says that it came, and why nothing of it was booked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Final, TypeAlias, assert_never
from uuid import UUID, uuid5

from pydantic import Field

from domain import messages
from domain.credits.commands import SourceFile
from domain.messages import On, Role, Stream, Text, World

REFUSED: Final = UUID("3b8f7f0e-6a1c-5c7e-9f64-0d2a1be0c5f1")  # the ids of files, by their content


class KeepRefusedFile(messages.Command):
    """Keep a file that was refused on record, with every reason. Nothing of it is booked."""

    roles = frozenset({Role.FINANCE, Role.CLAIMS_SPECIALIST, Role.SYSTEM})
    source: SourceFile
    size: Annotated[int, Field(ge=0)]  # bytes
    reasons: Annotated[tuple[Text, ...], Field(min_length=1)]

    @property
    def stream(self) -> Stream:
        return stream_of(self.source.sha256)


class FileRefused(messages.Event):
    """A file came that is refused whole; it is kept with every reason (CRN-2)."""

    context = "credits"
    source: SourceFile
    size: int
    reasons: tuple[str, ...]


class RefusedFileBooked(messages.Event):
    """A file that was refused before is booked after all, as it came (CRN-1)."""

    context = "credits"
    note_id: UUID


Command: TypeAlias = KeepRefusedFile
Event: TypeAlias = FileRefused | RefusedFileBooked


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """Why the file was refused last, and the note it was booked as later."""

    kind: ClassVar[str] = "credits.RefusedFile"
    reasons: tuple[str, ...]
    note_id: UUID | None = None


State = RefusedFile


def decide(file: RefusedFile | None, command: Command, world: World) -> list[Event | On]:
    """Put on record once, and again only for other reasons."""
    if file and (file.note_id or file.reasons == command.reasons):
        return []
    refused = FileRefused(source=command.source, size=command.size, reasons=command.reasons)
    return [refused]


def evolve(file: RefusedFile | None, event: Event) -> RefusedFile:
    match event:
        case FileRefused(reasons=reasons):
            return RefusedFile(reasons)
        case RefusedFileBooked(note_id=note_id):
            assert file is not None, "a file is refused first"
            return replace(file, note_id=note_id)
        case never:
            assert_never(never)


def booked_after_all(world: World, sha256: str, note_id: UUID) -> list[On]:
    """That a file is booked which was refused before; nothing if it was not."""
    stream = stream_of(sha256)
    file = world.of(RefusedFile, stream.id)
    if file is None or file.note_id:
        return []
    return [On(stream, RefusedFileBooked(note_id=note_id))]


def stream_of(sha256: str) -> Stream:
    return Stream(RefusedFile.kind, uuid5(REFUSED, sha256))
