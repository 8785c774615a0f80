"""Why a wish about a repair order is refused."""

from __future__ import annotations

from domain import uniqueness
from domain.messages import NotFound, Refusal, RefusalCode


class RepairNotFound(NotFound):
    """There is no such repair order."""


class RepairExists(Refusal):
    """This item was received already."""

    code = RefusalCode.CONFLICT


class RepairNumberTaken(uniqueness.AlreadyTaken):
    """Another repair order already has this number."""

    rule = "REP-1"


class NobodysItem(Refusal):
    """An item belongs to a customer or comes from a dealer: say whom."""

    code = RefusalCode.INVALID
    rule = "REP-1"


class RepairNotPossibleNow(Refusal):
    """The repair order is not at a stage that allows this."""


class InspectionNotSigned(Refusal):
    """The inspection on arrival is signed by both sides before work starts."""

    rule = "REP-1"


class RepairNotAgreed(Refusal):
    """What is to be paid for is quoted, and agreed to, before work starts."""

    rule = "REP-1"


class NoDealerReturn(Refusal):
    """This is about items that a dealer returned."""

    rule = "REP-2"


class ReturnNotAccepted(Refusal):
    """A dealer's return is accepted before anything is done with it."""

    rule = "REP-2"


class DiscrepancyOpen(Refusal):
    """Work waits until the discrepancy is settled with the dealer."""

    rule = "REP-3"


class NoDiscrepancy(Refusal):
    """There is no discrepancy at a stage that allows this."""

    rule = "REP-3"


class SupervisorSettles(Refusal):
    """What the dealer disputes is settled by a supervisor."""

    code = RefusalCode.FORBIDDEN
    rule = "REP-3"


class DataLossNotAcknowledged(Refusal):
    """A factory repair erases what is stored: the customer acknowledges that before."""

    rule = "REP-4"


class NotUnderWarrantyForFactory(Refusal):
    """What is not under warranty does not go to this factory, which repairs nothing for money."""

    rule = "REP-6"


class ComponentMissing(Refusal):
    """A faulty item that is sent back may lack no component."""

    rule = "REP-6"


class WarrantyNotDetermined(Refusal):
    """Whether the repair is under warranty is found first."""

    rule = "REG-4"


class EvidenceMissing(Refusal):
    """Why a repair is not covered is recorded with evidence."""

    code = RefusalCode.INVALID
    rule = "REG-6"


class PapersUnread(Refusal):
    """The item is not registered here: say what its papers say, and why; or, where those of a phone
    are lost, its factory date.
    """

    code = RefusalCode.INVALID
    rule = "REG-4"


class QuoteInTwoCurrencies(Refusal):
    """A quote is in the currency of its price list."""

    code = RefusalCode.INVALID
    rule = "REP-5"


class NotPaid(Refusal):
    """Nothing leaves before it is paid in full, unless headquarters permitted it before."""

    rule = "REP-7"


class PaidTooMuch(Refusal):
    """More than is left to pay cannot be paid."""

    code = RefusalCode.INVALID
    rule = "REP-7"


class NothingToPay(Refusal):
    """Nothing is to be paid for this order."""

    rule = "REP-7"


class RepairerChecked(Refusal):
    """Whoever repaired it does not check the quality of the repair."""

    rule = "REP-8"


class OutboundNotSigned(Refusal):
    """The inspection before the item leaves is made, and signed by both sides."""

    rule = "REP-8"


class NotWaitingForParts(Refusal):
    """The repair does not wait for parts."""

    rule = "REP-11"


class StillWaitingForParts(Refusal):
    """The repair waits for parts: record first that they are here."""

    rule = "REP-11"


class PartsNotIssued(Refusal):
    """Parts that were used are issued from stock against the order."""

    rule = "REP-11"


class NoContract(Refusal):
    """The contract for an overhaul is signed before work starts."""

    rule = "REP-12"


class OneTesterAlone(Refusal):
    """A machine is tested by two: the head of the workshop, and an engineer who is named."""

    code = RefusalCode.INVALID
    rule = "REP-12"


class ReleaseTestMissing(Refusal):
    """An overhaul begins with a test run with the owner, and ends with two: before release with the
    engineer, then again with the owner.
    """

    rule = "REP-12"


class ComponentTestMissing(Refusal):
    """The repair of an engine, a pump or a main valve needs its test report."""

    rule = "REP-12"


class NotTheirRepair(Refusal):
    """An overhaul is tested with an engineer who worked on it."""

    code = RefusalCode.INVALID
    rule = "REP-12"


class NothingCancelledAfterStart(Refusal):
    """A repair can be cancelled until work starts."""

    rule = "REP-1"
