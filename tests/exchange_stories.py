"""Stories of exchanges and of refunds instead, in the handbook's own order (rulebook 3.2)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from domain.messages import Actor, Role
from domain.registry.dealer import Dealer
from domain.repairs.exchange import commands as c
from domain.repairs.exchange.dealer_credit import ReverseDealerCreditUse, UseDealerCredit
from domain.repairs.exchange.state import Exchange
from domain.repairs.freight import FreightLeg
from domain.tariff import Wanted
from domain.vocabulary import EquipmentKind
from tests.repair_stories import ERNA, KURT, Steps, told_upto
from tests.scenario import CHAN, FINN, HELEN, SAUL, SUSI, Story, person_id
from tests.stories import DEALER, MAKER, STATION, file_of, hand_over_dealer, setting, yuan

PETRA = Actor(person_id(35), frozenset({Role.PRODUCT_DEPT}))
CORA = Actor(person_id(36), frozenset({Role.COMMERCE_DEPT}))
OLGA = Actor(person_id(37), frozenset({Role.STOREKEEPER}))  # of the finished-goods store
PHONE_POINTS = ("appearance_damage", "broken_parts", "missing_accessories", "opened_seals")


def exchange_id(number: int = 1) -> UUID:
    return UUID(int=0xE8_0000_0000 + number)


def wish(kind: type[c.ExchangeCommand], number: int = 1, **facts: Any) -> Any:
    """A command about an exchange."""
    return kind(exchange_id=exchange_id(number), **facts)


def apply(number: int = 1, **changes: Any) -> c.ApplyForExchange:
    facts: dict[str, Any] = {
        "number": f"E-{number}",
        "station_id": STATION,
        "dealer_id": DEALER,
        "manufacturer_id": MAKER,
        "equipment_kind": EquipmentKind.PHONE,
        "item": "Phone T2",
        "serial_number": "356-7",
        "reported_fault": "does not start",
        "invoiced_on": date(2026, 3, 1),
    }
    return c.ApplyForExchange(exchange_id=exchange_id(number), **facts | changes)


def sign(number: int = 1) -> c.SignExchange:
    return wish(c.SignExchange, number)


def request_refund(number: int = 1, amount: str = "1299.00", **changes: Any) -> c.RequestRefund:
    facts = {"amount": yuan(amount), "invoice": f"INV-{number}", "reason": "no like model"}
    return wish(c.RequestRefund, number, **facts | changes)


def receive(number: int = 1, **changes: Any) -> c.ReceiveFaultyGoods:
    facts = {"condition": "in its box", "accessories": ("charger",), "freight": yuan("18.00")}
    return wish(c.ReceiveFaultyGoods, number, **facts | changes)


def points(*found: str) -> tuple[c.ExclusionChecked, ...]:
    """The list of a phone, with what was found."""
    return tuple(c.ExclusionChecked(word=word, found=word in found) for word in PHONE_POINTS)


def reinspect(number: int = 1, *found: str, **changes: Any) -> c.ReinspectGoods:
    facts: dict[str, Any] = {"serial_number": "356-7", "quality_fault": True}
    facts |= {"findings": "mainboard dead", "checked": points(*found)}
    return wish(c.ReinspectGoods, number, **facts | changes)


def ship(number: int = 1, **changes: Any) -> c.ShipReplacement:
    facts = {"replacement_serial": "356-8", "carrier": "SF", "tracking_number": "SF-77"}
    return wish(c.ShipReplacement, number, **facts | {"freight": yuan("22.50")} | changes)


def charge(number: int = 1, *codes: str) -> c.ChargeDamage:
    lines = tuple(Wanted(code=code) for code in codes or ("housing",))
    return wish(c.ChargeDamage, number, lines=lines)


def pay(number: int = 1, amount: str = "120.00") -> c.RecordDamagePayment:
    return wish(c.RecordDamagePayment, number, amount=yuan(amount), reference="till 3")


def confirm(number: int = 1, confirmed: bool = True) -> c.ConfirmFault:
    return wish(c.ConfirmFault, number, confirmed=confirmed, findings="the board, not the fall")


def freight_signed(leg: FreightLeg, number: int = 1) -> c.SignExchangeFreight:
    return wish(c.SignExchangeFreight, number, leg=leg)


def attach(number: int = 1) -> c.AttachSignedPaper:
    return wish(c.AttachSignedPaper, number, paper=file_of("signed"), about="refund form")


def issue(number: int = 1) -> c.IssueSalesReturn:
    return wish(c.IssueSalesReturn, number, sales_return_number=f"SR-{number}")


def use_id(number: int = 1) -> UUID:
    return UUID(int=0x05E_0000_0000 + number)


def use(number: int = 1, amount: str = "299.00", **changes: Any) -> UseDealerCredit:
    facts = {"dealer_id": DEALER, "use_id": use_id(number), "order_number": f"SO-{number}"}
    return UseDealerCredit(**facts | {"amount": yuan(amount)} | changes)


def give_back(number: int = 1, **changes: Any) -> ReverseDealerCreditUse:
    facts = {"dealer_id": DEALER, "use_id": use_id(number), "currency": "CNY"}
    return ReverseDealerCreditUse(**facts | {"reason": "order cancelled"} | changes)


def state(story: Story) -> Exchange:
    found: Exchange = story.state(Exchange, exchange_id())
    return found


def promoted(actor: Actor, *roles: Role) -> Actor:
    return Actor(actor.id, actor.roles | {*roles}, actor.station)


def exchanged(number: int = 1, **changes: Any) -> Steps:
    """A phone that never started and was dropped: charged for, then exchanged (H3, H2)."""
    yield "applied", [(apply(number, **changes), SUSI)]
    yield "turned away", [(wish(c.RefuseEntry, number, remark="came with the post"), KURT)]
    yield "approved", [(sign(number), CHAN), (sign(number), PETRA)]
    yield "received", [(receive(number), KURT)]
    yield "inspected", [(reinspect(number, "appearance_damage"), SUSI)]
    raised = wish(c.RaiseExchangeDiscrepancy, number, told="the housing is broken")
    yield "raised", [(raised, SUSI)]
    yield "settled", [(wish(c.SettleExchangeDiscrepancy, number, agreed="you pay it"), SUSI)]
    yield "charged", [(charge(number), SUSI)]
    yield "confirmed", [(confirm(number), ERNA)]
    yield "paid", [(pay(number), FINN)]
    yield "shipped", [(ship(number), KURT)]
    yield "delivered", [(wish(c.ConfirmReplacementReceipt, number, taken_by="Wu Li"), HELEN)]
    inbound, back = (
        freight_signed(FreightLeg.TO_US, number),
        freight_signed(FreightLeg.BACK, number),
    )
    yield "inbound signed", [(inbound, SAUL)]
    yield "return freight settled", [(back, OLGA), (back, SAUL)]
    yield "closed", [(wish(c.CloseExchange, number), SUSI)]


def refunded(number: int = 1, **changes: Any) -> Steps:
    """No like model is left: the money goes back, and pays the dealer's next order (H3 3.2.7)."""
    yield "applied", [(apply(number, **changes), SUSI)]
    yield "approved", [(sign(number), CHAN), (sign(number), PETRA)]
    yield "received", [(receive(number, freight=None), KURT)]
    yield "inspected", [(reinspect(number), SUSI)]
    yield "refund asked", [(request_refund(number, like_model_available=False), SUSI)]
    yield "refund approved", [(sign(number), PETRA), (sign(number), FINN)]
    yield "papers attached", [(attach(number), CORA)]
    yield "refunded", [(issue(number), CORA)]
    yield "closed", [(wish(c.CloseExchange, number), SUSI)]


def with_dealer(story: Story | None = None, dealer_id: UUID = DEALER) -> Story:
    """A story, or the setting, in which the dealer is known."""
    story = story or setting()
    if story.state(Dealer, dealer_id) is None:
        story.tell(hand_over_dealer(dealer_id=dealer_id), CHAN)
    return story


def exchange_story(upto: str = "closed", number: int = 1, story: Story | None = None) -> Story:
    return told_upto(exchanged(number), upto, with_dealer(story))


def refund_story(upto: str = "closed", number: int = 1, story: Story | None = None) -> Story:
    return told_upto(refunded(number), upto, with_dealer(story))
