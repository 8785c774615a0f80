"""Why a wish about a commercial claim is refused."""

from __future__ import annotations

from domain import uniqueness
from domain.messages import NotFound, Refusal, RefusalCode


class CommercialClaimNotFound(NotFound):
    """There is no such commercial claim."""


class CommercialClaimExists(Refusal):
    """This commercial claim is open already."""

    code = RefusalCode.CONFLICT


class CommercialNumberTaken(uniqueness.AlreadyTaken):
    """Another commercial claim already has this number of ours."""

    rule = "CLM-8"


class InspectionToCome(Refusal):
    """An inspection is recorded when it is done."""

    code = RefusalCode.INVALID
    rule = "CLM-6"


class OutOfOrder(Refusal):
    """A commercial claim goes from step to step, and this step is not the next."""

    rule = "CLM-6"


class AmountsDiffer(Refusal):
    """Those who fix the amount together have to name the same one."""

    rule = "CLM-6"


class WorkBeforeClaim(Refusal):
    """A commercial claim comes before the work: it was not filed by then."""

    rule = "CLM-6"


class WorkToCome(Refusal):
    """Work is recorded when it is done."""

    code = RefusalCode.INVALID
    rule = "CLM-6"
