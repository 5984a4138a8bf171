"""The facts that lines are decided from, gathered for a batch of agreements in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, func, select
from sqlalchemy.orm import Session

from app.areas.rules import prefix_of
from app.core.clock import business_day
from app.core.names import normalise_name
from app.core.period import Period, overlapping, parse_period, quarters_of
from app.core.scope import within_prefix
from app.guardians.models import Agreement
from app.guardians.rules import Rank
from app.patients.models import Patient
from app.patients.queries.merges import merges
from app.patients.rules import (
    NOT_LIVE,
    CareSetting,
    ManagementStatus,
    RegistryStatus,
    SpanKind,
)
from app.people.rules import DatePrecision
from app.risk.models import LevelSource
from app.subsidies.models import LineKind, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.accounts import agreed_sharing, call_backs
from app.subsidies.queries.checks import listed_of, listed_people
from app.subsidies.queries.duty import duty_found
from app.subsidies.queries.fact_rows import (
    AgreementRow,
    accounts_of,
    admissions_of,
    agreed_with,
    agreements_of,
    last_seen_of,
    levels_of,
    paid_in_other_runs,
    shared_accounts_of,
    spans_of,
)
from app.subsidies.queries.guardian_changes import guardian_changes
from app.subsidies.queries.history import Account, known_in_quarter, returned_accounts
from app.subsidies.queries.incidents import incident_facts
from app.subsidies.queries.one_person import deaths_elsewhere
from app.subsidies.rules.days import DayFacts, Stay
from app.subsidies.rules.decision import LineFacts, LineState, Payee
from app.subsidies.rules.policy import PolicyTerms

_DAY = timedelta(days=1)
# what `fact_rows` reads of a span, a stay, a rating, an account
_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class GatheredLine:
    """What one line is decided from, and whom it would pay."""

    agreement_id: int
    patient_id: int
    payee_person_id: int
    account_id: int | None
    area_code: str
    rank: Rank
    facts: LineFacts
    # what the snapshot keeps beside the facts
    snapshot: dict[str, Any]


def agreements_to_decide(session: Session, run: SubsidyRun, after: int, limit: int) -> list[int]:
    """The next agreements by id that touch the run's quarter and have no line in it yet."""
    query = _undecided(run, select(Agreement.id)).where(Agreement.id > after)
    return list(session.scalars(query.order_by(Agreement.id).limit(limit)))


def count_to_decide(session: Session, run: SubsidyRun) -> int:
    return session.scalar(_undecided(run, select(func.count()).select_from(Agreement))) or 0


def gather(session: Session, run: SubsidyRun, agreement_ids: Sequence[int], terms: PolicyTerms) -> list[GatheredLine]:
    """The lines of these agreements, in the order of `agreement_ids`; a second one each where the policy pays the second guardian."""
    quarter = parse_period(run.period)
    rows = agreements_of(session, agreement_ids, Rank.FIRST)
    if terms.second_share:
        rows += agreements_of(session, agreement_ids, Rank.SECOND)
    rows = _with_deaths(session, rows)
    facts = _Batch(session, run, quarter, rows, terms)
    order = {agreement_id: place for place, agreement_id in enumerate(agreement_ids)}
    rows.sort(key=lambda row: (order[row.agreement_id], row.rank))
    return [facts.line(row) for row in rows]


def _with_deaths(session: Session, rows: Sequence[AgreementRow]) -> list[AgreementRow]:
    """An agreement that stayed with a record that was merged away ends with the death that is known of the person."""
    deaths = deaths_elsewhere(session, {row.patient_id for row in rows})
    return [
        row._replace(died_on=known[0], died_on_precision=known[1]) if (known := deaths.get(row.patient_id)) else row
        for row in rows
    ]


