"""Sentences of the ground's own rules: refusals, identity, phones, accounts, names, working days."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "core.not_found": N_("没有找到，或您无权查看"),
    "core.forbidden": N_("您的岗位没有此项权限"),
    "core.stale_version": N_("此内容刚被他人修改，请核对后重新保存"),
    "core.conflict": N_("与已有的记录冲突，没有保存；请按最新内容核对"),
    "core.form_expired": N_("页面打开太久或已重新登录，请刷新页面后再提交"),
    "core.text.control": N_("含有不能保存的控制字符或乱码，已为您去掉；请核对后再保存"),
    "core.text.unseen": N_("含有看不见的排版字符，已为您去掉；请核对后再保存"),
    "core.text.endless": N_("太长：收到 %(length)s 个字，只留下了前 %(kept)s 个；请缩短后再保存"),
    "core.text.doubled": N_("这一项收到了不止一个值，请只填一个"),
    "core.unstorable_text": N_("提交的内容含有无法保存的控制字符，请删去后再提交"),
    "core.unstorable_value": N_("提交的数字或文字超出了可以保存的范围，请核对后再提交"),
    "core.nothing_chosen": N_("没有选择任何一项，没有保存"),
    "core.invalid": N_("有内容需要更正，请看标出的栏目"),
    "core.id.empty": N_("请填写证件号码"),
    "core.id.rounded": N_("号码末位被电子表格改成了 0，原号码已丢失，请按证件重新录入"),
    "core.id.characters": N_("公民身份号码只能是数字，末位可为 X"),
    "core.id.first_generation": N_("15 位旧号码已停用，请填 18 位公民身份号码"),
    "core.id.length": N_("公民身份号码应为 18 位，现为 %(length)s 位"),
    "core.id.area": N_("号码前六位 %(area)s 不是行政区划代码"),
    "core.id.birth_date": N_("号码中的出生日期 %(digits)s 不存在"),
    "core.id.birth_too_early": N_("号码中的出生日期 %(born_on)s 过早，请核对"),
    "core.id.birth_in_future": N_("号码中的出生日期 %(born_on)s 在今天之后"),
    "core.id.check_digit": N_("校验码不符，号码有误，请按证件核对"),
    "core.id.sex_differs": N_("性别与身份号码不一致：请核对是号码有误还是性别有误"),
    "core.id.birth_differs": N_("出生日期与身份号码（%(born_on)s）不一致：请核对是号码有误还是日期有误"),
    "core.phone.empty": N_("请填写电话号码"),
    "core.phone.shape": N_("电话号码应为 11 位手机号，或带区号的固定电话"),
    "core.account.empty": N_("请填写账号"),
    "core.account.digits": N_("账号只能是数字"),
    "core.account.card_length": N_("银行卡号应为 13 至 19 位，现为 %(length)s 位"),
    "core.account.passbook_length": N_("存折账号应为 6 至 32 位，现为 %(length)s 位"),
    "core.account.rounded": N_("账号被电子表格改写，原账号已丢失，请按卡折重新录入"),
    "core.account.card_check": N_("银行卡号校验不符，请按卡面核对"),
    "core.account.passbook_check": N_("此账号未通过校验，存折账号可能如此，请按存折核对一遍"),
    "core.name.empty": N_("请填写姓名"),
    "core.name.too_long": N_("姓名最多 %(most)s 个字"),
    "core.name.character": N_("姓名中不应有“%(character)s”"),
    "core.name.one_character": N_("姓名只有一个字，请核对"),
    "core.name.private_use": N_("姓名中有旧系统自造的字，打印前请核对"),
    "core.workdays.counted": N_("%(from_on)s 当天不计，满 %(days)s 个工作日为 %(ends_on)s"),
    "core.workdays.holiday": N_("%(days)s放假，不计"),
    "core.workdays.makeup": N_("%(days)s调休上班，计入"),
    "core.workdays.provisional": N_("%(year)s 年的放假安排尚未载入，暂按周一至周五计算"),
    "core.work.under_way": N_("同样的工作正由他人进行，请等它完成后再试"),
    "core.file_downloaded": N_("下载后台生成的文件"),
    "core.work.failed": N_("没有完成，已有的数据没有改动；请重试，仍不行时请联系管理员"),
    "core.file.empty": N_("文件是空的"),
    "core.file.too_large": N_("文件超过 %(most)s MB，请分成几份"),
    "core.file.not_workbook": N_("这不是 Excel 工作簿，请用 Excel 或 WPS 另存为 .xlsx 后再上传"),
    "core.file.extension": N_("文件内容与扩展名 %(extension)s 不符，请用 Excel 或 WPS 打开后另存为 .xlsx"),
    "core.file.unknown_extension": N_("不接受 %(extension)s 文件，请另存为 .xlsx"),
    "core.file.web_page": N_("这是网页改名的文件，请用 Excel 打开后另存为 .xlsx"),
    "core.file.encrypted": N_("工作簿设有打开密码，请先取消密码再上传"),
    "core.file.macro": N_("工作簿带有宏，请另存为不带宏的 .xlsx 后再上传"),
    "core.file.external": N_("工作簿引用了其他文件，请断开链接（数据 → 编辑链接）后再上传"),
    "core.file.definitions": N_("工作簿里夹带了外部定义，已拒绝打开；请把内容复制到新的工作簿中再上传"),
    "core.file.damaged": N_("工作簿已损坏，无法打开，请用 Excel 或 WPS 打开并另存一份"),
    "core.file.bomb": N_("工作簿展开后过大，已拒绝打开；请把内容复制到新的工作簿中再上传"),
    "core.file.too_heavy": N_(
        "读取工作簿所需的时间或内存过多；请删除表尾和表右侧多余的行、列，或把内容复制到新的工作簿中"
    ),
    "core.file.too_many_rows": N_(
        "工作表“%(sheet)s”有 %(rows)s 行，一次最多 %(most)s 行；请删除表尾多余的行，或分成几份"
    ),
    "core.file.encoding": N_("看不懂这个文本文件的编码，请另存为 .xlsx"),
}

register(TEXTS)
