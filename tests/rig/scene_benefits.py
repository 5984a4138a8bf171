"""Insurance, benefits and rehabilitation in the scene: one of each, as its page first shows it."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.areas.models import Agency, AgencyKind
from app.benefits.commands import AskBackstop, KeepPlace, RecordBenefit, Refer
from app.benefits.rules.backstop import BackstopGround
from app.benefits.rules.benefit import BenefitKind, BenefitState
from app.benefits.rules.rehab import ReferralConsent, ReferralSource, RehabAim
from app.benefits.service.asking import ask_office, set_office
from app.benefits.service.backing import ask_backstop
from app.benefits.service.recording import record_benefit
from app.benefits.service.rehabilitating import keep_place, refer
from app.core.actor import Actor
from app.core.money import Money
from app.insurance.commands import ProposePolicy, ProposeRelief, ReportClaim
from app.insurance.rules.claims import Harm
from app.insurance.rules.policies import EligibleRule, PolicyKind
from app.insurance.rules.relief import ReliefGround
from app.insurance.service.claiming import report_claim
from app.insurance.service.enrolling import report_changes
from app.insurance.service.policies import decide_policy, propose_policy
from app.insurance.service.relieving import propose_relief
from app.patients.models import Patient
from app.people.vault import Vault
from tests.rig.clock import NOW, TODAY

_YUAN = Money.from_yuan


def insure_and_help(
    session: Session, vault: Vault, actors: dict[str, Actor], patient: Patient, county: str, found: object
) -> None:
    """Fill in the public ids of `found` (a `Place`)."""
    wanted = _insured(session, vault, actors, patient, county) | _helped(session, vault, actors, patient, county)
    for name, value in wanted.items():
        setattr(found, name, value)


def _insured(session: Session, vault: Vault, actors: dict[str, Actor], patient: Patient, county: str) -> dict[str, str]:
    clerk = actors["clerk"]
    paper = ProposePolicy(
        f"insurance-{county}"[:22], PolicyKind.LIABILITY, "示例财产保险公司", f"PZ-{county}", "综治中心",
        date(2026, 1, 1), date(2026, 12, 31), _YUAN("365"), "综治〔2026〕8号", eligible_rule=EligibleRule.REGISTERED,
    )  # fmt: skip
    policy = propose_policy(session, clerk, paper, NOW)
    decide_policy(session, actors["reviewer"], policy.public_id, True, NOW)
    report_changes(session, clerk, policy.public_id, TODAY, TODAY, NOW)
    told = ReportClaim(
        f"claim-{county}"[:22], policy.public_id, NOW - timedelta(hours=9), NOW - timedelta(hours=1), Harm.INJURY, _YUAN("800")
    )  # fmt: skip
    claim = report_claim(session, clerk, patient, told, NOW)
    asked = ProposeRelief(
        f"relief-{county}"[:22], "路人甲", TODAY, Harm.INJURY, ReliefGround.WAITS, _YUAN("500"), "综治〔2026〕9号"
    )
    relief = propose_relief(session, vault, clerk, patient, asked, NOW)
    return {"insurance_policy": policy.public_id, "claim": claim.public_id, "relief": relief.public_id}


def _helped(session: Session, vault: Vault, actors: dict[str, Actor], patient: Patient, county: str) -> dict[str, str]:
    clerk, doctor = actors["clerk"], actors["doctor"]
    partner = _partner(session, county)
    for kind in (BenefitKind.DISABILITY_CERTIFICATE, BenefitKind.BASIC_MEDICAL):
        set_office(session, clerk, kind, partner.id, NOW)
    known = RecordBenefit(f"benefit-{county}"[:22], BenefitKind.DRUG_SUBSIDY, BenefitState.RECEIVING, TODAY)
    benefit = record_benefit(session, vault, doctor, patient, known, TODAY, NOW)
    request = ask_office(session, vault, doctor, patient, BenefitKind.DISABILITY_CERTIFICATE, TODAY, NOW)
    bill = AskBackstop(
        f"backstop-{county}"[:22], "示例医院", f"FP-{county}", TODAY - timedelta(days=9), TODAY, _YUAN("900"),
        _YUAN("100"), _YUAN("0"), _YUAN("800"), BackstopGround.NO_MEANS,
    )  # fmt: skip
    backstop = ask_backstop(session, clerk, patient, bill, TODAY, NOW)
    place = keep_place(session, actors["county_office"], KeepPlace(county, "阳光家园", 3, partner.public_id), NOW)
    wish = Refer(
        f"referral-{county}"[:22],
        place.public_id,
        ReferralSource.FAMILY,
        ReferralConsent.GUARDIAN,
        TODAY,
        (RehabAim.WORK,),
    )
    referral = refer(session, doctor, patient, wish, TODAY, NOW)
    return {
        "benefit": benefit.public_id,
        "benefit_request": request.public_id,
        "backstop": backstop.public_id,
        "rehab_place": place.public_id,
        "rehab_referral": referral.public_id,
    }


def _partner(session: Session, county: str) -> Agency:
    """The county's partner office; the next county gets one."""
    found = session.scalars(
        select(Agency).where(Agency.kind == AgencyKind.PARTNER, Agency.area_code == county).order_by(Agency.id)
    ).first()
    if found is None:
        found = Agency(name="医疗保障局", kind=AgencyKind.PARTNER, area_code=county)
        session.add(found)
        session.flush()
    return found
