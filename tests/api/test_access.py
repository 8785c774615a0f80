"""Every list, object, count, relation, history, id and event, tried as every role and as strangers.

What somebody should see is worked out here from the rows that a fold of the log gives, and from
the tables below. A view that is added later is tried as it declares itself, until the table of
owners names it too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from application.recorded import Position
from domain.messages import Role
from projections.catalogue import VIEWS
from projections.columns import shapes
from projections.reference import References
from projections.view import Many, One
from tests.api import world
from tests.api.asking import Asking, identity, worded
from tests.api.oracle import Past
from tests.stories import CUSTOMER, DEALER, STATION

OWNERS = {
    "allocations": {},
    "claims": {"station": "station_id", "dealer": "dealer_id", "customer": "customer_id"},
    "commercial_claims": {
        "station": "station_id",
        "dealer": "dealer_id",
        "customer": "customer_id",
    },
    "contacts": {"station": "station_id", "dealer": "dealer_id", "customer": "customer_id"},
    "credit_notes": {},
    "customers": {"station": "station_id", "customer": "customer_id"},
    "dealer_credits": {"dealer": "dealer_id"},
    "dealers": {"station": "station_id", "dealer": "dealer_id"},
    "equipment": {"station": "station_id", "dealer": "dealer_id", "customer": "customer_id"},
    "exchanges": {
        "station": "station_id",
        "dealer": "dealer_id",
        "customer": "customer_id",
    },
    "field_orders": {"station": "station_id", "customer": "customer_id"},
    "freight_accounts": {},
    "inquiry_periods": {},
    "itineraries": {"station": "station_id"},
    "manufacturers": {},
    "part_orders": {"station": "station_id"},
    "people": {"station": "station_id"},
    "policies": {},
    "repair_orders": {
        "station": "station_id",
        "dealer": "dealer_id",
        "customer": "customer_id",
    },
    "routines": {},
    "standard_answers": {},
    "stations": {},
    "transfers": {"dealer": "from_dealer_id"},
    "work_requests": {},
}
"""Whose the rows are. Those without owners are seen by whoever may read the view at all."""

READS = {
    "claims:read": set(Role),
    "claims:internal": set(Role) - {Role.DEALER, Role.CUSTOMER},
    "equipment:read": set(Role),
    "repairs:read": set(Role),
    "contacts:read": set(Role),
    "requests:read": set(Role) - {Role.DEALER, Role.CUSTOMER},
    "dealers:read": set(Role) - {Role.CUSTOMER},
    "registry:read": set(Role) - {Role.DEALER, Role.CUSTOMER},
    "credits:read": {
        Role.FINANCE,
        Role.CLAIMS_SPECIALIST,
        Role.CLAIMS_MANAGER,
        Role.SERVICE_DIRECTOR,
        Role.COMMERCE_DEPT,
        Role.GENERAL_MANAGER,
        Role.GM_ASSISTANT,
        Role.AUDITOR,
        Role.ADMIN,
        Role.SYSTEM,
    },
}
"""Who may read what, where it is not for a few."""

AT_STATIONS = {
    Role.SERVICE_AGENT,
    Role.SERVICE_SUPERVISOR,
    Role.STATION_MANAGER,
    Role.ENGINEER,
    Role.WORKSHOP_LEAD,
    Role.QUALITY_INSPECTOR,
    Role.STOREKEEPER,
}
KIND_OF = {
    **dict.fromkeys(AT_STATIONS, "station"),
    Role.DEALER: "dealer",
    Role.CUSTOMER: "customer",
}
HERE = {"station": STATION, "dealer": DEALER, "customer": CUSTOMER}
THERE = {
    "station": world.OTHER_STATION,
    "dealer": world.OTHER_DEALER,
    "customer": world.OTHER_CUSTOMER,
}
NOWHERE = dict.fromkeys(HERE, UUID(int=0xBAD))


@dataclass(frozen=True)
class Somebody:
    """A role, bound to one place, to another, to none that exists, or not bound at all."""

    role: Role
    where: str
    place: dict[str, UUID]

    def asks(self, api: Asking) -> Asking:
        return as_identity(api, self.role, **self.place)

    def sees(self, view: Any, row: Any) -> bool:
        kind = KIND_OF.get(self.role)
        owners = OWNERS.get(view.name, view.owners)
        if kind is None or not owners or self.at_headquarters:
            return True
        bound = kind in owners and kind in self.place
        return bound and getattr(row, owners[kind]) == self.place[kind]

    @property
    def at_headquarters(self) -> bool:
        """A supervisor without a station is one of headquarters; an engineer without is nobody."""
        return self.role is Role.SERVICE_SUPERVISOR and not self.place


def as_identity(api: Asking, *roles: Role, **owned: UUID) -> Asking:
    return Asking(api.program, api.client, api.issuer, identity(*roles, **owned))


EVERYBODY = [
    Somebody(role, where, place)
    for role in Role
    for where, place in (("here", HERE), ("there", THERE), ("nowhere", NOWHERE), ("unbound", {}))
    if role in KIND_OF or where == "here"
]


@pytest.fixture(scope="module")
def past(lived: Asking) -> Past:
    log = lived.program.log
    return Past(VIEWS, References(log).along(log.after(Position(0), 10_000)))


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def list_of(view: Any) -> str:
    return camel(f"{view.name}_list" if view.name == lookup_of(view).lower() else view.name)


def lookup_of(view: Any) -> str:
    return view.row.__name__[0].lower() + view.row.__name__[1:]


def key_argument(view: Any) -> str:
    return "UUID" if shapes(view.row)[view.key_column].type is UUID else "String"


def forbidden(answer: Any) -> bool:
    body = answer.json()
    return "data" not in body and body["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def may_read(somebody: Somebody, view: Any, api: Asking) -> bool:
    """As the table has it; for scopes of a few, as the answer says: then a test of its own."""
    if view.scope in READS:
        return somebody.role in READS[view.scope]
    return not forbidden(somebody.asks(api).post(f"{{ {list_of(view)} {{ __typename }} }}"))


everybody = pytest.mark.parametrize("somebody", EVERYBODY, ids=lambda s: f"{s.role}-{s.where}")
every_view = pytest.mark.parametrize("view", VIEWS.values(), ids=lambda view: view.name)


@every_view
def test_the_declared_owners_are_those_of_the_table(view: Any) -> None:
    if view.name in OWNERS:
        assert dict(view.owners) == OWNERS[view.name]


LIST = """query ($half: Moment) {
  now: <list> { totalCount edges { node { key: <key> } } }
  half: <list>(asOf: $half) { totalCount edges { node { key: <key> } } }
  first: <list>(asOf: "1") { totalCount edges { node { key: <key> } } }
}"""


@every_view
@everybody
def test_a_list_and_its_count_show_what_is_theirs_now_and_then(
    lived: Asking, past: Past, somebody: Somebody, view: Any
) -> None:
    query = worded(LIST, list=list_of(view), key=camel(view.key_column))
    asking, half = somebody.asks(lived), len(past.records) // 2
    if not may_read(somebody, view, lived):
        assert forbidden(asking.post(query))
        return
    answer = asking.ask(query, half=str(half))
    for name, position in (("now", None), ("half", half), ("first", 1)):
        rows = past.snapshots[past.position(position)][view.name].items()
        theirs = sorted(str(key) for key, row in rows if somebody.sees(view, row))
        assert sorted(edge["node"]["key"] for edge in answer[name]["edges"]) == theirs
        assert answer[name]["totalCount"] == len(theirs)


OBJECT = """query ($key: <type>!, $at: DateTime) {
  found: <lookup>(<key>: $key) { id }
  told: <lookup>(<key>: $key) { id history(first: 1) { edges { cursor } } }
  inFact: <lookup>(<key>: $key, effectiveAt: $at) { id }
}"""
NODE = "query ($id: ID!) { node(id: $id) { id } }"
TOLD_NODE = (
    "query ($id: ID!) { node(id: $id) { id ... on <row> { history { edges { cursor } } } } }"
)


@every_view
@everybody
def test_an_object_its_history_and_its_id_are_there_or_are_not_for_all_ways_of_asking(
    lived: Asking, past: Past, somebody: Somebody, view: Any
) -> None:
    asking, key_name = somebody.asks(lived), camel(view.key_column)
    query = worded(OBJECT, type=key_argument(view), lookup=lookup_of(view), key=key_name)
    told_node = worded(TOLD_NODE, row=view.row.__name__)
    readable = may_read(somebody, view, lived)
    now = past.records[-1].recorded_at.isoformat()
    for key, row in sample(past.snapshots[-1][view.name], somebody, view):
        id, seen = node_id(view, key), readable and somebody.sees(view, row)
        shown = {"id": id} if seen else None
        assert asking.ask(NODE, id=id) == {"node": shown}
        answer = asking.post(query, key=str(key), at=now)
        if not readable:
            assert forbidden(answer)
            assert forbidden(asking.post(told_node, id=id))
            continue
        found = answer.json()["data"]
        told = found.pop("told")
        assert found == {"found": shown, "inFact": shown}
        assert bool(told) is seen and (not seen or told["history"]["edges"])
        node = asking.ask(told_node, id=id)["node"]
        assert bool(node) is seen and (not seen or node["history"]["edges"])


def sample(rows: Any, somebody: Somebody, view: Any) -> list[Any]:
    """Some that are theirs, and some that are not."""
    theirs = [item for item in rows.items() if somebody.sees(view, item[1])]
    others = [item for item in rows.items() if not somebody.sees(view, item[1])]
    return theirs[:2] + others[:2]


def node_id(view: Any, key: Any) -> str:
    from base64 import b64encode

    return b64encode(f"{view.row.__name__}:{key}".encode()).decode()


ROWS = 40  # at most in the world; of more, all relations at once would be too much to ask
RELATED = "{ rows: <list>(first: <rows>) { edges { node { own: <key> <extra> <relations> } } } }"


@every_view
@everybody
def test_a_relation_leads_to_what_is_theirs(
    lived: Asking, past: Past, somebody: Somebody, view: Any
) -> None:
    if not may_read(somebody, view, lived):
        return
    asking, rows, relations = somebody.asks(lived), past.snapshots[-1], view.relations
    assert len(rows[view.name]) <= ROWS
    theirs = [n for n, r in relations.items() if may_read(somebody, VIEWS[r.view], lived)]
    for extra in ("", "history(first: 1) { edges { cursor } }"):  # planned, and executed
        for name in relations.keys() - set(theirs):
            assert forbidden(asking.post(along(view, [name], extra)))
        if not theirs:
            continue
        for edge in asking.ask(along(view, theirs, extra))["rows"]["edges"]:
            row = rows[view.name][key_of(view, edge["node"]["own"])]
            for name in theirs:
                relation = relations[name]
                other, many = VIEWS[relation.view], isinstance(relation, Many)
                expected = related(somebody, view, row, relation, other, rows[other.name])
                found = shown(edge["node"][camel(name)], many)
                assert (name, found) == (name, expected if many else expected[:1])


def along(view: Any, names: Iterable[str], extra: str) -> str:
    """A query of all rows, and of where these relations lead from each."""
    relations = " ".join(f"{camel(name)} {{ {below(view.relations[name])} }}" for name in names)
    words = {"list": list_of(view), "rows": str(ROWS), "key": camel(view.key_column)}
    return worded(RELATED, **words, extra=extra, relations=relations)


def below(relation: Any) -> str:
    key = camel(VIEWS[relation.view].key_column)
    many = f"totalCount edges {{ node {{ key: {key} }} }}"
    return many if isinstance(relation, Many) else f"key: {key}"


def key_of(view: Any, told: str) -> Any:
    return shapes(view.row)[view.key_column].type(told)


def shown(answer: Any, many: bool) -> list[str]:
    if not many:
        return [answer["key"]] if answer else []
    keys = sorted(edge["node"]["key"] for edge in answer["edges"])
    assert answer["totalCount"] == len(keys)
    return keys


def related(
    somebody: Somebody, view: Any, row: Any, relation: Any, other: Any, rows: Any
) -> list[str]:
    if isinstance(relation, One):
        found = [(key, r) for key, r in rows.items() if key == getattr(row, relation.via)]
    else:
        own = getattr(row, view.key_column)
        found = [(key, r) for key, r in rows.items() if getattr(r, relation.via) == own]
    return sorted(str(key) for key, r in found if somebody.sees(other, r))


# ── what is for a few ───────────────────────────────────────────────────────


@everybody
def test_only_auditors_read_the_whole_log(lived: Asking, somebody: Somebody) -> None:
    answer = somebody.asks(lived).post("{ events(first: 1) { edges { node { position } } } }")
    assert forbidden(answer) is (somebody.role is not Role.AUDITOR)


@everybody
def test_what_the_views_could_not_take_in_is_for_those_who_look_after_them(
    lived: Asking, somebody: Somebody
) -> None:
    answer = somebody.asks(lived).post("{ deadLetters { edges { cursor } } }")
    looks_after = somebody.role in (Role.AUDITOR, Role.ADMIN, Role.SYSTEM)
    assert forbidden(answer) is not looks_after


@everybody
def test_what_reactions_were_refused_is_for_those_who_look_after_them(
    lived: Asking, somebody: Somebody
) -> None:
    asks = somebody.asks(lived)
    looks_after = somebody.role in (Role.AUDITOR, Role.ADMIN, Role.SYSTEM)
    assert forbidden(asks.post("{ refusedReactions { edges { cursor } } }")) is not looks_after
    mends = somebody.role in (Role.ADMIN, Role.SYSTEM)
    assert forbidden(asks.post("mutation { tryReactionsAgain { done } }")) is not mends


@pytest.mark.parametrize("more", ["", "history(first: 1) { edges { cursor } }"])
@pytest.mark.parametrize(
    ("role", "clear"), [(Role.CLAIMS_MANAGER, True), (Role.ADMIN, False), (Role.AUDITOR, True)]
)
def test_personal_data_is_in_the_clear_for_some_and_null_for_the_rest(
    lived: Asking, role: Role, clear: bool, more: str
) -> None:
    query = f"{{ customers {{ edges {{ node {{ customerId name erased {more} }} }} }} }}"
    nodes = [e["node"] for e in lived.as_(role).ask(query)["customers"]["edges"]]
    names = {node["customerId"]: node["name"] for node in nodes}
    assert len(names) == 3
    assert names[str(world.ERASED_CUSTOMER)] is None
    assert (names[str(world.OTHER_CUSTOMER)] == 'Li "Lee" Wei \\ ü') is clear
    assert [node["erased"] for node in nodes] == [False, False, True]


@pytest.mark.parametrize(("role", "clear"), [(Role.AUDITOR, True), (Role.ADMIN, False)])
def test_personal_facts_of_events_are_masked_alike(lived: Asking, role: Role, clear: bool) -> None:
    query = """query ($id: UUID!) { customer(customerId: $id) { history(first: 1) { edges {
        node { ... on CustomerRegistered { customerId name } } } } } }"""
    answer = lived.as_(role).ask(query, id=str(world.OTHER_CUSTOMER))
    [edge] = answer["customer"]["history"]["edges"]
    assert edge["node"]["customerId"] == str(world.OTHER_CUSTOMER)
    assert (edge["node"]["name"] is not None) is clear


def test_what_is_mentioned_in_a_fragment_or_skipped_needs_its_scope_too(lived: Asking) -> None:
    dealer = lived.as_(Role.DEALER, dealer=DEALER)
    for query in (
        "{ ...F } fragment F on Query { stations { totalCount } }",
        "{ stations @skip(if: true) { totalCount } }",
        "{ claims { edges { node { station { __typename } } } } }",
        '{ node(id: "x") { ... on Station { name } } }',
        "{ __typename } query Other { stations { totalCount } }",
    ):
        name = {"operationName": "Other"} if "Other" in query else {}
        body = {
            "query": query.replace("{ __typename } query", "query A { __typename } query"),
            **name,
        }
        answer = lived.client.post("/graphql", json=body, headers=dealer.headers)
        assert answer.status_code == 403 and forbidden(answer)
