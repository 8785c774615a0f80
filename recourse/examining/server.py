"""PostgreSQL: its version, who may do what there, and whether the log can only grow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, LiteralString

from psycopg import Connection

from application.database import DatabaseRole
from recourse.findings import Findings
from recourse.settings import Settings

SUPPORTED: Final = range(15, 19)  # major versions of PostgreSQL
CROWDED: Final = 0.8  # of the connections that the server allows
LONG: Final = 3600.0  # seconds of a transaction that keeps VACUUM from its work
MEGABYTE: Final = 1_000_000
ONLY_GROWS: Final = ("events", "receipts")

SIZES: Final[LiteralString] = """
    SELECT pg_database_size(current_database()),
           (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
           current_setting('max_connections')::int,
           (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(xact_start)), 0)::float8
            FROM pg_stat_activity WHERE datname = current_database())
    """
GUARDED: Final[LiteralString] = """
    SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass(%(table)s)
                   AND tgname = 'only_grows' AND tgenabled IN ('O', 'A')),
           (SELECT relowner::regrole::text FROM pg_class WHERE oid = to_regclass(%(table)s)),
           array(SELECT privilege
                 FROM unnest('{INSERT,UPDATE,DELETE,TRUNCATE,TRIGGER}'::text[]) AS privilege
                 WHERE has_table_privilege(%(writer)s, to_regclass(%(table)s), privilege))
    """
OFF: Final[LiteralString] = """
    SELECT name, source FROM pg_settings WHERE name = ANY(%s) AND setting = 'off'
    """
AT_RISK: Final[Mapping[str, str]] = {
    "fsync": "if the machine loses power or crashes, what is acknowledged may be lost, and the "
    "database may be damaged beyond repair",
    "full_page_writes": "if the machine loses power or crashes, pages may be left half written, "
    "and what is acknowledged may be lost with them",
    "synchronous_commit": "if PostgreSQL or its machine crashes, what is acknowledged may be lost",
}
"""What a setting risks where it is off."""
MAY_APPEND: Final[LiteralString] = """
    SELECT has_function_privilege(%s, oid, 'EXECUTE')
    FROM pg_proc WHERE proname = 'append' AND pronamespace = current_schema()::regnamespace
    """


def version(connection: Connection[Any], found: Findings) -> None:
    major, minor = divmod(connection.info.server_version, 10_000)
    found.facts["PostgreSQL"] = f"{major}.{minor}"
    if major not in SUPPORTED:
        found.warn(
            f"PostgreSQL {major} is not among those this release is tested on.",
            f"Use one from {SUPPORTED[0]} to {SUPPORTED[-1]}.",
        )


def room(connection: Connection[Any], found: Findings) -> None:
    size, taken, allowed, oldest = connection.execute(SIZES).fetchone() or (0, 0, 1, 0.0)
    found.facts["database size"] = f"{size / MEGABYTE:.0f} MB"
    found.facts["connections"] = f"{taken} of {allowed}"
    if taken > CROWDED * allowed:
        found.warn(
            f"{taken} of the {allowed} connections that PostgreSQL allows are taken.",
            "Raise max_connections, or run fewer processes.",
        )
    if oldest > LONG:
        found.warn(
            f"A transaction has been open for {oldest / 60:.0f} minutes: VACUUM cannot clean up.",
            "Find it in pg_stat_activity by xact_start, and end it.",
        )


# ── what is acknowledged ────────────────────────────────────────────────────


def durability(connection: Connection[Any], found: Findings) -> None:
    """Whether what is acknowledged survives a crash. `connection` is in the role that serves."""
    warn_of_risks(dict(connection.execute(OFF, [list(AT_RISK)]).fetchall()), found)


def warn_of_risks(off: Mapping[str, str], found: Findings) -> None:
    """`off` says where each of the settings that are off is set, in PostgreSQL's words."""
    found.facts["survives a crash"] = not off
    for name, risk in AT_RISK.items():
        if name in off:
            found.warn(f"{name} is off: {risk}.", put_on(name, off[name]))


def put_on(name: str, source: str) -> str:
    match source:
        case "command line":
            return f"Start PostgreSQL without `-c {name}=off`."
        case "database":
            return f"ALTER DATABASE … RESET {name}, of the one in DATABASE_URL."
        case "user" | "database user":
            where = " IN DATABASE …" if source == "database user" else ""
            return f"ALTER ROLE …{where} RESET {name}, of the login in DATABASE_URL."
        case "client" | "environment variable":
            return f"Take {name} out of DATABASE_URL's options, and out of PGOPTIONS."
        case _:
            return f"As a superuser: ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf()."


# ── roles ───────────────────────────────────────────────────────────────────


def roles(settings: Settings, connection: Connection[Any], found: Findings) -> None:
    """Where one login may do what three should do apart (design §9)."""
    if settings.embedded:
        return
    login, superuser = connection.execute(
        "SELECT rolname, rolsuper FROM pg_roles WHERE rolname = session_user"
    ).fetchone() or ("nobody", False)
    if superuser:
        found.warn(
            f"DATABASE_URL logs in as {login}, a superuser: nothing keeps the log from changes.",
            "Make a login for it, with GRANT recourse_writer and nothing else.",
        )
        return
    held = [role for role in DatabaseRole if member(connection, role)]
    if DatabaseRole.OWNER in held:
        found.warn(
            f"DATABASE_URL logs in as {login}, which may work as {DatabaseRole.OWNER} too.",
            f"REVOKE {DatabaseRole.OWNER} FROM {login}; name the owner's in OWNER_DATABASE_URL.",
        )
    if {DatabaseRole.WRITER, DatabaseRole.READER} <= {*held}:
        found.warn(f"{login} both writes and audits.", "Give auditors a login of their own.")


def member(connection: Connection[Any], role: DatabaseRole) -> bool:
    query = "SELECT pg_has_role(session_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = %s"
    [held] = connection.execute(query, [role]).fetchone() or [False]
    return bool(held)


# ── the log only grows ──────────────────────────────────────────────────────


def append_only(connection: Connection[Any], found: Findings) -> None:
    """Whether triggers and privileges are as the migrations made them."""
    before = len(found.faults)
    for table in ONLY_GROWS:
        names = {"table": table, "writer": DatabaseRole.WRITER}
        guarded, owner, granted = connection.execute(GUARDED, names).fetchone() or (False, "", [])
        if not guarded:
            found.fault(
                f"The trigger only_grows of {table} is missing or off: what is recorded there can "
                "be changed.",
                f"As its owner: ALTER TABLE {table} ENABLE TRIGGER only_grows; then look with "
                "`recourse replay` whether anything was.",
            )
        if granted or owner == DatabaseRole.WRITER:
            found.fault(
                f"{DatabaseRole.WRITER} may {', '.join(granted).lower() or 'do anything'} in "
                f"{table}, past append().",
                f"As its owner: REVOKE ALL ON {table} FROM {DatabaseRole.WRITER}; "
                f"GRANT SELECT ON {table} TO {DatabaseRole.WRITER}",
            )
    [may] = connection.execute(MAY_APPEND, [DatabaseRole.WRITER]).fetchone() or [False]
    if not may:
        found.fault(
            f"{DatabaseRole.WRITER} may not append: no command can be carried out.",
            f"As its owner: GRANT EXECUTE ON FUNCTION append TO {DatabaseRole.WRITER}",
        )
    found.facts["append only"] = len(found.faults) == before
