"""Policies before they are versions: what one person proposes and another adopts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Coded, JsonText, UtcDateTime, new_public_id
from app.subsidies.rules.proposal import PolicyProposalState


class PolicyProposal(Base):
    """The next version of a county's policy as it is proposed; adopting it makes the version."""

    __tablename__ = "policy_proposals"
    __table_args__ = (
        Index("ix_policy_proposals_county_code_state", "county_code", "state"),
        CheckConstraint("decided_by IS NULL OR state = 'withdrawn' OR decided_by <> proposed_by", name="two_hands"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True, default=new_public_id)
    submission_key: Mapped[str] = mapped_column(String(22), unique=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    valid_from: Mapped[date]
    # `PolicyTerms.to_json()`
    terms: Mapped[dict[str, Any]] = mapped_column(JsonText)
    state: Mapped[PolicyProposalState] = mapped_column(Coded(PolicyProposalState), default=PolicyProposalState.PROPOSED)
    # the version that it became
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("subsidy_policies.id"), unique=True)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
