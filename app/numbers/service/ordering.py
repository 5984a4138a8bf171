"""Supervision orders: sent from a late list with its cases as they stand, received, replied to, closed by whoever sends them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.areas.models import Agency, Area
from app.areas.rules import county_of
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.calendar import load_workdays
from app.core.errors import Conflict, Invalid, NotFound
from app.core.reasons import reason
from app.core.scope import within
from app.core.workdays import Deadline, add_working_days
from app.numbers.commands import SendOrder
from app.numbers.models import SupervisionCase, SupervisionOrder, SupervisionStep
from app.numbers.queries.order_cases import LateCase, Matter, get_matter, list_late_cases
from app.numbers.queries.orders import cases_of, count_still, find_open, get_order
from app.numbers.rules.orders import (
    LONGEST_REPLY,
    LONGEST_TERM,
    LONGEST_WORDS,
    MOST_CASES,
    CaseOutcome,
    OrderState,
    may_answer,
    may_become,
    order_number,
)
from app.numbers.service.turns import take_turn

_LONGEST_HOLIDAY = timedelta(days=30)


def get_unit(session: Session, actor: Actor, public_id: str) -> Agency:
    """A unit in the actor's area, to address an order to."""
    found = session.scalar(select(Agency).where(Agency.public_id == public_id, within(Agency.area_code, actor)))
    if found is None:
        raise NotFound()
    return found


def reply_deadline(session: Session, today: date, working_days: int) -> Deadline:
    """The last day to reply: so many working days after today."""
    calendar = load_workdays(session, today, today + timedelta(days=2 * working_days) + _LONGEST_HOLIDAY)
    return add_working_days(today, working_days, calendar)


def send_order(
    session: Session, actor: Actor, command: SendOrder, today: date, now: datetime
) -> tuple[SupervisionOrder, bool]:
    """The order, and whether it was made now: while one about the same matter is open, it is that one.

    Raises `Conflict` when nobody of the unit could answer, nothing is late any more, or more than an order holds.
    """
    require(actor, Action.SEND_ORDERS)
    unit = get_unit(session, actor, command.agency)
    matter = get_matter(session, actor, command.matter, command.place, command.period)
    if not 1 <= command.working_days <= LONGEST_TERM:
        raise Invalid({"working_days": [reason("numbers.order.term", most=LONGEST_TERM)]})
    if not may_answer(unit.kind):
        raise Conflict(reason("numbers.order.no_accounts"))
    county = session.get_one(Area, county_of(matter.place))
    take_turn(session, county.code)  # numbers of a county are given one after the other
    standing = find_open(session, actor, unit, matter.place, matter.name, matter.period)
    if standing is not None:
        return standing, False
    cases = list_late_cases(session, actor, matter, unit, today)
    _refuse_unfit(cases)
    order = _new_order(session, actor, command, matter, unit, county, len(cases), today, now)
    session.add(order)
    session.flush()
    session.execute(insert(SupervisionCase), [_row(order, one) for one in cases])
    _take_step(session, actor, order, now, "numbers.order_sent")
    return order, True


def receive_order(session: Session, actor: Actor, public_id: str, now: datetime) -> SupervisionOrder:
    """The unit says that it has it."""
    return _move(session, actor, Action.ANSWER_ORDERS, public_id, OrderState.RECEIVED, now, "numbers.order_received")


def reply_to_order(
    session: Session, actor: Actor, public_id: str, words: str, outcomes: Mapping[int, CaseOutcome], now: datetime
) -> SupervisionOrder:
    """The unit's reply, with what was done about each case (by its id)."""
    order = _locked(session, actor, Action.ANSWER_ORDERS, public_id, OrderState.REPLIED)
    said, cases = _said(words, LONGEST_REPLY), cases_of(session, order)
    unanswered = {
        f"case_{one.id}": [reason("numbers.order.case_unanswered")] for one in cases if one.id not in outcomes
    }
    if unanswered:
        raise Invalid(unanswered)
    for one in cases:
        one.outcome = outcomes[one.id]
    session.flush()
    order.state = OrderState.REPLIED
    _take_step(session, actor, order, now, "numbers.order_replied", said)
    return order


