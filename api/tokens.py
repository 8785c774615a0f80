"""Bearer tokens: who says who somebody is, and whether to believe it (design §9).

In development the program says so itself, on loopback only. Elsewhere an OpenID issuer does.
"""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.request import urlopen
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.messages import Role

AUDIENCE: Final = "recourse"
DEVELOPMENT: Final = "recourse-development"
ALGORITHMS: Final = ["ES256", "RS256"]
LEEWAY: Final = 30  # seconds by which clocks may differ
LIFETIME: Final = timedelta(hours=12)
FETCH_TIMEOUT: Final = 5.0  # seconds
REMEMBERED: Final = 1_000  # tokens whose signature need not be checked again
LARGEST_ANSWER: Final = 1_000_000  # bytes of an issuer's configuration


class Unauthenticated(Exception):
    """The token is missing, wrong, expired, or for somebody else."""


class DevelopmentIssuerRefused(Exception):
    """The development issuer hands out any role, so it runs on loopback only, and alone."""


class Identity(BaseModel):
    """What a token says about its bearer. `sub` is the person's id."""

    model_config = ConfigDict(frozen=True)

    sub: UUID
    roles: frozenset[Role] = Field(min_length=1)
    station: UUID | None = None
    dealer: UUID | None = None
    customer: UUID | None = None


class Believed(NamedTuple):
    """A token whose signature was right, and between which seconds nothing else need be checked."""

    claims: dict[str, Any]
    identity: Identity
    since: float
    until: float


class Verifier:
    """Believes tokens of one issuer, signed with one of its keys.

    `keys` is asked with True to look for new keys, when a token names one it does not know.
    """

    def __init__(
        self,
        issuer: str,
        keys: Callable[[bool], KeySet],
        clock: Callable[[], datetime],
        audience: str = AUDIENCE,
    ) -> None:
        self.keys = keys
        self.clock = clock
        self.remembered: dict[str, Believed] = {}
        self.demands: dict[str, Any] = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": audience},
            "exp": {"essential": True},
            "sub": {"essential": True},
        }

    def identity(self, token: str) -> Identity:
        """Who bears the token. Raises Unauthenticated if it is not to be believed."""
        now, known = int(self.clock().timestamp()), self.remembered.get(token)
        if known and known.since <= now < known.until:
            return known.identity
        try:
            claims = known.claims if known else self.claims(token)
            believed = self.believed(claims, now)
        except (JoseError, ValidationError, ValueError) as error:
            raise Unauthenticated from error
        self.remember(token, believed)
        return believed.identity

    def believed(self, claims: dict[str, Any], now: int) -> Believed:
        """What is right now stays so until the token expires: all else that it may say of time is
        from when on it counts."""
        registry = jwt.JWTClaimsRegistry(now=now, leeway=LEEWAY, **self.demands)
        registry.validate(claims)
        return Believed(claims, Identity.model_validate(claims), now, claims["exp"] + LEEWAY)

    def remembers(self, token: str) -> bool:
        """Whether its signature was checked before."""
        return token in self.remembered

    def remember(self, token: str, believed: Believed) -> None:
        if len(self.remembered) >= REMEMBERED:
            self.remembered.clear()
        self.remembered[token] = believed

    def claims(self, token: str) -> dict[str, Any]:
        """What the token says, if one of the issuer's keys signed it."""
        try:
            return jwt.decode(token, self.keys(False), algorithms=ALGORITHMS).claims
        except (JoseError, ValueError):
            return jwt.decode(token, self.keys(True), algorithms=ALGORITHMS).claims


# ── in development ──────────────────────────────────────────────────────────


@dataclass(frozen=True)
class DevelopmentIssuer:
    """Hands out tokens for any role, signed with a key of this machine."""

    key: ECKey
    clock: Callable[[], datetime]

    @classmethod
    def on(
        cls, directory: Path, host: str, clock: Callable[[], datetime], real_issuer: str | None
    ) -> DevelopmentIssuer:
        """Raises DevelopmentIssuerRefused off loopback, or beside a real issuer."""
        if real_issuer:
            raise DevelopmentIssuerRefused(
                f"{real_issuer} says who people are; the development issuer must not do so too."
            )
        if not is_loopback(host):
            raise DevelopmentIssuerRefused(
                f"The development issuer would let anybody at {host} take any role. "
                "Listen on 127.0.0.1, or name an OpenID issuer in RECOURSE_OIDC_ISSUER."
            )
        return cls(kept_key(directory / "token.key"), clock)

    def issue(self, identity: Identity, lifetime: timedelta = LIFETIME) -> str:
        """A token that is believed until its lifetime is over."""
        now = int(self.clock().timestamp())
        claims = identity.model_dump(mode="json", exclude_none=True) | {
            "roles": sorted(identity.roles),
            "iss": DEVELOPMENT,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
        }
        return jwt.encode({"alg": "ES256"}, claims, self.key)

    def verifier(self) -> Verifier:
        keys = KeySet([self.key])
        return Verifier(DEVELOPMENT, lambda _: keys, self.clock)


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def kept_key(file: Path) -> ECKey:
    """The signing key, made on first use, readable by its owner only."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = ECKey.generate_key("P-256")
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return ECKey.import_key(file.read_bytes())
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(fresh.as_pem(private=True))
    return fresh


# ── elsewhere ───────────────────────────────────────────────────────────────


class PublishedKeys:
    """The keys an OpenID issuer publishes, fetched when first needed and when a new one shows up.

    A token with an unknown key makes us look again, but not more often than every `patience`.
    """

    def __init__(
        self, issuer: str, clock: Callable[[], datetime], patience: timedelta = timedelta(minutes=1)
    ) -> None:
        self.issuer = issuer.rstrip("/")
        self.clock = clock
        self.patience = patience
        self.known: KeySet | None = None
        self.fetched_at: datetime | None = None

    def __call__(self, look_again: bool) -> KeySet:
        if self.known is None or (look_again and self.stale()):
            self.fetched_at = self.clock()
            self.known = self.fetched()
        return self.known

    def stale(self) -> bool:
        return self.fetched_at is None or self.clock() - self.fetched_at > self.patience

    def fetched(self) -> KeySet:
        try:
            discovery = fetched_json(f"{self.issuer}/.well-known/openid-configuration")
            return KeySet.import_key_set(fetched_json(discovery["jwks_uri"]))
        except (OSError, KeyError, TypeError) as error:
            raise Unauthenticated(f"{self.issuer} does not tell its keys.") from error


def fetched_json(address: str) -> Any:
    if not address.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise OSError(f"{address} is not https.")
    with urlopen(address, timeout=FETCH_TIMEOUT, context=tls(address)) as answer:
        return json.loads(answer.read(LARGEST_ANSWER))


def tls(address: str) -> ssl.SSLContext | None:
    return ssl.create_default_context() if address.startswith("https://") else None


def bearer(authorization: Sequence[str]) -> str:
    """The token of an Authorization header. Raises Unauthenticated if there is not exactly one."""
    match [line.split() for line in authorization]:
        case [[scheme, token]] if scheme.lower() == "bearer":
            return token
        case _:
            raise Unauthenticated
