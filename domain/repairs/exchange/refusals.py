"""Why a wish about an exchange is refused."""

from __future__ import annotations

from domain import uniqueness
from domain.messages import NotFound, Refusal, RefusalCode


class ExchangeNotFound(NotFound):
    """There is no such exchange."""


class ExchangeExists(Refusal):
    """This exchange was applied for already."""

    code = RefusalCode.CONFLICT


class ExchangeNumberTaken(uniqueness.AlreadyTaken):
    """Another exchange already has this number."""

    rule = "EXC-1"


class NobodysGoods(Refusal):
    """Goods are exchanged for a dealer or a customer: say for whom."""

    code = RefusalCode.INVALID
    rule = "EXC-1"


class KindOfGoodsUnknown(Refusal):
    """What the goods are is said, so that a phone's are checked by its list when they arrive."""

    code = RefusalCode.INVALID
    rule = "EXC-6"


class ExchangeNotPossibleNow(Refusal):
    """The exchange is not at a stage that allows this."""


class NotApprovedYet(Refusal):
    """Apply first, ship later: goods that arrive before the approval are refused entry."""

    rule = "EXC-1"


class NoRepairOfThisUnit(Refusal):
    """These are no repair orders of this unit, or orders in which it was not repaired."""

    code = RefusalCode.INVALID
    rule = "REG-5a"


class NotInRepairAnyMore(Refusal):
    """A repair takes too long only while the item is in it; say which repair it is."""

    code = RefusalCode.INVALID
    rule = "REG-5a"


class ExclusionListIncomplete(Refusal):
    """Every point of the exclusion list of this kind of product is checked, once, and no other."""

    code = RefusalCode.INVALID
    rule = "EXC-6"


class Excluded(Refusal):
    """What was found excludes the goods from being exchanged."""

    rule = "EXC-6"


class NoQualityFault(Refusal):
    """Goods are exchanged for a fault of their own; none was found."""

    rule = "EXC-6"


class ExchangeDiscrepancyOpen(Refusal):
    """The exchange waits until discrepancy or damage is settled with the dealer."""

    rule = "EXC-2"


class NoExchangeDiscrepancy(Refusal):
    """There is no discrepancy of the goods at a stage that allows this."""

    rule = "EXC-2"


class NothingDamaged(Refusal):
    """No damage by the customer was found that could be charged."""

    rule = "EXC-7"


class DamageNotCharged(Refusal):
    """The customer's damage is charged before goods with a quality fault are exchanged."""

    rule = "EXC-7"


class FaultNotConfirmed(Refusal):
    """An exchange engineer inspects damaged goods again before they are exchanged."""

    rule = "EXC-7"


class InspectedBefore(Refusal):
    """Whoever inspected the goods on arrival does not inspect them again."""

    rule = "EXC-7"


class DamageNotPaid(Refusal):
    """Nothing leaves before it is paid in full, unless headquarters permitted it before."""

    rule = "REP-7"


class DamagePaidTooMuch(Refusal):
    """More than is left to pay for the damage cannot be paid."""

    code = RefusalCode.INVALID
    rule = "REP-7"


class SameItemBack(Refusal):
    """The replacement is another item than the faulty one."""

    code = RefusalCode.INVALID
    rule = "EXC-3"


class NotALegOfExchange(Refusal):
    """Goods to be exchanged travel to us, and something goes back."""

    code = RefusalCode.INVALID
    rule = "EXC-4"


class FreightNotRecorded(NotFound):
    """No freight of this leg waits for a signature."""

    rule = "EXC-4"


class FreightUnsettled(Refusal):
    """The freight that was recorded is signed for before the exchange is closed."""

    rule = "EXC-4"


class NobodyToCredit(Refusal):
    """A refund is credited towards the next order of a dealer, and there is none here."""

    rule = "EXC-5"


class RefundNotApproved(Refusal):
    """A sales return is issued once the refund is approved."""

    rule = "EXC-5"


class SignedPapersMissing(Refusal):
    """The signed documents are attached before the sales return is issued."""

    rule = "EXC-5"


class SalesReturnNumberTaken(uniqueness.AlreadyTaken):
    """Another sales return already has this number."""

    rule = "EXC-5"
