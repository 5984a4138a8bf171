"""An order starts from any late list: it is addressed to whoever is late, counts one way, and says of a visit that waits that it was made."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind
from app.core.actor import Actor
from app.core.db import new_public_id
from app.core.reasons import reason
from app.discharges.models import Discharge, HandoverForm
from app.discharges.rules.states import DischargeState, FormKind, FormState, LateBy, Source
from app.incidents.models import Emergency
from app.incidents.rules.emergencies import EmergencyReason, PersonCategory, ReporterKind
from app.numbers.commands import SendOrder
from app.numbers.labels_orders import how_many
from app.numbers.models import IndicatorMember
from app.numbers.queries.behind import describe, list_groups
from app.numbers.queries.order_cases import count_by_unit, get_matter, list_late_cases
from app.numbers.queries.orders import cases_of
from app.numbers.queries.runs import list_members
from app.numbers.rules.behind import find_figure
from app.numbers.rules.membership import InSet, MemberKind
from app.numbers.rules.orders import Demand, may_answer, may_be_ordered, visits_told
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.service.computing import compute
from app.numbers.service.ordering import send_order
from app.patients.models import Patient, PatientSpan
from app.patients.rules import SpanKind
from app.tasks.rules import TaskKind
from app.tasks.service import open_task
from tests.rig.caseload import add_patient
from tests.rig.clock import NOW, TODAY
from tests.rig.counted import Case, add_case, seen
from tests.rig.county import COUNTY, TOWN, VILLAGE, County

PERIOD = ReportPeriod.parse("2026Q3")
DAY = timedelta(days=1)
LEFT = NOW - 80 * DAY
CENTRE, GOVERNANCE, HOSPITAL = AgencyKind.HEALTH_CENTRE, AgencyKind.GOVERNANCE, AgencyKind.HOSPITAL


def shares(session: Session, actor: Actor, matter: str) -> dict[AgencyKind | None, tuple[int, int]]:
    """kind of unit → (what the list counts, cases)."""
    found = count_by_unit(session, actor, get_matter(session, actor, matter, COUNTY, str(PERIOD)), TODAY)
    return {one.unit.kind if one.unit else None: (one.count, one.cases) for one in found}


def of_centre(session: Session, county: County, name: str, case: Case) -> Patient:
    """Somebody whom the town's health centre has been responsible for all along."""
    patient = add_case(session, name, case)
    patient.agency_id = county.agencies[CENTRE, TOWN]
    value = str(patient.agency_id)
    session.add(
        PatientSpan(patient_id=patient.id, what=SpanKind.AGENCY, value=value, from_on=date(2024, 1, 1), recorded_at=NOW)
    )
    session.flush()
    return patient


def loop(session: Session, county: County, patient: Patient, forms: dict[FormKind, AgencyKind], late: bool) -> None:
    """A discharge whose forms nobody has received."""
    one = Discharge(
        submission_key=new_public_id(), hospital_name="市四院", hospital_key="agency:1", hospital_number=new_public_id(),
        hospital_id=county.agencies[HOSPITAL, COUNTY], source=Source.PAGE, patient_id=patient.id, person_id=patient.person_id,
        area_code=VILLAGE, county_code=COUNTY, state=DischargeState.ACTING, submitted_at=LEFT, discharged_at=LEFT,
        created_at=LEFT, late_by=LateBy.HOSPITAL if late else None,
    )  # fmt: skip
    session.add(one)
    session.flush()
    for hours, (kind, unit) in enumerate(forms.items(), start=24):
        place = VILLAGE if unit is AgencyKind.VILLAGE_COMMITTEE else TOWN
        session.add(
            HandoverForm(
                discharge_id=one.id, kind=kind, area_code=VILLAGE, state=FormState.DISPATCHED, dispatched_at=LEFT,
                receive_due_at=LEFT + timedelta(hours=hours), agency_id=county.agencies[unit, place],
            )
        )  # fmt: skip
    session.flush()


