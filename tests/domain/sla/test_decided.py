"""Due times as decisions state them, and clocks read off what was decided: SLA-1 to SLA-1e.

`test_targets` and `test_clock` test the functions by themselves; here somebody hands over a dealer,
sends an item or files a report, and what is recorded shows what the rules say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time
from typing import Any

import pytest

from domain import policies
from domain.messages import Actor, Command, On
from domain.policies import Pin, Policy, PublishPolicy
from domain.policy_content import (
    Content,
    Deadline,
    ExactFit,
    HolidayYear,
    HoursOfDate,
    HoursOfWeekdays,
    Level,
    LevelKind,
    OpeningHours,
    Organisation,
    PublicHolidays,
    Roll,
    SameDay,
    Target,
    Unit,
)
from domain.repairs.field import commands as f
from domain.repairs.field.events import FieldReportReturned
from domain.repairs.repair import commands as c
from domain.sla.clock import ClockState, Reading, read
from domain.sla.explanation import SegmentKind, explain
from domain.sla.marks import Happened, Mark, Reopened, Retargeted, marks_of
from domain.sla.starting import DueBy
from domain.sla.targets import Aim, Due
from domain.vocabulary import DiscrepancyKind, RepairChannel
from tests.contact_stories import contact_story
from tests.domain.sla.calendars import CHINA, HOLIDAYS, HOUR, MINUTE, WEEK, at, ranges, within
from tests.exchange_stories import exchange_story
from tests.field_stories import field_order_id, field_story, file_report
from tests.repair_stories import inspect, receive, return_story, wish
from tests.rules import rule
from tests.scenario import ADAM, CHAN, ENZO, HELEN, SAM, SUSI, Story
from tests.stories import call_dealer, hand_over_dealer, setting

NEW_YORK = "America/New_York"
PUBLISHED = datetime(2026, 1, 1, tzinfo=UTC)
INSTANT = datetime.resolution
CALL, TO_FACTORY, REPORT = "dealer_first_call", "dealer_return_to_factory", "field_report"
FULL_DAY = 9 * HOUR // MINUTE


# ── policies that hold here ─────────────────────────────────────────────────


def holding(*contents: Content, story: Story | None = None, now: datetime = PUBLISHED) -> Story:
    """A story in which these policies are in force."""
    story = story or Story()
    for content in contents:
        story.tell(PublishPolicy(content=content), ADAM, now)
    return story


def shipped(name: str, story: Story | None = None) -> Deadline:
    content = published(story or Story(), name).latest.content
    assert isinstance(content, Deadline)
    return content


def published(story: Story, name: str) -> Policy:
    return story.state(Policy, policies.stream_of(f"{Deadline.PREFIX}{name}").id)


def due_so(name: str, target: Target, **said: Any) -> Deadline:
    """A deadline that ships, with another target."""
    return shipped(name).model_copy(update={"target": target, **said})


def place(zone: str) -> Organisation:
    return Organisation(zone=zone, currency="CNY")


def every_day(*told: str) -> OpeningHours:
    weekly = (HoursOfWeekdays(days=WEEK, open=ranges(*told)),)
    return OpeningHours(weekly=weekly, on_make_up_days=ranges(*told))


# ── the first call of a dealer ──────────────────────────────────────────────


def call_due(story: Story, since: datetime) -> Due:
    """By when a dealer handed over then is called: a call is late after it, and not before."""
    story.tell(hand_over_dealer(), CHAN, since)
    due_by = story.happened[-1].event.call_due
    assert due_by.since == since
    due = due_by.due
    assert not called_late(story, due.late_from - INSTANT)
    assert called_late(story, due.late_from)
    return due


def called_late(story: Story, now: datetime) -> bool:
    (on,) = story.so_far().when(call_dealer(), actor=HELEN, now=now).outcome()
    return on.event.late


@rule("SLA-1a")
@pytest.mark.parametrize(
    ("fit", "minutes", "due"),
    [
        pytest.param(ExactFit.CLOSING, FULL_DAY, "03-06 18:00", id="by default at closing"),
        pytest.param(ExactFit.OPENING, FULL_DAY, "03-09 09:00", id="or at the next opening"),
        pytest.param(ExactFit.OPENING, FULL_DAY - 1, "03-06 17:59", id="a minute less"),
        pytest.param(ExactFit.CLOSING, FULL_DAY + 1, "03-09 09:01", id="a minute more"),
    ],
)
def test_what_is_used_up_at_closing_is_due_as_the_policy_says(fit, minutes, due):
    target = within(minutes, "wmin")
    story = holding(due_so(CALL, target, exact_fit=fit))
    assert call_due(story, at("03-06 09:00")) == Due(at=at(due))


@rule("SLA-1a")
@pytest.mark.parametrize(
    ("since", "due"),
    [
        pytest.param("03-06 11:59", "03-06 13:59", id="a minute before the noon break"),
        pytest.param("03-06 12:00", "03-06 14:00", id="at its beginning, which is closed"),
        pytest.param("03-06 12:59", "03-06 14:00", id="a minute before it is over"),
        pytest.param("03-06 13:00", "03-06 14:00", id="at its end, which is open"),
        pytest.param("03-06 17:59", "03-07 09:59", id="a minute before closing"),
        pytest.param("03-06 18:00", "03-07 10:00", id="at closing, which is closed"),
    ],
)
def test_open_time_is_half_open_and_has_several_ranges_a_day(since, due):
    hours = every_day("09:00-12:00", "13:00-18:00")
    story = holding(hours, due_so(CALL, within(60, "wmin")))
    assert call_due(story, at(since)) == Due(at=at(due))


@rule("SLA-1a")
@pytest.mark.parametrize(
    ("by", "since", "due"),
    [
        pytest.param("02:30", "03-08 00:30", "03-08T07:30", id="skipped: moves past the gap"),
        pytest.param("01:59", "03-08 00:30", "03-08T06:59", id="before the gap"),
        pytest.param("03:00", "03-08 00:30", "03-08T07:00", id="after the gap"),
        pytest.param("01:30", "11-01 00:30", "11-01T05:30", id="shown twice: the first"),
        pytest.param("02:00", "11-01 00:30", "11-01T07:00", id="shown once, after both"),
    ],
)
def test_a_local_time_that_the_clocks_skip_or_repeat(by, since, due):
    same_day = SameDay(by=time.fromisoformat(by))
    story = holding(place(NEW_YORK), due_so(CALL, same_day))
    expected = datetime.fromisoformat(f"2026-{due}").replace(tzinfo=UTC)
    assert call_due(story, at(since, NEW_YORK)) == Due(at=expected)


@rule("SLA-1a")
@pytest.mark.parametrize(
    ("since", "due"),
    [
        pytest.param("03-08 01:30", "03-08 04:30", id="an hour is skipped"),
        pytest.param("11-01 00:30", "11-01 01:30", id="an hour is shown twice"),
    ],
)
def test_open_time_passes_on_instants_and_not_on_the_clock_on_the_wall(since, due):
    two_hours = due_so(CALL, within(120, "wmin"))
    story = holding(place(NEW_YORK), every_day("00:00-24:00"), two_hours)
    started = at(since, NEW_YORK)
    assert call_due(story, started).at == started + 2 * HOUR
    shown = (started + 2 * HOUR).astimezone(at(due, NEW_YORK).tzinfo)
    assert shown in {at(due, NEW_YORK), at(due, NEW_YORK) + HOUR}


FRIDAY = "03-06 17:30"


@rule("SLA-1b")
@pytest.mark.parametrize(
    ("target", "since", "due"),
    [
        pytest.param(within(60, "wmin"), FRIDAY, Due(at=at("03-09 09:30")), id="working minutes"),
        pytest.param(within(1, "wd"), FRIDAY, Due(at=at("03-09 18:00")), id="a working day"),
        pytest.param(within(1, "h"), FRIDAY, Due(at=at("03-06 18:30")), id="an hour"),
        pytest.param(within(24, "h"), FRIDAY, Due(at=at("03-07 17:30")), id="24 hours, no day"),
        pytest.param(
            within(1, "cd"), FRIDAY, Due(at=at("03-08 00:00"), with_day=True), id="a calendar day"
        ),
        pytest.param(
            within(24, "h", roll=Roll.FOLLOWING),
            FRIDAY,
            Due(at=at("03-09 09:00")),
            id="hours that end when nobody works: the next opening",
        ),
        pytest.param(
            within(24, "h", roll=Roll.PRECEDING),
            FRIDAY,
            Due(at=at("03-06 18:00")),
            id="or the last closing",
        ),
        pytest.param(
            within(1, "cd", roll=Roll.FOLLOWING),
            FRIDAY,
            Due(at=at("03-10 00:00"), with_day=True),
            id="a day on which nobody works: the next working day",
        ),
        pytest.param(
            within(1, "cd", roll=Roll.PRECEDING),
            FRIDAY,
            Due(at=at("03-07 00:00"), with_day=True),
            id="or the last one before",
        ),
    ],
)
def test_each_kind_of_target_is_counted_in_its_own_unit(target, since, due):
    assert call_due(holding(due_so(CALL, target)), at(since)) == due


@rule("SLA-1b")
@pytest.mark.parametrize(
    ("since", "due"),
    [
        pytest.param("03-05 08:59", "03-06 18:00", id="before opening: that day"),
        pytest.param("03-05 17:59", "03-06 18:00", id="before closing: that day"),
        pytest.param("03-05 18:00", "03-09 18:00", id="at closing: as of the next opening"),
        pytest.param("03-06 17:59", "03-09 18:00", id="on Friday: Monday"),
        pytest.param("03-06 18:00", "03-10 18:00", id="on Friday, after work: as of Monday"),
        pytest.param("03-08 12:00", "03-10 18:00", id="on Sunday: as of Monday"),
    ],
)
def test_a_working_day_ends_with_business_on_the_day_after_the_clock_started(since, due):
    assert call_due(Story(), at(since)) == Due(at=at(due))


# ── calendars ───────────────────────────────────────────────────────────────


@rule("SLA-1e")
@pytest.mark.parametrize(
    ("since", "due"),
    [
        pytest.param("02-13 12:00", "02-14 18:00", id="a Saturday that is made up for is worked"),
        pytest.param("02-14 12:00", "02-24 18:00", id="a break with a weekend on both sides"),
        pytest.param("02-27 12:00", "02-28 18:00", id="a Saturday after the break"),
        pytest.param("02-28 12:00", "03-02 18:00", id="a Sunday that is none"),
        pytest.param("04-03 12:00", "04-07 18:00", id="a holiday on a Sunday, with its Monday"),
    ],
)
def test_holidays_and_make_up_days_override_the_week(since, due):
    assert call_due(Story(), at(since)) == Due(at=at(due))


@rule("SLA-1e")
def test_a_single_date_of_our_own_overrides_both():
    hours = every_day("09:00-18:00").model_copy(
        update={
            "on_dates": (
                HoursOfDate(on=at("03-09 12:00").date()),
                HoursOfDate(on=at("03-10 12:00").date(), open=ranges("13:00-15:00")),
            )
        }
    )
    story = holding(hours)
    assert call_due(story, at("03-08 12:00")) == Due(at=at("03-10 15:00"))


@rule("SLA-1e")
@pytest.mark.parametrize(
    ("since", "due", "provisional"),
    [
        pytest.param("12-30 12:00", "12-31 18:00", False, id="in the last year that is known"),
        pytest.param("12-31 12:00", "2027-01-01 18:00", True, id="in the next"),
        pytest.param("2027-03-05 12:00", "2027-03-08 18:00", True, id="wholly beyond"),
    ],
)
def test_beyond_the_years_that_are_known_a_due_time_is_provisional(since, due, provisional):
    assert call_due(Story(), at(since)) == Due(at=at(due), provisional=provisional)


@rule("SLA-1e")
def test_what_holidays_have_no_say_in_is_never_provisional():
    story = holding(due_so(CALL, within(7, "cd")))
    due = Due(at=at("2027-01-08 00:00"), with_day=True)
    assert call_due(story, at("12-31 12:00")) == due


def next_year() -> PublicHolidays:
    """2027 is announced, and its first two days are holidays: Friday and Saturday."""
    first = at("2027-01-01 12:00").date()
    year = HolidayYear(year=2027, statutory=(first, first.replace(day=2)))
    return HOLIDAYS.model_copy(update={"years": (*HOLIDAYS.years, year)})


@rule("SLA-1e")
def test_what_is_computed_after_the_next_year_is_announced_is_final():
    known = holding(next_year())
    assert call_due(known, at("12-31 12:00")) == Due(at=at("2027-01-04 18:00"))
    before = differing(received="12-30 12:00", raised="12-30 14:00")
    assert before.happened_due() == Due(at=at("2027-01-01 18:00"), provisional=True)
    holding(next_year(), story=before.story, now=at("12-31 08:00"))
    before.settle("12-31 10:00")
    assert before.happened_due() == Due(at=at("2027-01-04 18:00"))


# ── a dealer's return that waits ────────────────────────────────────────────


class Parcel:
    """A dealer's return, told at given times; what is due waits while a discrepancy is raised."""

    def __init__(self, story: Story, received: str) -> None:
        self.story = story
        self.told: list[tuple[On, datetime]] = []
        self.tell(receive(channel=RepairChannel.DEALER_RETURN), SUSI, at(received))

    def tell(
        self, command: Command, actor: Actor, now: datetime, effective_at: datetime | None = None
    ) -> None:
        before = len(self.story.happened)
        self.story.tell(command, actor, now, effective_at)
        moment = effective_at or now
        self.told += [(on, moment) for on in self.story.happened[before:]]

    def differ(self, raised: str, now: str | None = None) -> None:
        found = {"discrepancy": DiscrepancyKind.COUNT, "explanation": "one disk of two"}
        moment, told = at(raised), wish(c.RaiseDiscrepancy, told="one is missing")
        self.tell(wish(c.FindDiscrepancy, **found), SUSI, at(now or raised), moment)
        self.tell(told, SUSI, at(now or raised), moment)

    def settle(self, moment: str) -> None:
        self.tell(wish(c.SettleDiscrepancy, agreed="one is repaired"), SUSI, at(moment))

    def happened_due(self) -> Due:
        """By when it is to be on its way, as was recorded last."""
        stated = [due for on, _ in self.told if (due := getattr(on.event, "to_factory_due", None))]
        return stated[-1].due

    def send(self, moment: str) -> bool:
        """Off to the factory. Whether that was late."""
        now = at(moment)
        for command in (
            inspect(),
            wish(c.AcceptReturn),
            wish(c.DetermineWarranty, by_papers=True, explanation="bought last month"),
            wish(c.AcknowledgeDataLoss, acknowledged_by="Dealer Wu"),
            wish(c.SendToFactory),
        ):
            self.tell(command, SUSI, now)
        sent = next(on.event for on, _ in reversed(self.told) if hasattr(on.event, "late"))
        return sent.late

    def marks(self, name: str = TO_FACTORY) -> tuple[Mark, ...]:
        return marks(self.story, name, self.told)

    def clock(self, moment: str) -> Reading:
        return reading(self.marks(), at(moment))


