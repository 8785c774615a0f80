"""The program as its users have it: the installed command.

Starting it takes longer than most of what it is asked to do, so it runs in the process of the tests
unless the process itself is what is tested.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from threading import Lock
from typing import Any
from unittest.mock import patch

import httpx2
import orjson

from recourse import cli

RECOURSE = Path(sys.executable).with_name("recourse")
ONE_AT_A_TIME = Lock()  # the environment and the outputs are those of the whole process
PATIENCE = 600  # seconds until a hanging command is given up; nothing is measured by it


@dataclass(frozen=True)
class Installed:
    """`recourse`, told by environment variables where its data is."""

    data_dir: Path
    database_url: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        ours = {"RECOURSE_DATA_DIR": str(self.data_dir), "DATABASE_URL": self.database_url or ""}
        return {**os.environ, **ours, "COLUMNS": "160", **self.more}

    def run(self, *arguments: str | Path, cwd: Path | None = None) -> Ran:
        out, err, code = StringIO(), StringIO(), 0
        with ONE_AT_A_TIME, ExitStack() as around:
            around.enter_context(chdir(cwd or Path.cwd()))
            around.enter_context(patch.dict(os.environ, self.env))
            around.enter_context(patch.object(sys, "argv", ["recourse", *map(str, arguments)]))
            around.enter_context(redirect_stdout(out))
            around.enter_context(redirect_stderr(err))
            try:
                cli.run(cli.app(*map(str, arguments[:1])))
            except SystemExit as left:
                code = int(left.code or 0)
        return Ran(code, out.getvalue(), err.getvalue())

    def json(self, *arguments: str | Path) -> Any:
        """What a command that succeeds answers to a program."""
        return orjson.loads(self.run(*arguments, "--json").succeeded().stdout)

    @contextmanager
    def serving(self, *options: str, command: str = "serve") -> Iterator[Serving]:
        """`recourse serve`, or another that shows how it fares, stopped the orderly way."""
        with self.started(command, "--port", "0", *options) as process:
            serving = Serving(process, address(process), self)
            try:
                yield serving
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                process.wait(PATIENCE)

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        with subprocess.Popen(
            [RECOURSE, *arguments],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()


@dataclass(frozen=True)
class InProcesses(Installed):
    """The same with a process for each command."""

    def run(self, *arguments: str | Path, cwd: Path | None = None) -> Ran:
        done = subprocess.run(
            [RECOURSE, *arguments],
            env=self.env,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return Ran(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Ran:
    code: int
    stdout: str
    stderr: str

    def succeeded(self) -> Ran:
        assert self.code == 0, f"exit {self.code}\n{self.stdout}\n{self.stderr}"
        return self


@dataclass(frozen=True)
class Serving:
    """A server that listens, and whoever asks it."""

    process: subprocess.Popen[str]
    address: str
    installed: Installed

    def client(self, *roles: str) -> httpx2.Client:
        options = [word for role in roles for word in ("--role", role)]
        here = Installed(self.installed.data_dir, self.installed.database_url, self.installed.more)
        token = here.run("token", *options).succeeded().stdout.strip()
        return httpx2.Client(
            base_url=self.address, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE
        )


def address(process: subprocess.Popen[str]) -> str:
    """Where the server says that it is."""
    said = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"(http://\S+)/(graphql|readyz)", line):
            return found[1]
    raise AssertionError(f"The server did not start:\n{''.join(said)}")


def ask(client: httpx2.Client, query: str, **variables: Any) -> Any:
    """What GraphQL answers; every error is one of the test."""
    answer = client.post("/graphql", json={"query": query, "variables": variables}).json()
    assert "errors" not in answer, answer
    return answer["data"]
