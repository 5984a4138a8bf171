"""关爱帮扶小组联系卡 of a patient: helpers and numbers, no illness and no level. In Chinese. Whose team has a gap, as a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO

from app.core.actor import Actor
from app.core.i18n import _
from app.desk.queries.teams import Gap, GapRow
from app.patients.labels import TEAM_PARTS
from app.patients.models import CareTeamMember
from app.patients.queries import PatientHeader
from app.patients.rules import TeamPart
from reports.forms.care_team_card import CardMember, CareTeamCard, CareTeamCardsDocument, render_care_team_cards
from reports.forms.sheet import Imprint
from reports.table_xlsx import Column, Line, Sheet, render_workbook

# What a paper that may lie open at home calls the helpers: no word tells of an illness.
AT_HOME = TEAM_PARTS | {
    TeamPart.GUARDIAN: "家人",
    TeamPart.DOCTOR: "家庭医生",
    TeamPart.PSYCHIATRIST: "专科医生",
}
_COPIES = 2  # one for the family, one for the village


def team_card_pdf(
    patient: PatientHeader, team: Sequence[CareTeamMember], agency_phone: str | None, actor: Actor, now: datetime
) -> bytes:
    """The responsible doctor stands in for a doctor whom the team does not name, under the health centre's number."""
    members = [CardMember(AT_HOME[one.part], one.name, one.phone or "") for one in team]
    if patient.doctor and all(one.part is not TeamPart.DOCTOR for one in team):
        members.insert(0, CardMember(AT_HOME[TeamPart.DOCTOR], patient.doctor, agency_phone or ""))
    card = CareTeamCard(tuple(members), holder="", office=patient.agency or "")
    return render_care_team_cards(
        CareTeamCardsDocument(Imprint(patient.agency or "", actor.name, now), (card,), copies=_COPIES)
    )


def gaps_workbook(
    rows: Sequence[GapRow], words: Mapping[Gap, str], title: str, by: str, today: date, now: datetime
) -> BytesIO:
    """The rows of the page."""
    lines = [Line((row.place, row.name, _("、").join(_(words[gap]) for gap in row.gaps))) for row in rows]
    sheet = Sheet(
        name=_("小组不全名单"),
        columns=[Column(_("乡镇 · 村"), 20), Column(_("姓名"), 12), Column(_("缺少"), 50)],
        lines=lines,
        heading=title,
        notes=(_("截至 %(day)s，共 %(n)s 条 · 内部资料 注意保密", day=today.isoformat(), n=len(rows)),),
        footer=_("%(name)s 导出", name=by),
        wrap=True,
    )
    return BytesIO(render_workbook([sheet], title=title, author=by, created_at=now))
