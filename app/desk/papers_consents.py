"""Printed consent papers and the receipt of a withdrawal, from the record. In Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.areas.models import Agency
from app.core.actor import Actor
from app.desk.queries.consents import ConsentPaper, Signature
from app.guardians.labels import RELATION_LABELS
from app.guardians.papers import person_on_paper
from app.guardians.queries import GuardianCard
from app.patients.labels import SIGNER_LABELS
from app.patients.queries import PatientHeader
from app.patients.rules import ConsentKind
from reports.forms import consent as form
from reports.forms.sheet import Imprint

KINDS = {
    ConsentKind.COMMUNITY_MANAGEMENT: form.ConsentKind.COMMUNITY,
    ConsentKind.EMERGENCY_TREATMENT: form.ConsentKind.EMERGENCY,
    ConsentKind.OTHER_PURPOSE: form.ConsentKind.OTHER_PURPOSE,
}
_SIGNERS = {
    "patient": form.Signer.PATIENT,
    "guardian": form.Signer.GUARDIAN,
    "witness": form.Signer.WITNESS,
}
_WITNESSED = "患者本人不愿签字"


def consent_pdf(
    paper: ConsentPaper,
    patient: PatientHeader,
    guards: Sequence[GuardianCard],
    agency: Agency | None,
    actor: Actor,
    now: datetime,
    *,
    is_blank: bool,
    purpose: str = "",
    receiver: str = "",
) -> bytes:
    """The paper as it was signed, or to be signed: with the family's data, and what it is about where that was asked for."""
    signed = None if is_blank else paper.present
    return form.render_consent(
        form.ConsentDocument(
            KINDS[paper.kind],
            Imprint(agency.name if agency else "", actor.name, now),
            person_on_paper(patient, guards),
            institution=agency.name if agency else "",
            contact_phone=(agency.phone or "") if agency else "",
            purpose=(signed.purpose or "") if signed else purpose,
            receiver=(signed.receiver or "") if signed else receiver,
            has_agreed=signed.is_agreed if signed else None,
            signer=_SIGNERS.get(signed.signer) if signed else None,
            signer_name=_signer_name(signed, patient) if signed else "",
            signed_on=signed.on if signed else None,
            witness_name=(signed.witness_name or "") if signed else "",
            witness_reason=_WITNESSED if signed and signed.signer == "witness" else "",
        )
    )


def receipt_pdf(
    paper: ConsentPaper,
    withdrawal: Signature,
    patient: PatientHeader,
    guards: Sequence[GuardianCard],
    agency: Agency | None,
    actor: Actor,
    now: datetime,
) -> bytes:
    """撤回知情同意回执, in two copies."""
    guard = next((one for one in guards if one.name == withdrawal.signer_name), None)
    is_patient = withdrawal.signer == "patient"
    return form.render_withdrawal_receipt(
        form.WithdrawalReceiptDocument(
            Imprint(agency.name if agency else "", actor.name, now),
            institution=agency.name if agency else "",
            contact_phone=(agency.phone or "") if agency else "",
            patient_name=patient.name,
            withdrawn=(KINDS[paper.kind],),
            withdrawn_by=_signer_name(withdrawal, patient),
            relation=SIGNER_LABELS["patient"] if is_patient else RELATION_LABELS[guard.relation] if guard else "",
            withdrawn_on=withdrawal.on,
            effective_on=withdrawal.effective_on,
            received_by=withdrawal.recorded_by or "",
            receipt_number=f"{patient.record_number or patient.public_id[:8]}-{withdrawal.on:%Y%m%d}",
        )
    )


def _signer_name(signed: Signature, patient: PatientHeader) -> str:
    return patient.name if signed.signer == "patient" else signed.signer_name or ""
