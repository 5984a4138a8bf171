"""Small documents to print in tests."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from reports.ledger import LedgerDocument, LedgerRow, LedgerState
from reports.notice import ArithmeticLine, GuardianNotice, NoticeBundle, NoticeKind
from reports.pay_file import PayFileDocument, PayFileLine
from reports.wording import Provenance

SOURCE = Provenance("3f2a91bc77d0e145ffff", "陈晓燕", datetime(2026, 10, 20, 6, 30, tzinfo=UTC))

HOSTILE = (
    "<b>&amp;</b><img src=file:///etc/passwd>",
    "=cmd|' /C calc'!A0",
    "\x00\x01\x07\x1b[31m\r\n\t红",
    "\u202e反\u200b\u2066写\ufeff",
    "\ud83d",
    "一" * 1_000_000,
    "x" * 1_000_000,
    "😀🏠",
    "((\\))ET Q BT",
    "",
)


def notice(**changes: Any) -> GuardianNotice:
    plain = GuardianNotice(
        kind=NoticeKind.PAY,
        serial="2026-3-00017",
        check_code="AH-26Q3-7K3M-9QXD",
        town="安平镇",
        village="大王村",
        guardian="陈志强",
        agreement_number="AHJH-2026-0107",
        agreement_from=date(2026, 1, 1),
        agreement_to=date(2026, 12, 31),
        days=59,
        days_in_period=92,
        amount_fen=48280,
        amount_capital="肆佰捌拾贰元捌角整",
        arithmetic=(ArithmeticLine("全季标准", 75000), ArithmeticLine("住院 33 天不计", -26720)),
        account_tail="6217",
        expected_payment="2026年11月30日前",
    )
    return replace(plain, **changes)


def bundle(*notices: GuardianNotice, **changes: Any) -> NoticeBundle:
    plain = NoticeBundle(
        office="安和县民政局",
        period_label="2026年第三季度",
        period_from=date(2026, 7, 1),
        period_to=date(2026, 9, 30),
        issued_on=date(2026, 10, 20),
        contact_office="安和县民政局社会事务股",
        contact_phone="0552-3012345",
        notices=notices,
        provenance=SOURCE,
    )
    return replace(plain, **changes)


def ledger_row(**changes: Any) -> LedgerRow:
    plain = LedgerRow(
        town="城关镇",
        village="东村",
        guardian="周秀兰",
        relation="父母",
        agreement_number="AHJH-2026-0031",
        days=92,
        amount_fen=75000,
        account_tail="6217",
        state=LedgerState.DUE,
        counted=True,
    )
    return replace(plain, **changes)


def ledger(*rows: LedgerRow, **changes: Any) -> LedgerDocument:
    plain = LedgerDocument(
        county="安和县",
        organisation="安和县民政局",
        period_label="2026年第三季度",
        policy="安民发〔2026〕3号",
        stage="已核准",
        cut_off=date(2026, 9, 30),
        rule_set="2026.1",
        rows=rows,
        total_fen=sum(row.amount_fen for row in rows if row.counted),
        total_capital="壹仟伍佰元整",
        provenance=SOURCE,
        prepared_by="陈晓燕",
    )
    return replace(plain, **changes)


def pay_file(*lines: PayFileLine, **changes: Any) -> PayFileDocument:
    plain = PayFileDocument(
        county="安和县",
        organisation="安和县民政局",
        period_label="2026年第三季度",
        file_number="AH-2026Q3-01",
        run_digest="3f2a91bc77d0e145" * 4,
        total_fen=sum(line.amount_fen for line in lines),
        total_capital="壹仟贰佰叁拾贰元捌角整",
        prepared_by="陈晓燕",
        created_at=datetime(2026, 10, 20, 6, 30, tzinfo=UTC),
        lines=lines,
    )
    return replace(plain, **changes)
