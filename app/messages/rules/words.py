"""Words of messages: putting values in, what must never be read on a shared telephone, and how long a text is when it is sent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from string import Formatter

from app.core.dates import parse_date
from app.messages.rules.kinds import Parameter

LANGUAGES = ("zh", "en")
LONGEST_TEXT = 300  # characters of a template
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# What makes a reader guess (reliability 2.4, threat 25; 4.2). Chinese is searched as it stands, English by beginnings of words.
ILLNESS_ZH = (
    "精神", "精防", "病", "患", "症", "疯", "癫", "痫", "抑郁", "躁", "狂", "妄想", "幻", "自杀", "自伤", "肇事", "肇祸", "危险",
    "风险", "诊", "疗", "复发", "发作", "障碍", "残疾", "残联", "重性", "智力", "康复", "严管", "列管", "监护",
)  # fmt: skip
HOSPITAL_ZH = (
    "医院",
    "住院",
    "出院",
    "入院",
    "门诊",
    "急诊",
    "科室",
    "安定",
    "疾控",
    "卫生院",
    "卫生室",
    "医生",
    "医师",
    "护士",
    "随访",
)
DRUG_ZH = (
    "药",
    "服用",
    "针",
    "注射",
    "剂量",
    "毫克",
    "片剂",
    "胶囊",
    "利培酮",
    "奥氮平",
    "氯氮平",
    "帕利哌酮",
    "阿立哌唑",
    "碳酸锂",
    "丙戊酸",
)
SUBSIDY_ZH = ("补贴", "补助", "奖补", "以奖代补", "救助", "低保", "发放", "元", "金额", "银行", "账户", "卡号")
ILLNESS_EN = (
    "mental", "psych", "schizo", "bipolar", "mani", "depress", "epilep", "delusion", "hallucin", "suicid", "self-harm", "patient", "ill",
    "disease", "disorder", "diagnos", "symptom", "relapse", "treat", "therap", "disab", "rehab", "danger", "risk", "violen", "guardian",
    "ward",
)  # fmt: skip
HOSPITAL_EN = (
    "hospital",
    "clinic",
    "health",
    "medic",
    "doctor",
    "dr",
    "nurse",
    "discharg",
    "admission",
    "inpatient",
    "outpatient",
    "visit",
)
DRUG_EN = (
    "drug", "pill", "tablet", "dose", "inject", "needle", "prescri", "pharmac", "risperid", "olanzap", "clozap", "paliperid", "aripipra",
    "lithium", "valpro",
)  # fmt: skip
SUBSIDY_EN = ("subsid", "allowance", "benefit", "welfare", "yuan", "rmb", "amount", "bank", "account", "grant")
LINK = re.compile(r"https?:|www\.|[\w-]+\.(?:com|cn|net|org|gov)\b|[<>@]", re.IGNORECASE)

FORBIDDEN_ZH = (*ILLNESS_ZH, *HOSPITAL_ZH, *DRUG_ZH, *SUBSIDY_ZH)
FORBIDDEN_EN = (*ILLNESS_EN, *HOSPITAL_EN, *DRUG_EN, *SUBSIDY_EN)
# the same in letters, as somebody writes who would get past the check
SPELLED = (
    "jingshen", "jingfang", "jingbing", "fengzi", "dianxian", "yiyuan", "zhuyuan", "chuyuan", "butie", "buzhu", "jianhu", "canlian",
    "zhongxing", "lvdanping", "lüdanping", "ludanping", "aodanping", "lipeitong", "chiyao", "fuyao",
)  # fmt: skip
# longer words first, so that the longest is named; a beginning of a word, but `ill` and `dr` only whole
_WHOLE = ("ill", "dr", "ward", "mani")
_EN = re.compile(
    r"\b(?:(?:" + "|".join(sorted(_WHOLE)) + r")\b|(?:"
    + "|".join(sorted(set(FORBIDDEN_EN) - set(_WHOLE), key=len, reverse=True))
    + r")\w*)",
    re.IGNORECASE,
)  # fmt: skip
_SPELLED = re.compile("|".join(SPELLED), re.IGNORECASE)
# whatever can stand between the characters of a word without keeping a reader from reading it
_BETWEEN = re.compile(r"[\W_]+")
_ZH = re.compile("|".join(sorted(map(re.escape, FORBIDDEN_ZH), key=len, reverse=True)))

# GSM 03.38: the characters of a 160-character text; those of the second row take two places
_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = set("^{}\\[~]|€")


class UnknownValue(Exception):
    """The words ask for a value that a message of this kind does not carry."""


@dataclass(frozen=True)
class Size:
    """How a text is charged: characters as the network counts them, and parts (Chinese: 70 in one, else 67 a part)."""

    characters: int
    parts: int
    is_latin: bool


def names_in(text: str) -> tuple[str, ...]:
    """Names of the values that the words ask for, in order, each once. ValueError for braces that are none."""
    found: dict[str, None] = {}
    for _literal, name, spec, conversion in Formatter().parse(text):
        if name is None:
            continue
        if spec or conversion or name not in set(Parameter):
            raise ValueError(name)
        found[name] = None
    return tuple(found)


def rendered(text: str, values: Mapping[str, str | int], language: str) -> str:
    """The words with their values. Raises `UnknownValue`."""
    try:
        return text.format_map({name: said(value, language) for name, value in values.items()})
    except (KeyError, IndexError, ValueError) as error:
        raise UnknownValue(str(error)) from error


def said(value: str | int, language: str) -> str:
    """A value as it is read: dates without their year."""
    try:
        return _day(parse_date(str(value)), language)
    except ValueError:
        return str(value)


def _day(day: date, language: str) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}" if language == "en" else f"{day.month}月{day.day}日"


def forbidden_in(text: str, names: Collection[str] = ()) -> tuple[str, ...]:
    """What must not stand in a message: illness, hospital, drug, subsidy, somebody's name, an address on the web."""
    found = [match[0] for pattern in (_ZH, _EN, LINK) for match in pattern.finditer(text)]
    closed = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    found += [match[0] for pattern in (_ZH, _SPELLED) for match in pattern.finditer(closed)]
    found += [name for name in names if name and (name in text or _BETWEEN.sub("", name) in closed)]
    return tuple(dict.fromkeys(found))


def size_of(text: str) -> Size:
    if all(character in _GSM or character in _GSM_DOUBLE for character in text):
        length = len(text) + sum(character in _GSM_DOUBLE for character in text)
        return Size(length, _parts(length, 160, 153), True)
    length = len(text.encode("utf-16-le")) // 2
    return Size(length, _parts(length, 70, 67), False)


def _parts(length: int, alone: int, each: int) -> int:
    return 1 if length <= alone else -(-length // each)
