"""Warranty, quotes, contracts and acknowledgements: REP-1, REP-4, REP-5, REP-12, REG-4, REG-6."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.approvals import Names
from domain.money import Money
from domain.registry.equipment import RecordExclusion
from domain.registry.registration import AnswerRegistrationQuery
from domain.registry.transfer import DatesUnderQuery
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from domain.repairs.repair.refusals import (
    EvidenceMissing,
    NoContract,
    OneTesterAlone,
    PapersUnread,
    QuoteInTwoCurrencies,
    ReleaseTestMissing,
    RepairNotAgreed,
    RepairNotPossibleNow,
    WarrantyNotDetermined,
)
from domain.repairs.repair.state import RepairOrder, RepairStage
from domain.tariff import NotInPriceList
from domain.vocabulary import ExclusionGround, Part
from tests.clock import NOON
from tests.repair_stories import (
    WALT,
    assign,
    by_papers,
    counter_story,
    in_workshop,
    inspect,
    quote,
    receive,
    repair_id,
    return_story,
    told_upto,
    wish,
    workshop_story,
)
from tests.rules import rule
from tests.scenario import ENZO, MIA, SUSI, given
from tests.stories import (
    CUSTOMER,
    DEALER,
    DELIVERED,
    MACHINE,
    TODAY,
    file_of,
    register_equipment,
    setting,
    yuan,
)

ACCEPT = wish(c.AcceptQuote, accepted_by="Wang Fang", signature=file_of("quote"))
DECLINE = wish(c.DeclineQuote, reason="too dear")
DAMAGED = wish(
    c.DetermineWarranty, exclusion=ExclusionGround.LIQUID_INGRESS, evidence=(file_of("photo"),)
)


def determined(covered: bool, rule: str, explanation: str, **facts) -> e.WarrantyDetermined:
    return e.WarrantyDetermined(
        **{
            "covered": covered,
            "rule": rule,
            "on": TODAY,
            "explanation": explanation,
            "exclusion": None,
            "evidence": (),
            "determined_by": Names(person=SUSI.id),
        }
        | facts
    )


# ── warranty ────────────────────────────────────────────────────────────────


@rule("REG-4")
def test_of_a_registered_item_the_registry_says_whether_it_is_covered():
    story = setting().tell(receive(equipment_id=MACHINE), SUSI).tell(inspect(), SUSI)
    outcome = given(story.histories).when(wish(c.DetermineWarranty), actor=SUSI).outcome()
    [event] = [on.event for on in outcome]
    assert isinstance(event, e.WarrantyDetermined)
    assert (event.covered, event.rule, event.on) == (True, "REG-4", TODAY)
    assert "2026-06-01" in event.explanation
    of_battery = wish(c.DetermineWarranty, part=Part.BATTERY)
    [event] = [on.event for on in given(story.histories).when(of_battery, actor=SUSI).outcome()]
    assert isinstance(event, e.WarrantyDetermined) and not event.covered


@rule("REG-6")
def test_what_the_registry_excludes_is_not_covered():
    story = setting().tell(receive(equipment_id=MACHINE), SUSI).tell(inspect(), SUSI)
    excluded = RecordExclusion(
        equipment_id=MACHINE,
        ground=ExclusionGround.OPENED_SEAL,
        since=date(2026, 1, 1),
        evidence=(file_of("seal"),),
    )
    story.tell(excluded, MIA).tell(wish(c.DetermineWarranty), SUSI)
    assert story.state(RepairOrder, repair_id()).covered is False


@rule("REG-6")
def test_what_excludes_failures_from_a_later_day_on_does_not_exclude_this_one():
    story = setting().tell(receive(equipment_id=MACHINE), SUSI).tell(inspect(), SUSI)
    tomorrow = RecordExclusion(
        equipment_id=MACHINE,
        ground=ExclusionGround.OPENED_SEAL,
        since=TODAY + timedelta(days=1),
        evidence=(file_of("seal"),),
    )
    story.tell(tomorrow, MIA).tell(wish(c.DetermineWarranty), SUSI)
    assert story.state(RepairOrder, repair_id()).covered is True


@rule("REG-6")
def test_what_excludes_a_repair_is_recorded_with_evidence():
    story = counter_story("countersigned")
    given(story.histories).when(DAMAGED, actor=SUSI).then(
        determined(
            False,
            "REG-6",
            "Excluded for liquid_ingress.",
            exclusion=ExclusionGround.LIQUID_INGRESS,
            evidence=(file_of("photo"),),
        )
    )
    without = DAMAGED.model_copy(update={"evidence": ()})
    given(story.histories).when(without, actor=SUSI).then_refused(EvidenceMissing)


@rule("REG-4")
def test_of_an_unregistered_item_the_papers_are_read():
    story = counter_story("countersigned")
    given(story.histories).when(by_papers(), actor=SUSI).then(
        determined(True, "REG-4", "bought last month")
    )
    for facts in ({}, {"by_papers": True}, {"explanation": "new"}):
        unread = wish(c.DetermineWarranty, **facts)
        given(story.histories).when(unread, actor=SUSI).then_refused(PapersUnread)


@rule("REG-5a")
@pytest.mark.parametrize(
    ("made_on", "covered", "says"),
    [
        pytest.param(date(2025, 12, 6), True, "starts on 2026-03-06", id="it starts today"),
        pytest.param(date(2025, 12, 7), False, "starts only on 2026-03-07", id="tomorrow"),
        pytest.param(date(2024, 12, 6), True, "to 2026-03-06", id="it ends today"),
        pytest.param(date(2024, 12, 5), False, "expired on 2026-03-05", id="it ended yesterday"),
    ],
)
def test_with_the_papers_lost_the_term_starts_ninety_days_after_the_factory_date(
    made_on, covered, says
):
    story = counter_story("countersigned")
    by_factory_date = wish(c.DetermineWarranty, factory_date=made_on)
    [on] = given(story.histories).when(by_factory_date, actor=SUSI).outcome()
    assert (on.event.covered, on.event.rule) == (covered, "REG-5a")
    assert says in on.event.explanation and str(made_on) in on.event.explanation
    both = by_factory_date.model_copy(update={"by_papers": True})
    given(story.histories).when(both, actor=SUSI).then_refused(PapersUnread)


@rule("REG-3")
def test_while_a_query_about_its_dates_is_open_no_warranty_is_determined():
    doubtful = register_equipment(factory_date=DELIVERED + timedelta(days=1))
    story = setting(doubtful).tell(receive(equipment_id=MACHINE), SUSI).tell(inspect(), SUSI)
    determine = wish(c.DetermineWarranty)
    given(story.histories).when(determine, actor=SUSI).then_refused(DatesUnderQuery)
    answer = AnswerRegistrationQuery(
        equipment_id=MACHINE, factory_date=DELIVERED, delivered_on=DELIVERED, answer="a slip"
    )
    [on] = given(story.tell(answer, MIA).histories).when(determine, actor=SUSI).outcome()
    assert on.event.covered is True


# ── the quote ───────────────────────────────────────────────────────────────


@rule("REP-5")
def test_a_quote_is_by_the_price_list_of_its_day_and_names_the_version():
    story = counter_story("warranty determined")
    outside = (c.GivenOutside(about="soldering", amount=yuan("40.00")),)
    [on] = given(story.histories).when(quote(outside=outside), actor=SUSI).outcome()
    quoted = on.event
    assert isinstance(quoted, e.RepairQuoted)
    assert (quoted.priced.price_list.version, quoted.priced.on) == (1, TODAY)
    assert (quoted.priced.total, quoted.total) == (yuan("170"), yuan("210.00"))


@rule("REP-5")
def test_a_quote_that_is_told_later_is_by_the_prices_of_the_day_it_was_made():
    story = counter_story("warranty determined")
    story.tell(quote(), SUSI, NOON + timedelta(days=3), effective_at=NOON)
    quoted = story.happened[-1].event
    assert isinstance(quoted, e.RepairQuoted)
    assert quoted.priced.on == TODAY


@rule("REP-5")
def test_what_has_no_price_and_what_is_in_another_currency_is_not_quoted():
    story = counter_story("warranty determined")
    unknown = quote(1, "gilding")
    given(story.histories).when(unknown, actor=SUSI).then_refused(NotInPriceList, "gilding")
    euros = c.GivenOutside(about="x", amount=Money(amount=Decimal(1), currency="EUR"))
    mixed = quote(outside=(euros,))
    given(story.histories).when(mixed, actor=SUSI).then_refused(QuoteInTwoCurrencies)


@rule("REP-1")
def test_a_quote_is_accepted_or_declined_and_may_then_be_made_anew():
    story = counter_story("quoted")
    given(story.histories).when(ACCEPT, actor=SUSI).then(
        e.QuoteAccepted(subject_id=CUSTOMER, accepted_by="Wang Fang", signature=file_of("quote"))
    )
    given(story.histories).when(DECLINE, actor=SUSI).then(e.QuoteDeclined(reason="too dear"))
    story.tell(DECLINE, SUSI)
    given(story.histories).when(ACCEPT, actor=SUSI).then_refused(RepairNotPossibleNow)
    story.tell(quote(1, "simple_repair"), SUSI).tell(ACCEPT, SUSI)
    order = story.state(RepairOrder, repair_id())
    assert (order.stage, order.owed) == (RepairStage.QUOTE_ACCEPTED, yuan("50"))


@rule("REP-1")
def test_nothing_is_assigned_before_warranty_and_price_are_agreed():
    story = counter_story("warranty determined")
    given(story.histories).when(assign(), actor=WALT).then_refused(RepairNotAgreed)
    given(counter_story("quoted").histories).when(assign(), actor=WALT).then_refused(
        RepairNotPossibleNow
    )
    covered = counter_story("countersigned").tell(by_papers(), SUSI)
    given(covered.histories).when(assign(), actor=WALT).then(
        e.RepairAssigned(
            team="Bench 2",
            engineers=frozenset({ENZO.id}),
            fault="loudspeaker",
            parts=(),
            days=3,
            assigned_by=Names(person=WALT.id),
        )
    )


@rule("REG-4")
def test_an_imported_order_whose_warranty_is_unknown_is_determined_before_work():
    """Imported history may have been assigned without anybody having said so."""
    story = counter_story("assigned")
    stream = receive().stream
    events = [ev for ev in story.events(stream) if not isinstance(ev, e.WarrantyDetermined)]
    imported = {**story.histories, stream: tuple(events)}
    given(imported).when(wish(c.StartRepair), actor=ENZO).then_refused(WarrantyNotDetermined)


# ── before an overhaul ──────────────────────────────────────────────────────


@rule("REP-12")
def test_no_overhaul_without_a_signed_contract():
    steps = [(stage, told) for stage, told in in_workshop() if stage != "contract"]
    story = told_upto(steps, "assigned")
    given(story.histories).when(wish(c.StartRepair), actor=ENZO).then_refused(NoContract)
    contract = wish(c.SignContract, signed_by="Wang Fang", contract=file_of("contract"))
    given(story.histories).when(contract, actor=WALT).then(
        e.ContractSigned(subject_id=CUSTOMER, signed_by="Wang Fang", contract=file_of("contract"))
    )


@rule("REP-12")
def test_no_overhaul_without_a_test_run_with_the_owner_on_arrival():
    steps = dict(in_workshop())
    steps["inspected"] = [(inspect(), WALT)]
    story = told_upto(steps.items(), "assigned")
    given(story.histories).when(wish(c.StartRepair), actor=ENZO).then_refused(ReleaseTestMissing)
    assert workshop_story("in work").state(RepairOrder, repair_id()).work_started


@rule("REP-12")
def test_on_arrival_head_and_engineer_test_run_a_machine_together():
    story = workshop_story("received")
    run = {"test_run_with_owner": True}
    with_engineer = inspect(**run, test_run_engineer_id=ENZO.id)
    assert given(story.histories).when(with_engineer, actor=WALT).outcome()
    given(story.histories).when(with_engineer, actor=SUSI).then_refused(OneTesterAlone)
    for nobody in (None, WALT.id, SUSI.id, MIA.id):
        alone = inspect(**run, test_run_engineer_id=nobody)
        given(story.histories).when(alone, actor=WALT).then_refused(OneTesterAlone)


@rule("REP-4")
def test_whoever_loses_the_data_acknowledges_it():
    story = return_story("warranty determined")
    known = wish(c.AcknowledgeDataLoss, acknowledged_by="Dealer Wu")
    given(story.histories).when(known, actor=SUSI, now=NOON).then(
        e.DataLossAcknowledged(subject_id=CUSTOMER, acknowledged_by="Dealer Wu", signature=None)
    )
    of_dealer = setting().tell(
        return_story("received").told[-1][0].model_copy(update={"customer_id": None}), SUSI
    )
    of_dealer.tell(known, SUSI)
    assert of_dealer.happened[-1].event.subject_id == DEALER
