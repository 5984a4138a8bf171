"""Other offices' lists by page: upload, look at the columns, compare; progress is the work page's, the result the subsidy room's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.dates import parse_date
from app.core.db import transaction
from app.core.errors import AnhuError, Invalid, NotFound
from app.core.i18n import gettext_anywhere
from app.core.keys import current_keyring
from app.core.reasons import Reason, say
from app.core.web import forget_reads, read_session, show_errors
from app.core.work import ask_for_work
from app.core.workbooks.sheet import Sheet
from app.roster.forms import CheckListForm, StepForm, chosen_mapping, column_field, header_field, overrides_of
from app.roster.papers import list_template_workbook
from app.roster.rules.list_template import LIST_TITLES
from app.roster.rules.listed_columns import LISTED
from app.roster.rules.listed_mapping import remembered
from app.roster.rules.listed_rows import ListedReading, read_listed
from app.roster.service.listing import county_of_actor
from app.roster.service.uploads import CHECK_LISTS, get_upload
from app.roster.views.blueprint import SHOWN, roster, workbook
from app.roster.views.steps import keep_sent_file, mapping_in_address
from app.roster.work import COMPARE
from app.subsidies.queries.hits import last_mapping
from app.subsidies.rules.checks import CARE, ListKind
from app.subsidies.service.checks import check_as_of, require_kind

LOOKED_AT = 5_000  # rows of a sheet that the page reads to show how the columns were understood


class _Source(NamedTuple):
    """Which list it is; stands in the address between the steps."""

    kind: ListKind
    as_of: date

    def address(self, endpoint: str, public_id: str) -> str:
        return url_for(endpoint, list_kind=self.kind.value, as_of=self.as_of.isoformat(), public_id=public_id)


@roster.get("/lists/")
@permit(Action.KEEP_CHECK_LISTS)
def upload_list() -> str:
    return _upload_page(CheckListForm(_kinds()))


@roster.post("/lists/")
@permit(Action.KEEP_CHECK_LISTS)
def receive_list() -> BaseResponse | tuple[str, int]:
    form = CheckListForm(_kinds())
    if not form.validate_on_submit():
        return _upload_page(form), 400
    try:
        if wrong := check_as_of(form.as_of.data, current_clock().today()):
            raise Invalid({"as_of": list(wrong)})
        county_of_actor(current_actor())
        public_id = keep_sent_file(form, CHECK_LISTS)
    except AnhuError as refused:
        show_errors(form, refused)
        return _upload_page(form), 400
    return redirect(_Source(ListKind(form.kind.data), form.as_of.data).address("roster.preview_list", public_id))


@roster.get("/lists/template/<list_kind>")
@permit(Action.KEEP_CHECK_LISTS)
def list_template(list_kind: str) -> Response:
    """The empty workbook for the office."""
    if list_kind not in set(ListKind):
        raise NotFound()
    wanted = ListKind(list_kind)
    return workbook(list_template_workbook(wanted), f"{gettext_anywhere(LIST_TITLES[wanted])}.xlsx")


@roster.get("/lists/<list_kind>/<as_of>/<public_id>")
@permit(Action.KEEP_CHECK_LISTS)
def preview_list(list_kind: str, as_of: str, public_id: str) -> str:
    """How the file would be read; nobody is compared yet."""
    return _preview_page(_source(list_kind, as_of), public_id)


@roster.post("/lists/<list_kind>/<as_of>/<public_id>")
@permit(Action.KEEP_CHECK_LISTS)
def remap_list(list_kind: str, as_of: str, public_id: str) -> BaseResponse:
    """Look again with the user's own mapping, which from here on stands in the address."""
    source = _source(list_kind, as_of)
    mapping = mapping_in_address(public_id, CHECK_LISTS, LISTED)
    return redirect(f"{source.address('roster.preview_list', public_id)}?{mapping}")


@roster.post("/lists/<list_kind>/<as_of>/<public_id>/load")
@permit(Action.KEEP_CHECK_LISTS)
def confirm_list(list_kind: str, as_of: str, public_id: str) -> BaseResponse | tuple[str, int]:
    """Hand the comparison to the scheduler process and show its progress."""
    source = _source(list_kind, as_of)
    if not StepForm().validate_on_submit():
        return _preview_page(source, public_id), 400
    actor, now = current_actor(), current_clock().now()
    with transaction() as session:
        found = get_upload(session, current_keyring(), actor, CHECK_LISTS, public_id, now)
        args = {
            "file": public_id,
            "kind": source.kind.value,
            "as_of": source.as_of.isoformat(),
            "mapping": chosen_mapping(request.form),
        }
        live_key = f"{COMPARE}:{source.kind}:{found.sha256}"
        work_id = ask_for_work(session, COMPARE, args, live_key, actor, now).public_id
    return redirect(url_for("work.show", public_id=work_id))


def _kinds() -> list[ListKind]:
    """The kinds that this actor may load."""
    reads_care = may(current_actor(), Action.KEEP_CARE_LISTS)
    return [kind for kind in ListKind if reads_care or kind not in CARE]


def _source(kind: str, as_of: str) -> _Source:
    """The list that the address names; `NotFound` for none, `Forbidden` for one that is others' to load."""
    try:
        found = _Source(ListKind(kind), parse_date(as_of))
    except ValueError:
        raise NotFound() from None
    require_kind(current_actor(), found.kind)
    return found


def _upload_page(form: CheckListForm) -> str:
    forget_reads()
    return render_template("roster/upload_list.html", form=form, kinds=_kinds())


def _read(sheets: Sequence[Sheet], kind: ListKind) -> ListedReading:
    known = last_mapping(read_session(), county_of_actor(current_actor()), kind)
    overrides = {**remembered(sheets, known), **overrides_of(sheets, chosen_mapping(request.values), LISTED)}
    shortened = [replace(sheet, rows=sheet.rows[:LOOKED_AT]) for sheet in sheets]
    return read_listed(shortened, current_clock().today(), overrides)


def _preview_page(source: _Source, public_id: str) -> str:
    session, actor, now = read_session(), current_actor(), current_clock().now()
    found = get_upload(session, current_keyring(), actor, CHECK_LISTS, public_id, now)
    sheets = found.sheets()
    reading = _read(sheets, source.kind)
    places = {sheet.name: at for at, sheet in enumerate(sheets)}
    return render_template(
        "roster/preview_list.html",
        step=StepForm(),
        upload=found,
        source=source,
        reading=reading,
        rows=sum(len(sheets[places[one.sheet]].rows) - one.header_row for one in reading.mappings),
        unread=_unread(reading),
        mapping=chosen_mapping(request.values),
        sheets=[(places[one.sheet], one, []) for one in reading.mappings],
        left_out=[(places[name], name, why) for name, why in reading.left_out],
        field_choices=[(field.value, say(Reason(f"roster.listed.{field}"))) for field in LISTED.fields],
        column_field=column_field,
        header_field=header_field,
        looked_at=LOOKED_AT,
    )


def _unread(reading: ListedReading) -> list[tuple[Reason, list[int], int]]:
    """What is wrong → the numbers of its first rows, and how many there are; never what a row says."""
    rows: dict[str, list[int]] = {}
    for one in reading.unread:
        rows.setdefault(one.why.code, []).append(one.row)
    return [(Reason(code), several[:SHOWN], len(several)) for code, several in rows.items()]
