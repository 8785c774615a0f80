"""Policies: what the rules refer to, in every version that was published."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import Any

from pydantic import Field

from application.recorded import Recorded
from domain import policies
from projections.view import EVERYONE, Embedded, Row, View


class PolicyVersion(Embedded):
    """What a policy says from a moment on, until the next version does."""

    version: int
    effective_from: datetime
    published_at: datetime
    content: str = Field(description="What it says, as JSON.")


class Policy(Row):
    """Numbers and lists that the rules refer to. Which version is in force is a matter of time."""

    policy_id: str
    latest_version: int
    latest_from: datetime = Field(description="From when on the latest version is in force.")
    versions: tuple[PolicyVersion, ...] = Field(description="All of them, oldest first.")


def policy_id(recorded: Recorded[policies.Event]) -> tuple[Hashable, ...]:
    return (recorded.event.policy_id,)


def fold(row: Policy | None, recorded: Recorded[policies.Event], reference: Any) -> Policy | None:
    published = recorded.event
    version = PolicyVersion(
        version=published.version,
        effective_from=published.effective_from,
        published_at=recorded.recorded_at,
        content=published.content.model_dump_json(),
    )
    return Policy(
        policy_id=published.policy_id,
        latest_version=published.version,
        latest_from=published.effective_from,
        versions=(*(row.versions if row else ()), version),
    )


POLICIES = View(
    name="policies",
    row=Policy,
    events=policies.Event,
    keys=policy_id,
    fold=fold,
    owners=EVERYONE,
    scope="registry:read",
    orders=("latest_from",),
)
