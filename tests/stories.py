"""Stories for everybody's tests: claims from opening to being paid, and the notes that pay them.

Each is told by commands that the domain itself decides. `story.happened` is every event with its
stream, in the order it came about; `SETTING` is what is registered before any claim is opened.
Numbers make ids: `claim_id(1)`, `note_id(1)`, so that two tellers mean the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from domain.approvals import Names
from domain.claims import commands as c
from domain.claims import part_order as po
from domain.claims.amounts import Amounts, Labour, OtherCost, PartUsed
from domain.claims.commercial import commands as g
from domain.claims.routine import ReviewOpenClaims
from domain.credits.commands import (
    AllocationWish,
    BookCreditNote,
    MatchByReference,
    MatchCreditNote,
    SourceFile,
)
from domain.credits.document import (
    CreditNoteDocument,
    Line,
    Party,
    Reference,
    ReferenceKind,
    Root,
    Totals,
)
from domain.credits.refused_file import KeepRefusedFile
from domain.messages import Actor, Command, On
from domain.money import Money
from domain.registry.customer import RegisterCustomer
from domain.registry.dealer import (
    FileDealerRecord,
    HandOverDealer,
    RecordDealerSurvey,
    RecordFirstCall,
    ReturnDealerRecord,
)
from domain.registry.dealer_contact import DealerContact
from domain.registry.manufacturer import Identity, IdentityKind, RegisterManufacturer
from domain.registry.person import RegisterPerson
from domain.registry.registration import FiledDocument, Owner, OwnerKind, RegisterEquipment
from domain.registry.station import RegisterStation
from domain.registry.transfer import SettleEncroachmentFee, TransferEquipment
from domain.vocabulary import (
    ClaimKind,
    EngineerLevel,
    EquipmentKind,
    PaperKind,
    RegistrationDocument,
)
from tests.scenario import (
    ADAM,
    CHAN,
    DIVA,
    DORA,
    ENZO,
    FINN,
    GINA,
    HELEN,
    MAX,
    MIA,
    PIA,
    SAM,
    SAUL,
    STAN,
    SVEN,
    SYSTEM,
    Story,
    appended,
)

MAKER = UUID(int=0x3A_0001)
OTHER_MAKER = UUID(int=0x3A_0002)
STATION = UUID(int=0x57_0001)
OTHER_STATION = UUID(int=0x57_0002)
DEALER = UUID(int=0xDE_0001)
OTHER_DEALER = UUID(int=0xDE_0002)
CUSTOMER = UUID(int=0xC5_0001)
MACHINE = UUID(int=0xE9_0001)
MAKER_TAX_ID = "CN 9131-0000"
DELIVERED = date(2025, 6, 1)
FAILED, STARTED, COMPLETED = date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 2)
TODAY = date(2026, 3, 6)  # NOON's


def claim_id(number: int = 1) -> UUID:
    return UUID(int=0xC1_0000_0000 + number)


def note_id(number: int = 1) -> UUID:
    return UUID(int=0xCE_0000_0000 + number)


def file_of(text: str) -> str:
    """The address of a file with this text."""
    return sha256(text.encode()).hexdigest()


def yuan(amount: str | Decimal) -> Money:
    return Money(amount=Decimal(amount), currency="CNY")


# ── the setting ─────────────────────────────────────────────────────────────


def register_manufacturer(**changes: Any) -> RegisterManufacturer:
    fields: dict[str, Any] = {
        "manufacturer_id": MAKER,
        "name": "Earthmover Works",
        "identities": (Identity(kind=IdentityKind.TAX_ID, value=MAKER_TAX_ID),),
    }
    return RegisterManufacturer(**fields | changes)


def register_equipment(**changes: Any) -> RegisterEquipment:
    every = [document for document in RegistrationDocument if "engine" not in document]
    fields: dict[str, Any] = {
        "equipment_id": MACHINE,
        "manufacturer_id": MAKER,
        "serial_number": "SN-1",
        "model": "EX-200",
        "equipment": EquipmentKind.MACHINE,
        "factory_date": date(2025, 3, 1),
        "delivered_on": DELIVERED,
        "owner": Owner(kind=OwnerKind.CUSTOMER, id=CUSTOMER),
        "documents": tuple(FiledDocument(document=d, sha256=file_of(d)) for d in every),
    }
    return RegisterEquipment(**fields | changes)


def register_person(actor: Actor, name: str, level: EngineerLevel | None = None) -> RegisterPerson:
    return RegisterPerson(person_id=actor.id, name=name, held=actor.roles, level=level)


def setting(machine: RegisterEquipment | None = None) -> Story:
    """Manufacturers, stations, people, a customer and a machine under warranty."""
    story = Story()
    other = register_manufacturer(manufacturer_id=OTHER_MAKER, name="Crane Works", identities=())
    story.tell(register_manufacturer(), FINN).tell(other, FINN)
    story.tell(RegisterStation(station_id=STATION, name="Harbour"), DORA)
    story.tell(RegisterStation(station_id=OTHER_STATION, name="Airport"), DORA)
    story.tell(register_person(ENZO, "Enzo", EngineerLevel.TCL2), ADAM)
    for name, actor in (("Mia", MIA), ("Max", MAX), ("Sam", SAM), ("Dora", DORA), ("Finn", FINN)):
        story.tell(register_person(actor, name), ADAM)
    customer = RegisterCustomer(customer_id=CUSTOMER, name="Wang Fang", phone="+86 10 5555 0101")
    story.tell(customer, STAN)
    return story.tell(machine or register_equipment(), STAN)


def dealer_contact(**changes: Any) -> DealerContact:
    fields: dict[str, Any] = {
        "contact_id": UUID(int=0xC0_0001),
        "name": "Zhou Ping",
        "phone": "+86 21 5555 0199",
        "email": "zhou@example.com",
        "birthday": date(1980, 2, 29),
    }
    return DealerContact(**fields | changes)


def hand_over_dealer(**changes: Any) -> HandOverDealer:
    """What the channel department knows of a new dealer."""
    fields: dict[str, Any] = {
        "dealer_id": DEALER,
        "name": "Pudong Machines",
        "region": "East",
        "station_id": STATION,
        "contact": dealer_contact(email=None, birthday=None),
    }
    return HandOverDealer(**fields | changes)


def call_dealer(**changes: Any) -> RecordFirstCall:
    return RecordFirstCall(**{"dealer_id": DEALER, "contact": dealer_contact()} | changes)


def survey_dealer(**changes: Any) -> RecordDealerSurvey:
    fields: dict[str, Any] = {
        "dealer_id": DEALER,
        "held_on": date(2026, 5, 5),
        "satisfaction": 4,
        "remarks": ("parts come late",),
        "form": file_of("survey"),
    }
    return RecordDealerSurvey(**fields | changes)


def dealer_story(upto: str = "surveyed", story: Story | None = None) -> Story:
    """A new dealer, from the handover to the first survey."""
    stages: dict[str, Told] = {
        "handed over": (hand_over_dealer(), CHAN),
        "called": (call_dealer(), HELEN),
        "filed": (FileDealerRecord(dealer_id=DEALER), HELEN),
        "returned": (ReturnDealerRecord(dealer_id=DEALER), HELEN),
        "surveyed": (survey_dealer(held_on=TODAY), HELEN),
    }
    story = story or Story()
    for stage, told in stages.items():
        story.tell(*told)
        if stage == upto:
            return story
    raise ValueError(f"There is no stage {upto!r}.")


def transfer_id(number: int = 1) -> UUID:
    return UUID(int=0x7F_0000_0000 + number)


def transfer(number: int = 1, **changes: Any) -> TransferEquipment:
    """Of the machine, ten days after its handover, under warranty."""
    fields: dict[str, Any] = {
        "equipment_id": MACHINE,
        "transfer_id": transfer_id(number),
        "from_dealer_id": DEALER,
        "to_dealer_id": OTHER_DEALER,
        "moved_on": DELIVERED + timedelta(days=10),
        "operating_hours": 40,
        "joint_warranty_form": file_of(f"joint warranty {number}"),
    }
    return TransferEquipment(**fields | changes)


def settle_fee(number: int = 1) -> SettleEncroachmentFee:
    return SettleEncroachmentFee(
        equipment_id=MACHINE, transfer_id=transfer_id(number), reference="B-17"
    )


def transfer_story(upto: str = "settled") -> Story:
    """The machine named as a dealer's, transferred to another, and the fee for it settled."""
    story = setting(register_equipment(dealer_id=DEALER))
    stages: dict[str, list[Told]] = {
        "named": [],
        "transferred": [(transfer(), MAX)],
        "settled": [(settle_fee(), FINN)],
    }
    for stage, told in stages.items():
        story.tell_all(told)
        if stage == upto:
            return story
    raise ValueError(f"There is no stage {upto!r}.")


