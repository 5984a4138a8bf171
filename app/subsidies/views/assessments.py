"""The yearly assessment of first guardians: what the rule proposes, confirmed by the town, and the list on paper."""

from __future__ import annotations

from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import names_of, office_of, place_of
from app.areas.rules import code_of
from app.audit.prints import Print, keep_print, mark_of
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.crypto import digest
from app.core.db import canonical_json, transaction
from app.core.errors import Conflict, Invalid
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import paper
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.core.web import forget_reads, read_session
from app.guardians.labels import RELATION_LABELS
from app.guardians.labels_duty import ASSESSMENT_LABELS, MARK_LABELS
from app.guardians.views.duty import asked_place
from app.subsidies.forms_assessing import ConfirmForm
from app.subsidies.papers.assessing import assessment_list
from app.subsidies.queries.assessing import AssessmentRow, list_assessments
from app.subsidies.service.assessing import confirm_assessments
from app.subsidies.views.board import Answer, subsidies
from reports.forms.assessment_list import render_assessment_list

WORDS = {"mark": MARK_LABELS, "assessment": ASSESSMENT_LABELS, "relation": RELATION_LABELS}
PDF = "application/pdf"


@subsidies.route("/assessments", methods=["GET", "POST"])
@permit(Action.ASSESS_GUARDIANS)
def assessments() -> str | Answer:
    """A year's first guardians by village; what is ticked is confirmed as the rule proposes it."""
    actor, clock = current_actor(), current_clock()
    form, status = ConfirmForm(), 200
    if request.method == "POST":
        if not form.validate():
            status = 422
        else:
            if not form.chosen():
                raise Invalid({"guardianship": [reason("core.nothing_chosen")]})
            forget_reads()
            try:
                with transaction() as session:
                    made = confirm_assessments(session, actor, _year(), form.chosen(), clock.today(), clock.now())
                flash(_("已确认 %(n)s 人", n=made), "success")
                return redirect(url_for("subsidies.assessments", year=_year(), place=request.args.get("place")), 303)
            except Conflict as refused:
                form.form_errors.append(refused.reason)
                status = 409
    session, year, place = read_session(), _year(), asked_place(actor)
    page = render_template(
        "subsidies/assessments.html",
        form=form,
        page=list_assessments(session, actor, year, place, request.args.get("after")),
        is_first_page="after" not in request.args,
        year=year,
        years=[clock.today().year, clock.today().year - 1],
        quarters=[Quarter(year, number) for number in (1, 2, 3, 4)],
        may_confirm=clock.today() >= Quarter(year, 4).first_day,
        place=code_of(place) if place else "",
        words=WORDS,
    )
    return page if status == 200 else (page, status)


@subsidies.get("/assessments.pdf")
@permit(Action.ASSESS_GUARDIANS)
@paper
def assessments_pdf() -> BaseResponse:
    """The year's list to sign and seal; noted, because it names guardians."""
    actor, session, clock, year = current_actor(), read_session(), current_clock(), _year()
    place = asked_place(actor)
    rows: list[AssessmentRow] = []
    cursor: str | None = None
    while True:
        part = list_assessments(session, actor, year, place, cursor, size=1000)
        rows += part.rows
        cursor = part.next_cursor
        if cursor is None:
            break
    code = code_of(place) if place else place_of(actor)
    said = canonical_json([[row.guardianship, row.confirmed or row.proposed] for row in rows])
    kind = "subsidies.assessment.printed"
    wanted = Print(kind, ("area", code), code, digest(said), actor.user_id, clock.now())
    office = office_of(session, actor)
    mark = mark_of(current_keyring(), wanted)
    document = assessment_list(rows, names_of(session, [code])[code], year, office, actor, mark, wanted.at)
    content = render_assessment_list(document)
    with transaction() as writing:
        keep_print(writing, current_keyring(), actor, wanted, content)
    title = _("第一监护人年度考评表")
    return send_file(BytesIO(content), mimetype=PDF, as_attachment=True, download_name=f"{title}-{year}.pdf")


def _year() -> int:
    """The year of the address, or the present one; one that is not near is the present one."""
    present = current_clock().today().year
    asked = request.args.get("year", "")
    is_near = asked.isascii() and asked.isdigit() and len(asked) == 4 and 2000 <= int(asked) <= present
    return int(asked) if is_near else present
