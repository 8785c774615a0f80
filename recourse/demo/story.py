"""The month itself: who does what on which day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Final
from uuid import UUID

from application import shipped
from domain.claims import commands as c
from domain.claims.claim import Claim
from domain.claims.commands import CLAIM, Report
from domain.credits.commands import AllocationWish, MatchCreditNote
from domain.messages import Command, Role, Stream
from domain.money import Money
from domain.registry import customer, equipment, manufacturer, person, station
from domain.registry.equipment import FiledDocument, Owner, OwnerKind
from domain.registry.manufacturer import Identity, IdentityKind
from domain.vocabulary import ClaimKind, EquipmentKind, PaperKind, RegistrationDocument
from recourse.demo import cast
from recourse.demo.cast import Manufacturer, Person, id_of
from recourse.demo.goodwill import beside_the_claims
from recourse.demo.notes import Line, Note, ubl
from recourse.demo.plans import (
    EQUIPMENT,
    Outcome,
    Plan,
    maker_of,
    order_reference,
    plans,
    station_of,
)
from recourse.demo.stage import ZONE, Agenda, Stage

LAST_DAY: Final = 29
NOTE_DAYS: Final = (9, 13, 16, 20, 23, 26, 29)  # on which manufacturers send credit notes
ON_LEAVE: Final = range(14, 19)  # the claims manager; her deputy signs for her
ANSWERED: Final = {
    Outcome.PAID,
    Outcome.PAID_IN_PART,
    Outcome.SHORT_PAID,
    Outcome.PART_OPEN,
    Outcome.AWAITING_CREDIT,
    Outcome.RESUBMITTED,
}
IN_PART: Final = {Outcome.PAID_IN_PART}
SHORT: Final = {Outcome.SHORT_PAID, Outcome.PART_OPEN}
SIGNERS: Final = {
    Role.CLAIMS_MANAGER: cast.CLAIMS_MANAGER,
    Role.SERVICE_DIRECTOR: cast.DIRECTOR,
    Role.FINANCE: cast.FINANCE,
    Role.GENERAL_MANAGER: cast.GENERAL_MANAGER,
}


def agenda(stage: Stage) -> Agenda:
    """Everything that happens in the month, and when."""
    planned, all_plans = Agenda(stage), tuple(plans())
    beginning(planned)
    for plan in all_plans:
        life(planned, plan)
    for day in NOTE_DAYS:
        paying(planned, day, all_plans)
    beside_the_claims(planned, all_plans)
    ending(planned)
    return planned


# ── before the first claim ──────────────────────────────────────────────────


def beginning(planned: Agenda) -> None:
    """Everything that claims refer to is entered on the day before them."""
    stage = planned.stage
    planned.at(0, 8, 0, partial(adopt_policies, stage))
    planned.at(0, 8, 30, partial(register_organisation, stage))
    planned.at(0, 9, 0, partial(register_manufacturers, stage))
    planned.at(0, 10, 0, partial(register_customers, stage))
    for number in range(EQUIPMENT):
        planned.at(0, 11, number, partial(register_equipment, stage, number))
    planned.at(11, 10, 40, partial(answer_query, stage))
    delegation = person.DelegateRole(
        person_id=cast.CLAIMS_MANAGER.id,
        role=Role.CLAIMS_MANAGER,
        to=cast.DEPUTY.id,
        since=stage.moment(ON_LEAVE.start, 0),
        until=stage.moment(ON_LEAVE.stop, 0),
    )
    planned.at(12, 17, 30, partial(stage.give, cast.CLAIMS_MANAGER, delegation))


def adopt_policies(stage: Stage) -> None:
    for adoption in shipped.adoptions():
        stage.give(cast.ADMIN, adoption)


def register_organisation(stage: Stage) -> None:
    for place in cast.STATIONS:
        stage.give(cast.ADMIN, station.RegisterStation(station_id=place.id, name=place.name))
    for someone in cast.PEOPLE:
        stage.give(cast.ADMIN, registration(someone))


def registration(someone: Person) -> person.RegisterPerson:
    return person.RegisterPerson(
        person_id=someone.id,
        name=someone.name,
        held=someone.roles,
        station_id=someone.station.id if someone.station else None,
        level=someone.level,
    )


def register_manufacturers(stage: Stage) -> None:
    for maker in cast.MANUFACTURERS:
        known_as = Identity(kind=IdentityKind.TAX_ID, value=maker.party.tax_id)
        stage.give(
            cast.CLAIMS_MANAGER,
            manufacturer.RegisterManufacturer(
                manufacturer_id=maker.id, name=maker.party.name, identities=(known_as,)
            ),
        )


def register_customers(stage: Stage) -> None:
    for number, (name, phone, address) in enumerate(cast.CUSTOMERS):
        place = station_of(number)
        stage.give(
            cast.AGENTS[place],
            customer.RegisterCustomer(
                customer_id=id_of(f"customer {number}"), name=name, phone=phone, address=address
            ),
        )


def register_equipment(stage: Stage, number: int) -> None:
    """One machine was registered with dates that cannot be, and is on hold (REG-3)."""
    maker, place = maker_of(number), station_of(number)
    delivered = stage.day(-40 - number * 9)
    factory = delivered + timedelta(days=12) if number == ON_HOLD else delivered - timedelta(60)
    owner = Owner(kind=OwnerKind.CUSTOMER, id=id_of(f"customer {number % len(cast.CUSTOMERS)}"))
    stage.give(
        cast.AGENTS[place],
        equipment.RegisterEquipment(
            equipment_id=id_of(f"equipment {number}"),
            manufacturer_id=maker.id,
            serial_number=serial_number(number),
            model=model(number),
            equipment=maker.kind,
            factory_date=factory,
            delivered_on=delivered,
            owner=owner,
            documents=tuple(documents(stage, number)),
        ),
    )


ON_HOLD: Final = 12


def answer_query(stage: Stage) -> None:
    """The manufacturer had mistyped the factory date."""
    delivered = stage.day(-40 - ON_HOLD * 9)
    release = equipment.AnswerRegistrationQuery(
        equipment_id=id_of(f"equipment {ON_HOLD}"),
        factory_date=delivered - timedelta(days=60),
        delivered_on=delivered,
        answer="The factory date was mistyped; the certificate is enclosed.",
    )
    stage.give(cast.CLAIMS, release)


def documents(stage: Stage, number: int) -> Iterator[FiledDocument]:
    """Every fifth registration lacks one."""
    always = list(RegistrationDocument)[:7]
    for document in always[number % 5 == 4 :]:
        text = f"{document}: {model(number)}, {serial_number(number)}"
        yield FiledDocument(document=document, sha256=stage.keep(text))


def serial_number(number: int) -> str:
    return f"{maker_of(number).prefix}{24000 + number * 137}"


def model(number: int) -> str:
    models = maker_of(number).models
    return models[number // 3 % len(models)]


# ── the life of one claim ───────────────────────────────────────────────────


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
        case outcome if outcome in ANSWERED - {Outcome.RESUBMITTED}:
            planned.at(day, 11, minute, story.accept)
        case Outcome.RESUBMITTED:
            planned.at(day, 11, minute, story.reject)
            planned.at(day + 1, 10, minute, story.resubmit)
            planned.at(day + 4, 11, minute, story.accept)
        case Outcome.REJECTED:
            planned.at(day, 11, minute, story.reject)
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


# ── credit notes ────────────────────────────────────────────────────────────


def paying(planned: Agenda, day: int, all_plans: Iterable[Plan]) -> None:
    """Each manufacturer's note of the day: one for exact amounts, one for each short amount."""
    due = [plan for plan in all_plans if pay_day(plan) == day]
    for place, maker in enumerate(cast.MANUFACTURERS):
        mine = [ClaimStory(planned.stage, p) for p in due if p.manufacturer == maker]
        exact = [story for story in mine if story.plan.outcome not in SHORT]
        if exact:
            planned.at(day, 10, place * 5, partial(pay, planned.stage, maker, day, exact))
            for story in exact:
                planned.at(day, 16, story.plan.number % 50, story.close)
        for story in mine:
            if story.plan.outcome in SHORT:
                short_paid(planned, ShortNote(story, day))


