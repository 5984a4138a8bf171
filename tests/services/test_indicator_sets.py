"""Sets and edge rules of domain 4.1–4.3, a person each: who is counted where in the year 2025, and whom every choice of a county changes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.numbers.queries.runs import count_members, values_of
from app.numbers.rules.indicators import figures, indicators
from app.numbers.rules.membership import InSet
from app.numbers.rules.period import ReportPeriod
from app.numbers.rules.settings import (
    Denominators,
    ExaminedOf,
    FaceToFace,
    NumberSettings,
    RegularMode,
    StandardMode,
    StandardRules,
)
from app.numbers.service.computing import compute
from app.patients.models import Patient
from app.visits.models import FollowUpVisit, VisitAttempt
from tests.conftest import NOW, TODAY
from tests.rig.counted import SINCE, Case, Seen, add_case, seen, sets_of, visit_row, visits, who
from tests.rig.county import COUNTY, OTHER_TOWN, OTHER_VILLAGE, SECOND_VILLAGE, TOWN, VILLAGE, County

ELSEWHERE = "349922100200"  # a village of the next county
STEADY = "2025-01-08 2025-04-08 2025-07-08 2025-10-08"
THE_YEAR = ("2025-01-01", "2025-12-31")

# letter → set, so that a person's sets fit on a line
LETTERS = {
    "R": InSet.REGISTERED,
    "D": InSet.DIED,
    "z": InSet.SCHIZOPHRENIA,
    "M": InSet.MANAGED,
    "S": InSet.STANDARD,
    "v": InSet.VISITED,
    "m": InSet.MEDICATED,
    "r": InSet.REGULAR,
    "0": InSet.NO_DRUG_NEEDED,
    "c": InSet.CLASSIFIED,
    "s": InSet.STABLE,
    "3": InSet.LATEST_STABLE,
    "f": InSet.FACE_TO_FACE,
    "e": InSet.EXAMINED,
    "l": InSet.LOST,
    "h": InSet.AT_HOME,
    "k": InSet.LOCKED_UP,
    "o": InSet.OFFENDED,
    "n": InSet.REFUSED,
    "N": InSet.NEWLY_REGISTERED,
    "d": InSet.OVERDUE,
    "H": InSet.HIGH_LEVEL,
}
# visited, managed, all well at every visit: R z M v m r c s 3 f h, and S where the pattern is to the standard
WELL = "RzMvmrcs3fh"


def steady(**columns: object) -> list[Seen]:
    return visits(STEADY, **columns)


def since(day: str, **changes: object) -> dict[str, object]:
    return {
        "registry": f"registered@{day}",
        "management": f"managed@{day}",
        "care": f"home@{day}",
        "area": f"{VILLAGE}@{day}",
        "diagnosis": f"schizophrenia@{day}",
    } | changes


def left(registry: str, day: str) -> dict[str, object]:
    return {
        "registry": f"registered@{SINCE} {registry}@{day}",
        "management": f"managed@{SINCE} -@{day}",
        "care": f"home@{SINCE} -@{day}",
    }


def case(who_came: Sequence[Seen], **changes: object) -> Case:
    return replace(Case(), visits=who_came, **changes)  # type: ignore[arg-type]  # a table of tests


CASES: dict[str, tuple[Case, str]] = {
    # -- the pattern of visits
    "steady": (case(steady()), f"{WELL}S"),
    "a day late": (case(visits("2025-01-08 2025-04-09 2025-07-09 2025-10-09")), WELL),
    "seven days late": (case(visits("2025-01-08 2025-04-15 2025-07-15 2025-10-15")), WELL),
    "eight days late": (case(visits("2025-01-08 2025-04-16 2025-07-16 2025-10-16")), WELL),
    "nobody since September": (case(visits("2025-01-08 2025-04-08 2025-07-08 2025-09-30")), f"{WELL}d"),
    "three visits": (case(visits("2024-12-31 2025-03-31 2025-06-30 2025-09-30")), f"{WELL}d"),
    "first after 92 days": (case(visits("2025-04-03 2025-06-01 2025-08-01 2025-10-03")), f"{WELL}S"),
    "first after 93 days": (case(visits("2025-04-04 2025-06-01 2025-08-01 2025-10-03")), WELL),
    "nobody ever": (case([]), "Rzhd"),
    "unstable and seen again": (
        case([*visits("2025-01-08"), seen("2025-04-08", 1), *visits("2025-04-22 2025-07-22 2025-10-22")]),
        f"{WELL}S".replace("s", ""),
    ),
    "unstable and left alone": (
        case([*visits("2025-01-08"), seen("2025-04-08", 1), *visits("2025-04-23 2025-07-22 2025-10-22")]),
        WELL.replace("s", ""),
    ),
    "basically stable at last": (
        case([*visits("2025-01-08 2025-04-08 2025-07-08 2025-10-08"), seen("2025-12-20", 2)]),
        f"{WELL}S".replace("3", ""),
    ),
    "the later of a day counts": (case([*steady(), seen("2025-10-08", 1)]), f"{WELL}d".replace("s", "").replace("3", "")),
    "two of a day are one": (case(visits("2025-04-03 2025-04-03 2025-07-03 2025-10-03")), WELL),
    "calmer in the afternoon": (case([*steady(), seen("2025-10-08", 1), seen("2025-10-08")]), f"{WELL}S".replace("s", "")),
    "the later of a day taken back": (case([*steady(), seen("2025-10-08", 1, withdrawn_at=NOW)]), f"{WELL}S"),
    "the later of a day unconfirmed": (case([*steady(), seen("2025-10-08", 1, needs_confirmation=True)]), f"{WELL}S"),
    # -- states at the cut-off and during the year
    "lost": (case(steady(), management=f"managed@{SINCE} lost@2025-11-01"), "RzMvmrcs3fl"),
    "lost and found": (
        case(visits("2025-01-08 2025-06-10 2025-09-10 2025-12-10"),
             management=f"managed@{SINCE} lost@2025-03-01 managed@2025-06-01"), WELL),
    "lost afterwards": (case(steady(), management=f"managed@{SINCE} lost@2026-01-01"), f"{WELL}S"),
    "refuses": (case(steady(), management=f"managed@{SINCE} refused@2025-11-01"), "Rzvmr3fhn"),
    "refused and agreed again": (
        case(visits("2025-01-08 2025-10-15"),
             management=f"managed@{SINCE} refused@2025-02-01 managed@2025-10-01"), f"{WELL}S"),
    "refused and agreed again, seen a day late": (
        case(visits("2025-01-08 2025-10-16"),
             management=f"managed@{SINCE} refused@2025-02-01 managed@2025-10-01"), WELL),
    "refused after nobody had come": (
        case(visits("2024-12-01 2025-05-10 2025-08-10 2025-11-10"),
             management=f"managed@{SINCE} refused@2025-04-01 managed@2025-05-01"), WELL),
    "refused in hospital": (
        case(visits("2025-01-08 2025-09-15 2025-12-10"), care=f"home@{SINCE} inpatient@2025-03-01 home@2025-06-01",
             management=f"managed@{SINCE} refused@2025-05-01 managed@2025-09-01"), f"{WELL}S"),
    "agreed and refused on one day": (
        case(visits("2025-10-20"), management=f"managed@{SINCE} refused@{SINCE} managed@2025-08-01"), f"{WELL}S"),
    "in hospital before agreeing": (
        case(visits("2025-09-20 2025-12-15"), care=f"home@{SINCE} inpatient@2025-01-10 home@2025-02-01",
             management=f"pending_consent@{SINCE} managed@2025-08-01"), f"{WELL}S"),
    "in hospital before agreeing in December": (
        case([], care=f"home@{SINCE} inpatient@2025-01-10 home@2025-02-01",
             management=f"pending_consent@{SINCE} managed@2025-12-20"), "Rzh"),
    "visited before agreeing": (
        case(visits("2025-02-01 2025-09-20 2025-12-15"),
             management=f"pending_consent@{SINCE} managed@2025-08-01"), f"{WELL}S"),
    "visited before agreeing in December": (
        case(visits("2025-02-01"), management=f"pending_consent@{SINCE} managed@2025-12-17"), f"{WELL}S"),
    "visited before agreeing in autumn": (
        case(visits("2025-02-01"), management=f"pending_consent@{SINCE} managed@2025-12-16"), f"{WELL}Sd"),
    "due while agreeing, a day late": (
        case(visits("2025-07-20 2025-10-21"), management=f"pending_consent@{SINCE} managed@2025-08-01"), WELL),
    "lost after refusing": (
        case(visits("2025-01-08"), management=f"managed@{SINCE} refused@2025-03-01 lost@2025-09-01"), "Rzvmr3fl"),
    "lost before agreeing": (
        case(visits("2025-01-08"), management=f"pending_consent@{SINCE} lost@2025-09-01"), "Rzvmr3fl"),
    "lost as the roster says": (case(visits("2025-01-08"), management=f"lost@{SINCE}"), "RzMvmrcs3fl"),
    "asked only afterwards": (case(steady(), management="managed@2026-02-01"), "Rzvmr3fh"),
    "where, nobody has written down": (case(steady(), care="home@2026-02-01"), f"{WELL}S".replace("h", "")),
    "nowhere, and nobody came": (case([], care="home@2026-02-01"), "Rzd"),
    "not yet asked": (case([], management=f"pending_consent@{SINCE}"), "Rzh"),
    "in custody": (case(steady(), care=f"home@{SINCE} custody@2025-12-31"), "RzMvmrcs3f"),
    "in custody afterwards": (case(steady(), care=f"home@{SINCE} custody@2026-01-01"), f"{WELL}S"),
    "released and seen": (
        case(visits("2025-01-08 2025-08-15 2025-11-14"),
             care=f"home@{SINCE} custody@2025-02-01 home@2025-08-01"), f"{WELL}S"),
    "released, seen a day late": (
        case(visits("2025-01-08 2025-08-16 2025-11-14"),
             care=f"home@{SINCE} custody@2025-02-01 home@2025-08-01"), WELL),
    "in hospital all year, on record": (case(visits("2025-05-05"), care="inpatient@2024-06-01"), "RzMSvmrcs3f"),
    "in hospital all year": (case([], care="inpatient@2024-06-01"), "Rz"),
    "in hospital now": (case(steady(), care=f"home@{SINCE} inpatient@2025-12-10"), "RzMSvmrcs3f"),
    "from hospital to custody and back": (
        case(visits("2025-01-08 2025-10-14"),
             care=f"home@{SINCE} inpatient@2025-02-01 custody@2025-05-01 home@2025-10-01"), f"{WELL}S"),
    "in a care home": (case(steady(), care=f"home@{SINCE} care_facility@2025-06-01"), f"{WELL}S"),
    "away": (case(steady(), care=f"home@{SINCE} away_known@2025-06-01"), f"{WELL}S"),
    "where, nobody knows": (case(steady(), care=f"home@{SINCE} unknown@2025-06-01"), f"{WELL}S".replace("h", "")),
    # -- coming and going
    "registered in September": (case(visits("2025-09-01 2025-11-28"), **since("2025-09-01")), f"{WELL}SN"),
    "agreed in August": (
        case(visits("2025-08-05 2025-11-05"),
             **since("2025-06-01", management="pending_consent@2025-06-01 managed@2025-08-01")), f"{WELL}SN"),
    "registered on the last day": (case([], **since("2025-12-31")), "RzhN"),
    "registered last": (case([], **since("2025-12-18")), "RzhN"),
    "registered and forgotten": (case([], **since("2025-12-16")), "RzhNd"),
    "registered afterwards": (case([], **since("2026-01-01")), ""),
    "moved in": (case(steady(), area=f"{OTHER_VILLAGE}@{SINCE} {SECOND_VILLAGE}@2025-07-01"), f"{WELL}S"),
    "moved in from elsewhere": (case(steady(), area=f"{ELSEWHERE}@{SINCE} {SECOND_VILLAGE}@2025-12-31"), f"{WELL}S"),
    "moved away": (case(steady(), area=f"{VILLAGE}@{SINCE} {ELSEWHERE}@2025-12-31"), ""),
    "moved afterwards": (case(steady(), area=f"{VILLAGE}@{SINCE} {OTHER_VILLAGE}@2026-01-01"), f"{WELL}S"),
    "transferred out": (case(steady(), **left("transferred_out", "2025-11-01")), ""),
    "transferred out afterwards": (case(steady(), **left("transferred_out", "2026-02-01")), f"{WELL}S"),
    "died": (case(steady(), **left("dead", "2025-06-02")), "Dz"),
    "died on the last day": (case(steady(), **left("dead", "2026-01-01")), "Dz"),
    "died the day after": (case(steady(), **left("dead", "2026-01-02")), f"{WELL}S"),
    "died on the first day": (case(steady(), **left("dead", "2025-01-02")), "Dz"),
    "died before": (case([], **left("dead", "2025-01-01")), ""),
    "died after the transfer": (
        case([], registry=f"registered@{SINCE} transferred_out@2025-02-01 dead@2025-06-01",
             management=f"managed@{SINCE} -@2025-02-01", care=f"home@{SINCE} -@2025-02-01"), ""),
    "died suspected": (case([], registry=f"suspected@{SINCE} dead@2025-06-01", management=f"-@{SINCE}", care=f"-@{SINCE}"), ""),
    "suspected": (case([], registry=f"suspected@{SINCE}", management=f"-@{SINCE}", care=f"-@{SINCE}"), ""),
    "excluded": (case(steady(), **left("excluded", "2025-06-01")), ""),
    "excluded afterwards": (case(steady(), **left("excluded", "2026-03-01")), ""),
    "merged afterwards": (case(steady(), **left("merged", "2026-03-01")), ""),
    "excluded and registered again": (
        case(visits("2025-01-08 2025-09-15 2025-12-05"), registry=f"registered@{SINCE} excluded@2025-02-01 registered@2025-09-01",
             management=f"managed@{SINCE} -@2025-02-01 managed@2025-09-01", care=f"home@{SINCE} -@2025-02-01 home@2025-09-01"),
        f"{WELL}S"),
    "excluded, looked at again and registered": (
        case(visits("2025-01-08 2025-09-15 2025-12-05"),
             registry=f"registered@{SINCE} excluded@2025-02-01 under_review@2025-05-01 registered@2025-09-01",
             management=f"managed@{SINCE} -@2025-02-01 managed@2025-09-01", care=f"home@{SINCE} -@2025-02-01 home@2025-09-01"),
        f"{WELL}S"),
    "merged by mistake": (
        case(visits("2025-01-08 2025-04-03 2025-07-03 2025-10-03"), registry=f"registered@{SINCE} merged@2025-03-01 registered@2025-03-20",
             management=f"managed@{SINCE} -@2025-03-01 managed@2025-03-20", care=f"home@{SINCE} -@2025-03-01 home@2025-03-20"),
        f"{WELL}S"),
    "came back and was forgotten": (
        case(visits("2025-01-08 2025-09-16 2025-12-05"), registry=f"registered@{SINCE} transferred_out@2025-02-01 registered@2025-09-01",
             management=f"managed@{SINCE} -@2025-02-01 managed@2025-09-01", care=f"home@{SINCE} -@2025-02-01 home@2025-09-01"),
        WELL),
    # -- diagnoses
    "another diagnosis": (case(steady(), diagnosis=f"bipolar@{SINCE}"), f"{WELL}S".replace("z", "")),
    "without a diagnosis": (case(steady(), diagnosis=f"-@{SINCE}"), f"{WELL}S".replace("z", "")),
    "only reportable": (case(steady(), diagnosis=f"other_reportable@{SINCE}"), ""),
    "diagnosed since": (case(steady(), diagnosis=f"other_reportable@{SINCE} schizophrenia@2025-06-01"), f"{WELL}S"),
    "diagnosed otherwise since": (case(steady(), diagnosis=f"schizophrenia@{SINCE} bipolar@2025-06-01"), f"{WELL}S".replace("z", "")),
    # -- what a visit is
    "by telephone": (case(steady(form=3)), f"{WELL}S".replace("f", "")),
    "only the family": (case(steady(objects=2)), f"{WELL}S".replace("f", "")),
    "in person once": (case([seen("2025-01-08"), *visits("2025-04-08 2025-07-08 2025-10-08", form=3)]), f"{WELL}S"),
    "as the roster says": (case([seen("2025-01-08", is_opening=True, form=0, adherence=None, locked_up=None)]), "RzMvcs3hd"),
    "class missing": (case(visits(STEADY, visit_class=None)), "Rzhd"),
    "unconfirmed": (case(steady(needs_confirmation=True)), "Rzh"),
    "confirmed": (case(steady(needs_confirmation=True, confirmed_at=NOW)), f"{WELL}S"),
    "withdrawn": (case(steady(withdrawn_at=NOW)), "Rzhd"),
    "entered late": (case(steady(is_late_entry=True)), f"{WELL}S"),
    "visited next year": (case(visits("2026-01-08")), "Rzhd"),
    # -- medicine
    "no drug needed": (case(steady(adherence=4)), f"{WELL}S0".replace("m", "").replace("r", "")),
    "no drug needed at times": (case([seen("2025-01-08", adherence=4), *visits("2025-04-08 2025-07-08 2025-10-08")]), f"{WELL}S"),
    "no drug needed any more": (case([*visits("2025-01-08 2025-04-08 2025-07-08"), seen("2025-10-08", adherence=4)]), f"{WELL}S"),
    "none taken": (case(steady(adherence=3)), f"{WELL}S".replace("m", "").replace("r", "")),
    "once irregular": (case([*visits("2025-01-08 2025-04-08"), seen("2025-07-08", adherence=2), seen("2025-10-08")]), f"{WELL}S".replace("r", "")),
    "irregular at last": (case([*visits("2025-01-08 2025-04-08 2025-07-08"), seen("2025-10-08", adherence=2)]), f"{WELL}S".replace("r", "")),
    "not asked": (case(steady(adherence=None)), f"{WELL}S".replace("m", "").replace("r", "")),
    # -- what else a visit tells
    "locked up": (case([*visits("2025-01-08 2025-04-08 2025-07-08"), seen("2025-10-08", locked_up=2)]), f"{WELL}Sk"),
    "freed": (case([seen("2025-01-08", locked_up=2), *visits("2025-04-08 2025-07-08 2025-10-08")]), f"{WELL}S"),
    "disturbed the order": (case([seen("2025-01-08", public_order_incidents=1), *visits("2025-04-08 2025-07-08 2025-10-08")]), f"{WELL}So"),
    "committed a crime": (case([seen("2025-01-08", criminal_incidents=1), *visits("2025-04-08 2025-07-08 2025-10-08")]), f"{WELL}So"),
    "was rude": (case(steady(minor_disturbances=1)), f"{WELL}S"),
    "offended the year before": (case([seen("2024-12-20", criminal_incidents=1), *steady()]), f"{WELL}S"),
    # -- examinations and levels
    "examined": (case(steady(), examined={"2025-05-05": {}}), f"{WELL}Se"),
    "examined without an ECG": (case(steady(), examined={"2025-05-05": {"ecg": None}}), f"{WELL}S"),
    **{f"examined without {what}": (case(steady(), examined={"2025-05-05": {what: None}}), f"{WELL}S")
       for what in ("agreed_by", "systolic_mmhg", "diastolic_mmhg", "weight_hg", "white_cells", "neutrophils", "alt", "glucose")},
    "examined the year before": (case(steady(), examined={"2024-12-31": {}}), f"{WELL}S"),
    "examined by mistake": (case(steady(), examined={"2025-05-05": {"withdrawn_at": NOW}}), f"{WELL}S"),
    "at level 3": (case(steady(), levels={"2024-05-05": 3}), f"{WELL}SH"),
    "at level 3 no longer": (case(steady(), levels={"2025-05-05": 4, "2025-08-08": 2}), f"{WELL}S"),
    "at level 3 afterwards": (case(steady(), levels={"2025-05-05": 1, "2026-01-01": 3}), f"{WELL}S"),
}  # fmt: skip


@pytest.fixture
def people(session: Session, county: County) -> dict[int, str]:
    """patient → name of the case."""
    session.add(Area(code="349922000000", name="邻县", level=AreaLevel.COUNTY, parent_code="349900000000"))
    session.add(Area(code="349922100000", name="邻镇", level=AreaLevel.TOWN, parent_code="349922000000"))
    session.add(Area(code=ELSEWHERE, name="邻村", level=AreaLevel.VILLAGE, parent_code="349922100000"))
    session.flush()
    found = {add_case(session, name, one).id: name for name, (one, _) in CASES.items()}
    forgotten = next(patient for patient, name in found.items() if name == "nobody ever")
    session.add(
        VisitAttempt(
            submission_key=str(uuid.uuid4()),
            patient_id=forgotten,
            area_code=VILLAGE,
            attempted_on=date(2025, 6, 1),
            way="home",
            outcome="not_reached",
            recorded_at=NOW,
            recorded_by=county.users["doctor"],
        )
    )
    session.flush()
    return found


def settings(mode: StandardMode = StandardMode.INTERVAL, grace: int = 0, **others: object) -> NumberSettings:
    return NumberSettings(StandardRules(mode, grace), **others)  # type: ignore[arg-type]  # a table of tests


def test_everybody_is_in_exactly_the_sets_that_the_rules_say(session: Session, people: dict[int, str]) -> None:
    found = {people[one]: bits for one, bits in sets_of(session, "349921", *THE_YEAR, NumberSettings()).items()}
    said = {name: "".join(letter for letter, flag in LETTERS.items() if flag in bits) for name, bits in found.items()}
    wanted = {
        name: "".join(letter for letter in LETTERS if letter in sets) for name, (_, sets) in CASES.items() if sets
    }
    assert said == wanted
    assert all(InSet.REGISTERED_OR_DIED in bits for bits in found.values())
    # whoever moved away is the next county's, with the visits that were made here
    next_county = sets_of(session, "349922", *THE_YEAR, NumberSettings())
    assert who(next_county, people, InSet.STANDARD) == {"moved away"} == who(next_county, people, InSet.REGISTERED)


def changed(session: Session, people: dict[int, str], flag: InSet, other: NumberSettings) -> tuple[set[str], set[str]]:
    """Who comes into the set by the county's choice, and who falls out of it."""
    usual, found = (sets_of(session, "349921", *THE_YEAR, one) for one in (NumberSettings(), other))
    assert usual.keys() == found.keys()
    assert all(usual[one] | flag == found[one] | flag for one in usual)
    return who(found, people, flag) - who(usual, people, flag), who(usual, people, flag) - who(found, people, flag)


