"""Files are stored once, encrypted, within limits, and lost with the person they are about."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from threading import Barrier, Thread
from uuid import UUID

import psycopg
import pytest

from application.connections import Connections
from application.database import Database, DatabaseRole
from application.files import (
    PIECE,
    FileDamaged,
    FileErased,
    FileStore,
    FileTooLarge,
    NoSuchFile,
    StoredFile,
)
from application.personal import SubjectErased, Vault
from tests.reading import READING

ADA, BOB = UUID(int=1), UUID(int=2)
REPORT = b"service report " * 100


@pytest.fixture
def files(connections: Connections, vault: Vault) -> FileStore:
    return FileStore(connections, vault, largest=3 * PIECE)


def count(connections: Connections) -> tuple[int, int]:
    [[files]] = connections.read("SELECT count(*) FROM files")
    [[chunks]] = connections.read("SELECT count(*) FROM file_chunks")
    return files, chunks


def erase(database: Database, subject: UUID) -> None:
    with psycopg.connect(database.conninfo(DatabaseRole.OWNER)) as owner:
        owner.execute("SELECT shred_keys(%s)", ([subject],))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_goes_in_comes_out(files: FileStore, size: int) -> None:
    content = os.urandom(size)
    stored = files.put([content[:7], content[7:]], "application/pdf")
    assert stored == StoredFile(hashlib.sha256(content).hexdigest(), size)
    assert b"".join(files.get(stored.sha256, READING)) == content


def test_the_same_content_is_stored_once(files: FileStore, connections: Connections) -> None:
    first = files.put([REPORT], "text/plain")
    assert files.put([REPORT[:10], REPORT[10:]], "text/plain") == first
    assert count(connections) == (1, 1)


def test_the_same_content_at_once_is_stored_once(
    files: FileStore, connections: Connections
) -> None:
    together = Barrier(3)

    def upload() -> Iterator[bytes]:
        yield REPORT
        together.wait(timeout=30)

    threads = [Thread(target=files.put, args=[upload(), "text/plain"]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(connections) == (1, 1)


def test_a_file_that_is_too_large_leaves_nothing(
    files: FileStore, connections: Connections
) -> None:
    with pytest.raises(FileTooLarge, match="MB"):
        files.put([bytes(PIECE)] * 4, "image/png")
    assert count(connections) == (0, 0)


def test_an_upload_that_breaks_off_leaves_nothing(
    files: FileStore, connections: Connections
) -> None:
    def broken() -> Iterator[bytes]:
        yield bytes(2 * PIECE)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        files.put(broken(), "image/png")
    assert count(connections) == (0, 0)


def test_nothing_of_it_is_stored_in_clear(files: FileStore, connections: Connections) -> None:
    files.put([REPORT], "text/plain")
    [[content]] = connections.read("SELECT content FROM file_chunks")
    assert b"service" not in content


def test_a_file_about_a_person_is_lost_with_their_key(
    files: FileStore, database: Database, connections: Connections
) -> None:
    stored = files.put([REPORT], "text/plain", ADA)
    assert b"".join(files.get(stored.sha256, READING)) == REPORT
    erase(database, ADA)
    before = count(connections)
    with pytest.raises(FileErased):
        files.get(stored.sha256, READING)
    with pytest.raises(SubjectErased):
        files.put([REPORT], "text/plain", ADA)
    assert count(connections) == before


def test_a_file_about_two_people_outlives_one_of_them(
    files: FileStore, database: Database, connections: Connections
) -> None:
    files.put([REPORT], "text/plain", ADA)
    stored = files.put([REPORT], "text/plain", BOB)
    assert count(connections) == (2, 2)
    erase(database, ADA)
    assert b"".join(files.get(stored.sha256, READING)) == REPORT


def test_what_is_not_there_is_not_found(files: FileStore) -> None:
    for unknown in ("00" * 32, "no hash at all"):
        with pytest.raises(NoSuchFile):
            files.get(unknown, READING)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE file_chunks SET content = content || '\\x00' WHERE number = 1",
        "DELETE FROM file_chunks WHERE number = 1",
        "UPDATE file_chunks SET number = 7 WHERE number = 0",
        "UPDATE files SET size = 262144",
    ],
)
def test_damage_is_noticed(files: FileStore, database: Database, damage: str) -> None:
    stored = files.put([os.urandom(2 * PIECE)], "image/png")
    with psycopg.connect(database.conninfo(DatabaseRole.OWNER)) as owner:
        owner.execute(damage.encode())
    with pytest.raises(FileDamaged, match="backup"):
        b"".join(files.get(stored.sha256, READING))


def test_who_serves_can_add_files_and_nothing_else(
    files: FileStore, connections: Connections
) -> None:
    files.put([REPORT], "text/plain")
    for statement in ("DELETE FROM files RETURNING id", "UPDATE files SET size = 0 RETURNING id"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connections.write(statement)
    assert count(connections) == (1, 1)
