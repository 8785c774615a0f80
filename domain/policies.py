"""Policies: the numbers and lists the rules refer to, published as events, versioned and dated.

A decision asks for the policy in force; the version it was given is kept with its events.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.messages import Stream


def consulted(states: Mapping[Stream, Any], now: datetime) -> dict[str, int]:
    """The versions in force of the policies that a decision looked at, by policy id."""
    raise NotImplementedError
