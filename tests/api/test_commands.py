"""Commands by GraphQL: receipts, problems, and reading what was written."""

from uuid import UUID, uuid4

import pytest

from application.recorded import Position
from domain.messages import Role
from tests.stories import CUSTOMER, MAKER, OTHER_STATION, STATION

NORTH = {"stationId": str(STATION), "name": "North"}
STATIONS = """
query ($after: Position, $asOf: Moment) {
  stations(minPosition: $after, asOf: $asOf, orderBy: NAME_ASC) { edges { node { name } } }
}"""


def names(api, **given):
    return [edge["node"]["name"] for edge in api.ask(STATIONS, **given)["stations"]["edges"]]


def problem(answer, code, rule):
    """What is left to check of a problem: its message, fields and reasons."""
    assert (answer["__typename"], answer["code"], answer["rule"]) == ("Problem", code, rule)
    assert UUID(answer["correlationId"])
    return answer["message"], answer["fields"], answer["reasons"]


@pytest.fixture
def last(api):
    """The position of the last event that was recorded."""

    def last():
        seen = api.as_(Role.AUDITOR).ask("{ events(last: 1) { edges { node { position } } } }")
        return [edge["node"]["position"] for edge in seen["events"]["edges"]]

    return last


def test_what_was_written_can_be_read_at_once(api):
    receipt = api.do("registerStation", NORTH)
    assert receipt["__typename"] == "Receipt"
    assert receipt["streams"] == [str(STATION)]
    assert receipt["recordedAt"] == "2026-03-06T12:00:00+00:00"
    assert names(api, after=receipt["position"]) == ["North"]


def test_a_list_can_be_asked_as_of_a_position_and_as_of_a_moment(api, clock):
    before = clock()
    clock.forward(minutes=1)
    first = api.do("registerStation", NORTH)["position"]
    clock.forward(minutes=1)
    second = api.do("renameStation", NORTH | {"name": "South"})["position"]
    assert names(api, asOf=first, after=second) == ["North"]
    assert names(api, asOf=second) == ["South"]
    assert names(api, asOf=clock().isoformat()) == ["South"]
    assert names(api, asOf="2026-03-06T13:01:30+01:00") == ["North"]
    assert names(api, asOf=before.isoformat()) == []


def test_the_same_command_id_gives_the_same_receipt_and_changes_nothing(api, last):
    id = str(uuid4())
    receipt = api.do("registerStation", NORTH, commandId=id)
    assert api.do("registerStation", NORTH, commandId=id) == receipt
    assert last() == [receipt["position"]]


def test_a_command_id_is_not_used_twice(api, last):
    id = str(uuid4())
    position = api.do("registerStation", NORTH, commandId=id)["position"]
    other = {"stationId": str(OTHER_STATION), "name": "South"}
    problem(api.do("registerStation", other, commandId=id), "COMMAND_ID_REUSED", "CommandIdReused")
    assert last() == [position]


def test_a_broken_rule_is_an_answer_and_not_an_error(api, last):
    position = api.do("registerStation", NORTH)["position"]
    message, *_ = problem(api.do("registerStation", NORTH), "CONFLICT", "StationExists")
    assert message == "This station is registered already."
    assert last() == [position]


def test_an_input_that_cannot_be_is_the_same_kind_of_answer(api, last):
    answer = api.do("registerStation", NORTH | {"name": "  "})
    message, fields, reasons = problem(answer, "INVALID", "InvalidInput")
    assert fields == ["name"]
    assert reasons == ["name: String should have at least 1 character."]
    assert last() == []


def test_a_mistake_within_is_told_with_its_place(api, last):
    input = {
        "manufacturerId": str(MAKER),
        "name": "Works",
        "identities": [{"kind": "TAX_ID", "value": "1"}, {"kind": "TAX_ID", "value": " "}],
    }
    answer = api.as_(Role.FINANCE).do("registerManufacturer", input)
    _, fields, _ = problem(answer, "INVALID", "InvalidInput")
    assert fields == ["identities.1.value"]
    assert last() == []


def test_a_role_that_may_not_give_the_command_is_refused(api, last):
    answer = api.as_(Role.AUDITOR).do("registerStation", NORTH)
    problem(answer, "FORBIDDEN", "Forbidden")
    assert last() == []


def test_nobody_acts_for_somebody_who_did_not_ask_them_to(api, last):
    answer = api.do("registerStation", NORTH, onBehalfOf=str(uuid4()))
    problem(answer, "FORBIDDEN", "Forbidden")
    assert last() == []


def test_what_took_effect_earlier_needs_a_reason(api, last):
    early = {"effectiveAt": "2026-03-01T00:00:00Z"}
    problem(api.do("registerStation", NORTH, **early), "INVALID", "AUD-1")
    problem(api.do("registerStation", NORTH, **early, reason="  "), "INVALID", "AUD-1")
    future = {"effectiveAt": "2027-03-01T00:00:00Z", "reason": "planned"}
    problem(api.do("registerStation", NORTH, **future), "INVALID", "AUD-1")
    assert last() == []
    assert api.do("registerStation", NORTH, **early, reason="told late")["position"] == "1"