A_DAY = {
    "a day late",
    "refused and agreed again, seen a day late",
    "due while agreeing, a day late",
    "came back and was forgotten",
    "released, seen a day late",
    "unstable and left alone",
    "nobody since September",
}


def test_each_choice_of_a_county_changes_exactly_these_people(session: Session, people: dict[int, str]) -> None:
    interval, quarterly = StandardMode.INTERVAL, StandardMode.QUARTERLY
    assert changed(session, people, InSet.STANDARD, settings(interval, 1)) == (A_DAY, set())
    assert changed(session, people, InSet.STANDARD, settings(interval, 6)) == (A_DAY, set())
    assert changed(session, people, InSet.STANDARD, settings(interval, 7)) == ({*A_DAY, "seven days late"}, set())
    gained, fell = changed(session, people, InSet.STANDARD, settings(quarterly))
    assert gained == {
        "refused and agreed again, seen a day late",
        "due while agreeing, a day late",
        "a day late",
        "seven days late",
        "eight days late",
        "released, seen a day late",
        "unstable and left alone",
        "the later of a day counts",
        "lost and found",
        "came back and was forgotten",
    }
    assert fell == {"first after 92 days", "agreed and refused on one day"}
    last_visit = settings(regular=RegularMode.LAST_VISIT)
    assert changed(session, people, InSet.REGULAR, last_visit) == ({"once irregular"}, {"no drug needed any more"})
    half_yearly = settings(face_to_face=FaceToFace.HALF_YEARLY)
    # whoever was in hospital all year is not asked for either half of it; to be lost excuses nobody
    assert changed(session, people, InSet.FACE_TO_FACE, half_yearly) == (
        set(), {"in person once", "lost after refusing", "lost before agreeing", "lost as the roster says"},
    )  # fmt: skip


