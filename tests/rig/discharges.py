"""A discharge record filled in whole, and the offices that a county's hand-over needs beside the rig's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import new_public_id
from app.core.identity import IdKind, Sex
from app.discharges.commands import Medicine, SubmitDischarge
from app.discharges.models import Discharge, HandoverEscalation, HandoverEvent, HandoverForm
from app.discharges.rules.states import DischargeTo, DischargeType, FormKind
from app.discharges.service import submit_discharge
from tests.rig.county import VILLAGE, County
from tests.rig.register import NOW, id_number, vault

LEFT_AT = NOW - timedelta(hours=1)
ADMITTED_ON = date(2026, 10, 12)


def record(**changes: Any) -> SubmitDischarge:
    """A record without a fault, of somebody whom the register does not know unless `id_number` says so."""
    said = SubmitDischarge(
        submission_key=new_public_id(),
        hospital_number="CY2026-0071",
        name="单晓明",
        sex=Sex.MALE,
        born_on=date(1980, 5, 1),
        id_kind=IdKind.RESIDENT_CARD,
        id_number=id_number(),
        area_code=VILLAGE,
        admitted_on=ADMITTED_ON,
        discharged_at=LEFT_AT,
        admission_count=3,
        diagnosis_code="F20.0",
        diagnosis="偏执型精神分裂症",
        first_diagnosed="2011-06",
        behaviours=1 << 6,
        effect=2,
        rehabilitation=0b1,
        doctor_name="汪志远",
        doctor_phone="0559-2345678",
        form_on=LEFT_AT.date(),
        discharge_type=DischargeType.ORDERED,
        discharge_to=DischargeTo.HOME,
        risk_level=1,
        address="东村 12 组 3 号",
        medicines=(Medicine("利培酮片", "2mg", "早晚各一片，饭后"),),
        warning_signs="连续两夜不睡",
        is_guardian_present=True,
        is_guardian_phone_checked=True,
        contact_name="赵桂兰",
        contact_relation="配偶",
        contact_phone="13900001111",
    )
    return replace(said, **changes)


def submitted(
    session: Session, county: County, who: str = "hospital", now: datetime = NOW, **changes: Any
) -> Discharge:
    return submit_discharge(session, vault(session), county.actor(who), record(**changes), now).discharge


def forms(session: Session, loop: Discharge) -> dict[FormKind, HandoverForm]:
    """The newest round of each kind."""
    rows = select(HandoverForm).where(HandoverForm.discharge_id == loop.id).order_by(HandoverForm.round)
    return {form.kind: form for form in session.scalars(rows)}


def events(session: Session, loop: Discharge) -> list[HandoverEvent]:
    rows = select(HandoverEvent).where(HandoverEvent.discharge_id == loop.id).order_by(HandoverEvent.id)
    return list(session.scalars(rows))


def escalations(session: Session) -> list[HandoverEscalation]:
    return list(session.scalars(select(HandoverEscalation).order_by(HandoverEscalation.id)))
