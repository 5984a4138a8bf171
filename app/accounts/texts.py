"""Sentences of accounts: refusals, roles, and what the audit calls each act."""

from __future__ import annotations

from app.core.actor import Role
from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "accounts.form_renewed": N_("您已重新登录。填写的内容还在本页，可以直接保存"),
    "accounts.language.unknown": N_("没有这种语言，请选择中文或 English"),
    "accounts.view.unnamed": N_("请给这组条件起个名字"),
    "accounts.view.too_many": N_("最多保存 %(most)s 组条件，请先删去不用的"),
    "accounts.name.shape": N_("用户名用 2 至 32 个字母、数字、下划线、点或短横"),
    "accounts.name.taken": N_("这个用户名已有人使用，请换一个"),
    "accounts.password.short": N_("密码至少 %(least)s 个字符"),
    "accounts.password.long": N_("密码最多 %(most)s 个字符"),
    "accounts.password.worn": N_("这个密码太容易被猜到，请换一个"),
    "accounts.password.wrong": N_("现在的密码不正确，或尝试次数过多，请稍后再试"),
    "accounts.sign_in.refused": N_(
        "用户名或密码不正确，或尝试次数过多。请核对后再试；多次不成功时，请等 15 分钟或联系管理员"
    ),
    "accounts.sign_in.busy": N_("此刻登录的人太多，请稍候几秒再试"),
    "accounts.sign_in.source": N_("这个网络地址登录失败次数过多，请过 15 分钟再试"),
    "accounts.area.level": N_("这个岗位不能管辖这一级的地区，请另选岗位或区划"),
    "accounts.area.unknown": N_("没有这个区划代码，或不在您管理的范围内"),
    "accounts.agency.unknown": N_("没有这个单位，或不在您管理的范围内"),
    "accounts.role.operator": N_("运维不是网页账号，请选择岗位"),
    "accounts.duties_clash": N_("管理员、审计、复核三个岗位不能由同一个人担任"),
    "accounts.not_own": N_("不能更改自己的岗位、范围或状态，请由另一位管理员办理"),
    "accounts.already_disabled": N_("这个账号已经停用"),
    "accounts.not_disabled": N_("这个账号没有停用"),
    "accounts.user.unknown": N_("没有用户 %(name)s"),
    # what the audit calls each act
    "accounts.contact.works_elsewhere": N_("请选择在这个单位任职、账号未停用的人"),
    "accounts.contact.ended": N_("这位联系人已经停止，请刷新页面"),
    "accounts.contact_named": N_("指定单位联系人"),
    "accounts.contact_ended": N_("停止单位联系人"),
    "accounts.signed_in": N_("登录"),
    "accounts.sign_in_refused": N_("登录未成功"),
    "accounts.signed_out": N_("退出"),
    "accounts.created": N_("新建账号"),
    "accounts.agency_made": N_("新建单位"),
    "accounts.password_changed": N_("修改密码"),
    "accounts.password_reset": N_("重置密码"),
    "accounts.role_changed": N_("更改岗位"),
    "accounts.area_changed": N_("更改管辖范围"),
    "accounts.disabled": N_("停用账号"),
    "accounts.enabled": N_("启用账号"),
    # roles by their name in the code, for pages and papers
    f"accounts.role_name.{Role.DOCTOR}": N_("精防医生"),
    f"accounts.role_name.{Role.VILLAGE_DOCTOR}": N_("村医"),
    f"accounts.role_name.{Role.HEALTH_LEAD}": N_("卫生院精防负责人"),
    f"accounts.role_name.{Role.COUNTY_OFFICE}": N_("县精防办"),
    f"accounts.role_name.{Role.HOSPITAL}": N_("精神专科医院"),
    f"accounts.role_name.{Role.COORDINATOR}": N_("政法委综治专干"),
    f"accounts.role_name.{Role.TOWN}": N_("乡镇综治办"),
    f"accounts.role_name.{Role.VILLAGE_WORKER}": N_("村（社区）网格员"),
    f"accounts.role_name.{Role.POLICE}": N_("派出所民警"),
    f"accounts.role_name.{Role.CLERK}": N_("民政经办"),
    f"accounts.role_name.{Role.REVIEWER}": N_("民政复核"),
    f"accounts.role_name.{Role.FINANCE}": N_("财务"),
    f"accounts.role_name.{Role.PARTNER}": N_("协同单位"),
    f"accounts.role_name.{Role.AUDITOR}": N_("审计员"),
    f"accounts.role_name.{Role.CITY_VIEWER}": N_("市级查看"),
    f"accounts.role_name.{Role.ADMIN}": N_("系统管理员"),
    f"accounts.role_name.{Role.OPERATOR}": N_("运维"),
    "accounts.role_name.anonymous": N_("未登录者"),
}

register(TEXTS)
