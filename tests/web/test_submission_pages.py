"""The pages of submitted reports: what was learned since is named, and the second person sees what a revision would change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.areas.models import Agency, AgencyKind
from app.audit.models import AuditEvent
from app.core.db import Database
from app.numbers.commands import SubmitReport
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import NumberSettings
from app.numbers.service.computing import compute
from app.numbers.service.submitting import submit_report
from app.patients.commands import DiagnosisDraft
from app.patients.rules import DiagnosisCategory, SpanKind
from app.patients.service import change_state, record_death
from app.people.models import DatePrecision
from app.people.vault import Vault
from app.visits.service import record_visit
from tests.conftest import NOW, TODAY
from tests.rig.county import COUNTY, OTHER_TOWN, County
from tests.rig.visits import command, register, stable

QUARTER = ReportPeriod.parse("2026Q3")
DIAGNOSIS = DiagnosisDraft(DiagnosisCategory.SCHIZOPHRENIA, "F20.0")
LATE = frozenset({"visit.late_entry"})


def test_who_is_counted_otherwise_is_named_and_a_revision_is_seen_before_it_is_agreed(
    app: Flask, database: Database, county: County, client_as: Callable[[str], FlaskClient]
) -> None:
    coordinator, keyring = county.actor("coordinator"), app.extensions["anhu.keyring"]
    with database.transaction() as session:
        doctor = county.actor("doctor")
        died = register(session, keyring, doctor, TODAY, NOW, "周长河", diagnosis=DIAGNOSIS)
        handed = register(session, keyring, doctor, TODAY, NOW, "冯德海", diagnosis=DIAGNOSIS)
        record_visit(
            session,
            Vault(session, keyring),
            doctor,
            command(handed, stable(date(2026, 8, 3)), accepted=LATE),
            TODAY,
            NOW,
        )
        run = compute(session, coordinator, COUNTY, QUARTER, NumberSettings(), TODAY, NOW)
        first = submit_report(session, coordinator, SubmitReport(run.public_id), NOW).public_id
        later = NOW + timedelta(hours=1)
        record_death(session, doctor, died, date(2026, 8, 20), DatePrecision.DAY, 4, later)
        late = command(handed, stable(date(2026, 9, 10)), accepted=LATE)
        record_visit(session, Vault(session, keyring), doctor, late, TODAY, later)
        other = county.agencies[AgencyKind.HEALTH_CENTRE, OTHER_TOWN]
        change_state(session, doctor, handed, SpanKind.AGENCY, str(other), date(2026, 9, 15), None, later)
        other_name = session.get_one(Agency, other).name
        again = compute(session, coordinator, COUNTY, QUARTER, NumberSettings(), TODAY, later).public_id
    office = client_as("county_office")
    page = office.get(f"/numbers/submitted/{first}").text
    (row,) = (row for row in page.split("<tr") if "冯德海" in row)
    assert "随访补录" in row and "责任单位变更" in row and f"· {other_name}" in row
    assert "+ 完整随访次数 1" in row and "按时录入的随访" not in row
    assert "上报后得知死亡" in page and "周长河" in page and f"/patients/{died.public_id}" in page

    # each figure leads to the list as it was submitted, whatever was counted since
    where = f"/numbers/submitted/{first}/{COUNTY}/registered"
    assert where in page and f"/numbers/2026Q3/{COUNTY}/registered" in page
    assert (
        "周长河" in office.get(where).text and "周长河" not in office.get(f"/numbers/2026Q3/{COUNTY}/registered").text
    )
    for nothing in (f"{COUNTY}/nothing", "110101000000/registered", f"{COUNTY}-x/registered"):
        assert office.get(f"/numbers/submitted/{first}/{nothing}").status_code == 404
    assert where in office.get(f"/numbers/submitted/{first}/briefing").text
    with database.reading() as session:
        noted = select(AuditEvent.count).where(
            AuditEvent.action == "numbers.list_opened", AuditEvent.subject_id == first
        )
        assert session.scalars(noted).all() == [2]

    looked_at = client_as("coordinator").get(f"/numbers/submitted/new/{again}").text
    assert f"/numbers/2026Q3/{COUNTY}/registered" in looked_at and f"/{COUNTY}/residents" not in looked_at
    proposed = client_as("coordinator").post(f"/numbers/submitted/new/{again}", data={"reason": "补录死亡 1 人"})
    assert proposed.status_code == 302
    waiting = office.get(proposed.location).text
    # the coordinator's office reads no medication beside a name
    beside_names = client_as("coordinator").get(f"/numbers/submitted/{first}").text.split("统计结果有变化的人员")[-1]
    assert "精神分裂症" not in beside_names.split("报出的指标")[0]
    assert "原报与修订" in waiting and "周长河" in waiting and "同意修订" in waiting
    assert "其余变动项目不在本岗位可见范围" in beside_names
    assert "已被修订替代" not in office.get(f"/numbers/submitted/{first}").text
    assert office.post(f"{proposed.location}/agree").status_code == 302
    for place in ("", first):
        assert "已被修订替代" in office.get(f"/numbers/submitted/{place}").text
    with database.transaction() as session:
        same = compute(
            session, coordinator, COUNTY, QUARTER, NumberSettings(), TODAY, NOW + timedelta(hours=2)
        ).public_id
    nothing_new = client_as("coordinator").post(f"/numbers/submitted/new/{same}", data={"reason": "再报一次"})
    assert nothing_new.status_code == 409 and "已经上报" in nothing_new.text
