import io
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from xml.etree import ElementTree

import pypdf
import pytest

from reports.errors import TotalMismatchError
from reports.notice import ArithmeticLine, GuardianNotice, NoticeKind, render_notices
from tests.reports.conftest import ReadPdf
from tests.reports.samples import HOSTILE, bundle, notice

NAMES_ILLNESS = re.compile("精神|障碍|患者|病|危险|肇事|肇祸|民警|派出所")


def _held(**changes: object) -> GuardianNotice:
    details = {
        "kind": NoticeKind.HOLD,
        "reasons": ("收款账户于9月21日变更，尚未与您本人电话核实。",),
        "remedy": "请带本人身份证和存折到镇民政办核对账户。",
        "appeal_until": date(2026, 11, 20),
        "appeal_phone": "0552-3012346",
    }
    return notice(**{**details, **changes})


def test_days_that_had_not_come_are_marked_as_on_the_ledger(text_of: ReadPdf) -> None:
    told = text_of(render_notices(bundle(notice(days=92, days_in_period=92, projected_days=21))))
    assert "92天（其中21天为预计）" in told


def test_each_guardian_has_one_page_behind_the_cover_of_the_village() -> None:
    one, two, three = notice(), notice(serial="2026-3-00018"), notice(village="桥头村")
    assert len(pypdf.PdfReader(io.BytesIO(render_notices(bundle(one, two, three)))).pages) == 5


def test_a_notice_says_how_much_why_when_and_whom_to_call(text_of: ReadPdf) -> None:
    found = text_of(render_notices(bundle(notice(guardian="李𬭩"))))
    for part in (
        "监护补贴发放告知书",
        "李𬭩：",
        "2026年7月1日至9月30日",
        "482.80元",
        "肆佰捌拾贰元捌角整",
        "全季标准",
        "−住院33天不计",
        "267.20",
        "59天（本期92天）",
        "AHJH-2026-0107",
        "2026年1月1日至2026年12月31日",
        "尾号6217",
        "2026年11月30日前",
        "安和县民政局社会事务股",
        "0552-3012345",
        "送达联",
        "回执联",
        "□已当面宣读",
        "签名：",
        "按指印：",
        "AH-26Q3-7K3M-9QXD",
    ):
        assert part in found, part


def test_a_supplementary_notice_says_its_sentence_to_the_end(text_of: ReadPdf) -> None:
    for kind in NoticeKind:
        paper = notice() if kind is NoticeKind.PAY else _held(kind=kind)
        found = text_of(render_notices(bundle(paper, period_label="2026年第3季度（补发第12批）")))
        assert "…" not in found
        is_of_the_run = kind not in (NoticeKind.CORRECTED, NoticeKind.REPAID)  # those are about an earlier period
        assert ("2026年第3季度（补发第12批）的惠民补贴" in found) is is_of_the_run


def test_a_letter_about_a_sum_that_is_not_the_whole_says_until_when_to_object(text_of: ReadPdf) -> None:
    for kind in (NoticeKind.REDUCED, NoticeKind.CORRECTED, NoticeKind.REPAID):
        found = text_of(render_notices(bundle(notice(kind=kind, expected_payment="", appeal_until=date(2026, 11, 20)))))
        assert "异议截止2026年11月20日" in found
        assert "如有异议" in found


def test_a_payment_that_did_not_arrive_says_why_and_what_to_do(text_of: ReadPdf) -> None:
    found = text_of(render_notices(bundle(_held(kind=NoticeKind.RETURNED))))
    assert "未能入账告知书" in found
    assert "未能入账的原因" in found


def test_what_has_been_paid_is_not_announced_any_more(text_of: ReadPdf) -> None:
    before, after = (text_of(render_notices(bundle(notice(), is_paid_out=is_paid))) for is_paid in (False, True))
    assert "将直接转入" in before and "应发金额" in before
    assert "已转入您本人的账户" in after and "将直接转入" not in after


def test_an_amount_in_capitals_never_leaves_one_sign_alone(layout_of: Callable[[bytes], str]) -> None:
    page = layout_of(render_notices(bundle(notice(amount_capital="肆佰叁拾捌元柒角壹分"))))
    lines = ["".join(text.itertext()) for text in ElementTree.fromstring(page).iter("text")]
    assert {"肆佰叁拾捌元", "柒角壹分"} <= set(lines)


def test_a_full_payment_shows_its_sum_too(text_of: ReadPdf) -> None:
    whole = notice(arithmetic=(ArithmeticLine("每年 3,000.00 元 ÷ 4", 75000),), amount_fen=75000)
    assert "每年3,000.00元÷4" in text_of(render_notices(bundle(whole)))
    assert "全部天数计发" in text_of(render_notices(bundle(notice(arithmetic=()))))


def test_the_address_panel_says_nothing_of_what_is_inside(layout_of: Callable[[bytes], str]) -> None:
    page = ElementTree.fromstring(layout_of(render_notices(bundle(notice())))).findall("page")[1]
    outside = "".join(
        "".join(text.itertext()) for text in page.findall("text") if int(text.get("top", "0")) < 99 / 25.4 * 72 - 12
    )
    assert "陈志强" in outside
    assert not re.search("补贴|监护|发放|元|482", outside)


