"""Who is told, who may go, what is corrected and excused of field orders."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.messages import Message, Role, Text
from domain.policy_content.content import Content, Word
from domain.vocabulary import Approver, EngineerLevel, FieldNode, FieldParty, FieldServiceKind


class ArrivalInRegion(Message):
    """By which deadline an engineer arrives in a region (FLD-1)."""

    region: Word
    clock: Word


class NoticeWhen(StrEnum):
    """Of which orders somebody is told."""

    ALWAYS = "always"
    MACHINE_STOPPED = "machine_stopped"
    FAULT = "fault"


class Notice(Message):
    """Who is told of a node, and what (FLD-3, FLD-4, FLD-11)."""

    node: FieldNode
    to: FieldParty
    about: Text
    when: NoticeWhen = NoticeWhen.ALWAYS


class LevelForService(Message):
    service: FieldServiceKind
    level: EngineerLevel


class CorrectionReason(Message):
    """A word for why the time of a node was wrong, and what it means (FLD-6)."""

    word: Word
    meaning: Text


EXCUSERS = frozenset({Role.STATION_MANAGER, Role.DIVISION_MANAGER, Role.SERVICE_DIRECTOR})


def who_may_excuse(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    if strangers := sorted(set(roles) - EXCUSERS):
        raise ValueError(f"A missing signature is not excused by a {' or a '.join(strangers)}.")
    return roles


class FieldService(Content):
    """How field orders are dealt with: where texts of the handbooks differ, this decides (FLD-11).

    A region that is not named has no deadline of arrival. Who signs for a correction of our own
    headquarters, the approval matrix says.
    """

    policy: Literal["field_service"] = "field_service"
    arrival: tuple[ArrivalInRegion, ...]
    report_clock: Word
    notices: tuple[Notice, ...]
    levels: tuple[LevelForService, ...]
    correction_reasons: Annotated[tuple[CorrectionReason, ...], Field(min_length=1)]
    corrections_approved_by: Approver
    signature_excused_by: Annotated[
        tuple[Role, ...], Field(min_length=1), AfterValidator(who_may_excuse)
    ]

    def arrival_clock(self, region: str) -> str | None:
        """The name of the deadline by which somebody arrives in the region."""
        return next((entry.clock for entry in self.arrival if entry.region == region), None)

    def level_needed(self, service: FieldServiceKind) -> EngineerLevel | None:
        return next((entry.level for entry in self.levels if entry.service == service), None)

    def notices_of(
        self, node: FieldNode, service: FieldServiceKind | None, stopped: bool
    ) -> tuple[Notice, ...]:
        """Who is told of a node of an order for such a service."""
        holds = {
            NoticeWhen.ALWAYS: True,
            NoticeWhen.MACHINE_STOPPED: stopped,
            NoticeWhen.FAULT: service is FieldServiceKind.FAULT,
        }
        return tuple(each for each in self.notices if each.node == node and holds[each.when])