# ── claims ──────────────────────────────────────────────────────────────────


def report(**changes: Any) -> c.Report:
    fields: dict[str, Any] = {
        "serial_number": "SN-1",
        "model": "EX-200",
        "failed_on": FAILED,
        "started_on": STARTED,
        "completed_on": COMPLETED,
        "operating_hours": 812,
        "condition": "quarry",
        "service_type": "repair",
        "cause": "seal worn",
        "work_done": "pump resealed",
        "engineer_id": ENZO.id,
    }
    return c.Report(**fields | changes)


def amounts(total: str = "1000.00") -> Amounts:
    """Labour for 300, other for 50.50, and parts for the rest; labour alone below 400."""
    if Decimal(total) < 400:
        only = Labour(code="H-10", hours=Decimal("1.5"), amount=yuan(total))
        return Amounts(labour=(only,), parts=(seal("0.00"),))
    return Amounts(
        labour=(Labour(code="H-10", hours=Decimal("1.5"), amount=yuan("300.00")),),
        parts=(seal(str(Decimal(total) - Decimal("350.50"))),),
        other=(OtherCost(description="travel", amount=yuan("50.50")),),
    )


def seal(amount: str) -> PartUsed:
    return PartUsed(number="P-77", name="seal", quantity=2, amount=yuan(amount))


