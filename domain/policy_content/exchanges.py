"""What keeps new goods from being exchanged, and who refunds."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from domain.messages import Message, Text
from domain.policy_content.content import Content, Word
from domain.vocabulary import DiscrepancyKind, EquipmentKind


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
