"""Whoever reads personal data is on record, before they have it (AUD-4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from domain.messages import Role
from tests.api.asking import Asking
from tests.api.world import record
from tests.clock import Clock
from tests.rules import rule
from tests.scenario import ADAM
from tests.stories import CUSTOMER, setting

READS = """query ($reader: UUID, $subject: UUID, $since: DateTime, $until: DateTime,
                  $first: Int, $after: String, $last: Int) {
  personalReads(reader: $reader, subject: $subject, since: $since, until: $until,
                first: $first, after: $after, last: $last) {
    edges { node { number readAt reader channel correlationId subjects } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}"""
NAMES = "query ($at: Position) { customers(minPosition: $at) { edges { node { name phone } } } }"
IDS = "query ($at: Position) { customers(minPosition: $at) { edges { node { customerId } } } }"
WITH_HISTORY = """query ($at: Position, $id: UUID!) {
  customer(customerId: $id, minPosition: $at) {
    name history { edges { node { ... on CustomerRegistered { phone } } } }
  }
}"""
AUDITOR, MANAGER, DIRECTOR = (UUID(int=0xA0 + number) for number in range(3))


@pytest.fixture
def registry(api: Asking, clock: Clock) -> Asking:
    """A customer with a name and a phone, of whom nobody read anything yet."""
    record(api.program.log, clock, setting().happened)
    return api


def asks(registry: Asking, role: Role, person: UUID, query: str, **given: Any) -> Any:
    asking = registry.as_(role, person=person)
    return asking.ask(query, at=registry.program.log.last(), **given)


def reads(registry: Asking, **wanted: Any) -> Any:
    given = {name: str(v) if isinstance(v, UUID) else v for name, v in wanted.items()}
    return registry.as_(Role.AUDITOR, person=AUDITOR).ask(READS, **given)["personalReads"]


def nodes(page: Any) -> list[Any]:
    return [edge["node"] for edge in page["edges"]]


@rule("AUD-4")
def test_who_reads_a_name_is_on_record_with_whose_it_is(registry: Asking) -> None:
    asked = asks(registry, Role.CLAIMS_MANAGER, MANAGER, NAMES)
    assert asked["customers"]["edges"][0]["node"]["name"] == "Wang Fang"
    [read] = nodes(reads(registry))
    assert (read["reader"], read["channel"]) == (str(MANAGER), "GRAPHQL")
    assert read["subjects"] == [str(CUSTOMER)] and read["readAt"]
    assert UUID(read["correlationId"])


@rule("AUD-4")
def test_what_is_told_without_a_plan_is_on_record_as_well(registry: Asking) -> None:
    told = asks(registry, Role.CLAIMS_MANAGER, MANAGER, WITH_HISTORY, id=str(CUSTOMER))["customer"]
    assert told["name"] == "Wang Fang"
    found = nodes(reads(registry))
    assert found and all(read["subjects"] == [str(CUSTOMER)] for read in found)
    assert len({read["correlationId"] for read in found}) == 1


@rule("AUD-4", "AUD-5")
def test_who_gets_nothing_personal_has_read_nothing(registry: Asking, clock: Clock) -> None:
    masked = asks(registry, Role.ADMIN, ADAM.id, NAMES)["customers"]["edges"][0]["node"]
    assert masked == {"name": None, "phone": None}
    asks(registry, Role.CLAIMS_MANAGER, MANAGER, IDS)
    assert nodes(reads(registry)) == []
    erasure = {"customerId": str(CUSTOMER), "legalBasis": "GDPR 17"}
    done = registry.as_(Role.ADMIN, person=ADAM.id).do("eraseCustomer", erasure)
    assert done["__typename"] == "Receipt", done
    asked = asks(registry, Role.CLAIMS_MANAGER, MANAGER, NAMES)
    assert asked["customers"]["edges"][0]["node"]["name"] is None
    assert nodes(reads(registry)) == []


def stored(registry: Asking, about: str = "", content: bytes = b"the customer's letter") -> str:
    """Where a file is found again."""
    headers = registry.as_(Role.STATION_MANAGER).headers
    answer = registry.client.post(f"/files{about}", content=content, headers=headers)
    return str(answer.headers["location"])


def downloads(registry: Asking, address: str, role: Role, person: UUID) -> int:
    headers = registry.as_(role, person=person).headers
    return registry.client.get(address, headers=headers).status_code


@rule("AUD-4")
def test_who_downloads_a_file_about_people_is_on_record_with_whom_it_is_about(
    registry: Asking,
) -> None:
    for about in (CUSTOMER, DIRECTOR):
        address = stored(registry, f"?subject={about}")
    assert downloads(registry, address, Role.CLAIMS_MANAGER, MANAGER) == 200
    [read] = nodes(reads(registry))
    assert (read["reader"], read["channel"]) == (str(MANAGER), "FILES")
    assert set(read["subjects"]) == {str(CUSTOMER), str(DIRECTOR)}
    assert UUID(read["correlationId"])


@rule("AUD-4", "AUD-5")
def test_who_gets_no_file_about_anybody_has_read_nothing(registry: Asking) -> None:
    address = stored(registry, f"?subject={CUSTOMER}")
    assert downloads(registry, address, Role.DEALER, DIRECTOR) == 403
    about_nobody = stored(registry, content=b"the manual of a pump")
    assert downloads(registry, about_nobody, Role.CLAIMS_MANAGER, MANAGER) == 200
    erasure = {"customerId": str(CUSTOMER), "legalBasis": "GDPR 17"}
    registry.as_(Role.ADMIN, person=ADAM.id).do("eraseCustomer", erasure)
    assert downloads(registry, address, Role.CLAIMS_MANAGER, MANAGER) == 404
    assert nodes(reads(registry)) == []


@rule("AUD-4")
def test_auditors_find_reads_by_who_and_whose_and_when_in_pages(registry: Asking) -> None:
    for person in (MANAGER, DIRECTOR, MANAGER):
        asks(registry, Role.CLAIMS_MANAGER, person, NAMES)
    every = nodes(reads(registry))
    assert [read["reader"] for read in every] == [str(MANAGER), str(DIRECTOR), str(MANAGER)]
    assert nodes(reads(registry, reader=DIRECTOR)) == [every[1]]
    assert nodes(reads(registry, subject=CUSTOMER)) == every
    assert nodes(reads(registry, subject=DIRECTOR)) == []
    assert nodes(reads(registry, since=every[1]["readAt"])) == every[1:]
    assert nodes(reads(registry, until=every[1]["readAt"])) == every[:1]
    first = reads(registry, first=2)
    assert nodes(first) == every[:2] and first["pageInfo"]["hasNextPage"]
    rest = reads(registry, first=2, after=first["pageInfo"]["endCursor"])
    assert nodes(rest) == every[2:] and not rest["pageInfo"]["hasNextPage"]
    last = reads(registry, last=1)
    assert nodes(last) == every[2:] and last["pageInfo"]["hasPreviousPage"]


@rule("AUD-4")
def test_only_auditors_read_who_read(registry: Asking) -> None:
    for role in (Role.ADMIN, Role.CLAIMS_MANAGER, Role.SERVICE_DIRECTOR):
        [error] = registry.as_(role).post(READS).json()["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"
