"""Dealers: handed over by the channel department, called, filed, and surveyed every quarter.

handed over ──▶ called, its record completed ──▶ filed ──▶ returned to the department (REG-1)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, ClassVar, TypeAlias, assert_never
from uuid import UUID

from pydantic import Field

from domain import calendar, messages, policies
from domain.approvals import Names, names
from domain.messages import (
    NotFound,
    Refusal,
    RefusalCode,
    Role,
    Sha256,
    Stream,
    Text,
    World,
)
from domain.registry.dealer_contact import ContactData, DealerContact, DealerDatum, kept
from domain.registry.dealer_surveys import SurveyDue, next_survey, passed_over, survey_target
from domain.registry.stations_apart import refuse_other_stations
from domain.sla import periods
from domain.sla.starting import DueBy, started

CALL = "dealer_first_call"
CALLERS = frozenset(
    {
        Role.HOTLINE_AGENT,
        Role.SERVICE_AGENT,
        Role.SERVICE_SUPERVISOR,
        Role.STATION_MANAGER,
    }
)
Satisfaction = Annotated[int, Field(ge=1, le=5)]


# ── commands ────────────────────────────────────────────────────────────────


class DealerCommand(messages.Command):
    dealer_id: UUID

    @property
    def stream(self) -> Stream:
        return Stream(Dealer.kind, self.dealer_id)


class HandOverDealer(DealerCommand):
    """Hand a new dealer over to customer service, which calls it (REG-1)."""

    roles = frozenset({Role.CHANNEL_DEPT})
    name: Text = Field(description="Of the company.")
    region: Text | None = None
    station_id: UUID | None = Field(None, description="The station that looks after the dealer.")
    contact: DealerContact


class RecordFirstCall(DealerCommand):
    """Record the first call, with the contact data that it completed (REG-1)."""

    roles = CALLERS
    contact: DealerContact


class CorrectDealerContact(DealerCommand):
    """Replace the contact data of a dealer that was called, whole."""

    roles = CALLERS | {Role.CHANNEL_DEPT}
    contact: DealerContact


class FileDealerRecord(DealerCommand):
    """File the record of a dealer, once nothing is missing (REG-1)."""

    roles = CALLERS


class ReturnDealerRecord(DealerCommand):
    """Give the complete record back to the channel department (REG-1)."""

    roles = CALLERS


class RecordDealerSurvey(DealerCommand):
    """Record a survey of a dealer: it counts for the quarter in which it was held (REG-1)."""

    roles = CALLERS
    held_on: date
    satisfaction: Satisfaction = Field(description="From 1, not at all, to 5.")
    remarks: tuple[Text, ...] = ()
    form: Sha256 | None = Field(None, description="The file with the answers.")


class EraseDealerContact(DealerCommand):
    """Destroy the personal data of the contact at a dealer for good (AUD-5)."""

    roles = frozenset({Role.ADMIN})
    legal_basis: Text


Command: TypeAlias = (
    HandOverDealer
    | RecordFirstCall
    | CorrectDealerContact
    | FileDealerRecord
    | ReturnDealerRecord
    | RecordDealerSurvey
    | EraseDealerContact
)

# ── events ──────────────────────────────────────────────────────────────────


class DealerHandedOver(messages.Event):
    """The channel department handed a new dealer over; it is called by a moment (REG-1)."""

    context = "registry"
    name: str
    region: str | None
    station_id: UUID | None
    contact: ContactData
    missing: tuple[DealerDatum, ...]
    call_due: DueBy | None
    survey_due: SurveyDue | None
    handed_over_by: Names


class DealerCalled(messages.Event):
    """A new dealer was called, in time or late, and its contact data completed (REG-1)."""

    context = "registry"
    contact: ContactData
    missing: tuple[DealerDatum, ...]
    late: bool
    called_by: Names


class DealerContactCorrected(messages.Event):
    """The contact data of a dealer is this."""

    context = "registry"
    contact: ContactData
    missing: tuple[DealerDatum, ...]
    corrected_by: Names


class DealerRecordFiled(messages.Event):
    """The record of a dealer is complete and was filed (REG-1)."""

    context = "registry"
    filed_by: Names


class DealerRecordReturned(messages.Event):
    """The complete record of a dealer went back to the channel department (REG-1)."""

    context = "registry"
    returned_by: Names


class DealerSurveyed(messages.Event):
    """A dealer was surveyed; `missed` names the quarters before that passed without (REG-1)."""

    context = "registry"
    quarter: date  # its first day
    held_on: date
    satisfaction: int
    remarks: tuple[str, ...]
    form: str | None
    missed: tuple[date, ...]
    survey_due: SurveyDue | None  # the next one
    surveyed_by: Names


class DealerContactErased(messages.Event):
    """The key to the personal data of the contact at a dealer was destroyed (AUD-5)."""

    context = "registry"
    subject: UUID
    legal_basis: str

    @property
    def erases(self) -> tuple[UUID, ...]:
        return (self.subject,)


Event: TypeAlias = (
    DealerHandedOver
    | DealerCalled
    | DealerContactCorrected
    | DealerRecordFiled
    | DealerRecordReturned
    | DealerSurveyed
    | DealerContactErased
)

# ── refusals ────────────────────────────────────────────────────────────────


class DealerNotFound(NotFound):
    """There is no such dealer."""


class DealerExists(Refusal):
    """This dealer was handed over already."""

    code = RefusalCode.CONFLICT


class CalledBefore(Refusal):
    """The first call was made. Correct the contact data instead."""

    rule = "REG-1"


class NotCalledYet(Refusal):
    """The dealer has to be called first."""

    rule = "REG-1"


class DealerRecordIncomplete(Refusal):
    """The record of the dealer is not complete; the call completes it."""

    rule = "REG-1"


class NotFiledYet(Refusal):
    """The record is filed before it goes back to the channel department."""

    rule = "REG-1"


class SurveyAtAnImpossibleTime(Refusal):
    """A survey is recorded when it was held, of a dealer that was handed over by then."""

    code = RefusalCode.INVALID
    rule = "REG-1"


class NoContactToErase(NotFound):
    """No contact data of this dealer is held."""

    rule = "AUD-5"


# ── state ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Dealer:
    """What decisions need to remember of a dealer."""

    kind: ClassVar[str] = "registry.Dealer"
    station_id: UUID | None = None
    contact_id: UUID | None = None
    missing: tuple[DealerDatum, ...] = tuple(DealerDatum)
    call_due: DueBy | None = None
    survey_due: SurveyDue | None = None
    called: bool = False
    filed: bool = False
    returned: bool = False


State = Dealer


def evolve(dealer: Dealer | None, event: Event) -> Dealer:
    """What is imported may lack its beginning."""
    dealer = dealer or Dealer()
    match event:
        case DealerHandedOver(station_id=station_id):
            handed = with_contact(dealer, event)
            due = (event.call_due, event.survey_due)
            return replace(handed, station_id=station_id, call_due=due[0], survey_due=due[1])
        case DealerCalled():
            return replace(with_contact(dealer, event), called=True)
        case DealerContactCorrected():
            return with_contact(dealer, event)
        case DealerRecordFiled():
            return replace(dealer, filed=True)
        case DealerRecordReturned():
            return replace(dealer, returned=True)
        case DealerSurveyed(survey_due=survey_due):
            return replace(dealer, survey_due=survey_due)
        case DealerContactErased():
            return replace(dealer, contact_id=None, missing=tuple(DealerDatum))
        case never:
            assert_never(never)


def with_contact(
    dealer: Dealer, event: DealerHandedOver | DealerCalled | DealerContactCorrected
) -> Dealer:
    return replace(dealer, contact_id=event.contact.contact_id, missing=event.missing)


# ── decisions ───────────────────────────────────────────────────────────────


def decide(dealer: Dealer | None, command: Command, world: World) -> list[Event]:
    opening_for = command.station_id if isinstance(command, HandOverDealer) else None
    of = dealer.station_id if dealer else None
    refuse_other_stations(world, opening_for=opening_for, of=of, hidden=DealerNotFound)
    if isinstance(command, HandOverDealer):
        return [hand_over(dealer, command, world)]
    if dealer is None:
        raise DealerNotFound
    if isinstance(command, FileDealerRecord | ReturnDealerRecord):
        return pass_on(dealer, command, world)
    match command:
        case RecordFirstCall(contact=contact):
            return [call(dealer, contact, world)]
        case CorrectDealerContact(contact=contact):
            return [correct(dealer, contact, world)]
        case RecordDealerSurvey():
            return [survey(dealer, command, world)]
        case EraseDealerContact(legal_basis=basis):
            return [erase(dealer, basis)]
        case never:
            assert_never(never)


def hand_over(dealer: Dealer | None, command: HandOverDealer, world: World) -> DealerHandedOver:
    """The clock of the first call starts (REG-1); the first survey is that of the next quarter."""
    if dealer:
        raise DealerExists
    today = calendar.local_day(world.effective_at, policies.zone(world))
    return DealerHandedOver(
        name=command.name,
        region=command.region,
        station_id=command.station_id,
        contact=kept(command.contact, world),
        missing=command.contact.missing,
        call_due=started(world, CALL, world.effective_at),
        survey_due=next_survey(today, world),
        handed_over_by=names(world),
    )


def call(dealer: Dealer, contact: DealerContact, world: World) -> DealerCalled:
    """A late call is recorded and flagged; what it could not complete is listed (REG-1)."""
    if dealer.called:
        raise CalledBefore
    due = dealer.call_due
    return DealerCalled(
        contact=kept(contact, world),
        missing=contact.missing,
        late=due is not None and due.due.passed_by(world.effective_at),
        called_by=names(world),
    )


def correct(dealer: Dealer, contact: DealerContact, world: World) -> DealerContactCorrected:
    if not dealer.called:
        raise NotCalledYet
    return DealerContactCorrected(
        contact=kept(contact, world), missing=contact.missing, corrected_by=names(world)
    )


def pass_on(
    dealer: Dealer, command: FileDealerRecord | ReturnDealerRecord, world: World
) -> list[Event]:
    """Called, complete, filed, returned: in this order (REG-1)."""
    if not dealer.called:
        raise NotCalledYet
    if dealer.missing:
        still = f"Still missing: {', '.join(dealer.missing)}."
        raise DealerRecordIncomplete(still, reasons=tuple(dealer.missing))
    match command:
        case FileDealerRecord():
            return [] if dealer.filed else [DealerRecordFiled(filed_by=names(world))]
        case ReturnDealerRecord():
            if not dealer.filed:
                raise NotFiledYet
            return [] if dealer.returned else [DealerRecordReturned(returned_by=names(world))]
        case never:
            assert_never(never)


def survey(dealer: Dealer, command: RecordDealerSurvey, world: World) -> DealerSurveyed:
    """Quarters that passed without one stay missed (REG-1, SLA-1c)."""
    if not dealer.called:
        raise NotCalledYet
    refuse_impossible(dealer, command.held_on, world)
    target = survey_target(world)
    quarter = periods.first_day_of(target.period, command.held_on)
    due = dealer.survey_due
    return DealerSurveyed(
        quarter=quarter,
        held_on=command.held_on,
        satisfaction=command.satisfaction,
        remarks=command.remarks,
        form=command.form,
        missed=passed_over(target, due.first_day, quarter) if due else (),
        survey_due=due if due and due.first_day > quarter else next_survey(command.held_on, world),
        surveyed_by=names(world),
    )


def refuse_impossible(dealer: Dealer, held_on: date, world: World) -> None:
    """Raises SurveyAtAnImpossibleTime."""
    zone = policies.zone(world)
    began = dealer.call_due.since if dealer.call_due else None
    too_early = began is not None and held_on < calendar.local_day(began, zone)
    if too_early or held_on > calendar.local_day(world.now, zone):
        raise SurveyAtAnImpossibleTime(fields=("held_on",))


def erase(dealer: Dealer, legal_basis: str) -> DealerContactErased:
    if dealer.contact_id is None:
        raise NoContactToErase
    return DealerContactErased(subject=dealer.contact_id, legal_basis=legal_basis)
