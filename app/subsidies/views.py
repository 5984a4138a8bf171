"""The quarter's pages: runs, one run's board, its steps, the policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.rules import code_of
from app.audit.service import note
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, Conflict, Invalid, NotFound, StaleVersion
from app.core.files import open_file
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.models import KeptFile
from app.core.quarter import Quarter
from app.core.reasons import reason, say
from app.core.web import forget_reads, read_session, show_errors
from app.core.work import ask_for_work
from app.people.vault import Vault
from app.subsidies.forms import (
    AttestForm,
    DecideForm,
    PolicyForm,
    PrepareForm,
    ReturnForm,
    SettleForm,
    StepForm,
)
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.board import board_of
from app.subsidies.queries.lines import get_line, list_lines
from app.subsidies.queries.runs import find_pay_file, get_run, list_policies, list_runs, list_steps, policy_for
from app.subsidies.readers import read_returns
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.policy import (
    CHAIN_LABELS,
    DAY_RULE_LABELS,
    DUTY_CHECK_LABELS,
    ELIGIBLE_RULE_LABELS,
    INCIDENT_EFFECT_LABELS,
    LEVEL_COUNTS_LABELS,
    PolicyTerms,
)
from app.subsidies.service import (
    approve_run,
    decide_hold,
    export_run,
    prepare_anew,
    return_run,
    set_policy,
    settle_run,
    submit_run,
)
from app.subsidies.texts import HOLD_LABELS

subsidies = Blueprint("subsidies", __name__, url_prefix="/subsidies", template_folder="templates")

PREPARED_BACK = 8  # quarters that a run may be prepared for
_TERM_LABELS: dict[str, Mapping[Any, str]] = {
    "eligible_rule": ELIGIBLE_RULE_LABELS,
    "level_counts": LEVEL_COUNTS_LABELS,
    "day_rule": DAY_RULE_LABELS,
    "incident_effect": INCIDENT_EFFECT_LABELS,
    "duty_check": DUTY_CHECK_LABELS,
    "chain": CHAIN_LABELS,
}
PAPERS = {
    "ledger-pdf": "subsidy_ledger_pdf",
    "ledger-xlsx": "subsidy_ledger_xlsx",
    "notices": "subsidy_notices",
}


@subsidies.get("/", endpoint="list_runs")
@permit(Action.SEE_SUBSIDY)
def show_runs() -> str:
    """All quarters, newest first, and for the clerk the next one to prepare."""
    actor = current_actor()
    runs = list_runs(read_session(), actor)
    return render_template("subsidies/runs.html", runs=runs, form=PrepareForm(_quarters()))


@subsidies.post("/prepare")
@permit(Action.PREPARE_SUBSIDY)
def prepare() -> BaseResponse | tuple[str, int]:
    """Hand 造册 to the scheduler process and show its progress."""
    actor, form = current_actor(), PrepareForm(_quarters())
    if not form.validate_on_submit():
        return _runs_again(actor, form)
    args = {
        "county": code_of(actor.area_prefix),
        "quarter": form.quarter.data,
        "supplementary": bool(form.is_supplementary.data),
    }
    key = f"subsidy_prepare:{args['county']}:{args['quarter']}:{args['supplementary']}"
    with transaction() as session:
        item = ask_for_work(session, "subsidy_prepare", args, key, actor, current_clock().now())
        public_id = item.public_id
    return redirect(url_for("work.show", public_id=public_id))


@subsidies.get("/<public_id>")
@permit(Action.SEE_SUBSIDY)
def show_run(public_id: str) -> str:
    """The quarter's board: where it stands, what it comes to, line by line with reasons, the one next step."""
    return _board(get_run(read_session(), current_actor(), public_id), StepForm())


@subsidies.post("/<public_id>/submit")
@permit(Action.PREPARE_SUBSIDY)
def submit(public_id: str) -> BaseResponse | tuple[str, int]:
    return _step(public_id, submit_run, _("已提交，等待复核。"))


@subsidies.post("/<public_id>/anew")
@permit(Action.PREPARE_SUBSIDY)
def anew(public_id: str) -> BaseResponse | tuple[str, int]:
    """Throw the draft away and freeze it again as of today."""
    today = current_clock().today()
    answer = _step(public_id, lambda s, a, run, now: prepare_anew(s, a, run, today, now), "")
    if isinstance(answer, tuple):
        return answer
    actor = current_actor()
    with transaction() as session:
        run = get_run(session, actor, public_id)
        args = {"county": run.county_code, "quarter": run.period, "supplementary": run.kind.value == "supplementary"}
        key = f"subsidy_prepare:{args['county']}:{args['quarter']}:{args['supplementary']}"
        item = ask_for_work(session, "subsidy_prepare", args, key, actor, current_clock().now())
        work_id = item.public_id
    return redirect(url_for("work.show", public_id=work_id))


