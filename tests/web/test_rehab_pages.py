"""A hospital refers whom it has in its wards, and reads of it what a hospital may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.benefits.models import RehabReferral
from app.benefits.rules.rehab import ReferralSource, ReferralState
from app.core.db import Database
from app.patients.models import Patient
from app.patients.service import record_admission, record_discharge
from tests.rig.clock import NOW, TODAY
from tests.rig.county import County
from tests.rig.scene import NEAR, Scene

WISH = {"aims": "2", "consent": "patient", "consented_on": TODAY.isoformat()}


def lying(session: Session, scene: Scene) -> Patient:
    return session.scalars(select(Patient).where(Patient.public_id == scene.near.patient)).one()


def test_a_hospital_refers_whom_it_has_in_its_wards_and_nobody_else(
    scene: Scene, county: County, database: Database, client_as: Callable[[str], FlaskClient]
) -> None:
    hospital, office = client_as("hospital"), county.actor("county_office")
    where, others = f"/rehab/patients/{scene.near.patient}", f"/rehab/referrals/{scene.near.rehab_referral}"
    assert hospital.get(where).status_code == hospital.post(where).status_code == 404, "somebody at home"
    assert hospital.get(others).status_code == hospital.get(f"{others}/slip.pdf").status_code == 404, (
        "a doctor's referral"
    )
    with database.transaction() as session:
        wards = session.scalars(select(Agency.name).where(Agency.id == county.actor("hospital").agency_id)).one()
        record_admission(session, office, lying(session, scene), "别的医院", TODAY - timedelta(days=9), None, NOW)
    assert hospital.get(where).status_code == 404, "somebody in another hospital's wards"
    with database.transaction() as session:
        patient = lying(session, scene)
        record_discharge(session, office, patient, TODAY - timedelta(days=3), NOW)
        record_admission(session, office, patient, wards, TODAY - timedelta(days=3), None, NOW)
        standing = session.scalars(select(RehabReferral).where(RehabReferral.patient_id == patient.id)).one()
        standing.state = ReferralState.WITHDRAWN

    assert where in hospital.get("/").text
    page = hospital.get(where).text
    assert NEAR.patient_name in page
    assert 'name="source"' not in page, "who asks is known"
    made = hospital.post(where, data=WISH | {"place": scene.near.rehab_place, "key": "ward".ljust(22, "0")})
    assert made.status_code == 302
    referral = made.location
    assert NEAR.patient_name in hospital.get(referral).text
    assert NEAR.patient_name in hospital.get("/rehab/").text
    slip = PdfReader(BytesIO(hospital.get(f"{referral}/slip.pdf").data)).pages[0].extract_text()
    assert NEAR.patient_name in slip
    assert "医院" in slip
    with database.reading() as session:
        public_id = referral.rsplit("/", 1)[-1]
        stored = session.scalars(select(RehabReferral).where(RehabReferral.public_id == public_id)).one()
        assert stored.source is ReferralSource.HOSPITAL

    partner, on = client_as("partner"), TODAY.isoformat()
    assert partner.post(f"{referral}/accept").status_code == 302
    assert partner.post(f"{referral}/begin", data={"started_on": on}).status_code == 302
    assert partner.post(f"{referral}/months", data={"month": on, "days": "1"}).status_code == 302
    assert "每月出勤" in partner.get(referral).text
    assert "每月出勤" not in hospital.get(referral).text, "who comes to the place is nothing of the stay"
    with database.transaction() as session:
        record_discharge(session, office, lying(session, scene), TODAY, NOW)
    assert hospital.get(where).status_code == hospital.get(f"{referral}/slip.pdf").status_code == 404
    assert hospital.get(referral).status_code == 200
    done = {"ended_on": on, "end_reason": "moved"}
    assert partner.post(f"{referral}/end", data=done).status_code == 302
    after = hospital.get(referral).text
    assert NEAR.patient_name not in after
    assert "结束原因" not in after