def open_claim(number: int = 1, total: str = "1000.00", **changes: Any) -> c.OpenClaim:
    fields: dict[str, Any] = {
        "claim_id": claim_id(number),
        "number": f"C-{number}",
        "claim": ClaimKind.FAILURE,
        "manufacturer_id": MAKER,
        "equipment_id": MACHINE,
        "station_id": STATION,
        "dealer_id": DEALER,
        "customer_id": CUSTOMER,
        "order_reference": f"FO-{number}",
        "report": report(),
        "amounts": amounts(total),
    }
    return c.OpenClaim(**fields | changes)


def reported(number: int = 1, **changes: Any) -> c.OpenClaimOnReport:
    """What the report of a field order asks for."""
    slip = c.PaperListed(
        paper=PaperKind.SERVICE_REPORT, sha256=file_of("service report"), dated=COMPLETED
    )
    fields: dict[str, Any] = {
        "claim_id": claim_id(number),
        "claim": ClaimKind.FAILURE,
        "field_order_id": UUID(int=0xF0_0000_0000 + number),
        "order_reference": f"FO-{number}",
        "equipment_id": MACHINE,
        "station_id": STATION,
        "customer_id": CUSTOMER,
        "report": report(),
        "parts": (c.PartListed(number="P-77", name="seal", quantity=2),),
        "papers": (slip,),
        "reported_by": Names(person=ENZO.id),
    }
    return c.OpenClaimOnReport(**fields | changes)


PAPERS = (
    PaperKind.SERVICE_REPORT,
    PaperKind.DIAGNOSTICS,
    PaperKind.FAILURE_REPORT,
    PaperKind.PART_PHOTO,
    PaperKind.REPAIR_HISTORY,
)


def attach(paper: PaperKind, number: int = 1, dated: date = COMPLETED) -> c.AttachPaper:
    return c.AttachPaper(
        claim_id=claim_id(number), paper=paper, sha256=file_of(f"{paper} {number}"), dated=dated
    )


