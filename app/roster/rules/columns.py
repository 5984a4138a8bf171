"""Which header words mean which field: the table that `header.py` matches against, gathered from rosters as offices send them.

Words are in the form that `clean_header` gives: NFKC, lower case, without blanks and without remarks in brackets. Only what is
missing here has to be mapped by hand, so a new word seen in the field is added here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """Whose or what thing's a column is; group heads such as 第一监护人 say it once for several columns."""

    PATIENT = "patient"
    FIRST = "first"
    SECOND = "second"
    AGREEMENT = "agreement"
    VISIT = "visit"
    PAYMENT = "payment"
    DRUG_1 = "drug_1"
    DRUG_2 = "drug_2"
    DRUG_3 = "drug_3"
    IGNORED = "ignored"


class Field(StrEnum):
    """What a column can be read as. Items of the follow-up form are called as there (`visits/rules/form.py`)."""

    PATIENT_NAME = "patient_name"
    PATIENT_SEX = "patient_sex"
    PATIENT_ID = "patient_id_number"
    PATIENT_BIRTH = "patient_birth_date"
    ETHNICITY = "ethnicity"
    AREA_CODE = "area_code"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    ADDRESS = "address"
    PATIENT_PHONE = "patient_phone"
    DIAGNOSIS = "diagnosis"
    ICD10 = "icd10"
    FIRST_ONSET = "first_onset"
    DIAGNOSED_ON = "diagnosed_on"
    DIAGNOSIS_HOSPITAL = "diagnosis_hospital"
    RISK_LEVEL = "risk_level"
    MANAGED = "managed"
    CONSENT_ON = "consent_on"
    INSURED = "insured"
    FIRST_NAME = "first_name"
    FIRST_RELATION = "first_relation"
    FIRST_SEX = "first_sex"
    FIRST_ID = "first_id_number"
    FIRST_BIRTH = "first_birth_date"
    FIRST_PHONE = "first_phone"
    FIRST_ADDRESS = "first_address"
    BANK = "bank"
    ACCOUNT = "account"
    ACCOUNT_KIND = "account_kind"
    ACCOUNT_HOLDER = "account_holder"
    SECOND_NAME = "second_name"
    SECOND_RELATION = "second_relation"
    SECOND_ID = "second_id_number"
    SECOND_POST = "second_post"
    SECOND_PHONE = "second_phone"
    AGREEMENT_NUMBER = "agreement_number"
    AGREEMENT_FROM = "agreement_from"
    AGREEMENT_TO = "agreement_to"
    AGREEMENT_SPAN = "agreement_span"
    AGREEMENT_SIGNED = "agreement_signed_on"
    VISITED_ON = "last_visit_on"
    VISIT_FORM = "last_visit_form"
    VISIT_CLASS = "last_visit_class"
    VISIT_LEVEL = "last_visit_level"
    NEXT_DUE_ON = "next_due_on"
    PAID_PERIOD = "paid_period"
    PAID_AMOUNT = "paid_amount"
    PAID_TO = "paid_to"
    PAID_ON = "paid_on"
    RECORD_NUMBER = "record_number"
    DAY = "visited_on"
    FORM = "form"
    OBJECTS = "objects"
    LOST_REASON = "lost_reason"
    DIED_ON = "died_on"
    DEATH_CAUSE = "death_cause"
    SYMPTOMS = "symptoms"
    SYMPTOMS_OTHER = "symptoms_other"
    INSIGHT = "insight"
    SLEEP = "sleep"
    DIET = "diet"
    SELF_CARE = "sf_self_care"
    HOUSEWORK = "sf_housework"
    WORK = "sf_work"
    LEARNING = "sf_learning"
    SOCIAL = "sf_social"
    BEHAVIOURS = "behaviours"
    MINOR_DISTURBANCES = "minor_disturbances"
    PUBLIC_ORDER_INCIDENTS = "public_order_incidents"
    CRIMINAL_INCIDENTS = "criminal_incidents"
    OTHER_HARMS = "other_harms"
    SELF_HARMS = "self_harms"
    SUICIDE_ATTEMPTS = "suicide_attempts"
    LOCKED_UP = "locked_up"
    HOSPITALISATION = "hospitalisation"
    LAST_DISCHARGE_ON = "last_discharge_on"
    LAB_TEST = "lab_test"
    LAB_TEXT = "lab_text"
    ADHERENCE = "adherence"
    ADVERSE_REACTION = "adverse_reaction"
    ADVERSE_TEXT = "adverse_text"
    TREATMENT_EFFECT = "treatment_effect"
    REFERRAL = "referral"
    REFERRAL_REASON = "referral_reason"
    REFERRAL_ORG = "referral_org"
    REFERRAL_DEPT = "referral_dept"
    MEDICINES = "medicines"
    DRUG_1_NAME = "drug_1_name"
    DRUG_1_MORNING = "drug_1_morning_mg"
    DRUG_1_NOON = "drug_1_noon_mg"
    DRUG_1_NIGHT = "drug_1_night_mg"
    DRUG_1_WEEKS = "drug_1_every_weeks"
    DRUG_1_EACH = "drug_1_long_acting_mg"
    DRUG_2_NAME = "drug_2_name"
    DRUG_2_MORNING = "drug_2_morning_mg"
    DRUG_2_NOON = "drug_2_noon_mg"
    DRUG_2_NIGHT = "drug_2_night_mg"
    DRUG_2_WEEKS = "drug_2_every_weeks"
    DRUG_2_EACH = "drug_2_long_acting_mg"
    DRUG_3_NAME = "drug_3_name"
    DRUG_3_MORNING = "drug_3_morning_mg"
    DRUG_3_NOON = "drug_3_noon_mg"
    DRUG_3_NIGHT = "drug_3_night_mg"
    DRUG_3_WEEKS = "drug_3_every_weeks"
    DRUG_3_EACH = "drug_3_long_acting_mg"
    REHAB_MEASURES = "rehab_measures"
    REHAB_OTHER = "rehab_other"
    CLASS = "visit_class"
    DOCTOR = "visit_doctor"
    LISTED_FROM = "listed_from"
    LISTED_TO = "listed_to"
    ID_TAIL = "id_tail"
    AGENCY = "agency"
    STATE = "registry_state"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Column:
    """`alone` words mean the field wherever they stand; `grouped` words only under their group's head or beside its columns."""

    field: Field
    group: Group
    alone: tuple[str, ...] = ()
    grouped: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NAME = words("姓名 名字 名称 姓 名 name fullname")
