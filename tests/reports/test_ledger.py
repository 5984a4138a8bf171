import io
from dataclasses import fields

import openpyxl
import pypdf
import pytest

from reports.errors import TotalMismatchError
from reports.ledger import LedgerRow, LedgerState, render_ledger_pdf, render_ledger_xlsx
from tests.reports.conftest import ReadPdf
from tests.reports.samples import HOSTILE, ledger, ledger_row

ROWS = (
    ledger_row(guardian="李𬭩"),
    ledger_row(guardian="王𠮷祥", amount_fen=48280, days=59, reasons=("住院 33 天不计",)),
    ledger_row(village="西村", state=LedgerState.HELD, counted=False, reasons=("账户待核实",)),
    ledger_row(town="安平镇", village="大王村", state=LedgerState.RETURNED, amount_fen=30000),
)


def test_the_ledger_has_every_row_its_state_and_subtotals_by_village_and_town(text_of: ReadPdf) -> None:
    found = text_of(render_ledger_pdf(ledger(*ROWS)))
    for part in (
        "安和县2026年第三季度监护补贴发放台账",
        "李𬭩",
        "王𠮷祥",
        "应发：住院33天不计",
        "暂缓：账户待核实",
        "（750.00）",
        "东村小计",
        "城关镇合计",
        "大王村小计",
        "安和县总计",
        "1,232.80",
        "1,532.80",
    ):
        assert part in found, part


def test_the_end_has_the_capital_total_and_the_lines_to_sign_and_seal(text_of: ReadPdf) -> None:
    found = text_of(render_ledger_pdf(ledger(*ROWS)))
    for part in (
        "合计人民币（大写）：壹仟伍佰元整",
        "￥1,532.80",
        "制表人：",
        "审核人：",
        "负责人：",
        "单位（盖章）：",
        "年月日",
        "括号内的金额未计入合计",
    ):
        assert part in found, part


def test_every_page_repeats_the_head_and_says_which_page_and_which_run_it_is(text_of: ReadPdf) -> None:
    pdf = render_ledger_pdf(ledger(*[ledger_row(village=f"村{n // 9}") for n in range(100)]))
    count = len(pypdf.PdfReader(io.BytesIO(pdf)).pages)
    found = text_of(pdf)
    assert count > 4
    assert found.count("领款人签字") == count
    assert found.count("指纹3f2a91bc77d0e145") == count
    assert found.count("内部资料注意保密") == count
    for number in range(1, count + 1):
        assert f"第{number}页共{count}页" in found


def test_every_page_but_the_last_ends_with_its_own_sum_and_the_sum_so_far() -> None:
    rows = [ledger_row(counted=n % 10 > 0, village=f"村{n // 9}") for n in range(60)]
    *pages, last = pypdf.PdfReader(io.BytesIO(render_ledger_pdf(ledger(*rows)))).pages
    done = paid = 0
    for page in pages:
        text = "".join(page.extract_text().split())
        here = text.count("AHJH-2026-")
        counted = sum(row.counted for row in rows[done : done + here])
        done, paid = done + here, paid + counted
        assert f"本页{here}笔{750 * counted:,}.00累计{done}笔{750 * paid:,}.00" in text
    assert len(pages) >= 3
    assert "累计" not in last.extract_text()


def test_a_subtotal_never_begins_a_page_without_a_row_of_its_own() -> None:
    for count in range(1, 60):
        rows = [ledger_row(village=f"村{n // 9}", guardian="李某") for n in range(count)]
        for page in pypdf.PdfReader(io.BytesIO(render_ledger_pdf(ledger(*rows)))).pages:
            text = page.extract_text()
            first = min((text.find(word) for word in ("小计", "合计\n", "总计") if word in text), default=len(text))
            assert 0 <= text.find("李某") < first, count


