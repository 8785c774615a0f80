"""The machine: versions, settings, keys, disk, and its clock beside the database's."""

from __future__ import annotations

import platform
import shutil
import stat
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from application.connections import Connections
from application.database import Database, DatabaseRole
from application.personal import Unreadable, Vault
from recourse import embedded
from recourse.bootstrap import utc_now
from recourse.findings import Findings
from recourse.settings import MASTER_KEY_BYTES, Settings

PACKAGES: Final = ("eventsourcing", "psycopg", "pydantic", "fastapi", "strawberry-graphql")
GIGABYTE: Final = 1_000_000_000
LITTLE_DISK: Final = 5 * GIGABYTE
NO_DISK: Final = GIGABYTE // 2
SKEW: Final = 2.0  # seconds between two clocks that are worth knowing
ANY_KEY: Final = "SELECT subject FROM personal_keys WHERE wrapped IS NOT NULL LIMIT 1"


def versions() -> dict[str, object]:
    packages = {name: version(name) for name in PACKAGES}
    return {
        "recourse": version("recourse"),
        "Python": platform.python_version(),
        "packages": packages,
    }


def told(settings: Settings) -> dict[str, object]:
    """The settings, without what is secret."""
    return {
        "data directory": str(settings.data_dir),
        "tokens": settings.oidc_issuer or "of the development issuer, on loopback",
        "database": where(settings),
    }


def where(settings: Settings) -> str:
    if settings.database_url is None:
        server = embedded.Server(settings.data_dir.absolute())
        running = "running already" if server.is_running() else "started for this look"
        return f"embedded in {server.data}, {running}"
    url = conninfo_to_dict(settings.database_url)
    return f"{url.get('dbname')} at {url.get('host', 'localhost')}:{url.get('port', 5432)}"


# ── keys ────────────────────────────────────────────────────────────────────


def master_key_file(settings: Settings) -> Path:
    return settings.data_dir / "master.key"


def keys(settings: Settings, found: Findings) -> None:
    file = master_key_file(settings)
    if settings.master_key:
        found.facts["master key"] = "RECOURSE_MASTER_KEY"
        return
    found.facts["master key"] = str(file) if file.exists() else "none yet"
    if file.exists() and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        found.fault(f"Others than its owner may read {file}.", f"chmod 600 {file}")


def key_opens(settings: Settings, looked_at: Database, found: Findings) -> None:
    """Whether the master key is the one of this database."""
    connections = Connections(looked_at.conninfo(DatabaseRole.WRITER), size=1)
    try:
        subjects = {subject for (subject,) in connections.read(ANY_KEY)}
        if not subjects:
            return
        key = master_key(settings)
        if key is None:
            found.fault(
                f"The database holds personal data, and there is no {master_key_file(settings)}.",
                "Put back the copy that was kept elsewhere, before anything is started.",
            )
            return
        Vault(connections, key).keys(subjects)
    except Unreadable:
        found.fault(
            "The master key is not the one of this database: no personal data can be read.",
            "Put back the master.key, or the RECOURSE_MASTER_KEY, that belongs to it.",
        )
    finally:
        connections.close()


def master_key(settings: Settings) -> bytes | None:
    if settings.master_key:
        return settings.master_key.get_secret_value()
    file = master_key_file(settings)
    key = file.read_bytes() if file.exists() else b""
    return key if len(key) == MASTER_KEY_BYTES else None


# ── disk and clock ──────────────────────────────────────────────────────────


def disk(settings: Settings, found: Findings) -> None:
    there = next(p for p in (settings.data_dir, *settings.data_dir.parents) if p.exists())
    usage = shutil.disk_usage(there)
    found.facts["disk"] = f"{usage.free / GIGABYTE:.1f} of {usage.total / GIGABYTE:.1f} GB free"
    what = f"{usage.free / GIGABYTE:.1f} GB are free where {settings.data_dir} is."
    if usage.free < NO_DISK:
        found.fault(what, "Make room now: PostgreSQL stops when its disk is full.")
    elif usage.free < LITTLE_DISK:
        found.warn(what, "Make room, or move the data directory.")


def clocks(connection: Connection[Any], found: Findings) -> None:
    """What is recorded has the database's time; tokens and effective times have this machine's."""
    before = utc_now()
    [theirs] = connection.execute("SELECT clock_timestamp()").fetchone() or [before]
    after = utc_now()
    ahead = skew(before, after, theirs.astimezone(UTC))
    found.facts["clock"] = f"{ahead:+.3f} s against the database's"
    if abs(ahead) > SKEW:
        found.warn(
            f"This machine's clock is {ahead:+.1f} s off the database's.",
            "Have both follow a time server: facts may be refused as being in the future.",
        )


def skew(before: datetime, after: datetime, theirs: datetime) -> float:
    """By how many seconds at least our clock is ahead of theirs, which was read in between."""
    if theirs < before:
        return (before - theirs).total_seconds()
    if theirs > after:
        return (after - theirs).total_seconds()
    return 0.0
