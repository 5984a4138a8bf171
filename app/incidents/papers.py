"""应急处置记录单 as paper, from the record as the page shows it: three copies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from app.core.actor import Actor
from app.core.identity import SEX_LABELS
from app.guardians.papers import person_on_paper
from app.guardians.queries import GuardianCard
from app.incidents.labels import NO_CONSENT, POLICE_TOLD
from app.incidents.labels_care import RECEPTION_REFUSALS, RECEPTION_STATES, TRANSPORTS
from app.incidents.models import EmergencyReception
from app.incidents.queries.emergencies import Sheet
from app.incidents.rules.emergencies import (
    ConsentSigner,
    Disposal,
    EmergencyEffect,
    EmergencyReason,
    NoConsent,
    PersonCategory,
    PoliceTold,
    ReporterKind,
)
from app.patients.queries import PatientHeader
from reports.forms.emergency_record import (
    EmergencyCheck,
    EmergencyRecordDocument,
    Reception,
    TeamMember,
    render_emergency_record,
)
from reports.forms.person import Person
from reports.forms.sheet import Imprint


def record_pdf(
    sheet: Sheet,
    patient: PatientHeader | None,
    guards: Sequence[GuardianCard],
    organisation: str,
    actor: Actor,
    now: datetime,
    receptions: Sequence[EmergencyReception] = (),
) -> bytes:
    """The printed codes are the places of our codes in the lists of domain 3.4; `patient` is None for who is not registered."""
    stored = sheet.emergency
    texts = {name: words or "" for name, words in sheet.texts.items()}
    why_none = NO_CONSENT[NoConsent(stored.consent_reason)] if stored.consent_reason else ""
    return render_emergency_record(
        EmergencyRecordDocument(
            Imprint(organisation, actor.name, now),
            person_on_paper(patient, guards) if patient else _stranger(sheet),
            serial=stored.public_id[:8].upper(),
            category=_place(PersonCategory, stored.category),
            reporter_kind=_place(ReporterKind, stored.reporter),
            reporter=texts["reporter_name"],
            reported_at=stored.reported_at or stored.opened_at,
            started_at=stored.started_at,
            ended_at=stored.ended_at,
            place=texts["place"],
            reason=_place(EmergencyReason, stored.reason),
            reason_other=texts["reason_text"],
            scene=texts["scene"],
            risk_level=stored.risk_level,
            diagnosis=texts["diagnosis"],
            measures=tuple(bit + 1 for bit in range(8) if (stored.measures or 0) >> bit & 1),
            measures_text=texts["measures_text"],
            effect=_place(EmergencyEffect, stored.effect),
            effect_other=texts["effect_text"],
            outcome=_place(Disposal, stored.disposal),
            hospital=stored.hospital,
            consent_signer=_place(ConsentSigner, stored.consent_signer),
            consent_name=texts["consent_name"],
            consent_reason=why_none,
            receptions=tuple(_reception(one) for one in receptions),
            police_told_at=stored.police_told_at,
            police_told_how=POLICE_TOLD[PoliceTold(stored.police_told)] if stored.police_told else "",
            team=tuple(TeamMember(one["name"], one["unit"]) for one in stored.team),
            due_at=stored.record_due_at if stored.ended_at else None,
            finished_at=stored.finished_at,
            is_late=sheet.clock.is_late if stored.finished_at else None,
            checks=tuple(
                EmergencyCheck(
                    check.due_at,
                    check.checked_at,
                    sheet.notes.get(check.id) or "",
                    check.is_stable,
                    sheet.staff.get(check.checked_by or 0, ""),
                )
                for check in sheet.checks
            ),
            recorded_by=sheet.staff.get(stored.finished_by or stored.opened_by, ""),
        )
    )


def _reception(one: EmergencyReception) -> Reception:
    return Reception(
        one.hospital,
        TRANSPORTS[one.transport],
        one.asked_at,
        one.answered_at,
        one.arrived_at,
        " ".join([RECEPTION_STATES[one.state], *([RECEPTION_REFUSALS[one.refusal]] if one.refusal else [])]),
        " ".join(name for name in (one.answered_name, one.received_name) if name),
    )


def _stranger(sheet: Sheet) -> Person:
    """Somebody who is not in the register: what was seen on the spot."""
    return Person(
        name=sheet.name,
        sex=SEX_LABELS[sheet.sex] if sheet.sex in (1, 2) else "",
        born_on=sheet.person.born_on,
        address=sheet.village,
    )


def _place(codes: type[StrEnum], code: str | None) -> int | None:
    """1 for the first code of the list."""
    return [str(one) for one in codes].index(str(code)) + 1 if code else None
