"""Which header words mean which item of a follow-up visit: workbooks exported from the national system, and what offices make of them.

As in `columns.py`: only what is missing here has to be mapped by hand, so a new word seen in the field is added here and nowhere else.
"""

from __future__ import annotations

from app.roster.rules.book import Book
from app.roster.rules.columns import BIRTH, ID, NAME, SEX, Column, Field, Group, words

_DRUGS = (
    (Group.DRUG_1, "1", "一", "①"),
    (Group.DRUG_2, "2", "二", "②"),
    (Group.DRUG_3, "3", "三", "③"),
)
_PARTS = (
    ("name", words("药名 名称 药物名称 药品名称 通用名 name")),
    ("morning_mg", words("早 早mg 早剂量 早上 早次剂量 每日早 morning")),
    ("noon_mg", words("中 中mg 中剂量 中午 中次剂量 每日中 noon")),
    ("night_mg", words("晚 晚mg 晚剂量 晚上 晚次剂量 每日晚 night")),
    ("every_weeks", words("每几周 间隔周数 周数 长效间隔 长效针剂间隔周数 间隔周 每周 weeks")),
    ("long_acting_mg", words("每次mg 每次剂量 每次 长效剂量 长效每次剂量 长效针剂每次剂量 each")),
)


def _item(field: Field, alone: str, never: str = "") -> Column:
    return Column(field, Group.VISIT, words(alone), never=words(never))


def _drug_columns() -> tuple[Column, ...]:
    found = []
    for group, figure, sign, circled in _DRUGS:
        for part, grouped in _PARTS:
            alone = (f"药物{figure}", f"药物{sign}", f"药物{circled}", f"用药{figure}") if part == "name" else ()
            found.append(Column(Field(f"{group.value}_{part}"), group, alone, grouped))
    return tuple(found)


def _drug_words() -> tuple[tuple[str, tuple[Group, ...]], ...]:
    return tuple(
        (rf"(?:用药情况|使用药物|药物|药品|用药)(?:名称)?(?:{figure}|{sign}|{circled})", (group,))
        for group, figure, sign, circled in _DRUGS
    )


