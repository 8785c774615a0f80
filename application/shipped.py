"""The policies that ship with the program, and those a file brings, as the domain's own models."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

from pydantic import TypeAdapter, ValidationError

from domain.messages import Message, Refusal, RefusalCode
from domain.policies import AdoptShippedPolicy
from domain.policy_content import PolicyContent

SHIPPED: Final = ("defaults.toml", "public_holidays.toml", "deadlines.toml")
SINCE: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Shipped policies are in force as if always, so that what is imported finds them."""


class PolicyFile(Message):
    """A file of policies: each entry of `policies` is one."""

    policies: tuple[PolicyContent, ...]


class InvalidPolicyFile(Refusal):
    """The file does not say what policies say."""

    code = RefusalCode.INVALID


def read(text: str) -> tuple[PolicyContent, ...]:
    """The policies of a TOML file. Raises InvalidPolicyFile with every fault and its place."""
    try:
        return TypeAdapter(PolicyFile).validate_python(tomllib.loads(text)).policies
    except tomllib.TOMLDecodeError as fault:
        raise InvalidPolicyFile(f"The file is no TOML: {fault}.") from fault
    except ValidationError as invalid:
        faults = tuple(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in invalid.errors()
        )
        raise InvalidPolicyFile(reasons=faults) from invalid


def contents() -> tuple[PolicyContent, ...]:
    """Every policy that ships with the program."""
    texts = (files("domain").joinpath(name).read_text(encoding="utf-8") for name in SHIPPED)
    return tuple(policy for text in texts for policy in read(text))


def adoptions() -> tuple[AdoptShippedPolicy, ...]:
    """The commands that put each of them into force, where there is none yet."""
    return tuple(AdoptShippedPolicy(content=policy, effective_from=SINCE) for policy in contents())
