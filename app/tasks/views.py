"""The work list as a page of its own, for every role that has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.accounts.queries import list_views
from app.accounts.service import delete_view as forget_view
from app.accounts.service import save_view as keep_view
from app.core.access import Action, current_actor, may, permit
from app.core.actor import Actor
from app.core.clock import current_clock
from app.core.db import transaction
from app.core.errors import Invalid
from app.core.i18n import N_, _
from app.core.keys import current_keyring
from app.core.reasons import say
from app.core.web import forget_reads, read_session, short_date, show_errors
from app.core.workdays import PROVISIONAL, is_provisional
from app.people.vault import Vault
from app.tasks.forms import LATE_DAYS, LEVELS, REASSESS, TABS, Asked, SaveViewForm
from app.tasks.queries import OpenCounts, WorkRow, count_open, list_places, worklist
from app.tasks.rules import Bucket, Shade, TaskKind, Whose, kinds_for
from app.tasks.texts import KIND_LABELS

Answer = str | Response | tuple[str, int]

tasks = Blueprint("tasks", __name__, url_prefix="/tasks", template_folder="templates")

TAB_WORDS = {Bucket.OVERDUE: N_("逾期"), Bucket.WEEK: N_("本周"), REASSESS: N_("季度评估"), Bucket.LATER: N_("以后")}
PAGE = "tasks.list_tasks"
WHOSE_WORDS = {"": N_("全部"), Whose.MINE: N_("我的"), Whose.STAND_IN: N_("代管")}
LEVEL_WORDS = {"high": N_("3–5 级"), "low": N_("0–2 级")}


@tasks.route("/")
@permit(Action.SEE_TASKS)
def list_tasks() -> str:
    return _list_page()


@tasks.route("/views", methods=["POST"])
@permit(Action.SEE_TASKS)
def save_view() -> Answer:
    """Keep the filters that the address carries under a name."""
    form, actor = SaveViewForm(), current_actor()
    asked = asked_of(request.args, list_places(read_session(), actor), actor)
    query = urlencode(asked.address())
    forget_reads()
    try:
        if not form.validate():
            raise Invalid({})
        with transaction() as session:
            keep_view(session, actor, PAGE, form.name.data or "", query, current_clock().now())
    except Invalid as refused:
        show_errors(form, refused)
        return _list_page(form), 400
    flash(_("已保存，下次从“常用”里点开"), "success")
    return redirect(url_for(PAGE, **asked.address()), 303)


@tasks.route("/views/<view_id>/delete", methods=["POST"])
@permit(Action.SEE_TASKS)
def delete_view(view_id: str) -> Answer:
    with transaction() as session:
        forget_view(session, current_actor(), PAGE, view_id)
    flash(_("这组常用条件已删除"), "success")
    return redirect(url_for(PAGE), 303)


def asked_of(said: Mapping[str, str], places: Sequence[tuple[str, str]], actor: Actor) -> Asked:
    return Asked.of(said, [prefix for prefix, _name in places], kinds_for(actor.role))


def _list_page(form: SaveViewForm | None = None) -> str:
    actor, session, today = current_actor(), read_session(), current_clock().today()
    places = list_places(session, actor)
    asked = asked_of(request.args, places, actor)
    counts = _by_tab(count_open(session, actor, today, asked.counted()))
    asked = replace(asked, tab=asked.tab or _first_tab(counts))
    vault = Vault(session, current_keyring())
    chosen = asked.filters(asked.tab)
    page = worklist(session, actor, chosen, today, request.args.get("after"), vault=vault)
    return render_template(
        "tasks/list_tasks.html",
        form=form,
        asked=asked,
        tabs=_tab_links(asked, counts),
        places=places,
        groups=in_groups(page.rows, chosen.by_village),
        next_cursor=page.next_cursor,
        is_first_page="after" not in request.args,
        views=[(view, url_for(PAGE) + "?" + view.query) for view in list_views(session, actor, PAGE)],
        **_choices(actor),
    )


def _choices(actor: Actor) -> dict[str, Any]:
    """What the filters offer, in words."""
    kinds = sorted(kinds_for(actor.role) - {TaskKind.REASSESSMENT}, key=list(TaskKind).index)
    return {
        "whose": [(str(code), _(words)) for code, words in WHOSE_WORDS.items()],
        "levels": [(code, _(LEVEL_WORDS[code]) if code in LEVEL_WORDS else _("%(n)s 级", n=code)) for code in LEVELS],
        "kinds": [(kind.value, _(KIND_LABELS[kind])) for kind in kinds],
        "lateness": [(str(days), _("逾期超过 %(n)s 天", n=days)) for days in LATE_DAYS],
    }


def in_groups(rows: Sequence[WorkRow], by_village: bool) -> list[tuple[str, list[WorkRow]]]:
    """(village, its rows) in order; one group without a name where the list goes by urgency."""
    if not by_village:
        return [("", list(rows))] if rows else []
    places = [list(group) for _code, group in groupby(rows, key=lambda row: row.area_code)]
    return [(place[0].village, place) for place in places]


def _by_tab(counts: OpenCounts) -> dict[str, int]:
    return {
        Bucket.OVERDUE: counts.overdue,
        Bucket.WEEK: counts.week,
        REASSESS: counts.to_reassess,
        Bucket.LATER: counts.later,
    }


def _first_tab(counts: dict[str, int]) -> str:
    """The first tab that holds anything."""
    return str(next((tab for tab in TABS if counts[tab]), Bucket.OVERDUE))


def _tab_links(asked: Asked, counts: dict[str, int]) -> list[tuple[str, int, str, bool, str | None]]:
    return [
        (
            _(TAB_WORDS[one]),
            counts[one],
            url_for(PAGE, **asked.address(tab=str(one))),
            one == asked.tab,
            "late" if one == Bucket.OVERDUE else None,
        )
        for one in TABS
    ]


# -- rows in words -----------------------------------------------------------------------------------------------------

FORMS = {1: N_("门诊"), 2: N_("家访"), 3: N_("电话")}
CLASSES = {1: N_("不稳定"), 2: N_("基本稳定"), 3: N_("稳定")}
TONES = {Shade.LONG_LATE: "late long", Shade.LATE: "late", Shade.SOON: "soon", Shade.FUTURE: "grey"}
_PAGES = {
    "patient": ("desk.patient", Action.SEE_REGISTER),
    "visit": ("visits.new_visit", Action.LOG_VISIT),
    "attempt": ("visits.new_attempt", Action.LOG_VISIT),
    "lost": ("visits.decide_lost", Action.CONFIRM_LOST),
    "returned": ("visits.list_visits", Action.LOG_VISIT),
    "reassess": ("risk.reassess", Action.REASSESS),
    "unlock": ("patients.end_locking", Action.END_LOCKING),
    "injection": ("patients.new_injection", Action.KEEP_TREATMENT),
    "supply": ("patients.new_supply", Action.KEEP_TREATMENT),
    "examination": ("patients.new_examination", Action.KEEP_TREATMENT),
    "plan": ("desk.plan", Action.KEEP_PLANS),
    "team": ("desk.team", Action.KEEP_TEAMS),
    "receipt": ("visits.list_of_referrals", Action.LOG_VISIT),
    "state": ("patients.answer_duty", Action.KEEP_REGISTER),
    "contact": ("patients.answer_duty", Action.KEEP_REGISTER),
    "search": ("patients.answer_duty", Action.KEEP_REGISTER),
    "review": ("patients.answer_duty", Action.KEEP_REGISTER),
    "identify": ("patients.answer_duty", Action.KEEP_REGISTER),
    "of_age": ("patients.answer_duty", Action.KEEP_REGISTER),
    "compare": ("patients.correct", Action.CORRECT_IDENTITY),
    "emergency": ("incidents.answer", Action.KEEP_EMERGENCIES),
    "check": ("incidents.answer", Action.KEEP_EMERGENCIES),
}
# These lead to the task's own page; the others to the patient's.
_BY_TASK = frozenset({"reassess", "emergency", "check", "state", "contact", "search", "review", "identify", "of_age"})
# What the button says, where the list's template has no word of its own for the deed.
_DEED_WORDS = {
    "unlock": N_("登记解锁"),
    "injection": N_("登记注射"),
    "supply": N_("登记领药"),
    "examination": N_("登记体检"),
    "plan": N_("查看计划"),
    "team": N_("确定成员"),
    "receipt": N_("登记回执"),
    "emergency": N_("处理应急记录"),
    "check": N_("登记核查"),
    "state": N_("登记核实"),
    "contact": N_("登记联系"),
    "search": N_("登记查找"),
    "review": N_("登记复核"),
    "identify": N_("登记核查"),
    "of_age": N_("重新签署"),
    "compare": N_("比对证件"),
}
_DEEDS = {
    TaskKind.FOLLOW_UP: "visit",
    TaskKind.CHECK_STATUS: "state",
    TaskKind.CONTACT: "contact",
    TaskKind.SEARCH_LOST: "search",
    TaskKind.DIAGNOSIS_REVIEW: "review",
    TaskKind.IDENTIFY: "identify",
    TaskKind.COMES_OF_AGE: "of_age",
    TaskKind.COMPARE_PAPERS: "compare",
    TaskKind.UNLOCKING: "unlock",
    TaskKind.INJECTION: "injection",
    TaskKind.SUPPLY: "supply",
    TaskKind.EXAMINATION: "examination",
    TaskKind.PLAN_REVIEW: "plan",
    TaskKind.SET_UP_TEAM: "team",
    TaskKind.REFERRAL: "receipt",
    TaskKind.EMERGENCY_RECORD: "emergency",
    TaskKind.EMERGENCY_CHECK: "check",
    TaskKind.REASSESSMENT: "reassess",
    TaskKind.CONFIRM_LOST: "lost",
    TaskKind.RETURNED_VISIT: "returned",
}


class ShownTask(NamedTuple):
    """A row as its card says it. `deed` is what its filled button does (visit, reassess, lost); empty where the role does nothing.

    `also` are the other duties for the same person on this page: one person, one card.
    """

    name: str | None
    age: str
    village: str
    tone: str
    standing: str
    last: str
    because: str
    phone: str | None
    call_label: str
    deed: str
    deed_href: str
    deed_words: str
    patient_href: str
    attempt_href: str
    kind: str
    also: Sequence[ShownTask] = ()


@tasks.app_template_filter("shown")
def shown(rows: Sequence[WorkRow]) -> list[ShownTask]:
    """Words and addresses that are the same in every row are made once: lists are long, and they are the pages opened most."""
    words, ways = _Words(current_clock().today()), _Ways(current_actor())
    people: dict[str, list[ShownTask]] = {}
    for row in rows:
        people.setdefault(row.patient, []).append(_shown(row, words, ways))
    return [duties[0] if len(duties) == 1 else _one_card(duties) for duties in people.values()]


def _one_card(duties: Sequence[ShownTask]) -> ShownTask:
    """The first duty that the reader can do something about, with the others below it."""
    first = next((one for one in duties if one.deed), duties[0])
    return first._replace(also=[one for one in duties if one is not first])


def _shown(row: WorkRow, words: _Words, ways: _Ways) -> ShownTask:
    deed = ways.deed(row)
    return ShownTask(
        name=row.name,
        age="" if row.age is None else words.age % {"n": row.age},
        village=row.village,
        tone=TONES[row.standing.shade],
        standing=words.standing(row),
        last=words.last(row),
        because=words.because(row),
        phone=row.phone,
        call_label=words.call % {"name": row.name},
        deed=deed,
        deed_href=ways.to(deed, row.task if deed in _BY_TASK else row.patient),
        deed_words=words.deeds.get(deed, ""),
        patient_href=ways.to("patient", row.patient),
        attempt_href=ways.to("attempt", row.patient),
        kind=words.kinds[row.kind],
    )


class _Ways:
    """Addresses of the pages that exist and that this actor may open, each made once and filled with a row's id."""

    def __init__(self, actor: Actor) -> None:
        self._at = {
            name: url_for(endpoint, public_id="~").split("~")
            for name, (endpoint, action) in _PAGES.items()
            if may(actor, action) and endpoint in current_app.view_functions
        }

    def to(self, name: str, public_id: str) -> str:
        parts = self._at.get(name)
        return public_id.join(parts) if parts else ""

    def deed(self, row: WorkRow) -> str:
        deed = _DEEDS.get(row.kind, "")
        if deed == "unlock" and deed not in self._at:
            deed = "visit"  # who may not end a locking-up goes and sees
        return deed if deed in self._at else ""