SEX = words("性别 sex gender")
ID = words(
    "身份证号 身份证号码 公民身份号码 公民身份证号码 居民身份证号 居民身份证号码 身份证 身份号码 证件号 证件号码 有效证件号码"
    " 身份证件号码 身份证件号 sfzh 身份证编号 idno idnumber idcard idcardno id nationalid"
)
BIRTH = words("出生日期 出生年月日 出生年月 生日 出生时间 出生 dob birthdate dateofbirth birthday born")
PHONE = words(
    "联系电话 电话 手机 手机号 手机号码 电话号码 联系方式 联系手机 移动电话 联系号码 联系电话号码 本人电话 tel phone mobile"
    " phoneno phonenumber telephone contact"
)
ADDRESS = words(
    "现住址 住址 地址 详细地址 家庭住址 家庭地址 居住地址 现住地址 现居住地 现居住地址 常住地址 居住地 门牌号 address"
)
RELATION = words(
    "与患者关系 关系 与病人关系 与被监护人关系 与本人关系 和患者关系 与患者的关系 与其关系 亲属关系 与服务对象关系 relation"
    " relationship relationtopatient"
)
POST = words(
    "单位职务 职务 单位及职务 工作单位及职务 单位 工作单位 职业 身份 岗位 职位 担任职务 单位和职务 所在单位及职务 人员身份 post"
    " title position"
)
DATE = words("日期 时间 date")

