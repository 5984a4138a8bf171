"""What the bank prints beside a payment, over a thousand generated remarks: no number of a person, no word that ties one to illness."""

from __future__ import annotations

import re
from random import Random

import pytest

from app.core.money import Money
from app.subsidies.rules.policy import PolicyTerms
from app.subsidies.rules.remark import is_neutral

# Written apart from the rule's own list.
TELLING = re.compile(
    "精神|精防|病|患|障碍|残疾|监护|看护|肇事|肇祸|危险|癫痫|智力|心理|康复|重性|以奖代补|服药|医疗", re.IGNORECASE
)
PARTS = (
    "惠民补贴", "惠农补贴", "民政资金", "补贴", "2026年", "第三季度", "3季度", "一卡通", "民生", "发放", "县", "安和", "（补）",
    "监护", "监护人补贴", "精神", "患者", "病", "重性", "残疾", "看护", "肇事肇祸", "以奖代补", "严重", "障碍", "心理", "康复",
    "13812345678", "349921199001011234", "6217001234567890123", "=", "+", "@", "\n", " ", "<b>",
)  # fmt: skip


def _remarks() -> list[str]:
    rng = Random("bank remarks")
    return ["".join(rng.choices(PARTS, k=rng.randrange(1, 4))) for _ in range(8000)]


def test_of_a_thousand_remarks_that_are_taken_none_tells_anything() -> None:
    taken = []
    for remark in _remarks():
        try:
            taken.append(PolicyTerms(annual=Money.from_yuan("3000"), remark=remark).remark)
        except ValueError as wrong:
            assert str(wrong) == "remark"  # both ways are right, and each says which it is
    assert len(taken) >= 1000
    assert not [remark for remark in taken if re.search(r"\d{5,}", remark) or TELLING.search(remark)]
    assert all(re.fullmatch(r"[\w·（）()-]{1,20}", remark) for remark in taken)


@pytest.mark.parametrize("remark", ["惠民补贴", "惠民惠农财政补贴", "民生资金2026年3季度", "耕地补贴"])
def test_what_offices_write_is_taken(remark: str) -> None:
    assert is_neutral(remark)


@pytest.mark.parametrize("remark", ["监护人补贴", "重精补助", "以奖代补", "残疾人补贴", "", "补贴138123456", "SMI补贴"])
def test_what_tells_the_queue_is_refused(remark: str) -> None:
    assert not is_neutral(remark)
