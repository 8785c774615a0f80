"""Whose tokens are believed, and the issuer that hands them out in development."""

from __future__ import annotations

from api.tokens import DevelopmentIssuer, DevelopmentIssuerRefused, PublishedKeys, Verifier
from recourse.bootstrap import utc_now
from recourse.exits import NotInOrder
from recourse.settings import Settings


def development_issuer(settings: Settings, host: str) -> DevelopmentIssuer:
    """Raises NotInOrder off loopback, or beside a real issuer."""
    try:
        return DevelopmentIssuer.on(settings.data_dir, host, utc_now, settings.oidc_issuer)
    except DevelopmentIssuerRefused as refused:
        raise NotInOrder(str(refused)) from refused


def verifier(settings: Settings, host: str) -> Verifier:
    """Believes the OpenID issuer of the settings, else the development issuer."""
    if issuer := settings.oidc_issuer:
        keys = PublishedKeys(issuer, utc_now)
        return Verifier(issuer, keys, utc_now, settings.oidc_audience)
    return development_issuer(settings, host).verifier()
