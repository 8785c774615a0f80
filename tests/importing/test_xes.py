"""Logs are read trace by trace, in whatever way tools write XES, and strangers' tricks fail."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from application.importing.xes import LARGEST_TRACE, LogUnreadable, Trace, check, traces
from tests.importing.logs import NAMESPACE, repairs, written, xes

TOLD = repairs(3)
HEAD = f'<log xmlns="{NAMESPACE}">'
EVENT = '<event><string key="concept:name" value="Register"/></event>'


def file_of(content: str | bytes, directory: Path) -> Path:
    file = directory / "log.xes"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def read(file: Path) -> list[Trace]:
    check(file)
    return list(traces(file, lambda _: None))


def test_a_log_is_read_packed_or_not_and_the_progress_adds_up_to_its_size(tmp_path):
    packed, plain = written(TOLD, tmp_path), file_of(xes(TOLD), tmp_path)
    assert read(packed) == read(plain)
    pieces: list[int] = []
    assert len(list(traces(packed, pieces.append))) == len(TOLD)
    assert sum(pieces) == check(packed) == len(xes(TOLD).encode())


@pytest.mark.parametrize("namespace", ["", "http://www.xes-standard.org", "urn:another"])
def test_the_namespace_is_whatever_a_tool_thought_right(tmp_path, namespace):
    read_of_it = read(file_of(xes(TOLD, namespace), tmp_path))
    assert read_of_it == read(file_of(xes(TOLD), tmp_path))
    assert [each.attributes["concept:name"] for each in read_of_it] == list(TOLD)
    assert [len(each.events) for each in read_of_it] == [len(said) for said in TOLD.values()]


def test_every_kind_of_attribute_is_text_and_what_has_no_value_is_left_out(tmp_path):
    [trace] = read(
        file_of(
            f"""{HEAD}<trace><int key="cost" value="3"/><!-- a remark -->
            <event><boolean key="fixed" value="true"><string key="inner" value="x"/></boolean>
              <float key="hours" value="1.5"/><id key="id" value="7"/><list key="many">
              <values><string key="one" value="1"/></values></list><string value="no key"/>
            </event></trace></log>""",
            tmp_path,
        )
    )
    assert trace == Trace({"cost": "3"}, [{"fixed": "true", "hours": "1.5", "id": "7"}])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "not well-formed"),
        (f"{HEAD}<trace>", "not well-formed"),
        (f"{HEAD}<trace>{EVENT}</trase></log>", "line 1"),
        ('<!DOCTYPE log [<!ENTITY a "b">]><log/>', "document type"),
        ('<!DOCTYPE log SYSTEM "http://127.0.0.1:9/x.dtd"><log/>', "document type"),
        (f"<logs><trace>{EVENT}</trace></logs>", "first element is <logs>"),
        (f"<trace>{EVENT}</trace>", "a trace by itself"),
        ("<Invoice/>", "first element is <Invoice>"),
        (f"{HEAD}<trace>{'<a>' * 300}{'</a>' * 300}</trace></log>", "depth"),
        (gzip.compress(xes(TOLD).encode())[:-20], "does not unpack"),
        (b"\x1f\x8bnothing of the kind", "does not unpack"),
    ],
)
def test_what_is_no_log_is_refused_and_says_why(tmp_path, content, why):
    with pytest.raises(LogUnreadable, match=why):
        read(file_of(content, tmp_path))


def test_a_trace_without_end_does_not_fill_the_memory(tmp_path):
    file = tmp_path / "bomb.xes.gz"
    with gzip.open(file, "wb", 1) as packed:
        packed.write(f"{HEAD}<trace>".encode())
        for _ in range(LARGEST_TRACE // 2**20 + 1):
            packed.write(b"<!--" + b"x" * 2**20 + b"-->")
        packed.write(b"</trace></log>")
    with pytest.raises(LogUnreadable, match="more than 64 MB"):
        read(file)
