"""Answering inquiries, and referring those that cannot be answered (CON-4)."""

from __future__ import annotations

from domain import policies
from domain.approvals import names
from domain.contacts import commands as c
from domain.contacts import events as e
from domain.contacts import standard_answer
from domain.contacts.refusals import AnsweredBefore, NoInquiry, OneAnswer, UnknownDepartment
from domain.contacts.standard_answer import AnswerNotFound, StandardAnswer
from domain.contacts.standing import late, not_over
from domain.contacts.state import Contact
from domain.messages import On, World
from domain.policy_content import Departments
from domain.vocabulary import ContactCategory


def answer(contact: Contact, command: c.AnswerInquiry, world: World) -> list[e.Event | On]:
    """What is answered again and again becomes a standard answer (CON-4)."""
    category = unanswered(contact)
    text = wording(command, world)
    used = standard_answer.given(text, category, command.contact_id, world)
    answered = e.InquiryAnswered(
        answer=text,
        standard_answer_id=standard_answer.id_of(text),
        late=late(contact.answer_due, world),
        answered_by=names(world),
    )
    return [answered, *used]


def unanswered(contact: Contact) -> ContactCategory:
    """What an open inquiry is about. Raises ContactNotReady, NoInquiry, AnsweredBefore."""
    not_over(contact)
    if contact.category is None or not contact.category.is_inquiry:
        raise NoInquiry
    if contact.answered:
        raise AnsweredBefore
    return contact.category


def wording(command: c.AnswerInquiry, world: World) -> str:
    match command.standard_answer_id, command.answer:
        case None, str(text):
            return text
        case id, None if id is not None:
            kept = world.of(StandardAnswer, id)
            if kept is None or kept.text is None:
                raise AnswerNotFound(fields=("standard_answer_id",))
            return kept.text
        case _:
            raise OneAnswer(fields=("standard_answer_id", "answer"))


def refer(contact: Contact, command: c.ReferInquiry, world: World) -> e.InquiryReferred:
    """On the day on which it came in (CON-4); it may be referred on."""
    unanswered(contact)
    departments = policies.in_force(world, Departments)
    if departments.called(command.department) is None:
        raise UnknownDepartment(
            f"{command.department!r} is no department; known are {', '.join(departments.words)}.",
            fields=("department",),
        )
    return e.InquiryReferred(
        department=command.department,
        reason=command.reason,
        late=None if contact.referred else late(contact.referral_due, world),
        referred_by=names(world),
    )
