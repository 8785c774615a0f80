"""What policies say: the numbers and lists of the rulebook, as data.

A new kind of policy is a class here and a member of `PolicyContent`.
"""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from domain.messages import Message, Refusal, RefusalCode, Role, Text
from domain.money import Amount, Currency, ExactMoney, Money
from domain.vocabulary import (
    Approver,
    ClaimKind,
    ContactCategory,
    DiscrepancyKind,
    EngineerLevel,
    EquipmentKind,
    FieldNode,
    FieldParty,
    FieldServiceKind,
    HolidayRule,
    PaperKind,
    Part,
    RegistrationDocument,
    RepairChannel,
)


def known_zone(name: str) -> str:
    """Raises ValueError for a zone that the time-zone database does not know."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as unknown:
        raise ValueError(f"There is no time zone {name!r}.") from unknown
    return name


Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class Content(Message):
    """What one policy says. There is one policy of a kind, unless the kind says otherwise."""

    policy: str

    @property
    def policy_id(self) -> str:
        return self.policy


class Organisation(Content):
    """Whose days and money these are."""

    policy: Literal["organisation"] = "organisation"
    zone: Annotated[str, AfterValidator(known_zone)]
    currency: Currency


# ── approvals ───────────────────────────────────────────────────────────────


class Approved(StrEnum):
    """What is approved by a chain of signatures."""

    STANDARD_CLAIM = "standard_claim"
    WRITE_OFF = "write_off"
    PART_ORDER = "part_order"  # for a failure claim (CLM-5)
    COMMERCIAL_APPLICATION = "commercial_application"  # who apply for a commercial claim (CLM-6)
    COMMERCIAL_AMOUNT = "commercial_amount"  # who fix its amount together
    COMMERCIAL_CLAIM = "commercial_claim"  # the joint signatures, and who decides last
    RD_REQUEST = "rd_request"  # to a product unit, which signs last (CON-5)
    NODE_CORRECTION = "node_correction"  # of the time of a field order's node (FLD-6)
    EXCHANGE = "exchange"  # of new goods that arrived faulty (EXC-2)
    REFUND = "refund"  # instead of an exchange (EXC-5)
    INBOUND_FREIGHT = "inbound_freight"  # of goods to be exchanged, booked to sales (EXC-4)
    RETURN_FREIGHT = "return_freight"  # of what goes back to the dealer (EXC-4)


ALWAYS_NAMED = (Approved.STANDARD_CLAIM, Approved.WRITE_OFF)
"""What every matrix names; one that was published before there was more stays readable."""


class NobodyApproves(Refusal):
    """The approval matrix in force names nobody for this. Publish one that does."""

    code = RefusalCode.UNAVAILABLE
    rule = "SEG-4"


class Band(Message):
    """Who signs, in this order, for amounts up to a limit that is included; None: for any."""

    up_to: Annotated[Amount, Field(gt=0)] | None = None
    signed_by: Annotated[tuple[Role, ...], Field(min_length=1)]


class Chain(Message):
    """The bands of one thing in one currency, from the smallest amounts up."""

    of: Approved
    currency: Currency
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]


def ordered_bands(chains: tuple[Chain, ...]) -> tuple[Chain, ...]:
    for chain in chains:
        limits = [band.up_to for band in chain.bands]
        if limits[-1] is not None or None in limits[:-1]:
            raise ValueError(f"Only the last band of {chain.of} must be without a limit.")
        rising = [limit for limit in limits if limit is not None]
        if rising != sorted(set(rising)):
            raise ValueError(f"The limits of {chain.of} must rise.")
    return chains


def complete_chains(chains: tuple[Chain, ...]) -> tuple[Chain, ...]:
    if missing := [of for of in ALWAYS_NAMED if of not in {chain.of for chain in chains}]:
        raise ValueError(f"Nobody is named who approves a {' or a '.join(missing)}.")
    if len({(chain.of, chain.currency) for chain in chains}) < len(chains):
        raise ValueError("There is one chain for each thing and currency.")
    return ordered_bands(chains)


class ApprovalMatrix(Content):
    """Who approves what, by amount (SEG-4)."""

    policy: Literal["approval_matrix"] = "approval_matrix"
    chains: Annotated[tuple[Chain, ...], AfterValidator(complete_chains)]

    def signed_by(self, of: Approved, amount: Money) -> tuple[Role, ...]:
        """The roles that sign. An amount in a currency without bands needs the longest chain.

        Raises NobodyApproves.
        """
        for chain in self.chains:
            if (chain.of, chain.currency) == (of, amount.currency):
                return next(b.signed_by for b in chain.bands if within(amount.amount, b.up_to))
        return self.longest(of)

    def longest(self, of: Approved) -> tuple[Role, ...]:
        """Who signs whatever the amount, or before there is one. Raises NobodyApproves."""
        chains = [b.signed_by for chain in self.chains if chain.of == of for b in chain.bands]
        if not chains:
            raise NobodyApproves(f"The approval matrix names nobody who approves a {of}.")
        return max(chains, key=len)


def within(amount: Decimal, limit: Decimal | None) -> bool:
    return limit is None or amount <= limit


# ── claims ──────────────────────────────────────────────────────────────────


class ClaimLimits(Content):
    """Within how many calendar days of the work's completion a claim is submitted (CLM-1)."""

    policy: Literal["claim_limits"] = "claim_limits"
    submission_days: Annotated[int, Field(ge=1, le=3650)]


