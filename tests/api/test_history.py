"""What happened, and how things were: history, the whole log, ids, and the two times."""

from datetime import datetime, timedelta

import pytest

from api.events import history_of
from api.stretches import Stretch
from application.aggregates import EVENT_TYPES
from domain.messages import Role
from projections.catalogue import VIEWS
from projections.columns import shapes
from projections.effective import told_whole
from projections.touching import EVENTS_OF
from projections.view import stream_id
from tests.api.asking import worded
from tests.api.test_access import as_identity, camel, key_argument, list_of, lookup_of
from tests.stories import CUSTOMER, MACHINE, MAKER, STATION, claim_id

PAID = str(claim_id(11))
ENVELOPE = """__typename eventId eventType schemaVersion position streamId streamKind streamVersion
  recordedAt effectiveAt actor onBehalfOf rolesUsed channel commandId correlationId causationId
  statedReason policies { policyId version }"""
HISTORY = worded(
    """
query ($claim: UUID!, $types: [EventType!], $since: DateTime, $until: DateTime, $first: Int,
       $after: String, $last: Int, $before: String, $asOf: Moment) {
  claim(claimId: $claim, asOf: $asOf) {
    history(types: $types, since: $since, until: $until, first: $first, after: $after,
            last: $last, before: $before) {
      edges { cursor node { <envelope> ... on ClaimOpened { number total { amount currency } } } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}""",
    envelope=ENVELOPE,
)


@pytest.fixture
def auditor(lived):
    return lived.as_(Role.AUDITOR)


@pytest.fixture
def told(lived):
    """What happened to the claim that was paid, as the log has it."""
    return lived.program.log.history(claim_id(11))


def history(asking, **given):
    return asking.ask(HISTORY, claim=PAID, **given)["claim"]["history"]


def positions(connection):
    return [int(edge["node"]["position"]) for edge in connection["edges"]]


def test_every_event_tells_its_envelope_and_its_facts(auditor, told):
    edges = history(auditor)["edges"]
    assert len(edges) == len(told)
    for edge, recorded in zip(edges, told, strict=True):
        node, envelope = edge["node"], recorded.envelope
        assert node["__typename"] == type(recorded.event).__name__
        assert node["eventType"] == recorded.event.type_name()
        assert node["eventId"] == str(envelope.event_id)
        assert node["streamVersion"] == envelope.version
        assert datetime.fromisoformat(node["recordedAt"]) == recorded.recorded_at
        assert datetime.fromisoformat(node["effectiveAt"]) == recorded.effective_at
        assert node["rolesUsed"] == ["STATION_MANAGER"]
        assert node["channel"] == "CLI"
        assert node["policies"] == [{"policyId": "tolerance", "version": 1}]
        assert node["statedReason"] is None
    first = edges[0]["node"]
    assert (first["number"], first["total"]) == ("C-11", {"amount": "1000.00", "currency": "CNY"})


def test_all_the_facts_of_all_events_can_be_read(lived, auditor):
    """Every field of every type of event, on real events: nothing is left that cannot be told."""
    schema = lived.ask(
        "{ __schema { types { name interfaces { name } fields { name type {"
        " kind ofType { kind ofType { kind ofType { kind } } } } } } } }"
    )
    by_name = {each["name"]: each for each in schema["__schema"]["types"]}
    spreads = [
        f"... on {event.__name__} {{ {' '.join(leaves(by_name[event.__name__]))} }}"
        for event in EVENT_TYPES.values()
    ]
    happened = {type(r.event).__name__ for r in lived.program.log.after(0, 10_000)}
    shown = set()
    for start in range(0, len(spreads), 5):
        query = worded(
            "query ($after: String) { events(after: $after) { edges { cursor node {"
            " __typename <spreads> } } } }",
            spreads=" ".join(spreads[start : start + 5]),
        )
        after = None
        while edges := auditor.ask(query, after=after)["events"]["edges"]:
            shown |= {edge["node"]["__typename"] for edge in edges}
            after = edges[-1]["cursor"]
    assert shown == happened


def leaves(described):
    """The fields of a type that hold no objects, each under a name of its own."""
    for field in described["fields"]:
        kind = field["type"]
        while kind.get("ofType"):
            kind = kind["ofType"]
        if kind["kind"] in ("SCALAR", "ENUM"):
            yield f"{described['name']}_{field['name']}: {field['name']}"


