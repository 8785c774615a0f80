"""Mistakes in the declaration of a view are found when the program starts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from pydantic import create_model

from domain.messages import Message, PersonalText
from projections.catalogue import VIEWS, AnyView, Undeclared, catalogue
from projections.columns import NoColumn, Shape, Unsealed, shapes
from projections.tables import Tables
from projections.view import Many, One, Row, equal
from tests.projections.names import BEARERS, NAMES


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"orders": ("bearer",)}, "names.bearer must be plain and never null"),
        ({"orders": ("takings",)}, "names.takings must be plain and never null"),
        ({"orders": ("nowhere",)}, "names.nowhere must be plain"),
        ({"filters": (equal("secret"),)}, "names.secret cannot be filtered"),
        ({"filters": (equal("latest"),)}, "names.latest cannot be filtered"),
        ({"filters": (equal("nowhere"),)}, "names.nowhere cannot be filtered"),
        ({"owners": {"station": "of"}}, "names.of names no owner"),
        ({"owners": {"moon": "bearer"}}, "owned by a moon"),
        ({"field_scopes": {"nowhere": "x"}}, "names.nowhere is not there"),
        ({"relations": {"holder": One("nobody", via="bearer")}}, "nobody, which is no view"),
        ({"relations": {"holder": One("bearers", via="of")}}, "names.of is no key of bearers"),
        ({"relations": {"all": Many("bearers", via="names")}}, "bearers.names is no key of names"),
        ({"relations": {"of": One("bearers", via="bearer")}}, "both a column and a relation"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(changes: Any, complaint: str) -> None:
    with pytest.raises(Undeclared, match=complaint):
        catalogue(replace(NAMES, **changes), BEARERS)


def test_a_list_behind_a_relation_needs_an_index() -> None:
    with pytest.raises(Undeclared, match="bearers.held needs a filter: names.bearer"):
        catalogue(replace(NAMES, filters=()), BEARERS)


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(Undeclared) as mistakes:
        catalogue(replace(NAMES, orders=("bearer",), filters=(equal("secret"),)))
    assert len(str(mistakes.value).splitlines()) == 3  # these two, and a lost relation


def test_two_views_of_one_name_are_refused() -> None:
    with pytest.raises(Undeclared, match="Two views"):
        catalogue(NAMES, BEARERS, replace(BEARERS, name="others"))


@pytest.mark.parametrize("kind", [float, UUID | str, list[int], dict[str, int], object])
def test_a_column_of_an_unknown_kind_is_refused(kind: Any) -> None:
    with pytest.raises(NoColumn):
        shapes(create_model("Odd", __base__=Row, key=(UUID, ...), odd=(kind, ...)))


def test_personal_data_in_the_open_is_not_kept() -> None:
    class Patient(Row):
        patient_id: UUID
        name: PersonalText

    shape = shapes(Patient)["name"]
    assert shape.personal and not shape.plain
    with pytest.raises(Unsealed):
        shape.written("Wang Fang")


def test_a_change_names_only_fields_that_there_are() -> None:
    class Patient(Row):
        patient_id: UUID

    with pytest.raises(TypeError, match="Patient has no name"):
        Patient(patient_id=UUID(int=1)).but(name="x")


def test_parts_of_a_row_may_be_messages_of_the_domain() -> None:
    class Price(Message):
        amount: int

    class Offer(Row):
        offer_id: UUID
        prices: tuple[Price, ...]

    assert shapes(Offer)["prices"] == Shape(Price, many=True)


@pytest.mark.parametrize("view", VIEWS.values(), ids=lambda view: view.name)
def test_no_column_stands_behind_one_of_json_that_is_not_json_itself(view: AnyView) -> None:
    columns = Tables(view).columns
    json = [not shape.plain for shape in columns.values()]
    assert json == sorted(json)
    assert columns.keys() == view.row.model_fields.keys()
