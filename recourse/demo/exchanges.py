"""Exchanges of the demonstration: a phone that was dropped but never started is exchanged, for
another the money pays the dealer's next order, and one waits for a signature (rulebook 3.2)."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any, Final, TypeAlias

from domain.money import Money
from domain.repairs.exchange import commands as c
from domain.repairs.exchange.dealer_credit import UseDealerCredit
from domain.repairs.freight import FreightLeg
from domain.tariff import Wanted
from domain.vocabulary import EquipmentKind
from recourse.demo import cast
from recourse.demo.cast import Person, id_of
from recourse.demo.dealers import YANGTZE
from recourse.demo.stage import Agenda, Stage

Facts: TypeAlias = dict[str, Any]

DROPPED, SOLD_OUT, WAITING = 1, 2, 3
AGENT: Final = cast.AGENTS[cast.SUZHOU]
PRICE: Final = "1299.00"
POINTS: Final = ("appearance_damage", "broken_parts", "missing_accessories", "opened_seals")
"""Of a phone, in the policy that ships."""


def exchanges(planned: Agenda) -> None:
    exchanged(planned)
    refunded(planned)
    apply = partial(applied, planned.stage, WAITING, 22)
    planned.at(22, 10, 20, apply)
    planned.at(22, 15, 5, partial(tell, planned.stage, cast.CHANNEL, c.SignExchange, WAITING))


def exchanged(planned: Agenda) -> None:
    """The customer broke the housing and pays for it; the board was dead from the start."""
    told = partial(telling, planned, DROPPED)
    planned.at(2, 9, 40, partial(applied, planned.stage, DROPPED, 2))
    told(2, 14, cast.CHANNEL, c.SignExchange)
    told(3, 10, cast.PRODUCT, c.SignExchange)
    came: Facts = {"condition": "housing cracked", "carrier": "SF", "freight": yuan("18.00")}
    told(5, 9, cast.STORE, c.ReceiveFaultyGoods, **came)
    told(5, 11, AGENT, c.ReinspectGoods, **inspection(DROPPED, "appearance_damage"))
    told(5, 16, AGENT, c.RaiseExchangeDiscrepancy, told="The housing is cracked.")
    told(6, 10, AGENT, c.SettleExchangeDiscrepancy, agreed="The customer pays for the housing.")
    told(6, 11, AGENT, c.ChargeDamage, lines=(Wanted(code="housing"),))
    again: Facts = {"confirmed": True, "findings": "The board failed before the fall."}
    told(6, 14, cast.ENGINEERS[cast.SUZHOU], c.ConfirmFault, **again)
    told(7, 10, cast.FINANCE, c.RecordDamagePayment, amount=yuan("120.00"), reference="T-0815")
    left: Facts = {
        "replacement_serial": "LY-S7-90001",
        "carrier": "SF",
        "tracking_number": "SF1090001",
    }
    told(7, 15, cast.STORE, c.ShipReplacement, freight=yuan("22.50"), **left)
    told(9, 11, cast.HOTLINE, c.ConfirmReplacementReceipt, taken_by="Yu Chen")
    told(9, 14, cast.SALES_DIRECTOR, c.SignExchangeFreight, leg=FreightLeg.TO_US)
    told(9, 15, cast.FINISHED_GOODS, c.SignExchangeFreight, leg=FreightLeg.BACK)
    told(9, 16, cast.SALES_DIRECTOR, c.SignExchangeFreight, again="back", leg=FreightLeg.BACK)
    told(10, 9, AGENT, c.CloseExchange)


def refunded(planned: Agenda) -> None:
    """No like model was left; the dealer's next order is paid with the money, but for the rest."""
    told = partial(telling, planned, SOLD_OUT)
    planned.at(4, 9, 50, partial(applied, planned.stage, SOLD_OUT, 4))
    told(4, 15, cast.CHANNEL, c.SignExchange)
    told(4, 16, cast.PRODUCT, c.SignExchange)
    told(8, 9, cast.STORE, c.ReceiveFaultyGoods, condition="in its box")
    told(8, 10, AGENT, c.ReinspectGoods, **inspection(SOLD_OUT))
    wanted: Facts = {
        "invoice": "INV-2207",
        "reason": "No like model is left.",
        "amount": yuan(PRICE),
    }
    told(8, 11, AGENT, c.RequestRefund, like_model_available=False, **wanted)
    told(8, 14, cast.PRODUCT, c.SignExchange, again="refund")
    told(9, 10, cast.FINANCE, c.SignExchange)
    planned.at(9, 11, 0, partial(papers, planned.stage))
    told(10, 10, cast.COMMERCE, c.IssueSalesReturn, sales_return_number="SR-0001")
    told(10, 11, AGENT, c.CloseExchange)
    planned.at(13, 10, 0, partial(use, planned.stage))


# ── one step at a time ──────────────────────────────────────────────────────


def telling(
    planned: Agenda,
    number: int,
    day: int,
    hour: int,
    who: Person,
    kind: type[c.ExchangeCommand],
    again: str = "",
    **facts: Any,
) -> None:
    step = partial(tell, planned.stage, who, kind, number, again=again, **facts)
    planned.at(day, hour, 7 * number, step)


def tell(
    stage: Stage,
    who: Person,
    kind: type[c.ExchangeCommand],
    number: int,
    again: str = "",
    **facts: Any,
) -> None:
    """`again` tells a signature from the others of the same kind."""
    id = id_of(f"exchange {number}")
    stage.give(who, kind(exchange_id=id, **facts), again=f"{who.name} {again}")


def applied(stage: Stage, number: int, day: int) -> None:
    stage.give(
        AGENT,
        c.ApplyForExchange(
            exchange_id=id_of(f"exchange {number}"),
            number=f"EX-{number:04}",
            station_id=cast.SUZHOU.id,
            dealer_id=YANGTZE,
            manufacturer_id=cast.LINGYUN.id,
            equipment_kind=EquipmentKind.PHONE,
            item=cast.LINGYUN.models[0],
            serial_number=serial_number(number),
            reported_fault="Does not start, out of the box.",
            invoiced_on=stage.day(day) - timedelta(days=3),
        ),
    )


def serial_number(number: int) -> str:
    return f"LY-S7-{7000 + number}"


def inspection(number: int, *found: str) -> Facts:
    """Every point of the list is answered (EXC-6)."""
    checked = tuple(c.ExclusionChecked(word=word, found=word in found) for word in POINTS)
    facts: Facts = {
        "serial_number": serial_number(number),
        "quality_fault": True,
        "checked": checked,
    }
    return facts | {"findings": "The board is dead."}


def papers(stage: Stage) -> None:
    signed = stage.keep("Refund EX-0002, signed by the product department and finance")
    about = "The form, with both signatures."
    tell(stage, cast.COMMERCE, c.AttachSignedPaper, SOLD_OUT, paper=signed, about=about)


def use(stage: Stage) -> None:
    order = UseDealerCredit(
        dealer_id=YANGTZE,
        use_id=id_of("credit of SO-4711"),
        order_number="SO-4711",
        amount=yuan("899.50"),
    )
    stage.give(cast.COMMERCE, order)


def yuan(amount: str) -> Money:
    return Money.model_validate({"amount": amount, "currency": "CNY"})
