"""A whole village on one paper: printed, blank or filled in, and entered back; the quarter's results as a workbook."""

from __future__ import annotations

from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import names_of, office_of, place_of
from app.areas.rules import code_of
from app.audit.prints import Print, keep_print, mark_of
from app.audit.service import note
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.crypto import digest
from app.core.db import canonical_json, new_public_id, transaction
from app.core.errors import Conflict, Invalid
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import paper
from app.core.reasons import say_quarter
from app.core.web import forget_reads, read_session, show_errors
from app.guardians.forms_duty import sheet_form
from app.guardians.papers_duty import duty_sheet, duty_workbook
from app.guardians.queries.duty_list import MOST_ON_A_SHEET, DutyRow, DutyShow, list_duty, places_of
from app.guardians.queries.duty_page import signed_on_sheets
from app.guardians.service.duty import enter_sheet
from app.guardians.views.blueprint import guardians
from app.guardians.views.duty import DUTY_WORDS, asked_place, asked_quarter, climbs_to
from reports.forms.duty_sheet import render_duty_sheet

Answer = str | BaseResponse | tuple[str, int]
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@guardians.route("/duty/sheet", methods=["GET", "POST"])
@permit(Action.KEEP_DUTY_CHECKS)
def enter_duty_sheet() -> Answer:
    """The village's sheet as it came back: all performed, only exceptions are touched."""
    actor, session, clock = current_actor(), read_session(), current_clock()
    quarter, place = asked_quarter(session), asked_place(actor) or actor.area_prefix
    found = list_duty(session, actor, quarter, DutyShow.OPEN, place, clock.today(), size=MOST_ON_A_SHEET)
    rows = [row for row in found.rows if not row.is_own]
    form, status = sheet_form([row.agreement for row in rows], new_public_id(), clock.today()), 200
    if request.method == "POST":
        status = 422
        if form.validate():
            forget_reads()
            try:
                with transaction() as writing:
                    entered = enter_sheet(writing, actor, form.to_command(quarter), clock.today(), clock.now())
                flash(_("已录入 %(n)s 户", n=entered.stored), "success")
                if entered.left:
                    left = _("%(n)s 户没有记录：录入人或签名人是该户监护人，由他人核查", n=entered.left)
                    flash(left, "warning")
                return redirect(url_for("guardians.duty", quarter=quarter, place=request.args.get("place")), 303)
            except (Conflict, Invalid) as refused:
                show_errors(form, refused)
    session = read_session()
    page = render_template(
        "guardians/duty/sheet.html",
        form=form,
        rows=rows,
        left_out=[row for row in found.rows if row.is_own],
        is_cut=found.next_cursor is not None,
        quarter=quarter,
        place=code_of(place),
        place_name=names_of(session, [code_of(place)])[code_of(place)],
        places=places_of(session, actor),
        climbs=climbs_to(actor),
        words=DUTY_WORDS,
        say_quarter=say_quarter,
    )
    return page if status == 200 else (page, status)


@guardians.route("/duty/sheet.pdf")
@permit(Action.KEEP_DUTY_CHECKS)
@paper
def duty_sheet_pdf() -> BaseResponse:
    """The village's sheet to take along; with `filled` what is recorded so far stands on it. Noted, because it names guardians."""
    actor, session, clock = current_actor(), read_session(), current_clock()
    quarter, place = asked_quarter(session), asked_place(actor) or actor.area_prefix
    is_filled = bool(request.args.get("filled"))
    found = list_duty(session, actor, quarter, DutyShow.ALL, place, clock.today(), size=MOST_ON_A_SHEET)
    signed = signed_on_sheets(session, actor, [row.check for row in found.rows if row.check]) if is_filled else {}
    name = names_of(session, [code_of(place)])[code_of(place)]
    said = canonical_json([[row.agreement, row.check if is_filled else None] for row in found.rows])
    subject = ("area", code_of(place))
    wanted = Print("guardians.duty.sheet_printed", subject, code_of(place), digest(said), actor.user_id, clock.now())
    mark, office = mark_of(current_keyring(), wanted), office_of(session, actor)
    document = duty_sheet(found.rows, name, quarter, is_filled, signed, office, actor, mark, wanted.at)
    content = render_duty_sheet(document)
    with transaction() as writing:
        keep_print(writing, current_keyring(), actor, wanted, content)
    title = _("履责核查表")
    return send_file(BytesIO(content), mimetype=PDF, as_attachment=True, download_name=f"{title}-{name}-{quarter}.pdf")


@guardians.route("/duty/results.xlsx")
@permit(Action.KEEP_DUTY_CHECKS)
def duty_results() -> BaseResponse:
    """The quarter's results by village as a workbook; noted."""
    actor, session, clock = current_actor(), read_session(), current_clock()
    quarter, place = asked_quarter(session), asked_place(actor)
    rows: list[DutyRow] = []
    cursor: str | None = None
    while True:
        part = list_duty(session, actor, quarter, DutyShow.ALL, place, clock.today(), cursor, size=1000)
        rows += part.rows
        cursor = part.next_cursor
        if cursor is None:
            break
    content = duty_workbook(rows, quarter, actor, clock.now())
    with transaction() as writing:
        note(
            writing,
            actor,
            "guardians.duty.list_exported",
            now=clock.now(),
            subject=("area", code_of(place) if place else place_of(actor)),
            area_code=code_of(place) if place else place_of(actor),
            count=len(rows),
            detail={"quarter": str(quarter)},
        )
    title = _("履责核查结果")
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=f"{title}-{quarter}.xlsx")
