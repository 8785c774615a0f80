"""Maps say everything that is wrong with them, and can be read the other way round."""

from __future__ import annotations

import pytest

from application.importing.log_map import LogMap, MapInvalid, map_in
from recourse.maps import shipped

HEAD = 'source = "ours"\nkind = "repairs.RepairOrder"\n'


def step(activity: str, becomes: str, *more: str) -> str:
    lines = ["[[events]]", f'activity = "{activity}"', f'becomes = "repairs.{becomes}"', *more]
    return "\n".join(lines) + "\n"


def faults(text: str) -> str:
    with pytest.raises(MapInvalid) as refused:
        map_in(text)
    return " | ".join(refused.value.args)


@pytest.mark.parametrize("name", shipped())
def test_the_maps_that_ship_can_be_used(name):
    log_map = map_in(shipped()[name])
    assert isinstance(log_map, LogMap) and log_map.meanings()


def test_a_map_reads_both_ways():
    log_map = map_in(
        HEAD
        + step("Fix", "RepairStarted", 'lifecycle = "start"')
        + step("Fix", "RepairFinished", 'facts.difficulty = "simple"')
        + step("Overhaul", "RepairFinished", 'facts.difficulty = "complex"')
        + step("Test", "QualityCheckPassed", "when = { good = true }")
        + step("Test", "QualityCheckFailed")
    )
    assert [(m.event_type, dict(m.facts), m.activity) for m in log_map.meanings()] == [
        ("repairs.RepairFinished", {"difficulty": "simple"}, "Fix"),
        ("repairs.RepairFinished", {"difficulty": "complex"}, "Overhaul"),
        ("repairs.QualityCheckPassed", {}, "Test"),
        ("repairs.QualityCheckFailed", {}, "Test"),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("source =", "no TOML"),
        (HEAD, "events: Field required"),
        (HEAD + "events = []", "events: "),
        (HEAD + "sauce = 1\n" + step("Fix", "RepairFinished"), "sauce: "),
        (HEAD + 'zone = "Mars/Olympus"\n' + step("Fix", "RepairFinished"), "no time zone"),
        (HEAD.replace("RepairOrder", "Tool") + step("Fix", "RepairFinished"), "is none of"),
        (HEAD + step("Fix", "NodeRecorded"), "no event of a repairs.RepairOrder"),
        (HEAD + step("Fix", "RepairFinished", "facts.cost = 3"), "no fact 'cost', only work_done"),
        (HEAD + step("Fix", "RepairFinished", 'facts.difficulty = "so so"'), "cannot be"),
        (
            HEAD + step("Give", "ItemReturned", 'facts.taken_by.event = "org:resource"'),
            "'taken_by' is personal data",
        ),
        (
            HEAD + step("Fix", "RepairFinished") + step("Overhaul", "RepairFinished"),
            "state a fact that tells them apart",
        ),
    ],
)
def test_a_map_that_cannot_be_used_says_why(text, why):
    assert why in faults(text)


def test_all_that_is_wrong_is_said_at_once():
    told = faults(HEAD + step("Fix", "Nothing") + step("Test", "RepairFinished", "facts.cost = 3"))
    assert "'repairs.Nothing' is no event" in told and "no fact 'cost'" in told
