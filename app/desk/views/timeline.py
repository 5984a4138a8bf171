"""One patient's history in one line: visits, attempts, levels, states, stays, consents, guardians, agreements, payments.

Each source answers for what the role may see; what it may not see is not loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from flask import url_for
from sqlalchemy.orm import Session

from app.core.access import Action, Field, Grant, may, sees
from app.core.actor import Actor
from app.core.i18n import _
from app.core.money import Money
from app.core.period import parse_period
from app.core.reasons import Reason, say_period
from app.core.web import date_long
from app.desk.queries.payments import PaymentRow, list_payments
from app.desk.texts import DECISIONS, LEVEL_SOURCES, PAYMENT_STATES, VISIT_FORMS
from app.guardians.labels import RANK_LABELS
from app.guardians.queries import AgreementRow, GuardianCard
from app.patients.labels import CLASS_LABELS, CLUE_SOURCES, CONSENT_LABELS, SIGNER_LABELS, SPAN_LABELS, label_of
from app.patients.models import Admission, Clue, Patient
from app.patients.queries import ConsentRow, HistoryRow, list_admissions, list_consents, list_history
from app.patients.queries.clues import find_origin
from app.risk.models import LevelSource, RiskLevel
from app.risk.queries import list_levels
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import PaymentState
from app.visits.models import FollowUpVisit, VisitAttempt
from app.visits.queries import list_attempts, list_visits
from app.visits.rules.attempts import OUTCOME_LABELS, WAY_LABELS, AttemptOutcome, AttemptWay
from app.visits.rules.form import LostReason

_STAY_REASONS = ("patients.because.admitted", "patients.because.discharged")
SHOWN = 30  # entries before "all"


@dataclass(frozen=True, slots=True)
class Entry:
    """One point of the line: day, title, an optional pill (tone, words), a small line, reasons, an address."""

    on: date
    title: str
    pill: tuple[str, str] | None = None
    meta: str = ""
    because: tuple[Reason, ...] = ()
    href: str | None = None


def history_of(
    session: Session, actor: Actor, patient: Patient, guards: Iterable[GuardianCard], agreements: Iterable[AgreementRow]
) -> list[Entry]:
    """Every entry, the newest first; of one day in the order of the sources below."""
    levels = list_levels(session, actor, patient) if sees(actor, Field.RISK_LEVEL) is Grant.FULL else []
    visits = list_visits(session, actor, patient)
    before = {
        level.source_id: earlier.level for level, earlier in pairwise(levels) if level.source is LevelSource.VISIT
    }
    entries = [
        *(_visit(visit, patient, before.get(visit.id)) for visit in visits),
        *(_attempt(attempt) for attempt in list_attempts(session, actor, patient, with_mistakes=True)),
        *_levels(levels, {visit.id for visit in visits}),
        *(_state(row) for row in list_history(session, actor, patient) if not _tells_of_stay(row)),
        *_origin(actor, find_origin(session, actor, patient)),
        *(entry for stay in list_admissions(session, actor, patient) for entry in _stay(stay)),
        *(_consent(row) for row in list_consents(session, actor, patient)),
        *(entry for guard in guards for entry in _guardianship(guard)),
        *(entry for agreement in agreements for entry in _agreement(agreement)),
        *(_payment(row) for row in list_payments(session, actor, patient)),
    ]
    return sorted(entries, key=lambda entry: entry.on, reverse=True)


def visit_pill(visit: FollowUpVisit) -> tuple[str, str] | None:
    """What a visit found, in a word; no colour judges a person."""
    if visit.death_cause is not None or visit.died_on is not None:
        return "grey", _("死亡")
    if visit.lost_reason is not None:
        return "grey", _("失访")
    return ("calm", _(CLASS_LABELS[visit.visit_class])) if visit.visit_class else None


def _visit(visit: FollowUpVisit, patient: Patient, level_before: int | None) -> Entry:
    parts = [] if visit.risk_level is None else [_level_at(visit.risk_level, level_before)]
    if visit.next_due_on:
        parts.append(_("下次 %(day)s", day=date_long(visit.next_due_on)))
    if visit.is_late_entry:
        parts.append(_("迟录"))
    title = _("建档时的末次随访") if visit.is_opening else _("随访 · %(form)s", form=_(VISIT_FORMS[visit.form]))
    because = () if visit.lost_reason == LostReason.NOT_REACHED_THREE_TIMES else _reasons(visit.class_because)
    return Entry(
        visit.visited_on,
        title,
        visit_pill(visit),
        " · ".join(parts),
        because,
        _page("visits.show_visit", patient, visit),
    )


def _attempt(attempt: VisitAttempt) -> Entry:
    way, outcome = WAY_LABELS[AttemptWay(attempt.way)], OUTCOME_LABELS[AttemptOutcome(attempt.outcome)]
    if attempt.withdrawn_at is not None:
        return Entry(attempt.attempted_on, _("联系记录"), ("grey", _("误登")), f"{_(way)} · {_(outcome)}")
    title = _("联系上") if attempt.outcome == AttemptOutcome.REACHED else _("未访到")
    return Entry(attempt.attempted_on, title, None, f"{_(way)} · {_(outcome)}")


def _level_at(level: int, before: int | None) -> str:
    if before is None or before == level:
        return str(_("危险性 %(n)s 级", n=level))
    return str(_("危险性由 %(before)s 级变为 %(after)s 级", before=before, after=level))


def _levels(levels: Sequence[RiskLevel], visits: Set[int]) -> Iterator[Entry]:
    """Changes of the level and every reassessment, without those that one of the `visits` tells itself."""
    for level, before in zip(levels, [*levels[1:], None], strict=False):
        if level.source is LevelSource.VISIT and level.source_id in visits:
            continue
        if before is None or before.level != level.level:
            title = _level_at(level.level, before.level) if before else _("危险性评为 %(n)s 级", n=level.level)
            yield Entry(level.assessed_on, title, None, _(LEVEL_SOURCES[level.source]))
        elif level.source is LevelSource.REASSESSMENT:
            yield Entry(level.assessed_on, _("季度评估：仍为 %(n)s 级", n=level.level))


def _tells_of_stay(row: HistoryRow) -> bool:
    """Whether a state only repeats an admission or a discharge, which have entries of their own."""
    return bool(row.reason) and str((row.reason or {}).get("code")) in _STAY_REASONS


def _state(row: HistoryRow) -> Entry:
    title = _("%(what)s：%(value)s", what=_(SPAN_LABELS[row.what]), value=_(label_of(row.what, row.value)))
    return Entry(row.from_on, title, because=_reasons([row.reason] if row.reason else []))


def _origin(actor: Actor, clue: Clue | None) -> Iterator[Entry]:
    """Where the registration came from."""
    if clue is not None:
        is_reader = may(actor, Action.SEE_CLUES)
        href = url_for("patients.show_clue", public_id=clue.public_id) if is_reader else None
        yield Entry(clue.reported_on, _("线索上报"), None, _(CLUE_SOURCES[clue.source]), href=href)


def _stay(stay: Admission) -> Iterator[Entry]:
    yield Entry(stay.from_on, _("入院"), None, stay.hospital)
    if stay.to_on:
        yield Entry(stay.to_on, _("出院"), None, stay.hospital)


def _consent(row: ConsentRow) -> Entry:
    what = _(CONSENT_LABELS[row.kind])
    title = _("知情同意：%(what)s", what=what) if row.is_agreed else _("不同意：%(what)s", what=what)
    return Entry(row.from_on, title, None, _(SIGNER_LABELS.get(row.signer, row.signer)))


def _guardianship(guard: GuardianCard) -> Iterator[Entry]:
    rank = _(RANK_LABELS[guard.rank])
    yield Entry(guard.from_on, _("%(rank)s：%(name)s", rank=rank, name=guard.name))
    if guard.to_on:
        title = _("%(rank)s %(name)s 不再担任", rank=rank, name=guard.name)
        yield Entry(guard.to_on, title, because=_reasons([guard.end_reason] if guard.end_reason else []))


def _agreement(agreement: AgreementRow) -> Iterator[Entry]:
    span = _("%(first)s 至 %(last)s", first=date_long(agreement.from_on), last=date_long(agreement.to_on))
    yield Entry(
        agreement.signed_on or agreement.from_on, _("签订监护协议 %(number)s", number=agreement.number), None, span
    )
    if agreement.ended_on:
        title = _("监护协议 %(number)s 提前终止", number=agreement.number)
        yield Entry(agreement.ended_on, title, because=_reasons([agreement.end_reason] if agreement.end_reason else []))


def _payment(row: PaymentRow) -> Entry:
    if row.payment is not None:
        tone = {PaymentState.PAID: "good", PaymentState.SENT: "calm"}.get(row.payment, "soon")
        pill = (tone, _(PAYMENT_STATES[row.payment]))
    else:
        pill = ("soon" if row.decision is LineState.HOLD else "grey", _(DECISIONS[row.decision]))
    title = _(
        "%(quarter)s监护补贴 %(amount)s 元",
        quarter=say_period(parse_period(row.period)),
        amount=Money(row.amount_fen).grouped,
    )
    return Entry(row.on, title, pill, _("%(name)s · 计发 %(days)s 天", name=row.payee, days=row.days))


def _reasons(stored: Iterable[dict[str, object]]) -> tuple[Reason, ...]:
    return tuple(Reason.from_json(one) for one in stored)


def _page(endpoint: str, patient: Patient, visit: FollowUpVisit) -> str:
    return url_for(endpoint, public_id=patient.public_id, visit_id=visit.public_id)
