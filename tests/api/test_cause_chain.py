"""Contact, order, claim and credit note lead to each other, in both directions, by token (CON-3).

The report opens the claim and the note finds it by themselves; people do what lies between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.handling import handle
from application.instruction import Instruction
from application.recorded import Channel
from domain.claims import commands as c
from domain.messages import Actor, Command, Role
from processes.claiming import claim_id_of
from recourse.bootstrap import Program, adopt_policies, settle
from tests import repair_stories
from tests.api import asking, world
from tests.api.asking import Asking
from tests.clock import NOON, Clock
from tests.contact_stories import contact_id, log_contact
from tests.databases import Databases
from tests.field_stories import field_order_id, field_story, file_report
from tests.repair_stories import in_workshop, repair_id, told_upto
from tests.rules import rule
from tests.scenario import DORA, ENZO, FINN, HELEN, MAX, MIA, SAM, STAN
from tests.stories import PAPERS, amounts, attach, book, maker_number, note_id, report, setting

CALLS = (contact_id(1), contact_id(2))
CLAIMS = {1: claim_id_of(field_order_id()), 2: claim_id_of(repair_id())}
Told = tuple[Command, Actor]


def about(command: Any, claim: UUID) -> Any:
    return command.model_copy(update={"claim_id": claim})


def from_report_to_note(number: int) -> Iterable[Told]:
    """What people do about a claim that is open, and about the note that pays it."""
    claim = CLAIMS[number]
    yield from ((about(attach(paper, number), claim), STAN) for paper in PAPERS)
    said = {"claim_id": claim, "report": report(), "amounts": amounts()}
    yield c.AmendClaim(**said, reason="by their list"), MIA
    for judge in (MAX, SAM):
        yield c.JudgeClaim(claim_id=claim, claimable=True, reason="within terms"), judge
    yield c.ApproveClaim(claim_id=claim), DORA
    yield c.SubmitClaim(claim_id=claim, manufacturer_number=maker_number(number)), MIA
    yield c.RecordAcceptance(claim_id=claim), MIA
    yield book(number, names=(maker_number(number),)), FINN


def give(program: Program, told: Iterable[Told]) -> None:
    for command, actor in told:
        asked = Instruction(
            command=command, id=uuid4(), actor=actor, now=program.clock(), channel=Channel.GRAPHQL
        )
        handle(program.log, asked)
        settle(program)


@pytest.fixture(scope="module")
def office(databases: Databases, directory: Path) -> Iterator[Asking]:
    clock = Clock()
    with databases.new() as database, asking.program(database, directory, clock) as program:
        story = setting().tell(log_contact(1), HELEN).tell(log_contact(2), HELEN)
        field_story("repaired", story=story, contact_id=CALLS[0])
        told_upto(in_workshop(contact_id=CALLS[1]), "returned", story)
        world.fill(program.log, clock, story.happened)
        clock.now = max(NOON, clock.now)
        adopt_policies(program)
        give(program, [(file_report(), ENZO)])
        give(program, [(repair_stories.file_report(serial_number="SN-1", parts=()), ENZO)])
        for number in CLAIMS:
            give(program, from_report_to_note(number))
        with asking.following(program), asking.asking(program) as api:
            yield api


FORWARDS = """query ($id: UUID!) {
  contact(contactId: $id) {
    fieldOrders(first: 9) { edges { node { number <claims> } } }
    repairOrders(first: 9) { edges { node { number <claims> } } }
  }
}"""
OF_ORDER = """claims(first: 9) { edges { node { number status credited
  allocations(first: 9) { edges { node { amount creditNote { noteId number } } } } } } }"""
BACKWARDS = """query ($id: UUID!) {
  creditNote(noteId: $id) {
    allocations(first: 9) { edges { node { amount claim {
      number orderReference openedBy { person }
      fieldOrder { number contact { contactId reason } }
      repairOrder { number contact { contactId reason } }
    } } } }
  }
}"""


def nodes(connection: Any) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


@rule("CON-3")
@rule("CLM-1")
@pytest.mark.parametrize(
    ("number", "orders", "others", "named"),
    [(1, "fieldOrders", "repairOrders", "FO-1"), (2, "repairOrders", "fieldOrders", "R-1")],
)
def test_from_the_call_to_the_money(
    office: Asking, number: int, orders: str, others: str, named: str
) -> None:
    query = asking.worded(FORWARDS, claims=OF_ORDER)
    found = office.as_(Role.AUDITOR).ask(query, id=str(CALLS[number - 1]))["contact"]
    assert nodes(found[others]) == []
    [order] = nodes(found[orders])
    [claim] = nodes(order["claims"])
    assert (order["number"], claim["number"]) == (named, f"C-{named}")
    assert (claim["status"], claim["credited"]) == ("ACCEPTED", "1000.00")
    [allocation] = nodes(claim["allocations"])
    assert allocation["amount"] == "1000.00"
    assert allocation["creditNote"]["noteId"] == str(note_id(number))


@rule("CON-3")
@rule("CLM-1")
@pytest.mark.parametrize(
    ("number", "order", "other", "named"),
    [(1, "fieldOrder", "repairOrder", "FO-1"), (2, "repairOrder", "fieldOrder", "R-1")],
)
def test_from_the_money_to_the_call(
    office: Asking, number: int, order: str, other: str, named: str
) -> None:
    found = office.as_(Role.AUDITOR).ask(BACKWARDS, id=str(note_id(number)))["creditNote"]
    [allocation] = nodes(found["allocations"])
    claim = allocation["claim"]
    assert (claim["orderReference"], claim["openedBy"]["person"]) == (named, str(ENZO.id))
    call = {"contactId": str(CALLS[number - 1]), "reason": "the pump leaks"}
    assert claim[order] == {"number": named, "contact": call}
    assert claim[other] is None


def test_what_opened_the_claim_is_named_by_its_history(office: Asking) -> None:
    query = """query ($id: UUID!, $order: UUID!) {
      claim(claimId: $id) { history(first: 1) { edges { node { eventType channel causationId } } } }
      fieldOrder(fieldOrderId: $order) {
        history(types: [FieldWorkReported], first: 1) { edges { node { eventId } } }
      }
    }"""
    ids = {"id": str(CLAIMS[1]), "order": str(field_order_id())}
    found = office.as_(Role.AUDITOR).ask(query, **ids)
    [opened] = nodes(found["claim"]["history"])
    [reported] = nodes(found["fieldOrder"]["history"])
    assert (opened["eventType"], opened["channel"]) == ("claims.ClaimOpened", "REACTION")
    assert opened["causationId"] == reported["eventId"]


def test_another_dealer_sees_neither_order_nor_claim(office: Asking) -> None:
    dealer = office.as_(Role.DEALER, dealer=UUID(int=0xDE_0009))
    assert dealer.ask("{ claims(first: 9) { edges { node { number } } } }") == {
        "claims": {"edges": []}
    }
