"""Sentences of the appraisal: why an item is not scored, what is wrong with a scheme, what cannot be done now."""

from __future__ import annotations

from app.core.i18n import N_
from app.core.reasons import register

TEXTS: dict[str, str] = {
    "numbers.appraisal.refused.person": N_("考评只针对乡镇和机构，项目须是全单位的指标，不能针对某一患者"),
    "numbers.appraisal.refused.prevalence": N_("按报告患病率计分，登记得越多得分越高，会诱导凑数登记"),
    "numbers.appraisal.refused.registering": N_("按新登记人数扣分，少登记就少扣分，会诱导该登记的不登记"),
    "numbers.appraisal.refused.stability": N_(
        "病情由随访的人自己评定，按稳定率计分会诱导把不稳定写成稳定；可改考规范管理率"
    ),
    "numbers.appraisal.refused.lost": N_(
        "按失访扣分，不上报失访就不扣分，会诱导隐瞒；失访者仍计入管理率的分母，可改考管理率"
    ),
    "numbers.appraisal.refused.death": N_("按死亡扣分，不上报死亡就不扣分，会诱导隐瞒"),
    "numbers.appraisal.refused.locked_up": N_("按关锁扣分，不记录关锁就不扣分，会诱导隐瞒；可改考面访率"),
    "numbers.appraisal.refused.incidents": N_(
        "按肇事肇祸或应急处置的数量扣分，不上报就不扣分，会诱导隐瞒；可改考应急处置及时率：上报不扣分，迟报才扣分"
    ),
    "numbers.appraisal.refused.discharges": N_("按出院数量扣分，不转出信息就不扣分，会诱导隐瞒；可改考五单按时签收率"),
    "numbers.appraisal.refused.high_level": N_(
        "按高风险人数扣分，评低等级就不扣分，会诱导压低风险等级；可改考季度评估完成率"
    ),
    "numbers.appraisal.refused.refusing": N_("按不同意管理的人数扣分，会诱导代签同意或不登记；可改考管理率"),
    "numbers.appraisal.refused.register": N_("按人数扣分，登记得越多扣得越多，会诱导少登记；请改按比率计分"),
    "numbers.appraisal.refused.by_place": N_("应急处置和出院衔接按地区统计，不落到某一机构，只能考乡镇"),
    "numbers.appraisal.refused.lost_left_out": N_(
        "居家患者的分母不含失访，单独考会诱导把管不到的人报成失访；请同时对同样的单位考管理率或规范管理率"
    ),
    "numbers.appraisal.refused.not_entered": N_(
        "只考录入是否及时，迟了的随访不录入就不扣分；请同时对同样的单位考规范管理率、管理率或面访率"
    ),
    "numbers.appraisal.refused.not_recorded": N_(
        "按起扣分，迟了的应急处置不补记就不扣分；请改按比率计分，及时完成的记录越全，得分越高"
    ),
    "numbers.appraisal.caution.self_reported": N_("数字来自各单位自己的记录，建议与抽查配合使用"),
    "numbers.appraisal.caution.by_level": N_("分母取决于风险等级评定，建议与评定抽查配合使用"),
    "numbers.appraisal.twice": N_("同一指标在方案中只能有一项"),
    "numbers.appraisal.cap_over_marks": N_("最多扣分不能超过满分"),
    "numbers.appraisal.target_wanted": N_("按比率扣分须有目标值，如 80"),
    "numbers.appraisal.step_wanted": N_("按档扣分须写明每档几个百分点，如 5"),
    "numbers.appraisal.no_items": N_("方案至少有一个项目"),
    "numbers.appraisal.sum.town": N_("乡镇各项满分合计 %(sum)s 分，应为 %(total)s 分"),
    "numbers.appraisal.sum.institution": N_("机构各项满分合计 %(sum)s 分，应为 %(total)s 分"),
    "numbers.appraisal.scheme_waiting": N_("已有一份方案等待复核"),
    "numbers.appraisal.scheme_decided": N_("这份方案已经处理"),
    "numbers.appraisal.scheme_own": N_("方案须由另一人复核"),
    "numbers.appraisal.scheme_not_own": N_("只有提出方案的人可以撤回"),
    "numbers.appraisal.not_county": N_("考评以县（市、区）为单位"),
    "numbers.appraisal.no_scheme": N_("%(year)s年还没有生效的考评方案"),
    "numbers.appraisal.not_submitted": N_("考评以上报的报表为准，这一期还没有上报"),
    "numbers.appraisal.standing": N_("这一期已有考评"),
    "numbers.appraisal.revised": N_("报表已修订，请作废这份预览，按修订后的报表重新生成"),
    "numbers.appraisal.scheme_changed": N_("方案已有新版本，请作废这份预览，按新方案重新生成"),
    "numbers.appraisal.not_preview": N_("这次考评已经公布或作废"),
    "numbers.appraisal.not_published": N_("这次考评不在公布期"),
    "numbers.appraisal.objections_open": N_("还有 %(n)s 条申诉没有答复，答复后才能定稿"),
    "numbers.appraisal.term_runs": N_("申诉期到%(until)s为止，过后才能定稿"),
    "numbers.appraisal.term_over": N_("申诉期已于%(until)s结束"),
    "numbers.appraisal.objected": N_("对这一项已经提出过申诉"),
    "numbers.appraisal.nothing_deducted": N_("这一项没有扣分"),
    "numbers.appraisal.objection_answered": N_("这条申诉已经答复"),
    "numbers.appraisal.own_publication": N_("公布考评的人不能答复申诉，请由另一人答复"),
    "numbers.appraisal.own_objection": N_("提出申诉的人不能自己答复"),
    "numbers.appraisal.corrected": N_("更正后的得分应高于原得分 %(marks)s，不超过满分 %(full)s"),
    "numbers.appraisal.text_wanted": N_("请写明理由，最多 %(most)s 字，不要写姓名和证件号"),
    "numbers.appraisal.scheme_proposed": N_("提出考评方案"),
    "numbers.appraisal.scheme_adopted": N_("同意考评方案"),
    "numbers.appraisal.scheme_refused": N_("不同意考评方案"),
    "numbers.appraisal.scheme_withdrawn": N_("撤回考评方案"),
    "numbers.appraisal.previewed": N_("生成考评预览"),
    "numbers.appraisal.dropped": N_("作废考评预览"),
    "numbers.appraisal.published": N_("公布考评结果"),
    "numbers.appraisal.final": N_("考评结果定稿"),
    "numbers.appraisal.objection_made": N_("对考评提出申诉"),
    "numbers.appraisal.objection_upheld": N_("采纳考评申诉"),
    "numbers.appraisal.objection_turned_down": N_("不采纳考评申诉"),
    "numbers.appraisal.cases_opened": N_("打开考评扣分名单"),
    "numbers.appraisal.printed": N_("印制考评得分表"),
}

register(TEXTS)
