"""Who acts. An `Actor` is an argument of every use case and query; it is never fetched from the request below the edge."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The names that `flask user create --role` takes (surface.md, roles.md)."""

    DOCTOR = "doctor"
    VILLAGE_DOCTOR = "village_doctor"
    HEALTH_LEAD = "health_lead"
    COUNTY_OFFICE = "county_office"
    HOSPITAL = "hospital"
    COORDINATOR = "coordinator"
    TOWN = "town"
    VILLAGE_WORKER = "village_worker"
    POLICE = "police"
    CLERK = "clerk"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    PARTNER = "partner"
    AUDITOR = "auditor"
    CITY_VIEWER = "city_viewer"
    ADMIN = "admin"
    OPERATOR = "operator"  # 运维: the machine's operator at its command line; never a web account


@dataclass(frozen=True)
class Actor:
    """`area_prefix` is the leading part of a 12-digit area code; rows whose `area_code` starts with it are this actor's."""

    user_id: int | None
    role: Role
    area_prefix: str
    agency_id: int | None = None
    person_id: int | None = None
    name: str = ""
    language: str = "zh"

    @classmethod
    def operator(cls) -> Actor:
        """The operator of the machine, for commands without `--as`; audited and printed as 运维."""
        return cls(user_id=None, role=Role.OPERATOR, area_prefix="", name="运维")

    @property
    def hand(self) -> str:
        """The human being behind the account, for rules that ask for different people: two accounts of one person are one hand."""
        return hand_of(self.user_id, self.person_id)


def hand_of(user_id: int | None, person_id: int | None) -> str:
    """One word for one human being; an account without a person stands for itself."""
    return f"person:{person_id}" if person_id else f"user:{user_id}"
