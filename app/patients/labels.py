"""Words for the states and codes of a registration: code → Chinese source text (domain 1.1, 1.3, 3.2)."""

from __future__ import annotations

from app.core.i18n import N_
from app.patients.rules import (
    CareSetting,
    ClueOutcome,
    ClueSource,
    ClueState,
    ConsentKind,
    DiagnosisCategory,
    ManagementStatus,
    Mistake,
    RegistryStatus,
    SpanKind,
    TeamPart,
)

REGISTRY_LABELS = {
    RegistryStatus.SUSPECTED: N_("疑似"),
    RegistryStatus.UNDER_REVIEW: N_("待复核"),
    RegistryStatus.REGISTERED: N_("在册"),
    RegistryStatus.EXCLUDED: N_("排除"),
    RegistryStatus.TRANSFERRED_OUT: N_("迁出"),
    RegistryStatus.DEAD: N_("死亡"),
    RegistryStatus.MERGED: N_("重复并档"),
}
MANAGEMENT_LABELS = {
    ManagementStatus.MANAGED: N_("在管"),
    ManagementStatus.REFUSED: N_("不同意管理"),
    ManagementStatus.LOST: N_("失访"),
    ManagementStatus.PENDING_CONSENT: N_("待签同意"),
}
CARE_LABELS = {
    CareSetting.HOME: N_("居家"),
    CareSetting.INPATIENT: N_("住院"),
    CareSetting.CUSTODY: N_("羁押、服刑或强制医疗"),
    CareSetting.CARE_FACILITY: N_("养老、托养或救助机构"),
    CareSetting.AWAY_KNOWN: N_("外出，去向明确"),
    CareSetting.UNKNOWN: N_("去向不明"),
}
DIAGNOSIS_LABELS = {
    DiagnosisCategory.SCHIZOPHRENIA: N_("精神分裂症"),
    DiagnosisCategory.SCHIZOAFFECTIVE: N_("分裂情感性障碍"),
    DiagnosisCategory.DELUSIONAL: N_("持久的妄想性障碍（偏执性精神病）"),
    DiagnosisCategory.BIPOLAR: N_("双相（情感）障碍"),
    DiagnosisCategory.EPILEPSY_PSYCHOSIS: N_("癫痫所致精神障碍"),
    DiagnosisCategory.INTELLECTUAL_PSYCHOSIS: N_("精神发育迟滞伴发精神障碍"),
    DiagnosisCategory.OTHER_REPORTABLE: N_("其他应报告的精神障碍"),
}
CONSENT_LABELS = {
    ConsentKind.COMMUNITY_MANAGEMENT: N_("参加社区管理"),
    ConsentKind.EMERGENCY_TREATMENT: N_("应急医疗处置"),
    ConsentKind.OTHER_PURPOSE: N_("转介或其他用途"),
}
MISTAKE_LABELS = {
    Mistake.OTHER_PERSON: N_("记到了别人名下"),
    Mistake.WRONG_DAY: N_("日期记错"),
    Mistake.WRONG_ANSWER: N_("结果记错"),
    Mistake.TWICE: N_("重复登记"),
}
CONSENT_STANDING = {"signed": N_("已签"), "refused": N_("不同意"), "withdrawn": N_("已撤回"), "none": N_("未签")}
SIGNER_LABELS = {"patient": N_("患者本人"), "guardian": N_("监护人"), "witness": N_("见证人")}
SPAN_LABELS = {
    SpanKind.REGISTRY: N_("登记状态"),
    SpanKind.MANAGEMENT: N_("管理状态"),
    SpanKind.CARE: N_("照护场所"),
    SpanKind.AREA: N_("居住地"),
    SpanKind.AGENCY: N_("管理机构"),
    SpanKind.DOCTOR: N_("责任医生"),
    SpanKind.STAND_IN: N_("代管医生"),
}
# What a reporter is told, and nothing more.
CLUE_LABELS = {
    ClueState.RECEIVED: N_("已收到"),
    ClueState.LOOKING: N_("处理中"),
    ClueState.CLOSED: N_("已办结"),
}
CLUE_OUTCOMES = {
    ClueOutcome.SUSPECTED: N_("列为疑似"),
    ClueOutcome.NO_SIGNS: N_("没有发现异常"),
    ClueOutcome.KNOWN: N_("已在登记中"),
    ClueOutcome.NOT_FOUND: N_("查无此人"),
    ClueOutcome.ELSEWHERE: N_("转其他地方调查"),
}
CLUE_SOURCES = {
    ClueSource.VILLAGE: N_("村（居）委会"),
    ClueSource.DOCTOR: N_("医务人员"),
    ClueSource.POLICE: N_("公安"),
    ClueSource.HOSPITAL: N_("医院"),
    ClueSource.FAMILY: N_("家属"),
    ClueSource.SCHOOL: N_("学校"),
    ClueSource.OTHER: N_("其他"),
}
TEAM_PARTS = {
    TeamPart.GUARDIAN: N_("监护人"),
    TeamPart.GRID_WORKER: N_("网格员"),
    TeamPart.VILLAGE_CADRE: N_("村（社区）干部"),
    TeamPart.POLICE: N_("民警"),
    TeamPart.DOCTOR: N_("精防医生"),
    TeamPart.PSYCHIATRIST: N_("精神科医生"),
    TeamPart.CIVIL_AFFAIRS: N_("民政干部"),
    TeamPart.DISABLED_FEDERATION: N_("残联工作人员"),
    TeamPart.TOWN: N_("乡镇（街道）干部"),
    TeamPart.VOLUNTEER: N_("志愿者"),
}
CLASS_LABELS = {1: N_("不稳定"), 2: N_("基本稳定"), 3: N_("稳定")}

# The single label that is shown (domain 1.3), by `rules.label_state`'s code.
STATE_LABELS: dict[str, str] = {
    **{status.value: text for status, text in REGISTRY_LABELS.items()},
    **{status.value: text for status, text in MANAGEMENT_LABELS.items()},
    CareSetting.INPATIENT.value: N_("住院"),
    CareSetting.CUSTODY.value: N_("羁押"),
}


def label_of(what: SpanKind, value: str) -> str:
    """The source text of a span's value; places and agencies are named elsewhere and answer themselves."""
    tables: dict[SpanKind, dict[str, str]] = {
        SpanKind.REGISTRY: {status.value: text for status, text in REGISTRY_LABELS.items()},
        SpanKind.MANAGEMENT: {status.value: text for status, text in MANAGEMENT_LABELS.items()},
        SpanKind.CARE: {setting.value: text for setting, text in CARE_LABELS.items()},
    }
    return tables.get(what, {}).get(value, value)
