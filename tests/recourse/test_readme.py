"""The README's tour works as it is printed: its commands are run, and say what it shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from recourse import embedded
from tests.recourse.program import Installed
from tests.snapshots import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def tour() -> list[tuple[str, list[str]]]:
    """The commands of the console blocks, each with the lines it is shown to print."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            else:
                found[-1][1].append(line)
    return found


@pytest.fixture
def installed(data_directory: Path) -> Iterator[Installed]:
    """With a database that need not start for each command, and that keeps what is acknowledged: or
    else `doctor` would warn."""
    with embedded.running(data_directory):
        yield Installed(data_directory)


def test_the_tour_works_from_an_empty_database(installed: Installed):
    commands = tour()
    assert len(commands) >= 8
    place = ROOT
    for command, shown in commands:
        program, *words = shlex.split(command)
        if program == "cd":
            place = ROOT / words[0]
            continue
        assert program == "recourse"
        ran = installed.run(*words, cwd=place)
        assert ran.code in {0, 1} and not ran.stderr.startswith("Traceback"), (command, ran)
        assert ran.code == 0 or "intake" in command, (command, ran)
        assert [line for line in shown if line not in ran.stdout] == [], (command, ran.stdout)


def test_the_questions_of_the_tour_are_answered(demonstration: Installed):
    questions = re.findall(r"```graphql\n(.*?)```", README, re.DOTALL)
    with demonstration.serving() as serving, serving.client("auditor") as client:
        asked = [client.post("/graphql", json={"query": question}).json() for question in questions]
    then, walk = (answer["data"] for answer in asked)
    assert then == {"claims": {"totalCount": 0, "edges": []}}
    [order, *_] = [edge["node"] for edge in walk["fieldOrders"]["edges"]]
    [claim, *_] = [edge["node"] for edge in order["claims"]["edges"]]
    [paid, *_] = [edge["node"] for edge in claim["allocations"]["edges"]]
    assert order["contact"]["reason"]
    assert (paid["amount"], bool(paid["creditNote"]["number"])) == (claim["credited"], True)


@pytest.mark.parametrize("word", re.findall(r"^    make (\w+)", README, re.MULTILINE))
def test_the_words_that_make_knows(word):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{word}:", makefile, re.MULTILINE)
