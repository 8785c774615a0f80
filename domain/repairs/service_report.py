"""The service report: what was found and done, as a warranty claim for it needs it (CLM-3)."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.messages import Message, Sha256, Text
from domain.vocabulary import PaperKind, Part

CLAIM_CLOCK = "claim_opening"
"""By when a claim is opened for work under warranty whose report is in (CLM-1)."""


class PartReplaced(Message):
    """A part that was put in."""

    number: Text
    name: Text
    quantity: Annotated[int, Field(ge=1, le=100_000)]


class ReportPaper(Message):
    """A paper or photo that is filed with the report."""

    paper: PaperKind
    sha256: Sha256
    dated: date


class WorkReport(Message):
    """What the report of work says, apart from the serial number, which a field order may not
    know yet (FLD-5).
    """

    model: Text
    part: Part = Part.MAIN_UNIT
    failed_on: date
    started_on: date
    completed_on: date
    operating_hours: Annotated[int, Field(ge=0)] | None = None
    condition: Text
    service_type: Text
    cause: Text
    work_done: Text
    engineer_id: UUID
    parts: tuple[PartReplaced, ...] = ()
    papers: tuple[ReportPaper, ...] = ()


class OfKnownMachine(Message):
    """What is said of one machine."""

    serial_number: Text


class ServiceReport(WorkReport, OfKnownMachine):
    """What the report of finished work says."""