def test_an_order_about_a_loop_goes_to_whoever_is_late_and_one_about_an_emergency_to_the_patients_own(
    session: Session, county: County
) -> None:
    coordinator = county.actor("coordinator")
    patient = of_centre(session, county, "出院", Case())
    loop(session, county, patient, {FormKind.POLICE: AgencyKind.POLICE}, late=False)
    loop(session, county, patient, {FormKind.VILLAGE: AgencyKind.VILLAGE_COMMITTEE}, late=False)
    loop(session, county, patient, {FormKind.HEALTH_CENTRE: CENTRE}, late=True)
    for whose in (patient.id, None):
        session.add(Emergency(
            submission_key=new_public_id(), patient_id=whose, person_id=patient.person_id, area_code=VILLAGE,
            category=PersonCategory.MANAGED if whose else next(one for one in PersonCategory if one is not PersonCategory.MANAGED),
            reporter=ReporterKind.POLICE, reason=next(iter(EmergencyReason)), started_at=LEFT, ended_at=LEFT,
            record_due_at=LEFT + DAY, opened_at=LEFT, opened_by=county.users["doctor"],
        ))  # fmt: skip
    session.flush()
    run = compute(session, coordinator, COUNTY, PERIOD, NumberSettings(), TODAY, NOW)
    once = (1, 1)
    assert shares(session, coordinator, "forms_in_time-missing") == {HOSPITAL: once}
    assert shares(session, coordinator, "visited_in_time-missing") == {CENTRE: once}
    # nobody of a village's committee answers orders: its town does
    received = {AgencyKind.POLICE: once, GOVERNANCE: once, CENTRE: once}
    assert shares(session, coordinator, "received_in_time-missing") == received
    # a loop is late by what is late of it first
    assert shares(session, coordinator, "loop_in_time-missing") == {
        AgencyKind.POLICE: once,
        GOVERNANCE: once,
        HOSPITAL: once,
    }
    assert shares(session, coordinator, "emergency_in_time-missing") == {CENTRE: (2, 2)}
    # the list says whose work it is as the order does
    figure = find_figure("forms_in_time-missing", NumberSettings())
    assert figure is not None
    (late,) = describe(session, coordinator, list_members(session, coordinator, run, COUNTY, figure), figure)
    hospital_name = session.get_one(Agency, county.agencies[HOSPITAL, COUNTY]).name
    assert late.agency == hospital_name
    assert [one.agency for one in list_groups(session, coordinator, run, COUNTY, figure)] == [hospital_name]
    hospital = session.get_one(Agency, county.agencies[HOSPITAL, COUNTY]).public_id
    command = SendOrder("forms_in_time-missing", COUNTY, str(PERIOD), hospital, Demand.EXPLAIN, 5)
    order, is_new = send_order(session, coordinator, command, TODAY, NOW)
    assert is_new and [one.because["code"] for one in cases_of(session, order)] == ["numbers.cause.forms_late"]
    assert not may_answer(AgencyKind.VILLAGE_COMMITTEE) and may_answer(HOSPITAL)


def test_late_entries_are_counted_as_visits_and_each_person_is_one_case(session: Session, county: County) -> None:
    coordinator, centre = county.actor("coordinator"), county.agencies[CENTRE, TOWN]
    run = compute(session, coordinator, COUNTY, PERIOD, NumberSettings(), TODAY, NOW)
    here = InSet.REGISTERED | InSet.REGISTERED_OR_DIED | InSet.ELIGIBLE
    for n, (made, in_time) in enumerate(((4, 1), (2, 0), (3, 3))):
        patient = add_patient(session, f"随访{n}", VILLAGE, agency_id=centre)
        session.add(IndicatorMember(
            run_id=run.id, kind=MemberKind.PATIENT, subject_id=patient.id, patient_id=patient.id, area_code=VILLAGE,
            agency_id=centre, bits=int(here | (InSet.SIGNED if n else InSet(0))), visits=made, visits_in_time=in_time,
        ))  # fmt: skip
    session.flush()
    assert shares(session, coordinator, "entry_in_time-missing") == {CENTRE: (5, 2)}
    unit = session.get_one(Agency, centre)
    matter = get_matter(session, coordinator, "entry_in_time-missing", COUNTY, str(PERIOD))
    cases = list_late_cases(session, coordinator, matter, unit, TODAY)
    assert how_many(len(cases), visits_told(one.because.to_json() for one in cases)) == "5 次随访，涉及 2 人"
    # agreements are the town's; whoever has signed and is not paid, and cover, the civil affairs office's
    assert shares(session, coordinator, "agreements-missing") == {GOVERNANCE: (1, 1)}
    assert shares(session, coordinator, "subsidy-missing") == {AgencyKind.CIVIL_AFFAIRS: (2, 2), GOVERNANCE: (1, 1)}
    assert shares(session, coordinator, "insurance-missing") == {AgencyKind.CIVIL_AFFAIRS: (3, 3)}
    for code in ("standard", "face_to_face", "examination", "reassessment"):
        assert may_be_ordered(f"{code}-missing")
        assert set(shares(session, coordinator, f"{code}-missing")) <= {CENTRE}


def test_a_visit_that_waits_for_the_town_is_named_on_the_order(session: Session, county: County) -> None:
    coordinator, centre = county.actor("coordinator"), county.agencies[CENTRE, TOWN]
    due = TODAY - 21 * DAY
    for name, made in (("孙玉珍", [seen("2026-10-30", needs_confirmation=True)]), ("钱有福", [seen("2026-06-30")])):
        patient = of_centre(session, county, name, Case(made))
        open_task(session, patient, TaskKind.FOLLOW_UP, "2026Q4", due, [], NOW)
    matter = get_matter(session, coordinator, "follow_up", COUNTY, "")
    cases = list_late_cases(session, coordinator, matter, session.get_one(Agency, centre), TODAY)
    assert [one.because for one in cases] == [
        reason("numbers.order.duty.follow_up_waits", on=date(2026, 10, 30), due=due),
        reason("numbers.order.duty.follow_up", on=due),
    ]
