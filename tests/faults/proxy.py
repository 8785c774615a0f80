"""A TCP proxy before the database that cuts a connection after so many bytes, either way."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread

from psycopg.conninfo import conninfo_to_dict, make_conninfo


@dataclass
class Cutter:
    """Says when to cut: after so many more bytes to the server, or back from it."""

    requests_left: int | None = None
    answers_left: int | None = None
    requests: int = 0  # bytes that passed since it was last told
    answers: int = 0
    cuts: int = 0
    lock: Lock = field(default_factory=Lock)

    def count(self) -> None:
        """Begin to count what passes, and cut nothing."""
        with self.lock:
            self.requests = self.answers = 0
            self.requests_left = self.answers_left = None

    def cut_after(self, *, requests: int | None = None, answers: int | None = None) -> None:
        """Cut once, after so many bytes."""
        with self.lock:
            self.requests_left, self.answers_left = requests, answers

    def passing(self, data: bytes, *, request: bool) -> tuple[bytes, bool]:
        """What of it gets through, and whether the connection is cut then."""
        with self.lock:
            left = self.requests_left if request else self.answers_left
            if request:
                self.requests += len(data)
            else:
                self.answers += len(data)
            if left is None:
                return data, False
            if len(data) < left:
                self._leave(left - len(data), request=request)
                return data, False
            self.requests_left = self.answers_left = None
            self.cuts += 1
            return data[:left], True

    def _leave(self, left: int, *, request: bool) -> None:
        if request:
            self.requests_left = left
        else:
            self.answers_left = left


@contextmanager
def proxied(url: str, cutter: Cutter) -> Iterator[str]:
    """The same database, reached through a proxy."""
    with socket.create_server(("127.0.0.1", 0)) as listening, ExitStack() as open_ones:
        port = listening.getsockname()[1]
        accepting = Thread(target=accept, args=(listening, url, cutter, open_ones))
        accepting.start()
        try:
            yield make_conninfo(url, host="127.0.0.1", hostaddr="127.0.0.1", port=port)
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            accepting.join()


def accept(listening: socket.socket, url: str, cutter: Cutter, open_ones: ExitStack) -> None:
    with suppress(OSError):
        while True:
            client, _ = listening.accept()
            server = connected(url)
            open_ones.callback(close, client, server)
            for source, target, request in ((client, server, True), (server, client, False)):
                Thread(target=pump, args=(source, target, cutter, request), daemon=True).start()


def connected(url: str) -> socket.socket:
    """To the database itself, by its socket or over TCP."""
    where = conninfo_to_dict(url)
    host, port = str(where["host"]), int(where.get("port") or 5432)
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    server = socket.socket(socket.AF_UNIX)
    server.connect(str(Path(host) / f".s.PGSQL.{port}"))
    return server


def pump(source: socket.socket, target: socket.socket, cutter: Cutter, request: bool) -> None:
    with suppress(OSError):
        cut = False
        while not cut and (data := source.recv(65536)):
            passing, cut = cutter.passing(data, request=request)
            target.sendall(passing)
    close(source, target)


def close(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
