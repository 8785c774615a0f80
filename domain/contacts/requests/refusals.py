"""Why something wished of a work request is refused."""

from __future__ import annotations

from domain import uniqueness
from domain.messages import NotFound, Refusal, RefusalCode


class WorkRequestNotFound(NotFound):
    """There is no such work request."""


class WorkRequestExists(Refusal):
    """This work request is entered already."""

    code = RefusalCode.CONFLICT


class WorkRequestNumberTaken(uniqueness.AlreadyTaken):
    """Another work request already has this number."""

    rule = "CON-5"


class WorkRequestNotReady(Refusal):
    """The work request has not come as far as this needs, or is past it."""

    rule = "CON-5"


class NotYourDepartment(Refusal):
    """You ask in the name of the department that you are of, and not of that department itself."""

    code = RefusalCode.INVALID
    rule = "CON-5"


class IncidentKnownWhen(Refusal):
    """Say since when a quality incident is known, not in the future; other requests say nothing."""

    code = RefusalCode.INVALID
    rule = "CON-5"


class NoQualityIncident(Refusal):
    """The request is about no quality incident, or it is reported already."""

    rule = "CON-5"


class NotAllTold(Refusal):
    """Everybody on the list hears of a quality incident."""

    code = RefusalCode.INVALID
    rule = "CON-5"


class NoProductUnit(Refusal):
    """This is about requests to product units."""

    rule = "CON-7"


class NotTheWayToProductUnits(Refusal):
    """Questions to a product unit, and nothing else, go through technical support."""

    code = RefusalCode.INVALID
    rule = "CON-7"


class DateNotAgreed(Refusal):
    """The date is agreed before the product unit signs, and it signs that date."""

    rule = "CON-7"


class InDispute(Refusal):
    """A dispute about the request is open: nothing is signed until it is decided."""

    rule = "CON-7"


class NoDispute(Refusal):
    """No dispute about the request is open."""

    rule = "CON-7"


class PromisedForThePast(Refusal):
    """Nobody promises a day that has passed."""

    code = RefusalCode.INVALID
    rule = "CON-5"


class NotTheirRequest(Refusal):
    """Only whoever asked gives the request up."""

    code = RefusalCode.FORBIDDEN
    rule = "CON-5"


class NotTheirWork(Refusal):
    """Only who is to do the work, or who promised it, says that it is done."""

    code = RefusalCode.FORBIDDEN
    rule = "CON-5"


class PromiseStillRuns(Refusal):
    """The day that was promised has not passed."""

    rule = "CON-5"


class ForfeitEnforcedBefore(Refusal):
    """The forfeit was enforced already."""

    code = RefusalCode.CONFLICT
    rule = "CON-5"
