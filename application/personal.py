"""Personal data is sealed before it is stored, under a key for each person it is about (AUD-5).

The keys are kept outside the log, encrypted under a master key that no database ever holds. An
erasure destroys one key; the log keeps the ciphertext, and every proof of it holds. Keys are read
anew each time and never kept in memory, so that an erasure counts at once in every process.
"""

from __future__ import annotations

import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeVar, get_args
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel

from application.connections import Connections
from application.personal_reads import KEYS_FOR_READER, Reading
from domain.messages import About, Erased, Event, Refusal, RefusalCode, Sealed

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
KEY_OF_PERSON: Final = b"key of a person "  # what is authenticated with a wrapped key, so that
KEY_OF_FILE: Final = b"key of a file"  # one cannot be put in the place of the other
FINGERPRINT_OF: Final = b"recourse fingerprint of "  # sets its use of the master key apart

M = TypeVar("M", bound=BaseModel)


class SubjectErased(Refusal):
    """This person's data was erased, and no more of it may be recorded."""

    code = RefusalCode.RULE_BROKEN
    rule = "AUD-5"


class Unreadable(Exception):
    """Personal data does not open, although nobody erased it: another master key, or damage."""


class Vault:
    """Seals personal data and opens it again, as long as its key exists."""

    def __init__(self, connections: Connections, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"The master key must have {KEY_BYTES} bytes, not {len(master_key)}.")
        self._connections = connections
        self._master = master_key

    def seal_event(self, event: Event) -> Event:
        """The event with all its personal plaintext sealed; the same event if it has none.

        Raises SubjectErased if some of it is about a person whose data was erased.
        """
        subjects = set(subjects_in_clear(event))
        if not subjects:
            return event
        keys = self.keys(subjects)
        return replaced(event, lambda subject, text: seal(keys[subject], subject, text))

    def open_many(self, reading: Reading, sealed: Sequence[Sealed]) -> list[str | Erased]:
        """What was sealed, in the order given, with one query; Erased where the key is destroyed.

        For whom it is opened is on record by then (AUD-4). Raises Unreadable if something else is
        wrong with it: that must not pass for an erasure.
        """
        subjects = {each.subject for each in sealed}
        keys = self._read_for(reading, subjects) if subjects else {}
        return [open_sealed(keys, each) for each in sealed]

    def keys(self, subjects: set[UUID]) -> Mapping[UUID, bytes]:
        """The key of each person, made now where there is none. Raises SubjectErased."""
        found = self._found(subjects)
        if missing := subjects - found.keys():
            self._make(missing)
            found |= self._found(missing)
        return {subject: unless_erased(subject, found[subject]) for subject in subjects}

    def fingerprint(self, content: bytes) -> bytes:
        """A hash by which the same content is known again. Who has only the database cannot find
        out by trying what it was made of, not even after an erasure (AUD-5)."""
        return hmac.digest(self._master, FINGERPRINT_OF + content, "sha256")

    def wrap(self, key: bytes, subject: UUID | None) -> bytes:
        """The key of a file encrypted, so that it is lost with the data of whom it is about.

        Raises SubjectErased.
        """
        if subject is None:
            return encrypt(self._master, key, KEY_OF_FILE)
        return encrypt(self.keys({subject})[subject], key, KEY_OF_FILE)

    def unwrap_for(
        self, reading: Reading, copies: Sequence[tuple[bytes, UUID | None]]
    ) -> list[bytes | None]:
        """The keys of one file's copies, each about somebody or nobody, in their order; None where
        it was lost in an erasure.

        For whom they are opened is on record by then (AUD-4). Raises Unreadable.
        """
        subjects = {subject for _, subject in copies if subject}
        keys = self._read_for(reading, subjects) if subjects else {}
        return [self._unwrap(keys, *copy) for copy in copies]

    def _unwrap(
        self, keys: Mapping[UUID, bytes | None], wrapped: bytes, subject: UUID | None
    ) -> bytes | None:
        if subject is None:
            return self._under_master(wrapped, KEY_OF_FILE)
        key = known(keys, subject)
        return None if key is None else decrypt(key, wrapped, KEY_OF_FILE)

    def _make(self, subjects: set[UUID]) -> None:
        """Whoever is first makes the key; a tombstone stays a tombstone."""
        fresh = {each: self._fresh_key_of(each) for each in subjects}
        self._connections.read(  # asked again it changes nothing
            "INSERT INTO personal_keys (subject, wrapped) SELECT * FROM unnest(%s, %s) "
            "ON CONFLICT (subject) DO NOTHING RETURNING subject",
            (list(fresh), list(fresh.values())),
        )

    def _fresh_key_of(self, subject: UUID) -> bytes:
        return encrypt(self._master, os.urandom(KEY_BYTES), KEY_OF_PERSON + subject.bytes)

    def _found(self, subjects: set[UUID]) -> dict[UUID, bytes | None]:
        if not subjects:
            return {}
        query = "SELECT subject, wrapped FROM personal_keys WHERE subject = ANY(%s)"
        return self._unwrapped(self._connections.read(query, (list(subjects),)))

    def _read_for(self, reading: Reading, subjects: set[UUID]) -> dict[UUID, bytes | None]:
        """Sent again after a cut connection, it may be on record twice, but never not at all."""
        who = (reading.reader, reading.channel.value, reading.correlation_id)
        return self._unwrapped(self._connections.read(KEYS_FOR_READER, (list(subjects), *who)))

    def _unwrapped(self, rows: Iterable[Sequence[Any]]) -> dict[UUID, bytes | None]:
        return {
            subject: self._under_master(wrapped, KEY_OF_PERSON + subject.bytes) if wrapped else None
            for subject, wrapped in rows
        }

    def _under_master(self, wrapped: bytes, purpose: bytes) -> bytes:
        try:
            return decrypt(self._master, wrapped, purpose)
        except InvalidTag as error:
            raise Unreadable(
                "A key in the database does not open under this master key. Start the program "
                "with the RECOURSE_MASTER_KEY, or the master.key file, that belongs to it."
            ) from error


