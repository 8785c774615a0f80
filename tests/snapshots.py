"""What we promise to others, as files: `make snapshots` writes them anew, for you to review."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from api.schema import PUBLISHED, schema_of
from application.aggregates import EVENT_TYPES
from projections.catalogue import VIEWS
from recourse import manual
from tests import rules

ROOT: Final = Path(__file__).parent.parent


def graphql() -> str:
    return f"{schema_of(VIEWS).as_str()}\n"


def events() -> str:
    """Every event on disk: its stable name, its version, and the JSON it is kept as."""
    catalogue = {
        name: {"schema_version": event.schema_version, "facts": event.model_json_schema()}
        for name, event in sorted(EVENT_TYPES.items())
    }
    return json.dumps(catalogue, indent=1, sort_keys=True) + "\n"


PROMISES: Final[Mapping[Path, Callable[[], str]]] = {
    PUBLISHED: graphql,
    ROOT / "docs" / "events.json": events,
    ROOT / "docs" / "command-line.md": manual.command_line,
    ROOT / "docs" / "settings.md": manual.settings,
    ROOT / "docs" / "views.md": manual.views,
    ROOT / "docs" / "access.md": manual.access,
    ROOT / "docs" / "policies.md": manual.policies,
    ROOT / "docs" / "rules-on-credit-notes.md": manual.rules,
    ROOT / "docs" / "rules.md": rules.page,
}


def main() -> None:
    for path, promised in PROMISES.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(promised(), encoding="utf-8")


if __name__ == "__main__":
    main()
