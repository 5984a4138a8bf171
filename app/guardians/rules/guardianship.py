"""Guardianship as a model: rank, legal basis, relation; the span and number of an agreement (domain 5.4, 5.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.dates import add_months, age_on
from app.core.identity import Sex
from app.core.reasons import Reason, reason


class ConsentAnswer(StrEnum):
    """What was said to a consent paper (domain 3.6)."""

    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Rank(StrEnum):
    FIRST = "first"  # 第一监护人: the family member who by law and at present performs
    SECOND = "second"  # 第二监护人: village cadre, grid worker, police officer


class LegalBasis(StrEnum):
    STATUTORY = "statutory"  # 法定
    COURT = "court"  # 法院指定
    DESIGNATED = "designated"  # 居(村)委会或民政部门指定
    CARER = "carer"  # 实际照护人
    POST = "post"  # 第二监护人：因职务


class Relation(StrEnum):
    """What the guardian is to the patient, in the order of Civil Code Art. 28 where it is kin."""

    SPOUSE = "spouse"
    FATHER = "father"
    MOTHER = "mother"
    SON = "son"
    DAUGHTER = "daughter"
    ELDER_BROTHER = "elder_brother"
    YOUNGER_BROTHER = "younger_brother"
    ELDER_SISTER = "elder_sister"
    YOUNGER_SISTER = "younger_sister"
    GRANDPARENT = "grandparent"
    GRANDCHILD = "grandchild"
    OTHER_RELATIVE = "other_relative"
    OTHER = "other"
    OFFICER = "officer"  # second guardian by post


AGREEMENT_MAX_MONTHS = 12  # domain 5.7: at most one year
RENEWAL_NOTICE_DAYS = 30  # domain 5.7: renewal task 30 days before the end
MANY_PATIENTS = 3  # domain 5.4: warn when one first guardian has three or more

# Between generations; a smaller difference asks to look again, it is not wrong by itself.
GENERATION_YEARS = 14
NUMBER_PREFIX = "AHJH"

_MALE = frozenset({Relation.FATHER, Relation.SON, Relation.ELDER_BROTHER, Relation.YOUNGER_BROTHER})
_FEMALE = frozenset({Relation.MOTHER, Relation.DAUGHTER, Relation.ELDER_SISTER, Relation.YOUNGER_SISTER})
_OLDER_GENERATION = frozenset({Relation.FATHER, Relation.MOTHER, Relation.GRANDPARENT})
_YOUNGER_GENERATION = frozenset({Relation.SON, Relation.DAUGHTER, Relation.GRANDCHILD})
_ELDER = frozenset({Relation.ELDER_BROTHER, Relation.ELDER_SISTER})
_YOUNGER = frozenset({Relation.YOUNGER_BROTHER, Relation.YOUNGER_SISTER})


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a person for judging a relation."""

    sex: int
    born_on: date | None


def relation_warnings(relation: Relation, guardian: Known, patient: Known) -> tuple[Reason, ...]:
    """Where relation, sex and ages do not fit each other: somebody mistyped, or the relation was turned round."""
    found = []
    fits = {Sex.MALE: relation not in _FEMALE, Sex.FEMALE: relation not in _MALE}
    if not fits.get(Sex(guardian.sex) if guardian.sex in (1, 2) else Sex.UNKNOWN, True):
        found.append(reason("guardians.warn.sex"))
    if relation is Relation.SPOUSE and guardian.sex == patient.sex and guardian.sex in (1, 2):
        found.append(reason("guardians.warn.spouse_sex"))
    if guardian.born_on and patient.born_on and not _ages_fit(relation, guardian.born_on, patient.born_on):
        found.append(reason("guardians.warn.age"))
    return tuple(found)


def load_warnings(rank: Rank, others: int) -> tuple[Reason, ...]:
    """`others`: how many patients this person guards already in that rank (domain 5.4)."""
    if rank is Rank.FIRST and others + 1 >= MANY_PATIENTS:
        return (reason("guardians.warn.many_patients", count=others + 1),)
    return ()


def is_minor(born_on: date, day: date, adult_age: int = 18) -> bool:
    return age_on(born_on, day) < adult_age


_PARENTS = frozenset({Relation.FATHER, Relation.MOTHER})
_APPOINTED = frozenset({LegalBasis.COURT, LegalBasis.DESIGNATED})


def refuse_signer(
    signer: str,
    *,
    is_refusal: bool,
    guardian: tuple[Rank, Relation, LegalBasis] | None,
    born_on: date | None,
    signed_on: date,
) -> Reason | None:
    """Why somebody may not sign a medical consent; None when they may (domain 3.6, case 14).

    A minor's parents sign, or the guardian whom a court or an office appointed. A second guardian is no legal guardian (Civil
    Code Art. 28). A witness testifies to a refusal and to nothing else.
    """
    minor = born_on is not None and is_minor(born_on, signed_on)
    if signer == "witness":
        return None if is_refusal else reason("guardians.consent.witness")
    if guardian is None:
        return reason("guardians.consent.minor") if minor else None
    rank, relation, basis = guardian
    if rank is Rank.SECOND:
        return reason("guardians.consent.second")
    if minor and relation not in _PARENTS and basis not in _APPOINTED:
        return reason("guardians.consent.parents")
    return None


def latest_end(from_on: date) -> date:
    """The last day that an agreement from `from_on` may have: twelve months (domain 5.7, C3)."""
    return add_months(from_on, AGREEMENT_MAX_MONTHS)


def last_day(to_on: date, ended_on: date | None, died_on: date | None) -> date:
    """The last day on which an agreement holds: its end, an early end, or the patient's day of death."""
    return min(day for day in (to_on, ended_on, died_on) if day is not None)


class AgreementState(StrEnum):
    COMING = "coming"
    IN_FORCE = "in_force"
    ENDING = "ending"  # in force, with 30 days left at most
    ENDED = "ended"


def agreement_state(from_on: date, last: date, today: date) -> AgreementState:
    if today < from_on:
        return AgreementState.COMING
    if today > last:
        return AgreementState.ENDED
    return AgreementState.ENDING if (last - today).days <= RENEWAL_NOTICE_DAYS else AgreementState.IN_FORCE


def number_of(year: int, sequence: int) -> str:
    """`AHJH-2026-0001`."""
    return f"{NUMBER_PREFIX}-{year}-{sequence:04d}"


def _ages_fit(relation: Relation, guardian: date, patient: date) -> bool:
    older_by = (patient - guardian).days / 365.25
    if relation in _OLDER_GENERATION:
        return older_by >= GENERATION_YEARS
    if relation in _YOUNGER_GENERATION:
        return older_by <= -GENERATION_YEARS
    if relation in _ELDER:
        return older_by >= 0
    return relation not in _YOUNGER or older_by <= 0
