from __future__ import annotations

import psycopg
import pytest
from psycopg import Connection

from application.database import Database, DatabaseRole
from application.lease import Lease

FEEDING, REACTING = Lease("feed"), Lease("react")


def connected(database: Database) -> Connection[tuple[object, ...]]:
    return psycopg.connect(database.conninfo(DatabaseRole.WRITER), autocommit=True)


def test_one_at_a_time_plays_a_part_and_the_next_when_its_connection_ends(
    database: Database,
) -> None:
    with connected(database) as watching:
        assert FEEDING.holder(watching) is None
        with connected(database) as first, connected(database) as second:
            assert FEEDING.taken(first) and FEEDING.taken(first)
            assert not FEEDING.taken(second)
            assert REACTING.taken(second), "another part is another lease"
            assert FEEDING.holder(watching) == first.info.backend_pid
            assert REACTING.holder(watching) == second.info.backend_pid
        with connected(database) as third:
            assert FEEDING.taken(third)


def test_the_part_falls_free_when_the_connection_is_ended_from_outside(database: Database) -> None:
    with (
        connected(database) as first,
        connected(database) as second,
        psycopg.connect(database.conninfo(), autocommit=True) as outside,
    ):
        assert FEEDING.taken(first)
        outside.execute("SELECT pg_terminate_backend(%s, 10000)", [FEEDING.holder(second)])
        assert FEEDING.taken(second)
        with pytest.raises(psycopg.OperationalError):
            FEEDING.taken(first)


GIVEN_UP = """
    SELECT count(*) FROM pg_settings WHERE source = 'session' AND name IN
    ('tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count', 'tcp_user_timeout')
    """


def test_who_plays_a_part_is_soon_given_up_when_its_machine_is_gone(database: Database) -> None:
    """Also while word of appends is on its way there, when nobody looks whether it is there."""
    with connected(database) as first, connected(database) as second:
        assert FEEDING.taken(first) and not FEEDING.taken(second)
        assert first.execute(GIVEN_UP).fetchone() == (4,)
        assert second.execute(GIVEN_UP).fetchone() == (0,)


def test_another_tenant_has_leases_of_its_own(database: Database) -> None:
    with connected(database) as ours, connected(database) as theirs:
        theirs.execute("SET search_path TO public")
        assert FEEDING.taken(ours) and FEEDING.taken(theirs)
