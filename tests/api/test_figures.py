"""Figures agree with the lists that they count, at any moment, for every reader."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from domain.messages import Role
from tests.api.asking import Asking
from tests.api.test_access import as_identity, forbidden
from tests.rules import rule
from tests.stories import STATION

FIGURES = """
query ($asOf: Moment) { claimFigures(asOf: $asOf) {
  month manufacturerId stationId currency submitted inTime claimed credited payout
} }"""
LIST = """
query ($asOf: Moment) { claims(asOf: $asOf, first: 100) { edges { node {
  manufacturerId stationId currency late submittedOn claimed credited
} } } }"""


def counted(claims: list[Any]) -> list[tuple[Any, ...]]:
    groups: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for claim in claims:
        if claim["submittedOn"]:
            month = f"{claim['submittedOn'][:7]}-01"
            key = (month, claim["manufacturerId"], claim["stationId"], claim["currency"])
            groups[key].append(claim)
    return sorted(
        (
            *key,
            len(group),
            sum(not claim["late"] for claim in group),
            sum(Decimal(claim["claimed"]) for claim in group),
            sum(Decimal(claim["credited"]) for claim in group),
        )
        for key, group in groups.items()
    )


@rule("CLM-10")
@pytest.mark.parametrize("part", [1, 2, 4, None])
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.STATION_MANAGER])
def test_figures_count_what_is_listed_then(lived: Asking, part: int | None, role: Role) -> None:
    reader = as_identity(lived, role, station=STATION)
    as_of = None if part is None else int(lived.program.log.last()) // part
    shown = [
        (
            *(f[n] for n in ("month", "manufacturerId", "stationId", "currency", "submitted")),
            f["inTime"],
            Decimal(f["claimed"]),
            Decimal(f["credited"]),
        )
        for f in reader.ask(FIGURES, asOf=as_of)["claimFigures"]
    ]
    claims = [e["node"] for e in reader.ask(LIST, asOf=as_of)["claims"]["edges"]]
    assert sorted(shown) == counted(claims)
    assert part not in (1, None) or shown


@pytest.mark.parametrize("role", [Role.DEALER, Role.CUSTOMER])
def test_figures_are_not_for_those_outside(lived: Asking, role: Role) -> None:
    assert forbidden(as_identity(lived, role).post(FIGURES))