def test_a_quarter_by_itself_counts_its_own_visits_and_the_pattern_that_leads_into_it(
    session: Session, people: dict[int, str]
) -> None:
    found = sets_of(session, "349921", "2025-10-01", "2025-12-31", NumberSettings())
    names = {name: bits for one, bits in found.items() for name in [people[one]]}
    assert InSet.STANDARD in names["steady"] and InSet.STANDARD in names["eight days late"]
    assert InSet.STANDARD not in names["nobody since September"]
    # a visit of May is no visit of this quarter
    assert InSet.MANAGED not in names["in hospital all year, on record"]
    assert InSet.OFFENDED not in names["committed a crime"] and InSet.NEWLY_REGISTERED not in names["agreed in August"]
    # no drug was asked for at the one visit of the quarter
    assert InSet.NO_DRUG_NEEDED in names["no drug needed any more"]
    assert InSet.MEDICATED not in names["no drug needed any more"]
    assert InSet.EXAMINED in names["examined"]  # an examination is one a year
    assert "died" not in names and InSet.DIED in names["died on the last day"]


def test_a_past_day_is_counted_as_it_was_then_unless_facts_came_late(session: Session, people: dict[int, str]) -> None:
    then = sets_of(session, "349921", "2025-01-01", "2025-06-30", NumberSettings())
    later = update(FollowUpVisit).where(FollowUpVisit.visited_on > date(2025, 6, 30), FollowUpVisit.is_complete)
    session.execute(later.values(adherence=3, visit_class=1, locked_up=2))
    assert sets_of(session, "349921", "2025-01-01", "2025-06-30", NumberSettings()) == then
    late = next(one for one, name in people.items() if name == "nobody ever")
    assert InSet.MANAGED not in then[late]
    session.add(visit_row(session.get_one(Patient, late), seen("2025-05-05", is_late_entry=True)))
    session.flush()
    now = sets_of(session, "349921", "2025-01-01", "2025-06-30", NumberSettings())
    assert {one for one in now if now[one] != then.get(one)} == {late} and InSet.STANDARD not in now[late]
    assert InSet.MANAGED in now[late]


