"""Whose word is taken for who somebody is."""

import hmac
import json
import stat
from base64 import urlsafe_b64encode
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from api.principal import OUTSIDE, SCOPES, STATION_ROLES, Principal
from api.tokens import (
    AUDIENCE,
    DEVELOPMENT,
    DevelopmentIssuer,
    DevelopmentIssuerRefused,
    Identity,
    PublishedKeys,
    Unauthenticated,
    Verifier,
    bearer,
)
from domain.messages import Role
from projections.catalogue import VIEWS

STATION, DEALER = UUID(int=1), UUID(int=2)
WHO = Identity(sub=UUID(int=9), roles=frozenset({Role.ENGINEER, Role.DEALER}), station=STATION)


@pytest.fixture
def issuer(tmp_path, clock):
    return DevelopmentIssuer.on(tmp_path, "127.0.0.1", clock, None)


def test_a_token_says_who_its_bearer_is_until_it_expires(issuer, clock):
    verifier = issuer.verifier()
    token = issuer.issue(WHO, timedelta(hours=1))
    assert verifier.identity(token) == WHO
    clock.forward(hours=1, minutes=1)
    with pytest.raises(Unauthenticated):
        verifier.identity(token)


def test_the_key_is_kept_for_its_owner_only_and_used_again(tmp_path, issuer, clock):
    [file] = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = DevelopmentIssuer.on(tmp_path, "localhost", clock, None)
    assert again.verifier().identity(issuer.issue(WHO)) == WHO


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "example.org", "::"])
def test_the_development_issuer_does_not_run_off_loopback(tmp_path, clock, host):
    with pytest.raises(DevelopmentIssuerRefused, match="loopback|any role"):
        DevelopmentIssuer.on(tmp_path, host, clock, None)
    assert list(tmp_path.iterdir()) == []


def test_the_development_issuer_does_not_run_beside_a_real_one(tmp_path, clock):
    with pytest.raises(DevelopmentIssuerRefused, match=r"id\.example\.org"):
        DevelopmentIssuer.on(tmp_path, "::1", clock, "https://id.example.org")
    assert list(tmp_path.iterdir()) == []


def claims(clock, **changes):
    now = int(clock().timestamp())
    given = {
        "iss": DEVELOPMENT,
        "aud": AUDIENCE,
        "sub": str(UUID(int=9)),
        "roles": ["finance"],
        "exp": now + 60,
    }
    return {name: value for name, value in (given | changes).items() if value is not None}


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"aud": "another"},
        {"exp": None},
        {"exp": "never"},
        {"sub": "mia"},
        {"sub": None},
        {"roles": []},
        {"roles": ["emperor"]},
        {"roles": None},
        {"nbf": 99_999_999_999},
        {"station": "north"},
    ],
)
def test_a_token_that_says_something_else_is_not_believed(issuer, clock, changes):
    token = jwt.encode({"alg": "ES256"}, claims(clock, **changes), issuer.key)
    with pytest.raises(Unauthenticated):
        issuer.verifier().identity(token)


def test_a_token_of_another_key_is_not_believed(issuer, clock):
    stranger = ECKey.generate_key("P-256")
    token = jwt.encode({"alg": "ES256"}, claims(clock), stranger)
    with pytest.raises(Unauthenticated):
        issuer.verifier().identity(token)


def forged(algorithm, content, secret):
    """A token signed with what everybody knows, or not at all."""
    parts = [{"typ": "JWT", "alg": algorithm}, content]
    signed = b".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    signature = hmac.digest(secret, signed, "sha256") if algorithm == "HS256" else b""
    return (signed + b"." + urlsafe_b64encode(signature).rstrip(b"=")).decode()


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_a_public_key_cannot_be_passed_off_as_a_secret(issuer, clock, algorithm):
    token = forged(algorithm, claims(clock), issuer.key.as_pem(private=False))
    with pytest.raises(Unauthenticated):
        issuer.verifier().identity(token)


