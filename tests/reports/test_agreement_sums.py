"""What the agreement promises is the county's policy: one sum, the span of several, and whose share is whose."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from app.core.clock import SHANGHAI
from reports.forms.agreement import AgreementDocument, render_agreement
from reports.forms.sheet import Imprint


@pytest.mark.parametrize(
    ("sums", "share", "said", "unsaid"),
    [
        ((300_000, 300_000), 100, ("每年人民币3,000.00元", "补贴只转入乙方本人"), ("档次", "丙方认真履行")),
        ((180_000, 480_000), 100, ("按文件所列档次确定", "1,800.00至4,800.00"), ("每年人民币1,800.00元",)),
        ((300_000, 300_000), 70, ("其中乙方70%、丙方30%", "分别转入乙方、丙方本人"), ("补贴只转入乙方本人",)),
        ((None, None), 100, ("每年人民币",), ("3,000", "档次")),
    ],
)  # fmt: skip
def test_the_sums_of_the_policy_stand_on_the_agreement(
    sums: tuple[int | None, int | None], share: int, said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    paper = render_agreement(
        AgreementDocument(
            imprint=Imprint("安和县民政局", "周琳", datetime(2026, 11, 21, 9, 0, tzinfo=SHANGHAI)),
            annual_fen=sums[0],
            most_fen=sums[1],
            first_share=share,
            rhythm="按季度",
            policy_number="安民发〔2026〕3号",
        )
    )
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(paper)).pages)
    assert [words for words in said if words not in text] == []
    assert [words for words in unsaid if words in text] == []
