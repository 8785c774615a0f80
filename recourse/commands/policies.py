"""The policies: what is in force, what was, and publishing a version."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import orjson
import typer
from rich.syntax import Syntax

from application import shipped
from application.handling import handle
from application.instruction import Instruction
from application.log import Receipt
from application.recorded import Channel
from domain.messages import Role
from domain.policies import Policy, PolicyPublished, PublishPolicy
from projections.reference import References
from recourse.bootstrap import Program, built, utc_now
from recourse.commands.options import AsJson, AsOf, instant, moment, text_of
from recourse.exits import NotInOrder
from recourse.operator import operator
from recourse.output import console, print_facts, print_json, print_table
from recourse.settings import Settings


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
            ["=policy", "#in force", "=from", "#versions", "=to come"],
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
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="Policies, in TOML.")
    ],
    effective_from: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME", help="From when it is in force; else at once."),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why it changes; kept with it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Publish policies. What is in force changes from then on, and never for what was before.

    FILE is TOML: each `[[policies]]` is the whole content of one policy, as `recourse policies
    show` prints it.
    """
    since = instant(effective_from) if effective_from else None
    commands = [PublishPolicy(content=c, effective_from=since) for c in shipped.read(text_of(file))]
    with built(Settings.from_env()) as program:
        positions = {
            command.content.policy_id: give(program, command, reason).position
            for command in commands
        }
    if as_json:
        print_json([{"policy_id": id, "position": at or None} for id, at in positions.items()])
        return
    for id, at in positions.items():
        said = f"Published {id}, at position {at}." if at else f"{id} says so already."
        console.print(said)


def give(program: Program, command: PublishPolicy, reason: str | None) -> Receipt:
    instruction = Instruction(
        command=command,
        id=uuid4(),
        actor=operator(Role.ADMIN),
        now=utc_now(),
        channel=Channel.CLI,
        reason=reason,
    )
    return handle(program.log, instruction)
