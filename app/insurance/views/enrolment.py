"""Who is insured: the monthly report with its preview, the lists, and what leaves for the insurer."""

from __future__ import annotations

from datetime import date

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Action, current_actor, permit
from app.core.clock import current_clock
from app.core.dates import parse_date
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.forms import Form
from app.core.i18n import _
from app.core.web import read_session
from app.core.work import ask_for_work
from app.insurance.forms import ChangesForm
from app.insurance.labels import END_REASONS, POLICY_KINDS
from app.insurance.models import InsurancePolicy
from app.insurance.queries.enrolment import MOST_SHOWN, find_batch, list_insured, list_not_covered
from app.insurance.queries.policies import get_policy
from app.insurance.service.enrolling import ask_to_report, find_report, first_day, preview_changes, wrong_day
from app.insurance.views.blueprint import Answer, insurance, take
from app.insurance.work import LISTS


@insurance.get("/policies/<public_id>/changes")
@permit(Action.KEEP_INSURANCE)
def changes(public_id: str) -> str:
    """Whom a report of a day (`?on=`) would add and remove, and what it costs."""
    return _changes(public_id, ChangesForm(formdata=None))


@insurance.post("/policies/<public_id>/changes", endpoint="report_changes")
@permit(Action.KEEP_INSURANCE)
def report(public_id: str) -> Answer:
    """Have the report made by the scheduler's process; pressed twice it is made once, its page shows how far it is."""
    get_policy(read_session(), current_actor(), public_id)
    form = ChangesForm()
    return take(
        form,
        lambda session, actor, today, now: ask_to_report(session, actor, public_id, form.on.data, today, now).public_id,
        _("已提交，正在办理增减员。办好后请导出名单，报送保险公司。"),
        lambda refused: _changes(public_id, refused),
        lambda item: url_for("work.show", public_id=item),
    )


@insurance.get("/policies/<public_id>/people")
@permit(Action.SEE_INSURED)
def people(public_id: str) -> str:
    """Everybody who is or was insured, by number."""
    session, actor = read_session(), current_actor()
    policy = get_policy(session, actor, public_id)
    return render_template(
        "insurance/people.html",
        policy=policy,
        kind=_(POLICY_KINDS[policy.kind]),
        page=list_insured(session, actor, policy, request.args.get("after")),
        is_first_page="after" not in request.args,
        reasons=END_REASONS,
    )


@insurance.get("/policies/<public_id>/not-covered")
@permit(Action.SEE_INSURANCE)
def not_covered(public_id: str) -> str:
    """Eligible by the policy's rule and not insured today, with what is in the way."""
    session, actor, today = read_session(), current_actor(), current_clock().today()
    policy = get_policy(session, actor, public_id)
    return render_template(
        "insurance/not_covered.html",
        policy=policy,
        kind=_(POLICY_KINDS[policy.kind]),
        page=list_not_covered(session, actor, policy, max(today, policy.from_on), request.args.get("after")),
        is_first_page="after" not in request.args,
    )


@insurance.post("/policies/<public_id>/list/<ending>")
@permit(Action.KEEP_INSURANCE)
def print_list(public_id: str, ending: str) -> BaseResponse:
    """The insurer's list, everybody or one batch (`?batch=`): drawn by the scheduler's process, its page shows how far it is."""
    if ending not in LISTS:
        raise NotFound
    actor, now, asked = current_actor(), current_clock().now(), request.args.get("batch", "")
    with transaction() as session:
        policy = get_policy(session, actor, public_id)
        if asked and find_batch(session, actor, policy, asked) is None:
            raise NotFound
        key = f"{LISTS[ending].work}:{public_id}:{asked}:{actor.user_id}"
        item = ask_for_work(session, LISTS[ending].work, {"policy": public_id, "batch": asked}, key, actor, now)
        return redirect(url_for("work.show", public_id=item.public_id))


def _asked_day(policy: InsurancePolicy, today: date) -> date:
    try:
        return parse_date(request.args.get("on", ""))
    except ValueError:
        return first_day(policy, today)


def _changes(public_id: str, form: Form) -> str:
    session, actor, today = read_session(), current_actor(), current_clock().today()
    policy = get_policy(session, actor, public_id)
    on = form["on"].data or _asked_day(policy, today)
    refused = wrong_day(policy, on, today)
    if refused is not None:
        on = first_day(policy, today)
        closed = wrong_day(policy, on, today)
    else:
        closed = None
    if form["on"].data is None:
        form["on"].data = on
    return render_template(
        "insurance/changes.html",
        policy=policy,
        kind=_(POLICY_KINDS[policy.kind]),
        form=form,
        on=on,
        closed=closed.reason if closed else None,
        changes=None if closed else preview_changes(session, actor, policy, on),
        under_way=find_report(session, policy),
        most=MOST_SHOWN,
        reasons=END_REASONS,
    )
