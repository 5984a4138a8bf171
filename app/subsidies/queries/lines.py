"""Lines of a run: for the board, for papers, for the pay file. Guardians are named, patients never are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, defer

from app.areas.models import Area
from app.areas.rules import AreaLevel
from app.core.access import Field, Grant, sees
from app.core.actor import Actor
from app.core.batches import slices
from app.core.errors import NotFound
from app.core.paging import Page, decode_cursor, page_of
from app.core.reasons import Reason
from app.core.scope import within
from app.documents.models import Document
from app.documents.rules import DocumentSubject
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank, Relation
from app.patients.models import Patient
from app.people.models import NameKey, PayeeAccount, Person
from app.people.vault import Vault
from app.subsidies.models import LineKind, PayFileLine, SubsidyLine, SubsidyRun
from app.subsidies.rules.corrections import Repaid
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import PaymentState

_SUMS = frozenset({"subsidies.amount.sum", "subsidies.amount.full", "subsidies.amount.shares"})
_DUE = "subsidies.due."

_Village = aliased(Area)
_Town = aliased(Area)


@dataclass(frozen=True)
class LineRow:
    """One line as the board and the ledger show it."""

    id: int
    public_id: str
    payee: str
    relation: Relation
    rank: Rank
    town: str
    village: str
    area_code: str
    agreement_number: str
    days: int
    amount_fen: int
    decision: LineState
    # empty for roles that may not know days of care, levels and incidents, not even as a word
    reasons: tuple[Reason, ...]
    payment: PaymentState | None
    # why it was withheld or returned
    why: Reason | None
    account_id: int | None
    # withheld and returned lines pay nobody
    is_live: bool
    # as far as it is known today
    is_payee_dead: bool = False
    # a correction or a payment made again, and the period that it is about
    kind: LineKind = LineKind.ORDINARY
    period: str = ""
    # days that had not come yet when the line was frozen
    projected_days: int = 0
    # nobody was paid before: what was held or stopped comes up again
    is_taken_up: bool = False

    @property
    def is_paid(self) -> bool:
        """Whether the amount is part of the run's total: paid, or still to be paid."""
        return self.decision is LineState.PAY and self.is_live

    @property
    def because(self) -> tuple[Reason, ...]:
        """What is worth reading beside the amount: why it ended, else the reasons. Why money is due, and the sum at the end, stand only
        beside money that is due."""
        if self.why:
            return (self.why,)
        is_due = self.decision is LineState.PAY
        others = tuple(
            one for one in self.reasons if one.code not in _SUMS and (is_due or not one.code.startswith(_DUE))
        )
        return (*others, *(one for one in self.reasons if one.code in _SUMS)) if is_due else others


@dataclass(frozen=True)
class FrozenLine:
    """A line together with what it was decided from, for the notice's arithmetic."""

    row: LineRow
    snapshot: dict[str, Any]


def _rows(
    run: SubsidyRun, actor: Actor
) -> Select[SubsidyLine, str, Relation, str, Area, str | None, PayFileLine | None, date | None]:
    """The run's lines with their people and places; what the actor may not know is not loaded."""
    line = SubsidyLine
    pays_second = (line.rank == Rank.SECOND) & (Guardianship.id == Agreement.second_guardianship_id)
    pays_first = (line.rank == Rank.FIRST) & (Guardianship.id == Agreement.guardianship_id)
    query = (
        select(
            line,
            Person.name,
            Guardianship.relation,
            Agreement.number,
            _Village,
            _Town.name,
            PayFileLine,
            Person.died_on,
        )
        .join(Person, Person.id == line.payee_person_id)
        .join(Agreement, Agreement.id == line.agreement_id)
        .join(Guardianship, pays_first | pays_second)
        .join(_Village, _Village.code == line.area_code)
        .join(_Town, _Town.code == _Village.parent_code, isouter=True)
        .join(PayFileLine, PayFileLine.line_id == line.id, isouter=True)
        .where(line.run_id == run.id, within(line.area_code, actor))
        .order_by(line.area_code, line.id)
    )
    return query if knows_reasons(actor) else query.options(defer(line.reasons))


