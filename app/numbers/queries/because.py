"""Why somebody is on a list of the missing or overdue, told exactly where visits are concerned: page, order and list to mend say the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.core.reasons import Reason, reason
from app.numbers.models import IndicatorMember, IndicatorRun
from app.numbers.queries.explaining import VisitsOf, visits_of
from app.numbers.rules.behind import MISSING
from app.numbers.rules.causes import cause_of
from app.numbers.rules.indicators import OVERDUE_WAITING
from app.numbers.rules.membership import Figure, MemberKind
from app.numbers.rules.settings import NumberSettings
from app.numbers.rules.standard import WAITS, waits_for_confirmation

# what a patient's state says before his visits do
_TOLD_BY_STATE = ("numbers.cause.refused", "numbers.cause.lost")
_STANDARD = ("standard", "standard_sz")
_NO_VISIT, _NOT_SEEN = "numbers.cause.no_visit", "numbers.cause.not_in_person"


def reasons_of(
    session: Session, run: IndicatorRun, figure: Figure, members: Sequence[IndicatorMember]
) -> dict[int, Reason]:
    """subject id → why, for rows of a list that has been cut to the actor's area; of those whose visit waits for
    the town, which."""
    code = figure.name.removesuffix(MISSING)
    if figure.name == code and figure.name != OVERDUE_WAITING.name:
        return {}
    causes = (
        {}
        if figure.name == code
        else {one.subject_id: reason(f"numbers.cause.{cause_of(code, one.bits)}") for one in members}
    )
    asked = [
        one.subject_id for one in members if one.kind is MemberKind.PATIENT and _asks(code, causes.get(one.subject_id))
    ]
    exact = {
        patient: _exactly(known, code, causes.get(patient), run)
        for patient, known in (visits_of(session, run, asked) if asked else {}).items()
    }
    return causes | {patient: because for patient, because in exact.items() if because is not None}


def _asks(code: str, cause: Reason | None) -> bool:
    """Whether the visits say more than the flags."""
    if cause is None:
        return True
    return cause.code not in _TOLD_BY_STATE and (code in _STANDARD or cause.code in (_NO_VISIT, _NOT_SEEN))


def _exactly(known: VisitsOf, code: str, cause: Reason | None, run: IndicatorRun) -> Reason | None:
    """What the visits say: the gap that keeps them from the standard, or the visit that the town has yet to confirm."""
    if code in _STANDARD:
        gap = known.gap(run, NumberSettings.from_json(run.settings))
        return gap if gap is not None and (gap.code == WAITS or cause is None or cause.code != _NO_VISIT) else None
    if cause is None:
        waiting = {on for on in known.waiting if on > max(known.visits, default=date.min)}
    else:
        waiting = known.waiting_seen if cause.code == _NOT_SEEN else {on for on in known.waiting if on >= run.first_on}
    return waits_for_confirmation(waiting) if waiting else None