def differing(received: str, raised: str, *contents: Content) -> Parcel:
    parcel = Parcel(holding(*contents, story=setting()), received)
    parcel.differ(raised)
    return parcel


def aim(story: Story, name: str, version: int = -1) -> Aim:
    """What a clock runs against under a version of a deadline, the latest if none is said."""
    found = published(story, name).versions[version]
    assert isinstance(found.content, Deadline)
    return Aim(found.content, Pin(policy_id=found.policy_id, version=found.version), CHINA)


def marks(story: Story, name: str, told: Iterable[tuple[On, datetime]]) -> tuple[Mark, ...]:
    """What was decided leaves these marks on a clock."""
    return tuple(marks_of(aim(story, name), happenings(told)))


def happenings(told: Iterable[tuple[On, datetime]]) -> Iterator[Happened]:
    for number, (on, moment) in enumerate(told):
        yield Happened(on.event.type_name(), moment, str(number))


def reading(left: Iterable[Mark], now: datetime) -> Reading:
    found = read(left, now)
    assert found is not None
    return found


HOURS_TEN = due_so(TO_FACTORY, within(600, "wmin"))


@rule("SLA-1a")
@pytest.mark.parametrize(
    ("raised", "settled", "due"),
    [
        pytest.param("03-02 10:00", "03-02 11:00", "03-03 11:00", id="an open hour counts"),
        pytest.param("03-02 18:00", "03-03 09:00", "03-03 10:00", id="closed time does not"),
        pytest.param("03-02 17:59", "03-03 09:00", "03-03 10:01", id="but its last minute before"),
        pytest.param("03-02 18:00", "03-03 09:01", "03-03 10:01", id="and its first minute after"),
        pytest.param("03-02 17:00", "03-03 10:00", "03-03 12:00", id="only where it is open"),
        pytest.param("03-03 09:59", "03-03 17:00", "03-03 17:01", id="a minute before it is due"),
        pytest.param("03-03 10:00", "03-03 17:00", "03-03 10:00", id="not what began when due"),
    ],
)
def test_a_pause_counts_where_it_overlaps_open_time(raised, settled, due):
    parcel = differing("03-02 09:00", raised, HOURS_TEN)
    parcel.settle(settled)
    assert parcel.happened_due() == Due(at=at(due))
    assert parcel.clock(settled).due == Due(at=at(due))


