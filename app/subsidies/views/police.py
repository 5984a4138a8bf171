"""The police's part in the joint approval: no list, no search; they hand in whom they know of, once, and are told nothing back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.period import parse_period
from app.core.web import forget_reads, read_session, show_errors
from app.subsidies.forms_chain import PoliceForm
from app.subsidies.hands import require_person
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.joint import count_without_number, is_form_open
from app.subsidies.queries.runs import get_run
from app.subsidies.rules.chain import Office
from app.subsidies.service import answer_as_police
from app.subsidies.views.board import Answer, check_version, subsidies


@subsidies.get("/<public_id>/answer")
@permit(Action.ANSWER_SUBSIDY)
def answer_form(public_id: str) -> str:
    """The question, and how many payments it is about."""
    run = get_run(read_session(), current_actor(), public_id)
    return _form(run, PoliceForm(formdata=None))


@subsidies.post("/<public_id>/answer")
@permit(Action.ANSWER_SUBSIDY)
def answer(public_id: str) -> Answer:
    """Compare and sign, or send back what has to be looked at: the page says the same of both."""
    actor, form, clock = current_actor(), PoliceForm(), current_clock()
    if not form.validate_on_submit():
        return _form(get_run(read_session(), actor, public_id), form), 400
    require_person(actor)
    try:
        numbers = form.to_numbers()
        with transaction() as session:
            run = get_run(session, actor, public_id, lock=True)
            check_version(form, run)
            answer_as_police(session, current_keyring(), actor, run, numbers, clock.today(), clock.now())
    except (Conflict, Invalid) as refused:
        forget_reads()
        show_errors(form, refused)
        status = 409 if isinstance(refused, Conflict) else 400
        return _form(get_run(read_session(), actor, public_id), form), status
    flash(_("已提交，比对由民政继续办理。"), "good")
    return redirect(url_for("subsidies.signing"))


def _form(run: SubsidyRun, form: PoliceForm) -> str:
    session = read_session()
    form.version.data = str(run.version)
    return render_template(
        "subsidies/answer.html",
        run=run,
        quarter=parse_period(run.period),
        form=form,
        is_open=is_form_open(session, run, Office.POLICE),
        without_number=count_without_number(session, run),
    )
