"""The quarter's home checks on paper: guardian and village, nothing of the illness. In Chinese."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.areas.queries import office_of
from app.core.actor import Actor
from app.core.clock import business_day
from app.core.crypto import Keyring
from app.core.errors import NotFound
from app.subsidies.models import SubsidyRun
from app.subsidies.papers.labels import period_label
from app.subsidies.papers.marks import marked, print_of_run
from app.subsidies.queries.home_checks import Visitee, list_home_checks
from app.subsidies.queries.runs import area_name
from reports.home_checks import HomeCheckLine, HomeChecksDocument


def home_checks_document(
    session: Session, keyring: Keyring, actor: Actor, run: SubsidyRun, now: datetime
) -> HomeChecksDocument:
    """The families of the present draw, then those that were drawn before the run was changed; `NotFound` where nobody has drawn."""
    draws = list_home_checks(session, actor, run)
    drawn = [*draws.present, *draws.earlier]
    if not drawn:
        raise NotFound()
    return HomeChecksDocument(
        county=area_name(session, run.county_code),
        organisation=office_of(session, actor),
        period_label=period_label(run),
        number=drawn[0].number,
        drawn_on=business_day(drawn[0].drawn_at),
        drawn_by=drawn[0].drawn_by,
        lines=(*(_line(one) for one in draws.present), *(_line(one, is_earlier=True) for one in draws.earlier)),
        provenance=marked(keyring, actor, print_of_run(run, "home_checks", actor, now)),
    )


def _line(one: Visitee, *, is_earlier: bool = False) -> HomeCheckLine:
    place = " ".join(part for part in (one.town, one.village) if part)
    return HomeCheckLine(place, one.payee, one.agreement_number, one.is_met, one.checked_on, is_earlier)
