"""Insurance, benefits and rehabilitation: a policy that runs and one that waits for the second person, what families receive
and what they miss, requests to offices, a hospital bill, a place with seats. A few honest rows of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind
from app.areas.rules import prefix_of
from app.benefits.commands import AskBackstop, KeepPlace, Refer
from app.benefits.models import Benefit
from app.benefits.rules.backstop import BackstopGround, BackstopRefusal
from app.benefits.rules.benefit import BenefitKind, BenefitState
from app.benefits.rules.rehab import ReferralConsent, ReferralSource, ReferralState, RehabAim, days_to_attend
from app.benefits.service.asking import ask_office, set_office, take_up
from app.benefits.service.backing import ask_backstop, refuse_backstop
from app.benefits.service.enrolling import open_benefit_renewals, open_for_admissions
from app.benefits.service.rehabilitating import answer, begin, keep_place, record_month, refer
from app.core.actor import Actor
from app.core.batches import insert_rows
from app.core.db import new_public_id
from app.core.money import Money
from app.core.scope import within_prefix
from app.desk.demo.claiming import claim_some
from app.desk.demo.moments import Moments
from app.desk.demo.places import COUNTY, TOWN
from app.desk.demo.settling import County
from app.insurance.commands import ProposePolicy
from app.insurance.rules.policies import EligibleRule, Limits, PolicyKind
from app.insurance.service.enrolling import report_changes
from app.insurance.service.policies import decide_policy, propose_policy
from app.patients.models import Admission, Patient
from app.patients.rules import CareSetting, ManagementStatus
from app.people.vault import Vault

_DAY = timedelta(days=1)
_YUAN = Money.from_yuan
_INSURER = "示例财产保险股份有限公司安和支公司"
_HOLDER = "安和县社会治安综合治理中心"
_KNOWN = 60  # families of the doctor's town of whom it was asked what they receive
K, S = BenefitKind, BenefitState
# of a hundred families: so many receive it, so many do not, of the rest nobody knows
_SHARES = {
    K.BASIC_MEDICAL: (88, 6),
    K.SERIOUS_ILLNESS: (60, 4),
    K.MINIMUM_LIVING: (34, 40),
    K.DISABILITY_CERTIFICATE: (48, 22),
    K.NURSING_ALLOWANCE: (26, 14),
    K.LIVING_ALLOWANCE: (18, 20),
    K.DRUG_SUBSIDY: (52, 20),
    K.MEDICAL_ASSISTANCE: (20, 30),
}


def insure(session: Session, vault: Vault, county: County, moments: Moments) -> None:
    patients = _patients(session)
    _policies(session, vault, county, moments)
    _known(session, county, patients, moments)
    _offices(session, vault, county, patients, moments)
    _bills(session, county, patients, moments)
    _rehabilitate(session, county, patients, moments)
    open_for_admissions(session, Actor.operator(), moments.today, moments.now)
    open_benefit_renewals(session, Actor.operator(), moments.today, moments.now)
    session.flush()


def _patients(session: Session) -> Sequence[Patient]:
    """At home in the town of the demonstration's doctor; other scenes begin at both ends of this list."""
    at_home = select(Patient).where(
        within_prefix(Patient.area_code, prefix_of(TOWN)),
        Patient.management_status == ManagementStatus.MANAGED,
        Patient.care_setting == CareSetting.HOME,
    )
    return session.scalars(at_home.order_by(Patient.id).offset(10).limit(_KNOWN)).all()


# -- insurance ---------------------------------------------------------------------------------------------------------


def _policies(session: Session, vault: Vault, county: County, moments: Moments) -> None:
    clerk, reviewer = county.actors["clerk"], county.actors["reviewer"]
    year = moments.today.year
    first = date(year, 1, 1)
    liability = _paper(PolicyKind.LIABILITY, f"PZFX{year}3499000021", first, "250.00", EligibleRule.RISK3)
    policy = propose_policy(session, clerk, liability, moments.on(first, 30))
    decide_policy(session, reviewer, policy.public_id, True, moments.on(first, 45))
    report_changes(session, clerk, policy.public_id, first, first, moments.on(first, 60))
    next_year = date(year + 1, 1, 1)
    waiting = _paper(PolicyKind.ACCIDENT, f"PYWX{year + 1}3499000107", next_year, "60.00", EligibleRule.MANAGED)
    propose_policy(session, clerk, waiting, moments.now)
    claim_some(session, vault, county, policy, moments)


