"""Limits, papers, judges, words and tolerances of claims and credit notes."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from domain.messages import Message, Role, Text
from domain.money import Money
from domain.policy_content.content import Content, Word
from domain.vocabulary import ClaimKind, EngineerLevel, PaperKind


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
