"""集中购药清单 and 送药签收单 as papers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from app.core.actor import Actor
from app.core.i18n import _
from app.incidents.labels_care import LINE_STATES, RECEIVERS
from app.incidents.models import DeliveryRound
from app.incidents.queries.green import LineRow, ToBuy
from app.incidents.rules.green import LineState
from reports.forms.delivery import (
    Delivered,
    DeliverySheetDocument,
    Purchase,
    PurchaseListDocument,
    render_delivery_sheet,
    render_purchase_list,
)
from reports.forms.sheet import Imprint
from reports.table_xlsx import Column, Kind, Line, Sheet, render_workbook


def purchases_pdf(lines: Sequence[ToBuy], place: str, until: date, actor: Actor, now: datetime, mark: str) -> bytes:
    return render_purchase_list(
        PurchaseListDocument(
            Imprint(place, actor.name, now),
            place=place,
            until=until,
            lines=tuple(
                Purchase(
                    one.source,
                    one.drug,
                    one.town,
                    one.patients,
                    one.days,
                    _quantity(one),
                    one.first_out_on,
                    one.on_round,
                )
                for one in lines
            ),
            mark=mark,
        )
    )


def purchases_xlsx(lines: Sequence[ToBuy], place: str, until: date, actor: Actor, now: datetime, mark: str) -> bytes:
    title = _("集中购药清单")
    sheet = Sheet(
        title,
        [
            Column(_("医院"), 24),
            Column(_("药品"), 22),
            Column(_("乡镇（街道）"), 16),
            Column(_("患者人数"), 10, Kind.COUNT),
            Column(_("用药天数合计"), 14, Kind.COUNT),
            Column(_("用量合计（毫克）"), 24),
            Column(_("最早用完日期"), 14),
            Column(_("已安排送药的人数"), 14, Kind.COUNT),
        ],
        [
            Line(
                (
                    one.source,
                    one.drug,
                    one.town,
                    one.patients,
                    one.days,
                    _quantity(one),
                    one.first_out_on.isoformat(),
                    one.on_round,
                )
            )
            for one in lines
        ],
        heading=title,
        notes=[_("%(place)s · %(day)s前用完的药品", place=place, day=until.isoformat())],
        footer=mark,
    )
    return render_workbook([sheet], title=title, author=actor.name, created_at=now)


def _quantity(line: ToBuy) -> str:
    unknown = _("%(n)s 人没有剂量记录", n=line.unknown) if line.unknown else ""
    return _("；").join(part for part in (line.mg_words, unknown) if part)


def round_pdf(
    tour: DeliveryRound, lines: Sequence[LineRow], town: str, organisation: str, actor: Actor, now: datetime, mark: str
) -> bytes:
    return render_delivery_sheet(
        DeliverySheetDocument(
            Imprint(organisation, actor.name, now),
            town=town,
            source=tour.source,
            planned_on=tour.planned_on,
            lines=tuple(
                Delivered(
                    one.name,
                    one.village,
                    one.line.drug,
                    one.line.days,
                    "" if one.line.state is LineState.PLANNED else LINE_STATES[one.line.state],
                    RECEIVERS[one.line.receiver] if one.line.receiver else "",
                )
                for one in lines
            ),
            mark=mark,
        )
    )
