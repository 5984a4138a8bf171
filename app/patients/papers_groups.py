"""Printed minutes of a joint group's meeting, in Chinese; and the coverage as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from app.core.actor import Actor
from app.core.i18n import _
from app.core.quarter import Quarter
from app.core.rates import rate
from app.patients.labels import TEAM_PARTS
from app.patients.labels_support import GROUP_KINDS, MEETING_DECISIONS, MEETING_TOPICS
from app.patients.models import GroupMeeting, JointGroup, JointGroupMember
from app.patients.queries.groups import Coverage
from app.patients.rules import TeamPart
from app.patients.rules_support import MeetingDecision, MeetingTopic
from reports.forms.meeting_minutes import Attendant, Decision, MeetingMinutesDocument, render_meeting_minutes
from reports.forms.sheet import Imprint
from reports.table_xlsx import Column, Kind, Line, Sheet, render_workbook


def minutes_pdf(
    group: JointGroup,
    place: str,
    members: Sequence[JointGroupMember],
    meeting: GroupMeeting,
    agency: str,
    actor: Actor,
    now: datetime,
) -> bytes:
    """`members` are all that the group ever had; those of the day are listed."""
    of_the_day = [
        one for one in members if one.from_on <= meeting.held_on and (one.to_on is None or one.to_on > meeting.held_on)
    ]
    quarter = Quarter.parse(meeting.quarter)
    return render_meeting_minutes(
        MeetingMinutesDocument(
            Imprint(agency, actor.name, now),
            place=place,
            group=GROUP_KINDS[group.kind],
            quarter=f"{quarter.year}年第{quarter.number}季度",
            held_on=meeting.held_on,
            members=tuple(
                Attendant(one.name, one.post, TEAM_PARTS[one.part], one.id in meeting.present, one.is_lead)
                for one in of_the_day
            ),
            topics=tuple(MEETING_TOPICS[topic] for topic in topics_of(meeting)),
            decisions=tuple(_decision(point) for point in decisions_of(meeting)),
        )
    )


def topics_of(meeting: GroupMeeting) -> list[MeetingTopic]:
    return [MeetingTopic(point["topic"]) for point in meeting.points if "topic" in point]


def decisions_of(meeting: GroupMeeting) -> list[dict[str, Any]]:
    return [point for point in meeting.points if "decision" in point]


def _decision(point: dict[str, Any]) -> Decision:
    what = MEETING_DECISIONS[MeetingDecision(point["decision"])]
    return Decision(
        f"{what}：{point['note']}" if point.get("note") else what,
        TEAM_PARTS[TeamPart(point["part"])] if point.get("part") else "",
        date.fromisoformat(point["by_on"]) if point.get("by_on") else None,
    )


def coverage_workbook(
    parts: Sequence[Coverage], total: Coverage, title: str, by: str, today: date, now: datetime
) -> bytes:
    """The rows of the page, with their sum; a share of nothing is a dash."""
    columns = [
        Column(_("地区"), 18),
        Column(_("乡镇（街道）数"), 12, Kind.COUNT),
        Column(_("已建小组"), 10, Kind.COUNT),
        Column(_("本季已开会"), 10, Kind.COUNT),
        Column(_("村（社区）数"), 12, Kind.COUNT),
        Column(_("已建小组"), 10, Kind.COUNT),
        Column(_("建组率（%）"), 12),
        Column(_("本季已开会"), 10, Kind.COUNT),
        Column(_("开会率（%）"), 12),
    ]
    lines = [_coverage_line(part, part.name) for part in parts]
    if len(parts) > 1:
        lines.append(_coverage_line(total, _("合计"), strong=True))
    sheet = Sheet(
        name=_("小组覆盖情况"),
        columns=columns,
        lines=lines,
        heading=title,
        notes=(_("截至 %(day)s；开会率按已建小组计算", day=today.isoformat()),),
        footer=_("%(name)s 导出", name=by),
        landscape=True,
    )
    return render_workbook([sheet], title=title, author=by, created_at=now)


def _coverage_line(part: Coverage, name: str, strong: bool = False) -> Line:
    return Line(
        (
            name,
            part.towns,
            part.town_groups,
            part.towns_met,
            part.villages,
            part.village_groups,
            rate(part.village_groups, part.villages, 1) or "—",
            part.villages_met,
            rate(part.villages_met, part.village_groups, 1) or "—",
        ),
        strong,
    )
