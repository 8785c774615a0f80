"""What the claims staff does every working day or month: reviews, lists, checks (CLM-6, CLM-6a,
CLM-7, CLM-10, CRN-8).

Each time is recorded with its period and what was found. What was looked at is the lists as of
that record, so it is not copied. By when it is due the deadline in force says, which is pinned;
a late one is accepted and flagged.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, TypeAlias, assert_never
from uuid import UUID, uuid5

from pydantic import Field

from domain import calendar, messages, policies
from domain.approvals import Names, names
from domain.claims.commands import CLAIMS_STAFF
from domain.messages import Refusal, RefusalCode, Role, Stream, Text, World
from domain.policies import Pin
from domain.policy_content import Every
from domain.sla import periods

ROUTINE = "claims.Routine"
ROUTINES = UUID("5a0f2b0e-9d2c-5c57-8f0b-3f6a3c1d7b42")

# ── commands ────────────────────────────────────────────────────────────────


class RoutineCommand(messages.Command):
    """`clock` is the name of its deadline."""

    clock: ClassVar[str]
    findings: tuple[Text, ...] = Field((), description="What was found, a sentence each.")

    @property
    @abstractmethod
    def first_day(self) -> date:
        """Of the period that it is about."""

    @property
    def stream(self) -> Stream:
        return Stream(ROUTINE, uuid5(ROUTINES, f"{self.clock} {self.first_day}"))


class DailyRoutine(RoutineCommand):
    day: date

    @property
    def first_day(self) -> date:
        return self.day


FirstOfMonth = Annotated[date, Field(description="The month, by its first day.")]


class MonthlyRoutine(RoutineCommand):
    month: FirstOfMonth

    @property
    def first_day(self) -> date:
        return self.month.replace(day=1)


class ReviewOpenClaims(DailyRoutine):
    """Record that the open claims were reviewed (CLM-6a)."""

    roles = CLAIMS_STAFF
    clock = "open_claims_review"


class MatchClaimParts(DailyRoutine):
    """Record that claim parts were matched to their orders (CLM-6a)."""

    roles = CLAIMS_STAFF | {Role.PARTS_ADMIN}
    clock = "claim_parts_matching"


class SendCommercialLedger(MonthlyRoutine):
    """Record that the ledger of a month's commercial claims went to who gets it (CLM-6)."""

    roles = CLAIMS_STAFF
    clock = "commercial_claims_ledger"


class ListUnresubmittable(MonthlyRoutine):
    """Record that the claims that cannot be resubmitted were listed to the director (CLM-7)."""

    roles = CLAIMS_STAFF
    clock = "claims_not_resubmittable"


class MeasureClaims(MonthlyRoutine):
    """Record the internal audit of a month's figures of claims (CLM-10)."""

    roles = frozenset({Role.SERVICE_DIRECTOR})
    clock = "claim_measures"


class CheckClaimPartList(MonthlyRoutine):
    """Record that last month's list of claim parts was checked (CRN-8)."""

    roles = frozenset({Role.CLAIMS_MANAGER})
    clock = "claim_part_list"


class ReconcileCommercialParts(MonthlyRoutine):
    """Record that the parts of commercial claims agree with parts logistics, or not (CRN-8)."""

    roles = frozenset({Role.CLAIMS_MANAGER, Role.PARTS_ADMIN})
    clock = "commercial_parts_reconciled"


Command: TypeAlias = (
    ReviewOpenClaims
    | MatchClaimParts
    | SendCommercialLedger
    | ListUnresubmittable
    | MeasureClaims
    | CheckClaimPartList
    | ReconcileCommercialParts
)

# ── events ──────────────────────────────────────────────────────────────────


class RoutineEvent(messages.Event):
    """`first_day` begins the period that it is about."""

    context = "claims"
    first_day: date
    due_on: date
    late: bool
    findings: tuple[str, ...]
    clock: Pin
    done_by: Names


class OpenClaimsReviewed(RoutineEvent):
    """The open claims were reviewed (CLM-6a)."""


class ClaimPartsMatched(RoutineEvent):
    """Claim parts were matched to their orders (CLM-6a)."""


class CommercialLedgerSent(RoutineEvent):
    """The ledger of a month's commercial claims went to director and general manager (CLM-6)."""


class UnresubmittableListed(RoutineEvent):
    """The claims that cannot be resubmitted were listed to the director (CLM-7)."""


class ClaimsMeasured(RoutineEvent):
    """The month's figures of claims were audited (CLM-10)."""


class ClaimPartListChecked(RoutineEvent):
    """A month's list of claim parts was checked (CRN-8)."""


class CommercialPartsReconciled(RoutineEvent):
    """The parts of commercial claims were reconciled with parts logistics (CRN-8)."""


Event: TypeAlias = (
    OpenClaimsReviewed
    | ClaimPartsMatched
    | CommercialLedgerSent
    | UnresubmittableListed
    | ClaimsMeasured
    | ClaimPartListChecked
    | CommercialPartsReconciled
)

# ── refusals ────────────────────────────────────────────────────────────────


class PeriodToCome(Refusal):
    """That day or month is not there yet, or the month is not over whose list it is."""

    code = RefusalCode.INVALID
    rule = "CLM-6a"


# ── state and decisions ─────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Routine:
    """How often it was done for its period."""

    kind: ClassVar[str] = ROUTINE
    times: int


State = Routine


def evolve(routine: Routine | None, event: Event) -> Routine:
    return Routine((routine.times if routine else 0) + 1)


def decide(routine: Routine | None, command: Command, world: World) -> list[Event]:
    """Doing it again is recorded again: more may have been found."""
    target = policies.deadline(world, command.clock).target
    assert isinstance(target, Every), f"{command.clock} is due in every period"
    today = calendar.local_day(world.effective_at, policies.zone(world))
    if today < periods.begins_on(target, command.first_day):
        raise PeriodToCome(fields=("day" if isinstance(command, DailyRoutine) else "month",))
    due_on = periods.last_day(target, command.first_day)
    return [
        event_of(command)(
            first_day=command.first_day,
            due_on=due_on,
            late=today > due_on,
            findings=command.findings,
            clock=policies.clock(world, command.clock),
            done_by=names(world),
        )
    ]


def event_of(command: Command) -> type[Event]:
    match command:
        case ReviewOpenClaims():
            return OpenClaimsReviewed
        case MatchClaimParts():
            return ClaimPartsMatched
        case SendCommercialLedger():
            return CommercialLedgerSent
        case ListUnresubmittable():
            return UnresubmittableListed
        case MeasureClaims():
            return ClaimsMeasured
        case CheckClaimPartList():
            return ClaimPartListChecked
        case ReconcileCommercialParts():
            return CommercialPartsReconciled
        case never:
            assert_never(never)
