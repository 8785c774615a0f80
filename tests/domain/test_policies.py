"""Policies are published in versions, and none is ever rewritten (SLA-2)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from application import shipped
from application.aggregates import EVENT_TYPES
from domain import policies
from domain.messages import Role, World
from domain.policies import (
    AdoptShippedPolicy,
    PolicyMissing,
    PolicyOutOfOrder,
    PolicyPublished,
    PolicyWouldRewriteThePast,
    PublishPolicy,
    stream_of,
)
from domain.policy_content import (
    ApprovalMatrix,
    Approved,
    Band,
    Chain,
    ClaimLimits,
    Deadline,
    EncroachmentTerms,
    Every,
    Organisation,
    PapersRequired,
    Tolerance,
    Within,
)
from domain.sla.starting import DueBy
from domain.vocabulary import ClaimKind, PaperKind
from tests.rules import part_of, rule
from tests.scenario import ADAM, MIA, NOON, SYSTEM, given, on, shipped_policies, state_of
from tests.stories import claim_story, open_claim, setting, yuan

DAY = timedelta(days=1)
LIMITS = stream_of("claim_limits")


def limits(days: int) -> ClaimLimits:
    return ClaimLimits(submission_days=days)


def version(number: int, days: int, effective_from=NOON) -> PolicyPublished:
    return PolicyPublished(
        policy_id="claim_limits",
        version=number,
        effective_from=effective_from,
        content=limits(days),
    )


FIRST = version(1, 14, NOON - 30 * DAY)
SECOND = version(2, 21, NOON + DAY)


def known(*events: PolicyPublished):
    return given(on(LIMITS, *events), policies=False)


# ── publishing ──────────────────────────────────────────────────────────────


def test_a_policy_is_in_force_at_once_unless_a_moment_is_named():
    publish = PublishPolicy(content=limits(21))
    known().when(publish, actor=ADAM).then(version(1, 21))
    known(FIRST).when(publish, actor=ADAM).then(version(2, 21))
    later = PublishPolicy(content=limits(21), effective_from=NOON + DAY)
    known(FIRST).when(later, actor=ADAM).then(SECOND)


def test_a_first_version_may_hold_since_long_ago():
    since = NOON - 1000 * DAY
    publish = PublishPolicy(content=limits(21), effective_from=since)
    known().when(publish, actor=ADAM).then(version(1, 21, since))


def test_publishing_what_holds_already_changes_nothing():
    known(FIRST).when(PublishPolicy(content=limits(14)), actor=ADAM).then_nothing()


@rule("SLA-2")
def test_a_policy_never_changes_the_past():
    earlier = PublishPolicy(content=limits(21), effective_from=NOON - DAY)
    known(FIRST).when(earlier, actor=ADAM).then_refused(PolicyWouldRewriteThePast)


@rule("SLA-2")
def test_a_scheduled_version_is_not_overtaken_by_an_earlier_one():
    between = PublishPolicy(content=limits(30), effective_from=NOON + DAY / 2)
    known(FIRST, SECOND).when(between, actor=ADAM).then_refused(PolicyOutOfOrder)
    instead = PublishPolicy(content=limits(30), effective_from=NOON + DAY)
    known(FIRST, SECOND).when(instead, actor=ADAM).then(version(3, 30, NOON + DAY))


def test_a_shipped_policy_is_adopted_only_where_there_is_none():
    adopt = AdoptShippedPolicy(content=limits(14), effective_from=shipped.SINCE)
    known().when(adopt, actor=SYSTEM).then(version(1, 14, shipped.SINCE))
    known(version(1, 90)).when(adopt, actor=SYSTEM).then_nothing()


# ── being in force ──────────────────────────────────────────────────────────


def world(now, *events: PolicyPublished) -> World:
    return World(now, MIA, now, {LIMITS: state_of(LIMITS, events)})


@part_of("SLA-2")
@pytest.mark.parametrize(
    ("after", "days", "number"),
    [(-30 * DAY, 14, 1), (timedelta(0), 14, 1), (DAY, 21, 2), (400 * DAY, 21, 2)],
)
def test_the_version_in_force_is_the_last_whose_time_has_come(after, days, number):
    asked = world(NOON + after, FIRST, SECOND)
    assert policies.in_force(asked, ClaimLimits) == limits(days)
    assert policies.consulted(asked.known, asked.now) == {"claim_limits": number}


@pytest.mark.parametrize("events", [(), (SECOND,)], ids=["never published", "not yet in force"])
def test_a_decision_without_its_policy_is_refused(events):
    with pytest.raises(PolicyMissing, match="claim_limits"):
        policies.in_force(world(NOON, *events), ClaimLimits)
    assert policies.consulted(world(NOON, *events).known, NOON) == {}


def test_a_claim_cannot_be_opened_where_no_policies_are_published():
    registered = {
        stream: events
        for stream, events in setting().histories.items()
        if stream not in shipped_policies()
    }
    story = given(registered, policies=False)
    story.when(open_claim()).then_refused(PolicyMissing, "recourse policies publish")


@rule("SLA-2")
def test_a_claim_keeps_the_limit_under_which_it_was_opened():
    story = claim_story("opened")
    story.tell(PublishPolicy(content=limits(1)), ADAM)
    story = claim_story("opened", 2, story=story)
    first, second = (story.events(open_claim(n).stream)[0] for n in (1, 2))
    assert (first.submission_days, second.submission_days) == (14, 1)
    assert first.clock == second.clock


# ── what policies say ───────────────────────────────────────────────────────


@part_of("SEG-4")
@pytest.mark.parametrize(
    ("amount", "signatures"),
    [("0.01", 1), ("20000.00", 1), ("20000.01", 2), ("100000.00", 2), ("100000.01", 3)],
)
def test_larger_claims_take_more_signatures(amount, signatures):
    matrix = shipped_content(ApprovalMatrix)
    assert len(matrix.signed_by(Approved.STANDARD_CLAIM, yuan(amount))) == signatures


def test_an_amount_in_a_currency_without_bands_takes_the_longest_chain():
    matrix = shipped_content(ApprovalMatrix)
    euros = yuan("1.00").model_copy(update={"currency": "EUR"})
    assert len(matrix.signed_by(Approved.STANDARD_CLAIM, euros)) == 3


SMALL = Band(up_to=Decimal(10), signed_by=(Role.FINANCE,))
ANY = Band(signed_by=(Role.FINANCE,))
CLAIMS = Chain(of=Approved.STANDARD_CLAIM, currency="CNY", bands=(ANY,))
WRITE_OFFS = Chain(of=Approved.WRITE_OFF, currency="CNY", bands=(ANY,))


@pytest.mark.parametrize(
    ("bands", "fault"),
    [
        ((SMALL,), "Only the last band"),
        ((ANY, ANY), "Only the last band"),
        ((SMALL, SMALL, ANY), "must rise"),
    ],
)
def test_the_bands_of_a_chain_cover_every_amount_once(bands, fault):
    chain = Chain(of=Approved.WRITE_OFF, currency="CNY", bands=bands)
    with pytest.raises(ValidationError, match=fault):
        ApprovalMatrix(chains=(CLAIMS, chain))


@pytest.mark.parametrize(
    ("chains", "fault"),
    [((CLAIMS,), "approves a write_off"), ((CLAIMS, CLAIMS, WRITE_OFFS), "one chain")],
)
def test_everything_that_is_approved_has_one_chain_in_a_currency(chains, fault):
    with pytest.raises(ValidationError, match=fault):
        ApprovalMatrix(chains=chains)


@part_of("CLM-2")
@pytest.mark.parametrize(
    ("kind", "filed", "missing"),
    [
        (ClaimKind.SERVICE_FEE, [], ("service_report",)),
        (ClaimKind.SERVICE_FEE, [PaperKind.SERVICE_REPORT], ()),
        (ClaimKind.TECHNICAL_UPDATE, [PaperKind.SERVICE_REPORT], ("replaced_part or part_photo",)),
        (
            ClaimKind.FAILURE,
            [PaperKind.SERVICE_REPORT, PaperKind.REPLACED_PART, PaperKind.OTHER],
            ("diagnostics", "failure_report", "repair_history"),
        ),
        (ClaimKind.FAILURE, list(PaperKind), ()),
    ],
)
def test_each_kind_of_claim_needs_its_papers(kind, filed, missing):
    assert shipped_content(PapersRequired).missing(kind, frozenset(filed)) == missing


def test_a_zone_that_does_not_exist_is_no_zone():
    with pytest.raises(ValidationError, match="no time zone"):
        Organisation(zone="Asia/Peking", currency="CNY")


# ── what ships ──────────────────────────────────────────────────────────────


def shipped_content(kind):
    return next(content for content in shipped.contents() if isinstance(content, kind))


def shipped_deadline(name: str) -> Deadline:
    ids = {content.policy_id: content for content in shipped.contents()}
    found = ids[f"deadline.{name}"]
    assert isinstance(found, Deadline)
    return found


def test_every_kind_of_policy_ships_and_none_twice():
    ids = [content.policy_id for content in shipped.contents()]
    assert len(ids) == len(set(ids))
    others = {id for id in ids if not id.startswith(Deadline.PREFIX)}
    assert others == {
        "organisation",
        "opening_hours",
        "public_holidays",
        "approval_matrix",
        "claim_limits",
        "papers_required",
        "engineer_levels",
        "claim_judges",
        "liability_tariff",
        "reason_words",
        "tolerance",
        "proposal_window",
        "document_set",
        "encroachment_terms",
        "warranty_terms",
        "phone_guarantee",
        "repair_channels",
        "factory_repairs",
        "price_list.repairs",
        "price_list.customer_damage",
        "exchange_terms",
        "field_service",
        "contact_handling",
        "departments",
        "work_requests",
    }


@part_of("CLM-1")
def test_the_shipped_numbers_are_the_rulebooks():
    assert shipped_content(Organisation) == Organisation(zone="Asia/Shanghai", currency="CNY")
    assert shipped_content(ClaimLimits).submission_days == 14
    assert shipped_content(Tolerance).percent == Decimal("0.1")
    soon = shipped_content(EncroachmentTerms)
    assert (soon.operating_hours, soon.days) == (100, 15)


@part_of("SLA-1b")
@pytest.mark.parametrize(
    ("name", "amount", "unit"),
    [
        ("dealer_first_call", 1, "wd"),
        ("missed_call_by_person", 30, "min"),
        ("contact_by_person_in_charge", 15, "min"),
        ("dealer_return_to_factory", 2, "wd"),
        ("dealer_return_to_dealer", 7, "wd"),
        ("factory_processing", 7, "cd"),
        ("exchange_replacement", 7, "wd"),
        ("field_arrival", 36, "h"),
        ("field_report", 3, "cd"),
        ("complaint_dealer_minor", 2, "wd"),
        ("complaint_dealer_serious", 7, "wd"),
        ("complaint_department_reply", 1, "wd"),
        ("complaint_property_major_callback", 7, "cd"),
        ("complaint_field_director_reply", 24, "h"),
        ("survey_opinion_measures", 3, "cd"),
        ("liability_contest", 7, "cd"),
        ("old_part_wanted_large", 5, "cd"),
        ("figure_contest", 7, "cd"),
    ],
)
def test_deadlines_keep_the_unit_the_rulebook_states(name, amount, unit):
    target = shipped_deadline(name).target
    assert isinstance(target, Within)
    assert (target.amount, target.unit) == (amount, unit)


def test_deadlines_start_and_stop_on_events_that_exist_where_their_context_does():
    here = {"registry": set(), "contacts": set(), "claims": set(), "credits": set()}
    for name in EVENT_TYPES:
        here.get(name.partition(".")[0], set()).add(name)
    to_come = {
        "registry.InvoiceIssued",
        "claims.PartsReminderSent",
        "claims.PartsMoved",
        "claims.OldPartWanted",
        "claims.OldPartsShipped",
        "claims.OldPartsReceived",
        "claims.OldPartsReconciled",
        "claims.CampaignAnnounced",
        "claims.CampaignWorkDone",
        "claims.CampaignProgressReported",
    }
    named = {
        event
        for content in shipped.contents()
        if isinstance(content, Deadline)
        for event in (*content.starts_on, *content.stops_on, *content.pauses_on)
        if event.partition(".")[0] in here
    }
    assert named - set().union(*here.values()) == to_come


@part_of("SLA-2")
def test_whatever_starts_a_clock_keeps_the_version_it_runs_by():
    starting = {
        event
        for content in shipped.contents()
        if isinstance(content, Deadline) and not isinstance(content.target, Every)
        for event in content.starts_on
    }
    without = [name for name in starting & {*EVENT_TYPES} if not pins_a_clock(name)]
    assert without == []


def pins_a_clock(event: str) -> bool:
    """By a field for it, or with the time at which something is due."""
    fields = EVENT_TYPES[event].model_fields
    return "clock" in fields or any(f.annotation == DueBy | None for f in fields.values())


def test_every_shipped_policy_survives_the_disk():
    for events in shipped_policies().values():
        for event in events:
            assert PolicyPublished.model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("policies = [", "no TOML", id="no TOML"),
        pytest.param("", "policies: Field required", id="empty"),
        pytest.param('[[policies]]\npolicy = "weather"', "policies.0", id="unknown kind"),
        pytest.param(
            '[[policies]]\npolicy = "claim_limits"\nsubmission_days = 0',
            "policies.0.claim_limits.submission_days",
            id="out of range",
        ),
    ],
)
def test_a_file_of_policies_is_refused_with_every_fault_and_its_place(text, reason):
    with pytest.raises(shipped.InvalidPolicyFile) as refused:
        shipped.read(text)
    assert reason in " ".join((str(refused.value), *refused.value.reasons))