class PaperRequirement(Message):
    """One paper that a kind of claim needs; any of several will do."""

    any_of: Annotated[tuple[PaperKind, ...], Field(min_length=1)]


class PapersOfKind(Message):
    kind: ClaimKind
    papers: tuple[PaperRequirement, ...]


class PapersRequired(Content):
    """The papers without which a claim is not submitted (CLM-2)."""

    policy: Literal["papers_required"] = "papers_required"
    of: tuple[PapersOfKind, ...]

    def missing(self, kind: ClaimKind, filed: frozenset[PaperKind]) -> tuple[str, ...]:
        """What is missing, in words: alternatives are joined by `or`."""
        required = (need for entry in self.of if entry.kind == kind for need in entry.papers)
        return tuple(" or ".join(need.any_of) for need in required if not filed & {*need.any_of})


class LevelNeeded(Message):
    kind: ClaimKind
    level: EngineerLevel


class EngineerLevels(Content):
    """How qualified an engineer must be for work of a kind (CLM-3, FLD-9)."""

    policy: Literal["engineer_levels"] = "engineer_levels"
    of: tuple[LevelNeeded, ...]

    def needed(self, kind: ClaimKind) -> EngineerLevel:
        return next((entry.level for entry in self.of if entry.kind == kind), EngineerLevel.TCL1)


MAY_JUDGE = frozenset(
    {
        Role.CLAIMS_SPECIALIST,
        Role.CLAIMS_MANAGER,
        Role.SERVICE_SUPERVISOR,
        Role.SERVICE_DIRECTOR,
    }
)


def seats_of_judges(seats: tuple[Role, ...]) -> tuple[Role, ...]:
    if strangers := sorted(set(seats) - MAY_JUDGE):
        raise ValueError(f"Claims are not judged by a {' or a '.join(strangers)}.")
    if len(set(seats)) < len(seats):
        raise ValueError("Each role has one seat.")
    return seats


class ClaimJudges(Content):
    """Who judge together whether a standard claim is claimable, one of each role (CLM-6a)."""

    policy: Literal["claim_judges"] = "claim_judges"
    seats: Annotated[tuple[Role, ...], Field(min_length=1), AfterValidator(seats_of_judges)]


class ReasonWord(Message):
    """A word for why less than was claimed is paid, with its code in X12 element 1172."""

    word: Word
    x12: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,3}$")] | None = None
    meaning: Text


class ReasonWords(Content):
    """The words for differences, which a manufacturer may add to (CRN-12)."""

    policy: Literal["reason_words"] = "reason_words"
    words: tuple[ReasonWord, ...]


