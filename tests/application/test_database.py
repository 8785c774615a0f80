from __future__ import annotations

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from application.database import Database, DatabaseRole

URL = "postgresql://app@db.example.com/recourse"


@pytest.mark.parametrize("role", [*DatabaseRole, None], ids=str)
def test_a_machine_that_goes_away_without_a_word_is_given_up(role: DatabaseRole | None) -> None:
    told = conninfo_to_dict(Database(URL).conninfo(role))
    names = ("connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count")
    assert [told[name] for name in (*names, "tcp_user_timeout")] == ["10", "5", "2", "3", "15000"]


def test_what_the_url_says_counts_more() -> None:
    url = f"{URL}?connect_timeout=60&options=-c%20lock_timeout%3D7s"
    told = conninfo_to_dict(Database(url).conninfo(DatabaseRole.WRITER))
    assert told["connect_timeout"] == "60"
    assert "-c lock_timeout=7s" in str(told["options"])


def test_postgresql_shows_which_program_is_connected(database: Database) -> None:
    named = Database(database.url, roles_log_in=database.roles_log_in, program="recourse tests 1")
    with psycopg.connect(named.conninfo(DatabaseRole.WRITER)) as connection:
        query = "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()"
        assert connection.execute(query).fetchone() == ("recourse tests 1",)
