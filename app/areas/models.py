"""The area tree and the agencies in it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.areas.rules import AreaLevel
from app.core.db import Base, Coded, UtcDateTime, new_public_id


class Area(Base):
    """One place of the statistical area tree (统计用区划代码, 12 digits); the code is its own path."""

    __tablename__ = "areas"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[AreaLevel] = mapped_column(Coded(AreaLevel))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("areas.code"), index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    # the code that took over when villages merged
    replaced_by: Mapped[str | None] = mapped_column(ForeignKey("areas.code"))


class AgencyKind(StrEnum):
    HEALTH_CENTRE = "health_centre"
    VILLAGE_CLINIC = "village_clinic"
    HOSPITAL = "hospital"
    COUNTY_OFFICE = "county_office"
    CIVIL_AFFAIRS = "civil_affairs"
    FINANCE = "finance"
    GOVERNANCE = "governance"
    POLICE = "police"
    VILLAGE_COMMITTEE = "village_committee"
    PARTNER = "partner"
    AUDIT = "audit"
    OTHER = "other"


class Agency(Base):
    """An institution that answers for work: a health centre, a police station, a village committee."""

    __tablename__ = "agencies"
    __table_args__ = (Index("uq_agencies_area_code_kind_name", "area_code", "kind", "name", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[AgencyKind] = mapped_column(Coded(AgencyKind))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # the office's own telephone, printed on papers
    phone: Mapped[str | None] = mapped_column(String(20))


class AreaSetting(Base):
    """What a county decided for itself (confirmation of village visits, four-hourly checks, ...), since when and by whom."""

    __tablename__ = "area_settings"

    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), primary_key=True)
    name: Mapped[str] = mapped_column(String(48), primary_key=True)
    value: Mapped[str] = mapped_column(String(100))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by: Mapped[int | None]
