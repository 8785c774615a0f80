"""Brings stored events of earlier releases to today's form. What is stored is never changed.

A class of event whose stored form changes gets the next `schema_version`, and here the step from
the version before. Steps stay for ever, and so do the stored events that tests read with them
(tests/application/golden). A class is never used again with another meaning, and a type that is
given up goes on in another by a step of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from application.aggregates import EVENT_TYPES

Facts: TypeAlias = dict[str, Any]


class Form(NamedTuple):
    """A type of event in one of its versions."""

    type_name: str
    version: int


class Step(NamedTuple):
    """From one form to the next."""

    to: Form
    change: Callable[[Facts], Facts]


def without_station(facts: Facts) -> Facts:
    """The station that entered a customer or a machine was not recorded at first."""
    return {**facts, "station_id": None}


def without_prices(facts: Facts) -> Facts:
    """The prices of lines, and the part of a file, were not recorded at first."""
    return facts  # what was not recorded reads as None


def without_clock(facts: Facts) -> Facts:
    """The deadline for the manufacturer's answer was not recorded at first (SLA-2)."""
    return {**facts, "clock": None}


def without_agreement(facts: Facts) -> Facts:
    """Claims were proposed by what is named alone, and for notes as a whole."""
    return facts  # what was not recorded reads as nothing


def without_proposals(facts: Facts) -> Facts:
    """Nothing that was proposed could be confirmed; all else reads as it did."""
    return facts


def of_notes_alone(facts: Facts) -> Facts:
    """Only what became of notes was posted as an adjustment at first."""
    return {**facts, "claim_id": None}


def without_holiday_rule(facts: Facts) -> Facts:
    """Which holidays a warranty's end moves past was not said at first: those by law."""
    return facts  # what was not said reads as the default


def without_orders(facts: Facts) -> Facts:
    """The repair or field order behind a claim was only named by its number at first."""
    return {**facts, "repair_order_id": None, "field_order_id": None}


def without_entitlements(facts: Facts) -> Facts:
    """What the buyer of a phone may ask for was not recorded at first (REG-5a)."""
    return facts  # what was not recorded reads as nothing


def without_success(facts: Facts) -> Facts:
    """Whether an item went back repaired was not said at first."""
    return facts  # what was not said reads as unknown


def without_factory_date(facts: Facts) -> Facts:
    """The factory date of a phone whose papers are lost was not recorded at first (REG-5a)."""
    return facts  # what was not recorded reads as unknown


def without_engineer(facts: Facts) -> Facts:
    """The engineer of a test run on arrival was not named at first (REP-12)."""
    return facts  # who was not named reads as unknown


def without_days(facts: Facts) -> Facts:
    """What a corrected node changed of days out of use was not recorded at first (REG-5)."""
    return facts  # what was not recorded changes nothing


def without_service(facts: Facts) -> Facts:
    """For what service a corrected order was, its correction did not say at first (REG-5a)."""
    return facts  # what was not said reads as unknown


def without_helpers(facts: Facts) -> Facts:
    """Of those who did the work, only the report's engineer was recorded at first (CLM-4)."""
    return facts  # who was not recorded is not known


def without_steps_of_deadlines(facts: Facts) -> Facts:
    """Levels, roll rules and times of day of deadlines could not be said at first."""
    return facts  # what could not be said reads as none


STEPS: Final[Mapping[Form, Step]] = {
    Form("registry.CustomerRegistered", 1): Step(
        Form("registry.CustomerRegistered", 2), without_station
    ),
    Form("registry.EquipmentRegistered", 1): Step(
        Form("registry.EquipmentRegistered", 2), without_station
    ),
    Form("registry.EquipmentRegistered", 2): Step(
        Form("registry.EquipmentRegistered", 3), without_holiday_rule
    ),
    Form("registry.RegistrationReleased", 1): Step(
        Form("registry.RegistrationReleased", 2), without_holiday_rule
    ),
    Form("policies.PolicyPublished", 1): Step(
        Form("policies.PolicyPublished", 2), without_steps_of_deadlines
    ),
    Form("credits.CreditNoteBooked", 1): Step(Form("credits.CreditNoteBooked", 2), without_prices),
    Form("repairs.WarrantyDetermined", 1): Step(
        Form("repairs.WarrantyDetermined", 2), without_entitlements
    ),
    Form("repairs.ExchangeApplied", 1): Step(
        Form("repairs.ExchangeApplied", 2), without_factory_date
    ),
    Form("repairs.ItemInspected", 1): Step(Form("repairs.ItemInspected", 2), without_engineer),
    Form("repairs.NodeCorrectionApproved", 1): Step(
        Form("repairs.NodeCorrectionApproved", 2), without_days
    ),
    Form("repairs.NodeCorrectionApproved", 2): Step(
        Form("repairs.NodeCorrectionApproved", 3), without_service
    ),
    Form("repairs.ItemReturned", 1): Step(Form("repairs.ItemReturned", 2), without_success),
    Form("claims.ClaimOpened", 1): Step(Form("claims.ClaimOpened", 2), without_orders),
    Form("claims.ClaimOpened", 2): Step(Form("claims.ClaimOpened", 3), without_helpers),
    Form("claims.ClaimAmended", 1): Step(Form("claims.ClaimAmended", 2), without_helpers),
    Form("repairs.RepairReportFiled", 1): Step(
        Form("repairs.RepairReportFiled", 2), without_helpers
    ),
    Form("repairs.FieldWorkReported", 1): Step(
        Form("repairs.FieldWorkReported", 2), without_helpers
    ),
    Form("claims.ClaimSubmitted", 1): Step(Form("claims.ClaimSubmitted", 2), without_clock),
    Form("claims.ClaimResubmitted", 1): Step(Form("claims.ClaimResubmitted", 2), without_clock),
    Form("credits.MatchProposed", 1): Step(Form("credits.MatchProposed", 2), without_agreement),
    Form("credits.CreditAllocated", 1): Step(Form("credits.CreditAllocated", 2), without_proposals),
    Form("credits.PriorPeriodAdjusted", 1): Step(
        Form("credits.PriorPeriodAdjusted", 2), of_notes_alone
    ),
}


def upcast(type_name: str, schema_version: int, payload: Facts) -> tuple[str, Facts]:
    """The event's type and facts as today's classes know them.

    Raises LookupError if no release up to this one stored such an event.
    """
    form = Form(type_name, schema_version)
    while form in STEPS:
        form, change = STEPS[form]
        payload = change(payload)
    known = EVENT_TYPES.get(form.type_name)
    if known is None or known.schema_version != form.version:
        raise LookupError(f"{form.type_name} in version {form.version} is not known here.")
    return form.type_name, payload


def stored_as(type_names: Collection[str]) -> frozenset[str]:
    """These types, and those that were given up and go on in one of them."""
    names = set(type_names)
    while (
        earlier := {form.type_name for form, step in STEPS.items() if step.to.type_name in names}
        - names
    ):
        names |= earlier
    return frozenset(names)
