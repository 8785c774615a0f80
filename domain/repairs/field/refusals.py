"""Why something wished of a field order is refused."""

from __future__ import annotations

from domain import uniqueness
from domain.messages import NotFound, Refusal, RefusalCode


class FieldOrderNotFound(NotFound):
    """There is no such field order."""


class FieldOrderExists(Refusal):
    """This field order is entered already."""

    code = RefusalCode.CONFLICT


class FieldOrderNumberTaken(uniqueness.AlreadyTaken):
    """Another field order already has this number."""

    rule = "FLD-7"


class JobHasItsOrder(uniqueness.AlreadyTaken):
    """There is one order for a job and product type, and this one has it."""

    rule = "FLD-7"


class FieldOrderNotReady(Refusal):
    """The field order is not at a node that allows this."""

    rule = "FLD-3"


class PhoneCannotSolveIt(Refusal):
    """The contact found that the phone cannot solve it. Contact the customer again if it can."""

    rule = "FLD-2"


class MachineNotNamed(Refusal):
    """Name the equipment, its serial number, or both."""

    code = RefusalCode.INVALID
    rule = "FLD-5"


class SerialOfAnotherMachine(Refusal):
    """The equipment is registered under another serial number."""

    code = RefusalCode.INVALID
    rule = "FLD-5"


class SerialUnknown(Refusal):
    """The serial number must be known before the order closes."""

    rule = "FLD-5"


class NotAnEngineer(Refusal):
    """Whoever goes to a customer is an engineer."""

    rule = "FLD-9"


class LevelTooLow(Refusal):
    """The engineer's level does not suffice for this service."""

    rule = "FLD-9"


class ArrivalBeforeDeparture(Refusal):
    """Nobody arrives before they leave."""

    code = RefusalCode.INVALID
    rule = "FLD-3"


class ReasonMissing(Refusal):
    """Say why the machine is left unrepaired; of one that is repaired there is nothing to say."""

    code = RefusalCode.INVALID
    rule = "FLD-8"


class NoConsent(Refusal):
    """The customer consents before the engineer leaves; if not, say why."""

    code = RefusalCode.INVALID
    rule = "FLD-11"


class FindingsMissing(Refusal):
    """A report that is returned says what is wrong; one that is accepted has nothing wrong."""

    code = RefusalCode.INVALID
    rule = "FLD-10"


class PaperReportHere(Refusal):
    """The service report is here on paper already."""

    code = RefusalCode.CONFLICT
    rule = "FLD-7"


class NothingToExcuse(Refusal):
    """Nothing is missing under the service report, or it is excused already."""

    rule = "FLD-7"


class TravelCostNotReimbursable(Refusal):
    """Travel cost is paid with the customer's signature and stamp only, unless that is excused."""

    rule = "FLD-7"


class TravelCostClaimedBefore(Refusal):
    """The travel cost of this order was asked for already."""

    code = RefusalCode.CONFLICT
    rule = "FLD-7"


# ── a node's time ───────────────────────────────────────────────────────────


class NotANode(Refusal):
    """That event is no node of the order: its time is not corrected."""

    code = RefusalCode.INVALID
    rule = "FLD-6"


class UnknownCorrectionReason(Refusal):
    """The policy knows no such reason for a correction."""

    code = RefusalCode.INVALID
    rule = "FLD-6"


class CorrectionExists(Refusal):
    """This correction is asked for already, or another one of the same node is open."""

    code = RefusalCode.CONFLICT
    rule = "FLD-6"


class CorrectionNotFound(NotFound):
    """There is no such correction waiting to be approved."""

    rule = "FLD-6"


class OtherHeadquartersApprove(Refusal):
    """It is for the other headquarters to approve this correction: the manufacturer's, or ours."""

    rule = "FLD-6"
