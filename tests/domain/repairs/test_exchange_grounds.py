"""What of the national rules on phones entitles to an exchange or refund: REG-5a."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.entitlements import Delay
from domain.messages import Actor
from domain.registry.out_of_use import RecordOutOfUse
from domain.repairs.exchange import events as e
from domain.repairs.exchange import refusals as r
from domain.repairs.repair.commands import FactoryOutcome, RecordFactoryProcessing
from domain.repairs.repair.events import ItemReturned
from domain.repairs.repair.refusals import RepairNotFound
from domain.vocabulary import EquipmentKind, Interruption
from domain.warranty import OutOfUse
from tests.clock import NOON
from tests.exchange_stories import (
    apply,
    request_refund,
    with_dealer,
)
from tests.repair_stories import at_counter, from_dealer, repair_id, told_upto
from tests.rules import rule
from tests.scenario import SUSI, SYSTEM, Story
from tests.stories import (
    DELIVERED,
    MACHINE,
    MAKER,
    OTHER_STATION,
    TODAY,
    register_equipment,
    setting,
)

NOBODY = UUID(int=0xBAD)
DAY = timedelta(days=1)
TOMORROW = TODAY + DAY


def ground_of(story: Story) -> Any:
    applied = [on.event for on in story.happened if isinstance(on.event, e.ExchangeApplied)][-1]
    return applied.ground and (applied.ground.rule, applied.ground.because)


@rule("REG-5a")
@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"invoiced_on": date(2026, 2, 19)}, "within 15 days of the invoice"),
        ({"invoiced_on": date(2026, 2, 18)}, None),
        ({"invoiced_on": None}, None),
        ({"invoiced_on": None, "factory_date": date(2025, 12, 6)}, None),
        ({"equipment_kind": EquipmentKind.MACHINE}, None),
        ({"like_model_available": False}, None),
    ],
)
def test_the_ground_is_what_the_national_rules_give_on_the_day(changes, because):
    story = with_dealer().tell(apply(**changes), SUSI)
    assert ground_of(story) == (because and ("REG-5a", because))


@rule("REG-5a")
def test_two_failed_repairs_of_the_unit_entitle_to_an_exchange():
    story = with_dealer()
    for number in (1, 2):
        told_upto(at_counter(number, serial_number="356-7"), "finished", story)
    told_upto(at_counter(3, serial_number="356-0"), "finished", story)
    told_upto(at_counter(4, serial_number="356-7"), "in work", story)
    both = frozenset({repair_id(1), repair_id(2)})
    old = {"invoiced_on": date(2025, 6, 1)}
    story.tell(apply(1, failed_repairs=both, **old), SUSI)
    assert ground_of(story) == ("REG-5a", "2 repairs failed; 2 suffice")
    story.tell(apply(2, failed_repairs={repair_id(1)}, **old), SUSI)
    assert ground_of(story) is None
    for other in (3, 4):
        wrong = apply(3, failed_repairs={repair_id(1), repair_id(other)}, **old)
        story.so_far().when(wrong, actor=SUSI).then_refused(r.NoRepairOfThisUnit)
    unknown = apply(3, failed_repairs={NOBODY}, **old)
    story.so_far().when(unknown, actor=SUSI).then_refused(RepairNotFound)


@rule("REG-5a")
@pytest.mark.parametrize(
    ("outcome", "counts"),
    [
        (FactoryOutcome.REPAIRED, True),
        (FactoryOutcome.NO_FAULT_FOUND, False),
        (FactoryOutcome.REPLACED, False),
    ],
)
def test_what_the_factory_found_nothing_wrong_with_or_replaced_was_not_repaired(outcome, counts):
    parcel = dict(from_dealer(serial_number="356-7"))
    said = {"outcome": outcome, "explanation": "tested for a week"}
    done = RecordFactoryProcessing(repair_order_id=repair_id(), **said)
    parcel["processed"] = [(done, SUSI)]
    story = told_upto(parcel.items(), "returned", with_dealer())
    [returned] = [on.event for on in story.happened if isinstance(on.event, ItemReturned)]
    assert returned.repaired is counts
    asked = story.so_far().when(apply(failed_repairs={repair_id()}), actor=SUSI)
    if counts:
        assert asked.outcome()
    else:
        asked.then_refused(r.NoRepairOfThisUnit)


@rule("REG-5a")
def test_repairs_of_another_unit_do_not_count_for_a_registered_one():
    phone = register_equipment(equipment=EquipmentKind.PHONE)
    story = with_dealer(setting(phone))
    told_upto(at_counter(1, serial_number="SN-1"), "finished", story)
    told_upto(at_counter(2, equipment_id=MACHINE), "finished", story)
    told_upto(at_counter(3, equipment_id=MACHINE), "in work", story)
    for number in (1, 3):
        wrong = apply(equipment_id=MACHINE, failed_repairs={repair_id(number)})
        story.so_far().when(wrong, actor=SUSI).then_refused(r.NoRepairOfThisUnit)
    own = apply(equipment_id=MACHINE, failed_repairs={repair_id(2)})
    assert story.so_far().when(own, actor=SUSI).outcome()


@rule("REG-5a", "REG-4")
@pytest.mark.parametrize(
    ("invoiced_on", "because"),
    [(date(2025, 3, 6), "2 repairs failed; 2 suffice"), (date(2025, 3, 5), None)],
)
def test_nothing_entitles_to_an_exchange_once_the_warranty_is_over(invoiced_on, because):
    story = with_dealer()
    for number in (1, 2):
        told_upto(at_counter(number, serial_number="356-7"), "finished", story)
    both = frozenset({repair_id(1), repair_id(2)})
    story.tell(apply(failed_repairs=both, invoiced_on=invoiced_on), SUSI)
    assert ground_of(story) == (because and ("REG-5a", because))


@rule("REG-5a")
@pytest.mark.parametrize(
    ("made_on", "invoiced_on", "because"),
    [
        pytest.param(
            date(2025, 12, 6), None, "2 repairs failed; 2 suffice", id="the term starts today"
        ),
        pytest.param(date(2025, 12, 7), None, None, id="tomorrow"),
        pytest.param(
            date(2024, 12, 6), None, "2 repairs failed; 2 suffice", id="its last day is today"
        ),
        pytest.param(date(2024, 12, 5), None, None, id="yesterday"),
        pytest.param(date(2024, 12, 6), date(2025, 3, 5), None, id="the invoice is not lost"),
    ],
)
def test_with_the_papers_lost_the_term_is_by_the_factory_date(made_on, invoiced_on, because):
    story = with_dealer()
    for number in (1, 2):
        told_upto(at_counter(number, serial_number="356-7"), "finished", story)
    both = frozenset({repair_id(1), repair_id(2)})
    dates = {"factory_date": made_on, "invoiced_on": invoiced_on}
    story.tell(apply(failed_repairs=both, **dates), SUSI)
    assert ground_of(story) == (because and ("REG-5a", because))


@rule("REG-3", "REG-5a")
def test_while_its_dates_are_under_query_nothing_entitles_to_an_exchange():
    sold = {"delivered_on": TODAY, "equipment": EquipmentKind.PHONE}
    for made_on, because in ((TODAY, "within 15 days of the invoice"), (TOMORROW, None)):
        phone = register_equipment(factory_date=made_on, **sold)
        story = with_dealer(setting(phone)).tell(apply(equipment_id=MACHINE), SUSI)
        assert ground_of(story) == (because and ("REG-5a", because))


@rule("REG-5a", "REG-5")
@pytest.mark.parametrize(
    ("sold", "repairs", "because"),
    [
        (date(2025, 6, 1), 2, "2 repairs failed; 2 suffice"),
        (date(2025, 6, 1), 1, None),
        (date(2025, 2, 26), 2, "2 repairs failed; 2 suffice"),
        (date(2025, 2, 24), 2, None),
    ],
)
def test_repairs_that_the_registry_knows_count_and_extend_the_warranty(sold, repairs, because):
    """Nine days in repair are added to the year."""
    facts = {"equipment": EquipmentKind.PHONE, "factory_date": sold, "delivered_on": sold}
    story = with_dealer(setting(register_equipment(**facts)))
    stretch = OutOfUse(
        because=Interruption.IN_REPAIR, since=date(2025, 9, 1), until=date(2025, 9, 10)
    )
    for order in range(1, repairs + 1):
        kept = {"order_id": UUID(int=order), "repaired": True, "out_of_use": (stretch,)}
        story.tell(RecordOutOfUse(equipment_id=MACHINE, **kept), SYSTEM)
    story.tell(apply(equipment_id=MACHINE), SUSI)
    assert ground_of(story) == (because and ("REG-5a", because))


@rule("REG-5a")
@pytest.mark.parametrize(
    ("delay", "days", "given"),
    [
        (Delay.REPAIRER, 30, False),
        (Delay.REPAIRER, 31, True),
        (Delay.PARTS, 60, False),
        (Delay.PARTS, 61, True),
    ],
)
def test_a_repair_that_takes_too_long_entitles_to_an_exchange(delay, days, given):
    story = told_upto(at_counter(1, serial_number="356-7"), "in work", with_dealer())
    wanted = apply(repair_order_id=repair_id(1), delay=delay, invoiced_on=date(2026, 1, 1))
    story.tell(wanted, SUSI, NOON + days * DAY)
    assert (ground_of(story) is not None) is given


@rule("REG-5a")
def test_only_a_repair_that_is_under_way_takes_too_long():
    story = told_upto(at_counter(1, serial_number="356-7"), "finished", with_dealer())
    done = apply(repair_order_id=repair_id(1), delay=Delay.PARTS)
    story.so_far().when(done, actor=SUSI).then_refused(r.NotInRepairAnyMore)
    story.so_far().when(apply(delay=Delay.PARTS), actor=SUSI).then_refused(r.NotInRepairAnyMore)
    story.tell(apply(repair_order_id=repair_id(1)), SUSI)
    theirs = Actor(SUSI.id, SUSI.roles, OTHER_STATION)
    hidden = apply(2, station_id=OTHER_STATION, repair_order_id=repair_id(1))
    story.so_far().when(hidden, actor=theirs).then_refused(RepairNotFound)


@rule("REG-5a")
@pytest.mark.parametrize(
    ("invoiced_on", "like_model", "because"),
    [
        (date(2026, 3, 1), True, "within 7 days of the invoice"),
        (date(2026, 2, 20), True, None),
        (
            date(2026, 2, 20),
            False,
            "no like model to exchange it for; within 15 days of the invoice",
        ),
    ],
)
def test_a_refund_names_what_entitles_to_it(invoiced_on, like_model, because):
    story = with_dealer().tell(apply(invoiced_on=invoiced_on), SUSI)
    story.tell(request_refund(like_model_available=like_model), SUSI)
    [asked] = [on.event for on in story.happened if isinstance(on.event, e.RefundRequested)]
    assert (asked.ground and asked.ground.because) == because


def test_what_the_registry_knows_counts_before_what_is_said():
    said = {"invoiced_on": None, "factory_date": date(2025, 12, 6)}
    known = apply(equipment_id=MACHINE, manufacturer_id=None, **said)
    story = with_dealer().tell(known, SUSI)
    [applied] = [on.event for on in story.happened if isinstance(on.event, e.ExchangeApplied)]
    assert (applied.manufacturer_id, applied.equipment_kind) == (MAKER, EquipmentKind.MACHINE)
    assert (applied.invoiced_on, applied.factory_date) == (DELIVERED, None)
    assert applied.serial_number != "356-7" and applied.ground is None


@rule("REG-5a")
def test_a_factory_date_is_kept_where_the_invoice_is_lost_alone():
    made = date(2025, 12, 6)
    for invoiced_on, kept in ((None, made), (date(2026, 3, 1), None)):
        story = with_dealer().tell(apply(invoiced_on=invoiced_on, factory_date=made), SUSI)
        [applied] = [on.event for on in story.happened if isinstance(on.event, e.ExchangeApplied)]
        assert (applied.invoiced_on, applied.factory_date) == (invoiced_on, kept)
