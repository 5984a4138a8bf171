"""The quarterly duty check: how far a place is, one family in one tap, who signs, and what a town decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.areas.queries import names_of
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, code_of, is_area_code, prefix_of
from app.audit.views import note_look
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor, Role
from app.core.clock import current_clock
from app.core.db import new_public_id, transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import _
from app.core.quarter import Quarter
from app.core.reasons import reason, say_quarter
from app.core.web import forget_reads, read_session, show_errors
from app.guardians.forms_duty import DutyForm, ReplacementForm
from app.guardians.labels import RELATION_LABELS
from app.guardians.labels_duty import (
    ASSESSMENT_LABELS,
    CONTACT_LABELS,
    FOUND_LABELS,
    GIVEN_LABELS,
    MARK_LABELS,
    NEEDED_LABELS,
    SIGNER_LABELS,
    WAY_LABELS,
)
from app.guardians.queries import AgreementRow
from app.guardians.queries.company import count_to_decide, list_contacts, list_help
from app.guardians.queries.duty import get_duty_agreement
from app.guardians.queries.duty_counts import count_duty, total_of
from app.guardians.queries.duty_list import DutyShow, find_duty, list_duty
from app.guardians.queries.duty_page import get_check_place, history_of, list_replacements, list_years
from app.guardians.rules import AgreementState
from app.guardians.rules.duty import (
    DUTY_LABELS,
    DUTY_SHORT,
    SIGNS_AS,
    CheckWay,
    Duty,
    Signer,
    because_of,
    duties_of,
    opens_on,
)
from app.guardians.service.duty import record_check
from app.guardians.service.duty_after import decide_replacement, sign_check, withdraw_check
from app.guardians.service.sweeping import deadline_of
from app.guardians.views.blueprint import guardians
from app.patients.models import Patient
from app.tasks.rules import standing

Answer = str | BaseResponse | tuple[str, int]
DUTY_WORDS: dict[str, Any] = {
    "mark": MARK_LABELS,
    "way": WAY_LABELS,
    "signer": SIGNER_LABELS,
    "contact": CONTACT_LABELS,
    "found": FOUND_LABELS,
    "given": GIVEN_LABELS,
    "needed": NEEDED_LABELS,
    "assessment": ASSESSMENT_LABELS,
    "relation": RELATION_LABELS,
    "duty": DUTY_SHORT,
    "duty_full": DUTY_LABELS,
}


@guardians.route("/duty/")
@permit(Action.KEEP_DUTY_CHECKS)
def duty() -> str:
    """A village sees its families; a town or the county first sees its villages, then the families asked for."""
    actor, session, today = current_actor(), read_session(), current_clock().today()
    quarter = asked_quarter(session)
    place = asked_place(actor)
    show = DutyShow(asked) if (asked := request.args.get("show", "")) in set(DutyShow) else None
    by_place = len(actor.area_prefix) < PREFIX_LENGTHS[AreaLevel.VILLAGE] and not place and show is None
    parts = count_duty(session, actor, quarter, today, place)
    shown = show or (DutyShow.OPEN if total_of(parts).open else DutyShow.ALL)
    deadline = deadline_of(session, quarter)
    to_decide = count_to_decide(session, actor, today) if may(actor, Action.ASSESS_GUARDIANS) else (0, 0)
    return render_template(
        "guardians/duty/list.html",
        quarter=quarter,
        quarters=_near(today),
        place=code_of(place) if place else "",
        place_name=names_of(session, [code_of(place)])[code_of(place)] if place else "",
        parts=parts,
        total=total_of(parts),
        by_place=by_place,
        show=shown,
        page=None if by_place else list_duty(session, actor, quarter, shown, place, today, request.args.get("after")),
        is_first_page="after" not in request.args,
        deadline=deadline,
        standing=standing(deadline.ends_on, today),
        opens_on=opens_on(quarter) if today < opens_on(quarter) else None,
        needs=to_decide[0],
        replacements=to_decide[1],
        climbs=climbs_to(actor),
        words=DUTY_WORDS,
        say_quarter=say_quarter,
    )


@guardians.get("/duty/agreements/<agreement_id>/<quarter>")
@permit(Action.SIGN_DUTY_CHECKS)
def check_duty(agreement_id: str, quarter: str) -> str:
    """One family: what speaks for the guardian, the one tap, the exceptions, the signatures."""
    of, today = _quarter(quarter), current_clock().today()
    _agreement, patient = get_duty_agreement(read_session(), current_actor(), agreement_id, of)
    note_look(("patient", patient.public_id), patient.area_code)
    form = DutyForm(data={"key": new_public_id(), "checked_on": today})
    return _family(agreement_id, of, form)


@guardians.post("/duty/agreements/<agreement_id>/<quarter>")
@permit(Action.KEEP_DUTY_CHECKS)
def record_duty(agreement_id: str, quarter: str) -> Answer:
    """The one tap, or the exceptions that were ticked."""
    actor, clock, of = current_actor(), current_clock(), _quarter(quarter)
    _agreement, patient = get_duty_agreement(read_session(), actor, agreement_id, of)
    place, form = patient.area_code, DutyForm()
    if form.validate():
        forget_reads()
        try:
            _refuse_mixed(form)
            with transaction() as session:
                command = form.to_command(of, _own_side(actor, form), request.args.get("replaces") or None)
                check = record_check(session, actor, agreement_id, command, clock.today(), clock.now())
                said = _(MARK_LABELS[check.result])
            flash(_("已记录：%(mark)s", mark=said), "success")
            is_village = len(actor.area_prefix) >= PREFIX_LENGTHS[AreaLevel.VILLAGE]
            return redirect(url_for("guardians.duty", quarter=quarter, place=None if is_village else place), 303)
        except (Conflict, Invalid) as refused:
            show_errors(form, refused)
    return _family(agreement_id, of, form), 422


@guardians.route("/duty/checks/<public_id>/sign", methods=["POST"])
@permit(Action.SIGN_DUTY_CHECKS)
def sign_duty(public_id: str) -> BaseResponse:
    """Put one's own name under the check, for the side that the button names."""
    actor, clock = current_actor(), current_clock()
    with transaction() as session:
        session_back = _page_of(session, actor, public_id)
        said = request.form.get("signer", "")
        if said not in set(Signer):
            raise Invalid({"signer": [reason("core.nothing_chosen")]})
        sign_check(session, actor, public_id, Signer(said), clock.today(), clock.now())
    flash(_("已签名"), "success")
    return redirect(session_back, 303)


