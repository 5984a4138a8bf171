"""A block of `项目：内容` lines, or a sheet, out of a hospital's own system, as values of the record's form.

Layouts differ from house to house, so names are matched loosely, codes by their words, and whatever is not understood is left for the
nurse: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.core.errors import Invalid
from app.core.identity import FULL_WIDTH, ID_KIND_LABELS, IdKind, resident_id
from app.core.reasons import reason
from app.core.workbooks.sheet import Cell, Sheet, is_blank
from app.discharges.labels import DESTINATIONS, TYPES
from app.discharges.rules import record

Values = dict[str, str | list[str]]
_MOST_UNREAD = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood, by field, and the names of what was not: nothing is lost unseen."""

    values: Values
    unread: tuple[str, ...] = ()


_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})", re.ASCII)
_TIME = re.compile(r"(\d{1,2})\s*[:：时点]\s*(\d{1,2})?", re.ASCII)
_LINE = re.compile(r"^\s*([^:：\t]{1,30}?)\s*[:：\t]\s*(.+?)\s*$")
_NOISE = re.compile(r"[\s（(【\[].*$|[*＊★#]")
_MOST_LINES = 200
_LONGEST_NAME = 30

# the names that hospitals' systems give to a field; the first is the form's own
NAMES: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "患者姓名", "病人姓名"),
    "sex": ("性别",),
    "born_on": ("出生日期", "出生年月", "生日"),
    "id_number": ("证件号码", "身份证号", "身份证号码", "身份证", "公民身份号码", "证件号"),
    "id_kind": ("证件类型", "身份证件类别"),
    "nationality": ("国籍",),
    "phone": ("本人电话", "患者电话"),
    "address": ("村以下住址", "现住址", "住址", "家庭住址", "地址", "出院后住址"),
    "contact_name": ("监护人姓名", "联系人", "监护人", "联系人姓名", "家属姓名"),
    "contact_relation": ("与患者关系", "关系", "联系人关系"),
    "contact_phone": ("监护人电话", "联系电话", "联系人电话", "家属电话"),
    "hospital_number": ("报告卡编号", "出院记录编号", "病历编号", "报告编号"),
    "inpatient_number": ("住院号", "病案号"),
    "admitted_on": ("入院日期", "入院时间"),
    "discharged_at": ("出院时间", "出院日期", "离院时间"),
    "discharge_type": ("离院方式", "出院方式"),
    "discharge_to": ("出院去向", "去向"),
    "admission_count": ("精神科住院次数", "住院次数", "第几次住院"),
    "diagnosis": ("出院诊断", "诊断", "主要诊断"),
    "diagnosis_code": ("ICD-10编码", "ICD-10", "ICD10", "ICD编码", "ICD", "诊断编码", "疾病编码"),
    "first_diagnosed": ("首次确诊时间", "首次确诊日期", "初次诊断日期"),
    "risk_level": ("出院时危险性评估", "危险性评估", "危险性等级", "危险等级"),
    "behaviours": ("既往危险行为", "危险行为"),
    "effect": ("住院疗效", "疗效", "治疗效果", "出院情况"),
    "medicines_in_hospital": ("住院用药",),
    "medicines": ("出院带药", "出院带药和用法", "带药", "出院用药"),
    "recheck_on": ("复诊日期", "复诊时间", "下次复诊"),
    "warning_signs": ("需要留意的先兆", "复发先兆"),
    "rehabilitation": ("康复措施",),
    "advice": ("其他注意事项", "出院医嘱", "医嘱", "注意事项"),
    "doctor_name": ("主治医师", "主治医生", "医师", "经治医师"),
    "doctor_phone": ("医师电话", "医生电话", "科室电话"),
    "form_on": ("填表日期", "报告日期"),
}