@rule("SLA-1a")
def test_pauses_are_counted_as_their_union():
    parcel = differing("03-02 09:00", "03-02 10:00", HOURS_TEN)
    parcel.settle("03-02 12:00")
    parcel.differ("03-02 11:00", now="03-02 12:30")
    parcel.settle("03-02 13:00")
    assert parcel.happened_due() == Due(at=at("03-03 13:00"))  # three hours, and not four


@rule("SLA-1a")
@pytest.mark.parametrize(("sent", "late"), [("03-03 11:00", False), ("03-03 11:01", True)])
def test_what_waited_is_late_after_it_is_due_and_not_before(sent, late):
    parcel = differing("03-02 09:00", "03-02 10:00", HOURS_TEN)
    parcel.settle("03-02 11:00")
    assert parcel.send(sent) is late
    assert parcel.clock(sent).state is (ClockState.MISSED if late else ClockState.MET)


@rule("SLA-1b")
@pytest.mark.parametrize(
    ("raised", "settled", "due"),
    [
        pytest.param("03-03 10:00", "03-03 17:59", "03-04 18:00", id="over before closing: none"),
        pytest.param("03-03 17:59", "03-03 18:00", "03-05 18:00", id="closing in it: a day"),
        pytest.param("03-03 18:00", "03-04 09:00", "03-04 18:00", id="no closing in it: none"),
        pytest.param("03-03 10:00", "03-05 10:00", "03-06 18:00", id="two closings: two days"),
    ],
)
def test_a_pause_takes_working_days_from_working_days(raised, settled, due):
    parcel = differing("03-02 09:30", raised)
    parcel.settle(settled)
    assert parcel.happened_due() == Due(at=at(due))
    assert parcel.clock(settled).due == Due(at=at(due))


