"""A patient's treatment: what was given and when the next is due; joint visits; how a locking-up was ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.audit.views import note_look
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import AnhuError, Invalid
from app.core.forms import Form
from app.core.i18n import N_, _
from app.core.keys import current_keyring
from app.core.reasons import reason
from app.core.web import forget_reads, read_session, show_errors
from app.patients.forms_treatment import (
    ExaminationForm,
    InjectionForm,
    JointForm,
    PlainForm,
    SupplyForm,
    UnlockingForm,
)
from app.patients.labels_treatment import AGREED_BY, ECG, INJECTION_SITES
from app.patients.models import Patient
from app.patients.queries import get_patient, header_of, lock_patient
from app.patients.queries.treatment import treatment_of
from app.patients.rules_treatment import LONGEST_JOINT_DAYS
from app.patients.service import company, treatment
from app.patients.views.blueprint import patients
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]
Store = Callable[[Session, Actor, Patient, Any], None]


@dataclass(frozen=True)
class Sheet:
    """One form about treatment: its title, its button, what it says above, how it is stored."""

    title: str
    saves: str
    form: type[Form]
    store: Store
    hint: str = ""


@patients.route("/patients/<public_id>/treatment")
@permit(Action.KEEP_TREATMENT)
def show_treatment(public_id: str) -> str:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    patient = get_patient(session, actor, public_id)
    note_look(("patient", public_id), patient.area_code)
    vault = Vault(session, current_keyring())
    return render_template(
        "patients/treatment/show.html",
        patient=header_of(session, actor, vault, patient, today),
        row=patient,
        treatment=treatment_of(session, actor, vault, patient, today),
        form=PlainForm(),
        words={"site": INJECTION_SITES, "agreed": AGREED_BY, "ecg": ECG},
    )


@patients.route("/patients/<public_id>/treatment/injection", methods=["GET", "POST"])
@permit(Action.KEEP_TREATMENT)
def new_injection(public_id: str) -> Answer:
    return _sheet(public_id, _INJECTION, _last_injection)


@patients.route("/patients/<public_id>/treatment/supply", methods=["GET", "POST"])
@permit(Action.KEEP_TREATMENT)
def new_supply(public_id: str) -> Answer:
    return _sheet(public_id, _SUPPLY, _last_supply)


@patients.route("/patients/<public_id>/treatment/examination", methods=["GET", "POST"])
@permit(Action.KEEP_TREATMENT)
def new_examination(public_id: str) -> Answer:
    return _sheet(public_id, _EXAMINATION, lambda _patient: {"examined_on": current_clock().today()})


@patients.route("/patients/<public_id>/treatment/stop", methods=["POST"])
@permit(Action.KEEP_TREATMENT)
def stop_treatment(public_id: str) -> BaseResponse:
    """End the course of injections, or the supply of one drug that the form names."""
    actor, clock = current_actor(), current_clock()
    supply = request.form.get("record")
    with transaction() as session:
        patient = lock_patient(session, actor, public_id)
        if supply:
            treatment.stop_supply(session, actor, patient, supply, clock.today(), clock.now())
        else:
            treatment.stop_injections(session, actor, patient, clock.today(), clock.now())
    flash(_("已停用，不再提醒"))
    return redirect(url_for("patients.show_treatment", public_id=public_id))


@patients.route("/patients/<public_id>/treatment/withdraw", methods=["POST"])
@permit(Action.KEEP_TREATMENT)
def withdraw_treatment(public_id: str) -> BaseResponse:
    """Take back the wrong record that the form names."""
    actor, now = current_actor(), current_clock().now()
    kind, record = request.form.get("kind", ""), request.form.get("record", "")
    with transaction() as session:
        patient = lock_patient(session, actor, public_id)
        if not record:
            raise Invalid({"record": [reason("core.nothing_chosen")]})
        treatment.withdraw_treatment(session, actor, patient, kind, record, now)
    flash(_("已撤销"))
    return redirect(url_for("patients.show_treatment", public_id=public_id))


@patients.route("/patients/<public_id>/joint-visits", methods=["GET", "POST"])
@permit(Action.SET_JOINT_VISITS)
def joint_visits(public_id: str) -> Answer:
    """Set, renewed or ended (the second button); lapses by itself."""
    if request.method == "POST" and "end" in request.form:
        with transaction() as session:
            actor = current_actor()
            company.end_joint_visits(session, actor, lock_patient(session, actor, public_id), current_clock().now())
        flash(_("联合随访已结束"))
        return redirect(url_for("desk.patient", public_id=public_id))
    return _sheet(public_id, _JOINT, _joint_from, "desk.patient", may_end=True)


@patients.route("/patients/<public_id>/unlocking", methods=["GET", "POST"])
@permit(Action.END_LOCKING)
def end_locking(public_id: str) -> Answer:
    return _sheet(public_id, _UNLOCKING, lambda _patient: {"unlocked_on": current_clock().today()}, "desk.patient")


# -- what the forms begin with -----------------------------------------------------------------------------------------


def _treatment(patient: Patient) -> Any:
    session = read_session()
    vault = Vault(session, current_keyring())
    return treatment_of(session, current_actor(), vault, patient, current_clock().today())


def _last_injection(patient: Patient) -> dict[str, Any]:
    """Drug, dose and interval are usually what they were."""
    begun = {"given_on": current_clock().today()}
    newest = next(iter(_treatment(patient).injections), None)
    if newest is None:
        return begun
    last = newest.injection
    return begun | {name: getattr(last, name) for name in ("drug", "dose_mg", "interval_weeks", "site", "facility")}


def _last_supply(patient: Patient) -> dict[str, Any]:
    last = next(iter(_treatment(patient).supplies), None)
    begun = {"given_on": current_clock().today()}
    return begun | ({"drug": last.drug, "days": last.days, "source": last.source} if last else {})


def _joint_from(_patient: Patient) -> dict[str, Any]:
    """A link from a visit that calls for company names what called for it."""
    triggers = request.args.getlist("trigger")
    return {"until": current_clock().today() + timedelta(days=LONGEST_JOINT_DAYS), "triggers": triggers}


# -- storing -----------------------------------------------------------------------------------------------------------


def _store_injection(session: Session, actor: Actor, patient: Patient, form: InjectionForm) -> None:
    vault = Vault(session, current_keyring())
    treatment.record_injection(session, vault, actor, patient, form.to_command(), current_clock().now())


def _store_supply(session: Session, actor: Actor, patient: Patient, form: SupplyForm) -> None:
    treatment.record_supply(session, actor, patient, form.to_command(), current_clock().now())


def _store_examination(session: Session, actor: Actor, patient: Patient, form: ExaminationForm) -> None:
    vault = Vault(session, current_keyring())
    treatment.record_examination(session, vault, actor, patient, form.to_command(), current_clock().now())


def _store_joint(session: Session, actor: Actor, patient: Patient, form: JointForm) -> None:
    clock = current_clock()
    company.set_joint_visits(session, actor, patient, form.to_command(), clock.today(), clock.now())


def _store_unlocking(session: Session, actor: Actor, patient: Patient, form: UnlockingForm) -> None:
    clock = current_clock()
    company.end_locking(session, actor, patient, form.to_command(), clock.today(), clock.now())


_INJECTION = Sheet(
    N_("登记长效针剂"),
    N_("保存注射"),
    InjectionForm,
    _store_injection,
    N_("下一次按间隔计算，遇节假日不改。逾期超过 7 天按间断服药计。"),
)
_SUPPLY = Sheet(N_("登记领药"), N_("保存领药"), SupplyForm, _store_supply, N_("用完前 5 个工作日会提醒续领。"))
_EXAMINATION = Sheet(
    N_("登记年度健康体检"),
    N_("保存体检"),
    ExaminationForm,
    _store_examination,
    N_("每年都要重新征得患者或监护人同意。不同意只填日期和第二项。"),
)
_JOINT = Sheet(
    N_("联合随访"),
    N_("保存联合随访"),
    JointForm,
    _store_joint,
    N_("与村（居）委会、民警共同随访，最长 90 天，到期自动停止，需要时再续。"),
)
_UNLOCKING = Sheet(
    N_("登记解锁"),
    N_("保存解锁"),
    UnlockingForm,
    _store_unlocking,
    N_("只记录任务怎样办结，不会成为患者的标签。"),
)


def _sheet(
    public_id: str,
    sheet: Sheet,
    begin: Callable[[Patient], dict[str, Any]],
    back: str = "patients.show_treatment",
    may_end: bool = False,
) -> Answer:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    patient = get_patient(session, actor, public_id)
    form = sheet.form(data={"key": new_public_id(), **begin(patient)})
    form.today = today
    if request.method == "GET":
        note_look(("patient", public_id), patient.area_code)
    if request.method == "POST" and form.validate():
        forget_reads()
        try:
            with transaction() as writing:
                sheet.store(writing, actor, lock_patient(writing, actor, public_id), form)
            flash(_("已保存"))
            return redirect(url_for(back, public_id=public_id))
        except AnhuError as refused:
            show_errors(form, refused)
    session = read_session()
    patient = get_patient(session, actor, public_id)
    page = render_template(
        "patients/treatment/form.html",
        sheet=sheet,
        form=form,
        patient=header_of(session, actor, Vault(session, current_keyring()), patient, today),
        back=url_for(back, public_id=public_id),
        ends=may_end and patient.joint_visit_until is not None and patient.joint_visit_until >= today,
    )
    return page if request.method == "GET" else (page, 422)
