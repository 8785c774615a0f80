"""A view is a pure fold, so it is tested as one: given events, then rows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.claims import commands as c
from domain.claims import part_order as po
from domain.claims.commercial.commands import (
    ApplyForCommercialClaim,
    DeclineCommercialClaim,
    RevokeCommercialSignature,
)
from domain.claims.commercial.state import CommercialClaim as CommercialState
from domain.claims.state import Claim as ClaimState
from domain.claims.state import Status
from domain.credits.commands import AssignIssuer, BookCreditNoteByHand, UndoMatch
from domain.credits.refused_file import stream_of
from domain.credits.state import CreditNote as NoteState
from domain.messages import Role
from domain.policies import Policy, PublishPolicy
from domain.policy_content import Tolerance
from domain.registry import customer, person, registration
from domain.registry.dealer_contact import DealerDatum
from domain.registry.out_of_use import RecordOutOfUse
from domain.registry.registration import FiledDocument, Owner, OwnerKind
from domain.vocabulary import (
    ContactCategory,
    EngineerLevel,
    HolidayRule,
    Interruption,
    PaperKind,
    Part,
    RegistrationDocument,
)
from domain.warranty import OutOfUse
from projections.catalogue import VIEWS
from projections.folding import Folding
from projections.reference import Reference
from projections.view import Row
from projections.views.credit_notes import CreditNoteStatus
from projections.views.dealers import DealerStage
from tests.clock import NOON
from tests.contact_stories import contact_story
from tests.projections.random_stories import CLAIMS, GOODWILL, NOTES, ORDERS, random_story
from tests.rules import rule
from tests.scenario import ADAM, DORA, FINN, GINA, MAX, MIA, SAM, STAN, SYSTEM, Story, state_of
from tests.stories import (
    CUSTOMER,
    DEALER,
    MACHINE,
    MAKER,
    OTHER_DEALER,
    OTHER_MAKER,
    STATION,
    STRANGE_ISSUER,
    TODAY,
    book,
    claim_id,
    claim_story,
    commercial_id,
    dealer_story,
    document,
    file_of,
    goodwill_story,
    maker_number,
    match,
    note_id,
    paid_claim,
    part_order_id,
    part_order_story,
    partly_paid_claim,
    refuse,
    register_equipment,
    register_person,
    rejected_claim,
    setting,
    settle_fee,
    transfer,
    transfer_id,
    transfer_story,
    work_story,
    yuan,
)

NOTHING = Reference()  # is published


def folding(view: str, story: Story, known: Reference = NOTHING) -> Folding[Any, Any]:
    """All that happened, in one view."""
    folding: Folding[Any, Any] = Folding(VIEWS[view])
    for recorded in story.recorded():
        for key in VIEWS[view].touched_by(recorded):
            folding.take([(recorded, key, known, None)])
    assert folding.faults == []
    return folding


def row(view: str, key: object, story: Story, known: Reference = NOTHING) -> Any:
    found: Row = folding(view, story, known).rows[key].row
    return found


def assert_shows(row: Row, **expected: object) -> None:
    assert {name: getattr(row, name) for name in expected} == expected


# ── claims ──────────────────────────────────────────────────────────────────


def test_an_opened_claim_shows_what_is_claimed_and_until_when() -> None:
    story = claim_story("opened")
    assert_shows(
        row("claims", claim_id(), story),
        status=Status.OPENED,
        number="C-1",
        manufacturer_number=None,
        manufacturer_id=MAKER,
        station_id=STATION,
        dealer_id=DEALER,
        customer_id=CUSTOMER,
        serial_number="SN-1",
        currency="CNY",
        claimed=Decimal("1000.00"),
        unanswered=Decimal("1000.00"),
        open=Decimal(0),
        late=False,
        papers=(),
    )


def test_papers_findings_and_signatures_are_listed() -> None:
    claim = row("claims", claim_id(), claim_story("approved"))
    assert len(claim.papers) == 5 and claim.papers[0].attached_by.person == STAN.id
    assert claim.findings and all(finding.passed for finding in claim.findings)
    assert [signature.person for signature in claim.signatures] == [DORA.id]
    assert_shows(claim, status=Status.APPROVED, judgement="within terms")


def test_a_revoked_signature_is_gone() -> None:
    story = claim_story("claimable", total="25000.00")
    story.tell(c.ApproveClaim(claim_id=claim_id()), DORA)
    assert len(row("claims", claim_id(), story).signatures) == 1
    story.tell(c.RevokeSignature(claim_id=claim_id(), reason="unsure"), DORA)
    assert_shows(row("claims", claim_id(), story), status=Status.CLAIMABLE, signatures=())


def test_a_claim_that_is_not_claimable_shows_why() -> None:
    story = claim_story("with papers")
    worn = c.JudgeClaim(claim_id=claim_id(), claimable=False, reason="worn out")
    story.tell(worn, MAX)
    [opinion] = row("claims", claim_id(), story).opinions
    assert (opinion.seat, opinion.claimable) == (Role.CLAIMS_MANAGER, False)
    story.tell(worn, SAM)
    assert_shows(
        row("claims", claim_id(), story), status=Status.NOT_CLAIMABLE, judgement="worn out"
    )


def test_an_amended_claim_is_judged_anew() -> None:
    story = rejected_claim()
    amended = c.AmendClaim(
        claim_id=claim_id(),
        report=row("claims", claim_id(), story).report,
        amounts=row("claims", claim_id(), claim_story("opened", total="700.00")).amounts,
        reason="misread",
    )
    story.tell(amended, STAN)
    claim = row("claims", claim_id(), story)
    assert_shows(claim, status=Status.OPENED, claimed=Decimal("700.00"), findings=(), signatures=())
    assert_shows(claim, reasons=(), refused=Decimal(0), unanswered=Decimal("700.00"))


@rule("CLM-3")
def test_a_claim_shows_whose_it_is_after_a_correction() -> None:
    story = claim_story("with papers").tell(c.VetClaim(claim_id=claim_id()), MIA)
    other = claim_id(70)
    correct = c.CorrectClaimSubject(
        claim_id=claim_id(), manufacturer_id=OTHER_MAKER, equipment_id=other, reason="misread"
    )
    claim = row("claims", claim_id(), story.tell(correct, STAN))
    assert_shows(
        claim, manufacturer_id=OTHER_MAKER, equipment_id=other, dealer_id=None, customer_id=None
    )
    assert_shows(claim, status=Status.OPENED, findings=(), claimed=Decimal("1000.00"))


def test_submissions_are_numbered() -> None:
    story = rejected_claim()
    assert_shows(
        row("claims", claim_id(), story),
        status=Status.REJECTED,
        reasons=("no_defect",),
        explanation="seal found sound",
        refused=Decimal("1000.00"),
        unanswered=Decimal(0),
    )
    again = c.ResubmitClaim(
        claim_id=claim_id(), different="photo added", manufacturer_number="W-NEW"
    )
    story.tell(again, MIA)
    claim = row("claims", claim_id(), story)
    assert [(s.number, s.different) for s in claim.submissions] == [(1, None), (2, "photo added")]
    assert_shows(claim, status=Status.SUBMITTED, manufacturer_number="W-NEW")


def test_what_was_paid_and_what_is_open() -> None:
    assert_shows(
        row("claims", claim_id(), paid_claim()),
        status=Status.CLOSED,
        closed_from=Status.ACCEPTED,
        credited=Decimal("1000.00"),
        open=Decimal(0),
        refused=Decimal(0),
    )
    assert_shows(
        row("claims", claim_id(), partly_paid_claim()),
        status=Status.ACCEPTED,
        accepted=Decimal("800.00"),
        credited=Decimal("500.00"),
        open=Decimal("300.00"),
        refused=Decimal("200.00"),
        reasons=("labour_hours",),
    )


def test_a_closed_claim_reopened_is_what_it_was() -> None:
    story = paid_claim().tell(c.ReopenClaim(claim_id=claim_id(), reason="late credit"), MAX)
    assert_shows(
        row("claims", claim_id(), story), status=Status.ACCEPTED, closed_at=None, closed_from=None
    )


def test_a_revoked_acceptance_leaves_the_claim_unanswered() -> None:
    story = claim_story("accepted", accepted="800.00")
    story.tell(c.RevokeAcceptance(claim_id=claim_id(), reason="misread"), MIA)
    claim = row("claims", claim_id(), story)
    assert_shows(claim, status=Status.SUBMITTED, accepted=Decimal(0), reasons=())
    assert_shows(claim, unanswered=Decimal("1000.00"), refused=Decimal(0))


def write_off(amount: str) -> c.RequestWriteOff:
    return c.RequestWriteOff(claim_id=claim_id(), amount=yuan(amount), reason="small rest")


def signed_by_all(story: Story) -> Story:
    """Whoever the chain names signs."""
    while waiting := row("claims", claim_id(), story).write_off:
        due = waiting.signed_by[len(waiting.signatures)]
        signer = next(actor for actor in (MAX, DORA, FINN, GINA) if due in actor.roles)
        story.tell(c.ApproveWriteOff(claim_id=claim_id()), signer)
    return story


def test_a_write_off_waits_for_its_signatures_and_is_then_given_up() -> None:
    story = partly_paid_claim().tell(write_off("300.00"), MIA)
    waiting = row("claims", claim_id(), story).write_off
    assert (waiting.amount, waiting.reason, waiting.signatures) == (
        Decimal("300.00"),
        "small rest",
        (),
    )
    claim = row("claims", claim_id(), signed_by_all(story))
    assert_shows(claim, write_off=None, written_off=Decimal("300.00"), open=Decimal("0.00"))
    assert [done.after_rejection for done in claim.write_offs] == [False]


def test_a_rejected_claim_written_off_is_abandoned() -> None:
    story = signed_by_all(rejected_claim().tell(write_off("1000.00"), MIA))
    claim = row("claims", claim_id(), story)
    assert_shows(
        claim, status=Status.ABANDONED, abandoned=Decimal("1000.00"), refused=Decimal("0.00")
    )


def test_a_declined_write_off_is_gone() -> None:
    story = partly_paid_claim().tell(write_off("300.00"), MIA)
    story.tell(c.DeclineWriteOff(claim_id=claim_id(), reason="ask again"), MAX)
    assert_shows(row("claims", claim_id(), story), write_off=None, open=Decimal("300.00"))


# ── credit notes and their allocations ──────────────────────────────────────


def test_a_booked_note_shows_its_paper() -> None:
    story = setting().tell(book(1, payable="500.00"), FINN)
    note = row("credit_notes", note_id(), story)
    assert_shows(
        note,
        number="CN-1",
        status=CreditNoteStatus.UNAPPLIED,
        manufacturer_id=MAKER,
        unassigned=False,
        payable=Decimal("500.00"),
        unapplied=Decimal("500.00"),
        currency="CNY",
    )
    assert [reference.id for reference in note.references] == [maker_number(1)]
    assert [line.net for line in note.lines] == [Decimal("500.00")]


def test_a_refused_file_is_listed_until_it_is_booked_as_it_came() -> None:
    story = setting().tell(refuse(1), FINN)
    file_id = stream_of(file_of("note 1")).id
    listed = row("refused_files", file_id, story)
    assert_shows(listed, name="note-1.xml", sha256=file_of("note 1"), size=12, settled=False)
    story.tell(refuse(1, "No date.", "No line."), FINN)
    assert_shows(row("refused_files", file_id, story), reasons=("No date.", "No line."))
    story.tell(book(1), FINN)
    assert_shows(row("refused_files", file_id, story), settled=True, note_id=note_id())


def test_a_note_booked_by_hand_has_no_file() -> None:
    by_hand = BookCreditNoteByHand(note_id=note_id(), document=document())
    story = setting().tell(by_hand, FINN)
    assert_shows(row("credit_notes", note_id(), story), number="CN-1", source=None)


def test_a_note_of_an_unknown_issuer_waits_to_be_assigned() -> None:
    story = setting().tell(book(1, supplier=STRANGE_ISSUER), FINN)
    assert_shows(
        row("credit_notes", note_id(), story),
        status=CreditNoteStatus.UNASSIGNED,
        manufacturer_id=None,
        unassigned=True,
        issuer_name="Nobody Known Ltd",
    )
    story.tell(AssignIssuer(note_id=note_id(), manufacturer_id=MAKER), FINN)
    assert_shows(
        row("credit_notes", note_id(), story),
        status=CreditNoteStatus.UNAPPLIED,
        manufacturer_id=MAKER,
        unassigned=False,
    )


def test_money_on_a_claim_is_seen_from_both_and_taken_back_from_both() -> None:
    story = partly_paid_claim()
    [made] = folding("allocations", story).rows
    assert_shows(
        row("allocations", made, story),
        note_id=note_id(),
        claim_id=claim_id(),
        amount=Decimal("500.00"),
        reason="part_payment",
        reversed=False,
    )
    assert_shows(row("credit_notes", note_id(), story), status=CreditNoteStatus.APPLIED)
    story.tell(UndoMatch(note_id=note_id(), reason="error"), FINN)
    assert_shows(row("allocations", made, story), reversed=True, reversed_because="error")
    note = row("credit_notes", note_id(), story)
    assert_shows(note, status=CreditNoteStatus.UNAPPLIED, applied=Decimal(0), allocations_made=())
    assert_shows(row("claims", claim_id(), story), credited=Decimal("0.00"), open=Decimal("800.00"))


def test_part_of_a_note_applied() -> None:
    story = claim_story("accepted").tell(book(1, payable="1200.00", names=()), FINN)
    story.tell(match(1, (1, "1000.00")), FINN)
    assert_shows(
        row("credit_notes", note_id(), story),
        status=CreditNoteStatus.PARTLY_APPLIED,
        applied=Decimal("1000.00"),
        unapplied=Decimal("200.00"),
    )


# ── the registry and policies ───────────────────────────────────────────────


@rule("REG-7")
@rule("REG-5")
def test_equipment_shows_how_long_it_was_out_of_use_and_until_when_it_is_covered_now() -> None:
    since, until = date(2025, 9, 1), date(2025, 9, 8)
    kept = OutOfUse(because=Interruption.IN_REPAIR, since=since, until=until)
    record = RecordOutOfUse(
        equipment_id=MACHINE, order_id=claim_id(), repaired=True, out_of_use=(kept,)
    )
    story = setting().tell(record, SYSTEM)
    known = Reference(
        {
            stream.id: state_of(stream, events)
            for stream, events in story.histories.items()
            if stream.kind == Policy.kind
        }
    )
    machine = row("equipment", MACHINE, story, known)
    [order] = machine.orders
    assert (order.order_id, order.repaired, order.out_of_use) == (claim_id(), True, (kept,))
    [main] = [each for each in machine.terms if each.part is Part.MAIN_UNIT]
    assert (main.rule, main.term.days_added, main.term.holiday_rule) == (
        "REG-5",
        7,
        HolidayRule.STATUTORY,
    )
    assert (main.term.nominal_end, main.term.ends_on) == (date(2026, 6, 1), date(2026, 6, 8))
    assert row("equipment", MACHINE, story).terms == (), "without a calendar nobody can say"


def test_a_transfer_shows_the_fee_that_is_owed_and_whose_the_equipment_is_now() -> None:
    story = transfer_story("transferred")
    moved = row("transfers", transfer_id(), story)
    assert_shows(moved, from_dealer_id=DEALER, to_dealer_id=OTHER_DEALER, fee=Decimal("5000.00"))
    assert_shows(moved, fee_owed=True, currency="CNY", equipment_id=MACHINE, settled_at=None)
    assert_shows(row("equipment", MACHINE, story), dealer_id=OTHER_DEALER, customer_id=CUSTOMER)
    paid = row("transfers", transfer_id(), story.tell(settle_fee(), FINN))
    assert_shows(paid, fee_owed=False, fee=Decimal("5000.00"), reference="B-17")
    assert paid.settled_at


@rule("REG-1")
def test_a_dealer_shows_what_is_due_and_what_its_record_lacks() -> None:
    story = dealer_story("handed over")
    new = row("dealers", DEALER, story)
    assert_shows(
        new, stage=DealerStage.HANDED_OVER, to_be_called=True, called_late=None, complete=False
    )
    assert_shows(new, missing=(DealerDatum.EMAIL, DealerDatum.BIRTHDAY), contact="Zhou Ping")
    assert_shows(new, survey_due_on=date(2026, 6, 30))
    assert new.call_due_at and new.call_due_at > NOON
    called = row("dealers", DEALER, dealer_story("called"))
    assert_shows(
        called, stage=DealerStage.CALLED, to_be_called=False, called_late=False, missing=()
    )
    assert_shows(called, email="zhou@example.com", birthday="1980-02-29", complete=True)
    surveyed = row("dealers", DEALER, dealer_story("surveyed"))
    assert_shows(surveyed, stage=DealerStage.RETURNED, surveyed_on=TODAY, satisfaction=4)
    assert_shows(surveyed, survey_due_on=date(2026, 6, 30), surveys_missed=())
    assert [survey.quarter for survey in surveyed.surveys] == [date(2026, 1, 1)]


@rule("REG-7")
def test_stock_shows_its_new_dealer_as_its_owner() -> None:
    stock = register_equipment(owner=Owner(kind=OwnerKind.DEALER, id=DEALER))
    machine = row("equipment", MACHINE, setting(stock).tell(transfer(), MAX))
    assert_shows(machine, dealer_id=OTHER_DEALER)
    assert machine.owner == Owner(kind=OwnerKind.DEALER, id=OTHER_DEALER)


def test_equipment_shows_owner_warranty_and_missing_documents() -> None:
    kept = tuple(
        FiledDocument(document=d, sha256=file_of(d))
        for d in RegistrationDocument
        if d != RegistrationDocument.RECEIPT
    )
    story = setting()
    other = register_equipment(equipment_id=UUID(int=5), serial_number="SN-5", documents=kept)
    story.tell(other, STAN)
    machine = row("equipment", UUID(int=5), story)
    assert_shows(
        machine,
        customer_id=CUSTOMER,
        dealer_id=None,
        missing=(RegistrationDocument.RECEIPT,),
        complete=False,
    )
    assert machine.coverage
    filed = FiledDocument(document=RegistrationDocument.RECEIPT, sha256=file_of("late"))
    story.tell(registration.FileRegistrationDocument(equipment_id=UUID(int=5), filed=filed), STAN)
    assert_shows(row("equipment", UUID(int=5), story), missing=(), complete=True)


def test_equipment_on_hold_is_released_by_the_answer() -> None:
    late = register_equipment(
        equipment_id=UUID(int=5), serial_number="SN-5", factory_date=NOON.date()
    )
    story = setting().tell(late, STAN)
    held = row("equipment", UUID(int=5), story)
    assert held.on_hold and "Which dates are right?" in held.query
    delivered = held.delivered_on
    answer = registration.AnswerRegistrationQuery(
        equipment_id=UUID(int=5),
        factory_date=delivered - timedelta(days=9),
        delivered_on=delivered,
        answer="a slip",
    )
    story.tell(answer, STAN)
    assert_shows(row("equipment", UUID(int=5), story), on_hold=False, answer="a slip")


def test_an_erased_customer_says_so() -> None:
    story = setting()
    hold = customer.PlaceLegalHold(customer_id=CUSTOMER, ground="dispute")
    assert row("customers", CUSTOMER, story.tell(hold, ADAM)).on_hold
    story.tell(customer.LiftLegalHold(customer_id=CUSTOMER, ground="settled"), ADAM)
    story.tell(customer.EraseCustomer(customer_id=CUSTOMER, legal_basis="GDPR 17"), ADAM)
    assert_shows(row("customers", CUSTOMER, story), on_hold=False, erased=True)


def test_roles_come_in_one_order_and_delegations_end() -> None:
    story = setting()
    held = frozenset({Role.FINANCE, Role.CLAIMS_MANAGER, Role.ENGINEER})
    story.tell(person.AssignRoles(person_id=MAX.id, held=held), ADAM)
    max_ = row("people", MAX.id, story)
    assert max_.roles == tuple(role for role in Role if role in held)
    given = person.DelegateRole(
        person_id=MAX.id,
        role=Role.FINANCE,
        to=MIA.id,
        since=NOON,
        until=NOON + timedelta(days=3),
    )
    story.tell(given, MAX)
    assert [d.to for d in row("people", MAX.id, story).delegations] == [MIA.id]
    story.tell(person.RevokeDelegation(person_id=MAX.id, role=Role.FINANCE, to=MIA.id), MAX)
    assert_shows(row("people", MAX.id, story), delegations=())


def test_roles_levels_and_stations_are_shown_over_time() -> None:
    story = setting().tell(person.MovePerson(person_id=MAX.id, station_id=STATION), ADAM)
    certify = person.CertifyEngineer(person_id=MAX.id, level=EngineerLevel.TCL3)
    story.tell(certify, DORA).tell(person.WithdrawLevel(person_id=MAX.id, reason="ran out"), DORA)
    held = row("people", MAX.id, story).assignments
    assert [(a.station_id, a.level) for a in held] == [
        (None, None),
        (STATION, None),
        (STATION, EngineerLevel.TCL3),
        (STATION, None),
    ]
    assert [a.until for a in held] == [*(a.since for a in held[1:]), None]
    story.tell(person.RecordDeparture(person_id=MAX.id, reason="retired"), ADAM)
    gone = row("people", MAX.id, story)
    assert_shows(gone, left=True, roles=(), station_id=None)
    assert gone.assignments[-1].until == gone.left_at
    back = row("people", MAX.id, story.tell(register_person(MAX, "Max"), ADAM))
    assert_shows(back, left=False, left_at=None)
    assert len(back.assignments) == len(held) + 1


def test_a_policy_keeps_its_versions() -> None:
    story = setting()
    for amount in ("5", "7"):
        content = Tolerance(amount=yuan(amount), percent=Decimal(1))
        story.tell(PublishPolicy(content=content), ADAM)
    policy = row("policies", "tolerance", story)
    assert [v.version for v in policy.versions] == [2, 3]  # the first is shipped, told elsewhere
    assert '"amount":"7"' in policy.versions[-1].content
    assert policy.latest_version == 3


def test_stations_and_manufacturers_are_listed() -> None:
    story = setting()
    assert row("stations", STATION, story).name == "Harbour"
    assert row("manufacturers", MAKER, story).name == "Earthmover Works"
    assert row("equipment", MACHINE, story).manufacturer_id == MAKER


# ── what claims ask of the manufacturer, and of ourselves ───────────────────


def test_what_a_manufacturer_asked_and_was_told_is_listed() -> None:
    story = claim_story("submitted")
    story.tell(c.RecordInformationAsked(claim_id=claim_id(), question="which seal?"), MIA)
    assert_shows(row("claims", claim_id(), story), status=Status.INFORMATION_ASKED)
    story.tell(c.GiveInformation(claim_id=claim_id(), answer="the inner one"), MIA)
    claim = row("claims", claim_id(), story)
    assert [(q.asked, q.told) for q in claim.questions] == [("which seal?", "the inner one")]
    assert claim.status == Status.SUBMITTED


def test_a_claim_that_cannot_be_resubmitted_says_why_until_it_is_amended() -> None:
    story = rejected_claim()
    story.tell(c.RuleOutResubmission(claim_id=claim_id(), reason="scrapped"), MIA)
    assert_shows(row("claims", claim_id(), story), ruled_out=True, ruled_out_because="scrapped")
    amend = c.AmendClaim(
        claim_id=claim_id(),
        report=row("claims", claim_id(), story).report,
        amounts=row("claims", claim_id(), story).amounts,
        reason="fewer hours",
    )
    assert_shows(row("claims", claim_id(), story.tell(amend, STAN)), ruled_out=False)


@rule("CLM-2")
def test_papers_are_filed_under_model_serial_and_claim_number() -> None:
    story = rejected_claim()
    assert_shows(row("claims", claim_id(), story), filed_under="EX-200-SN-1-C-1")
    before = row("claims", claim_id(), story)
    corrected = before.report.model_copy(update={"model": "EX-300"})
    amend = c.AmendClaim(
        claim_id=claim_id(), report=corrected, amounts=before.amounts, reason="misread"
    )
    assert_shows(row("claims", claim_id(), story.tell(amend, STAN)), filed_under="EX-300-SN-1-C-1")


@rule("CLM-9")
def test_a_withdrawn_claim_shows_what_is_owed_for_it() -> None:
    story = claim_story("accepted").tell(
        c.WithdrawClaim(
            claim_id=claim_id(),
            false_papers=(PaperKind.DIAGNOSTICS,),
            explanation="of another machine",
        ),
        MAX,
    )
    claim = row("claims", claim_id(), story)
    assert_shows(claim, status=Status.WITHDRAWN, withdrawn=Decimal("1000.00"), open=Decimal(0))
    assert_shows(claim, liability_due=True)
    assert_shows(row("claims", claim_id(2), claim_story("accepted", 2)), liability_due=False)
    assert claim.withdrawal and claim.withdrawal.liability == yuan("500.00")


def test_a_commercial_claim_shows_each_step() -> None:
    claim = row("commercial_claims", commercial_id(), goodwill_story("amount fixed"))
    assert_shows(claim, amount=Decimal("8000.00"), currency="CNY", filed_on=None, work_done=None)
    assert [s.under for s in claim.signatures] == ["not_claimable"] * 2 + ["applied_for"] * 2
    claim = row("commercial_claims", commercial_id(), goodwill_story())
    assert_shows(claim, stage="called_back", filed_on=TODAY, order_number="PO-1", satisfied=True)
    assert [part.number for part in claim.parts] == ["P-90"] and len(claim.signatures) == 8


def test_a_signature_taken_back_is_no_longer_shown_under_a_commercial_claim() -> None:
    id = commercial_id()
    story = goodwill_story("approved")
    story.tell(RevokeCommercialSignature(commercial_claim_id=id, reason="unsure"), GINA)
    claim = row("commercial_claims", id, story)
    assert claim.stage == "amount_fixed" and len(claim.signatures) == 7
    declined = DeclineCommercialClaim(commercial_claim_id=id, reason="not this year")
    claim = row("commercial_claims", id, story.tell(declined, GINA))
    assert_shows(claim, stage="declined", declined_because="not this year")
    story = goodwill_story("not claimable")
    apply = ApplyForCommercialClaim(commercial_claim_id=id, reason="a good customer")
    story.tell(apply, SAM)
    story.tell(RevokeCommercialSignature(commercial_claim_id=id, reason="unsure"), SAM)
    assert_shows(row("commercial_claims", id, story), applied_for=(), signatures=())


def test_parts_show_who_signed_and_which_claim_they_are_of() -> None:
    order = row("part_orders", part_order_id(), work_story(claim_story("opened")))
    assert_shows(order, stage="placed", total=Decimal("900.00"), claim_id=claim_id(), matched=True)
    assert [s.person for s in order.signatures] == [DORA.id, FINN.id]
    story = part_order_story("approved")
    story.tell(po.RevokePartOrderSignature(part_order_id=part_order_id(), reason="too many"), FINN)
    order = row("part_orders", part_order_id(), story)
    assert order.stage == "requested" and len(order.signatures) == 1
    story.tell(po.DeclinePartOrder(part_order_id=part_order_id(), reason="in stock"), FINN)
    assert_shows(row("part_orders", part_order_id(), story), declined_because="in stock")


def test_a_review_done_twice_is_one_row_with_both_findings() -> None:
    story = work_story(claim_story("opened"))
    [routine] = [version.row for version in folding("routines", story).rows.values()]
    assert_shows(routine, kind="open_claims_review", first_day=TODAY, times=2, late=False)
    assert routine.findings == ("C-1 waits for its papers",) * 2


# ── what holds for all histories ────────────────────────────────────────────


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_every_cent_is_explained_and_views_agree_with_decisions(seed: int) -> None:
    story = random_story(Random(seed), 120)
    claims, notes = folding("claims", story).rows, folding("credit_notes", story).rows
    for number in range(1, CLAIMS + 1):
        if state := story.state(ClaimState, claim_id(number)):
            agrees(claims[claim_id(number)].row, state)
    for number in range(1, NOTES + 1):
        if note := story.state(NoteState, note_id(number)):
            shown = notes[note_id(number)].row
            assert_shows(shown, applied=note.applied.amount, unapplied=note.unapplied.amount)
    standing = [v.row for v in folding("allocations", story).rows.values() if not v.row.reversed]
    from_allocations = sum(each.amount for each in standing)
    assert from_allocations == sum(v.row.applied for v in notes.values())
    assert from_allocations == sum(v.row.credited for v in claims.values())


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_goodwill_and_orders_are_shown_as_decisions_remember_them(seed: int) -> None:
    story = random_story(Random(seed), 120)
    for number in GOODWILL:
        if goodwill := story.state(CommercialState, commercial_id(number)):
            granted = row("commercial_claims", commercial_id(number), story)
            assert_shows(granted, stage=goodwill.stage, filed_on=goodwill.filed_on)
            assert granted.amount == (goodwill.amount and goodwill.amount.amount)
    for number in ORDERS:
        if order := story.state(po.PartOrder, part_order_id(number)):
            wanted = row("part_orders", part_order_id(number), story)
            assert_shows(
                wanted, stage=order.stage, claim_id=order.claim_id, total=order.total.amount
            )
            assert len(wanted.signatures) == len(order.chain.signatures)


def agrees(claim: Any, state: ClaimState) -> None:
    assert_shows(
        claim,
        status=state.status,
        claimed=state.total.amount,
        accepted=state.accepted.amount,
        credited=state.credited.amount,
        open=state.open.amount,
        written_off=state.written_off.amount,
        abandoned=state.abandoned.amount,
        withdrawn=state.withdrawn.amount,
        refused=state.refused.amount,
        manufacturer_number=state.manufacturer_number,
    )
    assert len(claim.papers) == len(state.papers)
    parts = ("credited", "open", "written_off", "refused", "abandoned", "withdrawn", "unanswered")
    assert sum(getattr(claim, part) for part in parts) == claim.claimed


def refused_then_booked() -> Story:
    return setting().tell(refuse(1), FINN).tell(book(1), FINN)


def inquiry() -> Story:
    return contact_story(category=ContactCategory.PRICE_INQUIRY)


BEGUN_BY_ANY_EVENT = {
    "dealer_credits",
    "exchanges",
    "contacts",
    "freight_accounts",
    "field_orders",
    "itineraries",
    "policies",
    "reconciliation_periods",
    "repair_orders",
    "routines",
    "standard_answers",
    "unrepaired_lists",
    "work_requests",
}


@pytest.mark.parametrize("view", sorted(VIEWS.keys() - BEGUN_BY_ANY_EVENT))
def test_a_fold_of_something_never_heard_of_says_so(view: str) -> None:
    """No later event may make up a row."""
    stories = {
        "dealers": dealer_story,
        "inquiry_periods": inquiry,
        "refused_files": refused_then_booked,
        "transfers": transfer_story,
    }
    story = stories[view]() if view in stories else work_story(paid_claim())
    first: set[object] = set()
    for recorded in story.recorded():
        for key in VIEWS[view].touched_by(recorded):
            if key in first:
                with pytest.raises(LookupError):
                    VIEWS[view].fold(None, recorded, Reference())
            first.add(key)
    assert first
