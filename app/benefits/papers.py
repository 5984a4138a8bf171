"""The family's sheet and the referral slip, as they are printed. In Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.areas.queries import office_of, written_name
from app.areas.rules import county_of
from app.audit.prints import Mark, Print, mark_of
from app.benefits.labels import AIM_CODES, BENEFIT_KINDS, REFERRAL_CONSENTS, REFERRAL_SOURCES, REHAB_AIMS
from app.benefits.models import RehabPlace, RehabReferral
from app.benefits.queries.requests import Particulars, find_guardian_name, list_offices, read_particulars
from app.benefits.queries.standing import BenefitLine
from app.benefits.rules.benefit import BenefitState, Gap
from app.benefits.rules.rehab import ANSWER_DAYS
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.crypto import Keyring, digest
from app.core.identity import SEX_LABELS, Sex, mask_name, mask_phone
from app.core.reasons import say
from app.core.workdays import add_working_days
from app.guardians.labels import RELATION_LABELS
from app.patients.models import Patient
from app.people.models import Person
from app.people.vault import Vault
from reports.forms.benefit_sheet import BenefitSheetDocument, SheetLine, SheetOffice
from reports.forms.person import Person as PrintedPerson
from reports.forms.rehab_referral import RehabReferralDocument
from reports.forms.sheet import Imprint
from reports.wording import chinese_date

_CALENDAR_SPAN = timedelta(days=60)
_HOW = "带身份证、户口簿到主管单位或村（社区）申请"
_WAITING = "已经申请，等待答复"
_UNSAID = frozenset({"benefits.rule.managed"})  # the sheet may lie open at home


def _imprint(session: Session, actor: Actor, mark: Mark, now: datetime) -> Imprint:
    return Imprint(office_of(session, actor), actor.name, now, mark=f"编号 {mark.serial} 校验码 {mark.code}")


# -- the family's sheet ------------------------------------------------------------------------------------------------


def print_of_sheet(patient: Patient, lines: Sequence[BenefitLine], actor: Actor, now: datetime) -> Print:
    said = digest("\n".join(f"{one.kind} {one.benefit.state if one.benefit else ''} {one.gap}" for one in lines))
    subject = ("patient", patient.public_id)
    return Print("benefits.sheet_printed", subject, patient.area_code, said, actor.user_id, now)


def benefit_sheet(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    patient: Patient,
    lines: Sequence[BenefitLine],
    today: date,
    now: datetime,
) -> BenefitSheetDocument:
    person = session.get_one(Person, patient.person_id)
    is_masked = sees(actor, Field.PATIENT_NAME) is Grant.MASKED
    return BenefitSheetDocument(
        imprint=_imprint(session, actor, mark_of(keyring, print_of_sheet(patient, lines, actor, now)), now),
        name=mask_name(person.name) if is_masked else person.name,
        guardian=find_guardian_name(session, actor, patient),
        village=written_name(session, patient.area_code),
        made_on=today,
        receiving=tuple(_received(one) for one in lines if _is_received(one)),
        to_apply=tuple(_missing(one) for one in lines if one.gap in (Gap.MISSING, Gap.WAITING)),
        to_check=tuple(_unknown(one) for one in lines if one.gap in (Gap.TO_CHECK, Gap.UNKNOWN)),
        offices=_offices(session, actor, patient),
    )


def _is_received(line: BenefitLine) -> bool:
    return line.benefit is not None and line.benefit.state is BenefitState.RECEIVING


def _received(line: BenefitLine) -> SheetLine:
    since = f"{chinese_date(line.benefit.from_on)}起" if line.benefit else ""
    renew_by = line.benefit.renew_by if line.benefit else None
    return SheetLine(BENEFIT_KINDS[line.kind], since, f"{chinese_date(renew_by)}前续办" if renew_by else "")


def _missing(line: BenefitLine) -> SheetLine:
    if line.gap is Gap.WAITING:
        return SheetLine(BENEFIT_KINDS[line.kind], _WAITING, "")
    said = "" if line.because.code in _UNSAID else f"：{say(line.because)}"
    return SheetLine(BENEFIT_KINDS[line.kind], f"可以申请{said}", _HOW)


def _unknown(line: BenefitLine) -> SheetLine:
    if line.gap is Gap.TO_CHECK:
        return SheetLine(BENEFIT_KINDS[line.kind], "是不是已经享受", "把证、卡或存折拿给村（社区）或医生看一看")
    return SheetLine(BENEFIT_KINDS[line.kind], say(line.because), "请告诉村（社区）或医生")


def _offices(session: Session, actor: Actor, patient: Patient) -> tuple[SheetOffice, ...]:
    rows = [one for one in list_offices(session, actor, county_of(patient.area_code)) if one.agency_id]
    found: dict[int, list[str]] = {}
    for one in rows:
        found.setdefault(one.agency_id or 0, []).append(BENEFIT_KINDS[one.kind])
    agencies = {agency_id: session.get_one(Agency, agency_id) for agency_id in found}
    return tuple(
        SheetOffice("、".join(what), agencies[agency_id].name, agencies[agency_id].phone or "")
        for agency_id, what in found.items()
    )


# -- the referral slip -------------------------------------------------------------------------------------------------


def print_of_referral(referral: RehabReferral, patient: Patient, actor: Actor, now: datetime) -> Print:
    said = digest(f"{referral.public_id} {referral.place_id} {referral.aims} {referral.referred_on}")
    subject = ("rehab_referral", referral.public_id)
    return Print("benefits.referral_printed", subject, patient.area_code, said, actor.user_id, now)


def referral_slip(
    session: Session,
    vault: Vault,
    actor: Actor,
    referral: RehabReferral,
    place: RehabPlace,
    patient: Patient,
    now: datetime,
) -> RehabReferralDocument:
    person = session.get_one(Person, patient.person_id)
    found = read_particulars(session, vault, patient)
    deadline = add_working_days(
        referral.referred_on,
        ANSWER_DAYS,
        load_workdays(session, referral.referred_on, referral.referred_on + _CALENDAR_SPAN),
    )
    mark = mark_of(vault.keyring, print_of_referral(referral, patient, actor, now))
    return RehabReferralDocument(
        imprint=_imprint(session, actor, mark, now),
        person=_printed(actor, found, person),
        phone=_phone(actor, Field.PATIENT_PHONE, found.phone),
        place=place.name,
        address=place.address,
        place_phone=place.phone or "",
        source=REFERRAL_SOURCES[referral.source],
        consent=REFERRAL_CONSENTS[referral.consent],
        consented_on=referral.consented_on,
        referred_on=referral.referred_on,
        answer_by=deadline.ends_on,
        aims="、".join(aims_of(referral)),
        doctor=actor.name,
    )


def aims_of(referral: RehabReferral) -> list[str]:
    return [REHAB_AIMS[aim] for place, aim in AIM_CODES.items() if referral.aims >> (place - 1) & 1]


def _phone(actor: Actor, field: Field, number: str | None) -> str:
    """As the one who prints may see it."""
    if not number or sees(actor, field) is Grant.FULL:
        return number or ""
    return mask_phone(number)


def _printed(actor: Actor, found: Particulars, person: Person) -> PrintedPerson:
    return PrintedPerson(
        name=person.name,
        sex=SEX_LABELS[Sex(person.sex)],
        born_on=person.born_on,
        address=found.address or "",
        guardian_name=found.guardian or "",
        guardian_relation=RELATION_LABELS[found.relation] if found.relation else "",
        guardian_phone=_phone(actor, Field.GUARDIAN_PHONE, found.guardian_phone),
    )
