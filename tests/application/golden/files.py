"""How the golden events are called, and where they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

DIRECTORY = Path(__file__).parent
NAME = re.compile(r"(?P<type>\w+\.\w+)\.v(?P<version>\d+)(\.(?P<variant>\w+))?\.json")


class Golden(NamedTuple):
    """A stored event, exactly as a release stored it."""

    type_name: str
    version: int
    payload: bytes


def file_name(type_name: str, version: int, variant: str = "") -> str:
    return ".".join(filter(None, [type_name, f"v{version}", variant.replace("-", "_"), "json"]))


def goldens() -> Iterator[Golden]:
    for file in sorted(DIRECTORY.glob("*.json")):
        name = NAME.fullmatch(file.name)
        assert name, f"{file.name} does not say of which type and version it is."
        yield Golden(name["type"], int(name["version"]), file.read_bytes())
