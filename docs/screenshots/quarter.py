"""The pictures of the guide to a quarter: every step taken in a real browser by the people whose steps they are."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin

import openpyxl
from playwright.sync_api import Browser, Page

DESKTOP = {"width": 1280, "height": 860}

SignIn = Callable[[str], Page]


def take(browser: Browser, sign_in: Callable[[Browser, str, dict[str, int]], Page], folder: Path) -> None:
    """One picture a step, from what waits on the clerk's home to the settled quarter."""

    def somebody(name: str) -> Page:
        return sign_in(browser, name, DESKTOP)

    def picture(page: Page, name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=str(folder / f"quarter-{name}.png"))

    board = _of_the_clerk(somebody("clerk"), picture)
    _of_the_reviewer(somebody("reviewer"), board, picture)
    _of_finance(somebody("finance"), board, picture)
    page = somebody("clerk")
    page.goto(board)
    picture(page, "8-settled")


def _of_the_clerk(page: Page, picture: Callable[[Page, str], None]) -> str:
    """What waits, other offices' lists, the board, a held line, what differs; and the hand-over. Answers the board's address."""
    picture(page, "1-home")
    home = page.url
    for address, name in (("/subsidies/checks/", "lists"), ("/subsidies/holds", "holds")):
        page.goto(urljoin(home, address))
        picture(page, name)
    page.goto(home)
    page.click("main a:has-text('核对并提交')")
    page.wait_for_load_state()
    board = page.url.split("?")[0]
    picture(page, "2-board")
    page.click("a:has-text('作决定') >> nth=0")
    page.wait_for_load_state()
    picture(page, "3-decide")
    page.goto(board)
    page.click(".kpi:has-text('比上季度')")
    page.wait_for_load_state()
    picture(page, "4-differences")
    page.goto(board)
    page.click("button:has-text('核对无误，提交复核')")
    page.wait_for_load_state()
    return board


def _of_the_reviewer(page: Page, board: str, picture: Callable[[Page, str], None]) -> None:
    page.goto(board)
    picture(page, "5-review")
    page.click("button:has-text('审批通过')")
    page.wait_for_load_state()


def _of_finance(page: Page, board: str, picture: Callable[[Page, str], None]) -> None:
    """The file for the bank, and the bank's answer."""
    page.goto(board)
    picture(page, "6-export")
    page.click("button:has-text('生成发放文件')")
    page.click(".acts a:has-text('查看')")  # offered once it is made
    page.wait_for_load_state()
    sent = page.request.get(f"{board}/pay-file").body()
    answer = {"name": "回盘.xlsx", "mimeType": "application/octet-stream", "buffer": _answered(sent)}
    page.set_input_files("input[name=returns]", files=[answer])  # type: ignore[list-item]  # a file given by its content
    picture(page, "7-returns")
    page.click("button:has-text('按回盘文件结算')")
    page.wait_for_load_state()


def _answered(pay_file: bytes) -> bytes:
    """The bank's answer: the pay file's own rows with what became of each."""
    book = openpyxl.load_workbook(BytesIO(pay_file))
    sheet = book.worksheets[0]
    width = sheet.max_column
    for row in range(1, sheet.max_row + 1):
        sheet.cell(row, width + 1).value = "结果" if row == 1 else "成功"
    answer = BytesIO()
    book.save(answer)
    return answer.getvalue()
