"""How the table of one manufacturer is read: a TOML file says what its columns mean (CRN-1)."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from application.intake.faults import Fault, Unreadable
from domain.credits.document import Party
from domain.messages import Message
from domain.money import Currency

Column = Annotated[str, Field(min_length=1, max_length=200)]
OneSign = Annotated[str, Field(min_length=1, max_length=1)]


class Columns(Message):
    """What each column of the table is called in its header row, if the table has it.

    Those of the note have the same value in every row of it, or stand in its first row only.
    """

    number: Column
    issue_date: Column
    currency: Column | None = None
    payable: Column | None = None
    issuer_tax_id: Column | None = None
    issuer_name: Column | None = None
    note: Column | None = None

    line: Column | None = None
    description: Column | None = None
    item: Column | None = None
    serial: Column | None = None
    quantity: Column | None = None
    unit: Column | None = None
    price: Column | None = None
    net: Column | None = None
    gross: Column | None = None
    tax_rate: Column | None = None
    claim: Column | None = None
    invoice: Column | None = None
    order: Column | None = None


class TableMapping(Message):
    """Where a table stands in a file, how it writes numbers and dates, and what its columns are."""

    issuer: Party | None = None  # of every note, unless columns say it
    currency: Currency | None = None  # of every note, unless a column says it; never assumed
    sheet: str | None = None  # of a workbook; the first if it is not said
    header_row: Annotated[int, Field(ge=1, le=1000)] = 1
    delimiter: OneSign = ","
    encoding: str = "utf-8-sig"
    decimal: OneSign = "."
    thousands: OneSign | None = None
    dates: str = "%Y-%m-%d"
    negative: bool = False  # the table writes what is credited below zero
    columns: Columns

    @model_validator(mode="after")
    def says_everything(self) -> Self:
        columns = self.columns
        if (self.currency is None) is (columns.currency is None):
            raise ValueError("State `currency` once: for the whole table, or as a column.")
        by_column = columns.issuer_tax_id or columns.issuer_name
        if (self.issuer is None) is (by_column is None):
            raise ValueError("State the issuer once: as `[issuer]`, or as columns.")
        if columns.payable is None and columns.gross is None:
            raise ValueError("Map `payable` (of the note) or `gross` (of the line).")
        if self.decimal == self.thousands:
            raise ValueError("`decimal` and `thousands` must differ.")
        return self

    def day(self, text: str) -> date:
        """Raises ValueError."""
        return datetime.strptime(text, self.dates).date()  # noqa: DTZ007  # a day has no zone


def mapping_in(text: str, name: str) -> TableMapping:
    """Raises Unreadable, naming what is wrong with the mapping itself."""
    try:
        return TableMapping.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise Unreadable([Fault(f"It is no TOML: {error}.", name)]) from error
    except ValidationError as error:
        faults = (
            Fault(f"{each['msg']}.", f"{name}, {'.'.join(map(str, each['loc'])) or 'as a whole'}")
            for each in error.errors()
        )
        raise Unreadable(faults) from error
