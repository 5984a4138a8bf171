"""The county's fund: what it holds, every movement with its cause, and what waits for a second person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.rules import code_of
from app.audit.prints import keep_print
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.forms import Form
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import paper
from app.core.web import forget_reads, read_session, show_errors
from app.subsidies.forms_fund import MoneyForm, ReversalForm, YearEndForm
from app.subsidies.forms_policy import PoolReasonForm
from app.subsidies.hands import require_person
from app.subsidies.papers.fund import fund_document, print_of_fund
from app.subsidies.papers.labels import FUND_STATEMENT
from app.subsidies.papers.pay_file import XLSX
from app.subsidies.queries.floors import pool_below
from app.subsidies.queries.fund import fund_sheet, get_entry, has_fund, list_proposals, list_years, year_end_of
from app.subsidies.queries.runs import area_name
from app.subsidies.rules.floors import FLOOR_GROUND_LABELS
from app.subsidies.rules.fund import KIND_LABELS, SIDE_LABELS, SOURCES, EntryKind, FundSide
from app.subsidies.service.booking import set_year_end
from app.subsidies.service.floors import state_pool_reason
from app.subsidies.service.funding import decide_proposal, propose_money, propose_reversal, withdraw_proposal
from app.subsidies.service.printing import PDF
from app.subsidies.views.board import Answer, subsidies
from reports.fund import FundDocument, render_fund_pdf, render_fund_xlsx

Act = Callable[[Session, Actor, datetime], object]


@subsidies.get("/fund")
@permit(Action.SEE_SUBSIDY)
def fund() -> str:
    """One year of the fund, this year's unless another is asked for."""
    return _page()


@subsidies.post("/fund", endpoint="propose_fund")
@permit(Action.PROPOSE_FUND)
def propose_fund() -> Answer:
    """Write down money that was granted."""
    form = MoneyForm(current_clock().today())
    return _take(
        form,
        lambda s, a, now: propose_money(s, a, form.to_command(code_of(a.area_prefix)), now, current_clock().today()),
        _("已登记，等待复核人确认。"),
    )


@subsidies.post("/fund/year-end")
@permit(Action.PROPOSE_FUND)
def fund_year_end() -> Answer:
    """What becomes of the rest on the year's last day."""
    form = YearEndForm()
    return _take(
        form, lambda s, a, now: set_year_end(s, a, code_of(a.area_prefix), form.chosen, now), _("年终规则已保存。")
    )


@subsidies.post("/fund/below-floor")
@permit(Action.PROPOSE_FUND)
def state_below_floor() -> Answer:
    """Why the year's pool stays below the city's floor."""
    form, year = PoolReasonForm(), current_clock().today().year
    return _take(
        form,
        lambda s, a, now: state_pool_reason(
            s, a, code_of(a.area_prefix), year, form.floor_ground.data, form.floor_reference.data or "", now
        ),
        _("原因已记录。"),
    )


@subsidies.post("/fund/proposals/<public_id>/approve")
@permit(Action.APPROVE_FUND)
def approve_fund(public_id: str) -> Answer:
    """The second person agrees; the money is posted."""
    return _take(Form(), lambda s, a, now: decide_proposal(s, a, public_id, True, now), _("已确认入账。"))


@subsidies.post("/fund/proposals/<public_id>/refuse")
@permit(Action.APPROVE_FUND)
def refuse_fund(public_id: str) -> Answer:
    """The second person does not agree; nothing is posted."""
    return _take(Form(), lambda s, a, now: decide_proposal(s, a, public_id, False, now), _("已退回，没有入账。"))


@subsidies.post("/fund/proposals/<public_id>/withdraw")
@permit(Action.PROPOSE_FUND)
def withdraw_fund(public_id: str) -> Answer:
    """Take back what nobody has decided."""
    return _take(Form(), lambda s, a, now: withdraw_proposal(s, a, public_id, now), _("已撤回。"))


@subsidies.get("/fund/entries/<public_id>/reverse")
@permit(Action.PROPOSE_FUND)
def reverse_entry(public_id: str) -> str:
    """Ask for the paper by which an appropriation is turned back."""
    return _reversal(public_id, ReversalForm())


