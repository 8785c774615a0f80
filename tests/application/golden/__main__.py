"""Adds the golden events that are missing."""

from __future__ import annotations

from application.aggregates import EVENT_TYPES
from application.encoding import encoded
from tests.application.golden.files import DIRECTORY, file_name
from tests.application.samples import samples


def main() -> None:
    for event_type in EVENT_TYPES.values():
        for name, event in samples(event_type):
            file = DIRECTORY / file_name(event_type.type_name(), event_type.schema_version, name)
            if not file.exists():
                file.write_bytes(encoded(event))
                print(f"{file.name} added")


main()
