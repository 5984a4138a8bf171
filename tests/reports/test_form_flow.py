"""How words, blanks and boxes are set into lines, and how forms are cut into pages."""

import io
import re
from dataclasses import replace
from typing import Any

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.forms.clue import QUESTIONS, render_clue
from reports.forms.flow import Blank, Boxes, Line, Tick, Type, Whole, set_lines, width_of_boxes
from reports.forms.grid import Row, Table, cell, label
from reports.forms.sheet import Gap, Prose, Sheet, Together, render_sheets
from reports.forms.values import RoughDate, boxes, day, moment, one_box, options, record_number_boxes
from reports.forms.visit_record import VisitRecordsDocument, render_visit_records
from reports.page import A4
from tests.reports.conftest import ReadPdf
from tests.reports.form_samples import CLUE, EMERGENCY, IMPRINT, THEN, VISIT

TEN = Type(10)


def text_in(line: Line) -> str:
    return "".join(ink.text for ink in line)


def page_texts(pdf: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def sheet(*parts: Any, **changes: Any) -> bytes:
    return render_sheets((Sheet("试表", IMPRINT, parts, **changes),), "试表", A4)


def test_an_option_is_never_parted_from_its_number() -> None:
    lines = set_lines(options("1 按医嘱规律用药", "2 间断用药", "3 不用药", "4 医嘱勿需用药"), 110, TEN)
    assert [text_in(line) for line in lines] == ["1 按医嘱规律用药", "2 间断用药  3 不用药", "4 医嘱勿需用药"]


def test_an_option_that_is_wider_than_its_line_is_parted_after_all() -> None:
    assert len(set_lines((Whole("一" * 30),), 100, TEN)) == 3


def test_an_empty_blank_is_a_line_of_its_length_and_a_value_stands_in_its_middle() -> None:
    (line,) = set_lines(("姓名：", Blank("", 20)), 400, TEN)
    assert line[1].is_underlined
    assert line[1].width == pytest.approx(20 * 72 / 25.4)
    (line,) = set_lines((Blank("李𬭩", 20),), 400, TEN)
    assert (line[0].text, line[0].width) == ("李𬭩", pytest.approx(20 * 72 / 25.4))


def test_a_value_that_is_longer_than_its_blank_goes_on_underlined() -> None:
    lines = set_lines((Blank("值" * 25, 20),), 100, TEN)
    assert [text_in(line) for line in lines] == ["值" * 10, "值" * 10, "值" * 5]
    assert all(ink.is_underlined for line in lines for ink in line)


def test_a_unit_stays_with_the_blank_before_it() -> None:
    pieces = ("共", Blank("", 20), Whole("次", is_glued=True))
    lines = set_lines(pieces, 70, TEN)
    assert [text_in(line) for line in lines] == ["共", "次"]
    assert lines[1][0].is_underlined


def test_line_breaks_of_a_text_are_kept_and_spaces_never_begin_a_line() -> None:
    lines = set_lines(("甲\n乙 ", "\n", "　丙"), 100, TEN)
    assert [text_in(line) for line in lines] == ["甲", "乙", "丙"]


def test_a_paragraph_may_be_indented() -> None:
    lines = set_lines(("　　", "一" * 20), 100, TEN)
    assert text_in(lines[0]) == "　　" + "一" * 8
    assert text_in(lines[1]) == "一" * 10


@given(
    st.lists(
        st.one_of(
            st.text(max_size=60),
            st.builds(Whole, st.text(max_size=40), st.booleans()),
            st.builds(Blank, st.text(max_size=60), st.floats(1, 200), st.booleans()),
            st.builds(Tick, st.text(max_size=20), st.booleans()),
            st.integers(1, 4).map(lambda count: Boxes(("1",) * count)),
        ),
        max_size=12,
    ),
    st.floats(70, 500),
)
@settings(deadline=None)
def test_no_line_is_wider_than_its_room(pieces: list[Any], room: float) -> None:
    for line in set_lines(pieces, room, TEN):
        assert line[-1].x + line[-1].width <= room + 0.02 if line else True


def test_codes_stand_in_rising_order_in_at_least_so_many_boxes() -> None:
    assert boxes((3, 1), 3).codes == ("1", "3", "")
    assert boxes((1, 2, 3, 4), 3).codes == ("1", "2", "3", "4")
    assert one_box(None).codes == ("",)
    assert one_box(0).codes == ("0",)
    assert width_of_boxes(Boxes(("", ""), ""), 10) == pytest.approx(24.4)


def test_what_is_not_known_of_a_day_is_not_made_up() -> None:
    assert day(RoughDate(2011)).text == "2011年"
    assert day(RoughDate(2011, 5)).text == "2011年5月"
    assert re.fullmatch(r"　+年　+月　+日", day(None).text)
    assert moment(THEN).text == "2026年11月20日14时05分"


def test_a_record_number_of_eight_places_stands_in_boxes_and_another_on_a_line() -> None:
    assert [piece.codes for piece in record_number_boxes("02100317") if isinstance(piece, Boxes)] == [
        ("0", "2", "1"),
        ("0", "0", "3", "1", "7"),
    ]
    assert Blank("34030210021000317", 34) in record_number_boxes("34030210021000317")
    assert [piece.codes for piece in record_number_boxes("") if isinstance(piece, Boxes)] == [("",) * 3, ("",) * 5]


def test_a_long_answer_wraps_and_goes_on_with_the_next_page(text_of: ReadPdf) -> None:
    story = "".join(f"第{number}件事：患者情绪平稳，按时服药。" for number in range(150))
    pdf = render_clue(replace(CLUE, remarks=story))
    pages = page_texts(pdf)
    assert len(pages) == 3
    whole = re.sub("内部资料注意保密.*?（续）.*?补充情况", "", "".join(pages))
    assert all(f"第{number}件事：" in whole for number in range(150))
    found = text_of(pdf)
    assert "线索调查复核登记表（续）" in found
    assert "第3页共3页" in found


def test_pages_after_the_first_name_the_form_and_the_person() -> None:
    pdf = render_clue(replace(CLUE, remarks="情况平稳。" * 400))
    for text in page_texts(pdf)[1:]:
        assert "线索调查复核登记表（续）" in text
        assert CLUE.person.name in text


def test_the_label_of_a_parted_row_stands_on_both_pages() -> None:
    pdf = sheet(Row((label("经过", 30), cell("很长。" * 900))))
    pages = page_texts(pdf)
    assert len(pages) == 2
    assert all("经过" in page for page in pages)


def test_a_tables_head_comes_again_on_every_page() -> None:
    rows = tuple((str(number), "周秀兰") for number in range(100))
    pages = page_texts(sheet(Table(("序号", "姓名"), (20, 0), rows)))
    assert len(pages) == 3
    assert all("序号姓名" in page for page in pages)
    assert sum(page.count("周秀兰") for page in pages) == 100


def test_what_belongs_together_is_not_parted_between_pages() -> None:
    for height in range(150, 250, 7):
        block = Together((Prose(("签名处",), keep=True), Row((label("签名", 30), cell(least=30)))))
        pages = page_texts(sheet(Gap(height), block))
        assert any("签名处签名" in page for page in pages), height


def test_a_heading_never_stands_alone_at_the_end_of_a_page() -> None:
    for height in range(150, 250, 5):
        pages = page_texts(sheet(Gap(height), Prose(("小标题",), keep=True), Row((cell("正文", least=20),))))
        assert any("小标题正文" in page for page in pages), height


def test_more_medicines_than_the_form_has_lines_get_lines_of_their_own(text_of: ReadPdf) -> None:
    drugs = tuple(replace(VISIT.drugs[0], name=f"药品{number}") for number in range(1, 7))
    found = text_of(render_visit_records(VisitRecordsDocument("甲", "", (replace(VISIT, drugs=drugs),), IMPRINT)))
    assert all(f"药品{number}" in found for number in range(1, 7))


def test_every_question_of_the_clue_form_is_printed(text_of: ReadPdf) -> None:
    found = text_of(render_clue(CLUE))
    assert all("".join(question.split()) in found for question in QUESTIONS)
    assert found.count("☑") == 9  # eight answers and the danger


def test_the_emergency_record_leaves_in_three_marked_copies(text_of: ReadPdf) -> None:
    from reports.forms.emergency_record import render_emergency_record

    found = text_of(render_emergency_record(EMERGENCY))
    assert found.count("第一联精防机构留存") == found.count("第二联随病历交接收科室") == 1
    assert found.count("第三联应急处置队存档") == 1
    assert found.count("2026年11月21日17时05分") == 3
    assert found.count("第1页共1页") == 3
