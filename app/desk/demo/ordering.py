"""Supervision orders of the last weeks, one in each state, from the lists as they stand: the county town's own waits to be received."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.areas.models import Agency
from app.core.actor import Actor, Role
from app.core.quarter import Quarter
from app.desk.demo.moments import Moments
from app.desk.demo.places import COUNTY, TOWN
from app.desk.demo.settling import County
from app.numbers.commands import SendOrder
from app.numbers.models import SupervisionOrder
from app.numbers.queries.order_cases import count_by_unit, get_matter
from app.numbers.queries.orders import cases_of
from app.numbers.rules.orders import MOST_CASES, CaseOutcome, Demand, OrderState
from app.numbers.rules.period import ReportPeriod
from app.numbers.service.ordering import (
    close_order,
    receive_order,
    reply_to_order,
    send_back,
    send_order,
    withdraw_order,
)
from app.tasks.rules import TaskKind

# state, how many days ago it was sent; of those that were replied to, the reply came two days after the receipt
_STORIES = (
    (OrderState.CLOSED, 24),
    (OrderState.RECEIVED, 15),
    (OrderState.SENT_BACK, 12),
    (OrderState.REPLIED, 6),
    (OrderState.WITHDRAWN, 5),
)
_SAID = (CaseOutcome.DONE, CaseOutcome.ARRANGED, CaseOutcome.AWAY)
_REPLY = "已逐例核实，能补办的已补办，外出的已与家属约定返回后办理。"
_ANSWERED = frozenset({OrderState.CLOSED, OrderState.SENT_BACK, OrderState.REPLIED})


def send_orders(session: Session, county: County, moments: Moments) -> None:
    """To as many health centres as have anything late; nothing where nobody has."""
    follow_up, missing = (TaskKind.FOLLOW_UP.value, ""), ("standard-missing", str(_last_quarter(moments.today)))
    asked: set[int] = set()
    for state, days in _STORIES:
        matter, on = missing if state is OrderState.CLOSED else follow_up, moments.today - timedelta(days=days)
        units = _units(session, county, matter, on)
        others = [one for one in units if one.area_code != TOWN and one.id not in asked]
        for unit in others[:1]:
            asked.add(unit.id)
            _tell(session, county, moments, unit, matter, state, on)
    for unit in _units(session, county, follow_up, moments.today):
        if unit.area_code == TOWN:
            _tell(session, county, moments, unit, follow_up, OrderState.ISSUED, moments.today)


def _last_quarter(today: date) -> ReportPeriod:
    return ReportPeriod.quarter_of(Quarter.of(today).previous())


def _units(session: Session, county: County, matter: tuple[str, str], on: date) -> list[Agency]:
    """Whoever has a head to answer and no more cases than an order holds, the fewest first."""
    actor = county.actors["coordinator"]
    rows = reversed(count_by_unit(session, actor, get_matter(session, actor, matter[0], COUNTY, matter[1]), on))
    return [row.unit for row in rows if row.unit and row.cases <= MOST_CASES and _head(county, row.unit)]


def _head(county: County, unit: Agency) -> Actor | None:
    heads = (one for one in county.actors.values() if one.role is Role.HEALTH_LEAD and one.agency_id == unit.id)
    return next(heads, None)


def _tell(
    session: Session,
    county: County,
    moments: Moments,
    unit: Agency,
    matter: tuple[str, str],
    state: OrderState,
    on: date,
) -> None:
    """One order and what became of it up to `state`."""
    head, sender = _head(county, unit), county.actors["coordinator"]
    if head is None:
        return
    command = SendOrder(matter[0], COUNTY, matter[1], unit.public_id, Demand.MEND, 5)
    order, _is_new = send_order(session, sender, command, on, moments.on(on, 60))
    if state is OrderState.WITHDRAWN:
        withdraw_order(session, sender, order.public_id, "名单已由卫生院在会上说明，不再单独督办", moments.on(on, 200))
    elif state is not OrderState.ISSUED:
        receive_order(session, head, order.public_id, moments.on(on + timedelta(days=1), 30))
    if state in _ANSWERED:
        _answer(session, head, sender, order, state, moments, on + timedelta(days=3))


def _answer(
    session: Session,
    head: Actor,
    sender: Actor,
    order: SupervisionOrder,
    state: OrderState,
    moments: Moments,
    on: date,
) -> None:
    outcomes = {one.id: _SAID[at % len(_SAID)] for at, one in enumerate(cases_of(session, order))}
    reply_to_order(session, head, order.public_id, _REPLY, outcomes, moments.on(on, 400))
    judged_at = moments.on(on + timedelta(days=1), 90)
    if state is OrderState.CLOSED:
        close_order(session, sender, order.public_id, "其余几例已约定补访时间，下月一并核对", judged_at)
    elif state is OrderState.SENT_BACK:
        send_back(session, sender, order.public_id, "外出的几例没有写明返回日期，请补充后再报", judged_at)