@guardians.route("/duty/checks/<public_id>/withdraw", methods=["POST"])
@permit(Action.KEEP_DUTY_CHECKS)
def withdraw_duty(public_id: str) -> BaseResponse:
    """Take a check back that was recorded for the wrong family."""
    actor = current_actor()
    with transaction() as session:
        back = _page_of(session, actor, public_id)
        withdraw_check(session, actor, public_id, current_clock().now())
    flash(_("已撤回，请重新核查"), "success")
    return redirect(back, 303)


@guardians.route("/duty/replacements")
@permit(Action.ASSESS_GUARDIANS)
def replacements() -> str:
    """Guardians who failed twice in a year, for people to decide on."""
    return _replacements_page(ReplacementForm())


@guardians.route("/duty/replacements/<public_id>", methods=["POST"])
@permit(Action.ASSESS_GUARDIANS)
def decide_guardian(public_id: str) -> Answer:
    actor, form = current_actor(), ReplacementForm()
    with transaction() as session:
        if not any(one.task == public_id for one in list_replacements(session, actor)):
            raise NotFound
    if form.validate():
        forget_reads()
        with transaction() as session:
            decide_replacement(session, actor, public_id, form.decision.data, current_clock().now())
        flash(_("已记录决定"), "success")
        return redirect(url_for("guardians.replacements"), 303)
    return _replacements_page(form), 422


# -- shared ------------------------------------------------------------------------------------------------------------


def asked_quarter(session: Session) -> Quarter:
    """The quarter of the address; else the one whose checks are due now: the last until the present one's last month and while its days run."""
    today = current_clock().today()
    present = Quarter.of(today)
    asked = request.args.get("quarter", "")
    if asked:
        quarter = _quarter(asked)
        return quarter if quarter <= present else present
    is_running = deadline_of(session, present.previous()).ends_on >= today
    return present.previous() if is_running or today < opens_on(present) else present


