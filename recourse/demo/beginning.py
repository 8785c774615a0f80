"""Everything that claims refer to: policies, people, manufacturers, customers, machines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Final

from application import shipped
from domain.messages import Role
from domain.registry import customer, manufacturer, person, station
from domain.registry.manufacturer import Identity, IdentityKind
from domain.registry.registration import (
    AnswerRegistrationQuery,
    FiledDocument,
    Owner,
    OwnerKind,
    RegisterEquipment,
)
from domain.vocabulary import RegistrationDocument
from recourse.demo import cast
from recourse.demo.cast import Person, id_of
from recourse.demo.plans import EQUIPMENT, maker_of, model, serial_number, station_of
from recourse.demo.stage import ON_LEAVE, Agenda, Stage


def beginning(planned: Agenda) -> None:
    """Everything that claims refer to is entered on the day before them."""
    stage = planned.stage
    planned.at(0, 8, 0, partial(adopt_policies, stage))
    planned.at(0, 8, 30, partial(register_organisation, stage))
    planned.at(0, 9, 0, partial(register_manufacturers, stage))
    planned.at(0, 10, 0, partial(register_customers, stage))
    for number in range(EQUIPMENT):
        planned.at(0, 11, number, partial(register_equipment, stage, number))
    planned.at(11, 10, 40, partial(answer_query, stage))
    delegation = person.DelegateRole(
        person_id=cast.CLAIMS_MANAGER.id,
        role=Role.CLAIMS_MANAGER,
        to=cast.DEPUTY.id,
        since=stage.moment(ON_LEAVE.start, 0),
        until=stage.moment(ON_LEAVE.stop, 0),
    )
    planned.at(12, 17, 30, partial(stage.give, cast.CLAIMS_MANAGER, delegation))


def adopt_policies(stage: Stage) -> None:
    for adoption in shipped.adoptions():
        stage.give(cast.ADMIN, adoption)


def register_organisation(stage: Stage) -> None:
    for place in cast.STATIONS:
        stage.give(cast.ADMIN, station.RegisterStation(station_id=place.id, name=place.name))
    for someone in cast.PEOPLE:
        stage.give(cast.ADMIN, registration(someone))


def registration(someone: Person) -> person.RegisterPerson:
    return person.RegisterPerson(
        person_id=someone.id,
        name=someone.name,
        held=someone.roles,
        station_id=someone.station.id if someone.station else None,
        level=someone.level,
    )


def register_manufacturers(stage: Stage) -> None:
    for maker in cast.MANUFACTURERS:
        known_as = Identity(kind=IdentityKind.TAX_ID, value=maker.party.tax_id)
        stage.give(
            cast.CLAIMS_MANAGER,
            manufacturer.RegisterManufacturer(
                manufacturer_id=maker.id, name=maker.party.name, identities=(known_as,)
            ),
        )


def register_customers(stage: Stage) -> None:
    for number, (name, phone, address) in enumerate(cast.CUSTOMERS):
        place = station_of(number)
        stage.give(
            cast.AGENTS[place],
            customer.RegisterCustomer(
                customer_id=id_of(f"customer {number}"), name=name, phone=phone, address=address
            ),
        )


def register_equipment(stage: Stage, number: int) -> None:
    """One machine was registered with dates that cannot be, and is on hold (REG-3)."""
    maker, place = maker_of(number), station_of(number)
    delivered = stage.day(-40 - number * 9)
    factory = delivered + timedelta(days=12) if number == ON_HOLD else delivered - timedelta(60)
    owner = Owner(kind=OwnerKind.CUSTOMER, id=id_of(f"customer {number % len(cast.CUSTOMERS)}"))
    stage.give(
        cast.AGENTS[place],
        RegisterEquipment(
            equipment_id=id_of(f"equipment {number}"),
            manufacturer_id=maker.id,
            serial_number=serial_number(number),
            model=model(number),
            equipment=maker.kind,
            factory_date=factory,
            delivered_on=delivered,
            owner=owner,
            documents=tuple(documents(stage, number)),
        ),
    )


ON_HOLD: Final = 12


def answer_query(stage: Stage) -> None:
    """The manufacturer had mistyped the factory date."""
    delivered = stage.day(-40 - ON_HOLD * 9)
    release = AnswerRegistrationQuery(
        equipment_id=id_of(f"equipment {ON_HOLD}"),
        factory_date=delivered - timedelta(days=60),
        delivered_on=delivered,
        answer="The factory date was mistyped; the certificate is enclosed.",
    )
    stage.give(cast.CLAIMS, release)


def documents(stage: Stage, number: int) -> Iterator[FiledDocument]:
    """Every fifth registration lacks one."""
    always = list(RegistrationDocument)[:7]
    for document in always[number % 5 == 4 :]:
        text = f"{document}: {model(number)}, {serial_number(number)}"
        yield FiledDocument(document=document, sha256=stage.keep(text))
