"""Loaded lists and the people of ours on them, as far as the reader may know each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, case, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.areas.queries import full_names
from app.core.access import Action, Field, Grant, may, sees
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.identity import mask_name
from app.core.paging import Page, decode_cursor, page_of
from app.core.scope import within
from app.guardians.models import Agreement, Guardianship
from app.patients.models import Admission, Patient, PatientSpan
from app.patients.queries.merges import same_people
from app.patients.rules import NOT_LIVE, CareSetting, SpanKind
from app.people.models import Person
from app.subsidies.models import CheckHit, CheckList
from app.subsidies.rules.checks import CARE, DEATHS, HitKind, HitState, ListKind
from app.subsidies.rules.grounds import Grounds, read_grounds

PAGE = 30


class RegisterSays(StrEnum):
    """What the register holds of what a list says, as of now."""

    NOTHING = "nothing"
    SAME = "same"
    OTHER = "other"


@dataclass(frozen=True)
class HitRow:
    """One of our people on a list. Days and the register's word are None where the reader may not know them."""

    public_id: str
    kind: ListKind
    as_of: date
    list_id: str
    hit: HitKind
    state: HitState
    # the patient's, masked as the field table says; or the guardian's
    name: str
    is_patient: bool
    place: str
    agreements: tuple[str, ...]
    # the patient's page, for whoever keeps the register
    patient_id: str | None
    from_on: date | None
    to_on: date | None
    knows_days: bool
    register: RegisterSays | None
    grounds: Grounds | None

    @property
    def is_settled(self) -> bool:
        """Nothing is left to do: somebody else, or the register says the same."""
        return self.state is HitState.DISMISSED or self.register is RegisterSays.SAME


@dataclass(frozen=True)
class _Home:
    """Where a person of ours belongs: the patient whom they are or look after."""

    person_id: int
    patient: Patient
    agreement: str


def list_check_lists(session: Session, actor: Actor, cursor: str | None = None) -> Page[CheckList]:
    """Lists of the actor's area, the newest first."""
    query = select(CheckList).where(within(CheckList.county_code, actor))
    key = decode_cursor(cursor, 1)
    if key and isinstance(key[0], int):
        query = query.where(CheckList.id < key[0])
    rows = session.scalars(query.order_by(CheckList.id.desc()).limit(PAGE + 1)).all()
    return page_of(rows, PAGE, lambda one: (one.id,))


def get_check_list(session: Session, actor: Actor, public_id: str) -> CheckList:
    found = session.scalar(
        select(CheckList).where(CheckList.public_id == public_id, within(CheckList.county_code, actor))
    )
    if found is None:
        raise NotFound()
    return found


def find_same_list(
    session: Session, county_code: str, kind: ListKind, sha256: str, *, lock: bool = False
) -> CheckList | None:
    """The list that was loaded from the same bytes before."""
    query = select(CheckList).where(
        CheckList.county_code == county_code, CheckList.kind == kind, CheckList.sha256 == sha256
    )
    return session.scalar(query.with_for_update() if lock else query)


def last_mapping(session: Session, county_code: str, kind: ListKind) -> dict[str, object]:
    """How somebody mapped the last list of this kind that needed it."""
    lists = select(CheckList.mapping).where(CheckList.county_code == county_code, CheckList.kind == kind)
    return next((one for one in session.scalars(lists.order_by(CheckList.id.desc()).limit(8)) if one), {})


