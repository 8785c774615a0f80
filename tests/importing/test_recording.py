"""What is imported is recorded once, as it was there, whoever else records meanwhile (AUD-1)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from application.connections import Connections
from application.database import Database
from application.handling import handle
from application.importing.log_map import LogMap
from application.importing.recording import import_history
from application.importing.report import Kind, Place, Report, Tally
from application.importing.translating import Translator
from application.importing.xes import traces
from application.instruction import Instruction
from application.log import EventLog
from application.recorded import BEGINNING as FIRST
from application.recorded import Channel, Recorded
from domain.messages import Actor, Command, Role
from domain.repairs.repair import commands as c
from domain.repairs.repair import events as e
from processes.catalogue import REACTIONS
from processes.reactions import Reactions
from tests.clock import NOON, Clock
from tests.importing.logs import BEGINNING, MINUTE, Said, phone_repair, repairs, written

PROJECT = Path(__file__).parents[2]
INCIDENTS = PROJECT.parent / "shared" / "data" / "logs" / "xes" / "07_bpic2013_incidents.xes.gz"
IMPORTER = Actor(UUID(int=0x1109), frozenset({Role.ADMIN}))
SUSI = Actor(UUID(int=0x1110), frozenset({Role.SERVICE_SUPERVISOR}))
REGISTER = Said("Register", BEGINNING)
ANALYSE = Said("Analyze Defect", BEGINNING + MINUTE, more={"defectType": "6", "phoneType": "T2"})
FAIL = Said("Test Repair", BEGINNING + 2 * MINUTE, more={"defectFixed": "false"})
ARCHIVE = Said("Archive Repair", BEGINNING + 3 * MINUTE)


class Importing:
    """Logs that are imported one after the other."""

    def __init__(self, log: EventLog, directory: Path) -> None:
        self.log = log
        self.directory = directory

    def take(
        self, told: Any, log_map: LogMap | None = None, *, dry_run: bool = False, **how: Any
    ) -> Report:
        file = written(told, self.directory, **how)
        entries = traces(file, lambda _: None)
        log_map = log_map or phone_repair()
        return import_history(self.log, entries, log_map, IMPORTER, NOON, dry_run=dry_run)

    def all(self) -> list[Recorded]:
        return self.log.after(FIRST, 100_000)


@pytest.fixture
def importing(log: EventLog, tmp_path: Path) -> Importing:
    return Importing(log, tmp_path)


def counts(report: Report) -> tuple[int, int, int]:
    return report.recorded, report.known, sum(each.count for each in report.unmapped.values())


def of(log_map: LogMap, **changes: Any) -> LogMap:
    return LogMap.model_validate(log_map.model_dump() | changes)


# ── as it was there ─────────────────────────────────────────────────────────


def test_events_keep_their_own_times_and_are_marked_with_where_they_come_from(importing):
    report = importing.take({"10": [REGISTER, ANALYSE, FAIL]})
    assert counts(report) == (3, 0, 0) and report.complete
    received, inspected, failed = importing.all()
    assert received.event == e.ItemReceived(number="10", received_at=BEGINNING)
    assert inspected.event == e.ItemInspected(fault_code="6", model="T2")
    assert failed.event == e.QualityCheckFailed()
    for number, each in enumerate((received, inspected, failed), start=1):
        assert each.effective_at == BEGINNING + (number - 1) * MINUTE
        assert each.recorded_at == NOON
        envelope = each.envelope
        assert (envelope.channel, envelope.actor) == (Channel.IMPORT, IMPORTER.id)
        assert (envelope.stream.kind, envelope.version) == ("repairs.RepairOrder", number)
        assert envelope.reason == "phone repair example, trace 10"
        assert each.imported


def test_what_the_map_does_not_look_at_is_told(importing):
    report = importing.take({"10": [REGISTER, ANALYSE._replace(more={"weight": "3"})]})
    assert dict(report.not_kept) == {"org:resource": 2, "weight": 1}
    assert report.complete


def test_people_are_those_whom_the_map_names_and_others_stay_unknown(importing):
    steps = phone_repair().model_dump()["events"]
    for step in steps:
        if step["becomes"] == "repairs.ItemInspected":
            step["facts"]["inspected_by"] = {"person": "org:resource"}
    enzo = UUID(int=77)
    known = of(phone_repair(), events=steps, people={"Tester3": str(enzo)})
    importing.take({"10": [ANALYSE]}, known)
    report = importing.take({"11": [ANALYSE]}, of(known, people={}))
    assert dict(report.people) == {"Tester3": 1}
    first, second = (each.event for each in importing.all())
    assert first.inspected_by.person == enzo and second.inspected_by is None


def test_times_without_a_zone_are_in_that_of_the_map(importing):
    naive = REGISTER._replace(at=BEGINNING.replace(tzinfo=None))
    refused = importing.take({"10": [naive]})
    [(kind, _)] = refused.unmapped.items()
    assert "zone" in kind.why and importing.all() == []
    importing.take({"10": [naive]}, of(phone_repair(), zone="Asia/Shanghai", events=STEPS))
    [received] = importing.all()
    assert received.effective_at == BEGINNING - timedelta(hours=8)


STEPS = [{"activity": "Register", "becomes": "repairs.QualityCheckBegun"}]


# ── once ────────────────────────────────────────────────────────────────────


def test_a_second_import_adds_nothing_and_a_longer_log_what_is_new(importing):
    told = repairs(40)
    events = sum(map(len, told.values()))
    assert counts(importing.take(told)) == (events, 0, 0)
    before = importing.all()
    again = importing.take(told)
    assert counts(again) == (0, events, 0) and again.complete
    assert importing.all() == before
    longer = told | {"new": [REGISTER, FAIL], "case 1": [*told["case 1"], FAIL]}
    assert counts(importing.take(longer)) == (3, events, 0)
    assert importing.all()[: len(before)] == before


def test_a_dry_run_says_what_would_be_and_records_nothing(importing):
    told = repairs(3)
    foreseen = importing.take(told, dry_run=True)
    assert importing.all() == []
    assert counts(importing.take(told)) == counts(foreseen)


def test_what_the_log_says_differently_by_now_is_told_and_stays_as_it_was(importing):
    importing.take({"10": [REGISTER, ANALYSE]})
    before = importing.all()
    later = ANALYSE._replace(more={"defectType": "7"})
    report = importing.take({"10": [REGISTER, later]})
    assert counts(report) == (0, 2, 0) and not report.complete
    assert report.changed == {"repairs.ItemInspected": Tally(Place("10", 2), 1)}
    assert importing.all() == before


def test_a_map_that_is_completed_adds_what_it_left_out(importing):
    whole = phone_repair()
    without = of(
        whole, events=[s for s in whole.model_dump()["events"] if s["activity"] != "Register"]
    )
    told = {"10": [REGISTER, ANALYSE, ARCHIVE]}
    report = importing.take(told, without)
    assert counts(report) == (2, 0, 1)
    why = "The map does not have it."
    assert report.unmapped == {Kind("Register", "complete", why): Tally(Place("10", 1), 1)}
    assert counts(importing.take(told)) == (1, 2, 0)
    assert [each.envelope.version for each in importing.all()] == [1, 2, 3]
    assert importing.all()[-1].event == e.ItemReceived(number="10", received_at=BEGINNING)


def test_many_events_of_one_trace_are_parted_and_all_recorded(importing):
    told = {"10": [REGISTER] * 10_001}
    assert counts(importing.take(told)) == (10_001, 0, 0)
    assert [each.envelope.version for each in importing.all()] == list(range(1, 10_002))
    assert counts(importing.take(told)) == (0, 10_001, 0)


# ── what cannot be mapped ───────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (REGISTER._replace(activity="Sing"), "The map does not have it."),
        (FAIL._replace(more={}), "nothing for what it says of defectFixed"),
        (FAIL._replace(more={"defectFixed": "maybe"}), "nothing for what it says of defectFixed"),
        (REGISTER._replace(lifecycle="abort"), "The map does not have it."),
        (REGISTER._replace(at=NOON + MINUTE), "It lies in the future."),
        (ANALYSE._replace(more={"defectType": "x" * 2_001}), "more than 2,000 characters"),
    ],
)
def test_what_cannot_be_said_in_our_words_is_left_out_and_told(importing, said, why):
    report = importing.take({"10": [ARCHIVE, said, said]})
    assert counts(report) == (1, 0, 2)
    [(kind, tally)] = report.unmapped.items()
    assert why in kind.why and (kind.activity, kind.lifecycle) == (said.activity, said.lifecycle)
    assert tally == Tally(Place("10", 2), 2)
    assert [each.event for each in importing.all()] == [e.RepairClosed()]


def test_what_the_map_says_to_ignore_is_counted_and_nothing_else(importing):
    ignoring = of(phone_repair(), ignored=[{"activity": "Sing"}])
    report = importing.take({"10": [REGISTER._replace(activity="Sing"), ARCHIVE]}, ignoring)
    assert (report.ignored, counts(report), report.complete) == (1, (1, 0, 0), True)


def test_a_fact_that_must_be_there_and_is_not_is_named(importing):
    unnamed = of(
        phone_repair(), events=[{"activity": "Register", "becomes": "repairs.ItemReceived"}]
    )
    report = importing.take({"10": [REGISTER]}, unnamed)
    [kind] = report.unmapped
    assert kind.why == "repairs.ItemReceived: number: Field required."
    assert importing.all() == []


def test_traces_that_could_not_be_known_again_are_left_out(importing, tmp_path):
    file = written({"10": [REGISTER, ARCHIVE], "": [ARCHIVE], "ten": [REGISTER]}, tmp_path)
    twice = [*traces(file, lambda _: None)] * 2
    report = import_history(importing.log, twice, phone_repair(), IMPORTER, NOON)
    assert counts(report) == (3, 0, 5)
    assert {kind.why: tally for kind, tally in report.unmapped.items()} == {
        "The trace has no concept:name.": Tally(Place("", 1), 2),
        "An earlier trace has the same name.": Tally(Place("10", 1), 3),
    }


# ── among others ────────────────────────────────────────────────────────────


def test_nothing_reacts_and_nobody_decides_but_work_goes_on_from_there(importing, connections):
    """An order that is imported is closed by its history, and called back by us."""
    importing.take({"10": [ARCHIVE]})
    [closed] = importing.all()

    def connect() -> Any:
        raise AssertionError("a reaction looked for its record")

    reactions = Reactions(importing.log, REACTIONS, connect, Clock())
    assert reactions.react(importing.all()) == []
    told = c.RecordRepairCallback(
        repair_order_id=closed.stream_id, satisfied=True, remark="fine by now"
    )
    give(importing.log, told)
    assert importing.all()[-1].envelope.version == 2
    report = importing.take({"10": [ARCHIVE, REGISTER]})
    assert counts(report) == (1, 1, 0)
    assert [each.imported for each in importing.all()] == [True, False, True]


def give(log: EventLog, command: Command) -> None:
    asked = Instruction(
        command=command, id=UUID(int=1), actor=SUSI, now=NOON, channel=Channel.GRAPHQL
    )
    handle(log, asked)


def test_several_at_once_import_each_event_once(importing, tmp_path):
    file = written(repairs(60), tmp_path)
    take = partial(import_history, importing.log, log_map=phone_repair(), actor=IMPORTER, now=NOON)
    with ThreadPoolExecutor(3) as beside:
        entries: list[Iterable[Any]] = [list(traces(file, lambda _: None)) for _ in range(3)]
        reports = list(beside.map(lambda each: take(traces=each), entries))
    events = reports[0].events
    assert sum(report.recorded for report in reports) == len(importing.all()) == events
    assert len({each.envelope.event_id for each in importing.all()}) == events


def test_killed_in_the_middle_and_run_again_each_event_is_recorded_once(
    importing: Importing, database: Database, connections: Connections, tmp_path: Path
) -> None:
    told = repairs(1_500)
    file = written(told, tmp_path)
    events = sum(map(len, told.values()))
    command = [sys.executable, "-m", "tests.importing.endless"]
    command += [database.url, str(database.roles_log_in), str(file)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        while kept(connections) == 0 and process.stdout.readline():
            pass
        process.kill()
    before = kept(connections)
    assert 0 < before < events
    report = importing.take(told)
    assert report.recorded + report.known == kept(connections) == events
    assert report.known >= before
    [[ids]] = connections.read("SELECT count(DISTINCT event_id) FROM events")
    assert ids == events


def kept(connections: Connections) -> int:
    [[events]] = connections.read("SELECT count(*) FROM events")
    return int(events)


def test_transactions_leave_one_receipt_each(importing: Importing, connections: Connections):
    importing.take(repairs(100))
    [[receipts]] = connections.read("SELECT count(*) FROM receipts")
    assert receipts == 1


@pytest.mark.skipif(not INCIDENTS.exists(), reason="the published log is not here")
def test_a_log_of_another_trade_is_read_by_a_map_of_its_own():
    """Incidents of a computer department, in phases that are not those of the standard."""
    steps = [
        {"activity": "Accepted", "lifecycle": "In Progress", "becomes": "repairs.RepairStarted"},
        {"activity": "Completed", "lifecycle": "Closed", "becomes": "repairs.RepairClosed"},
    ]
    log_map = of(phone_repair(), source="incidents", counted=["Closed"], events=steps)
    assert [meaning.activity for meaning in log_map.meanings()] == ["Completed"]
    translator = Translator(log_map, NOON)
    cases = [translator.case(each) for each in islice(traces(INCIDENTS, lambda _: None), 500)]
    report = translator.finished()
    mapped = sum(len(case.events) for case in cases if case)
    unmapped = sum(tally.count for tally in report.unmapped.values())
    assert len(cases) == 500 and mapped > 500 and mapped + unmapped == report.events
    assert report.not_kept["org:group"] == report.events
