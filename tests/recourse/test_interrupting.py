"""Ctrl-C ends a command quietly, also while it is only getting ready."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from recourse.exits import Exit
from tests.recourse.program import PATIENCE, RECOURSE

NOT_INTERRUPTED = 7
INTERRUPTS = f"""
import os, signal, time
os.kill(os.getpid(), signal.SIGINT)
time.sleep(0.1)
raise SystemExit({NOT_INTERRUPTED})
"""


def interrupted(module: str, place: Path, *, ignored: bool = False) -> tuple[int, str, str]:
    """`recourse serve`, which is interrupted at the moment it imports this module."""
    (place / f"{module}.py").write_text(INTERRUPTS)
    done = subprocess.run(
        [RECOURSE, "serve"],
        env={**os.environ, "PYTHONPATH": str(place), "RECOURSE_DATA_DIR": str(place / "data")},
        preexec_fn=ignore_interruptions if ignored else None,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return done.returncode, done.stdout, done.stderr


def ignore_interruptions() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.mark.parametrize("module", ["typer", "uvicorn"])
def test_it_ends_quietly_while_it_imports(module: str, tmp_path: Path) -> None:
    """`typer` is imported by the command line itself, `uvicorn` by the command."""
    assert interrupted(module, tmp_path) == (Exit.INTERRUPTED, "", "")


def test_whoever_starts_it_may_keep_it_from_being_interrupted(tmp_path: Path) -> None:
    """As `nohup` and shells do for what they start in the background."""
    assert interrupted("typer", tmp_path, ignored=True) == (NOT_INTERRUPTED, "", "")
