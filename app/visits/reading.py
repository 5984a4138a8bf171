"""A record in words, grouped as a visit goes: for the pages that show what was stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.i18n import N_, _
from app.core.reasons import say_date
from app.tasks.texts import KIND_LABELS
from app.visits.rules.form import (
    BEHAVIOUR_COUNTS,
    FIELDS,
    FORM,
    SOCIAL_FUNCTION,
    Behaviour,
    Hospitalisation,
    LockedUp,
    Need,
)
from app.visits.rules.record import Medicine, VisitRecord

MET, STATE, DRUGS, NEXT = N_("一、见面"), N_("二、状态"), N_("三、用药"), N_("四、下一步")
# The official form's items in the order of a visit. What happened since the last one belongs to the state.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        MET,
        (
            "visited_on",
            "form",
            "objects",
            "lost_reason",
            "died_on",
            "death_cause",
            "death_physical_cause",
        ),
    ),
    (
        STATE,
        (
            "risk_level",
            "psychotic_symptoms",
            "symptoms",
            "symptoms_other",
            "insight",
            "sleep",
            "diet",
            "sf_self_care",
            "sf_housework",
            "sf_work",
            "sf_learning",
            "sf_social",
            "physical_illness",
            "other_abnormal",
            "behaviours",
            "locked_up",
            "hospitalisation",
            "last_discharge_on",
        ),
    ),
    (
        DRUGS,
        (
            "adherence",
            "medicines",
            "adverse_reaction",
            "adverse_text",
            "adverse_severity",
            "treatment_effect",
            "lab_test",
            "lab_text",
            "guidance",
        ),
    ),
    (
        NEXT,
        (
            "rehab_measures",
            "rehab_other",
            "referral",
            "referral_reason",
            "referral_org",
            "referral_dept",
            "post_intervention_trend",
        ),
    ),
)
# Duties that a visit opens.
TASK_LABELS = KIND_LABELS
# One group in one line, for a group that is folded away: what decides, in the order of the form.
_IN_SHORT: dict[str, tuple[str, ...]] = {
    MET: ("visited_on", "form", "objects", "lost_reason", "died_on", "death_cause"),
    STATE: (
        "risk_level",
        "symptoms",
        "insight",
        "sleep",
        "diet",
        "social",
        "behaviours",
        "locked_up",
        "hospitalisation",
    ),
    DRUGS: ("adherence", "medicines", "adverse_reaction", "treatment_effect", "lab_test"),
    NEXT: ("rehab_measures", "referral", "post_intervention_trend"),
}
_SHORT = {
    "adherence": {1: N_("规律服药"), 2: N_("间断服药"), 3: N_("未服药"), 4: N_("无需服药")},
    "adverse_reaction": {1: N_("无不良反应"), 2: N_("有不良反应")},
    "insight": {1: N_("自知力：完全"), 2: N_("自知力：不全"), 3: N_("自知力：缺失")},
    "hospitalisation": {0: N_("没有住院"), 1: N_("正在住院"), 2: N_("曾经住院")},
    "sleep": {1: N_("睡眠良好"), 2: N_("睡眠一般"), 3: N_("睡眠较差")},
    "diet": {1: N_("饮食良好"), 2: N_("饮食一般"), 3: N_("饮食较差")},
    "treatment_effect": {1: N_("疗效痊愈"), 2: N_("疗效好转"), 3: N_("疗效无变化"), 4: N_("疗效加重"), 9: ""},
    "lab_test": {1: "", 2: N_("有实验室检查")},
    "referral": {1: N_("不转诊"), 2: N_("转诊")},
}
_SOCIAL = {1: N_("社会功能良好"), 2: N_("社会功能一般"), 3: N_("社会功能较差")}
# Of these it is told also that nothing is answered any more.
_SAID_AWAY = frozenset(item.name for item in FORM if item.need is Need.CLINICAL) | {"medicines", "guidance"}
_NOTHING = {("behaviours", Behaviour.NONE), ("locked_up", LockedUp.NO), ("hospitalisation", Hospitalisation.NONE)}
_COUNTED = {behaviour.bit_length(): name for behaviour, name in BEHAVIOUR_COUNTS.items()}


@dataclass(frozen=True)
class AnswerGroup:
    title: str
    # (question, answer) of what was answered
    answers: tuple[tuple[str, str], ...]


def answers_of(record: VisitRecord) -> list[AnswerGroup]:
    """Every answered item in the reader's language; groups without an answer are left out."""
    groups = []
    for title, names in GROUPS:
        answers = tuple((str(_(FIELDS[name].label)), text) for name in names if (text := answer(record, name)))
        if answers:
            groups.append(AnswerGroup(str(_(title)), answers))
    return groups


