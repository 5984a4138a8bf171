"""The papers between draft and bank: approval sheet, public notice, list of what is held and refused, answer to an objection."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.queries import names_of
from app.areas.rules import PREFIX_LENGTHS, AreaLevel, code_of
from app.audit.prints import Print
from app.core.actor import Actor
from app.core.calendar import load_all_workdays
from app.core.clock import SHANGHAI, business_day
from app.core.crypto import Keyring, digest
from app.core.errors import Conflict
from app.core.money import Money
from app.core.reasons import reason, say
from app.core.workdays import working_days_between
from app.people.vault import Vault
from app.subsidies.models import RunObjection, SubsidyPolicy, SubsidyRun
from app.subsidies.papers.labels import STAGES, checked_label, office_phone, paying_office, period_label, policy_label
from app.subsidies.papers.marks import marked, print_of_run
from app.subsidies.queries.joint import office_signatures, terms_of
from app.subsidies.queries.lines import LineRow, all_lines
from app.subsidies.queries.publishing import find_notice, town_counts
from app.subsidies.queries.runs import area_name, list_steps
from app.subsidies.queries.summary import sums_by_place
from app.subsidies.rules.chain import (
    OBJECTION_GROUNDS,
    OBJECTION_SOURCES,
    OFFICE_LABELS,
    ObjectionGround,
    ObjectionState,
    Office,
)
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.notice import public_counts
from app.subsidies.rules.transitions import RunStep
from reports.approval_sheet import ApprovalSheet, ApprovalTown, SealBox
from reports.hold_list import HoldListDocument, HoldRow
from reports.objection_reply import ObjectionReply
from reports.public_notice import NoticeTown, PublicNoticeDocument

# What each office is asked, as its box says it.
_QUESTIONS = {
    Office.POLICE: "核查本期有无肇事肇祸等情况",
    Office.TOWN: "核查发放对象和个案管理小组认定",
    Office.HEALTH: "核查在管和服务情况",
}
_NOT_PRINTED = ("subsidies.amount.", "subsidies.due.", "subsidies.flag.")


def public_notice_document(
    session: Session, keyring: Keyring, actor: Actor, run: SubsidyRun, now: datetime
) -> PublicNoticeDocument:
    """The notice that hangs: counts and sums by town. `Conflict` before it was posted."""
    notice = find_notice(session, run)
    if notice is None:
        raise Conflict(reason("subsidies.print.no_notice"))
    counts = public_counts(town_counts(session, run))
    policy = session.get(SubsidyPolicy, run.policy_id) if run.policy_id else None
    terms = terms_of(session, run)
    return PublicNoticeDocument(
        county=area_name(session, run.county_code),
        organisation=paying_office(session, run),
        period_label=period_label(run),
        policy=policy_label(policy),
        towns=tuple(NoticeTown(one.town, one.households, one.fen) for one in counts.shown),
        together=counts.together,
        together_households=counts.together_households,
        together_fen=counts.together_fen,
        is_told=counts.is_told,
        households=counts.households,
        fen=counts.fen,
        capital=Money(counts.fen).capital(),
        posted_on=notice.posted_on,
        until_on=notice.until_on,
        days=terms.notice_days if terms else 0,
        phone=office_phone(session, run),
        provenance=marked(keyring, actor, print_of_run(run, "public_notice", actor, now)),
    )


def approval_document(
    session: Session, keyring: Keyring, actor: Actor, run: SubsidyRun, now: datetime
) -> ApprovalSheet:
    """What is, or was, approved by town, and a box for each office with whoever has signed."""
    length = PREFIX_LENGTHS[AreaLevel.TOWN]
    towns = sums_by_place(session, actor, run, length)
    names = names_of(session, {code_of(prefix) for prefix in towns})
    rows = tuple(
        ApprovalTown(
            names[code_of(prefix)],
            found.pay_count + found.ended_count,
            found.pay_fen + found.ended_fen,
            found.hold_count,
            found.refuse_count,
        )
        for prefix, found in towns.items()
    )
    total = Money(sum(one.pay_fen for one in rows))
    policy = session.get(SubsidyPolicy, run.policy_id) if run.policy_id else None
    boxes = _boxes(session, run)
    return ApprovalSheet(
        county=area_name(session, run.county_code),
        organisation=paying_office(session, run),
        period_label=period_label(run),
        policy=policy_label(policy),
        stage=STAGES[run.state],
        run=run.short_name,
        digest=run.digest or "",
        towns=rows,
        total_fen=total.fen,
        total_capital=total.capital(),
        boxes=boxes,
        checked=checked_label(session, run),
        provenance=marked(keyring, actor, print_of_run(run, "approval", actor, now)),
        is_joint=len(boxes) > 2,
    )


def hold_list_document(
    session: Session, vault: Vault, actor: Actor, run: SubsidyRun, now: datetime
) -> HoldListDocument:
    """Lines that do not pay, by town and village, with every reason in words."""
    lines = [one for one in all_lines(session, actor, run) if one.decision is not LineState.PAY]
    rows = tuple(_hold_row(one) for one in sorted(lines, key=lambda one: (one.area_code, one.id)))
    total = Money(sum(row.amount_fen for row in rows))
    policy = session.get(SubsidyPolicy, run.policy_id) if run.policy_id else None
    return HoldListDocument(
        county=area_name(session, run.county_code),
        organisation=paying_office(session, run),
        period_label=period_label(run),
        policy=policy_label(policy),
        stage=STAGES[run.state],
        cut_off=run.decided_as_of,
        rows=rows,
        total_fen=total.fen,
        total_capital=total.capital(),
        provenance=marked(vault.keyring, actor, print_of_run(run, "hold_list", actor, now)),
        prepared_by=actor.name,
    )


def print_of_reply(objection: RunObjection, run: SubsidyRun, actor: Actor, now: datetime) -> Print:
    """The fingerprint is over what was decided."""
    said = digest(f"{objection.public_id}:{objection.state}:{objection.reference}")
    subject = ("run_objection", objection.public_id)
    return Print("subsidies.reply_printed", subject, run.county_code, said, actor.user_id, now)


def objection_reply_document(
    session: Session, keyring: Keyring, actor: Actor, objection: RunObjection, run: SubsidyRun, now: datetime
) -> ObjectionReply:
    """The answer to whoever objected. `Conflict` while it is open."""
    if objection.state is ObjectionState.OPEN or objection.decided_at is None:
        raise Conflict(reason("subsidies.print.objection_open"))
    decided_on = business_day(objection.decided_at)
    return ObjectionReply(
        county=area_name(session, run.county_code),
        organisation=paying_office(session, run),
        period_label=period_label(run),
        received_on=objection.received_on,
        source=OBJECTION_SOURCES[objection.source],
        ground=OBJECTION_GROUNDS[ObjectionGround(objection.ground)],
        is_upheld=objection.state is ObjectionState.UPHELD,
        reference=objection.reference,
        decided_on=decided_on,
        working_days=working_days_between(objection.received_on, decided_on, load_all_workdays(session)),
        phone=office_phone(session, run),
        provenance=marked(keyring, actor, print_of_reply(objection, run, actor, now)),
    )


def _hold_row(line: LineRow) -> HoldRow:
    words = tuple(say(one) for one in line.because if not one.code.startswith(_NOT_PRINTED))
    return HoldRow(
        town=line.town,
        village=line.village,
        guardian=line.payee,
        agreement_number=line.agreement_number,
        is_held=line.decision is LineState.HOLD,
        amount_fen=line.amount_fen if line.decision is LineState.HOLD else 0,
        reasons=words,
    )


def _boxes(session: Session, run: SubsidyRun) -> tuple[SealBox, ...]:
    """The offices of a joint chain and the reviewer; or clerk and reviewer."""
    steps = {step.step: step for step in list_steps(session, run)}
    approved = steps.get(RunStep.APPROVED) if run.approved_at else None
    reviewed = SealBox(
        paying_office(session, run), "复核审批", approved.by if approved else "", _at(approved.at) if approved else ""
    )
    offices = office_signatures(session, run)
    if offices:
        return (
            *(
                SealBox(OFFICE_LABELS[one.office], _QUESTIONS[one.office], one.by, _at(one.at) if one.at else "")
                for one in offices
            ),
            reviewed,
        )
    submitted = steps.get(RunStep.SUBMITTED) if run.submitted_at else None
    made = SealBox("经办", "造册并核对", submitted.by if submitted else "", _at(submitted.at) if submitted else "")
    return made, reviewed


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