COLUMNS: tuple[Column, ...] = (
    Column(
        Field.PATIENT_NAME,
        Group.PATIENT,
        words("患者姓名 病人姓名 服务对象姓名 精神障碍患者姓名 patientname"),
        NAME,
        words("单位 医院 开户 户名 银行 机构"),
    ),
    Column(Field.PATIENT_SEX, Group.PATIENT, words("患者性别"), SEX),
    Column(
        Field.PATIENT_ID, Group.PATIENT, words("患者身份证号 患者身份证 患者证件号码 患者身份证号码"), ID, ("残疾",)
    ),
    Column(Field.PATIENT_BIRTH, Group.PATIENT, words("患者出生日期"), BIRTH),
    Column(Field.ETHNICITY, Group.PATIENT, words("民族 族别 ethnicity ethnicgroup nation")),
    Column(
        Field.AREA_CODE,
        Group.PATIENT,
        words(
            "区划代码 行政区划代码 地区编码 地区代码 区划编码 行政区划编码 统计用区划代码 村代码 村编码 村级代码 areacode"
        ),
    ),
    Column(Field.COUNTY, Group.PATIENT, words("县 区县 县区 县市区 县级 所属县区 所在县 县名 county")),
    Column(
        Field.TOWN,
        Group.PATIENT,
        words(
            "乡镇 镇 街道 乡镇街道 镇街 镇街道 街道乡镇 所属乡镇 所在乡镇 乡镇名称 乡镇办 乡镇办事处 现住址乡镇 镇乡街道 所属镇街"
            " 所属街道 乡镇级 户籍乡镇 乡镇园区 乡 town township"
        ),
    ),
    Column(
        Field.VILLAGE,
        Group.PATIENT,
        words(
            "村 社区 村社区 村居 村委会 村居委会 居委会 行政村 所属村 所在村 村名 村级 村委 所属社区 村社 村居社区 村居名称 村社区名称"
            " 所属村社区 现住址村社区 所在村社区 village community committee"
        ),
        never=words("联系人 医生 干部"),
    ),
    Column(Field.ADDRESS, Group.PATIENT, words("患者住址 患者地址"), ADDRESS, words("户籍 乡镇")),
    Column(Field.PATIENT_PHONE, Group.PATIENT, words("患者电话 患者联系电话 本人电话 患者手机"), PHONE, ("联系人",)),
    Column(
        Field.DIAGNOSIS,
        Group.PATIENT,
        words(
            "疾病诊断 诊断 疾病名称 诊断名称 目前诊断 疾病类型 疾病种类 病种 诊断病名 所患疾病 确诊疾病 目前诊断情况 病名 诊断结果"
            " 精神疾病类型 患病类型 患病种类 疾病 疾病分类 诊断类型 diagnosis disease"
        ),
        never=words("日期 时间 医院 机构 编码"),
    ),
    Column(
        Field.ICD10,
        Group.PATIENT,
        words("icd-10 icd10 icd icd编码 icd10编码 icd-10编码 疾病编码 诊断编码 疾病代码 icd代码 icdcode"),
    ),
    Column(
        Field.FIRST_ONSET,
        Group.PATIENT,
        words(
            "初次发病时间 初次发病日期 首次发病时间 首次发病日期 发病时间 发病日期 初发时间 首发时间 发病年月 初发病时间 起病时间"
            " 初次发病 onset firstonset dateofonset"
        ),
    ),
    Column(
        Field.DIAGNOSED_ON,
        Group.PATIENT,
        words(
            "确诊日期 确诊时间 诊断日期 诊断时间 首次确诊时间 首次确诊日期 初次确诊日期 确诊年月 确诊 diagnosedon diagnosisdate"
            " dateofdiagnosis"
        ),
    ),
    Column(
        Field.DIAGNOSIS_HOSPITAL,
        Group.PATIENT,
        words(
            "确诊医院 诊断医院 确诊机构 诊断机构 确诊医疗机构 诊断医疗机构 确诊单位 首次确诊医院 hospital diagnosinghospital"
        ),
    ),
    Column(
        Field.RISK_LEVEL,
        Group.PATIENT,
        words(
            "危险性等级 危险等级 危险性评估 风险等级 危险性评估等级 危险性 危险性级别 危险级别 风险级别 危险性分级 风险评估等级"
            " 危险 危险行为等级 危险程度 当前危险性等级 目前危险性等级 风险评估 危险评估 危险评估等级 risklevel risk risk等级"
        ),
        words("等级 级别 level"),
    ),
    Column(
        Field.MANAGED,
        Group.PATIENT,
        words(
            "是否在管 在管 管理状态 是否管理 在管情况 是否纳管 管理情况 是否同意管理 是否纳入管理 纳管情况 是否在管理 是否接受管理 managed"
            " undermanagement"
        ),
    ),
    Column(
        Field.CONSENT_ON,
        Group.PATIENT,
        words(
            "知情同意日期 知情同意时间 知情同意书签订日期 知情同意书签署日期 知情同意签字时间 知情同意 同意日期 签署知情同意书日期 同意书日期 同意书签订日期 签署同意书日期 知情同意书日期 知情同意书"
            " 知情同意书签署时间 签订知情同意书时间 consentdate consent consenton"
        ),
    ),
    Column(
        Field.FIRST_NAME,
        Group.FIRST,
        words("监护人姓名 家属姓名 guardianname"),
        NAME,
        words("单位 户名 责任险"),
    ),
    Column(Field.FIRST_RELATION, Group.FIRST, grouped=RELATION),
    Column(Field.FIRST_SEX, Group.FIRST, words("监护人性别"), SEX),
    Column(Field.FIRST_ID, Group.FIRST, words("监护人身份证号"), ID, ("残疾",)),
    Column(Field.FIRST_BIRTH, Group.FIRST, words("监护人出生日期"), BIRTH),
    Column(Field.FIRST_PHONE, Group.FIRST, words("监护人电话 监护人联系电话 家属电话 家属联系电话"), PHONE),
    Column(Field.FIRST_ADDRESS, Group.FIRST, words("监护人住址 监护人地址"), ADDRESS),
    Column(
        Field.BANK,
        Group.FIRST,
        words("开户行 开户银行 银行 银行名称 开户行名称 开户银行名称 所属银行 发卡行 发卡银行 开户网点 bank bankname"),
        never=words("卡号 账号 帐号"),
    ),
    Column(
        Field.ACCOUNT,
        Group.FIRST,
        words(
            "银行卡号 银行账号 银行帐号 账号 帐号 卡号 账户 帐户 银行账户 社保卡号 社保卡账号 社会保障卡号 社保卡银行账号 一卡通账号"
            " 一卡通帐号 一卡通号 一卡通卡号 一卡通 一折通账号 一折通帐号 一折通 存折账号 存折号 惠农卡号 惠民惠农一卡通 补贴账号"
            " 发放账号 收款账号 收款账户 监护补贴账号 银行卡 银行卡账号 账户号码 社保卡 惠农一卡通账号 开户账号 account accountno"
            " accountnumber bankaccount bankcard cardno"
        ),
        never=words("类型 类别 户名 开户行 开户人"),
    ),
    Column(
        Field.ACCOUNT_KIND,
        Group.FIRST,
        words("账户类型 账号类型 卡折类型 账户类别 帐户类型 卡折标志 账户种类 accountkind accounttype"),
    ),
    Column(
        Field.ACCOUNT_HOLDER,
        Group.FIRST,
        words(
            "户名 开户名 账户名 账户名称 开户人 开户姓名 持卡人 开户人姓名 账户姓名 收款人 收款人姓名 帐户名 accountholder accountname"
        ),
    ),
    Column(Field.SECOND_NAME, Group.SECOND, words("协助监护人姓名 协管人姓名"), NAME, words("单位 户名 责任险")),
    Column(Field.SECOND_RELATION, Group.SECOND, grouped=RELATION),
    Column(Field.SECOND_ID, Group.SECOND, grouped=ID, never=("残疾",)),
    Column(Field.SECOND_POST, Group.SECOND, words("单位职务 单位及职务 工作单位及职务"), POST),
    Column(Field.SECOND_PHONE, Group.SECOND, grouped=PHONE),
    Column(
        Field.AGREEMENT_NUMBER,
        Group.AGREEMENT,
        words(
            "协议编号 协议书编号 监护协议编号 协议号 协议书号 监护协议号 责任书编号 合同编号 agreementno agreementnumber agreement"
        ),
        words("编号 号 no number"),
    ),
    Column(
        Field.AGREEMENT_FROM,
        Group.AGREEMENT,
        words(
            "协议起始日期 协议开始日期 协议生效日期 监护协议起始日期 协议起 协议起日 协议起始时间 协议开始时间 协议起始 起始日期 生效日期"
            " 监护开始日期 监护起始日期 起始时间 agreementfrom agreementstart"
        ),
        words("起 起日 开始 开始日期 开始时间 起始 自 from start startdate"),
    ),
    Column(
        Field.AGREEMENT_TO,
        Group.AGREEMENT,
        words(
            "协议终止日期 协议结束日期 协议到期日期 协议截止日期 监护协议终止日期 协议止 协议止日 协议到期时间 终止日期 到期日期 截止日期"
            " 协议终止时间 协议到期日 终止时间 到期时间 监护终止日期 结束日期 agreementto agreementend"
        ),
        words("止 止日 终止 结束 结束时间 到期 截止 至 to end enddate"),
    ),
    Column(
        Field.AGREEMENT_SPAN,
        Group.AGREEMENT,
        words("协议起止日期 协议起止时间 协议期限 协议有效期 起止日期 起止时间 监护期限 协议期间"),
        words("起止 期限 有效期"),
    ),
    Column(
        Field.AGREEMENT_SIGNED,
        Group.AGREEMENT,
        words(
            "协议签订日期 协议签订时间 协议签署日期 签订日期 签约日期 签订时间 签署日期 监护协议签订日期 agreementsigned signedon"
        ),
        words("签订 签署 签字日期 signed"),
        ("同意",),
    ),
    Column(
        Field.VISITED_ON,
        Group.VISIT,
        words(
            "末次随访日期 末次随访时间 上次随访日期 上次随访时间 最近一次随访日期 最近一次随访时间 最近一次随访 最近随访日期 最近随访时间"
            " 最后一次随访日期 最后一次随访时间 最后随访日期 最后随访时间 末次随访 上次随访 本次随访日期 随访日期 随访时间 lastvisit lastvisiton"
            " lastvisitdate visitdate lastfollowup"
        ),
        DATE,
        words("下次 下一次 应随访 预约 计划"),
    ),
    Column(
        Field.VISIT_FORM,
        Group.VISIT,
        words(
            "随访方式 随访形式 末次随访方式 末次随访形式 上次随访方式 上次随访形式 本次随访形式 本次随访方式 最近一次随访方式 随访途径"
            " visitform visittype visitmode"
        ),
        words("方式 形式 form"),
    ),
    Column(
        Field.VISIT_CLASS,
        Group.VISIT,
        words(
            "随访分类 本次随访分类 末次随访分类 上次随访分类 最近一次随访分类 随访评价 病情分类 稳定情况 病情稳定情况 随访结果 病情 是否稳定"
            " visitclass class"
        ),
        words("分类 评价 结果"),
    ),
    Column(
        Field.VISIT_LEVEL,
        Group.VISIT,
        words(
            "末次随访危险性等级 末次随访危险性评估 上次随访危险性等级 上次随访危险性 上次随访危险性评估 上次危险性评估 上次危险性等级"
            " 随访危险性等级 随访危险性评估 本次随访危险性评估 visitlevel visitrisklevel"
        ),
        words("危险性等级 危险性评估 危险等级 危险性 等级 风险等级 risklevel level"),
    ),
    Column(
        Field.NEXT_DUE_ON,
        Group.VISIT,
        words(
            "下次随访日期 下次随访时间 下次随访 下一次随访日期 下一次随访时间 下一次随访 应随访日期 下次应随访日期 下次应随访时间 预约随访日期"
            " 计划随访日期 nextvisit nextdue nextvisiton nextvisitdate"
        ),
        words("下次日期 下次 下次时间 next"),
    ),
    Column(
        Field.PAID_PERIOD,
        Group.PAYMENT,
        words(
            "发放期间 发放季度 已发放季度 已发季度 补贴期间 补贴季度 发放时段 所属季度 补贴所属期 发放所属期 已发放期间 已发放时段 补贴时段"
            " paidperiod period quarter"
        ),
        words("期间 季度 时段 所属期 期 月份"),
    ),
    Column(
        Field.PAID_AMOUNT,
        Group.PAYMENT,
        words(
            "发放金额 实发金额 已发金额 已发补贴 已发放金额 已发放补贴 补贴金额 发放金额元 已发补贴金额 实发补贴 本年已发金额 已发放补贴金额"
            " 已领补贴 补助金额 监护补贴金额 本年度已发补贴 paidamount amount paid"
        ),
        words("金额 实发 已发 已发放 元"),
        words("账 卡号 应发 标准"),
    ),
    Column(
        Field.PAID_TO,
        Group.PAYMENT,
        words("领款人 领取人 领取监护人 发放对象 领款监护人 领取人姓名 领款人姓名 补贴领取人 payee paidto"),
        words("姓名 监护人 对象"),
    ),
    Column(Field.PAID_ON, Group.PAYMENT, words("发放日期 发放时间 打卡日期 补贴发放日期 到账日期 paidon"), DATE),
    Column(
        Field.INSURED,
        Group.PATIENT,
        words(
            "监护人责任险 责任险 参保 参保情况 是否参保 保险 投保情况 是否投保 监护责任险 监护人责任保险 insured insurance"
        ),
        never=words("医保 医疗 养老"),
    ),
    # Known columns that the register does not take over; named so that they are not taken for something else.
    Column(
        Field.IGNORED,
        Group.IGNORED,
        words(
            "序号 编号 行号 备注 说明 no num 残疾证号 残疾人证号 残疾等级 健康档案号"
            " 健康档案编号 年龄 周岁 户口类型 户别 婚姻状况 文化程度 就业情况 经济状况 remark remarks notes age 填表人 填表日期"
            " 户籍地址 户籍所在地 户籍地 应发金额 补贴标准 领款人签字 签字 签名  signature"
        ),
        never=words("协议"),
    ),
)

