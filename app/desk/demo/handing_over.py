"""Discharges on their way: one that nobody has received yet, one that waits for a village, one that is being acted on, one that is
closed, one from a hospital that is not on line, and one that the ward prepares; and who answers for which office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.accounts.contacts import name_contact
from app.accounts.models import User
from app.areas.models import Agency
from app.core.clock import business_day
from app.core.identity import IdKind, Sex
from app.core.quarter import Quarter
from app.desk.demo.moments import Moments
from app.desk.demo.places import TOWN, VILLAGE
from app.desk.demo.settling import County
from app.discharges.commands import (
    CloseLoop,
    ConfirmNotice,
    CorrectEvent,
    Medicine,
    OnBehalf,
    PlanDischarge,
    ReceiveForm,
    ReportBack,
    SubmitDischarge,
)
from app.discharges.models import Discharge, HandoverEvent, HandoverForm
from app.discharges.rules.states import CloseReason, DischargeTo, DischargeType, EventKind, FormKind, Source
from app.discharges.service import (
    close_loop,
    confirm_notice,
    correct_event,
    escalate,
    follow_loops,
    plan_discharge,
    receive_form,
    report_back,
    submit_discharge,
)
from app.patients.models import Admission, Patient
from app.patients.rules import CareSetting, ManagementStatus
from app.people.models import Person
from app.people.service import open_id_number
from app.people.vault import Vault

_DAY = timedelta(days=1)
_CONTACTS = ("village_worker", "police", "town", "health_lead", "town_county", "county_office")
_HANDS = {
    FormKind.HEALTH_CENTRE: "doctor",
    FormKind.POLICE: "police",
    FormKind.TOWN: "town",
    FormKind.VILLAGE: "village_worker",
}


def hand_over_some(session: Session, vault: Vault, county: County, moments: Moments) -> None:
    """Through the product's own use cases, on the days on which they happened."""
    made = _Handing(session, vault, county, moments)
    made.name_contacts()
    known = made.find_patients()
    made.act(made.send(1, 12, made.stranger("花荣贵"), risk_level=1))
    made.close(made.send(2, 20, made.stranger("葛秋萍", sex=Sex.FEMALE), risk_level=0))
    if known:
        made.receive(made.send(3, 3, made.known(known[0]), risk_level=3), FormKind.VILLAGE)
    if len(known) > 1:
        unfinished: dict[str, Any] = {"source": Source.API, "is_complete": False, "recheck_on": None}
        made.send(4, 1, made.known(known[1]), risk_level=3, help_needed=0b11, **unfinished)
    made.from_paper(5, 6, made.stranger("程水根"))
    made.plan()
    escalate(session, moments.now)
    follow_loops(session, moments.now)
    session.flush()
    session.expire_all()


