"""A cell to one item of the follow-up form: printed codes, their words, several of them, medicines. Raises `CellError` with the reason."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from app.core.reasons import Label, reason
from app.core.workbooks.sheet import Cell
from app.roster.rules.cells import CellError, plain, says_nothing, text
from app.roster.rules.illness import level, visit_class, visit_form
from app.visits.rules.form import FIELDS, MEDICINE_LINES, Behaviour, Field, Symptom
from app.visits.rules.record import Medicine

LONGEST_TEXT = 500
LONGEST_DRUG = 60
MOST_TIMES = 99

_SEPARATORS = re.compile(r"[、,;|/\n]+|\s+(?=\D)|\s+(?=\d{1,2}\D)")
_LEADING_CODE = re.compile(r"(\d{1,2})(?:\.0+)?[.、:)\]．-]*(.*)", re.DOTALL)
_BRACKETS = re.compile(r"[()\[\]【】（）“”\"'：:。.\s、,，-]")
_DOSE = re.compile(r"(早|中|晚)(?:上|午|间)?[:：]?(\d{1,4}(?:\.\d{1,3})?)(?:mg|毫克)?", re.IGNORECASE)
_DEPOT = re.compile(
    r"每(\d{1,2})周[,，]?(?:1次[,，]?|一次[,，]?)?(?:每次)?(\d{1,4}(?:\.\d{1,3})?)(?:mg|毫克)?", re.IGNORECASE
)
_MG = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)(?:mg|毫克)?", re.IGNORECASE)
_TIMES = "早中晚"
# Short words of the field for what the form prints in full; the printed words themselves need no entry.
_SHORT: dict[str, dict[str, int]] = {
    "insight": {"完全": 1, "不全": 2, "部分": 2, "不完全": 2, "缺失": 3, "无": 3, "丧失": 3},
    "locked_up": {"无": 1, "未关锁": 1, "否": 1, "有": 2, "是": 2, "已解除": 3, "解除": 3},
    "hospitalisation": {"无": 0, "否": 0, "从未住院": 0, "正在住院": 1, "住院中": 1, "住院": 1, "曾住院": 2, "已出院": 2},
    "adherence": {
        "规律": 1, "规律服药": 1, "规律用药": 1, "按医嘱服药": 1, "间断": 2, "间断服药": 2, "不规律": 2, "不规律服药": 2,
        "不服药": 3, "未服药": 3, "未用药": 3, "无需用药": 4, "无需服药": 4, "不需用药": 4, "医嘱无需用药": 4,
    },
    "treatment_effect": {"临床痊愈": 1, "治愈": 1, "有效": 2, "显效": 2, "无效": 3, "稳定": 3, "恶化": 4, "不适用": 9},
    "adverse_reaction": {"没有": 1, "不适用": 9},
    "lab_test": {"否": 1, "没有": 1, "是": 2},
    "referral": {"无": 1, "未转诊": 1, "有": 2, "已转诊": 2},
    "sleep": {"好": 1, "正常": 1, "差": 3},
    "diet": {"好": 1, "正常": 1, "差": 3},
    "objects": {"本人": 1, "患者": 1, "家属": 2, "监护人": 2, "患者家属": 2, "患者监护人": 2, "其他": 3, "知情人": 3},
    "lost_reason": {"外出": 1, "迁居": 2, "搬迁": 2, "未访到": 4, "3次未访到": 4},
    "rehab_measures": {"职业": 2, "生活能力": 1},
}  # fmt: skip
_FOR_ALL = {"好": 1, "良": 1, "差": 3, "中": 2, "不适用": 9}
_NONE_OF = {"symptoms": int(Symptom.NONE), "behaviours": int(Behaviour.NONE)}
_NOTHING_SEEN = frozenset(("无", "没有", "无症状", "未发现", "无异常", "0"))


def single(cell: Cell, name: str) -> int | None:
    """The printed code of 2, ２, 2.0, 2 家庭访视, 2.家庭访视 or 家庭访视; None when empty."""
    if name == "risk_level":
        return level(cell)
    if name == "visit_class":
        return visit_class(cell)
    if name == "form":
        return visit_form(cell)
    shown = _shown(cell)
    if not shown:
        return None
    found = _code(FIELDS[name], shown)
    if found is None:
        raise _unknown(name, cell)
    return found


def several(cell: Cell, name: str) -> tuple[int | None, str]:
    """(flags, words behind 其他) of `1,3`, `1 幻觉;3 猜疑`, `幻觉、猜疑`, `12 其他(失眠)`; 无 is the explicit none. (None, "") when empty."""
    shown, field = _shown(cell), FIELDS[name]
    if not shown:
        return None, ""
    if shown in _NOTHING_SEEN and name in _NONE_OF:
        return _NONE_OF[name], ""
    flags, other = 0, ""
    for piece in _pieces(cell):
        words, bracketed = _without_remark(piece)
        code = _code(field, words) if words else None
        if code is None:
            raise _unknown(name, cell)
        flags |= 1 << (code - 1)
        if field.label_of(code) == "其他":
            other = bracketed
    return _with_none(name, flags, other)


def times(cell: Cell) -> int:
    """How often: 2, 2次, ２ 次; 0 when empty or 无."""
    shown = plain(cell).removesuffix("次").removesuffix(".0")
    if not shown or shown == "0":
        return 0
    if not shown.isdigit() or int(shown) > MOST_TIMES:
        raise CellError(reason("roster.visits.times", text=text(cell)[:20]))
    return int(shown)


def dose(cell: Cell) -> str | None:
    """Milligrams as written, `2.5` from 2.50 mg; None when empty or 0."""
    shown = plain(cell)
    if not shown:
        return None
    found = _MG.fullmatch(shown)
    if found is None:
        raise CellError(reason("roster.visits.dose", text=text(cell)[:20]))
    return _figure(found[1])


def weeks(cell: Cell) -> int | None:
    shown = plain(cell).removeprefix("每").removesuffix("周").removesuffix(".0")
    if not shown or shown == "0":
        return None
    if not shown.isdigit() or not 1 <= int(shown) <= 26:
        raise CellError(reason("roster.visits.weeks", text=text(cell)[:20]))
    return int(shown)


def medicines(cell: Cell) -> tuple[Medicine, ...]:
    """Medicines of one cell, parted by semicolons or lines: `利培酮片 早1mg 晚2mg；棕榈酸帕利哌酮 每4周 100mg`."""
    if says_nothing(cell) or not isinstance(cell, str):
        return ()
    parts = [part.strip() for part in re.split(r"[;；\n]+", cell) if part.strip()]
    if len(parts) > MEDICINE_LINES:
        raise CellError(reason("visit.too_many_medicines", most=MEDICINE_LINES))
    return tuple(_medicine(part) for part in parts)


def _medicine(written: str) -> Medicine:
    shown = unicodedata.normalize("NFKC", written)
    doses = {time: _figure(mg) for time, mg in _DOSE.findall(re.sub(r"\s+", "", shown))}
    depot = _DEPOT.search(re.sub(r"\s+", "", shown))
    name = re.split(r"[\s,:(]|(?:早|中|晚)(?:上|午|间)?[:：]?\d|每\d", shown, maxsplit=1)[0].strip()
    if not name or len(name) > LONGEST_DRUG:
        raise CellError(reason("roster.visits.drug", text=written[:20]))
    morning, noon, night = (doses.get(time) for time in _TIMES)
    if depot:
        return Medicine(name, morning, noon, night, int(depot[1]), _figure(depot[2]))
    return Medicine(name, morning, noon, night)


def _figure(shown: str) -> str | None:
    found = shown.rstrip("0").rstrip(".") if "." in shown else str(int(shown))
    return found if found not in ("", "0") else None


def _shown(cell: Cell) -> str:
    """As `plain`, but 无 is an answer here."""
    found = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text(cell))).lower()
    return "" if found in ("", "/", "-", "--", "—", "——", "null", "不详") else found


def _pieces(cell: Cell) -> list[str]:
    shown = unicodedata.normalize("NFKC", text(cell)).strip()
    return [piece.strip() for piece in _SEPARATORS.split(shown) if piece and piece.strip()]


def _without_remark(piece: str) -> tuple[str, str]:
    """`12 其他(失眠)` → (`12 其他`, `失眠`); `12 其他:失眠` likewise."""
    found = re.fullmatch(r"(.*?)(?:\((.*)\)|:(.+))", piece)
    return (found[1].strip(), (found[2] or found[3] or "").strip()) if found else (piece, "")


def _code(field: Field, shown: str) -> int | None:
    shown = re.sub(r"\s+", "", shown).lower()
    leading = _LEADING_CODE.fullmatch(shown)
    if leading:
        code, rest = int(leading[1]), _bare(leading[2])
        known = code in field.codes
        return code if known and (not rest or _words_of(field.name).get(rest, code) == code) else None
    return _words_of(field.name).get(_bare(shown))


def _bare(shown: str) -> str:
    return _BRACKETS.sub("", unicodedata.normalize("NFKC", shown)).lower()


@lru_cache(maxsize=64)
def _words_of(name: str) -> dict[str, int]:
    field = FIELDS[name]
    printed = {_bare(option.label): option.code for option in field.options}
    general = {word: code for word, code in _FOR_ALL.items() if code in field.codes}
    return {**(general if name.startswith("sf_") else {}), **printed, **_SHORT.get(name, {})}


def _with_none(name: str, flags: int, other: str) -> tuple[int | None, str]:
    """The printed form says "no symptoms" as 12 其他 无 (domain 3.1)."""
    if name == "symptoms" and flags == Symptom.OTHER and other in _NOTHING_SEEN:
        return int(Symptom.NONE), ""
    return flags, other


def _unknown(name: str, cell: Cell) -> CellError:
    return CellError(reason("roster.visits.answer", field=Label(FIELDS[name].label), text=text(cell)[:20]))
