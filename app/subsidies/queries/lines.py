"""Lines of a run: for the board, for papers, for the pay file. Guardians are named, patients never are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.areas.models import Area
from app.core.actor import Actor
from app.core.batches import slices
from app.core.errors import NotFound
from app.core.paging import Page, decode_cursor, page_of
from app.core.reasons import Reason
from app.core.scope import within
from app.guardians.models import Agreement, Guardianship
from app.guardians.rules import Rank, Relation
from app.people.models import PayeeAccount, Person
from app.people.vault import Vault
from app.subsidies.models import PayFileLine, SubsidyLine, SubsidyRun
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.transitions import PaymentState

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
    reasons: tuple[Reason, ...]
    payment: PaymentState | None
    why: Reason | None
    account_id: int | None
    payee_person_id: int


@dataclass(frozen=True)
class FrozenLine:
    """A line together with what it was decided from, for the notice's arithmetic."""

    row: LineRow
    snapshot: dict[str, Any]


def _rows() -> Select[SubsidyLine, Person, Guardianship, Agreement, str | None, str | None, PayFileLine | None]:
    return (
        select(SubsidyLine, Person, Guardianship, Agreement, _Village.name, _Town.name, PayFileLine)
        .join(Person, Person.id == SubsidyLine.payee_person_id)
        .join(Agreement, Agreement.id == SubsidyLine.agreement_id)
        .join(
            Guardianship,
            Guardianship.id
            == func.coalesce(
                # the line's rank tells which of the agreement's two guardians it pays
                select(Agreement.second_guardianship_id)
                .where(Agreement.id == SubsidyLine.agreement_id, SubsidyLine.rank == Rank.SECOND)
                .correlate(SubsidyLine)
                .scalar_subquery(),
                Agreement.guardianship_id,
            ),
        )
        .join(_Village, _Village.code == SubsidyLine.area_code, isouter=True)
        .join(_Town, _Town.code == _Village.parent_code, isouter=True)
        .join(PayFileLine, PayFileLine.line_id == SubsidyLine.id, isouter=True)
    )


def list_lines(
    session: Session,
    actor: Actor,
    run: SubsidyRun,
    *,
    decision: LineState | None = None,
    text: str = "",
    line_id: int | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> Page[LineRow]:
    """A page of the run's lines by village, filtered by decision and by payee's name, pinyin or agreement number."""
    query = _rows().where(SubsidyLine.run_id == run.id, within(SubsidyLine.area_code, actor))
    if decision is not None:
        query = query.where(SubsidyLine.decision == decision)
    if line_id is not None:
        query = query.where(SubsidyLine.id == line_id)
    if text.strip():
        query = query.where(_matches(text.strip()))
    after = decode_cursor(cursor, 2)
    if after:
        query = query.where(
            or_(
                SubsidyLine.area_code > str(after[0]),
                (SubsidyLine.area_code == str(after[0])) & (SubsidyLine.id > int(after[1] or 0)),
            )
        )
    fetched = session.execute(query.order_by(SubsidyLine.area_code, SubsidyLine.id).limit(size + 1))
    return page_of([_row(*row) for row in fetched], size, lambda row: (row.area_code, row.id))


def all_lines(session: Session, actor: Actor, run: SubsidyRun) -> list[LineRow]:
    """Every line of the run in the ledger's order."""
    query = _rows().where(SubsidyLine.run_id == run.id, within(SubsidyLine.area_code, actor))
    return [_row(*row) for row in session.execute(query.order_by(SubsidyLine.area_code, SubsidyLine.id))]


def frozen_lines(session: Session, actor: Actor, run: SubsidyRun) -> list[FrozenLine]:
    """Every line with its snapshot, in the ledger's order."""
    query = _rows().where(SubsidyLine.run_id == run.id, within(SubsidyLine.area_code, actor))
    rows = session.execute(query.order_by(SubsidyLine.area_code, SubsidyLine.id))
    return [FrozenLine(_row(*row), row[0].snapshot) for row in rows]


def get_line(session: Session, actor: Actor, public_id: str, *, lock: bool = False) -> tuple[SubsidyLine, SubsidyRun]:
    """A line and its run within the actor's area; raises NotFound."""
    query = (
        select(SubsidyLine, SubsidyRun)
        .join(SubsidyRun, SubsidyRun.id == SubsidyLine.run_id)
        .where(SubsidyLine.public_id == public_id, within(SubsidyRun.county_code, actor))
    )
    found = session.execute(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound()
    return found[0], found[1]


def count_hold_reasons(session: Session, run: SubsidyRun) -> dict[str, int]:
    """How many held lines carry each reason code: "暂缓 9 笔：账户 5 · 事件 2"."""
    counts: dict[str, int] = {}
    held = session.scalars(
        select(SubsidyLine.reasons).where(SubsidyLine.run_id == run.id, SubsidyLine.decision == LineState.HOLD)
    )
    for reasons in held:
        for stored in reasons:
            counts[stored["code"]] = counts.get(stored["code"], 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def _matches(text: str) -> ColumnElement[bool]:
    return or_(
        Person.name.contains(text, autoescape=True),
        Person.name_sort.startswith(text.lower(), autoescape=True),
        Agreement.number.contains(text.upper(), autoescape=True),
    )


def _row(
    line: SubsidyLine,
    payee: Person,
    guardianship: Guardianship,
    agreement: Agreement,
    village: str | None,
    town: str | None,
    paid: PayFileLine | None,
) -> LineRow:
    return LineRow(
        id=line.id,
        public_id=line.public_id,
        payee=payee.name,
        relation=guardianship.relation,
        rank=line.rank,
        town=town or "",
        village=village or "",
        area_code=line.area_code,
        agreement_number=agreement.number,
        days=line.days,
        amount_fen=line.amount_fen,
        decision=line.decision,
        reasons=tuple(Reason.from_json(stored) for stored in line.reasons),
        payment=paid.state if paid else None,
        why=Reason.from_json(paid.why) if paid and paid.why else None,
        account_id=line.account_id,
        payee_person_id=line.payee_person_id,
    )


def account_tails(session: Session, vault: Vault, lines: Iterable[LineRow]) -> dict[int, str]:
    """The last four characters of each line's account, by account id: all that a ledger or a notice shows."""
    ids = sorted({line.account_id for line in lines if line.account_id is not None})
    tails: dict[int, str] = {}
    for part in slices(ids):
        accounts = session.scalars(select(PayeeAccount).where(PayeeAccount.id.in_(part))).all()
        vault.warm({account.person_id for account in accounts})
        for account in accounts:
            number = vault.open(account.person_id, "payee_accounts.number", account.number_sealed) or ""
            tails[account.id] = number[-4:]
    return tails