def asked_place(actor: Actor) -> str:
    """The prefix of a village or town inside the actor's own area; empty for all of it."""
    asked = request.args.get("place", "")
    if not is_area_code(asked) or not asked.startswith(actor.area_prefix):
        return ""
    try:
        return prefix_of(asked)
    except ValueError:
        return ""


def beside_agreements(
    session: Session, actor: Actor, patient: Patient, agreements: Sequence[AgreementRow], today: date
) -> dict[str, object]:
    """What the guardians' page shows of the duty, so that a renewal is decided with it in view."""
    held = (AgreementState.IN_FORCE, AgreementState.ENDING)
    return {
        "years": list_years(session, actor, patient),
        "contacts": list_contacts(session, actor, patient, Quarter.of(today)),
        "help": list_help(session, actor, patient, Quarter.of(today)),
        "duty_now": next((one.public_id for one in agreements if one.state in held), None),
        "quarter_now": Quarter.of(today),
        "duty_words": DUTY_WORDS,
    }


def climbs_to(actor: Actor) -> str:
    """Who checks the family of somebody who may not."""
    return _("由乡镇核查") if actor.role is Role.VILLAGE_WORKER else _("由他人核查")


def _quarter(text: str) -> Quarter:
    try:
        return Quarter.parse(text)
    except ValueError:
        raise NotFound from None


def _near(today: Any) -> list[Quarter]:
    present = Quarter.of(today)
    return [present, present.previous(), present.shift(-2), present.shift(-3)]


def _refuse_mixed(form: DutyForm) -> None:
    """The one tap says that all is well, the other button that something is not."""
    if "all" in request.form and form.has_exceptions:
        raise Invalid({"failed": [reason("guardians.duty.exceptions_ticked")]})
    if "exceptions" in request.form and not form.has_exceptions:
        raise Invalid({"failed": [reason("guardians.duty.nothing_ticked")]})


def _own_side(actor: Actor, form: DutyForm) -> Signer | None:
    """Whoever records a check that they made themselves signs it; who copies a paper does not."""
    if form.way.data == CheckWay.PAPER.value:
        return None
    return next(iter(SIGNS_AS.get(actor.role, ())), None)


def _page_of(session: Session, actor: Actor, check_id: str) -> str:
    agreement, quarter = get_check_place(session, actor, check_id)
    return url_for("guardians.check_duty", agreement_id=agreement, quarter=quarter)


def _family(agreement_id: str, quarter: Quarter, form: DutyForm) -> str:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    agreement, patient = get_duty_agreement(session, actor, agreement_id, quarter)
    row = find_duty(session, actor, quarter, agreement_id)
    checks = history_of(session, actor, agreement, quarter)
    held = next((one for one in checks if one.stands), None)
    deadline = deadline_of(session, quarter)
    sides = [
        side for side in SIGNS_AS.get(actor.role, ()) if held and all(one.signer is not side for one in held.signatures)
    ]
    signed = held is not None and any(one.hand == actor.hand and one.is_own for one in held.signatures)
    return render_template(
        "guardians/duty/family.html",
        row=row,
        agreement=agreement,
        quarter=quarter,
        form=form,
        checks_on_record=checks,
        held=held,
        sides=[] if signed or (row and row.is_own) else sides,
        contacts=list_contacts(session, actor, patient, quarter),
        months=quarter.months(),
        help=list_help(session, actor, patient, quarter),
        deadline=deadline,
        standing=standing(deadline.ends_on, today),
        may_check=may(actor, Action.KEEP_DUTY_CHECKS) and row is not None and not row.is_own,
        climbs=climbs_to(actor),
        why=lambda check: because_of(check.mark, check.failed, check.remarked),
        duties=duties_of(~Duty(0)),
        words=DUTY_WORDS,
        say_quarter=say_quarter,
    )


def _replacements_page(form: ReplacementForm) -> str:
    return render_template(
        "guardians/duty/replacements.html",
        rows=list_replacements(read_session(), current_actor()),
        form=form,
        words=DUTY_WORDS,
    )
