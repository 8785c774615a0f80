"""The report of work under warranty opens its claim, the day that it is in (CLM-1).

Repairs and claims know nothing of each other: here an order's report becomes a wish in the words of
claims. The claim's id follows from the order's, so that one order opens one claim, however often
and by whomever its report is seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID, uuid5

from application.recorded import Recorded
from domain.claims.commands import OpenClaimOnReport, PaperListed, PartListed, Report
from domain.repairs.field.events import FieldWorkReported, NamedPhoto
from domain.repairs.repair.events import RepairReportFiled
from domain.repairs.service_report import ServiceReport
from domain.vocabulary import ClaimKind, FieldServiceKind, PaperKind
from processes.reactions import Reaction


def claim_id_of(order_id: UUID) -> UUID:
    """The claim that the report of this order opens."""
    return uuid5(order_id, "warranty claim")


def claim_repair(recorded: Recorded[RepairReportFiled]) -> OpenClaimOnReport | None:
    """For a repair that was found to be under warranty (REG-4 to REG-6)."""
    filed, id = recorded.event, recorded.stream_id
    if filed.claim_due is None:
        return None
    return OpenClaimOnReport(
        claim_id=claim_id_of(id),
        claim=ClaimKind.FAILURE if filed.report.parts else ClaimKind.SERVICE_FEE,
        repair_order_id=id,
        order_reference=filed.number or str(id),
        manufacturer_id=filed.manufacturer_id,
        equipment_id=filed.equipment_id,
        station_id=filed.station_id,
        dealer_id=filed.dealer_id,
        customer_id=filed.customer_id,
        worked_by=frozenset(filed.worked_by),
        reported_by=filed.filed_by,
        **carried_over(filed.report),
    )


def claim_field_work(recorded: Recorded[FieldWorkReported]) -> OpenClaimOnReport | None:
    """Unless it was found not to be covered. Of unregistered equipment that is not known."""
    reported, id = recorded.event, recorded.stream_id
    if reported.claim_due is None:
        return None
    return OpenClaimOnReport(
        claim_id=claim_id_of(id),
        claim=kind_of(reported),
        field_order_id=id,
        order_reference=reported.number or str(id),
        equipment_id=reported.equipment_id,
        station_id=reported.station_id,
        customer_id=reported.customer_id,
        worked_by=frozenset(reported.worked_by),
        reported_by=reported.reported_by,
        **carried_over(reported.report, reported.photos),
    )


def kind_of(reported: FieldWorkReported) -> ClaimKind:
    """By what was done: a fault for which parts were put in is a failure."""
    match reported.service:
        case FieldServiceKind.TECHNICAL_UPDATE:
            return ClaimKind.TECHNICAL_UPDATE
        case FieldServiceKind.MAINTENANCE:
            return ClaimKind.SERVICE_FEE
        case _:
            return ClaimKind.FAILURE if reported.report.parts else ClaimKind.SERVICE_FEE


def carried_over(report: ServiceReport, photos: Iterable[NamedPhoto] = ()) -> dict[str, Any]:
    """What report, parts and papers of an order are to its claim (CLM-2, CLM-3)."""
    shown = {paper.sha256 for paper in report.papers}
    return {
        "report": Report(**{name: getattr(report, name) for name in Report.model_fields}),
        "parts": tuple(PartListed(**dict(part)) for part in report.parts),
        "papers": (
            *(PaperListed(**dict(paper)) for paper in report.papers),
            *(as_paper(photo) for photo in photos if photo.sha256 not in shown),
        ),
    }


def as_paper(photo: NamedPhoto) -> PaperListed:
    """What it shows, its name does not say."""
    return PaperListed(paper=PaperKind.OTHER, sha256=photo.sha256, dated=photo.taken_on)


CLAIM_REPAIR: Final = Reaction("claim a reported repair", RepairReportFiled, claim_repair)
CLAIM_FIELD_WORK: Final = Reaction("claim reported field work", FieldWorkReported, claim_field_work)
