"""Two records side by side: what differs, who would be asked to choose, and what would move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.areas.queries import full_name
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.fields import codes_of
from app.core.i18n import N_, _
from app.core.identity import SEX_LABELS, Sex, mask_id, mask_phone
from app.core.web import date_long
from app.guardians.labels import RELATION_LABELS
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank
from app.patients.codes import (
    ECONOMIC_STATUS,
    EMPLOYMENT,
    ETHNIC_GROUPS,
    HOUSEHOLD_TYPES,
    LOCKED_UP,
    MARITAL,
    OUTPATIENT_HISTORY,
    PAST_SYMPTOMS,
    TREATMENT_EFFECT,
)
from app.patients.labels import DIAGNOSIS_LABELS
from app.patients.models import Patient
from app.people.models import Person
from app.people.queries import find_main_phone
from app.people.service import open_id_number
from app.people.vault import Vault
from app.subsidies.models import SubsidyLine
from app.tasks.models import Task, TaskState
from app.visits.models import FollowUpVisit

SEALED_TEXTS = ("address", "committee_contact", "specialist_advice", "notes")
# What is chosen field by field, in the order of the page: field → label.
CHOICES: dict[str, str] = {
    "name": N_("姓名"),
    "sex": N_("性别"),
    "born_on": N_("出生日期"),
    "id_number": N_("证件号码"),
    "phone": N_("联系电话"),
    "record_number": N_("档案编号"),
    "address": N_("现住址（村以下）"),
    "diagnosis": N_("目前诊断"),
    "guardian_first": N_("第一监护人"),
    "guardian_second": N_("第二监护人"),
    "ethnic_code": N_("民族"),
    "marital_code": N_("婚姻状况"),
    "household_type": N_("户别"),
    "employment": N_("就业情况"),
    "economic_status": N_("经济状况"),
    "committee_contact": N_("村（居）委会联系人、电话"),
    "first_onset": N_("初次发病时间"),
    "first_antipsychotic": N_("首次抗精神病药治疗时间"),
    "past_symptoms": N_("既往主要症状"),
    "past_behaviours": N_("既往危险行为"),
    "past_locked_up": N_("既往关锁情况"),
    "outpatient_history": N_("既往门诊治疗"),
    "psychiatric_admissions": N_("曾住精神专科"),
    "last_treatment_effect": N_("最近一次治疗效果"),
    "specialist_advice": N_("专科医生意见"),
    "notes": N_("备注"),
}
_WORDS: dict[str, Any] = {
    "ethnic_code": ETHNIC_GROUPS,
    "marital_code": MARITAL,
    "household_type": HOUSEHOLD_TYPES,
    "employment": EMPLOYMENT,
    "economic_status": ECONOMIC_STATUS,
    "past_locked_up": LOCKED_UP,
    "outpatient_history": OUTPATIENT_HISTORY,
    "last_treatment_effect": TREATMENT_EFFECT,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One field that differs. Texts are as the role may see them; `suggested` is the side that says anything."""

    field: str
    label: str
    kept: str
    merged: str
    suggested: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two records in short, with how much it holds."""

    public_id: str
    name: str
    village: str
    registered_on: date | None
    visits: int
    open_tasks: int
    payments: int


@dataclass(frozen=True, slots=True)
class Preview:
    """`overlapping`: numbers of agreements that stay on the merged record, for people to decide."""

    kept: Side
    merged: Side
    choices: tuple[Choice, ...]
    same: tuple[tuple[str, str], ...]
    overlapping: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Value:
    """What is compared, and how it is shown."""

    raw: Any
    shown: str


def preview(session: Session, vault: Vault, actor: Actor, kept: Patient, merged: Patient) -> Preview:
    """Both records of the actor's area, field by field."""
    require(actor, Action.PUT_RIGHT)
    mine, other = _values(session, vault, kept), _values(session, vault, merged)
    differing = [name for name in CHOICES if mine[name].raw != other[name].raw and other[name].raw not in (None, "")]
    overlapping = overlapping_agreements(session, actor, kept, merged)
    numbers = session.scalars(select(Agreement.number).where(Agreement.id.in_(overlapping)).order_by(Agreement.number))
    return Preview(
        kept=_side(session, kept),
        merged=_side(session, merged),
        choices=tuple(
            Choice(
                name,
                _(CHOICES[name]),
                mine[name].shown,
                other[name].shown,
                "merged" if mine[name].raw in (None, "") else "kept",
            )
            for name in differing
        ),
        same=tuple(
            (_(CHOICES[name]), mine[name].shown)
            for name in CHOICES
            if name not in differing and mine[name].raw not in (None, "")
        ),
        overlapping=tuple(numbers),
    )


