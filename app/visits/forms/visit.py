"""The official visit form on screen: its fields come from the declaration in `rules/form.py`, its shape is checked here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from wtforms import Field as FormField
from wtforms.validators import ValidationError

from app.core.fields import Answered, ChoiceField, CodeField, DayField, FlagsField, ParagraphField, TextField, choices
from app.core.forms import Form
from app.core.i18n import N_, lazy_
from app.core.reasons import Label, Reason, reason, say
from app.visits.commands import RecordVisit
from app.visits.forms.fields import TimesField, WordsField
from app.visits.forms.key import SubmissionKeyField
from app.visits.forms.placing import column_of
from app.visits.rules.form import (
    BEHAVIOUR_COUNTS,
    FIELDS,
    FORM,
    MEDICINE_LINES,
    DeathCause,
    Field,
    VisitObject,
)
from app.visits.rules.prompts import DOUBTS
from app.visits.rules.record import Medicine, VisitRecord

MET, LOST, DEAD = "1", "2", "3"
MEETINGS = ((MET, N_("见到或联系上")), (LOST, N_("失访")), (DEAD, N_("死亡")))

_DAYS = frozenset({"visited_on", "died_on", "last_discharge_on", "next_due_on"})
_COUNTS = frozenset(BEHAVIOUR_COUNTS.values())
_MEDICINES = ("medicines", "guidance")
# free texts and how long they may be
TEXTS: Mapping[str, int] = {
    "symptoms_other": 100,
    "lab_text": 300,
    "adverse_text": 200,
    "referral_reason": 200,
    "referral_org": 100,
    "referral_dept": 100,
    "rehab_other": 100,
}
# one drug line: column, label, longest
MEDICINE_COLUMNS = (
    ("name", N_("药物名称"), 60),
    ("morning_mg", N_("早（毫克）"), 8),
    ("noon_mg", N_("中（毫克）"), 8),
    ("night_mg", N_("晚（毫克）"), 8),
    ("every_weeks", N_("每几周"), 2),
    ("long_acting_mg", N_("每次（毫克）"), 8),
)
_LINES = range(1, MEDICINE_LINES + 1)


@dataclass(frozen=True)
class Condition:
    """An item that is asked only when another has one of these answers."""

    parent: str
    codes: frozenset[int]

    @property
    def when(self) -> str:
        """As the page's script reads it."""
        return f"{self.parent}={','.join(map(str, sorted(self.codes)))}"


CONDITIONS: Mapping[str, Condition] = {
    "symptoms_other": Condition("symptoms", frozenset({12})),
    **{
        name: Condition("behaviours", frozenset({behaviour.bit_length()}))
        for behaviour, name in BEHAVIOUR_COUNTS.items()
    },
    "last_discharge_on": Condition("hospitalisation", frozenset({2})),
    "lab_text": Condition("lab_test", frozenset({2})),
    "adverse_text": Condition("adverse_reaction", frozenset({2})),
    "adverse_severity": Condition("adverse_reaction", frozenset({2})),
    "referral_reason": Condition("referral", frozenset({2})),
    "referral_org": Condition("referral", frozenset({2})),
    "referral_dept": Condition("referral", frozenset({2})),
    "rehab_other": Condition("rehab_measures", frozenset({5})),
    "death_physical_cause": Condition("death_cause", frozenset({int(DeathCause.PHYSICAL_ILLNESS)})),
    "lost_reason": Condition("meeting", frozenset({int(LOST)})),
    "died_on": Condition("meeting", frozenset({int(DEAD)})),
    "death_cause": Condition("meeting", frozenset({int(DEAD)})),
}
# Asked with the meeting, not with the clinical part.
_OUTSIDE = frozenset({"visited_on", "form", "objects", "lost_reason", "died_on", "death_cause", "death_physical_cause"})