def test_nothing_that_the_guardian_must_read_is_smaller_than_14_points(layout_of: Callable[[bytes], str]) -> None:
    for paper in (notice(), _held(), _held(kind=NoticeKind.REFUSE)):
        root = ElementTree.fromstring(layout_of(render_notices(bundle(paper))))
        sizes = {font.get("id"): int(font.get("size", "0")) for font in root.iter("fontspec")}
        small = {
            "".join(text.itertext()).strip()
            for text in root.findall("page")[1].findall("text")
            if sizes[text.get("font")] < 14
        }
        aside = ("编号", "校验码", "联", "沿此线", "向", "请本人拆阅", "本人资料", "AH-26Q3", "2026-3-")
        assert all(any(mark in text for mark in aside) for text in small), small


def test_without_a_telephone_on_record_the_guardian_is_asked_to_come_by(text_of: ReadPdf) -> None:
    found = text_of(render_notices(bundle(notice(), _held(appeal_phone=""), contact_phone="")))
    assert found.count("如有疑问，请到安和县民政局社会事务股询问。") == 2
    assert "电话。" not in found


def test_a_held_notice_gives_the_reason_the_way_out_and_the_appeal(text_of: ReadPdf) -> None:
    found = text_of(render_notices(bundle(_held())))
    for part in (
        "暂缓发放告知书",
        "收款账户于9月21日变更",
        "办理办法：请带本人身份证",
        "申诉截止2026年11月20日",
        "申诉电话0552-3012346",
    ):
        assert part in found, part


def test_a_refused_notice_is_called_so(text_of: ReadPdf) -> None:
    found = text_of(render_notices(bundle(_held(kind=NoticeKind.REFUSE, amount_fen=0))))
    assert "不予发放告知书" in found
    assert "涉及金额" not in found


def test_no_notice_names_an_illness_or_the_police(text_of: ReadPdf) -> None:
    for paper in (notice(arithmetic=()), _held(), _held(kind=NoticeKind.REFUSE)):
        assert not NAMES_ILLNESS.search(text_of(render_notices(bundle(paper))))


def test_no_identity_or_account_number_is_ever_printed_whole(text_of: ReadPdf) -> None:
    number = "34030219800101123X"
    account = "6217003810012345678"
    paper = _held(
        guardian=f"陈志强{number}",
        account_tail=account,
        agreement_number=account,
        reasons=(f"账号 {account} 户名不符", number),
        remedy=number,
        appeal_phone=number,
        serial=account,
        check_code=account,
    )
    found = text_of(render_notices(bundle(paper, notice(account_tail=account))))
    assert not re.search(r"\d{13}", found)
    assert "尾号5678" in found


def test_the_cover_lists_whom_to_hand_to_without_amounts(text_of: ReadPdf) -> None:
    reader = pypdf.PdfReader(io.BytesIO(render_notices(bundle(notice(), notice(guardian="王𠮷祥")))))
    cover = io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_page(reader.pages[0])
    writer.write(cover)
    found = text_of(cover.getvalue())
    for part in (
        "惠民补贴告知书送达清单",
        "安平镇大王村",
        "共2份",
        "陈志强",
        "王𠮷祥",
        "送达人签名",
        "第1页共1页",
        "内部资料注意保密",
    ):
        assert part in found, part
    assert "482.80" not in found
    assert "监护" not in found
    assert "6217" not in found


def test_a_long_list_repeats_its_head_and_counts_its_pages(text_of: ReadPdf) -> None:
    found = text_of(render_notices(bundle(*[notice(serial=f"2026-3-{n:05d}") for n in range(60)])))
    assert found.count("告知书编号") == 3
    assert "第3页共3页" in found


def test_a_sum_that_does_not_come_out_is_not_printed() -> None:
    with pytest.raises(TotalMismatchError):
        render_notices(bundle(notice(amount_fen=48281)))


def test_more_steps_than_fit_are_joined_so_that_the_sum_still_comes_out(text_of: ReadPdf) -> None:
    steps = tuple(ArithmeticLine(f"第{n}项", 1000) for n in range(8))
    found = text_of(render_notices(bundle(notice(arithmetic=steps, amount_fen=8000))))
    assert "+其余4项合计" in found
    assert "40.00" in found


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_every_field_still_gives_one_page(text: str) -> None:
    strings = {field.name: text for field in fields(GuardianNotice) if field.type in (str, "str")}
    papers = [
        notice(**{**strings, "kind": kind, "reasons": (text, text), "arithmetic": (ArithmeticLine(text, 48280),)})
        for kind in NoticeKind
    ]
    for paper in papers:
        whole = bundle(paper, office=text, contact_office=text, contact_phone=text, period_label=text, programme=text)
        assert len(pypdf.PdfReader(io.BytesIO(render_notices(whole))).pages) == 2  # the cover and the letter


def test_markup_is_printed_as_it_is(text_of: ReadPdf) -> None:
    assert "<b>&amp;</b>" in text_of(render_notices(bundle(notice(guardian="<b>&amp;</b>"))))


def test_progress_ends_at_the_whole() -> None:
    heard: list[tuple[int, int]] = []
    render_notices(bundle(*[notice() for _ in range(60)]), lambda done, count: heard.append((done, count)))
    assert heard == [(25, 60), (50, 60), (60, 60)]


def test_a_bundle_without_notices_is_one_empty_cover() -> None:
    assert len(pypdf.PdfReader(io.BytesIO(render_notices(bundle()))).pages) == 1


def test_equal_bundles_are_equal_bytes() -> None:
    assert render_notices(bundle(notice())) == render_notices(bundle(notice()))
