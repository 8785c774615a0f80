"""Transfers between dealers and the encroachment fee: REG-7."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.approvals import Names
from domain.messages import Forbidden, Role
from domain.policies import Pin, PublishPolicy
from domain.policy_content import EncroachmentTerms
from domain.registry.equipment import Equipment, EquipmentNotFound
from domain.registry.registration import DealerNamed, Owner, OwnerKind
from domain.registry.transfer import (
    AnotherDealers,
    DatesUnderQuery,
    EncroachmentFeeSettled,
    EquipmentTransferred,
    HoursUnknown,
    JointWarrantyFormMissing,
    MovedAtAnImpossibleTime,
    NoFeeOwed,
    SameDealer,
    SettleEncroachmentFee,
    TransferEquipment,
    TransferExists,
)
from domain.vocabulary import EquipmentKind
from tests.rules import rule
from tests.scenario import ADAM, ENZO, FINN, MAX, NOON, STAN, Story, given
from tests.stories import (
    DEALER,
    DELIVERED,
    MACHINE,
    OTHER_DEALER,
    TODAY,
    register_equipment,
    setting,
    settle_fee,
    transfer,
    transfer_id,
    transfer_story,
    yuan,
)

DAY = timedelta(days=1)
FEE = yuan("5000.00")
TERMS = Pin(policy_id="encroachment_terms", version=1)
LAST_DAY = date(2026, 6, 1)  # of the machine's warranty


def told(**changes):
    """What becomes of a transfer of the machine."""
    (on,) = given(transfer_story("named").histories).when(transfer(**changes), actor=MAX).outcome()
    return on.event


@rule("REG-7")
def test_a_transfer_soon_after_the_handover_is_recorded_with_the_fee_that_is_owed():
    command = transfer()
    given(transfer_story("named").histories).when(command, actor=MAX).then(
        EquipmentTransferred(
            transfer_id=transfer_id(),
            serial_number="SN-1",
            model="EX-200",
            from_dealer_id=DEALER,
            to_dealer_id=OTHER_DEALER,
            moved_on=DELIVERED + 10 * DAY,
            under_warranty=True,
            was_stock=False,
            operating_hours=40,
            on_lease=False,
            joint_warranty_form=command.joint_warranty_form,
            fee=FEE,
            because="It moved 10 days after its handover, within 15.",
            terms=TERMS,
            transferred_by=Names(person=MAX.id),
        )
    )


@rule("REG-7")
@pytest.mark.parametrize(
    ("days", "hours", "on_lease", "fee"),
    [
        pytest.param(0, 0, False, FEE, id="at once"),
        pytest.param(15, 900, False, FEE, id="on the fifteenth day, whatever the hours"),
        pytest.param(16, 100, False, FEE, id="at a hundred hours, whatever the days"),
        pytest.param(16, 101, False, None, id="after both"),
        pytest.param(1, 1, True, None, id="on lease"),
    ],
)
def test_the_fee_is_owed_within_either_limit_unless_on_lease(days, hours, on_lease, fee):
    moved = told(moved_on=DELIVERED + days * DAY, operating_hours=hours, on_lease=on_lease)
    assert moved.fee == fee and moved.because


@rule("REG-7")
def test_the_limits_and_the_fee_are_those_of_the_policy_in_force():
    terms = EncroachmentTerms(operating_hours=10, days=3, fee=yuan("900.00"))
    story = transfer_story("named").tell(PublishPolicy(content=terms), ADAM)
    (on,) = given(story.histories).when(transfer(), actor=MAX).outcome()
    assert on.event.fee is None
    (on,) = given(story.histories).when(transfer(operating_hours=10), actor=MAX).outcome()
    assert (on.event.fee, on.event.terms) == (
        yuan("900.00"),
        TERMS.model_copy(update={"version": 2}),
    )


@rule("REG-7")
def test_a_phone_has_no_hours_and_the_days_alone_count():
    phone = register_equipment(equipment=EquipmentKind.PHONE, dealer_id=DEALER)
    histories = given(setting(phone).histories)
    later = transfer(moved_on=DELIVERED + 16 * DAY, operating_hours=None)
    (on,) = histories.when(later, actor=MAX).outcome()
    assert on.event.fee is None


@rule("REG-7")
def test_out_of_warranty_only_the_day_and_the_dealers_are_recorded():
    late = NOON + timedelta(days=120)
    bare = transfer(
        moved_on=LAST_DAY + DAY, operating_hours=7, joint_warranty_form=None, on_lease=True
    )
    named = given(transfer_story("named").histories)
    (on,) = named.when(bare, actor=MAX, now=late).outcome()
    facts = on.event.model_dump(exclude={"serial_number", "model", "transferred_by"})
    assert {name: fact for name, fact in facts.items() if fact not in (None, False)} == {
        "transfer_id": transfer_id(),
        "from_dealer_id": DEALER,
        "to_dealer_id": OTHER_DEALER,
        "moved_on": LAST_DAY + DAY,
    }
    on_last_day = bare.model_copy(update={"moved_on": LAST_DAY})
    named.when(on_last_day, actor=MAX, now=late).then_refused(JointWarrantyFormMissing)


@rule("REG-7")
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({"joint_warranty_form": None}, JointWarrantyFormMissing, id="no form"),
        pytest.param({"operating_hours": None}, HoursUnknown, id="no hours"),
        pytest.param({"to_dealer_id": DEALER}, SameDealer, id="to oneself"),
        pytest.param(
            {"from_dealer_id": OTHER_DEALER, "to_dealer_id": DEALER},
            AnotherDealers,
            id="not theirs",
        ),
        pytest.param({"moved_on": DELIVERED - DAY}, MovedAtAnImpossibleTime, id="too early"),
        pytest.param({"moved_on": TODAY + DAY}, MovedAtAnImpossibleTime, id="in the future"),
        pytest.param({"equipment_id": transfer_id(9)}, EquipmentNotFound, id="nothing"),
    ],
)
def test_what_cannot_be_transferred_so_stays_where_it_is(changes, refusal):
    named = given(transfer_story("named").histories)
    named.when(transfer(**changes), actor=MAX).then_refused(refusal)


@rule("REG-3")
def test_nothing_moves_while_its_dates_are_asked_about():
    held = register_equipment(factory_date=DELIVERED + DAY, dealer_id=DEALER)
    given(setting(held).histories).when(transfer(), actor=MAX).then_refused(DatesUnderQuery)


def test_a_transfer_is_recorded_once_and_the_next_one_is_later_and_from_the_new_dealer():
    story = transfer_story("transferred")
    moved = given(story.histories)
    moved.when(transfer(), actor=MAX).then_refused(TransferExists)
    back = {"from_dealer_id": OTHER_DEALER, "to_dealer_id": DEALER}
    too_early = transfer(2, **back, moved_on=DELIVERED + 9 * DAY)
    moved.when(too_early, actor=MAX).then_refused(MovedAtAnImpossibleTime, "2025-06-11")
    assert story.tell(transfer(2, **back), MAX).state(Equipment, MACHINE).dealer_id == DEALER


def test_engineers_transfer_nothing():
    given(transfer_story("named").histories).when(transfer(), actor=ENZO).then_refused(Forbidden)


# ── whose it is ─────────────────────────────────────────────────────────────


def test_who_handed_it_over_is_named_at_the_registration():
    story = transfer_story("named")
    registered = story.events(transfer().stream)
    assert registered[1] == DealerNamed(dealer_id=DEALER)
    assert setting().state(Equipment, MACHINE).dealer_id is None


def test_a_machine_of_no_known_dealer_is_transferred_from_whom_the_paper_names():
    story = setting().tell(transfer(from_dealer_id=transfer_id(7)), MAX)
    assert story.state(Equipment, MACHINE).dealer_id == OTHER_DEALER


@pytest.mark.parametrize(
    ("owner", "then"),
    [
        (Owner(kind=OwnerKind.DEALER, id=DEALER), Owner(kind=OwnerKind.DEALER, id=OTHER_DEALER)),
        (register_equipment().owner, register_equipment().owner),
    ],
    ids=["stock", "a customer's"],
)
def test_stock_belongs_to_the_other_dealer_afterwards(owner, then):
    story = setting(register_equipment(owner=owner, dealer_id=DEALER)).tell(transfer(), MAX)
    assert story.state(Equipment, MACHINE).owner == then


# ── the fee ─────────────────────────────────────────────────────────────────


@rule("REG-7")
def test_finance_records_the_payment_of_the_fee_once():
    story = transfer_story("transferred")
    settled = EncroachmentFeeSettled(
        transfer_id=transfer_id(), fee=FEE, reference="B-17", settled_by=Names(person=FINN.id)
    )
    given(story.histories).when(settle_fee(), actor=FINN).then(settled)
    given(story.histories).when(settle_fee(), actor=STAN).then_refused(Forbidden)
    paid = given(story.tell(settle_fee(), FINN).histories)
    paid.when(settle_fee(), actor=FINN).then_refused(NoFeeOwed)


def test_no_fee_is_paid_that_is_not_owed():
    story = transfer_story("named").tell(transfer(on_lease=True), MAX)
    given(story.histories).when(settle_fee(), actor=FINN).then_refused(NoFeeOwed)


def test_transfers_are_those_of_the_roles_that_keep_the_register():
    assert Role.DEALER not in TransferEquipment.roles | SettleEncroachmentFee.roles
    assert isinstance(transfer_story("settled"), Story)
