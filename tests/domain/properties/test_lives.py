"""Whatever is wished of a claim by whomever, only lives that the rulebook knows come about."""

from __future__ import annotations

from copy import copy
from functools import cache
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.claims import commands as c
from domain.claims import events as e
from domain.claims.state import Claim
from domain.credits.commands import MatchByReference, UndoMatch
from domain.messages import Actor, Command, Event, Refusal
from domain.vocabulary import PaperKind
from tests.domain.claims.asked import request_write_off, sign_write_off
from tests.rules import rule
from tests.scenario import DORA, ENZO, FINN, GINA, MAX, MIA, SAM, STAN, SYSTEM, Story
from tests.stories import (
    CUSTOMER,
    MACHINE,
    MAKER,
    PAPERS,
    amounts,
    attach,
    book,
    claim_id,
    judge,
    maker_number,
    match,
    note_id,
    open_claim,
    reject,
    report,
    setting,
    submit,
    yuan,
)

ID = claim_id()
TOTAL = "50000.00"  # signed by service director and finance
AMENDED = c.AmendClaim(claim_id=ID, report=report(), amounts=amounts(TOTAL), reason="hours")
IN_PART = c.RecordAcceptance(claim_id=ID, accepted=yuan("40000.00"), reasons=("part_cost",))
WISHES: list[tuple[Command, Actor]] = [
    (open_claim(1, TOTAL), STAN),
    *((attach(paper), STAN) for paper in (*PAPERS, PaperKind.OTHER)),
    (AMENDED, STAN),
    (
        c.CorrectClaimSubject(
            claim_id=ID,
            manufacturer_id=MAKER,
            equipment_id=MACHINE,
            customer_id=CUSTOMER,
            reason="no dealer sold it",
        ),
        STAN,
    ),
    (c.VetClaim(claim_id=ID), SYSTEM),
    (judge(), MAX),
    (judge(), SAM),
    (judge(claimable=False), MAX),
    (judge(claimable=False), SAM),
    *((c.ApproveClaim(claim_id=ID), actor) for actor in (MAX, DORA, GINA, FINN)),
    *((c.RevokeSignature(claim_id=ID, reason="too early"), actor) for actor in (DORA, FINN)),
    (submit(), MIA),
    (submit(manufacturer_number=None), MIA),
    (c.RecordManufacturerNumber(claim_id=ID, manufacturer_number="W-9"), MIA),
    (c.ResubmitClaim(claim_id=ID, different="photo"), MIA),
    (c.RecordAcceptance(claim_id=ID), MIA),
    (IN_PART, MIA),
    (c.RecordInformationAsked(claim_id=ID, question="which seal?"), MIA),
    (c.GiveInformation(claim_id=ID, answer="the inner one"), MIA),
    (c.RuleOutResubmission(claim_id=ID, reason="the part is scrapped"), MIA),
    (
        c.WithdrawClaim(
            claim_id=ID, false_papers=(PaperKind.DIAGNOSTICS,), explanation="of another machine"
        ),
        MAX,
    ),
    (c.RevokeAcceptance(claim_id=ID, reason="mistaken"), MIA),
    (reject(), MIA),
    *((request_write_off(amount), MIA) for amount in ("40000.00", TOTAL)),
    *((sign_write_off(), actor) for actor in (DORA, FINN, GINA)),
    (c.DeclineWriteOff(claim_id=ID, reason="dispute it"), DORA),
    (book(1, payable=TOTAL, names=(maker_number(),)), FINN),
    (MatchByReference(note_id=note_id()), SYSTEM),
    (match(1, (1, "40000.00", "part_payment")), FINN),
    (UndoMatch(note_id=note_id(), reason="wrong claim"), FINN),
    (c.CloseClaim(claim_id=ID), SYSTEM),
    (c.ReopenClaim(claim_id=ID, reason="wrong note"), FINN),
    (c.OpenClaim(**dict(open_claim(2, TOTAL, order_reference="FO-1"))), ENZO),
]
LIFE: list[tuple[Command, Actor]] = [
    (open_claim(1, TOTAL), STAN),
    *((attach(paper), STAN) for paper in PAPERS),
    (judge(), MAX),
    (judge(), SAM),
    (c.ApproveClaim(claim_id=ID), DORA),
    (c.ApproveClaim(claim_id=ID), FINN),
    (submit(), MIA),
    (reject(), MIA),
    (c.ResubmitClaim(claim_id=ID, different="photo"), MIA),
    (IN_PART, MIA),
    (book(1, payable="10000.00", names=()), FINN),
    (match(1, (1, "10000.00", "part_payment")), FINN),
    (request_write_off("30000.00"), MIA),
    *((sign_write_off(), actor) for actor in (DORA, FINN, GINA)),
    (c.CloseClaim(claim_id=ID), SYSTEM),
]
"""A long life, so that random wishes between its steps reach far."""


