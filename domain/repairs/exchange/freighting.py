"""Freight both ways is ours: booked to sales, or settled between store and sales (EXC-4)."""

from __future__ import annotations

from typing import Protocol, assert_never

from domain import approvals, policies
from domain.approvals import names
from domain.messages import World
from domain.money import Money
from domain.policy_content import ApprovalMatrix, Approved
from domain.registry.authority import authorised, refuse_manager_of
from domain.repairs.exchange import commands as c
from domain.repairs.exchange import events as e
from domain.repairs.exchange.refusals import (
    ExchangeNotPossibleNow,
    FreightNotRecorded,
    FreightUnsettled,
    NotALegOfExchange,
)
from domain.repairs.exchange.stages_allowed import only_at
from domain.repairs.exchange.state import Exchange, ExchangeStage
from domain.repairs.freight import Freight, FreightLeg, FreightPayer

ON_THE_WAY_BACK = (
    ExchangeStage.SHIPPED,
    ExchangeStage.DELIVERED,
    ExchangeStage.SENT_BACK,
)
HERE = (
    ExchangeStage.RECEIVED,
    ExchangeStage.INSPECTED,
    ExchangeStage.REJECTED,
    ExchangeStage.REFUNDED,
)
WHEN = {FreightLeg.TO_US: (*HERE, *ON_THE_WAY_BACK), FreightLeg.BACK: ON_THE_WAY_BACK}
APPROVED_AS = {
    FreightLeg.TO_US: Approved.INBOUND_FREIGHT,
    FreightLeg.BACK: Approved.RETURN_FREIGHT,
}


class Carried(Protocol):
    """What a command says of the carriage, beside what it is about."""

    @property
    def carrier(self) -> str | None: ...
    @property
    def tracking_number(self) -> str | None: ...
    @property
    def freight(self) -> Money | None: ...


def decide(exchange: Exchange, command: c.Freighting, world: World) -> list[e.Event]:
    match command:
        case c.RecordExchangeFreight():
            return [record(exchange, command, world)]
        case c.SignExchangeFreight(leg=leg):
            return sign(exchange, leg, world)
        case never:
            assert_never(never)


def freight_of(
    exchange: Exchange, leg: FreightLeg, carried: Carried, world: World
) -> list[e.Event]:
    """What came with the goods, if the carrier has said what it costs."""
    if carried.freight is None:
        return []
    freight = Freight(
        leg=leg,
        payer=FreightPayer.US,
        amount=carried.freight,
        carrier=carried.carrier,
        tracking_number=carried.tracking_number,
    )
    return [recorded(exchange, freight, world)]


def recorded(exchange: Exchange, freight: Freight, world: World) -> e.ExchangeFreightRecorded:
    matrix = policies.in_force(world, ApprovalMatrix)
    return e.ExchangeFreightRecorded(
        freight=freight,
        signed_by=matrix.signed_by(APPROVED_AS[freight.leg], freight.amount),
        manufacturer_id=exchange.manufacturer_id,
        recorded_by=names(world),
    )


def record(
    exchange: Exchange, command: c.RecordExchangeFreight, world: World
) -> e.ExchangeFreightRecorded:
    """Again, as long as nobody has signed for it."""
    if command.leg not in WHEN:
        raise NotALegOfExchange(fields=("leg",))
    only_at(exchange, *WHEN[command.leg])
    known = exchange.freight.get(command.leg)
    if known and known.chain.signatures:
        raise ExchangeNotPossibleNow("The freight of this leg is signed for.")
    freight = Freight(
        leg=command.leg,
        payer=FreightPayer.US,
        amount=command.amount,
        carrier=command.carrier,
        tracking_number=command.tracking_number,
    )
    return recorded(exchange, freight, world)


def sign(exchange: Exchange, leg: FreightLeg, world: World) -> list[e.Event]:
    """By none of those who recorded it, and by nobody twice (SEG-1, SEG-2, SEG-4)."""
    known = exchange.freight.get(leg)
    if known is None or known.chain.complete:
        raise FreightNotRecorded
    if exchange.station_id:
        refuse_manager_of(exchange.station_id, world)
    mandate = authorised(world, c.FREIGHT_SIGNERS)
    signature = approvals.sign(known.chain, mandate, known.recorded_by)
    signed = e.ExchangeFreightSigned(leg=leg, signature=signature)
    if not known.chain.signed(signature).complete:
        return [signed]
    return [signed, e.ExchangeFreightSettled(leg=leg, amount=known.amount)]


def refuse_unsettled(exchange: Exchange) -> None:
    """Raises FreightUnsettled, naming each leg (EXC-4)."""
    legs = tuple(leg for leg, each in exchange.freight.items() if not each.chain.complete)
    if legs:
        raise FreightUnsettled(f"Not signed for: {', '.join(legs)}.", reasons=legs)
