"""Process logs in XES (IEEE 1849), from strangers: no entities, no network, bounded, and streamed.

The file is read twice by the same parser. The first reading builds nothing: it stops at a document
type, and at whatever is not well-formed, before anything of the file is used. The second holds one
trace at a time. Elements nested deeper than 256 levels, and text longer than 10 MB, are refused by
the parser itself.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from lxml import etree

PIECE: Final = 256 * 1024  # bytes read at a time
LARGEST: Final = 16 * 2**30  # bytes, unpacked
LARGEST_TRACE: Final = 64 * 2**20  # bytes from the end of one trace to that of the next
GZIP: Final = b"\x1f\x8b"
STRICT: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "no_network": True,
    "huge_tree": False,
    "recover": False,
    "remove_comments": True,
    "remove_pis": True,
}

Attributes = Mapping[str, str]
"""Values by key, as text. Lists, containers, and what is said of attributes, are left out."""

Progress = Callable[[int], object]
"""Is told of so many bytes more that were read, unpacked."""


class LogUnreadable(Exception):
    """The file is no log that can be read. The message says why, and where."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One case: what is said of it, and its events in the order of the log."""

    attributes: Attributes
    events: list[Attributes]


def check(file: Path) -> int:
    """How many bytes the log has, unpacked. Raises LogUnreadable, naming the line."""
    size = 0
    with opened(file) as source, explained():
        parser: Any = etree.XMLParser(target=Watch(), **STRICT)  # type: ignore[call-overload]
        for piece in pieces(source):
            parser.feed(piece)
            size += len(piece)
        parser.close()
    return size


class Watch:
    """Sees a document pass, and stops it at what no log has."""

    def doctype(self, *_: str | None) -> None:
        raise LogUnreadable("It declares a document type (DTD). Logs have none.")

    def close(self) -> None:
        return None


def traces(file: Path, progress: Progress) -> Iterator[Trace]:
    """The traces of a log, one after the other. Raises LogUnreadable."""
    with opened(file) as source, explained():
        parser: Any = etree.XMLPullParser(events=("end",), tag="{*}trace", **STRICT)
        unfinished = 0
        for piece in pieces(source):
            parser.feed(piece)
            unfinished += len(piece)
            for _, element in parser.read_events():
                yield trace(element)
                forget(element)
                unfinished = 0
            if unfinished > LARGEST_TRACE:
                raise LogUnreadable(f"A trace has more than {LARGEST_TRACE // 2**20} MB.")
            progress(len(piece))
        refuse_other_than_log(parser.close())


def trace(element: etree._Element) -> Trace:
    """Raises LogUnreadable if it stands in something else than a log."""
    refuse_other_than_log(element.getparent())
    event = str(element.tag).removesuffix("trace") + "event"
    return Trace(attributes(element), [attributes(each) for each in element.iterchildren(event)])


def attributes(element: etree._Element) -> Attributes:
    return {
        key: value
        for each in element
        if (key := each.get("key")) is not None and (value := each.get("value")) is not None
    }


def forget(element: etree._Element) -> None:
    """What was read, and all that stood before it, takes no memory any more."""
    log = element.getparent()
    assert log is not None
    element.clear()
    while log[0] is not element:
        del log[0]


def refuse_other_than_log(element: etree._Element | None) -> None:
    if element is None or etree.QName(element).localname != "log":
        found = "a trace by itself" if element is None else f"<{etree.QName(element).localname}>"
        raise LogUnreadable(f"It is no log in XES: its first element is {found}, not <log>.")


# ── the file ────────────────────────────────────────────────────────────────


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """Its content, unpacked if it is packed, whatever it is called."""
    with file.open("rb") as raw:
        packed = raw.read(len(GZIP)) == GZIP
        raw.seek(0)
        if packed:
            with gzip.open(raw) as unpacked:
                yield cast(BinaryIO, unpacked)
        else:
            yield raw


def pieces(source: BinaryIO) -> Iterator[bytes]:
    size = 0
    while piece := source.read(PIECE):
        size += len(piece)
        if size > LARGEST:
            raise LogUnreadable(f"It has more than {LARGEST // 2**30} GB when unpacked.")
        yield piece


@contextmanager
def explained() -> Iterator[None]:
    """What the parser and gzip complain of, as LogUnreadable."""
    try:
        yield
    except etree.XMLSyntaxError as error:
        raise LogUnreadable(f"It is not well-formed XML: {error.msg or 'it is empty'}.") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise LogUnreadable(f"It does not unpack: {error}.") from error