@cache
def before() -> Story:
    return setting()


def lived(wishes: list[tuple[Command, Actor]]) -> Story:
    story = Story(before().histories, copy(before().happened), copy(before().told))
    for command, actor in wishes:
        try:
            story.tell(command, actor)
        except Refusal:
            continue
    return story


def events_of(story: Story) -> list[Event]:
    return [*story.events(open_claim().stream)]


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[Command, Actor]]:
    """The steps of a life, some left out, with others in between."""
    steps: list[tuple[Command, Actor]] = []
    for step in LIFE:
        steps += draw(st.lists(st.sampled_from(WISHES), max_size=2))
        if draw(st.integers(0, 9)):
            steps.append(step)
    return steps


FOLLOWS: dict[type[Event], set[type[Event]]] = {
    e.ClaimApproved: {e.ClaimSigned},
    e.ClaimWrittenOff: {e.WriteOffSigned},
    e.ClaimReopened: {e.ClaimClosed},
}
"""What the event before these must have been."""


@settings(max_examples=60, deadline=None)
@given(lives())
def test_a_claim_lives_only_as_the_rulebook_knows(wishes):
    events = events_of(lived(wishes))
    kinds = [type(event) for event in events]
    assert not kinds or kinds[0] == e.ClaimOpened
    assert kinds.count(e.ClaimOpened) <= 1 and kinds.count(e.ClaimSubmitted) <= 1
    for earlier, later in pairwise(kinds):
        assert earlier in FOLLOWS.get(later, {earlier})
        assert earlier != e.ClaimClosed or later == e.ClaimReopened


@rule("SEG-4")
@settings(max_examples=60, deadline=None)
@given(lives())
def test_whatever_is_submitted_was_signed_by_everybody_in_their_order(wishes):
    signed: list[e.ClaimSigned] = []
    steps: tuple = ()
    for event in events_of(lived(wishes)):
        match event:
            case e.ClaimJudged():
                assert not signed
                steps = event.signed_by
            case e.ClaimAmended() | e.ClaimSubjectCorrected():
                signed, steps = [], ()
            case e.ClaimSigned():
                signed.append(event)
            case e.SignatureRevoked():
                assert signed.pop().signature == event.signature
            case e.ClaimSubmitted() | e.ClaimResubmitted():
                assert steps and tuple(s.signature.role for s in signed) == steps
                assert len({s.signature.person for s in signed}) == len(steps)


@rule("CLM-7")
@settings(max_examples=60, deadline=None)
@given(lives())
def test_submissions_are_numbered_without_a_gap(wishes):
    story = lived(wishes)
    numbers = [
        1 if isinstance(event, e.ClaimSubmitted) else event.submission
        for event in events_of(story)
        if isinstance(event, e.ClaimSubmitted | e.ClaimResubmitted)
    ]
    assert numbers == list(range(1, len(numbers) + 1))
    claim = story.state(Claim, ID)
    assert claim is None or claim.submissions == len(numbers)


@settings(max_examples=30, deadline=None)
@given(lives())
def test_the_same_wishes_come_to_the_same_history(wishes):
    assert lived(wishes).happened == lived(wishes).happened


@settings(max_examples=30, deadline=None)
@given(lives())
def test_what_comes_about_survives_the_disk(wishes):
    for on in lived(wishes).happened:
        assert type(on.event).model_validate_json(on.event.model_dump_json()) == on.event


def test_the_long_life_reaches_its_end():
    assert len(lived(LIFE).told) == len(before().told) + len(LIFE)
    assert isinstance(events_of(lived(LIFE))[-1], e.ClaimClosed)
