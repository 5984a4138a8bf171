"""Money paid too much: the list, one case with everything behind it, each role's own step, the letter and the printed list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.rules import code_of
from app.audit.prints import Print, keep_print
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.forms import Form
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.money import Money
from app.core.papers import paper
from app.core.web import forget_reads, read_session, show_errors
from app.core.work import ask_for_work
from app.subsidies.forms_recovery import ProposalForm, ReceiptForm
from app.subsidies.hands import require_person
from app.subsidies.papers.labels import RECOVERIES, RECOVERY_LETTER
from app.subsidies.papers.pay_file import XLSX
from app.subsidies.papers.recoveries import (
    print_of_cases,
    print_of_letter,
    recoveries_document,
    recovery_letter,
)
from app.subsidies.queries.recoveries import (
    CaseRow,
    all_cases,
    count_cases,
    get_case,
    get_recovery,
    list_case_steps,
    list_cases,
    standing_proposal,
    towns_with_cases,
)
from app.subsidies.rules.recovery import OPEN, OUTCOME_LABELS, STATE_LABELS, STEP_LABELS, RecoveryState, outcomes_from
from app.subsidies.service.correcting import Look, review_case
from app.subsidies.service.late_facts import WORK
from app.subsidies.service.printing import PDF
from app.subsidies.service.recovering import decide_recovery, propose_recovery, receive_money
from app.subsidies.views.board import Answer, remember_refusal, subsidies
from reports.recoveries import (
    RecoveriesDocument,
    render_recoveries_pdf,
    render_recoveries_xlsx,
    render_recovery_letter,
)

Act = Callable[[Session, Actor, datetime, date], object]

ASKED = (RecoveryState.ASKED, RecoveryState.PARTLY)
ALL = "all"


@subsidies.get("/recoveries")
@permit(Action.SEE_SUBSIDY)
def recoveries() -> str:
    """Cases by state and town; the open ones unless others are asked for."""
    session, actor = read_session(), current_actor()
    states, chosen, town = _chosen()
    return render_template(
        "subsidies/recoveries.html",
        page=list_cases(session, actor, states, town, request.args.get("after")),
        counts=count_cases(session, actor),
        towns=towns_with_cases(session, actor),
        chosen=chosen,
        town=town,
        states=RecoveryState,
        open_states=OPEN,
        labels=STATE_LABELS,
        no_money=Money.zero(),
    )


@subsidies.post("/recoveries/find")
@permit(Action.PREPARE_SUBSIDY)
def find_recoveries() -> BaseResponse:
    """Have what was paid looked through with the facts of today, without waiting for the night or for the next run."""
    actor = current_actor()
    require_person(actor)
    county = code_of(actor.area_prefix)
    with transaction() as session:
        item = ask_for_work(session, WORK, {"county": county}, f"{WORK}:{county}", actor, current_clock().now())
        return redirect(url_for("work.show", public_id=item.public_id))


@subsidies.get("/recoveries/<public_id>")
@permit(Action.SEE_SUBSIDY)
def show_recovery(public_id: str) -> str:
    """Everything about one case, and the step that this role may take."""
    return _page(public_id)


@subsidies.post("/recoveries/<public_id>/propose")
@permit(Action.PREPARE_SUBSIDY)
def propose_for_recovery(public_id: str) -> Answer:
    """The clerk writes down what the county decided."""
    case = get_recovery(read_session(), current_actor(), public_id)
    form = ProposalForm(outcomes_from(case.state), current_clock().today())
    return _take(
        public_id, form, lambda s, a, now, today: propose_recovery(s, a, form.to_command(public_id), now, today),
        _("已登记，等待复核人审定。"),
    )  # fmt: skip


@subsidies.post("/recoveries/<public_id>/agree")
@permit(Action.APPROVE_SUBSIDY)
def agree_to_recovery(public_id: str) -> Answer:
    """The reviewer agrees."""
    return _take(
        public_id, Form(), lambda s, a, now, today: decide_recovery(s, a, public_id, True, now, today), _("已审定。")
    )


@subsidies.post("/recoveries/<public_id>/turn-down")
@permit(Action.APPROVE_SUBSIDY)
def turn_down_recovery(public_id: str) -> Answer:
    """The reviewer does not; the case stays as it was."""
    return _take(
        public_id, Form(), lambda s, a, now, today: decide_recovery(s, a, public_id, False, now, today),
        _("已退回经办人。"),
    )  # fmt: skip


@subsidies.post("/recoveries/<public_id>/receive")
@permit(Action.PAY_SUBSIDY)
def receive_recovery(public_id: str) -> Answer:
    """Finance books what came back."""
    get_recovery(read_session(), current_actor(), public_id)
    form = ReceiptForm(current_clock().today())
    return _take(
        public_id, form, lambda s, a, now, today: receive_money(s, a, form.to_command(public_id), now, today),
        _("已登记退款。"),
    )  # fmt: skip


@subsidies.get("/recoveries/<public_id>/letter.pdf")
@permit(Action.PRINT_SUBSIDY)
@paper
def recovery_letter_pdf(public_id: str) -> BaseResponse:
    """The letter to the guardian, once the county has decided to ask."""
    session, actor, clock = read_session(), current_actor(), current_clock()
    row, now = get_case(session, actor, public_id), clock.now()
    if row.case.state not in ASKED:
        raise NotFound()
    letter = recovery_letter(session, current_keyring(), actor, row, clock.today(), now)
    return _hand_out(
        render_recovery_letter(letter),
        print_of_letter(row, actor, now),
        PDF,
        f"{RECOVERY_LETTER}{row.agreement_number}.pdf",
    )


@subsidies.get("/recoveries.pdf")
@permit(Action.PRINT_SUBSIDY)
@paper
def recoveries_pdf() -> BaseResponse:
    """The list as it is filtered, to print."""
    return _list("pdf", PDF, render_recoveries_pdf)


@subsidies.get("/recoveries.xlsx")
@permit(Action.PRINT_SUBSIDY)
@paper
def recoveries_xlsx() -> BaseResponse:
    """The same rows as a workbook."""
    return _list("xlsx", XLSX, render_recoveries_xlsx)


def _list(ending: str, media_type: str, render: Callable[[RecoveriesDocument], bytes]) -> BaseResponse:
    session, actor, clock = read_session(), current_actor(), current_clock()
    states, _chosen_state, town = _chosen()
    county, now, rows = code_of(actor.area_prefix), clock.now(), all_cases(session, actor, states, town)
    content = render(recoveries_document(session, current_keyring(), actor, county, rows, clock.today(), now))
    return _hand_out(content, print_of_cases(county, rows, actor, now), media_type, f"{RECOVERIES}.{ending}")


def _hand_out(content: bytes, printed: Print, media_type: str, name: str) -> BaseResponse:
    """Noted, because paper leaves the house."""
    with transaction() as writing:
        keep_print(writing, current_keyring(), current_actor(), printed, content)
    return send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)


def _chosen() -> tuple[tuple[RecoveryState, ...], str, str]:
    """States and town that the address asks for; what it does not know counts as not asked."""
    asked, town = request.args.get("state", ""), request.args.get("town", "")
    known = {area.code for area in towns_with_cases(read_session(), current_actor())} if town else set()
    town = town if town in known else ""
    if asked in set(RecoveryState):
        return (RecoveryState(asked),), asked, town
    return ((), ALL, town) if asked == ALL else (OPEN, "", town)


def _take(public_id: str, form: Form, act: Act, done: str) -> Answer:
    """One act in one transaction; a refusal comes back on the case's page with what was typed."""
    actor = current_actor()
    get_recovery(read_session(), actor, public_id)
    if not form.validate_on_submit():
        return _page(public_id, form), 400
    require_person(actor)
    try:
        with transaction() as session:
            act(session, actor, current_clock().now(), current_clock().today())
    except (Conflict, Invalid) as refused:
        remember_refusal(("recovery", public_id), refused)
        forget_reads()
        show_errors(form, refused)
        return _page(public_id, form), 400 if isinstance(refused, Invalid) else 409
    flash(done, "good")
    return redirect(url_for("subsidies.show_recovery", public_id=public_id))


def _page(public_id: str, form: Form | None = None) -> str:
    session, actor, clock = read_session(), current_actor(), current_clock()
    row = get_case(session, actor, public_id)
    return render_template(
        "subsidies/recovery.html",
        row=row,
        now_due=_today(session, row, Look(clock.today(), clock.now())),
        steps=list_case_steps(session, row.case),
        proposal=standing_proposal(session, row.case),
        form=form,
        proposal_form=form
        if isinstance(form, ProposalForm)
        else ProposalForm(outcomes_from(row.case.state), clock.today(), formdata=None),
        receipt_form=form if isinstance(form, ReceiptForm) else ReceiptForm(clock.today(), formdata=None),
        state_labels=STATE_LABELS,
        step_labels=STEP_LABELS,
        outcome_labels=OUTCOME_LABELS,
        is_open=row.case.state in OPEN,
        is_asked=row.case.state in ASKED,
    )


def _today(session: Session, row: CaseRow, look: Look) -> Money | None:
    """What is too much by the facts of today; None for a case that is closed."""
    return review_case(session, row.case, look)[1] if row.case.state in OPEN else None
