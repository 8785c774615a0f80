"""Files, kept outside events and named by the SHA-256 of what they contain (design §3).

They are encrypted in pieces as they stream in and out, so that none is ever whole in memory. A file
about a person is lost with that person's key (AUD-5).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Cursor
from psycopg.rows import TupleRow

from application.connections import Connections
from application.personal import KEY_BYTES, NONCE_BYTES, Vault
from application.personal_reads import Reading
from domain.messages import NotFound, Refusal, RefusalCode

LARGEST: Final = 50 * 1024 * 1024  # bytes, unless the store is told otherwise
PIECE: Final = 256 * 1024  # bytes


class FileTooLarge(Refusal):
    """The file is larger than may be stored."""

    code = RefusalCode.INVALID


class NoSuchFile(NotFound):
    """There is no such file."""


class FileErased(NotFound):
    """The file was about a person whose data was erased (AUD-5)."""

    rule = "AUD-5"


class FileDamaged(Exception):
    """What is stored is not what was stored."""


class AlreadyStored(Exception):
    """Somebody else has stored the same content meanwhile. Never leaves this module."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What a file is known by. `sha256` is in hexadecimal, `size` in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored file, and how it opens."""

    id: int
    file: StoredFile
    key: bytes


class FileStore:
    """Stores files once, and gives them back."""

    def __init__(self, connections: Connections, vault: Vault, largest: int = LARGEST) -> None:
        self._connections = connections
        self._vault = vault
        self._largest = largest

    def put(
        self, content: Iterable[bytes], media_type: str, subject: UUID | None = None
    ) -> StoredFile:
        """Store what streams in; the same content about the same person only once.

        All or nothing: whatever breaks off leaves nothing. Raises FileTooLarge, or SubjectErased
        for a file about a person whose data was erased.
        """
        key = os.urandom(KEY_BYTES)
        wrapped = self._vault.wrap(key, subject)
        digest, size = hashlib.sha256(), 0
        try:
            with self._connections.transaction() as cursor:
                id = next_id(cursor)
                for number, piece in enumerate(pieces(content)):
                    digest.update(piece)
                    size += len(piece)
                    self._insist_small(size)
                    store_piece(cursor, id, number, encrypt(key, number, piece))
                name(cursor, id, digest.digest(), subject, size, media_type, wrapped)
        except AlreadyStored:
            pass
        return StoredFile(digest.hexdigest(), size)

    def get(self, sha256: str, reading: Reading) -> Iterator[bytes]:
        """What the file contains, piece by piece. If it is about people, it is on record before who
        has it, and about whom it is (AUD-4).

        Raises NoSuchFile or FileErased at once, FileDamaged when the damage is met.
        """
        return self._stream(self._kept(sha256, reading))

    def _insist_small(self, size: int) -> None:
        if size > self._largest:
            raise FileTooLarge(f"A file may have at most {self._largest // 2**20} MB.")

    def _kept(self, sha256: str, reading: Reading) -> Kept:
        """A copy that can still be opened."""
        rows = self._connections.read(
            "SELECT id, size, subject, wrapped FROM files WHERE sha256 = %s ORDER BY id",
            (digest_of(sha256),),
        )
        if not rows:
            raise NoSuchFile(f"There is no file with the SHA-256 {sha256}.")
        copies = [(wrapped, subject) for _, _, subject, wrapped in rows]
        keys = self._vault.unwrap_for(reading, copies)
        for (id, size, *_), key in zip(rows, keys, strict=True):
            if key:
                return Kept(id, StoredFile(sha256, size), key)
        raise FileErased

    def _stream(self, kept: Kept) -> Iterator[bytes]:
        digest, size, number = hashlib.sha256(), 0, 0
        while size < kept.file.size:
            piece = self._piece(kept, number)
            digest.update(piece)
            size, number = size + len(piece), number + 1
            yield piece
        if digest.hexdigest() != kept.file.sha256:
            raise FileDamaged(damage(kept.file))

    def _piece(self, kept: Kept, number: int) -> bytes:
        query = "SELECT content FROM file_chunks WHERE file_id = %s AND number = %s"
        for (content,) in self._connections.read(query, (kept.id, number)):
            try:
                return AESGCM(kept.key).decrypt(nonce(number), content, None)
            except InvalidTag as error:
                raise FileDamaged(damage(kept.file)) from error
        raise FileDamaged(damage(kept.file))


def pieces(content: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size; the last may be smaller."""
    gathered = bytearray()
    for part in content:
        gathered += part
        while len(gathered) >= PIECE:
            yield bytes(gathered[:PIECE])
            del gathered[:PIECE]
    if gathered:
        yield bytes(gathered)


def encrypt(key: bytes, number: int, piece: bytes) -> bytes:
    return AESGCM(key).encrypt(nonce(number), piece, None)


def nonce(number: int) -> bytes:
    """Each file has a key of its own, under which no number comes twice."""
    return number.to_bytes(NONCE_BYTES)


def digest_of(sha256: str) -> bytes:
    try:
        return bytes.fromhex(sha256)
    except ValueError:
        raise NoSuchFile(f"{sha256!r} is no SHA-256 in hexadecimal.") from None


def damage(file: StoredFile) -> str:
    return f"The file {file.sha256} is not as it was stored. Restore it from a backup."


# ── statements ──────────────────────────────────────────────────────────────


def next_id(cursor: Cursor[TupleRow]) -> int:
    query = "SELECT nextval(pg_get_serial_sequence('files', 'id'))"
    [[id]] = cursor.execute(query).fetchall()
    return int(id)


def store_piece(cursor: Cursor[TupleRow], id: int, number: int, content: bytes) -> None:
    cursor.execute("INSERT INTO file_chunks VALUES (%s, %s, %s)", (id, number, content))


def name(
    cursor: Cursor[TupleRow],
    id: int,
    sha256: bytes,
    subject: UUID | None,
    size: int,
    media_type: str,
    wrapped: bytes,
) -> None:
    """Give the pieces their name. Raises AlreadyStored, to take them back, if it is given."""
    named = cursor.execute(
        """
        INSERT INTO files (id, sha256, subject, size, media_type, wrapped)
        OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (sha256, subject) DO NOTHING
        """,
        (id, sha256, subject, size, media_type, wrapped),
    )
    if named.rowcount == 0:
        raise AlreadyStored
