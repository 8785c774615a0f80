"""Factur-X and ZUGFeRD: a PDF with the credit note in it, as XML (CRN-1).

Nothing of the PDF is shown or run: its attachments are looked up by name, and the one that holds
the note is unpacked, up to the size an XML file may have.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Any, Final

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from application.intake.faults import Fault, Unreadable
from application.intake.xml import LARGEST

NAMES: Final = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml")
MOST_ENTRIES: Final = 1000  # of attachments, and of branches in their tree

# The library raises whatever a broken file leads it to.
BROKEN: Final = (
    PyPdfError,
    zlib.error,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    MemoryError,
)


def is_one(content: bytes) -> bool:
    return b"%PDF-" in content[:1024]


def embedded(content: bytes) -> bytes:
    """The XML in it. Raises Unreadable, also if there is none or it is no sound PDF."""
    try:
        found = attachments(content)
    except BROKEN as error:
        raise Unreadable([Fault(f"The PDF is damaged: {type(error).__name__}.")]) from error
    if not found:
        names = ", ".join(NAMES[:3])
        raise Unreadable([Fault(f"The PDF holds no credit note: it has none of {names} in it.")])
    return found


def attachments(content: bytes) -> bytes | None:
    """The first attachment that bears one of the names, in their order."""
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        raise Unreadable([Fault("The PDF is encrypted. Ask its issuer for one that is not.")])
    files = dict(named_files(resolved(reader.trailer["/Root"])))
    for name in NAMES:
        if name in files:
            return unpacked(files[name])
    return None


def named_files(catalogue: DictionaryObject) -> Iterator[tuple[str, StreamObject]]:
    """The attached files by name, from the catalogue's list and from its tree of names."""
    specifications = [*listed(catalogue), *in_tree(catalogue)]
    for specification in specifications[:MOST_ENTRIES]:
        files = resolved(specification.get("/EF"))
        file = resolved((files or {}).get("/UF") or (files or {}).get("/F"))
        name = specification.get("/UF") or specification.get("/F")
        if isinstance(file, StreamObject) and name:
            yield str(name).rpartition("/")[2].casefold(), file


def listed(catalogue: DictionaryObject) -> Iterator[DictionaryObject]:
    associated = resolved(catalogue.get("/AF"))
    for entry in associated if isinstance(associated, ArrayObject) else ():
        if isinstance(specification := resolved(entry), DictionaryObject):
            yield specification


def in_tree(catalogue: DictionaryObject) -> Iterator[DictionaryObject]:
    names = resolved(catalogue.get("/Names")) or {}
    branches, seen = [resolved(names.get("/EmbeddedFiles"))], 0
    while branches and seen < MOST_ENTRIES:
        branch, seen = branches.pop(), seen + 1
        if not isinstance(branch, DictionaryObject):
            continue
        branches += map(resolved, resolved(branch.get("/Kids")) or ())
        pairs = resolved(branch.get("/Names")) or ()
        for entry in map(resolved, pairs[1::2]):
            if isinstance(entry, DictionaryObject):
                yield entry


def resolved(value: Any) -> Any:
    """What a reference in the PDF refers to."""
    return value.get_object() if hasattr(value, "get_object") else value


def unpacked(file: StreamObject) -> bytes:
    """What the attachment contains; the library itself limits how far it unpacks."""
    data = file.get_data()
    if len(data) > LARGEST:
        raise Unreadable([Fault(f"What the PDF holds is larger than {LARGEST // 2**20} MB.")])
    return data
