"""What no word of one clerk can clear up: a held line is paid only after the doubt itself is settled, by today's facts."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from app.core.errors import Conflict
from app.core.reasons import Reason, reason
from app.people.models import PayeeAccount
from app.subsidies.models import SubsidyLine, SubsidyRun
from app.subsidies.queries.accounts import agreed_sharing, call_backs
from app.subsidies.queries.rulings import ruled_against, stopped_lines
from app.subsidies.queries.sharing import is_shared
from app.subsidies.queries.undecided import undecided_lists
from app.subsidies.rules.bank import CallBack

_DENIED = "subsidies.hold.account_denied"
_CHANGED = "subsidies.hold.account_changed"
_SHARED = "subsidies.hold.account_shared"


def refuse_unclear(session: Session, run: SubsidyRun, line: SubsidyLine, today: date) -> None:
    """Raises `Conflict`, saying what comes first, where a decision on an incident, the account or a list of another office still speaks
    against the payment."""
    if ruled := ruled_against(session, line):
        raise Conflict(reason("subsidies.decide.stopped", why=ruled[0]))
    if line.account_id is None:
        raise Conflict(reason("subsidies.hold.no_account"))
    account = session.get_one(PayeeAccount, line.account_id)
    if refused := _account_refusal(session, line, account, today):
        raise Conflict(refused)
    if undecided_lists(session, run, line):
        raise Conflict(reason("subsidies.decide.listed"))


def refuse_stopped(session: Session, run: SubsidyRun) -> None:
    """Raises `Conflict` where the run would pay what people have decided, since it was drawn up, not to pay."""
    if stopped := stopped_lines(session, run):
        raise Conflict(reason("subsidies.step.stopped", count=len(stopped), why=stopped[0][1]))


def _account_refusal(session: Session, line: SubsidyLine, account: PayeeAccount, today: date) -> Reason | None:
    held_for = {stored["code"] for stored in line.reasons}
    answer = call_backs(session, [account.person_id]).get(account.id)
    if _DENIED in held_for or answer is CallBack.DENIED:
        return reason("subsidies.decide.account_denied")
    if _CHANGED in held_for and answer is not CallBack.CONFIRMED:
        return reason("subsidies.decide.account_changed")
    is_open = _SHARED in held_for and is_shared(session, account)
    if is_open and account.id not in agreed_sharing(session, [account.person_id], today):
        return reason("subsidies.decide.account_shared")
    return None
