"""Papers of a sample: the forms to check by on site, and what came of it."""

from __future__ import annotations

from io import BytesIO

from flask import Response, send_file

from app.audit.prints import keep_print
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.web import forget_reads, read_session
from app.numbers.paper_lists import LISTS as SHAPES
from app.numbers.papers_sampling import read_forms, summary_document
from app.numbers.queries.kept_reports import MEDIA
from app.numbers.queries.sampling import (
    get_sample,
    list_units,
)
from app.numbers.rules.sampling import MOST_BOUND
from app.numbers.views.blueprint import numbers
from reports.forms.sample_check import render_sample_check


@numbers.get("/samples/<public_id>/<unit>/form.pdf")
@permit(Action.DRAW_SAMPLES)
@paper
def sample_form(public_id: str, unit: str) -> Response:
    """An institution's forms to check by on site, a page a record, on record as a print."""
    return _forms(public_id, unit)


@numbers.get("/samples/<public_id>/forms.pdf")
@permit(Action.DRAW_SAMPLES)
@paper
def sample_forms(public_id: str) -> Response:
    """Those of all institutions in one file; each institution's is on record as a print of its own."""
    return _forms(public_id)


def _forms(public_id: str, only: str = "") -> Response:
    session, actor, keyring, now = read_session(), current_actor(), current_keyring(), current_clock().now()
    found = get_sample(session, actor, public_id)
    if not only and found.drawn_count > MOST_BOUND:
        raise NotFound()
    units = [one for one in list_units(session, actor, found, only) if one.tally.drawn]
    if not units:
        raise NotFound()
    read = read_forms(session, keyring, actor, found, units, now)
    content = render_sample_check([document for document, _wanted in read])
    forget_reads()
    with transaction() as writing:
        for _document, wanted in read:
            keep_print(writing, keyring, actor, wanted, content)
    return hand_out(content, _("现场核查表"))


@numbers.get("/samples/<public_id>/summary.<ending>")
@permit(Action.SEE_SAMPLES)
@paper
def sample_summary(public_id: str, ending: str) -> Response:
    """What came of it by institution and item, as PDF or workbook. On record."""
    session, actor, keyring, now = read_session(), current_actor(), current_keyring(), current_clock().now()
    found = get_sample(session, actor, public_id)
    if ending not in SHAPES:
        raise NotFound()
    document, wanted = summary_document(session, keyring, actor, found, now)
    content, number = SHAPES[ending](document), f"{found.year}-{found.serial}"
    forget_reads()
    with transaction() as writing:
        keep_print(writing, keyring, actor, wanted, content)
    name = f"sample-{number}.{ending}"
    return send_file(BytesIO(content), mimetype=MEDIA[ending], as_attachment=True, download_name=name)
