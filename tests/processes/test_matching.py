"""A credit note that names a claim pays it as soon as it is booked, or its issuer is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import psycopg
import pytest

from application.files import FileStore
from application.handling import handle
from application.instruction import Instruction, Recording
from application.intake.booking import CreditNoteIntake, Outcome
from application.log import EventLog
from application.recorded import Channel
from domain.claims.commands import RecordAcceptance, RevokeAcceptance
from domain.claims.events import ClaimAccepted, ClaimCredited
from domain.credits.commands import AssignIssuer, ConfirmProposal
from domain.credits.events import (
    Agreement,
    CreditAllocated,
    CreditNoteBooked,
    IssuerAssigned,
    MatchedBy,
    MatchProposed,
)
from domain.credits.naming import MatchNotesNaming
from domain.messages import On
from processes.catalogue import REACTIONS
from processes.reactions import Reactions
from tests.clock import Clock
from tests.intake.papers import FINANCE, paper
from tests.processes.test_reactions import catch_up, connect
from tests.rules import rule
from tests.scenario import MIA, SYSTEM
from tests.stories import MAKER, MAKER_TAX_ID, claim_id, claim_story, maker_number, yuan

__all__ = ["connect"]

PAYING = {"EUR": "CNY", "WC-1": maker_number(), "DE100200300": MAKER_TAX_ID}
OF_A_STRANGER = PAYING | {"DE100200300": "DE999999999"}


@pytest.fixture
def office(log: EventLog, files: FileStore, clock: Clock) -> CreditNoteIntake:
    """Intake where the maker has accepted a claim for 119.00, exactly what the paper pays."""
    story = claim_story("accepted", total="119.00")
    events = [On(stream, event) for stream, told in story.histories.items() for event in told]
    asked = Instruction(
        command=AssignIssuer(note_id=UUID(int=1), manufacturer_id=MAKER),  # any: it is recorded
        id=UUID(int=0x5E7),
        actor=SYSTEM,
        now=clock(),
        channel=Channel.IMPORT,
    )
    histories = log.histories(set(story.histories))
    log.append(Recording(asked, SYSTEM.roles, {}), events, histories)
    return CreditNoteIntake(log, files, FINANCE, clock)


@pytest.fixture
def reactions(
    log: EventLog, connect: Callable[[], psycopg.Connection], clock: Clock
) -> Iterator[Reactions]:
    reactions = Reactions(log, REACTIONS, connect, clock)
    yield reactions
    reactions.record.close()


def happened(log: EventLog, id: UUID) -> list[type]:
    return [type(recorded.event) for recorded in log.history(id)]


def test_a_note_pays_the_claim_it_names_in_full(
    office: CreditNoteIntake, reactions: Reactions, log: EventLog
) -> None:
    report = office.take("note.xml", paper(**PAYING))
    assert report.outcome is Outcome.BOOKED and report.note_id
    catch_up(reactions)
    booked, allocated = log.history(report.note_id)
    assert isinstance(allocated.event, CreditAllocated)
    assert allocated.event.matched_by is MatchedBy.REFERENCE
    assert (allocated.event.claim_id, allocated.event.amount) == (claim_id(), yuan("119.00"))
    assert allocated.envelope.channel is Channel.REACTION
    assert allocated.envelope.causation_id == booked.envelope.event_id
    assert allocated.envelope.correlation_id == booked.envelope.correlation_id

    credited = next(r for r in log.history(claim_id()) if isinstance(r.event, ClaimCredited))
    assert credited.envelope.command_id == allocated.envelope.command_id


UNNAMED = PAYING | {"WC-1": "nothing of ours", "2026-03-02": "2026-03-07"}


def looked_at(log: EventLog, clock: Clock) -> None:
    """Reactions leave alone what was imported, as the claim was; so somebody asks."""
    look = Instruction(
        command=MatchNotesNaming(claim_id=claim_id()),
        id=UUID(int=0x100C),
        actor=FINANCE,
        now=clock(),
        channel=Channel.GRAPHQL,
    )
    handle(log, look)


@rule("CRN-3")
def test_a_note_without_a_number_is_proposed_and_matched_once_a_person_confirms_it(
    office: CreditNoteIntake, reactions: Reactions, log: EventLog, clock: Clock
) -> None:
    looked_at(log, clock)
    report = office.take("note.xml", paper(**UNNAMED))
    assert report.note_id
    catch_up(reactions)
    assert happened(log, report.note_id) == [CreditNoteBooked, MatchProposed]
    assert ClaimCredited not in happened(log, claim_id())
    [_, proposed] = log.history(report.note_id)
    assert isinstance(proposed.event, MatchProposed)
    assert [c.agrees for c in proposed.event.candidates] == [(Agreement.AMOUNT, Agreement.DATE)]

    confirm = Instruction(
        command=ConfirmProposal(note_id=report.note_id, claim_id=claim_id()),
        id=UUID(int=0xC0F),
        actor=FINANCE,
        now=clock(),
        channel=Channel.GRAPHQL,
    )
    handle(log, confirm)
    catch_up(reactions)
    assert happened(log, report.note_id)[2:] == [CreditAllocated]
    assert happened(log, claim_id())[-1] is ClaimCredited


@rule("CRN-13")
def test_a_claim_whose_acceptance_is_revoked_is_proposed_no_more(
    office: CreditNoteIntake, reactions: Reactions, log: EventLog, clock: Clock
) -> None:
    looked_at(log, clock)
    report = office.take("note.xml", paper(**UNNAMED))
    assert report.note_id
    catch_up(reactions)
    revoke = Instruction(
        command=RevokeAcceptance(claim_id=claim_id(), reason="misread"),
        id=UUID(int=0xC10),
        actor=MIA,
        now=clock(),
        channel=Channel.GRAPHQL,
    )
    handle(log, revoke)
    catch_up(reactions)
    [*_, last] = log.history(report.note_id)
    assert last.event == MatchProposed(candidates=())


def test_a_note_that_pays_another_amount_waits_for_a_person(
    office: CreditNoteIntake, reactions: Reactions, log: EventLog
) -> None:
    sums = {"119.00": "118.00", "19.00": "18.84", "100.00": "99.16"}
    second_line = {"40.00": "39.16", ">20<": ">19.58<"}
    less = paper(**PAYING, **sums, **second_line)
    report = office.take("note.xml", less)
    assert report.outcome is Outcome.BOOKED and report.note_id
    catch_up(reactions)
    assert happened(log, report.note_id) == [CreditNoteBooked, MatchProposed]
    assert happened(log, claim_id())[-1] is ClaimAccepted


def test_a_note_of_an_unknown_issuer_is_matched_once_the_issuer_is_assigned(
    office: CreditNoteIntake, reactions: Reactions, log: EventLog, clock: Clock
) -> None:
    report = office.take("note.xml", paper(**OF_A_STRANGER))
    assert report.note_id
    catch_up(reactions)
    assert happened(log, report.note_id) == [CreditNoteBooked]

    assign = Instruction(
        command=AssignIssuer(note_id=report.note_id, manufacturer_id=MAKER),
        id=UUID(int=0xA5),
        actor=FINANCE,
        now=clock(),
        channel=Channel.GRAPHQL,
    )
    handle(log, assign)
    catch_up(reactions)
    assert happened(log, report.note_id) == [CreditNoteBooked, IssuerAssigned, CreditAllocated]
    assert ClaimCredited in happened(log, claim_id())


def test_two_notes_for_one_claim_pay_it_once(
    office: CreditNoteIntake, reactions: Reactions, log: EventLog
) -> None:
    for number in ("CN-1", "CN-2"):
        office.take(f"{number}.xml", paper(number, **PAYING))
    catch_up(reactions)
    assert happened(log, claim_id()).count(ClaimCredited) == 1


@rule("CRN-13")
def test_a_note_that_came_before_its_claim_is_matched_when_that_is_accepted(
    office: CreditNoteIntake, reactions: Reactions, log: EventLog, clock: Clock
) -> None:
    revoke = RevokeAcceptance(claim_id=claim_id(), reason="misread")
    accept = RecordAcceptance(claim_id=claim_id())
    for number, command in enumerate((revoke, accept)):
        if command is accept:
            report = office.take("note.xml", paper(**PAYING))
            catch_up(reactions)
            assert report.note_id and CreditAllocated not in happened(log, report.note_id)
        told = Instruction(
            command=command,
            id=UUID(int=0xACC + number),
            actor=MIA,
            now=clock(),
            channel=Channel.GRAPHQL,
        )
        handle(log, told)
    catch_up(reactions)
    assert happened(log, report.note_id)[-1] is CreditAllocated
    assert happened(log, claim_id())[-1] is ClaimCredited
