"""The life of one claim: opened, vetted, judged, signed, submitted, answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from domain.claims import commands as c
from domain.claims.claim import Claim
from domain.claims.commands import CLAIM, Report
from domain.messages import Command, Role, Stream
from domain.money import Money
from domain.vocabulary import ClaimKind, EquipmentKind, PaperKind
from recourse.demo import cast
from recourse.demo.plans import EQUIPMENT, Outcome, Plan, model, order_reference, serial_number
from recourse.demo.stage import ON_LEAVE, ZONE, Agenda, Stage

ACCEPTED: Final = {
    Outcome.PAID,
    Outcome.PAID_IN_PART,
    Outcome.SHORT_PAID,
    Outcome.PART_OPEN,
    Outcome.DISPUTED,
    Outcome.OVERPAID,
    Outcome.AWAITING_CREDIT,
}
IN_PART: Final = {Outcome.PAID_IN_PART}
SIGNERS: Final = {
    Role.CLAIMS_MANAGER: cast.CLAIMS_MANAGER,
    Role.SERVICE_DIRECTOR: cast.DIRECTOR,
    Role.FINANCE: cast.FINANCE,
    Role.GENERAL_MANAGER: cast.GENERAL_MANAGER,
}


def life(planned: Agenda, plan: Plan) -> None:
    """Opened, vetted, judged, signed, submitted, answered: as far as the outcome says."""
    story = ClaimStory(planned.stage, plan)
    day, minute = plan.opened, plan.number % 6 * 9
    planned.at(day, 10, minute, story.open)
    if plan.outcome is Outcome.OPENED:
        return
    planned.at(day, 15, minute, story.attach_the_rest)
    planned.at(day + 1, 9, minute, story.judge)
    if plan.outcome is Outcome.NOT_CLAIMABLE:
        planned.at(day + 1, 16, minute, story.close)
        return
    if plan.outcome is Outcome.IN_APPROVAL:
        return
    planned.at(day + 1, 14, minute, story.sign)
    planned.at(day + 2, 9, minute, story.submit)
    planned.at(day + 2, 16, minute, story.number)
    answered(planned, story, day + 5, minute)


def answered(planned: Agenda, story: ClaimStory, day: int, minute: int) -> None:
    match story.plan.outcome:
        case outcome if outcome in ACCEPTED:
            planned.at(day, 11, minute, story.accept)
        case Outcome.RESUBMITTED:
            planned.at(day, 11, minute, story.reject)
            planned.at(day + 1, 10, minute, story.resubmit)
            planned.at(day + 4, 11, minute, story.accept)
        case Outcome.REJECTED:
            planned.at(day, 11, minute, story.reject)
        case Outcome.WITHDRAWN:
            planned.at(day, 15, minute, story.withdraw)
        case Outcome.WRITTEN_OFF:
            planned.at(day, 11, minute, story.reject)
            planned.at(day + 2, 10, minute, story.give_up)
            planned.at(day + 3, 15, minute, story.sign_write_off)
            planned.at(day + 4, 9, minute, story.close)
        case _:
            pass


@dataclass(frozen=True)
class ClaimStory:
    """What people do about one claim."""

    stage: Stage
    plan: Plan

    @property
    def stream(self) -> Stream:
        return Stream(CLAIM, self.plan.id)

    @property
    def claim(self) -> Claim:
        found = self.stage.state(Claim, self.stream)
        assert found is not None, "it was opened before"
        return found

    @property
    def completed_on(self) -> date:
        """Every thirteenth report comes in so late that the claim is (CLM-1)."""
        late = 15 if self.plan.number % 13 == 8 else 0
        return self.stage.day(self.plan.opened - 1 - late)

    # ── preparing ──

    def open(self) -> None:
        plan = self.plan
        self.stage.give(
            cast.AGENTS[plan.station],
            c.OpenClaim(
                claim_id=plan.id,
                number=f"W-{self.stage.first_day:%y%m}-{plan.number + 1:03}",
                claim=plan.kind,
                manufacturer_id=plan.manufacturer.id,
                equipment_id=plan.equipment_id,
                station_id=plan.station.id,
                customer_id=plan.customer_id,
                order_reference=order_reference(plan),
                report=self.report(),
                amounts=plan.amounts,
            ),
        )
        self.attach(PaperKind.SERVICE_REPORT)

    def report(self) -> Report:
        plan, number = self.plan, self.plan.number % EQUIPMENT
        is_machine = plan.manufacturer.kind is EquipmentKind.MACHINE
        return Report(
            serial_number=serial_number(number),
            model=model(number),
            failed_on=self.completed_on - timedelta(days=3),
            started_on=self.completed_on - timedelta(days=1),
            completed_on=self.completed_on,
            operating_hours=640 + plan.number * 41 if is_machine else None,
            condition="Quarry, two shifts" if is_machine else "Daily use, no outer damage",
            service_type="field" if is_machine else "counter",
            cause=plan.fault.cause,
            work_done=plan.fault.work,
            engineer_id=cast.ENGINEERS[plan.station].id,
        )

    def attach(self, *papers: PaperKind) -> None:
        for paper in papers:
            text = f"{paper} of {self.plan.fault.cause}, claim {self.plan.number + 1}"
            self.stage.give(
                cast.AGENTS[self.plan.station],
                c.AttachPaper(
                    claim_id=self.plan.id,
                    paper=paper,
                    sha256=self.stage.keep(text),
                    dated=self.completed_on,
                ),
                again=paper,
            )

    def attach_the_rest(self) -> None:
        """Nothing was replaced where only service is claimed."""
        replaced = (PaperKind.FAILURE_REPORT, PaperKind.PART_PHOTO)
        of_failure = replaced if self.plan.kind is ClaimKind.FAILURE else ()
        self.attach(PaperKind.DIAGNOSTICS, *of_failure, PaperKind.REPAIR_HISTORY)

    # ── judging and submitting ──

    def judge(self) -> None:
        """The station's supervisor and the claims manager judge together (CLM-6a)."""
        claimable = self.plan.outcome is not Outcome.NOT_CLAIMABLE
        reason = "Covered, papers agree." if claimable else "Opened by a third party before repair."
        opinion = c.JudgeClaim(claim_id=self.plan.id, claimable=claimable, reason=reason)
        self.stage.give(cast.SUPERVISORS[self.plan.station], opinion)
        self.stage.clock.now += timedelta(minutes=6)
        self.as_holder(Role.CLAIMS_MANAGER, opinion)

    def sign(self) -> None:
        """Each whose turn it is."""
        while role := self.claim.chain.next_step:
            self.stage.clock.now += timedelta(minutes=4)
            self.as_holder(role, c.ApproveClaim(claim_id=self.plan.id))

    def as_holder(self, role: Role, command: Command) -> None:
        """Whoever has the role gives it; while the manager is on leave, her deputy (SEG-6)."""
        today = (self.stage.clock.now.astimezone(ZONE).date() - self.stage.first_day).days
        if role is Role.CLAIMS_MANAGER and today in ON_LEAVE:
            principal = cast.CLAIMS_MANAGER
            self.stage.give(cast.DEPUTY, command, again=role, on_behalf_of=principal)
        else:
            self.stage.give(SIGNERS[role], command, again=role)

    def submit(self) -> None:
        self.stage.give(cast.CLAIMS, c.SubmitClaim(claim_id=self.plan.id))

    def number(self) -> None:
        """The manufacturer says under which number it deals with the claim."""
        self.stage.give(
            cast.CLAIMS,
            c.RecordManufacturerNumber(
                claim_id=self.plan.id, manufacturer_number=self.their_number
            ),
        )

    @property
    def their_number(self) -> str:
        return f"{self.plan.manufacturer.prefix}-G{81000 + self.plan.number * 17}"

    # ── the answer, and after it ──

    def accept(self) -> None:
        """Some letters had been lying for two days, so the fact is older than its record."""
        in_part = self.plan.outcome in IN_PART
        late = self.plan.number % 9 == 6
        self.stage.give(
            cast.CLAIMS,
            c.RecordAcceptance(
                claim_id=self.plan.id,
                accepted=self.accepted if in_part else None,
                reasons=("labour_hours",) if in_part else (),
            ),
            effective_at=self.stage.clock.now - timedelta(days=2) if late else None,
            reason="The letter had been lying in the post room." if late else None,
        )

    @property
    def accepted(self) -> Money:
        total = self.claim.total
        part = Decimal("0.8") if self.plan.outcome in IN_PART else Decimal(1)
        return total.but((total.amount * part).quantize(Decimal("0.01")))

    def reject(self) -> None:
        self.stage.give(
            cast.CLAIMS,
            c.RecordRejection(
                claim_id=self.plan.id,
                reasons=("information_missing",),
                explanation="The diagnostics do not show the fault.",
            ),
        )

    def resubmit(self) -> None:
        self.attach_again()
        self.stage.give(
            cast.CLAIMS,
            c.ResubmitClaim(
                claim_id=self.plan.id, different="The complete diagnostics log is enclosed."
            ),
        )

    def withdraw(self) -> None:
        """The photo turned out to be that of another machine (CLM-9)."""
        compared = self.stage.keep(f"photos of claim {self.plan.number + 1}, side by side")
        self.stage.give(
            cast.CLAIMS_MANAGER,
            c.WithdrawClaim(
                claim_id=self.plan.id,
                false_papers=(PaperKind.PART_PHOTO,),
                explanation="The photo shows the part of another machine, of a claim in spring.",
                evidence=(compared,),
            ),
        )

    def attach_again(self) -> None:
        log = self.stage.keep(f"complete diagnostics log of claim {self.plan.number + 1}")
        paper = c.AttachPaper(
            claim_id=self.plan.id, paper=PaperKind.DIAGNOSTICS, sha256=log, dated=self.completed_on
        )
        self.stage.give(cast.AGENTS[self.plan.station], paper, again="complete")

    def give_up(self) -> None:
        """A rejected claim is written off whole."""
        self.write_off(self.claim.total, "The faulty part was scrapped; nothing more to show.")

    def write_off(self, amount: Money, reason: str) -> None:
        command = c.RequestWriteOff(claim_id=self.plan.id, amount=amount, reason=reason)
        self.stage.give(cast.CLAIMS, command)

    def sign_write_off(self) -> None:
        while (pending := self.claim.write_off) and (role := pending.chain.next_step):
            self.stage.clock.now += timedelta(minutes=3)
            self.as_holder(role, c.ApproveWriteOff(claim_id=self.plan.id))

    def close(self) -> None:
        self.stage.give(cast.CLAIMS, c.CloseClaim(claim_id=self.plan.id))
