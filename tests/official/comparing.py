"""What we find and what the published validation finds, in the same documents."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import perf_counter

from application.intake import documents
from application.intake.faults import Unreadable
from domain.credits.document import Root
from domain.credits.en16931.findings import ADVICE
from tests.official.mutations import mutated
from tests.official.validation import CannotJudge, Validation

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "creditnotes"
FOLDERS = ("ubl", "cii", "invalid", "boundary", "fragments", "counterpart")


@dataclass
class Comparison:
    """`only_ours` and `only_official` count rules; an example of each is kept."""

    documents: int = 0
    equal: int = 0
    not_judged: int = 0
    seconds_ours: float = 0.0
    seconds_official: float = 0.0
    only_ours: Counter[str] = field(default_factory=Counter)
    only_official: Counter[str] = field(default_factory=Counter)
    examples: dict[str, bytes] = field(default_factory=dict)


def real_documents() -> dict[str, bytes]:
    """Published documents, and ours; those of a syntax that the validation judges."""
    files = [file for folder in FOLDERS for file in sorted((PUBLISHED / folder).glob("*.xml"))]
    files += sorted((Path(__file__).parents[1] / "intake" / "fixtures").glob("*.xml"))
    contents = {file.name: file.read_bytes() for file in files}
    return {name: content for name, content in contents.items() if readable(content)}


def readable(content: bytes) -> bool:
    try:
        reading = documents.read(content)
    except Unreadable:
        return False
    return reading.document.root is not Root.SELF_BILLED_CREDIT_NOTE  # it is not judged


def mutations(seeds: dict[str, bytes], count: int, seed: int) -> Iterator[bytes]:
    random = Random(seed)
    names = sorted(seeds)
    for _ in range(count):
        yield mutated(seeds[random.choice(names)], random)


def compared(contents: Iterable[bytes], validation: Validation) -> Comparison:
    result = Comparison()
    for content in contents:
        compare(content, validation, result)
    return result


def compare(content: bytes, validation: Validation, result: Comparison) -> None:
    result.documents += 1
    began = perf_counter()
    try:
        ours = {finding.rule for finding in documents.read(content).findings or ()} - ADVICE
    except Unreadable:
        ours = set()
    result.seconds_ours += perf_counter() - began
    began = perf_counter()
    try:
        with silence():
            official = validation.broken(content)
    except CannotJudge:
        result.not_judged += 1
        return
    result.seconds_official += perf_counter() - began
    note(result, content, comparable(ours, content), comparable(official, content))


def comparable(rules: Iterable[str], content: bytes) -> set[str]:
    """The rules of the standard; those on lists of codes are not named in Factur-X."""
    in_cii = b"CrossIndustryInvoice" in content
    return {r for r in rules if r.startswith("BR-") and not (in_cii and r.startswith("BR-CL-"))}


def note(result: Comparison, content: bytes, ours: set[str], official: set[str]) -> None:
    result.equal += ours == official
    result.only_ours.update(ours - official)
    result.only_official.update(official - ours)
    for rule in ours ^ official:
        result.examples.setdefault(rule, content)


@contextmanager
def silence() -> Iterator[None]:
    """The processor tells on standard error, from below Python, what it breaks off at."""
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