REQUIRED: tuple[Field, ...] = (Field.PATIENT_NAME, Field.PATIENT_ID, Field.VILLAGE, Field.DIAGNOSIS)
# Either of these answers for the required column that it stands beside.
STANDS_FOR: dict[Field, tuple[Field, ...]] = {
    Field.VILLAGE: (Field.AREA_CODE,),
    Field.DIAGNOSIS: (Field.ICD10,),
}

# Which words in a header tell the group. The first that is found wins; an unnumbered 监护人 may be either guardian.
GROUP_WORDS: tuple[tuple[str, tuple[Group, ...]], ...] = (
    ("被监护人", (Group.PATIENT,)),
    ("第二监护人|第2监护人|二监护人|2监护人|监护人二|监护人2|监护人b|监护人②|协助监护人|协管监护人|协管人员|协管员|协管人|协助人|村级监护人|辅监护人|辅助监护人|次监护人|副监护人|"
     "secondguardian|guardian2|2ndguardian", (Group.SECOND,)),
    ("第一监护人|第1监护人|一监护人|1监护人|监护人一|监护人1|监护人a|监护人①|主要监护人|主监护人|法定监护人|"
     "firstguardian|guardian1|1stguardian", (Group.FIRST,)),
    ("监护协议|协议书|协议|责任书|合同|agreement", (Group.AGREEMENT,)),
    ("监护补贴|监护补助|发放|补贴|补助|奖补|以奖代补|已发|实发|payment|subsidy", (Group.PAYMENT,)),
    ("最近一次随访|最后一次随访|末次随访|上次随访|本次随访|最近随访|随访|访视|followup|visit", (Group.VISIT,)),
    ("监护人|家属|guardian", (Group.FIRST, Group.SECOND)),
    ("患者基本信息|患者信息|基本信息|基本情况|诊断与管理|诊断信息|诊断情况|管理信息|管理情况|患者|病人|服务对象|被监护人|patient",
     (Group.PATIENT,)),
)  # fmt: skip
