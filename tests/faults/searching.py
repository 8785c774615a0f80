"""Looks for texts in everything a database keeps: its tables, and the files of its directory."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from application.database import Database


def forms(text: str) -> Iterator[bytes]:
    """The text as it might stand in a file: in several codings, in hexadecimal, in base64."""
    escaped = text.encode("unicode_escape")
    for plain in {text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), escaped}:
        yield plain
        yield plain.hex().encode()
        yield plain.hex().upper().encode()
        for shift in range(3):  # base64 depends on where the text begins, and on what follows
            encoded = b64encode(bytes(shift) + plain)
            yield encoded[shift and shift + 1 : (shift + len(plain)) * 8 // 6]


def found_in(content: bytes, texts: tuple[str, ...]) -> set[str]:
    return {text for text in texts if any(form in content for form in forms(text))}


def found_in_files(directory: Path, texts: tuple[str, ...]) -> dict[str, set[str]]:
    """Which texts are in which files, those of PostgreSQL's own log and WAL included."""
    files = [file for file in directory.rglob("*") if file.is_file()]
    assert any("pg_wal" in file.parts for file in files)
    assert any(file.name == "server.log" for file in files)
    found = {str(file): found_in(file.read_bytes(), texts) for file in files}
    return {file: texts for file, texts in found.items() if texts}


def found_in_tables(database: Database, texts: tuple[str, ...]) -> dict[str, set[str]]:
    """Which texts are in which tables of which schemas, the catalogues included."""
    with psycopg.connect(database.conninfo(), autocommit=True) as connection:
        tables = connection.execute(
            """
            SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname <> 'pg_toast'
            """
        ).fetchall()
        assert ("recourse", "events") in tables
        assert ("recourse_views", "customers") in tables
        found = {}
        for schema, table in tables:
            query = sql.SQL("COPY (SELECT t::text FROM {} t) TO STDOUT")
            with connection.cursor().copy(query.format(sql.Identifier(schema, table))) as copy:
                content = b"".join(map(bytes, copy)).replace(b"\\\\", b"\\")
            found[f"{schema}.{table}"] = found_in(content, texts)
    return {table: texts for table, texts in found.items() if texts}