class VisitAnswers:
    """What was answered, read from the form's fields: those of `VisitForm`, or the few that `forms/sent.py` needs."""

    def __getitem__(self, name: str) -> Any:
        raise NotImplementedError

    @property
    def branch(self) -> str:
        chosen = self["meeting"].data
        return chosen if chosen in (MET, LOST, DEAD) else MET

    def validate_visited_on(self, field: DayField) -> None:
        _require(field, "visited_on")

    def validate_form(self, field: ChoiceField) -> None:
        _require(field, "form")

    def validate_lost_reason(self, field: ChoiceField) -> None:
        if self.branch == LOST:
            _require(field, "lost_reason")

    def validate_died_on(self, field: DayField) -> None:
        if self.branch == DEAD:
            _require(field, "died_on")

    def validate_death_cause(self, field: ChoiceField) -> None:
        if self.branch == DEAD:
            _require(field, "death_cause")

    def to_record(self, today: date) -> VisitRecord:
        """The answers that belong to how the meeting went; unanswered ones as the rules have them."""
        answers = {
            "visited_on": self["visited_on"].data or today,
            "form": self["form"].code or 0,
            "objects": self["objects"].bits or 0,
        }
        if self.branch != MET:
            answers["objects"] = (self["objects"].bits or 0) & ~VisitObject.PATIENT
        if self.branch == LOST:
            answers |= {"lost_reason": self["lost_reason"].code}
        elif self.branch == DEAD:
            answers |= self._answers(FIELDS[name] for name in ("died_on", "death_cause", "death_physical_cause"))
        else:
            answers |= self._answers(item for item in FORM if item.name not in _OUTSIDE)
            answers |= {name: tuple(self._medicines(name)) for name in _MEDICINES}
            answers["override_reason"] = self["override_reason"].data or ""
        return VisitRecord(**answers)  # type: ignore[arg-type]  # the declaration names the record's fields

    def to_command(self, patient: str, today: date) -> RecordVisit:
        return RecordVisit(
            patient=patient,
            submission_key=self["submission_key"].data,
            record=self.to_record(today),
            notes=self["notes"].data or "",
            back_entry_reason=self["back_entry_reason"].data or "",
            accepted=frozenset(self["accepted"].data or ()),
        )

    def _answers(self, items: Iterable[Field]) -> dict[str, Any]:
        return {item.name: self._answer(item) for item in items if item.name not in _MEDICINES}

    def _answer(self, item: Field) -> Any:
        field = self[item.name]
        if not self._is_asked(item.name):
            return "" if item.name in TEXTS else 0 if item.name in _COUNTS else None
        if isinstance(field, FlagsField):
            return field.bits
        if isinstance(field, ChoiceField):
            return bool(field.code) if item.name == "other_abnormal" and field.code is not None else field.code
        return field.data

    def _is_asked(self, name: str) -> bool:
        condition = CONDITIONS.get(name)
        if condition is None:
            return True
        parent = self[condition.parent]
        given = set(parent.data or ()) if isinstance(parent, FlagsField) else {parent.data}
        return bool(given & {str(code) for code in condition.codes})

    def misplaced(self) -> Iterator[tuple[FormField, Reason]]:
        """Filled-in questions whose condition does not hold; a page with its script never sends them."""
        for name, condition in CONDITIONS.items():
            field = self[name]
            if condition.parent in ("behaviours", "meeting") or self._is_asked(name) or not _is_filled(field):
                continue
            if condition.parent == "death_cause" and self.branch != DEAD:
                continue
            if condition.parent != "death_cause" and self.branch != MET:
                continue
            parent = FIELDS[condition.parent]
            answer = Label(parent.label_of(min(condition.codes)))
            yield field, reason("visit.not_asked", parent=Label(parent.label), answer=answer)

    def _medicines(self, kind: str) -> Iterator[Medicine]:
        if kind == "medicines" and self["adherence"].data == "4":
            return
        for line in _LINES:
            values: dict[str, Any] = {
                column: self[f"{kind}_{line}_{column}"].data or None for column, _l, _m in MEDICINE_COLUMNS
            }
            if any(values.values()):
                weeks = values.pop("every_weeks")
                name = values.pop("name") or ""
                yield Medicine(name, every_weeks=_weeks(weeks), **values)


