"""A count is said in the form of its number, in code, in templates and in stored reasons."""

from __future__ import annotations

from flask import Flask, render_template_string

from app.core.i18n import _
from app.core.reasons import reason, say

ENGLISH = {"Accept-Language": "en"}


def test_one_is_said_as_one_and_many_as_many(app: Flask) -> None:
    with app.test_request_context(headers=ENGLISH):
        assert _("逾期 %(n)s 天", n=1) == "1 day overdue"
        assert _("逾期 %(n)s 天", n=2) == "2 days overdue"
        assert _("%(n)s 笔", n="1,001") == "1,001 lines"
        assert _("逾期 %(n)s 天") == "%(n)s days overdue"
        assert say(reason("subsidies.excluded.inpatient", days=1)).startswith("1 day in hospital is")


def test_a_template_counts_and_escapes(app: Flask) -> None:
    with app.test_request_context(headers=ENGLISH):
        page = "{{ _('%(n)s 笔', n=n) }}"
        assert render_template_string(page, n=1) == "1 line"
        assert render_template_string(page, n="<b>") == "&lt;b&gt; lines"


def test_chinese_has_one_form(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        assert _("逾期 %(n)s 天", n=1) == "逾期 1 天"
