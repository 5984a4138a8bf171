"""The joint approval (部门联审): each office answers its own question about the submitted run, marks the few lines, and signs.

A marked line sends the run back to the clerk with those lines on hold; nothing that an office says refuses a payment by itself. The
police mark nothing: they hand in the numbers of those whom they know of, and do not learn who of them is paid for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.areas.rules import PREFIX_LENGTHS, AreaLevel
from app.audit.service import note
from app.core.access import Action, require
from app.core.actor import Actor
from app.core.crypto import Keyring
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.identity import normalise_id_number
from app.core.reasons import reason
from app.subsidies.models import LineMark, SubsidyLine, SubsidyRun
from app.subsidies.queries.joint import chain_of, count_marks, has_spoken, lines_of_numbers, list_marked
from app.subsidies.queries.runs import standing_hands
from app.subsidies.rules.chain import OFFICE_OF_ROLE, STEP_OF_OFFICE, Office, check_numbers, check_office, source_of
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.grounds import ChainGround, Grounds
from app.subsidies.rules.transitions import RunStep
from app.subsidies.service.holding import hold_line
from app.subsidies.service.own import refuse_own, refuse_own_run
from app.subsidies.service.signing import back_to_draft, check, refuse_changed, refuse_listed, sign

GROUND_OF_OFFICE = {
    Office.POLICE: ChainGround.POLICE,
    Office.TOWN: ChainGround.TOWN,
    Office.HEALTH: ChainGround.HEALTH,
}


def office_of(actor: Actor) -> Office:
    """For which office the actor signs."""
    require(actor, Action.SIGN_SUBSIDY)
    office = OFFICE_OF_ROLE.get(actor.role)
    if office is None:
        raise Forbidden()
    return office


def check_county(actor: Actor) -> None:
    """A station's or a town's account has no run to sign; `Conflict` says who has, instead of that there is none."""
    if len(actor.area_prefix) > PREFIX_LENGTHS[AreaLevel.COUNTY]:
        raise Conflict(reason("subsidies.joint.county_only"))


def sign_for_office(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> SubsidyRun:
    """The office has looked and has nothing against any line: its signature under the run's digest."""
    office = _marking_office(actor)
    _check_open(session, actor, run, office)
    refuse_own_run(session, actor, run)
    if marked := count_marks(session, run, office):
        raise Conflict(reason("subsidies.joint.marked_first", count=marked))
    return _sign(session, actor, run, office, now)


def answer_as_police(
    session: Session,
    keyring: Keyring,
    actor: Actor,
    run: SubsidyRun,
    numbers: Sequence[str],
    today: date,
    now: datetime,
) -> SubsidyRun:
    """The police's one answer to a submitted run: the ID numbers of everybody with an incident in the period, none where there is nobody.

    Lines whose patient has one of them are held, as marked ones are; the rest is forgotten at once. Raises `Invalid` on `numbers`.
    """
    require(actor, Action.ANSWER_SUBSIDY)
    _check_open(session, actor, run, Office.POLICE)
    refuse_own_run(session, actor, run)
    wanted = list(dict.fromkeys(normalise_id_number(number) for number in numbers))
    if wrong := check_numbers(wanted, today):
        raise Invalid({"numbers": list(wrong)})
    note(
        session, actor, "subsidies.police_answered", now=now, subject=("subsidy_run", run.public_id),
        area_code=run.county_code, count=len(wanted),
    )  # fmt: skip
    if lines := lines_of_numbers(session, keyring, run, wanted, Office.POLICE):
        return _send_back(session, actor, run, Office.POLICE, lines, now)
    return _sign(session, actor, run, Office.POLICE, now)


def mark_line(session: Session, actor: Actor, run: SubsidyRun, line_public_id: str, now: datetime) -> None:
    """The office answers *yes* to its question about one line. Twice is once."""
    office = _marking_office(actor)
    line = _line_of(session, run, line_public_id)
    refuse_own(session, actor, line.id)
    _check_open(session, actor, run, office)
    if line.decision is not LineState.PAY or has_spoken(session, line, office):
        raise Conflict(reason("subsidies.joint.line_settled"))
    marked = select(LineMark.id).where(LineMark.line_id == line.id, LineMark.office == office)
    if session.scalar(marked) is None:
        session.add(LineMark(run_id=run.id, line_id=line.id, office=office, marked_at=now, marked_by=actor.user_id))
        _note(session, actor, "subsidies.line_marked", run, line, now)


def unmark_line(session: Session, actor: Actor, run: SubsidyRun, line_public_id: str, now: datetime) -> None:
    """Take a mark back while nothing was sent."""
    office = _marking_office(actor)
    line = _line_of(session, run, line_public_id)
    refuse_own(session, actor, line.id)
    _check_open(session, actor, run, office)
    session.execute(delete(LineMark).where(LineMark.line_id == line.id, LineMark.office == office))
    _note(session, actor, "subsidies.line_unmarked", run, line, now)


def send_marked(session: Session, actor: Actor, run: SubsidyRun, now: datetime) -> SubsidyRun:
    """Send the run back to the clerk with the marked lines on hold; every signature is void."""
    office = _marking_office(actor)
    _check_open(session, actor, run, office)
    lines = list_marked(session, run, office)
    if not lines:
        raise Conflict(reason("subsidies.joint.nothing_marked"))
    _send_back(session, actor, run, office, lines, now)
    session.execute(delete(LineMark).where(LineMark.run_id == run.id, LineMark.office == office))
    return run


def note_form_seen(session: Session, actor: Actor, run: SubsidyRun, count: int, now: datetime) -> None:
    """Names were shown to an office: how many, of which run."""
    note(
        session, actor, "subsidies.form_seen", now=now, subject=("subsidy_run", run.public_id),
        area_code=run.county_code, count=count,
    )  # fmt: skip


def _marking_office(actor: Actor) -> Office:
    require(actor, Action.MARK_SUBSIDY)
    return office_of(actor)


def _sign(session: Session, actor: Actor, run: SubsidyRun, office: Office, now: datetime) -> SubsidyRun:
    refuse_listed(session, run)
    refuse_changed(session, run)
    return sign(session, actor, run, STEP_OF_OFFICE[office], now)


def _send_back(
    session: Session, actor: Actor, run: SubsidyRun, office: Office, lines: Sequence[SubsidyLine], now: datetime
) -> SubsidyRun:
    back_to_draft(session, actor, run, RunStep.RETURNED, now, Grounds(GROUND_OF_OFFICE[office]))
    for line in lines:
        because = reason(f"subsidies.hold.office_{office}")
        hold_line(session, actor, line, source_of(office), office.value, because, now)
    return run


def _note(session: Session, actor: Actor, action: str, run: SubsidyRun, line: SubsidyLine, now: datetime) -> None:
    note(
        session, actor, action, now=now, subject=("subsidy_line", line.public_id), area_code=line.area_code,
        detail={"run": run.public_id, "office": office_of(actor).value},
    )  # fmt: skip


def _check_open(session: Session, actor: Actor, run: SubsidyRun, office: Office) -> None:
    """The run waits for this office, and for this hand."""
    for refused in check_office(office, chain_of(session, run), standing_hands(session, run)):
        raise Conflict(refused)
    check(session, actor, run, STEP_OF_OFFICE[office])


def _line_of(session: Session, run: SubsidyRun, public_id: str) -> SubsidyLine:
    line = session.scalar(select(SubsidyLine).where(SubsidyLine.public_id == public_id, SubsidyLine.run_id == run.id))
    if line is None:
        raise NotFound()
    return line
