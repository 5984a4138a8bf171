"""What homes tell of decisions about the numbers, each leading to its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from flask import url_for

from app.core.access import Action, current_actor, may
from app.core.clock import current_clock
from app.core.i18n import _
from app.core.reasons import say_date
from app.core.web import read_session
from app.numbers.labels_appraisal import SCHEME_STATES
from app.numbers.labels_submitting import STATES
from app.numbers.queries.notices import WAITS, Decision, Subject, list_checked_lately, list_decisions, list_own_results
from app.numbers.rules.appraisal import SchemeState
from app.numbers.rules.submission import SubmissionState
from app.numbers.views.blueprint import numbers
from app.numbers.views.words import report_period


class Notice(NamedTuple):
    words: str
    href: str
    # asks for something; otherwise it only tells
    waits: bool


@numbers.app_context_processor
def _tiles() -> dict[str, Callable[[], list[Notice]]]:
    """For homes: asked only where a page shows it."""
    return {"decision_notices": find_notices}


def find_notices() -> list[Notice]:
    """Whatever waits first; nothing for roles that neither decide nor are appraised or checked."""
    actor = current_actor()
    if may(actor, Action.KEEP_APPRAISAL):
        found = [_notice(one) for one in list_decisions(read_session(), actor, current_clock().now())]
    else:
        found = list(_of_own_unit()) if may(actor, Action.OBJECT_TO_APPRAISAL) else []
        found += _of_samples() if may(actor, Action.COMMENT_ON_SAMPLES) else []
    return sorted(found, key=lambda one: not one.waits)


def _notice(one: Decision) -> Notice:
    waits = one.state == WAITS
    match one.subject:
        case Subject.REVISION:
            period = report_period(one.about)
            if waits:
                words = _("%(period)s报表的修订待您复核", period=period)
            else:
                words = _(
                    "您对%(period)s报表的修订：%(state)s", period=period, state=_(STATES[SubmissionState(one.state)])
                )
            href = url_for("numbers.submission", public_id=one.public_id)
        case Subject.SCHEME:
            if waits:
                words = _("%(year)s 年度考评方案待您复核", year=one.about)
            else:
                state = _(SCHEME_STATES[SchemeState(one.state)])
                words = _("您提出的 %(year)s 年度考评方案：%(state)s", year=one.about, state=state)
            href = url_for("numbers.appraisal_scheme", public_id=one.public_id)
        case _:
            words = _("%(period)s考评：%(n)s 条申诉待您答复", period=report_period(one.about), n=one.waiting)
            href = url_for("numbers.appraisal", public_id=one.public_id)
    return Notice(words, href, waits)


def _of_own_unit() -> Iterator[Notice]:
    clock = current_clock()
    for one in list_own_results(read_session(), current_actor(), clock.today(), clock.now()):
        period, until = report_period(one.appraisal.period), one.appraisal.objections_until
        href = url_for("numbers.appraised_unit", public_id=one.appraisal.public_id, unit=one.unit)
        if one.answered:
            yield Notice(_("%(period)s考评：%(n)s 条申诉已答复", period=period, n=one.answered), href, False)
        if until is not None and until >= clock.today():
            yield Notice(_("%(period)s考评已公布，申诉期到%(day)s为止", period=period, day=say_date(until)), href, True)


def _of_samples() -> Iterator[Notice]:
    for one in list_checked_lately(read_session(), current_actor(), current_clock().now()):
        href = url_for("numbers.sample", public_id=one.public_id)
        yield Notice(_("督导抽查%(number)s已结束：本机构 %(n)s 份有不符", number=one.number, n=one.wrong), href, False)
