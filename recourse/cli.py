"""The command line. It puts the commands together, and says what went wrong in words."""

from __future__ import annotations

import sys
from collections.abc import Callable

import psycopg
import typer

from api.tokens import DevelopmentIssuerRefused
from application.migrating import MigrationRefused
from domain.messages import Refusal, RefusalCode
from recourse.asking import Unanswered
from recourse.backup import BackupRefused
from recourse.bootstrap import NotMigrated
from recourse.commands import (
    claims,
    database,
    doctor,
    history,
    intake,
    policies,
    serving,
    token,
    views,
)
from recourse.embedded import EmbeddedServerFailed
from recourse.exits import Exit, NotInOrder
from recourse.output import complain
from recourse.settings import SettingsInvalid

REFUSALS = (BackupRefused, DevelopmentIssuerRefused, MigrationRefused, NotInOrder, Unanswered)
"""What says by its message why it was not done."""

app = typer.Typer(
    help="The whole after-sales life of a product, as events.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def command(group: typer.Typer, name: str, does: Callable[..., None], *examples: str) -> None:
    """A command, with examples at the end of its help."""
    group.command(name, epilog="\n\n".join(["Examples:", *examples]))(does)


def group(name: str, about: str) -> typer.Typer:
    """Commands that share their first word."""
    made = typer.Typer(help=about, no_args_is_help=True, rich_markup_mode="markdown")
    app.add_typer(made, name=name)
    return made


command(app, "serve", serving.serve, "recourse serve", "recourse serve --port 8080 --demo")
command(app, "demo", serving.demo, "recourse demo")
of_intake = group("intake", "Take in files.")
command(
    of_intake,
    "credit-note",
    intake.credit_note,
    "recourse intake credit-note inbox/*.xml",
    "recourse intake credit-note --dry-run --json note.xml",
)
of_claims = group("claims", "Warranty claims.")
command(
    of_claims,
    "list",
    claims.list_,
    "recourse claims list --status accepted",
    "recourse claims list --as-of 2026-03-06",
)
command(of_claims, "show", claims.show, "recourse claims show W-2603-001")
command(
    app,
    "history",
    history.history,
    "recourse history W-2603-001",
    "recourse history W-2603-001 --as-of 2026-03-06T12:00Z",
)
command(
    app,
    "rebuild",
    views.rebuild,
    "recourse rebuild claims",
    "recourse rebuild --all",
)
command(
    app,
    "replay",
    views.replay,
    "recourse replay",
    "recourse replay --as-of 2026-03-06",
)
of_views = group("views", "How far the views are, and what they could not take in.")
command(of_views, "status", views.status, "recourse views status")
command(
    of_views, "requeue", views.requeue, "recourse views requeue", "recourse views requeue claims"
)
of_policies = group("policies", "The numbers and lists that the rules refer to, as data.")
command(of_policies, "list", policies.list_, "recourse policies list --as-of 2026-03-06")
command(of_policies, "show", policies.show, "recourse policies show tolerance")
command(
    of_policies,
    "publish",
    policies.publish,
    "recourse policies publish tolerance.toml --from 2026-04-01T00:00+08:00",
)
command(app, "migrate", database.migrate, "recourse migrate")
command(app, "backup", database.backup, "recourse backup recourse-2026-03-06.tar")
command(app, "restore", database.restore, "recourse restore recourse-2026-03-06.tar")
command(
    app,
    "token",
    token.token,
    "recourse token --role finance",
    "recourse token --role auditor --hours 1",
)
command(app, "doctor", doctor.doctor, "recourse doctor", "recourse doctor --json")


def main() -> None:
    """Run the command that was typed; whatever it raises becomes a sentence and an exit code."""
    try:
        app()
    except SettingsInvalid as error:
        leave(Exit.USAGE, "A setting cannot be used.", *str(error).splitlines())
    except (
        BackupRefused,
        DevelopmentIssuerRefused,
        MigrationRefused,
        NotInOrder,
        Unanswered,
    ) as error:
        leave(Exit.NOT_IN_ORDER, str(error))
    except Refusal as refusal:
        unavailable = refusal.code is RefusalCode.UNAVAILABLE
        leave(
            Exit.UNAVAILABLE if unavailable else Exit.NOT_IN_ORDER, str(refusal), *refusal.reasons
        )
    except (EmbeddedServerFailed, NotMigrated) as error:
        leave(Exit.UNAVAILABLE, str(error))
    except psycopg.OperationalError as error:
        leave(Exit.UNAVAILABLE, "The database cannot be reached.", str(error).strip())


def leave(code: Exit, message: str, *details: str) -> None:
    complain(message, *details)
    sys.exit(code)
