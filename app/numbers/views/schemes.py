"""A county's appraisal scheme: its form, and the second person's word on it."""

from __future__ import annotations

from functools import partial

from flask import render_template, request, url_for

from app.accounts.queries import display_names
from app.areas.queries import full_names, place_of
from app.core.access import Action, current_actor, may, permit
from app.core.clock import current_clock
from app.core.forms import Form
from app.core.i18n import _
from app.core.reasons import Reason
from app.core.web import read_session
from app.numbers.forms_appraisal import SchemeForm, row_data
from app.numbers.labels_appraisal import EACH, SCHEME_STATES, TONES, UNITS, WHOM
from app.numbers.queries.appraisal import find_scheme, get_scheme
from app.numbers.rules.appraisal import COUNTS, Item, UnitKind, Way, Whom, caution, refusal, sources, suggested
from app.numbers.service.schemes import decide_scheme, propose_scheme, withdraw_scheme
from app.numbers.views.blueprint import Answer, numbers
from app.numbers.views.pressing import Act, press

_DEFAULT_TERM = 5


@numbers.get("/appraisals/schemes/new")
@permit(Action.KEEP_APPRAISAL)
def new_scheme() -> str:
    """Begun with the scheme that stands, or with the suggested one."""
    session, actor, year = read_session(), current_actor(), _year()
    standing = find_scheme(session, actor, place_of(actor), year)
    items = [Item.from_json(one) for one in standing.items] if standing else suggested()
    title = standing.title if standing else _("%(year)s 年度严重精神障碍患者服务管理考评方案", year=year)
    term = standing.term_days if standing else _DEFAULT_TERM
    return _ask(SchemeForm({"year": str(year), "title": title, "term_days": term, **row_data(items)}))


@numbers.post("/appraisals/schemes/new", endpoint="propose_scheme")
@permit(Action.KEEP_APPRAISAL)
def propose() -> Answer:
    """The next version, for another person to adopt; what is wrong is said at its row."""
    form = SchemeForm()
    return press(
        lambda session, actor, now: propose_scheme(session, actor, form.to_command(), now),
        _("方案已提出，等待另一人复核。"),
        _ask,
        lambda made: url_for("numbers.appraisal_scheme", public_id=made.public_id),
        form,
    )


@numbers.get("/appraisals/schemes/<public_id>")
@permit(Action.SEE_APPRAISAL)
def appraisal_scheme(public_id: str) -> str:
    return _page(public_id, Form())


@numbers.post("/appraisals/schemes/<public_id>/adopt")
@permit(Action.KEEP_APPRAISAL)
def adopt_scheme(public_id: str) -> Answer:
    """The second person agrees: the version speaks from now on."""
    return _decide(public_id, lambda s, a, now: decide_scheme(s, a, public_id, agrees=True, now=now), _("方案已生效。"))


@numbers.post("/appraisals/schemes/<public_id>/refuse")
@permit(Action.KEEP_APPRAISAL)
def refuse_scheme(public_id: str) -> Answer:
    """The second person does not: the earlier version stands."""
    return _decide(
        public_id, lambda s, a, now: decide_scheme(s, a, public_id, agrees=False, now=now), _("方案复核未通过。")
    )


@numbers.post("/appraisals/schemes/<public_id>/withdraw")
@permit(Action.KEEP_APPRAISAL)
def take_back_scheme(public_id: str) -> Answer:
    """Whoever proposed it takes it back."""
    return _decide(public_id, lambda s, a, now: withdraw_scheme(s, a, public_id, now), _("方案已撤回。"))


def _decide(public_id: str, act: Act, done: str) -> Answer:
    return press(act, done, partial(_page, public_id), url_for("numbers.appraisal_scheme", public_id=public_id))


def _page(public_id: str, form: Form) -> str:
    session, actor = read_session(), current_actor()
    scheme = get_scheme(session, actor, public_id)
    items = [Item.from_json(one) for one in scheme.items]
    return render_template(
        "numbers/appraisal_scheme.html",
        form=form,
        scheme=scheme,
        items=[(item, caution(item)) for item in items],
        sums=[(UNITS[kind], sum(item.marks for item in items if item.is_for(kind))) for kind in UnitKind],
        area=full_names(session, [scheme.area_code])[scheme.area_code],
        hands=display_names(session, {one for one in (scheme.proposed_by, scheme.decided_by) if one}),
        is_county=may(actor, Action.KEEP_APPRAISAL),
        is_own=scheme.proposed_by == actor.user_id,
        each={way: _(words) for way, words in EACH.items()},
        whom=WHOM,
        states=SCHEME_STATES,
        tones=TONES,
    )


def _ask(form: SchemeForm) -> str:
    return render_template("numbers/appraisal_scheme_form.html", form=form, rows=form.rows, refused=_refused())


def _refused() -> list[tuple[str, Reason]]:
    """What is never scored, and what it would reward: (code of its name, reason)."""
    found = []
    for code in (*sources(), *COUNTS):
        why = refusal(Item(code, Whom.TOWNS, 0, Way.LINEAR, 0, 0), [Item("management", Whom.ALL, 0, Way.LINEAR, 0, 0)])
        if why is not None:
            kind = "figure" if code in COUNTS else "indicator"
            found.append((f"numbers.{kind}.{code}", why))
    return found


def _year() -> int:
    """`?year=`, or this year."""
    text = request.args.get("year", "")
    today = current_clock().today()
    return int(text) if text.isascii() and text.isdigit() and 2000 <= int(text[:5]) <= 2100 else today.year
