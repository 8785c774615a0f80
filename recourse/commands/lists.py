"""Any view as a list: narrowed, ordered, as of any moment; and what waits for a decision."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

import typer
from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from api.views import list_name
from projections.catalogue import VIEWS, AnyView
from projections.columns import Shape, shapes
from recourse.asking import ask
from recourse.bootstrap import Program, built, caught_up
from recourse.commands.options import AsJson, AsOf, at, instant
from recourse.commands.views import known_view
from recourse.output import console, print_json, print_table
from recourse.settings import Settings

Json = Mapping[str, Any]
LARGEST_PAGE: Final = 100
MOST_COLUMNS: Final = 7

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "allocations": ("credit_note.number", "claim.number", "amount", "currency", "matched_by",
                    "reason", "reversed"),
    "claims": ("number", "manufacturer.name", "status", "claimed", "credited", "open",
               "currency", "late"),
    "commercial_claims": ("number", "station.name", "stage", "amount", "currency", "filed_on",
                          "damage"),
    "contacts": ("came_in_at", "stage", "category", "station.name", "person_in_charge.name",
                 "reason", "due_next_at"),
    "credit_notes": ("number", "issuer_name", "status", "issued_on", "payable", "applied",
                     "unapplied", "currency"),
    "exchanges": ("number", "dealer.name", "stage", "remedy", "item", "waits_for",
                  "replacement_due_at"),
    "field_orders": ("number", "machine_stopped", "stage", "station.name", "fault",
                     "due_next_at", "unrepaired_because"),
    "freight_accounts": ("month", "manufacturer.name", "reconciled", "agreed", "late",
                         "reconciled_at"),
    "inquiry_periods": ("together", "first_day", "inquiries", "due_at", "delivered", "in_time",
                        "delivered_at"),
    "itineraries": ("day", "station.name", "late", "times", "filed_at"),
    "dealer_credits": ("dealer.name", "currency", "credited", "used", "balance", "changed_at"),
    "dealers": ("name", "region", "station.name", "stage", "call_due_at", "missing",
                "survey_due_on"),
    "equipment": ("serial_number", "model", "dealer.name", "delivered_on", "complete", "on_hold",
                  "missing"),
    "part_orders": ("number", "station.name", "stage", "order_reference", "total", "currency",
                    "claim.number"),
    "refused_files": ("name", "size", "refused_at", "settled", "reasons"),
    "routines": ("kind", "first_day", "due_on", "late", "times", "findings"),
    "standard_answers": ("text", "category", "times", "standard", "withdrawn_because"),
    "work_requests": ("number", "kind", "stage", "from_department", "to_department",
                      "next_signature", "due_at"),
    "transfers": ("serial_number", "from_dealer.name", "to_dealer.name", "moved_on", "fee",
                  "currency", "fee_owed"),
}  # fmt: skip
"""What people see of a view, where that is not simply its first columns."""


# ── recourse list ───────────────────────────────────────────────────────────


def list_(
    view: Annotated[
        str, typer.Argument(metavar="VIEW", help="Which one, as `recourse views status` calls it.")
    ],
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="Only those; may be repeated. docs/views.md lists the names."
        ),
    ] = None,
    order: Annotated[
        str | None, typer.Option(metavar="ORDER", help="As docs/views.md lists them: NUMBER_DESC.")
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="What to show; of what is related, as claim.number."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many.")] = 100,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """The rows of a view, as they are or as they were known at a moment.

    People get a table of what matters most; with `--json` programs get everything.
    """  # fmt: skip
    listed = listing(VIEWS[known_view(view)], where or (), order, columns, everything=as_json)
    with built(Settings.from_env()) as program:
        total, found = pages(caught_up(program), listed, at(as_of), limit)
    if as_json:
        print_json(found)
        return
    print_rows(listed, found)
    console.print(f"{len(found)} of {total} {words(view)}{f', as of {as_of}' if as_of else ''}.")


def listing(
    view: AnyView,
    where: Iterable[str],
    order: str | None,
    columns: str | None,
    *,
    everything: bool,
) -> Listed:
    """The list as it is asked for. Raises typer.BadParameter for what the view does not have."""
    listed = Listed(
        view,
        narrowed(view, dict(map(pair, where))),
        ordered(view, order),
        tuple(columns.split(",")) if columns else shown_columns(view),
        everything=everything,
    )
    listed.check()
    return listed


@dataclass(frozen=True)
class Listed:
    """A list as it is asked for: `where` holds arguments as GraphQL writes them."""

    view: AnyView
    where: Mapping[str, str]
    order: str
    columns: tuple[str, ...]
    everything: bool

    def check(self) -> None:
        """Raises typer.BadParameter for a column that is not there."""
        for column in self.columns:
            shape_at(self.view, column)

    def question(self, alias: str, page: str) -> str:
        arguments = " ".join(f"{name}: {value}" for name, value in self.where.items())
        fields = everything(self.view.row) if self.everything else " ".join(map(path, self.columns))
        return (
            f"{alias}: {to_camel(list_name(self.view))}"
            f"(asOf: $asOf {page} orderBy: {self.order} {arguments}) "
            f"{{ totalCount pageInfo {{ hasNextPage endCursor }} edges {{ node {{ {fields} }} }} }}"
        )


def pages(program: Program, listed: Listed, as_of: str | None, limit: int) -> tuple[int, list[Any]]:
    """How many there are, and the first of them."""
    asked = listed.question("rows", "first: $first after: $after")
    question = f"query ($asOf: Moment, $first: Int, $after: String) {{ {asked} }}"
    found: list[Any] = []
    after: str | None = None
    while True:
        size = min(LARGEST_PAGE, limit - len(found))
        page = ask(program, question, asOf=as_of, first=size, after=after)["rows"]
        found += nodes(page)
        if len(found) >= limit or not page["pageInfo"]["hasNextPage"]:
            return page["totalCount"], found
        after = page["pageInfo"]["endCursor"]


def nodes(page: Json) -> list[Any]:
    return [edge["node"] for edge in page["edges"]]


def everything(model: type[Any]) -> str:
    """Every column, with everything in it."""
    return " ".join(
        to_camel(name) + (f" {{ {everything(shape.type)} }}" if shape.model else "")
        for name, shape in shapes(model).items()
    )


def path(column: str) -> str:
    first, *rest = map(to_camel, column.split("."))
    return f"{first} {{ {' '.join(rest)} }}" if rest else first


# ── what was typed ──────────────────────────────────────────────────────────


def pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"{text!r}: write it as NAME=VALUE.", param_hint="--where")
    return to_camel(name.replace("-", "_")) if "_" in name or "-" in name else name, value


def narrowed(view: AnyView, wanted: Mapping[str, str]) -> dict[str, str]:
    """The arguments of the list. Raises typer.BadParameter."""
    columns = {to_camel(each.argument): each.column for each in view.filters}
    if unknown := wanted.keys() - columns.keys():
        known = ", ".join(columns) or "nothing"
        raise typer.BadParameter(
            f"{', '.join(sorted(unknown))}: {view.name} are narrowed by {known}.",
            param_hint="--where",
        )
    return {n: literal(n, text, shapes(view.row)[columns[n]]) for n, text in wanted.items()}


def literal(name: str, text: str, shape: Shape) -> str:
    """A value as GraphQL writes it. Raises typer.BadParameter."""
    if shape.enum:
        return named_in(name, text, [member.name for member in shape.type])
    if shape.type is datetime:
        return json.dumps(instant(text).isoformat())
    try:
        value = TypeAdapter[Any](shape.type).validate_python(text)
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise typer.BadParameter(f"{name}={text}: {reason}.", param_hint="--where") from None
    return json.dumps(value if isinstance(value, bool | int) else str(value))


def named_in(name: str, text: str, names: Sequence[str]) -> str:
    wanted = text.upper().replace("-", "_").replace(" ", "_")
    if wanted not in names:
        choices = ", ".join(each.lower() for each in names)
        raise typer.BadParameter(f"{text!r} is none of {choices}.", param_hint=name)
    return wanted


def ordered(view: AnyView, order: str | None) -> str:
    """By default in the view's first order of meaning, which is mostly by time."""
    default = f"{view.orders[0]}_asc" if view.orders else next(iter(view.order_by))
    return named_in("--order", order or default, [*view.order_by])


