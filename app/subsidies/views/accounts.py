"""Accounts that somebody must vouch for: changed lately, used by several."""

from __future__ import annotations

from datetime import date
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
from app.core.errors import Conflict, Invalid
from app.core.forms import Form, refuse_untidy
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import paper
from app.core.quarter import Quarter
from app.core.web import forget_reads, is_htmx, read_session, show_errors
from app.people.rules import REVEAL_REASONS
from app.people.vault import Vault
from app.subsidies.forms_bank import CallForm, SharingForm
from app.subsidies.hands import require_person
from app.subsidies.papers.accounts import (
    SHARED_ACCOUNTS,
    SLIP,
    print_of_ranking,
    print_of_slip,
    ranking_document,
    slip_document,
)
from app.subsidies.papers.pay_file import XLSX
from app.subsidies.queries.accounts import get_changed, list_calls, list_changed
from app.subsidies.queries.runs import policy_for
from app.subsidies.queries.sharing import MOST_RANKED, get_shared_account, rank_shared
from app.subsidies.rules.bank import CALL_BACK_LABELS, SHARING_LABELS
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.service.printing import PDF
from app.subsidies.service.vouching import (
    decide_sharing,
    end_sharing,
    propose_sharing,
    record_call,
    reveal_known_phone,
)
from app.subsidies.views.board import Answer, remember_refusal, subsidies
from reports.accounts import render_account_slip, render_shared_accounts_xlsx

SHOWN_SECONDS = 30


@subsidies.get("/accounts")
@permit(Action.SEE_PAYEE_ACCOUNTS)
def accounts() -> str:
    """Accounts changed so lately that their lines wait for a call."""
    session, actor, today = read_session(), current_actor(), current_clock().today()
    days = _hold_days(session, actor, today)
    cursor = request.args.get("after")
    return render_template(
        "subsidies/accounts.html",
        page=list_changed(session, Vault(session, current_keyring()), actor, today, days, cursor=cursor),
        days=days,
        answers=CALL_BACK_LABELS,
    )


@subsidies.get("/accounts/shared")
@permit(Action.SEE_PAYEE_ACCOUNTS)
def shared_accounts() -> str:
    """Accounts by the number of payees that use them."""
    return _ranking(Form())


@subsidies.get("/accounts/shared.xlsx")
@permit(Action.SEE_PAYEE_ACCOUNTS)
def shared_accounts_xlsx() -> BaseResponse:
    """The same rows as a workbook. Noted, because it leaves the house."""
    session, actor, now, keyring = read_session(), current_actor(), current_clock().now(), current_keyring()
    ranked = rank_shared(session, Vault(session, keyring), actor)
    content = render_shared_accounts_xlsx(ranking_document(session, keyring, actor, ranked, now))
    with transaction() as writing:
        keep_print(writing, keyring, actor, print_of_ranking(actor, ranked, now), content)
    return send_file(
        BytesIO(content),
        mimetype=XLSX,
        as_attachment=True,
        download_name=f"{SHARED_ACCOUNTS}{current_clock().today()}.xlsx",
    )


@subsidies.get("/accounts/<public_id>")
@permit(Action.SEE_PAYEE_ACCOUNTS)
def account(public_id: str) -> str:
    """One changed account, and what was said on the number known before."""
    return _account(public_id, CallForm(called_on=current_clock().today()))


@subsidies.post("/accounts/<public_id>", endpoint="call_back")
@permit(Action.CALL_PAYEES)
def call_back(public_id: str) -> Answer:
    """Write down a call."""
    actor, form, clock = current_actor(), CallForm(), current_clock()
    if not form.validate_on_submit():
        return _account(public_id, form), 400
    require_person(actor)
    try:
        with transaction() as session:
            record_call(session, actor, form.to_command(public_id), clock.today(), clock.now())
    except (Conflict, Invalid) as refused:
        remember_refusal(("payee_account", public_id), refused)
        forget_reads()
        show_errors(form, refused)
        return _account(public_id, form), 409 if isinstance(refused, Conflict) else 400
    flash(_("已记录。"), "good")
    return redirect(url_for("subsidies.account", public_id=public_id))


@subsidies.post("/accounts/<public_id>/phone", endpoint="known_phone")
@permit(Action.CALL_PAYEES)
def known_phone(public_id: str) -> str:
    """The number known before the change, for half a minute, by reason."""
    refuse_untidy("reason")
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        vault, why = Vault(session, current_keyring()), request.form.get("reason", "")
        value = reveal_known_phone(session, vault, actor, public_id, why, clock.today(), clock.now())
    template = "people/revealed_fragment.html" if is_htmx() else "people/revealed.html"
    back = url_for("subsidies.account", public_id=public_id)
    return render_template(template, value=value, seconds=SHOWN_SECONDS, back=back)


