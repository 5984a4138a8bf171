"""What a plan could begin with follows from the record, and says so; the family's words name no illness."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.core.reasons import say
from app.desk.rules_plan import WHAT, PlanFacts, suggest
from app.patients.labels_support import PLAN_AIMS
from app.patients.rules import TeamPart
from app.patients.rules_support import PlanAim, is_set_up, parts_left_behind
from tests.rig.county import OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE

TODAY = date(2026, 11, 21)
ILLNESS = re.compile("精神|分裂|躁狂|症状|危险性|等级|患者|疾病|精防")


@pytest.mark.parametrize(
    ("facts", "what", "because"),
    [
        (PlanFacts(is_examined=True, injection_days_late=9), "injection", "长效针剂已逾期 9 天"),
        (PlanFacts(is_examined=True, adherence=2), "medicine", "没有按医嘱规律服药"),
        (PlanFacts(is_examined=True, runs_out_on=date(2026, 11, 25)), "supply", "2026年11月25日用完"),
        (PlanFacts(is_examined=True, has_visit=True), "rehabilitation", "没有任何康复措施"),
        (PlanFacts(is_examined=True, has_guardian=False), "guardian", "没有第一监护人"),
        (PlanFacts(is_examined=True, has_agreement=False), "agreement", "没有有效的监护协议"),
        (PlanFacts(is_examined=True, has_dependants=True), "dependants", "没有其他人照料"),
        (PlanFacts(is_examined=True, last_seen_on=date(2026, 4, 1)), "seen", "2026年4月1日"),
        (PlanFacts(), "examination", "2026 年还没有体检"),
    ],
)
def test_a_gap_in_the_record_suggests_its_step_and_says_why(facts: PlanFacts, what: str, because: str) -> None:
    (one,) = suggest(facts, TODAY)
    assert one.what == WHAT[what] and because in say(one.because) and one.by_on > TODAY


def test_a_record_without_gaps_suggests_nothing() -> None:
    assert suggest(PlanFacts(is_examined=True, adherence=1, injection_days_late=-3, rehab_measures=1), TODAY) == []


def test_no_word_for_the_family_tells_of_an_illness() -> None:
    assert not [words for words in (*WHAT.values(), *PLAN_AIMS.values()) if ILLNESS.search(words)]
    assert set(PLAN_AIMS) == set(PlanAim)


def test_a_move_leaves_behind_who_belonged_to_the_old_place() -> None:
    assert parts_left_behind(VILLAGE, VILLAGE) == frozenset()
    in_town = parts_left_behind(VILLAGE, SECOND_VILLAGE)
    assert TeamPart.GRID_WORKER in in_town and TeamPart.POLICE not in in_town
    away = parts_left_behind(VILLAGE, OTHER_VILLAGE)
    assert TeamPart.POLICE in away and TeamPart.PSYCHIATRIST not in away
    assert parts_left_behind(VILLAGE, "320102001001") == frozenset(TeamPart)


def test_a_team_is_set_up_with_village_police_and_a_doctor() -> None:
    both = frozenset({TeamPart.VILLAGE_CADRE, TeamPart.POLICE})
    assert is_set_up(both, has_doctor=True) and not is_set_up(both, has_doctor=False)
    assert not is_set_up(frozenset({TeamPart.POLICE}), has_doctor=True)