def _undecided(run: SubsidyRun, query: Select[Any]) -> Select[Any]:
    quarter = parse_period(run.period)
    # corrections, and what earlier periods are paid again, are no lines of the run's own period
    has_line = exists().where(
        SubsidyLine.run_id == run.id,
        SubsidyLine.agreement_id == Agreement.id,
        SubsidyLine.period == run.period,
        SubsidyLine.kind != LineKind.CORRECTION,
    )
    query = query.join(Patient, Patient.id == Agreement.patient_id).where(
        within_prefix(Patient.area_code, prefix_of(run.county_code)),
        Agreement.withdrawn_at.is_(None),
        Agreement.from_on <= quarter.last_day,
        func.coalesce(Agreement.ended_on, Agreement.to_on) >= quarter.first_day,
        ~has_line,
    )
    return query.where(~_paid_by_another(run)) if run.kind is RunKind.SUPPLEMENTARY else query


def _paid_by_another(run: SubsidyRun) -> ColumnElement[bool]:
    """A supplementary run has lines only for agreements whose quarter nobody has paid."""
    return exists().where(
        SubsidyLine.agreement_id == Agreement.id,
        SubsidyLine.period.in_(overlapping(parse_period(run.period))),
        SubsidyLine.run_id != run.id,
        SubsidyLine.decision == LineState.PAY,
        SubsidyLine.is_live,
    )


