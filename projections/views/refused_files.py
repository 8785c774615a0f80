"""Files that were refused: kept whole, for finance to ask their issuers for better ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.credits import refused_file as f
from projections.view import EVERYONE, One, Row, View, before, equal, known, since


class RefusedFile(Row):
    """A file of which nothing was booked, and every reason why (CRN-2)."""

    file_id: UUID
    name: str = Field(description="What it was called.")
    sha256: str = Field(description="Its hash, by which the file store has it.")
    size: int = Field(description="In bytes.")
    reasons: tuple[str, ...] = Field(description="Of the last time it was refused.")
    refused_at: datetime = Field(description="For the first time.")
    settled: bool = Field(description="It was booked after all, as it came.")
    note_id: UUID | None


def fold(row: RefusedFile | None, recorded: Recorded[f.Event], reference: Any) -> RefusedFile:
    match recorded.event:
        case f.FileRefused(reasons=reasons) if row:
            return row.but(reasons=reasons)
        case f.FileRefused() as refused:
            return RefusedFile(
                file_id=recorded.stream_id,
                name=refused.source.name,
                sha256=refused.source.sha256,
                size=refused.size,
                reasons=refused.reasons,
                refused_at=recorded.effective_at,
                settled=False,
                note_id=None,
            )
        case f.RefusedFileBooked(note_id=note_id):
            return known(row).but(note_id=note_id, settled=True)
        case never:
            assert_never(never)


REFUSED_FILES = View(
    name="refused_files",
    row=RefusedFile,
    events=f.Event,
    fold=fold,
    owners=EVERYONE,
    scope="credits:read",
    filters=(
        equal("settled"),
        equal("sha256"),
        equal("name", indexed=False),
        since("refused_at"),
        before("refused_at"),
    ),
    orders=("refused_at", "name"),
    relations={"credit_note": One("credit_notes", via="note_id")},
)
