"""Random legal histories of the whole business: whatever the domain allows, in any order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from domain import policies
from domain.claims import commands as c
from domain.claims import part_order as po
from domain.claims import routine as r
from domain.claims.commercial import commands as g
from domain.credits.commands import AssignIssuer, MatchByReference, UndoMatch
from domain.credits.state import CreditNote
from domain.messages import Actor, Command, Refusal, Role
from domain.money import Money
from domain.policy_content import ReasonWord, Tolerance
from domain.registry import customer, dealer, equipment, manufacturer, person, station
from domain.registry.out_of_use import RecordOutOfUse
from domain.repairs.exchange import commands as ec
from domain.repairs.freight import FreightLeg
from domain.repairs.freight_account import ReconcileFreight
from domain.repairs.repair import commands as rc
from domain.vocabulary import EngineerLevel, ExclusionGround, Interruption, PaperKind
from domain.warranty import OutOfUse
from tests import contact_stories, exchange_stories, field_stories, request_stories
from tests.clock import NOON
from tests.repair_stories import (
    at_counter,
    check,
    finish,
    freight,
    from_dealer,
    in_workshop,
    part,
    pay,
    quote,
    wish,
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
    LENA,
    MAX,
    MIA,
    PIA,
    SAM,
    SAUL,
    STAN,
    SUSI,
    SVEN,
    SYSTEM,
    Story,
)
from tests.stories import (
    COMPLETED,
    CUSTOMER,
    DEALER,
    MACHINE,
    MAKER,
    OTHER_DEALER,
    OTHER_MAKER,
    OTHER_STATION,
    STATION,
    STRANGE_ISSUER,
    TODAY,
    amounts,
    book,
    call_dealer,
    claim_id,
    commercial_id,
    dealer_contact,
    file_of,
    hand_over_dealer,
    maker_number,
    match,
    note_id,
    part_order_id,
    register_person,
    reject,
    report,
    reported,
    request_parts,
    setting,
    settle_fee,
    steps_of_goodwill,
    steps_to_acceptance,
    survey_dealer,
    transfer,
    yuan,
)

CLAIMS = 4
NOTES = 3
GOODWILL = (21, 22)
ORDERS = (21, 22, 23)  # numbers of their own, so that a story may go on with others
REPAIRS = (21, 22, 23)
EXCHANGES = (21, 22)
OFFERS = 3  # attempts for each event there is room for

Told = tuple[Command, Actor]
Wish = Callable[[Random, Story], Told]


def random_story(random: Random, length: int, story: Story | None = None) -> Story:
    """After `story`, or the setting, up to `length` commands that were carried out."""
    story = story or setting()
    claims = [deque(script(number)) for number in range(1, CLAIMS + 1)]
    others = [
        *map(goodwill_script, GOODWILL),
        *map(order_script, ORDERS),
        *repair_scripts(),
        *exchange_scripts(),
        *map(field_stories.script, field_stories.NUMBERS),
        *map(contact_stories.script, contact_stories.NUMBERS),
        *map(request_stories.script, request_stories.NUMBERS),
        headquarters_script(),
    ]
    scripts = [*claims * 3, *map(deque, others)]  # most of what happens is about claims
    before = len(story.told)
    for _ in range(length * OFFERS):
        steps = random.choice(scripts) if random.random() < 0.6 else None
        told = steps[0] if steps else random.choice(WISHES)(random, story)
        happened = carried_out(story, told)
        if steps and (happened or random.random() < 0.3):
            steps.popleft()  # what is refused is mostly tried again later
        if len(story.told) - before == length:
            break
    return story


def carried_out(story: Story, told: Told) -> bool:
    """Whether it was not refused."""
    try:
        story.tell(*told)
    except Refusal:
        return False
    return True


def about_dealer(wish: Callable[..., Command], by: Actor) -> Wish:
    """Of one of two dealers, each with a contact of its own."""
    return lambda r, s: (wish(dealer_id=r.choice([DEALER, OTHER_DEALER])), by)


def script(number: int) -> Iterator[Told]:
    """What usually happens to a claim, in order."""
    total = ["1000.00", "399.99", "25000.00", "1000.01"][number % 4]
    accepted = "300.00" if number % 2 else None
    for _, told in steps_to_acceptance(number, total, accepted):
        yield from told


def goodwill_script(number: int) -> Iterator[Told]:
    """What usually happens to a commercial claim, in order."""
    for _, told in steps_of_goodwill(number):
        yield from told


def order_script(number: int) -> Iterator[Told]:
    """What usually happens to an order of parts: those of the first are many."""
    id = part_order_id(number)
    total = "25000.00" if number == ORDERS[0] else "900.00"
    yield request_parts(number, total, order_reference=f"FO-{number - 20}"), STAN
    yield from ((po.SignPartOrder(part_order_id=id), signer) for signer in (DORA, FINN, GINA))
    yield po.PlacePartOrder(part_order_id=id), PIA
    yield po.MatchPartOrder(part_order_id=id, claim_id=claim_id(number - 20)), MIA


def headquarters_script() -> Iterator[Told]:
    """What happens seldom, and in every story, so that every view has something to show."""
    yield policies.PublishPolicy(content=Tolerance(amount=yuan("2"), percent=Decimal(1))), ADAM
    yield transfer(1), MAX
    yield settle_fee(1), FINN


def repair_scripts() -> Iterator[Iterator[Told]]:
    """What usually happens to a repair order, one of each channel."""
    channels = zip(REPAIRS, (at_counter, from_dealer, in_workshop), strict=True)
    for number, steps in channels:
        yield (told for _, stage in steps(number) for told in stage)


def exchange_scripts() -> Iterator[Iterator[Told]]:
    """What usually happens to faulty goods: one is exchanged, for one the money goes back."""
    ways = zip(EXCHANGES, (exchange_stories.exchanged, exchange_stories.refunded), strict=True)
    for number, steps in ways:
        begun = hand_over_dealer(), CHAN
        yield iter([begun, *(told for _, stage in steps(number) for told in stage)])


def any_claim(random: Random) -> int:
    return random.randint(1, CLAIMS)


def any_note(random: Random) -> int:
    return random.randint(1, NOTES)


def about_claim(make: Callable[[int, Random], Command], *actors: Actor) -> Wish:
    return lambda random, story: (make(any_claim(random), random), random.choice(actors))


def about_goodwill(make: Callable[[UUID, Random], Command], *actors: Actor) -> Wish:
    return lambda random, story: (
        make(commercial_id(random.choice(GOODWILL)), random),
        random.choice(actors),
    )


def about_order(make: Callable[[UUID, Random], Command], *actors: Actor) -> Wish:
    return lambda random, story: (
        make(part_order_id(random.choice(ORDERS)), random),
        random.choice(actors),
    )


def about_repair(kind: type[rc.RepairCommand], actor: Actor, **facts: Any) -> Wish:
    return lambda random, story: (wish(kind, random.choice(REPAIRS), **facts), actor)


def about_exchange(kind: type[ec.ExchangeCommand], *actors: Actor, **facts: Any) -> Wish:
    return lambda random, story: (
        exchange_stories.wish(kind, random.choice(EXCHANGES), **facts),
        random.choice(actors),
    )


def routine(random: Random, story: Story) -> Told:
    """Something that is done for every day or month, and again."""
    found = tuple(random.sample(["C-1 waits", "all well"], random.randint(0, 2)))
    of_day = {"day": TODAY - timedelta(days=random.randint(0, 2)), "findings": found}
    of_month = {"month": random.choice([date(2026, 1, 1), date(2026, 2, 1)]), "findings": found}
    done: list[Told] = [
        (r.ReviewOpenClaims(**of_day), MIA),
        (r.MatchClaimParts(**of_day), PIA),
        (r.SendCommercialLedger(**of_month), MIA),
        (r.ListUnresubmittable(**of_month), MIA),
        (r.MeasureClaims(**of_month), DORA),
        (r.CheckClaimPartList(**of_month), MAX),
        (r.ReconcileCommercialParts(**of_month), PIA),
    ]
    return random.choice(done)


def some_money(random: Random) -> Money:
    return yuan(random.choice(["0.01", "50.00", "299.99", "300.00", "1000.00"]))


def undo(random: Random, story: Story) -> Told:
    number = any_note(random)
    note = story.state(CreditNote, note_id(number))
    made = [*note.allocations, None] if note else [None]
    return UndoMatch(
        note_id=note_id(number), allocation_id=random.choice(made), reason="error"
    ), FINN


def by_hand(random: Random, story: Story) -> Told:
    amount = str(some_money(random).amount)
    return match(any_note(random), (any_claim(random), amount, "part_payment")), FINN


def booked(random: Random, story: Story) -> Told:
    number = any_note(random)
    known = {} if random.random() < 0.7 else {"supplier": STRANGE_ISSUER}
    payable = random.choice(["1000.00", "300.00", "399.99"])
    return book(number, payable=payable, names=(maker_number(any_claim(random)),), **known), FINN


def out_of_use(random: Random) -> RecordOutOfUse:
    """An order kept the machine for some days, perhaps otherwise than was thought."""
    since = TODAY - timedelta(days=random.randint(1, 99))
    kept = OutOfUse(
        because=random.choice(list(Interruption)),
        since=since,
        until=since + timedelta(days=random.randint(0, 9)),
    )
    order = field_stories.field_order_id(random.choice(field_stories.NUMBERS))
    repaired = random.random() < 0.5
    return RecordOutOfUse(
        equipment_id=MACHINE, order_id=order, repaired=repaired, out_of_use=(kept,)
    )


REPAIR_WISHES: tuple[Wish, ...] = (
    about_repair(rc.InformCustomer, HELEN, about=rc.ToldAbout.DELAY, message="it takes longer"),
    about_repair(rc.RecordFreight, SUSI, freight=freight()),
    about_repair(rc.AwaitRepairParts, ENZO, parts=(part(),)),
    about_repair(rc.CancelRepair, SUSI, reason="sold"),
    about_repair(rc.DeclineQuote, SUSI, reason="too dear"),
    about_repair(rc.PermitUnpaidRelease, DORA, reason="a hospital"),
    about_repair(rc.ReleaseItem, SUSI),
    about_repair(
        rc.FindDiscrepancy,
        SUSI,
        discrepancy=rc.DiscrepancyKind.MODEL,
        explanation="another model",
    ),
    about_repair(rc.RaiseDiscrepancy, SUSI, told="another model"),
    about_repair(rc.SettleDiscrepancy, SAM, agreed="taken as it is"),
    lambda r, s: (quote(r.choice(REPAIRS), "simple_repair"), SUSI),
    lambda r, s: (check(r.choice(REPAIRS), r.random() < 0.5), SAM),
    lambda r, s: (finish(r.choice(REPAIRS)), ENZO),
    lambda r, s: (pay(r.choice(REPAIRS), r.choice(["20.00", "100.00"])), FINN),
)
EXCHANGE_WISHES: tuple[Wish, ...] = (
    about_exchange(ec.SignExchange, CHAN, exchange_stories.PETRA, FINN),
    about_exchange(ec.RevokeExchangeSignature, exchange_stories.PETRA, FINN, reason="unsure"),
    about_exchange(ec.DeclineExchange, exchange_stories.PETRA, reason="not ours"),
    about_exchange(ec.WithdrawExchange, SUSI, reason="it works"),
    about_exchange(ec.RefuseEntry, SUSI, remark="too early"),
    about_exchange(ec.RejectExchange, SUSI, reason="opened"),
    about_exchange(
        ec.ReturnFaultyGoods, exchange_stories.KURT, carrier="SF", tracking_number="SF-9"
    ),
    about_exchange(
        ec.RecordExchangeFreight, SUSI, leg=FreightLeg.TO_US, amount=yuan("12.00"), carrier="SF"
    ),
    about_exchange(ec.SignExchangeFreight, SAUL, leg=FreightLeg.TO_US),
    about_exchange(ec.PermitUnpaidReplacement, DORA, reason="a hospital"),
    lambda r, s: (exchange_stories.request_refund(r.choice(EXCHANGES)), SUSI),
    lambda r, s: (
        exchange_stories.reinspect(
            r.choice(EXCHANGES),
            *r.sample(exchange_stories.PHONE_POINTS, r.randint(0, 2)),
            quality_fault=r.random() < 0.8,
        ),
        SUSI,
    ),
    lambda r, s: (
        exchange_stories.use(r.randint(1, 4), r.choice(["0.01", "299.00", "1299.00"])),
        FINN,
    ),
    lambda r, s: (exchange_stories.give_back(r.randint(1, 4)), FINN),
    lambda r, s: (
        ReconcileFreight(
            manufacturer_id=r.choice([MAKER, OTHER_MAKER]),
            month=date(2026, r.randint(1, 2), 1),
            stated=(),
        ),
        FINN,
    ),
)
WISHES: tuple[Wish, ...] = (
    *(booked, by_hand) * 4,
    *(undo,) * 2,
    routine,
    *(lambda random, story: field_stories.field_wish(random),) * 6,
    *(lambda random, story: contact_stories.contact_wish(random),) * 4,
    *(lambda random, story: request_stories.request_wish(random),) * 2,
    lambda r, s: (reported(r.choice(field_stories.NUMBERS)), SYSTEM),
    lambda r, s: (out_of_use(r), SYSTEM),
    about_goodwill(
        lambda id, r: g.ApplyForCommercialClaim(commercial_claim_id=id, reason="loyal"), SAM, DIVA
    ),
    about_goodwill(
        lambda id, r: g.FixCommercialAmount(
            commercial_claim_id=id, amount=yuan(r.choice(["8000.00", "7000.00"]))
        ),
        MAX,
        SAM,
    ),
    about_goodwill(lambda id, r: g.SignCommercialClaim(commercial_claim_id=id), SAUL, SVEN, DORA),
    about_goodwill(
        lambda id, r: g.RevokeCommercialSignature(commercial_claim_id=id, reason="unsure"),
        *(SAM, DIVA, MAX, SAUL, SVEN, DORA, GINA),
    ),
    about_goodwill(
        lambda id, r: g.DeclineCommercialClaim(commercial_claim_id=id, reason="no"), GINA
    ),
    about_goodwill(
        lambda id, r: g.RecordCommercialCallback(
            commercial_claim_id=id, satisfied=r.random() < 0.5, remark="asked again"
        ),
        HELEN,
    ),
    about_order(lambda id, r: po.SignPartOrder(part_order_id=id), DORA, FINN, GINA),
    about_order(
        lambda id, r: po.RevokePartOrderSignature(part_order_id=id, reason="unsure"), DORA, FINN
    ),
    about_order(lambda id, r: po.DeclinePartOrder(part_order_id=id, reason="in stock"), FINN),
    about_order(lambda id, r: po.PlacePartOrder(part_order_id=id), PIA),
    about_order(
        lambda id, r: po.MatchPartOrder(part_order_id=id, claim_id=claim_id(any_claim(r))), MIA
    ),
    *REPAIR_WISHES,
    *EXCHANGE_WISHES,
    lambda r, s: (MatchByReference(note_id=note_id(any_note(r))), SYSTEM),
    lambda r, s: (AssignIssuer(note_id=note_id(any_note(r)), manufacturer_id=MAKER), FINN),
    about_claim(lambda n, r: c.ApproveClaim(claim_id=claim_id(n)), MAX, DORA, FINN, GINA),
    about_claim(lambda n, r: c.RevokeSignature(claim_id=claim_id(n), reason="unsure"), DORA, FINN),
    about_claim(
        lambda n, r: c.JudgeClaim(claim_id=claim_id(n), claimable=r.random() < 0.5, reason="no"),
        MAX,
        SAM,
    ),
    about_claim(
        lambda n, r: c.RecordInformationAsked(claim_id=claim_id(n), question="which seal?"), MIA
    ),
    about_claim(lambda n, r: c.GiveInformation(claim_id=claim_id(n), answer="the inner"), MIA),
    about_claim(lambda n, r: c.RuleOutResubmission(claim_id=claim_id(n), reason="scrapped"), MIA),
    about_claim(
        lambda n, r: c.WithdrawClaim(
            claim_id=claim_id(n),
            false_papers=(PaperKind.DIAGNOSTICS,),
            explanation="of another machine",
        ),
        MAX,
    ),
    about_claim(
        lambda n, r: c.AmendClaim(
            claim_id=claim_id(n), report=report(), amounts=amounts("700.00"), reason="misread"
        ),
        STAN,
    ),
    about_claim(
        lambda n, r: c.CorrectClaimSubject(
            claim_id=claim_id(n),
            manufacturer_id=r.choice([MAKER, OTHER_MAKER]),
            equipment_id=MACHINE,
            customer_id=r.choice([CUSTOMER, None]),
            reason="misread",
        ),
        STAN,
    ),
    about_claim(lambda n, r: reject(n), MIA),
    about_claim(lambda n, r: c.ResubmitClaim(claim_id=claim_id(n), different="photo added"), MIA),
    about_claim(lambda n, r: c.RevokeAcceptance(claim_id=claim_id(n), reason="misread"), MIA),
    about_claim(
        lambda n, r: c.RecordAcceptance(
            claim_id=claim_id(n), accepted=some_money(r), reasons=("labour_hours",)
        ),
        MIA,
    ),
    about_claim(
        lambda n, r: c.RequestWriteOff(claim_id=claim_id(n), amount=some_money(r), reason="small"),
        MIA,
    ),
    about_claim(lambda n, r: c.ApproveWriteOff(claim_id=claim_id(n)), MAX, DORA, FINN),
    about_claim(
        lambda n, r: c.RevokeWriteOffSignature(claim_id=claim_id(n), reason="unsure"), MAX, DORA
    ),
    about_claim(lambda n, r: c.DeclineWriteOff(claim_id=claim_id(n), reason="no"), MAX),
    about_claim(lambda n, r: c.CloseClaim(claim_id=claim_id(n)), SYSTEM),
    about_claim(lambda n, r: c.ReopenClaim(claim_id=claim_id(n), reason="late credit"), MAX),
    lambda r, s: (
        customer.CorrectContactData(customer_id=CUSTOMER, name=f"Wang {r.random()}"),
        STAN,
    ),
    lambda r, s: (customer.PlaceLegalHold(customer_id=CUSTOMER, ground="dispute"), ADAM),
    lambda r, s: (customer.LiftLegalHold(customer_id=CUSTOMER, ground="settled"), ADAM),
    lambda r, s: (station.RenameStation(station_id=STATION, name=f"Quay {r.random()}"), DORA),
    lambda r, s: (
        manufacturer.SetClaimLimit(manufacturer_id=MAKER, submission_days=r.randint(5, 30)),
        FINN,
    ),
    lambda r, s: (
        manufacturer.AddManufacturerIdentity(
            manufacturer_id=MAKER,
            identity=manufacturer.Identity(
                kind=manufacturer.IdentityKind.NAME, value=f"Earth {r.random()}"
            ),
        ),
        FINN,
    ),
    lambda r, s: (
        manufacturer.AddReasonWord(
            manufacturer_id=MAKER,
            word=ReasonWord(word=f"word_{r.randint(1, 99)}", meaning="something"),
        ),
        FINN,
    ),
    lambda r, s: (
        person.AssignRoles(
            person_id=MIA.id, held=frozenset(r.sample(sorted(set(Role) - {Role.SYSTEM}), 3))
        ),
        ADAM,
    ),
    lambda r, s: (
        person.CertifyEngineer(person_id=MAX.id, level=r.choice(list(EngineerLevel))),
        ADAM,
    ),
    lambda r, s: (
        person.MovePerson(person_id=MIA.id, station_id=r.choice([STATION, OTHER_STATION, None])),
        ADAM,
    ),
    lambda r, s: (person.WithdrawLevel(person_id=MAX.id, reason="ran out"), DORA),
    lambda r, s: (person.RecordDeparture(person_id=LENA.id, reason="moved away"), ADAM),
    lambda r, s: (
        register_person(LENA, "Lena", EngineerLevel.TCL1).model_copy(
            update={"station_id": r.choice([STATION, OTHER_STATION])}
        ),
        ADAM,
    ),
    lambda r, s: (
        person.DelegateRole(
            person_id=MAX.id,
            role=Role.CLAIMS_MANAGER,
            to=r.choice([MIA.id, DORA.id]),
            since=NOON,
            until=NOON + timedelta(days=r.randint(1, 9)),
        ),
        MAX,
    ),
    lambda r, s: (
        person.RevokeDelegation(person_id=MAX.id, role=Role.CLAIMS_MANAGER, to=DORA.id),
        MAX,
    ),
    lambda r, s: (
        equipment.RecordExclusion(
            equipment_id=MACHINE,
            ground=r.choice(list(ExclusionGround)),
            since=COMPLETED + timedelta(days=r.randint(1, 9)),
            evidence=(file_of("photo"),),
        ),
        MIA,
    ),
    lambda r, s: (
        transfer(
            r.randint(1, 3),
            from_dealer_id=(dealers := r.sample([DEALER, OTHER_DEALER], 2))[0],
            to_dealer_id=dealers[1],
            moved_on=COMPLETED + timedelta(days=r.randint(-300, 1)),
            on_lease=r.random() < 0.2,
        ),
        MAX,
    ),
    lambda r, s: (settle_fee(r.randint(1, 3)), FINN),
    about_dealer(hand_over_dealer, CHAN),
    about_dealer(call_dealer, HELEN),
    about_dealer(
        lambda **of: dealer.CorrectDealerContact(**of, contact=dealer_contact(email=None)), CHAN
    ),
    about_dealer(
        lambda **of: dealer.CorrectDealerContact(
            **of, contact=dealer_contact(contact_id=UUID(int=0xC0_0002))
        ),
        HELEN,
    ),
    about_dealer(dealer.FileDealerRecord, HELEN),
    about_dealer(dealer.ReturnDealerRecord, HELEN),
    lambda r, s: (survey_dealer(held_on=TODAY - timedelta(days=r.randint(0, 300))), HELEN),
    lambda r, s: (
        policies.PublishPolicy(
            content=Tolerance(amount=yuan(str(r.randint(1, 9))), percent=Decimal(1))
        ),
        ADAM,
    ),
)
