"""The forms and the receipt sheet as papers, from the shapes that the pages show: same order, same words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.audit.prints import Mark
from app.core.clock import SHANGHAI
from app.core.identity import SEX_LABELS, Sex
from app.discharges import labels
from app.discharges.commands import Medicine
from app.discharges.models import HandoverForm
from app.discharges.queries.board import LoopRow
from app.discharges.queries.receipts import Escalated, Receipt
from app.discharges.rules import record
from app.discharges.rules.numbers import form_number
from app.discharges.rules.states import Advice, FormKind, FormState, LegalBasis
from app.discharges.sheets import (
    CommitteeNotice,
    DockingForm,
    Doctor,
    Guard,
    GuardianNotice,
    OfficeNotice,
    PoliceNotice,
    Sheet,
    TownPrompt,
    TrackingForm,
)
from reports.forms.handover import (
    HandoverDocument,
    ReceiptLine,
    ReceiptSheetDocument,
    render_handover,
    render_receipt_sheet,
)
from reports.forms.sheet import Imprint
from reports.wording import chinese_date

Rows = tuple[tuple[str, str], ...]


def form_pdf(form: HandoverForm, sheet: Sheet, imprint: Imprint) -> bytes:
    is_family = isinstance(sheet, GuardianNotice)
    return render_handover(
        HandoverDocument(
            imprint=imprint,
            title=labels.KINDS[form.kind],
            number=sheet.number,
            addressee=f"{sheet.guardian.name}（监护人）" if isinstance(sheet, GuardianNotice) else form.addressee,
            dispatched_at=form.dispatched_at,
            rows=rows_of(sheet),
            request=_FAMILY if is_family else labels.asked_of(form.kind, sheet),
            notes=_notes(sheet, form),
            is_for_family=is_family,
        )
    )


def planned_notice_pdf(sheet: GuardianNotice, imprint: Imprint, now: datetime) -> bytes:
    """The family's notice before the record is sent: signed at the door."""
    return render_handover(
        HandoverDocument(
            imprint=imprint,
            title=labels.KINDS[FormKind.GUARDIAN],
            number=sheet.number,
            addressee=f"{sheet.guardian.name}（监护人）",
            dispatched_at=now,
            rows=rows_of(sheet),
            request=_FAMILY,
            is_for_family=True,
        )
    )


def receipts_pdf(row: LoopRow, lines: Sequence[Receipt], steps: Sequence[Escalated], imprint: Imprint) -> bytes:
    """Texts stay with the units: the sheet says who knew what when."""
    return render_receipt_sheet(
        ReceiptSheetDocument(
            imprint=imprint,
            number=form_number(row.public_id),
            name=row.name,
            place=row.village,
            state=labels.STATES[row.state]
            + (f"（{labels.CLOSE_REASONS[row.close_reason]}）" if row.close_reason else ""),
            forms=tuple(
                (
                    labels.KINDS[one.kind] + (f"（第{one.round}次）" if one.round > 1 else ""),
                    one.unit or "监护人",
                    labels.FORM_STATES[one.state] if one.state is not FormState.STOPPED else "已停止",
                    _moment(one.received_at) + ("（代录）" if one.is_received_on_behalf else ""),
                    _moment(one.closed_at),
                )
                for one in row.forms
            ),
            lines=tuple(
                ReceiptLine(
                    line.at,
                    labels.KINDS[line.form] if line.form else "",
                    labels.EVENTS[line.kind],
                    " ".join(filter(None, (line.unit, line.who, line.post))),
                    f"{line.paper}，{line.recorder}录入" if line.is_on_behalf else "",
                )
                for line in lines
            ),
            escalations=tuple(
                (labels.KINDS[one.form], f"{one.hours} 小时 {labels.STEPS[one.hours]}", one.named) for one in steps
            ),
        )
    )


