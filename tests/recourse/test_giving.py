"""Commands given at the command line, of any kind, from what the domain declares of them."""

from __future__ import annotations

from uuid import uuid4

import orjson
import pytest

from application.aggregates import AGGREGATE_OF
from recourse.exits import Exit

MAKER = str(uuid4())
NAMED = ("give", "RegisterManufacturer", f"manufacturer_id={MAKER}", "name=Earthmover Works")


def names(installed):
    return [row["name"] for row in installed.json("list", "manufacturers")]


def test_a_command_is_given_once_under_its_id_and_its_outcome_is_seen_at_once(installed):
    once = (*NAMED, "--role", "claims_manager", "--id", str(uuid4()))
    first = installed.json(*once)
    assert first["position"] and names(installed) == ["Earthmover Works"]
    assert installed.json(*once) == first
    assert names(installed) == ["Earthmover Works"]


def test_what_it_says_may_come_from_a_file_with_structure(installed, tmp_path):
    wish = {"manufacturer_id": MAKER, "name": "Earthmover Works", "submission_days": 21}
    (tmp_path / "wish.json").write_bytes(orjson.dumps(wish))
    identities = 'identities=[{"kind": "tax_id", "value": "DE811907980"}]'
    given = ("--input", tmp_path / "wish.json", identities, "--role", "claims_manager")
    assert "Done, at position" in installed.run("give", NAMED[1], *given).succeeded().stdout
    [row] = installed.json("list", "manufacturers")
    assert row["submissionDays"] == 21
    assert "DE811907980" in [identity["value"] for identity in row["identities"]]


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (("give", "RegisterManufacturer", "--role", "claims_manager"), 1, "name: Field required."),
        ((*NAMED, "--role", "engineer"), 1, "one of the roles claims_manager"),
        (("give", "MoveMountains"), 2, "There is no command"),
        ((*NAMED[:3], "name"), 2, "write it as NAME=VALUE"),
        ((*NAMED, "identities=[", "--role", "claims_manager"), 2, "identities is no JSON"),
        (NAMED, 2, "may be given by"),
    ],
    ids=["incomplete", "not in this role", "unknown", "no pair", "no JSON", "no role named"],
)
def test_what_cannot_be_given_is_said_and_nothing_is_recorded(installed, given, code, said):
    ran = installed.run(*given)
    assert ran.code == Exit(code)
    assert said.lower() in " ".join((ran.stdout + ran.stderr).lower().split())
    assert names(installed) == []


@pytest.mark.parametrize("command", AGGREGATE_OF, ids=lambda command: command.__name__)
def test_every_command_says_what_it_takes(demonstration, command):
    described = demonstration.json("give", command.__name__, "--describe")
    assert set(described["properties"]) == set(command.model_fields)
