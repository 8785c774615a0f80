"""The policies: what is in force, what was, and publishing a version."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import orjson
import typer
from pydantic import TypeAdapter, ValidationError
from rich.syntax import Syntax

from application.handling import handle
from application.instruction import Instruction
from application.recorded import Channel
from domain.messages import Role
from domain.policies import Policy, PolicyPublished, PublishPolicy
from domain.policy_content import PolicyContent
from projections.reference import References
from recourse.asking import operator
from recourse.bootstrap import Program, built, utc_now
from recourse.commands.options import AsJson, AsOf, instant, moment
from recourse.exits import NotInOrder
from recourse.output import console, print_facts, print_json, print_table
from recourse.settings import Settings

CONTENT: TypeAdapter[Any] = TypeAdapter(PolicyContent)


def known(program: Program, as_of: str | None) -> tuple[list[Policy], datetime]:
    """Every policy as it was known at a moment, by id, and that moment."""
    at = moment(as_of) if as_of else utc_now()
    upto = at if isinstance(at, int) else program.log.position_at(at)
    references = References(program.log)
    references.read_up_to(upto)
    policies = references.at(upto).policies.values()
    when = at if isinstance(at, datetime) else utc_now()
    return sorted(policies, key=lambda policy: policy.latest.policy_id), when


def list_(as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Every policy, with the version in force and how many there are."""
    with built(Settings.from_env()) as program:
        policies, when = known(program, as_of)
    rows = [row(policy, policy.at(when)) for policy in policies]
    if as_json:
        print_json(rows)
    else:
        print_table(
            ["policy", "#in force", "from", "#versions", "to come"],
            [[shown_moment(v) for v in row.values()] for row in rows],
        )


def row(policy: Policy, current: PolicyPublished | None) -> dict[str, object]:
    coming = [v for v in policy.versions if current is None or v.version > current.version]
    return {
        "policy_id": policy.latest.policy_id,
        "version": current.version if current else None,
        "effective_from": current.effective_from if current else None,
        "versions": len(policy.versions),
        "next_from": coming[0].effective_from if coming else None,
    }


def shown_moment(value: object) -> object:
    return f"{value:%Y-%m-%d %H:%M} UTC" if isinstance(value, datetime) else value


def show(
    policy_id: Annotated[str, typer.Argument(metavar="POLICY", help="Its id, as `list` says it.")],
    version: Annotated[
        int | None, typer.Option(metavar="N", help="Which version; else the one in force.")
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """What a policy says, now, as of a moment, or in one of its versions."""
    with built(Settings.from_env()) as program:
        policies, when = known(program, as_of)
    policy = next((p for p in policies if p.latest.policy_id == policy_id), None)
    if policy is None:
        raise NotInOrder(
            f"There is no policy {policy_id!r}: `recourse policies list` shows those there are."
        )
    chosen = policy.at(when)
    if version is not None:
        chosen = next((v for v in policy.versions if v.version == version), None)
    if chosen is None:
        raise NotInOrder(f"{policy_id} has no such version.")
    if as_json:
        print_json(chosen.model_dump(mode="json"))
    else:
        print_facts({"policy": policy_id, "version": chosen.version, "from": chosen.effective_from})
        text = orjson.dumps(chosen.content.model_dump(mode="json"), option=orjson.OPT_INDENT_2)
        console.print(Syntax(text.decode(), "json", background_color="default"))


def publish(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="TOML or JSON.")
    ],
    effective_from: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME", help="From when it is in force; else at once."),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why it changes; kept with it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Publish a policy. What is in force changes from then on, and never for what was before.

    FILE holds the whole content of one policy, as `recourse policies show --json` prints it under
    `content`, in TOML or JSON.
    """
    since = instant(effective_from) if effective_from else None
    command = PublishPolicy(content=content(file), effective_from=since)
    instruction = Instruction(
        command=command,
        id=uuid4(),
        actor=operator(Role.ADMIN),
        now=utc_now(),
        channel=Channel.CLI,
        reason=reason,
    )
    with built(Settings.from_env()) as program:
        receipt = handle(program.log, instruction)
    if as_json:
        print_json({"policy_id": command.content.policy_id, "position": receipt.position})
    elif receipt.position:
        console.print(f"Published {command.content.policy_id}, at position {receipt.position}.")
    else:
        console.print(f"{command.content.policy_id} says so already: nothing changed.")


def content(file: Path) -> Any:
    """Raises typer.BadParameter, naming every place at fault."""
    try:
        read = orjson.loads if file.suffix == ".json" else tomllib.loads
        return CONTENT.validate_python(read(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        places = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise typer.BadParameter(f"{file} is no policy: {'; '.join(places)}") from None
    except ValueError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error}") from None
