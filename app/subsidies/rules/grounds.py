"""On what grounds a person decides a held line or sends a run back: a code, and the number of the paper it rests on (domain 5.3, 5.6).

No words of one's own: what is written here is frozen under digests and read by roles that see no free text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.core.reasons import Reason, reason

LONGEST_REFERENCE = 40
_REFERENCE = re.compile(rf"[A-Za-z0-9号字第〔〕-]{{1,{LONGEST_REFERENCE}}}")
# A telephone, an ID number, a card: no number of a paper looks so, and none of them may be frozen in clear.
_PERSONAL = re.compile(r"(?<!\d)(1\d{10}|\d{15,19}|\d{17}[Xx])(?!\d)")
_BRACKETS = str.maketrans({"[": "〔", "]": "〕", "【": "〔", "】": "〕", "(": "〔", ")": "〕", "（": "〔", "）": "〕"})


class HoldGround(StrEnum):
    """Why a held line is paid or not."""

    PHONED = "phoned"
    PAPERS_SEEN = "papers_seen"
    GROUP_DECIDED = "group_decided"
    ACCOUNT_CORRECTED = "account_corrected"
    ACCOUNT_CONFIRMED = "account_confirmed"
    IDENTITY_VERIFIED = "identity_verified"
    DEATH_VERIFIED = "death_verified"
    LEVEL_ASSESSED = "level_assessed"
    VISITED = "visited"
    NOT_PAID_ELSEWHERE = "not_paid_elsewhere"
    NOT_PAID_BEFORE = "not_paid_before"
    DUTY_PERFORMED = "duty_performed"
    PAYEE_SETTLED = "payee_settled"
    POLICE_PENDING = "police_pending"
    DUTY_NOT_PERFORMED = "duty_not_performed"
    DUTY_FAILED = "duty_failed"
    PAID_ELSEWHERE = "paid_elsewhere"
    PAID_BEFORE = "paid_before"
    PAPERS_MISSING = "papers_missing"
    PAYEE_UNSETTLED = "payee_unsettled"


class ReturnGround(StrEnum):
    """Why a reviewer sends a run back."""

    ACCOUNTS = "return_accounts"
    PAYEES = "return_payees"
    DAYS = "return_days"
    AMOUNTS = "return_amounts"
    HOLDS = "return_holds"
    MISSING = "return_missing"
    NOT_DUE = "return_not_due"
    PAPERS = "return_papers"
    POLICY = "return_policy"


class HitGround(StrEnum):
    """Why somebody on another office's list is, or is not, the person of the register."""

    SAME_PERSON = "same_person"
    FAMILY_SAYS_SO = "family_says_so"
    OTHER_PERSON = "other_person"
    LIST_WRONG = "list_wrong"


FOR_CONFIRMING = (HitGround.SAME_PERSON, HitGround.FAMILY_SAYS_SO)


class AnswerGround(StrEnum):
    """By what somebody knows that a bank's answer without a file number answers this file; the paper's number goes with it."""

    BANK_LETTER = "answer_bank_letter"
    STATEMENT = "answer_statement"


class ChainGround(StrEnum):
    """What brought a run back to its clerk between submission and the bank, other than the reviewer."""

    POLICE = "marked_by_police"
    TOWN = "marked_by_town"
    HEALTH = "marked_by_health"
    OBJECTION = "objection_upheld"


FOR_EITHER = (HoldGround.PHONED, HoldGround.PAPERS_SEEN, HoldGround.GROUP_DECIDED)
FOR_PAYING = (
    HoldGround.ACCOUNT_CONFIRMED,
    HoldGround.IDENTITY_VERIFIED,
    HoldGround.DEATH_VERIFIED,
    HoldGround.LEVEL_ASSESSED,
    HoldGround.VISITED,
    HoldGround.NOT_PAID_ELSEWHERE,
    HoldGround.NOT_PAID_BEFORE,
    HoldGround.DUTY_PERFORMED,
    HoldGround.PAYEE_SETTLED,
)
FOR_REFUSING = (
    HoldGround.POLICE_PENDING,
    HoldGround.DUTY_NOT_PERFORMED,
    HoldGround.DUTY_FAILED,
    HoldGround.PAID_ELSEWHERE,
    HoldGround.PAID_BEFORE,
    HoldGround.PAPERS_MISSING,
    HoldGround.PAYEE_UNSETTLED,
)
# Read where it was once given, no longer offered: a line pays the account that it was frozen with, so whoever corrects an account
# draws the run up again.
NO_LONGER_GIVEN = (HoldGround.ACCOUNT_CORRECTED,)

