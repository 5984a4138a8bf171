"""Words that one line's page borrows from the rooms whose records it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.i18n import N_
from app.documents.labels import KIND_LABELS as DOCUMENT_LABELS
from app.guardians.labels import RANK_LABELS, RELATION_LABELS
from app.guardians.labels_application import STEP_LABELS
from app.guardians.labels_duty import CONTACT_LABELS, FOUND_LABELS, MARK_LABELS, SIGNER_LABELS, WAY_LABELS
from app.subsidies.rules.bank import CallBack, SharingState
from app.subsidies.rules.chain import OBJECTION_GROUNDS, OBJECTION_SOURCES, ObjectionState
from app.subsidies.rules.decision import LineState
from app.subsidies.rules.fund import KIND_LABELS as FUND_LABELS
from app.subsidies.rules.fund import SIDE_LABELS
from app.subsidies.rules.recovery import STATE_LABELS as RECOVERY_LABELS
from app.subsidies.rules.transitions import PaymentState

CALL_LABELS = {
    CallBack.CONFIRMED: N_("监护人确认是本人所换"),
    CallBack.DENIED: N_("监护人说没有换过"),
    CallBack.UNREACHED: N_("没有打通"),
}
SHARING_LABELS = {
    SharingState.PROPOSED: N_("待第二人核实"),
    SharingState.APPROVED: N_("两人核实"),
    SharingState.REFUSED: N_("不同意"),
    SharingState.ENDED: N_("已终止"),
}
PAYMENT_LABELS = {
    PaymentState.SENT: N_("已报盘"),
    PaymentState.PAID: N_("已发"),
    PaymentState.RETURNED: N_("银行退回"),
    PaymentState.WITHHELD: N_("拦付"),
}
DECISION_LABELS = {LineState.PAY: N_("应发"), LineState.HOLD: N_("暂缓"), LineState.REFUSE: N_("不发")}
OBJECTION_LABELS = {
    ObjectionState.OPEN: N_("待处理"),
    ObjectionState.UPHELD: N_("成立"),
    ObjectionState.DISMISSED: N_("不成立"),
}

WORDS: dict[str, Mapping[Any, str]] = {
    "rank": RANK_LABELS,
    "relation": RELATION_LABELS,
    "application": STEP_LABELS,
    "mark": MARK_LABELS,
    "signer": SIGNER_LABELS,
    "way": WAY_LABELS,
    "document": DOCUMENT_LABELS,
    "call": CALL_LABELS,
    "contact": CONTACT_LABELS,
    "found": FOUND_LABELS,
    "objection": OBJECTION_LABELS,
    "objection_ground": OBJECTION_GROUNDS,
    "objection_source": OBJECTION_SOURCES,
    "sharing": SHARING_LABELS,
    "payment": PAYMENT_LABELS,
    "decision": DECISION_LABELS,
    "fund": FUND_LABELS,
    "side": SIDE_LABELS,
    "recovery": RECOVERY_LABELS,
}
