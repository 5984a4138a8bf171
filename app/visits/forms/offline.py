"""A form that was filled in on a phone without a network, read as the page's own form would have been.

The phone holds no earlier answers: where somebody said 与上次相同, they are taken here from the visit that the form is based on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Self

from werkzeug.datastructures import MultiDict

from app.core.errors import Invalid
from app.core.plain_text import find_unkept
from app.core.reasons import Label, Reason, reason
from app.visits.commands import RecordAttempt, RecordVisit
from app.visits.forms.attempt import AttemptForm
from app.visits.forms.key import is_submission_key
from app.visits.forms.prefill import carried_over
from app.visits.forms.visit import CONDITIONS, MEDICINE_COLUMNS, MET, VisitForm
from app.visits.reading import DRUGS, GROUPS, NEXT, STATE
from app.visits.reading import MET as MET_TITLE
from app.visits.rules.form import FORM, MEDICINE_LINES, Need, VisitClass
from app.visits.rules.record import VisitRecord
from app.visits.rules.sync import SentKind

# The groups of the form as a phone names them.
GROUP_IDS: Mapping[str, str] = {MET_TITLE: "met", STATE: "state", DRUGS: "drugs", NEXT: "next"}
_NAMES = {GROUP_IDS[title]: names for title, names in GROUPS}
_MEDICINES = ("medicines", "guidance")
TREND = "post_intervention_trend"
# Doubts about when a form was entered: a phone's queue is their answer.
_ANSWERED = ("visit.late_entry", "visit.back_entry")
LONGEST_CONTENT = 60_000
_NEED = {item.name: item.need for item in FORM}

Answers = dict[str, list[str]]


@dataclass(frozen=True)
class OfflineForm:
    """What one form of the queue holds, checked for shape only."""

    kind: SentKind
    patient: str
    answers: Answers
    # groups answered 与上次相同
    same: tuple[str, ...] = ()
    based_on: str = ""
    seen: str = ""
    claimed_at: datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, sent: Any) -> Self:
        """ValueError for what is no such form."""
        if not isinstance(sent, dict) or not isinstance(sent.get("answers"), dict):
            raise ValueError("no form")
        return cls(
            kind=SentKind(str(sent.get("kind"))),
            patient=str(sent.get("patient") or ""),
            answers={str(name): _values(values) for name, values in sent["answers"].items()},
            same=tuple(name for name in _values(sent.get("same") or []) if name in _NAMES),
            based_on=str(sent.get("based_on") or ""),
            seen=str(sent.get("seen") or ""),
            claimed_at=said_instant(sent.get("claimed_at")),
            raw=sent,
        )


def said_instant(text: Any) -> datetime | None:
    """What a phone says of the time; None for what is no instant."""
    try:
        said = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return said if said.tzinfo is not None else None


def asked_anyway(record: VisitRecord) -> list[str]:
    """The questions that 与上次相同 does not answer after this visit: what happened then is asked anew, as is what stayed open.

    The trend is among them after a visit of the middle class, which the rules ask for if it is the class again.
    """
    carried = carried_over(record)
    names = (name for group in _NAMES.values() for name in group)
    asked = [name for name in names if _NEED[name] is Need.CLINICAL and name not in carried]
    return [*asked, TREND] if record.chosen_class is VisitClass.BASICALLY_STABLE else asked


def resolved(form: OfflineForm, base: VisitRecord | None) -> Answers:
    """The answers with those that were left 与上次相同; what was answered on the phone wins."""
    answers = {name: list(values) for name, values in form.answers.items()}
    if base is None:
        return answers
    carried = {name: value if isinstance(value, list) else [str(value)] for name, value in carried_over(base).items()}
    taken = {name for group in form.same for name in _with_medicines(group, answers)}
    answers |= {name: carried[name] for name in taken & carried.keys() if name not in answers}
    for name in taken & CONDITIONS.keys() - form.answers.keys():
        condition = CONDITIONS[name]
        if not set(answers.get(condition.parent, ())) & {str(code) for code in condition.codes}:
            answers.pop(name, None)
    return answers


def filled(form: OfflineForm, key: str, base: VisitRecord | None) -> VisitForm:
    """The page's own form, with what was filled in on the phone."""
    pairs = [(name, value) for name, values in resolved(form, base).items() for value in values]
    answered = [("submission_key", key), *(("accepted", code) for code in _ANSWERED)]
    if "meeting" not in form.answers:
        answered.append(("meeting", MET))
    return VisitForm(MultiDict([*pairs, *answered]), meta={"csrf": False})


def read_visit(form: OfflineForm, key: str, base: VisitRecord | None, today: date) -> RecordVisit:
    """Raises `Invalid` by field where the form has not the shape that the page asks for."""
    _refuse_unkept(form)
    page = filled(form, key, base)
    if not page.validate():
        raise Invalid(_shape_errors(page))
    return page.to_command(form.patient, today)


def filled_attempt(form: OfflineForm, key: str) -> AttemptForm:
    pairs = [(name, value) for name, values in form.answers.items() for value in values]
    return AttemptForm(MultiDict([*pairs, ("submission_key", key)]), meta={"csrf": False})


def read_attempt(form: OfflineForm, key: str) -> RecordAttempt:
    """Raises `Invalid` by field."""
    _refuse_unkept(form)
    page = filled_attempt(form, key)
    if not page.validate():
        raise Invalid(_shape_errors(page))
    return page.to_command(form.patient)


def is_key(text: Any) -> bool:
    return is_submission_key(str(text))


def _values(values: Any) -> list[str]:
    if not isinstance(values, list):
        raise ValueError("answers are lists")
    return [str(value) for value in values]


def _with_medicines(group: str, answers: Answers) -> set[str]:
    """The questions of a group; drug lines are taken over as a whole or not at all."""
    names = set(_NAMES[group])
    for kind in names & set(_MEDICINES):
        lines = {f"{kind}_{line}_{column}" for line in _lines() for column, _label, _most in MEDICINE_COLUMNS}
        names |= set() if any(answers.get(name) for name in lines) else lines
    return names


def _lines() -> Iterable[int]:
    return range(1, MEDICINE_LINES + 1)


def _refuse_unkept(form: OfflineForm) -> None:
    for name, values in form.answers.items():
        code = next((found for value in values if (found := find_unkept(value))), None)
        if code:
            raise Invalid({name: [Reason(code)]})


def _shape_errors(page: Any) -> dict[str, list[Reason]]:
    """The page says the words again when it is opened; here it is enough to know where."""
    errors = {
        field.name: [reason("visit.sync.field", field=Label(str(field.label.text)))] for field in page if field.errors
    }
    return errors or {"": [reason("visit.sync.form")]}
