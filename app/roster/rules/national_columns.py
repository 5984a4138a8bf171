"""Which header words mean which item of a register exported from the national system: a row a patient.

As in `columns.py`: only what is missing here has to be mapped by hand, so a new word seen in the field is added here and nowhere else.
"""

from __future__ import annotations

from app.roster.rules.book import Book
from app.roster.rules.columns import ADDRESS, BIRTH, COLUMNS, ID, NAME, Column, Field, Group, words

_OTHERS = "监护 家属 联系人 医生 医师 录入 填报 经办"
_AS_IN_ROSTERS = (Field.AREA_CODE, Field.COUNTY, Field.TOWN, Field.VILLAGE, Field.RISK_LEVEL)
# what stands in the table of rosters under another group, or has other words in an export
_SHARED = {column.field: column for column in COLUMNS}

NATIONAL_COLUMNS: tuple[Column, ...] = (
    Column(
        Field.PATIENT_NAME,
        Group.PATIENT,
        words("患者姓名 病人姓名 patientname"),
        NAME,
        words(f"单位 机构 医院 户主 {_OTHERS}"),
    ),
    Column(
        Field.PATIENT_ID,
        Group.PATIENT,
        words("患者身份证号 患者身份证 患者证件号码 患者身份证号码 本人身份证号"),
        ID,
        words(f"残疾 类型 类别 {_OTHERS}"),
    ),
    Column(Field.PATIENT_BIRTH, Group.PATIENT, words("患者出生日期"), BIRTH, words(_OTHERS)),
    Column(
        Field.RECORD_NUMBER,
        Group.PATIENT,
        words(
            "编号 患者编号 档案编号 档案号 健康档案编号 健康档案号 居民健康档案编号 国家系统编号 系统编号 个人编号 国网编号 患者档案号"
            " 严重精神障碍编号 recordnumber"
        ),
        never=words("机构 医院"),
    ),
    *(_SHARED[field] for field in _AS_IN_ROSTERS),
    Column(Field.ADDRESS, Group.PATIENT, words("患者住址 患者地址 现住址详细地址 现详细地址"), ADDRESS, words("户籍")),
    Column(
        Field.AGENCY,
        Group.PATIENT,
        words(
            "管理机构 管理单位 现管理机构 当前管理机构 管理机构名称 所属机构 所属单位 随访机构 随访单位 责任单位 社区管理机构 基层医疗卫生机构"
            " 基层医疗机构 现管理单位 agency institution"
        ),
        never=words("建档 诊断 确诊 上级 原 电话"),
    ),
    Column(
        Field.DIAGNOSIS,
        Group.PATIENT,
        _SHARED[Field.DIAGNOSIS].alone,
        never=words("日期 时间 医院 机构 编码 医生"),
    ),
    Column(Field.ICD10, Group.PATIENT, _SHARED[Field.ICD10].alone),
    Column(
        Field.STATE,
        Group.PATIENT,
        words(
            "状态 患者状态 在册状态 管理状态 档案状态 目前状态 当前状态 在册情况 在管状态 是否在册 管理情况 患者管理状态 存活状态 生存状态 status state"
        ),
        never=words("审核 上报 婚姻 就业 经济"),
    ),
    Column(
        Field.DIED_ON,
        Group.PATIENT,
        words("死亡日期 死亡时间 死亡年月日 去世日期 diedon deathdate"),
        never=words("登记 上报"),
    ),
    Column(
        Field.VISITED_ON,
        Group.PATIENT,
        words(
            "末次随访日期 末次随访时间 上次随访日期 上次随访时间 最近一次随访日期 最近一次随访时间 最近随访日期 最近随访时间 最后一次随访日期"
            " 最后一次随访时间 最后随访日期 最后随访时间 末次随访 最近一次随访 随访日期 随访时间 lastvisit lastvisitdate"
        ),
        never=words("下次 应随访 预约 计划 首次"),
    ),
    Column(
        Field.IGNORED,
        Group.IGNORED,
        words(
            "序号 行号 备注 说明 no num remark 性别 年龄 民族 省 市 联系电话 电话 手机号 患者电话 本人电话 户籍地址 户籍地 户口所在地 户别 婚姻状况"
            " 文化程度 职业 就业情况 经济状况 监护人 监护人姓名 监护人电话 监护人联系电话 监护人身份证号 监护人关系 与患者关系 家属姓名 家属电话 联系人"
            " 联系人电话 登记日期 登记时间 建档日期 建档时间 建档机构 建档单位 建卡日期 录入日期 录入时间 录入人 录入机构 创建时间 更新时间 修改时间"
            " 确诊日期 确诊时间 确诊医院 诊断医院 初次发病时间 首次发病时间 知情同意 知情同意日期 下次随访日期 下次随访时间 随访医生 责任医生 随访形式"
            " 随访分类 本次随访分类 服药依从性 用药依从性 迁出日期 迁入日期 死亡原因 失访原因 审核状态 关锁情况 是否关锁 住院情况"
        ),
    ),
)

NATIONAL = Book(
    columns=NATIONAL_COLUMNS,
    group_words=(
        ("患者基本信息|患者信息|基本信息|基本情况|患者|病人|patient", (Group.PATIENT,)),
        ("管理信息|管理情况信息|随访信息|疾病信息|诊断信息", (Group.PATIENT,)),
    ),
    required=(Field.PATIENT_NAME,),
    named=frozenset((Field.PATIENT_NAME,)),
    least=3,
    telling=(Field.PATIENT_NAME, Field.PATIENT_ID, Field.RECORD_NUMBER),
)