def get_hit(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> tuple[CheckHit, CheckList]:
    query = (
        select(CheckHit, CheckList)
        .join(CheckList, CheckList.id == CheckHit.list_id)
        .where(CheckHit.public_id == public_id, within(CheckList.county_code, actor))
    )
    found = session.execute(query.with_for_update(of=CheckHit) if lock else query).one_or_none()
    if found is None:
        raise NotFound()
    return found[0], found[1]


def show_hit(session: Session, actor: Actor, public_id: str) -> HitRow:
    return shown_hits(session, actor, [get_hit(session, actor, public_id)])[0]


def list_hits(session: Session, actor: Actor, source: CheckList, cursor: str | None = None) -> Page[HitRow]:
    """The people of ours on one list: what is still open first, equal numbers before namesakes."""
    return _page(session, actor, _hits(actor).where(CheckHit.list_id == source.id), cursor)


def list_work(session: Session, actor: Actor, cursor: str | None = None) -> Page[HitRow]:
    """What waits for this reader on any list: people to be looked at, and for the register's owner those to be recorded."""
    return _page(session, actor, _hits(actor).where(_waits(session, actor)), cursor)


def count_work(session: Session, actor: Actor) -> int:
    counted = _hits(actor).where(_waits(session, actor)).with_only_columns(func.count())
    return session.scalar(counted) or 0


def _hits(actor: Actor) -> Select[CheckHit, CheckList]:
    return (
        select(CheckHit, CheckList)
        .join(CheckList, CheckList.id == CheckHit.list_id)
        .where(within(CheckList.county_code, actor))
    )


def _waits(session: Session, actor: Actor) -> ColumnElement[bool]:
    if may(actor, Action.KEEP_CARE_LISTS):
        person, same = aliased(Person), same_people(session)
        about = case(same, value=CheckHit.person_id, else_=CheckHit.person_id) if same else CheckHit.person_id
        died = select(person.id).where(person.id == about, person.died_on.is_not(None)).exists()
        to_record = (CheckHit.state == HitState.CONFIRMED) & CheckList.kind.in_(DEATHS) & ~died
        return or_(CheckHit.state == HitState.OPEN, to_record)
    return (CheckHit.state == HitState.OPEN) & CheckList.kind.not_in(CARE)


def _page(session: Session, actor: Actor, query: Select[CheckHit, CheckList], cursor: str | None) -> Page[HitRow]:
    is_done = CheckHit.state != HitState.OPEN
    order = (is_done, CheckHit.hit, CheckHit.id)
    key = decode_cursor(cursor, 3)
    if key and isinstance(key[0], int) and isinstance(key[1], str) and isinstance(key[2], int):
        query = query.where(tuple_(*order) > (bool(key[0]), key[1], key[2]))
    rows = session.execute(query.order_by(*order).limit(PAGE + 1)).all()
    page = page_of(rows, PAGE, lambda row: (int(row[0].state is not HitState.OPEN), row[0].hit.value, row[0].id))
    return Page(shown_hits(session, actor, page.rows), page.next_cursor)


def shown_hits(session: Session, actor: Actor, rows: Sequence[tuple[CheckHit, CheckList]]) -> list[HitRow]:
    """As far as the reader may know each."""
    same = same_people(session)  # of somebody whose records were merged, the row that stands is shown
    who = {hit.id: same.get(hit.person_id, hit.person_id) for hit, _source in rows}
    people = {*who.values(), *(hit.person_id for hit, _source in rows)}
    names = {
        row.id: row
        for row in session.execute(select(Person.id, Person.name, Person.died_on).where(Person.id.in_(people)))
    }
    patients = _homes(session, _patient_homes(people))
    guardians = _homes(session, _guardian_homes(people - patients.keys()))
    places = full_names(session, {hit.area_code for hit, _source in rows})
    stays = _Stays(session, actor, [one.patient.id for home in patients.values() for one in home])
    shown = []
    for hit, source in rows:
        about = who[hit.id] if who[hit.id] in patients else hit.person_id
        home = patients.get(about) or guardians.get(about, [])
        person, is_patient = names[about], about in patients
        knows_days = source.kind not in CARE or sees(actor, Field.CARE_SPANS) is Grant.FULL
        died_on = person.died_on
        shown.append(
            HitRow(
                public_id=hit.public_id,
                kind=source.kind,
                as_of=source.as_of,
                list_id=source.public_id,
                hit=hit.hit,
                state=hit.state,
                name=_name(actor, person.name, is_patient),
                is_patient=is_patient,
                place=places[hit.area_code],
                agreements=tuple(sorted({one.agreement for one in home})),
                patient_id=home[0].patient.public_id if home and may(actor, Action.SEE_REGISTER) else None,
                from_on=hit.from_on if knows_days else None,
                to_on=hit.to_on if knows_days else None,
                knows_days=knows_days,
                register=_says(hit, source, died_on, home, is_patient, stays) if knows_days else None,
                grounds=read_grounds(hit.ground),
            )
        )
    return shown


def _name(actor: Actor, name: str, is_patient: bool) -> str:
    if not is_patient:
        return name
    return name if sees(actor, Field.PATIENT_NAME) is Grant.FULL else mask_name(name)


def _patient_homes(people: Iterable[int]) -> Select[int, Patient, str]:
    return (
        select(Patient.person_id, Patient, Agreement.number)
        .join(Agreement, Agreement.patient_id == Patient.id)
        .where(Patient.person_id.in_(people), Agreement.withdrawn_at.is_(None))
    )


def _guardian_homes(people: Iterable[int]) -> Select[int, Patient, str]:
    is_one = or_(Agreement.guardianship_id == Guardianship.id, Agreement.second_guardianship_id == Guardianship.id)
    return (
        select(Guardianship.person_id, Patient, Agreement.number)
        .join(Patient, Patient.id == Guardianship.patient_id)
        .join(Agreement, is_one)
        .where(Guardianship.person_id.in_(people), Agreement.withdrawn_at.is_(None))
    )


def _homes(session: Session, query: Select[int, Patient, str]) -> dict[int, list[_Home]]:
    found: dict[int, list[_Home]] = defaultdict(list)
    for row in session.execute(query):
        found[row[0]].append(_Home(*row))
    return found


def _says(
    hit: CheckHit, source: CheckList, died_on: date | None, home: Sequence[_Home], is_patient: bool, stays: _Stays
) -> RegisterSays | None:
    """None where the register keeps nothing of the kind: a guardian's moves and custody."""
    if source.kind in DEATHS:
        if died_on is None:
            return RegisterSays.NOTHING
        # burial and deregistration follow the death: an earlier day in the register is the same death
        is_same = hit.from_on is None or died_on <= hit.from_on
        return RegisterSays.SAME if is_same else RegisterSays.OTHER
    if not is_patient:
        return None
    if source.kind is ListKind.MOVED_OUT:
        has_left = any(one.patient.registry_status in NOT_LIVE for one in home)
        return RegisterSays.SAME if has_left else RegisterSays.NOTHING
    return stays.say(hit, source, {one.patient.id for one in home})


class _Stays:
    """Stays in hospital and custody of a page's patients; nothing for readers who may not know days of care."""

    def __init__(self, session: Session, actor: Actor, patients: Sequence[int]) -> None:
        self._found: dict[ListKind, list[tuple[int, date, date | None]]] = {kind: [] for kind in CARE}
        if sees(actor, Field.CARE_SPANS) is not Grant.FULL or not patients:
            return
        admissions = select(Admission.patient_id, Admission.from_on, Admission.to_on)
        custody = select(PatientSpan.patient_id, PatientSpan.from_on, PatientSpan.to_on).where(
            PatientSpan.what == SpanKind.CARE,
            PatientSpan.value == CareSetting.CUSTODY,
            PatientSpan.withdrawn_at.is_(None),
        )
        wanted = {
            ListKind.IN_HOSPITAL: admissions.where(
                Admission.patient_id.in_(patients), Admission.withdrawn_at.is_(None)
            ),
            ListKind.IN_CUSTODY: custody.where(PatientSpan.patient_id.in_(patients)),
        }
        for kind, query in wanted.items():
            self._found[kind] = [(row[0], row[1], row[2]) for row in session.execute(query)]

    def say(self, hit: CheckHit, source: CheckList, patients: set[int]) -> RegisterSays:
        first, last = hit.from_on or date.min, hit.to_on or source.as_of
        near = [
            (from_on, to_on)
            for patient, from_on, to_on in self._found[source.kind]
            if patient in patients and from_on <= last and (to_on is None or to_on >= first)
        ]
        if not near:
            return RegisterSays.NOTHING
        is_same = any(from_on == hit.from_on and to_on == hit.to_on for from_on, to_on in near)
        return RegisterSays.SAME if is_same else RegisterSays.OTHER
