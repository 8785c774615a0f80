"""kill -9 of the server, and of its database, under a stream of commands from several clients."""

from __future__ import annotations

import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from uuid import UUID, uuid4

import httpx2
import pytest

from recourse import embedded
from tests.recourse.program import Installed, Serving, ask

CLIENTS = 4
ROUNDS = 6 if "RECOURSE_SOAK" in os.environ else 2
COMMANDS = 60  # acknowledged in a round before the kill

REGISTER = """
mutation ($station: UUID!, $name: String!, $id: UUID!) {
  registerStation(input: {stationId: $station, name: $name}, commandId: $id) { ...outcome }
}
fragment outcome on Outcome {
  __typename
  ... on Receipt { commandId position streams }
  ... on Problem { code message }
}"""
EVENTS = """
query ($after: String) {
  events(types: [StationRegistered], first: 100, after: $after) {
    edges { node { position commandId streamId } }
    pageInfo { hasNextPage endCursor }
  }
}"""


@dataclass
class Sent:
    """What the clients know: every command they sent, and the receipts that came back."""

    commands: dict[UUID, UUID] = field(default_factory=dict)  # and the stations they register
    receipts: dict[UUID, dict[str, object]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)
    enough: Event = field(default_factory=Event)

    def acknowledged(self, id: UUID, receipt: dict[str, object], wanted: int) -> None:
        with self.lock:
            self.receipts[id] = receipt
            if len(self.receipts) >= wanted:
                self.enough.set()


def give(client: httpx2.Client, id: UUID, station: UUID) -> dict[str, object]:
    variables = {"station": str(station), "name": f"Station {station}", "id": str(id)}
    outcome = ask(client, REGISTER, **variables)["registerStation"]
    assert outcome["__typename"] == "Receipt", outcome
    return outcome


def stream(serving: Serving, sent: Sent, wanted: int) -> None:
    """Give one command after the other until the server is gone."""
    with serving.client("admin") as client:
        while True:
            id, station = uuid4(), uuid4()
            with sent.lock:
                sent.commands[id] = station
            try:
                receipt = give(client, id, station)
            except httpx2.HTTPError:
                return
            sent.acknowledged(id, receipt, wanted)


def kill(serving: Serving, *, database_too: bool) -> None:
    """No goodbye: neither process gets to finish anything."""
    os.kill(serving.process.pid, signal.SIGKILL)
    if database_too:
        data = embedded.Server(serving.installed.data_dir).data
        os.kill(int((data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)


def disturbed(installed: Installed, sent: Sent, *, database_too: bool) -> None:
    wanted = len(sent.receipts) + COMMANDS
    sent.enough.clear()
    with installed.serving() as serving, ThreadPoolExecutor(CLIENTS) as clients:
        streams = [clients.submit(stream, serving, sent, wanted) for _ in range(CLIENTS)]
        assert sent.enough.wait(120)
        kill(serving, database_too=database_too)
        for each in streams:
            each.result()


def recorded(client: httpx2.Client) -> list[dict[str, str]]:
    found, after = [], None
    while True:
        page = ask(client, EVENTS, after=after)["events"]
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="it kills the database server")
def test_no_acknowledged_command_is_lost_and_none_is_doubled(of_its_own):
    sent = Sent()
    for number in range(ROUNDS):
        disturbed(of_its_own, sent, database_too=bool(number % 2))
    with of_its_own.serving() as serving, serving.client("admin", "auditor") as client:
        before = {event["commandId"]: event for event in recorded(client)}
        for id, receipt in sent.receipts.items():
            assert before[str(id)]["position"] == receipt["position"]
        with serving.client("admin") as again:
            receipts = {id: give(again, id, station) for id, station in sent.commands.items()}
        after = recorded(client)
    counts = Counter(event["commandId"] for event in after)
    assert counts == Counter(map(str, sent.commands))
    assert Counter(event["streamId"] for event in after) == Counter(
        map(str, sent.commands.values())
    )
    assert all(receipts[id] == receipt for id, receipt in sent.receipts.items())
    assert of_its_own.json("replay")["differences"] == []
