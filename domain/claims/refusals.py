"""Why a wish about a claim is refused."""

from __future__ import annotations

from domain import uniqueness
from domain.messages import NotFound, Refusal, RefusalCode


class ClaimNotFound(NotFound):
    """There is no such claim."""


class ClaimExists(Refusal):
    """This claim is open already."""

    code = RefusalCode.CONFLICT


class NotPossibleNow(Refusal):
    """The claim is not in a state that allows this."""


class OwnNumberTaken(uniqueness.AlreadyTaken):
    """Another claim already has this number of ours."""

    rule = "CLM-8"


class ManufacturerNumberTaken(uniqueness.AlreadyTaken):
    """Another claim already has this number of the manufacturer's."""

    rule = "CLM-8"


class NotRegisteredWithUs(Refusal):
    """No registered equipment is known for this work, and only for such a claim is opened.

    Register it and name it on the order, then have the reaction tried again; or open the claim by
    hand, naming the order.
    """

    rule = "CLM-3"


class OpenedOnAnotherReport(Refusal):
    """The claim stands on an earlier report and can no longer follow this one.

    Look at what the report says now, and amend the claim by hand as far as that is right.
    """

    rule = "CLM-1"


class WorkAlreadyClaimed(uniqueness.AlreadyTaken):
    """This work is already claimed from this manufacturer."""

    rule = "CLM-8"


class DatesDisagree(Refusal):
    """Work ends after it starts, and it is claimed when it is done."""

    code = RefusalCode.INVALID
    rule = "CLM-3"


class CurrenciesMixed(Refusal):
    """A claim is in one currency."""

    code = RefusalCode.INVALID
    rule = "CLM-4"


class NothingClaimed(Refusal):
    """A claim asks for more than nothing."""

    code = RefusalCode.INVALID
    rule = "CLM-4"


class SubjectSubmitted(Refusal):
    """The manufacturer has the claim: its equipment, customer and dealer stay as they went out."""

    rule = "CLM-7"


class PapersMissing(Refusal):
    """Papers are missing; without them the claim is not submitted."""

    rule = "CLM-2"


class VettingFailed(Refusal):
    """The claim is not claimable as it stands."""

    rule = "CLM-3"


class JudgedOwnWork(Refusal):
    """Whoever did the work does not judge the claim for it."""

    rule = "CLM-4"


class NotAJudge(Refusal):
    """Your role has no seat among those who judge claims together."""

    code = RefusalCode.FORBIDDEN
    rule = "CLM-6a"


class AlreadySubmitted(Refusal):
    """The claim was submitted before. Resubmit it, and say what is different."""

    rule = "CLM-7"


class NeverSubmitted(Refusal):
    """The claim was never submitted, so it cannot be resubmitted."""

    rule = "CLM-7"


class CannotBeResubmitted(Refusal):
    """It was found that the claim cannot be resubmitted as it stands. Amend it, or write it off."""

    rule = "CLM-7"


class PaperNotFiled(Refusal):
    """Only a paper that is filed with the claim can be false."""

    code = RefusalCode.INVALID
    rule = "CLM-9"


class CurrencyDiffers(Refusal):
    """The amount is in another currency than the claim; they do not mix without a rate."""

    code = RefusalCode.INVALID
    rule = "CRN-4"


class AcceptedMoreThanClaimed(Refusal):
    """Nothing can be accepted that was not claimed."""

    code = RefusalCode.INVALID
    rule = "CRN-4"


class ReasonMissing(Refusal):
    """Less than was asked for needs the reason why."""

    code = RefusalCode.INVALID
    rule = "CRN-5"


class UnknownReason(Refusal):
    """This word for a reason is neither ours nor the manufacturer's."""

    code = RefusalCode.INVALID
    rule = "CRN-12"


class AlreadyPaid(Refusal):
    """The next step was taken: something was credited or written off. Undo that first."""

    rule = "SEG-5"


class MoreThanOpen(Refusal):
    """Credits and write-offs never exceed what was accepted."""

    rule = "CRN-4"


class WriteOffPending(Refusal):
    """A write-off of this claim waits for signatures. Sign or decline it first."""

    rule = "CRN-5"


class NoWriteOffPending(Refusal):
    """No write-off of this claim waits for signatures."""

    rule = "CRN-5"


class NoSuchCredit(Refusal):
    """Nothing was credited to the claim by this allocation."""

    code = RefusalCode.NOT_FOUND
    rule = "CRN-6"


class NothingOpen(Refusal):
    """Nothing of the claim is open that an outcome could be decided about."""

    rule = "CRN-5"


class BalanceOpen(Refusal):
    """A claim is closed when nothing of what was accepted is open."""

    rule = "CRN-4"
