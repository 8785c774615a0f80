"""Opening, papers, amounts: CLM-1, CLM-2, CLM-4, CLM-8."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain.approvals import Names
from domain.claims.amounts import Amounts, Labour, OtherCost
from domain.claims.commands import AmendClaim, CloseClaim, CorrectClaimSubject, JudgeClaim
from domain.claims.events import (
    ClaimAmended,
    ClaimOpened,
    ClaimSubjectCorrected,
    PaperAttached,
)
from domain.claims.preparing import WORK
from domain.claims.refusals import (
    ClaimExists,
    ClaimNotFound,
    CurrenciesMixed,
    DatesDisagree,
    NothingClaimed,
    NotPossibleNow,
    OwnNumberTaken,
    SubjectSubmitted,
    WorkAlreadyClaimed,
    WriteOffPending,
)
from domain.claims.state import Claim, Status
from domain.claims.submitting import MANUFACTURER_NUMBER
from domain.messages import Actor, Forbidden, On, Role, Stream
from domain.money import Money
from domain.policies import Pin
from domain.registry.manufacturer import ManufacturerNotFound, SetClaimLimit
from domain.registry.person import DelegateRole, RegisterPerson
from domain.registry.station import StationNotFound
from domain.registry.stations_apart import AnotherStation
from domain.uniqueness import Bearer, NameReleased, NameTaken, name_id
from domain.vocabulary import ClaimKind, PaperKind
from tests.domain.claims.asked import request_write_off
from tests.rules import rule
from tests.scenario import ADAM, AUDREY, ENZO, FINN, MAX, MIA, NOON, STAN, given, standing_in
from tests.stories import (
    CUSTOMER,
    DEALER,
    MACHINE,
    MAKER,
    OTHER_MAKER,
    OTHER_STATION,
    STATION,
    TODAY,
    amounts,
    attach,
    claim_id,
    claim_story,
    file_of,
    judged,
    open_claim,
    rejected_claim,
    report,
    setting,
    yuan,
)

DAY = timedelta(days=1)
BY_STAN = Names(person=STAN.id)


def registered():
    return given(setting().histories)


def opened(number: int = 1, **changes):
    return given(claim_story("opened", number, **changes).histories)


def name_taken(of: str, *parts: str) -> On:
    return On(Stream(Bearer.kind, name_id(of, *parts)), NameTaken(of=of, bearer=claim_id(1)))


# ── opening ─────────────────────────────────────────────────────────────────


@rule("CLM-1", "CLM-4")
def test_a_claim_is_opened_with_its_exact_total_and_the_day_it_is_due():
    registered().when(open_claim(), actor=STAN).then(
        ClaimOpened(
            number="C-1",
            claim=ClaimKind.FAILURE,
            manufacturer_id=MAKER,
            equipment_id=MACHINE,
            station_id=STATION,
            dealer_id=DEALER,
            customer_id=CUSTOMER,
            order_reference="FO-1",
            repair_order_id=None,
            field_order_id=None,
            report=report(),
            amounts=amounts("1000.00"),
            total=yuan("1000.00"),
            submission_days=14,
            submit_by=date(2026, 3, 16),
            clock=Pin(policy_id="deadline.claim_submission", version=1),
            opened_by=BY_STAN,
        ),
        name_taken("claims.OwnNumber", "C-1"),
        name_taken(WORK, str(MAKER), "FO-1", "failure"),
    )


@rule("CLM-1")
def test_a_manufacturers_own_limit_counts_before_the_policys():
    story = setting().tell(SetClaimLimit(manufacturer_id=MAKER, submission_days=30), FINN)
    event = claim_story("opened", story=story).events(open_claim().stream)[0]
    assert (event.submission_days, event.submit_by) == (30, date(2026, 4, 1))


def test_a_claim_is_opened_once():
    opened().when(open_claim(), actor=STAN).then_refused(ClaimExists)


@rule("CLM-8")
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({"number": "c-1 "}, OwnNumberTaken, id="our number, spelled differently"),
        pytest.param({"order_reference": "FO-1"}, WorkAlreadyClaimed, id="the same work"),
    ],
)
def test_a_number_and_a_work_are_claimed_once(changes, refusal):
    another = open_claim(2).model_copy(update=changes)
    refused = opened().when(another, actor=STAN).then_refused(refusal)
    assert refused.bearer == claim_id(1)


@rule("CLM-8")
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"order_reference": "FO-2"}, id="other work"),
        pytest.param(
            {"order_reference": "FO-1", "claim": ClaimKind.SERVICE_FEE}, id="another kind of claim"
        ),
        pytest.param(
            {"order_reference": "FO-1", "manufacturer_id": OTHER_MAKER}, id="another manufacturer"
        ),
    ],
)
def test_what_differs_is_not_the_same_work(changes):
    assert opened().when(open_claim(2, **changes), actor=STAN).outcome()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"manufacturer_id": claim_id(99)}, ManufacturerNotFound),
        ({"station_id": claim_id(99)}, StationNotFound),
    ],
)
def test_a_claim_names_a_manufacturer_and_a_station_that_exist(changes, refusal):
    registered().when(open_claim(**changes), actor=STAN).then_refused(refusal)


@rule("CLM-3")
@pytest.mark.parametrize(
    ("dates", "reason"),
    [
        ({"failed_on": TODAY + DAY}, "before the failure"),
        ({"started_on": TODAY, "completed_on": TODAY - DAY}, "before it began"),
        ({"completed_on": TODAY + DAY}, "not done yet"),
    ],
)
def test_dates_that_cannot_be_are_refused_with_each_reason(dates, reason):
    impossible = open_claim(report=report(**dates))
    registered().when(impossible, actor=STAN).then_refused(DatesDisagree, reason)


@rule("CLM-1")
def test_the_day_is_that_of_the_organisation():
    tomorrow_there = NOON.replace(hour=17)  # 01:00 of the next day in Shanghai
    done_then = open_claim(report=report(completed_on=TODAY + DAY))
    registered().when(done_then, actor=STAN).then_refused(DatesDisagree)
    assert registered().when(done_then, actor=STAN, now=tomorrow_there).outcome()


def test_an_auditor_opens_nothing():
    registered().when(open_claim(), actor=AUDREY).then_refused(Forbidden)


# ── amounts ─────────────────────────────────────────────────────────────────


@rule("CLM-4")
@pytest.mark.parametrize(
    ("of", "refusal"),
    [
        pytest.param(Amounts(), NothingClaimed, id="no amount"),
        pytest.param(
            Amounts(other=(OtherCost(description="travel", amount=yuan("0")),)),
            NothingClaimed,
            id="amounts of nothing",
        ),
        pytest.param(
            Amounts(
                other=(
                    OtherCost(description="travel", amount=yuan("1")),
                    OtherCost(description="fare", amount=Money(amount=1, currency="EUR")),
                )
            ),
            CurrenciesMixed,
            id="two currencies",
        ),
    ],
)
def test_a_claim_asks_for_something_in_one_currency(of, refusal):
    registered().when(open_claim(amounts=of), actor=STAN).then_refused(refusal)
    amend = AmendClaim(claim_id=claim_id(), report=report(), amounts=of, reason="wrong price")
    opened().when(amend, actor=STAN).then_refused(refusal)


@rule("CLM-4")
def test_a_total_of_many_cents_is_exact():
    cents = tuple(
        Labour(code=f"H-{n}", hours=Decimal("0.1"), amount=yuan("0.10")) for n in range(10)
    )
    told = setting().tell(open_claim(amounts=Amounts(labour=cents)), STAN)
    assert told.state(Claim, claim_id()).total == yuan("1.00")


@pytest.mark.parametrize("amount", ["-1", "0.001"])
def test_amounts_are_not_negative_and_not_finer_than_a_cent(amount):
    with pytest.raises(ValidationError):
        OtherCost(description="travel", amount=yuan(amount))


# ── papers ──────────────────────────────────────────────────────────────────

PAPER = attach(PaperKind.OTHER)
ATTACHED = PaperAttached(
    paper=PaperKind.OTHER,
    sha256=file_of("other 1"),
    dated=report().completed_on,
    attached_by=BY_STAN,
)


@rule("CLM-2")
def test_a_paper_is_filed_once():
    opened().when(PAPER, actor=STAN).then(ATTACHED)
    story = claim_story("opened").tell(PAPER, STAN)
    given(story.histories).when(PAPER, actor=ENZO).then_nothing()


def test_nothing_is_filed_with_a_closed_claim():
    not_claimable = claim_story("with papers").tell_all(judged(claimable=False))
    closed = not_claimable.tell(CloseClaim(claim_id=claim_id()), MIA)
    given(closed.histories).when(PAPER, actor=STAN).then_refused(NotPossibleNow)


# ── amending ────────────────────────────────────────────────────────────────

AMEND = AmendClaim(
    claim_id=claim_id(),
    report=report(completed_on=date(2026, 3, 3)),
    amounts=amounts("900.00"),
    reason="one hour too many",
)
AMENDED = ClaimAmended(
    report=AMEND.report,
    amounts=AMEND.amounts,
    total=yuan("900.00"),
    submit_by=date(2026, 3, 17),
    reason="one hour too many",
    amended_by=BY_STAN,
)


def test_a_claim_is_corrected_before_it_is_judged():
    opened().when(AMEND, actor=STAN).then(AMENDED)


@rule("CLM-7")
def test_a_rejected_claim_is_corrected_and_judged_anew():
    given(rejected_claim().histories).when(AMEND, actor=STAN).then(AMENDED)
    state = rejected_claim().tell(AMEND, STAN).state(Claim, claim_id())
    assert (state.status, state.total, state.chain.steps) == (Status.OPENED, yuan("900.00"), ())


@rule("CLM-3")
def test_a_correction_has_possible_dates_too():
    impossible = AMEND.model_copy(update={"report": report(completed_on=TODAY + DAY)})
    opened().when(impossible, actor=STAN).then_refused(DatesDisagree)


@pytest.mark.parametrize("stage", ["claimable", "approved", "submitted", "accepted"])
def test_what_is_judged_is_not_corrected_any_more(stage):
    given(claim_story(stage).histories).when(AMEND, actor=STAN).then_refused(NotPossibleNow)


def test_a_claim_that_is_being_written_off_is_not_corrected():
    story = rejected_claim().tell(request_write_off("1000.00"), FINN)
    given(story.histories).when(AMEND, actor=STAN).then_refused(WriteOffPending)


# ── correcting whose it is ──────────────────────────────────────────────────

OTHER_MACHINE, OTHER_CUSTOMER = claim_id(70), claim_id(71)
SUBJECT = CorrectClaimSubject(
    claim_id=claim_id(),
    manufacturer_id=MAKER,
    equipment_id=OTHER_MACHINE,
    dealer_id=None,
    customer_id=OTHER_CUSTOMER,
    reason="the machine beside it",
)
CORRECTED = ClaimSubjectCorrected(
    manufacturer_id=MAKER,
    equipment_id=OTHER_MACHINE,
    dealer_id=None,
    customer_id=OTHER_CUSTOMER,
    submission_days=14,
    submit_by=date(2026, 3, 16),
    reason="the machine beside it",
    corrected_by=BY_STAN,
)
FROM_OTHER = SUBJECT.model_copy(update={"manufacturer_id": OTHER_MAKER})
WORK_1 = Stream(Bearer.kind, name_id(WORK, str(MAKER), "FO-1", "failure"))


@rule("CLM-3")
def test_equipment_customer_and_dealer_are_corrected_and_the_work_stays_claimed():
    opened().when(SUBJECT, actor=STAN).then(CORRECTED)
    corrected = claim_story("opened").tell(SUBJECT, STAN)
    same_work = open_claim(2, order_reference="FO-1")
    given(corrected.histories).when(same_work, actor=STAN).then_refused(WorkAlreadyClaimed)


def test_what_was_right_all_along_is_not_corrected():
    as_it_is = SUBJECT.model_copy(
        update={"equipment_id": MACHINE, "dealer_id": DEALER, "customer_id": CUSTOMER}
    )
    opened().when(as_it_is, actor=STAN).then_nothing()


@rule("CLM-8")
def test_claimed_from_another_manufacturer_the_work_is_free_to_be_claimed_from_the_first():
    of_other = SetClaimLimit(manufacturer_id=OTHER_MAKER, submission_days=30)
    story = claim_story("opened").tell(of_other, FINN)
    given(story.histories).when(FROM_OTHER, actor=STAN).then(
        CORRECTED.model_copy(
            update={
                "manufacturer_id": OTHER_MAKER,
                "submission_days": 30,
                "submit_by": date(2026, 4, 1),
            }
        ),
        On(WORK_1, NameReleased(of=WORK)),
        name_taken(WORK, str(OTHER_MAKER), "FO-1", "failure"),
    )
    same_work = open_claim(2, order_reference="FO-1")
    freed = given(story.tell(FROM_OTHER, STAN).histories)
    assert freed.when(same_work, actor=STAN).outcome()
    from_other = same_work.model_copy(update={"manufacturer_id": OTHER_MAKER})
    freed.when(from_other, actor=STAN).then_refused(WorkAlreadyClaimed)


@rule("CLM-8")
def test_work_that_another_claim_has_is_not_taken_by_a_correction():
    other = open_claim(2, order_reference="FO-1", manufacturer_id=OTHER_MAKER)
    story = claim_story("opened").tell(other, STAN)
    refused = given(story.histories).when(FROM_OTHER, actor=STAN).then_refused(WorkAlreadyClaimed)
    assert refused.bearer == claim_id(2)


def test_a_subject_has_a_manufacturer_that_exists():
    unknown = SUBJECT.model_copy(update={"manufacturer_id": claim_id(99)})
    opened().when(unknown, actor=STAN).then_refused(ManufacturerNotFound)


@pytest.mark.parametrize("stage", ["claimable", "approved", "submitted", "accepted"])
def test_a_subject_that_was_judged_is_not_corrected_any_more(stage):
    given(claim_story(stage).histories).when(SUBJECT, actor=STAN).then_refused(NotPossibleNow)


@rule("CLM-7")
def test_a_subject_that_went_out_stays_as_the_manufacturer_has_it():
    given(rejected_claim().histories).when(SUBJECT, actor=STAN).then_refused(NotPossibleNow)
    amended = rejected_claim().tell(AMEND, STAN)
    given(amended.histories).when(SUBJECT, actor=STAN).then_refused(SubjectSubmitted)


@rule("SEG-1")
def test_a_claim_found_not_claimable_is_judged_anew_and_not_by_who_corrected_it():
    story = claim_story("with papers").tell_all(judged(claimable=False)).tell(SUBJECT, MIA)
    state = story.state(Claim, claim_id())
    assert (state.status, state.equipment_id) == (Status.OPENED, OTHER_MACHINE)
    assert (state.dealer_id, state.customer_id) == (None, OTHER_CUSTOMER)
    assert MIA.id in state.prepared_by


@pytest.mark.parametrize(
    "command",
    [PAPER, AMEND, SUBJECT, JudgeClaim(claim_id=claim_id(), claimable=True, reason="sound")],
)
def test_nothing_is_said_of_a_claim_nobody_opened(command):
    registered().when(command, actor=MAX).then_refused(ClaimNotFound)


def test_the_name_of_the_manufacturers_number_is_not_taken_by_opening():
    story = claim_story("opened")
    number = Stream(Bearer.kind, name_id(MANUFACTURER_NUMBER, str(MAKER), "W-2026-1"))
    assert story.events(number) == ()


# ── whose claim it is ───────────────────────────────────────────────────────


def at(actor: Actor, station: UUID) -> Actor:
    return replace(actor, station=station)


def test_a_station_opens_claims_for_its_own_work_only():
    assert registered().when(open_claim(), actor=at(STAN, STATION)).outcome()
    elsewhere = registered().when(open_claim(), actor=at(STAN, OTHER_STATION))
    elsewhere.then_refused(AnotherStation)


@pytest.mark.parametrize("command", [PAPER, AMEND, SUBJECT])
def test_a_claim_of_another_station_is_hidden_from_a_station(command):
    assert opened().when(command, actor=at(STAN, STATION)).outcome()
    opened().when(command, actor=at(STAN, OTHER_STATION)).then_refused(ClaimNotFound)


def test_headquarters_deals_with_every_station():
    both = Actor(STAN.id, STAN.roles | {Role.CLAIMS_SPECIALIST}, OTHER_STATION)
    assert opened().when(PAPER, actor=both).outcome()


@rule("SEG-6")
@pytest.mark.parametrize("principals", [STATION, OTHER_STATION])
def test_a_delegate_is_confined_as_the_delegator_is(principals):
    story = claim_story("opened")
    manager = RegisterPerson(person_id=STAN.id, name="Stan", held=STAN.roles, station_id=principals)
    delegate = DelegateRole(
        person_id=STAN.id,
        role=Role.STATION_MANAGER,
        to=ENZO.id,
        since=NOON - DAY,
        until=NOON + DAY,
    )
    story.tell(manager, ADAM).tell(delegate, ADAM)
    filing = given(story.histories).when(PAPER, actor=standing_in(at(ENZO, STATION), STAN))
    if principals == STATION:
        assert filing.outcome()
    else:
        filing.then_refused(ClaimNotFound)
