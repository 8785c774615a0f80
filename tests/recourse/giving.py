"""Commands given over HTTP by several clients at once, and what must have come of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Event, Lock
from uuid import UUID, uuid4

import httpx2

from tests.recourse.program import Serving, ask

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
    over: Event = field(default_factory=Event)

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
    """Give one command after the other until the server is gone, or it is over."""
    with serving.client("admin") as client:
        while not sent.over.is_set():
            id, station = uuid4(), uuid4()
            with sent.lock:
                sent.commands[id] = station
            try:
                receipt = give(client, id, station)
            except httpx2.HTTPError:
                return
            sent.acknowledged(id, receipt, wanted)


def recorded(client: httpx2.Client) -> list[dict[str, str]]:
    found, after = [], None
    while True:
        page = ask(client, EVENTS, after=after)["events"]
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def assert_each_once(serving: Serving, sent: Sent) -> None:
    """What was acknowledged is there as it was; given again, everything counts once."""
    with serving.client("admin", "auditor") as client:
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