def overlapping_agreements(session: Session, actor: Actor, kept: Patient, merged: Patient) -> set[int]:
    """Agreements of the merged record that share days with one of the kept record: no day may be paid twice."""
    require(actor, Action.PUT_RIGHT)
    standing = _agreements(session, kept)
    return {
        one.id
        for one in _agreements(session, merged)
        if any(one.from_on <= _last(other) and other.from_on <= _last(one) for other in standing)
    }


def _agreements(session: Session, patient: Patient) -> list[Agreement]:
    rows = select(Agreement).where(Agreement.patient_id == patient.id, Agreement.withdrawn_at.is_(None))
    return list(session.scalars(rows.order_by(Agreement.id)))


def _last(agreement: Agreement) -> date:
    return agreement.ended_on or agreement.to_on


def _side(session: Session, patient: Patient) -> Side:
    def count(model: Any, *which: Any) -> int:
        rows = select(func.count()).select_from(model).where(model.patient_id == patient.id, *which)
        return session.scalar(rows) or 0

    return Side(
        public_id=patient.public_id,
        name=session.get_one(Person, patient.person_id).name,
        village=full_name(session, patient.area_code),
        registered_on=patient.registered_on,
        visits=count(FollowUpVisit, FollowUpVisit.withdrawn_at.is_(None)),
        open_tasks=count(Task, Task.state == TaskState.OPEN),
        payments=count(SubsidyLine),
    )


def _values(session: Session, vault: Vault, patient: Patient) -> dict[str, _Value]:
    person = session.get_one(Person, patient.person_id)
    number = open_id_number(vault, person)
    phone = find_main_phone(session, vault, person.id)
    found = {
        "name": _Value(person.name, person.name),
        "sex": _Value(person.sex or None, _(SEX_LABELS[Sex(person.sex)])),
        "born_on": _Value(person.born_on, date_long(person.born_on)),
        "id_number": _Value(number, mask_id(number) if number else "—"),
        "phone": _Value(phone, mask_phone(phone) if phone else "—"),
        "record_number": _Value(patient.record_number, patient.record_number or "—"),
        "diagnosis": _Value(
            patient.diagnosis_category,
            _(DIAGNOSIS_LABELS[patient.diagnosis_category]) if patient.diagnosis_category else "—",
        ),
        "guardian_first": _guardian(session, patient, Rank.FIRST),
        "guardian_second": _guardian(session, patient, Rank.SECOND),
    }
    for name in CHOICES:
        if name not in found:
            found[name] = _plain(vault, patient, name)
    return found


def _plain(vault: Vault, patient: Patient, name: str) -> _Value:
    if name in SEALED_TEXTS:
        text = vault.open(patient.person_id, f"patients.{name}", getattr(patient, f"{name}_sealed"))
        return _Value(text, _SHOWN[name](text) if text else "—")
    raw = getattr(patient, name)
    if raw in (None, "", {}):
        return _Value(None, "—")
    return _Value(raw, _(_WORDS[name].get(raw, str(raw))) if name in _WORDS else _told(name, raw))


def _told(name: str, raw: Any) -> str:
    """Symptoms by their words, counts by how many there are; everything else as it is."""
    if name == "past_symptoms":
        return _("、").join(_(PAST_SYMPTOMS[int(code)]) for code in codes_of(raw))
    if isinstance(raw, dict):
        return _("共 %(n)s 次", n=sum(raw.values()))
    return str(raw)


# Free words are masked for the county office (roles.md): that there are some is what it chooses by.
_SHOWN: dict[str, Callable[[str], str]] = {
    "address": lambda text: text,
    "committee_contact": lambda text: text,
    "specialist_advice": lambda text: _("有记录（%(n)s 字）", n=len(text)),
    "notes": lambda text: _("有记录（%(n)s 字）", n=len(text)),
}


def _guardian(session: Session, patient: Patient, rank: Rank) -> _Value:
    row = session.execute(
        select(Guardianship, Person.name)
        .join(Person, Person.id == Guardianship.person_id)
        .where(
            Guardianship.patient_id == patient.id,
            Guardianship.rank == rank,
            Guardianship.to_on.is_(None),
            Guardianship.withdrawn_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return _Value(None, "—")
    link, name = row
    shown = f"{name}（{_(RELATION_LABELS[link.relation])}，{date_long(link.from_on)}）"
    return _Value((link.person_id, link.from_on), shown)