def knows_reasons(actor: Actor) -> bool:
    """Reasons speak of days of care, levels and incidents; finance pays without knowing them (roles.md)."""
    return sees(actor, Field.CARE_SPANS) is not Grant.NONE


def count_receipts(session: Session, actor: Actor, run: SubsidyRun) -> tuple[int, int]:
    """How many counterfoils of paid lines are kept, and how many there should be."""
    kept = func.sum(case((_has_receipt(), 1), else_=0))
    paid = select(func.coalesce(kept, 0), func.count()).where(
        SubsidyLine.run_id == run.id,
        SubsidyLine.decision == LineState.PAY,
        SubsidyLine.is_live,
        within(SubsidyLine.area_code, actor),
    )
    found = session.execute(paid).one()
    return int(found[0]), int(found[1])


def _has_receipt() -> ColumnElement[bool]:
    return exists().where(
        Document.subject_kind == DocumentSubject.SUBSIDY_LINE,
        Document.subject_id == SubsidyLine.public_id,
        Document.withdrawn_at.is_(None),
    )


def list_lines(
    session: Session,
    actor: Actor,
    run: SubsidyRun,
    *,
    decision: LineState | None = None,
    is_ended: bool = False,
    lacks_receipt: bool = False,
    text: str = "",
    line_id: int | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[LineRow]:
    """A page of the run's lines by village, filtered by decision and by payee's name, pinyin or agreement number. `is_ended`: only what
    was withheld or came back from the bank, which lines that are paid do not include. `lacks_receipt`: only paid lines whose signed
    counterfoil has not come back.
    """
    query = _rows(run, actor).options(defer(SubsidyLine.snapshot))
    if decision is not None:
        query = query.where(SubsidyLine.decision == decision, SubsidyLine.is_live)
    if is_ended:
        query = query.where(SubsidyLine.decision == LineState.PAY, SubsidyLine.is_live.is_(False))
    if lacks_receipt:
        query = query.where(SubsidyLine.decision == LineState.PAY, SubsidyLine.is_live, ~_has_receipt())
    if line_id is not None:
        query = query.where(SubsidyLine.id == line_id)
    if text.strip():
        query = query.where(payee_matches(text.strip()))
    after = decode_cursor(cursor, 2)
    if after and isinstance(after[1], int):
        place, line_id_before = str(after[0]), after[1]
        query = query.where(
            or_(
                SubsidyLine.area_code > place,
                (SubsidyLine.area_code == place) & (SubsidyLine.id > line_id_before),
            )
        )
    fetched = session.execute(query.limit(size + 1))
    return page_of([_row(actor, *row) for row in fetched], size, lambda row: (row.area_code, row.id))


def all_lines(session: Session, actor: Actor, run: SubsidyRun) -> list[LineRow]:
    """Every line of the run in the ledger's order."""
    rows = session.execute(_rows(run, actor).options(defer(SubsidyLine.snapshot)))
    return [_row(actor, *row) for row in rows]


def frozen_lines(session: Session, actor: Actor, run: SubsidyRun) -> list[FrozenLine]:
    """Every line with its snapshot, in the ledger's order."""
    return [FrozenLine(_row(actor, *row), row[0].snapshot) for row in session.execute(_rows(run, actor))]


def get_line(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> tuple[SubsidyLine, SubsidyRun]:
    """A line and its run within the actor's area; raises NotFound.

    The run is locked before the line, as every other step does it: two locks in two orders would wait for each other.
    """
    of_line = select(SubsidyLine.run_id).where(SubsidyLine.public_id == public_id).scalar_subquery()
    runs = select(SubsidyRun).where(SubsidyRun.id == of_line, within(SubsidyRun.county_code, actor))
    lines = select(SubsidyLine).where(SubsidyLine.public_id == public_id)
    run = session.scalar(runs.with_for_update() if lock else runs)
    line = session.scalar(lines.with_for_update() if lock else lines) if run else None
    if run is None or line is None:
        raise NotFound()
    return line, run


def find_patient_address(session: Session, actor: Actor, line: SubsidyLine) -> str | None:
    """The public id under which the line's guardians, agreement and account are kept; None if that is elsewhere by now."""
    query = select(Patient.public_id).where(Patient.id == line.patient_id, within(Patient.area_code, actor))
    return session.scalar(query)


def count_hold_reasons(session: Session, run: SubsidyRun) -> dict[str, int]:
    """How many held lines carry each hold's code, the most frequent first: "账户 5 · 事件 2"."""
    held = session.scalars(
        select(SubsidyLine.reasons).where(SubsidyLine.run_id == run.id, SubsidyLine.decision == LineState.HOLD)
    )
    counts = Counter(
        stored["code"] for reasons in held for stored in reasons if stored["code"].startswith("subsidies.hold.")
    )
    return dict(counts.most_common())


def payee_matches(text: str) -> ColumnElement[bool]:
    """The payee's name in characters, pinyin or initials, or a part of the agreement's number."""
    has_key = exists().where(
        NameKey.person_id == SubsidyLine.payee_person_id,
        NameKey.patient_id == SubsidyLine.patient_id,
        NameKey.key.startswith(text.lower(), autoescape=True),
    )
    return or_(
        Person.name.contains(text, autoescape=True), has_key, Agreement.number.contains(text.upper(), autoescape=True)
    )


def _row(
    actor: Actor,
    line: SubsidyLine,
    payee: str,
    relation: Relation,
    agreement_number: str,
    place: Area,
    above: str | None,
    paid: PayFileLine | None,
    payee_died_on: date | None,
) -> LineRow:
    is_village = place.level is AreaLevel.VILLAGE
    return LineRow(
        id=line.id,
        public_id=line.public_id,
        payee=payee,
        relation=relation,
        rank=line.rank,
        town=(above or "") if is_village else place.name,
        village=place.name if is_village else "",
        area_code=line.area_code,
        agreement_number=agreement_number,
        days=line.days,
        amount_fen=line.amount_fen,
        decision=line.decision,
        reasons=tuple(map(_coded, line.reasons)) if knows_reasons(actor) else (),
        payment=paid.state if paid else None,
        why=Reason.from_json(paid.why) if paid and paid.why else None,
        account_id=line.account_id,
        is_live=line.is_live,
        is_payee_dead=payee_died_on is not None,
        kind=line.kind,
        period=line.period,
        projected_days=line.projected_days,
        is_taken_up=is_taken_up(line),
    )


def is_taken_up(line: SubsidyLine) -> bool:
    """A payment made after all, which had been held or stopped; not one that is made again."""
    return line.kind is LineKind.REPAYMENT and (line.cause or "").startswith((Repaid.HELD, Repaid.STOPPED))


def _coded(stored: dict[str, Any]) -> Reason:
    """A stored reason; a decision from before there were codes is said without the words that somebody typed."""
    found = Reason.from_json(stored)
    is_typed = found.code.startswith("subsidies.decided.") and isinstance(found.args.get("note"), str)
    return Reason(found.code) if is_typed else found


def account_tails(session: Session, vault: Vault, actor: Actor, lines: Iterable[LineRow]) -> dict[int, str]:
    """The last four characters of each line's account, by account id: all that a ledger or a notice shows, if that."""
    if sees(actor, Field.PAYEE_ACCOUNT) is not Grant.LAST_FOUR:
        return {}
    ids = sorted({line.account_id for line in lines if line.account_id is not None})
    tails: dict[int, str] = {}
    for part in slices(ids):
        accounts = session.scalars(select(PayeeAccount).where(PayeeAccount.id.in_(part))).all()
        vault.warm({account.person_id for account in accounts})
        for account in accounts:
            number = vault.open(account.person_id, "payee_accounts.number", account.number_sealed) or ""
            tails[account.id] = number[-4:]
    return tails
