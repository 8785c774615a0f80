"""Who and what there is in the demonstration. Every name is made up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from domain.messages import Actor, Role
from domain.vocabulary import EngineerLevel, EquipmentKind
from recourse.demo.notes import Party

DEMONSTRATION: Final = UUID("d3a0c0de-0000-5000-8000-000000000001")


def id_of(name: str) -> UUID:
    """The same thing has the same id whenever the story is told."""
    return uuid5(DEMONSTRATION, name)


US: Final = Party("Huadong Machinery Service Co., Ltd.", "CN91320500MA1W0DEM0X", "CN")


@dataclass(frozen=True)
class Station:
    name: str

    @property
    def id(self) -> UUID:
        return id_of(f"station {self.name}")


SUZHOU: Final = Station("Suzhou")
CHENGDU: Final = Station("Chengdu")
HARBIN: Final = Station("Harbin")
STATIONS: Final = (SUZHOU, CHENGDU, HARBIN)


@dataclass(frozen=True)
class Person:
    name: str
    roles: frozenset[Role]
    station: Station | None = None
    level: EngineerLevel | None = None

    @property
    def id(self) -> UUID:
        return id_of(f"person {self.name}")

    @property
    def actor(self) -> Actor:
        return Actor(self.id, self.roles, self.station.id if self.station else None)


def staff(name: str, *roles: Role, station: Station | None = None) -> Person:
    return Person(name, frozenset(roles), station)


def engineer(name: str, station: Station, level: EngineerLevel) -> Person:
    return Person(name, frozenset({Role.ENGINEER}), station, level)


ADMIN: Final = staff("Gao Jing", Role.ADMIN)
FINANCE: Final = staff("Shen Yulan", Role.FINANCE)
CLAIMS: Final = staff("Xu Ming", Role.CLAIMS_SPECIALIST)
DEPUTY: Final = staff("Tang Lei", Role.CLAIMS_SPECIALIST)
CLAIMS_MANAGER: Final = staff("Zhao Min", Role.CLAIMS_MANAGER)
DIRECTOR: Final = staff("Han Bo", Role.SERVICE_DIRECTOR)
GENERAL_MANAGER: Final = staff("Lu Yan", Role.GENERAL_MANAGER)
DIVISION_MANAGER: Final = staff("Hou Liang", Role.DIVISION_MANAGER)
SALES_DIRECTOR: Final = staff("Fu Gang", Role.SALES_DIRECTOR)
SERVICE_MANAGER: Final = staff("Pan Yi", Role.SERVICE_SUPERVISOR)
PARTS_ADMIN: Final = staff("Shi Rong", Role.PARTS_ADMIN)
CHANNEL: Final = staff("Cao Ning", Role.CHANNEL_DEPT)
HOTLINE: Final = staff("Xie Lan", Role.HOTLINE_AGENT)
PRODUCT: Final = staff("Liang Jie", Role.PRODUCT_DEPT)
COMMERCE: Final = staff("Du Heng", Role.COMMERCE_DEPT)
STORE: Final = staff("Ning Hao", Role.STOREKEEPER)
FINISHED_GOODS: Final = staff("Ai Qing", Role.STOREKEEPER)
AUDITOR: Final = staff("Qian Rui", Role.AUDITOR)

AGENTS: Final = {
    SUZHOU: staff("Wu Fang", Role.SERVICE_AGENT, station=SUZHOU),
    CHENGDU: staff("Deng Ping", Role.SERVICE_AGENT, station=CHENGDU),
    HARBIN: staff("Bai Xue", Role.SERVICE_AGENT, station=HARBIN),
}
SUPERVISORS: Final = {
    SUZHOU: staff("Jiang Tao", Role.SERVICE_SUPERVISOR, station=SUZHOU),
    CHENGDU: staff("Luo Qiang", Role.SERVICE_SUPERVISOR, station=CHENGDU),
    HARBIN: staff("Meng Li", Role.SERVICE_SUPERVISOR, station=HARBIN),
}
ENGINEERS: Final = {
    SUZHOU: engineer("Zhu Hong", SUZHOU, EngineerLevel.TCL3),
    CHENGDU: engineer("Ma Jun", CHENGDU, EngineerLevel.TCL2),
    HARBIN: engineer("Sun Kai", HARBIN, EngineerLevel.TCL4),
}
PEOPLE: Final = (
    ADMIN,
    FINANCE,
    CLAIMS,
    DEPUTY,
    CLAIMS_MANAGER,
    DIRECTOR,
    GENERAL_MANAGER,
    DIVISION_MANAGER,
    SALES_DIRECTOR,
    SERVICE_MANAGER,
    PARTS_ADMIN,
    CHANNEL,
    HOTLINE,
    PRODUCT,
    COMMERCE,
    STORE,
    FINISHED_GOODS,
    AUDITOR,
    *AGENTS.values(),
    *SUPERVISORS.values(),
    *ENGINEERS.values(),
)


@dataclass(frozen=True)
class Manufacturer:
    """`prefix` begins the numbers it gives to our claims."""

    party: Party
    currency: str
    prefix: str
    kind: EquipmentKind
    models: tuple[str, ...]

    @property
    def id(self) -> UUID:
        return id_of(f"manufacturer {self.party.name}")


TAISHAN: Final = Manufacturer(
    Party("Taishan Construction Machinery Co., Ltd.", "CN91370900MA3C0DEM1T", "CN"),
    "CNY",
    "TS",
    EquipmentKind.MACHINE,
    ("TE210 excavator", "TE365 excavator", "TL50 loader"),
)
NORDWERK: Final = Manufacturer(
    Party("Nordwerk Hydraulik GmbH", "DE811907980", "DE"),
    "EUR",
    "NW",
    EquipmentKind.MACHINE,
    ("NH-300 crawler", "NH-450 crawler"),
)
LINGYUN: Final = Manufacturer(
    Party("Lingyun Mobile Communications Co., Ltd.", "CN91440300MA5F0DEM2L", "CN"),
    "CNY",
    "LY",
    EquipmentKind.PHONE,
    ("Lingyun S7", "Lingyun X2"),
)
MANUFACTURERS: Final = (TAISHAN, NORDWERK, LINGYUN)
STRANGER: Final = Party("Baltic Attachments OÜ", "EE102030405", "EE")
"""Its notes are for work that was never claimed through us: nobody has registered it."""

CUSTOMERS: Final = (
    ("Chen Guang", "+86 139 0000 0101", "12 Jinji Lake Road, Suzhou"),
    ("Lin Xiaoyu", "+86 139 0000 0102", "8 Xinghai Street, Suzhou"),
    ("Fang Yuan", "+86 139 0000 0103", "77 Renmin Road, Kunshan"),
    ("Ye Zhen", "+86 139 0000 0104", "3 Taihu East Road, Wuxi"),
    ("Peng Bin", "+86 139 0000 0105", "40 Jiaozi Avenue, Chengdu"),
    ("Cao Yi", "+86 139 0000 0106", "9 Tianfu Street, Chengdu"),
    ("Xie Lan", "+86 139 0000 0107", "21 Kehua Road, Chengdu"),
    ("Dong Hai", "+86 139 0000 0108", "5 Gaoxin Road, Mianyang"),
    ("Yu Shan", "+86 139 0000 0109", "66 Zhongyang Street, Harbin"),
    ("Jin Cheng", "+86 139 0000 0110", "18 Hongqi Street, Harbin"),
    ("Tian Wei", "+86 139 0000 0111", "2 Xuefu Road, Harbin"),
    ("Ren Jie", "+86 139 0000 0112", "31 Changjiang Road, Daqing"),
)
