"""The national system's export by page: upload, look at the columns, compare; progress is the work page's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.queries import display_names
from app.areas.queries import names_of
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.dates import parse_date
from app.core.db import transaction
from app.core.errors import AnhuError, NotFound
from app.core.keys import current_keyring
from app.core.reasons import Reason, say
from app.core.web import forget_reads, read_session, show_errors
from app.core.work import ask_for_work
from app.roster.forms import NationalForm, StepForm, chosen_mapping, column_field, header_field, overrides_of
from app.roster.queries import area_index
from app.roster.queries_national import count_many, list_comparisons, newest_mapping
from app.roster.rules.columns import Field
from app.roster.rules.listed_mapping import remembered
from app.roster.rules.national_columns import NATIONAL as NATIONAL_BOOK
from app.roster.rules.national_rows import NationalReading, read_national
from app.roster.service.listing import county_of_actor
from app.roster.service.national import check_as_of
from app.roster.service.uploads import NATIONAL, Upload, get_upload
from app.roster.views.blueprint import SHOWN, roster
from app.roster.views.steps import keep_sent_file, mapping_in_address
from app.roster.work import COMPARE_NATIONAL

LOOKED_AT = 2_000  # rows of a sheet that the page reads to show how the columns were understood
# what is compared, in the order of the page; any of the columns gives it
_ITEMS = (
    (Field.PATIENT_ID,), (Field.RECORD_NUMBER,), (Field.PATIENT_BIRTH,), (Field.DIAGNOSIS, Field.ICD10), (Field.RISK_LEVEL,), (Field.STATE,),
    (Field.DIED_ON,), (Field.VISITED_ON,), (Field.VILLAGE, Field.ADDRESS, Field.TOWN, Field.AREA_CODE), (Field.AGENCY,),
)  # fmt: skip


@roster.get("/national/")
@permit(Action.SEE_COMPARISON)
def compare_register() -> str:
    """What was compared, the newest first; whoever may load an export does it here."""
    return _upload_page(NationalForm())


@roster.post("/national/")
@permit(Action.COMPARE_NATIONAL)
def receive_register() -> BaseResponse | tuple[str, int]:
    form = NationalForm()
    if not form.validate_on_submit():
        return _upload_page(form), 400
    try:
        check_as_of(form.as_of.data, current_clock().today())
        county_of_actor(current_actor())
        public_id = keep_sent_file(form, NATIONAL)
    except AnhuError as refused:
        show_errors(form, refused)
        return _upload_page(form), 400
    return redirect(url_for("roster.preview_register", as_of=form.as_of.data.isoformat(), public_id=public_id))


@roster.get("/national/files/<as_of>/<public_id>")
@permit(Action.COMPARE_NATIONAL)
def preview_register(as_of: str, public_id: str) -> str:
    """How the file would be read; nobody is compared yet."""
    return _preview_page(_day(as_of), public_id)


@roster.post("/national/files/<as_of>/<public_id>")
@permit(Action.COMPARE_NATIONAL)
def remap_register(as_of: str, public_id: str) -> BaseResponse:
    """Look again with the user's own mapping, which from here on stands in the address."""
    where = url_for("roster.preview_register", as_of=_day(as_of).isoformat(), public_id=public_id)
    return redirect(f"{where}?{mapping_in_address(public_id, NATIONAL, NATIONAL_BOOK)}")


@roster.post("/national/files/<as_of>/<public_id>/compare")
@permit(Action.COMPARE_NATIONAL)
def confirm_register(as_of: str, public_id: str) -> BaseResponse | tuple[str, int]:
    """Hand the comparison to the scheduler process and show its progress."""
    day = _day(as_of)
    if not StepForm().validate_on_submit():
        return _preview_page(day, public_id), 400
    actor, now = current_actor(), current_clock().now()
    with transaction() as session:
        get_upload(session, current_keyring(), actor, NATIONAL, public_id, now)
        args = {"file": public_id, "as_of": day.isoformat(), "mapping": chosen_mapping(request.form)}
        live_key = f"{COMPARE_NATIONAL}:{public_id}"
        work_id = ask_for_work(session, COMPARE_NATIONAL, args, live_key, actor, now).public_id
    return redirect(url_for("work.show", public_id=work_id))


def _day(text: str) -> date:
    """The day of the export, as the address has it."""
    try:
        day = parse_date(text)
    except ValueError:
        raise NotFound() from None
    if day > current_clock().today():
        raise NotFound()
    return day


def _upload_page(form: NationalForm) -> str:
    forget_reads()
    session = read_session()
    comparisons = list_comparisons(session, current_actor())
    counted = count_many(session, comparisons)
    return render_template(
        "roster/national/upload.html",
        form=form,
        comparisons=[(one, counted[one.id]) for one in comparisons],
        names=display_names(session, {one.compared_by for one in comparisons}),
    )


def _read(found: Upload) -> tuple[NationalReading, dict[str, int], int]:
    """What the first rows say, the sheets by their place, and how many rows there are to compare."""
    session, actor, today = read_session(), current_actor(), current_clock().today()
    sheets, county = found.sheets(), county_of_actor(actor)
    known = remembered(sheets, newest_mapping(session, actor), NATIONAL_BOOK)
    overrides = {**known, **overrides_of(sheets, chosen_mapping(request.values), NATIONAL_BOOK)}
    shortened = [replace(sheet, rows=sheet.rows[:LOOKED_AT]) for sheet in sheets]
    reading = read_national(
        shortened, area_index(session, actor), names_of(session, [county])[county], today, overrides
    )
    places = {sheet.name: at for at, sheet in enumerate(sheets)}
    rows = sum(len(sheets[places[one.sheet]].rows) - one.header_row for one in reading.mappings)
    return reading, places, rows


def _preview_page(as_of: date, public_id: str) -> str:
    found = get_upload(read_session(), current_keyring(), current_actor(), NATIONAL, public_id, current_clock().now())
    reading, places, rows = _read(found)
    mapped = {column.field for mapping in reading.mappings for column in mapping.columns if column.field}
    return render_template(
        "roster/national/preview.html",
        step=StepForm(),
        upload=found,
        as_of=as_of,
        reading=reading,
        rows=rows,
        looked_at=LOOKED_AT,
        compared=[one[0] for one in _ITEMS if mapped.intersection(one)],
        not_compared=[one[0] for one in _ITEMS if not mapped.intersection(one)],
        unread=_unread(reading),
        mapping=chosen_mapping(request.values),
        sheets=[(places[one.sheet], one, []) for one in reading.mappings],
        left_out=[(places[name], name, why) for name, why in reading.left_out],
        field_choices=[(field.value, say(Reason(f"roster.field.{field}"))) for field in NATIONAL_BOOK.fields],
        column_field=column_field,
        header_field=header_field,
    )


def _unread(reading: NationalReading) -> list[tuple[Reason, list[int], int]]:
    """Why rows could not be read → the numbers of the first of them, and how many there are; never what a row says."""
    rows: dict[str, list[int]] = {}
    for one in reading.unread:
        rows.setdefault(one.why, []).append(one.row)
    return [(Reason(f"roster.national.why.{why}"), several[:SHOWN], len(several)) for why, several in rows.items()]