def _paper(kind: PolicyKind, number: str, from_on: date, premium: str, rule: EligibleRule) -> ProposePolicy:
    return ProposePolicy(
        new_public_id(), kind, _INSURER, number, _HOLDER, from_on, date(from_on.year, 12, 31), _YUAN(premium),
        f"安综治〔{from_on.year}〕2号", Limits(_YUAN("300000"), _YUAN("500000"), _YUAN("6000000")), eligible_rule=rule,
        covers_late_found=True, exclusions="患者本人的损失、监护人的故意行为、政府罚款不予赔偿。",
    )  # fmt: skip


# -- benefits ----------------------------------------------------------------------------------------------------------


def _known(session: Session, county: County, patients: Sequence[Patient], moments: Moments) -> None:
    """What a round of questions brought: most is known, some is missing, some nobody has asked."""
    rng = Random(f"benefits:{len(patients)}")  # noqa: S311  # invention, not secrecy
    rows = [row for patient in patients for row in _rows_of(patient, county.actors["doctor"], rng, moments)]
    insert_rows(session, Benefit, rows)


def _rows_of(patient: Patient, doctor: Actor, rng: Random, moments: Moments) -> Iterator[dict[str, object]]:
    has_certificate = False
    for kind, (receives, without) in _SHARES.items():
        drawn = rng.randrange(100)
        if drawn >= receives + without:
            continue
        state = S.RECEIVING if drawn < receives else S.NOT_RECEIVING
        has_certificate |= kind is K.DISABILITY_CERTIFICATE and state is S.RECEIVING
        if kind in (K.NURSING_ALLOWANCE, K.LIVING_ALLOWANCE) and not has_certificate:
            continue
        asked_on = moments.today - rng.randrange(20, 160) * _DAY
        is_certificate = kind is K.DISABILITY_CERTIFICATE and state is S.RECEIVING
        renews = (kind is K.BASIC_MEDICAL or is_certificate) and state is S.RECEIVING
        yield {
            "public_id": new_public_id(),
            "submission_key": new_public_id(),
            "patient_id": patient.id,
            "kind": kind,
            "state": state,
            "from_on": asked_on,
            "renew_by": moments.today + rng.randrange(5, 400) * _DAY if renews else None,
            "grade": rng.choice((2, 2, 3, 4)) if is_certificate else None,
            "recorded_at": moments.on(asked_on),
            "recorded_by": doctor.user_id,
        }


def _offices(session: Session, vault: Vault, county: County, patients: Sequence[Patient], moments: Moments) -> None:
    clerk, doctor, partner = (county.actors[name] for name in ("clerk", "doctor", "partner"))
    insurer = Agency(name="安和县医疗保障局", kind=AgencyKind.PARTNER, area_code=COUNTY, phone="0559-6611230")
    session.add(insurer)
    session.flush()
    civil = county.agencies[AgencyKind.CIVIL_AFFAIRS, COUNTY]
    deciding = {
        K.BASIC_MEDICAL: insurer.id,
        K.SERIOUS_ILLNESS: insurer.id,
        K.DISABILITY_CERTIFICATE: partner.agency_id or civil,
        K.NURSING_ALLOWANCE: partner.agency_id or civil,
        K.LIVING_ALLOWANCE: civil,
        K.MINIMUM_LIVING: civil,
        K.MEDICAL_ASSISTANCE: civil,
    }
    for kind, agency_id in deciding.items():
        set_office(session, clerk, kind, agency_id, moments.on(moments.today - 90 * _DAY))
    without = [one for one in patients if _has_no_certificate(session, one)][:3]
    asked_on = moments.today - 4 * _DAY
    for place, patient in enumerate(without):
        request = ask_office(
            session, vault, doctor, patient, K.DISABILITY_CERTIFICATE, asked_on, moments.on(asked_on, 50 + place)
        )
        if place == 0:
            take_up(session, partner, request.public_id, moments.on(moments.today - _DAY))


