"""Goods that are not as announced, or damaged: raised the same day, and settled (EXC-2)."""

from __future__ import annotations

from typing import assert_never

from domain.approvals import names
from domain.intervals import Interval
from domain.messages import World
from domain.repairs.discrepancies import DiscrepancyStage, later
from domain.repairs.exchange import commands as c
from domain.repairs.exchange import events as e
from domain.repairs.exchange.refusals import NoExchangeDiscrepancy
from domain.repairs.exchange.stages_allowed import only_at
from domain.repairs.exchange.state import Exchange, ExchangeStage
from domain.sla.starting import late


def decide(exchange: Exchange, command: c.Differing, world: World) -> list[e.Event]:
    match command:
        case c.RaiseExchangeDiscrepancy(told=told):
            refuse_other_than(exchange, DiscrepancyStage.FOUND)
            return [
                e.ExchangeDiscrepancyRaised(
                    told=told,
                    raised_at=world.effective_at,
                    late=late(exchange.raising_due, world),
                    raised_by=names(world),
                )
            ]
        case c.SettleExchangeDiscrepancy(agreed=agreed):
            refuse_other_than(exchange, DiscrepancyStage.RAISED)
            return [settle(exchange, agreed, world)]
        case never:
            assert_never(never)


def refuse_other_than(exchange: Exchange, stage: DiscrepancyStage) -> None:
    only_at(exchange, ExchangeStage.INSPECTED)
    if exchange.discrepancy is not stage:
        raise NoExchangeDiscrepancy(f"No discrepancy of these goods is {stage}.")


def settle(exchange: Exchange, agreed: str, world: World) -> e.ExchangeDiscrepancySettled:
    """The replacement waited from when it was raised until now (SLA-1a)."""
    raised = exchange.raised_at or world.effective_at
    waited = (*exchange.disputes, Interval(raised, max(raised, world.effective_at)))
    return e.ExchangeDiscrepancySettled(
        agreed=agreed,
        settled_at=world.effective_at,
        replacement_due=later(exchange.replacement_due, waited, world),
        settled_by=names(world),
    )