_HELD = "subsidies.hold."
_DECIDED = "subsidies.decided."
_DUTY = frozenset(
    {
        "incident",
        "incident_fault",
        "duty_missing",
        "duty_failed",
        "objection",
        "office_police",
        "office_town",
        "office_health",
    }
)
_ACCOUNT = frozenset({"returned", "account_name", "account_shared", "account_changed", "account_denied"})
_PAYEE = frozenset({"payee_dead", "guardian_changed"})
# Which kinds of hold a ground has something to say about; a ground that is not here speaks of any.
_ABOUT: dict[HoldGround, frozenset[str]] = {
    HoldGround.ACCOUNT_CONFIRMED: _ACCOUNT,
    HoldGround.IDENTITY_VERIFIED: frozenset({"not_identified", "account_name", "listed"}),
    HoldGround.DEATH_VERIFIED: frozenset({"death_estimated", "listed"}),
    HoldGround.LEVEL_ASSESSED: frozenset({"no_level"}),
    HoldGround.VISITED: frozenset({"never_seen", "not_seen"}),
    HoldGround.NOT_PAID_ELSEWHERE: frozenset({"paid_elsewhere", "before_import"}),
    HoldGround.NOT_PAID_BEFORE: frozenset({"before_import"}),
    HoldGround.DUTY_PERFORMED: _DUTY,
    HoldGround.PAYEE_SETTLED: _PAYEE,
    HoldGround.POLICE_PENDING: frozenset({"incident", "office_police"}),
    HoldGround.DUTY_NOT_PERFORMED: _DUTY,
    HoldGround.DUTY_FAILED: frozenset({"duty_missing", "duty_failed"}),
    HoldGround.PAID_ELSEWHERE: frozenset({"paid_elsewhere", "before_import", "listed"}),
    HoldGround.PAID_BEFORE: frozenset({"before_import"}),
    HoldGround.PAYEE_UNSETTLED: _PAYEE | _ACCOUNT | {"no_account"},
}


@dataclass(frozen=True)
class Grounds:
    """A code and, where there is one, the number of the paper or agreement that it rests on."""

    code: HoldGround | ReturnGround | HitGround | AnswerGround | ChainGround
    reference: str = ""

    def said(self) -> Reason:
        """`已见纸质材料` or `已见纸质材料（〔2026〕3号）`."""
        plain = reason(f"subsidies.ground.{self.code}")
        return reason("subsidies.grounds", ground=plain, reference=self.reference) if self.reference else plain

    def stored(self) -> str:
        """The form in which a column keeps it: the code, a blank, the reference."""
        return f"{self.code} {self.reference}".strip()


def read_grounds(stored: str | None) -> Grounds | None:
    """What `stored` wrote; None for nothing, and for words from before there were codes."""
    code, _, reference = (stored or "").partition(" ")
    for kind in (HoldGround, ReturnGround, HitGround, AnswerGround, ChainGround):
        if code in set(kind):
            return Grounds(kind(code), reference)
    return None


def tidy_reference(text: str) -> str:
    """Without blanks, in the brackets that document numbers have."""
    return "".join(text.split()).translate(_BRACKETS)


def check_reference(text: str) -> tuple[Reason, ...]:
    """What is wrong with a tidied reference; an empty one is none."""
    if not text:
        return ()
    if not _REFERENCE.fullmatch(text):
        return (reason("subsidies.reference.shape", most=LONGEST_REFERENCE),)
    return (reason("subsidies.reference.personal"),) if _PERSONAL.search(text) else ()


def holds_personal_number(text: str) -> bool:
    """Whether something in it looks like a telephone, an ID number or a card: no number of a paper does."""
    return bool(_PERSONAL.search(text))


def standing_holds(codes: Iterable[str]) -> frozenset[str]:
    """The kinds of hold that nobody has decided yet, from the codes of a line's reasons in their order: what was decided once is settled."""
    standing: set[str] = set()
    for code in codes:
        if code.startswith(_DECIDED):
            standing.clear()
        elif code.startswith(_HELD):
            standing.add(code.removeprefix(_HELD))
    return frozenset(standing)


def grounds_for(holds: Collection[str], *, is_paid: bool) -> tuple[HoldGround, ...]:
    """The grounds of their own kind on which a line held for `holds` is paid, or refused. To pay, everything that holds the line has to be
    answered; to refuse, one of it is enough."""
    if not is_paid:
        return tuple(one for one in FOR_REFUSING if one not in _ABOUT or _ABOUT[one].intersection(holds))
    return tuple(one for one in FOR_PAYING if _ABOUT[one].issuperset(holds))


def check_ground(ground: HoldGround, is_paid: bool, holds: Collection[str]) -> tuple[Reason, ...]:
    """A ground that speaks for paying is none for refusing, and one that speaks of another doubt than the line's is none at all."""
    if ground in (*FOR_EITHER, *grounds_for(holds, is_paid=is_paid)):
        return ()
    is_of_other_hold = ground in (FOR_PAYING if is_paid else FOR_REFUSING)
    return (reason("subsidies.ground.other_hold" if is_of_other_hold else "subsidies.ground.does_not_fit"),)
