"""Telling the health centre of somebody who may need care, and seeing that it was received."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import responsible_agency, village_choices
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import AnhuError
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.web import forget_reads, read_session, show_errors
from app.patients.forms_clues import ReportForm
from app.patients.labels import CLUE_LABELS
from app.patients.queries.clues import OWN_DAYS, list_own_reports
from app.patients.service import report_clue as store_report
from app.patients.views.blueprint import patients
from app.people.vault import Vault

Answer = str | BaseResponse | tuple[str, int]


@patients.route("/clues/new", methods=["GET", "POST"])
@permit(Action.REPORT_CLUE)
def report_clue() -> Answer:
    villages = village_choices(read_session(), current_actor())
    places = [pair for group in villages.values() for pair in group]
    only = places[0] if len(places) == 1 else None
    form = ReportForm(data={"key": new_public_id(), "is_danger": "0", "area_code": only[0] if only else None})
    form.area_code.group(villages)
    if request.method == "POST" and form.validate():
        forget_reads()
        try:
            return _reported(form)
        except AnhuError as refused:
            show_errors(form, refused)
    page = render_template("patients/clues/report.html", form=form, village=only)
    return page if request.method == "GET" else (page, 422)


def _reported(form: ReportForm) -> BaseResponse:
    clock = current_clock()
    with transaction() as session:
        vault = Vault(session, current_keyring())
        clue = store_report(session, vault, current_actor(), form.to_command(), clock.today(), clock.now())
        agency = responsible_agency(session, clue.area_code)
        is_danger = clue.is_danger
    flash(_("已收到，由%(agency)s处理。", agency=agency.name if agency else _("县精防机构")))
    if is_danger:
        flash(_("已同时告知当地派出所。情况紧急的，请拨打 110 或 120。"))
    return redirect(url_for("patients.own_reports"))


@patients.route("/clues/mine")
@permit(Action.REPORT_CLUE)
def own_reports() -> str:
    """Received, being looked at, closed: a reporter is told no more."""
    reports = list_own_reports(read_session(), current_actor(), current_clock().now())
    return render_template("patients/clues/mine.html", reports=reports, states=CLUE_LABELS, days=OWN_DAYS)