# ── clocks read off what was decided ────────────────────────────────────────


@rule("SLA-1")
def test_a_clock_starts_pauses_and_stops_on_the_events_that_its_deadline_names():
    parcel = differing("03-02 09:00", "03-02 10:00", HOURS_TEN)
    waiting = parcel.clock("03-02 12:00")
    assert (waiting.state, waiting.used, waiting.left) == (ClockState.PAUSED, HOUR, 9 * HOUR)
    parcel.settle("03-02 13:00")
    runs = parcel.clock("03-02 15:00")
    assert (runs.state, runs.used, runs.left) == (ClockState.RUNNING, 3 * HOUR, 7 * HOUR)
    assert runs.due == parcel.happened_due() == Due(at=at("03-03 13:00"))
    assert parcel.send("03-03 14:00") is True
    over = parcel.clock("03-20 09:00")
    assert (over.state, over.over, over.left) == (ClockState.MISSED, HOUR, 0 * HOUR)
    assert [(miss.due, miss.at) for miss in over.misses] == [(runs.due, runs.due.at)]
    began, ended = parcel.told[0][0], parcel.told[int(over.ended_by)][0]
    assert over.targets[0].event == "0" and began.event.type_name() == "repairs.ItemReceived"
    assert ended.event.type_name() == "repairs.ItemSentToFactory"


