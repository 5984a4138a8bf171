"""A supervision order as a paper, named as far as whoever prints it may read. In Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import display_names
from app.areas.queries import agency_names, full_name, names_of, office_of
from app.audit.prints import Mark, Print
from app.core.access import Grant
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.crypto import digest
from app.core.db import canonical_json
from app.core.i18n import _
from app.core.reasons import say, say_date
from app.numbers.labels_orders import DEMANDS, OUTCOMES, SINCE, how_many, matter_words
from app.numbers.models import SupervisionCase, SupervisionOrder, SupervisionStep
from app.numbers.queries.orders import CaseRow, describe_cases, name_grant, steps_of, unit_names
from app.numbers.rules.orders import OrderState, Since, visits_told
from reports.forms.sheet import Imprint
from reports.forms.supervision_order import OrderCase, SupervisionOrderDocument, render_supervision_order


def order_text(session: Session, order: SupervisionOrder, cases: Iterable[SupervisionCase]) -> str:
    """What the unit is told, out of the order's own facts."""
    return _(
        "截至%(day)s，%(place)s有 %(count)s“%(matter)s”由你单位负责，名单附后。请于%(by)s前书面回复办理情况。",
        day=say_date(order.as_of),
        place=full_name(session, order.place),
        count=how_many(order.case_count, visits_told(one.because for one in cases)),
        matter=matter_words(order.matter, order.period),
        by=say_date(order.reply_by),
    )


def order_paper(
    session: Session, actor: Actor, order: SupervisionOrder, now: datetime
) -> tuple[Callable[[Mark], bytes], Print]:
    """How to draw it once its mark is known, and the print to put on record."""
    rows = describe_cases(session, actor, order)
    text, cases = order_text(session, order, [row.case for row in rows]), tuple(_case(row) for row in rows)
    said = digest(canonical_json([order.number, order.state, text, [repr(one) for one in cases]]))
    wanted = Print(
        "numbers.order_printed", ("supervision_order", order.public_id), order.area_code, said, actor.user_id, now
    )
    office, document = office_of(session, actor), partial(_document(session, actor, order), text=text, cases=cases)

    def draw(mark: Mark) -> bytes:
        imprint = Imprint(office, actor.name, now, mark=f"编号 {mark.serial} 校验码 {mark.code}")
        return render_supervision_order(document(imprint))

    return draw, wanted


def _document(session: Session, actor: Actor, order: SupervisionOrder) -> Callable[..., SupervisionOrderDocument]:
    """All but what it says, about whom, and how it is marked."""
    reply = _last(steps_of(session, order), OrderState.REPLIED)
    hands = display_names(session, {order.issued_by, *([reply.by] if reply else [])})
    return partial(
        SupervisionOrderDocument,
        county=names_of(session, [order.area_code])[order.area_code],
        number=order.number,
        unit=unit_names(session, [order])[order.agency_id],
        matter=matter_words(order.matter, order.period),
        demand=_(DEMANDS[order.demand]),
        issued_on=business_day(order.issued_at),
        reply_by=order.reply_by,
        issued_by=hands[order.issued_by],
        sender=_office_of(session, order.issued_by),
        list_note=_list_note(name_grant(actor, order)),
        reply=(reply.words or "") if reply else "",
        replied_by=hands[reply.by] if reply else "",
        replied_on=business_day(reply.at) if reply else None,
        is_withdrawn=order.state is OrderState.WITHDRAWN,
    )


def _office_of(session: Session, user_id: int) -> str:
    agency_id = session.get_one(User, user_id).agency_id
    return agency_names(session, [agency_id])[agency_id] if agency_id else ""


def _case(row: CaseRow) -> OrderCase:
    who = row.name or row.record_number or ""
    return OrderCase(
        f"{who}（监护人{row.guardian}）" if row.guardian else who,
        row.place,
        say(row.because) if row.because else "",
        _(OUTCOMES[row.case.outcome]) if row.case.outcome else "",
        _(SINCE[row.since]) if row.since is not Since.STILL else "",
    )


def _list_note(grant: Grant) -> str:
    if grant is Grant.NONE:
        return "名单涉及打印人岗位不能查看的内容，只列所在村；姓名由承办单位登录系统查看。"
    return "打印人岗位不显示姓名，按档案编号列出。" if grant is Grant.MASKED else ""


def _last(steps: list[SupervisionStep], state: OrderState) -> SupervisionStep | None:
    return next((one for one in reversed(steps) if one.state is state), None)