def pay_day(plan: Plan) -> int | None:
    """The first day for notes after the claim was accepted, if it is paid at all."""
    if plan.outcome not in ANSWERED - {Outcome.AWAITING_CREDIT}:
        return None
    accepted = plan.opened + (9 if plan.outcome is Outcome.RESUBMITTED else 5)
    return next((day for day in NOTE_DAYS if day > accepted + 1), None)


def pay(stage: Stage, maker: Manufacturer, day: int, stories: Iterable[ClaimStory]) -> None:
    lines = (
        Line(f"Warranty credit, {s.plan.fault.cause}", s.accepted.amount, s.their_number)
        for s in stories
    )
    send(stage, note(stage, maker, day, f"{day:02}", tuple(lines)))


def note(stage: Stage, maker: Manufacturer, day: int, number: str, lines: tuple[Line, ...]) -> Note:
    issued = stage.day(day - 2)
    name = f"{maker.prefix}-CN-{issued:%Y}-{number}"
    return Note(name, issued, maker.party, cast.US, maker.currency, lines)


def send(stage: Stage, sent: Note) -> UUID:
    """Take the note in as the file it is; the reactions match what is clear."""
    report = stage.intake(cast.FINANCE.actor).take(f"{sent.number}.xml", ubl(sent))
    assert report.note_id is not None, report.errors
    stage.react()
    return report.note_id