def _has_no_certificate(session: Session, patient: Patient) -> bool:
    kinds = session.scalars(select(Benefit.kind).where(Benefit.patient_id == patient.id)).all()
    return K.DISABILITY_CERTIFICATE not in kinds


def _bills(session: Session, county: County, patients: Sequence[Patient], moments: Moments) -> None:
    clerk, reviewer = county.actors["clerk"], county.actors["reviewer"]
    for number, patient in enumerate(patients[20:22], start=1):
        left = moments.today - number * 12 * _DAY
        bill = AskBackstop(
            new_public_id(), "安和县第二人民医院", f"ZY{left:%Y%m%d}0{number}", left - 28 * _DAY, left, _YUAN("9860.00"),
            _YUAN("6900.00"), _YUAN("500.00"), _YUAN("2460.00"), BackstopGround.BEYOND_INSURANCE,
        )  # fmt: skip
        request = ask_backstop(session, clerk, patient, bill, left, moments.on(left + _DAY))
        if number > 1:
            day = moments.on(left + 3 * _DAY)
            refuse_backstop(session, reviewer, request.public_id, BackstopRefusal.FAMILY_PAYS, day)


# -- rehabilitation ----------------------------------------------------------------------------------------------------


def _rehabilitate(session: Session, county: County, patients: Sequence[Patient], moments: Moments) -> None:
    office, doctor, partner = (county.actors[name] for name in ("county_office", "doctor", "partner"))
    run_by = session.get(Agency, partner.agency_id) if partner.agency_id else None
    opened = moments.today - 200 * _DAY
    home = keep_place(
        session,
        office,
        KeepPlace(TOWN, "城关镇阳光家园", 12, run_by.public_id if run_by else "", "城关镇文化路 18 号", "0559-6617745"),
        moments.on(opened),
    )
    for place, patient in enumerate(patients[30:34]):
        on = moments.today - (70 - 20 * place) * _DAY
        wish = Refer(
            new_public_id(), home.public_id, list(ReferralSource)[place % 3], ReferralConsent.GUARDIAN, on,
            (RehabAim.DAILY_LIFE, RehabAim.SOCIAL) if place % 2 else (RehabAim.WORK,),
        )  # fmt: skip
        referral = refer(session, doctor, patient, wish, on, moments.on(on))
        if place < 2:
            answer(session, partner, referral.public_id, ReferralState.ACCEPTED, None, moments.on(on + 2 * _DAY))
            begun = on + 5 * _DAY
            begin(session, partner, referral.public_id, begun, moments.today, moments.on(begun))
            for month in {begun, moments.today - _DAY}:
                days = min(6 + place, days_to_attend(month, begun, moments.today))
                record_month(session, partner, referral.public_id, month, days, moments.today, moments.now)
    _from_the_ward(session, county, home.public_id, moments)


def _from_the_ward(session: Session, county: County, place: str, moments: Moments) -> None:
    """The hospital refers whom it has longest, before they go home."""
    hospital = county.actors["hospital"]
    longest = session.scalars(
        select(Patient)
        .join(Admission, Admission.patient_id == Patient.id)
        .join(Agency, Agency.name == Admission.hospital)
        .where(Agency.id == hospital.agency_id, Admission.to_on.is_(None), Admission.withdrawn_at.is_(None))
        .order_by(Admission.from_on, Admission.id)
        .limit(1)
    ).first()
    if longest is not None:
        wish = Refer(
            new_public_id(),
            place,
            ReferralSource.HOSPITAL,
            ReferralConsent.PATIENT,
            moments.today,
            (RehabAim.MEDICINE,),
        )
        refer(session, hospital, longest, wish, moments.today, moments.now)
