"""Days that orders kept equipment out of use are added to the end of its warranty: REG-5, REG-5a.

The machine's year ended the day before the failure that is claimed.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from application import shipped
from domain.claims import commands as c
from domain.claims.events import Check, ClaimVetted
from domain.entitlements import Remedy
from domain.messages import Actor, Forbidden
from domain.policies import PublishPolicy
from domain.policy_content import WarrantyTerms
from domain.registry.equipment import EquipmentNotFound
from domain.registry.out_of_use import OutOfUseRecorded, RecordOutOfUse
from domain.registry.transfer import EquipmentTransferred
from domain.repairs.field.events import FieldReportFiled
from domain.repairs.repair import commands as rc
from domain.repairs.repair import events as re
from domain.vocabulary import EquipmentKind, ExclusionGround, HolidayRule, Interruption
from domain.warranty import OutOfUse
from tests.field_stories import field_story
from tests.field_stories import file_report as file_field_report
from tests.repair_stories import inspect, receive, repair_id, wish
from tests.rules import rule
from tests.scenario import ADAM, DORA, ENZO, MAX, MIA, STAN, SUSI, SYSTEM, Story, given
from tests.stories import (
    DEALER,
    FAILED,
    MACHINE,
    claim_id,
    open_claim,
    register_equipment,
    setting,
    transfer,
)

ORDER, OTHER_ORDER = UUID(int=0xA1), UUID(int=0xA2)
OTHER = UUID(int=0xE9_0002)
SOLD = date(2025, 2, 26)


def days(since: date, until: date, because: Interruption = Interruption.IN_REPAIR) -> OutOfUse:
    return OutOfUse(because=because, since=since, until=until)


WEEK = days(date(2025, 9, 1), date(2025, 9, 8))
OVERLAPPING = days(date(2025, 9, 5), date(2025, 9, 11), Interruption.WAITING_FOR_PARTS)


def kept(*stretches: OutOfUse, order: UUID = ORDER, repaired: bool = True) -> RecordOutOfUse:
    return RecordOutOfUse(
        equipment_id=MACHINE, order_id=order, repaired=repaired, out_of_use=stretches
    )


def old_machine(kind: EquipmentKind = EquipmentKind.MACHINE) -> Story:
    sold = {"factory_date": SOLD, "delivered_on": SOLD, "equipment": kind, "dealer_id": DEALER}
    return setting(register_equipment(**sold))


def vetted(story: Story) -> tuple[bool, str]:
    """What vetting finds of the warranty."""
    story.tell(open_claim(), STAN)
    [on] = given(story.histories).when(c.VetClaim(claim_id=claim_id()), actor=MIA).outcome()
    assert isinstance(on.event, ClaimVetted)
    [found] = [each for each in on.event.findings if each.check is Check.WARRANTY]
    return found.passed, found.explanation


@rule("REG-5")
@rule("CLM-3")
def test_a_claim_is_vetted_with_the_warranty_as_repairs_extended_it() -> None:
    assert vetted(old_machine()) == (False, "REG-4: The term expired on 2026-02-26.")
    story = (
        old_machine().tell(kept(WEEK), SYSTEM).tell(kept(OVERLAPPING, order=OTHER_ORDER), SYSTEM)
    )
    passed, explanation = vetted(story)
    assert passed
    assert explanation == (
        "REG-5: Covered from 2025-02-26 to 2026-03-08 (10 days in repair added), 12 months."
    )


@rule("REG-5")
def test_a_repair_and_a_field_order_are_covered_by_the_extended_warranty() -> None:
    extended = old_machine().tell(kept(WEEK, OVERLAPPING), SYSTEM)
    extended.tell(receive(equipment_id=MACHINE), SUSI).tell(inspect(), SUSI)
    determine = wish(rc.DetermineWarranty)
    [on] = given(extended.histories).when(determine, actor=SUSI).outcome()
    assert isinstance(on.event, re.WarrantyDetermined)
    assert (on.event.covered, on.event.rule) == (True, "REG-5")

    visited = field_story("repaired", story=extended)
    filed = given(visited.histories).when(file_field_report(), actor=ENZO).outcome()[0].event
    assert isinstance(filed, FieldReportFiled) and filed.warranty
    assert filed.warranty.rule == "REG-5"


@rule("REG-5")
@rule("REG-7")
def test_a_transfer_counts_the_extended_warranty() -> None:
    after = transfer(moved_on=FAILED, joint_warranty_form=None)
    [on] = given(old_machine().histories).when(after, actor=MAX).outcome()
    assert isinstance(on.event, EquipmentTransferred) and not on.event.under_warranty
    story = old_machine().tell(kept(WEEK), SYSTEM)
    [on] = given(story.histories).when(transfer(moved_on=FAILED), actor=MAX).outcome()
    assert isinstance(on.event, EquipmentTransferred) and on.event.under_warranty


@rule("REG-5")
def test_what_is_recorded_of_an_order_replaces_what_was() -> None:
    story = old_machine().tell(kept(WEEK), SYSTEM)
    given(story.histories).when(kept(WEEK), actor=SYSTEM).then_nothing()
    given(story.histories).when(kept(repaired=False), actor=SYSTEM).then(
        OutOfUseRecorded(order_id=ORDER, repaired=False, out_of_use=())
    )
    assert not vetted(story.tell(kept(repaired=False), SYSTEM))[0]


@rule("REG-5")
@pytest.mark.parametrize("somebody", [STAN, MAX, DORA])
def test_nobody_extends_a_warranty_by_hand(somebody: Actor) -> None:
    given(old_machine().histories).when(kept(WEEK), actor=somebody).then_refused(Forbidden)


def test_nothing_is_recorded_of_equipment_that_is_unknown() -> None:
    unknown = kept(WEEK).model_copy(update={"equipment_id": UUID(int=9)})
    given(old_machine().histories).when(unknown, actor=SYSTEM).then_refused(EquipmentNotFound)


# ── what the buyer of a phone may ask for ───────────────────────────────────


def entitled(*, repairs: int) -> list[tuple[Remedy, date, str]]:
    story = old_machine(EquipmentKind.PHONE).tell(kept(WEEK, OVERLAPPING), SYSTEM)
    for number in range(1, repairs):
        story.tell(kept(order=UUID(int=number)), SYSTEM)
    story.tell(kept(order=UUID(int=99), repaired=False), SYSTEM)  # it went back as it was
    story.tell(receive(equipment_id=MACHINE), SUSI).tell(inspect(), SUSI)
    determine = wish(rc.DetermineWarranty)
    [on] = given(story.histories).when(determine, actor=SUSI).outcome()
    assert isinstance(on.event, re.WarrantyDetermined)
    assert {each.rule for each in on.event.entitlements} == {"REG-5a"}
    return [(each.remedy, each.since, each.because) for each in on.event.entitlements]


REPAIR = (Remedy.REPAIR, SOLD, "it is under warranty")
WHEN_LATE = [
    (
        Remedy.EXCHANGE,
        date(2026, 5, 6),
        "in repair since 2026-03-06, over 60 days for want of parts",
    ),
    (
        Remedy.EXCHANGE,
        date(2026, 4, 6),
        "in repair since 2026-03-06, over 30 days for the repairer's own reasons",
    ),
]


@rule("REG-5a")
def test_after_one_repair_the_buyer_has_the_next_and_an_exchange_if_it_takes_long() -> None:
    assert entitled(repairs=1) == [REPAIR, *WHEN_LATE]


@rule("REG-5a")
def test_after_two_repairs_of_the_same_phone_the_buyer_may_have_it_exchanged() -> None:
    failed = (Remedy.EXCHANGE, SOLD, "2 repairs failed; 2 suffice")
    assert entitled(repairs=2) == [failed, REPAIR, *WHEN_LATE]


@rule("REG-5a")
def test_the_order_that_asks_is_no_repair_that_failed() -> None:
    story = old_machine(EquipmentKind.PHONE).tell(kept(WEEK, OVERLAPPING), SYSTEM)
    story.tell(receive(equipment_id=MACHINE), SUSI).tell(inspect(), SUSI)
    story.tell(kept(order=repair_id()), SYSTEM)
    [on] = given(story.histories).when(wish(rc.DetermineWarranty), actor=SUSI).outcome()
    assert isinstance(on.event, re.WarrantyDetermined)
    assert [each.remedy for each in on.event.entitlements if each.since == SOLD] == [Remedy.REPAIR]


@rule("REG-5a")
def test_whose_phone_is_not_covered_may_ask_for_nothing() -> None:
    story = old_machine(EquipmentKind.PHONE).tell(kept(WEEK, OVERLAPPING), SYSTEM)
    story.tell(receive(equipment_id=MACHINE), SUSI).tell(inspect(), SUSI)
    dropped = wish(
        rc.DetermineWarranty, exclusion=ExclusionGround.HUMAN_DAMAGE, evidence=("a" * 64,)
    )
    [on] = given(story.histories).when(dropped, actor=SUSI).outcome()
    assert isinstance(on.event, re.WarrantyDetermined)
    assert (on.event.covered, on.event.entitlements) == (False, ())


@rule("REG-5a")
def test_of_a_machine_the_rules_for_phones_say_nothing() -> None:
    story = old_machine().tell(kept(WEEK, OVERLAPPING), SYSTEM)
    story.tell(receive(equipment_id=MACHINE), SUSI).tell(inspect(), SUSI)
    [on] = given(story.histories).when(wish(rc.DetermineWarranty), actor=SUSI).outcome()
    assert isinstance(on.event, re.WarrantyDetermined) and on.event.entitlements == ()


@rule("REG-5")
@pytest.mark.parametrize(
    ("since", "until", "covered"),
    [
        pytest.param(date(2025, 2, 1), date(2025, 2, 26), False, id="before the handover"),
        pytest.param(date(2025, 2, 1), date(2025, 3, 6), True, id="until after it, eight days"),
        pytest.param(date(2025, 2, 1), date(2025, 3, 5), False, id="seven"),
        pytest.param(date(2026, 2, 26), date(2026, 3, 6), True, id="from its last day"),
        pytest.param(date(2026, 2, 27), date(2026, 3, 9), False, id="from the day after"),
    ],
)
def test_days_in_repair_are_added_that_began_in_the_term(
    since: date, until: date, covered: bool
) -> None:
    story = old_machine().tell(kept(days(since, until)), SYSTEM)
    story.tell(receive(equipment_id=MACHINE), SUSI).tell(inspect(), SUSI)
    [on] = given(story.histories).when(wish(rc.DetermineWarranty), actor=SUSI).outcome()
    assert isinstance(on.event, re.WarrantyDetermined) and on.event.covered is covered


@rule("REG-5")
@pytest.mark.parametrize(
    ("sold", "holidays", "expired"),
    [
        pytest.param(
            date(2025, 2, 16),
            HolidayRule.STATUTORY,
            "2026-02-20 (moved from 2026-02-16 past holidays (statutory))",
            id="by law: the first day after it, in the same break",
        ),
        pytest.param(
            date(2025, 2, 16),
            HolidayRule.REST_DAYS,
            "2026-02-24 (moved from 2026-02-16 past holidays (rest days))",
            id="all days of rest: the first day after the break",
        ),
        pytest.param(date(2025, 2, 15), HolidayRule.STATUTORY, "2026-02-15", id="none by law"),
        pytest.param(
            date(2025, 2, 15),
            HolidayRule.REST_DAYS,
            "2026-02-24 (moved from 2026-02-15 past holidays (rest days))",
            id="but a day of the break",
        ),
        pytest.param(date(2025, 2, 14), HolidayRule.REST_DAYS, "2026-02-14", id="made up for"),
    ],
)
def test_the_policy_says_which_holidays_the_end_moves_past_and_the_answer_which_it_was(
    sold: date, holidays: HolidayRule, expired: str
) -> None:
    terms = next(each for each in shipped.contents() if isinstance(each, WarrantyTerms))
    policy = PublishPolicy(content=terms.model_copy(update={"holiday_rule": holidays}))
    machine = register_equipment(
        equipment_id=OTHER, serial_number="SN-2", factory_date=sold, delivered_on=sold
    )
    story = setting().tell(policy, ADAM).tell(machine, STAN)
    story.tell(receive(equipment_id=OTHER), SUSI).tell(inspect(), SUSI)
    [on] = given(story.histories).when(wish(rc.DetermineWarranty), actor=SUSI).outcome()
    assert isinstance(on.event, re.WarrantyDetermined)
    assert on.event.explanation == f"The term expired on {expired}."


@rule("REG-5")
@pytest.mark.parametrize(
    ("since", "ends"),
    [
        pytest.param(date(2026, 2, 16), "2026-02-28", id="on the last day, a holiday"),
        pytest.param(date(2026, 2, 20), "2026-02-28", id="on the day that it had moved to"),
        pytest.param(date(2026, 2, 21), "2026-02-20", id="on the day after"),
    ],
)
def test_days_are_added_also_if_the_last_day_had_moved_past_holidays(
    since: date, ends: str
) -> None:
    sold = {"factory_date": date(2025, 2, 16), "delivered_on": date(2025, 2, 16)}
    story = setting(register_equipment(**sold))
    story.tell(kept(days(since, since + timedelta(days=12))), SYSTEM)
    story.tell(receive(equipment_id=MACHINE), SUSI).tell(inspect(), SUSI)
    [on] = given(story.histories).when(wish(rc.DetermineWarranty), actor=SUSI).outcome()
    assert isinstance(on.event, re.WarrantyDetermined)
    assert on.event.explanation.startswith(f"The term expired on {ends}")