@dataclass(frozen=True)
class ShortNote:
    """A note that pays less than was accepted: nothing but a person can say what that means."""

    story: ClaimStory
    day: int

    def arrive(self) -> None:
        self.send()

    def send(self) -> UUID:
        stage, plan = self.story.stage, self.story.plan
        line = Line(
            f"Warranty credit, {plan.fault.cause}", self.paid.amount, self.story.their_number
        )
        number = f"{self.day:02}{plan.number:02}"
        return send(stage, note(stage, plan.manufacturer, self.day, number, (line,)))

    @property
    def paid(self) -> Money:
        total = self.story.claim.total
        return total.but((total.amount * Decimal("0.93")).quantize(Decimal("0.01")))

    def allocate(self) -> None:
        """Finance allocates it by hand, and says why it is less."""
        wish = AllocationWish(claim_id=self.story.plan.id, amount=self.paid, reason="labour_rate")
        command = MatchCreditNote(note_id=self.send(), allocations=(wish,))
        self.story.stage.give(cast.FINANCE, command)

    def give_up_the_rest(self) -> None:
        self.story.write_off(self.story.claim.open, "Their labour rate; the contract allows it.")


def short_paid(planned: Agenda, short: ShortNote) -> None:
    minute = short.story.plan.number % 50
    planned.at(short.day, 11, minute, short.arrive)
    planned.at(short.day, 14, minute, short.allocate)
    if short.story.plan.outcome is Outcome.SHORT_PAID:
        planned.at(short.day + 1, 10, minute, short.give_up_the_rest)
        planned.at(short.day + 2, 15, minute, short.story.sign_write_off)
        planned.at(short.day + 2, 17, minute, short.story.close)


# ── the last days ───────────────────────────────────────────────────────────


def ending(planned: Agenda) -> None:
    """What is still open: a note that names no claim of ours, and one of somebody unknown."""
    stage = planned.stage
    planned.at(24, 11, 50, partial(unmatched_note, stage))
    planned.at(LAST_DAY, 17, 30, partial(note_of_a_stranger, stage))


def unmatched_note(stage: Stage) -> None:
    line = Line("Goodwill, as agreed by telephone", Decimal("1200.00"), "TS-G99999")
    send(stage, note(stage, cast.TAISHAN, 24, "24X", (line,)))


def note_of_a_stranger(stage: Stage) -> None:
    send(stage, last_note(stage.first_day))


def last_note(first_day: date) -> Note:
    """Of somebody whom nobody has registered; with it the story is over."""
    line = Line("Attachment returned", Decimal("310.00"))
    issued = first_day + timedelta(days=LAST_DAY - 3)
    return Note("BA-2210", issued, cast.STRANGER, cast.US, "EUR", (line,))
