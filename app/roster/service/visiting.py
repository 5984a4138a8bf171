"""An import of visits from the national system's workbook: whom each row is about, what becomes of it, and storing that once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.areas.queries import full_names
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.batches import insert_rows
from app.core.reasons import Label, Reason, reason
from app.people.vault import Vault
from app.roster.commands import ImportResult, Mode, Namesake, Outcome, RowResult
from app.roster.models import ImportRow, RosterImport
from app.roster.queries import VISITS_KIND
from app.roster.queries_visits import Directory, Known, load_directory
from app.roster.rules.columns import Field
from app.roster.rules.entry import Finding
from app.roster.rules.header import SheetMapping
from app.roster.rules.visit_rows import VisitReading, VisitRow
from app.roster.service.importing import counts_of, row_records
from app.visits.commands import TakeOver
from app.visits.rules.form import FIELDS
from app.visits.service.matching import Fate, Planned, plan_taking_over
from app.visits.service.taking_over import store_taken_over

# a person's word for all rows at once: whoever has the name and the birth date is meant
EVERYBODY = "*"
_OUTCOMES = {Fate.NEW: Outcome.CREATED, Fate.TICKED: Outcome.MATCHED, Fate.KNOWN: Outcome.UNCHANGED}


def import_visits(
    session: Session,
    vault: Vault,
    actor: Actor,
    reading: VisitReading,
    file_sha256: str,
    mode: Mode,
    confirmed: Collection[str],
    now: datetime,
) -> ImportResult:
    """Compare the reading with what stands and store what the mode allows; the same list again changes nothing.

    `confirmed` are the marks of `Namesake`s that a person has said to be right. Raises `Forbidden`.
    """
    require(actor, Action.IMPORT_VISITS)
    if reading.refused:
        return ImportResult(mode, reading.count, False, refused=reading.refused)
    found = _Found(session, vault, actor, reading, confirmed)
    plans = plan_taking_over(session, vault, actor, found.wanted, lock=mode is not Mode.DRY_RUN)
    errors, warnings = found.errors + _told(plans, found, "errors"), _told(plans, found, "warnings")
    order = found.order
    result = ImportResult(
        mode,
        reading.count,
        False,
        tuple(_result(plan, found) for plan in plans if plan.fate is not Fate.REFUSED),
        tuple(sorted((*reading.errors, *errors), key=order)),
        tuple(sorted((*reading.warnings, *warnings), key=order)),
        namesakes=tuple(found.namesakes),
    )
    if mode is Mode.DRY_RUN or (mode is Mode.ALL and result.has_errors):
        return result
    changed = store_taken_over(session, vault, actor, plans, now)
    results = tuple(_result(plan, found) for plan in plans if plan.fate is not Fate.REFUSED)
    stored = replace(result, is_stored=True, results=results)
    return (
        replace(stored, public_id=_remember(session, actor, reading, file_sha256, stored, now)) if changed else stored
    )


class _Found:
    """The rows with their patients, and those of which nobody is known or a person has to say."""

    def __init__(
        self, session: Session, vault: Vault, actor: Actor, reading: VisitReading, confirmed: Collection[str]
    ) -> None:
        self.rows: Sequence[VisitRow] = reading.rows
        self.mappings = {one.sheet: one for one in reading.mappings}
        self._sheets = list(self.mappings)
        self.errors: list[Finding] = []
        self.namesakes: list[Namesake] = []
        self.wanted: list[TakeOver] = []
        self.patients: dict[int, Known] = {}
        directory = load_directory(session, vault.keyring, actor, reading.rows)
        unsure = [known for row in reading.rows for known in directory.likely(row.who)]
        self._places = full_names(session, {known.area_code for known in unsure})
        for place, row in enumerate(reading.rows):
            known = self._patient(directory, row, confirmed)
            if known is not None:
                self.patients[place] = known
                self.wanted.append(TakeOver(place, known.id, row.record, row.given, row.doctor))
        self._once()

    def order(self, one: Finding) -> tuple[int, int]:
        return self._sheets.index(one.sheet), one.row

    def finding(self, row: VisitRow, field: Field, why: Reason) -> Finding:
        mapping: SheetMapping = self.mappings[row.sheet]
        column = mapping.column(field)
        header, letter = (column.header, column.letter) if column else ("", "")
        return Finding(row.sheet, row.row, header, field.value, why, letter)

    def _refuse(self, row: VisitRow, field: Field, code: str) -> None:
        self.errors.append(self.finding(row, field, reason(code)))

    def _patient(self, directory: Directory, row: VisitRow, confirmed: Collection[str]) -> Known | None:
        sure = directory.sure(row.who)
        if sure is not None:
            if sure.name == row.who.name:
                return sure
            self._refuse(row, Field.PATIENT_NAME, "roster.visits.other_name")
            return None
        likely = directory.likely(row.who)
        if len(likely) == 1:
            return self._likely(row, likely[0], confirmed)
        self._refuse(row, Field.PATIENT_NAME, "roster.visits.several" if likely else "roster.visits.unknown")
        return None

    def _likely(self, row: VisitRow, known: Known, confirmed: Collection[str]) -> Known | None:
        village, who = self._places[known.area_code], row.who
        day = row.record.visited_on
        asked = Namesake(row.sheet, row.row, day, who.name, who.born_on, village, known.public_id)
        self.namesakes.append(asked)
        if EVERYBODY in confirmed or asked.mark in confirmed:
            return known
        self._refuse(row, Field.PATIENT_NAME, "roster.visits.to_confirm")
        return None

    def _once(self) -> None:
        """Two rows may name one patient differently: by number here, by name there."""
        first: dict[tuple[int, date], TakeOver] = {}
        kept = []
        for one in self.wanted:
            if first.setdefault((one.patient_id, one.record.visited_on), one) is one:
                kept.append(one)
                continue
            earlier = self.rows[first[one.patient_id, one.record.visited_on].place]
            why = reason("roster.visits.twice", row=reason("roster.row", sheet=earlier.sheet, row=earlier.row))
            self.errors.append(self.finding(self.rows[one.place], Field.DAY, why))
        self.wanted = kept


def visit_counts(result: ImportResult) -> dict[str, int]:
    """The figures that are kept and shown; of a dry run, what would be stored and ticked."""
    counts = counts_of(result)
    del counts["filled"]
    is_told = result.is_stored or result.mode is Mode.DRY_RUN
    return {**counts, "matched": result.count(Outcome.MATCHED) if is_told else 0, "to_confirm": len(result.namesakes)}


def _told(plans: Sequence[Planned], found: _Found, what: str) -> list[Finding]:
    return [
        found.finding(found.rows[plan.wanted.place], Field(name) if name else Field.PATIENT_NAME, why)
        for plan in plans
        for name, why in getattr(plan, what)
    ]


def _result(plan: Planned, found: _Found) -> RowResult:
    row, known = found.rows[plan.wanted.place], found.patients[plan.wanted.place]
    visit = (known.public_id, plan.public_id) if plan.public_id else None
    return RowResult(row.sheet, row.row, _OUTCOMES[plan.fate], known.id, _differences(plan), visit)


def _differences(plan: Planned) -> tuple[Reason, ...]:
    """What stands there and differs, one sentence for all of it."""
    if not plan.says:
        return ()
    items = [Label(FIELDS[name].label) for name in plan.says]
    code = "roster.visits.differs_rules" if plan.fate is Fate.NEW else "roster.visits.differs"
    return (reason(code, items=items),)


def _remember(
    session: Session, actor: Actor, reading: VisitReading, file_sha256: str, result: ImportResult, now: datetime
) -> str:
    kept = RosterImport(
        file_sha256=file_sha256,
        area_code=actor.area_prefix.ljust(12, "0"),
        kind=VISITS_KIND,
        mapping={one.sheet: {column.letter: column.field for column in one.columns} for one in reading.mappings},
        counts=visit_counts(result),
        imported_at=now,
        imported_by=actor.user_id,
    )
    session.add(kept)
    session.flush()
    insert_rows(session, ImportRow, [{"import_id": kept.id, **row} for row in row_records(result)])
    note(
        session,
        actor,
        "roster.visits_imported",
        now=now,
        subject=("roster_import", kept.public_id),
        area_code=kept.area_code,
        count=result.stored,
        detail={**visit_counts(result), "digest": file_sha256},
    )
    return kept.public_id