def test_days_at_the_edge_of_a_month_a_quarter_and_a_leap_year(session: Session, county: County) -> None:
    long_since = since("2023-06-01")
    days = {
        "leap": "2023-11-30",  # three months later is 29 February
        "fourteen": "2024-02-15",  # unstable: fourteen days later is 29 February
        "ninety-two": "2024-04-02",  # the first one, 92 days after 1 January of a leap year
        "ninety-three": "2024-04-03",
        "quarters": "2023-11-30 2024-03-31 2024-05-16",
    }
    people = {
        add_case(
            session, name, case(visits(on, visit_class=1 if name == "fourteen" else 3, due=None), **long_since)
        ).id: name
        for name, on in days.items()
    }
    session.flush()

    def of(flag: InSet, cut_off: str, choice: NumberSettings | None = None) -> set[str]:
        return who(sets_of(session, "349921", "2024-01-01", cut_off, choice or NumberSettings()), people, flag)

    # whom nobody has come to yet, was to be seen within fourteen days of agreeing
    unseen = {"ninety-two", "ninety-three"}
    assert of(InSet.OVERDUE, "2024-02-29") == unseen
    assert of(InSet.OVERDUE, "2024-03-01") == {"leap", "fourteen", "quarters", *unseen}
    assert "fourteen" in of(InSet.STANDARD, "2024-02-29") and "fourteen" not in of(InSet.STANDARD, "2024-03-01")
    assert of(InSet.STANDARD, "2024-04-03") & unseen == {"ninety-two"}
    quarterly = settings(StandardMode.QUARTERLY)
    assert "quarters" not in of(InSet.MANAGED, "2024-03-30") and "quarters" in of(
        InSet.STANDARD, "2024-03-31", quarterly
    )
    # the first quarter's visit is enough while the second has not lasted 46 days
    assert "quarters" in of(InSet.STANDARD, "2024-05-15", quarterly)
    assert "fourteen" in of(InSet.STANDARD, "2024-05-15", quarterly)
    assert "quarters" in of(InSet.STANDARD, "2024-05-16", quarterly)
    assert "fourteen" not in of(InSet.STANDARD, "2024-05-16", quarterly)


