"""Long work that a page asked for: its progress, its outcome, its file. Only whoever asked for it sees it."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, url_for
from sqlalchemy.orm import Session

from app.audit.handing import hand_out_kept
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.i18n import N_, _
from app.core.models import KeptFile, WorkItem, WorkState
from app.core.reasons import Reason
from app.core.web import is_htmx, number, read_session
from app.core.work import find_file_of_work, get_work

work = Blueprint("work", "app.desk", url_prefix="/work", template_folder="templates")

# kind → its words, and what somebody must still be allowed to do to see what came of it
KINDS = {
    "subsidy_prepare": (N_("季度造册"), Action.PREPARE_SUBSIDY),
    "subsidy_preview": (N_("测算政策"), Action.SEE_SUBSIDY),
    "subsidy_export": (N_("生成发放文件"), Action.PAY_SUBSIDY),
    "subsidy_late_facts": (N_("核查已发放的资金"), Action.PREPARE_SUBSIDY),
    "subsidy_ledger_pdf": (N_("打印发放台账"), Action.PRINT_SUBSIDY),
    "subsidy_ledger_xlsx": (N_("导出发放台账"), Action.PRINT_SUBSIDY),
    "subsidy_notices": (N_("打印监护人告知书"), Action.PRINT_SUBSIDY),
    "roster_import": (N_("导入花名册"), Action.IMPORT_ROSTER),
    "visits_import": (N_("导入国家系统的随访"), Action.IMPORT_VISITS),
    "check_list_load": (N_("核对其他部门的名单"), Action.KEEP_CHECK_LISTS),
    "national_compare": (N_("比对国家系统导出的名单"), Action.COMPARE_NATIONAL),
    "insurance_report": (N_("办理增减员"), Action.KEEP_INSURANCE),
    "insured_list_pdf": (N_("打印参保名单"), Action.KEEP_INSURANCE),
    "insured_list_xlsx": (N_("导出参保名单"), Action.KEEP_INSURANCE),
    "numbers_report": (N_("打印工作报告"), Action.SEE_PLACE_NUMBERS),
}
# the figures of a report, an import, a look or a pay file, in the order of its page
COUNTED = {
    "insurance_report": {"added": N_("增员"), "removed": N_("减员")},
    "subsidy_export": {"sent": N_("报送银行的笔数"), "withheld": N_("拦付的笔数")},
    "subsidy_late_facts": {"looked": N_("重新核对的发放"), "made": N_("新发现的多发")},
    "roster_import": {
        "rows": N_("数据行"),
        "created": N_("新登记"),
        "filled": N_("补充了空项"),
        "unchanged": N_("没有变化"),
        "errors": N_("退回"),
        "proposals": N_("与登记不同"),
    },
    "visits_import": {
        "rows": N_("数据行"),
        "created": N_("新增随访"),
        "matched": N_("勾选已录入"),
        "unchanged": N_("没有变化"),
        "errors": N_("退回"),
        "proposals": N_("与这里不同"),
    },
    "national_compare": {"rows": N_("数据行")},
    "check_list_load": {
        "rows": N_("数据行"),
        "hits": N_("证件号码相同"),
        "near": N_("姓名相近"),
        "none": N_("不涉及本县发放"),
        "unread": N_("读不出"),
    },
}
RESULTS = {
    "roster_import": "roster.show_import",
    "visits_import": "roster.show_visit_import",
    "check_list_load": "subsidies.show_check_list",
    "national_compare": "roster.show_comparison",
}
# kind → where its outcome is found again among its like
PAGES = {"subsidy_late_facts": "subsidies.recoveries", "numbers_report": "numbers.reports"}


@work.route("/<public_id>")
@permit(Action.USE_OWN_ACCOUNT)
def show(public_id: str) -> str:
    """The page, or for htmx only the part that changes."""
    session = read_session()
    item = _own(session, current_actor(), public_id)
    file = find_file_of_work(session, item)
    return render_template(
        "desk/_work.html" if is_htmx() else "desk/work.html",
        item=item,
        title=_(KINDS[item.kind][0]) if item.kind in KINDS else _("后台处理"),
        is_live=item.state in (WorkState.QUEUED, WorkState.RUNNING),
        file=file,
        failure=Reason.from_json(item.failure) if item.failure else None,
        next_href=_next_page(item),
        told=_told(item),
    )


@work.route("/<public_id>/file")
@permit(Action.USE_OWN_ACCOUNT)
def download(public_id: str) -> Response:
    """The file that the work made; every download is noted."""
    actor = current_actor()

    def find(session: Session) -> KeptFile:
        file = find_file_of_work(session, _own(session, actor, public_id))
        if file is None:
            raise NotFound()
        return file

    return hand_out_kept(find, "core.file_downloaded")


def _own(session: Session, actor: Actor, public_id: str) -> WorkItem:
    """The actor's own item; `NotFound` too when the role has changed since and may no longer ask for its like."""
    item = get_work(session, actor, public_id)
    if item.kind in KINDS and not may(actor, KINDS[item.kind][1]):
        raise NotFound()
    return item


def _told(item: WorkItem) -> list[tuple[str, str]]:
    """What an import did, a look found or a pay file pays; nothing for work that counts nothing."""
    counts = item.result or {}
    return [(_(words), number(counts[name])) for name, words in COUNTED.get(item.kind, {}).items() if name in counts]


def _next_page(item: WorkItem) -> str | None:
    """Where the work is about, for the button below it."""
    imported = (item.result or {}).get("import")
    if imported:
        return url_for(RESULTS[item.kind], public_id=imported)
    if item.kind == "subsidy_preview":
        proposal = item.args.get("proposal")
        if proposal:
            return url_for("subsidies.policy_proposal", public_id=proposal, work=item.public_id)
        return url_for("subsidies.draft_policy", work=item.public_id)
    if item.kind in PAGES:
        return url_for(PAGES[item.kind])
    if item.kind.startswith("insur"):
        return url_for("insurance.show_policy", public_id=item.args["policy"])
    run = (item.result or {}).get("run") or item.args.get("run")
    return url_for("subsidies.show_run", public_id=run) if run else None