class Tolerance(Content):
    """What may be left of a claim and be written off: the smaller of the two counts (CRN-10)."""

    policy: Literal["tolerance"] = "tolerance"
    amount: Money
    percent: Annotated[Decimal, Field(ge=0, le=100, max_digits=9, decimal_places=6)]


class ProposalWindow(Content):
    """How long after a claim was submitted a note agrees with it by date (CRN-3)."""

    policy: Literal["proposal_window"] = "proposal_window"
    days: Annotated[int, Field(ge=0, le=3660)]


class Charged(StrEnum):
    """What somebody is liable for at a fixed amount (LIA-1)."""

    FALSE_CLAIM_PAPERS = "false_claim_papers"  # for each claim


class Tariff(Message):
    of: Charged
    amount: Money


def every_tariff(tariffs: tuple[Tariff, ...]) -> tuple[Tariff, ...]:
    if sorted(tariff.of for tariff in tariffs) != sorted(Charged):
        raise ValueError("There is one tariff for each thing.")
    return tariffs


class LiabilityTariff(Content):
    """What is charged for what (LIA-1)."""

    policy: Literal["liability_tariff"] = "liability_tariff"
    tariffs: Annotated[tuple[Tariff, ...], AfterValidator(every_tariff)]

    def of(self, charged: Charged) -> Money:
        return next(tariff.amount for tariff in self.tariffs if tariff.of == charged)


# ── registry ────────────────────────────────────────────────────────────────


class WarrantyTerm(Message):
    """How long one part of a kind of product is covered; a variant replaces the default."""

    equipment: EquipmentKind
    part: Part
    months: Annotated[int, Field(ge=1, le=600)]
    variant: Word = "default"


class WarrantyTerms(Content):
    """The terms that run from the delivery date (REG-4), and what their end moves past (REG-5)."""

    policy: Literal["warranty_terms"] = "warranty_terms"
    terms: tuple[WarrantyTerm, ...]
    holiday_rule: HolidayRule = HolidayRule.STATUTORY


class PhoneGuarantee(Content):
    """What the national rules give to the buyer of a phone, beside the terms (REG-5a)."""

    policy: Literal["phone_guarantee"] = "phone_guarantee"
    refund_days: Annotated[int, Field(ge=0)]
    exchange_days: Annotated[int, Field(ge=0)]
    failed_repairs: Annotated[int, Field(ge=1)]
    days_waiting_for_parts: Annotated[int, Field(ge=1)]
    days_with_repairer: Annotated[int, Field(ge=1)]
    days_from_factory_without_papers: Annotated[int, Field(ge=0)]


class DocumentSet(Content):
    """The documents that a registration is complete with (REG-2)."""

    policy: Literal["document_set"] = "document_set"
    always: tuple[RegistrationDocument, ...]
    if_insured: tuple[RegistrationDocument, ...] = ()
    if_engine_warranty: tuple[RegistrationDocument, ...] = ()


class EncroachmentTerms(Content):
    """How soon after its handover equipment must not move to another dealer free of charge (REG-7).

    Both limits are included; either is enough for the releasing dealer to owe the fee.
    """

    policy: Literal["encroachment_terms"] = "encroachment_terms"
    operating_hours: Annotated[int, Field(ge=0, le=100_000)]
    days: Annotated[int, Field(ge=0, le=3660)]
    fee: Money


# ── calendar ────────────────────────────────────────────────────────────────


