"""How many inquiries came in, by category, and that a week's and a month's counts were delivered
(CON-4).

An inquiry is counted on the day on which it came in, in the history of that day; those of a week or
month are its days'. A week or month begins to be due with its first inquiry, or once the one before
was delivered, so that none is left out in which nobody asked: by when, is computed then, and stays
so (SLA-2). What came in where another system kept the contacts was counted there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Annotated, ClassVar, Final, TypeAlias, assert_never
from uuid import UUID, uuid5

from pydantic import AfterValidator, Field

from domain import calendar, messages, policies
from domain.approvals import Names, names
from domain.contacts.calling import refuse_unknown_person
from domain.contacts.commands import DESK
from domain.messages import Message, On, Refusal, RefusalCode, Stream, World
from domain.policy_content import Every, Period
from domain.registry.authority import confined_to
from domain.sla import starting
from domain.sla.periods import after, due_in, first_day_of
from domain.sla.starting import DueBy
from domain.vocabulary import ContactCategory

INQUIRY_PERIOD = "contacts.InquiryPeriod"
PERIODS = UUID("9d0c7f3a-51d7-5e0e-8c6f-1b7a4e2d9f05")
CLOCKS: Final = {
    Period.WEEK: "inquiry_counts_weekly",
    Period.MONTH: "inquiry_counts_monthly",
}
"""For how long inquiries are counted together, and the deadlines by which that is delivered."""


def stream_of(period: Period, first_day: date) -> Stream:
    return Stream(INQUIRY_PERIOD, uuid5(PERIODS, f"{period} {first_day}"))


# ── commands ────────────────────────────────────────────────────────────────


def only_inquiries(category: ContactCategory) -> ContactCategory:
    if not category.is_inquiry:
        raise ValueError(f"A contact about {category} is no inquiry.")
    return category


class InquiryCount(Message):
    """How many inquiries of a category came in."""

    category: Annotated[ContactCategory, AfterValidator(only_inquiries)]
    inquiries: Annotated[int, Field(ge=0)]


def each_category_once(counts: tuple[InquiryCount, ...]) -> tuple[InquiryCount, ...]:
    if len({each.category for each in counts}) < len(counts):
        raise ValueError("Each category is counted once.")
    return counts


def each_person_once(people: tuple[UUID, ...]) -> tuple[UUID, ...]:
    if len(set(people)) < len(people):
        raise ValueError("Each person is named once.")
    return people


class DeliverInquiries(messages.Command):
    """`period` is for how long the inquiries are counted together."""

    roles = DESK
    period: ClassVar[Period]
    counts: Annotated[
        tuple[InquiryCount, ...],
        AfterValidator(each_category_once),
        Field(description="As they were delivered. A category that is left out had none."),
    ]
    delivered_to: Annotated[
        tuple[UUID, ...],
        AfterValidator(each_person_once),
        Field(min_length=1, description="The people who have them now."),
    ]

    @property
    def day(self) -> date:
        """One in the period that was counted."""
        raise TypeError(f"{type(self).__name__} is of no period.")

    @property
    def first_day(self) -> date:
        return first_day_of(self.period, self.day)

    @property
    def stream(self) -> Stream:
        return stream_of(self.period, self.first_day)


class DeliverWeeklyInquiries(DeliverInquiries):
    """Record that the counts of a week's inquiries were delivered, once it is over (CON-4)."""

    period = Period.WEEK
    week: Annotated[date, Field(description="The week, by any day of it.")]

    @property
    def day(self) -> date:
        return self.week


class DeliverMonthlyInquiries(DeliverInquiries):
    """Record that the counts of a month's inquiries were delivered, once it is over (CON-4)."""

    period = Period.MONTH
    month: Annotated[date, Field(description="The month, by any day of it.")]

    @property
    def day(self) -> date:
        return self.month


Command: TypeAlias = DeliverWeeklyInquiries | DeliverMonthlyInquiries

