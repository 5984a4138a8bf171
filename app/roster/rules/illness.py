"""Words that stand for a level, a diagnosis, a state of management, a form or class of a visit."""

from __future__ import annotations

import re
import unicodedata

from app.core.reasons import reason
from app.core.workbooks.sheet import Cell
from app.patients.rules import DiagnosisCategory, ManagementStatus
from app.roster.rules.cells import NO, YES, CellError, plain, text

_LEVELS = {
    **{sign: value for value, sign in enumerate("012345")},
    **{sign: value for value, sign in enumerate("零一二三四五")},
    "〇": 0,
    "○": 0,
    "o": 0,
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "l": 1,
    "ll": 2,
    "lll": 3,
    "两": 2,
}
_LEVEL_WORDS = re.compile(r"\(.*?\)|危险性|危险|风险|评估|等级|级别|第|级|等|为|:|level|grade")

_C = DiagnosisCategory
# In this order: 精神分裂症(偏执型) is schizophrenia, 分裂情感性障碍 is not.
_DIAGNOSES: tuple[tuple[re.Pattern[str], DiagnosisCategory], ...] = tuple(
    (re.compile(words), category)
    for words, category in (
        (r"分裂(性)?情感|情感(性)?分裂|schizoaffective", _C.SCHIZOAFFECTIVE),
        (r"癫痫|癫癎|epilep", _C.EPILEPSY_PSYCHOSIS),
        (
            r"发育迟[滞缓]|智力(发育)?(障碍|低下|残疾|缺陷)|智能障碍|精神迟滞|智障|intellectual|retardation",
            _C.INTELLECTUAL_PSYCHOSIS,
        ),
        (r"双[相向]|躁郁|躁狂[-、,/]?抑郁|bipolar", _C.BIPOLAR),
        (r"精神分裂|分裂症|精分|schizophreni", _C.SCHIZOPHRENIA),
        (r"偏执[性型状]?(精神|障碍|状态|妄想)|妄想性?障碍|偏执狂|妄想症|delusional|paranoia", _C.DELUSIONAL),
    )
)
_DOUBTFUL = re.compile(r"疑似|待查|待排|可疑|待诊|不排除|[?？]|suspected")
_ICD = re.compile(r"([a-z])(\d\d)[.·,。]?(\d{1,3})?[*†+]?", re.ASCII)
_ICD_CATEGORIES = {"F20": _C.SCHIZOPHRENIA, "F25": _C.SCHIZOAFFECTIVE, "F22": _C.DELUSIONAL, "F31": _C.BIPOLAR}
_ICD_CATEGORIES |= {"G40": _C.EPILEPSY_PSYCHOSIS, "F06": _C.EPILEPSY_PSYCHOSIS}
_ICD_CATEGORIES |= {f"F7{digit}": _C.INTELLECTUAL_PSYCHOSIS for digit in range(10)}

_MANAGED = {
    **dict.fromkeys(
        [
            *YES,
            "在管",
            "管理",
            "在管理",
            "已管理",
            "已纳管",
            "纳管",
            "同意",
            "同意管理",
            "规范管理",
            "正常管理",
            "managed",
        ],
        "yes",
    ),
    **dict.fromkeys([*NO, "不在管", "未管理", "未纳管", "待签", "待签同意", "待同意", "未签", "pending"], "no"),
    **dict.fromkeys(
        ["拒绝", "拒管", "不同意", "不同意管理", "拒绝管理", "拒访", "不接受管理", "refused"], ManagementStatus.REFUSED
    ),
    **dict.fromkeys(["失访", "走失", "下落不明", "lost"], ManagementStatus.LOST),
}

