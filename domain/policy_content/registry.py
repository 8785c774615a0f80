"""Warranty terms, the papers of a registration, what a transfer costs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.messages import Message
from domain.money import Money
from domain.policy_content.content import Content, Word
from domain.vocabulary import EquipmentKind, HolidayRule, Part, RegistrationDocument


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
