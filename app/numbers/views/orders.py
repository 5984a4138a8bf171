"""Supervision orders: what was sent and where it stands, sending one from a late list, one order with its cases."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Final

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from app.accounts.queries import display_names
from app.areas.queries import full_name, names_of, place_of
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.forms import Form
from app.core.i18n import _
from app.core.web import read_session
from app.numbers.forms_orders import CloseForm, OrderForm, ReplyForm, SendBackForm, WithdrawForm, reply_form
from app.numbers.labels_orders import DEMANDS, OUTCOMES, SINCE, SINCE_TONES, STATES, TONES, how_many, matter_words
from app.numbers.models import SupervisionOrder
from app.numbers.papers_order import order_text
from app.numbers.queries.order_cases import Matter, count_by_unit, get_matter, list_late_cases
from app.numbers.queries.orders import (
    SIZE,
    CaseRow,
    OrderCount,
    count_by_state,
    count_waiting,
    describe_cases,
    get_order,
    list_orders,
    name_grant,
    steps_of,
    unit_names,
    units_asked,
)
from app.numbers.rules.orders import (
    ANY_DUTY,
    AWAITS_REPLY,
    ENDED,
    MOST_CASES,
    REPLY_WITHIN,
    WAITS_FOR_TOWN,
    Demand,
    OrderState,
    Since,
    may_answer,
    may_become,
    visits_told,
)
from app.numbers.service.ordering import get_unit, reply_deadline, send_order
from app.numbers.views.blueprint import Answer, numbers
from app.numbers.views.listing import page_at, read_from
from app.numbers.views.noting import note_list
from app.numbers.views.pressing import press

TABS: Final = {"open": AWAITS_REPLY, "replied": frozenset({OrderState.REPLIED}), "ended": ENDED}


@numbers.app_context_processor
def _tiles() -> dict[str, object]:
    """For homes: asked only where a page shows it."""
    return {"orders_tile": _tile}


def _tile() -> OrderCount | None:
    actor = current_actor()
    if not may(actor, Action.SEE_ORDERS):
        return None
    return count_waiting(read_session(), actor, current_clock().today())


@numbers.get("/orders/")
@permit(Action.SEE_ORDERS)
def orders() -> str:
    """Open, replied to, ended; by unit for whoever sends them."""
    session, actor = read_session(), current_actor()
    tab = request.args.get("tab", "")
    tab = tab if tab in TABS else "open"
    unit = request.args.get("unit", "")[:22]
    by_state, after = count_by_state(session, actor, unit), read_from()
    counts = {name: sum(by_state.get(one, 0) for one in states) for name, states in TABS.items()}
    found = list_orders(session, actor, TABS[tab], unit, after)
    here: dict[str, Any] = {"tab": tab if tab != "open" else None, "unit": unit or None}
    return render_template(
        "numbers/orders.html",
        orders=found,
        tab=tab,
        unit=unit,
        units=units_asked(session, actor) if may(actor, Action.SEND_ORDERS) else [],
        counts=counts,
        total=counts[tab],
        next_href=url_for("numbers.orders", **here, **page_at(after + SIZE)) if after + SIZE < counts[tab] else None,
        prev_href=url_for("numbers.orders", **here, **page_at(max(0, after - SIZE))) if after else None,
        names=unit_names(session, found),
        places=names_of(session, {one.place for one in found}),
        matter_words=matter_words,
        states=STATES,
        tones=TONES,
        awaits=AWAITS_REPLY,
    )


@numbers.get("/orders/new")
@permit(Action.SEND_ORDERS)
def new_order() -> str:
    """Which unit answers for how much of the list that the address names; of all late duties where it names none."""
    session, actor = read_session(), current_actor()
    matter = _matter()
    shares = count_by_unit(session, actor, matter, current_clock().today())
    units = [
        (
            one.unit,
            how_many(one.cases, one.count if matter.counts_visits else 0),
            one.unit is not None and may_answer(one.unit.kind),
        )
        for one in shares
    ]
    return render_template("numbers/order_units.html", units=units, **_about(matter))


@numbers.get("/orders/new/<agency>")
@permit(Action.SEND_ORDERS)
def write_order(agency: str) -> str:
    """What one unit is asked: prefilled from the list."""
    return _ask(agency, OrderForm(data={"demand": Demand.MEND.value, "working_days": REPLY_WITHIN}))


@numbers.post("/orders/new/<agency>", endpoint="send_order")
@permit(Action.SEND_ORDERS)
def send(agency: str) -> Answer:
    """Once however often it is pressed: an open order about the same matter is led to."""
    form, matter, today = OrderForm(), _matter(), current_clock().today()
    get_unit(read_session(), current_actor(), agency)

    def act(session: Session, actor: Actor, now: datetime) -> tuple[SupervisionOrder, bool]:
        return send_order(session, actor, form.to_command(matter.name, matter.place, matter.period, agency), today, now)

    return press(
        act, _sent, partial(_ask, agency), lambda made: url_for("numbers.order", public_id=made[0].public_id), form
    )


def _sent(made: tuple[SupervisionOrder, bool]) -> str:
    order, is_new = made
    if is_new:
        return _("督办单 %(number)s 已发出。", number=order.number)
    return _("这件事已有未办结的督办单 %(number)s，没有重复发出。", number=order.number)


@numbers.get("/orders/<public_id>")
@permit(Action.SEE_ORDERS)
def order(public_id: str) -> str:
    return order_page(public_id)


def order_page(public_id: str, failed: Form | None = None) -> str:
    """One order; `failed` is the form that could not be taken. Noted."""
    session, actor = read_session(), current_actor()
    found = get_order(session, actor, public_id)
    rows = describe_cases(session, actor, found)
    answers, sends = may(actor, Action.ANSWER_ORDERS), may(actor, Action.SEND_ORDERS)
    steps = steps_of(session, found)
    note_list(
        "numbers.order_opened",
        found.area_code,
        found.case_count,
        names=any(row.name or row.guardian for row in rows),
        subject=("supervision_order", found.public_id),
        number=found.number,
    )
    replies = answers and may_become(found.state, OrderState.REPLIED)
    reply = failed if isinstance(failed, ReplyForm) else case_form(rows) if replies else None
    return render_template(
        "numbers/order.html",
        one=found,
        rows=rows,
        grant=name_grant(actor, found).value,
        unit=unit_names(session, [found])[found.agency_id],
        place=full_name(session, found.place),
        matter=matter_words(found.matter, found.period),
        text=order_text(session, found, [row.case for row in rows]),
        how_many=how_many(found.case_count, visits_told(row.case.because for row in rows)),
        demand=_(DEMANDS[found.demand]),
        steps=steps,
        hands=display_names(session, {one.by for one in steps}),
        states=STATES,
        tones=TONES,
        outcomes=OUTCOMES,
        since_words=SINCE,
        since_tones=SINCE_TONES,
        mended=sum(row.since in (Since.MENDED, Since.GONE) for row in rows),
        is_late=found.state in AWAITS_REPLY and found.reply_by < current_clock().today(),
        failed=failed or Form(),
        reply=reply,
        may_receive=answers and may_become(found.state, OrderState.RECEIVED),
        may_judge=sends and may_become(found.state, OrderState.CLOSED),
        may_withdraw=sends and may_become(found.state, OrderState.WITHDRAWN),
        still=sum(row.since is Since.STILL for row in rows),
        closing=failed if isinstance(failed, CloseForm) else CloseForm(formdata=None),
        back=failed if isinstance(failed, SendBackForm) else SendBackForm(formdata=None),
        withdraw=failed if isinstance(failed, WithdrawForm) else WithdrawForm(formdata=None),
    )


def case_form(rows: list[CaseRow]) -> ReplyForm:
    return reply_form([(row.case.id, row.case.outcome.value if row.case.outcome else None) for row in rows])


def _matter() -> Matter:
    """What the address names; every late duty of the actor's area where it names nothing."""
    args, actor = request.args, current_actor()
    place = args.get("place") or place_of(actor)
    return get_matter(read_session(), actor, args.get("of") or ANY_DUTY, place, args.get("period", ""))


def _about(matter: Matter) -> dict[str, object]:
    """What pages say of a list; `here` are the arguments that name it in an address."""
    return {
        "here": {"of": matter.name, "place": matter.place, "period": matter.period or None},
        "period": matter.period,
        "place": full_name(read_session(), matter.place),
        "matter": matter_words(matter.name, matter.period),
    }


def _ask(agency: str, form: OrderForm) -> str:
    session, actor, today = read_session(), current_actor(), current_clock().today()
    unit, matter = get_unit(session, actor, agency), _matter()
    cases = list_late_cases(session, actor, matter, unit, today)
    return render_template(
        "numbers/order_new.html",
        form=form,
        unit=unit,
        case_count=len(cases),
        how_many=how_many(len(cases), visits_told(one.because.to_json() for one in cases)),
        waiting=sum(one.because.code == WAITS_FOR_TOWN for one in cases),
        most=MOST_CASES,
        because_of=reply_deadline(session, today, form.working_days.data or REPLY_WITHIN).reasons,
        **_about(matter),
    )