_FORMS = {
    **dict.fromkeys(["1", "门诊", "门诊随访", "门诊就诊", "clinic", "outpatient"], 1),
    **dict.fromkeys(
        [
            "2",
            "家访",
            "家庭访视",
            "家庭随访",
            "入户",
            "入户随访",
            "上门",
            "上门随访",
            "面访",
            "面对面",
            "家庭",
            "当面",
            "home",
            "homevisit",
        ],
        2,
    ),
    **dict.fromkeys(["3", "电话", "电话随访", "电访", "通话", "微信", "视频", "电话微信", "phone", "telephone"], 3),
}
_CLASSES = {
    **dict.fromkeys(["1", "不稳定", "病情不稳定", "不稳定患者", "unstable"], 1),
    **dict.fromkeys(["2", "基本稳定", "病情基本稳定", "较稳定", "basicallystable"], 2),
    **dict.fromkeys(["3", "稳定", "病情稳定", "稳定患者", "stable"], 3),
}
_CODED = re.compile(r"^([1-9])[.、:)\s-]*(?=[^\d.])")


def level(cell: Cell) -> int | None:
    """危险性等级 0–5 from 3, 3.0, 3级, 三级, Ⅲ, III, 〇级."""
    shown = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text(cell))).lower()
    if not shown or shown in ("/", "-", "—", "--", "无", "不详", "未评", "未评估"):
        return None
    bare = _LEVEL_WORDS.sub("", shown)
    if bare.endswith(".0"):
        bare = bare[:-2]
    if bare in _LEVELS:
        return _LEVELS[bare]
    raise CellError(reason("roster.level.unknown", text=text(cell)[:20]))


def diagnosis(cell: Cell) -> DiagnosisCategory | None:
    """One of the six diagnoses by its many names; None when empty."""
    shown = plain(cell)
    if not shown:
        return None
    if _DOUBTFUL.search(shown):
        raise CellError(reason("roster.diagnosis.doubtful", text=text(cell)[:40]))
    for pattern, category in _DIAGNOSES:
        if pattern.search(shown):
            return category
    code = _ICD.fullmatch(shown)
    if code and (by_code := category_of(icd10(cell))):
        return by_code
    raise CellError(reason("roster.diagnosis.unknown", text=text(cell)[:40]))


def icd10(cell: Cell) -> str:
    """`F20.0` from f20.0, F200 or Ｆ２０．０; empty when the cell is."""
    shown = plain(cell)
    if not shown:
        return ""
    first = re.split(r"[、,;/]", shown)[0]
    found = _ICD.match(first)
    if found is None:
        raise CellError(reason("roster.icd10.shape", text=text(cell)[:20]))
    return f"{found[1].upper()}{found[2]}" + (f".{found[3]}" if found[3] else "")


def category_of(icd10_code: str) -> DiagnosisCategory | None:
    """The category that a code says; None for codes outside the six."""
    return _ICD_CATEGORIES.get(icd10_code[:3])


def management(cell: Cell, has_consent: bool) -> ManagementStatus | None:
    """In management only with a consent date; without one 是 and 否 both wait for consent (pending_consent)."""
    shown = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text(cell))).lower()
    if not shown:
        return None
    found = _MANAGED.get(shown)
    if found is None:
        raise CellError(reason("roster.managed.unknown", text=text(cell)[:20]))
    if isinstance(found, ManagementStatus):
        return found
    return ManagementStatus.MANAGED if found == "yes" and has_consent else ManagementStatus.PENDING_CONSENT


def visit_form(cell: Cell) -> int | None:
    """本次随访形式: 1 门诊, 2 家庭访视, 3 电话."""
    return _code(cell, _FORMS, "roster.visit_form.unknown")


def visit_class(cell: Cell) -> int | None:
    """本次随访分类: 1 不稳定, 2 基本稳定, 3 稳定."""
    return _code(cell, _CLASSES, "roster.visit_class.unknown")


def _code(cell: Cell, table: dict[str, int], unknown: str) -> int | None:
    shown = plain(cell)
    if not shown:
        return None
    found = table.get(shown.removesuffix(".0"))
    if found is None:
        found = table.get(_CODED.sub("", shown))
    if found is None:
        raise CellError(reason(unknown, text=text(cell)[:20]))
    return found
