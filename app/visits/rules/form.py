"""The follow-up service record (严重精神障碍患者随访服务记录表) as one declaration.

Codes, labels and conditions are those of the printed form (domain 3.1); fields that the paper does not print
are asked on screen (domain 2.2). Single choices store the printed code, multi-choices one integer of flags in
which printed code n is bit n - 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum, IntFlag, auto
from types import MappingProxyType

from app.core.i18n import N_

MEDICINE_LINES = 3


class VisitForm(IntEnum):
    OUTPATIENT = 1
    HOME = 2
    TELEPHONE = 3


class VisitObject(IntFlag):
    PATIENT = auto()
    FAMILY = auto()
    OTHER_INFORMED = auto()


class LostReason(IntEnum):
    WORKS_AWAY = 1
    MOVED = 2
    WANDERED_OFF = 3
    NOT_REACHED_THREE_TIMES = 4
    OTHER = 5


class DeathCause(IntEnum):
    PHYSICAL_ILLNESS = 1
    SUICIDE = 2
    HOMICIDE = 3
    ACCIDENT = 4
    PSYCHIATRIC_COMPLICATION = 5
    OTHER = 6


class PhysicalCause(IntEnum):
    INFECTION = 1
    TUMOUR = 2
    HEART = 3
    STROKE = 4
    RESPIRATORY = 5
    DIGESTIVE = 6
    OTHER = 7
    UNKNOWN = 8


class PsychoticSymptoms(IntEnum):
    GONE = 0
    PRESENT = 1
    PRONOUNCED = 2


class Symptom(IntFlag):
    HALLUCINATION = auto()
    HARD_TO_TALK_WITH = auto()
    SUSPICION = auto()
    MOOD_SWINGS = auto()
    ODD_BEHAVIOUR = auto()
    EXCITEMENT = auto()
    HARMING_OR_SMASHING = auto()
    DESPAIR = auto()
    WANDERING = auto()
    TALKING_TO_SELF = auto()
    WITHDRAWAL = auto()
    OTHER = auto()
    # said explicitly on screen; printed as 12 其他 "无"
    NONE = auto()


class Insight(IntEnum):
    FULL = 1
    PARTIAL = 2
    LACKING = 3


class Quality(IntEnum):
    """良好, 一般, 较差: sleep, diet and the five items of social function."""

    GOOD = 1
    FAIR = 2
    POOR = 3
    NOT_APPLICABLE = 9


class Behaviour(IntFlag):
    """危险行为 since the last visit. The split of 肇事 and 肇祸 is by law: domain 3.1."""

    MINOR_DISTURBANCE = auto()
    PUBLIC_ORDER_INCIDENT = auto()
    CRIMINAL_INCIDENT = auto()
    OTHER_HARM = auto()
    SELF_HARM = auto()
    SUICIDE_ATTEMPT = auto()
    NONE = auto()


# Which column counts how often each behaviour happened.
BEHAVIOUR_COUNTS = MappingProxyType(
    {
        Behaviour.MINOR_DISTURBANCE: "minor_disturbances",
        Behaviour.PUBLIC_ORDER_INCIDENT: "public_order_incidents",
        Behaviour.CRIMINAL_INCIDENT: "criminal_incidents",
        Behaviour.OTHER_HARM: "other_harms",
        Behaviour.SELF_HARM: "self_harms",
        Behaviour.SUICIDE_ATTEMPT: "suicide_attempts",
    }
)


class LockedUp(IntEnum):
    NO = 1
    YES = 2
    RELEASED = 3


class Hospitalisation(IntEnum):
    NONE = 0
    NOW = 1
    BEFORE = 2


class YesNo(IntEnum):
    """1 无/否, 2 有/是, as printed."""

    NO = 1
    YES = 2


class Adherence(IntEnum):
    REGULAR = 1
    INTERMITTENT = 2
    NOT_TAKEN = 3
    NOT_NEEDED = 4


class AdverseReaction(IntEnum):
    NONE = 1
    PRESENT = 2
    NOT_APPLICABLE = 9


class AdverseSeverity(IntEnum):
    NONE = 0
    MILD = 1
    SEVERE = 2


class PhysicalIllness(IntEnum):
    NONE_OR_STABLE = 0
    UNSTABLE = 1
    SEVERE = 2


class TreatmentEffect(IntEnum):
    RECOVERED = 1
    IMPROVED = 2
    UNCHANGED = 3
    WORSE = 4
    NOT_APPLICABLE = 9


class RehabMeasure(IntFlag):
    DAILY_LIVING = auto()
    VOCATIONAL = auto()
    LEARNING = auto()
    SOCIAL = auto()
    OTHER = auto()


class VisitClass(IntEnum):
    """本次随访分类; a higher number is a better class."""

    UNSTABLE = 1
    BASICALLY_STABLE = 2
    STABLE = 3


class Trend(IntEnum):
    """What the intervention check found, when class 2 follows class 2."""

    STABILISING = 1
    NOT_STABLE = 2


class Need(Enum):
    """When a field must be answered."""

    ALWAYS = "always"
    # always, except for a lost or dead patient: then it stays empty
    CLINICAL = "clinical"
    # a check in `checks.py` says when
    CONDITIONAL = "conditional"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Option:
    """A choice with the code that the paper prints; `flag` is its bit in a multi-choice."""

    code: int
    label: str

    @property
    def flag(self) -> int:
        return 1 << (self.code - 1)


@dataclass(frozen=True, slots=True)
class Field:
    """One item of the form, named like its column."""

    name: str
    label: str
    need: Need
    options: tuple[Option, ...] = ()
    is_multiple: bool = False
    # False: asked on screen only
    is_printed: bool = True
    # clinical items stay empty for a lost or dead patient
    is_clinical: bool = True

    @property
    def codes(self) -> frozenset[int]:
        """The values that may be stored for a single choice."""
        return frozenset(option.code for option in self.options)

    @property
    def all_flags(self) -> int:
        """Every bit that a multi-choice may hold."""
        return sum(option.flag for option in self.options)

    def label_of(self, code: int) -> str:
        """The label of one stored code, to be translated. KeyError for a code that the form does not have."""
        return {option.code: option.label for option in self.options}[code]

    def labels_of(self, flags: int) -> tuple[str, ...]:
        """The labels of the ticked choices in printed order."""
        return tuple(option.label for option in self.options if flags & option.flag)


def _options(*labels: str, first: int = 1, not_applicable: bool = False) -> tuple[Option, ...]:
    numbered = [Option(first + at, label) for at, label in enumerate(labels)]
    return (*numbered, Option(9, N_("此项不适用"))) if not_applicable else tuple(numbered)


_QUALITY = (N_("良好"), N_("一般"), N_("较差"))


def _scale(name: str, label: str, not_applicable: bool = False) -> Field:
    return Field(name, label, Need.CLINICAL, _options(*_QUALITY, not_applicable=not_applicable))


FORM: tuple[Field, ...] = (
    Field("visited_on", N_("随访日期"), Need.ALWAYS, is_clinical=False),
    Field(
        "form",
        N_("本次随访形式"),
        Need.ALWAYS,
        _options(N_("门诊"), N_("家庭访视"), N_("电话")),
        is_clinical=False,
    ),
    Field(
        "objects",
        N_("本次随访对象"),
        Need.CLINICAL,
        _options(N_("患者本人"), N_("患者家属、监护人"), N_("其他知情人")),
        is_multiple=True,
        is_clinical=False,
    ),
    Field(
        "lost_reason",
        N_("若失访，原因"),
        Need.CONDITIONAL,
        _options(N_("外出务工"), N_("迁居他处"), N_("走失"), N_("连续3次未访到"), N_("其他")),
        is_clinical=False,
    ),
    Field("died_on", N_("死亡日期"), Need.CONDITIONAL, is_clinical=False),
    Field(
        "death_cause",
        N_("死亡原因"),
        Need.CONDITIONAL,
        _options(N_("躯体疾病"), N_("自杀"), N_("他杀"), N_("意外"), N_("精神疾病相关并发症"), N_("其他")),
        is_clinical=False,
    ),
    Field(
        "death_physical_cause",
        N_("躯体疾病"),
        Need.CONDITIONAL,
        _options(
            N_("传染病和寄生虫病"),
            N_("肿瘤"),
            N_("心脏病"),
            N_("脑血管病"),
            N_("呼吸系统疾病"),
            N_("消化系统疾病"),
            N_("其他疾病"),
            N_("不详"),
        ),
        is_clinical=False,
    ),
    Field(
        "risk_level",
        N_("危险性评估"),
        Need.CLINICAL,
        _options(
            N_("无符合以下1～5级中的任何行为"),
            N_("口头威胁，喊叫，但没有打砸行为"),
            N_("打砸行为，局限在家里，针对财物，能被劝说制止"),
            N_("明显打砸行为，不分场合，针对财物，不能接受劝说而停止"),
            N_("持续的打砸行为，不分场合，针对财物或人，不能接受劝说而停止（包括自伤、自杀）"),
            N_("持械针对人的任何暴力行为，或者纵火、爆炸等行为，无论在家里还是公共场合"),
            first=0,
        ),
    ),
    Field(
        "psychotic_symptoms",
        N_("精神症状"),
        Need.CLINICAL,
        _options(N_("基本消失"), N_("存在"), N_("明显"), first=0),
        is_printed=False,
    ),
    Field(
        "symptoms",
        N_("目前症状"),
        Need.CLINICAL,
        _options(
            N_("幻觉"),
            N_("交流困难"),
            N_("猜疑"),
            N_("喜怒无常"),
            N_("行为怪异"),
            N_("兴奋话多"),
            N_("伤人毁物"),
            N_("悲观厌世"),
            N_("无故外走"),
            N_("自语自笑"),
            N_("孤僻懒散"),
            N_("其他"),
            N_("无症状"),
        ),
        is_multiple=True,
    ),
    Field("symptoms_other", N_("其他症状"), Need.CONDITIONAL),
    Field(
        "insight",
        N_("自知力"),
        Need.CLINICAL,
        _options(N_("自知力完全"), N_("自知力不全"), N_("自知力缺失")),
    ),
    _scale("sleep", N_("睡眠情况")),
    _scale("diet", N_("饮食情况")),
    _scale("sf_self_care", N_("个人生活料理")),
    _scale("sf_housework", N_("家务劳动")),
    _scale("sf_work", N_("生产劳动及工作"), not_applicable=True),
    _scale("sf_learning", N_("学习能力")),
    _scale("sf_social", N_("社会人际交往")),
    Field(
        "behaviours",
        N_("危险行为"),
        Need.CLINICAL,
        _options(N_("轻度滋事"), N_("肇事"), N_("肇祸"), N_("其他危害行为"), N_("自伤"), N_("自杀未遂"), N_("无")),
        is_multiple=True,
    ),
    Field("minor_disturbances", N_("轻度滋事次数"), Need.CONDITIONAL),
    Field("public_order_incidents", N_("肇事次数"), Need.CONDITIONAL),
    Field("criminal_incidents", N_("肇祸次数"), Need.CONDITIONAL),
    Field("other_harms", N_("其他危害行为次数"), Need.CONDITIONAL),
    Field("self_harms", N_("自伤次数"), Need.CONDITIONAL),
    Field("suicide_attempts", N_("自杀未遂次数"), Need.CONDITIONAL),
    Field(
        "locked_up",
        N_("两次随访期间关锁情况"),
        Need.CLINICAL,
        _options(N_("无关锁"), N_("关锁"), N_("关锁已解除")),
    ),
    Field(
        "hospitalisation",
        N_("两次随访期间住院情况"),
        Need.CLINICAL,
        _options(N_("未住院"), N_("目前正在住院"), N_("曾住院，现未住院"), first=0),
    ),
    Field("last_discharge_on", N_("末次出院时间"), Need.CONDITIONAL),
    Field("lab_test", N_("实验室检查"), Need.CLINICAL, _options(N_("无"), N_("有"))),
    Field("lab_text", N_("实验室检查结果"), Need.CONDITIONAL),
    Field(
        "adherence",
        N_("用药依从性"),
        Need.CLINICAL,
        _options(N_("按医嘱规律用药"), N_("间断用药"), N_("不用药"), N_("医嘱勿需用药")),
    ),
    Field(
        "adverse_reaction",
        N_("药物不良反应"),
        Need.CLINICAL,
        _options(N_("无"), N_("有"), not_applicable=True),
    ),
    Field("adverse_text", N_("何种药物、何种不良反应"), Need.CONDITIONAL),
    Field(
        "adverse_severity",
        N_("不良反应程度"),
        Need.CONDITIONAL,
        _options(N_("没有"), N_("轻"), N_("严重或急性"), first=0),
        is_printed=False,
    ),
    Field(
        "physical_illness",
        N_("躯体疾病情况"),
        Need.CLINICAL,
        _options(N_("没有或稳定"), N_("不稳定但不严重"), N_("严重"), first=0),
        is_printed=False,
    ),
    Field("other_abnormal", N_("其他异常"), Need.CLINICAL, is_printed=False),
    Field(
        "treatment_effect",
        N_("治疗效果"),
        Need.CLINICAL,
        _options(N_("痊愈"), N_("好转"), N_("无变化"), N_("加重"), not_applicable=True),
    ),
    Field("referral", N_("是否转诊"), Need.CLINICAL, _options(N_("否"), N_("是"))),
    Field("referral_reason", N_("转诊原因"), Need.CONDITIONAL),
    Field("referral_org", N_("转诊机构"), Need.CONDITIONAL),
    Field("referral_dept", N_("转诊科室"), Need.CONDITIONAL),
    Field("medicines", N_("用药情况"), Need.CONDITIONAL),
    Field("guidance", N_("用药指导"), Need.OPTIONAL),
    Field(
        "rehab_measures",
        N_("康复措施"),
        Need.CLINICAL,
        _options(N_("生活劳动能力"), N_("职业训练"), N_("学习能力"), N_("社会交往"), N_("其他")),
        is_multiple=True,
    ),
    Field("rehab_other", N_("其他康复措施"), Need.CONDITIONAL),
    Field(
        "visit_class",
        N_("本次随访分类"),
        Need.CLINICAL,
        _options(N_("不稳定"), N_("基本稳定"), N_("稳定")),
    ),
    Field(
        "post_intervention_trend",
        N_("干预后趋势"),
        Need.CONDITIONAL,
        _options(N_("趋于稳定"), N_("未达到稳定")),
        is_printed=False,
    ),
    Field("next_due_on", N_("下次随访日期"), Need.CLINICAL),
)

FIELDS = MappingProxyType({field.name: field for field in FORM})
SOCIAL_FUNCTION = ("sf_self_care", "sf_housework", "sf_work", "sf_learning", "sf_social")
CLINICAL_FIELDS = tuple(field.name for field in FORM if field.is_clinical)
