"""Rows of a record that is merged away, carried over to the one that stays, with their sealed texts under the key of its person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Table, and_, exists, select, true, update
from sqlalchemy.orm import Session

from app.benefits.rules.rehab import OPEN_REFERRALS
from app.benefits.rules.requests import OPEN_REQUESTS
from app.desk.merge_tables import OWN_PERSON, moves_by
from app.desk.service.pictures import table_named
from app.documents.rules import DocumentSubject
from app.incidents.rules.conferences import ConferenceState
from app.incidents.rules.green import GreenState
from app.incidents.rules.incidents import IncidentState
from app.messages.models import ContactConsent
from app.patients.models import Patient
from app.people.vault import Vault

_GREEN_OPEN = (GreenState.ASKED, GreenState.ACCEPTED, GreenState.UNDER_WAY)


class Carrying:
    """What happened moves as it is; what may stand only once moves as far as it can stand beside what the other record has."""

    def __init__(self, session: Session, vault: Vault, kept: Patient, merged: Patient) -> None:
        self.session, self.vault = session, vault
        self.kept, self.merged = kept, merged

    def carry(self) -> None:
        for name in moves_by("patient_id"):
            self._move(name, true())
        self._go_home()
        self._move("emergencies", table_named("emergencies").c.finished_at.is_(None))
        self._move("incidents", table_named("incidents").c.state != IncidentState.CLOSED)
        meetings, items = table_named("conferences").c, table_named("conference_items").c
        minuted = select(meetings.id).where(meetings.state == ConferenceState.MINUTED)
        self._move("conference_items", items.conference_id.not_in(minuted))
        team = table_named("care_team_members").c
        self._move_one_of_a_kind("care_team_members", ["part"], and_(team.to_on.is_(None), team.withdrawn_at.is_(None)))
        self._move_one_of_a_kind("benefit_requests", ["kind"], _is_in("benefit_requests", sorted(OPEN_REQUESTS)))
        self._move_one_of_a_kind("rehab_referrals", [], _is_in("rehab_referrals", sorted(OPEN_REFERRALS)))
        self._move_one_of_a_kind("delivery_lines", ["round_id", "drug"], true())
        self._move_one_of_a_kind("visit_drafts", ["user_id"], true())
        self._text_consents()
        if self.kept.person_id != self.merged.person_id:
            self._of_person()

    def reseal(self, name: str, column: str, *ids: int) -> None:
        """Texts of these rows under the key of the person who stays."""
        table = table_named(name)
        sealed = [one.name for one in table.columns if one.name.endswith("_sealed")]
        if self.kept.person_id == self.merged.person_id or not sealed or name in OWN_PERSON:
            return
        rows = select(table.c.id, *(table.c[at] for at in sealed)).where(table.c[column].in_(ids))
        for row in self.session.execute(rows).mappings().all():
            values = {at: self._resealed(table, at, row[at]) for at in sealed if row[at] is not None}
            if values:
                self.session.execute(update(table).where(table.c.id == row["id"]).values(values))

    def _resealed(self, table: Table, column: str, sealed: bytes) -> bytes | None:
        place = f"{table.name}.{column.removesuffix('_sealed')}"
        return self.vault.seal(self.kept.person_id, place, self.vault.open(self.merged.person_id, place, sealed))

    def _move(self, name: str, which: ColumnElement[bool]) -> None:
        table = table_named(name)
        ids = self.session.scalars(select(table.c.id).where(table.c.patient_id == self.merged.id, which)).all()
        self.reseal(name, "id", *ids)
        self.session.execute(update(table).where(table.c.id.in_(ids)).values(patient_id=self.kept.id))

    def _move_one_of_a_kind(self, name: str, alike: Sequence[str], is_one: ColumnElement[bool]) -> None:
        """All that the kept record has none alike of. `is_one`: of which rows it may have but one."""
        table, own = table_named(name), table_named(name).alias("own")
        mine = select(own.c.id).where(
            own.c.id.in_(select(table.c.id).where(table.c.patient_id == self.kept.id, is_one))
        )
        taken = exists().where(own.c.id.in_(mine), *(own.c[at] == table.c[at] for at in alike))
        self._move(name, ~and_(is_one, taken))

    def _go_home(self) -> None:
        """Papers of the record are the kept one's, and what is asked for is done by the health centre of its home."""
        papers, asked = table_named("documents"), table_named("green_requests")
        self.session.execute(
            update(papers)
            .where(papers.c.subject_kind == DocumentSubject.PATIENT, papers.c.subject_id == self.merged.public_id)
            .values(subject_id=self.kept.public_id)
        )
        self.session.execute(
            update(asked)
            .where(asked.c.patient_id == self.kept.id, asked.c.state.in_(_GREEN_OPEN))
            .values(area_code=self.kept.area_code, agency_id=self.kept.agency_id)
        )

    def _text_consents(self) -> None:
        """One agreement of a relative: where one of the two says that a text is not safe, none is sent."""
        agreed = list(
            self.session.scalars(
                select(ContactConsent).where(ContactConsent.patient_id.in_((self.kept.id, self.merged.id)))
            )
        )
        standing = {
            (one.person_id, one.channel): one
            for one in agreed
            if one.patient_id == self.kept.id and one.ended_at is None
        }
        for one in agreed:
            mine = standing.get((one.person_id, one.channel)) if one.ended_at is None else None
            if mine is None:
                one.patient_id = self.kept.id
            elif mine is not one:
                mine.is_safe = mine.is_safe and one.is_safe
        self.session.flush()

    def _of_person(self) -> None:
        """Numbers of earlier stay findable, and a colleague who is the patient has no hand in their own money."""
        for name in moves_by("person_id"):
            self.reseal(name, "person_id", self.merged.person_id)
            table = table_named(name)
            rows = update(table).where(table.c.person_id == self.merged.person_id)
            self.session.execute(rows.values(person_id=self.kept.person_id))


def _is_in(name: str, states: Sequence[str]) -> ColumnElement[bool]:
    return table_named(name).c.state.in_(states)
