"""GraphQL over HTTP: what is a well-formed request, and in which form the answer goes out.

With `application/graphql-response+json` a request error has a status of its own. With the older
`application/json` every answer to a well-formed request is 200, as the specification asks, so
that a client can tell our answers from those of something in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

GRAPHQL: Final = "application/graphql-response+json"
JSON: Final = "application/json"
HTML: Final = "text/html"
LARGEST_BODY: Final = 1_000_000  # bytes
HEADERS: Final = 100  # values of headers that are remembered, as they were understood

JsonObject = Mapping[str, Any]


class NotWellFormed(Exception):
    """The request is not one that GraphQL over HTTP knows."""

    def __init__(self, status: HTTPStatus, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


class Question(BaseModel):
    """A GraphQL request."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, strict=True)

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = Field(None, alias="operationName")
    extensions: dict[str, Any] | None = None
    queries_only: bool = Field(False, exclude=True)  # asked by GET

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """Raises NotWellFormed, saying what is wrong."""
        return cls.well_formed(parsed(body, "The body"))

    @classmethod
    def from_parameters(cls, parameters: Sequence[tuple[str, str]]) -> Self:
        """Raises NotWellFormed, saying what is wrong."""
        given: dict[str, Any] = dict(parameters)
        if len(given) < len(parameters):
            raise bad_request("Give each parameter once.")
        for name in ("variables", "extensions"):
            if name in given:
                given[name] = parsed(given[name], name)
        return cls.well_formed(given | {"queries_only": True})

    @classmethod
    def well_formed(cls, given: Any) -> Self:
        if isinstance(given, list):
            raise bad_request("Ask one question a request: a list of them is not answered.")
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise bad_request("; ".join(map(complaint, error.errors()))) from None


def parsed(text: bytes | str, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise bad_request(f"{what} must be JSON, in UTF-8.") from None


def complaint(error: Any) -> str:
    return f"{'.'.join(map(str, error['loc'])) or 'The body'}: {error['msg']}"


def bad_request(message: str) -> NotWellFormed:
    return NotWellFormed(HTTPStatus.BAD_REQUEST, message)


# ── the answer ──────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Answer:
    """A body in JSON. `status` counts if the client reads statuses."""

    body: bytes
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    in_part: bool = False  # errors stand beside the data

    def status_as(self, media_type: str) -> HTTPStatus:
        return HTTPStatus.OK if media_type == JSON else self.status


def errors(status: HTTPStatus, *shown: JsonObject) -> Answer:
    """A request error: nothing was answered, so there is no data."""
    return Answer(orjson.dumps({"errors": shown}), status)


# ── what the client reads and writes ────────────────────────────────────────


@lru_cache(HEADERS)
def acceptable(accept: str | None, offers: tuple[str, ...] = (GRAPHQL, JSON)) -> str:
    """The offer that the client likes best; of equals the one it names more exactly, then ours.

    Raises NotWellFormed if there is none.
    """
    ranges = list(media_ranges(accept or "*/*"))
    liked = {offer: liking(offer, ranges) for offer in offers}
    best = max(offers, key=lambda offer: liked[offer])
    if liked[best][0] <= 0:
        raise NotWellFormed(HTTPStatus.NOT_ACCEPTABLE, f"Accept {' or '.join(offers)}.")
    return best


def liking(offer: str, ranges: Sequence[tuple[str, float]]) -> tuple[float, int]:
    """The quality of the most exact range that covers the offer, and how exact it is."""
    kind = offer.split("/")[0]
    exactness = {"*/*": 1, f"{kind}/*": 2, offer: 3}
    covering = [(exactness[name], quality) for name, quality in ranges if name in exactness]
    exact, quality = max(covering, default=(0, 0.0))
    return quality, exact


def media_ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        name, *parameters = (word.strip().lower() for word in part.split(";"))
        yield name, quality(parameters)


def quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


@lru_cache(HEADERS)
def check_content_type(content_type: str | None) -> None:
    """Raises NotWellFormed for anything but JSON in UTF-8."""
    name, *parameters = (word.strip().lower() for word in (content_type or "").split(";"))
    charsets = [p.partition("=")[2].strip('"') for p in parameters if p.startswith("charset=")]
    if name != JSON or any(charset not in ("utf-8", "utf8") for charset in charsets):
        message = f"Send the question as {JSON}, in UTF-8."
        raise NotWellFormed(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message, Accept=JSON)
