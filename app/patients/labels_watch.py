"""Words on the page that settles a duty: what is asked, whom one may have asked, and how it can be answered."""

from __future__ import annotations

from app.core.i18n import N_
from app.patients.rules_watch import Asked, DutyAnswer, Watch

ASKED_LABELS = {
    Asked.SELF: N_("本人"),
    Asked.FAMILY: N_("家属、监护人"),
    Asked.COMMITTEE: N_("村（居）委会"),
    Asked.POLICE: N_("派出所"),
    Asked.HOSPITAL: N_("医院"),
    Asked.PLACE: N_("所在单位或居住地卫生院"),
}
WATCH_TITLES = {
    Watch.INPATIENT: N_("核实是否仍在院"),
    Watch.CUSTODY: N_("核实是否仍羁押、服刑或强制医疗"),
    Watch.AWAY: N_("询问居住地"),
    Watch.LOST: N_("查找失访患者"),
    Watch.REFUSED: N_("联系不同意管理者"),
    Watch.CONSENT: N_("征求知情同意"),
    Watch.UNIDENTIFIED: N_("身份核查"),
    Watch.OF_AGE: N_("年满十八岁"),
}
ANSWER_LABELS: dict[Watch, dict[DutyAnswer, str]] = {
    Watch.INPATIENT: {DutyAnswer.STILL: N_("仍在院"), DutyAnswer.ENDED: N_("已出院")},
    Watch.CUSTODY: {DutyAnswer.STILL: N_("仍在其中"), DutyAnswer.ENDED: N_("已释放或解除")},
    Watch.AWAY: {DutyAnswer.STILL: N_("仍在外，暂不迁出"), DutyAnswer.ENDED: N_("已返回居家")},
    Watch.LOST: {DutyAnswer.STILL: N_("仍无下落"), DutyAnswer.ENDED: N_("已找到")},
    Watch.REFUSED: {DutyAnswer.STILL: N_("仍不同意管理"), DutyAnswer.NOT_REACHED: N_("没有联系上")},
    Watch.CONSENT: {DutyAnswer.STILL: N_("尚未决定"), DutyAnswer.NOT_REACHED: N_("没有联系上")},
    Watch.UNIDENTIFIED: {DutyAnswer.STILL: N_("身份仍不明")},
    Watch.OF_AGE: {
        DutyAnswer.CAPABLE: N_("具有完全民事行为能力，不再设监护人"),
        DutyAnswer.STATUTORY: N_("按法定顺序确定监护人"),
        DutyAnswer.COURT: N_("由法院指定监护人"),
    },
}
DAY_LABELS = {
    Watch.INPATIENT: N_("询问日期或出院日期"),
    Watch.CUSTODY: N_("询问日期或释放、解除日期"),
    Watch.AWAY: N_("询问日期或返回日期"),
    Watch.LOST: N_("查找日期或找到日期"),
    Watch.REFUSED: N_("联系日期"),
    Watch.CONSENT: N_("联系日期"),
    Watch.UNIDENTIFIED: N_("核查日期"),
    Watch.OF_AGE: N_("核定日期"),
}
HINTS = {
    Watch.INPATIENT: N_("不上门随访，向医院或家属了解。"),
    Watch.CUSTODY: N_("由所在单位治疗，不上门随访；向所在单位、派出所或家属了解。"),
    Watch.AWAY: N_("随访改用电话，仍按期进行。长期居住外地的，请询问居住地卫生院并办理迁出。"),
    Watch.LOST: N_("失访应书面告知政法、公安部门和上级精防机构，请公安协助查找；危险性 3 级以上的先打电话。"),
    Watch.REFUSED: N_("只作联系，不填随访表。愿意参加的，到“知情同意”登记签字，即恢复管理。"),
    Watch.CONSENT: N_("签字或不同意，都到“知情同意”登记。"),
    Watch.UNIDENTIFIED: N_("查明后到“证件更正”登记号码；身份不明期间不享受监护补贴。"),
    Watch.OF_AGE: N_("先登记成年后重新签署的知情同意书，再核定监护依据。"),
}
