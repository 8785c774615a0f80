"""Personal data is sealed before it is stored, and lost with its key (AUD-5)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

import psycopg
import pytest

from application.connections import Connections
from application.database import Database, DatabaseRole
from application.personal import SubjectErased, Unreadable, Vault
from domain.messages import About, Erased, Event, Message, PersonalText, Sealed
from tests.reading import READING

ADA, BOB = UUID(int=1), UUID(int=2)


class Caller(Message):
    person_id: UUID
    name: Annotated[PersonalText, About("person_id")]


class Companion(Message):
    """Whom it is about stands in the event around it."""

    nickname: Annotated[PersonalText | None, About("person_id")]


class CallLogged(Event):
    context = "tests"
    person_id: UUID
    phone: Annotated[PersonalText, About("person_id")]
    words: tuple[Annotated[PersonalText, About("person_id")], ...] = ()
    caller: Caller | None = None
    companions: tuple[Companion, ...] = ()
    topic: str = "brake"


class QueueOpened(Event):
    context = "tests"
    name: str


def erase(database: Database, subject: UUID) -> None:
    with psycopg.connect(database.conninfo(DatabaseRole.OWNER)) as owner:
        owner.execute("SELECT shred_keys(%s)", ([subject],))


def keys(connections: Connections) -> list[tuple[UUID, bytes | None]]:
    return [(s, k) for s, k in connections.read("SELECT subject, wrapped FROM personal_keys")]


CALL = CallLogged(
    person_id=ADA,
    phone="+86 10 5551 2345",
    words=("Lovelace", "Ada"),
    caller=Caller(person_id=BOB, name="Babbage"),
    companions=(Companion(nickname="Countess"), Companion(nickname=None)),
)


def test_every_personal_field_is_sealed_and_nothing_else_is_touched(vault: Vault) -> None:
    sealed = vault.seal_event(CALL)
    assert isinstance(sealed, CallLogged)
    assert isinstance(sealed.phone, Sealed) and sealed.phone.subject == ADA
    assert all(isinstance(word, Sealed) for word in sealed.words)
    assert sealed.caller and isinstance(sealed.caller.name, Sealed)
    assert sealed.caller.name.subject == BOB
    assert isinstance(sealed.companions[0].nickname, Sealed)
    assert sealed.companions[0].nickname.subject == ADA
    assert sealed.companions[1].nickname is None
    assert (sealed.person_id, sealed.topic) == (ADA, "brake")
    for plain in ("5551", "Lovelace", "Babbage", "Countess"):
        assert plain not in sealed.model_dump_json()


def test_what_was_sealed_opens_again_in_its_order(vault: Vault) -> None:
    sealed = vault.seal_event(CALL)
    assert isinstance(sealed, CallLogged) and sealed.caller
    values = [sealed.phone, sealed.caller.name, *sealed.words]
    opened = vault.open_many(READING, [value for value in values if isinstance(value, Sealed)])
    assert opened == ["+86 10 5551 2345", "Babbage", "Lovelace", "Ada"]
    assert vault.open_many(READING, []) == []


def test_a_sealed_event_survives_being_stored_as_json(vault: Vault) -> None:
    sealed = vault.seal_event(CALL)
    assert CallLogged.model_validate_json(sealed.model_dump_json()) == sealed


def test_what_is_sealed_or_not_personal_is_left_as_it_is(
    vault: Vault, connections: Connections
) -> None:
    sealed = vault.seal_event(CALL)
    assert vault.seal_event(sealed) is sealed
    opened = QueueOpened(name="Ada")
    assert vault.seal_event(opened) is opened
    assert {subject for subject, _ in keys(connections)} == {ADA, BOB}


def test_the_same_text_never_looks_the_same_twice(vault: Vault) -> None:
    first, second = vault.seal_event(CALL), vault.seal_event(CALL)
    assert isinstance(first, CallLogged) and isinstance(second, CallLogged)
    assert first.phone != second.phone


def test_a_person_has_one_key_and_the_database_never_holds_it_open(
    vault: Vault, connections: Connections
) -> None:
    key = vault.keys({ADA})[ADA]
    vault.seal_event(CALL)
    assert vault.keys({ADA})[ADA] == key
    assert len(keys(connections)) == 2
    assert all(wrapped is not None and key not in wrapped for _, wrapped in keys(connections))


def test_after_an_erasure_there_is_nothing_to_open_and_nothing_more_to_seal(
    vault: Vault, database: Database, connections: Connections
) -> None:
    sealed = vault.seal_event(CALL)
    assert isinstance(sealed, CallLogged) and sealed.caller
    assert isinstance(sealed.phone, Sealed) and isinstance(sealed.caller.name, Sealed)
    erase(database, ADA)
    before = keys(connections)
    assert vault.open_many(READING, [sealed.phone, sealed.caller.name]) == [Erased(), "Babbage"]
    with pytest.raises(SubjectErased, match=str(ADA)):
        vault.seal_event(CALL)
    assert keys(connections) == before


def test_a_person_without_data_can_be_erased_and_stays_erased(
    vault: Vault, database: Database
) -> None:
    erase(database, ADA)
    erase(database, ADA)
    with pytest.raises(SubjectErased):
        vault.keys({ADA})


def test_who_serves_can_neither_destroy_a_key_nor_bring_one_back(
    vault: Vault, connections: Connections
) -> None:
    vault.keys({ADA})
    before = keys(connections)
    for statement in (
        "UPDATE personal_keys SET wrapped = NULL, erased_at = now()",
        "DELETE FROM personal_keys RETURNING subject",
        "SELECT shred_keys(ARRAY[]::uuid[])",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connections.write(statement)
    assert keys(connections) == before


def test_another_master_key_is_told_from_an_erasure(vault: Vault, connections: Connections) -> None:
    sealed = vault.seal_event(CALL)
    assert isinstance(sealed, CallLogged) and isinstance(sealed.phone, Sealed)
    with pytest.raises(Unreadable, match="RECOURSE_MASTER_KEY"):
        Vault(connections, bytes(32)).open_many(READING, [sealed.phone])
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(connections, b"short")


def test_damage_and_exchange_are_told_from_an_erasure(vault: Vault) -> None:
    sealed = vault.seal_event(CALL)
    assert isinstance(sealed, CallLogged) and isinstance(sealed.phone, Sealed)
    vault.keys({BOB})
    of_another = sealed.phone.model_copy(update={"subject": BOB})
    with pytest.raises(Unreadable, match="not as it was sealed"):
        vault.open_many(READING, [of_another])
    damaged = sealed.phone.model_copy(update={"sealed": "AAAA" + sealed.phone.sealed[4:]})
    with pytest.raises(Unreadable, match="not as it was sealed"):
        vault.open_many(READING, [damaged])
    unknown = sealed.phone.model_copy(update={"subject": uuid4()})
    with pytest.raises(Unreadable, match="no key"):
        vault.open_many(READING, [unknown])


def test_a_field_that_names_nobody_is_a_mistake_in_the_code(vault: Vault) -> None:
    class Orphan(Event):
        context = "tests"
        name: Annotated[PersonalText, About("person_id")]

    with pytest.raises(TypeError, match="Orphan"):
        vault.seal_event(Orphan(name="Ada"))
