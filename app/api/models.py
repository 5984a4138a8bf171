"""Keys by which other systems speak with the interface."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime, new_public_id


class ApiKey(Base):
    """One key of an agency's system. It acts as one account of that agency and may do no more than this may."""

    __tablename__ = "api_keys"
    __table_args__ = (CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    # whose hand the acts are: the account of the agency that answers for its system
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # which system speaks with it, in the agency's words
    label: Mapped[str] = mapped_column(String(40))
    # only the digest; the key itself is shown once
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    # last day
    good_to: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # last day on which something came with it
    used_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
