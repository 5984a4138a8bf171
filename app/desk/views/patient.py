"""The patient's page: who, how they stand, what is next and why, and everything that happened in one line."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request

from app.audit.views import note_look
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.i18n import N_, _
from app.core.keys import current_keyring
from app.core.web import read_session
from app.desk.queries.ending_paper import is_printable
from app.desk.queries.patient import open_tasks
from app.desk.rules import PatientTab
from app.desk.texts import TASK_KINDS, VISIT_FORMS
from app.desk.views.blueprint import desk
from app.desk.views.care import care_of, deeds_for
from app.desk.views.support import support_of
from app.desk.views.timeline import SHOWN, history_of, visit_pill
from app.discharges import labels as handover_labels
from app.discharges.queries.homes import find_new_home
from app.discharges.queries.reach import list_of_patient
from app.guardians.labels import AGREEMENT_LABELS, BASIS_LABELS, RANK_LABELS, RELATION_LABELS
from app.guardians.queries import list_agreements, list_guardians
from app.patients.labels import (
    CARE_LABELS,
    CLASS_LABELS,
    CONSENT_LABELS,
    CONSENT_STANDING,
    DIAGNOSIS_LABELS,
    MANAGEMENT_LABELS,
    REGISTRY_LABELS,
    SIGNER_LABELS,
    STATE_LABELS,
    TEAM_PARTS,
)
from app.patients.models import Patient, PatientSpan
from app.patients.queries import get_patient, header_of, list_consents, list_diagnoses
from app.patients.rules import RegistryStatus
from app.people.rules import REVEAL_REASONS
from app.people.vault import Vault
from app.visits.queries import list_visits, sees_visits
from app.visits.queries_losses import find_lost_span

# What else can be done for a patient by whoever keeps the register.
MENU = (
    ("incidents.open_for_patient", N_("开应急处置记录单")),
    ("incidents.report_of_patient", N_("报告案（事）件")),
    ("incidents.ask_green", N_("申请绿色通道")),
    ("patients.edit", N_("编辑资料")),
    ("patients.change_state", N_("变更状态")),
    ("patients.show_treatment", N_("治疗")),
    ("desk.consents", N_("知情同意")),
    ("desk.team", N_("关爱帮扶小组")),
    ("desk.plan", N_("一人一策")),
    ("desk.dependants", N_("告知民政")),
    ("benefits.of_patient", N_("惠民待遇")),
    ("benefits.refer_patient", N_("社区康复")),
    ("visits.list_of_referrals", N_("转诊")),
    ("guardians.list_guardians", N_("监护人与协议")),
    ("patients.correct", N_("证件更正")),
    ("desk.propose_transfer", N_("办理迁移")),
    ("visits.keep_loss", N_("失访登记")),
    ("desk.ending_paper", N_("打印失访/死亡登记表")),
    ("desk.choose_merge", N_("并档")),
    ("desk.exclude", N_("申请排除")),
    ("desk.undo_death", N_("申请更正死亡登记")),
)
# What can happen only to a registration in one state.
_ONLY = {
    "desk.propose_transfer": RegistryStatus.REGISTERED,
    "desk.choose_merge": RegistryStatus.REGISTERED,
    "desk.exclude": RegistryStatus.REGISTERED,
    "desk.undo_death": RegistryStatus.DEAD,
}

_WORDS = {
    "state": STATE_LABELS,
    "registry": REGISTRY_LABELS,
    "management": MANAGEMENT_LABELS,
    "care": CARE_LABELS,
    "class": CLASS_LABELS,
    "diagnosis": DIAGNOSIS_LABELS,
    "consent": CONSENT_LABELS,
    "consent_standing": CONSENT_STANDING,
    "signer": SIGNER_LABELS,
    "rank": RANK_LABELS,
    "relation": RELATION_LABELS,
    "basis": BASIS_LABELS,
    "agreement": AGREEMENT_LABELS,
    "kind": TASK_KINDS,
    "form": VISIT_FORMS,
    "handover": handover_labels.STATES,
    "handover_end": handover_labels.CLOSE_REASONS,
}


@desk.route("/patients/<public_id>")
@permit(Action.SEE_REGISTER)
def patient(public_id: str) -> str:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    vault = Vault(session, current_keyring())
    found = get_patient(session, actor, public_id)
    note_look(("patient", public_id), found.area_code)
    tabs = _tabs(actor)
    tab = PatientTab(asked) if (asked := request.args.get("tab", "")) in tabs else PatientTab.HISTORY
    guards = list_guardians(session, actor, vault, found)
    agreements = list_agreements(session, actor, found, today)
    history = history_of(session, actor, found, guards, agreements) if tab is PatientTab.HISTORY else []
    everything = "all" in request.args
    lost = find_lost_span(session, found)
    return render_template(
        "desk/patient.html",
        patient=header_of(session, actor, vault, found, today),
        tab=tab,
        tabs=[(words, part) for part, words in tabs.items()],
        tasks=open_tasks(session, actor, found, today),
        care=care_of(session, actor, found, today),
        deeds=deeds_for(actor),
        guards=guards,
        handovers=list_of_patient(session, actor, found),
        home=find_new_home(session, actor, found.id),
        support=support_of(session, actor, found, today),
        team_parts=TEAM_PARTS,
        agreements=agreements,
        history=history if everything else history[:SHOWN],
        more=0 if everything else max(0, len(history) - SHOWN),
        visits=list_visits(session, actor, found) if tab is PatientTab.VISITS else [],
        consents=list_consents(session, actor, found) if tab is PatientTab.RECORD else [],
        diagnoses=list_diagnoses(session, actor, found) if tab is PatientTab.RECORD else [],
        visit_pill=visit_pill,
        menu=[(endpoint, _(label)) for endpoint, label in MENU if _may_open(actor, endpoint, found, lost)],
        reveal_reasons=[(code, _(words)) for code, words in REVEAL_REASONS.items()],
        words=_WORDS,
    )


def _may_open(actor: Actor, endpoint: str, patient: Patient, lost: PatientSpan | None) -> bool:
    """Whether the role may do it, and it can happen to this registration now."""
    if patient.registry_status is not _ONLY.get(endpoint, patient.registry_status):
        return False
    if endpoint == "incidents.open_for_patient" and patient.registry_status is RegistryStatus.DEAD:
        return False
    if endpoint == "visits.keep_loss" and lost is None:
        return False
    if endpoint == "desk.ending_paper" and not is_printable(patient, lost):
        return False
    guarded: Any = current_app.view_functions[endpoint]
    return may(actor, guarded.permits)


def _tabs(actor: Actor) -> dict[PatientTab, str]:
    """The tabs of this role, in order."""
    tabs = {PatientTab.HISTORY: _("经过")}
    if sees_visits(actor):
        tabs[PatientTab.VISITS] = _("随访")
    tabs[PatientTab.GUARDIANS] = _("监护与协议")
    if may(actor, Action.KEEP_REGISTER):
        tabs[PatientTab.RECORD] = _("基本信息")
    return tabs