def read_block(text: str) -> Reading:
    """The fields that the lines name."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [(line, _LINE.match(line)) for line in lines[:_MOST_LINES]]
    return _reading((match[1], match[2]) if match else (line, line) for line, match in found)


def read_sheets(sheets: Iterable[Sheet]) -> Reading:
    """The first sheet that names something: two columns of name and value, or a head with one row below, whichever says more.

    Raises `Invalid` where the rows below a head are several people's.
    """
    for sheet in sheets:
        rows = [row for row in sheet.rows[:_MOST_LINES] if any(not is_blank(cell) for cell in row)]
        below = list(_below(rows))
        across, down = _reading(_across(rows)), _reading(below[0]) if below else Reading({})
        reading = max(across, down, key=lambda one: len(one.values))
        if reading is down and len(below) > 1:
            raise Invalid({"file": [reason("discharges.several_records", n=len(below))]})
        if len(reading.values) > 1:
            return reading
    return Reading({})


def _across(rows: list[list[Cell]]) -> Iterator[tuple[str, str]]:
    for row in rows:
        cells = [_text(cell) for cell in row]
        yield from zip(cells[::2], cells[1::2], strict=False)


def _below(rows: list[list[Cell]]) -> Iterator[list[tuple[str, str]]]:
    """Each record under the first row that is a head."""
    for index, head in enumerate(rows):
        if sum(1 for cell in head if _field(_text(cell))) > 1:
            for row in rows[index + 1 :]:
                yield list(zip(map(_text, head), map(_text, row), strict=False))
            return


def _reading(pairs: Iterable[tuple[str, str]]) -> Reading:
    values: Values = {}
    unread: list[str] = []
    for name, text in pairs:
        if not text.strip():
            continue
        field = _field(name)
        is_answer = (
            field is not None and field not in values and _field(text) is None
        )  # the name of a field is no answer
        said = _said(field, text.strip()) if field is not None and is_answer else ""
        if field is not None and said:
            values[field] = said
        else:
            unread.append(name.strip()[:_LONGEST_NAME])
    _complete(values)
    return Reading(values, tuple(unread[:_MOST_UNREAD]))


def _said(field: str, text: str) -> str | list[str]:
    return _READERS.get(field, _plain)(text.translate(FULL_WIDTH) if field in _CODES else text)


def _field(name: str) -> str | None:
    tidy = _NOISE.sub("", name.strip()).upper()
    return _FIELDS.get(tidy)


def _complete(values: Values) -> None:
    """A citizen's number says what kind it is, and the birth date where nobody wrote it."""
    number = values.get("id_number")
    if isinstance(number, str) and resident_id(number, date.max).valid:
        values.setdefault("id_kind", IdKind.RESIDENT_CARD.value)
        born_on = resident_id(number, date.max).born_on
        if born_on is not None:
            values.setdefault("born_on", born_on.isoformat())


def _plain(text: str) -> str:
    return text[:500]


def _day(text: str) -> str:
    found = _DATE.search(text)
    return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}" if found else ""


def _moment(text: str) -> str:
    day = _day(text)
    time = _TIME.search(text[_DATE.search(text).end() :]) if day else None  # type: ignore[union-attr]  # a day was found
    return f"{day}T{int(time[1]):02d}:{int(time[2] or 0):02d}" if time else ""


def _partial(text: str) -> str:
    if day := _day(text):
        return day
    if month := _MONTH.search(text):
        return f"{month[1]}-{int(month[2]):02d}"
    year = re.search(r"\d{4}", text, re.ASCII)
    return year[0] if year else ""


def _count(text: str) -> str:
    found = re.search(r"\d{1,3}", text, re.ASCII)
    return found[0] if found else ""


def _one_of(words: dict[Any, str]) -> Callable[[str], str]:
    """The code whose word is said, or that was written itself."""

    def read(text: str) -> str:
        for code, word in words.items():
            if text == str(code) or word in text:
                return str(code)
        return ""

    return read


def _several_of(words: dict[int, str]) -> Callable[[str], list[str]]:
    def read(text: str) -> list[str]:
        found = [str(code) for code, word in words.items() if word in text]
        rest = [code for code in re.findall(r"\d", text) if int(code) in words and not found]
        # 无 stands in other words too: it is meant where it stands alone
        alone = str(record.NO_BEHAVIOUR)
        return [code for code in found if code != alone or text == "无"] or rest

    return read


def _medicines(text: str) -> str:
    return text.replace("；", "\n").replace(";", "\n")[:500]


def _text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


_CODES = frozenset({"id_number", "contact_phone", "phone", "doctor_phone", "diagnosis_code", "hospital_number"})
_FIELDS = {name.upper(): field for field, names in NAMES.items() for name in names}
_READERS: dict[str, Callable[[str], str | list[str]]] = {
    "sex": _one_of({1: "男", 2: "女"}),
    "id_kind": _one_of({kind.value: label for kind, label in ID_KIND_LABELS.items()}),
    "born_on": _day,
    "admitted_on": _day,
    "recheck_on": _day,
    "form_on": _day,
    "discharged_at": _moment,
    "first_diagnosed": _partial,
    "admission_count": _count,
    "risk_level": _count,
    "discharge_type": _one_of({**{kind.value: word for kind, word in TYPES.items()}, "family": "家属要求"}),
    "discharge_to": _one_of({kind.value: word for kind, word in DESTINATIONS.items()}),
    "effect": _one_of(record.EFFECTS),
    "behaviours": _several_of(record.BEHAVIOURS),
    "rehabilitation": _several_of(record.REHABILITATION),
    "medicines": _medicines,
    "medicines_in_hospital": _medicines,
}
