"""Why something wished of a contact is refused."""

from __future__ import annotations

from domain.messages import NotFound, Refusal, RefusalCode


class ContactNotFound(NotFound):
    """There is no such contact."""


class ContactExists(Refusal):
    """This contact is logged already."""

    code = RefusalCode.CONFLICT
    rule = "CON-1"


class ContactNotReady(Refusal):
    """The contact has not come as far as this needs, or is past it."""

    rule = "CON-2"


class NotReached(Refusal):
    """Nobody answered yet when the missed call was returned: nothing was said to be logged."""

    rule = "CON-1"


class CallerKnown(Refusal):
    """The caller is known to be another customer."""

    code = RefusalCode.CONFLICT
    rule = "CON-1"


class CallerIsCustomer(Refusal):
    """The caller is a registered customer: erase the customer."""

    rule = "AUD-5"


class NotTheirsToTakeCharge(Refusal):
    """Nobody in one of the roles that are in charge of such contacts."""

    code = RefusalCode.INVALID
    rule = "CON-2"


class NotInCharge(Refusal):
    """Only whoever is in charge of the contact records that they contacted the customer."""

    code = RefusalCode.FORBIDDEN
    rule = "CON-2"


class ConfirmsTheirOwn(Refusal):
    """Whoever contacted the customer does not confirm for the hotline that it happened."""

    rule = "SEG-1"


class NoInquiry(Refusal):
    """The contact is no inquiry: there is nothing to answer or to refer."""

    rule = "CON-4"


class AnsweredBefore(Refusal):
    """The inquiry is answered already."""

    code = RefusalCode.CONFLICT
    rule = "CON-4"


class OneAnswer(Refusal):
    """Name a standard answer, or give an answer in words of its own: one of the two."""

    code = RefusalCode.INVALID
    rule = "CON-4"


class UnknownDepartment(Refusal):
    """The policy knows no such department."""

    code = RefusalCode.INVALID
    rule = "CON-4"


class OpportunityExists(Refusal):
    """This opportunity is recorded already."""

    code = RefusalCode.CONFLICT
    rule = "CON-6"


class OpportunityNotFound(NotFound):
    """There is no such opportunity in this contact."""

    rule = "CON-6"


class OpportunityOver(Refusal):
    """This opportunity was won or lost already."""

    code = RefusalCode.CONFLICT
    rule = "CON-6"


class StillToDo(Refusal):
    """The contact asks for more before it is closed."""

    rule = "CON-2"