@rule("SLA-1")
def test_why_it_was_missed_can_be_read_from_what_was_decided():
    parcel = differing("03-02 15:00", "03-02 16:00", HOURS_TEN)
    parcel.settle("03-02 17:00")
    parcel.send("03-04 10:00")
    told = [
        (segment.kind, segment.since, segment.until, segment.used)
        for segment in explain(parcel.marks(), at("03-20 09:00"))
    ]
    opened, closed, paused = SegmentKind.OPEN, SegmentKind.CLOSED, SegmentKind.PAUSED
    assert told == [
        (opened, at("03-02 15:00"), at("03-02 16:00"), 1 * HOUR),
        (paused, at("03-02 16:00"), at("03-02 17:00"), 1 * HOUR),
        (opened, at("03-02 17:00"), at("03-02 18:00"), 2 * HOUR),
        (closed, at("03-02 18:00"), at("03-03 09:00"), 2 * HOUR),
        (opened, at("03-03 09:00"), at("03-03 18:00"), 11 * HOUR),
        (closed, at("03-03 18:00"), at("03-04 09:00"), 11 * HOUR),
        (opened, at("03-04 09:00"), at("03-04 10:00"), 12 * HOUR),
    ]
    reason = explain(parcel.marks(), at("03-20 09:00"))[1].reason
    assert reason == "repairs.DiscrepancyRaised"