def test_a_history_is_read_in_pages_from_either_end(auditor, told):
    everything = [recorded.position for recorded in told]
    for count, cursor, end, more in (
        ("first", "after", "endCursor", "hasNextPage"),
        ("last", "before", "startCursor", "hasPreviousPage"),
    ):
        found, given, page = [], {}, None
        while page is None or page["pageInfo"][more]:
            page = history(auditor, **{count: 3}, **given)
            here = positions(page)
            found = found + here if count == "first" else here + found
            given = {cursor: page["pageInfo"][end]}
        assert found == everything


def test_a_history_is_narrowed_by_types_and_times(auditor, told):
    papers = history(auditor, types=["PaperAttached"], first=2)
    assert positions(papers) == [r.position for r in told if "Paper" in type(r.event).__name__][:2]
    assert papers["pageInfo"]["hasNextPage"]
    middle = told[len(told) // 2].recorded_at.isoformat()
    before, after = history(auditor, until=middle), history(auditor, since=middle)
    assert positions(before) + positions(after) == [recorded.position for recorded in told]
    assert positions(before) and positions(after)


def test_a_history_ends_where_its_reader_looks(auditor, told):
    upto = told[3].position
    shown = history(auditor, asOf=str(upto))
    assert positions(shown) == [r.position for r in told if r.position <= upto]


@pytest.mark.parametrize(
    "given",
    [{"first": 0}, {"first": 1, "last": 1}, {"after": "x"}, {"after": "LTE="}, {"before": "MQ=="}],
)
def test_a_page_of_history_that_makes_no_sense_is_refused(auditor, given):
    [error] = auditor.post(HISTORY, claim=PAID, **given).json()["errors"]
    assert error["extensions"] == {"code": "INVALID"}


def test_what_is_no_stream_has_the_history_of_what_made_it(auditor):
    query = """{ allocations(first: 1) { edges { node { allocationId
      history { edges { node { __typename ... on CreditAllocated { allocationId } } } } } } }
      policy(policyId: "tolerance") { latestVersion history(types: [PolicyPublished]) {
        edges { node { ... on PolicyPublished { version content } } } } } }"""
    answer = auditor.ask(query)
    [allocation] = [edge["node"] for edge in answer["allocations"]["edges"]]
    assert allocation["history"]["edges"][0]["node"] == {
        "__typename": "CreditAllocated",
        "allocationId": allocation["allocationId"],
    }
    versions = [e["node"]["version"] for e in answer["policy"]["history"]["edges"]]
    assert versions  # the first was not recorded in this world
    assert versions == list(range(2, answer["policy"]["latestVersion"] + 1))


@pytest.mark.parametrize(
    "view", [v for v in VIEWS.values() if v.keys is stream_id], ids=lambda view: view.name
)
def test_a_view_of_streams_takes_in_all_that_happens_in_them(view):
    """So that whoever sees a row may see its whole history."""
    [kind] = told_whole(view)
    assert EVENTS_OF[kind] <= view.event_types


def test_a_row_that_shares_its_id_with_a_stream_of_another_kind_does_not_tell_of_it(lived):
    """A view of claims by customer, say: the customer's own history is not for its readers."""
    log, stretch = lived.program.log, Stretch.of({})
    assert history_of(log, CUSTOMER, told_whole(VIEWS["claims"]), stretch) is None
    assert history_of(log, CUSTOMER, told_whole(VIEWS["customers"]), stretch)


# ── the whole log ───────────────────────────────────────────────────────────

EVENTS = """
query ($types: [EventType!], $stream: UUID, $since: DateTime, $until: DateTime, $correlation: UUID,
       $first: Int, $after: String, $last: Int, $before: String) {
  events(types: $types, stream: $stream, since: $since, until: $until, correlation: $correlation,
         first: $first, after: $after, last: $last, before: $before) {
    edges { node { position correlationId } } pageInfo { hasNextPage endCursor }
  }
}"""


def test_auditors_read_the_whole_log_page_by_page(lived, auditor):
    found, after, more = [], None, True
    while more:
        page = auditor.ask(EVENTS, first=100, after=after)["events"]
        found += positions(page)
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert found == list(range(1, lived.program.log.last() + 1))


def test_the_log_is_narrowed_by_stream_and_by_correlation(auditor, told):
    of_stream = auditor.ask(EVENTS, stream=PAID, types=["ClaimOpened", "ClaimClosed"])["events"]
    assert positions(of_stream)[0] == told[0].position
    cause = told[2].envelope.correlation_id
    page = auditor.ask(EVENTS, correlation=str(cause))["events"]
    assert {edge["node"]["correlationId"] for edge in page["edges"]} == {str(cause)}


# ── ids ─────────────────────────────────────────────────────────────────────


def test_every_row_is_found_by_its_id(lived, auditor):
    for view in lived.program.reader.views.values():
        listed = list_of(view)
        query = f"{{ {listed}(first: 2) {{ edges {{ node {{ id __typename }} }} }} }}"
        for edge in auditor.ask(query)[listed]["edges"]:
            found = auditor.ask(
                "query ($id: ID!) { node(id: $id) { id __typename } }", id=edge["node"]["id"]
            )
            assert found["node"] == edge["node"]
            assert edge["node"]["__typename"] == view.row.__name__


@pytest.mark.parametrize("id", ["", "x", "Q2xhaW06eA==", "Tm90aGluZzox", "Q2xhaW0=", "/w=="])
def test_an_id_that_was_never_given_out_is_null(auditor, id):
    assert auditor.ask("query ($id: ID!) { node(id: $id) { id } }", id=id) == {"node": None}
    assert auditor.ask(f'{{ node(id: "{id}") {{ id }} }}') == {"node": None}


# ── as it was in fact ───────────────────────────────────────────────────────

STATION_AS = worded(
    """
query ($effectiveAt: DateTime, $asOf: Moment, $after: Position) {
  station(stationId: "<station>", effectiveAt: $effectiveAt, asOf: $asOf,
          minPosition: $after) { name stale }
}""",
    station=str(STATION),
)


def test_an_object_is_told_as_it_was_in_fact_as_far_as_was_known(api, clock):
    north = {"stationId": str(STATION), "name": "North"}
    api.do("registerStation", north)
    clock.forward(days=10)
    earlier = (clock() - timedelta(days=5)).isoformat()
    late = api.do(
        "renameStation", north | {"name": "South"}, effectiveAt=earlier, reason="told late"
    )["position"]

    def name(day, **given):
        at = (clock() - timedelta(days=day)).isoformat()
        station = api.ask(STATION_AS, effectiveAt=at, after=late, **given)["station"]
        return station and station["name"]

    assert [name(day) for day in (11, 10, 6, 5, 0)] == [None, "North", "North", "South", "South"]
    assert name(0, asOf="1") == "North"
    assert api.ask(STATION_AS, after=late)["station"] == {"name": "South", "stale": False}


def test_a_corrected_time_counts_from_when_it_was_known(api, clock):
    north = {"stationId": str(STATION), "name": "North"}
    api.do("registerStation", north)
    clock.forward(days=10)
    api.do("renameStation", north | {"name": "South"})
    auditor = api.as_(Role.AUDITOR)
    renamed = auditor.ask("{ events(last: 1) { edges { node { eventId } } } }")
    clock.forward(days=1)
    right = (clock() - timedelta(days=8)).isoformat()
    correction = {
        "kind": "registry.Station",
        "thingId": str(STATION),
        "eventId": renamed["events"]["edges"][0]["node"]["eventId"],
        "effectiveAt": right,
        "reason": "the sign was changed before",
    }
    done = api.as_(Role.SERVICE_DIRECTOR).do("correctTime", correction)
    assert done["__typename"] == "Receipt", done
    at = (clock() - timedelta(days=4)).isoformat()
    now = api.ask(STATION_AS, effectiveAt=at, after=done["position"])
    assert now["station"]["name"] == "South"
    then = api.ask(STATION_AS, effectiveAt=at, asOf=str(int(done["position"]) - 1))
    assert then["station"]["name"] == "North"
    facts = """{ events(types: [TimeCorrected]) { edges { node {
        eventId ... on TimeCorrected { factEventId factEffectiveAt reason } } } } }"""
    [shown] = auditor.ask(facts)["events"]["edges"]
    assert shown["node"]["factEventId"] == correction["eventId"] != shown["node"]["eventId"]


def test_as_it_is_now_in_fact_is_as_it_is(lived, auditor):
    """Nothing in the world was told late, so both ways agree on every object."""
    now = lived.program.log.after(lived.program.log.last() - 1, 1)[0].recorded_at.isoformat()
    for view in lived.program.reader.views.values():
        columns = [camel(name) for name in view.row.model_fields if plain(view, name)]
        key = camel(view.key_column)
        query = worded(
            "query ($key: <type>!, $at: DateTime) {"
            " <lookup>(<key>: $key, effectiveAt: $at) { <columns> } }",
            type=key_argument(view),
            lookup=lookup_of(view),
            key=key,
            columns=" ".join(columns),
        )
        listed = list_of(view)
        edges = auditor.ask(f"{{ {listed} {{ edges {{ node {{ {key} }} }} }} }}")[listed]["edges"]
        for edge in edges:
            is_now = auditor.ask(query, key=edge["node"][key])
            assert auditor.ask(query, key=edge["node"][key], at=now) == is_now


def plain(view, name):
    return not shapes(view.row)[name].model


# ── what could not be taken in ──────────────────────────────────────────────


def test_what_the_views_could_not_take_in_is_listed_in_pages(api):
    with api.program.log.recorder.connections.transaction() as cursor:
        for number in range(3):
            cursor.execute(
                "INSERT INTO dead_letters (view, key, position, error, stream_id, attempts)"
                " VALUES ('stations', %s, %s, 'LookupError()', %s, 1)",
                (str(MAKER), number + 1, CUSTOMER),
            )
    query = """query ($first: Int, $after: String, $last: Int, $before: String) {
      deadLetters(first: $first, after: $after, last: $last, before: $before) {
        edges { node { view key position error streamId attempts recordedAt } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    first = api.ask(query, first=2)["deadLetters"]
    assert positions(first) == [1, 2]
    assert first["edges"][0]["node"]["key"] == str(MAKER)
    rest = api.ask(query, first=2, after=first["pageInfo"]["endCursor"])["deadLetters"]
    assert positions(rest) == [3] and not rest["pageInfo"]["hasNextPage"]
    back = api.ask(query, last=1)["deadLetters"]
    assert positions(back) == [3] and back["pageInfo"]["hasPreviousPage"]
    [error] = api.post(query, first=1, after="W10=").json()["errors"]
    assert error["extensions"] == {"code": "INVALID"}


def test_a_row_that_stands_still_says_so(api):
    receipt = api.do("registerStation", {"stationId": str(STATION), "name": "North"})
    query = (
        "query ($after: Position) { stations(minPosition: $after) { edges { node { stale } } } }"
    )
    executed = "{ stations { edges { node { stale history { edges { cursor } } } } } }"
    assert (
        api.ask(query, after=receipt["position"])["stations"]["edges"][0]["node"]["stale"] is False
    )
    with api.program.log.recorder.connections.transaction() as cursor:
        cursor.execute(
            "INSERT INTO dead_letters (view, key, position, error, attempts)"
            " VALUES ('stations', %s, 1, 'LookupError()', 1)",
            (str(STATION),),
        )
    for asked in (query, executed):
        assert api.ask(asked)["stations"]["edges"][0]["node"]["stale"] is True


def test_a_strangers_history_is_not_told(lived):
    stranger = as_identity(lived, Role.STATION_MANAGER, station=MACHINE)
    assert stranger.ask(HISTORY, claim=PAID) == {"claim": None}


# ── what a newer release recorded ───────────────────────────────────────────


def test_an_event_of_an_unknown_type_is_told_as_it_was_stored(api, monkeypatch):
    api.do("registerStation", {"stationId": str(STATION), "name": "North"})
    monkeypatch.delitem(EVENT_TYPES, "registry.StationRegistered")
    query = """{ events { edges { node { __typename eventType schemaVersion
        ... on UnknownEvent { payload } } } } }"""
    [edge] = api.as_(Role.AUDITOR).ask(query)["events"]["edges"]
    assert edge["node"] == {
        "__typename": "UnknownEvent",
        "eventType": "registry.StationRegistered",
        "schemaVersion": 1,
        "payload": '{"name":"North"}',
    }
    refused = api.do("renameStation", {"stationId": str(STATION), "name": "South"})
    assert (refused["__typename"], refused["code"]) == ("Problem", "UNAVAILABLE")