class Weekday(StrEnum):
    """The days of the week, in ISO order."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"

    @staticmethod
    def of(day: date) -> Weekday:
        return WEEK[day.weekday()]


WEEK = tuple(Weekday)


HourOfDay = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
"""Local wall-clock time; 24:00 is the end of the day."""


class OpeningRange(Message):
    """Open from one local time of a day until another of the same day, which is not included."""

    opens: HourOfDay
    closes: HourOfDay

    @model_validator(mode="after")
    def closes_later(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError(f"It opens at {self.opens}, so it cannot close at {self.closes}.")
        return self


def one_after_the_other(ranges: tuple[OpeningRange, ...]) -> tuple[OpeningRange, ...]:
    for earlier, later in pairwise(ranges):
        if later.opens < earlier.closes:
            raise ValueError(f"The range from {later.opens} begins before the one before it ends.")
    return ranges


Ranges = Annotated[tuple[OpeningRange, ...], AfterValidator(one_after_the_other)]


class HoursOfWeekdays(Message):
    """When it is open on some days of the week."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    open: Annotated[Ranges, Field(min_length=1)]


class HoursOfDate(Message):
    """When it is open on one date, whatever the week or the holidays say; nothing: closed."""

    on: date
    open: Ranges = ()


class OpeningHours(Content):
    """When the organisation works (SLA-1b): by the week, on make-up days, and on single dates."""

    policy: Literal["opening_hours"] = "opening_hours"
    weekly: Annotated[tuple[HoursOfWeekdays, ...], Field(min_length=1)]
    on_make_up_days: Ranges
    on_dates: tuple[HoursOfDate, ...] = ()

    @model_validator(mode="after")
    def each_day_once(self) -> Self:
        days = [day for entry in self.weekly for day in entry.days]
        if len(set(days)) < len(days):
            raise ValueError("The hours of each weekday are said once.")
        if len({entry.on for entry in self.on_dates}) < len(self.on_dates):
            raise ValueError("The hours of each date are said once.")
        return self


class DayKind(StrEnum):
    """What sort of day it is in the public calendar (SLA-1e)."""

    STATUTORY = "statutory"  # a public holiday by law
    BREAK = "break"  # another day of an official break: a weekend beside it, or a day made up for
    MAKE_UP = "make_up"  # a weekend day that is worked instead (调休)
    WEEKEND = "weekend"
    WEEKDAY = "weekday"

    @property
    def rests(self) -> bool:
        """Whether nobody is expected to work."""
        return self in {DayKind.STATUTORY, DayKind.BREAK, DayKind.WEEKEND}


class HolidayYear(Message):
    """The days of a year that are not what their weekday says."""

    year: Annotated[int, Field(ge=1900, le=9998)]
    statutory: tuple[date, ...] = ()
    rest_of_breaks: tuple[date, ...] = ()
    make_up: tuple[date, ...] = ()

    @model_validator(mode="after")
    def each_day_once(self) -> Self:
        days = (*self.statutory, *self.rest_of_breaks, *self.make_up)
        if strangers := [day for day in days if day.year != self.year]:
            raise ValueError(f"{strangers[0]} is not in {self.year}.")
        if len(set(days)) < len(days):
            raise ValueError("Each day is named once.")
        return self

    @property
    def kinds(self) -> dict[date, DayKind]:
        return {
            **dict.fromkeys(self.statutory, DayKind.STATUTORY),
            **dict.fromkeys(self.rest_of_breaks, DayKind.BREAK),
            **dict.fromkeys(self.make_up, DayKind.MAKE_UP),
        }


class PublicHolidays(Content):
    """Holidays, breaks and make-up days of the years that have been announced (SLA-1e).

    Of a year that is not here only the weekends are known: what is computed from them there is
    provisional.
    """

    policy: Literal["public_holidays"] = "public_holidays"
    sources: tuple[Text, ...] = ()
    weekend: tuple[Weekday, ...] = (Weekday.SATURDAY, Weekday.SUNDAY)
    years: tuple[HolidayYear, ...]

    @model_validator(mode="after")
    def each_year_once(self) -> Self:
        if len({entry.year for entry in self.years}) < len(self.years):
            raise ValueError("Each year is said once.")
        return self

    def announced(self, day: date) -> bool:
        """Whether the year of the day is covered."""
        return any(entry.year == day.year for entry in self.years)

    def kinds_in(self, year: int) -> dict[date, DayKind]:
        """The days of the year that are not what their weekday says."""
        return next((entry.kinds for entry in self.years if entry.year == year), {})

    def kind_of(self, day: date) -> DayKind:
        """What sort of day it is."""
        by_weekday = DayKind.WEEKEND if Weekday.of(day) in self.weekend else DayKind.WEEKDAY
        return self.kinds_in(day.year).get(day, by_weekday)