Told = tuple[Command, Actor]


def judge(number: int = 1, claimable: bool = True) -> c.JudgeClaim:
    reason = "within terms" if claimable else "worn out by use"
    return c.JudgeClaim(claim_id=claim_id(number), claimable=claimable, reason=reason)


def judged(number: int = 1, claimable: bool = True) -> list[Told]:
    """The opinions of those who judge together, by the shipped policy (CLM-6a)."""
    return [(judge(number, claimable), MAX), (judge(number, claimable), SAM)]


def maker_number(number: int = 1) -> str:
    return f"W-2026-{number}"


def submit(number: int = 1, **changes: Any) -> c.SubmitClaim:
    fields = {"claim_id": claim_id(number), "manufacturer_number": maker_number(number)}
    return c.SubmitClaim(**fields | changes)


def reject(number: int = 1) -> c.RecordRejection:
    return c.RecordRejection(
        claim_id=claim_id(number), reasons=("no_defect",), explanation="seal found sound"
    )


def signers(total: str) -> list[Actor]:
    """Who signs a claim of so much, by the shipped matrix."""
    limits = (Decimal(0), Decimal(20_000), Decimal(100_000))
    return [
        actor
        for actor, limit in zip((DORA, FINN, GINA), limits, strict=True)
        if Decimal(total) > limit
    ]


def steps_to_acceptance(
    number: int = 1, total: str = "1000.00", accepted: str | None = None
) -> Iterable[tuple[str, list[Told]]]:
    """What leads a claim to being accepted, stage by stage."""
    id = claim_id(number)
    in_part = {"accepted": yuan(accepted), "reasons": ("labour_hours",)} if accepted else {}
    yield "opened", [(open_claim(number, total), STAN)]
    yield "with papers", [(attach(paper, number), STAN) for paper in PAPERS]
    yield "claimable", [(c.VetClaim(claim_id=id), MIA), *judged(number)]
    yield "approved", [(c.ApproveClaim(claim_id=id), signer) for signer in signers(total)]
    yield "submitted", [(submit(number), MIA)]
    yield "accepted", [(c.RecordAcceptance(claim_id=id, **in_part), MIA)]


def claim_story(
    upto: str = "accepted",
    number: int = 1,
    total: str = "1000.00",
    accepted: str | None = None,
    story: Story | None = None,
) -> Story:
    """A claim up to a stage: opened, with papers, claimable, approved, submitted, accepted.

    Told after `story`, or after the setting.
    """
    story = story or setting()
    for stage, told in steps_to_acceptance(number, total, accepted):
        for command, actor in told:
            story.tell(command, actor)
        if stage == upto:
            return story
    raise ValueError(f"There is no stage {upto!r}.")


def rejected_claim(number: int = 1, story: Story | None = None) -> Story:
    return claim_story("submitted", number, story=story).tell(reject(number), MIA)


# ── commercial claims and orders of parts ───────────────────────────────────


def commercial_id(number: int = 1) -> UUID:
    return UUID(int=0xCC_0000_0000 + number)


def inspect(number: int = 1, **changes: Any) -> g.InspectOnSite:
    fields: dict[str, Any] = {
        "commercial_claim_id": commercial_id(number),
        "number": f"G-{number}",
        "equipment_id": MACHINE,
        "station_id": STATION,
        "dealer_id": DEALER,
        "customer_id": CUSTOMER,
        "inspected_on": COMPLETED,
        "inspected_by": ENZO.id,
        "damage": "boom cracked",
        "work_needed": "weld and brace",
    }
    return g.InspectOnSite(**fields | changes)


