"""What clients rely on changes only on purpose: run `python -m api.publish`, then review."""

import pytest
from graphql import build_schema
from graphql.utilities import find_breaking_changes

from api.schema import PUBLISHED, core, schema_of
from api.types import NameClash, Types
from application.aggregates import AGGREGATE_OF, EVENT_TYPES
from domain.money import Money
from projections.catalogue import VIEWS


@pytest.fixture(scope="module")
def schema():
    return schema_of(VIEWS)


def test_the_schema_is_the_published_one(schema):
    published = PUBLISHED.read_text(encoding="utf-8")
    breaking = find_breaking_changes(build_schema(published), core(schema))
    assert [change.description for change in breaking] == []
    assert f"{schema.as_str()}\n" == published


@pytest.mark.parametrize("command", AGGREGATE_OF, ids=lambda command: command.__name__)
def test_every_command_can_be_given(schema, command):
    mutation = core(schema).mutation_type.fields[
        f"{command.__name__[0].lower()}{command.__name__[1:]}"
    ]
    assert str(mutation.args["input"].type) == f"{command.__name__}!"
    assert str(mutation.args["commandId"].type) == "UUID!"
    assert {"effectiveAt", "reason", "onBehalfOf"} < mutation.args.keys()
    assert str(mutation.type) == "Outcome!"


@pytest.mark.parametrize("event", EVENT_TYPES.values(), ids=lambda event: event.type_name())
def test_every_event_has_a_type_with_all_its_facts(schema, event):
    fields = core(schema).get_type(event.__name__).fields
    envelope = core(schema).get_type("DomainEvent").fields
    assert envelope.keys() <= fields.keys()
    assert len(fields) == len(envelope) + len(event.model_fields)


@pytest.mark.parametrize("view", VIEWS.values(), ids=lambda view: view.name)
def test_every_view_has_a_list_a_lookup_and_a_history(schema, view):
    query, row = core(schema).query_type.fields, core(schema).get_type(view.row.__name__)
    lists = [name for name, field in query.items() if str(field.type) == f"{row}Connection!"]
    lookups = [name for name, field in query.items() if str(field.type) == str(row)]
    assert len(lists) == len(lookups) == 1
    assert "effectiveAt" in query[lookups[0]].args
    assert str(row.fields["history"].type) == "EventConnection!"
    assert [str(interface) for interface in row.interfaces] == ["Node"]


def test_no_name_means_two_things():
    types = Types()
    types.model(Money)
    types.model(Money)
    with pytest.raises(NameClash):
        types.make("Money", [])


def test_two_schemas_of_the_same_views_are_the_same(schema):
    assert schema_of(VIEWS).as_str() == schema.as_str()