@rule("SLA-1")
@pytest.mark.parametrize(
    "story",
    [
        pytest.param(return_story, id="a dealer's return"),
        pytest.param(exchange_story, id="an exchange"),
        pytest.param(field_story, id="a field order"),
        pytest.param(contact_story, id="a contact"),
    ],
)
def test_what_a_decision_states_is_what_its_clock_says(story):
    told = list(retold(story()))
    stated = [(n, due) for n, (on, _) in enumerate(told) for due in due_times(on)]
    assert stated
    for number, due in stated:
        name = due.policy.policy_id.removeprefix(Deadline.PREFIX)
        if shipped(name).target.target == "stated":
            continue
        of_thing = [
            (on, at) for on, at in told[: number + 1] if on.stream == told[number][0].stream
        ]
        clock = reading(marks(Story(), name, of_thing), told[number][1])
        assert (name, clock.started_at, clock.due) == (name, due.since, due.due)


def retold(story: Story) -> Iterator[tuple[On, datetime]]:
    """What came of each command, with its time."""
    anew = Story()
    for command, actor, now in story.told:
        before = len(anew.happened)
        anew.tell(command, actor, now)
        yield from ((on, now) for on in anew.happened[before:])


def due_times(on: On) -> Iterator[DueBy]:
    for name in type(on.event).model_fields:
        if isinstance(due := getattr(on.event, name), DueBy):
            yield due


# ── other targets, and reopening ────────────────────────────────────────────


SHORT, LONG = due_so(CALL, within(1, "h")), due_so(CALL, within(4, "h"))


def retargeted(*contents: tuple[Deadline, str]) -> tuple[Story, list[Mark]]:
    """A dealer handed over on Monday at ten under the first, and then under the others."""
    (first, since), *others = contents
    story = holding(first)
    story.tell(hand_over_dealer(), CHAN, at(since))
    told = [(story.happened[-1], at(since))]
    left = list(marks(story, CALL, told))
    for content, moment in others:
        holding(content, story=story, now=at(moment))
        left.append(Retargeted(at(moment), aim(story, CALL)))
    return story, left


@rule("SLA-1c")
def test_another_policy_counts_from_the_original_start_and_back_gives_the_first_due_time():
    story, left = retargeted((LONG, "03-02 10:00"), (SHORT, "03-02 10:30"), (LONG, "03-02 10:45"))
    stated = story.events(hand_over_dealer().stream)[0].call_due
    there, back = reading(left[:2], at("03-02 10:40")), reading(left, at("03-02 10:50"))
    assert there.due == Due(at=at("03-02 11:00"))
    assert (back.due, back.started_at) == (stated.due, stated.since)
    assert back.misses == ()


@rule("SLA-1c")
@pytest.mark.parametrize(
    ("changed", "missed"), [("03-02 11:00", []), ("03-02 11:01", [("03-02 11:00", 2)])]
)
def test_a_deadline_once_missed_stays_missed_under_another_policy(changed, missed):
    story, left = retargeted((SHORT, "03-02 10:00"), (LONG, changed))
    assert called_late(story, at("03-02 11:01")) is True  # the pinned version stays (SLA-2)
    later = reading(left, at("03-02 12:00"))
    assert (later.state, later.due) == (ClockState.RUNNING, Due(at=at("03-02 14:00")))
    told = [(miss.at, miss.policy.version) for miss in later.misses]
    assert told == [(at(moment), version) for moment, version in missed]


