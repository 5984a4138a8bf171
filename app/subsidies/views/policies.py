"""The county's policy: its versions with what changed, the next one proposed, tried on the last period, and adopted by another person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.areas.models import Area
from app.areas.rules import code_of
from app.core.access import Action, current_actor, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.dates import parse_date
from app.core.db import reading, transaction
from app.core.errors import AnhuError, Conflict, Invalid
from app.core.forms import Form
from app.core.i18n import _
from app.core.models import WorkItem, WorkState
from app.core.period import parse_period
from app.core.quarter import Quarter
from app.core.reasons import Reason, reason
from app.core.web import forget_reads, read_session, show_errors
from app.core.work import ask_for_work, get_work
from app.subsidies.forms_policy import PolicyForm
from app.subsidies.hands import require_person
from app.subsidies.models import SubsidyRun
from app.subsidies.queries.floors import floors_of
from app.subsidies.queries.policies import Proposed, get_proposed, list_versions, list_waiting, terms_before
from app.subsidies.queries.preview import AT_ONCE, count_to_try, run_to_try, try_policy
from app.subsidies.queries.runs import policy_for
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.preview import CHANGE_LABELS, Preview
from app.subsidies.rules.proposal import PolicyProposalState
from app.subsidies.service.policies import adopt_policy, propose_policy, refuse_policy, withdraw_policy
from app.subsidies.views.board import Answer, remember_refusal, subsidies
from app.subsidies.views.policy_words import differences, said_terms

PREVIEW = "subsidy_preview"  # the kind of work

Act = Callable[[Session, Actor, str, datetime], object]


@subsidies.get("/policy")
@permit(Action.SEE_SUBSIDY)
def policy() -> str:
    """What waits for the second person, and every version with what it changed and who made it."""
    session, actor = read_session(), current_actor()
    versions = list_versions(session, actor)
    earlier = [*(one.terms for one in versions), None][1:]
    return render_template(
        "subsidies/policy.html",
        versions=[
            (one, said_terms(one.terms), differences(then, one.terms))
            for one, then in zip(versions, earlier, strict=True)
        ],
        waiting=list_waiting(session, actor),
    )


@subsidies.get("/policy/new")
@permit(Action.PROPOSE_POLICY)
def draft_policy() -> str:
    """The form of the next version, filled with the terms in force; after a trial in the background also with its result."""
    work = _finished_trial("valid_from", None)
    if work is None:
        return _form_page(_prefilled())
    terms = PolicyTerms.from_json(work.args["terms"])
    form = PolicyForm.of(terms, valid_from=parse_date(work.args["valid_from"]))
    return _form_page(form, _tried(work))


@subsidies.post("/policy/preview")
@permit(Action.PROPOSE_POLICY)
def preview_policy() -> Answer:
    """What the last period would have come to under these terms; stores nothing."""
    form = PolicyForm()
    if not form.validate_on_submit():
        return _form_page(form), 400
    try:
        terms = form.to_terms()
    except ValueError as wrong:
        return _senseless(form, wrong)
    run = _run_to_try()
    if run is None or count_to_try(read_session(), run) <= AT_ONCE:
        return _form_page(form, _try(run, terms) if run else None), 200
    return _in_background(run, terms, {"valid_from": form.valid_from.data.isoformat()})


@subsidies.post("/policy", endpoint="new_policy")
@permit(Action.PROPOSE_POLICY)
def new_policy() -> Answer:
    """Propose the next version."""
    actor, form = current_actor(), PolicyForm()
    if not form.validate_on_submit():
        return _form_page(form), 400
    require_person(actor)
    try:
        command = form.to_command(code_of(actor.area_prefix))
        with transaction() as session:
            public_id = propose_policy(session, actor, command, current_clock().now()).public_id
    except ValueError as wrong:
        return _senseless(form, wrong)
    except AnhuError as refused:
        forget_reads()
        show_errors(form, refused)
        return _form_page(form), 400 if isinstance(refused, Invalid) else 409
    flash(_("政策稿已提交，等待复核人采纳；采纳之前不生效。"), "good")
    return redirect(url_for("subsidies.policy_proposal", public_id=public_id))


@subsidies.get("/policy/proposals/<public_id>")
@permit(Action.SEE_SUBSIDY)
def policy_proposal(public_id: str) -> str:
    """One draft: what it changes, what the last period would have come to, and the second person's buttons."""
    return _proposal_page(get_proposed(read_session(), current_actor(), public_id), Form())


@subsidies.post("/policy/proposals/<public_id>/preview")
@permit(Action.SEE_SUBSIDY)
def preview_proposal(public_id: str) -> Answer:
    """Try a draft on a period of more lines than somebody would wait for."""
    proposed = get_proposed(read_session(), current_actor(), public_id)
    run = _run_to_try()
    if not Form().validate_on_submit() or run is None:
        return redirect(url_for("subsidies.policy_proposal", public_id=public_id))
    return _in_background(run, proposed.terms, {"proposal": public_id})


@subsidies.post("/policy/proposals/<public_id>/adopt")
@permit(Action.ADOPT_POLICY)
def adopt(public_id: str) -> Answer:
    """The second person makes it the next version."""
    return _decide(public_id, adopt_policy, _("已采纳，从生效日所在的一期起适用。"))


@subsidies.post("/policy/proposals/<public_id>/refuse")
@permit(Action.ADOPT_POLICY)
def refuse(public_id: str) -> Answer:
    """The second person does not agree."""
    return _decide(public_id, refuse_policy, _("已退回，现行政策不变。"))