@subsidies.post("/<public_id>/approve")
@permit(Action.APPROVE_SUBSIDY)
def approve(public_id: str) -> BaseResponse | tuple[str, int]:
    return _step(public_id, approve_run, _("已审批，等待财政拨付。"))


@subsidies.post("/<public_id>/return", endpoint="send_back")
@permit(Action.APPROVE_SUBSIDY)
def send_back(public_id: str) -> BaseResponse | tuple[str, int]:
    form = ReturnForm()
    if not form.validate_on_submit():
        return _board_again(public_id, form)
    words = form.why.data or ""
    return _step(public_id, lambda s, a, run, now: return_run(s, a, run, words, now), _("已退回经办人。"), form)


@subsidies.post("/<public_id>/export")
@permit(Action.PAY_SUBSIDY)
def export(public_id: str) -> BaseResponse | tuple[str, int]:
    """Make the pay file, once."""

    def act(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> object:
        return export_run(session, Vault(session, current_keyring()), actor, run, now)

    return _step(public_id, act, _("发放文件已生成，请下载后报送银行。"))


@subsidies.get("/<public_id>/pay-file")
@permit(Action.PAY_SUBSIDY)
def pay_file(public_id: str) -> BaseResponse:
    """Hand out the pay file's bytes; each fetch is noted."""
    actor = current_actor()
    with transaction() as session:
        run = get_run(session, actor, public_id)
        file = find_pay_file(session, run)
        if file is None:
            raise NotFound()
        kept = session.get_one(KeptFile, file.file_id)
        content = open_file(session, current_keyring(), kept)
        note(
            session,
            actor,
            "subsidies.pay_file_fetched",
            now=current_clock().now(),
            subject=("subsidy_run", run.public_id),
            area_code=run.county_code,
            count=file.count,
            detail={"sha256": file.sha256},
        )
    return send_file(BytesIO(content), mimetype=kept.media_type, as_attachment=True, download_name=kept.name)


@subsidies.post("/<public_id>/settle")
@permit(Action.PAY_SUBSIDY)
def settle(public_id: str) -> BaseResponse | tuple[str, int]:
    """Settle by the bank's return file."""
    form = SettleForm()
    if not form.validate_on_submit():
        return _board_again(public_id, form)
    upload = form.returns.data
    try:
        said = read_returns(upload.read(), upload.filename or "")
    except Invalid as refused:
        show_errors(form, Invalid({"returns": [why for reasons in refused.errors.values() for why in reasons]}))
        return _board_again(public_id, form)
    return _step(public_id, lambda s, a, run, now: settle_run(s, a, run, said, now), _("已按银行回盘结算。"), form)


@subsidies.post("/<public_id>/attest")
@permit(Action.PAY_SUBSIDY)
def attest(public_id: str) -> BaseResponse | tuple[str, int]:
    """Settle by the finance user's word that the bank paid every line."""
    form = AttestForm()
    if not form.validate_on_submit():
        return _board_again(public_id, form)
    return _step(public_id, lambda s, a, run, now: settle_run(s, a, run, None, now), _("已办结。"), form)


@subsidies.route("/lines/<public_id>/decide", methods=["GET", "POST"])
@permit(Action.PREPARE_SUBSIDY)
def decide(public_id: str) -> BaseResponse | str | tuple[str, int]:
    """A held line: what holds it, and the person's decision with its reason."""
    actor, form = current_actor(), DecideForm()
    line, run = get_line(read_session(), actor, public_id)
    status = 200
    if form.validate_on_submit():
        try:
            with transaction() as session:
                _check_version(form, get_line(session, actor, public_id)[1])
                decide_hold(session, actor, form.to_command(public_id), current_clock().now())
            flash(_("已记录决定。"), "good")
            return redirect(url_for("subsidies.show_run", public_id=run.public_id, decision="hold"))
        except (Conflict, Invalid) as refused:
            show_errors(form, refused)
            status = 409 if isinstance(refused, Conflict) else 400
            forget_reads()
            line, run = get_line(read_session(), actor, public_id)
    elif form.is_submitted():
        status = 400
    row = next(iter(list_lines(read_session(), actor, run, line_id=line.id).rows), None)
    form.version.data = str(run.version)
    return render_template("subsidies/decide.html", row=row, run=run, form=form), status


@subsidies.post("/<public_id>/print/<paper>", endpoint="print_paper")
@permit(Action.PRINT_SUBSIDY)
def print_paper(public_id: str, paper: str) -> BaseResponse:
    """Ask for a paper of the run; its page shows the progress and offers the file."""
    if paper not in PAPERS:
        raise NotFound()
    actor = current_actor()
    with transaction() as session:
        run = get_run(session, actor, public_id)
        kind = PAPERS[paper]
        key = f"{kind}:{run.public_id}:{run.version}:{actor.user_id}"
        item = ask_for_work(session, kind, {"run": run.public_id}, key, actor, current_clock().now())
        work_id = item.public_id
    return redirect(url_for("work.show", public_id=work_id))


@subsidies.route("/policy", methods=["GET"])
@permit(Action.SEE_SUBSIDY)
def policy() -> str:
    """The policy in force and its versions; for the clerk the form of the next one."""
    return _policy_page(_policy_form())


@subsidies.post("/policy", endpoint="new_policy")
@permit(Action.SET_POLICY)
def new_policy() -> BaseResponse | tuple[str, int]:
    actor, form = current_actor(), PolicyForm()
    if not form.validate_on_submit():
        return _policy_page(form), 400
    try:
        command = form.to_command(code_of(actor.area_prefix))
        with transaction() as session:
            set_policy(session, actor, command, current_clock().now())
    except ValueError as wrong:
        show_errors(form, Invalid({str(wrong): [reason("subsidies.policy.senseless")]}))
        return _policy_page(form), 400
    except AnhuError as refused:
        show_errors(form, refused)
        return _policy_page(form), 409
    flash(_("新政策已保存，从生效日所在的季度起适用。"), "good")
    return redirect(url_for("subsidies.policy"))


@subsidies.context_processor
def _labels() -> dict[str, Callable[..., str]]:
    return {"hold_label": _hold_label, "policy_label": _policy_label}


def _hold_label(code: str) -> str:
    """A hold's cause in a few words, for the count beside it."""
    return _(HOLD_LABELS.get(code, "")) or say(reason(code))


def _policy_label(term: str, value: str) -> str:
    return _(_TERM_LABELS[term][value])


# -- parts -------------------------------------------------------------------------------------------------------------

Act = Callable[[Session, Actor, SubsidyRun, datetime], object]


def _step(public_id: str, act: Act, done: str, form: StepForm | None = None) -> BaseResponse | tuple[str, int]:
    """Take one step of a run in one transaction; a refusal comes back on the board with what was typed."""
    actor, form = current_actor(), form or StepForm()
    if not form.validate_on_submit():
        return _board_again(public_id, form)
    try:
        with transaction() as session:
            run = get_run(session, actor, public_id, lock=True)
            _check_version(form, run)
            act(session, actor, run, current_clock().now())
    except (Conflict, Invalid) as refused:
        show_errors(form, refused)
        return _board_again(public_id, form, 409 if isinstance(refused, Conflict) else 400)
    if done:
        flash(done, "good")
    return redirect(url_for("subsidies.show_run", public_id=public_id))


def _check_version(form: StepForm, run: SubsidyRun) -> None:
    if form.seen_version != run.version:
        raise StaleVersion()


def _board_again(public_id: str, form: StepForm, status: int = 400) -> tuple[str, int]:
    forget_reads()
    return _board(get_run(read_session(), current_actor(), public_id), form), status


def _board(run: SubsidyRun, form: StepForm) -> str:
    actor, session = current_actor(), read_session()
    form.version.data = str(run.version)
    decision = request.args.get("decision", "")
    chosen = LineState(decision) if decision in set(LineState) else None
    text = request.args.get("q", "")[:50]
    return render_template(
        "subsidies/run.html",
        run=run,
        quarter=Quarter.parse(run.period),
        board=board_of(session, run),
        page=list_lines(session, actor, run, decision=chosen, text=text, cursor=request.args.get("after")),
        steps=list_steps(session, run),
        file=find_pay_file(session, run),
        decision=decision,
        text=text,
        form=form,
        return_form=form if isinstance(form, ReturnForm) else ReturnForm(version=run.version),
        settle_form=form if isinstance(form, SettleForm) else SettleForm(version=run.version),
        attest_form=form if isinstance(form, AttestForm) else AttestForm(version=run.version),
    )


def _runs_again(actor: Actor, form: PrepareForm) -> tuple[str, int]:
    return render_template("subsidies/runs.html", runs=list_runs(read_session(), actor), form=form), 400


def _quarters() -> list[Quarter]:
    """The quarters that have ended, the last one first."""
    last = Quarter.of(current_clock().today()).previous()
    return [last.shift(-back) for back in range(PREPARED_BACK)]


def _policy_form() -> PolicyForm:
    """Prefilled with the terms in force; the new version begins with the current quarter."""
    today = current_clock().today()
    quarter = Quarter.of(today)
    standing = policy_for(read_session(), code_of(current_actor().area_prefix), quarter)
    if standing is None:
        return PolicyForm(valid_from=quarter.first_day)
    terms = PolicyTerms.from_json(standing.terms)
    return PolicyForm(obj=terms, valid_from=quarter.first_day, annual=terms.annual.yuan if terms.annual else "")


def _policy_page(form: PolicyForm) -> str:
    policies = [(one, PolicyTerms.from_json(one.terms)) for one in list_policies(read_session(), current_actor())]
    return render_template("subsidies/policy.html", policies=policies, form=form)
