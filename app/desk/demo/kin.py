"""Who guards an invented patient: kin of fitting sex, age and surname, and officers of the village and the police station."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.core.bank_account import AccountKind
from app.core.dates import age_on
from app.core.identity import Sex
from app.desk.demo.names import invent_name, surname_of
from app.desk.demo.papers import Papers
from app.desk.demo.places import Place, towns, villages
from app.guardians.rules import LegalBasis, Relation

_R = Relation
WITHOUT_GUARDIAN = 0.035
_OLDEST_GUARDIAN = 84
_YEAR = 365.25


@dataclass(frozen=True)
class Kin:
    """A first guardian with an account of their own."""

    name: str
    sex: Sex
    born_on: date
    id_number: str
    phone: str
    relation: Relation
    basis: LegalBasis
    lives_together: bool
    account_kind: AccountKind
    account_number: str
    bank: str
    # the surname that their children bear
    child_family: str

    @property
    def is_parent(self) -> bool:
        return self.relation in (_R.FATHER, _R.MOTHER)


@dataclass(frozen=True)
class Officer:
    """A second guardian by post, who serves several patients."""

    home: str
    name: str
    sex: Sex
    born_on: date
    id_number: str
    phone: str
    post: str


@dataclass(frozen=True)
class Maker:
    """What inventing a person needs."""

    rng: Random
    papers: Papers
    today: date


def officers(rng: Random, papers: Papers) -> dict[str, tuple[Officer, ...]]:
    """Second guardians by village: two cadres and a grid worker of its own, the town's police officer."""
    police = {town.code: _officer(rng, papers, town.code, f"{town.name}派出所社区民警") for town in towns()}
    found: dict[str, tuple[Officer, ...]] = {}
    for village in villages():
        found[village.code] = (
            *(_officer(rng, papers, village.code, post) for post in _posts(village)),
            police[village.town],
        )
    return found


def marital_code(rng: Random, age: int) -> str:
    """GB/T 2261.2."""
    if age < 23:
        return "10"
    single, married, widowed = (45, 45, 0) if age < 40 else (22, 58, 3) if age < 62 else (12, 55, 23)
    return rng.choices(("10", "20", "40", "30"), (single, married, 100 - single - married - widowed, widowed))[0]


def patient_kin(maker: Maker, name: str, sex: Sex, born_on: date, marital: str) -> Kin | None:
    """The first guardian in the order of the law, as far as somebody is there and able (domain 5.4)."""
    rng, age = maker.rng, age_on(born_on, maker.today)
    if rng.random() < WITHOUT_GUARDIAN:
        return None
    relation = _relation(rng, age, marital)
    kin_sex = _sex_of(relation, sex)
    years = _age_gap(rng, relation)
    kin_born = born_on - timedelta(days=int(years * _YEAR) + rng.randrange(300))
    youngest = maker.today - timedelta(days=int(19 * _YEAR))
    kin_born = min(kin_born, youngest)
    family = surname_of(name) if _shares_surname(relation, sex) else ""
    kind, number, bank = maker.papers.account()
    kin_name = invent_name(rng, kin_sex, kin_born, family)
    return Kin(
        name=kin_name,
        sex=kin_sex,
        born_on=kin_born,
        id_number=maker.papers.citizen_number(kin_sex, kin_born),
        phone=maker.papers.mobile(),
        relation=relation,
        basis=LegalBasis.CARER if rng.random() < 0.12 else LegalBasis.STATUTORY,
        lives_together=relation in (_R.SPOUSE, _R.FATHER, _R.MOTHER) or rng.random() < 0.6,
        account_kind=kind,
        account_number=number,
        bank=bank,
        child_family=surname_of(kin_name if relation is _R.FATHER else name),
    )


def _posts(village: Place) -> tuple[str, ...]:
    name = village.name
    if village.is_community:
        return f"{name}党支部书记", f"{name}居委会委员", f"{name}网格员"
    return f"{name}党支部书记", f"{name}村委会委员", f"{name}网格员"


def _officer(rng: Random, papers: Papers, home: str, post: str) -> Officer:
    sex = rng.choices((Sex.MALE, Sex.FEMALE), (70, 30))[0]
    born_on = date(1996, 1, 1) - timedelta(days=rng.randrange(27 * 365))
    name = invent_name(rng, sex, born_on)
    return Officer(home, name, sex, born_on, papers.citizen_number(sex, born_on), papers.mobile(), post)


def _relation(rng: Random, age: int, marital: str) -> Relation:
    if marital == "20" and rng.random() < 0.8:
        return _R.SPOUSE
    parents_live = age + 24 <= _OLDEST_GUARDIAN - 10
    if parents_live and (marital == "10" or rng.random() < 0.4):
        return rng.choice((_R.FATHER, _R.MOTHER))
    if marital != "10" and age >= 45:
        return rng.choice((_R.SON, _R.SON, _R.DAUGHTER))
    if age >= 25:
        return rng.choice((_R.ELDER_BROTHER, _R.YOUNGER_BROTHER, _R.ELDER_SISTER, _R.YOUNGER_SISTER))
    return rng.choice((_R.FATHER, _R.MOTHER))


def _sex_of(relation: Relation, patient_sex: Sex) -> Sex:
    if relation is _R.SPOUSE:
        return Sex.FEMALE if patient_sex is Sex.MALE else Sex.MALE
    women = (_R.MOTHER, _R.DAUGHTER, _R.ELDER_SISTER, _R.YOUNGER_SISTER)
    return Sex.FEMALE if relation in women else Sex.MALE


def _age_gap(rng: Random, relation: Relation) -> float:
    """Years by which the guardian is older than the patient."""
    if relation in (_R.FATHER, _R.MOTHER):
        return rng.uniform(21, 29)
    if relation in (_R.SON, _R.DAUGHTER):
        return -rng.uniform(21, 28)
    if relation is _R.SPOUSE:
        return rng.uniform(-4, 5)
    elder = relation in (_R.ELDER_BROTHER, _R.ELDER_SISTER)
    return rng.uniform(1.5, 8) * (1 if elder else -1)


def _shares_surname(relation: Relation, patient_sex: Sex) -> bool:
    """A mother and a spouse have their own; a woman's children bear their father's."""
    if relation in (_R.SPOUSE, _R.MOTHER):
        return False
    return not (relation in (_R.SON, _R.DAUGHTER) and patient_sex is Sex.FEMALE)
