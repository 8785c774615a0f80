"""A backup holds everything but the master key, and a restored copy is the same."""

from __future__ import annotations

import shutil
import tarfile

import orjson
import pytest

from recourse.exits import Exit
from recourse.settings import MASTER_KEY_BYTES
from tests.recourse.program import Installed

CLIENTS_MISSING = "PostgreSQL's client programs of the server's version are not installed here"


@pytest.fixture
def backup(demonstration: Installed, tmp_path):
    file = tmp_path / "recourse.tar"
    ran = demonstration.run("backup", file)
    if "is not installed here" in ran.stderr:
        pytest.skip(CLIENTS_MISSING)
    ran.succeeded()
    return file


@pytest.fixture
def with_the_key(demonstration: Installed, another: Installed) -> Installed:
    another.data_dir.mkdir(parents=True, exist_ok=True)
    shutil.copy(demonstration.data_dir / "master.key", another.data_dir / "master.key")
    return another


def test_a_restored_copy_replays_and_shows_the_same(demonstration, with_the_key, backup):
    restored = with_the_key.json("restore", backup)
    assert restored["position"] == demonstration.json("doctor")["log"]["position"]
    assert with_the_key.json("replay")["differences"] == []
    shown = [each.json("list", "claims") for each in (demonstration, with_the_key)]
    assert shown[0] == shown[1]


def test_personal_data_and_files_of_a_restored_copy_can_be_read(
    demonstration, with_the_key, backup
):
    with_the_key.json("restore", backup)
    claim = demonstration.json("list", "claims", "--limit", "1")[0]["claimId"]
    shown = with_the_key.json("claims", "show", claim)
    assert shown == demonstration.json("claims", "show", claim)
    assert shown["customer"]["name"]


def test_a_restored_copy_goes_on(with_the_key, backup, tmp_path):
    position = with_the_key.json("restore", backup)["position"]
    file = tmp_path / "limits.toml"
    file.write_text('[[policies]]\npolicy = "claim_limits"\nsubmission_days = 30\n')
    assert with_the_key.json("policies", "publish", file)[0]["position"] == position + 1


def test_it_is_useless_without_the_master_key(another, backup):
    ran = another.run("restore", backup)
    assert ran.code == Exit.NOT_IN_ORDER
    assert "RECOURSE_MASTER_KEY" in ran.stderr
    assert another.json("views", "status")["last_position"] == 0


def test_the_master_key_is_not_in_it(demonstration, backup):
    key = (demonstration.data_dir / "master.key").read_bytes()
    assert len(key) == MASTER_KEY_BYTES
    assert key not in backup.read_bytes()


def test_nothing_is_restored_over_what_is_there(demonstration, backup):
    before = demonstration.json("doctor")["log"]
    ran = demonstration.run("restore", backup)
    assert ran.code == Exit.NOT_IN_ORDER
    assert "already remembers" in ran.stderr
    assert demonstration.json("doctor")["log"] == before


def test_nothing_is_overwritten_unasked(demonstration, backup):
    content = backup.read_bytes()
    assert demonstration.run("backup", backup).code == Exit.USAGE
    assert backup.read_bytes() == content


@pytest.mark.parametrize("damage", ["not a tar", "no manifest", "of a newer release"])
def test_what_is_no_backup_is_refused_with_the_reason(installed, tmp_path, damage):
    file = tmp_path / "damaged.tar"
    match damage:
        case "not a tar":
            file.write_text("Dear colleagues")
        case "no manifest":
            tarfile.open(file, "w").close()
        case _:
            write_manifest(file, format=2)
    ran = installed.run("restore", file)
    assert ran.code == Exit.NOT_IN_ORDER
    assert "Traceback" not in ran.stderr
    assert installed.json("views", "status")["last_position"] == 0


def write_manifest(file, **facts):
    manifest = file.with_name("manifest.json")
    described = {
        "program": "9.0",
        "postgresql": 18,
        "schema_name": "recourse",
        "position": 1,
        "made_at": "2026-03-06T12:00:00Z",
        "master_key": "0" * 16,
    }
    manifest.write_bytes(orjson.dumps(described | facts))
    with tarfile.open(file, "w") as tar:
        tar.add(manifest, manifest.name)
