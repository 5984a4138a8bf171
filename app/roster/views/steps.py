"""What the pages of every kind of list do alike: keep the file, look again with another mapping, hand out the refused rows."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import Response, request

from app.core.access import current_actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.files import open_file
from app.core.forms import refuse_untidy
from app.core.i18n import gettext_anywhere
from app.core.keys import current_keyring
from app.core.reasons import Reason
from app.core.web import forget_reads, read_session
from app.core.workbooks.sheet import Sheet
from app.roster.commands import ImportResult
from app.roster.forms import (
    CheckListForm,
    NationalForm,
    UploadForm,
    UploadVisitsForm,
    changed_mapping,
    chosen_mapping,
    is_mapping,
)
from app.roster.papers import REJECTS_NAME, rejects_of
from app.roster.queries import get_import, get_rejects_file
from app.roster.rules.book import Book
from app.roster.rules.header import SheetMapping
from app.roster.service.uploads import UploadKind, get_upload, keep_upload, note_rejects_taken
from app.roster.views.blueprint import workbook


def keep_sent_file(form: UploadForm | UploadVisitsForm | CheckListForm | NationalForm, kind: UploadKind) -> str:
    """Keep the workbook that was sent; returns its public id. Raises `AnhuError` for what cannot be read."""
    content, name = form.file.data.read(), form.file.data.filename or ""
    with transaction() as session:
        now = current_clock().now()
        return keep_upload(session, current_keyring(), current_actor(), kind, name, content, now).public_id


def mapping_in_address(public_id: str, kind: UploadKind, book: Book) -> str:
    """The user's own mapping as the query of the preview's address. Raises `Invalid` for columns that no list has."""
    refuse_untidy()
    if not is_mapping(request.form, book):
        raise Invalid({"": [Reason("roster.mapping.unknown")]})
    clock = current_clock()
    found = get_upload(read_session(), current_keyring(), current_actor(), kind, public_id, clock.now())
    return urlencode(changed_mapping(found.sheets(), chosen_mapping(request.form), clock.today().year, book))


def hand_out_refused(sheets: list[Sheet], mappings: Sequence[SheetMapping], result: ImportResult) -> Response:
    """The rows that an import would refuse, with their reasons, as a workbook to mend; noted."""
    now = current_clock().now()
    content = rejects_of(sheets, mappings, result.errors, now)
    forget_reads()
    with transaction() as session:
        note_rejects_taken(session, current_actor(), result.bad_rows, now)
    return workbook(content, gettext_anywhere(REJECTS_NAME))


def hand_out_kept(public_id: str, kind: str) -> Response:
    """The refused rows that an import has kept; noted."""
    actor = current_actor()
    with transaction() as session:
        done = get_import(session, actor, public_id, kind)
        file = get_rejects_file(session, done)
        content, name = open_file(session, current_keyring(), file), file.name
        note_rejects_taken(session, actor, done.counts["errors"], current_clock().now())
    return workbook(content, name)
