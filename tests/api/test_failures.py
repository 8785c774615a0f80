"""What clients are told when the database is not as it should be."""

import psycopg
import pytest

from application.log_refusals import Unavailable
from domain.messages import Role

QUERY = "{ stations { totalCount } }"
CUT = """SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()"""


def cut_everything(api):
    with psycopg.connect(api.program.database.url, autocommit=True) as connection:
        connection.execute(CUT)


def test_cut_connections_are_replaced_before_anybody_notices(api):
    for _ in range(3):
        assert api.ask(QUERY) == {"stations": {"totalCount": 0}}
        cut_everything(api)
        assert api.as_(Role.AUDITOR).ask("{ events { edges { cursor } } }") == {
            "events": {"edges": []}
        }


@pytest.mark.parametrize(
    "query", [QUERY, "{ stations { edges { node { history { edges { cursor } } } } } }"]
)
def test_a_database_that_does_not_answer_is_said_to_be_unavailable(still, query, monkeypatch):
    async def silent(*_):
        raise psycopg.OperationalError("no route to host 10.1.2.3")

    monkeypatch.setattr(still.program.reader, "_rows", silent)
    answer = still.post(query)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "data" not in answer.json()
    [error] = answer.json()["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert error["message"] == str(Unavailable())
    assert still.client.get("/readyz").status_code == 503
