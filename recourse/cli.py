"""The command line. It puts the commands together, and says what went wrong in words."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Final, NoReturn

import psycopg
import typer

from application.migrating import MigrationRefused
from domain.messages import Refusal, RefusalCode
from recourse.backup import BackupRefused
from recourse.bootstrap import NotMigrated
from recourse.embedded import EmbeddedServerFailed
from recourse.exits import Exit, NotInOrder
from recourse.output import complain
from recourse.settings import SettingsInvalid


@dataclass(frozen=True)
class Entry:
    """A command: its words, the function of `recourse.commands` that does it, and examples."""

    name: str
    does: str
    examples: tuple[str, ...]

    @property
    def first_word(self) -> str:
        return self.name.split()[0]


COMMANDS: Final = (
    Entry("serve", "serving.serve", ("recourse serve", "recourse serve --port 8080 --demo")),
    Entry("work", "serving.work", ("recourse work", "recourse work views --port 9100")),
    Entry("demo", "serving.demo", ("recourse demo",)),
    Entry(
        "intake credit-note",
        "intake.credit_note",
        (
            "recourse intake credit-note inbox/*.xml",
            "recourse intake credit-note --dry-run --json note.xml",
            "recourse intake credit-note --map docs/examples/hydraulik-nord.toml february.csv",
        ),
    ),
    Entry(
        "import log",
        "importing.import_log",
        (
            "recourse import log repairExample.xes.gz --map phone-repair",
            "recourse import log --dry-run --json history.xes --map ours.toml",
        ),
    ),
    Entry(
        "list",
        "lists.list_",
        (
            "recourse list refused_files --where settled=false",
            "recourse list claims --where openAbove=0 --order OPEN_DESC --as-of 2026-02-28",
            "recourse list allocations --columns credit_note.number,claim.number,amount",
            "recourse list part_orders --json",
        ),
    ),
    Entry("waiting", "lists.waiting", ("recourse waiting", "recourse waiting --json")),
    Entry(
        "give",
        "giving.give",
        (
            "recourse give ClosePeriod manufacturer_id=5f1e6a3c-7c5e-4f0e-8a55-9f6f1b0c2d77 "
            "currency=CNY month=2026-02-01",
            "recourse give MatchCreditNote --input match.json --reason 'as agreed by telephone'",
            "recourse give MatchCreditNote --describe",
        ),
    ),
    Entry("claims show", "claims.show", ("recourse claims show W-2603-001",)),
    Entry(
        "claims figures",
        "figures.claim_figures",
        ("recourse claims figures --month 2026-03", "recourse claims figures --json"),
    ),
    Entry(
        "contacts figures",
        "figures.contact_figures",
        (
            "recourse contacts figures --by month --month 2026-03",
            "recourse contacts figures --as-of 2026-03-06 --json",
        ),
    ),
    Entry(
        "credits proposals",
        "credits.proposals",
        ("recourse credits proposals", "recourse credits proposals --as-of 2026-03-06 --json"),
    ),
    Entry(
        "reconciliation",
        "reconciliation.reconciliation",
        (
            "recourse reconciliation 'Taishan Construction Machinery Co., Ltd.' --since 2026-02-01 "
            "--before 2026-03-01",
            "recourse reconciliation 'Taishan Construction Machinery Co., Ltd.' --since 2026-02-01 "
            "--before 2026-03-01 --as-of 2026-03-06 --json",
        ),
    ),
    Entry(
        "equipment warranty",
        "equipment.warranty",
        (
            "recourse equipment warranty TS24822",
            "recourse equipment warranty LY24548 --part battery --on 2026-12-01 --json",
        ),
    ),
    Entry(
        "history",
        "history.history",
        (
            "recourse history W-2603-001",
            "recourse history W-2603-001 --as-of 2026-03-06T12:00Z",
        ),
    ),
    Entry("replay", "views.replay", ("recourse replay", "recourse replay --as-of 2026-03-06")),
    Entry("rebuild", "views.rebuild", ("recourse rebuild claims", "recourse rebuild --all")),
    Entry("views status", "views.status", ("recourse views status",)),
    Entry(
        "views requeue",
        "views.requeue",
        ("recourse views requeue", "recourse views requeue claims"),
    ),
    Entry(
        "views skip",
        "views.skip",
        ("recourse views skip claims 4711 --reason 'entered by hand before the rules existed'",),
    ),
    Entry(
        "report process",
        "processes.process",
        (
            "recourse report process --json",
            "recourse report process --map ours.toml --variants 20 --as-of 2026-03-06",
        ),
    ),
    Entry(
        "reactions refused",
        "reactions.refused",
        ("recourse reactions refused", "recourse reactions refused --json"),
    ),
    Entry("reactions again", "reactions.again", ("recourse reactions again",)),
    Entry(
        "audit reads",
        "audit.reads",
        (
            "recourse audit reads --of 5f1e6a3c-7c5e-4f0e-8a55-9f6f1b0c2d77",
            "recourse audit reads --since 2026-03-06 --json",
        ),
    ),
    Entry("policies list", "policies.list_", ("recourse policies list --as-of 2026-03-06",)),
    Entry("policies show", "policies.show", ("recourse policies show tolerance",)),
    Entry(
        "policies publish",
        "policies.publish",
        ("recourse policies publish tolerance.toml --from 2026-04-01T00:00+08:00",),
    ),
    Entry(
        "sla cases",
        "sla.cases",
        ("recourse sla cases cases.json", "recourse sla cases cases.json --json"),
    ),
    Entry(
        "token",
        "token.token",
        ("recourse token --role finance", "recourse token --role auditor --hours 1"),
    ),
    Entry("migrate", "database.migrate", ("recourse migrate",)),
    Entry("backup", "database.backup", ("recourse backup recourse-2026-03-06.tar",)),
    Entry("restore", "database.restore", ("recourse restore recourse-2026-03-06.tar",)),
    Entry("doctor", "doctor.doctor", ("recourse doctor", "recourse doctor --json")),
)
GROUPS: Final = {
    "audit": "For auditors: who read what.",
    "intake": "Take in files.",
    "import": "Take over history from other systems.",
    "claims": "Warranty claims.",
    "contacts": "Calls, messages, and what came of them.",
    "credits": "Credit notes.",
    "equipment": "Registered machines and phones.",
    "reactions": "What the program does by itself, and could not do.",
    "views": "How far the views are, and what they could not take in.",
    "report": "Figures from our own events.",
    "sla": "Clocks: by when something is due, and why.",
    "policies": "The numbers and lists that the rules refer to, as data.",
}


def app(first_word: str | None = None) -> typer.Typer:
    """The commands that begin with a word, or all if none does.

    Only what these need is imported, so that making a token need not wait for a web server.
    """
    wanted = [entry for entry in COMMANDS if entry.first_word == first_word] or COMMANDS
    made = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback()(recourse)
    groups: dict[str, typer.Typer] = {}
    for entry in wanted:
        word = entry.first_word
        if word in GROUPS and word not in groups:
            groups[word] = typer.Typer(
                help=GROUPS[word], no_args_is_help=True, rich_markup_mode="markdown"
            )
            made.add_typer(groups[word], name=word)
        add(groups.get(word, made), entry)
    return made


def recourse() -> None:
    """The whole after-sales life of a product, as events."""


def add(group: typer.Typer, entry: Entry) -> None:
    module, _, function = entry.does.partition(".")
    does = getattr(import_module(f"recourse.commands.{module}"), function)
    group.command(entry.name.split()[-1], epilog="\n\n".join(["Examples:", *entry.examples]))(does)


def run(made: typer.Typer) -> None:
    """Run the command that was typed; whatever it raises becomes a sentence and an exit code."""
    try:
        made()
    except SettingsInvalid as error:
        leave(Exit.USAGE, "A setting cannot be used.", *str(error).splitlines())
    except (BackupRefused, MigrationRefused, NotInOrder) as error:
        leave(Exit.NOT_IN_ORDER, str(error))
    except Refusal as refusal:
        leave(code_of(refusal), str(refusal), *refusal.reasons)
    except (EmbeddedServerFailed, NotMigrated) as error:
        leave(Exit.UNAVAILABLE, str(error))
    except psycopg.OperationalError as error:
        leave(Exit.UNAVAILABLE, "The database cannot be reached.", str(error).strip())


def code_of(refusal: Refusal) -> Exit:
    unavailable = refusal.code is RefusalCode.UNAVAILABLE
    return Exit.UNAVAILABLE if unavailable else Exit.NOT_IN_ORDER


def leave(code: Exit, message: str, *details: str) -> NoReturn:
    complain(message, *details)
    sys.exit(code)
