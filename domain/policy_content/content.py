"""What every policy is, and the organisation itself."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, StringConstraints

from domain.messages import Message
from domain.money import Currency


def known_zone(name: str) -> str:
    """Raises ValueError for a zone that the time-zone database does not know."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as unknown:
        raise ValueError(f"There is no time zone {name!r}.") from unknown
    return name


Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class Content(Message):
    """What one policy says. There is one policy of a kind, unless the kind says otherwise."""

    policy: str

    @property
    def policy_id(self) -> str:
        return self.policy


class Organisation(Content):
    """Whose days and money these are."""

    policy: Literal["organisation"] = "organisation"
    zone: Annotated[str, AfterValidator(known_zone)]
    currency: Currency
