"""Somebody for whom tests open personal data."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from application.personal_reads import Reading
from application.recorded import Channel

READING: Final = Reading(UUID(int=0xAE), Channel.CLI, "a test")
