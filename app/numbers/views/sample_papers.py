"""Papers of a sample: the forms to check by on site, and what came of it."""

from __future__ import annotations

from io import BytesIO

from flask import Response, send_file

from app.audit.prints import keep_print, mark_of
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.web import forget_reads, read_session
from app.numbers.paper_lists import LISTS as SHAPES
from app.numbers.papers_sampling import form_paper, summary_document
from app.numbers.queries.kept_reports import MEDIA
from app.numbers.queries.sampling import (
    get_sample,
    list_units,
)
from app.numbers.views.blueprint import numbers
from app.people.vault import Vault


@numbers.get("/samples/<public_id>/<unit>/form.pdf")
@permit(Action.DRAW_SAMPLES)
@paper
def sample_form(public_id: str, unit: str) -> Response:
    """An institution's forms to check by on site, a page a record, on record as a print."""
    session, actor, clock = read_session(), current_actor(), current_clock()
    found = get_sample(session, actor, public_id)
    [checked], keyring = list_units(session, actor, found, unit), current_keyring()
    if not checked.tally.drawn:
        raise NotFound()
    render, wanted = form_paper(session, actor, Vault(session, keyring), found, checked, clock.today(), clock.now())
    content = render(mark_of(keyring, wanted))
    forget_reads()
    with transaction() as writing:
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