# ── one value ───────────────────────────────────────────────────────────────


def encrypt(key: bytes, content: bytes, about: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, about)


def decrypt(key: bytes, encrypted: bytes, about: bytes) -> bytes:
    return AESGCM(key).decrypt(encrypted[:NONCE_BYTES], encrypted[NONCE_BYTES:], about)


def seal(key: bytes, subject: UUID, text: str) -> Sealed:
    """Nobody can pass it off as another person's: the subject is authenticated with it."""
    return Sealed(
        subject=subject, sealed=b64encode(encrypt(key, text.encode(), subject.bytes)).decode()
    )


def open_sealed(keys: Mapping[UUID, bytes | None], value: Sealed) -> str | Erased:
    key = known(keys, value.subject)
    if key is None:
        return Erased()
    try:
        return decrypt(key, b64decode(value.sealed, validate=True), value.subject.bytes).decode()
    except (InvalidTag, ValueError) as error:
        raise Unreadable(
            f"Personal data about {value.subject} is not as it was sealed. Verify the log, and "
            "restore what was damaged."
        ) from error


def known(keys: Mapping[UUID, bytes | None], subject: UUID) -> bytes | None:
    if subject not in keys:
        raise Unreadable(
            f"There is no key for the personal data about {subject}, and no record of an erasure. "
            "Restore the table personal_keys together with the log."
        )
    return keys[subject]


def unless_erased(subject: UUID, key: bytes | None) -> bytes:
    if key is None:
        raise SubjectErased(
            f"The personal data about {subject} was erased, and no more of it may be recorded."
        )
    return key


# ── where in a message it is ────────────────────────────────────────────────


def subjects_in_clear(message: BaseModel, *around: BaseModel) -> Iterator[UUID]:
    """Whom the personal data is about that is not sealed yet."""
    for name, value in message:
        if about := marked(type(message)).get(name):
            if any(isinstance(each, str) for each in parts(value)):
                yield subject_of(about, message, *around)
        else:
            for nested in parts(value):
                if isinstance(nested, BaseModel):
                    yield from subjects_in_clear(nested, message, *around)


def replaced(message: M, sealing: Callable[[UUID, str], Sealed], *around: BaseModel) -> M:
    """The message with its personal plaintext sealed, and all else as it was."""

    def in_field(name: str, value: object) -> object:
        about = marked(type(message)).get(name)

        def part(each: object) -> object:
            if about and isinstance(each, str):
                return sealing(subject_of(about, message, *around), each)
            if isinstance(each, BaseModel):
                return replaced(each, sealing, message, *around)
            return each

        return tuple(map(part, value)) if isinstance(value, tuple) else part(value)

    return message.model_copy(update={name: in_field(name, value) for name, value in message})


def parts(value: object) -> Iterable[object]:
    return value if isinstance(value, tuple) else (value,)


@cache
def marked(message: type[BaseModel]) -> Mapping[str, About]:
    """The personal fields of a kind of message, with what marks them."""
    found = {
        name: next(abouts((*field.metadata, field.annotation)), None)
        for name, field in message.model_fields.items()
    }
    return {name: about for name, about in found.items() if about}


def abouts(annotations: Iterable[object]) -> Iterator[About]:
    """Marks anywhere in an annotation, also under `| None` and in a tuple."""
    for annotation in annotations:
        if isinstance(annotation, About):
            yield annotation
        else:
            yield from abouts((*get_args(annotation),))


def subject_of(about: About, *messages: BaseModel) -> UUID:
    """Whom it is about: named by a field beside it, or of a message around it."""
    for message in messages:
        if isinstance(subject := getattr(message, about.subject, None), UUID):
            return subject
    raise TypeError(
        f"{type(messages[0]).__name__} does not say by {about.subject} whom it is about."
    )
