"""The people of the demonstration: patients, the kin and officers who guard them. All invented, all repeatable for a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate
from random import Random

from app.core.bank_account import AccountKind
from app.core.dates import age_on
from app.core.identity import Sex
from app.desk.demo.diagnoses import HOSPITALS, diagnose, prescribe
from app.desk.demo.kin import Kin, Maker, Officer, marital_code, officers, patient_kin
from app.desk.demo.names import REMARKABLE, invent_name
from app.desk.demo.papers import Papers
from app.desk.demo.places import TOWN, TOWN_WEIGHT, VILLAGE, Place, villages
from app.patients.commands import Supplement
from app.patients.rules import DiagnosisCategory
from app.visits.rules.record import Medicine

NEW_SHARE = 0.12  # registered after the county began with Anhu
_FIRST_REGISTRATIONS = date(2012, 1, 1)

__all__ = ["AccountKind", "Burden", "Kin", "Officer", "Population", "Resident", "invent_population"]


class Burden(StrEnum):
    """How heavily the illness weighs over the years; decides how the course runs, never shown."""

    LIGHT = "light"
    MIDDLE = "middle"
    HEAVY = "heavy"


@dataclass(frozen=True)
class Resident:
    """A patient as invented; `number` counts from 0 and is all that the seed needs to tell this one's story again."""

    number: int
    name: str
    sex: Sex
    born_on: date
    ethnic_code: str
    id_number: str | None
    phone: str | None
    village: Place
    address: str
    category: DiagnosisCategory
    icd10: str
    hospital: str
    diagnosed_on: date
    registered_on: date
    burden: Burden
    medicines: tuple[Medicine, ...]
    supplement: Supplement
    # opening data of the day on which the county began; the others were registered since
    is_opening: bool
    guardian: Kin | None
    second: Officer


@dataclass(frozen=True)
class Population:
    residents: tuple[Resident, ...]
    officers: tuple[Officer, ...]

    @property
    def guardians(self) -> list[Kin]:
        """First guardians, each once, however many patients they have."""
        return list(
            {
                resident.guardian.id_number: resident.guardian for resident in self.residents if resident.guardian
            }.values()
        )


def invent_population(count: int, seed: int, began_on: date, today: date) -> Population:
    """`count` patients, most registered when the county began on `began_on`, the others since, up to `today`."""
    rng = Random(f"{seed}:population")  # noqa: S311  # invention, not secrecy
    papers = Papers(Random(f"{seed}:papers"))  # noqa: S311  # invention, not secrecy
    by_village = officers(rng, papers)
    maker = Maker(rng, papers, today)
    residents: list[Resident] = []
    for number, village in enumerate(_villages(rng, count)):
        sibling = _sibling(rng, residents, village)
        residents.append(_resident(maker, number, village, by_village[village.code], sibling, began_on, today))
    everybody = {officer.id_number: officer for group in by_village.values() for officer in group}
    return Population(tuple(residents), tuple(everybody.values()))


def _villages(rng: Random, count: int) -> Iterator[Place]:
    """Where each patient lives: the first few in the village and the town of the demonstration's accounts."""
    places = villages()
    weights = tuple(accumulate(TOWN_WEIGHT if place.town == TOWN else 1.0 for place in places))
    home = next(place for place in places if place.code == VILLAGE)
    in_town = [place for place in places if place.town == TOWN]
    for number in range(count):
        if number < 6:
            yield home
        elif number < len(REMARKABLE) + 4:
            yield rng.choice(in_town)
        else:
            yield rng.choices(places, cum_weights=weights)[0]


def _sibling(rng: Random, residents: list[Resident], village: Place) -> Resident | None:
    """Somebody of the village whose parent guards this patient too; seldom."""
    if rng.random() > 0.015:
        return None
    found = [one for one in residents[-200:] if one.village == village and one.guardian and one.guardian.is_parent]
    return rng.choice(found) if found else None


def _resident(
    maker: Maker,
    number: int,
    village: Place,
    village_officers: tuple[Officer, ...],
    sibling: Resident | None,
    began_on: date,
    today: date,
) -> Resident:
    rng = maker.rng
    name, sex, ethnic_code, born_on = _who(rng, number, sibling, today)
    age = age_on(born_on, today)
    marital = marital_code(rng, age)
    is_opening = rng.random() >= NEW_SHARE
    onset = _onset(rng, born_on, began_on if is_opening else today - timedelta(days=400))
    diagnosed_on = min(
        onset + timedelta(days=rng.randrange(20, 900)), (began_on if is_opening else today) - timedelta(days=60)
    )
    registered_on = _registered_on(rng, diagnosed_on, is_opening, began_on, today)
    category, icd10 = diagnose(rng)
    burden = _burden(rng, number)
    guardian = sibling.guardian if sibling else patient_kin(maker, name, sex, born_on, marital)
    address = sibling.address if sibling else _address(rng, village)
    return Resident(
        number=number,
        name=name,
        sex=sex,
        born_on=born_on,
        ethnic_code=ethnic_code,
        id_number=None if number % 700 == 613 else maker.papers.citizen_number(sex, born_on),
        phone=maker.papers.mobile() if rng.random() < 0.6 else None,
        village=village,
        address=address,
        category=category,
        icd10=icd10,
        hospital=rng.choice(HOSPITALS),
        diagnosed_on=diagnosed_on,
        registered_on=registered_on,
        burden=burden,
        medicines=prescribe(rng, category),
        supplement=_supplement(maker, age, marital, ethnic_code, village, onset, diagnosed_on, burden),
        is_opening=is_opening,
        guardian=guardian,
        second=rng.choice(village_officers),
    )


