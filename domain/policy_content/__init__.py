"""What policies say: the numbers and lists of the rulebook, as data.

A new kind of policy is a class in one of these modules and a member of `PolicyContent`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.policy_content.approvals import ApprovalMatrix as ApprovalMatrix
from domain.policy_content.approvals import Approved as Approved
from domain.policy_content.approvals import Band as Band
from domain.policy_content.approvals import Chain as Chain
from domain.policy_content.approvals import NobodyApproves as NobodyApproves
from domain.policy_content.calendar import DayKind as DayKind
from domain.policy_content.calendar import HolidayYear as HolidayYear
from domain.policy_content.calendar import HoursOfDate as HoursOfDate
from domain.policy_content.calendar import HoursOfWeekdays as HoursOfWeekdays
from domain.policy_content.calendar import OpeningHours as OpeningHours
from domain.policy_content.calendar import OpeningRange as OpeningRange
from domain.policy_content.calendar import PublicHolidays as PublicHolidays
from domain.policy_content.calendar import Ranges as Ranges
from domain.policy_content.calendar import Weekday as Weekday
from domain.policy_content.calendar import one_after_the_other as one_after_the_other
from domain.policy_content.claims import MAY_JUDGE as MAY_JUDGE
from domain.policy_content.claims import Charged as Charged
from domain.policy_content.claims import ClaimJudges as ClaimJudges
from domain.policy_content.claims import ClaimLimits as ClaimLimits
from domain.policy_content.claims import EngineerLevels as EngineerLevels
from domain.policy_content.claims import LiabilityTariff as LiabilityTariff
from domain.policy_content.claims import PaperRequirement as PaperRequirement
from domain.policy_content.claims import PapersOfKind as PapersOfKind
from domain.policy_content.claims import PapersRequired as PapersRequired
from domain.policy_content.claims import ProposalWindow as ProposalWindow
from domain.policy_content.claims import ReasonWord as ReasonWord
from domain.policy_content.claims import ReasonWords as ReasonWords
from domain.policy_content.claims import Tariff as Tariff
from domain.policy_content.claims import Tolerance as Tolerance
from domain.policy_content.contacts import ContactHandling as ContactHandling
from domain.policy_content.contacts import Department as Department
from domain.policy_content.contacts import Departments as Departments
from domain.policy_content.contacts import WorkRequests as WorkRequests
from domain.policy_content.content import Content as Content
from domain.policy_content.content import Organisation as Organisation
from domain.policy_content.content import Word as Word
from domain.policy_content.content import known_zone as known_zone
from domain.policy_content.deadlines import Deadline as Deadline
from domain.policy_content.deadlines import Every as Every
from domain.policy_content.deadlines import ExactFit as ExactFit
from domain.policy_content.deadlines import Level as Level
from domain.policy_content.deadlines import LevelKind as LevelKind
from domain.policy_content.deadlines import Period as Period
from domain.policy_content.deadlines import Roll as Roll
from domain.policy_content.deadlines import SameDay as SameDay
from domain.policy_content.deadlines import Stated as Stated
from domain.policy_content.deadlines import Target as Target
from domain.policy_content.deadlines import Unit as Unit
from domain.policy_content.deadlines import Until as Until
from domain.policy_content.deadlines import Within as Within
from domain.policy_content.exchanges import ExchangeExclusion as ExchangeExclusion
from domain.policy_content.exchanges import ExchangeTerms as ExchangeTerms
from domain.policy_content.field import EXCUSERS as EXCUSERS
from domain.policy_content.field import FieldService as FieldService
from domain.policy_content.registry import DocumentSet as DocumentSet
from domain.policy_content.registry import EncroachmentTerms as EncroachmentTerms
from domain.policy_content.registry import PhoneGuarantee as PhoneGuarantee
from domain.policy_content.registry import WarrantyTerms as WarrantyTerms
from domain.policy_content.repairs import ChannelTerms as ChannelTerms
from domain.policy_content.repairs import DatedPrice as DatedPrice
from domain.policy_content.repairs import FactoryRepairs as FactoryRepairs
from domain.policy_content.repairs import FactoryTerms as FactoryTerms
from domain.policy_content.repairs import PriceChange as PriceChange
from domain.policy_content.repairs import PriceList as PriceList
from domain.policy_content.repairs import RepairChannels as RepairChannels

PolicyContent = Annotated[
    Organisation
    | ApprovalMatrix
    | ClaimLimits
    | PapersRequired
    | EngineerLevels
    | ClaimJudges
    | LiabilityTariff
    | ReasonWords
    | Tolerance
    | ProposalWindow
    | WarrantyTerms
    | PhoneGuarantee
    | DocumentSet
    | OpeningHours
    | PublicHolidays
    | EncroachmentTerms
    | RepairChannels
    | FactoryRepairs
    | PriceList
    | ExchangeTerms
    | FieldService
    | ContactHandling
    | Departments
    | WorkRequests
    | Deadline,
    Field(discriminator="policy"),
]
