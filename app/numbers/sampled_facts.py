"""What the register says of a drawn record, item by item, as far as the reader may know: to be compared on site. Read live, never kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries import display_names
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.identity import SEX_LABELS, Sex
from app.core.reasons import say_date
from app.guardians.labels import RANK_LABELS, RELATION_LABELS
from app.guardians.queries.page import list_agreements, list_guardians
from app.numbers.models import SampleRecord
from app.numbers.rules.sampling import Item
from app.patients.labels import CONSENT_STANDING, DIAGNOSIS_LABELS
from app.patients.models import Patient
from app.patients.queries.page import PatientHeader, header_of
from app.patients.queries.register import get_patient
from app.patients.queries.treatment import treatment_of
from app.people.vault import Vault
from app.visits.models import FollowUpVisit
from app.visits.queries import StoredForm, find_last_visit, get_visit
from app.visits.reading import answer
from app.visits.rules.form import FIELDS


@dataclass(frozen=True, slots=True)
class Sampled:
    """A drawn record as the register has it now; `header` is None of somebody who is not in the reader's area any more."""

    header: PatientHeader | None
    facts: Mapping[str, str]


@dataclass(frozen=True)
class _Asked:
    """All that one record is read from."""

    session: Session
    actor: Actor
    vault: Vault
    patient: Patient
    header: PatientHeader
    visit: FollowUpVisit | None
    today: date

    def form(self) -> StoredForm | None:
        """The drawn visit, or the newest; None for whoever reads nothing clinical."""
        if self.visit is None:
            return find_last_visit(self.session, self.actor, self.patient)
        return get_visit(self.session, self.actor, self.patient, self.visit.public_id)


def read_sampled(
    session: Session, actor: Actor, vault: Vault, record: SampleRecord, items: Iterable[Item], today: date
) -> Sampled:
    """The record as it stands, also of somebody whose registration was merged into another since."""
    visit = session.get(FollowUpVisit, record.visit_id) if record.visit_id else None
    drawn = visit.patient_id if visit else record.patient_id
    public_id = session.scalars(select(Patient.public_id).where(Patient.id == drawn)).one()
    try:
        patient = get_patient(session, actor, public_id)
    except NotFound:
        return Sampled(None, {})
    header = header_of(session, actor, vault, patient, today)
    asked = _Asked(session, actor, vault, patient, header, visit, today)
    return Sampled(header, {one.code: FACTS[one.code](asked) for one in items})


def _identity(asked: _Asked) -> str:
    one = asked.header
    sex = _(SEX_LABELS[Sex(one.sex)]) if one.sex is not None else ""
    born = _("%(day)s出生", day=say_date(one.born_on)) if one.born_on else ""
    number = one.id_number.text if one.id_number else ""
    return _("，").join(filter(None, (one.name, sex, born, number)))


def _address(asked: _Asked) -> str:
    return " ".join(filter(None, (asked.header.place, asked.header.address)))


def _guardian(asked: _Asked) -> str:
    cards = list_guardians(asked.session, asked.actor, asked.vault, asked.patient)
    said = [
        _("%(rank)s %(name)s（%(relation)s）", rank=_(RANK_LABELS[one.rank]), name=one.name, relation=_(RELATION_LABELS[one.relation]))
        for one in cards
        if one.is_present
    ]  # fmt: skip
    return _("；").join(said)


def _agreement(asked: _Asked) -> str:
    rows = list_agreements(asked.session, asked.actor, asked.patient, asked.today)
    newest = rows[0] if rows else None
    if newest is None:
        return ""
    return _("%(number)s，%(first)s至%(last)s", number=newest.number, first=say_date(newest.from_on), last=say_date(newest.last_day))  # fmt: skip


def _consent(asked: _Asked) -> str:
    standing = asked.header.consent
    return _(CONSENT_STANDING[standing]) if standing else ""


def _diagnosis(asked: _Asked) -> str:
    return _(DIAGNOSIS_LABELS[asked.header.diagnosis]) if asked.header.diagnosis else ""


def _level(asked: _Asked) -> str:
    if asked.header.risk_level is None:
        return ""
    said = _("%(n)s 级", n=asked.header.risk_level)
    on = asked.header.risk_assessed_on
    return _("%(what)s，%(day)s评定", what=said, day=say_date(on)) if on else said


def _last_visit(asked: _Asked) -> str:
    form = asked.form()
    return _of_visit(asked, form.visit) if form else ""


def _drawn_visit(asked: _Asked) -> str:
    return _of_visit(asked, asked.visit) if asked.visit else ""


def _of_visit(asked: _Asked, visit: FollowUpVisit) -> str:
    """The day, how and by whom: what a telephone call can confirm; nothing of what was found."""
    by = display_names(asked.session, {visit.doctor_id}).get(visit.doctor_id) if visit.doctor_id else None
    form = _(FIELDS["form"].label_of(visit.form))
    return _("，").join(filter(None, (say_date(visit.visited_on), form, by)))


def _visit_level(asked: _Asked) -> str:
    level = asked.visit.risk_level if asked.visit else None
    return "" if level is None else _("%(n)s 级", n=level)


def _answer(name: str) -> Callable[[_Asked], str]:
    def read(asked: _Asked) -> str:
        form = asked.form()
        return answer(form.record(None, asked.patient.person_id), name) if form else ""

    return read


def _examination(asked: _Asked) -> str:
    made = treatment_of(asked.session, asked.actor, asked.vault, asked.patient, asked.today).examinations
    return say_date(made[0].examination.examined_on) if made else ""


def _visit_next(asked: _Asked) -> str:
    due_on = asked.visit.next_due_on if asked.visit else None
    return say_date(due_on) if due_on else ""


FACTS: Mapping[str, Callable[[_Asked], str]] = {
    "identity": _identity,
    "address": _address,
    "guardian": _guardian,
    "agreement": _agreement,
    "consent": _consent,
    "diagnosis": _diagnosis,
    "level": _level,
    "last_visit": _last_visit,
    "medicine": _answer("medicines"),
    "examination": _examination,
    "visit_took_place": _drawn_visit,
    "visit_paper": lambda _asked: "",
    "visit_level": _visit_level,
    "visit_class": _answer("visit_class"),
    "visit_medicine": _answer("medicines"),
    "visit_next": _visit_next,
}