def _burden(rng: Random, number: int) -> Burden:
    """One in nine is heavily ill, evenly, so that a small demonstration has agreements too."""
    return Burden.HEAVY if number % 9 == 4 else rng.choices((Burden.LIGHT, Burden.MIDDLE), (72, 28))[0]


def _who(rng: Random, number: int, sibling: Resident | None, today: date) -> tuple[str, Sex, str, date]:
    if sibling:
        sex = rng.choice((Sex.MALE, Sex.FEMALE))
        born_on = sibling.born_on + timedelta(days=rng.choice((-1, 1)) * rng.randrange(500, 2200))
        born_on = min(born_on, today - timedelta(days=16 * 366))
        family = sibling.guardian.child_family if sibling.guardian else ""
        return invent_name(rng, sex, born_on, family), sex, sibling.ethnic_code, born_on
    if number < len(REMARKABLE):
        name, sex, ethnic_code = REMARKABLE[number]
        return name, sex, ethnic_code, _born(rng, today)
    sex = rng.choices((Sex.MALE, Sex.FEMALE), (52, 48))[0]
    born_on = _born(rng, today)
    return invent_name(rng, sex, born_on), sex, "03" if rng.random() < 0.01 else "01", born_on


def _born(rng: Random, today: date) -> date:
    """Mostly between 25 and 70 years old; a few minors, a few very old."""
    age = 15 if rng.random() < 0.004 else round(min(89, max(17, rng.gauss(49, 14.5))))
    return today - timedelta(days=age * 365 + age // 4 + rng.randrange(365))


def _onset(rng: Random, born_on: date, latest: date) -> date:
    age = min(max(12, rng.gauss(27, 9)), 60)
    return min(born_on + timedelta(days=int(age * 365.25)), latest - timedelta(days=rng.randrange(150, 900)))


def _registered_on(rng: Random, diagnosed_on: date, is_opening: bool, began_on: date, today: date) -> date:
    if not is_opening:
        return began_on + timedelta(days=rng.randrange(4, (today - began_on).days))
    first = max(_FIRST_REGISTRATIONS, diagnosed_on + timedelta(days=7))
    last = began_on - timedelta(days=20)
    return first + timedelta(days=rng.randrange(max(1, (last - first).days)))


def _address(rng: Random, village: Place) -> str:
    if village.is_community:
        road = rng.choice(("幸福路", "人民路", "文昌巷", "淮河路", "解放北路"))
        return f"{road}{rng.randrange(1, 180)}号{rng.randrange(1, 5)}单元{rng.randrange(1, 7)}0{rng.randrange(1, 4)}室"
    return f"{rng.randrange(1, 13)}组{rng.randrange(1, 90)}号"


def _supplement(
    maker: Maker,
    age: int,
    marital: str,
    ethnic_code: str,
    village: Place,
    onset: date,
    diagnosed_on: date,
    burden: Burden,
) -> Supplement:
    rng = maker.rng
    admissions = rng.choices((0, 1, 2, 4), (30, 36, 22, 12) if burden is not Burden.HEAVY else (5, 25, 35, 35))[0]
    return Supplement(
        ethnic_code=ethnic_code,
        marital_code=marital,
        household_type=1 if village.is_community else 2,
        employment=6
        if age > 62 and village.is_community
        else 5
        if age < 19
        else rng.choices((3, 4, 1, 8), (58, 34, 4, 4))[0],
        economic_status=1 if rng.random() < 0.34 else 2,
        first_onset=str(onset.year) if rng.random() < 0.5 else f"{onset:%Y-%m}",
        first_antipsychotic=f"{diagnosed_on:%Y-%m}",
        past_symptoms=sum(1 << bit for bit in rng.sample(range(11), rng.randrange(2, 5))),
        past_behaviours=_past_behaviours(rng, burden),
        past_locked_up=3 if rng.random() < 0.012 else 1,
        outpatient_history=rng.choices((1, 2, 3), (3, 42, 55))[0],
        psychiatric_admissions=admissions,
        last_treatment_effect=rng.choices((1, 2, 3, 4), (14, 62, 21, 3))[0],
        is_insured=burden is Burden.HEAVY or rng.random() < 0.55,
    )


def _past_behaviours(rng: Random, burden: Burden) -> dict[str, int]:
    """Code of the form → how often (domain 3.2)."""
    if burden is Burden.HEAVY and rng.random() < 0.3:
        return {"1": rng.randrange(1, 4), "2": 1}
    return {"1": rng.randrange(1, 3)} if burden is not Burden.LIGHT and rng.random() < 0.25 else {}