@subsidies.get("/accounts/<public_id>/slip.pdf")
@permit(Action.CALL_PAYEES)
@paper
def account_slip(public_id: str) -> BaseResponse:
    """The note to payee and second guardian that the account was changed."""
    session, actor, now, keyring = read_session(), current_actor(), current_clock().now(), current_keyring()
    changed = get_changed(session, Vault(session, keyring), actor, public_id)
    content = render_account_slip(slip_document(session, keyring, actor, changed, now))
    with transaction() as writing:
        keep_print(writing, keyring, actor, print_of_slip(actor, changed, now), content)
    return send_file(BytesIO(content), mimetype=PDF, as_attachment=True, download_name=f"{SLIP}{changed.from_on}.pdf")


@subsidies.get("/accounts/<public_id>/share")
@permit(Action.PREPARE_SUBSIDY)
def share_account(public_id: str) -> str:
    """Ask for the paper by which a payee uses an account that others use too."""
    return _share(public_id, SharingForm())


@subsidies.post("/accounts/<public_id>/share", endpoint="propose_sharing")
@permit(Action.PREPARE_SUBSIDY)
def share(public_id: str) -> Answer:
    """Propose it; the reviewer decides."""
    actor, form, clock = current_actor(), SharingForm(), current_clock()
    if not form.validate_on_submit():
        return _share(public_id, form), 400
    require_person(actor)
    try:
        with transaction() as session:
            propose_sharing(session, actor, form.to_command(public_id), clock.today(), clock.now())
    except (Conflict, Invalid) as refused:
        forget_reads()
        show_errors(form, refused)
        return _share(public_id, form), 409 if isinstance(refused, Conflict) else 400
    flash(_("已登记，等待复核人同意。"), "good")
    return redirect(url_for("subsidies.shared_accounts"))


@subsidies.post("/sharings/<public_id>/approve")
@permit(Action.APPROVE_SUBSIDY)
def approve_sharing(public_id: str) -> Answer:
    """The second person agrees."""
    return _decide(public_id, True, _("已同意。"))


@subsidies.post("/sharings/<public_id>/refuse")
@permit(Action.APPROVE_SUBSIDY)
def refuse_sharing(public_id: str) -> Answer:
    """The second person does not agree."""
    return _decide(public_id, False, _("未同意，这些行继续暂缓。"))


@subsidies.post("/sharings/<public_id>/withdraw", endpoint="end_sharing")
@permit(Action.CALL_PAYEES)
def end(public_id: str) -> Answer:
    """It holds no more."""
    return _decide(public_id, None, _("已终止。"))


def _decide(public_id: str, is_approved: bool | None, done: str) -> Answer:
    actor, form, now = current_actor(), Form(), current_clock().now()
    if not form.validate_on_submit():
        return _ranking(form), 400
    require_person(actor)
    try:
        with transaction() as session:
            if is_approved is None:
                end_sharing(session, actor, public_id, now)
            else:
                decide_sharing(session, actor, public_id, is_approved, now)
    except Conflict as refused:
        remember_refusal(("shared_account", public_id), refused)
        forget_reads()
        show_errors(form, refused)
        return _ranking(form), 409
    flash(done, "good")
    return redirect(url_for("subsidies.shared_accounts"))


def _ranking(form: Form) -> str:
    session, actor = read_session(), current_actor()
    return render_template(
        "subsidies/shared_accounts.html",
        ranked=rank_shared(session, Vault(session, current_keyring()), actor),
        most=MOST_RANKED,
        states=SHARING_LABELS,
        form=form,
    )


def _account(public_id: str, form: CallForm) -> str:
    session, actor, clock = read_session(), current_actor(), current_clock()
    changed = get_changed(session, Vault(session, current_keyring()), actor, public_id)
    return render_template(
        "subsidies/account.html",
        changed=changed,
        calls=list_calls(session, changed.id),
        answers=CALL_BACK_LABELS,
        reveal_reasons=[(code, _(words)) for code, words in REVEAL_REASONS.items()],
        days=_hold_days(session, actor, clock.today()),
        form=form,
    )


def _share(public_id: str, form: SharingForm) -> str:
    session, actor = read_session(), current_actor()
    get_shared_account(session, actor, public_id)
    mine = [
        (number, sharer)
        for number in rank_shared(session, Vault(session, current_keyring()), actor)
        for sharer in number.sharers
        if sharer.account_public_id == public_id
    ]
    return render_template("subsidies/share_account.html", found=mine[0] if mine else None, form=form)


def _hold_days(session: Session, actor: Actor, today: date) -> int:
    """For how many days a change is asked about, by the policy of the current quarter."""
    policy = policy_for(session, code_of(actor.area_prefix[:6]), Quarter.of(today))
    return (PolicyTerms.from_json(policy.terms) if policy else PolicyTerms(annual=None)).account_hold_days
