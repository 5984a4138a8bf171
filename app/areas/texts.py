"""Sentences of the area tree's import."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "areas.file.encoding": N_("文件不是 UTF-8 或 GB18030 编码的文本，请另存为 CSV 后再导入"),
    "areas.file.header": N_("没有找到表头：第一行应有“区划代码”和“名称”两栏"),
    "areas.file.empty": N_("文件中没有数据行"),
    "areas.code.shape": N_("区划代码应为 12 位数字，现为“%(area)s”"),
    "areas.code.twice": N_("与第 %(row)s 行的区划代码重复"),
    "areas.code.parent": N_("上级区划 %(area)s 不在文件中，也不在已有区划中"),
    "areas.name.empty": N_("请填写名称"),
    "areas.name.long": N_("名称最多 %(most)s 个字"),
    "areas.imported": N_("导入行政区划"),
    "areas.village.none": N_("没有这个村（社区），或它已并入别处"),
    "areas.level.differs": N_("级别“%(level)s”与区划代码不符"),
}

register(TEXTS)