# ── what people see ─────────────────────────────────────────────────────────


def shown_columns(view: AnyView) -> tuple[str, ...]:
    telling = [n for n, s in shapes(view.row).items() if (s.plain or s.personal) and not id_of(s)]
    return COLUMNS.get(view.name, tuple(telling[:MOST_COLUMNS]))


def id_of(shape: Shape) -> bool:
    return shape.type is UUID


def shape_at(view: AnyView, column: str) -> Shape:
    """Raises typer.BadParameter."""
    first, _, rest = column.partition(".")
    if rest and first in view.relations:
        return shape_at(VIEWS[view.relations[first].view], rest)
    shape = shapes(view.row).get(column)
    if shape is None or shape.model:
        raise typer.BadParameter(f"{column!r} is no column of {view.name}.", param_hint="--columns")
    return shape


def print_rows(listed: Listed, found: Sequence[Json], title: str = "") -> None:
    columns = {column: shape_at(listed.view, column) for column in listed.columns}
    rows = [[cell(s, value_at(node, column)) for column, s in columns.items()] for node in found]
    print_table([head(column, shape) for column, shape in columns.items()], rows, title)


def head(column: str, shape: Shape) -> str:
    name = column.removesuffix(".name").removesuffix(".number").replace("_", " ")
    if shape.type in (Decimal, int):
        return f"#{name}"
    return f"{'' if shape.many else '~' if shape.type is str else '='}{name}"


def value_at(node: Json, column: str) -> Any:
    value: Any = node
    for name in map(to_camel, column.split(".")):
        value = None if value is None else value[name]
    return value


def cell(shape: Shape, value: Any) -> object:
    if value is None:
        return None
    if shape.many:
        one = replace(shape, many=False)
        return "\n".join(str(cell(one, each)) for each in value)
    if shape.enum:
        return words(value)
    if shape.type is datetime:
        return value[: len("2026-03-06T12:00")].replace("T", " ")
    return ("yes" if value else "") if shape.type is bool else value