def answer(record: VisitRecord, name: str) -> str:
    """One item in words; empty when it was not answered."""
    value, item = getattr(record, name), FIELDS[name]
    if value is None or value == "":
        return ""
    special = _SPECIAL.get(name)
    if special is not None:
        return special(record)
    if item.is_multiple:
        return _join(str(_(label)) for label in item.labels_of(value))
    if item.options:
        return str(_(item.label_of(value))) if value in item.codes else ""
    return _plain(value)


def medicine_words(line: Medicine) -> str:
    """利培酮 早 1 · 晚 2.5 毫克."""
    doses = (
        (_("早 %(mg)s", mg=line.morning_mg), line.morning_mg),
        (_("中 %(mg)s", mg=line.noon_mg), line.noon_mg),
        (_("晚 %(mg)s", mg=line.night_mg), line.night_mg),
    )
    words = " · ".join(text for text, given in doses if given)
    daily = str(_("%(doses)s 毫克", doses=words)) if words else ""
    depot = ""
    if line.every_weeks:
        depot = str(_("每 %(weeks)s 周 %(mg)s 毫克", weeks=line.every_weeks, mg=line.long_acting_mg or "—"))
    return " ".join(part for part in (line.name, daily, depot) if part)


def summary_of(record: VisitRecord) -> list[str]:
    """A few words that recall a visit: how medicine is taken, and how it is borne."""
    return [text for name in ("adherence", "adverse_reaction") if (text := _short(record, name))]


def in_short(record: VisitRecord) -> dict[str, str]:
    """Group's title → its answers in one line; empty where nothing is answered."""
    return {title: _line(record, names) for title, names in _IN_SHORT.items()}


def _line(record: VisitRecord, names: Iterable[str]) -> str:
    """What happened comes first, that nothing happened last: a narrow line is cut."""
    of_note = {name for name, nothing in _NOTHING if getattr(record, name) not in (None, nothing)}
    ordered = sorted(names, key=lambda name: name != "risk_level" and name not in of_note)
    return " · ".join(words for name in ordered if (words := _brief(record, name)))


@dataclass(frozen=True)
class Change:
    """An item that was answered otherwise the last time; empty words where it was not answered."""

    label: str
    before: str
    now: str


def changes(before: VisitRecord, now: VisitRecord) -> list[Change]:
    """What differs from the visit before, in the form's order. The day always does and is left out, as is what is no longer
    asked: the answer above it says so."""
    asked = (name for _title, names in GROUPS for name in names if name != "visited_on")
    names = [name for name in asked if getattr(now, name) or (name in _SAID_AWAY and getattr(before, name))]
    found = ((name, _compared(before, name), _compared(now, name)) for name in names)
    return [Change(str(_(FIELDS[name].label)), was, is_now) for name, was, is_now in found if was != is_now]


def _compared(record: VisitRecord, name: str) -> str:
    if name == "risk_level" and record.risk_level is not None:
        return str(_("%(n)s 级", n=record.risk_level))
    return answer(record, name)


def _brief(record: VisitRecord, name: str) -> str:
    if name == "risk_level":
        return "" if record.risk_level is None else str(_("危险性 %(n)s 级", n=record.risk_level))
    if name == "social":
        worst = max((code for item in SOCIAL_FUNCTION if (code := getattr(record, item)) in _SOCIAL), default=None)
        return str(_(_SOCIAL[worst])) if worst else ""
    if name == "behaviours" and record.behaviours == Behaviour.NONE:
        return str(_("无危险行为"))
    return _short(record, name) if name in _SHORT else answer(record, name)


def _short(record: VisitRecord, name: str) -> str:
    words = _SHORT[name].get(getattr(record, name))
    return str(_(words)) if words else ""


def _level(record: VisitRecord) -> str:
    level, item = record.risk_level or 0, FIELDS["risk_level"]
    return str(_("%(level)s 级：%(words)s", level=level, words=_(item.label_of(level))))


def _behaviours(record: VisitRecord) -> str:
    words = []
    for option in FIELDS["behaviours"].options:
        if (record.behaviours or 0) & option.flag:
            times = getattr(record, _COUNTED[option.code]) if option.code in _COUNTED else 0
            label = str(_(option.label))
            words.append(str(_("%(what)s %(times)s 次", what=label, times=times)) if times else label)
    return _join(words)


def _medicines(lines: Iterable[Medicine]) -> str:
    return str(_("；")).join(medicine_words(line) for line in lines)


def _join(words: Iterable[str]) -> str:
    return str(_("、")).join(words)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("有") if value else _("没有"))
    return say_date(value) if isinstance(value, date) else str(value)


_SPECIAL: dict[str, Callable[[VisitRecord], str]] = {
    "risk_level": _level,
    "behaviours": _behaviours,
    "medicines": lambda record: _medicines(record.medicines),
    "guidance": lambda record: _medicines(record.guidance),
}
