"""What policies say: the numbers and lists of the rulebook, as data.

A new kind of policy is a class here and a member of `PolicyContent`.
"""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

from domain.messages import Message, Refusal, RefusalCode, Role, Text
from domain.money import Amount, Currency, Money
from domain.vocabulary import (
    ClaimKind,
    EngineerLevel,
    EquipmentKind,
    PaperKind,
    Part,
    RegistrationDocument,
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
    """The terms that run from the delivery date (REG-4)."""

    policy: Literal["warranty_terms"] = "warranty_terms"
    terms: tuple[WarrantyTerm, ...]


class DocumentSet(Content):
    """The documents that a registration is complete with (REG-2)."""

    policy: Literal["document_set"] = "document_set"
    always: tuple[RegistrationDocument, ...]
    if_insured: tuple[RegistrationDocument, ...] = ()
    if_engine_warranty: tuple[RegistrationDocument, ...] = ()


# ── deadlines ───────────────────────────────────────────────────────────────


class Unit(StrEnum):
    """Units of time that are never converted into one another (SLA-1b)."""

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


class Within(Message):
    """So long after the start."""

    target: Literal["within"] = "within"
    amount: Annotated[int, Field(ge=1)]
    unit: Unit


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
    | DocumentSet
    | Deadline,
    Field(discriminator="policy"),
]