@pytest.mark.parametrize("reason", ["x" * 2001, "a\x00b"])
def test_a_reason_has_its_bounds(api, last, reason):
    answer = api.do("registerStation", NORTH, reason=reason)
    assert problem(answer, "INVALID", "InvalidInput")[1] == ["reason"]
    assert last() == []


def test_a_policy_is_published_by_its_content_in_json(api):
    content = {"policy": "tolerance", "amount": {"amount": "5", "currency": "CNY"}, "percent": "1"}
    assert api.do("publishPolicy", {"content": content})["__typename"] == "Receipt"
    wrong = api.do("publishPolicy", {"content": content | {"policy": "mercy"}})
    problem(wrong, "INVALID", "InvalidInput")


def test_personal_data_is_sent_in_the_clear_and_never_kept_so(api):
    clerk = api.as_(Role.STATION_MANAGER, station=STATION)
    receipt = clerk.do("registerCustomer", {"customerId": str(CUSTOMER), "name": "Wang Fang"})
    assert receipt["__typename"] == "Receipt"
    events = "{ events { edges { node { ... on CustomerRegistered { name phone } } } } }"
    auditor = api.as_(Role.AUDITOR)
    [shown] = auditor.ask(events)["events"]["edges"]
    assert shown["node"] == {"name": "Wang Fang", "phone": None}
    log = api.program.log
    assert "Wang" not in repr(log.after(Position(0), 10))


def test_commands_of_one_request_are_carried_out_one_after_the_other(api):
    mutation = """mutation ($a: UUID!, $b: UUID!, $s: UUID!) {
      first: registerStation(commandId: $a, input: {stationId: $s, name: "A"}) { __typename }
      second: renameStation(commandId: $b, input: {stationId: $s, name: "B"}) {
        ... on Receipt { position }
      }
    }"""
    given = {"a": str(uuid4()), "b": str(uuid4()), "s": str(STATION)}
    assert api.ask(mutation, **given) == {
        "first": {"__typename": "Receipt"},
        "second": {"position": "2"},
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("claims(openSince: {})", "1.5"),
        ("claims(openSince: {})", "true"),
        ("claims(openSince: {})", '"NaN"'),
        ("claims(openSince: {})", '"1e999999999"'),
        ("claims(openSince: {})", '"1e-999999999"'),
        ("claims(openSince: {})", '"much"'),
        ("claims(openedAtSince: {})", '"2026-03-06T12:00:00"'),
        ("claims(openedAtSince: {})", '"0001-01-01T00:00:00Z"'),
        ("claims(openedAtSince: {})", '"9999-12-31T23:59:59-10:00"'),
        ("claims(openedAtSince: {})", '"noon"'),
        ("claims(openedAtSince: {})", "7"),
        ("claims(submitBySince: {})", '"2026-02-30"'),
        ("claims(asOf: {})", '"1234567890123456789"'),
        ("claims(minPosition: {})", '"-1"'),
        ("claims(minPosition: {})", '"٣"'),
        ("claims(manufacturerId: {})", '"x"'),
        ("claims(first: {})", "3000000000"),
    ],
)
def test_a_value_is_what_its_type_says_or_refused(still, field, value):
    query = "{" + field.format(value) + "{ totalCount } }"
    assert still.as_(Role.AUDITOR).post(query).status_code == 422


@pytest.mark.parametrize("amount", ['"1.50"', "2", '"-0"', '"1e3"', '"123456789012345678.123456"'])
def test_decimals_are_exact(still, amount):
    query = "{ claims(openSince: " + amount + ") { totalCount } }"
    assert still.as_(Role.AUDITOR).ask(query) == {"claims": {"totalCount": 0}}


def test_what_goes_wrong_inside_is_not_told_outside(api, monkeypatch, capsys):
    secret = "Wang Fang, +86 10 5555 0101"

    def broken(*_):
        raise RuntimeError(secret)

    monkeypatch.setattr("api.context.handle_soon", broken)
    answer = api.post(
        """mutation ($id: UUID!, $s: UUID!, $name: String!) {
          registerStation(commandId: $id, input: {stationId: $s, name: $name}) { __typename }
        }""",
        id=str(uuid4()),
        s=str(STATION),
        name=secret,
    )
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["correlationId"] in error["message"]
    logged = capsys.readouterr()
    assert error["extensions"]["correlationId"] in logged.out + logged.err
    assert "Wang" not in answer.text + logged.out + logged.err


def test_a_position_that_does_not_come_is_not_waited_for_for_ever(api):
    api.program.reader.PATIENCE = 0.05
    [error] = api.post(STATIONS, after="99").json()["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("first: 0", "between 1 and 100"),
        ("last: 0", "between 1 and 100"),
        ("first: 101", "between 1 and 100"),
        ("first: 1, last: 1", "either the first or the last"),
        ('before: "W10="', "either the first or the last"),
        ('after: "W10="', "cursor"),
        ('after: "e30="', "cursor"),
        ('after: "%"', "cursor"),
        ('name: "a\\u0000b"', "U+0000"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(still, arguments, message):
    for given in (arguments, arguments + ', minPosition: "0"'):
        [error] = still.post("{ stations(" + given + ") { edges { cursor } } }").json()["errors"]
        assert message in error["message"]
        assert error["path"] == ["stations"]
        assert error["extensions"] == {"code": "INVALID"}
