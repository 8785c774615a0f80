import pytest

from domain.messages import Stream
from domain.registry.station import (
    RegisterStation,
    RenameStation,
    Station,
    StationExists,
    StationNotFound,
    StationRegistered,
    StationRenamed,
)
from tests.scenario import DORA, given, on
from tests.stories import STATION

HARBOUR = on(Stream(Station.kind, STATION), StationRegistered(name="Harbour"))
REGISTER = RegisterStation(station_id=STATION, name="Harbour")
RENAME = RenameStation(station_id=STATION, name="Old Harbour")


def test_a_station_is_registered_once():
    given().when(REGISTER, actor=DORA).then(StationRegistered(name="Harbour"))
    given(HARBOUR).when(REGISTER, actor=DORA).then_refused(StationExists)


def test_a_station_is_renamed():
    given(HARBOUR).when(RENAME, actor=DORA).then(StationRenamed(name="Old Harbour"))


@pytest.mark.parametrize("name", ["Harbour", " Harbour "])
def test_the_same_name_changes_nothing(name):
    given(HARBOUR).when(RenameStation(station_id=STATION, name=name), actor=DORA).then_nothing()


def test_only_a_station_that_exists_is_renamed():
    given().when(RENAME, actor=DORA).then_refused(StationNotFound)
