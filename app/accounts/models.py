"""Users, their server-side sessions and failed sign-ins."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.actor import Role
from app.core.db import Base, Coded, UtcDateTime, new_public_id

_OPEN_CONTACT = text("to_on IS NULL")


class User(Base):
    """An account of one human being. What it may do and see follows from its role and area alone."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    # what is typed to sign in
    name: Mapped[str] = mapped_column(String(64), unique=True)
    # what colleagues read
    display_name: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(Coded(Role))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    # ties the account to a person, so that two accounts of one person count as one hand
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    language: Mapped[str] = mapped_column(String(5), default="zh")
    is_disabled: Mapped[bool] = mapped_column(default=False)
    # somebody else set the password; nothing but changing it is possible until it is changed
    must_change_password: Mapped[bool] = mapped_column(default=False)
    # sessions carry it; a role, area or password change or a disable bumps it, which ends them everywhere
    session_epoch: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None]
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


class UserSession(Base):
    """A signed-in browser. The cookie holds a random token; only its hash is stored."""

    __tablename__ = "sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    epoch: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInFailure(Base):
    """One sign-in attempt that did not succeed, for the delay that all workers share. A right password takes its row away."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (
        Index("ix_sign_in_failures_name_hash_at", "name_hash", "at"),
        Index("ix_sign_in_failures_source_hash_at", "source_hash", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # of the account's name, or of name and device on a device that has signed in before
    name_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    source_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    # False: refused unheard while the account was waiting; kept so that every refusal costs the same, and as evidence
    is_counted: Mapped[bool] = mapped_column(default=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SavedView(Base):
    """A list's filters that somebody gave a name."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "page", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # endpoint of the list
    page: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(30))
    # filters as a query string; never a name or a number of a person
    query: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AgencyContact(Base):
    """Who answers for an agency when nobody has answered: named persons in order, from a day (reliability 2.4, row 15 of 3.2)."""

    __tablename__ = "agency_contacts"
    __table_args__ = (
        Index(
            "uq_agency_contacts_open_rank",
            "agency_id",
            "rank",
            unique=True,
            sqlite_where=_OPEN_CONTACT,
            postgresql_where=_OPEN_CONTACT,
        ),
        Index("ix_agency_contacts_user_id", "user_id"),
        CheckConstraint("rank >= 1", name="rank"),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # 1 is asked first
    rank: Mapped[int]
    from_on: Mapped[date]
    # first day on which it no longer holds
    to_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
