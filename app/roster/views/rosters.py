"""Roster import by page: upload, look at mapping and errors, confirm; progress is the work page's."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError
from app.core.i18n import gettext_anywhere
from app.core.keys import current_keyring
from app.core.reasons import Reason, say
from app.core.web import forget_reads, read_session, show_errors
from app.core.work import ask_for_work
from app.core.workbooks.sheet import Sheet
from app.people.vault import Vault
from app.roster.commands import ImportResult, Mode
from app.roster.forms import (
    ImportForm,
    StepForm,
    UploadForm,
    chosen_mapping,
    column_field,
    header_field,
    overrides_of,
)
from app.roster.papers import TEMPLATE_NAME, template_workbook
from app.roster.queries import (
    ROSTER_KIND,
    area_index,
    get_import,
    list_imports,
    list_rows_with_remarks,
)
from app.roster.rules.book import ROSTER
from app.roster.rules.header import missing_columns
from app.roster.rules.rows import RosterReading, read_roster
from app.roster.service import import_roster
from app.roster.service.importing import counts_of
from app.roster.service.uploads import ROSTERS, Upload, get_upload
from app.roster.views.blueprint import SHOWN, roster, workbook
from app.roster.views.steps import hand_out_kept, hand_out_refused, keep_sent_file, mapping_in_address
from app.roster.work import IMPORT


@roster.get("/")
@permit(Action.IMPORT_ROSTER)
def upload() -> str:
    return _upload_page(UploadForm())


@roster.post("/")
@permit(Action.IMPORT_ROSTER)
def receive() -> BaseResponse | tuple[str, int]:
    form = UploadForm()
    if not form.validate_on_submit():
        return _upload_page(form), 400
    try:
        public_id = keep_sent_file(form, ROSTERS)
    except AnhuError as refused:
        show_errors(form, refused)
        return _upload_page(form), 400
    return redirect(url_for("roster.preview", public_id=public_id))


@roster.get("/template")
@permit(Action.IMPORT_ROSTER)
def template() -> Response:
    """The empty workbook."""
    return workbook(template_workbook(), gettext_anywhere(TEMPLATE_NAME))


@roster.get("/files/<public_id>")
@permit(Action.IMPORT_ROSTER)
def preview(public_id: str) -> str:
    """How the file would be read, what is wrong with it and what an import would do; nothing is stored."""
    return _preview_page(public_id, ImportForm())


@roster.post("/files/<public_id>")
@permit(Action.IMPORT_ROSTER)
def remap(public_id: str) -> BaseResponse:
    """Look again with the user's own mapping, which from here on stands in the address."""
    mapping = mapping_in_address(public_id, ROSTERS, ROSTER)
    return redirect(f"{url_for('roster.preview', public_id=public_id)}?{mapping}")


@roster.post("/files/<public_id>/import", endpoint="confirm")
@permit(Action.IMPORT_ROSTER)
def confirm(public_id: str) -> BaseResponse | tuple[str, int]:
    """Hand the import to the scheduler process and show its progress."""
    form = ImportForm()
    if not form.validate_on_submit():
        return _preview_page(public_id, form), 400
    actor, now = current_actor(), current_clock().now()
    with transaction() as session:
        found = get_upload(session, current_keyring(), actor, ROSTERS, public_id, now)
        args = {"file": public_id, "mode": form.chosen.value, "mapping": chosen_mapping(request.form)}
        item = ask_for_work(session, IMPORT, args, f"{IMPORT}:{found.sha256}", actor, now)
        work_id = item.public_id
    return redirect(url_for("work.show", public_id=work_id))


@roster.get("/files/<public_id>/rejects")
@permit(Action.IMPORT_ROSTER)
def rejects(public_id: str) -> Response:
    """The rows that an import would refuse, with their reasons, as a workbook to mend."""
    found, sheets, reading = _read(public_id)
    return hand_out_refused(sheets, reading.mappings, _dry_run(found, reading))


@roster.get("/imports/<public_id>")
@permit(Action.IMPORT_ROSTER)
def show_import(public_id: str) -> str:
    """What an import did, and the rows that wait for a person."""
    session, actor = read_session(), current_actor()
    done = get_import(session, actor, public_id, ROSTER_KIND)
    rows = [
        (row, [(one.get("column", ""), Reason.from_json(one)) for one in row.remarks])
        for row in list_rows_with_remarks(session, done, SHOWN)
    ]
    return render_template("roster/show_import.html", done=done, rows=rows)


@roster.get("/imports/<public_id>/rejects", endpoint="import_rejects")
@permit(Action.IMPORT_ROSTER)
def import_rejects(public_id: str) -> Response:
    return hand_out_kept(public_id, ROSTER_KIND)


def _upload_page(form: UploadForm) -> str:
    forget_reads()
    imports = list_imports(read_session(), current_actor(), ROSTER_KIND)
    return render_template("roster/upload.html", form=form, imports=imports)


def _read(public_id: str) -> tuple[Upload, list[Sheet], RosterReading]:
    session, actor, clock = read_session(), current_actor(), current_clock()
    found = get_upload(session, current_keyring(), actor, ROSTERS, public_id, clock.now())
    sheets = found.sheets()
    overrides = overrides_of(sheets, chosen_mapping(request.values), ROSTER)
    return found, sheets, read_roster(sheets, area_index(session, actor), clock.today(), overrides)


def _dry_run(found: Upload, reading: RosterReading) -> ImportResult:
    session, clock = read_session(), current_clock()
    vault = Vault(session, current_keyring())
    return import_roster(
        session, vault, current_actor(), reading, found.sha256, Mode.DRY_RUN, clock.today(), clock.now()
    )


def _preview_page(public_id: str, form: ImportForm) -> str:
    found, sheets, reading = _read(public_id)
    result = _dry_run(found, reading)
    if not form.mode.data:
        form.mode.data = (Mode.GOOD_ROWS if result.errors else Mode.ALL).value
    places = {sheet.name: at for at, sheet in enumerate(sheets)}
    return render_template(
        "roster/preview.html",
        step=StepForm(),
        upload=found,
        reading=reading,
        result=result,
        counts=counts_of(result),
        form=form,
        mapping=chosen_mapping(request.values),
        sheets=[(places[one.sheet], one, missing_columns(one)) for one in reading.mappings],
        left_out=[(places[name], name, why) for name, why in reading.left_out],
        field_choices=[(field.value, say(Reason(f"roster.field.{field}"))) for field in ROSTER.fields],
        column_field=column_field,
        header_field=header_field,
        shown=SHOWN,
        proposals=[(row, why) for row in result.results for why in row.proposals],
    )
