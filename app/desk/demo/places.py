"""安和县: its area tree, its offices and the people at work in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.areas.models import AgencyKind
from app.areas.readers import AreaRow, read_areas
from app.areas.rules import AreaLevel, town_of
from app.core.actor import Role

AREAS_FILE = Path(__file__).with_name("areas.csv")
CITY = "349900000000"
COUNTY = "349921000000"
TOWN = "349921100000"  # 城关镇, where the demonstration's doctor works
VILLAGE = "349921100200"  # 城关镇 东村
PASSWORD = "anhu-demo-2026"  # noqa: S105  # published on purpose (surface.md): demonstration accounts only

# 城关镇 holds so many times the people of another town.
TOWN_WEIGHT = 2.5

# town → the word that stands in the account names of its doctor and lead
TOWN_WORDS = {
    "349921101000": "anping", "349921102000": "liuhe", "349921103000": "baiquan", "349921104000": "shuangqiao",
    "349921105000": "longtan", "349921106000": "shimen", "349921107000": "qingshan", "349921108000": "linhu",
    "349921109000": "xinji", "349921110000": "mabu", "349921111000": "heliu",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    code: str
    name: str

    @property
    def town(self) -> str:
        return town_of(self.code)

    @property
    def is_community(self) -> bool:
        """A residents' community in town (社区), not a village."""
        return self.name.endswith("社区")


@dataclass(frozen=True)
class Office:
    """An agency to be entered; `name` as it stands over the door."""

    kind: AgencyKind
    area_code: str
    name: str


@dataclass(frozen=True)
class Account:
    """A demonstration account: its sign-in name, whom colleagues read, and where it works."""

    name: str
    display_name: str
    role: Role
    area_code: str
    office: AgencyKind


def area_file() -> bytes:
    return AREAS_FILE.read_bytes()


def _places(level: AreaLevel) -> tuple[Place, ...]:
    rows: list[AreaRow] = read_areas(area_file())[0]
    return tuple(Place(row.code, row.name) for row in rows if row.level is level)


def towns() -> tuple[Place, ...]:
    return _places(AreaLevel.TOWN)


def villages() -> tuple[Place, ...]:
    return _places(AreaLevel.VILLAGE)


def offices() -> list[Office]:
    """County offices, four offices a town, a clinic and a committee a village."""
    kind = AgencyKind
    found = [
        Office(kind.COUNTY_OFFICE, COUNTY, "安和县精神疾病防治办公室"),
        Office(kind.HOSPITAL, COUNTY, "安和县精神卫生中心"),
        Office(kind.CIVIL_AFFAIRS, COUNTY, "安和县民政局"),
        Office(kind.FINANCE, COUNTY, "安和县财政局"),
        Office(kind.GOVERNANCE, COUNTY, "安和县综治中心"),
        Office(kind.POLICE, COUNTY, "安和县公安局"),
        Office(kind.PARTNER, COUNTY, "安和县残疾人联合会"),
        Office(kind.AUDIT, COUNTY, "安和县审计局"),
        Office(kind.OTHER, COUNTY, "安和县卫生健康委员会"),
        Office(kind.OTHER, CITY, "示例市卫生健康委员会"),
    ]
    for town in towns():
        found += [
            Office(kind.HEALTH_CENTRE, town.code, f"{town.name}卫生院"),
            Office(kind.POLICE, town.code, f"{town.name}派出所"),
            Office(kind.GOVERNANCE, town.code, f"{town.name}综治中心"),
        ]
    for village in villages():
        committee = "居民委员会" if village.is_community else "村民委员会"
        found += [
            Office(kind.VILLAGE_COMMITTEE, village.code, f"{village.name}{committee}"),
            Office(kind.VILLAGE_CLINIC, village.code, f"{village.name}卫生室"),
        ]
    return found


def accounts() -> list[Account]:
    """One account per role named like it (surface.md), police and town at county too, and a doctor and a lead in every town."""
    kind, role = AgencyKind, Role
    found = [
        Account("doctor", "周明华", role.DOCTOR, TOWN, kind.HEALTH_CENTRE),
        Account("health_lead", "孙秀芳", role.HEALTH_LEAD, TOWN, kind.HEALTH_CENTRE),
        Account("village_doctor", "李传福", role.VILLAGE_DOCTOR, VILLAGE, kind.VILLAGE_CLINIC),
        Account("village_worker", "王跃进", role.VILLAGE_WORKER, VILLAGE, kind.VILLAGE_COMMITTEE),
        Account("police", "陈志刚", role.POLICE, TOWN, kind.POLICE),
        Account("town", "刘红霞", role.TOWN, TOWN, kind.GOVERNANCE),
        Account("police_county", "高建军", role.POLICE, COUNTY, kind.POLICE),
        Account("town_county", "许文斌", role.TOWN, COUNTY, kind.GOVERNANCE),
        Account("clerk", "吴丽萍", role.CLERK, COUNTY, kind.CIVIL_AFFAIRS),
        Account("reviewer", "徐国栋", role.REVIEWER, COUNTY, kind.CIVIL_AFFAIRS),
        Account("finance", "程雪梅", role.FINANCE, COUNTY, kind.FINANCE),
        Account("hospital", "汪志远", role.HOSPITAL, COUNTY, kind.HOSPITAL),
        Account("county_office", "胡敏", role.COUNTY_OFFICE, COUNTY, kind.COUNTY_OFFICE),
        Account("county_office_two", "罗静", role.COUNTY_OFFICE, COUNTY, kind.COUNTY_OFFICE),
        Account("coordinator", "方卫东", role.COORDINATOR, COUNTY, kind.GOVERNANCE),
        Account("auditor", "朱正义", role.AUDITOR, COUNTY, kind.AUDIT),
        Account("admin", "何磊", role.ADMIN, COUNTY, kind.OTHER),
        Account("partner", "丁素云", role.PARTNER, COUNTY, kind.PARTNER),
        Account("city_viewer", "潘立新", role.CITY_VIEWER, CITY, kind.OTHER),
    ]
    people = zip(_TOWN_DOCTORS, _TOWN_LEADS, TOWN_WORDS.items(), strict=True)
    for doctor, lead, (town, word) in people:
        found += [
            Account(f"doctor_{word}", doctor, role.DOCTOR, town, kind.HEALTH_CENTRE),
            Account(f"health_lead_{word}", lead, role.HEALTH_LEAD, town, kind.HEALTH_CENTRE),
        ]
    return found


_TOWN_DOCTORS = ("马国安", "宋玉琴", "郑海涛", "谢春燕", "韩立军", "唐小平", "冯慧", "董家旺", "曹爱华", "袁磊", "叶静")
_TOWN_LEADS = (
    "蒋德明",
    "魏兰英",
    "薛永胜",
    "姜素梅",
    "范志伟",
    "石春生",
    "姚玉兰",
    "邹建平",
    "金翠萍",
    "陆文忠",
    "钱学军",
)


def doctor_of(town: str) -> str:
    """The account that follows up a town's patients."""
    return "doctor" if town == TOWN else f"doctor_{TOWN_WORDS[town]}"


def lead_of(town: str) -> str:
    return "health_lead" if town == TOWN else f"health_lead_{TOWN_WORDS[town]}"
