"""A row of the national system beside a registration: whose it is, what differs, and under what it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.patients.rules import DiagnosisCategory, ManagementStatus, RegistryStatus
from app.roster.rules.national import NOTHING, Differs, FindingKind, TheirState
from app.roster.rules.national_compare import Ours, Register, compare, differing_digits
from app.roster.rules.national_rows import NationalRow

VILLAGE, SECOND, TOWN = "349921100200", "349921100204", "349921100000"
AGENCIES = {"城关镇卫生院": 1, "安平镇卫生院": 2}
OURS = Ours(
    id=1,
    public_id="p",
    person_id=1,
    name="单晓明",
    born_on=date(1980, 5, 1),
    area_code=VILLAGE,
    agency_id=1,
    status=RegistryStatus.REGISTERED,
    management=ManagementStatus.MANAGED,
    diagnosis=DiagnosisCategory.SCHIZOPHRENIA,
    level=2,
    visited_on=date(2026, 9, 30),
    died_on=None,
    number_index=b"one",
    tail_index=b"tail",
    record_number="100-00011",
)
ROW = NationalRow(0, 2, name="单晓明", born_on=date(1980, 5, 1), number="1", record_number="34992110010000011")
LOST, DEAD = replace(OURS, management=ManagementStatus.LOST), replace(OURS, status=RegistryStatus.DEAD, management=None)
LEFT = replace(OURS, status=RegistryStatus.TRANSFERRED_OUT, management=None)
EXCLUDED = replace(OURS, status=RegistryStatus.EXCLUDED, management=None)
SUSPECTED = replace(OURS, status=RegistryStatus.SUSPECTED, management=None)
DIED_ON = date(2026, 8, 15)
K, D, S = FindingKind, Differs, TheirState


@pytest.mark.parametrize(
    ("said", "ours", "kind", "differs"),
    [
        ({}, OURS, K.SAME, NOTHING),
        ({"name": "单 晓明"}, OURS, K.SAME, NOTHING),
        ({"name": "单小明", "level": 3}, OURS, K.DIFFERING, D.NAME | D.LEVEL),
        ({"born_on": date(1980, 5, 2)}, OURS, K.DIFFERING, D.BIRTH),
        ({"level": 0}, OURS, K.DIFFERING, D.LEVEL),
        ({"level": 0}, replace(OURS, level=None), K.SAME, NOTHING),
        ({"diagnosis": DiagnosisCategory.BIPOLAR}, OURS, K.DIFFERING, D.DIAGNOSIS),
        ({"asks_visit": True}, OURS, K.DIFFERING, D.VISIT),
        ({"asks_visit": True}, replace(OURS, visited_on=None), K.SAME, NOTHING),
        ({"visited_on": date(2026, 1, 1)}, OURS, K.SAME, NOTHING),
        ({"state": S.REGISTERED}, OURS, K.SAME, NOTHING),
        ({"state": S.LOST}, OURS, K.DIFFERING, D.STATE),
        ({"state": S.LOST}, LOST, K.SAME, NOTHING),
        ({"state": S.REGISTERED}, LOST, K.DIFFERING, D.STATE),
        ({"state": S.REGISTERED}, replace(DEAD, died_on=DIED_ON, died_since=True), K.SAME, NOTHING),
        ({"state": S.DEAD}, replace(DEAD, died_on=DIED_ON, died_since=True), K.SAME, NOTHING),
        ({"state": S.CLOSED}, OURS, K.DIFFERING, D.STATE),
        ({"state": S.CLOSED}, EXCLUDED, K.SAME, NOTHING),
        ({"state": S.REGISTERED}, EXCLUDED, K.DIFFERING, D.STATE),
        ({"state": S.REGISTERED}, SUSPECTED, K.DIFFERING, D.STATE),
        ({"area_code": TOWN}, OURS, K.SAME, NOTHING),
        ({"area_code": SECOND}, OURS, K.MOVED, D.PLACE),
        ({"is_outside": True}, OURS, K.MOVED, D.PLACE),
        ({"agency": "城关镇卫生院"}, OURS, K.SAME, NOTHING),
        ({"agency": "安平镇 卫生院"}, OURS, K.MOVED, D.AGENCY),
        ({"agency": "哪里也没有的卫生院"}, OURS, K.SAME, NOTHING),
        ({"state": S.MOVED_OUT}, OURS, K.MOVED, D.PLACE),
        ({"state": S.MOVED_OUT}, LEFT, K.SAME, NOTHING),
        ({"state": S.REGISTERED}, LEFT, K.MOVED, D.PLACE),
        ({"state": S.DEAD, "level": 5, "area_code": SECOND}, OURS, K.DIED, D.DEATH),
        ({"state": S.REGISTERED}, DEAD, K.DIED, D.DEATH),
        ({}, DEAD, K.SAME, NOTHING),
        ({"state": S.DEAD}, DEAD, K.SAME, NOTHING),
        ({"died_on": DIED_ON}, replace(DEAD, died_on=DIED_ON), K.SAME, NOTHING),
        ({"died_on": DIED_ON}, replace(DEAD, died_on=date(2026, 8, 16)), K.DIED, D.DEATH),
    ],
)
def test_a_row_stands_under_what_weighs_most(
    said: dict[str, object], ours: Ours, kind: FindingKind, differs: Differs
) -> None:
    assert compare(replace(ROW, **said), ours, True, AGENCIES) == (kind, differs)  # type: ignore[arg-type]  # names and values are a row's


def test_another_number_of_the_same_person_differs_and_the_digits_are_told() -> None:
    assert compare(ROW, OURS, False, AGENCIES) == (FindingKind.DIFFERING, Differs.ID_NUMBER)
    assert compare(ROW, OURS, None, AGENCIES) == (FindingKind.SAME, NOTHING)
    assert differing_digits("349921198005010031", "349921198005010058") == (17, 18)
    assert differing_digits("349921198005010031", "3499211980050100") == ()


def register(*people: Ours) -> Register:
    found = Register()
    for one in people:
        if one.number_index:
            found.by_number[one.number_index] = one
        if one.record_number:
            found.by_record[one.record_number] = one
        found.by_name.setdefault((one.name, one.born_on or date.min), []).append(one)
    return found


def test_a_number_outweighs_a_record_number_and_a_name_alone_is_nobody() -> None:
    other = replace(OURS, id=2, name="计明", number_index=b"two", record_number="200-00012", tail_index=b"end")
    unnumbered = replace(OURS, id=3, number_index=None, tail_index=None, record_number=None)
    both = register(OURS, other)
    assert both.whose(ROW, [b"one"], []).sure is OURS
    assert both.whose(ROW, [b"old", b"one"], []).sure is OURS, "while index keys rotate"
    assert both.whose(ROW, [b"nobody"], []).sure is OURS, "by record number, the name being the same"
    assert both.whose(replace(ROW, name="别人", born_on=None), [b"nobody"], []).sure is None
    assert both.whose(ROW, [b"two"], []).why == "two_people"
    nameless = replace(ROW, number="", record_number="")
    assert both.whose(nameless, [], []).likely is OURS
    assert both.whose(replace(nameless, born_on=None), [], []).likely is None
    assert both.whose(replace(nameless, tail="0031"), [], [b"tail"]).sure is OURS, "name, birth date and the shown end"
    assert both.whose(replace(nameless, tail="0058"), [], [b"end"]).likely is None, "another end is somebody else"
    assert register(OURS, unnumbered).whose(nameless, [], []).why == "several"
    assert register(unnumbered).whose(ROW, [b"nobody"], []).likely is unnumbered
    assert register(replace(OURS, record_number=None)).whose(ROW, [b"nobody"], []).likely is None
