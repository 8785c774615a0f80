"""Why a wish about a credit note is refused."""

from __future__ import annotations

from domain import uniqueness
from domain.messages import NotFound, Refusal, RefusalCode


class CreditNoteNotFound(NotFound):
    """There is no such credit note."""


class InvalidCreditNote(Refusal):
    """The credit note is refused whole; nothing of it is booked."""

    code = RefusalCode.INVALID
    rule = "CRN-2"


class DuplicateCreditNote(uniqueness.AlreadyTaken):
    """This file, or a note of this issuer and number, is booked already."""

    rule = "CRN-1"


class IssuerAlreadyAssigned(Refusal):
    """It is already known which manufacturer issued this credit note."""

    rule = "CRN-1"


class IssuerUnknown(Refusal):
    """Nobody has said yet which manufacturer issued this credit note. Assign it first."""

    rule = "CRN-3"


class ClaimOfAnother(Refusal):
    """The claim was made to another manufacturer than the one that issued the note."""

    rule = "CRN-3"


class NotProposed(Refusal):
    """That claim is not proposed for the note, or not any more."""

    rule = "CRN-3"


class NothingOpen(Refusal):
    """Nothing of that claim is open for the note to pay. Decline what is proposed, or match it
    as an over-payment."""

    rule = "CRN-3"


class NoteCurrencyDiffers(Refusal):
    """The amount is in another currency than the note; they do not mix without a rate."""

    code = RefusalCode.INVALID
    rule = "CRN-4"


class MoreThanUnapplied(Refusal):
    """The allocations of a note never exceed it."""

    rule = "CRN-4"


class ShortWithoutReason(Refusal):
    """The claim stays partly open after this match: say why."""

    code = RefusalCode.INVALID
    rule = "CRN-5"


class OverpaymentWithoutReason(Refusal):
    """Paying more than is open is decided with a reason."""

    code = RefusalCode.INVALID
    rule = "CRN-4"


class OutcomeNotPossible(Refusal):
    """What is left of a note is money we were given: accept, dispute or carry it over."""

    code = RefusalCode.INVALID
    rule = "CRN-5"


class NoSuchRemainder(Refusal):
    """Nothing was decided about such a remainder of the note, or it was taken back before."""

    code = RefusalCode.NOT_FOUND
    rule = "CRN-5"


class SameClaimTwice(Refusal):
    """A match names each claim once."""

    code = RefusalCode.INVALID
    rule = "CRN-4"


class NoSuchAllocation(Refusal):
    """The note has no such allocation, or it was reversed before."""

    code = RefusalCode.NOT_FOUND
    rule = "CRN-6"
