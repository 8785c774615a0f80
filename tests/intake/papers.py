"""Credit notes for tests, made from one good paper."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from domain.messages import Actor, Role

GOOD = (Path(__file__).parent / "fixtures" / "good.xml").read_bytes()
FINANCE = Actor(UUID(int=0xF1), frozenset({Role.FINANCE}))


def numbered_id(number: int) -> UUID:
    return UUID(int=number)


def paper(number: str = "CN-7001", **changes: str) -> bytes:
    """The good note under another number; `changes` are texts and what stands in their place."""
    content = GOOD.replace(b"CN-7001", number.encode())
    for before, after in changes.items():
        content = content.replace(before.encode(), after.encode())
    return content