@pytest.mark.parametrize(
    "lines", [[], ["Bearer"], ["Basic x"], ["Bearer a b"], ["Bearer a", "Bearer b"]]
)
def test_there_is_one_token_or_none_is_believed(lines):
    with pytest.raises(Unauthenticated):
        bearer(lines)


# ── a real issuer ───────────────────────────────────────────────────────────


class Answers(BaseHTTPRequestHandler):
    def __init__(self, documents, *given):
        self.documents = documents
        super().__init__(*given)

    def do_GET(self):
        body = json.dumps(self.documents[self.path]).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def published():
    """An issuer's address, and the documents it answers with."""
    documents = {}
    with HTTPServer(("127.0.0.1", 0), partial(Answers, documents)) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        documents["/.well-known/openid-configuration"] = {"jwks_uri": f"{address}/keys"}
        yield address, documents
        server.shutdown()
        thread.join()


def keys(*private):
    return KeySet(private).as_dict(private=False)


def test_an_openid_issuer_is_believed_by_its_published_keys(published, clock):
    address, documents = published
    first = RSAKey.generate_key(2048, {"kid": "1"})
    second = ECKey.generate_key("P-256", {"kid": "2"})
    documents["/keys"] = keys(first)
    verifier = Verifier(address, PublishedKeys(address, clock), clock)
    rsa = jwt.encode({"alg": "RS256", "kid": "1"}, claims(clock, iss=address), first)
    assert verifier.identity(rsa).roles == {Role.FINANCE}

    documents["/keys"] = keys(first, second)
    ec = jwt.encode({"alg": "ES256", "kid": "2"}, claims(clock, iss=address), second)
    with pytest.raises(Unauthenticated):  # it does not look again at once
        verifier.identity(ec)
    clock.forward(minutes=2)
    ec = jwt.encode({"alg": "ES256", "kid": "2"}, claims(clock, iss=address), second)
    assert verifier.identity(ec).roles == {Role.FINANCE}


def test_an_issuer_that_tells_no_keys_lets_nobody_in(clock):
    address = "http://127.0.0.1:9"
    verifier = Verifier(address, PublishedKeys(address, clock), clock)
    token = jwt.encode({"alg": "ES256"}, claims(clock), ECKey.generate_key("P-256"))
    with pytest.raises(Unauthenticated):
        verifier.identity(token)


def test_keys_are_fetched_by_https_only(clock):
    with pytest.raises(Unauthenticated):
        PublishedKeys("http://id.example.org", clock)(False)


# ── what roles may read ─────────────────────────────────────────────────────


def test_every_role_has_its_scopes():
    assert SCOPES.keys() == set(Role)


def test_every_view_can_be_read_by_an_auditor():
    assert {view.scope for view in VIEWS.values()} <= SCOPES[Role.AUDITOR]


@pytest.mark.parametrize("role", Role)
def test_who_belongs_to_nobody_and_is_bound_to_somebody_sees_nothing(role):
    principal = Principal.of(Identity(sub=UUID(int=9), roles=frozenset({role})))
    bound = role in STATION_ROLES - {Role.SERVICE_SUPERVISOR} or role in OUTSIDE
    assert principal.reach.owners == (frozenset() if bound else None)


@pytest.mark.parametrize(
    "roles", [{Role.SERVICE_SUPERVISOR}, {Role.SERVICE_SUPERVISOR, Role.ENGINEER}]
)
def test_a_supervisor_sees_their_station_or_without_one_every_station(roles):
    here = Identity(sub=UUID(int=9), roles=frozenset(roles), station=STATION)
    assert Principal.of(here).reach.owners == {("station", STATION)}
    assert Principal.of(here.model_copy(update={"station": None})).reach.owners is None


def test_a_station_in_a_dealers_token_opens_nothing():
    dealer = Identity(
        sub=UUID(int=9), roles=frozenset({Role.DEALER}), station=STATION, dealer=DEALER
    )
    assert Principal.of(dealer).reach.owners == {("dealer", DEALER)}
