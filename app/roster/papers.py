"""Workbooks that this room hands out: the refused rows, the empty roster, and the empty lists for other offices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.core.i18n import N_, gettext_anywhere
from app.core.reasons import Reason, say
from app.core.workbooks.sheet import Sheet
from app.roster.rules.entry import Finding
from app.roster.rules.header import SheetMapping
from app.roster.rules.list_template import LIST_NOTES, LIST_TEMPLATES, LIST_TITLES
from app.roster.rules.rejects import rejected_rows
from app.roster.rules.template import NOTES, TEMPLATE
from app.subsidies.rules.checks import ListKind
from reports.list_template import render_list_template
from reports.rejects import render_rejects_xlsx
from reports.roster_template import render_roster_template

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REJECTS_NAME = N_("退回的行.xlsx")
TEMPLATE_NAME = N_("花名册模板.xlsx")
_WHY = N_("%(column)s：%(why)s")
_STOP = N_("；")


def rejects_of(
    sheets: Sequence[Sheet], mappings: Sequence[SheetMapping], errors: Sequence[Finding], now: datetime
) -> bytes:
    """The rows with errors as a workbook that can be mended and imported again; the reasons stand in its first column."""
    found = rejected_rows(sheets, mappings, errors)
    why = [gettext_anywhere(_STOP).join(_because(column, one) for column, one in reasons) for reasons in found.why]
    return render_rejects_xlsx(found.headers, found.rows, why, now)


def _because(column: str, why: Reason) -> str:
    return gettext_anywhere(_WHY) % {"column": column, "why": say(why)} if column else say(why)


def template_workbook() -> bytes:
    """The empty roster: grouped heads, text columns for numbers, drop-downs for codes."""
    return render_roster_template(TEMPLATE, NOTES)


def list_template_workbook(kind: ListKind) -> bytes:
    """The columns that an office is asked for, and no more."""
    return render_list_template(LIST_TITLES[kind], LIST_TEMPLATES[kind], LIST_NOTES)
