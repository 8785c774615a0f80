"""The tables of a view, derived from its row type: `<view>` is, `<view>_past` was."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, Final, NamedTuple

from psycopg import Connection, Cursor
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format
from psycopg.sql import SQL, Composable, Composed, Identifier

from application.recorded import Position
from projections.columns import Shape, shapes
from projections.copying import Copies, Filling, Written
from projections.folding import Version
from projections.view import Row, View, made

TEXT: Final = SQL("text")
COPY: Final = SQL("COPY {} FROM STDIN (FORMAT BINARY)")
COPY_FROZEN: Final = SQL("COPY {} FROM STDIN (FORMAT BINARY, FREEZE)")


class Content(NamedTuple):
    """What a view holds: how many versions of rows, and a hash of them all, in whatever order."""

    versions: int
    digest: int


class Tables:
    """`suffix` names a second pair, filled beside the first while a view is rebuilt."""

    def __init__(self, view: View[Any, Any], suffix: str = "") -> None:
        self.view = view
        self.name = view.name + suffix
        self.names = [self.name, f"{view.name}_past{suffix}"]
        self.current, self.past = map(Identifier, self.names)

    @cached_property
    def columns(self) -> Mapping[str, Shape]:
        """In the order of the tables. PostgreSQL finds a column by going over all that stand before
        it, which is quick past those of one width that are never null, and long past JSON."""
        by_name = shapes(self.view.row).items()
        return dict(sorted(by_name, key=lambda column: (column[1].width, column[1].nullable)))

    @cached_property
    def column_list(self) -> Composed:
        return SQL(", ").join(map(Identifier, self.columns))

    @cached_property
    def key(self) -> Identifier:
        return Identifier(self.view.key_column)

    # ── what they look like ─────────────────────────────────────────────────

    @cached_property
    def definition(self) -> Sequence[Composed]:
        columns = SQL(", ").join(column(name, shape) for name, shape in self.columns.items())
        current = SQL("CREATE TABLE {} (from_position bigint NOT NULL, {})")
        past = SQL(
            "CREATE TABLE {} (from_position bigint NOT NULL, to_position bigint NOT NULL, {})"
        )
        return current.format(self.current, columns), past.format(self.past, columns)

    @cached_property
    def by_key(self) -> Composed:
        return SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(self.current, self.key)

    @cached_property
    def indexes(self) -> Sequence[Composed]:
        """Left unnamed: PostgreSQL finds free names, also while two pairs stand side by side.

        They end in positions, so that of a row's many versions the one looked for is found in the
        index, and the others need not be fetched to be passed over.
        """
        by_time = SQL("ALTER TABLE {} ADD PRIMARY KEY ({}, from_position)")
        now = SQL("CREATE INDEX ON {} ({}, {}, from_position)")
        then = SQL("CREATE INDEX ON {} ({}, {}, to_position, from_position)")
        searched = [Identifier(name) for name in self.searched]
        return (
            by_time.format(self.past, self.key),
            SQL("CREATE INDEX ON {} (from_position)").format(self.current),
            SQL("CREATE INDEX ON {} (to_position)").format(self.past),
            *(now.format(self.current, column, self.key) for column in searched),
            *(then.format(self.past, column, self.key) for column in searched),
        )

    @property
    def searched(self) -> list[str]:
        view = self.view
        filters = [f.column for f in view.filters if f.indexed]
        names = [*filters, *view.orders, *view.owners.values()]
        return [name for name in dict.fromkeys(names) if name != view.key_column]

    # ── making them, and making away with them ──────────────────────────────

    def create(self, cursor: Cursor[Any]) -> None:
        for table in self.definition:
            cursor.execute(table)

    def drop(self, cursor: Cursor[Any]) -> None:
        cursor.execute(SQL("DROP TABLE IF EXISTS {}, {}").format(self.current, self.past))

    def truncate(self, cursor: Cursor[Any]) -> None:
        cursor.execute(SQL("TRUNCATE {}, {}").format(self.current, self.past))

    def rename(self, cursor: Cursor[Any], to: Tables) -> None:
        """If they are there. Readers lock the current rows before the past ones; so does this, or
        they would meet."""
        for name, new_name in zip(self.names, to.names, strict=True):
            rename = SQL("ALTER TABLE IF EXISTS {} RENAME TO {}")
            cursor.execute(rename.format(Identifier(name), Identifier(new_name)))

    def add_key(self, cursor: Cursor[Any]) -> None:
        """The index by key, unless it is there."""
        query = "SELECT FROM pg_index WHERE indrelid = %s::regclass AND indisprimary"
        if not cursor.execute(query, [self.current.as_string()]).rowcount:
            cursor.execute(self.by_key)

    def analyze(self, cursor: Cursor[Any]) -> None:
        for analysis in self.analyses.values():
            cursor.execute(analysis)

    @cached_property
    def analyses(self) -> Mapping[str, Composed]:
        """For each table, how PostgreSQL learns what it plans by: how large it is, and what is in
        the columns that rows are looked for by. To learn of all columns takes ten times as long,
        and is left to what it does by itself."""
        wanted = [self.view.key_column, *self.searched, *(f.column for f in self.view.filters)]
        columns = SQL(", ").join(map(Identifier, dict.fromkeys(wanted)))
        current = SQL("ANALYZE (SKIP_LOCKED) {} (from_position, {})")
        past = SQL("ANALYZE (SKIP_LOCKED) {} (from_position, to_position, {})")
        analyses = current.format(self.current, columns), past.format(self.past, columns)
        return dict(zip(self.names, analyses, strict=True))

    def content(self, cursor: Cursor[Any], upto: Position) -> Content:
        """What they hold as of a position, whatever came later."""
        query = SQL(
            "SELECT count(*), coalesce(sum(hash_record_extended(version, 0)), 0) FROM ("
            " SELECT from_position, NULL::bigint AS until, {0} FROM {1}"
            " WHERE from_position <= %(upto)s UNION ALL"
            " SELECT from_position, CASE WHEN to_position <= %(upto)s THEN to_position END, {0}"
            " FROM {2} WHERE from_position <= %(upto)s) AS version"
        ).format(self.column_list, self.current, self.past)
        versions, digest = cursor.execute(query, {"upto": upto}).fetchone() or (0, 0)
        return Content(versions, int(digest))

    # ── reading and writing them, always many rows at a time ────────────────

    def take(self, cursor: Cursor[Any], keys: Iterable[Hashable]) -> dict[Hashable, Version]:
        """Take the rows with these keys out of those there are now. Whoever does so puts back what
        becomes of them."""
        query = SQL("DELETE FROM {} WHERE {} = ANY(%b::{}[]) RETURNING from_position, {}").format(
            self.current, self.key, self.columns[self.view.key_column].sql, self.column_list
        )
        cursor.execute(query, [list(keys)])
        versions = (Version(since, self.row(values)) for since, *values in cursor)
        return {getattr(version.row, self.view.key_column): version for version in versions}

    @cached_property
    def decoders(self) -> Sequence[tuple[int, Any]]:
        shapes = enumerate(self.columns.values())
        return [(place, shape.decode) for place, shape in shapes if shape.decode]

    def row(self, values: Iterable[Any]) -> Row:
        """The row that was saved as these values; they were checked when it was folded."""
        values = list(values)
        for place, decode in self.decoders:
            if values[place] is not None:
                values[place] = decode(values[place])
        found: Row = made(self.view.row, dict(zip(self.columns, values, strict=True)))
        return found

    def filling(self, copies: Copies, *, freeze: bool = False) -> Filling:
        """`freeze` rows that need never be looked at again, in tables new to the transaction."""
        copy = COPY_FROZEN if freeze else COPY
        into = (copy.format(table).as_bytes() for table in (self.current, self.past))
        return Filling(copies, Written(copies.connection, self.columns), *into)


def column(name: str, shape: Shape) -> Composed:
    """Text sorts by bytes, everywhere alike, so that cursors and indexes agree."""
    collation: Composable = SQL(' COLLATE "C"') if shape.sql == TEXT else SQL("")
    return SQL("{} {}{}").format(Identifier(name), shape.sql, collation)


class JsonLoader(Loader):
    """JSON as it comes, without the byte for its version: a column knows how to read its own."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)[1:]


def take_json_as_bytes(connection: Connection[Any]) -> None:
    """So that the engine reads it once, and not twice."""
    connection.adapters.register_loader("jsonb", JsonLoader)


@cache
def tables_of(view: View[Any, Any]) -> Tables:
    """The tables that readers look into."""
    return Tables(view)
