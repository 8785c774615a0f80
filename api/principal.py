"""Who asks, what they may read, and whose rows they may see (design §9).

Roles on commands are the domain's: they are declared on the command and enforced when handling.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from api.tokens import Identity
from domain.messages import Actor, Role
from domain.registry.authority import STATION_ROLES as STATION_ROLES
from projections.access import EVERYTHING, Reach
from projections.view import Owner


class Scope(StrEnum):
    """What a reader may be allowed to look at, beside the views' own scopes."""

    PERSONAL = "personal:read"  # names, phones, addresses, in the clear
    EVENTS = "events:read"  # the whole log
    OPERATIONS = "operations:read"  # what views could not take in, and reactions were refused
    MENDING = "operations:write"  # giving once more what reactions were refused
    FILES = "files:read"
    UPLOAD = "files:write"


OUTSIDE: Final = frozenset({Role.DEALER, Role.CUSTOMER})
"""They see what is their own."""

AT_HEADQUARTERS_TOO: Final = frozenset({Role.SERVICE_SUPERVISOR})
"""Station roles that are also held at headquarters, by those who have no station: they judge claims
and sign for commercial claims of every station (rulebook 0, CLM-6, CLM-6a)."""

REQUESTS: Final = frozenset({"requests:read"})  # between departments: nobody's outside
REGISTRY: Final = frozenset({"registry:read", "equipment:read", "dealers:read"})
CLAIMS: Final = REGISTRY | {"claims:read", "claims:internal"}
REPAIRS: Final = frozenset({"repairs:read", "contacts:read"})
MONEY: Final = frozenset({"credits:read"})
PEOPLE: Final = frozenset({"people:read", "customers:read"})
FILES: Final = frozenset({Scope.FILES, Scope.UPLOAD})
STATION: Final = CLAIMS | REPAIRS | REQUESTS | PEOPLE | FILES | {Scope.PERSONAL}
HEADQUARTERS: Final = CLAIMS | REPAIRS | REQUESTS | FILES
EVERY_VIEW: Final = CLAIMS | REPAIRS | REQUESTS | MONEY | PEOPLE

SCOPES: Final[dict[Role, frozenset[str]]] = {
    Role.HOTLINE_AGENT: STATION,
    **dict.fromkeys(STATION_ROLES, STATION),
    Role.PARTS_ADMIN: HEADQUARTERS,
    Role.FINANCE: HEADQUARTERS | MONEY,
    Role.CLAIMS_SPECIALIST: STATION | MONEY,
    Role.CLAIMS_MANAGER: STATION | MONEY,
    Role.SERVICE_DIRECTOR: STATION | MONEY,
    Role.DIVISION_MANAGER: HEADQUARTERS,
    Role.SALES_DIRECTOR: HEADQUARTERS,
    Role.CHANNEL_DEPT: HEADQUARTERS | {Scope.PERSONAL},
    Role.PRODUCT_DEPT: HEADQUARTERS,
    Role.COMMERCE_DEPT: HEADQUARTERS | MONEY,
    Role.PROCUREMENT: HEADQUARTERS,
    Role.GENERAL_MANAGER: HEADQUARTERS | MONEY | PEOPLE,
    Role.GM_ASSISTANT: HEADQUARTERS | MONEY,
    Role.DEALER: frozenset({"claims:read", "equipment:read", "dealers:read"}) | REPAIRS,
    Role.CUSTOMER: frozenset({"claims:read", "equipment:read", "customers:read"}) | REPAIRS,
    Role.AUDITOR: EVERY_VIEW | {Scope.EVENTS, Scope.OPERATIONS, Scope.FILES, Scope.PERSONAL},
    Role.ADMIN: EVERY_VIEW | {Scope.OPERATIONS, Scope.MENDING},
    Role.SYSTEM: EVERY_VIEW | {Scope.OPERATIONS, Scope.MENDING, Scope.FILES},
}


@dataclass(frozen=True)
class Principal:
    """Somebody whose token was believed."""

    actor: Actor
    scopes: frozenset[str]
    reach: Reach

    @classmethod
    def of(cls, identity: Identity) -> Principal:
        actor = Actor(identity.sub, identity.roles, identity.station)
        return cls(actor, scopes(identity.roles), reach(identity))


def scopes(roles: Iterable[Role]) -> frozenset[str]:
    return frozenset(str(scope) for role in roles for scope in SCOPES[role])


def reach(identity: Identity) -> Reach:
    """Everything for headquarters; else what is of their own station, dealer or person."""
    if identity.roles - STATION_ROLES - OUTSIDE:
        return EVERYTHING
    if identity.station is None and identity.roles & AT_HEADQUARTERS_TOO:
        return EVERYTHING
    return Reach(frozenset(owned(identity)))


def owned(identity: Identity) -> Iterator[tuple[str, UUID]]:
    if identity.station and identity.roles & STATION_ROLES:
        yield Owner.STATION, identity.station
    if identity.dealer and Role.DEALER in identity.roles:
        yield Owner.DEALER, identity.dealer
    if identity.customer and Role.CUSTOMER in identity.roles:
        yield Owner.CUSTOMER, identity.customer
