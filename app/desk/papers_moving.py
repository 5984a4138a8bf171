"""Printed papers of a move: the hand-over between two offices of the county, or the letter to another county. In Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.areas.models import Agency
from app.core.actor import Actor
from app.core.clock import SHANGHAI
from app.core.reasons import Reason
from app.core.workdays import is_provisional
from app.desk.queries.ending_paper import EndingPaper
from app.desk.queries.transfer_paper import TransferPaper
from app.desk.rules import FIRST_VISIT_AFTER_MOVE_DAYS
from app.desk.texts import TASK_KINDS, TRANSFER_REASONS
from app.guardians.papers import person_on_paper
from app.patients.labels import DIAGNOSIS_LABELS
from app.patients.rules import TransferState
from app.people.models import DatePrecision, Person
from app.visits.papers import dose_in_words
from app.visits.rules.attempts import OUTCOME_LABELS, WAY_LABELS
from app.visits.rules.losses import OFFICE_LABELS, TOLD_LABELS, Office, ToldWay
from reports.forms.lost_or_dead import ContactAttempt, LostOrDeadDocument, ToldOffice, render_lost_or_dead
from reports.forms.sheet import Imprint
from reports.forms.transfer import HandedItem, OpenTask, TransferSheetDocument, render_transfer_sheet
from reports.forms.transfer_package import TransferPackageDocument, render_transfer_package
from reports.forms.values import RoughDate

_ANSWERS = {TransferState.ACCEPTED: 1, TransferState.REFUSED: 2}


def transfer_pdf(paper: TransferPaper, actor: Actor, now: datetime) -> bytes:
    """迁移交接单 within the county; 健康档案移交函 with its receipt for a place outside."""
    imprint = Imprint(paper.sender.name if paper.sender else "", actor.name, now)
    if paper.row.is_outside:
        return render_transfer_package(_package(paper, imprint))
    return render_transfer_sheet(_sheet(paper, imprint))


def _package(paper: TransferPaper, imprint: Imprint) -> TransferPackageDocument:
    """Names the person and the papers, never the illness."""
    return TransferPackageDocument(
        imprint,
        serial=_serial(paper),
        receiver=f"{paper.row.to_place}（基层医疗卫生机构、精防机构）",
        sender=paper.sender.name if paper.sender else "",
        sender_contact=paper.row.proposed_by,
        sender_phone=(paper.sender.phone or "") if paper.sender else "",
        name=paper.patient.name,
        born_on=paper.patient.born_on,
        new_address=paper.row.to_place,
        items=tuple(_items(paper)),
        answer_by=paper.transfer.due_on,
        is_answer_provisional=paper.transfer.is_due_provisional,
        sent_on=paper.transfer.proposed_on,
    )


def _sheet(paper: TransferPaper, imprint: Imprint) -> TransferSheetDocument:
    patient, transfer, row = paper.patient, paper.transfer, paper.row
    return TransferSheetDocument(
        imprint,
        person_on_paper(patient, paper.guards),
        serial=_serial(paper),
        sender=paper.sender.name if paper.sender else "",
        sender_contact=_contact(paper.sender, row.proposed_by),
        receiver=paper.receiver.name if paper.receiver else "",
        receiver_contact=_contact(paper.receiver, ""),
        old_address=row.from_place,
        new_address=row.to_place,
        new_area_code=row.to_code,
        moved_on=transfer.moved_on,
        reason=TRANSFER_REASONS[transfer.reason],
        diagnosis=DIAGNOSIS_LABELS[patient.diagnosis] if patient.diagnosis else "",
        risk_level=patient.risk_level,
        last_visit_on=patient.last_visit_on,
        visit_class=patient.visit_class,
        next_visit_on=patient.next_due_on,
        medicines="；".join(dose_in_words(line) for line in paper.medicines),
        cautions="上门须两人同行" if row.in_pairs else "",
        tasks=tuple(OpenTask(TASK_KINDS.get(task.kind, ""), task.due_on, _mark(task.because)) for task in paper.tasks),
        subsidy="同一政策，按日计算，由县统一发放一笔",
        items=tuple(_items(paper)),
        proposed_by=row.proposed_by,
        proposed_on=transfer.proposed_on,
        answer_by=transfer.due_on,
        is_answer_provisional=transfer.is_due_provisional,
        answer=_ANSWERS.get(transfer.state),
        refusal_reason=str(row.because) if row.because and transfer.state is TransferState.REFUSED else "",
        answered_by=row.decided_by or "",
        answered_on=transfer.decided_at.astimezone(SHANGHAI).date() if transfer.decided_at else None,
        first_visit_by=transfer.moved_on + timedelta(days=FIRST_VISIT_AFTER_MOVE_DAYS) if transfer.moved_on else None,
    )


def _mark(because: Sequence[Reason]) -> str:
    return "日期暂定（放假安排未公布）" if is_provisional(because) else ""


def _items(paper: TransferPaper) -> Iterator[HandedItem]:
    yield HandedItem("个人基本信息表、个人信息补充表", None)
    if paper.patient.has_consent:
        yield HandedItem("知情同意书", None)
    if paper.visits:
        yield HandedItem("随访服务记录表", None, f"共 {paper.visits} 次随访")


def _contact(agency: Agency | None, name: str) -> str:
    return " ".join(filter(None, (name, agency.phone if agency else None)))


def _serial(paper: TransferPaper) -> str:
    return f"QY{paper.transfer.proposed_on:%Y%m%d}-{paper.transfer.id:05d}"


def ending_pdf(paper: EndingPaper, actor: Actor, now: datetime) -> bytes:
    """失访/死亡登记表."""
    patient, person, lost = paper.patient, paper.person, paper.lost
    return render_lost_or_dead(
        LostOrDeadDocument(
            Imprint(patient.agency or "", actor.name, now),
            person_on_paper(patient, paper.guards),
            risk_level=patient.risk_level,
            lost_reason=paper.lost_reason,
            lost_on=lost.span.from_on if lost else None,
            last_known_place=lost.place if lost else "",
            told=_told(lost.loss.told) if lost and lost.loss else (),
            found_on=paper.found_on,
            found_how=lost.found_how if lost else "",
            last_contact_on=patient.last_visit_on if lost else None,
            attempts=tuple(
                ContactAttempt(one.attempted_on, _said(WAY_LABELS, one.way), by, _said(OUTCOME_LABELS, one.outcome))
                for one, by in paper.attempts
            ),
            confirmed_by=paper.confirmed_by or "",
            died_on=_died_on(person),
            is_death_date_estimated=person.died_on_precision is DatePrecision.MONTH,
            death_cause=person.death_cause,
            death_physical_cause=person.death_physical_cause,
            news_from=person.death_news_from,
            evidence=person.death_evidence,
            evidence_number=paper.evidence_number,
        )
    )


def _told(offices: Sequence[Mapping[str, str]]) -> tuple[ToldOffice, ...]:
    return tuple(
        ToldOffice(
            OFFICE_LABELS[Office(one["office"])],
            one["person"],
            datetime.fromisoformat(one["at"]),
            TOLD_LABELS[ToldWay(one["way"])],
        )
        for one in offices
    )


def _died_on(person: Person) -> RoughDate | None:
    """Known as a month only: written as that month."""
    if person.died_on is None:
        return None
    is_day = person.died_on_precision is DatePrecision.DAY
    return RoughDate(person.died_on.year, person.died_on.month, person.died_on.day if is_day else None)


def _said(words: Mapping[Any, str], code: str) -> str:
    return next((text for one, text in words.items() if str(one.value) == code), "")
