"""The duty check on paper: a village's sheet, and a quarter's results as a workbook. In Chinese; no word of illness stands here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.audit.prints import Mark
from app.core.actor import Actor
from app.core.quarter import Quarter
from app.guardians.labels_duty import MARK_LABELS, SIGNER_LABELS, WAY_LABELS
from app.guardians.queries.duty_list import DutyRow
from app.guardians.rules.duty import DUTY_LABELS, DUTY_SHORT, Duty, Signer, duties_of
from reports.forms.duty_sheet import DutySheetDocument, DutySheetRow, Tick
from reports.forms.sheet import Imprint
from reports.table_xlsx import Column, Kind, Line, Sheet, render_workbook
from reports.wording import chinese_date


def duty_sheet(
    rows: Sequence[DutyRow],
    village: str,
    quarter: Quarter,
    is_filled: bool,
    signed: Mapping[str, Mapping[Signer, str]],
    organisation: str,
    actor: Actor,
    mark: Mark,
    now: datetime,
) -> DutySheetDocument:
    """The village's families in the order of their agreements; with `is_filled` the marks that are recorded."""
    return DutySheetDocument(
        Imprint(organisation, actor.name, now),
        village=village,
        quarter=_quarter(quarter),
        duties=tuple(DUTY_LABELS[duty] for duty in Duty),
        heads=tuple(DUTY_SHORT[duty] for duty in Duty),
        signers=tuple(SIGNER_LABELS[signer] for signer in Signer),
        rows=tuple(_row(row, is_filled, signed.get(row.check or "", {})) for row in rows),
        mark=f"编号 {mark.serial} 校验码 {mark.code}",
    )


def _row(row: DutyRow, is_filled: bool, signed: Mapping[Signer, str]) -> DutySheetRow:
    is_shown = is_filled and row.mark is not None
    return DutySheetRow(
        agreement=row.number,
        guardian=row.guardian or "",
        ticks=tuple(_tick(row, duty) for duty in Duty) if is_shown else (),
        result=MARK_LABELS[row.mark] if is_shown and row.mark else "",
        checked_on=row.checked_on if is_shown else None,
        signatures=tuple(signed.get(signer, "") for signer in Signer),
        note="由乡镇核查" if row.is_gap else "",
    )


def _tick(row: DutyRow, duty: Duty) -> Tick:
    if duty in row.failed:
        return Tick.FAILED
    return Tick.REMARK if duty in row.remarked else Tick.DONE


def duty_workbook(rows: Sequence[DutyRow], quarter: Quarter, actor: Actor, now: datetime) -> bytes:
    """A line a family, by village; typed columns, no formulas."""
    columns = [
        Column("乡镇·村", 22),
        Column("协议编号", 18),
        Column("第一监护人", 14),
        Column("结果", 18),
        Column("核查日期", 16),
        Column("方式", 16),
        Column("未履行项数", 12, Kind.COUNT),
        Column("未履行", 30),
        Column("有意见项数", 12, Kind.COUNT),
        Column("有意见", 30),
    ]
    title = f"{_quarter(quarter)}监护人履责核查结果"
    sheet = Sheet("履责核查", columns, [Line(_cells(row)) for row in rows], heading=title)
    return render_workbook([sheet], title=title, author=actor.name, created_at=now)


def _cells(row: DutyRow) -> tuple[str | int | None, ...]:
    failed, remarked = duties_of(row.failed), duties_of(row.remarked)
    return (
        row.village,
        row.number,
        row.guardian or "",
        MARK_LABELS[row.mark] if row.mark else "未核查",
        chinese_date(row.checked_on) if row.checked_on else "",
        WAY_LABELS[row.way] if row.way else "",
        len(failed),
        "、".join(DUTY_SHORT[one] for one in failed),
        len(remarked),
        "、".join(DUTY_SHORT[one] for one in remarked),
    )


def _quarter(quarter: Quarter) -> str:
    return f"{quarter.year}年第{quarter.number}季度"