@dataclass
class _Handing:
    session: Session
    vault: Vault
    county: County
    moments: Moments

    def name_contacts(self) -> None:
        office, today = self.county.actors["county_office"], self.moments.today
        for name in _CONTACTS:
            user = self.session.scalars(select(User).where(User.name == name)).one()
            agency = self.session.get_one(Agency, user.agency_id)
            on = today - 60 * _DAY
            name_contact(self.session, office, agency.public_id, user.public_id, 1, on, self.moments.on(on, 20))

    def find_patients(self) -> list[Patient]:
        """At home in the village worker's village, never in hospital, not seen for three weeks."""
        quarter = Quarter.of(self.moments.today)
        found = self.session.scalars(
            select(Patient)
            .where(
                Patient.area_code == VILLAGE,
                Patient.management_status == ManagementStatus.MANAGED,
                Patient.care_setting == CareSetting.HOME,
                Patient.last_visit_on < self.moments.today - 22 * _DAY,
                Patient.registered_on < quarter.first_day,
                ~exists().where(Admission.patient_id == Patient.id),
            )
            .order_by(Patient.id)
            .limit(2)
        )
        return list(found)

    def known(self, patient: Patient) -> dict[str, Any]:
        person = self.session.get_one(Person, patient.person_id)
        return {
            "name": person.name,
            "sex": Sex(person.sex),
            "born_on": person.born_on,
            "id_kind": IdKind(person.id_kind),
            "id_number": open_id_number(self.vault, person) or "",
        }

    def stranger(self, name: str, sex: Sex = Sex.MALE) -> dict[str, Any]:
        born_on = date(1979, 3, 8)
        return {"name": name, "sex": sex, "born_on": born_on, "id_kind": IdKind.NONE, "id_number": ""}

    def send(self, number: int, days_ago: int, who: dict[str, Any], **more: Any) -> Discharge:
        said = self.record(number, days_ago, who, **more)
        at = self.moments.on(self.moments.today - days_ago * _DAY, 430)
        return submit_discharge(self.session, self.vault, self.county.actors["hospital"], said, at).discharge

    def record(self, number: int, days_ago: int, who: dict[str, Any], **more: Any) -> SubmitDischarge:
        on = self.moments.today - days_ago * _DAY
        said: dict[str, Any] = {
            "submission_key": f"demo-discharge-{number}",
            "hospital_number": f"CY{on.year}-{1000 + number}",
            "area_code": VILLAGE,
            "admitted_on": on - 18 * _DAY,
            "discharged_at": self.moments.on(on, 400),
            "admission_count": number % 3 + 1,
            "diagnosis_code": "F20.0",
            "diagnosis": "偏执型精神分裂症",
            "first_diagnosed": "2016-05",
            "behaviours": 0b1000000,
            "effect": 2,
            "rehabilitation": 0b1001,
            "doctor_name": "汪志远",
            "doctor_phone": "0559-5512233",
            "form_on": on,
            "discharge_type": DischargeType.ORDERED,
            "discharge_to": DischargeTo.HOME,
            "risk_level": 1,
            "address": f"{number} 组 {number + 6} 号",
            "medicines": (Medicine("奥氮平片", "5mg", "每晚一次，每次两片"),),
            "recheck_on": on + 28 * _DAY,
            "warning_signs": "整夜不睡、拒绝服药",
            "is_guardian_present": True,
            "is_guardian_phone_checked": True,
            "contact_name": "张桂英",
            "contact_relation": "母亲",
            "contact_phone": "13955900012",
        }
        return SubmitDischarge(**(said | who | more))

    def forms(self, loop: Discharge) -> dict[FormKind, HandoverForm]:
        rows = select(HandoverForm).where(HandoverForm.discharge_id == loop.id).order_by(HandoverForm.round)
        return {form.kind: form for form in self.session.scalars(rows)}

    def receive(self, loop: Discharge, but: FormKind | None = None) -> None:
        at = self.after(loop, 2)
        for kind, form in self.forms(loop).items():
            if kind in _HANDS and kind is not but:
                receive_form(
                    self.session, self.county.actors[_HANDS[kind]], form.public_id, ReceiveForm(self.key(form, "r")), at
                )
            elif kind is FormKind.GUARDIAN:
                signed = ConfirmNotice(self.key(form, "g"), "张桂英", "母亲")
                confirm_notice(self.session, self.vault, self.county.actors["hospital"], form.public_id, signed, at)

    def act(self, loop: Discharge) -> None:
        """The town has a plan, after one that it had noted for somebody else; the village has called twice."""
        self.receive(loop)
        forms = self.forms(loop)
        town, form = self.county.actors["town"], forms[FormKind.TOWN]
        slip = ReportBack(self.key(form, "s"), "已召集小组")
        report_back(self.session, self.vault, town, form.public_id, slip, self.after(loop, 49))
        wrong = self.session.scalars(
            select(HandoverEvent.public_id).where(
                HandoverEvent.form_id == form.id, HandoverEvent.kind == EventKind.PLAN
            )
        ).one()
        undone = CorrectEvent(self.key(form, "u"), wrong, "登记到别人的单上了", is_undone=True)
        correct_event(self.session, self.vault, town, form.public_id, undone, self.after(loop, 50))
        said = ReportBack(self.key(form, "a"), "已召集小组，落实低保申请")
        report_back(self.session, self.vault, town, form.public_id, said, self.after(loop, 75))
        for week in range(2):
            call = ReportBack(self.key(forms[FormKind.VILLAGE], f"a{week}"), "在家休息，家人照看")
            worker, form = self.county.actors["village_worker"], forms[FormKind.VILLAGE]
            report_back(self.session, self.vault, worker, form.public_id, call, self.after(loop, 40 + 160 * week))

    def close(self, loop: Discharge) -> None:
        self.receive(loop)
        said = CloseLoop(CloseReason.HANDLED, "已随子女到市里居住，由当地接续")
        close_loop(
            self.session, self.vault, self.county.actors["coordinator"], loop.public_id, said, self.after(loop, 90)
        )

    def from_paper(self, number: int, days_ago: int, who: dict[str, Any]) -> None:
        """The paper came two days late: that is the hospital's lateness."""
        arrived = self.moments.on(self.moments.today - (days_ago - 2) * _DAY, 60)
        said = self.record(
            number, days_ago, who, hospital_name="示例市康宁医院", received_at=arrived, source=Source.PAPER, area_code=f"{TOWN[:9]}204"
        )  # fmt: skip
        office, at = self.county.actors["county_office"], arrived + timedelta(minutes=40)
        loop = submit_discharge(self.session, self.vault, office, said, at).discharge
        # that village has no account: its stamped slip is entered for it
        form, on = self.forms(loop)[FormKind.VILLAGE], business_day(at) + _DAY
        slip = OnBehalf("王安民", "村委会主任", f"〔{on.year}〕第3号", on)
        received = ReceiveForm(self.key(form, "r"), self.moments.on(on, 30), slip)
        receive_form(self.session, office, form.public_id, received, self.moments.on(on, 120))

    def plan(self) -> None:
        tomorrow = self.moments.today + _DAY
        values: dict[str, str | list[str]] = {
            "name": "陶玉莲", "sex": "2", "diagnosis": "双相情感障碍", "planned_on": tomorrow.isoformat(),
        }  # fmt: skip
        said = PlanDischarge("demo-discharge-plan---", "陶玉莲", tomorrow, values)
        plan_discharge(
            self.session, self.vault, self.county.actors["hospital"], said, self.moments.on(self.moments.today, 25)
        )

    def after(self, loop: Discharge, hours: int) -> datetime:
        return min((loop.submitted_at or self.moments.now) + timedelta(hours=hours), self.moments.now)

    def key(self, form: HandoverForm, what: str) -> str:
        return f"demo-{form.id}-{what}"
