"""Work of the demonstration from the first word to the credit note: an order whose report opens
its claim by itself (CLM-1). What becomes of the claim is told like that of any other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from domain.claims import commands as c
from domain.messages import Command
from domain.repairs.service_report import PartReplaced, ReportPaper
from domain.vocabulary import PaperKind
from processes.claiming import claim_id_of
from recourse.demo import cast
from recourse.demo.cast import Person, id_of
from recourse.demo.claims import ClaimStory
from recourse.demo.plans import Outcome, Plan, maker_of, order_reference, station_of
from recourse.demo.stage import Agenda, Stage

Told = tuple[int, int, int, Person, Command]
"""On which day, at what hour and minute, who gives what command."""


@dataclass(frozen=True)
class ReportedWork(Plan):
    """A claim that the report of an order opens, on the day that it is in."""

    @property
    def order_id(self) -> UUID:
        return id_of(f"order {self.number}")

    @property
    def id(self) -> UUID:
        return claim_id_of(self.order_id)

    @property
    def order_number(self) -> str:
        return order_reference(self)


def reported_work(number: int, equipment: int, opened: int) -> ReportedWork:
    """Paid in full before the month is over. The number is that of no other claim."""
    return ReportedWork(number, maker_of(equipment), station_of(equipment), opened, Outcome.PAID)


def planned_work(planned: Agenda, told: Iterable[Told]) -> None:
    for number, (day, hour, minute, who, command) in enumerate(told):
        give = partial(planned.stage.give, who, command, again=str(number))
        planned.at(day, hour, minute, give)


def report_of(stage: Stage, plan: ReportedWork) -> dict[str, Any]:
    """What the engineer writes: the fault, the work, the part and the signed slip."""
    story = ClaimStory(stage, plan)
    slip = stage.keep(f"service report of order {plan.order_number}, signed and stamped")
    part = PartReplaced(number=plan.fault.number, name=plan.fault.part, quantity=1)
    paper = ReportPaper(paper=PaperKind.SERVICE_REPORT, sha256=slip, dated=story.completed_on)
    return {**dict(story.report()), "parts": (part,), "papers": (paper,)}


def claimed(planned: Agenda, plan: ReportedWork, file: Command) -> None:
    """The report is filed, and from there on it is a claim like any other."""
    story, stage, day = ClaimStory(planned.stage, plan), planned.stage, plan.opened
    engineer = cast.ENGINEERS[plan.station]
    planned.at(day, 9, 20, partial(file_report, stage, engineer, file))
    planned.at(day, 15, 20, story.attach_the_rest)
    planned.at(day, 16, 40, partial(price, story))
    planned.at(day + 1, 9, 15, story.judge)
    planned.at(day + 1, 14, 15, story.sign)
    planned.at(day + 2, 9, 15, story.submit)
    planned.at(day + 2, 16, 15, story.number)
    planned.at(day + 5, 11, 15, story.accept)


def file_report(stage: Stage, engineer: Person, file: Command) -> None:
    """The program opens the claim, as it does for everybody."""
    stage.give(engineer, file)
    stage.react()


def price(story: ClaimStory) -> None:
    priced = c.AmendClaim(
        claim_id=story.plan.id,
        report=story.claim.report,
        amounts=story.plan.amounts,
        reason="Priced by the manufacturer's list.",
    )
    story.stage.give(cast.CLAIMS, priced)
