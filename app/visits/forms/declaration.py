"""The form's declaration as the offline page reads it: one source of questions, codes, labels and conditions for both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.core.fields import DayField, FlagsField, ParagraphField, TextField
from app.core.i18n import LANGUAGES, N_, said_in
from app.visits.field_words import words
from app.visits.forms.fields import TimesField
from app.visits.forms.offline import GROUP_IDS
from app.visits.forms.visit import CONDITIONS, MEDICINE_COLUMNS, MEETINGS, MET, TEXTS, Condition, VisitForm
from app.visits.reading import GROUPS
from app.visits.rules.attempts import OUTCOME_LABELS, WAY_LABELS
from app.visits.rules.form import (
    BEHAVIOUR_COUNTS,
    FIELDS,
    MEDICINE_LINES,
    SOCIAL_FUNCTION,
    Adherence,
    Behaviour,
    Field,
    Need,
    Symptom,
    VisitClass,
)
from app.visits.rules.ruleset import VisitRules
from app.visits.rules.sync import MOST_WRONG_PINS, PBKDF2_ROUNDS, PIN_DIGITS
from app.visits.texts import TEXTS as TEXTS_BY_CODE

# choices that stand alone: 无, 无症状
_NONE_CODES = {"symptoms": Symptom.NONE.bit_length(), "behaviours": Behaviour.NONE.bit_length()}
_CLINICAL_IF_MET = Condition("meeting", frozenset({int(MET)}))
_KINDS = ((DayField, "day"), (FlagsField, "many"), (TimesField, "count"), (ParagraphField, "text"), (TextField, "text"))
_TAKING = tuple(code for code in Adherence if code != Adherence.NOT_NEEDED)
# asked with another answer, and may stay empty
_OPTIONAL = frozenset({"referral_dept"})
# what stands above a question inside its group, as on the page
_HEADINGS = {"sf_self_care": N_("社会功能"), "behaviours": N_("上次随访以来")}
# what the page can say of class and day without the visit before
_BECAUSE = tuple(
    code
    for code in TEXTS_BY_CODE
    if code.startswith("visit.class.") or code in ("visit.due.unstable", "visit.due.stable")
)

Said = dict[str, str]


def declaration(rules: VisitRules) -> dict[str, Any]:
    """Plain JSON values; every text in all languages. Holds nothing of any patient."""
    return {
        "words": words(),
        "groups": list(_groups()),
        "meeting": [_option(int(code), label) for code, label in MEETINGS],
        "fields": {name: _field(item) for name, item in FIELDS.items() if _is_asked(name)},
        "medicine": {
            "columns": [
                {"name": name, "label": _said(label), "most": most, "is_number": name != "name"}
                for name, label, most in MEDICINE_COLUMNS
            ],
            "lines": MEDICINE_LINES,
            "when": {"parent": "adherence", "codes": [int(code) for code in _TAKING]},
        },
        "attempt": {
            "way": [_option(str(way), label) for way, label in WAY_LABELS.items()],
            "outcome": [_option(str(outcome), label) for outcome, label in OUTCOME_LABELS.items()],
        },
        "classes": {option.code: _said(option.label) for option in FIELDS["visit_class"].options},
        "rules": {
            "police_level": rules.police_level,
            "social_poor": rules.social_poor.value,
            "social_function": list(SOCIAL_FUNCTION),
            "unstable_days": rules.unstable_days,
            "stable_months": rules.stable_months,
            "basically_stable": int(VisitClass.BASICALLY_STABLE),
        },
        "because": {code: _said(TEXTS_BY_CODE[code]) for code in _BECAUSE},
        "lock": {"pin_digits": PIN_DIGITS, "rounds": PBKDF2_ROUNDS, "most_wrong": MOST_WRONG_PINS},
    }


def _groups() -> Iterator[dict[str, Any]]:
    for title, names in GROUPS:
        headings = {name: _said(_HEADINGS[name]) for name in names if name in _HEADINGS}
        yield {"id": GROUP_IDS[title], "title": _said(title), "fields": list(_asked_in(names)), "headings": headings}


def _asked_in(names: Iterable[str]) -> Iterator[str]:
    """How often something happened is asked right behind what."""
    for name in names:
        yield name
        if name == "behaviours":
            yield from BEHAVIOUR_COUNTS.values()


def _field(item: Field) -> dict[str, Any]:
    return {
        "label": _said(item.label),
        "kind": _kind(item.name),
        "options": [_option(code, label) for code, label in _options(item)],
        "is_required": item.need in (Need.ALWAYS, Need.CLINICAL) or _is_needed_when_asked(item),
        "when": _when(item),
        "most": TEXTS.get(item.name),
        "none": _NONE_CODES.get(item.name),
    }


def _kind(name: str) -> str:
    shape = getattr(VisitForm, name).field_class
    return next((kind for one, kind in _KINDS if issubclass(shape, one)), "one")


def _options(item: Field) -> Iterator[tuple[int, str]]:
    if item.name == "other_abnormal":
        yield from ((0, N_("没有")), (1, N_("有")))
    for option in item.options:
        # a severity is asked only of a reaction
        if item.name != "adverse_severity" or option.code:
            yield option.code, option.label


def _when(item: Field) -> dict[str, Any] | None:
    condition = CONDITIONS.get(item.name) or (_CLINICAL_IF_MET if item.is_clinical else None)
    return {"parent": condition.parent, "codes": sorted(condition.codes)} if condition else None


def _is_needed_when_asked(item: Field) -> bool:
    return item.name in CONDITIONS and item.name not in _OPTIONAL


def _option(code: int | str, label: str) -> dict[str, Any]:
    return {"code": str(code), "label": _said(label)}


def _said(text: str) -> Said:
    return {code: said_in(code, text) for code in LANGUAGES}


def _is_asked(name: str) -> bool:
    """Class and next day are the server's; drug lines have a place of their own."""
    return name not in ("medicines", "guidance", "visit_class", "next_due_on")
