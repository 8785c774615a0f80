"""Whatever is wished, by whomever, no claim, commercial claim or order gets into a state that
cannot be: its status, its chain of signatures and its money always agree."""

from __future__ import annotations

from copy import copy
from functools import cache
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.approvals import SigningChain
from domain.claims import commands as c
from domain.claims import part_order as po
from domain.claims.commercial import commands as g
from domain.claims.commercial.state import CommercialClaim, Stage
from domain.claims.part_order import PartOrder, PartOrderStage
from domain.claims.state import Claim, Status
from domain.messages import Actor, Command, Refusal, Role, Stream
from tests import rules
from tests.domain.properties.test_lives import LIFE, WISHES
from tests.scenario import (
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
    Story,
)
from tests.stories import (
    claim_id,
    commercial_id,
    open_claim,
    part_order_id,
    request_parts,
    setting,
    steps_of_goodwill,
    yuan,
)

Told = tuple[Command, Actor]
UNDECIDED = {Status.OPENED, Status.NOT_CLAIMABLE, Status.CLAIMABLE}
ANSWERED = {Status.ACCEPTED, Status.REJECTED, Status.ABANDONED, Status.WITHDRAWN}


@cache
def beginning() -> Story:
    return setting()


def signed_by_different_people(chain: SigningChain, prepared_by: frozenset[Any]) -> None:
    """In the order of the chain, by nobody twice and nobody who prepared it (SEG-1, SEG-4)."""
    given = chain.signatures
    assert [s.role for s in given] == [*chain.steps[: len(given)]]
    names = [name for s in given for name in s.both]
    assert len(names) == len(set(names)) and not prepared_by & {*names}


class Living(RuleBasedStateMachine):
    """Steps of a usual life, in their order, with any wishes in between."""

    LIFE: list[Told]
    WISHES: list[Told]
    LIVES: type[Any]
    ID: Any

    @initialize()
    def begin(self) -> None:
        start = beginning()
        self.story = Story(start.histories, copy(start.happened), copy(start.told))
        self.to_come = list(self.LIFE)

    def tell(self, told: Told) -> bool:
        """Whether it came about; refused, nothing has changed."""
        before = self.story.histories
        try:
            self.story.tell(*told)
        except Refusal:
            assert self.story.histories is before
            return False
        return True

    @rule()
    def goes_on(self) -> None:
        if self.to_come and self.tell(self.to_come[0]):
            self.to_come.pop(0)

    @rule(data=st.data())
    def something_is_wished(self, data: st.DataObject) -> None:
        self.tell(data.draw(st.sampled_from(self.WISHES)))

    @property
    def state(self) -> Any:
        return self.story.state(self.LIVES, self.ID)


# ── standard claims ─────────────────────────────────────────────────────────


class ClaimLiving(Living):
    LIFE, WISHES, LIVES, ID = LIFE, WISHES, Claim, claim_id()

    @property
    def standing(self) -> tuple[Claim, Status] | None:
        """The claim, and its status but for being closed."""
        claim = self.state
        return claim and (claim, claim.before_closing or claim.status)

    @invariant()
    def its_money_adds_up(self) -> None:
        if not self.standing:
            return
        claim, status = self.standing
        parts = (claim.open, claim.credited, claim.written_off, claim.disputed, claim.refused)
        assert all(part.amount >= 0 for part in (*parts, claim.abandoned, claim.withdrawn))
        left = claim.credited + claim.written_off + claim.disputed + claim.open
        assert claim.accepted == left
        if status in ANSWERED:
            given_up = claim.abandoned + claim.withdrawn
            assert claim.total == claim.accepted + claim.refused + given_up
        else:
            assert not claim.accepted.amount and not claim.credits

    @invariant()
    def its_chain_agrees_with_its_status(self) -> None:
        if not self.standing:
            return
        claim, status = self.standing
        signed_by_different_people(claim.chain, claim.prepared_by)
        if status in (Status.OPENED, Status.NOT_CLAIMABLE):
            assert claim.chain == SigningChain(())
        elif status == Status.CLAIMABLE:
            assert not claim.chain.complete
        elif status != Status.WITHDRAWN:
            assert claim.chain.steps and claim.chain.complete

    @invariant()
    def what_it_waits_for_is_possible(self) -> None:
        if not self.standing:
            return
        claim, status = self.standing
        assert (claim.status == Status.CLOSED) is (claim.before_closing is not None)
        assert not claim.opinions or (status in UNDECIDED and not claim.chain.signatures)
        assert not claim.ruled_out or status in ANSWERED - {Status.ACCEPTED}
        assert claim.submissions or status not in ANSWERED - {Status.WITHDRAWN}
        assert bool(claim.manufacturer_number) is bool(claim.known_as)
        if claim.write_off:
            assert claim.status in (Status.ACCEPTED, Status.REJECTED)
            assert not claim.write_off.chain.complete
            signed_by_different_people(claim.write_off.chain, claim.write_off.prepared_by)


# ── commercial claims ───────────────────────────────────────────────────────

GOODWILL = commercial_id()
GRANTED = [step for _, told in steps_of_goodwill() for step in told]
GRANTERS = (SAM, DIVA, MAX, SAUL, SVEN, DORA, GINA, FINN)
ANYBODY = Actor(HELEN.id, frozenset(Role) - {Role.SYSTEM})
ORDER_OF_STAGES = list(Stage)[:-1]


def of_goodwill(command: type[Command], by: tuple[Actor, ...], **facts: Any) -> list[Told]:
    return [(command(commercial_claim_id=GOODWILL, **facts), actor) for actor in by]