def words(name: str) -> str:
    return name.lower().replace("_", " ")


# ── recourse waiting ────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Worklist:
    """A list of what somebody has to decide; `name` is for programs."""

    name: str
    title: str
    view: str
    where: Mapping[str, str]

    @property
    def listed(self) -> Listed:
        view = VIEWS[self.view]
        where = narrowed(view, self.where)
        return Listed(view, where, ordered(view, None), shown_columns(view), everything=False)


WORKLISTS: Final = (
    Worklist("unknownIssuers", "Credit notes whose issuer nobody knows", "credit_notes",
             {"unassigned": "true"}),
    Worklist("undecidedNotes", "Credit notes with an amount that nobody has decided: short, over, "
             "or unexpected", "credit_notes", {"unassigned": "false", "unappliedNot": "0"}),
    Worklist("carriedOverNotes", "Credit notes with an amount carried over", "credit_notes",
             {"carriedOverNot": "0"}),
    Worklist("disputedNotes", "Credit notes with a disputed rest", "credit_notes",
             {"disputedNot": "0"}),
    Worklist("disputedClaims", "Claims with a disputed difference", "claims",
             {"disputedAbove": "0"}),
    Worklist("writeOffs", "Claims whose write-off waits for signatures", "claims",
             {"writeOffAskedAbove": "0"}),
    Worklist("refusedFiles", "Files that were refused and not booked since", "refused_files",
             {"settled": "false"}),
    Worklist("partOrders", "Part orders that wait for signatures", "part_orders",
             {"stage": "requested"}),
    Worklist("nodeCorrections", "Field orders with a node's time that waits to be corrected",
             "field_orders", {"correctionWaits": "true"}),
    Worklist("unrepaired", "Field orders that were left unrepaired", "field_orders",
             {"stage": "unrepaired"}),
    Worklist("exchangesToSign", "Exchanges that wait for the approval of a department",
             "exchanges", {"stage": "applied"}),
    Worklist("exchangesToShip", "Inspected goods that wait for their replacement, or a refund",
             "exchanges", {"stage": "inspected"}),
    Worklist("freightToSign", "Exchanges whose freight is to be signed for", "exchanges",
             {"freightUnsettled": "true"}),
    Worklist("dealerCredits", "Dealers with a credit towards their next order", "dealer_credits",
             {"balanceAbove": "0"}),
    Worklist("freightToReconcile", "Freight that is to be reconciled with the factory",
             "freight_accounts", {"agreed": "false"}),
    Worklist("missedCalls", "Missed calls that nobody returned", "contacts", {"stage": "missed"}),
    Worklist("unansweredContacts", "Contacts that wait for whoever is in charge", "contacts",
             {"stage": "routed"}),
    Worklist("inquiryCounts", "Weeks and months whose counts of inquiries are to be delivered",
             "inquiry_periods", {"delivered": "false"}),
    Worklist("opportunities", "Contacts with an opportunity neither won nor lost", "contacts",
             {"opportunityOpen": "true"}),
    Worklist("workRequests", "Work requests that wait for their first signature", "work_requests",
             {"stage": "requested"}),
    Worklist("workToPromise", "Work requests that wait for the receiving side's promise",
             "work_requests", {"stage": "approved"}),
    Worklist("disputes", "Work requests in dispute", "work_requests", {"disputed": "true"}),
    Worklist("dealersToCall", "New dealers that wait for their first call", "dealers",
             {"toBeCalled": "true"}),
    Worklist("feesOwed", "Transfers for which a dealer owes the encroachment fee", "transfers",
             {"feeOwed": "true"}),
    Worklist("registrationsOnHold", "Registrations that wait for the manufacturer's answer",
             "equipment", {"onHold": "true"}),
    Worklist("incompleteRegistrations", "Registrations with missing documents", "equipment",
             {"complete": "false"}),
)  # fmt: skip


def waiting(as_of: AsOf = None, as_json: AsJson = False) -> None:
    """What waits for a decision: notes, differences, over-payments, write-offs, refused files.

    The first hundred of each list; `recourse list VIEW --where …` shows all of one.
    """
    lists = " ".join(w.listed.question(w.name, f"first: {LARGEST_PAGE}") for w in WORKLISTS)
    with built(Settings.from_env()) as program:
        found = ask(caught_up(program), f"query ($asOf: Moment) {{ {lists} }}", asOf=at(as_of))
    if as_json:
        print_json(
            {name: {"total": p["totalCount"], "rows": nodes(p)} for name, p in found.items()}
        )
        return
    for worklist in WORKLISTS:
        if page := nodes(found[worklist.name]):
            print_rows(worklist.listed, page, worklist.title)
    console.print(" ".join(summary(found)) or "Nothing waits.")


def summary(found: Json) -> Iterator[str]:
    for worklist in WORKLISTS:
        if total := found[worklist.name]["totalCount"]:
            yield f"{worklist.title}: {total}."
