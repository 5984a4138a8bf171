"""核验打印件: whoever holds a paper of ours types its number and code and is told whether it is genuine and still holds."""

from __future__ import annotations

from flask import render_template, request

from app.core.access import Action, current_actor, permit
from app.core.quarter import Quarter
from app.core.web import read_session
from app.desk.queries.checking import check_paper
from app.desk.views.blueprint import desk

LONGEST = 40


@desk.get("/reports/check")
@permit(Action.SEE_REPORTS)
def check_print() -> str:
    """One page: two fields, and what is known of that paper."""
    serial = request.args.get("serial", "").strip()[:LONGEST]
    code = request.args.get("code", "").strip()[:LONGEST]
    is_asked = bool(serial and code)
    found = check_paper(read_session(), current_actor(), serial, code) if is_asked else None
    return render_template(
        "desk/check_print.html",
        serial=serial,
        code=code,
        is_asked=is_asked,
        found=found,
        quarter=Quarter.parse(found.run.period) if found and found.run else None,
    )