@subsidies.post("/policy/proposals/<public_id>/withdraw")
@permit(Action.PROPOSE_POLICY)
def withdraw(public_id: str) -> Answer:
    """Whoever proposed it takes it back."""
    return _decide(public_id, withdraw_policy, _("已撤回。"))


def _decide(public_id: str, act: Act, done: str) -> Answer:
    actor, form = current_actor(), Form()
    proposed = get_proposed(read_session(), actor, public_id)
    if not form.validate_on_submit():
        return _proposal_page(proposed, form), 400
    require_person(actor)
    try:
        with transaction() as session:
            act(session, actor, public_id, current_clock().now())
    except (Conflict, Invalid) as refused:
        remember_refusal(("policy_proposal", public_id), refused)
        forget_reads()
        show_errors(form, refused)
        return _proposal_page(get_proposed(read_session(), actor, public_id), form), 409
    flash(done, "good")
    return redirect(url_for("subsidies.policy"))


def _in_background(run: SubsidyRun, terms: PolicyTerms, more: Mapping[str, Any]) -> Answer:
    actor = current_actor()
    args = {"run": run.public_id, "terms": terms.to_json(), **more}
    key = f"{PREVIEW}:{actor.user_id}:{more}"
    with transaction() as session:
        item = ask_for_work(session, PREVIEW, args, key, actor, current_clock().now())
        return redirect(url_for("work.show", public_id=item.public_id))


def _finished_trial(about: str, value: str | None) -> WorkItem | None:
    """The finished trial that the address names, for whoever asked for it: of this draft, or of a form not sent yet."""
    asked = request.args.get("work")
    if not asked:
        return None
    item = get_work(read_session(), current_actor(), asked)
    is_ours = item.kind == PREVIEW and about in item.args and value in (None, item.args[about])
    return item if is_ours and item.state is WorkState.DONE else None


def _tried(item: WorkItem) -> Preview:
    return Preview.from_json((item.result or {})["preview"])


def _try(run: SubsidyRun, terms: PolicyTerms) -> Preview:
    """In a transaction of its own: a walk goes by a cursor on the server, which lives as long as one."""
    with reading() as session:
        return try_policy(session, run, terms)


def _run_to_try() -> SubsidyRun | None:
    actor = current_actor()
    return run_to_try(read_session(), actor, code_of(actor.area_prefix))


def _prefilled() -> PolicyForm:
    """The terms in force; the new version begins with the next quarter and rests on a paper of its own."""
    quarter = Quarter.of(current_clock().today())
    standing = policy_for(read_session(), code_of(current_actor().area_prefix), quarter)
    if standing is None:
        return PolicyForm(valid_from=quarter.first_day)
    terms = replace(PolicyTerms.from_json(standing.terms), document_number="")
    return PolicyForm.of(terms, valid_from=quarter.next().first_day)


def _senseless(form: PolicyForm, wrong: ValueError) -> Answer:
    field = str(wrong)
    code = "subsidies.policy.remark" if field == "remark" else "subsidies.policy.senseless"
    show_errors(form, Invalid({"level_0" if field == "annual_by_level" else field: [reason(code)]}))
    return _form_page(form), 400


def _form_page(form: PolicyForm, tried: Preview | None = None) -> str:
    session, actor = read_session(), current_actor()
    return render_template(
        "subsidies/policy_form.html",
        form=form,
        floors=floors_of(session, code_of(actor.area_prefix)),
        standing=policy_for(session, code_of(actor.area_prefix), Quarter.of(current_clock().today())),
        can_try=_run_to_try() is not None,
        **_shown(session, tried),
    )


def _proposal_page(proposed: Proposed, form: Form) -> str:
    session, actor = read_session(), current_actor()
    proposal, run = proposed.proposal, _run_to_try()
    work = _finished_trial("proposal", proposal.public_id)
    is_open = proposal.state is PolicyProposalState.PROPOSED
    lines = count_to_try(session, run) if run and is_open else 0
    tried = _tried(work) if work else None
    if run and not work and 0 < lines <= AT_ONCE:
        tried = _try(run, proposed.terms)
    before = terms_before(session, proposal.county_code, proposal.valid_from)
    return render_template(
        "subsidies/policy_proposal.html",
        proposed=proposed,
        is_open=is_open,
        is_mine=proposal.proposed_by == actor.user_id,
        said=said_terms(proposed.terms),
        changes=differences(before, proposed.terms),
        is_first=before is None,
        is_same_paper=bool(proposed.terms.document_number) and _number(before) == proposed.terms.document_number,
        must_ask=is_open and tried is None and lines > AT_ONCE,
        form=form,
        **_shown(session, tried),
    )


def _shown(session: Session, tried: Preview | None) -> dict[str, Any]:
    """A trial with its towns by name and its causes in words."""
    if tried is None:
        return {"tried": None}
    names = {code: area.name for code in tried.by_town if (area := session.get(Area, code_of(code)))}
    return {
        "tried": tried,
        "tried_period": parse_period(tried.period),
        "towns": [(names.get(code, code), sums) for code, sums in tried.by_town.items()],
        "movers": [
            (CHANGE_LABELS[one.change], Reason.from_json(one.because) if one.because else None, one)
            for one in tried.movers
        ],
    }


def _number(terms: PolicyTerms | None) -> str:
    return terms.document_number if terms else ""
