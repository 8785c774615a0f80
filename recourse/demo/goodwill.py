"""What goes on beside the claims of the month: goodwill, parts, questions, reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from domain.claims import commands as c
from domain.claims import part_order as po
from domain.claims import routine as r
from domain.claims.commercial import commands as g
from domain.money import Money
from recourse.demo import cast
from recourse.demo.cast import Person, id_of
from recourse.demo.plans import Outcome, Plan, order_reference
from recourse.demo.stage import Agenda, Stage

GOODWILL: Final = id_of("commercial claim 1")
PARTS: Final = id_of("part order 1")
PARTS_OF: Final = 24  # the number of the plan whose parts are ordered
SCRAPPED: Final = 26  # that of one which was rejected, and the part thrown away


def beside_the_claims(planned: Agenda, plans: tuple[Plan, ...]) -> None:
    goodwill(planned, Goodwill(planned.stage))
    parts(planned, plans[PARTS_OF])
    questions(planned, next(plan for plan in plans if plan.outcome is Outcome.SUBMITTED))
    rule_out = c.RuleOutResubmission(
        claim_id=plans[SCRAPPED].id, reason="The faulty part was scrapped before it was asked for."
    )
    planned.at(
        plans[SCRAPPED].opened + 6, 9, 50, partial(planned.stage.give, cast.CLAIMS, rule_out)
    )
    reviews(planned)


# ── a commercial claim (CLM-6) ──────────────────────────────────────────────


@dataclass(frozen=True)
class Goodwill:
    """A boom that cracked a month after its warranty had run out."""

    stage: Stage
    id: UUID = GOODWILL

    def inspect(self) -> None:
        owner = id_of("customer 0")
        inspection = g.InspectOnSite(
            commercial_claim_id=self.id,
            number=f"G-{self.stage.first_day:%y%m}-01",
            equipment_id=id_of("equipment 0"),
            station_id=cast.SUZHOU.id,
            customer_id=owner,
            inspected_on=self.stage.day(5),
            inspected_by=cast.ENGINEERS[cast.SUZHOU].id,
            damage="The boom is cracked at the weld.",
            work_needed="Gouge, weld, brace; two days.",
        )
        self.stage.give(cast.AGENTS[cast.SUZHOU], inspection)

    def find(self) -> None:
        reason = "Structural parts are out of warranty; the manufacturer declined by telephone."
        self.stage.give(cast.CLAIMS, g.FindNotClaimable(commercial_claim_id=self.id, reason=reason))

    def apply(self) -> None:
        reason = "Six machines of ours, ten years a customer."
        command = g.ApplyForCommercialClaim(commercial_claim_id=self.id, reason=reason)
        self.each(command, cast.SUPERVISORS[cast.SUZHOU], cast.DIVISION_MANAGER)

    def fix(self) -> None:
        amount = Money.model_validate({"amount": "6800.00", "currency": "CNY"})
        command = g.FixCommercialAmount(commercial_claim_id=self.id, amount=amount)
        self.each(command, cast.CLAIMS_MANAGER, cast.SUPERVISORS[cast.SUZHOU])

    def sign(self) -> None:
        command = g.SignCommercialClaim(commercial_claim_id=self.id)
        directors = (cast.SALES_DIRECTOR, cast.SERVICE_MANAGER, cast.DIRECTOR)
        self.each(command, *directors, cast.GENERAL_MANAGER)

    def each(self, command: g.Command, *people: Person) -> None:
        for someone in people:
            self.stage.clock.now += timedelta(minutes=7)
            self.stage.give(someone, command, again=someone.name)

    def file(self) -> None:
        form = self.stage.keep("Commercial claim 1, signed by all.")
        self.stage.give(cast.CLAIMS, g.FileCommercialClaim(commercial_claim_id=self.id, form=form))

    def order(self) -> None:
        brace = g.PartWanted(number="TS-BR-40", name="Boom brace", quantity=2)
        command = g.OrderCommercialParts(
            commercial_claim_id=self.id, order_number="PL-3391", parts=(brace,)
        )
        self.stage.give(cast.PARTS_ADMIN, command)

    def work(self) -> None:
        command = g.RecordCommercialWork(
            commercial_claim_id=self.id,
            done_on=self.stage.day(17),
            engineer_id=cast.ENGINEERS[cast.SUZHOU].id,
            work_done="Welded and braced; crack test passed.",
        )
        self.stage.give(cast.AGENTS[cast.SUZHOU], command)

    def call(self) -> None:
        command = g.RecordCommercialCallback(
            commercial_claim_id=self.id, satisfied=True, remark="Works again, thanks to the crew."
        )
        self.stage.give(cast.AGENTS[cast.SUZHOU], command)


def goodwill(planned: Agenda, story: Goodwill) -> None:
    planned.at(5, 16, 5, story.inspect)
    planned.at(6, 9, 35, story.find)
    planned.at(7, 10, 5, story.apply)
    planned.at(8, 14, 35, story.fix)
    planned.at(9, 15, 5, story.sign)
    planned.at(10, 9, 20, story.file)
    planned.at(10, 11, 25, story.order)
    planned.at(17, 17, 5, story.work)
    planned.at(20, 10, 35, story.call)


# ── parts for a failure claim (CLM-5, CLM-6a) ───────────────────────────────


def parts(planned: Agenda, plan: Plan) -> None:
    stage, day = planned.stage, plan.opened
    request = po.RequestPartOrder(
        part_order_id=PARTS,
        number=f"P-{stage.first_day:%y%m}-01",
        station_id=plan.station.id,
        order_reference=order_reference(plan),
        parts=plan.amounts.parts,
    )
    sign, place = po.SignPartOrder(part_order_id=PARTS), po.PlacePartOrder(part_order_id=PARTS)
    match = po.MatchPartOrder(part_order_id=PARTS, claim_id=plan.id)
    steps = (
        (day - 3, 9, cast.AGENTS[plan.station], request),
        (day - 3, 11, cast.DIRECTOR, sign),
        (day - 3, 14, cast.FINANCE, sign),
        (day - 2, 9, cast.PARTS_ADMIN, place),
        (day + 1, 17, cast.PARTS_ADMIN, match),
    )
    for on, hour, who, command in steps:
        planned.at(on, hour, 55, partial(stage.give, who, command, again=who.name))


# ── questions of a manufacturer, and what is looked at regularly ────────────


def questions(planned: Agenda, plan: Plan) -> None:
    asked = c.RecordInformationAsked(
        claim_id=plan.id, question="Which hours did the meter show at delivery?"
    )
    given = c.GiveInformation(claim_id=plan.id, answer="Eleven; the handover sheet is enclosed.")
    planned.at(plan.opened + 4, 10, 25, partial(planned.stage.give, cast.CLAIMS, asked))
    planned.at(plan.opened + 5, 9, 25, partial(planned.stage.give, cast.CLAIMS, given))


def reviews(planned: Agenda) -> None:
    """Every working day the open claims; early in the month the lists of the month before."""
    stage = planned.stage
    for number in range(1, 30):
        if stage.day(number).weekday() < 5:
            review = r.ReviewOpenClaims(day=stage.day(number))
            planned.at(number, 17, 45, partial(stage.give, cast.CLAIMS, review))
    month = before(stage.first_day)
    check = r.CheckClaimPartList(
        month=month, findings=("One order without a claim; asked for it.",)
    )
    planned.at(3, 16, 25, partial(stage.give, cast.CLAIMS_MANAGER, check))
    ledger = r.SendCommercialLedger(month=month)
    planned.at(3, 16, 40, partial(stage.give, cast.CLAIMS, ledger))


def before(day: date) -> date:
    """The month before that of the day."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