class VisitForm(VisitAnswers, Form):
    """Fields of the official form are added below from its declaration."""

    submission_key = SubmissionKeyField()
    accepted = WordsField(DOUBTS)
    meeting = ChoiceField(
        lazy_("见面结果"), [(code, lazy_(label)) for code, label in MEETINGS], [Answered(lazy_("请选择见面结果"))]
    )
    override_reason = TextField(lazy_("改变分类的理由"), 200)
    notes = ParagraphField(lazy_("备注"), 1000)
    back_entry_reason = TextField(lazy_("补录原因"), 200)
    correction_reason = TextField(lazy_("更正原因"), 200)

    __getitem__ = Form.__getitem__

    def validate(self, extra_validators: Any = None) -> bool:
        """Shape only: what a field may hold, and that nothing is filled in for a question that is not asked."""
        is_fine: bool = super().validate(extra_validators)
        for field, why in self.misplaced():
            field.errors = [*field.errors, say(why)]
            is_fine = False
        return is_fine

    def show_rule_errors(self, errors: Mapping[str, Iterable[Reason]]) -> None:
        """Put the rules' findings beside the fields; those of a drug line beside the box that they are about."""
        for field, why in self.placed(errors):
            if field is None:
                self.form_errors.append(say(why))
            elif not field.errors:
                field.errors = [say(why)]

    def placed(self, errors: Mapping[str, Iterable[Reason]]) -> Iterator[tuple[Any, Reason]]:
        """Each finding with its field; None for one that is about the form as a whole."""
        for name, reasons in errors.items():
            for why in reasons:
                yield self._place_of(name, why), why

    def fill(self, data: Mapping[str, Any]) -> None:
        """Set answers that were not sent, such as the clinical part while *lost* was chosen."""
        for name, value in data.items():
            if name in self and not self[name].raw_data:
                self[name].data = value

    def _place_of(self, name: str, why: Reason) -> Any:
        if name in _MEDICINES:
            given = [number for number in _LINES if any(self._line(name, number).values())]
            at = why.args.get("line", 1)
            number = given[at - 1] if isinstance(at, int) and 0 < at <= len(given) else 1
            return self[f"{name}_{number}_{column_of(why.code, self._line(name, number))}"]
        return self[name] if name in self and name != "accepted" else None

    def _line(self, kind: str, number: int) -> dict[str, str]:
        return {column: self[f"{kind}_{number}_{column}"].data or "" for column, _l, _m in MEDICINE_COLUMNS}


def _require(field: FormField, name: str) -> None:
    if field.data is None and not field.process_errors:
        raise ValidationError(say(reason("visit.required", field=Label(FIELDS[name].label))))


def _is_filled(field: FormField) -> bool:
    return field.data not in (None, "", 0, "0", [])


def _weeks(text: str | None) -> int | None:
    """A number of weeks; what is none becomes one that the rules refuse."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() else -1


def _field_of(item: Field) -> Any:
    label = lazy_(item.label)
    if item.name in _DAYS:
        return DayField(label)
    if item.name in _COUNTS:
        return TimesField(label)
    if item.name in TEXTS:
        return TextField(label, TEXTS[item.name])
    return (FlagsField if item.is_multiple else ChoiceField)(label, choices(_pairs(item)))


def _pairs(item: Field) -> Iterator[tuple[int, Any]]:
    """Codes and labels as the screen shows them: a level is its figure, a severity is asked only of a reaction."""
    if item.name == "other_abnormal":
        yield from ((0, lazy_("没有")), (1, lazy_("有")))
    for option in item.options:
        if item.name == "risk_level":
            yield option.code, str(option.code)
        elif item.name != "adverse_severity" or option.code:
            yield option.code, lazy_(option.label)


for _item in FORM:
    if _item.name not in _MEDICINES:
        setattr(VisitForm, _item.name, _field_of(_item))
for _kind in _MEDICINES:
    for _line in _LINES:
        for _column, _label, _most in MEDICINE_COLUMNS:
            _shape = TextField if _column == "name" else CodeField
            setattr(VisitForm, f"{_kind}_{_line}_{_column}", _shape(lazy_(_label), _most))
