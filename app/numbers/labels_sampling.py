"""Words of supervision sampling: code → Chinese source text."""

from __future__ import annotations

from typing import Final

from app.core.i18n import N_, _
from app.core.reasons import say_date
from app.numbers.models import Sample
from app.numbers.rules.sampling import SampleState, SampleSubject, Stratum, Unable, Verdict

SUBJECTS: Final = {SampleSubject.RECORDS: N_("患者档案"), SampleSubject.VISITS: N_("随访记录")}
STATES: Final = {
    SampleState.RUNNING: N_("核查中"),
    SampleState.CLOSED: N_("抽查已结束"),
    SampleState.WITHDRAWN: N_("已撤销"),
}
TONES: Final = {SampleState.RUNNING: "soon", SampleState.CLOSED: "good", SampleState.WITHDRAWN: "grey"}
STRATA: Final = {Stratum.HIGH: N_("3 级及以上"), Stratum.REST: N_("其余")}
VERDICTS: Final = {
    Verdict.MATCH: N_("相符"),
    Verdict.MISMATCH: N_("不符"),
    Verdict.UNVERIFIABLE: N_("无法核实"),
}
UNABLE: Final = {
    Unable.AWAY: N_("外出，联系不上"),
    Unable.REFUSED: N_("本人或家属不配合"),
    Unable.IN_HOSPITAL: N_("住院，未能见到"),
    Unable.DIED: N_("抽取后死亡"),
    Unable.MOVED: N_("抽取后迁出"),
    Unable.OTHER: N_("其他原因"),
}
ITEMS: Final = {
    "identity": N_("身份信息"),
    "address": N_("现住址"),
    "guardian": N_("监护人"),
    "agreement": N_("监护协议"),
    "consent": N_("社区管理知情同意"),
    "diagnosis": N_("目前诊断"),
    "level": N_("危险性等级"),
    "last_visit": N_("末次随访"),
    "medicine": N_("目前用药"),
    "examination": N_("健康体检"),
    "visit_took_place": N_("随访真实性"),
    "visit_paper": N_("纸质随访表和签名"),
    "visit_level": N_("本次危险性等级"),
    "visit_class": N_("本次病情分类"),
    "visit_medicine": N_("本次用药"),
    "visit_next": N_("下次随访日期"),
}
# how each item is checked, printed under it
HOW: Final = {
    "identity": N_("对照身份证或户口簿"),
    "address": N_("入户核实"),
    "guardian": N_("向本人或家属核实"),
    "agreement": N_("查协议原件和签名"),
    "consent": N_("查同意书原件和签名"),
    "diagnosis": N_("查病历或诊断证明"),
    "level": N_("对照评估表和近期表现"),
    "last_visit": N_("电话或入户核实日期和方式"),
    "medicine": N_("对照处方、药盒"),
    "examination": N_("查体检表和化验单"),
    "visit_took_place": N_("电话或入户核实日期和方式"),
    "visit_paper": N_("查纸质表、签名和日期"),
    "visit_level": N_("对照评估表和近期表现"),
    "visit_class": N_("对照随访表"),
    "visit_medicine": N_("对照处方、药盒"),
    "visit_next": N_("对照随访表"),
}
# lists behind figures: name in the address → words
LISTS: Final = {
    "drawn": N_("抽取的记录"),
    "left": N_("未填完结果的记录"),
    "checked": N_("已核查的记录"),
    "wrong": N_("有不符的记录"),
    "unable": N_("整份无法核查的记录"),
    "items": N_("已核查的项目"),
    "errors": N_("不符的项目"),
    "unverifiable": N_("无法核实的项目"),
}


def subject_words(sample: Sample) -> str:
    """患者档案; 随访记录（2026年7月1日至2026年9月30日）."""
    words = _(SUBJECTS[sample.subject])
    if sample.first_on is None or sample.last_on is None:
        return words
    return _(
        "%(what)s（%(first)s至%(last)s）", what=words, first=say_date(sample.first_on), last=say_date(sample.last_on)
    )


def size_words(sample: Sample) -> str:
    """How many were drawn of each institution."""
    words = (
        _("每家机构抽 %(percent)s%%，最少 %(least)s 份", percent=sample.percent, least=sample.least)
        if sample.percent
        else _("每家机构抽 %(least)s 份", least=sample.least)
    )
    return words + _("；3 级及以上另抽，最多 %(high)s 份", high=sample.high) if sample.high else words
