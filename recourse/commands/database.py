"""The database itself: bring it to this release, copy it, fill one from a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from application.migrating import migrate as apply_migrations
from recourse import backup as copies
from recourse.bootstrap import master_key, owners_database, utc_now
from recourse.commands.options import AsJson
from recourse.output import console, print_facts, print_json
from recourse.settings import Settings

Copy = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The backup, one file.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace FILE if it is there.")]


def migrate(as_json: AsJson = False) -> None:
    """Bring the database to the state that this release needs.

    The embedded database is migrated by itself; one of your own by this command, with
    OWNER_DATABASE_URL set to a login that may work as recourse_owner (the first time: that may
    create roles and schemas).
    """
    with owners_database(Settings.from_env()) as database:
        applied = apply_migrations(database)
    if as_json:
        print_json({"applied": applied})
    elif applied:
        console.print(f"Applied {', '.join(applied)}.")
    else:
        console.print("Nothing to do: the database is as this release needs it.")


def backup(file: Copy, overwrite: Overwrite = False, as_json: AsJson = False) -> None:
    """Write everything that is known and kept into one file. The program may go on meanwhile.

    The master key is not in it, and without that key nobody can read the personal data and the
    files in it. Keep a copy of the key, in another place than the backups.
    """
    if file.exists() and not overwrite:
        raise typer.BadParameter(f"{file} is there already. Name another file, or --overwrite it.")
    settings = Settings.from_env()
    with owners_database(settings) as database:
        manifest = copies.back_up(database, file, master_key=master_key(settings), now=utc_now())
    if as_json:
        print_json(manifest.model_dump(mode="json"))
        return
    console.print(f"Wrote {file}: everything up to position {manifest.position}.", soft_wrap=True)
    console.print(
        f"It can be read with master key {manifest.master_key} only: {whereabouts(settings)}"
    )


def whereabouts(settings: Settings) -> str:
    if settings.master_key:
        return "the one in RECOURSE_MASTER_KEY."
    return f"the one in {settings.data_dir / 'master.key'}."


def restore(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The backup.")
    ],
    as_json: AsJson = False,
) -> None:
    """Fill an empty database from a backup. Afterwards `recourse replay` verifies the copy.

    Needs the master key that the backup was made under, and PostgreSQL's client programs of the
    server's version (the embedded database brings its own).
    """
    settings = Settings.from_env()
    with owners_database(settings) as database:
        manifest = copies.restore(database, file, master_key=master_key(settings))
    if as_json:
        print_json(manifest.model_dump(mode="json"))
        return
    print_facts(
        {
            "restored": f"everything up to position {manifest.position}",
            "made": f"{manifest.made_at:%Y-%m-%d %H:%M} UTC by recourse {manifest.program}",
            "next": "recourse replay",
        }
    )
