"""Which header words mean which item of another office's list: registers of deaths and moves, stays in hospital and custody.

As in `columns.py`: only what is missing here has to be mapped by hand, so a new word seen in the field is added here and nowhere else.
"""

from __future__ import annotations

from app.roster.rules.book import Book
from app.roster.rules.columns import BIRTH, ID, NAME, Column, Field, Group, words

# whoever brought the body, paid the bill or filled in the form is not on the list
_OTHERS = "家属 亲属 联系人 经办 申报 申请人 办理 承办 填报 监护 医生 医师 户主 代办"

LISTED_COLUMNS: tuple[Column, ...] = (
    Column(
        Field.PATIENT_NAME,
        Group.PATIENT,
        words(
            "姓名 死者姓名 逝者姓名 亡者姓名 死亡人员姓名 死亡人姓名 参保人姓名 参保人 人员姓名 患者姓名 病人姓名 被注销人姓名 迁出人姓名"
            " 迁移人姓名 服刑人员姓名 在押人员姓名 被羁押人姓名 本人姓名"
        ),
        NAME,
        words(f"单位 医院 机构 {_OTHERS}"),
    ),
    Column(
        Field.PATIENT_ID,
        Group.PATIENT,
        (
            *ID,
            *words(
                "死者身份证号 逝者身份证号 参保人身份证号 患者身份证号 本人身份证号 人员身份证号 社会保障号码 社会保障号 公民身份号"
            ),
        ),
        never=words(f"残疾 后四位 末四位 尾号 {_OTHERS}"),
    ),
    Column(
        Field.ID_TAIL,
        Group.PATIENT,
        words(
            "身份证号后四位 身份证后四位 身份证号末四位 身份证末四位 证件号后四位 后四位 末四位 身份证尾号 身份证号后4位 身份证后4位"
        ),
    ),
    Column(Field.PATIENT_BIRTH, Group.PATIENT, (*BIRTH, *words("死者出生日期 患者出生日期")), never=words(_OTHERS)),
    Column(
        Field.DIED_ON,
        Group.PATIENT,
        words("死亡日期 死亡时间 死亡年月日 去世日期 去世时间 死亡日 逝世日期 逝世时间 deathdate diedon"),
        never=words("登记 上报"),
    ),
    Column(
        Field.LISTED_FROM,
        Group.PATIENT,
        words(
            "注销日期 注销时间 户口注销日期 户口注销时间 销户日期 销户时间 火化日期 火化时间 入院日期 入院时间 住院日期 住院开始日期 住院起始日期"
            " 入所日期 入所时间 收押日期 收押时间 羁押日期 羁押起始日期 入监日期 入监时间 收监日期 服刑起始日期 刑期起日 刑期起始日期 拘留日期"
            " 迁出日期 迁出时间 户口迁出日期 迁移日期 迁移时间 起始日期 开始日期 日期 admissiondate from date"
        ),
    ),
    Column(
        Field.LISTED_TO,
        Group.PATIENT,
        words(
            "出院日期 出院时间 住院结束日期 住院终止日期 出所日期 出所时间 释放日期 释放时间 羁押结束日期 刑满日期 刑期止日 刑期终止日期"
            " 刑满释放日期 终止日期 结束日期 截止日期 dischargedate to"
        ),
    ),
    Column(
        Field.IGNORED,
        Group.IGNORED,
        words(
            "序号 编号 行号 备注 说明 no num remark 性别 民族 年龄 住址 地址 户籍地址 户籍地 现住址 家庭住址 家庭地址 联系电话 电话 手机号"
            " 死亡原因 注销原因 死因 迁出原因 迁往地 迁往地址 火化证号 火化证编号 死亡证明编号 殡仪馆 医院 医疗机构 医疗机构名称 就诊机构 定点医疗机构"
            " 诊断 疾病诊断 出院诊断 主要诊断 科室 住院号 住院天数 医疗类别 险种 险种类型 费用 总费用 统筹支付 统筹基金支付 结算日期 结算时间 罪名"
            " 案由 羁押场所 监所 监所名称 刑期 派出所 乡镇 街道 村 社区 村居 所属派出所 登记日期 登记时间 上报日期"
            " 家属姓名 亲属姓名 联系人 联系人姓名 经办人 经办人姓名 申报人 申报人姓名 申请人 申请人姓名 户主 户主姓名 与户主关系 与死者关系"
            " 家属身份证号 亲属身份证号 经办人身份证号 申报人身份证号 申请人身份证号 户主身份证号 家属电话 家属联系电话"
        ),
    ),
)

LISTED = Book(
    columns=LISTED_COLUMNS,
    group_words=(),
    required=(Field.PATIENT_NAME,),
    stands_for={Field.PATIENT_NAME: (Field.PATIENT_ID,)},
    named=frozenset(),
    least=2,
    telling=(Field.PATIENT_NAME, Field.PATIENT_ID),
)
