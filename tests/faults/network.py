"""A network between this machine and a place beside it, which can be cut like a cable."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class CannotBeMade(Exception):
    """This machine, or this account, cannot make networks. The message says why."""


@dataclass(frozen=True)
class Network:
    """A namespace of the kernel's, joined to this machine by a pair of virtual devices."""

    place: str
    here: str  # address of this machine
    there: str

    @property
    def devices(self) -> tuple[str, str]:
        return f"{self.place}h", f"{self.place}t"

    @property
    def within(self) -> tuple[str, ...]:
        """What to put before a command that is to be run in that place."""
        return "ip", "netns", "exec", self.place

    def cut(self) -> None:
        """What is sent from now on arrives nowhere, and nobody is told."""
        self._there("link", "set", self.devices[1], "down")

    def join(self) -> None:
        self._there("link", "set", self.devices[1], "up")

    def make(self) -> None:
        here, there = self.devices
        ip("netns", "add", self.place)
        ip("link", "add", here, "type", "veth", "peer", "name", there)
        ip("link", "set", there, "netns", self.place)
        ip("address", "add", f"{self.here}/30", "dev", here)
        ip("link", "set", here, "up")
        self._there("address", "add", f"{self.there}/30", "dev", there)
        self.join()

    def _there(self, *arguments: str) -> None:
        ip("-netns", self.place, *arguments)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@contextmanager
def network() -> Iterator[Network]:
    """One of this process alone. Raises CannotBeMade."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        raise CannotBeMade("only root can cut a network, by `ip`")
    number = os.getpid() % (1 << 14)
    third, fourth = divmod(4 * number, 256)
    address = f"10.213.{third}"
    made = Network(f"rc{number}", f"{address}.{fourth + 1}", f"{address}.{fourth + 2}")
    try:
        try:
            made.make()
        except subprocess.CalledProcessError as error:
            raise CannotBeMade(error.stderr.decode().strip()) from error
        yield made
    finally:
        for what in (("link", made.devices[0]), ("netns", made.place)):
            subprocess.run(["ip", what[0], "delete", what[1]], capture_output=True)
