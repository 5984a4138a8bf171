"""Sentences of the audit: its own acts, what can be wrong with the chain, why something is revealed."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "audit.read": N_("查阅审计记录"),
    "audit.history_read": N_("查阅某人的查看记录"),
    # what an event is about
    "audit.subject.": N_("其他"),
    "audit.subject.user": N_("用户账号"),
    "audit.subject.agency": N_("单位"),
    "audit.subject.area": N_("区划"),
    "audit.subject.person": N_("人员"),
    "audit.subject.patient": N_("患者"),
    "audit.subject.guardianship": N_("监护关系"),
    "audit.subject.agreement": N_("监护协议"),
    "audit.subject.visit": N_("随访"),
    "audit.subject.task": N_("任务"),
    "audit.subject.policy": N_("补贴政策"),
    "audit.subject.subsidy_run": N_("补贴批次"),
    "audit.subject.subsidy_line": N_("补贴明细"),
    "audit.subject.pay_file": N_("发放文件"),
    "audit.subject.file": N_("文件"),
    "audit.subject.import": N_("导入"),
    "audit.subject.key": N_("密钥"),
    "audit.broken.gap": N_("序号不连续，有链环被删除"),
    "audit.broken.event_gone": N_("链环还在，事件已被删除"),
    "audit.broken.event_changed": N_("事件内容被改动"),
    "audit.broken.link_changed": N_("链环被改动、插入或调换了次序"),
    "audit.broken.rewritten": N_("与锚定的链头不符，整条链被改写"),
    "audit.broken.tail_cut": N_("锚定过的链尾不见了"),
    "audit.broken.unsealed": N_("事件 %(event)s 超过一分钟没有入链：封链任务停了，或事件是伪造的"),
}

register(TEXTS)