def steps_of_goodwill(
    number: int = 1, amount: str = "8000.00", **changes: Any
) -> Iterable[tuple[str, list[Told]]]:
    """What leads a commercial claim to its callback, stage by stage (CLM-6)."""
    id = commercial_id(number)
    apply = g.ApplyForCommercialClaim(commercial_claim_id=id, reason="a customer of ten years")
    fix = g.FixCommercialAmount(commercial_claim_id=id, amount=yuan(amount))
    sign = g.SignCommercialClaim(commercial_claim_id=id)
    brace = g.PartWanted(number="P-90", name="brace", quantity=2)
    yield "inspected", [(inspect(number, **changes), STAN)]
    yield (
        "not claimable",
        [(g.FindNotClaimable(commercial_claim_id=id, reason="the term is over"), MIA)],
    )
    yield "applied for", [(apply, SAM), (apply, DIVA)]
    yield "amount fixed", [(fix, MAX), (fix, SAM)]
    yield "approved", [(sign, signer) for signer in (SAUL, SVEN, DORA, GINA)]
    yield (
        "filed",
        [(g.FileCommercialClaim(commercial_claim_id=id, form=file_of(f"form {number}")), MIA)],
    )
    yield (
        "parts ordered",
        [
            (
                g.OrderCommercialParts(
                    commercial_claim_id=id, order_number=f"PO-{number}", parts=(brace,)
                ),
                PIA,
            )
        ],
    )
    yield (
        "work done",
        [
            (
                g.RecordCommercialWork(
                    commercial_claim_id=id, done_on=TODAY, engineer_id=ENZO.id, work_done="welded"
                ),
                STAN,
            )
        ],
    )
    yield (
        "called back",
        [
            (
                g.RecordCommercialCallback(
                    commercial_claim_id=id, satisfied=True, remark="runs well"
                ),
                HELEN,
            )
        ],
    )


def goodwill_story(
    upto: str = "called back",
    number: int = 1,
    amount: str = "8000.00",
    story: Story | None = None,
    **changes: Any,
) -> Story:
    """A commercial claim up to a stage."""
    story = story or setting()
    for stage, told in steps_of_goodwill(number, amount, **changes):
        story.tell_all(told)
        if stage == upto:
            return story
    raise ValueError(f"There is no stage {upto!r}.")


def part_order_id(number: int = 1) -> UUID:
    return UUID(int=0xB0_0000_0000 + number)


def request_parts(number: int = 1, total: str = "900.00", **changes: Any) -> po.RequestPartOrder:
    """Of the parts for the work that claim `number` is for."""
    fields: dict[str, Any] = {
        "part_order_id": part_order_id(number),
        "number": f"P-{number}",
        "station_id": STATION,
        "order_reference": f"FO-{number}",
        "parts": (seal(total),),
    }
    return po.RequestPartOrder(**fields | changes)


def part_order_story(
    upto: str = "placed", number: int = 1, total: str = "900.00", story: Story | None = None
) -> Story:
    """Parts requested, approved or placed."""
    id = part_order_id(number)
    signers = (DORA, FINN) if Decimal(total) <= 20_000 else (DORA, FINN, GINA)
    stages: dict[str, list[Told]] = {
        "requested": [(request_parts(number, total), STAN)],
        "approved": [(po.SignPartOrder(part_order_id=id), signer) for signer in signers],
        "placed": [(po.PlacePartOrder(part_order_id=id), PIA)],
    }
    story = story or setting()
    for stage, told in stages.items():
        story.tell_all(told)
        if stage == upto:
            return story
    raise ValueError(f"There is no stage {upto!r}.")


def work_story(story: Story) -> Story:
    """A commercial claim, parts that are matched to claim 1 if there is one, and reviews."""
    part_order_story(story=goodwill_story(story=story))
    if story.events(open_claim().stream):
        match = po.MatchPartOrder(part_order_id=part_order_id(), claim_id=claim_id())
        story.tell(match, MIA)
    review = ReviewOpenClaims(day=TODAY, findings=("C-1 waits for its papers",))
    return story.tell(review, MIA).tell(review, MAX)


# ── credit notes ────────────────────────────────────────────────────────────

ISSUER = Party(tax_id=MAKER_TAX_ID, name="Earthmover Works")
STRANGE_ISSUER = Party(name="Nobody Known Ltd")