class _Batch:
    """Everything about a batch's patients and payees, one query per kind of fact."""

    def __init__(
        self, session: Session, run: SubsidyRun, quarter: Period, rows: Sequence[AgreementRow], terms: PolicyTerms
    ) -> None:
        self.run, self.quarter, self.terms = run, quarter, terms
        patients = sorted({row.patient_id for row in rows})
        payees = sorted({row.payee_id for row in rows})
        self.first_day, self.last_day = quarter.first_day, quarter.last_day
        # what happened to somebody is read from every record of theirs; how a record is managed, from itself
        known = merges(session)
        asked = known.asked_of(patients)
        records = sorted(asked)
        self.spans = _grouped(session.execute(spans_of(records, quarter)))
        self.stays = _grouped(session.execute(admissions_of(records, quarter)), asked)
        self.levels = _grouped(session.execute(levels_of(records, quarter)), asked)
        self.incidents = incident_facts(session, patients, quarter)
        self.seen = _grouped(session.execute(last_seen_of(records, quarter)), asked)
        self.accounts = _grouped(session.execute(accounts_of(payees, run.decided_as_of)))
        self.shared = set(session.scalars(shared_accounts_of(payees)))
        self.called = call_backs(session, payees)
        self.agreed_sharing = agreed_sharing(session, payees, run.decided_as_of)
        self.returned = returned_accounts(session, payees)
        self.guardian_changes = guardian_changes(session, patients)
        held = {row.agreement_id: (row.from_on, row.last_on) for row in rows}
        self.duty = duty_found(session, quarters_of(quarter), held)
        is_supplement = run.kind is RunKind.SUPPLEMENTARY
        # a regular run is the county's own quarter, also the last one before it came to us
        self.known = known_in_quarter(session, run, patients) if is_supplement else set(patients)
        self.paid = {(row[0], row[1]) for row in session.execute(paid_in_other_runs(run, list(held)))}
        at_home = {row.patient_person_id for row in rows}
        self.listed = listed_people(session, run, at_home.union(payees))
        self.merged = {patient: known.records_of(patient) - {patient} for patient in patients}
        others = {one for several in self.merged.values() for one in several}
        self.agreed = agreed_with(session, quarter, others) if others else defaultdict(set)

    def line(self, row: AgreementRow) -> GatheredLine:
        account = self._account(row.payee_id)
        return GatheredLine(
            agreement_id=row.agreement_id,
            patient_id=row.patient_id,
            payee_person_id=row.payee_id,
            account_id=account.id if account else None,
            area_code=row.area_code,
            rank=row.rank,
            facts=self._facts(row, account),
            snapshot=self._kept_beside(row, account),
        )

    def _facts(self, row: AgreementRow, account: _Row | None) -> LineFacts:
        rank = row.rank
        opened_on = business_day(row.created_at) if row.is_opening else None
        return LineFacts(
            quarter=self.quarter,
            as_of=self.run.decided_as_of,
            days=self._days(row),
            payee=Payee(rank.value),
            is_registered=self._was_registered(row.patient_id),
            is_identified=row.is_identified,
            is_agreement_signed=row.withdrawn_at is None,
            is_death_estimated=row.died_on_precision is DatePrecision.MONTH,
            highest_level=self._highest(row.patient_id, self.first_day),
            highest_level_of_agreement=self._highest(row.patient_id, row.from_on),
            listed_level=self._listed(row.patient_id),
            has_past_incident=bool(self.incidents.get(row.patient_id)),
            incidents=self.incidents.get(row.patient_id, ()),
            registered_on=row.registered_on,
            opened_on=opened_on,
            last_seen_on=max((seen[1] for seen in self.seen[row.patient_id]), default=None),
            duty_check=self.duty[row.agreement_id].result,
            payee_died_on=row.payee_died_on,
            has_account=account is not None,
            is_account_own=account is None or _is_own(account.holder_name, row.payee_name),
            is_account_shared=account is not None and account.id in self.shared,
            account_changed_on=self._changed_on(row.payee_id, account),
            guardian_changed_on=self.guardian_changes.get(row.guardianship_id),
            call_back=self.called.get(account.id) if account else None,
            is_sharing_approved=account is not None and account.id in self.agreed_sharing,
            is_paid_already=(row.agreement_id, rank) in self.paid,
            is_paid_elsewhere=self._is_paid_elsewhere(row),
            is_before_import=self._is_before_import(row.patient_id, opened_on),
            returned_because=self.returned.get(Account(row.payee_id, account.number_index)) if account else None,
            agreement_number=row.number,
            condition_since=self._condition_since(row.patient_id),
            listed=listed_of(self.listed, row.patient_person_id, row.payee_id),
        )

    def _kept_beside(self, row: AgreementRow, account: _Row | None) -> dict[str, Any]:
        """What the snapshot keeps beside the facts: whose agreement, whom and which account it would pay, which duty check."""
        return {
            "agreement": {
                "number": row.number,
                "from": row.from_on.isoformat(),
                "to": row.last_on.isoformat(),
            },
            "payee": row.payee_public_id,
            **self.duty[row.agreement_id].to_keep(),
            "account": account
            and {
                "id": account.public_id,
                "index": account.number_index.hex(),
                "since": account.from_on.isoformat(),
            },
        }

    def _is_paid_elsewhere(self, row: AgreementRow) -> bool:
        """Of a merged pair the other record has an agreement or a payment of this quarter: people decide which one holds."""
        return any(
            agreement_id != row.agreement_id
            for other in self.merged[row.patient_id]
            for agreement_id in self.agreed[other]
        )

    def _days(self, row: AgreementRow) -> DayFacts:
        patient, died_on = row.patient_id, row.died_on
        lost = self._kept(patient, SpanKind.MANAGEMENT, ManagementStatus.LOST)
        managed = [*self._kept(patient, SpanKind.MANAGEMENT, ManagementStatus.MANAGED), *lost]
        ends = [row.last_on]
        if row.guards_to is not None:
            ends.append(row.guards_to - _DAY)
        begins = max(row.from_on, row.guards_from)
        return DayFacts(
            agreement_from=begins,
            agreement_to=max(min(ends), begins),
            died_on=died_on,
            joined_on=self._joined_on(patient),
            left_on=self._left_on(patient),
            managed=tuple(Stay(s.from_on, _last_managed(s.to_on, died_on)) for s in managed if _has_days(s)),
            inpatient=tuple(Stay(s.from_on, s.to_on) for s in self.stays[patient]),
            custody=self._stays(patient, CareSetting.CUSTODY),
            care_facility=self._stays(patient, CareSetting.CARE_FACILITY),
            lost=tuple(Stay(s.from_on, s.to_on) for s in lost),
        )

    def _kept(self, patient: int, what: SpanKind, value: str) -> list[_Row]:
        return [span for span in self.spans[patient] if span.what is what and span.value == value]

    def _stays(self, patient: int, setting: CareSetting) -> tuple[Stay, ...]:
        """A span's `to_on` is the first day of what came after: the day of release, which counts again."""
        records = (patient, *sorted(self.merged[patient]))
        return tuple(Stay(one.from_on, one.to_on) for at in records for one in self._kept(at, SpanKind.CARE, setting))

    def _was_registered(self, patient: int) -> bool:
        spans = self._kept(patient, SpanKind.REGISTRY, RegistryStatus.REGISTERED)
        return any(span.to_on is None or span.to_on > self.first_day for span in spans)

    def _joined_on(self, patient: int) -> date | None:
        spans = self._kept(patient, SpanKind.REGISTRY, RegistryStatus.REGISTERED)
        return min((span.from_on for span in spans), default=None)

    def _left_on(self, patient: int) -> date | None:
        """The last day before the patient moved away or was excluded, unless they came back."""
        registry = [span for span in self.spans[patient] if span.what is SpanKind.REGISTRY]
        return registry[-1].from_on - _DAY if registry and registry[-1].value in NOT_LIVE else None

    def _highest(self, patient: int, since: date) -> int | None:
        """The highest level in force at any time from `since` to the quarter's end, the one that stood on `since` included."""
        ratings = [rating for rating in self.levels[patient] if rating.assessed_on <= self.last_day]
        standing = [rating.level for rating in ratings if rating.assessed_on <= since][-1:]
        later = [rating.level for rating in ratings if rating.assessed_on > since]
        return max([*standing, *later], default=None)

    def _listed(self, patient: int) -> int | None:
        """The level that stood on the quarter's last day; before the first rating, what the county's list said when it came in."""
        ratings = [rating.level for rating in self.levels[patient] if rating.assessed_on <= self.last_day]
        opening = [rating.level for rating in self.levels[patient] if rating.source is LevelSource.OPENING]
        return ratings[-1] if ratings else next(iter(opening), None)

    def _condition_since(self, patient: int) -> date | None:
        """The day of the rating that began the last stretch at or above the policy's level."""
        needed, since = self.terms.eligible_rule.level, None
        if needed is None:
            return None
        is_met = False
        for rating in self.levels[patient]:
            was_met, is_met = is_met, rating.level >= needed
            if rating.assessed_on <= self.last_day and is_met and not was_met:
                since = rating.assessed_on
        return since

    def _is_before_import(self, patient: int, opened_on: date | None) -> bool:
        """Opening payments are not asked for here: a quarter paid by one has no line in a supplementary run at all."""
        return opened_on is not None and self.last_day < opened_on and patient not in self.known

    def _account(self, person: int) -> _Row | None:
        return next(
            (one for one in self.accounts[person] if one.to_on is None or one.to_on > self.run.decided_as_of), None
        )

    def _changed_on(self, person: int, account: _Row | None) -> date | None:
        """The day on which this account replaced another, or was written down if that was later; None for a first account and for
        opening data."""
        if account is None or account.is_opening:
            return None
        earlier = [one for one in self.accounts[person] if one.id != account.id and one.from_on <= account.from_on]
        return max(account.from_on, business_day(account.recorded_at)) if earlier else None


def _last_managed(to_on: date | None, died_on: date | None) -> date | None:
    """The last day of a half-open span. Death ends management, and the day of death still counts (domain 5.5)."""
    if to_on is None:
        return None
    last = to_on - _DAY
    return died_on if died_on is not None and last in (died_on - _DAY, died_on) else last


def _is_own(holder: str, payee: str) -> bool:
    return holder == payee or normalise_name(holder) == normalise_name(payee)


def _has_days(span: _Row) -> bool:
    return span.to_on is None or span.to_on > span.from_on


def _grouped(rows: Iterable[_Row], asked: Mapping[int, Sequence[int]] | None = None) -> defaultdict[int, list[_Row]]:
    """By whom each row is about, or for whom it is read (`Merges.asked_of`)."""
    found: defaultdict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        for about in asked[row[0]] if asked else (row[0],):
            found[about].append(row)
    return found
