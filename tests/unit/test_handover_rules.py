"""Clocks and grounds of the hand-over as plain values (domain 6): hours run through nights, steps come in order and once each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import SHANGHAI, business_day
from app.core.errors import Invalid
from app.core.workbooks.sheet import Cell, Sheet
from app.discharges.readers import read_block, read_sheets
from app.discharges.rules import clocks
from app.discharges.rules.checks import PAPER
from app.discharges.rules.numbers import form_number
from app.discharges.rules.states import Advice, DischargeState, FormKind, FormState, GuardianState, LateBy, LegalBasis
from app.discharges.rules.states import state_of as state_by
from app.discharges.rules.telling import Situation, advice_of, basis_of, guardian_state, kinds_of

_FROM, _TO = datetime(2024, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001 - hypothesis takes its bounds without a zone
MOMENTS = st.datetimes(_FROM, _TO).map(lambda one: one.replace(tzinfo=UTC))
SPANS = st.timedeltas(timedelta(0), timedelta(days=30))


@given(sent=MOMENTS, waited=SPANS, more=SPANS)
def test_steps_are_owed_in_order_and_never_taken_back(sent: datetime, waited: timedelta, more: timedelta) -> None:
    owed = clocks.owed_escalations(sent, sent + waited)
    assert list(owed) == [hours for hours in (24, 48, 72) if waited >= timedelta(hours=hours)]
    assert clocks.owed_escalations(sent, sent + waited + more)[: len(owed)] == owed


@given(left=MOMENTS, waited=SPANS, level=st.integers(0, 5))
def test_deadlines_end_with_a_day_in_shanghai_and_never_lie_before_they_begin(
    left: datetime, waited: timedelta, level: int
) -> None:
    told = left + waited
    visit = clocks.act_due_at(FormKind.HEALTH_CENTRE, left, told, level)
    assert visit is not None and business_day(visit) == business_day(left) + timedelta(days=3 if level >= 3 else 14)
    for kind, days in ((FormKind.POLICE, 7), (FormKind.TOWN, 7), (FormKind.VILLAGE, 3)):
        due = clocks.act_due_at(kind, left, told, level)
        assert due is not None and business_day(due) == business_day(told) + timedelta(days=days)
        assert due.astimezone(SHANGHAI).strftime("%H:%M:%S") == "23:59:59" and due >= told
    assert clocks.receive_due_at(told) - told == clocks.dispatch_due_at(left) - left == timedelta(hours=24)
    assert clocks.next_contact_due_at(told, 3) - clocks.next_contact_due_at(told, 0) == timedelta(days=21)


@given(left=MOMENTS, waited=SPANS, paper=SPANS)
def test_lateness_is_somebodys_exactly_when_the_day_has_passed(
    left: datetime, waited: timedelta, paper: timedelta
) -> None:
    late = clocks.late_by(left, left + waited, None)
    assert (late is LateBy.HOSPITAL) == (waited > timedelta(hours=24))
    arrived = left + min(paper, waited)
    written = clocks.late_by(left, left + waited, arrived)
    assert (written is None) == (late is None)
    assert (written is LateBy.OFFICE) == (late is not None and min(paper, waited) <= timedelta(hours=24))


@given(st.lists(st.sampled_from(list(FormState)), min_size=1, max_size=9))
def test_a_loop_is_closed_only_when_nobody_is_asked_any_more(forms: list[FormState]) -> None:
    asked = [one for one in forms if one is not FormState.STOPPED]
    state = state_by(forms)
    assert (state is DischargeState.CLOSED) == all(one is FormState.CLOSED for one in asked)
    assert (state is DischargeState.DISPATCHED) == (FormState.DISPATCHED in asked)


def case(**changes: object) -> Situation:
    values: dict[str, object] = {
        "is_local": True, "is_refused": False, "risk_level": 1, "behaviours": 0b1000000, "has_incident": False, "is_law_30": False,
    }  # fmt: skip
    return Situation(**(values | changes))  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("found", "basis", "kinds"),
    [
        (case(), None, "guardian health_centre town village"),
        (case(risk_level=3), LegalBasis.RISK, "guardian health_centre police town village"),
        (case(risk_level=3, is_local=False), LegalBasis.RISK, "guardian health_centre transfer"),
        (case(is_local=False, was_lost_elsewhere=True), None, "guardian health_centre transfer origin"),
        (case(has_incident=True), LegalBasis.INCIDENT, "guardian health_centre police town village"),
        (case(is_law_30=True, risk_level=5), LegalBasis.LAW_30, "guardian health_centre police town village"),
        (case(is_refused=True), None, "guardian health_centre town village"),
    ],
)
def test_who_is_told_follows_from_place_and_ground(found: Situation, basis: LegalBasis | None, kinds: str) -> None:
    assert basis_of(found) is basis
    assert " ".join(kinds_of(found, basis)) == kinds


def test_advice_says_how_to_go_there_and_never_a_level() -> None:
    assert advice_of(0, 0) == (Advice.CALL_DOCTOR_FIRST,)
    assert Advice.IN_PAIRS in advice_of(3, 0) and Advice.IN_PAIRS in advice_of(0, 0b10)
    assert Advice.WITH_CLINICIAN in advice_of(4, 0)
    assert form_number("a_b-Cdef12345") == "ABCDEF12"


def test_whom_the_hospital_spoke_with_says_something_of_the_guardian_only_when_it_was_the_guardian() -> None:
    def state(**said: bool) -> GuardianState:
        return guardian_state(
            **{"is_registered": True, "is_named": True, "is_other": False, "is_checked": True, **said}
        )

    assert state() is GuardianState.OK and state(is_checked=False) is GuardianState.WEAK
    assert state(is_other=True) is GuardianState.OTHER
    assert state(is_registered=False) is GuardianState.NAMED
    assert state(is_registered=False, is_named=False) is GuardianState.NONE


def test_a_pasted_block_and_a_sheet_fill_what_they_name_guess_nothing_and_say_what_was_left() -> None:
    block = "患者姓名：单晓明\n性别:男\n身份证号 ：349921198005010018\n出院时间：2026年11月21日 9时30分\n疗效\t好转\n危险行为：无\n\n什么也不是\n体重：70kg"
    read = read_block(block + "\n首次确诊：不详\n入院日期：十月\n姓名：另一人")
    values = read.values
    assert read.unread == ("什么也不是", "体重", "首次确诊", "入院日期", "姓名"), (
        "also what is named and cannot be understood"
    )
    assert values["name"] == "单晓明" and values["sex"] == "1" and values["discharged_at"] == "2026-11-21T09:30"
    assert values["effect"] == "2" and values["behaviours"] == ["7"] and values["id_kind"] == "01"
    assert values["born_on"] == "1980-05-01" and "diagnosis" not in values
    down = Sheet("出院", [["姓名", "入院日期", "出院诊断"], ["单晓明", date(2026, 10, 12), "偏执型"]])
    across = Sheet("出院", [["姓名", "单晓明", "性别", "女"], ["诊断编码", "F20.0", None, None]])
    assert read_sheets([down]).values == {"name": "单晓明", "admitted_on": "2026-10-12", "diagnosis": "偏执型"}
    assert read_sheets([across]).values == {"name": "单晓明", "sex": "2", "diagnosis_code": "F20.0"}
    assert read_block("这里没有冒号").values == {} and read_sheets([Sheet("空", [])]).values == {}


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("出生日期：1980.5.1", "born_on", "1980-05-01"),
        ("首次确诊时间：2011年6月", "first_diagnosed", "2011-06"),
        ("首次确诊时间：约2011年", "first_diagnosed", "2011"),
        ("住院次数：第3次", "admission_count", "3"),
        ("危险性等级：2级", "risk_level", "2"),
        ("离院方式：家属要求", "discharge_type", "family"),
        ("出院去向：回家休养", "discharge_to", "home"),
        ("既往危险行为：肇事、自伤", "behaviours", ["2", "5"]),
        ("康复措施：1，2", "rehabilitation", ["1", "2"]),
        ("出院带药：利培酮片 2mg；氯氮平 50mg", "medicines", "利培酮片 2mg\n氯氮平 50mg"),
        ("身份证类型：居民户口簿", None, None),
        ("证件类型：护照", "id_kind", "03"),
        ("医生电话：０５５９－２３４５６７８", "doctor_phone", "0559-2345678"),
        ("出院时间：2026-11-21", None, None),
        ("康复措施：没有", None, None),
    ],
)
def test_each_field_is_read_as_hospitals_write_it(line: str, field: str | None, value: str | list[str] | None) -> None:
    assert read_block(line).values == ({field: value} if field else {})


def test_a_head_with_a_row_below_is_read_whatever_its_width_and_two_rows_are_refused() -> None:
    head: list[Cell] = ["姓名", "性别", "证件号码", "出院时间", "报告卡编号", "危险性评估"]
    row: list[Cell] = ["单晓明", "男", "349921198005010018", "2026-11-21 9:30", "CY-1", "2"]
    values = read_sheets([Sheet("出院", [head, row])]).values
    assert (values["name"], values["id_number"], values["hospital_number"], values["risk_level"]) == (
        "单晓明", "349921198005010018", "CY-1", "2",
    )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        read_sheets([Sheet("出院", [head, row, row])])
    assert set(refused.value.errors) == {"file"}


def test_cells_of_a_workbook_are_read_whatever_their_type() -> None:
    cells: list[list[Cell]] = [
        ["住院号", 20260071.0, "出院时间", datetime(2026, 11, 21, 9, 30)],  # noqa: DTZ001 - a cell has no zone
        ["年龄", 46.5, None, None],
    ]
    read = read_sheets([Sheet("出院", cells)])
    assert read.values == {"inpatient_number": "20260071", "discharged_at": "2026-11-21T09:30"}
    assert read.unread == ("年龄",)


@pytest.mark.parametrize(
    "number",
    [
        "城卫发〔2026〕12号",
        "卫〔2026〕12号",
        "安综治[2026] 2号",
        "城卫字第12号",
        "〔2026〕第12号",
        "2026年第3号",
        "CW-2026-12",
    ],
)
def test_a_paper_s_number_is_taken_as_offices_write_it(number: str) -> None:
    assert PAPER.fullmatch(number)


@pytest.mark.parametrize(
    "number", ["单晓明", "单晓明12号", "349921198005010018", "城卫发〔2026〕12号单晓明", "", "号" * 41]
)
def test_a_name_or_a_person_s_number_is_no_paper_s_number(number: str) -> None:
    assert not PAPER.fullmatch(number)
