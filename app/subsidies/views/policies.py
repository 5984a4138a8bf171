"""The county's policy: its versions, and the form of the next one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for

from app.areas.rules import code_of
from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import AnhuError, Invalid
from app.core.i18n import _
from app.core.quarter import Quarter
from app.core.reasons import reason
from app.core.web import forget_reads, read_session, show_errors
from app.subsidies.forms import PolicyForm
from app.subsidies.hands import require_person
from app.subsidies.queries.runs import list_policies, policy_for
from app.subsidies.rules.policy import (
    CHAIN_LABELS,
    DAY_RULE_LABELS,
    DUTY_CHECK_LABELS,
    ELIGIBLE_RULE_LABELS,
    INCIDENT_EFFECT_LABELS,
    LEVEL_COUNTS_LABELS,
    PolicyTerms,
)
from app.subsidies.service import set_policy
from app.subsidies.views.board import Answer, subsidies

_TERM_LABELS: dict[str, Mapping[Any, str]] = {
    "eligible_rule": ELIGIBLE_RULE_LABELS,
    "level_counts": LEVEL_COUNTS_LABELS,
    "day_rule": DAY_RULE_LABELS,
    "incident_effect": INCIDENT_EFFECT_LABELS,
    "duty_check": DUTY_CHECK_LABELS,
    "chain": CHAIN_LABELS,
}


@subsidies.get("/policy")
@permit(Action.SEE_SUBSIDY)
def policy() -> str:
    """The policy in force and its versions; for the clerk the form of the next one."""
    return _page(_prefilled())


@subsidies.post("/policy", endpoint="new_policy")
@permit(Action.SET_POLICY)
def new_policy() -> Answer:
    """Store the next version."""
    actor, form = current_actor(), PolicyForm()
    if not form.validate_on_submit():
        return _page(form), 400
    require_person(actor)
    try:
        command = form.to_command(code_of(actor.area_prefix))
        with transaction() as session:
            set_policy(session, actor, command, current_clock().now())
    except ValueError as wrong:
        show_errors(form, Invalid({str(wrong): [reason("subsidies.policy.senseless")]}))
        return _page(form), 400
    except AnhuError as refused:
        forget_reads()
        show_errors(form, refused)
        return _page(form), 409
    flash(_("新政策已保存，从生效日所在的季度起适用。"), "good")
    return redirect(url_for("subsidies.policy"))


@subsidies.context_processor
def _labels() -> dict[str, Callable[..., str]]:
    return {"policy_label": _policy_label}


def _policy_label(term: str, value: str) -> str:
    return str(_(_TERM_LABELS[term][value]))


def _prefilled() -> PolicyForm:
    """The terms in force; the new version begins with the current quarter."""
    quarter = Quarter.of(current_clock().today())
    standing = policy_for(read_session(), code_of(current_actor().area_prefix), quarter)
    if standing is None:
        return PolicyForm(valid_from=quarter.first_day)
    terms = PolicyTerms.from_json(standing.terms)
    return PolicyForm(obj=terms, valid_from=quarter.first_day)


def _page(form: PolicyForm) -> str:
    policies = [(one, PolicyTerms.from_json(one.terms)) for one in list_policies(read_session(), current_actor())]
    return render_template("subsidies/policy.html", policies=policies, form=form)
