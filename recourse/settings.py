"""What the program is told from outside: environment variables, read once, checked at once."""

from __future__ import annotations

import os
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretBytes, ValidationError

from recourse import embedded

MASTER_KEY_BYTES = 32


class SettingsInvalid(Exception):
    """An environment variable has a value that cannot be used."""


def key_bytes(text: object) -> bytes:
    try:
        key = b64decode(str(text), validate=True)
    except NotBase64 as error:
        raise ValueError("it must be base64") from error
    if len(key) != MASTER_KEY_BYTES:
        raise ValueError(f"it must be {MASTER_KEY_BYTES} bytes in base64, not {len(key)}")
    return key


class Settings(BaseModel):
    """Each field is one environment variable: its alias."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    database_url: str | None = Field(
        None,
        alias="DATABASE_URL",
        description="Your own PostgreSQL (15 to 18), as the role that serves. "
        "Without it the program starts its own.",
    )
    owner_database_url: str | None = Field(
        None,
        alias="OWNER_DATABASE_URL",
        description="The same database, as a login that may work as `recourse_owner`: for "
        "`recourse migrate`, `backup` and `restore`. Without it they use `DATABASE_URL`.",
    )
    data_dir: Path = Field(
        default_factory=embedded.default_directory,
        alias="RECOURSE_DATA_DIR",
        description="Where the embedded database, the files and the keys live. "
        "By default the operating system's place for a user's data "
        "(`/var/lib/recourse` for root).",
    )
    port: int = Field(
        8000, alias="PORT", ge=0, le=65535, description="Where `recourse serve` listens."
    )
    statement_timeout: float = Field(
        15.0,
        alias="RECOURSE_STATEMENT_TIMEOUT",
        gt=0,
        description="After how many seconds a question is given up.",
    )
    ready_lag: float = Field(
        30.0,
        alias="RECOURSE_READY_LAG",
        ge=0,
        description="By how many seconds the views may be behind the log before `/readyz` says "
        "that this process is not ready.",
    )
    master_key: Annotated[SecretBytes, BeforeValidator(key_bytes)] | None = Field(
        None,
        alias="RECOURSE_MASTER_KEY",
        description="32 bytes in base64, under which the keys of personal data are kept. "
        "Without it, `master.key` in the data directory, made on first use.",
    )

    oidc_issuer: str | None = Field(
        None,
        alias="RECOURSE_OIDC_ISSUER",
        description="The OpenID issuer whose tokens are believed, as an https address. "
        "Without it the program hands out tokens itself (`recourse token`), on loopback only.",
    )
    oidc_audience: str = Field(
        "recourse",
        alias="RECOURSE_OIDC_AUDIENCE",
        description="For whom that issuer's tokens must be meant.",
    )

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Raises SettingsInvalid, naming every variable at fault. An empty one counts as unset."""
        env = os.environ if env is None else env
        names = {str(field.alias) for field in cls.model_fields.values()}
        given = {name: env[name] for name in names if env.get(name)}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise SettingsInvalid("\n".join(map(complaint, error.errors()))) from None

    @property
    def embedded(self) -> bool:
        return self.database_url is None


def complaint(error: Any) -> str:
    return f"{error['loc'][0]}: {error['msg'].removeprefix('Value error, ')}"
