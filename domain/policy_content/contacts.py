"""Who is in charge of what comes in, and the departments."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from domain.messages import Message, Role, Text
from domain.policy_content.content import Content, Word
from domain.vocabulary import ContactCategory


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
