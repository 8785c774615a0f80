"""Answers to inquiries, how often each was given, and which of them are standard (CON-4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from pydantic import Field

from application.recorded import Recorded
from domain.contacts import standard_answer as s
from domain.vocabulary import ContactCategory
from projections.view import EVERYONE, Many, Row, View, equal


class StandardAnswer(Row):
    """An answer in certain words."""

    standard_answer_id: UUID
    text: str | None = None
    category: ContactCategory | None = Field(None, description="Of the first inquiry it answered.")
    times: int = Field(0, description="How often it was given.")
    standard: bool = False
    withdrawn_because: str | None = None
    known_since: datetime
    last_given_at: datetime | None = None
    standard_since: datetime | None = None


def fold(row: StandardAnswer | None, recorded: Recorded[s.Event], reference: Any) -> StandardAnswer:
    event, at = recorded.event, recorded.effective_at
    answer = row or StandardAnswer(standard_answer_id=recorded.stream_id, known_since=at)
    match event:
        case s.AnswerGiven(text=text, category=category):
            answer = answer.but(text=answer.text or text, category=answer.category or category)
            return answer.but(times=answer.times + 1, last_given_at=at)
        case s.AnswerBecameStandard(text=text, category=category):
            answer = answer.but(text=text, category=answer.category or category)
            return answer.but(standard=True, standard_since=at, withdrawn_because=None)
        case s.StandardAnswerWithdrawn(reason=reason):
            return answer.but(standard=False, standard_since=None, withdrawn_because=reason)
        case never:
            assert_never(never)


STANDARD_ANSWERS = View(
    name="standard_answers",
    row=StandardAnswer,
    events=s.Event,
    fold=fold,
    owners=EVERYONE,
    scope="contacts:read",
    filters=(equal("category"), equal("standard", indexed=False)),
    orders=("times", "known_since"),
    relations={"inquiries": Many("contacts", via="standard_answer_id")},
)
