"""Whatever is wished, by whomever, no contact and no work request gets into a state that cannot be:
nothing is closed undone, promised unsigned, or forfeited in time (CON-2, CON-4, CON-5, CON-7)."""

from __future__ import annotations

from hypothesis.stateful import initialize, invariant

from domain.contacts import commands as c
from domain.contacts import events as e
from domain.contacts.requests import commands as rc
from domain.contacts.requests import events as re
from domain.contacts.requests.state import WorkRequest, WorkRequestStage
from domain.contacts.state import OVER, Contact, ContactStage
from domain.messages import Actor, Role, Stream
from domain.vocabulary import ContactCategory
from tests.contact_stories import (
    about,
    answer,
    classify,
    confirm,
    contact_id,
    find_opportunity,
    follow_opportunity,
    log_stranger,
    miss_call,
    order,
    refer,
    route,
    steps_of_contact,
)
from tests.domain.properties.test_states import LIVED, Living, Told
from tests.exchange_stories import CORA, PETRA
from tests.request_stories import (
    GUS,
    MONDAY,
    promise,
    request_id,
    request_work,
    steps_of_product_question,
    wish,
)
from tests.rules import rule
from tests.scenario import DORA, ENZO, GINA, HELEN, SAM, SUSI, SVEN
from tests.stories import CUSTOMER

ANYBODY = Actor(SVEN.id, frozenset(Role) - {Role.SYSTEM})
PRICE = ContactCategory.PRICE_INQUIRY


class ContactLiving(Living):
    LIVES, ID = Contact, contact_id()
    LIFE = [told for _, step in steps_of_contact(category=PRICE) for told in step]
    WISHES: list[Told] = [
        *LIFE,
        *((command, ANYBODY) for command, _ in LIFE),
        (miss_call(), HELEN),
        (about(c.ReturnCall, reached=False), HELEN),
        (about(c.ReturnCall, reached=True), HELEN),
        (log_stranger(), HELEN),
        (about(c.IdentifyCaller, customer_id=CUSTOMER), SUSI),
        (classify(ContactCategory.COMPLAINT), HELEN),
        (classify(ContactCategory.TECHNICAL_SERVICE), HELEN),
        (order(), HELEN),
        (route(to=DORA), HELEN),
        (confirm(happened=False), HELEN),
        (answer(text="Ask your dealer."), SUSI),
        (refer(), SUSI),
        (find_opportunity(), SUSI),
        (follow_opportunity(), SUSI),
        (follow_opportunity(won=False), SUSI),
        (about(c.DropContact, reason="wrong number"), HELEN),
    ]

    @property
    def events(self) -> list[type]:
        return [type(event) for event in self.story.events(Stream(Contact.kind, self.ID))]

    @initialize()
    def nothing_happened(self) -> None:
        self.ended = False

    @invariant()
    def what_is_over_stays_over(self) -> None:
        over = self.state is not None and self.state.stage in OVER
        assert over or not self.ended
        self.ended = over

    @invariant()
    def nothing_is_closed_undone(self) -> None:
        contact = self.state
        if contact is None or contact.stage is not ContactStage.CLOSED:
            return
        happened = self.events
        assert e.CustomerContactConfirmed in happened and contact.category is not None
        assert not contact.category.is_inquiry or contact.answered or contact.referred
        technical = contact.category is ContactCategory.TECHNICAL_SERVICE
        assert not technical or e.OrderOpened in happened
        assert all(each.followed_up for each in contact.opportunities.values())

    @invariant()
    def an_inquiry_is_answered_once(self) -> None:
        assert self.events.count(e.InquiryAnswered) <= 1
        assert self.events.count(e.ContactLogged) <= 1


class RequestLiving(Living):
    LIVES, ID = WorkRequest, request_id()
    LIFE = [told for _, step in steps_of_product_question() for told in step]
    WISHES: list[Told] = [
        *LIFE,
        *((command, ANYBODY) for command, _ in LIFE),
        (request_work(), SAM),
        (wish(rc.RefuseNeedlessRequest, reason="in the manual"), ENZO),
        (wish(rc.AgreeDate, promised_on=MONDAY), ENZO),
        (wish(rc.ApproveWorkRequest), DORA),
        (wish(rc.ApproveWorkRequest), GUS),
        (wish(rc.RevokeWorkRequestSignature, reason="unsure"), GINA),
        (wish(rc.DeclineWorkRequest, reason="no"), PETRA),
        (promise(), CORA),
        (promise(), Actor(GUS.id, frozenset({Role.PRODUCT_DEPT}))),
        (wish(rc.DisputeRequest, about="whose"), PETRA),
        (wish(rc.SettleDispute, outcome="theirs"), GUS),
        (wish(rc.WithdrawWorkRequest, reason="found it"), SUSI),
        (wish(rc.EnforceForfeit), GINA),
    ]

    @invariant()
    def it_is_signed_in_order_by_different_people_who_did_not_ask(self) -> None:
        if (request := self.state) is None:
            return
        given = request.signatures
        roles = [Role.GENERAL_MANAGER if s.role is Role.GM_ASSISTANT else s.role for s in given]
        assert roles == [*request.signed_by[: len(given)]]
        people = [person for signature in given for person in signature.both]
        assert len(people) == len(set(people)) and not set(people) & request.requested_by.both

    @invariant()
    def nothing_is_promised_unsigned_or_undated(self) -> None:
        request = self.state
        in_effect = (WorkRequestStage.PROMISED, WorkRequestStage.DONE)
        if request is None or request.stage not in in_effect:
            return
        assert request.chain.complete and request.forfeit and request.due and not request.disputed
        happened = [type(x) for x in self.story.events(Stream(WorkRequest.kind, self.ID))]
        to_product_unit = Role.PRODUCT_DEPT in request.signed_by
        assert not to_product_unit or {re.RequestPutToProductUnit, re.DateAgreed} <= {*happened}

    @invariant()
    def nothing_is_forfeited_before_its_day(self) -> None:
        """In these stories it is always noon of the day before."""
        assert self.state is None or not self.state.enforced


TestContact = rule("CON-2", "CON-3", "CON-4")(ContactLiving.TestCase)
TestContact.settings = LIVED
TestWorkRequest = rule("CON-5", "CON-7")(RequestLiving.TestCase)
TestWorkRequest.settings = LIVED


def test_each_reaches_its_end_when_nothing_comes_between() -> None:
    for living in (ContactLiving(), RequestLiving()):
        living.begin()
        for _ in living.LIFE:
            living.goes_on()
        assert living.to_come == []