# ── repairs ─────────────────────────────────────────────────────────────────


class ChannelTerms(Message):
    """What a repair needs that comes to us in one way."""

    channel: RepairChannel
    intake_countersigned: bool  # the inspection on arrival, by whoever hands the item over (REP-1)
    outbound_countersigned: bool  # the inspection before it leaves (REP-8)
    contract: bool  # before work starts (REP-12)
    test_runs: bool  # with the owner, on arrival and on release (REP-12)


def every_channel(channels: tuple[ChannelTerms, ...]) -> tuple[ChannelTerms, ...]:
    if sorted(terms.channel for terms in channels) != sorted(RepairChannel):
        raise ValueError("There is one entry for each channel.")
    return channels


class RepairChannels(Content):
    """Who signs what at which channel of repairs (REP-1, REP-8, REP-12)."""

    policy: Literal["repair_channels"] = "repair_channels"
    channels: Annotated[tuple[ChannelTerms, ...], AfterValidator(every_channel)]

    def of(self, channel: RepairChannel) -> ChannelTerms:
        return next(terms for terms in self.channels if terms.channel == channel)


class FactoryTerms(Message):
    """How repairs go at one manufacturer's factory."""

    manufacturer_id: UUID
    paid_repair: bool = False  # whether it repairs what is not under warranty, for money (REP-6)
    exempt_from_deadlines: bool = False  # of a dealer's return (REP-2)


class FactoryRepairs(Content):
    """What goes to whose factory, and by when (REP-2, REP-6)."""

    policy: Literal["factory_repairs"] = "factory_repairs"
    paid_repair: bool = False  # of those that are not named
    factories: tuple[FactoryTerms, ...] = ()

    def of(self, manufacturer_id: UUID | None) -> FactoryTerms | None:
        """What is said of one manufacturer alone."""
        named = (terms for terms in self.factories if terms.manufacturer_id == manufacturer_id)
        return next(named, None)

    def repairs_for_money(self, manufacturer_id: UUID | None) -> bool:
        terms = self.of(manufacturer_id)
        return terms.paid_repair if terms else self.paid_repair

    def exempt_from_deadlines(self, manufacturer_id: UUID | None) -> bool:
        terms = self.of(manufacturer_id)
        return terms is not None and terms.exempt_from_deadlines


class DatedPrice(Message):
    """What a service or part costs from a day on, until the same code has another price."""

    code: Word
    about: Text
    since: date
    price: ExactMoney


class PriceChange(Message):
    """An amount that every paid repair costs more, or less if it is negative."""

    about: Text
    since: date
    until: date | None = None  # the last day
    amount: Money


class PriceList(Content):
    """Prices with the days from which they hold (REP-5). Of several, the id carries the name."""

    PREFIX: ClassVar[str] = "price_list."

    policy: Literal["price_list"] = "price_list"
    name: Word
    currency: Currency
    prices: Annotated[tuple[DatedPrice, ...], Field(min_length=1)]
    changes: tuple[PriceChange, ...] = ()

    @property
    def policy_id(self) -> str:
        return f"{self.PREFIX}{self.name}"

    @model_validator(mode="after")
    def in_one_currency(self) -> Self:
        amounts = [*(p.price for p in self.prices), *(c.amount for c in self.changes)]
        if any(amount.currency != self.currency for amount in amounts):
            raise ValueError(f"Every price of this list is in {self.currency}.")
        if len({(p.code, p.since) for p in self.prices}) < len(self.prices):
            raise ValueError("A code has one price from a day on.")
        return self


# ── exchanges ───────────────────────────────────────────────────────────────


