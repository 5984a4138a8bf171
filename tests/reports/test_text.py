from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.line_breaking import clip, wrap
from reports.plain_text import cell_text, printable
from reports.qr import SIZE, qr_rows, qr_text
from reports.typeface import typeface
from reports.wording import chinese_date, chinese_period, without_long_numbers, yuan

FACE = typeface()


def test_a_line_never_begins_with_a_closing_mark_nor_ends_with_an_opening_one() -> None:
    text = "请带本人身份证（原件），到安平镇民政办“一窗通办”窗口，核对账户。" * 3
    for room in range(4, 30):
        lines = wrap(text, room, 999, FACE)
        assert "".join(lines) == text
        assert not any(line[0] in "，。）”" for line in lines)
        assert not any(line[-1] in "（“" for line in lines)


def test_days_and_figures_are_not_parted() -> None:
    lines = wrap("住院自2026年8月2日至2026年9月5日共33天", 12, 9, FACE)
    assert any("2026年8月2日" in line for line in lines)
    assert any("2026年9月5日" in line for line in lines)


def test_what_does_not_fit_ends_with_an_ellipsis_and_stays_inside() -> None:
    assert wrap("一" * 100, 10, 2, FACE) == ["一" * 10, "一" * 9 + "…"]
    assert clip("一" * 100, 10, FACE) == "一" * 9 + "…"
    assert clip("一" * 10, 10, FACE) == "一" * 10


@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "一" * 1_000_000, "，" * 1_000_000, "（" * 1_000_000, " " * 1_000_000]
)
def test_a_megabyte_without_a_break_is_bounded(text: str) -> None:
    assert len(wrap(text, 20, 3, FACE)) <= 3
    assert len(printable(text)) <= 4_000


@given(st.text(max_size=200), st.floats(2, 40), st.integers(1, 5))
def test_any_text_is_wrapped_into_lines_that_fit(text: str, room: float, most: int) -> None:
    lines = wrap(printable(text), room, most, FACE)
    assert len(lines) <= most
    assert all(FACE.width(line) <= room + 1e-6 or len(line) == 1 for line in lines)


@given(st.text())
def test_printable_text_has_one_line_and_no_invisible_mark(text: str) -> None:
    assert not set(printable(text)) & set("\x00\n\r\t\u200b\u202e\ufeff\ud83d")


def test_cells_keep_breaks_but_no_character_that_a_workbook_cannot_hold() -> None:
    assert cell_text("一\n二\x00\ud83d") == "一\n二\ufffd\ufffd"
    assert len(cell_text("x" * 40_000)) == 32_767


def test_money_and_days_are_written_as_on_paper() -> None:
    assert yuan(77120438) == "771,204.38"
    assert yuan(-26720) == "−267.20"
    assert yuan(5) == "0.05"
    assert chinese_date(date(2026, 11, 1)) == "2026年11月1日"
    assert chinese_period(date(2026, 7, 1), date(2026, 9, 30)) == "2026年7月1日至9月30日"
    assert chinese_period(date(2026, 10, 1), date(2027, 1, 31)) == "2026年10月1日至2027年1月31日"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("身份证 34030219800101123X 已核", "身份证 ••••123X 已核"),
        ("账号6217003810012345678。", "账号••••5678。"),
        ("6217 0038 1001 2345 678", "••••5678"),
        ("编号 340301101002-2026-0107", "编号 340301101002-2026-0107"),
        ("电话 0552-3012345，13805521234", "电话 0552-3012345，13805521234"),
    ],
)
def test_long_numbers_keep_only_their_tail(text: str, masked: str) -> None:
    assert without_long_numbers(text) == masked


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", min_size=1, max_size=38))
def test_the_quick_qr_code_equals_the_library_s(text: str) -> None:
    from reportlab.graphics.barcode import qrencoder

    code = qrencoder.QRCode(2, qrencoder.QRErrorCorrectLevel.M)
    code.addData(qrencoder.QRAlphaNum(text))
    code.makeImpl(False, 3)
    rows = qr_rows(text)
    ours = [
        [bool(int(rows[row * 8 : row * 8 + 8], 16) >> (31 - column) & 1) for column in range(SIZE)]
        for row in range(SIZE)
    ]
    assert ours == [[bool(module) for module in row] for row in code.modules]


def test_a_check_code_is_upper_case_ascii() -> None:
    assert qr_text("ah-2026-李🏠_x") == "AH-2026-X"