@rule("SLA-1c")
@pytest.mark.parametrize(
    ("raised", "missed"), [("03-02 23:59", []), ("03-03 00:00", [at("03-03 00:00")])]
)
def test_what_was_raised_too_late_stays_missed_although_it_is_settled(raised, missed):
    parcel = Parcel(setting(), "03-02 09:00")
    found = {"discrepancy": DiscrepancyKind.COUNT, "explanation": "one disk of two"}
    parcel.tell(wish(c.FindDiscrepancy, **found), SUSI, at("03-02 10:00"))
    parcel.tell(wish(c.RaiseDiscrepancy, told="one is missing"), SUSI, at(raised))
    assert parcel.told[-1][0].event.late is bool(missed)
    parcel.settle("03-04 10:00")
    over = reading(parcel.marks("repair_discrepancy"), at("03-20 09:00"))
    assert [miss.at for miss in over.misses] == missed


WARNED = due_so(
    REPORT,
    within(8, "h"),
    levels=(
        Level(kind=LevelKind.WARNING, amount=-2, unit=Unit.HOURS),
        Level(kind=LevelKind.ESCALATION, amount=1, unit=Unit.HOURS),
    ),
)


def left_at_ten() -> tuple[Story, list[tuple[On, datetime]]]:
    """An engineer left a customer, and the report is due in eight hours, with a warning."""
    story = field_story("identified", story=holding(WARNED, story=setting()))
    before = len(story.happened)
    story.tell(leave_command(), ENZO, at("03-09 10:00"))
    return story, [(on, at("03-09 10:00")) for on in story.happened[before:]]


def leave_command() -> f.LeaveCustomer:
    return f.LeaveCustomer(
        field_order_id=field_order_id(), repaired=True, result="runs", customer_consents=True
    )


def told_on(story: Story, command: Command, actor: Actor, moment: str) -> list[tuple[On, datetime]]:
    before = len(story.happened)
    story.tell(command, actor, at(moment))
    return [(on, at(moment)) for on in story.happened[before:]]


def report_returned(filed: str, returned: str, again: str) -> tuple[bool | None, list[Mark]]:
    """A report filed, returned and filed again: whether it was late the first time, and the marks,
    where one that is returned is to be filed after all.
    """
    story, told = left_at_ten()
    id = field_order_id()
    first = told_on(story, file_report(), ENZO, filed)
    back = f.ReviewFieldReport(field_order_id=id, accepted=False, findings=("no hours",))
    told += [*first, *told_on(story, back, SAM, returned)]
    told += told_on(story, file_report(), ENZO, again)
    reopened = [
        Reopened(moment, on.event.type_name())
        for on, moment in told
        if isinstance(on.event, FieldReportReturned)
    ]
    return first[0][0].event.late, [*marks(story, REPORT, told), *reopened]


@rule("SLA-1d")
@pytest.mark.parametrize(
    ("again", "state"), [("03-12 17:00", ClockState.MET), ("03-12 17:01", ClockState.MISSED)]
)
def test_a_report_that_is_returned_goes_on_without_the_time_in_which_it_was_filed(again, state):
    late, left = report_returned("03-09 15:00", "03-12 14:00", again)
    assert late is False
    over = reading(left, at("03-20 09:00"))
    assert (over.state, over.due) == (state, Due(at=at("03-12 17:00")))


@rule("SLA-1d")
def test_warnings_and_escalations_come_once_and_are_dropped_once_it_is_met():
    story, told = left_at_ten()
    left = marks(story, REPORT, told)
    kinds = {
        moment: [level.level.kind for level in reading(left, at(moment)).levels]
        for moment in ("03-09 15:59", "03-09 16:00", "03-09 18:59", "03-09 19:00", "03-20 09:00")
    }
    warned, both = [LevelKind.WARNING], [LevelKind.WARNING, LevelKind.ESCALATION]
    assert list(kinds.values()) == [[], warned, warned, both, both]
    in_time = marks(story, REPORT, [*told, *told_on(story, file_report(), ENZO, "03-09 17:00")])
    assert [each.level.kind for each in reading(in_time, at("03-20 09:00")).levels] == warned


@rule("SLA-1d")
def test_a_warning_that_was_given_is_not_given_again_after_a_reopening():
    _, left = report_returned("03-09 17:00", "03-12 14:00", "03-12 14:30")
    levels = reading(left, at("03-20 09:00")).levels
    assert [(each.level.kind, each.at) for each in levels] == [
        (LevelKind.WARNING, at("03-09 16:00"))
    ]