# ── events ──────────────────────────────────────────────────────────────────


class InquiryCounted(messages.Event):
    """A contact that came in on this day counts as an inquiry of this category, instead of another
    or of none; with no category, it turned out to be none (CON-4).
    """

    context = "contacts"
    day: date
    contact_id: UUID
    category: ContactCategory | None
    instead_of: ContactCategory | None


class PeriodBegun(messages.Event):
    context = "contacts"
    first_day: date
    due: DueBy


class InquiryWeekBegun(PeriodBegun):
    """The first inquiry of a week came in, or the counts of the week before were delivered: its own
    are due by then (CON-4).
    """


class InquiryMonthBegun(PeriodBegun):
    """The first inquiry of a month came in, or the counts of the month before were delivered: its
    own are due by then (CON-4).
    """


class InquiriesDelivered(messages.Event):
    context = "contacts"
    first_day: date
    counts: tuple[InquiryCount, ...]
    delivered_to: tuple[UUID, ...]
    due: DueBy
    late: bool
    delivered_by: Names


class WeeklyInquiriesDelivered(InquiriesDelivered):
    """These people have the counts of a week's inquiries, by category (CON-4)."""


class MonthlyInquiriesDelivered(InquiriesDelivered):
    """These people have the counts of a month's inquiries, by category (CON-4)."""


Begun: TypeAlias = InquiryWeekBegun | InquiryMonthBegun
Delivered: TypeAlias = WeeklyInquiriesDelivered | MonthlyInquiriesDelivered
Event: TypeAlias = (
    InquiryCounted
    | InquiryWeekBegun
    | InquiryMonthBegun
    | WeeklyInquiriesDelivered
    | MonthlyInquiriesDelivered
)

# ── refusals ────────────────────────────────────────────────────────────────


class CountsOfAllStations(Refusal):
    """Inquiries are counted over all stations: headquarters delivers the counts."""

    code = RefusalCode.FORBIDDEN
    rule = "CON-4"


class InquiriesStillComing(Refusal):
    """The counts of a week or month are delivered when it is over."""

    code = RefusalCode.INVALID
    rule = "CON-4"


class InquiriesDeliveredBefore(Refusal):
    """The counts of this week or month were delivered already."""

    code = RefusalCode.CONFLICT
    rule = "CON-4"


class CountsDiffer(Refusal):
    """The counts are not those of the inquiries that came in."""

    code = RefusalCode.INVALID
    rule = "CON-4"


# ── state ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class InquiryPeriod:
    """Of a day, what came in on it; of a week or month, whether its counts were delivered."""

    kind: ClassVar[str] = INQUIRY_PERIOD
    counted: Mapping[UUID, ContactCategory] = field(default_factory=dict)
    due: DueBy | None = None
    delivered: bool = False


State = InquiryPeriod


def evolve(period: InquiryPeriod | None, event: Event) -> InquiryPeriod:
    period = period or InquiryPeriod()
    match event:
        case InquiryCounted(contact_id=id, category=category):
            others = {each: of for each, of in period.counted.items() if each != id}
            return replace(period, counted=others | ({id: category} if category else {}))
        case InquiryWeekBegun(due=due) | InquiryMonthBegun(due=due):
            return replace(period, due=due)
        case WeeklyInquiriesDelivered(due=due) | MonthlyInquiriesDelivered(due=due):
            return replace(period, due=due, delivered=True)
        case never:
            assert_never(never)


# ── counting ────────────────────────────────────────────────────────────────


def counted(
    contact_id: UUID, came_in: datetime | None, category: ContactCategory, world: World
) -> list[On]:
    """What it means for the counts that a contact is about this. Nothing, if it is not known when
    it came in."""
    if came_in is None:
        return []
    day = calendar.local_day(came_in, policies.zone(world))
    stream = stream_of(Period.DAY, day)
    known = world.of(InquiryPeriod, stream.id)
    before = known.counted.get(contact_id) if known else None
    now = category if category.is_inquiry else None
    if now is before:
        return []
    event = InquiryCounted(day=day, contact_id=contact_id, category=now, instead_of=before)
    return [*(() if known else begun(day, world)), On(stream, event)]


