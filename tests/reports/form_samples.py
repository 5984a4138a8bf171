"""Every printed form, filled and empty, by the name that a test failure should show."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from reports.forms.assessment_session import (
    AssessmentSessionDocument,
    PanelMember,
    SessionRow,
    render_assessment_session,
)
from reports.forms.care_team_card import CardMember, CareTeamCard, CareTeamCardsDocument, render_care_team_cards
from reports.forms.clue import ClueDocument, render_clue
from reports.forms.codes import Behaviour
from reports.forms.conference_minutes import (
    ConferenceMinutesDocument,
    Decided,
    Party,
    Point,
    render_conference_minutes,
)
from reports.forms.consent import (
    ConsentDocument,
    ConsentKind,
    Signer,
    WithdrawalReceiptDocument,
    render_consent,
    render_withdrawal_receipt,
)
from reports.forms.day_sheet import DaySheetDocument, DaySheetRow, render_day_sheet
from reports.forms.delivery import (
    Delivered,
    DeliverySheetDocument,
    Purchase,
    PurchaseListDocument,
    render_delivery_sheet,
    render_purchase_list,
)
from reports.forms.emergency_record import (
    EmergencyCheck,
    EmergencyRecordDocument,
    TeamMember,
    render_emergency_record,
)
from reports.forms.family_plan import FamilyPlanDocument, PlanContact, PlanStep, render_family_plan
from reports.forms.incident_record import Finding, HarmedPerson, IncidentRecordDocument, render_incident_record
from reports.forms.lost_or_dead import ContactAttempt, LostOrDeadDocument, ToldOffice, render_lost_or_dead
from reports.forms.meeting_minutes import Attendant, Decision, MeetingMinutesDocument, render_meeting_minutes
from reports.forms.person import Person
from reports.forms.referral import ReferralDocument, render_referral
from reports.forms.risk_assessment import QuarterVisit, RiskAssessmentDocument, render_risk_assessment
from reports.forms.sheet import Imprint
from reports.forms.supplement import SupplementDocument, render_supplement
from reports.forms.sweep import (
    SweepProgressDocument,
    SweepRow,
    ZeroReportDocument,
    render_sweep_progress,
    render_zero_report,
)
from reports.forms.transfer import (
    HandedItem,
    OpenTask,
    TransferSheetDocument,
    render_transfer_sheet,
)
from reports.forms.transfer_package import TransferPackageDocument, render_transfer_package
from reports.forms.values import RoughDate
from reports.forms.visit_record import DrugLine, VisitRecord, VisitRecordsDocument, render_visit_records

IMPRINT = Imprint("城关镇卫生院", "陈晓燕", datetime(2026, 11, 21, 6, 30, tzinfo=UTC), "表1-8")
RARE = "王𠮷祥"
LONG_NAME = "阿卜杜拉·买买提·吐尔逊江·阿不都热依木·托合提尼亚孜·艾"
ADDRESS = "安和县城关镇东村三组17号（村委会往东第二家）"
THEN = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Form:
    """A form with what it is filled from, and how many pages it has."""

    render: Callable[[Any], bytes]
    filled: Any
    empty: Any
    pages: int
    pages_empty: int


VISIT = VisitRecord(
    visited_on=date(2026, 11, 20),
    form=2,
    objects=(1, 2),
    risk_level=1,
    symptoms=(1, 3, 12),
    symptoms_other="夜间反复检查门窗",
    insight=2,
    sleep=2,
    diet=1,
    self_care=1,
    housework=2,
    work=9,
    learning=2,
    social=3,
    behaviours=(Behaviour(1, 1), Behaviour(4, 2)),
    locked_up=1,
    hospitalisation=2,
    last_discharge_on=date(2026, 8, 3),
    lab_test=2,
    lab_text="血常规正常；谷丙转氨酶 48 U/L",
    adherence=2,
    adverse_reaction=2,
    adverse_text="奥氮平：嗜睡、体重增加 4 公斤",
    treatment_effect=2,
    referral=2,
    referral_reason="症状波动，需调整药物",
    referral_to="安和县精神病医院精神科",
    drugs=(
        DrugLine("奥氮平片", "5", "", "10"),
        DrugLine("棕榈酸帕利哌酮注射液（长效针剂）", every_weeks="4", each_mg="100"),
    ),
    guidance=(DrugLine("奥氮平片", "5", "", "12.5"),),
    rehab_measures=(1, 4),
    visit_class=2,
    next_visit_on=date(2026, 12, 4),
    doctor="李𬭩",
)

SUPPLEMENT = SupplementDocument(
    imprint=IMPRINT,
    person=Person(
        name=RARE,
        record_number="02100317",
        guardian_name=LONG_NAME,
        guardian_relation="父母",
        guardian_phone="13805521234",
    ),
    guardian_address=ADDRESS,
    committee_contact="李𬭩",
    committee_phone="0552-3012345",
    household_type=2,
    employment=3,
    consent=True,
    consent_signer="王大山",
    consent_on=date(2026, 3, 2),
    first_onset=RoughDate(2011, 5),
    past_symptoms=(1, 3, 12),
    past_symptoms_other="夜间游荡",
    past_locked_up=1,
    outpatient_history=2,
    first_antipsychotic=RoughDate(2012),
    psychiatric_admissions=3,
    diagnosis="精神分裂症 F20.0",
    diagnosis_hospital="安和县精神病医院",
    diagnosed_on=RoughDate(2012, 4, 9),
    last_treatment_effect=2,
    past_behaviours=(Behaviour(1, 3), Behaviour(5, 1)),
    economic_status=1,
    specialist_advice="继续目前药物治疗，三个月后复查血常规与肝功能。",
    filled_on=date(2026, 3, 2),
    doctor="陈晓燕",
)


def consent(kind: ConsentKind, name: str = RARE) -> ConsentDocument:
    return ConsentDocument(
        kind=kind,
        imprint=IMPRINT,
        institution="城关镇卫生院",
        contact_phone="0552-3012345",
        person=Person(
            name,
            sex="男",
            born_on=date(1988, 2, 29),
            address=ADDRESS,
            guardian_name="王大山",
            guardian_relation="父母",
            guardian_phone="13805521234",
        ),
        purpose="申请残疾人居家康复服务" if kind is ConsentKind.OTHER_PURPOSE else "",
        receiver="安和县残疾人联合会：姓名、住址和康复需要" if kind is ConsentKind.OTHER_PURPOSE else "",
        has_agreed=True,
        signer=Signer.GUARDIAN,
        signer_name="王大山",
        signed_on=date(2026, 3, 2),
        witness_name="李𬭩",
        witness_reason="签署人不会写字",
        explained_by="陈晓燕",
        explained_on=date(2026, 3, 2),
    )


WITHDRAWAL = WithdrawalReceiptDocument(
    imprint=IMPRINT,
    institution="城关镇卫生院",
    contact_phone="0552-3012345",
    patient_name=LONG_NAME,
    withdrawn=(ConsentKind.COMMUNITY,),
    withdrawn_by=RARE,
    relation="父母",
    withdrawn_on=date(2026, 3, 2),
    effective_on=date(2026, 3, 3),
    reason="全家外出务工",
    received_by="陈晓燕",
    receipt_number="AH-CH-2026-003",
)

EMERGENCY = EmergencyRecordDocument(
    imprint=IMPRINT,
    person=Person(
        name=LONG_NAME,
        record_number="02100317",
        sex="男",
        born_on=date(1988, 2, 29),
        address=ADDRESS,
        guardian_name=RARE,
        guardian_phone="13805521234",
    ),
    serial="AH-YJ-2026-0007",
    category=1,
    reporter_kind=3,
    reporter="赵刚",
    reported_at=THEN,
    started_at=THEN,
    ended_at=THEN + timedelta(hours=3),
    place="城关镇农贸市场东门",
    reason=2,
    scene="患者在市场内推倒摊位，大声喊叫，经劝说后情绪缓和，无人受伤。",
    risk_level=4,
    diagnosis="精神分裂症",
    measures=(1, 3, 5),
    measures_text="氟哌啶醇 5mg 肌注",
    effect=1,
    outcome=3,
    hospital="安和县精神病医院",
    consent_signer=1,
    consent_name="王大山",
    police_told_at=THEN,
    team=(TeamMember("陈晓燕", "城关镇卫生院"), TeamMember("李𬭩", "安和县精神病医院")),
    due_at=THEN + timedelta(hours=27),
    finished_at=THEN + timedelta(hours=20),
    is_late=False,
    checks=(EmergencyCheck(THEN + timedelta(hours=7), THEN + timedelta(hours=7), "安静，嗜睡", True, "孙护士"),),
    recorded_by="陈晓燕",
    reviewed_by="李主任",
)

LOST = LostOrDeadDocument(
    imprint=IMPRINT,
    person=Person(
        name=RARE,
        record_number="02100317",
        sex="男",
        born_on=date(1988, 2, 29),
        id_number="340302198802290011",
        address=ADDRESS,
        guardian_name=LONG_NAME,
        guardian_phone="13805521234",
    ),
    risk_level=3,
    lost_reason=4,
    lost_on=date(2026, 11, 20),
    last_contact_on=date(2026, 8, 2),
    last_known_place="城关镇长途汽车站",
    attempts=(
        ContactAttempt(date(2026, 11, 1), "电话", "陈晓燕", "电话关机"),
        ContactAttempt(date(2026, 11, 9), "家庭访视", "陈晓燕", "家中无人，邻居称半月未见"),
    ),
    told=(ToldOffice("城关镇政法委", "刘干事", THEN, "电话并书面"),),
    confirmed_by="李主任",
    filled_by="陈晓燕",
    filled_on=date(2026, 11, 20),
    reviewed_by="李主任",
)

RISK = RiskAssessmentDocument(
    imprint=IMPRINT,
    person=Person(
        name=RARE,
        record_number="02100317",
        sex="男",
        born_on=date(1988, 2, 29),
        address=ADDRESS,
        guardian_name=LONG_NAME,
        guardian_phone="13805521234",
    ),
    quarter="2026年第四季度",
    care_setting="居家",
    previous_level=2,
    previous_on=date(2026, 8, 20),
    visits=(QuarterVisit(date(2026, 11, 5), "电话", 3, "不稳定", "家属来电：在外打砸"),),
    behaviours=(Behaviour(1, 1),),
    symptoms=(3, 6),
    adherence=2,
    proposed_level=3,
    proposed_because="本季最高一次随访危险性为3级（11月5日）",
    decided_level=3,
    reason="与11月5日电话随访一致",
    measures="每两周随访一次，预约专科医院会诊。",
    assessed_on=date(2026, 11, 21),
    members=("陈晓燕（城关镇卫生院）", "李𬭩（安和县精神病医院）"),
)


def session(count: int) -> AssessmentSessionDocument:
    return AssessmentSessionDocument(
        imprint=IMPRINT,
        town="城关镇",
        quarter="2026年第四季度",
        held_on=date(2026, 11, 21),
        place="城关镇综治中心会议室",
        chair="刘书记",
        recorder="陈晓燕",
        rows=tuple(
            SessionRow(
                village=f"第{index // 12 + 1}村",
                name=(RARE, LONG_NAME, "周秀兰")[index % 3],
                record_number=f"0210{index:04d}",
                previous_level=index % 4,
                visits=index % 3,
                last_visit_on=date(2026, 10, 1 + index % 28),
                proposed_level=index % 4,
                decided_level=(index + (index % 9 == 0)) % 4,
                is_single=index % 9 == 0,
                reason="家属看护到位" if index % 9 == 0 else "",
            )
            for index in range(count)
        ),
        panel=tuple(
            PanelMember(name, institution)
            for name, institution in (("刘书记", "城关镇政法委"), ("陈晓燕", "城关镇卫生院"), ("李𬭩", "县精神病医院"))
        ),
    )


def day_sheet(count: int) -> DaySheetDocument:
    return DaySheetDocument(
        imprint=IMPRINT,
        on=date(2026, 11, 23),
        doctor="陈晓燕",
        area="城关镇东村、西村",
        rows=tuple(
            DaySheetRow(
                village=f"第{index // 6 + 1}村",
                name=(RARE, LONG_NAME, "周秀兰")[index % 3],
                tasks=("随", "评")[: 1 + index % 2],
                due_on=date(2026, 11, 1 + index % 28),
                lateness="逾期3天" if index % 4 == 0 else "",
                level=index % 4,
                last_seen="8月2日 稳定",
                phone="13805521234",
                address="三组17号",
                remark="先打电话" if index % 5 == 0 else "",
            )
            for index in range(count)
        ),
        legend=(("随", "随访"), ("评", "季度评估"), ("针", "长效针")),
    )


CARD = CareTeamCard(
    members=(
        CardMember("家庭医生", "陈晓燕", "0552-3012345"),
        CardMember("村干部", RARE, "13805521234"),
        CardMember("网格员", LONG_NAME, "13805521236"),
    ),
    holder="周秀兰",
    office="城关镇东村关爱帮扶小组",
)

PLAN = FamilyPlanDocument(
    imprint=IMPRINT,
    name=LONG_NAME,
    village="城关镇东村",
    made_on=date(2026, 11, 21),
    valid_to=date(2027, 11, 20),
    review_on=date(2027, 2, 21),
    wishes="想早点回厂里上班，不让老人操心",
    aims=("按时吃药，每月到卫生院取药一次。", "每天出门走走。"),
    steps=(
        PlanStep("每天早晚看着吃药，记在本子上", "父亲王大山", "每天"),
        PlanStep("陪同到卫生院复查和取药", RARE, "每月5日前"),
    ),
    warning_signs=("两天以上不睡觉，或者不肯吃药。", "说不想活了。"),
    contacts=(PlanContact("家庭医生", "陈晓燕", "0552-3012345"),),
    family_name="王大山",
    doctor="陈晓燕",
)

REFERRAL = ReferralDocument(
    IMPRINT,
    Person(
        name=LONG_NAME,
        record_number="02100317",
        sex="男",
        born_on=date(1988, 2, 29),
        id_number="340302198802290011",
        address=ADDRESS,
        guardian_name=RARE,
        guardian_relation="父母",
        guardian_phone="13805521234",
    ),
    phone="13905521234",
    referred_on=date(2026, 11, 21),
    org="示例市精神卫生中心",
    dept="精神科门诊",
    reason="近两周睡眠差，言语增多，药物加量后仍不见好转，请上级医院调整治疗方案",
    impression="精神分裂症",
    condition="11月21日随访分类不稳定；危险性评估3级；目前症状：幻觉、喜怒无常、兴奋话多、伤人毁物",
    medicines="利培酮 早 1 mg、晚 2 mg；苯海索 晚 2 mg",
    doctor="陈晓燕",
    doctor_phone="0552-3012345",
    receipt_by=date(2026, 12, 5),
)

MINUTES = MeetingMinutesDocument(
    IMPRINT,
    place="城关镇",
    group="精神卫生综合管理小组",
    quarter="2026年第4季度",
    held_on=date(2026, 11, 5),
    members=tuple(
        Attendant(LONG_NAME if number == 1 else f"成员{number}", "派出所 教导员", "民警", number % 3 != 0, number == 0)
        for number in range(8)
    ),
    topics=("通报本季度管理服务情况", "监护责任和监护协议落实"),
    decisions=(Decision("联合走访：春节前走访一遍", "民警", date(2027, 1, 20)), Decision("开展宣传")),
)

CLUE = ClueDocument(
    imprint=IMPRINT,
    person=Person(
        name=LONG_NAME,
        sex="男",
        born_on=date(1988, 2, 29),
        id_number="340302198802290011",
        address=ADDRESS,
        guardian_name=RARE,
        guardian_relation="父母",
        guardian_phone="13805521234",
    ),
    serial="AH-XS-2026-0031",
    source=2,
    reporter="张三",
    reported_at=THEN,
    is_danger_now=True,
    danger="昨晚持棍守在门口",
    answers=(False, False, True, False, None, True, False, True, False),
    remarks="邻居反映近半年不出门。",
    is_suspected=True,
    investigator="陈晓燕",
    investigated_on=date(2026, 11, 21),
    review_result=1,
    diagnosis="精神分裂症 F20.0",
    hospital="安和县精神病医院",
    psychiatrist="李𬭩",
    reviewed_on=date(2026, 11, 25),
    disposal="建档，签署知情同意书。",
    filled_by="陈晓燕",
    filled_on=date(2026, 11, 26),
)

SWEEP = SweepProgressDocument(
    imprint=IMPRINT,
    area="安和县",
    round_label="2026年第四季度",
    from_on=date(2026, 11, 1),
    to_on=date(2026, 11, 30),
    cut_off=date(2026, 11, 21),
    rows=(
        SweepRow("城关镇", 12, 11, 8, 5, 4, 2, 1, RARE, date(2026, 11, 20), "东村未报"),
        SweepRow("安平镇", 9, 9, 8, 1, 1, 0, 0, LONG_NAME, date(2026, 11, 19)),
    ),
    responsible="刘书记",
)

ZERO_REPORT = ZeroReportDocument(
    imprint=IMPRINT,
    village="城关镇东村",
    round_label="2026年第四季度",
    from_on=date(2026, 11, 1),
    to_on=date(2026, 11, 30),
    households=312,
    residents=1044,
    ways="入户走访、网格员日常巡查、村医门诊",
    reporter=RARE,
    responsible=LONG_NAME,
    reported_on=date(2026, 11, 20),
)

ITEMS = (HandedItem("居民健康档案", 12, "原件"), HandedItem("随访服务记录表", 8))

TRANSFER = TransferSheetDocument(
    imprint=IMPRINT,
    person=Person(
        name=LONG_NAME,
        record_number="02100317",
        sex="男",
        born_on=date(1988, 2, 29),
        id_number="340302198802290011",
        guardian_name=RARE,
        guardian_phone="13805521234",
    ),
    serial="AH-ZY-2026-0008",
    sender="城关镇卫生院",
    sender_contact="陈晓燕 0552-3012345",
    receiver="安平镇卫生院",
    receiver_contact="孙医生 0552-3012399",
    old_address=ADDRESS,
    new_address="安和县安平镇大王村",
    new_area_code="340399102003",
    moved_on=date(2026, 11, 10),
    reason="随子女居住",
    consent=1,
    diagnosis="精神分裂症 F20.0",
    risk_level=1,
    last_visit_on=date(2026, 10, 8),
    visit_class=3,
    next_visit_on=date(2027, 1, 8),
    medicines="奥氮平片 早5mg 晚10mg",
    cautions="先打电话再上门",
    tasks=(OpenTask("季度评估", date(2026, 12, 31), "一并移交"),),
    subsidy="10月1日至11月20日由城关镇，其后由安平镇",
    items=ITEMS,
    proposed_by="陈晓燕",
    proposed_on=date(2026, 11, 20),
    answer_by=date(2026, 11, 27),
    answer=2,
    refusal_reason="未在本镇居住",
    answered_by="孙医生",
    answered_on=date(2026, 11, 25),
    first_visit_by=date(2026, 12, 9),
)

PACKAGE = TransferPackageDocument(
    imprint=IMPRINT,
    serial="AH-YS-2026-0003",
    receiver="明远县疾病预防控制中心精防办",
    receiver_address="明远县人民路1号",
    sender="安和县精防办",
    sender_contact="陈晓燕",
    sender_phone="0552-3012345",
    name=LONG_NAME,
    born_on=date(1988, 2, 29),
    new_address="明远县城东街道幸福社区",
    items=ITEMS,
    fingerprint="3f2a91bc77d0e1453f2a91bc77d0e145",
    answer_by=date(2026, 12, 4),
    sent_on=date(2026, 11, 21),
)

INCIDENT = IncidentRecordDocument(
    IMPRINT,
    name=LONG_NAME,
    serial="AH-SJ-2026-0012",
    village="城关镇东村",
    kind=2,
    happened_at=THEN,
    place="东村小卖部门口",
    what="与店主争吵后推倒货架，砸破一扇玻璃，随后被邻居劝离",
    trigger="停药两周，前一晚没有睡",
    reporter="东村村（居）委会 王大山",
    reported_at=THEN + timedelta(hours=1),
    managed=1,
    managed_since=date(2019, 3, 1),
    whereabouts="在家",
    loss="1,280.00",
    insurance="已投保，未报案",
    police_case="皖公治〔2026〕17号",
    sought_help=1,
    state="已核实",
    harms=(
        HarmedPerson("邻居、路人等他人", "轻伤", RARE, "13805521236", "350.00"),
        HarmedPerson("邻居、路人等他人", "仅财物受损"),
    ),
    findings=(
        Finding(
            "监护人是否尽责", "监护人已尽责", "事前已向村医报告并求助", "安和县综治中心 刘主任", date(2026, 11, 21)
        ),
        Finding("危险性等级", "重新评定等级", "有人受伤", "陈晓燕", date(2026, 11, 21)),
    ),
    mark="编号 0031 校验码 7F3A",
)

CONFERENCE = ConferenceMinutesDocument(
    IMPRINT,
    place="安和县",
    number="2026-3",
    meets_at=THEN,
    room="县综治中心三楼会议室",
    chair=LONG_NAME,
    parties=(
        Party("安和县残疾人联合会", "方小方", "参加", was_present=True),
        Party("安和县医疗保障局", RARE, "派人代为参加", was_present=False),
    ),
    points=(
        Point(
            RARE,
            "城关镇东村",
            "逾期单据；城关镇卫生院的卫生院对接单应在 2026年11月18日 前落实，至今没有落实",
            "已商定",
            "监护人年迈，药费负担重；同意减免并评定残疾等级。",
            (
                Decided("残疾评定", "安和县残疾人联合会", date(2026, 12, 20), "办理中"),
                Decided("费用减免", "安和县医疗保障局", date(2026, 12, 31), "待接收"),
            ),
        ),
        Point(LONG_NAME, "安平镇东村", "预警；需要多部门协助", "下次再议"),
    ),
    mark="编号 0032 校验码 A01C",
)

PURCHASES = PurchaseListDocument(
    IMPRINT,
    place="安和县",
    until=date(2026, 12, 21),
    lines=(
        Purchase(
            "安和县精神病医院", "棕榈酸帕利哌酮注射液（长效针剂）", "城关镇", 3, 84, "没有剂量记录", date(2026, 11, 30)
        ),
        Purchase(
            "安和县人民医院", "奥氮平片 5mg", "安平镇", 12, 336, "3,360，另 2 人没有剂量记录", date(2026, 12, 2), 3
        ),
    ),
    mark="编号 0033 校验码 5B2E",
)

DELIVERY = DeliverySheetDocument(
    IMPRINT,
    town="城关镇",
    source="安和县人民医院",
    planned_on=date(2026, 11, 24),
    lines=(
        Delivered(LONG_NAME, "东村", "奥氮平片", 28, "已签收", RARE),
        Delivered(RARE, "大王村", "利培酮片", 28),
    ),
    mark="编号 0034 校验码 9C77",
)

FORMS = {
    "visit": Form(
        render_visit_records,
        VisitRecordsDocument(RARE, "02100317", (VISIT, VISIT), IMPRINT),
        VisitRecordsDocument("", "", (), IMPRINT),
        pages=2,
        pages_empty=1,
    ),
    "supplement": Form(render_supplement, SUPPLEMENT, SupplementDocument(IMPRINT), pages=1, pages_empty=1),
    **{
        f"consent-{kind.name.lower()}": Form(
            render_consent, consent(kind, LONG_NAME), ConsentDocument(kind, IMPRINT), pages=1, pages_empty=1
        )
        for kind in ConsentKind
    },
    "withdrawal": Form(
        render_withdrawal_receipt, WITHDRAWAL, WithdrawalReceiptDocument(IMPRINT), pages=2, pages_empty=2
    ),
    "emergency": Form(render_emergency_record, EMERGENCY, EmergencyRecordDocument(IMPRINT), pages=3, pages_empty=3),
    "lost": Form(render_lost_or_dead, LOST, LostOrDeadDocument(IMPRINT), pages=1, pages_empty=1),
    "risk": Form(render_risk_assessment, RISK, RiskAssessmentDocument(IMPRINT), pages=1, pages_empty=1),
    "session": Form(render_assessment_session, session(13), AssessmentSessionDocument(IMPRINT), pages=2, pages_empty=1),
    "day-sheet": Form(
        render_day_sheet, day_sheet(21), DaySheetDocument(IMPRINT, date(2026, 11, 23)), pages=3, pages_empty=1
    ),
    "card": Form(
        render_care_team_cards,
        CareTeamCardsDocument(IMPRINT, (CARD,), copies=4),
        CareTeamCardsDocument(IMPRINT, ()),
        pages=1,
        pages_empty=1,
    ),
    "plan": Form(render_family_plan, PLAN, FamilyPlanDocument(IMPRINT), pages=1, pages_empty=1),
    "referral": Form(render_referral, REFERRAL, ReferralDocument(IMPRINT), pages=1, pages_empty=1),
    "minutes": Form(render_meeting_minutes, MINUTES, MeetingMinutesDocument(IMPRINT), pages=1, pages_empty=1),
    "clue": Form(render_clue, CLUE, ClueDocument(IMPRINT), pages=1, pages_empty=1),
    "sweep": Form(render_sweep_progress, SWEEP, SweepProgressDocument(IMPRINT), pages=1, pages_empty=1),
    "zero-report": Form(render_zero_report, ZERO_REPORT, ZeroReportDocument(IMPRINT), pages=1, pages_empty=1),
    "transfer": Form(render_transfer_sheet, TRANSFER, TransferSheetDocument(IMPRINT), pages=1, pages_empty=1),
    "incident": Form(render_incident_record, INCIDENT, IncidentRecordDocument(IMPRINT), pages=1, pages_empty=1),
    "conference": Form(
        render_conference_minutes, CONFERENCE, ConferenceMinutesDocument(IMPRINT), pages=1, pages_empty=1
    ),
    "purchases": Form(render_purchase_list, PURCHASES, PurchaseListDocument(IMPRINT), pages=1, pages_empty=1),
    "delivery": Form(render_delivery_sheet, DELIVERY, DeliverySheetDocument(IMPRINT), pages=1, pages_empty=1),
    "package": Form(render_transfer_package, PACKAGE, TransferPackageDocument(IMPRINT), pages=2, pages_empty=2),
}