def test_signatures_never_stand_on_a_page_without_figures() -> None:
    for rows in range(1, 45):
        pdf = render_ledger_pdf(ledger(*[ledger_row() for _ in range(rows)]))
        last = pypdf.PdfReader(io.BytesIO(pdf)).pages[-1].extract_text()
        assert "制表人" in last
        assert "总计" in last


def test_a_total_that_differs_from_its_rows_is_not_printed() -> None:
    for render in (render_ledger_pdf, render_ledger_xlsx):
        with pytest.raises(TotalMismatchError):
            render(ledger(*ROWS, total_fen=1))


def test_the_workbook_has_the_same_rows_as_values(text_of: ReadPdf) -> None:
    document = ledger(*ROWS)
    book = openpyxl.load_workbook(io.BytesIO(render_ledger_xlsx(document)))
    sheet = book["发放台账"]
    printed = text_of(render_ledger_pdf(document))
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not any(cell.data_type == "f" for cell in cells)
    texts = ["".join(cell.value.split()) for cell in cells if isinstance(cell.value, str) and cell.row > 3]
    assert all(text in printed for text in texts if "打印于" not in text and "制表人" not in text), texts
    amounts = [cell.value for cell in sheet["G"] if isinstance(cell.value, int | float)]
    assert amounts == [750, 482.8, 1232.8, 0, 1232.8, 300, 300, 300, 1532.8]
    assert sheet["H5"].value == "6217"
    assert sheet["H5"].data_type == "s"


def test_the_workbook_keeps_its_head_in_sight_and_on_every_page() -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_ledger_xlsx(ledger(*ROWS))))
    sheet = book["发放台账"]
    assert [cell.value for cell in sheet[4]][:3] == ["序号", "乡镇·村", "监护人"]
    assert sheet.freeze_panes == "A5"
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.oddFooter is not None
    assert "3f2a91bc77d0e145" in str(sheet.oddFooter.left.text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_every_field_is_neither_run_nor_fatal(text: str) -> None:
    strings = {field.name: text for field in fields(LedgerRow) if field.type in (str, "str")}
    document = ledger(
        *[ledger_row(**{**strings, "reasons": (text,)}) for _ in range(3)], county=text, organisation=text, purpose=text
    )
    assert pypdf.PdfReader(io.BytesIO(render_ledger_pdf(document))).pages
    book = openpyxl.load_workbook(io.BytesIO(render_ledger_xlsx(document)))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert not any(cell.data_type == "f" or cell.hyperlink for cell in cells)


def test_long_names_are_wrapped_and_not_cut(text_of: ReadPdf) -> None:
    name = "阿卜杜拉·买买提·吐尔逊江·阿不都热依木·托合提"
    found = text_of(render_ledger_pdf(ledger(ledger_row(guardian=name))))
    assert "…" not in found
    assert "托合提" in found


def test_a_watermark_is_drawn_and_does_not_disturb_the_text(text_of: ReadPdf) -> None:
    plain = text_of(render_ledger_pdf(ledger(*ROWS)))
    marked = render_ledger_pdf(ledger(*ROWS, purpose="季度存档"))
    assert text_of(marked) == plain
    assert marked != render_ledger_pdf(ledger(*ROWS))


def test_an_empty_ledger_is_a_page_with_a_total_of_nothing(text_of: ReadPdf) -> None:
    assert "￥0.00" in text_of(render_ledger_pdf(ledger()))
    assert render_ledger_xlsx(ledger())


def test_progress_counts_pages() -> None:
    heard: list[tuple[int, int]] = []
    render_ledger_pdf(ledger(*[ledger_row() for _ in range(60)]), lambda done, count: heard.append((done, count)))
    assert heard[-1][0] == heard[-1][1] == len(heard)


def test_equal_ledgers_are_equal_bytes() -> None:
    assert render_ledger_pdf(ledger(*ROWS)) == render_ledger_pdf(ledger(*ROWS))
    assert render_ledger_xlsx(ledger(*ROWS)) == render_ledger_xlsx(ledger(*ROWS))
