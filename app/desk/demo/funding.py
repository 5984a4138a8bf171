"""The county's fund over the years: a budget and the city's grant each January, last year's rest, one top-up that waits for the reviewer."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.core.actor import Actor
from app.core.db import new_public_id
from app.core.money import Money
from app.desk.demo.moments import Moments
from app.desk.demo.places import COUNTY
from app.desk.demo.settling import County
from app.subsidies.commands import ProposeMoney
from app.subsidies.models import FundProposal
from app.subsidies.rules.fund import FundSide
from app.subsidies.service.booking import close_years
from app.subsidies.service.funding import decide_proposal, propose_money

_GRANTS = (
    (FundSide.COUNTY, "300000.00", "安财社〔%s〕11号"),
    (FundSide.CITY, "60000.00", "市财社〔%s〕27号"),
)
_TOP_UP = (FundSide.OTHER, "50000.00", "安财社〔%s〕86号")
_DECIDED_AFTER = timedelta(days=1)


def open_year(session: Session, county: County, moments: Moments, day: date) -> None:
    """Last year is closed, this year's money comes in."""
    close_years(session, Actor.operator(), day, moments.on(day, 1))
    for grant in _GRANTS:
        proposal = _propose(session, county, moments, grant, day)
        reviewed = min(day + _DECIDED_AFTER, moments.today)
        decide_proposal(session, county.actors["reviewer"], proposal.public_id, True, moments.on(reviewed, 200))


def ask_for_more(session: Session, county: County, moments: Moments) -> None:
    """Written down by the clerk, not yet looked at by the reviewer."""
    _propose(session, county, moments, _TOP_UP, moments.today)


def _propose(
    session: Session, county: County, moments: Moments, grant: tuple[FundSide, str, str], day: date
) -> FundProposal:
    side, yuan, document = grant
    wanted = ProposeMoney(new_public_id(), COUNTY, day.year, side, Money.from_yuan(yuan), document % day.year, day)
    return propose_money(session, county.actors["clerk"], wanted, moments.on(day, 100))
