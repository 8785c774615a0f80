"""The report of work under warranty opens its claim: once, whatever happens (CLM-1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from application.connections import Connections
from application.database import Database, DatabaseRole
from application.handling import handle
from application.instruction import Instruction, Recording
from application.log import EventLog
from application.recorded import Channel, Recorded
from domain.claims.commands import CLAIM
from domain.claims.events import ClaimAmended, ClaimOpened, PaperAttached
from domain.messages import Actor, Command, On
from domain.registry.registration import RegisterEquipment
from domain.repairs.field import commands as f
from domain.repairs.repair import commands as rc
from domain.vocabulary import ClaimKind, EquipmentKind, FieldServiceKind, PaperKind
from processes.catalogue import REACTIONS
from processes.claiming import claim_id_of
from processes.reactions import ITSELF, Reactions
from tests import repair_stories
from tests.clock import NOON, Clock
from tests.field_stories import field_order_id, field_story, leave, work_report
from tests.field_stories import file_report as file_field_report
from tests.processes.test_reactions import catch_up, connect, refusals
from tests.repair_stories import (
    ERNA,
    WALT,
    at_counter,
    repair_id,
    service_report,
    told_upto,
    wish,
    workshop_story,
)
from tests.rules import rule
from tests.scenario import ENZO, SAM, SUSI, SYSTEM, Story
from tests.stories import COMPLETED, CUSTOMER, MACHINE, STATION, file_of, register_equipment

__all__ = ["connect"]

ID = field_order_id()
IDENTIFY = f.IdentifyMachine(field_order_id=ID, equipment_id=MACHINE)


@pytest.fixture
def reactions(
    log: EventLog, connect: Callable[[], psycopg.Connection], clock: Clock
) -> Iterator[Reactions]:
    reactions = Reactions(log, REACTIONS, connect, clock)
    yield reactions
    reactions.record.close()


class Office:
    """Where a story was told by another system, and goes on here."""

    def __init__(self, log: EventLog, clock: Clock) -> None:
        self.log, self.clock = log, clock

    def was_told(self, story: Story) -> None:
        told = Instruction(
            command=register_equipment(),  # any: it is recorded
            id=uuid4(),
            actor=SYSTEM,
            now=self.clock(),
            channel=Channel.IMPORT,
        )
        histories = self.log.histories(set(story.histories))
        events = [On(stream, event) for stream, kept in story.histories.items() for event in kept]
        self.log.append(Recording(told, SYSTEM.roles, {}), events, histories)
        self.clock.now = max(self.clock.now, NOON + timedelta(days=1))

    def gives(self, command: Command, actor: Actor) -> None:
        given = Instruction(
            command=command, id=uuid4(), actor=actor, now=self.clock(), channel=Channel.CLI
        )
        handle(self.log, given)

    def claims(self) -> list[Recorded]:
        return self.log.select(types=[ClaimOpened.type_name()], limit=100)

    def claim(self, order_id: UUID) -> list[Any]:
        return [recorded.event for recorded in self.log.history(claim_id_of(order_id))]


@pytest.fixture
def office(log: EventLog, clock: Clock) -> Office:
    return Office(log, clock)


# ── opened ──────────────────────────────────────────────────────────────────


@rule("CLM-4")
@pytest.mark.parametrize(
    ("told", "given", "by", "order_id", "worked"),
    [
        pytest.param(
            partial(field_story, "repaired"),
            file_field_report(),
            ENZO,
            ID,
            {ENZO.id, SUSI.id},
            id="who went",
        ),
        pytest.param(
            partial(workshop_story, "finished"),
            wish(rc.FileRepairReport, report=service_report(engineer_id=ERNA.id, parts=())),
            WALT,
            repair_id(),
            {ENZO.id},
            id="who repaired",
        ),
    ],
)
def test_a_claim_knows_who_did_the_work_beside_the_engineer_of_the_report(
    office: Office,
    reactions: Reactions,
    told: Callable[[], Story],
    given: Command,
    by: Actor,
    order_id: UUID,
    worked: set[UUID],
) -> None:
    office.was_told(told())
    office.gives(given, by)
    catch_up(reactions)
    opened = office.claim(order_id)[0]
    assert isinstance(opened, ClaimOpened) and {*opened.worked_by} == worked


@rule("CLM-1")
def test_the_report_of_a_field_order_opens_a_claim(office: Office, reactions: Reactions) -> None:
    office.was_told(field_story("repaired"))
    office.gives(file_field_report(), ENZO)
    catch_up(reactions)
    [opened, *papers] = office.claim(ID)
    assert isinstance(opened, ClaimOpened) and opened.field_order_id == ID
    assert (opened.claim, opened.order_reference) == (ClaimKind.FAILURE, "FO-1")
    assert (opened.equipment_id, opened.customer_id) == (MACHINE, CUSTOMER)
    assert (opened.station_id, opened.opened_by.person) == (STATION, ENZO.id)
    said = opened.report
    assert (said.serial_number, said.operating_hours) == ("SN-1", 812)
    assert (said.work_done, said.engineer_id) == ("pump resealed", ENZO.id)
    [part] = opened.amounts.parts
    assert (part.number, part.name, part.quantity) == ("P-77", "seal", 2)
    assert all(isinstance(paper, PaperAttached) for paper in papers)
    assert [(paper.paper, paper.sha256) for paper in papers] == [
        (PaperKind.SERVICE_REPORT, file_of("report")),
        (PaperKind.OTHER, file_of("before")),
        (PaperKind.OTHER, file_of("after")),
    ]
    [recorded] = office.claims()
    assert (recorded.envelope.channel, recorded.envelope.actor) == (Channel.REACTION, ITSELF.id)
    [cause] = office.log.select(types=["repairs.FieldWorkReported"], limit=9)
    assert recorded.envelope.causation_id == cause.envelope.event_id


@rule("CLM-1")
def test_the_report_of_a_repair_opens_a_claim(office: Office, reactions: Reactions) -> None:
    office.was_told(workshop_story("returned"))
    office.gives(repair_stories.file_report(parts=(), serial_number="SN-1"), ENZO)
    catch_up(reactions)
    [opened, paper] = office.claim(repair_id())
    assert (opened.repair_order_id, opened.claim) == (repair_id(), ClaimKind.SERVICE_FEE)
    assert (opened.order_reference, opened.equipment_id) == ("R-1", MACHINE)
    assert (paper.paper, paper.dated) == (PaperKind.PART_PHOTO, COMPLETED)


@rule("CLM-1")
@pytest.mark.parametrize(
    ("service", "kind"),
    [
        (FieldServiceKind.TECHNICAL_UPDATE, ClaimKind.TECHNICAL_UPDATE),
        (FieldServiceKind.MAINTENANCE, ClaimKind.SERVICE_FEE),
    ],
)
def test_the_kind_of_claim_is_what_was_done(
    office: Office, reactions: Reactions, service: FieldServiceKind, kind: ClaimKind
) -> None:
    office.was_told(field_story("repaired", service=service))
    office.gives(file_field_report(), ENZO)
    catch_up(reactions)
    assert office.claim(ID)[0].claim is kind


@rule("CLM-1")
@rule("FLD-5")
def test_a_machine_that_is_identified_after_the_report_opens_the_claim_then(
    office: Office, reactions: Reactions
) -> None:
    office.was_told(field_story("arrived").tell(leave(), ENZO))
    office.gives(file_field_report(), ENZO)
    catch_up(reactions)
    assert office.claims() == []
    office.gives(IDENTIFY, SUSI)
    catch_up(reactions)
    [opened, *_] = office.claim(ID)
    assert (opened.report.serial_number, opened.opened_by.person) == ("SN-1", ENZO.id)


@rule("CLM-1")
def test_a_report_that_is_returned_and_filed_again_leads_its_claim_along(
    office: Office, reactions: Reactions
) -> None:
    office.was_told(field_story("repaired"))
    office.gives(file_field_report(), ENZO)
    catch_up(reactions)
    returned = f.ReviewFieldReport(field_order_id=ID, accepted=False, findings=("which seal?",))
    office.gives(returned, SAM)
    office.gives(file_field_report(report=work_report(cause="shaft seal worn")), ENZO)
    catch_up(reactions)
    assert len(office.claims()) == 1
    last = office.claim(ID)[-1]
    assert isinstance(last, ClaimAmended) and last.report.cause == "shaft seal worn"


# ── not opened ──────────────────────────────────────────────────────────────


@rule("REG-4")
def test_work_out_of_warranty_opens_none(
    office: Office, reactions: Reactions, connections: Connections
) -> None:
    office.was_told(field_story("repaired"))
    late = work_report(failed_on=COMPLETED.replace(year=2024))  # before it was delivered
    office.gives(file_field_report(report=late), ENZO)
    catch_up(reactions)
    assert (office.claims(), refusals(connections)) == ([], [])


def test_a_history_from_another_system_opens_none(
    office: Office, reactions: Reactions, connections: Connections
) -> None:
    office.was_told(field_story("called back"))
    catch_up(reactions)
    assert (office.claims(), refusals(connections)) == ([], [])
    assert reactions.record.position() == office.log.last()


def unregistered() -> Story:
    """A phone under warranty by its papers, repaired at the counter."""
    steps = [
        (stage, [(by_papers(command), actor) for command, actor in told])
        for stage, told in at_counter()
        if stage not in ("quoted", "agreed", "paid")
    ]
    return told_upto(steps, "returned")


def by_papers(command: Command) -> Command:
    wanted = isinstance(command, rc.DetermineWarranty)
    return repair_stories.by_papers() if wanted else command


@rule("CLM-3")
def test_what_is_not_registered_waits_with_its_reason_until_it_is(
    office: Office, reactions: Reactions, connections: Connections
) -> None:
    office.was_told(unregistered())
    office.gives(rc.FileRepairReport(repair_order_id=repair_id(), report=service_report()), ENZO)
    catch_up(reactions)
    [(name, code, message)] = refusals(connections)
    assert (name, code) == ("claim a reported repair", "rule_broken")
    assert "Register it" in message
    assert reactions.again() == (0, 1), "it is still not registered"

    phone: RegisterEquipment = register_equipment(
        equipment_id=UUID(int=0xE9_0002),
        serial_number="356-1",
        model="T2",
        equipment=EquipmentKind.PHONE,
    )
    office.gives(phone, SUSI)
    assert reactions.again() == (1, 0)
    assert refusals(connections) == []
    [opened, *_] = office.claim(repair_id())
    assert (opened.claim, opened.equipment_id) == (ClaimKind.FAILURE, phone.equipment_id)


# ── once ────────────────────────────────────────────────────────────────────


@rule("CLM-1")
def test_seen_again_a_report_opens_nothing_more(
    office: Office, reactions: Reactions, database: Database
) -> None:
    office.was_told(field_story("repaired"))
    office.gives(file_field_report(), ENZO)
    reactions.react(office.log.after(reactions.record.position(), 500))  # and then it was killed
    catch_up(reactions)
    with psycopg.connect(database.conninfo(DatabaseRole.OWNER)) as owner:
        owner.execute("UPDATE reaction_checkpoint SET position = 0")
    before = office.log.last()
    catch_up(reactions)
    assert (len(office.claims()), office.log.last()) == (1, before)


@rule("CLM-1")
def test_of_many_that_react_at_once_one_opens_the_claim(
    office: Office,
    reactions: Reactions,
    connect: Callable[[], psycopg.Connection],
    connections: Connections,
    clock: Clock,
) -> None:
    office.was_told(field_story("repaired"))
    office.gives(file_field_report(), ENZO)
    page = office.log.after(reactions.record.position(), 500)
    others = [Reactions(office.log, REACTIONS, connect, clock) for _ in range(4)]
    threads = [Thread(target=each.react, args=[page]) for each in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(office.claims()) == 1
    assert [type(event) for event in office.claim(ID)].count(ClaimOpened) == 1
    assert {recorded.envelope.stream.kind for recorded in office.claims()} == {CLAIM}
