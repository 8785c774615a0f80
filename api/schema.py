"""The GraphQL schema. What can be asked comes from the views, what can be done from the domain."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import create_type

from api.commands import mutations
from api.context import read
from api.events import EventTypes, all_types
from api.figures import figures_of
from api.operations import dead_letters, refused_reactions, try_reactions_again
from api.personal_reads import personal_reads
from api.scalars import SCALARS
from api.types import Types
from api.views import ViewTypes
from projections.catalogue import VIEWS, Views
from projections.figures.catalogue import STATEMENTS

PUBLISHED: Final = Path(__file__).with_name("schema.graphql")
"""What clients rely on: a test compares it, so that a breaking change is made on purpose."""


@cache
def schema() -> strawberry.Schema:
    """Of all that there is. It takes seconds to make, and knows nothing of who asks."""
    return schema_of(VIEWS)


def schema_of(views: Views) -> strawberry.Schema:
    types = Types()
    events = EventTypes(types)
    declared = ViewTypes(types, views, events)
    named = [figures_of(types, views, statement) for statement in STATEMENTS.values()]
    roots = [*declared.roots(), *named, events.root()]
    roots += [dead_letters(types), refused_reactions(types), personal_reads(types)]
    return strawberry.Schema(
        create_type("Query", roots),
        create_type("Mutation", [*mutations(types), try_reactions_again(types)]),
        types=list(all_types(events.made)),
        config=StrawberryConfig(scalar_map=SCALARS, default_resolver=read),
    )


def core(schema: strawberry.Schema) -> GraphQLSchema:
    """The schema as graphql-core knows it. Strawberry keeps it to itself, so its version is
    pinned exactly."""
    return schema._schema
