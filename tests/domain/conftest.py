"""Keeps what the scenarios of passed tests produced, for the comparison with the catalogue.

With RECORD_SCENARIOS=FILE in the environment the names are written there, one a line, at the end
of the run; `test_catalogue` runs the scenarios so, in one process of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenario import PRODUCED

RECORD = "RECORD_SCENARIOS"
OUTCOME = pytest.StashKey[bool]()
PASSED: set[str] = set()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if call.when == "call":
        item.stash[OUTCOME] = report.passed
    return report


@pytest.fixture(autouse=True)
def _keep_what_passed(request: pytest.FixtureRequest) -> Iterator[None]:
    PRODUCED.clear()
    yield
    if request.node.stash.get(OUTCOME, False):
        PASSED.update(PRODUCED)


def pytest_sessionfinish() -> None:
    if path := os.environ.get(RECORD):
        Path(path).write_text("".join(f"{name}\n" for name in sorted(PASSED)))
