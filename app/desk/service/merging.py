"""Two registrations of one human being become one: what is chosen is kept, what happened moves, what was paid stays.

Payment lines stay on the merged record and are read through it, and so does all that was signed or closed: what becomes of each table is
said in one place (`desk.merge_tables`). Everything that changes is remembered row by row, so that a merge is undone exactly (reliability, threat 8).
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.identity import IdKind
from app.core.reasons import reason
from app.desk.kept_copies import OTHERS
from app.desk.queries.merging import CHOICES, SEALED_TEXTS, overlapping_agreements
from app.desk.service.carrying import Carrying
from app.desk.service.pictures import Difference, difference, restore, table_named, take
from app.guardians.models import Agreement, AgreementApplication, DutyCheck, Guardianship
from app.guardians.rules import Rank
from app.guardians.rules.application import LIVE
from app.messages.models import Message
from app.messages.rules.kinds import MessageState
from app.patients.models import Admission, CarePlan, Consent, Diagnosis, Patient
from app.patients.rules import RegistryStatus
from app.patients.rules_watch import STATE_KINDS
from app.patients.service.recomputing import OWN
from app.patients.service.states import set_registry
from app.people.models import NameKey, Person, Phone
from app.people.queries import PHONE, find_main_phone
from app.people.service import index_names, open_id_number, rename_keys, set_phone
from app.people.service.sealing import former_of, phone_of, seal_number
from app.people.vault import Vault
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.models import DeviceSubmission
from app.visits.rules.states import SubmissionState

MERGED = "merged"  # a choice: the value of the record that is merged away
_OF_STATE = STATE_KINDS | {TaskKind.IDENTIFY}
_OPEN_SENT = (SubmissionState.CONFLICT, SubmissionState.REFUSED, SubmissionState.QUARANTINED)


def refuse_unlike(session: Session, kept: Patient, merged: Patient) -> None:
    """Raises `Conflict` for two records that cannot be one: what to do first is said."""
    if {kept.registry_status, merged.registry_status} != {RegistryStatus.REGISTERED}:
        raise Conflict(reason("desk.merge.both_registered"))
    people = {kept.person_id, merged.person_id}
    guards = select(Guardianship.id).where(Guardianship.person_id.in_(people), Guardianship.withdrawn_at.is_(None))
    each_other = guards.where(Guardianship.patient_id.in_((kept.id, merged.id)))
    if session.scalar(each_other.limit(1)) is not None:
        raise Conflict(reason("desk.merge.each_others_guardian"))
    if session.scalar(guards.where(Guardianship.person_id == merged.person_id, Guardianship.to_on.is_(None)).limit(1)):
        raise Conflict(reason("desk.merge.guards_others"))
    sent = select(DeviceSubmission.id).where(
        DeviceSubmission.patient_id == merged.id, DeviceSubmission.state.in_(_OPEN_SENT)
    )
    if session.scalar(sent.limit(1)) is not None:
        raise Conflict(reason("desk.merge.forms_wait"))


def merge(
    session: Session,
    vault: Vault,
    actor: Actor,
    kept: Patient,
    merged: Patient,
    chosen: Mapping[str, str],
    today: date,
    now: datetime,
) -> Difference:
    """`chosen`: field → `kept` or `merged`, for the fields that differ. Returns what changed, for `undo`."""
    refuse_unlike(session, kept, merged)
    ids, people = (kept.id, merged.id), {kept.person_id, merged.person_id}
    before = take(session, ids, people)
    _Merge(session, vault, actor, kept, merged, chosen, today, now).run()
    return difference(before, take(session, ids, people))


def undo(session: Session, moved: Difference, kept: Patient, merged: Patient) -> None:
    """Both records as they were; what came to the kept record since stays with it."""
    first = {"people": [kept.person_id], "patients": [kept.id]}
    restore(session, moved, first)
    _recompute(session, [kept.id, merged.id], _copies_of(moved))


class _Merge:
    """The steps of one merge."""

    def __init__(
        self,
        session: Session,
        vault: Vault,
        actor: Actor,
        kept: Patient,
        merged: Patient,
        chosen: Mapping[str, str],
        today: date,
        now: datetime,
    ) -> None:
        self.session, self.vault, self.actor = session, vault, actor
        self.kept, self.merged, self.chosen = kept, merged, chosen
        self.today, self.now = today, now
        self.rows = Carrying(session, vault, kept, merged)
        self.because = reason("desk.because.merged")

    def run(self) -> None:
        self.session.flush()
        if self.kept.person_id != self.merged.person_id:
            self._person()
        self._record()
        self._papers()
        self._guardians()
        self._duties()
        self.rows.carry()
        self._names()
        self.session.flush()
        self.session.expire_all()
        self.merged.next_due_on = None
        set_registry(self.session, self.actor, self.merged, RegistryStatus.MERGED, self.today, self.now, self.because)
        _recompute(self.session, [self.kept.id], None)

    def _takes(self, field: str) -> bool:
        return self.chosen.get(field) == MERGED

    # -- who it is

    def _person(self) -> None:
        mine, other = self._people()
        if self._takes("name"):
            mine.name, mine.name_sort = other.name, other.name_sort
            rename_keys(self.session, mine)
        if self._takes("sex"):
            mine.sex = other.sex
        if self._takes("born_on"):
            mine.born_on = other.born_on
        self._id_number(mine, other)
        self._phones(mine, other)

    def _people(self) -> tuple[Person, Person]:
        return (
            self.session.get_one(Person, self.kept.person_id),
            self.session.get_one(Person, self.merged.person_id),
        )

    def _id_number(self, mine: Person, other: Person) -> None:
        """One number holds; the other one stays findable as a former number."""
        number, kind = open_id_number(self.vault, other), IdKind(other.id_kind)
        if number is None:
            return
        other.id_number_sealed = other.id_index = other.id_tail4_index = other.id_tail6_index = None
        other.id_kind = IdKind.NONE.value
        self.session.flush()
        current = open_id_number(self.vault, mine)
        if current is None or self._takes("id_number"):
            if current is not None:
                self.session.add(former_of(self.vault, self.actor, mine, current, self.now))
            seal_number(self.vault, mine, kind, number)
        else:
            former = former_of(self.vault, self.actor, mine, number, self.now)
            former.id_kind = kind.value
            self.session.add(former)

    def _phones(self, mine: Person, other: Person) -> None:
        number = find_main_phone(self.session, self.vault, other.id)
        if number is None:
            return
        if self._takes("phone") or find_main_phone(self.session, self.vault, mine.id) is None:
            set_phone(self.session, self.vault, mine, number)
            return
        known = select(Phone.id).where(
            Phone.person_id == mine.id, Phone.number_index.in_(self.vault.keyring.indexes(PHONE, number))
        )
        if self.session.scalar(known) is None:
            second = phone_of(self.vault, mine, number)
            second.is_main = False
            self.session.add(second)

    # -- what the record says

    def _record(self) -> None:
        """Columns of the chosen side; the number of the record is unique and changes sides through none."""
        if self._takes("record_number"):
            number, self.merged.record_number = self.merged.record_number, None
            self.session.flush()
            self.kept.record_number = number
        for name in CHOICES:
            if self._takes(name) and name in SEALED_TEXTS:
                text = self.vault.open(
                    self.merged.person_id, f"patients.{name}", getattr(self.merged, f"{name}_sealed")
                )
                setattr(self.kept, f"{name}_sealed", self.vault.seal(self.kept.person_id, f"patients.{name}", text))
            elif self._takes(name) and name in Patient.__table__.columns and name != "record_number":
                setattr(self.kept, name, getattr(self.merged, name))
        self.session.flush()

    def _papers(self) -> None:
        """Diagnoses and consents: of two that hold, the chosen diagnosis and the later paper go on holding."""
        self._join_spans(Diagnosis, (), lambda _mine, _other: self._takes("diagnosis"))
        for paper in self._of(Consent, self.merged):
            self.rows.reseal("consents", "id", paper.id)
        self._join_spans(Consent, ("kind",), lambda mine, other: other.from_on > mine.from_on)
        mine = self._open(Admission, self.kept)
        for stay in self._of(Admission, self.merged):
            if stay.to_on is None and mine:
                continue  # the same stay, written down twice: it stays where it is
            stay.patient_id = self.kept.id
        plan = self._open(CarePlan, self.kept)
        for one in self._of(CarePlan, self.merged):
            self.rows.reseal("care_plan_steps", "plan_id", one.id)
            self.rows.reseal("care_plans", "id", one.id)
            if one.to_on is None and plan:
                one.to_on = self.today
                self._end_duties(f"plan:{one.id}")
            one.patient_id = self.kept.id
        self.session.flush()

    def _end_duties(self, period: str) -> None:
        """What the ended plan of the merged record asked for, its steps included, is nobody's duty any more."""
        for task in self._tasks(self.merged):
            if task.state is TaskState.OPEN and (task.period == period or task.period.startswith(f"{period}:")):
                task.state, task.closed_at, task.closed_by = TaskState.CANCELLED, self.now, self.actor.user_id
                task.outcome = self.because.to_json()

    def _join_spans(self, model: Any, within: tuple[str, ...], takes_other: Any) -> None:
        open_ones = {tuple(getattr(one, name) for name in within): one for one in self._open(model, self.kept)}
        for one in self._of(model, self.merged):
            mine = open_ones.get(tuple(getattr(one, name) for name in within))
            if one.to_on is None and mine is not None:
                loser, winner = (mine, one) if takes_other(mine, one) else (one, mine)
                loser.to_on = max(loser.from_on, winner.from_on)
                self.session.flush()
            one.patient_id = self.kept.id
        self.session.flush()

    def _of(self, model: Any, patient: Patient) -> list[Any]:
        rows = select(model).where(model.patient_id == patient.id).order_by(model.id)
        if hasattr(model, "withdrawn_at"):
            rows = rows.where(model.withdrawn_at.is_(None))
        return list(self.session.scalars(rows))

    def _open(self, model: Any, patient: Patient) -> list[Any]:
        return [one for one in self._of(model, patient) if one.to_on is None]

    # -- who stands beside

    def _guardians(self) -> None:
        """One open guardianship a rank: the chosen one goes on, the other ends today. Agreements that overlap stay where they are."""
        mine = {link.rank: link for link in self._open(Guardianship, self.kept)}
        for link in self._of(Guardianship, self.merged):
            standing = mine.get(link.rank)
            if link.to_on is None and standing is not None:
                self._settle_rank(standing, link)
            link.patient_id = self.kept.id
            self.session.flush()
        overlapping = overlapping_agreements(self.session, self.actor, self.kept, self.merged)
        for agreement in self._of(Agreement, self.merged):
            if agreement.id not in overlapping:
                agreement.patient_id = self.kept.id
                checks = update(DutyCheck).where(DutyCheck.agreement_id == agreement.id)
                self.session.execute(checks.values(patient_id=self.kept.id))
        self.session.flush()
        self._applications(overlapping)

    def _applications(self, staying: Container[int]) -> None:
        """They go with their agreement; of two that are under way the merged record's stays, to be withdrawn."""
        taken = any(one.state in LIVE for one in self._of(AgreementApplication, self.kept))
        for one in self._of(AgreementApplication, self.merged):
            if one.agreement_id not in staying and not (taken and one.state in LIVE):
                one.patient_id = self.kept.id
        self.session.flush()

    def _settle_rank(self, standing: Guardianship, other: Guardianship) -> None:
        takes_other = self._takes(f"guardian_{standing.rank.value}")
        loser, winner = (standing, other) if takes_other else (other, standing)
        loser.to_on = max(self.today, loser.from_on)
        loser.end_reason = self.because.to_json()
        self.session.flush()
        if loser.person_id == winner.person_id:
            winner.from_on = min(winner.from_on, loser.from_on)
            self._tell_winner(loser, winner)
            columns = (Agreement.guardianship_id, Agreement.second_guardianship_id)
            column = columns[standing.rank is Rank.SECOND]
            self.session.execute(update(Agreement).where(column == loser.id).values({column: winner.id}))

    def _tell_winner(self, loser: Guardianship, winner: Guardianship) -> None:
        """One relative under two records: what waits to be said goes on. Another guardian is told nothing that was meant for this one."""
        waiting = update(Message).where(Message.guardianship_id == loser.id, Message.state == MessageState.QUEUED)
        self.session.execute(waiting.values(guardianship_id=winner.id))

    # -- what is to be done and what was done

    def _duties(self) -> None:
        """Open duties move; one that stands already on the kept record is not done twice, and what the merged record's state asked
        for is nobody's question any more: the kept record's own state asks."""
        standing = {
            (task.kind, task.period) for task in self._tasks(self.kept) if task.state is not TaskState.CANCELLED
        }
        has_visit = any(
            task.kind is TaskKind.FOLLOW_UP for task in self._tasks(self.kept) if task.state is TaskState.OPEN
        )
        for task in self._tasks(self.merged):
            if task.state is not TaskState.OPEN:
                continue
            is_of_state = task.kind in _OF_STATE and not task.period.startswith("visit:")
            if is_of_state or (task.kind, task.period) in standing or (task.kind is TaskKind.FOLLOW_UP and has_visit):
                task.state, task.closed_at, task.closed_by = TaskState.CANCELLED, self.now, self.actor.user_id
                task.outcome = self.because.to_json()
            else:
                task.patient_id, task.area_code, task.agency_id = self.kept.id, self.kept.area_code, self.kept.agency_id
        self.session.flush()

    def _tasks(self, patient: Patient) -> list[Task]:
        return list(self.session.scalars(select(Task).where(Task.patient_id == patient.id).order_by(Task.id)))

    def _names(self) -> None:
        """Nobody finds the merged record by a name any more; its guardians' names lead to the kept one."""
        self.session.execute(delete(NameKey).where(NameKey.patient_id == self.merged.id))
        links = self._open(Guardianship, self.kept)
        people = self.session.scalars(select(Person).where(Person.id.in_([link.person_id for link in links]))).all()
        index_names(self.session, self.kept, people)


def _recompute(session: Session, ids: list[int], columns: frozenset[str] | None) -> None:
    """Copies that visits, ratings, duties and spans say; all of them, or the named ones."""
    session.flush()
    patients = table_named("patients")
    for copy in (*OWN, *OTHERS):
        computed = copy.compute(session, ids)
        for patient_id in ids:
            values = {
                name: computed.get(patient_id, {}).get(name)
                for name in copy.columns
                if columns is None or name in columns
            }
            if values:
                session.execute(update(patients).where(patients.c.id == patient_id).values(values))
    session.expire_all()


def _copies_of(moved: Difference) -> frozenset[str]:
    """The kept copies that the merge had changed."""
    return frozenset(at for name, _key, columns in moved["changed"] if name == "patients" for at in columns)
