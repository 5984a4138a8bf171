"""A referral to rehabilitation: with consent, answered by the place, attended month by month, ended; and its slip."""

from __future__ import annotations

from flask import render_template, url_for

from app.audit.prints import keep_print
from app.audit.views import note_look
from app.benefits.forms import BeginForm, EndForm, MonthForm, ReferForm, RefuseReferralForm
from app.benefits.labels import (
    REFERRAL_CONSENTS,
    REFERRAL_REFUSALS,
    REFERRAL_SOURCES,
    REFERRAL_STATES,
    REFERRAL_TONES,
    REHAB_ENDS,
)
from app.benefits.papers import aims_of, print_of_referral, referral_slip
from app.benefits.queries.rehab import (
    count_seated,
    get_referral,
    is_under_way,
    list_months,
    list_places_of,
    list_referrals,
    particulars_at_place,
    sees_attendance,
)
from app.benefits.queries.requests import name_at
from app.benefits.queries.stays import get_patient_to_refer, may_refer
from app.benefits.rules.rehab import OPEN_REFERRALS, ReferralState, free_seats
from app.benefits.service.rehabilitating import answer, begin, end, record_month, refer, withdraw_referral
from app.benefits.views.blueprint import Act, Answer, benefits, take
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Role
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import NotFound
from app.core.forms import Form
from app.core.i18n import _
from app.core.keys import current_keyring
from app.core.papers import hand_out, paper
from app.core.web import read_session
from app.guardians.labels import RELATION_LABELS
from app.people.models import Person
from app.people.vault import Vault
from reports.forms.rehab_referral import render_rehab_referral


@benefits.get("/rehab/patients/<public_id>")
@permit(Action.REFER_TO_REHAB)
def refer_patient(public_id: str) -> str:
    """A patient's referrals, and a new one."""
    return _new(public_id, ReferForm(formdata=None, consented_on=current_clock().today()))


@benefits.post("/rehab/patients/<public_id>", endpoint="store_referral")
@permit(Action.REFER_TO_REHAB)
def store(public_id: str) -> Answer:
    """Referred with consent; the place answers."""
    get_patient_to_refer(read_session(), current_actor(), public_id)
    form = ReferForm()
    _offer(form)
    return take(
        form,
        lambda session, actor, today, now: (
            refer(
                session, actor, get_patient_to_refer(session, actor, public_id), form.to_command(), today, now
            ).public_id
        ),
        _("已转介，等待康复机构答复。"),
        lambda refused: _new(public_id, refused),
        lambda made: url_for("benefits.show_referral", public_id=made),
    )


@benefits.get("/rehab/referrals/<public_id>")
@permit(Action.SEE_REHAB)
def show_referral(public_id: str) -> str:
    referral, _place, patient = get_referral(read_session(), current_actor(), public_id)
    note_look(("rehab_referral", referral.public_id), patient.area_code)
    return _page(public_id)


@benefits.post("/rehab/referrals/<public_id>/accept")
@permit(Action.ANSWER_REHAB)
def accept_referral(public_id: str) -> Answer:
    """There is a seat."""
    return _answer(public_id, Form(), ReferralState.ACCEPTED, _("已接收。"))


@benefits.post("/rehab/referrals/<public_id>/wait")
@permit(Action.ANSWER_REHAB)
def let_wait(public_id: str) -> Answer:
    """No seat yet."""
    return _answer(public_id, Form(), ReferralState.WAITING, _("已列入轮候。"))


@benefits.post("/rehab/referrals/<public_id>/refuse")
@permit(Action.ANSWER_REHAB)
def refuse_referral(public_id: str) -> Answer:
    """Not taken in, with the reason."""
    get_referral(read_session(), current_actor(), public_id)
    return _answer(public_id, RefuseReferralForm(), ReferralState.REFUSED, _("已登记不接收。"))


@benefits.post("/rehab/referrals/<public_id>/withdraw", endpoint="withdraw_referral")
@permit(Action.REFER_TO_REHAB)
def withdraw_referred(public_id: str) -> Answer:
    """The family thought better of it."""
    return _take(
        public_id,
        Form(),
        lambda session, actor, _today, now: withdraw_referral(session, actor, public_id, now),
        _("已撤回。"),
    )


@benefits.post("/rehab/referrals/<public_id>/begin")
@permit(Action.ANSWER_REHAB)
def begin_rehab(public_id: str) -> Answer:
    """The first day."""
    get_referral(read_session(), current_actor(), public_id)
    form = BeginForm()
    return _take(
        public_id,
        form,
        lambda session, actor, today, now: begin(session, actor, public_id, form.started_on.data, today, now),
        _("已开始康复。"),
    )


