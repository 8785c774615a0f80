"""Random legal histories of the whole business: whatever the domain allows, in any order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random

from domain import policies
from domain.claims import commands as c
from domain.credits.commands import AssignIssuer, MatchByReference, UndoMatch
from domain.credits.state import CreditNote
from domain.messages import Actor, Command, Refusal, Role
from domain.money import Money
from domain.policy_content import ReasonWord, Tolerance
from domain.registry import customer, equipment, manufacturer, person, station
from domain.vocabulary import EngineerLevel, ExclusionGround, PaperKind
from tests.clock import NOON
from tests.scenario import ADAM, DORA, FINN, GINA, MAX, MIA, SAM, STAN, SYSTEM, Story
from tests.stories import (
    COMPLETED,
    CUSTOMER,
    MACHINE,
    MAKER,
    OTHER_STATION,
    STATION,
    STRANGE_ISSUER,
    amounts,
    book,
    claim_id,
    file_of,
    maker_number,
    match,
    note_id,
    reject,
    report,
    setting,
    steps_to_acceptance,
    yuan,
)

CLAIMS = 4
NOTES = 3
OFFERS = 3  # attempts for each event there is room for

Told = tuple[Command, Actor]
Wish = Callable[[Random, Story], Told]


def random_story(random: Random, length: int, story: Story | None = None) -> Story:
    """After `story`, or the setting, up to `length` commands that were carried out."""
    story = story or setting()
    scripts = [script(number) for number in range(1, CLAIMS + 1)]
    carried_out = 0
    for _ in range(length * OFFERS):
        told = next(random.choice(scripts), None) if random.random() < 0.6 else None
        command, actor = told or random.choice(WISHES)(random, story)
        try:
            story.tell(command, actor)
        except Refusal:
            continue
        carried_out += 1
        if carried_out == length:
            break
    return story


def script(number: int) -> Iterator[Told]:
    """What usually happens to a claim, in order."""
    total = ["1000.00", "399.99", "25000.00", "1000.01"][number % 4]
    accepted = "300.00" if number % 2 else None
    for _, told in steps_to_acceptance(number, total, accepted):
        yield from told


def any_claim(random: Random) -> int:
    return random.randint(1, CLAIMS)


def any_note(random: Random) -> int:
    return random.randint(1, NOTES)


def about_claim(make: Callable[[int, Random], Command], *actors: Actor) -> Wish:
    return lambda random, story: (make(any_claim(random), random), random.choice(actors))


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


WISHES: tuple[Wish, ...] = (
    booked,
    booked,
    by_hand,
    by_hand,
    undo,
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
        policies.PublishPolicy(
            content=Tolerance(amount=yuan(str(r.randint(1, 9))), percent=Decimal(1))
        ),
        ADAM,
    ),
)
