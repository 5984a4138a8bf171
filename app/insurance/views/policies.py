"""A policy: written down from its paper, confirmed by a second person, followed by the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from flask import render_template, request, url_for

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.dates import add_months
from app.core.forms import Form
from app.core.i18n import _
from app.core.web import read_session
from app.insurance.forms import PolicyForm, terms_to_renew, usual_terms
from app.insurance.labels import BATCH_KINDS, ELIGIBLE_RULES, PHASES, POLICY_KINDS, POLICY_STATES, PRORATIONS, TONES
from app.insurance.models import InsurancePolicy
from app.insurance.queries.enrolment import count_not_covered
from app.insurance.queries.policies import get_policy, list_batches, people_behind, rows_of
from app.insurance.rules.policies import PolicyPhase, PolicyState
from app.insurance.service.policies import decide_policy, propose_policy, withdraw_policy
from app.insurance.views.blueprint import Answer, insurance, press, take


@insurance.get("/policies/new")
@permit(Action.KEEP_INSURANCE)
def new_policy() -> str:
    """An empty form, or the terms of the policy that is followed (`?renews=`)."""
    renews = request.args.get("renews", "")
    return _form(PolicyForm(formdata=None, **_terms(renews)))


@insurance.post("/policies/new", endpoint="propose_policy")
@permit(Action.KEEP_INSURANCE)
def propose() -> Answer:
    """Written down; waits for the second person."""
    form, renews = PolicyForm(), request.args.get("renews", "")
    return take(
        form,
        lambda session, actor, _today, now: propose_policy(session, actor, form.to_command(renews), now).public_id,
        _("已登记，等待复核人与保险单核对。"),
        _form,
        lambda public_id: url_for("insurance.show_policy", public_id=public_id),
    )


@insurance.get("/policies/<public_id>")
@permit(Action.SEE_INSURANCE)
def show_policy(public_id: str) -> str:
    """Terms, figures, batches, and the next step."""
    return _page(public_id)


@insurance.post("/policies/<public_id>/confirm")
@permit(Action.DECIDE_INSURANCE)
def confirm_policy(public_id: str) -> Answer:
    """The second person has compared it with the paper."""
    return _press(public_id, partial(decide_policy, is_confirmed=True), _("已复核，可以办理参保。"))


@insurance.post("/policies/<public_id>/refuse")
@permit(Action.DECIDE_INSURANCE)
def refuse_policy(public_id: str) -> Answer:
    """It does not say what the paper says."""
    return _press(public_id, partial(decide_policy, is_confirmed=False), _("已退回登记人。"))


@insurance.post("/policies/<public_id>/withdraw", endpoint="withdraw_policy")
@permit(Action.KEEP_INSURANCE)
def withdraw(public_id: str) -> Answer:
    """Taken back while nobody has decided."""
    return _press(public_id, withdraw_policy, _("已撤回。"))


def _press(public_id: str, act: Callable[..., object], done: str) -> Answer:
    return press(
        lambda session, actor, _today, now: act(session, actor, public_id, now=now),
        done,
        lambda form: _page(public_id, form),
        url_for("insurance.show_policy", public_id=public_id),
    )


def _terms(renews: str) -> dict[str, object]:
    if not renews:
        return usual_terms()
    last = get_policy(read_session(), current_actor(), renews)
    from_on = last.to_on + timedelta(days=1)
    return terms_to_renew(last, from_on, add_months(last.to_on, _months(last)))


def _months(policy: InsurancePolicy) -> int:
    """The term in whole months, as long as the last one."""
    return max(1, round((policy.to_on - policy.from_on).days / 30.44))


def _form(form: Form) -> str:
    renews = request.args.get("renews", "")
    last = get_policy(read_session(), current_actor(), renews) if renews else None
    return render_template("insurance/policy_form.html", form=form, last=last)


def _page(public_id: str, form: Form | None = None) -> str:
    session, actor, today = read_session(), current_actor(), current_clock().today()
    policy = get_policy(session, actor, public_id)
    [row] = rows_of(session, actor, [policy], today)
    is_running = row.phase in (PolicyPhase.RUNNING, PolicyPhase.ENDING)
    return render_template(
        "insurance/policy.html",
        row=row,
        policy=policy,
        form=form,
        people=people_behind(session, actor, policy),
        batches=list_batches(session, actor, policy),
        uncovered=count_not_covered(session, actor, policy, today) if is_running else None,
        takes_people=policy.state is PolicyState.CONFIRMED and row.phase is not PolicyPhase.ENDED,
        states=PolicyState,
        words={
            "kind": POLICY_KINDS,
            "state": POLICY_STATES,
            "phase": PHASES,
            "rule": ELIGIBLE_RULES,
            "proration": PRORATIONS,
            "batch": BATCH_KINDS,
        },
        tones=TONES,
    )
