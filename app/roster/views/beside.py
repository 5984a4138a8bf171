"""A finding in words: each item that differs with both sides beside each other, and the forms that mend it here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from flask import url_for

from app.areas.queries import full_names
from app.core.access import Action, may
from app.core.actor import Actor
from app.core.i18n import _
from app.core.identity import mask_id
from app.core.reasons import say_date
from app.core.web import read_session
from app.patients.labels import DIAGNOSIS_LABELS, MANAGEMENT_LABELS, REGISTRY_LABELS
from app.patients.rules import ManagementStatus, RegistryStatus
from app.roster.queries_national import Shown
from app.roster.rules.national import Differs, FindingKind
from app.roster.rules.national_compare import Ours, differing_digits
from app.roster.rules.national_rows import NationalRow
from app.roster.texts_national import ITEMS, THEIR_STATES

NOTHING = "—"
# what is said of a row that stands alone, so that the person can be found
_OF_ONE_SIDE = (Differs.ID_NUMBER, Differs.BIRTH, Differs.PLACE, Differs.AGENCY, Differs.STATE)


@dataclass(frozen=True, slots=True)
class Side:
    """An item with what each side says. `is_even`: they say the same by now."""

    item: Differs
    label: str
    theirs: str
    ours: str
    is_even: bool = False


@dataclass(frozen=True, slots=True)
class Mend:
    label: str
    href: str


def sides_of(one: Shown, agencies: Mapping[int, str]) -> list[Side]:
    """The items that differ; of a row or a registration that stands alone what tells who it is."""
    differs = Differs(one.finding.differs)
    if one.finding.kind in (FindingKind.DIED, FindingKind.MOVED, FindingKind.DIFFERING):
        items = [item for item in Differs if item & differs]
    else:
        items = [item for item in _OF_ONE_SIDE if one.finding.kind is not FindingKind.SAME or item is Differs.PLACE]
    found = [_side(item, one, agencies) for item in items]
    return [side for side in found if side.theirs != NOTHING or side.ours != NOTHING]


def _side(item: Differs, one: Shown, agencies: Mapping[int, str]) -> Side:
    theirs = _theirs(item, one.theirs) if one.theirs else NOTHING
    ours = _ours(item, one.ours, agencies) if one.ours else _elsewhere(item, one)
    if item is Differs.ID_NUMBER and one.theirs and one.ours and one.ours.number:
        theirs += _where_they_differ(one.ours.number, one.theirs.number)
    return Side(item, _(ITEMS[item]), theirs, ours, theirs == ours and theirs != NOTHING)


def _elsewhere(item: Differs, one: Shown) -> str:
    """Somebody who has left the county: nothing more of them is shown here."""
    return _("已迁出本县") if item is Differs.PLACE and one.finding.patient_id else NOTHING


def _where_they_differ(ours: str, theirs: str) -> str:
    places = differing_digits(ours, theirs)
    if not places:
        return ""
    return _("（第 %(places)s 位不同）", places="、".join(map(str, places)))


def _theirs(item: Differs, row: NationalRow) -> str:
    state = row.state.value if row.state else ""
    said = {
        Differs.NAME: row.name,
        Differs.ID_NUMBER: mask_id(row.number) if row.number else row.tail,
        Differs.BIRTH: _day(row.born_on),
        Differs.DIAGNOSIS: _(DIAGNOSIS_LABELS[row.diagnosis]) if row.diagnosis else "",
        Differs.LEVEL: _level(row.level),
        Differs.STATE: _(THEIR_STATES[state]) if state else "",
        Differs.VISIT: _day(row.visited_on),
        Differs.DEATH: _death(row.died_on, is_dead=state == "dead"),
        Differs.PLACE: _place_there(row, state),
        Differs.AGENCY: row.agency,
    }
    return said[item] or NOTHING


def _place_there(row: NationalRow, state: str) -> str:
    """A place of the county in our words, so that equal ones look equal."""
    if state == "moved_out":
        return _(THEIR_STATES[state])
    return full_names(read_session(), [row.area_code])[row.area_code] if row.area_code else row.place


def _ours(item: Differs, ours: Ours, agencies: Mapping[int, str]) -> str:
    said = {
        Differs.NAME: ours.name,
        Differs.ID_NUMBER: mask_id(ours.number) if ours.number else "",
        Differs.BIRTH: _day(ours.born_on),
        Differs.DIAGNOSIS: _(DIAGNOSIS_LABELS[ours.diagnosis]) if ours.diagnosis else "",
        Differs.LEVEL: _level(ours.level),
        Differs.STATE: _state_here(ours),
        Differs.VISIT: _day(ours.visited_on),
        Differs.DEATH: _death(ours.died_on, is_dead=ours.is_dead),
        Differs.PLACE: _state_here(ours)
        if ours.status is RegistryStatus.TRANSFERRED_OUT
        else full_names(read_session(), [ours.area_code])[ours.area_code],
        Differs.AGENCY: agencies.get(ours.agency_id or 0, ""),
    }
    return said[item] or NOTHING


def _state_here(ours: Ours) -> str:
    """Lost and refusing are states of their own there; all else that is registered is 在册."""
    if ours.management in (ManagementStatus.LOST, ManagementStatus.REFUSED):
        return _(MANAGEMENT_LABELS[ours.management])
    return _(REGISTRY_LABELS[ours.status])


def _day(day: date | None) -> str:
    return say_date(day) if day else ""


def _death(day: date | None, *, is_dead: bool) -> str:
    return _day(day) or (_("日期不详") if is_dead else _("没有登记"))


def _level(level: int | None) -> str:
    return "" if level is None else _("%(n)s 级", n=level)


def mends_of(actor: Actor, one: Shown) -> list[Mend]:
    """The forms here by which a finding is put right, for whoever may use them; each once."""
    found: dict[str, Mend] = {}
    for label, href, action in _forms(one):
        if may(actor, action):
            found.setdefault(href, Mend(label, href))
    if one.ours:
        patient = url_for("desk.patient", public_id=one.ours.public_id)
        found.setdefault(patient, Mend(_("查看患者"), patient))
    return list(found.values())


def _forms(one: Shown) -> Iterator[tuple[str, str, Action]]:
    if one.finding.kind is FindingKind.MISSING_HERE:
        yield _("报告线索"), url_for("patients.report_clue"), Action.REPORT_CLUE
        yield _("直接登记"), url_for("patients.register"), Action.KEEP_REGISTER
    if one.ours is None:
        return
    patient = one.ours.public_id
    if one.finding.kind is FindingKind.MISSING_THERE:
        yield _("提出迁移"), url_for("desk.propose_transfer", public_id=patient), Action.MOVE_PATIENTS
        yield _("改登记状态"), url_for("patients.change_state", public_id=patient), Action.KEEP_REGISTER
    for item in Differs:
        if item & one.finding.differs:
            yield _form_of(item, one.ours)


def _form_of(item: Differs, ours: Ours) -> tuple[str, str, Action]:
    patient = ours.public_id
    if item is Differs.DEATH and ours.is_dead:
        return _("撤销或更正死亡"), url_for("desk.undo_death", public_id=patient), Action.PUT_RIGHT
    forms = {
        Differs.NAME: (_("改姓名"), "patients.edit", Action.KEEP_REGISTER),
        Differs.ID_NUMBER: (_("更正身份信息"), "patients.correct", Action.CORRECT_IDENTITY),
        Differs.BIRTH: (_("更正身份信息"), "patients.correct", Action.CORRECT_IDENTITY),
        Differs.LEVEL: (_("查看患者"), "desk.patient", Action.SEE_REGISTER),
        Differs.STATE: (_("改登记状态"), "patients.change_state", Action.KEEP_REGISTER),
        Differs.VISIT: (_("看随访记录"), "visits.list_visits", Action.LOG_VISIT),
        Differs.PLACE: (_("提出迁移"), "desk.propose_transfer", Action.MOVE_PATIENTS),
        Differs.AGENCY: (_("提出迁移"), "desk.propose_transfer", Action.MOVE_PATIENTS),
    }
    if item in forms:
        label, endpoint, action = forms[item]
        return label, url_for(endpoint, public_id=patient), action
    name, label = ("death", _("登记死亡")) if item is Differs.DEATH else ("diagnosis", _("改诊断"))
    return label, url_for("patients.act", public_id=patient, name=name), Action.KEEP_REGISTER