def document(
    number: int = 1,
    payable: str = "1000.00",
    names: tuple[str, ...] = (maker_number(1),),
    **changes: Any,
) -> CreditNoteDocument:
    """One line without tax, naming claims in the document's references."""
    fields: dict[str, Any] = {
        "root": Root.CREDIT_NOTE,
        "type_code": "381",
        "number": f"CN-{number}",
        "issue_date": TODAY,
        "currency": "CNY",
        "supplier": ISSUER,
        "customer": Party(name="Recourse Services"),
        "totals": Totals(line_total=Decimal(payable), payable=Decimal(payable)),
        "lines": (Line(id="1", net=Decimal(payable), tax_rate=Decimal(0)),),
        "references": tuple(Reference(kind=ReferenceKind.ADDITIONAL, id=n) for n in names),
    }
    return CreditNoteDocument(**fields | changes)


def line(id: str, net: str, *names: str, tax_rate: str = "0") -> Line:
    """A line that names claims."""
    references = tuple(Reference(kind=ReferenceKind.ADDITIONAL, id=name) for name in names)
    return Line(id=id, net=Decimal(net), tax_rate=Decimal(tax_rate), references=references)


def book(
    number: int = 1, paper: CreditNoteDocument | None = None, **changes: Any
) -> BookCreditNote:
    """Book a paper; `changes` are those of the document if none is given."""
    source = SourceFile(sha256=file_of(f"note {number}"), name=f"note-{number}.xml")
    paper = paper or document(number, **changes)
    return BookCreditNote(note_id=note_id(number), source=source, document=paper)


def refuse(number: int, *reasons: str) -> KeepRefusedFile:
    """Keep the file of a note as one that is refused."""
    source = SourceFile(sha256=file_of(f"note {number}"), name=f"note-{number}.xml")
    return KeepRefusedFile(source=source, size=12, reasons=reasons or ("No number.",))


def match(number: int, *wishes: tuple[int, str] | tuple[int, str, str]) -> MatchCreditNote:
    """Match by hand: (claim, amount) or (claim, amount, reason)."""
    allocations = tuple(
        AllocationWish(
            claim_id=claim_id(wish[0]),
            amount=yuan(wish[1]),
            reason=wish[2] if len(wish) == 3 else None,
        )
        for wish in wishes
    )
    return MatchCreditNote(note_id=note_id(number), allocations=allocations)


def paid_claim(number: int = 1, story: Story | None = None) -> Story:
    """A claim accepted in full, paid by a note that names it, and closed."""
    story = claim_story("accepted", number, story=story)
    story.tell(book(number, names=(maker_number(number),)), FINN)
    story.tell(MatchByReference(note_id=note_id(number)), SYSTEM)
    return story.tell(c.CloseClaim(claim_id=claim_id(number)), SYSTEM)


def partly_paid_claim(number: int = 1, story: Story | None = None) -> Story:
    """A claim accepted in part, of which a note pays a part by hand."""
    story = claim_story("accepted", number, accepted="800.00", story=story)
    story.tell(book(number, payable="500.00", names=()), FINN)
    return story.tell(match(number, (number, "500.00", "part_payment")), FINN)


# ── other currencies ────────────────────────────────────────────────────────


def claim_in(
    currency: str, number: int, total: str, maker_numbered: str, story: Story | None = None
) -> Story:
    """An accepted claim as if it had been made in another currency, under a number of the maker.

    Its history is that of a claim in yuan, told again; the shipped matrices know no other currency.
    """
    story = story or setting()
    aside = claim_story("approved", number, total, story=setting())
    aside.tell(submit(number, manufacturer_number=maker_numbered), MIA)
    aside.tell(c.RecordAcceptance(claim_id=claim_id(number)), MIA)
    known = set(setting().histories)
    for on in aside.happened:
        if on.stream not in known:
            text = on.event.model_dump_json().replace('"CNY"', f'"{currency}"')
            told = On(on.stream, type(on.event).model_validate_json(text))
            story.histories = appended(story.histories, [told])
            story.happened.append(told)
    return story
