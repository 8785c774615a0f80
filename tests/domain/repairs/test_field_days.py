"""What is done every day: itineraries and the list of unrepaired orders: FLD-8, FLD-11."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.approvals import Names
from domain.messages import Actor, Role
from domain.policies import Pin
from domain.registry.person import PersonNotFound
from domain.registry.station import StationNotFound
from domain.registry.stations_apart import AnotherStation
from domain.repairs.field import itinerary as i
from domain.repairs.field import unrepaired_list as u
from domain.repairs.field.refusals import FieldOrderNotFound
from tests.clock import NOON
from tests.field_stories import (
    field_order_id,
    field_story,
    file_itinerary,
    list_unrepaired,
    unrepaired_story,
)
from tests.rules import rule
from tests.scenario import ADAM, ENZO, STAN, SUSI, given, person_id
from tests.stories import CUSTOMER, OTHER_STATION, STATION, TODAY, register_person, setting

HALF_PAST_EIGHT = NOON - timedelta(hours=11, minutes=30)  # in Shanghai
HALF_PAST_FOUR = NOON - timedelta(hours=3, minutes=30)
MINUTE = timedelta(minutes=1)


@rule("FLD-11")
@pytest.mark.parametrize(
    ("at", "late"), [(HALF_PAST_EIGHT, False), (HALF_PAST_EIGHT + MINUTE, True)]
)
def test_the_itinerary_is_in_by_half_past_eight_with_place_work_and_contact(at, late):
    stop = i.SealedStop(
        field_order_id=field_order_id(),
        work="reseal the pump",
        customer_id=CUSTOMER,
        subject=CUSTOMER,
        place="Quarry Road 1",
        contact="Wang Fang",
    )
    given(setting().histories).when(file_itinerary(), actor=ENZO, now=at).then(
        i.ItineraryFiled(
            engineer_id=ENZO.id,
            station_id=None,
            day=TODAY,
            stops=(stop,),
            due_at=HALF_PAST_EIGHT,
            late=late,
            clock=Pin(policy_id="deadline.engineer_itinerary", version=1),
            filed_by=Names(person=ENZO.id),
        )
    )


@rule("FLD-11")
def test_an_itinerary_is_of_an_engineer_of_the_own_station():
    nobody = file_itinerary(engineer_id=person_id(50))
    given(setting().histories).when(nobody, actor=ENZO).then_refused(PersonNotFound)
    abroad = Actor(person_id(61), frozenset({Role.ENGINEER}), OTHER_STATION)
    registered = register_person(abroad, "Abroad").model_copy(update={"station_id": OTHER_STATION})
    story = setting().tell(registered, ADAM)
    at_home = Actor(STAN.id, STAN.roles, STATION)
    given(story.histories).when(file_itinerary(engineer_id=abroad.id), actor=at_home).then_refused(
        i.ItineraryNotFound
    )


@rule("AUD-5")
def test_where_nobody_is_a_customer_the_stop_is_about_the_engineer():
    stop = i.PlannedStop(work="fetch a seal", place="depot", contact="the storekeeper")
    [on] = given(setting().histories).when(file_itinerary(stops=(stop,)), actor=ENZO).outcome()
    assert on.event.stops[0].subject == ENZO.id


@rule("FLD-8")
@pytest.mark.parametrize(("at", "late"), [(HALF_PAST_FOUR, False), (HALF_PAST_FOUR + MINUTE, True)])
def test_unrepaired_orders_are_listed_with_their_reasons_by_half_past_four(at, late):
    command = list_unrepaired(1)
    given(unrepaired_story().histories).when(command, actor=SUSI, now=at).then(
        u.UnrepairedListed(
            station_id=STATION,
            day=TODAY,
            orders=command.orders,
            due_at=HALF_PAST_FOUR,
            late=late,
            clock=Pin(policy_id="deadline.unrepaired_follow_up", version=1),
            listed_by=Names(person=SUSI.id),
        )
    )


@rule("FLD-8")
def test_only_unrepaired_orders_of_the_station_are_listed():
    story = field_story("arrived", 2, unrepaired_story())
    given(story.histories).when(list_unrepaired(1, 2), actor=SUSI).then_refused(
        u.NotUnrepaired, "FO-2"
    )
    elsewhere = list_unrepaired(1, station_id=OTHER_STATION)
    given(story.histories).when(elsewhere, actor=SUSI).then_refused(u.NotUnrepaired, "FO-1")
    given(story.histories).when(list_unrepaired(3), actor=SUSI).then_refused(FieldOrderNotFound)
    nowhere = list_unrepaired(station_id=person_id(50))
    given(story.histories).when(nowhere, actor=SUSI).then_refused(StationNotFound)
    abroad = Actor(SUSI.id, SUSI.roles, OTHER_STATION)
    given(story.histories).when(list_unrepaired(1), actor=abroad).then_refused(AnotherStation)


@rule("FLD-8")
def test_a_day_is_listed_when_it_is_there_and_each_order_once():
    tomorrow = list_unrepaired(1, day=date(2026, 3, 7))
    given(unrepaired_story().histories).when(tomorrow, actor=SUSI).then_refused(u.DayToCome)
    with pytest.raises(ValueError, match="once"):
        list_unrepaired(1, 1)


def test_what_is_done_again_is_recorded_again():
    story = unrepaired_story()
    for command, actor in ((list_unrepaired(1), SUSI), (file_itinerary(), ENZO)):
        story.tell(command, actor).tell(command, actor)
        assert len(story.events(command.stream)) == 2
    assert story.state(u.UnrepairedList, list_unrepaired(1).stream.id).times == 2
    assert story.state(i.Itinerary, file_itinerary().stream.id).times == 2
