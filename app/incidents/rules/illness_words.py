"""Words that tell of illness or medicine: a note to an office that sees nothing clinical must do without them (roles.md)."""

from __future__ import annotations

import re

# "大病保险", "残疾证", "药费" and "住院费" are what such an office deals with, and may stand
_ZH = (
    "精神", "精防", "病情", "病史", "发病", "患病", "疾病", "患者", "症", "疯", "癫", "痫", "抑郁", "躁", "妄想", "幻", "自杀", "自伤",
    "肇事", "肇祸", "滋事", "危险性", "复发", "发作", "情感障碍", "双相", "分裂", "诊断", "服用", "服药", "用药", "停药", "药物", "注射",
    "针剂", "剂量", "毫克", "氯丙嗪", "氟哌啶醇", "奋乃静", "舒必利", "利培酮", "奥氮平", "氯氮平", "喹硫平", "齐拉西酮", "帕利哌酮",
    "阿立哌唑", "氨磺必利", "碳酸锂", "丙戊酸", "卡马西平", "拉莫三嗪",
)  # fmt: skip
_EN = (
    "mental", "psych", "schizo", "bipolar", "depress", "epilep", "delusion", "hallucin", "suicid", "diagnos", "symptom", "relapse",
    "clozap", "olanzap", "risperid", "aripipra", "paliperid", "quetiap", "lithium", "valpro", "dose", "inject",
)  # fmt: skip
_FOUND = re.compile("|".join((*sorted(_ZH, key=len, reverse=True), *_EN)), re.IGNORECASE)
_BETWEEN = re.compile(r"[\W_]+")


def illness_in(text: str) -> tuple[str, ...]:
    """Each such word once; signs and spaces between characters hide none."""
    return tuple(dict.fromkeys(_FOUND.findall(_BETWEEN.sub("", text))))
