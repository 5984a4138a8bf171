"""Three papers, each by itself: who may sign, what follows, and what a withdrawal leaves standing (domain 3.6, cases 13, 14, 34)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import Conflict, Invalid
from app.desk.queries.consents import ConsentPaper, list_papers
from app.guardians.commands import AddGuardian, SignConsent
from app.guardians.models import Guardianship
from app.guardians.rules import ConsentAnswer, LegalBasis, Rank, Relation
from app.guardians.service import add_guardian, sign_consent
from app.patients.commands import RegisterPatient
from app.patients.models import Patient, PatientSpan
from app.patients.queries import state_as_of
from app.patients.rules import ConsentKind, ManagementStatus, RegistryStatus, SpanKind
from app.patients.service import register_patient
from app.tasks.models import Task, TaskState
from app.tasks.rules import TaskKind
from app.visits.models import VisitAttempt
from tests.rig.county import VILLAGE, County
from tests.rig.register import NOW, SINCE, TODAY, first_guardian, person, registered, vault

COMMUNITY = ConsentKind.COMMUNITY_MANAGEMENT
ABOUT = {"purpose": "申请居家康复", "receiver": "县残联：姓名和住址"}


def sign(session: Session, county: County, patient: Patient, answer: ConsentAnswer, **more: object) -> None:
    values = {"kind": COMMUNITY, "signer": "patient", "signed_on": TODAY, **more}
    sign_consent(session, vault(session), county.actor("doctor"), patient, SignConsent(answer=answer, **values), NOW)  # type: ignore[arg-type]


def paper(session: Session, county: County, patient: Patient, kind: ConsentKind = COMMUNITY) -> ConsentPaper:
    return next(
        one for one in list_papers(session, vault(session), county.actor("doctor"), patient) if one.kind is kind
    )


def second_guardian(session: Session, county: County, patient: Patient) -> Guardianship:
    command = AddGuardian(
        Rank.SECOND, Relation.OFFICER, SINCE, person("王跃进", 603), legal_basis=LegalBasis.POST, post="网格员"
    )
    return add_guardian(session, vault(session), county.actor("doctor"), patient, command, NOW)


def minor(session: Session, county: County, born_on: date = date(2012, 5, 1)) -> Patient:
    draft = person("常小满", 21, born_on)
    return registered(session, county.actor("doctor"), person=draft, consent=None)


def test_the_paper_says_who_signed_and_who_recorded_it(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"), consent=None)
    guardian = first_guardian(session, county.actor("doctor"), patient)
    sign(session, county, patient, ConsentAnswer.AGREED, signer="guardian", guardianship_id=guardian.public_id)
    assert patient.management_status is ManagementStatus.MANAGED
    present = paper(session, county, patient).present
    assert present is not None and (present.signer_name, present.recorded_by, present.on) == ("赵桂兰", "doctor", TODAY)
    assert present.is_agreed and not present.is_withdrawal


def test_each_paper_stands_by_itself(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    sign(session, county, patient, ConsentAnswer.AGREED, kind=ConsentKind.EMERGENCY_TREATMENT)
    sign(session, county, patient, ConsentAnswer.REFUSED, kind=ConsentKind.OTHER_PURPOSE, **ABOUT)
    sign(session, county, patient, ConsentAnswer.WITHDRAWN, kind=ConsentKind.EMERGENCY_TREATMENT)
    assert patient.management_status is ManagementStatus.MANAGED
    states = [one.is_agreed for one in list_papers(session, vault(session), county.actor("doctor"), patient)]
    assert states == [True, False, False]
    assert list_papers(session, vault(session), county.actor("coordinator"), patient)[0].signatures == ()


def test_a_second_guardian_cannot_sign_a_medical_consent(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"), consent=None)
    second = second_guardian(session, county, patient)
    with pytest.raises(Invalid) as refused:
        sign(session, county, patient, ConsentAnswer.AGREED, signer="guardian", guardianship_id=second.public_id)
    assert refused.value.errors["signer"][0].code == "guardians.consent.second"
    assert patient.management_status is ManagementStatus.PENDING_CONSENT


def test_a_guardian_of_somebody_else_is_nobody(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"), consent=None)
    other = registered(session, county.actor("doctor"), "常大勇", 5)
    stranger = first_guardian(session, county.actor("doctor"), other)
    with pytest.raises(Invalid):
        sign(session, county, patient, ConsentAnswer.AGREED, signer="guardian", guardianship_id=stranger.public_id)


def test_a_witness_testifies_to_a_refusal_only(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"), consent=None)
    with pytest.raises(Invalid):
        sign(session, county, patient, ConsentAnswer.AGREED, signer="witness")
    sign(session, county, patient, ConsentAnswer.REFUSED, signer="witness", witness_name="王跃进")
    assert patient.management_status is ManagementStatus.REFUSED


def test_a_paper_about_another_purpose_says_which(session: Session, county: County) -> None:
    patient, other = registered(session, county.actor("doctor")), ConsentKind.OTHER_PURPOSE
    with pytest.raises(Invalid) as refused:
        sign(session, county, patient, ConsentAnswer.AGREED, kind=other)
    assert list(refused.value.errors) == ["purpose", "receiver"]
    sign(session, county, patient, ConsentAnswer.AGREED, kind=other, **ABOUT)
    sign(session, county, patient, ConsentAnswer.WITHDRAWN, kind=other)
    for one in paper(session, county, patient, other).signatures:
        assert (one.purpose, one.receiver) == (ABOUT["purpose"], ABOUT["receiver"])


def test_a_witness_is_named(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"), consent=None)
    with pytest.raises(Invalid) as refused:
        sign(session, county, patient, ConsentAnswer.REFUSED, signer="witness")
    assert list(refused.value.errors) == ["witness_name"]
    sign(session, county, patient, ConsentAnswer.REFUSED, signer="witness", witness_name="王跃进")
    present = paper(session, county, patient).present
    assert present is not None and present.witness_name == "王跃进"


def test_no_paper_is_signed_tomorrow_and_nobody_suspected_agrees_to_management(
    session: Session, county: County
) -> None:
    patient = registered(session, county.actor("doctor"), consent=None)
    with pytest.raises(Invalid):
        sign(session, county, patient, ConsentAnswer.AGREED, signed_on=TODAY + timedelta(days=1))
    command = RegisterPatient(VILLAGE, person("常大勇", 9), registry_status=RegistryStatus.SUSPECTED)
    suspected = register_patient(session, vault(session), county.actor("doctor"), command, TODAY, NOW)
    with pytest.raises(Conflict):
        sign(session, county, suspected, ConsentAnswer.AGREED)
    sign(session, county, suspected, ConsentAnswer.AGREED, kind=ConsentKind.EMERGENCY_TREATMENT)


# -- edge cases of domain 9 --------------------------------------------------------------------------------------------


def test_edge_13_a_refused_visit_is_an_attempt_and_withdrawing_consent_is_a_paper(
    session: Session, county: County
) -> None:
    patient = registered(session, county.actor("doctor"))
    sign(session, county, patient, ConsentAnswer.WITHDRAWN)
    present = paper(session, county, patient).present
    assert present is not None and present.is_withdrawal
    assert session.scalars(select(VisitAttempt)).all() == []
    with pytest.raises(Conflict):
        sign(session, county, patient, ConsentAnswer.WITHDRAWN)


def test_edge_14_for_a_minor_the_parents_sign_and_nobody_else(session: Session, county: County) -> None:
    patient, doctor = minor(session, county), county.actor("doctor")
    with pytest.raises(Invalid) as refused:
        sign(session, county, patient, ConsentAnswer.AGREED)
    assert refused.value.errors["signer"][0].code == "guardians.consent.minor"
    aunt = first_guardian(session, doctor, patient, relation=Relation.OTHER_RELATIVE)
    with pytest.raises(Invalid) as refused:
        sign(session, county, patient, ConsentAnswer.AGREED, signer="guardian", guardianship_id=aunt.public_id)
    assert refused.value.errors["signer"][0].code == "guardians.consent.parents"
    mother = first_guardian(session, doctor, patient, "常秀英", 702, relation=Relation.MOTHER, replaces=True)
    sign(session, county, patient, ConsentAnswer.AGREED, signer="guardian", guardianship_id=mother.public_id)
    assert patient.management_status is ManagementStatus.MANAGED


def test_edge_14_on_the_eighteenth_birthday_the_person_signs(session: Session, county: County) -> None:
    patient = minor(session, county, date(TODAY.year - 18, TODAY.month, TODAY.day))
    with pytest.raises(Invalid):
        sign(session, county, patient, ConsentAnswer.AGREED, signed_on=TODAY - timedelta(days=1))
    sign(session, county, patient, ConsentAnswer.AGREED)
    assert patient.management_status is ManagementStatus.MANAGED


def test_edge_34_consent_withdrawn_in_mid_quarter_is_managed_up_to_that_day(session: Session, county: County) -> None:
    patient = registered(session, county.actor("doctor"))
    day = date(2026, 11, 10)
    sign(session, county, patient, ConsentAnswer.WITHDRAWN, signed_on=day)
    on = {
        when: state_as_of(session, [patient.id], when)[patient.id].management for when in (day, day + timedelta(days=1))
    }
    assert on == {day: ManagementStatus.MANAGED, day + timedelta(days=1): ManagementStatus.REFUSED}
    present = paper(session, county, patient).present
    assert present is not None and present.effective_on == day + timedelta(days=1)
    owed = select(Task).where(
        Task.patient_id == patient.id, Task.kind == TaskKind.FOLLOW_UP, Task.state == TaskState.OPEN
    )
    assert session.scalars(owed).all() == []
    assert session.scalars(select(PatientSpan).where(PatientSpan.what == SpanKind.MANAGEMENT)).all()
