"""Compares our rules with the published validation; asked for `lists`, takes its codes over."""

from __future__ import annotations

import sys
from collections import Counter

from rich.console import Console
from rich.table import Table

from domain.credits.en16931.findings import RULES
from tests.official import code_lists
from tests.official.comparing import Comparison, compared, mutations, real_documents
from tests.official.validation import Validation, fatal_ids, version

MUTATIONS = 3000


def main() -> None:
    if sys.argv[1:] == ["lists"]:
        code_lists.write()
        return
    console, seeds, validation = Console(), real_documents(), Validation()
    compared(seeds.values(), validation)  # what a processor does once is not measured
    console.print(f"Validation of EN 16931, version {version()}")
    unknown = sorted(fatal_ids() - {rule.id for rule in RULES})
    console.print(f"Rules of it that are not looked for: {', '.join(unknown) or 'none'}")
    show(console, "as published", compared(seeds.values(), validation))
    for seed in map(int, sys.argv[1:] or ["1"]):
        changed = mutations(seeds, MUTATIONS, seed)
        show(console, f"changed at random, {seed}", compared(changed, validation))


def show(console: Console, name: str, found: Comparison) -> None:
    judged = max(found.documents - found.not_judged, 1)
    console.print(
        f"{name}: {found.documents} documents, {found.not_judged} not judged, "
        f"{found.equal} of {judged} with the same rules; "
        f"ours {1000 * found.seconds_ours / found.documents:.1f} ms each, "
        f"official {1000 * found.seconds_official / judged:.1f} ms"
    )
    table = Table("rule", "only ours", "only official")
    rules = Counter(found.only_ours) + Counter(found.only_official)
    for rule, _ in rules.most_common():
        table.add_row(
            rule, *(str(side[rule] or "") for side in (found.only_ours, found.only_official))
        )
    if rules:
        console.print(table)


if __name__ == "__main__":
    main()
