"""What the specification of GraphQL over HTTP asks of a server."""

import json
from datetime import timedelta

import pytest

from api.over_http import GRAPHQL, HTML, JSON, LARGEST_BODY, NotWellFormed, acceptable
from domain.messages import Role

QUERY = "{ __typename }"
MUTATION = """mutation {
  registerStation(commandId: "00000000-0000-0000-0000-000000000001", input: {
    stationId: "00000000-0000-0000-0000-000000000002", name: "North" }) { __typename }
}"""


def post(api, body, accept=GRAPHQL, content_type=JSON, **headers):
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    headers = api.headers | {"Accept": accept, "Content-Type": content_type} | headers
    return api.client.post("/graphql", content=content, headers=headers)


def get(api, accept=GRAPHQL, **parameters):
    return api.client.get("/graphql", params=parameters, headers=api.headers | {"Accept": accept})


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (GRAPHQL, GRAPHQL),
        (JSON, JSON),
        ("*/*", GRAPHQL),
        ("application/*", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL};q=0.5, {JSON}", JSON),
        (f"{JSON}, */*;q=0.1", JSON),
        (f"{GRAPHQL};q=0, */*", JSON),
    ],
)
def test_the_answer_comes_in_the_form_the_client_likes_best(still, accept, answered):
    answer = post(still, {"query": QUERY}, accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{answered}; charset=utf-8"
    assert answer.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("accept", ["text/plain", f"{JSON};q=0", "image/*"])
def test_a_form_we_cannot_answer_in_is_not_acceptable(still, accept):
    assert post(still, {"query": QUERY}, accept).status_code == 406


def test_without_an_accept_header_the_answer_is_graphql():
    assert acceptable(None) == GRAPHQL


def test_nonsense_for_a_quality_counts_as_none():
    with pytest.raises(NotWellFormed):
        acceptable(f"{JSON};q=much")


@pytest.mark.parametrize(
    ("body", "status", "status_in_json"),
    [
        ("{", 400, 400),
        (b"\xff", 400, 400),
        ([{"query": QUERY}], 400, 400),
        ({"qeury": QUERY}, 400, 400),
        ({"query": 7}, 400, 400),
        ({"query": QUERY, "variables": [7]}, 400, 400),
        ({"query": QUERY, "operationName": {}}, 400, 400),
        ({"query": "{"}, 400, 200),
        ({"query": "{ nothing }"}, 422, 200),
        ({"query": "query A { __typename } query B { __typename }"}, 422, 200),
        ({"query": QUERY, "operationName": "Nobody"}, 422, 200),
        ({"query": "query ($n: Int!) { events(first: $n) { __typename } }"}, 422, 200),
        (
            {
                "query": "query ($n: Int!) { events(first: $n) { __typename } }",
                "variables": {"n": "many"},
            },
            422,
            200,
        ),
    ],
)
def test_each_mistake_has_its_status(still, body, status, status_in_json):
    for accept, expected in ((GRAPHQL, status), (JSON, status_in_json)):
        answer = post(still, body, accept)
        assert answer.status_code == expected
        assert answer.json()["errors"]
        assert "data" not in answer.json()


def test_null_stands_for_what_is_not_given(still):
    body = {"query": QUERY, "variables": None, "operationName": None, "extensions": None}
    assert post(still, body).status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "", f"{JSON}; charset=latin-1"])
def test_a_question_comes_as_json_in_utf_8(still, content_type):
    answer = post(still, {"query": QUERY}, content_type=content_type)
    assert answer.status_code == 415
    assert answer.headers["accept"] == JSON


def test_the_charset_may_be_said(still):
    assert post(still, {"query": QUERY}, content_type=f"{JSON}; charset=UTF-8").status_code == 200


def test_a_body_that_is_too_large_is_not_read_to_its_end(still):
    assert post(still, b"[" + b" " * LARGEST_BODY).status_code == 413


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
def test_only_get_and_post_ask(still, method):
    answer = still.client.request(method, "/graphql", headers=still.headers)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


def test_a_query_may_be_asked_by_get(still):
    query = "query ($yes: Boolean!) { __typename @include(if: $yes) }"
    answer = get(still, query=query, variables='{"yes": true}')
    assert answer.json() == {"data": {"__typename": "Query"}}


def test_a_command_cannot_be_given_by_get(still):
    answer = get(still, query=MUTATION)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert still.as_(Role.AUDITOR).ask("{ events { edges { cursor } } }") == {
        "events": {"edges": []}
    }


@pytest.mark.parametrize(
    "parameters",
    ["query={&query={", "variables={}", "query={a}&variables={", "query={a}&variables=7"],
)
def test_parameters_are_as_well_formed_as_a_body(still, parameters):
    answer = still.client.get(f"/graphql?{parameters}", headers=still.headers)
    assert answer.status_code == 400


def test_a_browser_gets_a_page_to_ask_from(still):
    answer = still.client.get("/graphql", headers={"Accept": f"{HTML}, */*;q=0.8"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(HTML)
    assert "//" not in answer.text  # nothing comes from elsewhere
    assert "default-src 'none'" in answer.headers["content-security-policy"]


# ── who may ask at all ──────────────────────────────────────────────────────


def unauthenticated(answer):
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    return "data" not in answer.json()


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer x", "Basic eDp5", "Bearer a b"])
def test_nobody_is_answered_without_a_token(still, authorization):
    headers = {"Authorization": authorization} if authorization else {}
    assert unauthenticated(still.client.post("/graphql", json={"query": QUERY}, headers=headers))
    assert unauthenticated(still.client.get("/graphql", params={"query": QUERY}, headers=headers))


def test_an_expired_token_is_not_believed(still):
    token = still.issuer.issue(still.who, timedelta(seconds=-60))
    headers = {"Authorization": f"Bearer {token}"}
    assert unauthenticated(still.client.post("/graphql", json={"query": QUERY}, headers=headers))


def test_the_schema_is_published(still):
    assert "type Query" in still.client.get("/schema.graphql").text


def test_the_process_says_that_it_is_alive(still):
    assert still.client.get("/healthz").status_code == 200
