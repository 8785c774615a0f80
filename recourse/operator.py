"""Who gives commands and asks questions at the command line: whoever has the machine.

They already hold the database and its keys, so nothing is kept from them; what they do is recorded
under an id that follows from their account's name, in the role that what they typed takes on.
"""

from __future__ import annotations

import getpass
import os
from typing import Final
from uuid import UUID, uuid5

from domain.messages import Actor, Role

OPERATORS: Final = UUID("0b7c8a52-5a0b-5d9e-9a55-6f3f0f5f7c11")


def operator(*roles: Role) -> Actor:
    return Actor(operator_id(), frozenset(roles))


def operator_id() -> UUID:
    return uuid5(OPERATORS, account())


def account() -> str:
    """The name of the account, or its number where it has none, as in some containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