def rows_of(sheet: Sheet) -> Rows:
    """The fields in printed order; a form has no other."""
    if isinstance(sheet, DockingForm):
        return _docking(sheet)
    if isinstance(sheet, GuardianNotice):
        return (
            ("姓名", sheet.patient_name),
            ("出院日期", chinese_date(sheet.discharged_on)),
            ("带药和用法", _medicines(sheet.medicines)),
            ("复诊日期", _day(sheet.recheck_on)),
            ("需要留意的先兆", sheet.warning_signs),
            ("精防医生", _doctor(sheet.doctor)),
            ("紧急电话", labels.EMERGENCY_NUMBERS),
        )
    return _narrow(sheet)


def _narrow(sheet: Sheet) -> Rows:
    """What units outside health care are told."""
    if isinstance(sheet, PoliceNotice):
        return (
            ("姓名", sheet.patient_name),
            ("证件号码末四位", sheet.id_last_four),
            ("居住地", sheet.place + sheet.address),
            *_guards(sheet),
            ("出院日期", chinese_date(sheet.discharged_on)),
            ("告知依据", labels.BASES[sheet.basis]),
            ("上门提示", _advice(sheet.advice)),
        )
    if isinstance(sheet, TownPrompt):
        return (
            ("姓名", sheet.patient_name),
            ("居住地", sheet.place),
            ("出院日期", chinese_date(sheet.discharged_on)),
            ("监护情况", labels.GUARDIANS[sheet.guardian_state]),
            ("需要帮助", "、".join(record.HELP[one] for one in sheet.help_needed)),
        )
    if isinstance(sheet, TrackingForm):
        return (
            ("需协助居民", sheet.patient_name),
            ("居住地", sheet.place + sheet.address),
            *_guards(sheet),
            ("精防医生", _doctor(sheet.doctor)),
            ("上门提示", _advice(sheet.advice)),
        )
    if isinstance(sheet, CommitteeNotice):
        return (
            ("需协助居民", sheet.patient_name),
            ("居住地", sheet.place),
            ("出院日期", chinese_date(sheet.discharged_on)),
            ("精防医生", _doctor(sheet.doctor)),
        )
    return _office(sheet)


def _office(sheet: Sheet) -> Rows:
    if not isinstance(sheet, OfficeNotice):
        raise TypeError(f"no paper of {type(sheet).__name__}")
    return (
        ("姓名", sheet.patient_name),
        ("去往", sheet.place),
        ("出院医院", sheet.hospital),
        ("出院日期", chinese_date(sheet.discharged_on)),
        ("危险性评估", f"{sheet.risk_level} 级"),
    )


def _docking(sheet: DockingForm) -> Rows:
    return (*_whom(sheet), *_stay(sheet), *_treatment(sheet))


def _whom(sheet: DockingForm) -> Rows:
    present = "监护人在场" if sheet.is_guardian_present else "监护人不在场"
    checked = "电话已核实" if sheet.is_guardian_phone_checked else "电话未核实"
    sex = SEX_LABELS[Sex(sheet.sex)] if sheet.sex in (1, 2) else ""
    return (
        ("姓名、性别、出生", _beside(sheet.patient_name, sex, _day(sheet.born_on))),
        ("证件、国籍", _beside(_word(labels.ID_KINDS, sheet.id_kind), sheet.id_number, sheet.nationality)),
        ("居住地、本人电话", _beside(sheet.place + sheet.address, sheet.clinical.get("phone"))),
        *(((labels.STILL_AT, _beside(at.place, f"由{at.centre}提出迁移")),) if (at := sheet.registered) else ()),
        *_guards(sheet),
        ("出院时核实", f"{present}，{checked}"),
        ("需要帮助", _bits(sheet.help_needed, record.HELP)),
    )


def _stay(sheet: DockingForm) -> Rows:
    said = sheet.clinical
    filled = f"{_day(sheet.form_on)}填表" if sheet.form_on else ""
    unfinished = "医院标明信息还没有填全" if said.get("is_complete") is False else ""
    funded = _word(labels.FUNDED, said.get("is_funded"))
    return (
        ("医院、编号", _beside(sheet.hospital, sheet.hospital_number, said.get("inpatient_number"))),
        ("入院、出院", _beside(_day(sheet.admitted_on), _moment(sheet.discharged_at))),
        (
            "离院方式、去向",
            _beside(_word(labels.TYPES, sheet.discharge_type), _word(labels.DESTINATIONS, sheet.discharge_to)),
        ),
        ("付费方式、补助", _beside(_word(record.PAY_METHODS, said.get("pay_method")), funded)),
        ("主治医师、填表", _beside(said.get("doctor_name"), said.get("doctor_phone"), filled, unfinished)),
    )


