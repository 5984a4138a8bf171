"""Payments that the roster reports as made, handed to the subsidies room with the agreement that each belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.guardians.models import Agreement
from app.roster.rules.entry import PaymentPart
from app.roster.service.guarding import Guarded
from app.roster.service.hand import Hand
from app.subsidies.commands import OpeningPayment
from app.subsidies.service.opening import record_opening_payments


def store_payments(session: Session, hand: Hand, guarded: Sequence[Guarded]) -> None:
    """The payments of rows whose agreement has just been stored."""
    made = [(payment, one.agreement) for one in guarded if one.agreement for payment in one.row.payments]
    store_payments_of(session, hand, made)


def store_payments_of(session: Session, hand: Hand, payments: Sequence[tuple[PaymentPart, Agreement]]) -> None:
    if payments:
        made = [
            OpeningPayment(agreement.id, payment.quarter, payment.amount, payment.rank)
            for payment, agreement in payments
        ]
        record_opening_payments(session, hand.actor, made, hand.today, hand.now)
