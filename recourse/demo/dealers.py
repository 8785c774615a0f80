"""Dealers of the demonstration: one that was called and surveyed, one that is still to be called,
and a machine that moved from the one to the other, for which a fee is owed (REG-1, REG-7)."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Final
from uuid import UUID

from domain.registry import dealer, transfer
from domain.registry.dealer_contact import DealerContact
from recourse.demo import cast
from recourse.demo.cast import id_of
from recourse.demo.plans import model, serial_number
from recourse.demo.stage import Agenda, Stage

YANGTZE: Final = id_of("dealer Yangtze")
MINJIANG: Final = id_of("dealer Minjiang")
MOVED: Final = 0
"""The machine that moved, by its number."""

YU_CHEN: Final = DealerContact(
    contact_id=id_of("contact Yu Chen"),
    name="Yu Chen",
    phone="+86 512 5555 0142",
    email="yu.chen@example.com",
    birthday=date(1984, 5, 17),
)
YE_MEI: Final = DealerContact(
    contact_id=id_of("contact Ye Mei"), name="Ye Mei", phone="+86 28 5555 0177"
)


def dealers(planned: Agenda) -> None:
    stage = planned.stage
    by_channel, by_hotline = (partial(stage.give, who) for who in (cast.CHANNEL, cast.HOTLINE))
    first_known = YU_CHEN.model_copy(update={"email": None, "birthday": None})
    planned.at(0, 10, 30, partial(by_channel, handover(YANGTZE, "Yangtze Equipment", first_known)))
    call = dealer.RecordFirstCall(dealer_id=YANGTZE, contact=YU_CHEN)
    planned.at(1, 9, 20, partial(by_hotline, call))
    planned.at(1, 9, 40, partial(by_hotline, dealer.FileDealerRecord(dealer_id=YANGTZE)))
    planned.at(1, 9, 50, partial(by_hotline, dealer.ReturnDealerRecord(dealer_id=YANGTZE)))
    planned.at(9, 14, 0, partial(survey, stage))
    planned.at(12, 10, 5, partial(by_channel, handover(MINJIANG, "Minjiang Machinery", YE_MEI)))
    planned.at(13, 15, 5, partial(move, stage))


def handover(id: UUID, name: str, contact: DealerContact) -> dealer.HandOverDealer:
    return dealer.HandOverDealer(dealer_id=id, name=name, contact=contact)


def survey(stage: Stage) -> None:
    held = dealer.RecordDealerSurvey(
        dealer_id=YANGTZE,
        held_on=stage.day(9),
        satisfaction=4,
        remarks=("Parts for loaders come late.",),
    )
    stage.give(cast.HOTLINE, held)


def move(stage: Stage) -> None:
    form = f"Joint warranty: {model(MOVED)}, {serial_number(MOVED)}"
    moved = transfer.TransferEquipment(
        equipment_id=id_of(f"equipment {MOVED}"),
        transfer_id=id_of("transfer 1"),
        from_dealer_id=YANGTZE,
        to_dealer_id=MINJIANG,
        moved_on=stage.day(12),
        operating_hours=86,
        joint_warranty_form=stage.keep(form),
    )
    stage.give(cast.CLAIMS_MANAGER, moved)