class _Words:
    def __init__(self, today: date) -> None:
        self._today = today
        self.age = _("%(n)s 岁")
        self._late, self._left = _("逾期 %(n)s 天"), _("还有 %(n)s 天")
        self._near = {-1: _("逾期 %(n)s 天", n=1), 0: _("今天到期"), 1: _("明天到期")}
        self._provisional, self._and = _("%(words)s（暂定）"), _("；")
        self.kinds = {kind: _(text) for kind, text in KIND_LABELS.items()}
        self.deeds = {deed: _(text) for deed, text in _DEED_WORDS.items()}
        self.call = _("拨打电话：%(name)s")
        self._last, self._never, self._level = _("上次 %(day)s"), _("尚无随访记录"), _("危险性 %(n)s 级")
        self._forms = {code: _(text) for code, text in FORMS.items()}
        self._classes = {code: _(text) for code, text in CLASSES.items()}

    def standing(self, row: WorkRow) -> str:
        words = self._days(row.standing.days)
        return self._provisional % {"words": words} if is_provisional(row.because) else words

    def because(self, row: WorkRow) -> str:
        """The last reason is why it is due on this day; those before it, why the class is what it is, stand on the patient's page."""
        shown = [one for one in row.because[:-1] if one.code == PROVISIONAL] + [*row.because[-1:]]
        return self._and.join(say(one) for one in shown)

    def _days(self, days: int) -> str:
        if days in self._near:
            return self._near[days]
        return self._late % {"n": -days} if days < 0 else self._left % {"n": days}

    def last(self, row: WorkRow) -> str:
        """When, how and with what result the patient was seen last; empty for roles that read nothing of it."""
        parts = []
        if row.last_visit_on is not None:
            form = self._forms.get(row.last_visit_form or 0, "")
            parts.append(f"{self._last % {'day': short_date(row.last_visit_on, self._today)}} {form}")
        elif row.age is not None:
            parts.append(self._never)
        if row.visit_class is not None:
            parts.append(self._classes[row.visit_class])
        if row.level is not None:
            parts.append(self._level % {"n": row.level})
        return " · ".join(parts)
