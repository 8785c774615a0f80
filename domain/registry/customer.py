"""Customers: people whose data we hold. It is sealed, and can be erased (AUD-5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, TypeAlias, assert_never
from uuid import UUID

from domain import messages
from domain.messages import (
    About,
    NotFound,
    PersonalText,
    Refusal,
    RefusalCode,
    Role,
    Stream,
    Text,
    World,
)

KEEPERS = frozenset(
    {
        Role.HOTLINE_AGENT,
        Role.SERVICE_AGENT,
        Role.SERVICE_SUPERVISOR,
        Role.STATION_MANAGER,
        Role.CLAIMS_SPECIALIST,
    }
)

# ── commands ────────────────────────────────────────────────────────────────


class CustomerCommand(messages.Command):
    customer_id: UUID

    @property
    def stream(self) -> Stream:
        return Stream(Customer.kind, self.customer_id)


class RegisterCustomer(CustomerCommand):
    """Enter a customer."""

    roles = KEEPERS
    name: Text
    phone: Text | None = None
    address: Text | None = None


class CorrectContactData(CustomerCommand):
    """Replace the name, phone and address of a customer."""

    roles = KEEPERS
    name: Text
    phone: Text | None = None
    address: Text | None = None


class PlaceLegalHold(CustomerCommand):
    """Keep the data of a customer from being erased."""

    roles = frozenset({Role.ADMIN})
    ground: Text


class LiftLegalHold(CustomerCommand):
    """Allow the data of a customer to be erased again."""

    roles = frozenset({Role.ADMIN})
    ground: Text


class EraseCustomer(CustomerCommand):
    """Destroy the personal data of a customer for good. Their history stays, without it."""

    roles = frozenset({Role.ADMIN})
    legal_basis: Text


Command: TypeAlias = (
    RegisterCustomer | CorrectContactData | PlaceLegalHold | LiftLegalHold | EraseCustomer
)

# ── events ──────────────────────────────────────────────────────────────────


class CustomerRegistered(messages.Event):
    """We hold data of a customer."""

    context = "registry"
    schema_version = 2
    customer_id: UUID
    name: Annotated[PersonalText, About("customer_id")]
    phone: Annotated[PersonalText | None, About("customer_id")]
    address: Annotated[PersonalText | None, About("customer_id")]
    station_id: UUID | None  # of whoever registered them


class ContactDataCorrected(messages.Event):
    """The name, phone and address of a customer are these."""

    context = "registry"
    customer_id: UUID
    name: Annotated[PersonalText, About("customer_id")]
    phone: Annotated[PersonalText | None, About("customer_id")]
    address: Annotated[PersonalText | None, About("customer_id")]


class LegalHoldPlaced(messages.Event):
    """The data of a customer must be kept, for a reason of law."""

    context = "registry"
    ground: str


class LegalHoldLifted(messages.Event):
    """The data of a customer need no longer be kept."""

    context = "registry"
    ground: str


class PersonalDataErased(messages.Event):
    """The key to everything personal about somebody was destroyed (AUD-5)."""

    context = "registry"
    subject: UUID
    legal_basis: str

    @property
    def erases(self) -> tuple[UUID, ...]:
        return (self.subject,)


Event: TypeAlias = (
    CustomerRegistered
    | ContactDataCorrected
    | LegalHoldPlaced
    | LegalHoldLifted
    | PersonalDataErased
)

# ── refusals ────────────────────────────────────────────────────────────────


class CustomerNotFound(NotFound):
    """There is no such customer."""


class CustomerExists(Refusal):
    """This customer is registered already."""

    code = RefusalCode.CONFLICT


class UnderLegalHold(Refusal):
    """The data of this customer is under a legal hold. Lift it before erasing."""

    rule = "AUD-5"


class NoLegalHold(Refusal):
    """There is no legal hold to lift."""

    rule = "AUD-5"


class CustomerErased(Refusal):
    """The data of this customer was erased for good. Register them anew under another id."""

    rule = "AUD-5"


# ── state and decisions ─────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Customer:
    kind: ClassVar[str] = "registry.Customer"
    on_hold: bool = False
    erased: bool = False


State = Customer


def evolve(customer: Customer | None, event: Event) -> Customer:
    if isinstance(event, CustomerRegistered):
        return Customer()
    assert customer is not None, "a customer is registered first"
    match event:
        case ContactDataCorrected():
            return customer
        case LegalHoldPlaced():
            return replace(customer, on_hold=True)
        case LegalHoldLifted():
            return replace(customer, on_hold=False)
        case PersonalDataErased():
            return replace(customer, erased=True)
        case never:
            assert_never(never)


def decide(customer: Customer | None, command: Command, world: World) -> list[Event]:
    if isinstance(command, RegisterCustomer):
        return [register(customer, command, world)]
    if customer is None:
        raise CustomerNotFound
    if isinstance(command, EraseCustomer):
        return erase(customer, command)
    if customer.erased:
        raise CustomerErased
    match command:
        case CorrectContactData():
            return [ContactDataCorrected(**dict(command))]
        case PlaceLegalHold(ground=ground):
            return [] if customer.on_hold else [LegalHoldPlaced(ground=ground)]
        case LiftLegalHold(ground=ground):
            return [lift(customer, ground)]
        case never:
            assert_never(never)


def register(
    customer: Customer | None, command: RegisterCustomer, world: World
) -> CustomerRegistered:
    if customer:
        raise CustomerErased if customer.erased else CustomerExists
    return CustomerRegistered(**dict(command), station_id=world.actor.station)


def lift(customer: Customer, ground: str) -> LegalHoldLifted:
    if not customer.on_hold:
        raise NoLegalHold
    return LegalHoldLifted(ground=ground)


def erase(customer: Customer, command: EraseCustomer) -> list[Event]:
    """Erasing again changes nothing; a legal hold blocks it (AUD-5)."""
    if customer.erased:
        return []
    if customer.on_hold:
        raise UnderLegalHold
    subject, basis = command.customer_id, command.legal_basis
    return [PersonalDataErased(subject=subject, legal_basis=basis)]