class ExchangeExclusion(Message):
    """What keeps goods from being exchanged, unless it can be charged (EXC-6, EXC-7)."""

    word: Word
    about: Text
    equipment: EquipmentKind
    discrepancy: DiscrepancyKind  # as which it is raised with the dealer
    chargeable: bool  # whether goods with a quality fault are exchanged once it is paid for


class ExchangeTerms(Content):
    """What is looked at when goods arrive to be exchanged, by kind of product (EXC-6)."""

    policy: Literal["exchange_terms"] = "exchange_terms"
    exclusions: tuple[ExchangeExclusion, ...]

    @model_validator(mode="after")
    def each_word_once(self) -> Self:
        words = [(each.equipment, each.word) for each in self.exclusions]
        if len(set(words)) < len(words):
            raise ValueError("Each exclusion is named once for a kind of product.")
        return self

    def of(self, equipment: EquipmentKind | None) -> tuple[ExchangeExclusion, ...]:
        """The list of a kind of product; nothing if the kind is not known."""
        return tuple(each for each in self.exclusions if each.equipment == equipment)


# ── field orders ────────────────────────────────────────────────────────────


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


# ── contacts ────────────────────────────────────────────────────────────────


class InCharge(Message):
    """Who may be in charge of contacts of a category (CON-2)."""

    category: ContactCategory
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]


def every_category(entries: tuple[InCharge, ...]) -> tuple[InCharge, ...]:
    if sorted(entry.category for entry in entries) != sorted(ContactCategory):
        raise ValueError("There is one entry for each category.")
    return entries


class ContactHandling(Content):
    """Whom contacts are routed to, and when an answer becomes a standard one (CON-2, CON-4)."""

    policy: Literal["contact_handling"] = "contact_handling"
    in_charge: Annotated[tuple[InCharge, ...], AfterValidator(every_category)]
    standard_from: Annotated[int, Field(ge=2)] = Field(
        description="An answer that is given so many times is a standard answer from then on."
    )

    def roles_for(self, category: ContactCategory) -> frozenset[Role]:
        return frozenset(next(each.roles for each in self.in_charge if each.category == category))


class Department(Message):
    """A department, who is of it, and who is its head."""

    word: Word
    about: Text
    members: Annotated[tuple[Role, ...], Field(min_length=1)]
    head: Role


