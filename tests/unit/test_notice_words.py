"""What a letter says of a line: every cause has a sentence, and none that a neighbour could read an illness or an incident from."""

from __future__ import annotations

import re

from app.subsidies.papers.notices import EXCLUDED, TOLD
from app.subsidies.rules.days import ExclusionKind
from app.subsidies.texts import TEXTS

TELLING = re.compile("精神|障碍|患者|病|危险|等级|肇事|肇祸|民警|派出所|公安|去世|死亡|失访|随访|医生")
OF_A_STEP = {
    "subsidies.hold.paid_already",
    "subsidies.hold.nothing_to_pay",
    "subsidies.hold.reopen_first",
}  # said to the clerk, never to a guardian


def test_every_cause_of_a_line_has_its_sentence() -> None:
    causes = {
        code for code in TEXTS if code.startswith(("subsidies.hold.", "subsidies.refuse.", "subsidies.withheld."))
    }
    assert causes - OF_A_STEP <= TOLD.keys()
    assert set(EXCLUDED) == {kind.value for kind in ExclusionKind}


def test_no_sentence_of_a_letter_tells_of_illness_or_incident() -> None:
    assert not [sentence for sentence in (*TOLD.values(), *EXCLUDED.values()) if TELLING.search(sentence)]