@benefits.post("/rehab/referrals/<public_id>/end")
@permit(Action.ANSWER_REHAB)
def end_rehab(public_id: str) -> Answer:
    """The last day, and why."""
    get_referral(read_session(), current_actor(), public_id)
    form = EndForm()
    return _take(
        public_id,
        form,
        lambda session, actor, today, now: end(session, actor, public_id, form.ended_on.data, form.chosen, today, now),
        _("已结束，名额空出。"),
    )


@benefits.post("/rehab/referrals/<public_id>/months")
@permit(Action.ANSWER_REHAB)
def month(public_id: str) -> Answer:
    """So many days in a month."""
    get_referral(read_session(), current_actor(), public_id)
    form = MonthForm()
    return _take(
        public_id,
        form,
        lambda session, actor, today, now: record_month(
            session, actor, public_id, form.month.data, form.days.data, today, now
        ),
        _("出勤已登记。"),
    )


@benefits.get("/rehab/referrals/<public_id>/slip.pdf")
@permit(Action.REFER_TO_REHAB)
@paper
def slip_pdf(public_id: str) -> Answer:
    """The sheet that goes along, with the receipt that comes back."""
    session, actor, clock, keyring = read_session(), current_actor(), current_clock(), current_keyring()
    referral, place, patient = get_referral(session, actor, public_id)
    if not may_refer(session, actor, patient):
        raise NotFound
    now = clock.now()
    document = referral_slip(session, Vault(session, keyring), actor, referral, place, patient, now)
    content = render_rehab_referral(document)
    with transaction() as writing:
        keep_print(writing, keyring, actor, print_of_referral(referral, patient, actor, now), content)
    return hand_out(content, "rehab-referral")


def _answer(public_id: str, form: Form, after: ReferralState, done: str) -> Answer:
    return _take(
        public_id,
        form,
        lambda session, actor, _today, now: answer(
            session, actor, public_id, after, form.chosen if isinstance(form, RefuseReferralForm) else None, now
        ),
        done,
    )


def _take(public_id: str, form: Form, act: Act, done: str) -> Answer:
    return take(
        form,
        act,
        done,
        lambda refused: _page(public_id, refused),
        lambda _done: url_for("benefits.show_referral", public_id=public_id),
    )


def _offer(form: Form) -> None:
    if isinstance(form, ReferForm):
        if current_actor().role is Role.HOSPITAL and form.source:
            form.speak_for_hospital()
        places = list_places_of(read_session(), current_actor(), only_open=True)
        form.place.offer(
            (one.place.public_id, _("%(name)s（空余名额 %(n)s）", name=one.place.name, n=one.free)) for one in places
        )


def _new(public_id: str, form: Form) -> str:
    session, actor = read_session(), current_actor()
    patient = get_patient_to_refer(session, actor, public_id)
    _offer(form)
    return render_template(
        "rehab/refer.html",
        form=form,
        patient=patient,
        name=name_at(actor, session.get_one(Person, patient.person_id).name, is_open=True),
        referrals=list_referrals(session, actor, patient=patient).rows,
        states=REFERRAL_STATES,
        tones=REFERRAL_TONES,
    )


def _page(public_id: str, form: Form | None = None) -> str:
    session, actor, today = read_session(), current_actor(), current_clock().today()
    referral, place, patient = get_referral(session, actor, public_id)
    is_open = is_under_way(session, referral, patient)
    return render_template(
        "rehab/referral.html",
        referral=referral,
        place=place,
        patient=patient,
        name=name_at(actor, session.get_one(Person, patient.person_id).name, is_open=is_open),
        has_left=referral.state in OPEN_REFERRALS and not is_open,
        prints_slip=may(actor, Action.REFER_TO_REHAB) and may_refer(session, actor, patient),
        sees_attendance=sees_attendance(actor),
        person=particulars_at_place(session, Vault(session, current_keyring()), actor, referral, patient),
        aims=[_(one) for one in aims_of(referral)],
        months=list_months(session, actor, referral),
        free=free_seats(place.capacity, count_seated(session, place)),
        form=form,
        refuse_form=form if isinstance(form, RefuseReferralForm) else RefuseReferralForm(formdata=None),
        begin_form=form if isinstance(form, BeginForm) else BeginForm(formdata=None, started_on=today),
        end_form=form if isinstance(form, EndForm) else EndForm(formdata=None, ended_on=today),
        month_form=form if isinstance(form, MonthForm) else MonthForm(formdata=None, month=today),
        states=ReferralState,
        words={
            "state": REFERRAL_STATES,
            "source": REFERRAL_SOURCES,
            "consent": REFERRAL_CONSENTS,
            "refusal": REFERRAL_REFUSALS,
            "end": REHAB_ENDS,
            "relation": RELATION_LABELS,
        },
        tones=REFERRAL_TONES,
    )
