"""The three states of a registration with their history, and one page for each thing that can happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.audit.views import note_look
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, NotFound
from app.core.fields import choices
from app.core.forms import Form
from app.core.i18n import N_, _, lazy_
from app.core.keys import current_keyring
from app.core.reasons import Reason, reason
from app.core.web import forget_reads, read_session, show_errors
from app.patients import service
from app.patients.forms import (
    AdmissionForm,
    DeathForm,
    DiagnosisForm,
    DischargeForm,
    StateForm,
)
from app.patients.forms_clues import ReviewForm, StartReviewForm
from app.patients.labels import CARE_LABELS, MANAGEMENT_LABELS, REGISTRY_LABELS
from app.patients.models import Patient
from app.patients.queries import (
    get_patient,
    header_of,
    list_admissions,
    list_consents,
    list_diagnoses,
    list_history,
    lock_patient,
)
from app.patients.rules import (
    LEGAL_MANAGEMENT_MOVES,
    LEGAL_REGISTRY_MOVES,
    CareSetting,
    ConsentKind,
    ManagementStatus,
    RegistryStatus,
    SpanKind,
)
from app.patients.service.states import WAITS_FOR_DIAGNOSIS
from app.patients.views.blueprint import WORDS, patients
from app.people.models import DatePrecision, Person
from app.people.service import prove_death
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]
Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class Act:
    """One thing that can happen: its title, its form, what storing it means, and whether it can happen now."""

    title: str
    saves: str
    form: type[Form]
    store: Callable[[Session, Actor, Patient, Any], None]
    is_possible: Callable[[Actor, Patient], bool]
    hint: str = ""


@patients.route("/patients/<public_id>/states")
@permit(Action.KEEP_REGISTER)
def change_state(public_id: str) -> str:
    actor, session, clock = current_actor(), read_session(), current_clock()
    patient = get_patient(session, actor, public_id)
    note_look(("patient", public_id), patient.area_code)
    return render_template(
        "patients/states.html",
        patient=header_of(session, actor, Vault(session, current_keyring()), patient, clock.today()),
        acts=[(name, act) for name, act in ACTS.items() if act.is_possible(actor, patient)],
        history=list_history(session, actor, patient),
        diagnoses=list_diagnoses(session, actor, patient),
        consents=list_consents(session, actor, patient),
        admissions=list_admissions(session, actor, patient),
        words=WORDS,
    )


@patients.route("/patients/<public_id>/states/<name>", methods=["GET", "POST"])
@permit(Action.KEEP_REGISTER)
def act(public_id: str, name: str) -> Answer:
    actor, session = current_actor(), read_session()
    patient, done = get_patient(session, actor, public_id), ACTS.get(name)
    if done is None or not done.is_possible(actor, patient):
        raise NotFound
    form = _form(actor, done, name, patient, current_clock().today())
    if request.method == "GET":
        note_look(("patient", public_id), patient.area_code)
    if request.method == "POST" and form.validate():
        forget_reads()
        try:
            with transaction() as writing:
                done.store(writing, actor, lock_patient(writing, actor, public_id), form)
            flash(_("已保存"))
            return redirect(url_for("patients.change_state", public_id=public_id))
        except AnhuError as refused:
            show_errors(form, refused)
    session = read_session()
    header = header_of(
        session,
        actor,
        Vault(session, current_keyring()),
        get_patient(session, actor, public_id),
        current_clock().today(),
    )
    page = render_template("patients/act.html", form=form, act=done, name=name, patient=header, words=WORDS)
    return page if request.method == "GET" else (page, 422)


def _form(actor: Actor, done: Act, name: str, patient: Patient, today: date) -> Form:
    form = done.form(
        data={"from_on": today, "on": today, "kind": ConsentKind.COMMUNITY_MANAGEMENT.value, "precision": "day"}
    )
    form.today = today
    if isinstance(form, StateForm):
        form.value.choices = choices((code, lazy_(text)) for code, text in _MOVES[name](actor, patient))
    return form


# -- the moves that are legal now --------------------------------------------------------------------------------------


def _registry_moves(_actor: Actor, patient: Patient) -> Choices:
    """Death and the diagnosis review have pages of their own; exclusion, merging and undoing either need two people."""
    by_two = {RegistryStatus.DEAD, RegistryStatus.EXCLUDED, RegistryStatus.MERGED, RegistryStatus.TRANSFERRED_OUT}
    if patient.registry_status in (RegistryStatus.DEAD, RegistryStatus.MERGED, *WAITS_FOR_DIAGNOSIS):
        return []
    return [
        (after.value, REGISTRY_LABELS[after])
        for after in RegistryStatus
        if (patient.registry_status, after) in LEGAL_REGISTRY_MOVES and after not in by_two
    ]


def _management_moves(actor: Actor, patient: Patient) -> Choices:
    """Consent moves the state by itself; a refusal is a consent paper too."""
    present = patient.management_status
    by_consent = {ManagementStatus.REFUSED}
    if present in (ManagementStatus.PENDING_CONSENT, ManagementStatus.REFUSED):
        by_consent.add(ManagementStatus.MANAGED)
    return [
        (after.value, MANAGEMENT_LABELS[after])
        for after in ManagementStatus
        if present is not None
        and (present, after) in LEGAL_MANAGEMENT_MOVES
        and after not in by_consent
        and (after is not ManagementStatus.LOST or may(actor, Action.CONFIRM_LOST))
    ]


def _care_moves(_actor: Actor, patient: Patient) -> Choices:
    if patient.care_setting in (None, CareSetting.INPATIENT):
        return []
    return [
        (after.value, CARE_LABELS[after])
        for after in CareSetting
        if after not in (patient.care_setting, CareSetting.INPATIENT)
    ]


_MOVES: dict[str, Callable[[Actor, Patient], Choices]] = {
    "registry": _registry_moves,
    "management": _management_moves,
    "care": _care_moves,
}


# -- storing -----------------------------------------------------------------------------------------------------------


def _store_state(what: SpanKind) -> Callable[[Session, Actor, Patient, Any], None]:
    def store(session: Session, actor: Actor, patient: Patient, form: StateForm) -> None:
        because: Reason = reason("patients.because.stated", text=form.reason.data)
        now = current_clock().now()
        service.change_state(session, actor, patient, what, form.value.data, form.from_on.data, because, now)

    return store


def _store_start_review(session: Session, actor: Actor, patient: Patient, form: StartReviewForm) -> None:
    service.start_review(session, actor, patient, form.from_on.data, current_clock().now())


def _store_review(session: Session, actor: Actor, patient: Patient, form: ReviewForm) -> None:
    service.review_diagnosis(session, actor, patient, form.to_command(), current_clock().now())


def _store_diagnosis(session: Session, actor: Actor, patient: Patient, form: DiagnosisForm) -> None:
    service.set_diagnosis(session, actor, patient, form.diagnosis(), form.from_on.data, current_clock().now())


def _store_admission(session: Session, actor: Actor, patient: Patient, form: AdmissionForm) -> None:
    service.record_admission(
        session, actor, patient, form.hospital.data, form.from_on.data, form.to_on.data, current_clock().now()
    )


def _store_discharge(session: Session, actor: Actor, patient: Patient, form: DischargeForm) -> None:
    service.record_discharge(session, actor, patient, form.on.data, current_clock().now())


def _store_death(session: Session, actor: Actor, patient: Patient, form: DeathForm) -> None:
    service.record_death(
        session,
        actor,
        patient,
        form.died_on.data,
        DatePrecision(form.precision.data),
        form.cause.code,
        current_clock().now(),
        form.physical_cause.code if form.cause.code == 1 else None,
    )
    prove_death(
        session,
        Vault(session, current_keyring()),
        session.get_one(Person, patient.person_id),
        form.news_from.code,
        form.evidence.code,
        form.evidence_number.data or "",
    )


def _is_registered(_actor: Actor, patient: Patient) -> bool:
    return patient.registry_status is RegistryStatus.REGISTERED


def _waits_for_diagnosis(actor: Actor, patient: Patient) -> bool:
    return patient.registry_status in WAITS_FOR_DIAGNOSIS and may(actor, Action.REVIEW_SUSPECTED)


ACTS: dict[str, Act] = {
    "start-review": Act(
        N_("送诊断复核"),
        N_("保存送诊"),
        StartReviewForm,
        _store_start_review,
        lambda actor, patient: (
            _waits_for_diagnosis(actor, patient) and patient.registry_status is RegistryStatus.SUSPECTED
        ),
        N_("由精神科执业医师诊断；自列为疑似起 10 个工作日内有结果。"),
    ),
    "review": Act(
        N_("诊断复核"),
        N_("保存复核结果"),
        ReviewForm,
        _store_review,
        _waits_for_diagnosis,
        N_("以精神科医师的诊断为准。确诊即在册，同意管理的 14 日内首次随访；排除的保留资料，以后凭新的诊断才能在册。"),
    ),
    "admission": Act(
        N_("登记入院"),
        N_("保存入院"),
        AdmissionForm,
        _store_admission,
        lambda actor, patient: _is_registered(actor, patient) and patient.care_setting is not CareSetting.INPATIENT,
        N_("住院期间不安排随访；出院后 14 日内访视。过去的住院可同时填出院日期。"),
    ),
    "discharge": Act(
        N_("登记出院"),
        N_("保存出院"),
        DischargeForm,
        _store_discharge,
        lambda _actor, patient: patient.care_setting is CareSetting.INPATIENT,
        N_("自出院当天起居家，14 日内访视。"),
    ),
    "diagnosis": Act(
        N_("变更诊断"),
        N_("保存诊断"),
        DiagnosisForm,
        _store_diagnosis,
        lambda _actor, patient: patient.registry_status is not RegistryStatus.DEAD,
    ),
    "care": Act(
        N_("变更照护场所"),
        N_("保存照护场所"),
        StateForm,
        _store_state(SpanKind.CARE),
        lambda actor, patient: bool(_care_moves(actor, patient)),
    ),
    "management": Act(
        N_("变更管理状态"),
        N_("保存管理状态"),
        StateForm,
        _store_state(SpanKind.MANAGEMENT),
        lambda actor, patient: bool(_management_moves(actor, patient)),
        N_("失访由乡镇卫生院负责人或县精防机构确认；找到后改回在管，14 日内访视。"),
    ),
    "registry": Act(
        N_("变更登记状态"),
        N_("保存登记状态"),
        StateForm,
        _store_state(SpanKind.REGISTRY),
        lambda actor, patient: bool(_registry_moves(actor, patient)),
    ),
    "death": Act(
        N_("登记死亡"),
        N_("保存死亡登记"),
        DeathForm,
        _store_death,
        lambda _actor, patient: patient.registry_status is not RegistryStatus.DEAD,
        N_("保存后随访等任务全部终止，补贴计算到死亡当日。登记错误只能由县精防机构两人共同更正。"),
    ),
}