class CommercialClaimLiving(Living):
    """Its last steps are also tried by somebody with every role."""

    LIFE, LIVES, ID = GRANTED, CommercialClaim, GOODWILL
    WISHES = [
        *GRANTED,
        *((command, ANYBODY) for command, _ in GRANTED),
        *of_goodwill(g.ApplyForCommercialClaim, GRANTERS, reason="loyal"),
        *of_goodwill(g.FixCommercialAmount, (MAX, SAM, SVEN), amount=yuan("7000.00")),
        *of_goodwill(g.SignCommercialClaim, GRANTERS),
        *of_goodwill(g.RevokeCommercialSignature, GRANTERS, reason="unsure"),
        *of_goodwill(g.DeclineCommercialClaim, (GINA,), reason="not this year"),
    ]

    @initialize()
    def nothing_is_left(self) -> None:
        self.before: CommercialClaim | None = None

    @invariant()
    def it_goes_from_step_to_step(self) -> None:
        claim, before = self.state, self.before
        self.before = claim
        if before is None or claim is None or claim.stage == before.stage:
            return
        assert before.stage not in (Stage.CALLED_BACK, Stage.DECLINED)
        if claim.stage == Stage.DECLINED:
            assert before.stage in (Stage.NOT_CLAIMABLE, Stage.APPLIED_FOR, Stage.AMOUNT_FIXED)
            return
        steps = ORDER_OF_STAGES.index(claim.stage) - ORDER_OF_STAGES.index(before.stage)
        taken_back = (before.stage, claim.stage) == (Stage.APPROVED, Stage.AMOUNT_FIXED)
        assert steps == 1 or taken_back

    @invariant()
    def its_chain_its_amount_and_its_ledger_agree_with_its_stage(self) -> None:
        claim = self.state
        if claim is None or claim.stage == Stage.DECLINED:
            return
        come = ORDER_OF_STAGES.index(claim.stage)
        fixed, approved, filed = map(
            ORDER_OF_STAGES.index, (Stage.AMOUNT_FIXED, Stage.APPROVED, Stage.FILED)
        )
        joint = come >= fixed
        signed_by_different_people(claim.chain, claim.prepared_by if joint else frozenset())
        assert claim.chain.complete is (come >= approved or claim.stage == Stage.INSPECTED)
        assert claim.amount is not None or not joint
        assert (claim.filed_on is not None) is (come >= filed)


# ── orders of parts ─────────────────────────────────────────────────────────

ORDER = part_order_id()
SIGNERS = (DORA, FINN, GINA, MAX)


def of_order(command: type[Command], by: tuple[Actor, ...], **facts: Any) -> list[Told]:
    return [(command(part_order_id=ORDER, **facts), actor) for actor in by]


class PartOrderLiving(Living):
    """Of 25,000, which three people sign; a claim for the same work, and one for other work."""

    LIVES, ID = PartOrder, ORDER
    LIFE = [
        (open_claim(1), STAN),
        (open_claim(2), STAN),
        (request_parts(1, "25000.00"), STAN),
        *of_order(po.SignPartOrder, (DORA, FINN, GINA)),
        *of_order(po.PlacePartOrder, (PIA,)),
        *of_order(po.MatchPartOrder, (MIA,), claim_id=claim_id(1)),
    ]
    WISHES = [
        *LIFE,
        *of_order(po.SignPartOrder, (*SIGNERS, ANYBODY, Actor(STAN.id, ANYBODY.roles))),
        *of_order(po.RevokePartOrderSignature, SIGNERS, reason="too many"),
        *of_order(po.DeclinePartOrder, (FINN,), reason="one is in stock"),
        *of_order(po.PlacePartOrder, (PIA, ENZO)),
        *of_order(po.MatchPartOrder, (MIA,), claim_id=claim_id(2)),
        (c.VetClaim(claim_id=claim_id(1)), MIA),
    ]

    @invariant()
    def its_chain_agrees_with_its_stage(self) -> None:
        if order := self.state:
            signed_by_different_people(order.chain, order.prepared_by)
            done = order.stage in (PartOrderStage.APPROVED, PartOrderStage.PLACED)
            assert order.chain.complete is done

    @invariant()
    def it_is_matched_once_placed_and_to_its_own_work(self) -> None:
        if (order := self.state) and order.claim_id:
            assert order.stage == PartOrderStage.PLACED
            assert order.claim_id == claim_id(1)

    @invariant()
    def declined_or_placed_it_is_over(self) -> None:
        events = self.story.events(Stream(PartOrder.kind, ORDER))
        last = [type(event) for event in events if not isinstance(event, po.PartOrderMatched)]
        for ending in (po.PartOrderDeclined, po.PartOrderPlaced):
            assert ending not in last[:-1]


LIVED = settings(max_examples=25, stateful_step_count=40, deadline=None)
TestClaim = rules.rule("CRN-13")(ClaimLiving.TestCase)
TestCommercialClaim = rules.rule("CLM-6")(CommercialClaimLiving.TestCase)
TestPartOrder = rules.rule("CLM-5")(PartOrderLiving.TestCase)
for case in (TestClaim, TestCommercialClaim, TestPartOrder):
    case.settings = LIVED


@pytest.mark.parametrize("machine", [ClaimLiving, CommercialClaimLiving, PartOrderLiving])
def test_every_life_reaches_its_end_when_nothing_comes_between(machine: type[Living]) -> None:
    life = machine()
    life.begin()
    for _ in life.LIFE:
        life.goes_on()
    assert life.to_come == []
