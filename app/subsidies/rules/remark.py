"""What may stand beside a payment on a bank's receipt (附言)."""

from __future__ import annotations

import re

# Whoever stands behind the payee in the queue reads the remark: nothing in it may tie a person to an illness (domain 5.6).
_TELLING = (
    "精神", "精防", "精残", "神经", "心理", "情感", "双相", "分裂", "偏执", "癫", "痫", "疯", "痴", "智力", "智障", "障碍",
    "重性", "重精", "严重", "病", "症", "患", "药", "残", "医", "康复", "监护", "看护", "护理", "管护", "肇", "祸",
    "危险", "风险", "六类", "以奖代补", "smi",
)  # fmt: skip
_ALPHABET = re.compile(r"[\u3400-\u9fffA-Za-z0-9·\-（）()年季度第]{1,20}")
_NUMBER = re.compile(r"\d{5,}")


def is_neutral(remark: str) -> bool:
    """Whether the bank may print it: a few plain characters, no number of a person, no word of illness or guardianship."""
    told = remark.casefold()
    return bool(_ALPHABET.fullmatch(remark)) and not _NUMBER.search(told) and not any(one in told for one in _TELLING)
