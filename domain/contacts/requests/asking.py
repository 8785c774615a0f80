"""Asking for work, and whether a product unit is asked at all: CON-5, CON-7."""

from __future__ import annotations

from typing import assert_never

from domain import policies, uniqueness
from domain.approvals import names
from domain.contacts.commands import EVERYBODY
from domain.contacts.refusals import UnknownDepartment
from domain.contacts.requests import commands as c
from domain.contacts.requests import events as e
from domain.contacts.requests.refusals import (
    IncidentKnownWhen,
    NoProductUnit,
    NoQualityIncident,
    NotAllTold,
    NotTheWayToProductUnits,
    NotYourDepartment,
    WorkRequestExists,
    WorkRequestNotFound,
    WorkRequestNumberTaken,
)
from domain.contacts.requests.standing import only_at
from domain.contacts.requests.state import WorkRequest, WorkRequestStage
from domain.contacts.standing import late
from domain.messages import On, Role, World
from domain.policy_content import (
    ApprovalMatrix,
    Approved,
    Department,
    Departments,
    WorkRequests,
)
from domain.registry.authority import authorised
from domain.registry.person import Person, PersonNotFound
from domain.sla.starting import started
from domain.vocabulary import WorkRequestKind

REQUEST_NUMBER = "contacts.WorkRequestNumber"
INCIDENT = "quality_incident_report"


def decide(request: WorkRequest | None, command: c.Asking, world: World) -> list[e.Event | On]:
    match command:
        case c.RequestWork():
            return ask(request, command, world)
        case _ if request is None:
            raise WorkRequestNotFound
        case c.ReportQualityIncident(told=told):
            return [report(request, told, world)]
        case c.PutToProductUnit():
            by_technical_support(request, world)
            only_at(request, WorkRequestStage.REQUESTED)
            return [e.RequestPutToProductUnit(put_by=names(world))]
        case c.RefuseNeedlessRequest(reason=reason):
            by_technical_support(request, world)
            only_at(request, WorkRequestStage.REQUESTED)
            return [e.RequestFoundNeedless(reason=reason, refused_by=names(world))]
        case c.AgreeDate():
            return [agree(request, command, world)]
        case never:
            assert_never(never)


# ── asking ──────────────────────────────────────────────────────────────────


def ask(request: WorkRequest | None, command: c.RequestWork, world: World) -> list[e.Event | On]:
    """Content, person and latest time; who signs is fixed now (CON-5)."""
    if request:
        raise WorkRequestExists
    person = world.of(Person, command.person_id)
    if person is None or person.left:
        raise PersonNotFound(fields=("person_id",))
    asking = department(world, command.from_department, "from_department")
    receiving = department(world, command.to_department, "to_department")
    mandate = authorised(world, EVERYBODY)
    if not mandate.roles & {*asking.members} or asking == receiving:
        raise NotYourDepartment(fields=("from_department", "to_department"))
    refuse_round_about_support(command.kind, receiving)
    facts = command.model_dump(exclude={"work_request_id", "known_at"})
    signed_by = signers(command.kind, asking, receiving, world)
    requested = e.WorkRequested(**facts, signed_by=signed_by, requested_by=names(world))
    by, taken = command.work_request_id, WorkRequestNumberTaken
    named = uniqueness.take(world, by, REQUEST_NUMBER, command.number, taken=taken)
    return [requested, *incident(command, world), *named]


def department(world: World, word: str, field: str) -> Department:
    """Raises UnknownDepartment."""
    known = policies.in_force(world, Departments)
    found = known.called(word)
    if found is None:
        raise UnknownDepartment(
            f"{word!r} is no department; known are {', '.join(known.words)}.", fields=(field,)
        )
    return found


def refuse_round_about_support(kind: WorkRequestKind, receiving: Department) -> None:
    """Raises NotTheWayToProductUnits (CON-7). A quality incident is told, and asks nothing."""
    if kind is WorkRequestKind.QUALITY_INCIDENT:
        return
    if (Role.PRODUCT_DEPT in receiving.members) != (kind is WorkRequestKind.RD_REQUEST):
        raise NotTheWayToProductUnits(fields=("kind", "to_department"))


def signers(
    kind: WorkRequestKind, asking: Department, receiving: Department, world: World
) -> tuple[Role, ...]:
    """The requester's head and the receiving lead; of a request to a product unit, as the
    approval matrix says (CON-5).
    """
    if kind is WorkRequestKind.RD_REQUEST:
        return policies.in_force(world, ApprovalMatrix).longest(Approved.RD_REQUEST)
    return (asking.head, receiving.head)


def incident(command: c.RequestWork, world: World) -> list[e.QualityIncidentKnown]:
    """The hour runs from when the incident was known, not from when it was entered (CON-5)."""
    known_at = command.known_at
    if (command.kind is WorkRequestKind.QUALITY_INCIDENT) != (known_at is not None):
        raise IncidentKnownWhen(fields=("known_at",))
    if known_at is None:
        return []
    if known_at > world.effective_at:
        raise IncidentKnownWhen(fields=("known_at",))
    told_to = policies.in_force(world, WorkRequests).incidents_told_to
    due = started(world, INCIDENT, known_at)
    return [e.QualityIncidentKnown(known_at=known_at, told_to=told_to, report_due=due)]


def report(request: WorkRequest, told: tuple[Role, ...], world: World) -> e.QualityIncidentReported:
    """To all that the policy named when it became known (CON-5)."""
    if request.about is not WorkRequestKind.QUALITY_INCIDENT or request.reported:
        raise NoQualityIncident
    if missing := sorted({*request.incident_told_to} - {*told}):
        raise NotAllTold(
            f"Not told yet: {', '.join(missing)}.", fields=("told",), reasons=tuple(missing)
        )
    return e.QualityIncidentReported(
        told=told, late=late(request.report_due, world), reported_by=names(world)
    )


# ── product units ───────────────────────────────────────────────────────────


def by_technical_support(request: WorkRequest, world: World) -> None:
    """Only technical support puts questions to product units (CON-7). Raises Forbidden."""
    if request.about is not WorkRequestKind.RD_REQUEST:
        raise NoProductUnit
    support = policies.in_force(world, WorkRequests).technical_support
    authorised(world, frozenset(support))


def agree(request: WorkRequest, command: c.AgreeDate, world: World) -> e.DateAgreed:
    """Before the product unit signs; agreed anew, the later date counts (CON-7)."""
    by_technical_support(request, world)
    only_at(request, WorkRequestStage.PUT, WorkRequestStage.APPROVED)
    return e.DateAgreed(promised_on=command.promised_on, agreed_by=names(world))