def tally(*letters: str, without: str = "-") -> int:
    """How many of the cases are in all of these sets."""
    return sum(set("".join(letters)) <= set(sets) and without not in sets for _, sets in CASES.values())


def test_known_sets_give_the_known_rates_by_every_denominator(
    session: Session, people: dict[int, str], county: County
) -> None:
    actor, year = county.actor("coordinator"), ReportPeriod.parse("2025Y")

    def rates(choice: NumberSettings) -> dict[str, tuple[int, int]]:
        run = compute(session, actor, COUNTY, year, choice, TODAY, NOW)
        counts = values_of(session, actor, run, [COUNTY])[COUNTY]
        assert run.cut_off == date(2025, 12, 31)
        for figure in figures(choice):  # what a figure says is how many rows it lists
            assert counts[figure.name] == count_members(session, actor, run, COUNTY, figure)
        villages = [VILLAGE, SECOND_VILLAGE, OTHER_VILLAGE]
        by_place = values_of(session, actor, run, [*villages, TOWN, OTHER_TOWN])
        for figure in figures(choice):
            in_villages = [by_place[village].get(figure.name, 0) for village in villages]
            in_towns = [by_place[town].get(figure.name, 0) for town in (TOWN, OTHER_TOWN)]
            assert sum(in_villages) == sum(in_towns) == counts[figure.name]
            assert in_villages[0] + in_villages[1] == in_towns[0]
        return {one.code: (counts[one.numerator.name], counts[one.denominator.name])
                for one in indicators(choice) if one.denominator.name in counts}  # fmt: skip

    usual = rates(NumberSettings())
    assert usual["management"] == (tally("M"), tally("R")) == (90, 106)
    assert usual["standard"] == (tally("S"), tally("R"))
    assert usual["face_to_face"] == (tally("f", "R"), tally("R"))
    assert usual["medication"] == (tally("m"), tally("R"))
    assert usual["regular_medication"] == (tally("r"), tally("R"))
    assert usual["stability"] == (tally("s"), tally("c"))
    assert usual["latest_stability"] == (tally("3"), tally("R"))
    assert usual["management_sz"] == (tally("Mz"), tally("Rz")) and usual["standard_sz"] == (tally("Sz"), tally("Rz"))
    assert usual["home_management"] == (tally("Mh"), tally("h"))
    assert usual["examination"] == (1, tally("R"))
    assert usual["lost"] == (tally("l"), tally("R")) and usual["death"] == (3, tally("R") + 3)
    assert usual["locked_up"] == (1, tally("M")) and usual["offending"] == (2, tally("R"))
    assert usual["entry_in_time"][1] - usual["entry_in_time"][0] == 4  # those of one that were entered late

    before = rates(settings(denominators=Denominators.BEFORE_2017))
    assert before["medication"] == (tally("mM"), tally("M")) != usual["medication"]
    assert before["regular_medication"] == (tally("rM"), tally("M"))
    assert before["medication_sz"] == (tally("mMz"), tally("Mz"))
    dropping = rates(settings(drops_no_drug_needed=True))
    assert dropping["medication"] == (tally("m"), tally("R", without="0")) != usual["medication"]
    both = rates(settings(denominators=Denominators.BEFORE_2017, drops_no_drug_needed=True))
    assert both["regular_medication"] == (tally("rM"), tally("M", without="0"))
    assert rates(settings(examined_of=ExaminedOf.AT_HOME))["examination"] == (1, tally("h"))
    assert rates(settings(StandardMode.QUARTERLY, regular=RegularMode.LAST_VISIT))["management"] == usual["management"]
