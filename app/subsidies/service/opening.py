"""Payments made before the county came to us: kept as settled lines, so that the guard knows them and nothing pays them again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.rules import county_of
from app.audit.service import note
from app.core.actor import Actor
from app.core.batches import insert_rows, slices
from app.core.db import new_public_id
from app.core.period import parse_period, quarters_of
from app.core.reasons import reason
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank
from app.patients.models import Patient
from app.subsidies.commands import OpeningPayment
from app.subsidies.models import LineKind, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.lines import RULE_VERSION, line_digest
from app.subsidies.rules.transitions import RunState
from app.subsidies.service.signing import keep_totals

Key = tuple[int, str, Rank]


def record_opening_payments(
    session: Session, actor: Actor, payments: Sequence[OpeningPayment], today: date, now: datetime
) -> int:
    """Store payments that the roster reports as made; one live line per agreement, quarter and guardian, known ones are left alone.

    Returns how many were new. An opening run is settled from the start: it was paid elsewhere.
    """
    known = _known(session, payments)
    fresh = {key: payment for payment in payments if (key := _key(payment)) not in known}
    found = _agreements(session, list(fresh.values()))
    runs: dict[tuple[str, str], SubsidyRun] = {}
    rows = []
    for payment in fresh.values():
        agreement, guardianship, patient = found[payment.agreement_id, payment.rank]
        place = (county_of(patient.area_code), str(payment.quarter))
        run = runs.get(place) or _opening_run(session, actor, *place, today, now)
        runs[place] = run
        rows.append(_row(run, payment, agreement, guardianship, patient))
    insert_rows(session, SubsidyLine, rows)
    for run in runs.values():
        keep_totals(session, run)
        note(
            session,
            actor,
            "subsidies.opening_recorded",
            now=now,
            subject=("subsidy_run", run.public_id),
            area_code=run.county_code,
            count=run.pay_count,
            detail={"period": run.period, "total_fen": run.total_fen},
        )
    return len(rows)


def _key(payment: OpeningPayment) -> Key:
    return payment.agreement_id, str(payment.quarter), payment.rank


def _known(session: Session, payments: Sequence[OpeningPayment]) -> set[Key]:
    known: set[Key] = set()
    for ids in slices({payment.agreement_id for payment in payments}):
        rows = session.execute(
            select(SubsidyLine.agreement_id, SubsidyLine.period, SubsidyLine.rank).where(
                SubsidyLine.agreement_id.in_(ids), SubsidyLine.decision == LineState.PAY, SubsidyLine.is_live
            )
        )
        known.update(
            (agreement_id, str(quarter), rank)
            for agreement_id, period, rank in rows
            for quarter in quarters_of(parse_period(period))
        )
    return known


def _agreements(
    session: Session, payments: Sequence[OpeningPayment]
) -> dict[tuple[int, Rank], tuple[Agreement, Guardianship, Patient]]:
    found = {}
    for ids in slices({payment.agreement_id for payment in payments}):
        rows = session.execute(
            select(Agreement, Guardianship, Patient)
            .join(Guardianship, Guardianship.id.in_((Agreement.guardianship_id, Agreement.second_guardianship_id)))
            .join(Patient, Patient.id == Agreement.patient_id)
            .where(Agreement.id.in_(ids))
        )
        found.update({(agreement.id, link.rank): (agreement, link, patient) for agreement, link, patient in rows})
    return found


def _opening_run(
    session: Session, actor: Actor, county_code: str, period: str, today: date, now: datetime
) -> SubsidyRun:
    run = session.scalar(
        select(SubsidyRun).where(
            SubsidyRun.county_code == county_code, SubsidyRun.period == period, SubsidyRun.kind == RunKind.OPENING
        )
    )
    if run is None:
        run = SubsidyRun(
            county_code=county_code,
            period=period,
            kind=RunKind.OPENING,
            state=RunState.SETTLED,
            rule_version=RULE_VERSION,
            decided_as_of=today,
            prepared_by=actor.user_id,
            prepared_at=now,
            settled_at=now,
        )
        session.add(run)
        session.flush()
    return run


def _row(
    run: SubsidyRun, payment: OpeningPayment, agreement: Agreement, guardianship: Guardianship, patient: Patient
) -> dict[str, object]:
    snapshot = {"agreement": {"number": agreement.number}, "source": "opening"}
    reasons = [reason("subsidies.opening.paid").to_json()]
    return {
        "public_id": new_public_id(),
        "run_id": run.id,
        "kind": LineKind.ORDINARY,
        "agreement_id": agreement.id,
        "period": run.period,
        "rank": payment.rank,
        "patient_id": patient.id,
        "payee_person_id": guardianship.person_id,
        "account_id": None,
        "area_code": patient.area_code,
        "decision": LineState.PAY,
        "is_live": True,
        "amount_fen": payment.amount.fen,
        "days": 0,
        "snapshot": snapshot,
        "reasons": reasons,
        "digest": line_digest(LineState.PAY, payment.amount.fen, 0, reasons, snapshot),
    }
