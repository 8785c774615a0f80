"""Writes what we promise to clients: `python -m api.publish`, then review the difference."""

from __future__ import annotations

from api.schema import PUBLISHED, schema_of
from projections.catalogue import VIEWS


def main() -> None:
    PUBLISHED.write_text(f"{schema_of(VIEWS).as_str()}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
