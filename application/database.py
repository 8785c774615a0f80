"""Where the data is, and in which role one works there.

A tenant is a schema: its name stands here and in no statement. `recourse_writer` serves, owns
nothing of the log and may only append to it; `recourse_reader` audits; `recourse_owner` owns the
tables, and only migrations work as it.

The views' tables, which the engine makes at run time, live in a schema of their own beside it
(`recourse_views`), where the writer may create. The writer finds that schema first, so that a
plain `CREATE TABLE` of the engine arrives there; everybody else finds it last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from psycopg.conninfo import conninfo_to_dict, make_conninfo

GONE: Final[Mapping[str, int]] = MappingProxyType(
    {
        "connect_timeout": 10,  # seconds
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,  # milliseconds
    }
)
"""How soon a machine that went away without a word is given up. What the URL says counts more."""


class DatabaseRole(StrEnum):
    """Who works in the database (design §9)."""

    OWNER = "recourse_owner"
    WRITER = "recourse_writer"
    READER = "recourse_reader"


@dataclass(frozen=True)
class Database:
    """A tenant's schema in a database. `url` is of whoever may log in there.

    `roles_log_in` says that the roles themselves can log in without a password, as in the embedded
    server. Elsewhere the login is a member of the role and takes it on when it connects.
    """

    url: str
    schema: str = "recourse"
    roles_log_in: bool = False
    program: str = "recourse"  # what PostgreSQL shows of who is connected

    @property
    def views_schema(self) -> str:
        return f"{self.schema}_views"

    def conninfo(self, role: DatabaseRole | None = None) -> str:
        """How to connect in a role, or as the login itself: in UTC, with our schemas in sight."""
        options = {
            "search_path": ",".join(self._search_path(role)),
            "timezone": "UTC",
            "default_transaction_isolation": "read\\ committed",
        }
        if role and not self.roles_log_in:
            options["role"] = role
        url = conninfo_to_dict(self.url)
        given = str(url.get("options") or "")
        ours = " ".join(f"-c {name}={value}" for name, value in options.items())
        login = {"user": str(role)} if role and self.roles_log_in else {}
        return make_conninfo(
            self.url,
            options=f"{given} {ours}".strip(),
            application_name=self.program,
            **{name: value for name, value in GONE.items() if name not in url},
            **login,
        )

    def _search_path(self, role: DatabaseRole | None) -> tuple[str, ...]:
        log, views = quoted(self.schema), quoted(self.views_schema)
        return (views, log) if role is DatabaseRole.WRITER else (log, views)


def quoted(name: str) -> str:
    """A schema's name within the connection's options, where a blank or a backslash needs one."""
    if not name.replace("_", "").isalnum() or not name.islower():
        raise ValueError(f"{name!r} cannot name a schema: use small letters, digits and _.")
    return name