def _treatment(sheet: DockingForm) -> Rows:
    said = sheet.clinical
    times = f"{said['admission_count']} 次" if said.get("admission_count") else ""
    rehabilitation = _bits(said.get("rehabilitation") or 0, record.REHABILITATION)
    return (
        ("出院诊断", _beside(said.get("diagnosis"), said.get("diagnosis_code"))),
        ("首次确诊、次数", _beside(said.get("first_diagnosed"), times)),
        ("危险性、危险行为", _beside(f"{sheet.risk_level} 级", _bits(sheet.behaviours, record.BEHAVIOURS))),
        *((("法定情形", labels.BASES[LegalBasis.LAW_30]),) if sheet.is_law_30 else ()),
        ("住院疗效", record.EFFECTS.get(said.get("effect") or 0, "")),
        ("住院用药", _medicines(sheet.medicines_in_hospital)),
        ("出院带药和用法", _medicines(sheet.medicines)),
        ("复诊日期、先兆", _beside(_day(sheet.recheck_on), sheet.warning_signs)),
        ("康复措施", _beside(rehabilitation, said.get("rehabilitation_other"))),
        ("其他注意事项", said.get("advice") or ""),
        ("上门提示", _advice(sheet.advice)),
    )


def _beside(*words: str | None) -> str:
    return "　".join(filter(None, words))


_FAMILY = "请按医嘱督促服药、按时复诊；有疑问先打精防医生电话，有危险立即拨打紧急电话。"


def _notes(sheet: Sheet, form: HandoverForm) -> tuple[str, ...]:
    notes = [f"发出：{_moment(form.dispatched_at)}"]
    if form.act_due_at is not None:
        notes.append(f"落实期限：{_moment(form.act_due_at)}")
    if isinstance(sheet, DockingForm) and sheet.is_information:
        notes.append("本人或监护人不同意社区管理：请上门说明政策，请其考虑签署知情同意。")
    if isinstance(sheet, TrackingForm):
        notes += labels.WATCH
    return tuple(notes)


def _guards(sheet: DockingForm | PoliceNotice | TrackingForm) -> Rows:
    """Each with its source; whoever takes the person over sees where the two differ."""
    registered, beside = sheet.guarding.registered, sheet.guarding.beside
    without = labels.UNGUARDED if isinstance(sheet, TrackingForm) else ""
    differs = labels.DIFFERS if registered and isinstance(sheet, DockingForm) else ""
    return (
        (labels.REGISTERED, _guard(registered) if registered else without),
        *(((labels.NAMED, _guard(beside) + differs),) if beside else ()),
    )


def _guard(one: Guard) -> str:
    relation = f"（{one.relation}）" if one.relation else ""
    return f"{one.name}{relation}　{one.phone}" if one.name else ""


def _doctor(one: Doctor) -> str:
    return _beside(one.name, one.centre, one.phone)


def _advice(advice: Iterable[Advice]) -> str:
    return "；".join(labels.ADVICE[one] for one in advice)


def _medicines(lines: Iterable[Medicine]) -> str:
    return "；".join(" ".join(filter(None, (one.name, one.dose, one.usage))) for one in lines)


def _bits(bits: int, words: Mapping[int, str]) -> str:
    return "、".join(word for code, word in words.items() if bits >> (code - 1) & 1)


def _word(words: Mapping[Any, str], code: object) -> str:
    return words.get(code, "")


def _day(value: date | None) -> str:
    return chinese_date(value) if value else ""


def _moment(value: datetime | None) -> str:
    if value is None:
        return ""
    local = value.astimezone(SHANGHAI)
    return f"{chinese_date(local.date())} {local:%H:%M}"


def mark_words(mark: Mark) -> str:
    """Number and check code of a print, for its foot."""
    return f"编号 {mark.serial} 校验码 {mark.code}"
