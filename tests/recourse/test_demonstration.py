"""The demonstration shows what it is meant to: claims paid in full and in part, told by history,
and a week ago as it was then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from recourse.demo.plans import CLAIMS
from recourse.exits import Exit
from tests.recourse.program import Serving, ask

A_WEEK_AGO = (datetime.now(UTC) - timedelta(days=7)).isoformat()

BALANCES = """
query ($asOf: Moment) {
  claims(first: 100, asOf: $asOf) {
    totalCount
    edges { node { claimId number status claimed accepted credited open disputed overpaid
                   writtenOff refused withdrawn } }
  }
  creditNotes(first: 100, asOf: $asOf) {
    totalCount
    edges { node { number status unassigned payable applied unapplied proposal { namedBy } } }
  }
  refusedFiles(first: 100, asOf: $asOf) { edges { node { name reasons } } }
}"""
PAID = """
query ($id: UUID!, $asOf: Moment) {
  claim(claimId: $id, asOf: $asOf) {
    status credited open
    allocations(first: 10, reversed: false) { edges { node { amount creditNote { number } } } }
    history(first: 100) { edges { node { eventType recordedAt actor
      ... on ClaimCredited { amount { amount currency } }
    } } }
  }
}"""

JUDGED = "{ events(types: [OpinionGiven], first: 100) { edges { node { streamId onBehalfOf } } } }"


@pytest.fixture(scope="module")
def serving(demonstration):
    with demonstration.serving() as serving:
        yield serving


@pytest.fixture(scope="module")
def now(serving: Serving):
    with serving.client("auditor") as client:
        yield nodes(ask(client, BALANCES))


@pytest.fixture(scope="module")
def then(serving: Serving):
    with serving.client("auditor") as client:
        yield nodes(ask(client, BALANCES, asOf=A_WEEK_AGO))


def nodes(data):
    return {name: [edge["node"] for edge in page["edges"]] for name, page in data.items()}


def amount(row, name):
    return Decimal(row[name])


# ── the month ───────────────────────────────────────────────────────────────


def test_claims_are_in_every_state_that_a_month_leaves_them_in(now):
    assert len(now["claims"]) == CLAIMS + len(OPENED_BY_REPORTS)
    statuses = {claim["status"] for claim in now["claims"]}
    opened = {"OPENED", "CLAIMABLE", "SUBMITTED", "ACCEPTED", "REJECTED"}
    assert statuses == opened | {"CLOSED", "WITHDRAWN"}


OPENED_BY_REPORTS = ("C-HA-7406", "C-CH-7400")


def test_claims_are_paid_in_full_and_in_part(now):
    closed = [claim for claim in now["claims"] if claim["status"] == "CLOSED"]
    in_full = [c for c in closed if amount(c, "credited") == amount(c, "claimed")]
    in_part = [c for c in closed if 0 < amount(c, "credited") < amount(c, "claimed")]
    assert len(in_full) > 5
    assert any(amount(claim, "refused") for claim in in_part)
    assert any(amount(claim, "writtenOff") for claim in in_part)


def test_one_claim_was_paid_short_and_stays_open(now):
    short = [
        claim
        for claim in now["claims"]
        if claim["status"] == "ACCEPTED" and amount(claim, "credited") and amount(claim, "open")
    ]
    assert len(short) == 1


def test_notes_wait_that_nobody_can_match(now):
    waiting = [note for note in now["creditNotes"] if amount(note, "unapplied")]
    assert sorted(note["unassigned"] for note in waiting) == [False, False, True]
    assert not any(amount(note, "applied") for note in waiting)


def test_a_claim_that_is_named_in_the_text_is_only_proposed(now):
    [proposed] = [note for note in now["creditNotes"] if note["proposal"]]
    assert [candidate["namedBy"] for candidate in proposed["proposal"]] == ["FREE_TEXT"]
    assert not amount(proposed, "applied")


def test_people_have_decided_what_was_paid_short_over_or_on_false_papers(now):
    of = {name: [c for c in now["claims"] if amount(c, name)] for name in LEFT_TO_PEOPLE}
    assert {name: len(claims) for name, claims in of.items()} == dict.fromkeys(LEFT_TO_PEOPLE, 1)
    [withdrawn] = of["withdrawn"]
    assert (withdrawn["status"], withdrawn["withdrawn"]) == ("WITHDRAWN", withdrawn["claimed"])


LEFT_TO_PEOPLE = ("disputed", "overpaid", "withdrawn")


def test_a_faulty_file_is_kept_with_the_reasons(now):
    [refused] = now["refusedFiles"]
    assert any("BR-CO-16" in reason for reason in refused["reasons"])


def test_what_claims_got_is_what_notes_gave(now):
    given = sum(amount(note, "applied") for note in now["creditNotes"])
    assert given == sum(amount(c, "credited") + amount(c, "overpaid") for c in now["claims"])


# ── its history ─────────────────────────────────────────────────────────────


def test_history_tells_how_a_claim_was_paid(serving, now):
    paid = next(c for c in now["claims"] if c["status"] == "CLOSED" and amount(c, "credited"))
    with serving.client("auditor") as client:
        claim = ask(client, PAID, id=paid["claimId"])["claim"]
    events = [edge["node"] for edge in claim["history"]["edges"]]
    types = [event["eventType"].removeprefix("claims.") for event in events]
    told = ["ClaimOpened", "ClaimApproved", "ClaimSubmitted", "ClaimCredited", "ClaimClosed"]
    assert [name for name in types if name in told] == told
    credited = next(event for event in events if event["eventType"] == "claims.ClaimCredited")
    [allocation] = [edge["node"] for edge in claim["allocations"]["edges"]]
    assert amount(credited["amount"], "amount") == amount(allocation, "amount")
    moments = [datetime.fromisoformat(event["recordedAt"]) for event in events]
    assert moments == sorted(moments)


def test_history_at_the_command_line_names_people_and_whom_they_stood_in_for(
    demonstration, serving
):
    with serving.client("auditor") as client:
        judged = ask(client, JUDGED)["events"]["edges"]
    for_others = [edge["node"]["streamId"] for edge in judged if edge["node"]["onBehalfOf"]]
    told = demonstration.run("history", for_others[0]).succeeded().stdout
    assert "Tang Lei for Zhao Min (claims manager)" in told


# ── a week ago ──────────────────────────────────────────────────────────────


def test_lists_a_week_ago_show_what_was_so_then(now, then):
    assert 0 < len(then["claims"]) < len(now["claims"])
    assert 0 < len(then["creditNotes"]) < len(now["creditNotes"])
    credited = [sum(amount(c, "credited") for c in at["claims"]) for at in (then, now)]
    assert 0 < credited[0] < credited[1]


def test_a_claim_a_week_ago_shows_what_was_so_then(serving, now, then):
    before = {claim["claimId"]: claim for claim in then["claims"]}
    changed = next(
        claim
        for claim in now["claims"]
        if amount(claim, "credited")
        and claim["claimId"] in before
        and not amount(before[claim["claimId"]], "credited")
    )
    with serving.client("auditor") as client:
        past = ask(client, PAID, id=changed["claimId"], asOf=A_WEEK_AGO)["claim"]
    assert past["allocations"]["edges"] == []
    types = {edge["node"]["eventType"] for edge in past["history"]["edges"]}
    assert "claims.ClaimOpened" in types
    assert "claims.ClaimCredited" not in types


def test_the_command_line_knows_the_week_before_too(demonstration, then):
    listed = demonstration.json("list", "claims", "--as-of", A_WEEK_AGO)
    assert {claim["number"] for claim in listed} == {claim["number"] for claim in then["claims"]}


# ── loading it ──────────────────────────────────────────────────────────────


def test_it_is_loaded_once(demonstration):
    before = demonstration.json("doctor")["log"]
    assert demonstration.json("demo") == {"loaded": False}
    assert "loaded already" in demonstration.run("demo").succeeded().stdout
    assert demonstration.json("doctor")["log"] == before


def test_it_replays_without_a_difference_now_and_a_week_ago(demonstration):
    assert demonstration.json("replay")["differences"] == []
    assert demonstration.json("replay", "--as-of", A_WEEK_AGO)["differences"] == []


def test_it_is_not_told_to_a_database_that_remembers_something_else(installed, tmp_path):
    file = tmp_path / "limits.toml"
    file.write_text('[[policies]]\npolicy = "claim_limits"\nsubmission_days = 21\n')
    installed.run("policies", "publish", file).succeeded()
    ran = installed.run("demo")
    assert ran.code == Exit.NOT_IN_ORDER
    assert "empty database" in ran.stderr
    assert installed.json("doctor")["log"] == {"position": 1}


BESIDE = """{
  commercialClaims(first: 9) { edges { node { stage amount currency signatures { role } } } }
  partOrders(first: 9) { edges { node { stage matched claim { number } } } }
  routines(kind: OPEN_CLAIMS_REVIEW, first: 1) { totalCount }
  claimFigures { submitted }
}"""


def test_it_tells_of_goodwill_of_parts_and_of_what_is_reviewed(serving: Serving) -> None:
    with serving.client("auditor") as client:
        told = ask(client, BESIDE)
    listed = nodes({name: told[name] for name in ("commercialClaims", "partOrders")})
    [goodwill] = listed["commercialClaims"]
    assert (goodwill["stage"], goodwill["amount"]) == ("CALLED_BACK", "6800.00")
    assert len(goodwill["signatures"]) == 8
    [order] = listed["partOrders"]
    assert (order["stage"], order["matched"]) == ("PLACED", True) and order["claim"]
    assert told["routines"]["totalCount"] >= 20
    assert told["claimFigures"]


EXCHANGED = """{
  exchanges(orderBy: APPLIED_AT_ASC, first: 9) { edges { node {
    number stage waitsFor shippedLate salesReturnNumber freightUnsettled dealer { name }
  } } }
  dealerCredits(first: 9) { edges { node {
    credited used balance dealer { name } entries { kind orderNumber salesReturnNumber }
  } } }
}"""


def test_it_tells_of_an_exchange_and_of_a_refund_that_pays_the_next_order(serving: Serving) -> None:
    with serving.client("auditor") as client:
        told = nodes(ask(client, EXCHANGED))
    exchanged, refunded, waiting = told["exchanges"]
    assert (exchanged["stage"], exchanged["shippedLate"]) == ("CLOSED", False)
    assert not exchanged["freightUnsettled"]
    assert (refunded["stage"], refunded["salesReturnNumber"]) == ("CLOSED", "SR-0001")
    assert (waiting["stage"], waiting["waitsFor"]) == ("APPLIED", "PRODUCT_DEPT")
    [credit] = told["dealerCredits"]
    assert (amount(credit, "credited"), amount(credit, "used")) == (
        Decimal("1299.00"),
        Decimal("899.50"),
    )
    assert amount(credit, "balance") == Decimal("399.50")
    assert [entry["kind"] for entry in credit["entries"]] == ["SALES_RETURN", "USED"]


CONTACTS = """{
  contacts(first: 9, orderBy: CAME_IN_AT_ASC) { edges { node {
    stage category contactedInTime opportunityCount
    standardAnswer { times standard } workRequests(first: 9) { edges { node { number kept } } }
  } } }
  workRequests(first: 9) { edges { node {
    number stage kept forfeitEnforcedAt contact { category } nextSignature
  } } }
  inquiryPeriods(first: 9, together: WEEK, orderBy: FIRST_DAY_ASC) { edges { node {
    inquiries delivered inTime dueAt
  } } }
}"""


def test_it_tells_of_inquiries_of_a_missed_call_and_of_a_promise_that_was_not_kept(
    serving: Serving,
) -> None:
    with serving.client("auditor") as client:
        told = nodes(ask(client, CONTACTS))
    assert [(each["stage"], each["category"]) for each in told["contacts"]] == [
        ("CLOSED", "TECHNICAL_SERVICE"),
        ("CLOSED", "PRICE_INQUIRY"),
        ("CLOSED", "PRICE_INQUIRY"),
        ("CLASSIFIED", "USED_MACHINE"),
    ]
    assert told["contacts"][1]["standardAnswer"] == {"times": 2, "standard": True}
    assert sum(each["opportunityCount"] for each in told["contacts"]) == 1
    first, *later = told["inquiryPeriods"]
    assert (first["delivered"], first["inTime"]) == (True, True)
    assert later and not any(each["delivered"] for each in later)
    assert first["inquiries"] + sum(each["inquiries"] for each in later) == 3
    late, waits = sorted(told["workRequests"], key=lambda each: each["number"])
    assert (late["stage"], late["kept"], late["contact"]["category"]) == (
        "DONE",
        False,
        "PRICE_INQUIRY",
    )
    assert late["forfeitEnforcedAt"]
    assert (waits["stage"], waits["nextSignature"]) == ("APPROVED", "PRODUCT_DEPT")


CAUSES = """{
  contacts(first: 9) { edges { node {
    reason fieldOrders(first: 9) { edges { node { <order> } } }
  } } }
  repairOrders(first: 9) { edges { node { channel outOfUse { since until } <order> } } }
}"""
ORDER = """number stage claims(first: 9) { edges { node { number status
  equipment { terms { rule term { daysAdded } } }
  allocations(first: 9) { edges { node { creditNote { number } } } } } } }"""


def test_reports_of_a_field_order_and_of_a_parcel_led_to_credit_notes(serving: Serving) -> None:
    with serving.client("auditor") as client:
        told = nodes(ask(client, CAUSES.replace("<order>", ORDER)))
    [call] = [each for each in told["contacts"] if each["fieldOrders"]["edges"]]
    [field] = nodes({"orders": call["fieldOrders"]})["orders"]
    [parcel] = told["repairOrders"]
    assert (field["stage"], parcel["stage"], parcel["channel"]) == (
        "CALLED_BACK",
        "CLOSED",
        "DEALER_RETURN",
    )
    for order, number, days in zip((field, parcel), OPENED_BY_REPORTS, (1, 4), strict=True):
        [claim] = nodes({"claims": order["claims"]})["claims"]
        assert (claim["number"], claim["status"]) == (number, "CLOSED")
        assert nodes({"notes": claim["allocations"]})["notes"][0]["creditNote"]["number"]
        terms = claim["equipment"]["terms"]
        assert {(each["rule"], each["term"]["daysAdded"]) for each in terms} == {("REG-5", days)}