@subsidies.post("/fund/entries/<public_id>/reverse", endpoint="propose_reversal")
@permit(Action.PROPOSE_FUND)
def reverse(public_id: str) -> Answer:
    """Propose to turn an appropriation back."""
    actor, form = current_actor(), ReversalForm()
    get_entry(read_session(), actor, public_id)
    if not form.validate_on_submit():
        return _reversal(public_id, form), 400
    require_person(actor)
    try:
        with transaction() as session:
            propose_reversal(session, actor, form.to_command(public_id), current_clock().now(), current_clock().today())
    except (Conflict, Invalid) as refused:
        forget_reads()
        show_errors(form, refused)
        return _reversal(public_id, form), 400 if isinstance(refused, Invalid) else 409
    flash(_("已登记，等待复核人确认。"), "good")
    return redirect(url_for("subsidies.fund"))


@subsidies.get("/fund/<int:year>/statement.pdf")
@permit(Action.PRINT_SUBSIDY)
@paper
def fund_pdf(year: int) -> BaseResponse:
    """A year's movements, to print."""
    return _statement(year, "pdf", PDF, render_fund_pdf)


@subsidies.get("/fund/<int:year>/statement.xlsx")
@permit(Action.PRINT_SUBSIDY)
@paper
def fund_xlsx(year: int) -> BaseResponse:
    """The same rows as a workbook."""
    return _statement(year, "xlsx", XLSX, render_fund_xlsx)


def _statement(year: int, ending: str, media_type: str, render: Callable[[FundDocument], bytes]) -> BaseResponse:
    """Forty lines or so a year: short enough to wait for. Noted, because paper leaves the house."""
    session, actor, now = read_session(), current_actor(), current_clock().now()
    county = code_of(actor.area_prefix)
    if year not in list_years(session, county):
        raise NotFound()
    keyring, sheet = current_keyring(), fund_sheet(session, county, year, now)
    content = render(fund_document(session, keyring, actor, sheet))
    with transaction() as writing:
        keep_print(writing, keyring, actor, print_of_fund(sheet, actor), content)
    return send_file(
        BytesIO(content), mimetype=media_type, as_attachment=True, download_name=f"{FUND_STATEMENT}{year}.{ending}"
    )


def _take(form: Form, act: Act, done: str) -> Answer:
    """One act in one transaction; a refusal comes back on the page with what was typed."""
    actor = current_actor()
    if not form.validate_on_submit():
        return _page(form), 400
    require_person(actor)
    try:
        with transaction() as session:
            act(session, actor, current_clock().now())
    except (Conflict, Invalid) as refused:
        forget_reads()
        show_errors(form, refused)
        return _page(form), 400 if isinstance(refused, Invalid) else 409
    flash(done, "good")
    return redirect(url_for("subsidies.fund"))


def _page(form: Form | None = None) -> str:
    session, actor, clock = read_session(), current_actor(), current_clock()
    county, today = code_of(actor.area_prefix), clock.today()
    years = sorted({*list_years(session, county), today.year}, reverse=True)
    asked = request.args.get("year", "")
    year = int(asked) if asked in {str(one) for one in years} else today.year
    return render_template(
        "subsidies/fund.html",
        county=area_name(session, county),
        years=years,
        sheet=fund_sheet(session, county, year, clock.now()),
        waiting=list_proposals(session, actor, county),
        sides=FundSide,
        sources=(*SOURCES, FundSide.CARRIED_IN),
        side_labels=SIDE_LABELS,
        kind_labels=KIND_LABELS,
        budget_kind=EntryKind.BUDGET,
        below=pool_below(session, county, year) if year in years and has_fund(session, county, year) else None,
        is_this_year=year == today.year,
        floor_grounds=FLOOR_GROUND_LABELS,
        reason_form=form if isinstance(form, PoolReasonForm) else PoolReasonForm(formdata=None),
        form=form,
        money_form=form if isinstance(form, MoneyForm) else MoneyForm(today, formdata=None),
        year_end_form=form
        if isinstance(form, YearEndForm)
        else YearEndForm(formdata=None, rule=year_end_of(session, county).value),
    )


def _reversal(public_id: str, form: ReversalForm) -> str:
    session = read_session()
    entry = get_entry(session, current_actor(), public_id)
    return render_template("subsidies/reversal.html", entry=entry, form=form)
