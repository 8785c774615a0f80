"""The month itself: everything that happens in it, and when."""

from __future__ import annotations

from recourse.demo.beginning import beginning
from recourse.demo.claims import life
from recourse.demo.contacts import contacts
from recourse.demo.dealers import dealers
from recourse.demo.exchanges import exchanges
from recourse.demo.field_call import field_call
from recourse.demo.goodwill import beside_the_claims
from recourse.demo.parcel import parcel
from recourse.demo.paying import paying, puzzles
from recourse.demo.plans import plans
from recourse.demo.stage import Agenda, Stage


def agenda(stage: Stage) -> Agenda:
    planned, all_plans = Agenda(stage), tuple(plans())
    beginning(planned)
    dealers(planned)
    exchanges(planned)
    contacts(planned)
    for plan in all_plans:
        life(planned, plan)
    paying(planned, (*all_plans, field_call(planned), parcel(planned)))
    beside_the_claims(planned, all_plans)
    puzzles(planned, all_plans)
    return planned