class Departments(Content):
    """The departments that inquiries and work go to (CON-4, CON-5)."""

    policy: Literal["departments"] = "departments"
    departments: Annotated[tuple[Department, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def each_once(self) -> Self:
        if len({each.word for each in self.departments}) < len(self.departments):
            raise ValueError("Each department is named once.")
        return self

    def called(self, word: str) -> Department | None:
        return next((each for each in self.departments if each.word == word), None)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(each.word for each in self.departments)


class InPlaceOf(Message):
    """Who may sign a request to a product unit in whose place, as of right (CON-5)."""

    role: Role
    deputy: Role


class WorkRequests(Content):
    """Who deals with requests to product units, and hears of quality incidents (CON-5, CON-7)."""

    policy: Literal["work_requests"] = "work_requests"
    technical_support: Annotated[tuple[Role, ...], Field(min_length=1)]
    deputies: tuple[InPlaceOf, ...]
    disputes_go_to: Role
    incidents_told_to: Annotated[tuple[Role, ...], Field(min_length=1)]

    def may_sign_as(self, roles: frozenset[Role]) -> frozenset[Role]:
        """The roles, and those that they are the deputies of."""
        return roles | {each.role for each in self.deputies if each.deputy in roles}


# ── deadlines ───────────────────────────────────────────────────────────────


class Unit(StrEnum):
    """Units of time that are never converted into one another (SLA-1b)."""

    WORKING_MINUTES = "wmin"
    WORKING_DAYS = "wd"
    CALENDAR_DAYS = "cd"
    HOURS = "h"
    MINUTES = "min"
    MONTHS = "months"


class Period(StrEnum):
    DAY = "day"
    WORKING_DAY = "working_day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


class Until(StrEnum):
    """At what moment of its last day a target of working days falls due."""

    CLOSE = "close"  # the close of business
    SAME_TIME = "same_time"  # the local time at which the clock started


class Roll(StrEnum):
    """What becomes of calendar or clock time that ends when nobody works (SLA-1b)."""

    NONE = "none"
    FOLLOWING = "following"  # the next working day, or the next opening
    PRECEDING = "preceding"  # the last working day before, or the last closing, after the start


class Within(Message):
    """So long after the start."""

    target: Literal["within"] = "within"
    amount: Annotated[int, Field(ge=1, le=1_000_000)]
    unit: Unit
    until: Until = Until.CLOSE
    roll: Roll = Roll.NONE

    @model_validator(mode="after")
    def fits_the_unit(self) -> Self:
        if self.until is not Until.CLOSE and self.unit is not Unit.WORKING_DAYS:
            raise ValueError("Only a target of working days ends at a time of day.")
        working = {Unit.WORKING_DAYS, Unit.WORKING_MINUTES}
        if self.roll is not Roll.NONE and self.unit in working:
            raise ValueError("Working time ends in working time: there is nothing to roll.")
        return self


class SameDay(Message):
    """On the day of the start, or so many calendar days after it, by a local time or its close."""

    target: Literal["same_day"] = "same_day"
    days_after: Annotated[int, Field(ge=0)] = 0
    by: time | None = None


class Every(Message):
    """Once in each period, by a day of it: of the month, or of the ISO week (Monday is 1)."""

    target: Literal["every"] = "every"
    period: Period
    day: Annotated[int, Field(ge=1, le=31)] | None = None
    by: time | None = None
    in_next: bool = False  # for one period, by a day of the next


class Stated(Message):
    """Case by case: an event says it."""

    target: Literal["stated"] = "stated"
    by: Text


Target = Annotated[Within | SameDay | Every | Stated, Field(discriminator="target")]


class ExactFit(StrEnum):
    """When a target that is used up exactly at closing falls due (SLA-1a)."""

    CLOSING = "closing"
    OPENING = "opening"


class LevelKind(StrEnum):
    """What a step on the way to a deadline, or past it, is for."""

    WARNING = "warning"
    ESCALATION = "escalation"


class Level(Message):
    """A step before the due time (a negative amount), at it, or after it (SLA-1d)."""

    kind: LevelKind
    amount: Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
    unit: Unit
    to: tuple[Role, ...] = ()


class Deadline(Content):
    """What must happen by when (SLA-1). There are many: the policy's id carries the name.

    `starts_on` and `stops_on` are the names of events; a deadline of every period has no start.
    """

    PREFIX: ClassVar[str] = "deadline."

    policy: Literal["deadline"] = "deadline"
    name: Word
    rules: Annotated[tuple[Text, ...], Field(min_length=1)]
    about: Text
    target: Target
    starts_on: tuple[Text, ...] = ()
    stops_on: tuple[Text, ...] = ()
    pauses_on: tuple[Text, ...] = ()
    resumes_on: tuple[Text, ...] = ()
    escalates_to: tuple[Role, ...] = ()
    levels: tuple[Level, ...] = ()
    exact_fit: ExactFit = ExactFit.CLOSING

    @property
    def policy_id(self) -> str:
        return f"{self.PREFIX}{self.name}"


PolicyContent = Annotated[
    Organisation
    | ApprovalMatrix
    | ClaimLimits
    | PapersRequired
    | EngineerLevels
    | ClaimJudges
    | LiabilityTariff
    | ReasonWords
    | Tolerance
    | ProposalWindow
    | WarrantyTerms
    | PhoneGuarantee
    | DocumentSet
    | OpeningHours
    | PublicHolidays
    | EncroachmentTerms
    | RepairChannels
    | FactoryRepairs
    | PriceList
    | ExchangeTerms
    | FieldService
    | ContactHandling
    | Departments
    | WorkRequests
    | Deadline,
    Field(discriminator="policy"),
]
