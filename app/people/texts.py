"""Sentences about people's data."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register
from app.people.rules import REVEAL_REASONS

TEXTS: dict[str, str] = {
    **REVEAL_REASONS,
    "people.reveal.reason_missing": N_("请选择查看原因"),
    "people.reveal.case_number": N_("案件编号只用字母、数字和“〔〕第字号”，不要写姓名或证件号码"),
    "people.reveal.budget": N_("今天已查看 %(most)s 次，达到每日上限。如确需继续，请联系本单位负责人"),
    "people.revealed": N_("查看被遮盖的内容"),
    "people.keys_rotated": N_("更换密钥"),
    "people.identity_changed": N_("更改身份信息"),
    "people.account_set": N_("登记领款账户"),
    "people.death_recorded": N_("登记死亡"),
    "people.born_in_future": N_("出生日期在今天之后"),
    "people.died_before_birth": N_("死亡日期早于出生日期（%(born_on)s）"),
    "people.already_dead": N_("已登记于 %(died_on)s 死亡"),
    "people.id.kind_missing": N_("填写了号码，请同时选择证件类型"),
    "people.id.length": N_("证件号码应为 %(least)s 至 %(most)s 位"),
    "people.id.taken": N_("此号码已属于系统中的另一人，请核对证件；确属同一人的，请联系县精防机构"),
    "people.id.other_name": N_("此号码已登记为另一姓名，请核对证件：可能录错，也可能借用他人证件"),
    "people.kin.oneself": N_("这是您本人的号码；本人的补贴本来就不能经手"),
    "people.kin.ended": N_("这一项已经更正"),
    "people.kin.own": N_("本人申报的亲属由其他管理员更正"),
    "people.kin_declared": N_("申报亲属"),
    "people.kin_stated": N_("亲属申报完毕"),
    "people.kin_ended": N_("更正亲属申报"),
    "people.not_dead": N_("没有死亡登记，无需更正"),
    "people.death_withdrawn": N_("更正死亡登记"),
    "people.account.holder_differs": N_("户名应与领款人姓名（%(name)s）一致"),
    "people.account.before_last": N_("现有账户自 %(from_on)s 起使用，新账户不能更早"),
}

register(TEXTS)
