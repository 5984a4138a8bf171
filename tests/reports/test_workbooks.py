import io

import openpyxl
import pytest
import python_calamine

from reports.errors import TotalMismatchError
from reports.notice import NoticeKind
from reports.notice_list import render_notice_list_xlsx
from reports.pay_file import PayFileLine, render_pay_file
from reports.rejects import WHY, render_rejects_xlsx
from tests.reports.samples import HOSTILE, bundle, notice, pay_file

LINES = (
    PayFileLine("李𬭩", "34030219800101123X", "安和农商银行", "0621700381001234567", 75000, "惠民补贴"),
    PayFileLine("=1+1", "340302198001011230", "安和农商银行", "6217003810012345678", 48280, "惠民补贴"),
)


def test_the_bank_reads_the_lines_on_the_first_sheet_with_every_figure_of_an_identifier() -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_pay_file(pay_file(*LINES))))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert rows == [
        ["序号", "收款人姓名", "身份证号", "开户行", "账号", "金额(元)", "附言", "文件编号"],
        [1, "李𬭩", "34030219800101123X", "安和农商银行", "0621700381001234567", 750, "惠民补贴", "AH-2026Q3-01"],
        [2, "=1+1", "340302198001011230", "安和农商银行", "6217003810012345678", 482.8, "惠民补贴", "AH-2026Q3-01"],
    ]
    sheet = book.worksheets[0]
    assert [sheet.cell(3, column).data_type for column in (2, 3, 5, 6)] == ["s", "s", "s", "n"]
    assert sheet.cell(2, 6).number_format == "#,##0.00"
    assert sheet.cell(2, 5).number_format == "@"


def test_the_control_sheet_says_what_the_file_must_add_up_to() -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_pay_file(pay_file(*LINES))))
    facts = {row[0].value: row[1].value for row in book["封面"].iter_rows()}
    assert facts["县（市、区）"] == "安和县"
    assert facts["发放期"] == "2026年第三季度"
    assert facts["文件编号"] == "AH-2026Q3-01"
    assert facts["笔数"] == 2
    assert facts["金额合计（元）"] == "1,232.80"
    assert facts["金额合计（大写）"] == "壹仟贰佰叁拾贰元捌角整"
    assert facts["造册数据指纹"] == "3f2a91bc77d0e145" * 4


def test_equal_pay_files_are_equal_bytes_and_one_changed_fen_changes_them() -> None:
    assert render_pay_file(pay_file(*LINES)) == render_pay_file(pay_file(*LINES))
    assert render_pay_file(pay_file(*LINES)) != render_pay_file(pay_file(LINES[0]))


def test_a_pay_file_whose_lines_do_not_add_up_is_not_made() -> None:
    with pytest.raises(TotalMismatchError):
        render_pay_file(pay_file(*LINES, total_fen=123281))


def test_a_delivery_list_has_a_row_for_each_letter_and_says_what_the_letter_says() -> None:
    letters = bundle(
        notice(),
        notice(
            kind=NoticeKind.HOLD, serial="2026-3-00018", guardian="=1+1", amount_fen=0, reasons=("领款账户需要核对。",)
        ),
    )
    book = openpyxl.load_workbook(io.BytesIO(render_notice_list_xlsx(letters)))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    [head] = [place for place, row in enumerate(rows) if row[0] == "告知书编号"]
    paid, held = rows[head + 1 : head + 3]
    assert (paid[5], paid[6], paid[7]) == ("发放", letters.notices[0].amount_fen / 100, None)
    assert (held[3], held[5], held[6]) == ("=1+1", "暂缓", None)
    assert held[7] == "".join(letters.notices[1].reasons)
    assert [row[-3:] for row in (paid, held)] == [[None, None, None]] * 2, "for whoever delivers them"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_a_text_cell_everywhere(text: str) -> None:
    made = (
        render_pay_file(pay_file(PayFileLine(text, text, text, text, 1, text), county=text, file_number=text)),
        render_rejects_xlsx([text, "姓名"], [[text, text]], [text]),
    )
    for workbook in made:
        for sheet in openpyxl.load_workbook(io.BytesIO(workbook)).worksheets:
            assert not any(cell.data_type == "f" or cell.hyperlink for row in sheet.iter_rows() for cell in row)


def test_rejected_rows_come_back_with_their_cells_in_their_order_behind_the_reason() -> None:
    headers = ["姓名", "身份证号", "备注"]
    rows = [["李𬭩", "34030219800101123", "=1"], ["王五", "00123"]]
    workbook = render_rejects_xlsx(headers, rows, ["身份证号少一位", "身份证号不完整"])
    read = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()
    assert read == [
        [WHY, *headers],
        ["身份证号少一位", *rows[0]],
        ["身份证号不完整", "王五", "00123", ""],
    ]
    assert workbook == render_rejects_xlsx(headers, rows, ["身份证号少一位", "身份证号不完整"])


def test_a_rejected_row_without_a_reason_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        render_rejects_xlsx(["姓名"], [["李"], ["王"]], ["原因"])
