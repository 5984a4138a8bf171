"""Whether any human being was paid more than is due (the invariant I2): by person, not by record or agreement, so that two records of one
person, two agreements of one family and corrections that add up are all seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.areas.rules import prefix_of
from app.core.batches import slices
from app.core.period import parse_period
from app.core.reasons import Reason, reason
from app.core.scope import within_prefix
from app.core.spans import intersection
from app.guardians.models import Agreement
from app.patients.models import Patient
from app.subsidies.models import Recovery, RunKind, SubsidyLine, SubsidyRun
from app.subsidies.queries.one_person import is_decided, lines_of, newest_cases, newest_word, people_of
from app.subsidies.queries.past import Place
from app.subsidies.rules.corrections import counted_days, due_by
from app.subsidies.rules.decision import LineState


def verify_people(session: Session, county_code: str) -> Iterator[Reason]:
    """What does not hold among everything that the county's lines pay or are about to pay."""
    yield from _agreements_overlap(session, county_code)
    places, patients = _live_places(session, county_code)
    yield from _beyond_due(session, [place for place, count in places.items() if count > 1])
    yield from _same_days(session, _of_one_person(session, places, patients))


def _live_places(session: Session, county_code: str) -> tuple[dict[Place, int], dict[Place, int]]:
    """Place → how many lines pay it, and place → the patient."""
    line = SubsidyLine
    rows = session.execute(
        select(line.agreement_id, line.period, line.rank, func.count(), func.min(line.patient_id))
        .where(within_prefix(line.area_code, prefix_of(county_code)), line.decision == LineState.PAY, line.is_live)
        .group_by(line.agreement_id, line.period, line.rank)
    )
    counts, patients = dict[Place, int](), dict[Place, int]()
    for agreement_id, period, rank, count, patient_id in rows:
        place = Place(agreement_id, period, rank)
        counts[place], patients[place] = count, patient_id
    return counts, patients


# -- one guardian's payments of one period -------------------------------------------------------------------------------


def _beyond_due(session: Session, places: Sequence[Place]) -> Iterator[Reason]:
    """A payment and its corrections, less what came back, are not more than the newest of them found to be due."""
    for part in slices(places):
        lines = lines_of(session, part)
        came_back = _came_back(session, lines)
        for place in part:
            newest = [one for one in lines[place] if one[1].kind is not RunKind.OPENING][-1:]
            held = sum(line.amount_fen for line, _run in lines[place]) - came_back[place]
            for line, run in newest:
                if held > due_by(line.snapshot, run.rule_version).fen:
                    yield reason("subsidies.verify.beyond_due", line=line.public_id, period=line.period)


def _came_back(
    session: Session, lines: defaultdict[Place, list[tuple[SubsidyLine, SubsidyRun]]]
) -> defaultdict[Place, int]:
    found = defaultdict[Place, int](int)
    ids = {one.id: place for place, of_place in lines.items() for one, _run in of_place}
    for part in slices(sorted(ids)):
        rows = select(Recovery.line_id, Recovery.received_fen).where(Recovery.line_id.in_(part))
        for line_id, fen in session.execute(rows):
            found[ids[line_id]] += fen
    return found


# -- one person's agreements ---------------------------------------------------------------------------------------------


def _of_one_person(session: Session, places: dict[Place, int], patients: dict[Place, int]) -> list[list[Place]]:
    """Places of several agreements of one human being whose periods share a day: his or her records, merged ones included."""
    people = people_of(session, set(patients.values()))
    by_person: defaultdict[int, list[Place]] = defaultdict(list)
    for place in places:
        by_person[people[patients[place]]].append(place)
    return [
        [one, other]
        for several in by_person.values()
        for one, other in combinations(several, 2)
        if one.agreement_id != other.agreement_id and _share_a_day(one.period, other.period)
    ]


def _same_days(session: Session, pairs: Sequence[Sequence[Place]]) -> Iterator[Reason]:
    """Of two agreements of one person no day is paid by both, unless somebody decided that it may be."""
    for part in slices(pairs, 200):
        lines = lines_of(session, [place for pair in part for place in pair])
        cases = newest_cases(session, [line for several in lines.values() for line, _run in several])
        for one, other in part:
            of_pair = [*lines[one], *lines[other]]
            days = [counted_days(newest_word(lines[place], cases.get(place))) for place in (one, other)]
            if intersection(*days) and not is_decided(of_pair):
                first, second = lines[one][-1][0], lines[other][-1][0]
                yield reason("subsidies.verify.person_twice", line=first.public_id, other=second.public_id)


def _share_a_day(one: str, other: str) -> bool:
    first, second = parse_period(one), parse_period(other)
    return first.first_day <= second.last_day and second.first_day <= first.last_day


def _agreements_overlap(session: Session, county_code: str) -> Iterator[Reason]:
    """Agreements of one record never hold on the same day; the database refuses it, so somebody went behind its back."""
    one, other = aliased(Agreement), aliased(Agreement)
    rows = session.scalars(
        select(one.number)
        .join(Patient, Patient.id == one.patient_id)
        .join(other, (other.patient_id == one.patient_id) & (other.id > one.id))
        .where(
            within_prefix(Patient.area_code, prefix_of(county_code)),
            one.withdrawn_at.is_(None),
            other.withdrawn_at.is_(None),
            one.from_on <= func.coalesce(other.ended_on, other.to_on),
            other.from_on <= func.coalesce(one.ended_on, one.to_on),
        )
        .order_by(one.number)
    )
    for number in rows:
        yield reason("subsidies.verify.agreements_overlap", number=number)
