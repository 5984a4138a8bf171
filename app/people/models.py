"""Who somebody is: one row a human being, whatever they are to us (patient, guardian, member of staff)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.bank_account import AccountKind
from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.people.rules import DatePrecision, KinRelation

__all__ = ["AccountKind", "DatePrecision", "FormerIdNumber", "NameKey", "PayeeAccount", "Person", "PersonKey", "Phone"]


class Person(Base):
    """Identity. Sealed columns open under the person's own data key (`person_keys`); blind indexes make them findable."""

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("sex IN (0, 1, 2, 9)", name="sex"),
        CheckConstraint("died_on IS NULL OR born_on IS NULL OR died_on >= born_on", name="died_after_birth"),
        Index("ix_people_id_tail4_index", "id_tail4_index"),
        Index("ix_people_id_tail6_index", "id_tail6_index"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(50))
    # full pinyin with the surname's right reading; orders lists alike on both databases
    name_sort: Mapped[str] = mapped_column(String(200))
    # GB/T 2261.1: 0 unknown, 1 male, 2 female, 9 not stated
    sex: Mapped[int] = mapped_column(default=0)
    born_on: Mapped[date | None]
    # CV02.01.101: 01 resident identity card, …; 00 none
    id_kind: Mapped[str] = mapped_column(String(2), default="00")
    id_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # HMAC of the whole number; one person a number
    id_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True)
    id_tail4_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    id_tail6_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    # which index key the three above were made under
    index_key_id: Mapped[str | None] = mapped_column(String(16))
    # for second guardians: 单位职务
    post: Mapped[str | None] = mapped_column(String(60))
    died_on: Mapped[date | None]
    died_on_precision: Mapped[DatePrecision | None] = mapped_column(Coded(DatePrecision))
    # death cause code of the visit form (1–6) and its physical sub-code
    death_cause: Mapped[int | None]
    death_physical_cause: Mapped[int | None]
    # who told of it and what proves it, as codes of the printed form (失访/死亡登记表), and the proof's number
    death_news_from: Mapped[int | None]
    death_evidence: Mapped[int | None]
    death_evidence_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    death_recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    death_recorded_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  # SQLAlchemy reads it once and changes nothing


class FormerIdNumber(Base):
    """A number that a person had before it was corrected or changed; still found by search (domain 9, case 18)."""

    __tablename__ = "former_id_numbers"
    __table_args__ = (
        Index("ix_former_id_numbers_number_index", "number_index"),
        Index("ix_former_id_numbers_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    id_kind: Mapped[str] = mapped_column(String(2))
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    number_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    # which index key the above was made under
    index_key_id: Mapped[str] = mapped_column(String(16))
    replaced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    replaced_by: Mapped[int | None]
    # a Reason: why it was corrected, where that was said
    because: Mapped[dict[str, Any] | None] = mapped_column(JsonText)


class PersonKey(Base):
    """A person's data key, wrapped. Destroying the row is erasure, backups included."""

    __tablename__ = "person_keys"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    kek_id: Mapped[str] = mapped_column(String(16), index=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class Phone(Base):
    """A telephone number of a person."""

    __tablename__ = "phones"
    __table_args__ = (
        Index("ix_phones_number_index", "number_index"),
        Index("ix_phones_person_id", "person_id"),
        Index(
            "uq_phones_main",
            "person_id",
            unique=True,
            sqlite_where=text("is_main"),
            postgresql_where=text("is_main"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    number_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    is_main: Mapped[bool] = mapped_column(default=True)
    # the day somebody last answered it
    worked_on: Mapped[date | None]


class PayeeAccount(Base):
    """A bank account in the payee's own name. Never edited: a new account from a day ends the last."""

    __tablename__ = "payee_accounts"
    __table_args__ = (
        # equality of accounts is a finding, not an error: not unique
        Index("ix_payee_accounts_number_index", "number_index"),
        Index(
            "uq_payee_accounts_open",
            "person_id",
            unique=True,
            sqlite_where=text("to_on IS NULL"),
            postgresql_where=text("to_on IS NULL"),
        ),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="span"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[AccountKind] = mapped_column(Coded(AccountKind))
    bank_name: Mapped[str] = mapped_column(String(60), default="")
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    number_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    holder_name: Mapped[str] = mapped_column(String(50))
    from_on: Mapped[date]
    # first day on which it no longer holds
    to_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None]
    # the main number that was known when this account replaced another: the one to call back on
    known_phone_id: Mapped[int | None] = mapped_column(ForeignKey("phones.id", ondelete="SET NULL"))
    # loaded with opening data, so not a change that asks for a call-back
    is_opening: Mapped[bool] = mapped_column(default=False)


class NameKey(Base):
    """A key under which a patient is found by name: 1- and 2-character grams, full pinyin, initials.

    `person_id` is whose name it is (the patient's or a guardian's), `area_code` always the patient's: a search is a range of
    keys within the actor's area, the same on both databases.
    """

    __tablename__ = "name_keys"
    __table_args__ = (
        Index("ix_name_keys_patient_id", "patient_id"),
        Index("ix_name_keys_person_id", "person_id"),
    )

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    area_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), primary_key=True)


_STANDS = text("ended_at IS NULL")


class DeclaredKin(Base):
    """A relative whom a member of staff has declared: by number, whether or not anybody of that number is in the register."""

    __tablename__ = "declared_kin"
    __table_args__ = (
        Index(
            "uq_declared_kin_standing",
            "user_id",
            "person_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        CheckConstraint("ended_by IS NULL OR ended_by <> user_id", name="two_hands"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    relation: Mapped[KinRelation] = mapped_column(Coded(KinRelation))
    # the name as it was typed, masked: what the register holds under the number is told to nobody here
    label: Mapped[str] = mapped_column(String(50))
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # somebody else found it wrong: who declared a relative cannot take it back to sign for them
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class KinStatement(Base):
    """Once a year: "I have declared all relatives", or that there are none."""

    __tablename__ = "kin_statements"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    stated_at: Mapped[datetime] = mapped_column(UtcDateTime)