VISIT_COLUMNS: tuple[Column, ...] = (
    Column(
        Field.PATIENT_NAME,
        Group.PATIENT,
        words("患者姓名 病人姓名 patientname"),
        NAME,
        words("医生 医师 单位 机构 监护"),
    ),
    Column(Field.PATIENT_SEX, Group.PATIENT, words("患者性别"), SEX),
    Column(
        Field.PATIENT_ID,
        Group.PATIENT,
        words("患者身份证号 患者身份证 患者证件号码 患者身份证号码"),
        ID,
        words("监护 残疾"),
    ),
    Column(Field.PATIENT_BIRTH, Group.PATIENT, words("患者出生日期"), BIRTH),
    Column(
        Field.RECORD_NUMBER,
        Group.PATIENT,
        words(
            "编号 患者编号 档案编号 档案号 健康档案编号 健康档案号 居民健康档案编号 国家系统编号 系统编号 个人编号 recordnumber"
        ),
    ),
    _item(Field.DAY, "随访日期 本次随访日期 随访时间 本次随访时间 随访年月日 visitdate visitedon", "下次 末次"),
    _item(Field.FORM, "本次随访形式 随访形式 随访方式 本次随访方式 visitform"),
    _item(Field.OBJECTS, "本次随访对象 随访对象 visitobject"),
    _item(Field.LOST_REASON, "若失访原因 失访原因 若失访,原因 若失访，原因 是否失访原因 lostreason"),
    _item(Field.DIED_ON, "死亡日期 死亡时间 如死亡日期 deathdate"),
    _item(Field.DEATH_CAUSE, "死亡原因 如死亡原因 deathcause"),
    _item(
        Field.RISK_LEVEL,
        "危险性评估 危险性 危险性等级 危险性评估等级 危险评估 危险等级 风险等级 本次危险性评估 risklevel",
    ),
    _item(Field.SYMPTOMS, "目前症状 症状 当前症状 symptoms", "其他"),
    _item(Field.SYMPTOMS_OTHER, "目前症状其他 其他症状 症状其他 目前症状其他说明"),
    _item(Field.INSIGHT, "自知力 自知力情况 insight"),
    _item(Field.SLEEP, "睡眠情况 睡眠 sleep"),
    _item(Field.DIET, "饮食情况 饮食 diet"),
    _item(Field.SELF_CARE, "个人生活料理 社会功能个人生活料理 社会功能情况个人生活料理 生活料理"),
    _item(Field.HOUSEWORK, "家务劳动 社会功能家务劳动 社会功能情况家务劳动"),
    _item(Field.WORK, "生产劳动及工作 社会功能生产劳动及工作 社会功能情况生产劳动及工作 生产劳动 劳动及工作"),
    _item(Field.LEARNING, "学习能力 社会功能学习能力 社会功能情况学习能力", "康复"),
    _item(Field.SOCIAL, "社会人际交往 社会功能社会人际交往 社会功能情况社会人际交往 人际交往 社会交往", "康复"),
    _item(Field.BEHAVIOURS, "危险行为 患者行为 对家庭社会的影响 危险行为情况", "次数"),
    _item(Field.MINOR_DISTURBANCES, "轻度滋事次数 轻度滋事 轻度滋事次"),
    _item(Field.PUBLIC_ORDER_INCIDENTS, "肇事次数 肇事 肇事次"),
    _item(Field.CRIMINAL_INCIDENTS, "肇祸次数 肇祸 肇祸次"),
    _item(Field.OTHER_HARMS, "其他危害行为次数 其他危害行为 其他危害行为次"),
    _item(Field.SELF_HARMS, "自伤次数 自伤 自伤次"),
    _item(Field.SUICIDE_ATTEMPTS, "自杀未遂次数 自杀未遂 自杀未遂次"),
    _item(Field.LOCKED_UP, "两次随访期间关锁情况 关锁情况 关锁 随访期间关锁情况"),
    _item(Field.HOSPITALISATION, "两次随访期间住院情况 住院情况 住院 随访期间住院情况"),
    _item(Field.LAST_DISCHARGE_ON, "末次出院时间 末次出院日期 最近一次出院时间 出院时间"),
    _item(Field.LAB_TEST, "实验室检查 是否实验室检查", "结果 内容 说明"),
    _item(Field.LAB_TEXT, "实验室检查结果 实验室检查内容 实验室检查说明 检查结果"),
    _item(Field.ADHERENCE, "用药依从性 服药依从性 依从性 服药情况 adherence"),
    _item(Field.ADVERSE_REACTION, "药物不良反应 不良反应 有无药物不良反应", "描述 说明 内容"),
    _item(
        Field.ADVERSE_TEXT,
        "药物不良反应描述 不良反应描述 不良反应说明 药物不良反应说明 药物不良反应内容 何种药物何种不良反应",
    ),
    _item(Field.TREATMENT_EFFECT, "治疗效果 疗效 本次治疗效果"),
    _item(Field.REFERRAL, "是否转诊 转诊 转诊情况", "原因 机构 科室"),
    _item(Field.REFERRAL_REASON, "转诊原因"),
    _item(Field.REFERRAL_ORG, "转诊机构 转诊至机构 转诊至机构名称 转诊机构名称 转诊医院 转诊至机构及科室"),
    _item(Field.REFERRAL_DEPT, "转诊科室 转诊至科室"),
    _item(Field.MEDICINES, "用药情况 药物 用药 具体用药 用药名称及用法 药物名称及用法用量 用药明细", "指导 依从"),
    *_drug_columns(),
    _item(Field.REHAB_MEASURES, "康复措施 采取的康复措施", "其他"),
    _item(Field.REHAB_OTHER, "康复措施其他 其他康复措施 康复措施其他说明"),
    _item(Field.CLASS, "本次随访分类 随访分类 随访评价 病情分类 本次随访评价 visitclass"),
    _item(Field.NEXT_DUE_ON, "下次随访日期 下次随访时间 下次随访 下一次随访日期 nextvisit"),
    _item(Field.DOCTOR, "随访医生签名 随访医生 随访医师 随访人员 随访人 随访医生姓名 visitdoctor"),
    Column(
        Field.IGNORED,
        Group.IGNORED,
        words(
            "序号 行号 备注 说明 no num 年龄 民族 省 市 县 区县 乡镇 街道 村 社区 村居 管理机构 管理单位 随访机构 随访单位 建档机构"
            " 疾病诊断 目前诊断 诊断 确诊日期 管理状态 录入时间 录入日期 录入人 录入机构 创建时间 更新时间 修改时间 联系电话 监护人"
            " 监护人姓名 监护人电话 现住址 户籍地址 审核状态 状态 用药指导 流转日期 remark"
        ),
    ),
)

VISITS = Book(
    columns=VISIT_COLUMNS,
    group_words=(
        *_drug_words(),
        ("患者基本信息|患者信息|基本信息|基本情况|患者|病人|patient", (Group.PATIENT,)),
        ("随访信息|随访情况|随访记录|随访服务记录", (Group.VISIT,)),
    ),
    required=(Field.PATIENT_NAME, Field.DAY),
    named=frozenset((Field.PATIENT_NAME, Field.DAY)),
    least=4,
    telling=(Field.PATIENT_NAME, Field.PATIENT_ID, Field.RECORD_NUMBER, Field.DAY),
)
