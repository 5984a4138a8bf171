"""Last quarter's appraisal: the suggested scheme adopted, the results published, one objection upheld and one that waits."""

from __future__ import annotations

from random import Random

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.quarter import Quarter
from app.desk.demo.bulk import new_id
from app.desk.demo.moments import Moments
from app.desk.demo.places import COUNTY
from app.desk.demo.settling import County
from app.numbers.commands_appraisal import AnswerObjection, ProposeScheme
from app.numbers.models import Appraisal, AppraisalMark, AppraisalObjection
from app.numbers.queries.appraisal import get_sheet, own_unit
from app.numbers.queries.submissions import find_standing
from app.numbers.rules.appraisal import suggested
from app.numbers.rules.period import ReportPeriod
from app.numbers.service.appraising import answer_objection, object_to, preview, publish
from app.numbers.service.schemes import decide_scheme, propose_scheme

_TERM = 5


def appraise_last_quarter(session: Session, county: County, moments: Moments, rng: Random) -> None:
    """By the report that was handed in; the health centre is right in one point, the town's word waits for its answer."""
    coordinator, office = county.actors["coordinator"], county.actors["county_office"]
    period = ReportPeriod.quarter_of(Quarter.of(moments.today).previous())
    report = find_standing(session, coordinator, COUNTY, str(period))
    if report is None:
        raise LookupError(f"{period} was not submitted")
    year, now = period.last_day.year, moments.on(moments.today, 6)
    title, rows = f"{year} 年度严重精神障碍患者服务管理考评方案", tuple(enumerate(suggested(), start=1))
    scheme = propose_scheme(session, office, ProposeScheme(new_id(rng), year, title, _TERM, rows), now)
    decide_scheme(session, coordinator, scheme.public_id, agrees=True, now=now)
    appraisal = preview(session, coordinator, report.public_id, now)
    publish(session, coordinator, appraisal.public_id, moments.today, now)
    first = _object(session, county.actors["health_lead"], appraisal, "名单中有人住院，期内无法完成，请核实", moments)
    if first is not None:
        mark = session.get_one(AppraisalMark, (appraisal.id, first.unit_kind, first.unit, first.source))
        corrected = mark.full_marks - (mark.deduction or 0) // 2
        answer = AnswerObjection(True, "核对住院记录属实，按规则退回一半扣分", corrected)
        answer_objection(session, office, first.public_id, answer, now)
    _object(session, county.actors["town"], appraisal, "协议已签订，纸质材料在途，请核实后更正", moments)


def _object(
    session: Session, actor: Actor, appraisal: Appraisal, text: str, moments: Moments
) -> AppraisalObjection | None:
    """To the item that cost the most; None where nothing was deducted."""
    own = own_unit(session, actor)
    if own is None:
        raise LookupError(f"{actor.name} belongs to no unit")
    marks = get_sheet(session, actor, appraisal, own[1]).marks
    source = max(marks, key=lambda one: marks[one].deduction or 0)
    if not marks[source].deduction:
        return None
    now = moments.on(moments.today, 6)
    return object_to(session, actor, appraisal.public_id, source, text, moments.today, now)
