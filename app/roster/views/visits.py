"""Visits from the national system by page: upload, look at mapping, errors and namesakes, confirm; progress is the work page's."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError
from app.core.forms import refuse_untidy
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.reasons import Label, Reason, reason, say
from app.core.web import forget_reads, read_session, show_errors
from app.core.work import ask_for_work
from app.core.workbooks.sheet import Sheet
from app.people.vault import Vault
from app.roster.commands import ImportResult, Mode
from app.roster.forms import (
    ImportForm,
    StepForm,
    UploadVisitsForm,
    chosen_mapping,
    column_field,
    header_field,
    overrides_of,
)
from app.roster.queries import (
    VISITS_KIND,
    get_import,
    list_imports,
    list_rows_with_remarks,
    list_visited,
)
from app.roster.rules.columns import Field
from app.roster.rules.header import missing_columns
from app.roster.rules.visit_columns import VISITS as VISIT_BOOK
from app.roster.rules.visit_rows import VisitReading, read_visits
from app.roster.service import import_visits
from app.roster.service.uploads import VISITS, Upload, get_upload
from app.roster.service.visiting import visit_counts
from app.roster.views.blueprint import SHOWN, roster
from app.roster.views.steps import hand_out_kept, hand_out_refused, keep_sent_file, mapping_in_address
from app.roster.work import IMPORT_VISITS
from app.visits.rules.form import FIELDS

LONGEST_MARK = 60  # a row's number and a sheet's name
_DRUG = "drug_"


@roster.get("/visits/")
@permit(Action.IMPORT_VISITS)
def upload_visits() -> str:
    return _upload_page(UploadVisitsForm())


@roster.post("/visits/")
@permit(Action.IMPORT_VISITS)
def receive_visits() -> BaseResponse | tuple[str, int]:
    form = UploadVisitsForm()
    if not form.validate_on_submit():
        return _upload_page(form), 400
    try:
        public_id = keep_sent_file(form, VISITS)
    except AnhuError as refused:
        show_errors(form, refused)
        return _upload_page(form), 400
    return redirect(url_for("roster.preview_visits", public_id=public_id))


@roster.get("/visits/files/<public_id>")
@permit(Action.IMPORT_VISITS)
def preview_visits(public_id: str) -> str:
    """How the file would be read and what an import would do; nothing is stored."""
    return _preview_page(public_id, ImportForm())


@roster.post("/visits/files/<public_id>")
@permit(Action.IMPORT_VISITS)
def remap_visits(public_id: str) -> BaseResponse:
    """Look again with the user's own mapping and word on namesakes, which from here on stand in the address."""
    mapping = mapping_in_address(public_id, VISITS, VISIT_BOOK)
    return redirect(f"{url_for('roster.preview_visits', public_id=public_id)}?{mapping}")


@roster.post("/visits/files/<public_id>/import")
@permit(Action.IMPORT_VISITS)
def confirm_visits(public_id: str) -> BaseResponse | tuple[str, int]:
    """Hand the import to the scheduler process and show its progress."""
    form = ImportForm()
    if not form.validate_on_submit():
        return _preview_page(public_id, form), 400
    refuse_untidy()
    actor, now = current_actor(), current_clock().now()
    with transaction() as session:
        found = get_upload(session, current_keyring(), actor, VISITS, public_id, now)
        args = {
            "file": public_id,
            "mode": form.chosen.value,
            "mapping": chosen_mapping(request.form),
            "same": [mark for mark in request.form.getlist("same") if len(mark) <= LONGEST_MARK],
        }
        work_id = ask_for_work(session, IMPORT_VISITS, args, f"{IMPORT_VISITS}:{found.sha256}", actor, now).public_id
    return redirect(url_for("work.show", public_id=work_id))


@roster.get("/visits/files/<public_id>/rejects")
@permit(Action.IMPORT_VISITS)
def visit_rejects(public_id: str) -> Response:
    """The rows that an import would refuse, with their reasons, as a workbook to mend."""
    found, sheets, reading = _read(public_id)
    return hand_out_refused(sheets, reading.mappings, _dry_run(found, reading))


@roster.get("/visits/imports/<public_id>")
@permit(Action.IMPORT_VISITS)
def show_visit_import(public_id: str) -> str:
    """What an import did, the rows that were left out, and the visits that differ."""
    session, actor = read_session(), current_actor()
    done = get_import(session, actor, public_id, VISITS_KIND)
    rows = list_rows_with_remarks(session, done, SHOWN)
    visited = list_visited(session, actor, [row.visit for row in rows if row.visit])
    return render_template(
        "roster/show_visit_import.html",
        done=done,
        rows=[
            (row, visited.get(row.visit or ""), [(one.get("column", ""), Reason.from_json(one)) for one in row.remarks])
            for row in rows
        ],
    )


@roster.get("/visits/imports/<public_id>/rejects")
@permit(Action.IMPORT_VISITS)
def visit_import_rejects(public_id: str) -> Response:
    return hand_out_kept(public_id, VISITS_KIND)


def _upload_page(form: UploadVisitsForm) -> str:
    forget_reads()
    imports = list_imports(read_session(), current_actor(), VISITS_KIND)
    return render_template("roster/upload_visits.html", form=form, imports=imports)


def _read(public_id: str) -> tuple[Upload, list[Sheet], VisitReading]:
    session, actor, clock = read_session(), current_actor(), current_clock()
    found = get_upload(session, current_keyring(), actor, VISITS, public_id, clock.now())
    sheets = found.sheets()
    overrides = overrides_of(sheets, chosen_mapping(request.values), VISIT_BOOK)
    return found, sheets, read_visits(sheets, clock.today(), overrides)


def _dry_run(found: Upload, reading: VisitReading) -> ImportResult:
    session, now = read_session(), current_clock().now()
    vault, same = Vault(session, current_keyring()), request.values.getlist("same")
    return import_visits(session, vault, current_actor(), reading, found.sha256, Mode.DRY_RUN, same, now)


def _preview_page(public_id: str, form: ImportForm) -> str:
    found, sheets, reading = _read(public_id)
    result = _dry_run(found, reading)
    places = {sheet.name: at for at, sheet in enumerate(sheets)}
    asked = {(one.sheet, one.row) for one in result.namesakes}
    return render_template(
        "roster/preview_visits.html",
        step=StepForm(),
        upload=found,
        result=result,
        counts=visit_counts(result),
        form=form,
        mapping=chosen_mapping(request.values),
        same=set(request.values.getlist("same")),
        errors=[one for one in result.errors if (one.sheet, one.row) not in asked],
        sheets=[(places[one.sheet], one, missing_columns(one)) for one in reading.mappings],
        left_out=[(places[name], name, why) for name, why in reading.left_out],
        field_choices=[(field.value, field_words(field)) for field in VISIT_BOOK.fields],
        column_field=column_field,
        header_field=header_field,
        shown=SHOWN,
        differing=[row for row in result.results if row.proposals],
    )


def field_words(field: Field) -> str:
    """An item of the form is called as there."""
    if field.value.startswith(_DRUG):
        _drug, number, part = field.value.split("_", 2)
        return say(reason(f"visit.national.drug.{part}", of=Label(FIELDS["medicines"].label), number=number))
    if field.value in FIELDS:
        return str(_(FIELDS[field.value].label))
    return say(Reason(f"roster.field.{field}"))
