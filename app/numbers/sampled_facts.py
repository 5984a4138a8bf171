"""What the register says of a drawn record, item by item, as far as the reader may know: to be compared on site. Read live, never kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.accounts.queries import display_names
from app.core.actor import Actor
from app.core.i18n import _
from app.core.identity import SEX_LABELS, Sex
from app.core.reasons import say_date
from app.guardians.labels import RANK_LABELS, RELATION_LABELS
from app.guardians.queries.many import NewestAgreement, PresentGuardian, newest_agreements, present_guardians
from app.numbers.models import SampleRecord
from app.numbers.rules.sampling import Item
from app.patients.labels import CONSENT_STANDING, DIAGNOSIS_LABELS
from app.patients.queries.many import Entry, last_examinations, list_entries
from app.people.vault import Vault
from app.visits.models import FollowUpVisit
from app.visits.queries import StoredForm
from app.visits.queries_many import forms_of, last_visits, visits_by_ids
from app.visits.reading import answer
from app.visits.rules.form import FIELDS


@dataclass(frozen=True, slots=True)
class Sampled:
    """A drawn record as the register has it now; `entry` is None of somebody who is not in the reader's area any more."""

    entry: Entry | None
    facts: Mapping[str, str]


@dataclass(frozen=True)
class _Asked:
    """All that one record's items are told from."""

    entry: Entry
    # the drawn visit
    visit: FollowUpVisit | None
    # the drawn visit, or the newest; None for whoever reads nothing clinical
    form: StoredForm | None
    guardians: Sequence[PresentGuardian]
    agreement: NewestAgreement | None
    examined_on: date | None
    # of doctors
    names: Mapping[int, str]


def read_sampled(
    session: Session, actor: Actor, vault: Vault, records: Sequence[SampleRecord], items: Iterable[Item]
) -> dict[int, Sampled]:
    """record id → the record as it stands, also of somebody whose registration was merged into another since.

    All are read together: a whole slice takes as many statements as one.
    """
    codes = [one.code for one in items]
    visits = visits_by_ids(session, actor, (one.visit_id for one in records if one.visit_id))
    whose = {one.id: _patient_of(one, visits) for one in records}
    entries = list_entries(session, actor, vault, {one for one in whose.values() if one})
    facts = _read(session, actor, visits, {one.patient.id for one in entries.values()}, codes)
    found = {}
    for one in records:
        entry = entries.get(whose[one.id] or 0)
        asked = facts(entry, visits.get(one.visit_id or 0)) if entry else None
        found[one.id] = Sampled(entry, {code: FACTS[code](asked) for code in codes} if asked else {})
    return found


def _patient_of(record: SampleRecord, visits: Mapping[int, FollowUpVisit]) -> int | None:
    """A drawn visit moves along when records are merged; None of one that lies elsewhere."""
    if record.visit_id is None:
        return record.patient_id
    visit = visits.get(record.visit_id)
    return visit.patient_id if visit else None


def _read(
    session: Session, actor: Actor, visits: Mapping[int, FollowUpVisit], patients: set[int], codes: Sequence[str]
) -> Callable[[Entry, FollowUpVisit | None], _Asked]:
    """What lies around the patients, as far as the items ask for it."""
    drawn = forms_of(session, actor, visits)
    last = {} if visits else forms_of(session, actor, last_visits(session, actor, patients))
    guardians = present_guardians(session, actor, patients) if "guardian" in codes else {}
    agreements = newest_agreements(session, actor, patients) if "agreement" in codes else {}
    examined = last_examinations(session, actor, patients) if "examination" in codes else {}
    told = [*visits.values(), *(one.visit for one in last.values())]
    names = display_names(session, {one.doctor_id for one in told if one.doctor_id})

    def gather(entry: Entry, visit: FollowUpVisit | None) -> _Asked:
        at = entry.patient.id
        form = drawn.get(visit.id) if visit else last.get(at)
        return _Asked(entry, visit, form, guardians.get(at, ()), agreements.get(at), examined.get(at), names)

    return gather


def _identity(asked: _Asked) -> str:
    one = asked.entry
    sex = _(SEX_LABELS[Sex(one.sex)]) if one.sex is not None else ""
    born = _("%(day)s出生", day=say_date(one.born_on)) if one.born_on else ""
    return _("，").join(filter(None, (one.name, sex, born, one.id_number)))


def _address(asked: _Asked) -> str:
    return " ".join(filter(None, (asked.entry.place, asked.entry.address)))


def _guardian(asked: _Asked) -> str:
    said = [
        _("%(rank)s %(name)s（%(relation)s）", rank=_(RANK_LABELS[one.rank]), name=one.name, relation=_(RELATION_LABELS[one.relation]))
        for one in asked.guardians
    ]  # fmt: skip
    return _("；").join(said)


def _agreement(asked: _Asked) -> str:
    newest = asked.agreement
    if newest is None:
        return ""
    return _("%(number)s，%(first)s至%(last)s", number=newest.number, first=say_date(newest.from_on), last=say_date(newest.last_day))  # fmt: skip


def _consent(asked: _Asked) -> str:
    standing = asked.entry.consent
    return _(CONSENT_STANDING[standing]) if standing else ""


def _diagnosis(asked: _Asked) -> str:
    return _(DIAGNOSIS_LABELS[asked.entry.diagnosis]) if asked.entry.diagnosis else ""


def _level(asked: _Asked) -> str:
    if asked.entry.risk_level is None:
        return ""
    said = _("%(n)s 级", n=asked.entry.risk_level)
    on = asked.entry.risk_assessed_on
    return _("%(what)s，%(day)s评定", what=said, day=say_date(on)) if on else said


def _last_visit(asked: _Asked) -> str:
    return _of_visit(asked, asked.form.visit) if asked.form else ""


def _drawn_visit(asked: _Asked) -> str:
    return _of_visit(asked, asked.visit) if asked.visit else ""


def _of_visit(asked: _Asked, visit: FollowUpVisit) -> str:
    """The day, how and by whom: what a telephone call can confirm; nothing of what was found."""
    by = asked.names.get(visit.doctor_id) if visit.doctor_id else None
    form = _(FIELDS["form"].label_of(visit.form))
    return _("，").join(filter(None, (say_date(visit.visited_on), form, by)))


def _visit_level(asked: _Asked) -> str:
    level = asked.visit.risk_level if asked.visit else None
    return "" if level is None else _("%(n)s 级", n=level)


def _answer(name: str) -> Callable[[_Asked], str]:
    def read(asked: _Asked) -> str:
        return answer(asked.form.record(None, asked.entry.patient.person_id), name) if asked.form else ""

    return read


def _examination(asked: _Asked) -> str:
    return say_date(asked.examined_on) if asked.examined_on else ""


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
