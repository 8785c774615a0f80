"""What every decision about a work request asks first: how far it has come."""

from __future__ import annotations

from domain.contacts.requests.refusals import WorkRequestNotReady
from domain.contacts.requests.state import WorkRequest, WorkRequestStage


def only_at(request: WorkRequest, *stages: WorkRequestStage) -> None:
    """Raises WorkRequestNotReady."""
    if request.stage not in stages:
        raise WorkRequestNotReady(
            f"The request is {request.stage or 'of unknown progress'}; this is possible while it "
            f"is {' or '.join(stages)}."
        )
