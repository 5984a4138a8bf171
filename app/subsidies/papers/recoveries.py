"""追回台账, and the letter by which a guardian is asked to pay back (退回通知书): neutral words, what to do by when, whom to call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.areas.queries import office_of
from app.audit.prints import Print
from app.core.actor import Actor
from app.core.crypto import Keyring, digest
from app.core.money import Money
from app.core.reasons import Reason, say
from app.subsidies.papers.labels import office_phone, paying_office, period_name
from app.subsidies.papers.marks import marked
from app.subsidies.queries.recoveries import CaseRow, standing_decision
from app.subsidies.queries.runs import area_name
from app.subsidies.rules.recovery import OPEN, STATE_LABELS
from reports.recoveries import RecoveriesDocument, RecoveryLetter, RecoveryLine

OBJECTION_DAYS = 15

# Why money was too much, as a letter may say it that others could read: no illness, no place, no date of a stay.
TOLD = {
    "dead": "协议终止之后的日子不计发。",
    "no_agreement": "协议期外的日子不计发。",
    "not_here": "不在本地服务的日子不计发。",
    "not_managed": "未纳入服务的日子不计发。",
    "other_record": "同一时期已另行发放，不重复计发。",
}
_UNSAID = "计发的天数有更正。"


def print_of_cases(county: str, rows: Sequence[CaseRow], actor: Actor, now: datetime) -> Print:
    said = digest("\n".join(f"{row.case.public_id}:{row.case.state}:{row.case.received_fen}" for row in rows))
    return Print("subsidies.recoveries_printed", ("area", county), county, said, actor.user_id, now)


def recoveries_document(
    session: Session, keyring: Keyring, actor: Actor, county: str, rows: Sequence[CaseRow], today: date, now: datetime
) -> RecoveriesDocument:
    """Every case that the page lists, with the sum that is still open."""
    left = Money.total(row.left for row in rows if row.case.state in OPEN)
    return RecoveriesDocument(
        county=area_name(session, county),
        organisation=office_of(session, actor),
        as_of=today,
        lines=tuple(_line(row) for row in rows),
        left_fen=left.fen,
        left_capital=left.capital(),
        open_states=frozenset(STATE_LABELS[state] for state in OPEN),
        provenance=marked(keyring, actor, print_of_cases(county, rows, actor, now)),
        prepared_by=actor.name,
    )


def print_of_letter(row: CaseRow, actor: Actor, now: datetime) -> Print:
    said = digest(f"{row.case.public_id}:{row.case.due_on}:{row.case.received_fen}")
    subject = ("recovery", row.case.public_id)
    return Print("subsidies.recovery_letter_printed", subject, row.case.county_code, said, actor.user_id, now)


def recovery_letter(
    session: Session, keyring: Keyring, actor: Actor, row: CaseRow, today: date, now: datetime
) -> RecoveryLetter:
    """The letter of a case that the county asks back; the day to object by never lies after the day to pay by."""
    due_on = row.case.due_on or today
    decision = standing_decision(session, row.case)
    return RecoveryLetter(
        office=paying_office(session, row.run),
        phone=office_phone(session, row.run),
        guardian=f"{row.payee}家属" if row.is_payee_dead else row.payee,
        place=" ".join(filter(None, (row.town, row.village))),
        agreement_number=row.agreement_number,
        period=period_name(row.line.period),
        paid_fen=row.line.amount_fen,
        left_fen=row.left.fen,
        left_capital=row.left.capital(),
        why=told(row.because),
        document_number=decision.reference if decision else "",
        due_on=due_on,
        appeal_until=min(today + timedelta(days=OBJECTION_DAYS), max(due_on, today)),
        issued_on=today,
        provenance=marked(keyring, actor, print_of_letter(row, actor, now)),
    )


def told(because: Sequence[Reason]) -> str:
    """One neutral sentence: days as numbers, and why only where the word tells nothing of health or whereabouts."""
    kinds = [TOLD[kind] for one in because if (kind := one.code.rpartition(".")[2]) in TOLD]
    main = next((one for one in because if one.code == "subsidies.correction.less"), None)
    if main is None or main.args["was"] == main.args["days"]:
        return kinds[0] if kinds else _UNSAID
    days = f"原按 {main.args['was']} 天计发，应按 {main.args['days']} 天计发"
    return f"{days}：{kinds[0]}" if len(kinds) == 1 else f"{days}。"


def _line(row: CaseRow) -> RecoveryLine:
    return RecoveryLine(
        place="·".join(filter(None, (row.town, row.village))),
        guardian=row.payee,
        agreement_number=row.agreement_number,
        period=period_name(row.line.period),
        amount_fen=row.case.amount_fen,
        received_fen=row.case.received_fen,
        state=STATE_LABELS[row.case.state],
        due_on=row.case.due_on if row.case.state in OPEN else None,
        remark="；".join(say(one) for one in row.because[1:]),
    )