def begun(day: date, world: World) -> Iterator[On]:
    """The week and the month of a day, if they did not begin before."""
    world.gather(stream_of(each, first_day_of(each, day)) for each in CLOCKS)
    for period in CLOCKS:
        yield from beginning(period, first_day_of(period, day), world)


def beginning(period: Period, first_day: date, world: World) -> Iterator[On]:
    """Nothing, if it began or was delivered before."""
    stream = stream_of(period, first_day)
    if world.of(InquiryPeriod, stream.id) is None:
        kind = InquiryWeekBegun if period is Period.WEEK else InquiryMonthBegun
        yield On(stream, kind(first_day=first_day, due=due_by(period, first_day, world)))


def due_by(period: Period, first_day: date, world: World) -> DueBy:
    """By when a period's counts are due that begins on a day, under the deadline in force."""
    name, zone = CLOCKS[period], policies.zone(world)
    target = policies.deadline(world, name).target
    assert isinstance(target, Every), f"{name} is due in every period"
    return DueBy(
        policy=policies.clock(world, name),
        since=calendar.instant_of(first_day, time(), zone),
        due=due_in(target, first_day, zone),
    )


# ── delivering ──────────────────────────────────────────────────────────────


def decide(period: InquiryPeriod | None, command: Command, world: World) -> list[Event | On]:
    """Once for each week and month: what is found out later does not change what was delivered.
    The next is due from now on, whether anybody asks in it or not."""
    if confined_to(world):
        raise CountsOfAllStations
    if period and period.delivered:
        raise InquiriesDeliveredBefore
    first_day = command.first_day
    today = calendar.local_day(world.effective_at, policies.zone(world))
    if today < after(command.period, first_day):
        raise InquiriesStillComing(fields=(command.period.value,))
    for person_id in command.delivered_to:
        refuse_unknown_person(world, person_id, "delivered_to")
    due = period.due if period and period.due else due_by(command.period, first_day, world)
    delivered = event_of(command)(
        first_day=first_day,
        counts=agreed(command, world),
        delivered_to=command.delivered_to,
        due=due,
        late=starting.late(due, world),
        delivered_by=names(world),
    )
    return [delivered, *beginning(command.period, after(command.period, first_day), world)]


def event_of(command: Command) -> type[Delivered]:
    match command:
        case DeliverWeeklyInquiries():
            return WeeklyInquiriesDelivered
        case DeliverMonthlyInquiries():
            return MonthlyInquiriesDelivered
        case never:
            assert_never(never)


def agreed(command: Command, world: World) -> tuple[InquiryCount, ...]:
    """What was counted, in the order of the categories. Raises CountsDiffer with each that is
    another number than was delivered."""
    ours = inquiries_in(command.period, command.first_day, world)
    theirs = {each.category: each.inquiries for each in command.counts}
    wrong = tuple(
        f"{category}: {theirs.get(category, 0)} delivered, {ours[category]} came in."
        for category in ContactCategory
        if theirs.get(category, 0) != ours[category]
    )
    if wrong:
        raise CountsDiffer(fields=("counts",), reasons=wrong)
    return tuple(
        InquiryCount(category=category, inquiries=ours[category])
        for category in ContactCategory
        if category.is_inquiry
    )


def inquiries_in(period: Period, first_day: date, world: World) -> Counter[ContactCategory]:
    """How many of each category came in on the days of a period."""
    days = range(first_day.toordinal(), after(period, first_day).toordinal())
    streams = [stream_of(Period.DAY, date.fromordinal(day)) for day in days]
    world.gather(streams)
    found: Counter[ContactCategory] = Counter()
    for stream in streams:
        if known := world.of(InquiryPeriod, stream.id):
            found.update(known.counted.values())
    return found