def close_order(session: Session, actor: Actor, public_id: str, why: str, now: datetime) -> SupervisionOrder:
    """Whoever sends orders is content with the reply; with a reason while the records do not bear it out."""
    order = _locked(session, actor, Action.SEND_ORDERS, public_id, OrderState.CLOSED)
    still = count_still(session, order)
    if still and not why.strip():
        raise Invalid({"why": [reason("numbers.order.still_open", n=still)]})
    order.state = OrderState.CLOSED
    _take_step(session, actor, order, now, "numbers.order_closed", why.strip() or None)
    return order


def send_back(session: Session, actor: Actor, public_id: str, words: str, now: datetime) -> SupervisionOrder:
    """The reply will not do, with the reason."""
    return _move(
        session, actor, Action.SEND_ORDERS, public_id, OrderState.SENT_BACK, now, "numbers.order_sent_back", words
    )


def withdraw_order(session: Session, actor: Actor, public_id: str, words: str, now: datetime) -> SupervisionOrder:
    """It should not have been sent, with the reason; its number stays used."""
    return _move(
        session, actor, Action.SEND_ORDERS, public_id, OrderState.WITHDRAWN, now, "numbers.order_withdrawn", words
    )


def _move(
    session: Session,
    actor: Actor,
    action: Action,
    public_id: str,
    to: OrderState,
    now: datetime,
    act: str,
    words: str | None = None,
) -> SupervisionOrder:
    order = _locked(session, actor, action, public_id, to)
    said = None if words is None else _said(words, LONGEST_WORDS)
    order.state = to
    _take_step(session, actor, order, now, act, said)
    return order


def _locked(session: Session, actor: Actor, action: Action, public_id: str, to: OrderState) -> SupervisionOrder:
    require(actor, action)
    order = get_order(session, actor, public_id, lock=True)
    if not may_become(order.state, to):
        raise Conflict(reason("numbers.order.moved_on"))
    return order


def _said(words: str, longest: int) -> str:
    if not 0 < len(words.strip()) <= longest:
        raise Invalid({"words": [reason("numbers.order.words", most=longest)]})
    return words.strip()


def _refuse_unfit(cases: list[LateCase]) -> None:
    if not cases:
        raise Conflict(reason("numbers.order.nothing_late"))
    if len(cases) > MOST_CASES:
        raise Conflict(reason("numbers.order.too_many", most=MOST_CASES))


def _new_order(
    session: Session,
    actor: Actor,
    command: SendOrder,
    matter: Matter,
    unit: Agency,
    county: Area,
    case_count: int,
    today: date,
    now: datetime,
) -> SupervisionOrder:
    highest = select(func.max(SupervisionOrder.serial)).where(
        SupervisionOrder.area_code == county.code, SupervisionOrder.year == today.year
    )
    serial = (session.scalar(highest) or 0) + 1
    return SupervisionOrder(
        area_code=county.code,
        year=today.year,
        serial=serial,
        number=order_number(county.name, today.year, serial),
        agency_id=unit.id,
        place=matter.place,
        matter=matter.name,
        period=matter.period,
        as_of=matter.run.cut_off if matter.run else today,
        demand=command.demand,
        case_count=case_count,
        reply_by=reply_deadline(session, today, command.working_days).ends_on,
        state=OrderState.ISSUED,
        issued_at=now,
        issued_by=actor.user_id,
    )


def _row(order: SupervisionOrder, one: LateCase) -> dict[str, object]:
    return {
        "order_id": order.id,
        "kind": one.kind,
        "subject_id": one.subject_id,
        "patient_id": one.patient_id,
        "area_code": one.area_code,
        "because": one.because.to_json(),
    }


def _take_step(
    session: Session, actor: Actor, order: SupervisionOrder, now: datetime, act: str, words: str | None = None
) -> None:
    session.add(SupervisionStep(order_id=order.id, state=order.state, at=now, by=actor.user_id, words=words))
    note(
        session,
        actor,
        act,
        now=now,
        subject=("supervision_order", order.public_id),
        area_code=order.area_code,
        count=order.case_count,
        detail={"number": order.number, "matter": order.matter, "period": order.period},
    )
